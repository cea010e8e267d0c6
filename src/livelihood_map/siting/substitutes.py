"""What each site is worth beside its rivals, the rest of the plan as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from livelihood_map.core.errors import Problem
    from livelihood_map.siting.solver import BoolArray, CoverProblem, IntArray

TRIED_N: Final = 12
"""Rivals that are tried against the rules before none is named."""


@dataclass(frozen=True)
class Substitute:
    """What stands behind one site.

    Attributes
    ----------
    lost : int
        Weight covered by this site alone, thousandths of a person.
    runner_up : int
        Position of the best other place that keeps the rules, -1 when none was found.
    behind : int
        Weight that the runner-up covers less.
    rule : Problem or None
        The rule that a better place would break.
    """

    lost: int
    runner_up: int
    behind: int
    rule: Problem | None


def find_substitutes(
    problem: CoverProblem,
    chosen: IntArray,
    *,
    banned: BoolArray,
    find_breach: Callable[[IntArray], Problem | None],
) -> list[Substitute]:
    """Return for each site what is lost without it and its runner-up.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    chosen : int64 array
        The sites.
    banned : bool array
        Candidates that may not be chosen.
    find_breach : function
        Returns a rule that a choice breaks, None when it keeps all.

    Raises
    ------
    IndexError
        When a position is not there.
    """
    count = problem.counts(chosen)
    free = ~banned
    free[chosen] = False
    open_weight = np.where(count == 0, problem.weights, 0)
    gain = _sums(problem, open_weight)
    return [
        _rival(problem, chosen, place, count, gain, free, find_breach)
        for place in range(len(chosen))
    ]


def _rival(
    problem: CoverProblem,
    chosen: IntArray,
    place: int,
    count: IntArray,
    gain: IntArray,
    free: BoolArray,
    find_breach: Callable[[IntArray], Problem | None],
) -> Substitute:
    """Return what stands behind one site."""
    own = problem.covered_by(int(chosen[place]))
    sole = own[count[own] == 1]
    lost = int(problem.weights[sole].sum())
    would = gain.copy()
    for row in sole:
        near = problem.reach_idx[problem.reach_ptr[row] : problem.reach_ptr[row + 1]]
        would[near] += problem.weights[row]
    would[~free] = -1
    rule: Problem | None = None
    for rival in np.argsort(-would, kind="stable")[:TRIED_N]:
        if would[rival] < 0:
            break
        moved = chosen.copy()
        moved[place] = rival
        broken = find_breach(moved)
        if broken is None:
            return Substitute(lost, int(rival), max(lost - int(would[rival]), 0), rule)
        if rule is None and would[rival] > lost:
            rule = broken
    return Substitute(lost, -1, 0, rule)


def _sums(problem: CoverProblem, weights: IntArray) -> IntArray:
    """Return the weight that each candidate covers."""
    owner = np.repeat(np.arange(problem.candidate_n), np.diff(problem.cover_ptr))
    total = np.zeros(problem.candidate_n, dtype=np.int64)
    np.add.at(total, owner, weights[problem.cover_idx])
    return total
