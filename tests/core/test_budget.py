"""A limit that is counted in work, with the clock behind it."""

from __future__ import annotations

import time

import pytest

from livelihood_map.core import budget as budgets
from livelihood_map.core.budget import Budget


def test_what_a_part_does_is_charged_to_the_whole():
    """A part ends with its own limit or with that of the whole, whichever comes first."""
    whole = Budget(10.0)
    part = whole.part(0.5)
    part.charge(2.0)
    assert (part.left_s, whole.left_s) == (3.0, 8.0)
    whole.charge(7.0)
    assert part.left_s == whole.left_s == pytest.approx(1.0)
    part.charge(1.0)
    assert whole.is_over
    assert part.is_over


def test_work_that_is_done_is_not_the_clock(monkeypatch):
    """A budget that is used up says nothing of the clock, however late it is."""
    budget = Budget(1.0)
    budget.charge(1.0)
    monkeypatch.setattr(time, "monotonic", lambda: 1e9)
    assert budget.is_over
    assert not budget.is_clocked


@pytest.mark.parametrize("clock", ["thread_time", "monotonic"])
def test_the_clock_stops_the_whole_where_it_goes_by_too_long(clock, monkeypatch):
    """Processor seconds count three times the limit, seconds that go by more; a part tells all."""
    whole = Budget(2.0)
    part = whole.part(0.5)
    times = {"thread_time": budgets.CLOCK_TIMES, "monotonic": budgets.WALL_TIMES}[clock]
    begun = getattr(time, clock)()
    monkeypatch.setattr(time, clock, lambda: begun + 2.0 * times - 1.0)
    assert not part.is_over
    monkeypatch.setattr(time, clock, lambda: begun + 2.0 * times)
    assert part.is_over
    assert whole.is_clocked
