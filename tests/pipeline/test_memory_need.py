"""A run keeps below the memory that it may take, or says before it begins that it cannot."""

from __future__ import annotations

import pytest

from livelihood_map import pipeline
from livelihood_map.cli import _gigabytes
from livelihood_map.core.crew import crew, keep_helpers
from livelihood_map.core.errors import SettingsError
from livelihood_map.core.settings import load_settings
from livelihood_map.pipeline.memory_need import _HELPER_GB, _OWN_GB, fit_memory


def test_less_memory_takes_helpers_away():
    """Each limit leaves as many helpers as fit beside this process, and none come back."""
    own, helper = _OWN_GB[0], _HELPER_GB[0]
    with crew(3):
        left = []
        for room_gb in (3.5 * helper, 2.5 * helper, 0.5 * helper, 9.0 * helper):
            fit_memory(0, own + room_gb)
            left.append(keep_helpers(99))
    assert left == [3, 2, 0, 0]


def test_a_run_that_needs_more_is_not_begun(office):
    """The error names what is needed and the limit; the stored run stays."""
    before = {path: path.stat().st_mtime_ns for path in office.parent.rglob("*.*")}
    with pytest.raises(SettingsError, match=r"0\.1 GB"):
        pipeline.run(load_settings(office), first="gaps", memory_gb=0.1)
    assert {path: path.stat().st_mtime_ns for path in office.parent.rglob("*.*")} == before


@pytest.mark.parametrize("text", ["4GB", "4 gb", "4", "4000MB", "4g"])
def test_sizes_are_written_in_many_ways(text):
    """A size without a unit counts in GB."""
    assert _gigabytes(text) == pytest.approx(4.0)
