"""The small programmes behind choices and phases, written row by row."""

from __future__ import annotations

import numpy as np
import pytest

from livelihood_map.programme.integer_programme import constrain, minimise


def test_the_best_two_of_three_are_taken():
    """Exactly two variables are 1: those that cost least; a floor keeps a dearer one in."""
    rows = [({0: 1.0, 1: 1.0, 2: 1.0}, 2.0, 2.0)]
    cost = np.array([3.0, 1.0, 2.0])
    free = minimise(cost, constrain(rows, 3), time_limit_s=10.0)
    assert free.x.round().tolist() == [0, 1, 1]
    kept = minimise(cost, constrain(rows, 3), low=[1.0, 0.0, 0.0], time_limit_s=10.0)
    assert kept.x.round().tolist() == [1, 1, 0]


def test_a_variable_that_need_not_be_whole_is_shared():
    """Half of a variable is enough where it may be a part."""
    rows = [({0: 2.0}, 1.0, np.inf)]
    part = minimise(np.ones(1), constrain(rows, 1), whole=0, time_limit_s=10.0)
    assert part.x.tolist() == pytest.approx([0.5])


def test_rows_that_cannot_be_kept_give_no_answer():
    """Two rows that contradict each other leave nothing to read."""
    rows = [({0: 1.0}, 1.0, 1.0), ({0: 1.0}, 0.0, 0.0)]
    assert minimise(np.ones(1), constrain(rows, 1), time_limit_s=10.0).x is None
