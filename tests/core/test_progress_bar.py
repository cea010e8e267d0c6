"""Progress is counted where someone looks on, and nowhere else."""

from __future__ import annotations

import io
import sys

import pytest

from livelihood_map.core.labels import label
from livelihood_map.core.progress_bar import track


class Terminal(io.StringIO):
    """A stream that someone looks at."""

    def isatty(self):
        """Return that a terminal it is."""
        return True


@pytest.mark.parametrize(("items", "total"), [([7, 8, 9], None), (iter([7, 8, 9]), 3)])
def test_a_terminal_sees_how_far_it_is_and_is_left_clean(monkeypatch, items, total):
    """The count stands before each item; at the end, or when work breaks off, the line is wiped."""
    monkeypatch.setattr(sys, "stderr", seen := Terminal())
    assert list(track(items, "network.searching", total=total)) == [7, 8, 9]
    steps = [f"{label('network.searching')} {number}/3" for number in range(3)]
    said = [part for part in seen.getvalue().split("\r") if part.strip()]
    assert said == steps
    assert seen.getvalue().endswith(" \r")


def test_without_a_terminal_nothing_is_written(monkeypatch):
    """A log file holds no progress: the items come as they are."""
    monkeypatch.setattr(sys, "stderr", seen := io.StringIO())
    items = [1, 2]
    assert track(items, "network.searching") is items
    assert seen.getvalue() == ""
