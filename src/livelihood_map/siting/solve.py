"""From the question to an answer: the method that the settings name, under the office's rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from livelihood_map.core.budget import Budget
from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.names import town_names
from livelihood_map.siting.clustering import choose_by_clusters
from livelihood_map.siting.constraints import floor_rule
from livelihood_map.siting.solve_levels import (
    Level,
    Leveled,
    measure_levels,
    solve_levels,
    weigh_levels,
)
from livelihood_map.siting.solve_model import solve_model
from livelihood_map.siting.solver import (
    WEIGHT_SCALE,
    Answer,
    bound_choice,
    choose_greedily,
    explain_clash,
    fairest_share,
    forced,
    improve_by_swaps,
    is_possible,
    keeps,
    load_kernels,
    nearest_choice,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.solver import IntArray, Rule, Status

SWAP_STEPS: Final = 300_000
"""Swaps of the greedy method: as many as the office waits a second for."""
HALF: Final = 0.5
"""Share of the work left for what comes before the choice: the fairest share, or keeping rules."""


def solve(
    instance: Instance,
    rules: list[Rule],
    settings: SitingSettings,
    *,
    seed: int,
    towns: gpd.GeoDataFrame | None,
    held: Sequence[float] = (),
) -> tuple[Leveled, list[Rule]]:
    """Return the answer of the model and method that the settings name, and the rules it keeps.

    Those of a fair plan are added to the rules. Of a plan of shortest longest walk the one level is
    the threshold: the most of those that are equal.

    Parameters
    ----------
    held : sequence of float
        People that must be reached at each level for the sake of later ones; as many as can be when
        empty.

    Raises
    ------
    InfeasibleError
        When no plan keeps the rules; it names those that clash.
    """
    _check_meaning(settings)
    if settings.model != "set_cover":
        _check_number(instance, rules, settings)
    load_kernels()
    budget = Budget(settings.time_limit_s)
    is_proved = True
    starts: list[IntArray] = []
    if settings.is_fair:
        fair, is_proved, starts = _fair_rules(instance, rules, towns, budget.part(HALF))
        rules = [*rules, *fair]
    if settings.model != "covering":
        answer = solve_model(instance, rules, settings=settings, seed=seed, budget=budget)
        leveled = Leveled(answer, _second_level(instance, answer), answer.gap)
    elif settings.method != "optimal":
        answer = _solve_simply(instance, rules, settings, seed, budget)
        leveled = Leveled(answer, measure_levels(instance, answer.chosen), answer.gap)
    else:
        starts.append(_swapped(instance, rules, settings.sites_n, seed))
        given: dict[str, Any] = {"seed": seed, "budget": budget, "starts": starts}
        if settings.tier_weights:
            leveled = weigh_levels(instance, rules, settings, **given)
        else:
            leveled = solve_levels(instance, rules, settings, held=held, **given)
    if not is_proved and leveled.answer.status == "optimal":
        status: Status = "clock" if budget.is_clocked else "fair_open"
        leveled = replace(leveled, answer=replace(leveled.answer, status=status))
    return leveled, rules


def _second_level(instance: Instance, answer: Answer) -> list[Level]:
    """Return what a plan reaches within the walk that serves, where that is a second aim."""
    second = answer.second
    if second is None:
        return []
    bound = second.bound / WEIGHT_SCALE
    return [
        replace(level, bound=bound, status=second.status)
        for level in measure_levels(instance, answer.chosen)
    ]


def _check_meaning(settings: SitingSettings) -> None:
    """Refuse settings that do not fit together, whatever the candidates are."""
    if settings.phase_lengths and len(settings.phase_lengths) != len(settings.phases):
        raise InfeasibleError(
            "siting.phase_lengths", lengths_n=len(settings.phase_lengths), n=len(settings.phases)
        )
    if settings.model != "set_cover":
        return
    if settings.is_fair:
        raise InfeasibleError("siting.set_cover_fair")
    if settings.phases:
        raise InfeasibleError("siting.set_cover_phases")


def _check_number(instance: Instance, rules: list[Rule], settings: SitingSettings) -> None:
    """Refuse a number of sites that the candidates cannot give."""
    fixed, banned = forced(rules, instance.problem.candidate_n)
    if len(instance.fixed) > settings.sites_n:
        raise InfeasibleError(
            "siting.too_many_fixed", sites_n=settings.sites_n, fixed_n=len(instance.fixed)
        )
    left = int(np.count_nonzero(~banned))
    if banned[fixed].any() or len(fixed) > settings.sites_n or left < settings.sites_n:
        raise explain_clash(instance.problem, rules)
    if settings.phases and sum(settings.phases) != settings.sites_n:
        raise InfeasibleError(
            "siting.phases_sum", total_n=sum(settings.phases), sites_n=settings.sites_n
        )


def _solve_simply(
    instance: Instance, rules: list[Rule], settings: SitingSettings, seed: int, budget: Budget
) -> Answer:
    """Return the choice of clustering or of greed and swaps, moved as little as rules demand."""
    problem, site_n = instance.problem, settings.sites_n
    fixed, banned = forced(rules, problem.candidate_n)
    if settings.method == "cluster":
        chosen = choose_by_clusters(
            problem,
            site_n,
            zone_of=instance.zone_of,
            demand_xy=shapely.get_coordinates(instance.demand.geometry.to_numpy()),
            candidate_xy=shapely.get_coordinates(instance.candidates.geometry.to_numpy()),
            fixed=fixed,
            banned=banned,
            seed=seed,
        )
    else:
        chosen = _swapped(instance, rules, site_n, seed)
    if not keeps(problem, rules, chosen):
        moved = nearest_choice(problem, rules, chosen, budget.part(HALF))
        if moved is None:
            if is_possible(problem, rules, budget):
                raise InfeasibleError("siting.no_plan_in_time")
            raise explain_clash(problem, rules)
        chosen = moved
    return bound_choice(problem, chosen, rules, budget)


def _swapped(instance: Instance, rules: list[Rule], site_n: int, seed: int) -> IntArray:
    """Return the greedy choice improved by swaps, whatever rules say beyond single candidates.

    People count once for each level at which they are reached.
    """
    stack = instance.stack
    fixed, banned = forced(rules, stack.candidate_n)
    return improve_by_swaps(
        stack,
        choose_greedily(stack, site_n, fixed=fixed, banned=banned),
        seed=seed,
        step_n=SWAP_STEPS,
        fixed=fixed,
        banned=banned,
    )


def _fair_rules(
    instance: Instance, rules: list[Rule], towns: gpd.GeoDataFrame | None, budget: Budget
) -> tuple[list[Rule], bool, list[IntArray]]:
    """Return the rules that no town falls below the greatest share that all can reach.

    Also whether that share is proved, and choices that keep them with the others.
    """
    names = town_names(towns)
    living = instance.demand.loc[instance.people > 0, "town_id"].dropna()
    told = [(town, names.get(town, town)) for town in sorted(living.unique())]
    if not told:
        return [], True, []
    floors = [floor_rule(instance, town, 0.0, name) for town, name in told]
    share, is_proved, chosen = fairest_share(instance.problem, rules, floors, budget)
    if np.isnan(share):
        raise explain_clash(instance.problem, rules)
    least = max(0.0, share - 1e-7)
    fair = [floor_rule(instance, town, least, name) for town, name in told]
    return fair, is_proved, [] if chosen is None else [chosen]
