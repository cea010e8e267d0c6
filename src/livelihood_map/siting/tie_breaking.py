"""Of choices that cover the same, the one that changes least against a known plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from livelihood_map.core.errors import Problem
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.solver import Answer, CoverProblem, IntArray


def settle(
    instance: Instance,
    answer: Answer,
    known: Collection[str],
    find_breach: Callable[[IntArray], Problem | None],
) -> Answer:
    """Return the answer moved towards the candidates of a known plan without losing anybody.

    One new site at a time goes for one known candidate wherever nobody is lost and every rule is
    kept, until no such exchange is left.

    Parameters
    ----------
    instance : Instance
        Who could be served by which candidate.
    answer : Answer
        The answer.
    known : collection of str
        Ids of the candidates that are preferred.
    find_breach : function
        Returns a rule that a choice breaks, None when it keeps all.
    """
    problem = instance.problem
    is_known = instance.candidates["candidate_id"].isin(list(known)).to_numpy()
    wanted = set(np.flatnonzero(is_known & ~instance.banned).tolist())
    choice = set(answer.chosen.tolist())
    stays = wanted | set(instance.fixed.tolist())
    count = problem.counts(answer.chosen)
    has_changed = True
    while has_changed:
        # every exchange brings one more wanted site in, so the loop ends
        has_changed = False
        for back in sorted(wanted - choice):
            for new in sorted(choice - stays):
                tried = np.array(sorted((choice - {new}) | {back}), dtype=np.int64)
                if _is_free(problem, count, new, back) and find_breach(tried) is None:
                    count[problem.covered_by(new)] -= 1
                    count[problem.covered_by(back)] += 1
                    choice = set(tried.tolist())
                    has_changed = True
                    break
    chosen = np.array(sorted(choice), dtype=np.int64)
    objective = problem.objective(chosen)
    return replace(answer, chosen=chosen, objective=objective, bound=max(answer.bound, objective))


def _is_free(problem: CoverProblem, count: IntArray, new: int, back: int) -> bool:
    """Return whether the exchange of one site for another loses nobody."""
    lost, won = problem.covered_by(new), problem.covered_by(back)
    lost = lost[count[lost] == 1]
    won = won[count[won] == 0]
    kept = np.intersect1d(lost, problem.covered_by(back), assume_unique=True)
    loss = problem.weights[lost].sum() - problem.weights[kept].sum()
    return bool(problem.weights[won].sum() >= loss)
