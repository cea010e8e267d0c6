"""A source of which nothing could be used stops the run, whatever else its file serves."""

from __future__ import annotations

import pandas as pd
import pytest

from livelihood_map.core.errors import SourceError
from livelihood_map.pipeline.intake_check import require_usable


def rejects_of(setting, problem, rows_n):
    """Return so many rejects of one setting."""
    return pd.DataFrame(
        {
            "source": "a.osm",
            "setting": setting,
            "row": range(1, rows_n + 1),
            "problem": "没有坐标",
            "remedy": "补上",
            "problem_key": problem,
        }
    )


def intake_of(*counts):
    """Return table ``intake``: rows read and taken of one file in several sections."""
    return pd.DataFrame(
        [
            {
                "source": "a.osm",
                "setting": f"load.facilities[{n}]",
                "rows_n": rows,
                "taken_n": taken,
            }
            for n, (rows, taken) in enumerate(counts, start=1)
        ]
    )


def test_a_section_of_a_shared_file_without_any_row_is_named():
    """Rows of the first section of a file do not hide that its second section has none."""
    with pytest.raises(SourceError) as refusal:
        require_usable(
            intake_of((5, 5), (2, 0)), rejects_of("load.facilities[2]", "no_coordinates", 2)
        )
    for lang in ("zh", "en"):
        assert "load.facilities[2]" in refusal.value.text(lang)
        assert "a.osm" in refusal.value.text(lang)


def test_repeated_rows_and_nothing_read_are_no_harm():
    """A section that only repeats another, or for which the file holds nothing, stops no run."""
    repeated = rejects_of("load.facilities[2]", "duplicate", 2)
    assert require_usable(intake_of((5, 5), (2, 0), (0, 0)), repeated) is None
