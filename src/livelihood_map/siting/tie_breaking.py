"""Of choices that cover the same, the one that changes least against a known plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from livelihood_map.core.errors import Problem
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.solver import IntArray


def settle(
    instance: Instance,
    chosen: IntArray,
    known: Collection[str],
    find_breach: Callable[[IntArray], Problem | None],
    *,
    keeps_premises: bool,
) -> IntArray:
    """Return the choice moved towards the candidates of a known plan without losing anybody.

    One new site at a time goes for one known candidate wherever nobody is lost at any level and
    every rule is kept, until no such exchange is left.

    Parameters
    ----------
    keeps_premises : bool
        Whether a site in premises that exist makes room for another in premises alone.
    """
    problem, is_premises = instance.stack, instance.is_premises
    is_known = instance.candidates["candidate_id"].isin(list(known)).to_numpy()
    wanted = set(np.flatnonzero(is_known & ~instance.banned).tolist())
    choice = set(chosen.tolist())
    stays = wanted | set(instance.fixed.tolist())
    count = problem.counts(chosen)
    has_changed = True
    while has_changed:
        # every exchange brings one more wanted site in, so the loop ends
        has_changed = False
        for back in sorted(wanted - choice):
            for new in sorted(choice - stays):
                if keeps_premises and is_premises[new] > is_premises[back]:
                    continue
                tried = np.array(sorted((choice - {new}) | {back}), dtype=np.int64)
                if _is_free(instance, count, new, back) and find_breach(tried) is None:
                    count[problem.covered_by(new)] -= 1
                    count[problem.covered_by(back)] += 1
                    choice = set(tried.tolist())
                    has_changed = True
                    break
    return np.array(sorted(choice), dtype=np.int64)


def _is_free(instance: Instance, count: IntArray, new: int, back: int) -> bool:
    """Return whether the exchange of one site for another loses nobody at any level."""
    problem = instance.stack
    lost, won = problem.covered_by(new), problem.covered_by(back)
    lost = lost[count[lost] == 1]
    won = won[count[won] == 0]
    kept = np.intersect1d(lost, problem.covered_by(back), assume_unique=True)
    gain = np.zeros(len(instance.levels_m), dtype=np.int64)
    for rows, sign in ((won, 1), (kept, 1), (lost, -1)):
        np.add.at(gain, instance.level_of[rows], sign * problem.weights[rows])
    return bool(np.all(gain >= 0))
