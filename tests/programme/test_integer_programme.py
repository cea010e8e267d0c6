"""The small programmes behind choices and phases, written row by row."""

from __future__ import annotations

import numpy as np
import pytest

from livelihood_map.programme.integer_programme import maximise


def test_the_best_two_of_three_are_taken():
    """Exactly two variables are 1: those that bring most; a floor keeps a poorer one in."""
    rows = [({0: 1.0, 1: 1.0, 2: 1.0}, 2.0, 2.0)]
    gain = np.array([-3.0, -1.0, -2.0])
    free, value, bound = maximise(gain, rows, time_limit_s=10.0)
    assert free.round().tolist() == [0, 1, 1]
    assert (value, bound) == pytest.approx((-3.0, -3.0))
    kept, _, _ = maximise(gain, rows, low=[1.0, 0.0, 0.0], time_limit_s=10.0)
    assert kept.round().tolist() == [1, 1, 0]


def test_a_variable_that_need_not_be_whole_is_shared():
    """Half of a variable is enough where it may be a part, whole where it may not."""
    rows = [({0: 2.0}, 1.0, np.inf), ({1: 2.0}, 1.0, np.inf)]
    part, _, _ = maximise(-np.ones(2), rows, whole=[False, True], time_limit_s=10.0)
    assert part.tolist() == pytest.approx([0.5, 1.0])


def test_rows_that_cannot_be_kept_give_no_answer():
    """Two rows that contradict each other leave nothing to read."""
    rows = [({0: 1.0}, 1.0, 1.0), ({0: 1.0}, 0.0, 0.0)]
    assert maximise(-np.ones(1), rows, time_limit_s=10.0)[0] is None
