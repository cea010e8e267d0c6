"""A programme of blocks says what HiGHS says of the same arrays, and no more."""

from __future__ import annotations

import time

import highspy
import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import LinearConstraint, milp

from livelihood_map.core.budget import CLOCK_TIMES, Budget
from livelihood_map.core.highs import IntegerProgramme, run_by_clock


def test_a_programme_without_an_answer_is_infeasible():
    """Nothing is said of the columns, and no bound is claimed."""
    programme = IntegerProgramme()
    one = programme.add_columns(1, gains=1.0, is_whole=True)
    programme.add_rows({one: [[1.0]]}, lower=2.0, upper=2.0)
    answer = programme.maximise(Budget(5.0))
    assert (answer.status, answer.values, answer.chosen(one)) == ("infeasible", None, None)


@pytest.mark.parametrize("seed", range(8))
def test_blocks_make_the_programme_that_arrays_make(seed):
    """Blocks added in any order, sparse or not, have the optimum of one matrix."""
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-3, 6, size=(6, 9)).astype(float)
    gains, limits = rng.integers(1, 9, 9).astype(float), rng.integers(4, 12, 6).astype(float)
    programme = IntegerProgramme()
    parts = [
        programme.add_columns(4, gains=gains[:4], is_whole=True),
        programme.add_columns(5, gains=gains[4:], upper=2.0),
    ]
    programme.add_rows(
        {parts[1]: sparse.csc_array(matrix[:2, 4:]), parts[0]: matrix[:2, :4]}, upper=limits[:2]
    )
    programme.add_rows({parts[0]: matrix[2:, :4], parts[1]: matrix[2:, 4:]}, upper=limits[2:])
    answer = programme.maximise(Budget(5.0))
    oracle = milp(
        -gains,
        constraints=LinearConstraint(matrix, -np.inf, limits),
        integrality=np.arange(9) < 4,
        bounds=(0, np.where(np.arange(9) < 4, 1, 2)),
    )
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(-oracle.fun)
    assert answer.bound == pytest.approx(-oracle.fun, abs=1e-5)
    assert np.all(matrix @ answer.values <= limits + 1e-6)


def test_a_block_that_does_not_fit_is_refused():
    """A matrix has as many columns as its block, and all of a row's matrices as many rows."""
    programme = IntegerProgramme()
    two = programme.add_columns(2)
    three = programme.add_columns(3)
    with pytest.raises(ValueError, match="does not fit 2 columns"):
        programme.add_rows({two: np.ones((1, 3))})
    with pytest.raises(ValueError, match="does not fit 3 columns"):
        programme.add_rows({two: np.ones((1, 2)), three: np.ones((2, 3))})


def test_what_the_clock_of_highs_stops_is_said_to_be_stopped_by_the_clock(monkeypatch):
    """HiGHS counts the seconds that go by, of which a busy machine takes many times its share."""

    class Stopped:
        """A solver that has run for five seconds, and whose time is over."""

        limit_s = 0.0

        def setOptionValue(self, _, value):  # noqa: N802
            self.limit_s = value

        def getRunTime(self):  # noqa: N802
            return 5.0

        def getModelStatus(self):  # noqa: N802
            return highspy.HighsModelStatus.kTimeLimit

        def run(self):
            pass

    now = {"thread_time": 0.0, "monotonic": 100.0}
    monkeypatch.setattr(time, "thread_time", lambda: now["thread_time"])
    monkeypatch.setattr(time, "monotonic", lambda: now["monotonic"])
    solver, budget = Stopped(), Budget(2.0)
    now |= {"thread_time": 1.0, "monotonic": 104.0}
    run_by_clock(solver, budget)
    assert solver.limit_s == 5.0 + 4.0 * (2.0 * CLOCK_TIMES - 1.0)
    assert budget.is_clocked
