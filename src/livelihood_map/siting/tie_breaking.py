"""Of choices that cover the same, the one that changes least against a known plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from livelihood_map.siting.solver import CoverProblem, IntArray


def settle(
    problem: CoverProblem,
    chosen: IntArray,
    known: IntArray,
    *,
    fixed: IntArray,
    keeps: Callable[[IntArray], bool],
) -> IntArray:
    """Return a choice that covers no less and holds more of the known candidates.

    One new site at a time goes for one known candidate wherever nobody is lost and every rule is
    kept, until no such exchange is left.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    chosen : int64 array
        The choice.
    known : int64 array
        Candidates that are preferred; those that may not be chosen are left out by the caller.
    fixed : int64 array
        Candidates that must stay.
    keeps : callable
        Tells whether a choice keeps every rule.

    Raises
    ------
    IndexError
        When a position is not there.

    Examples
    --------
    >>> from livelihood_map.siting.solver import build_problem
    >>> twins = build_problem(np.array([0, 0]), np.array([0, 1]), np.array([5]), candidate_n=2)
    >>> none = np.empty(0, dtype=np.int64)
    >>> settle(twins, np.array([0]), np.array([1]), fixed=none, keeps=lambda _: True).tolist()
    [1]
    """
    choice = set(map(int, chosen))
    count = problem.counts(chosen)
    stays = set(map(int, fixed)) | set(map(int, known))
    has_changed = True
    while has_changed:
        has_changed = False
        for back in sorted(set(map(int, known)) - choice):
            for new in sorted(choice - stays):
                if not _is_free(problem, count, new, back):
                    continue
                tried = np.array(sorted((choice - {new}) | {back}), dtype=np.int64)
                if keeps(tried):
                    count[problem.covered_by(new)] -= 1
                    count[problem.covered_by(back)] += 1
                    choice = set(map(int, tried))
                    has_changed = True
                    break
    return np.array(sorted(choice), dtype=np.int64)


def _is_free(problem: CoverProblem, count: IntArray, new: int, back: int) -> bool:
    """Return whether the exchange of one site for another loses nobody."""
    lost, won = problem.covered_by(new), problem.covered_by(back)
    lost = lost[count[lost] == 1]
    won = won[count[won] == 0]
    kept = np.intersect1d(lost, problem.covered_by(back), assume_unique=True)
    loss = problem.weights[lost].sum() - problem.weights[kept].sum()
    return bool(problem.weights[won].sum() >= loss)
