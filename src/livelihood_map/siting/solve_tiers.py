"""Plans for several walks: weighted together, or one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from scipy import sparse

from livelihood_map.core.errors import Problem
from livelihood_map.siting.solver import WEIGHT_SCALE, Answer, Rule, scale_weights, solve_covering

if TYPE_CHECKING:
    from livelihood_map.core.budget import Budget
    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.solver import CoverProblem, IntArray

STATUSES: Final = ("optimal", "time_limit", "clock")
"""What a tier can end with, the worst last: a plan is as well proved as its worst tier."""
Line: TypeAlias = tuple[float, float, float, str]
"""Walk of a tier (metres), people covered within it, their upper bound, status."""


def solve_tiers(
    instance: Instance,
    rules: list[Rule],
    settings: SitingSettings,
    seed: int,
    budget: Budget,
    starts: list[IntArray],
) -> tuple[Answer, list[Line]]:
    """Return the answer for several walks, with one line per tier.

    Without weights the first tier is covered most and, equal there, the next; with them all add up.

    Parameters
    ----------
    instance : Instance
        Candidates and demand points; its stack holds each point once for each tier.
    rules : list of Rule
        The rules.
    settings : SitingSettings
        Number of sites, tiers and their weights.
    seed : int
        Seed of all random steps.
    budget : Budget
        Work that may be done.
    starts : list of int64 arrays
        Known choices.

    Raises
    ------
    InfeasibleError
        When no choice keeps the rules, or none was found within the budget.
    """
    stack, tier_of, tier_n = instance.stack, instance.tier_of, len(settings.tiers_m)
    people = [np.where(tier_of == tier, stack.weights, 0) for tier in range(tier_n)]
    if settings.tier_weights:
        factor = np.array(settings.tier_weights)[tier_of]
        weighted = stack.weighing(scale_weights(stack.weights / WEIGHT_SCALE * factor))
        answer = solve_covering(
            weighted, settings.sites_n, rules=rules, starts=starts, seed=seed, budget=budget
        )
        covered = [stack.weighing(one).objective(answer.chosen) / WEIGHT_SCALE for one in people]
        return answer, [
            (tier_m, one, np.nan, "") for tier_m, one in zip(settings.tiers_m, covered, strict=True)
        ]
    answers: list[Answer] = []
    for tier, weights in enumerate(people):
        # the last answer covers as much of each tier before as the rules added for it demand
        answer = solve_covering(
            stack.weighing(weights),
            settings.sites_n,
            rules=rules,
            starts=[*starts, *(one.chosen for one in answers[-1:])],
            seed=seed,
            budget=budget.part(1 / (tier_n - tier)),
        )
        answers.append(answer)
        rules = [*rules, _at_least(stack, weights, int(answer.objective))]
    lines: list[Line] = [
        (tier_m, one.objective / WEIGHT_SCALE, one.bound / WEIGHT_SCALE, one.status)
        for tier_m, one in zip(settings.tiers_m, answers, strict=True)
    ]
    worst = max((one.status for one in answers), key=STATUSES.index)
    first = answers[0]
    return Answer(answers[-1].chosen, first.objective, first.bound, worst), lines


def _at_least(stack: CoverProblem, weights: IntArray, objective: int) -> Rule:
    """Return the rule that what a tier covers is not given up for a later one."""
    return Rule(
        Problem("siting.rule_count", value=objective),
        sparse.csr_array((1, stack.candidate_n)),
        np.array([objective / WEIGHT_SCALE - 1e-6]),
        np.array([np.inf]),
        people=sparse.csr_array((weights / WEIGHT_SCALE)[None, :]),
    )
