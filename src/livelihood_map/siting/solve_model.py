"""The other models asked through the same door as maximal covering."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from livelihood_map.core.errors import Problem
from livelihood_map.siting.solver import (
    Asked,
    Rule,
    cover_everyone,
    cover_gradually,
    cover_twice,
    cover_with_capacity,
    explain_clash,
    forced,
    is_possible,
    least_walk,
    shortest_longest_walk,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.budget import Budget
    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.solver import Answer, BoolArray

POSSIBLE_SHARE: Final = 0.3
"""Share of the time for the proof that any plan keeps the rules."""


def solve_model(
    instance: Instance,
    rules: Sequence[Rule],
    *,
    settings: SitingSettings,
    seed: int,
    budget: Budget,
) -> Answer:
    """Return the answer of the model that the settings name; it keeps every rule.

    A demand point's walk to its nearest existing outlet counts in the models that measure walks;
    beyond the longest walk of the table that walk stands for all. The floor of a town is about who
    has an outlet within the threshold, whatever the model counts.

    Parameters
    ----------
    rules : sequence of Rule
        The office's rules, the number of sites first where the model takes one.

    Raises
    ------
    InfeasibleError
        When no plan keeps the rules; it names those that clash.
    """
    must = (instance.people > 0) & ~instance.is_served
    everyone = [_everyone(instance, rules, must)] if settings.model == "set_cover" else []
    if not is_possible(instance.problem, [*rules, *everyone], budget.part(POSSIBLE_SHARE)):
        raise explain_clash(instance.problem, [*rules, *everyone])
    walk_m, threshold_m = instance.walk_m, instance.threshold_m
    asked = Asked(walk_m, instance.people, settings.sites_n, seed, budget, rules, instance.problem)
    farthest_m = np.fmin(instance.existing_m, float(walk_m.data.max(initial=threshold_m)))
    if settings.model == "set_cover":
        return cover_everyone(asked, threshold_m, must=must)
    if settings.model == "p_median":
        return least_walk(asked, farthest_m=farthest_m)
    if settings.model == "p_centre":
        return shortest_longest_walk(asked, must=instance.people > 0, farthest_m=farthest_m)
    if settings.model == "capacity":
        left = replace(asked, people=np.where(instance.is_served, 0.0, instance.people))
        return cover_with_capacity(left, reach_m=threshold_m, capacity=settings.capacity_people)
    if settings.model == "backup":
        return cover_twice(
            asked,
            reach_m=threshold_m,
            served_n=instance.served_n,
            backup_weight=settings.backup_weight,
        )
    steps = list(zip(settings.tiers_m, settings.tier_weights, strict=True))
    return cover_gradually(asked, steps=steps, existing_m=instance.existing_m)


def _everyone(instance: Instance, rules: Sequence[Rule], must: BoolArray) -> Rule:
    """Return the rule of set covering: all are reached whom a candidate that is not barred can."""
    problem = instance.problem
    _, banned = forced(rules, problem.candidate_n)
    is_reachable = problem.counts(np.flatnonzero(~banned)) > 0
    row = (must & is_reachable).astype(np.float64)
    words = Problem("siting.rule_everyone", value=int(row.sum()))
    return Rule.of_row(words, np.zeros(problem.candidate_n), row.sum(), people=row)
