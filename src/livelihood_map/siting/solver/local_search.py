"""Greedy choice and swaps for maximal covering."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from livelihood_map.siting.solver import kernels, swap_kernels
from livelihood_map.siting.solver.constants import (
    COLD,
    HOT,
    LOOK_S,
    STEP_S,
)

if TYPE_CHECKING:
    from livelihood_map.core.budget import Budget
    from livelihood_map.siting.solver.cover_problem import BoolArray, CoverProblem, IntArray


def choose_greedily(
    problem: CoverProblem,
    site_n: int,
    *,
    fixed: IntArray | None = None,
    banned: BoolArray | None = None,
) -> IntArray:
    """Return the greedy choice in order: each next site adds the most weight.

    Gains are kept up to date, so every covering pair is touched at most twice; ties go to the
    candidate that comes first. The value is at least 1 - 1/e of the optimum
    (Nemhauser, Wolsey & Fisher 1978).

    Parameters
    ----------
    site_n : int
        Number of sites in the answer, fixed ones included.
    fixed : int64 array, optional
        Candidates that are chosen first, in this order.

    Raises
    ------
    ValueError
        If there are fewer free candidates than sites.

    Examples
    --------
    >>> from livelihood_map.siting.solver import build_problem
    >>> problem = build_problem(np.array([0, 1, 2, 2]), np.array([0, 0, 1, 2]),
    ...                         np.array([5, 7, 1]), candidate_n=3)
    >>> choose_greedily(problem, 2).tolist()
    [0, 1]
    """
    start = np.empty(0, dtype=np.int64) if fixed is None else np.asarray(fixed, dtype=np.int64)
    barred = np.zeros(problem.candidate_n, dtype=np.bool_) if banned is None else banned
    free_n = problem.candidate_n - int(np.count_nonzero(barred)) + int(barred[start].sum())
    if site_n > free_n or len(start) > site_n:
        msg = f"{site_n} sites asked of {free_n} candidates with {len(start)} fixed"
        raise ValueError(msg)
    order: IntArray = kernels.greedy(problem, start, barred, site_n)
    return order


def improve_by_swaps(
    problem: CoverProblem,
    chosen: IntArray,
    *,
    seed: int,
    step_n: int,
    budget: Budget | None = None,
    fixed: IntArray | None = None,
    banned: BoolArray | None = None,
) -> IntArray:
    """Return a choice at least as good, found by annealed swaps of one site for another.

    Each step draws a candidate, every other time one that lies by a chosen site, finds the chosen
    site whose removal costs least together with it, and swaps the two when the weight rises, or,
    with a chance that falls as the run cools, when it drops a little (Kirkpatrick, Gelatt & Vecchi
    1983). The best choice seen is then polished until no single swap helps. The number of
    steps, not the clock, ends the run, so equal seeds give equal answers.

    Parameters
    ----------
    chosen : int64 array
        The start, without repeats.
    step_n : int
        Number of steps before the polish; 0 only polishes.
    budget : Budget, optional
        Allows fewer steps than that; the start is returned where it does not last for the polish.
    """
    start = np.asarray(chosen, dtype=np.int64)
    is_kept = np.zeros(problem.candidate_n, dtype=np.bool_)
    if fixed is not None:
        is_kept[fixed] = True
    barred = np.zeros(problem.candidate_n, dtype=np.bool_) if banned is None else banned
    worth = kernels.sums(problem, problem.weights)
    pool = np.flatnonzero(~barred & (worth > 0))
    if budget is not None:
        step_s = step_seconds(problem)
        polish_s = 2 * len(pool) * step_s
        step_n = min(step_n, int((budget.left_s - polish_s) / step_s))
        budget.charge(polish_s + max(step_n, 0) * step_s)
    if len(start) == 0 or step_n < 0:
        return start
    choice = swap_kernels.begin(problem, start, is_kept, barred)
    first = np.uint64(seed * 2 + 1)
    best: IntArray = swap_kernels.anneal(problem, choice, worth, pool, first, step_n, HOT, COLD)
    return best


def step_seconds(problem: CoverProblem) -> float:
    """Return what a step is charged with."""
    return STEP_S + LOOK_S * problem.pair_n / max(1, problem.candidate_n)
