"""Improve a choice window by window: a few neighbouring sites are set free and chosen anew."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

from livelihood_map.siting._presolve import shrink
from livelihood_map.siting._proving import prove

if TYPE_CHECKING:
    from livelihood_map.siting._problem import CoverProblem, FloatArray, IntArray

WINDOW_S: Final = 3.0
"""Longest time for one window, seconds."""
FIRST_SIZE: Final = 8
LARGEST_SIZE: Final = 24


def improve_by_windows(
    problem: CoverProblem, chosen: IntArray, *, seed: int, deadline: float
) -> IntArray:
    """Return a choice at least as good in which no small group of neighbours can be bettered.

    Around every site its nearest neighbours (those that share most candidates with it) are set
    free, all others stay, and the small problem that remains is solved exactly (POPMUSIC, Taillard
    & Voss 2002). When a whole round brings nothing the windows grow.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    chosen : int64 array
        The start.
    seed : int
        Seed of the swaps within windows.
    deadline : float
        ``time.monotonic()`` at which to stop.

    Raises
    ------
    RuntimeError
        When HiGHS refuses a model.
    """
    now = np.array(chosen, dtype=np.int64)
    tried: set[tuple[int, ...]] = set()
    size = min(FIRST_SIZE, len(now))
    near = _neighbours(problem, now)
    while size >= 2:  # noqa: PLR2004  (one site alone is what swaps do)
        is_better = False
        for site in sorted(now.tolist()):
            if time.monotonic() >= deadline:
                return now
            if site not in now:
                continue
            found = _reopen(problem, now, _window(near, now, site, size), tried, seed, deadline)
            if found is not None:
                now, is_better = found, True
                near = _neighbours(problem, now)
        if not is_better:
            if size >= min(LARGEST_SIZE, len(now)):
                return now
            size = min(2 * size, LARGEST_SIZE, len(now))
    return now


def _window(near: FloatArray, chosen: IntArray, site: int, size: int) -> IntArray:
    """Return the site and those that are nearest to it by shared candidates."""
    first = int(np.flatnonzero(chosen == site)[0])
    inside = [first]
    liking = near[first].copy()
    while len(inside) < size:
        liking[inside] = -1.0
        best = int(np.argmax(liking))
        if liking[best] <= 0:
            break
        inside.append(best)
        liking = liking + 0.5 * near[best]
    return chosen[inside]


def _neighbours(problem: CoverProblem, chosen: IntArray) -> FloatArray:
    """Return how many candidates any two sites have in common nearby."""
    covers = sparse.csr_array(
        (np.ones(problem.pair_n, dtype=np.int32), problem.cover_idx, problem.cover_ptr),
        shape=(problem.candidate_n, problem.demand_n),
    )
    beside = (covers[chosen] @ covers.T) > 0
    beside = beside.astype(np.int32)
    return np.asarray((beside @ beside.T).todense(), dtype=np.float64)


def _reopen(
    problem: CoverProblem,
    chosen: IntArray,
    window: IntArray,
    tried: set[tuple[int, ...]],
    seed: int,
    deadline: float,
) -> IntArray | None:
    """Return a better choice that differs in the window only, None when there is none."""
    stay = np.setdiff1d(chosen, window)
    is_covered = problem.counts(stay) > 0
    rest = problem.without(is_covered)
    banned = np.zeros(problem.candidate_n, dtype=np.bool_)
    banned[stay] = True
    small = shrink(rest, banned=banned)
    if small.problem.candidate_n < len(window):
        return None
    known = rest.objective(window)
    left = small.problem
    key = (len(window), known, left.pair_n, left.demand_n, int(left.weights.sum()))
    if key in tried:
        return None
    tried.add(key)
    until = min(deadline, time.monotonic() + WINDOW_S)
    proof = prove(small.problem, len(window), known=known, seed=seed, deadline=until)
    if proof.chosen is None:
        return None
    found = small.candidates[proof.chosen]
    if len(found) < len(window):
        spare = np.setdiff1d(window, found)
        found = np.concatenate([found, spare[: len(window) - len(found)]])
    return np.concatenate([stay, found])
