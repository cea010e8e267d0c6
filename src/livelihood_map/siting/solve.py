"""From the question to an answer: the method that the settings name, under the office's rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from livelihood_map.core.budget import Budget
from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.names import town_names
from livelihood_map.siting.clustering import choose_by_clusters
from livelihood_map.siting.constraints import floor_rule
from livelihood_map.siting.solve_model import solve_model
from livelihood_map.siting.solve_tiers import Line, solve_tiers
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
    solve_covering,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.solver import IntArray, Rule

SWAP_STEPS: Final = 300_000
"""Swaps of the greedy method: as many as the office waits a second for."""
HALF: Final = 0.5
"""Share of the work left for what comes before the choice: the fairest share, or keeping rules."""


@dataclass(frozen=True)
class Solved:
    """The answer with one line per tier.

    Attributes
    ----------
    answer : Answer
        Choice, objective, bound and status.
    tiers : list of (metres, objective, bound, status)
        What each tier of a tiered plan covers, or a plan of shortest longest walk, of those that
        are equal, within the threshold; empty otherwise.
    rules : list of Rule
        The rules that the answer keeps, those of a fair plan among them.
    """

    answer: Answer
    tiers: list[Line]
    rules: list[Rule]


def solve(
    instance: Instance,
    walks: pd.DataFrame,
    rules: list[Rule],
    settings: SitingSettings,
    *,
    threshold_m: float,
    seed: int,
    towns: gpd.GeoDataFrame | None,
) -> Solved:
    """Return the answer of the model and method that the settings name; it keeps every rule.

    Parameters
    ----------
    instance : Instance
        Candidates and demand points in arrays.
    walks : DataFrame
        Walks from demand points to candidates.
    rules : list of Rule
        The rules; those of a fair plan are added.
    settings : SitingSettings
        Model, method, number, tiers.
    threshold_m : float
        Walk within which a site serves.
    seed : int
        Seed of all random steps.
    towns : GeoDataFrame, optional
        For names.

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
    lines: list[Line] = []
    if settings.model != "covering":
        answer = solve_model(
            instance,
            walks,
            rules,
            settings=settings,
            threshold_m=threshold_m,
            seed=seed,
            budget=budget,
        )
        lines = _second_line(answer, threshold_m)
    elif settings.method != "optimal":
        answer = _solve_simply(instance, rules, settings, seed, budget)
    elif settings.tiers_m:
        starts.append(_swapped(instance, rules, settings.sites_n, seed))
        answer, lines = solve_tiers(instance, rules, settings, seed, budget, starts)
    else:
        answer = solve_covering(
            instance.problem,
            settings.sites_n,
            rules=rules,
            starts=starts,
            seed=seed,
            budget=budget,
        )
    if not is_proved and answer.status == "optimal":
        answer = replace(answer, status="clock" if budget.is_clocked else "time_limit")
    return Solved(answer, lines, rules)


def _second_line(answer: Answer, threshold_m: float) -> list[Line]:
    """Return the line of a model's second aim, where it has one."""
    second = answer.second
    if second is None:
        return []
    objective, bound = second.objective / WEIGHT_SCALE, second.bound / WEIGHT_SCALE
    return [(threshold_m, objective, bound, second.status)]


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


def _check_number(
    instance: Instance,
    rules: list[Rule],
    settings: SitingSettings,
) -> None:
    """Refuse a number of sites that the candidates cannot give."""
    fixed, banned = forced(rules, instance.problem.candidate_n)
    usable = int(np.count_nonzero(~instance.banned))
    if usable < settings.sites_n:
        raise InfeasibleError(
            "siting.too_few_candidates",
            sites_n=settings.sites_n,
            usable_n=usable,
            total_n=len(instance.banned),
            rejected_n=len(instance.banned) - usable,
        )
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
    return bound_choice(problem, chosen, fixed, banned)


def _swapped(instance: Instance, rules: list[Rule], site_n: int, seed: int) -> IntArray:
    """Return the greedy choice improved by swaps, whatever rules say beyond single candidates."""
    fixed, banned = forced(rules, instance.problem.candidate_n)
    return improve_by_swaps(
        instance.problem,
        choose_greedily(instance.problem, site_n, fixed=fixed, banned=banned),
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
    ids = sorted(instance.demand["town_id"].dropna().unique())
    parts = []
    for town in ids:
        own = (instance.demand["town_id"] == town).to_numpy()
        total = float(instance.people[own].sum())
        if total > 0:
            served = float(instance.people[own & instance.is_served].sum())
            row = np.where(own & ~instance.is_served, instance.people, 0.0)
            parts.append((town, row, served, total))
    if not parts:
        return [], True, []
    share, is_proved, chosen = fairest_share(
        instance.problem,
        rules,
        [(row, served, total) for _, row, served, total in parts],
        budget,
    )
    if np.isnan(share):
        raise explain_clash(instance.problem, rules)
    names = town_names(towns)
    floor = max(0.0, share - 1e-7)
    rules_of_towns = [
        floor_rule(instance, town, floor, names.get(town, town)) for town, *_ in parts
    ]
    return rules_of_towns, is_proved, [] if chosen is None else [chosen]
