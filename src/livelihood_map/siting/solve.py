"""From the question to an answer: the method that the settings name, under the office's rules."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy import sparse

from livelihood_map.core.errors import InfeasibleError, Problem
from livelihood_map.core.names import town_names
from livelihood_map.siting.clustering import choose_by_clusters
from livelihood_map.siting.constraints import floor_rule
from livelihood_map.siting.solve_model import solve_model
from livelihood_map.siting.solver import (
    WEIGHT_SCALE,
    Answer,
    Rule,
    choose_greedily,
    close_bound,
    explain_clash,
    fairest_share,
    find_bound,
    forced,
    improve_by_swaps,
    is_possible,
    keeps,
    nearest_choice,
    scale_weights,
    shrink,
    solve_covering,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.solver import BoolArray, CoverProblem, IntArray, Status

SWAP_STEPS: Final = 300_000
BOUND_ROUNDS: Final = 1000
GREEDY_SHARE: Final = 0.15
"""Share of the time for moving the greedy plan with which tiers begin."""
MOVING_SHARE: Final = 0.5
"""Share of the time for moving a choice until it keeps the rules."""


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
    tiers: list[tuple[float, float, float, str]]
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
    deadline = time.monotonic() + settings.time_limit_s
    is_proved, sound = True, None
    if settings.is_fair:
        fair, is_proved, sound = _fair_rules(instance, rules, towns, deadline)
        rules = [*rules, *fair]
    if settings.model != "covering":
        answer = solve_model(
            instance,
            walks,
            rules,
            settings=settings,
            threshold_m=threshold_m,
            seed=seed,
            deadline=deadline,
        )
        solved = Solved(answer, _second_line(answer, threshold_m), rules)
    elif settings.tiers_m and settings.method == "optimal":
        solved = _solve_tiers(instance, rules, settings, seed, deadline, sound)
    elif settings.method == "optimal":
        answer = _solve_optimal(instance, rules, settings, seed, deadline, sound)
        solved = Solved(answer, [], rules)
    else:
        solved = Solved(_solve_simply(instance, rules, settings, seed, sound), [], rules)
    if is_proved or solved.answer.status != "optimal":
        return solved
    return replace(solved, answer=replace(solved.answer, status="time_limit"))


def _second_line(answer: Answer, threshold_m: float) -> list[tuple[float, float, float, str]]:
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


def _solve_optimal(
    instance: Instance,
    rules: list[Rule],
    settings: SitingSettings,
    seed: int,
    deadline: float,
    sound: IntArray | None,
) -> Answer:
    """Return the exact answer of maximal covering."""
    fixed, banned = forced(rules, instance.problem.candidate_n)
    return solve_covering(
        instance.problem,
        settings.sites_n,
        rules=rules,
        starts=[_clusters(instance, settings.sites_n, fixed, banned, seed)],
        sound=sound,
        seed=seed,
        time_limit_s=deadline - time.monotonic(),
    )


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
    instance: Instance,
    rules: list[Rule],
    settings: SitingSettings,
    seed: int,
    sound: IntArray | None,
) -> Answer:
    """Return the choice of clustering or of greed and swaps, moved as little as rules demand."""
    problem, site_n = instance.problem, settings.sites_n
    fixed, banned = forced(rules, problem.candidate_n)
    if settings.method == "cluster":
        chosen = _clusters(instance, site_n, fixed, banned, seed)
    else:
        chosen = _swapped(problem, site_n, fixed, banned, seed)
    if not keeps(problem, rules, chosen):
        moved = nearest_choice(
            problem,
            rules,
            chosen,
            time_limit_s=MOVING_SHARE * settings.time_limit_s,
            start=sound,
        )
        if moved is None:
            if is_possible(problem, rules):
                raise InfeasibleError("siting.no_plan_in_time")
            raise explain_clash(problem, rules)
        chosen = moved
    return _with_bound(problem, chosen, fixed, banned)


def _swapped(
    problem: CoverProblem, site_n: int, fixed: IntArray, banned: BoolArray, seed: int
) -> IntArray:
    """Return the greedy choice improved by swaps."""
    start = choose_greedily(problem, site_n, fixed=fixed, banned=banned)
    return improve_by_swaps(
        problem, start, seed=seed, step_n=SWAP_STEPS, fixed=fixed, banned=banned
    )


def _clusters(
    instance: Instance, site_n: int, fixed: IntArray, banned: BoolArray, seed: int
) -> IntArray:
    """Return the choice of clustering."""
    return choose_by_clusters(
        instance.problem,
        site_n,
        zone_of=instance.zone_of,
        demand_xy=shapely.get_coordinates(instance.demand.geometry.to_numpy()),
        candidate_xy=shapely.get_coordinates(instance.candidates.geometry.to_numpy()),
        fixed=fixed,
        banned=banned,
        seed=seed,
    )


def _with_bound(
    problem: CoverProblem, chosen: IntArray, fixed: IntArray, banned: BoolArray
) -> Answer:
    """Return a heuristic choice with a Lagrangian bound; optimal only when the two meet."""
    objective = problem.objective(chosen)
    is_covered = problem.counts(fixed) > 0
    base = int(problem.weights[is_covered].sum())
    out = banned.copy()
    out[fixed] = True
    small = shrink(problem.without(is_covered), banned=out).problem
    target = max(objective - base, 0)
    site_n = len(chosen) - len(fixed)
    ceiling = find_bound(small, site_n, target=target, round_n=BOUND_ROUNDS).value
    bound = base + close_bound(target, ceiling)
    return Answer(
        np.sort(chosen), objective, bound, "optimal" if bound == objective else "feasible"
    )


def _fair_rules(
    instance: Instance, rules: list[Rule], towns: gpd.GeoDataFrame | None, deadline: float
) -> tuple[list[Rule], bool, IntArray | None]:
    """Return the rules that no town falls below the greatest share that all can reach.

    Also whether that share is proved, and a choice that keeps them with the others.
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
        return [], True, None
    share, is_proved, chosen = fairest_share(
        instance.problem,
        rules,
        [(row, served, total) for _, row, served, total in parts],
        deadline=time.monotonic() + 0.5 * (deadline - time.monotonic()),
    )
    if np.isnan(share):
        raise explain_clash(instance.problem, rules)
    names = town_names(towns)
    floor = max(0.0, share - 1e-7)
    rules_of_towns = [
        floor_rule(instance, town, floor, names.get(town, town)) for town, *_ in parts
    ]
    return rules_of_towns, is_proved, chosen


def _solve_tiers(
    instance: Instance,
    rules: list[Rule],
    settings: SitingSettings,
    seed: int,
    deadline: float,
    sound: IntArray | None,
) -> Solved:
    """Return the answer for several walks: weighted together, or one after the other.

    It begins with the greedy plan of the first walk, moved where rules demand it.
    """
    stack, tier_of = instance.stack, instance.tier_of
    fixed, banned = forced(rules, stack.candidate_n)
    greedy = _swapped(instance.problem, settings.sites_n, fixed, banned, seed)
    if not keeps(instance.problem, rules, greedy):
        left_s = GREEDY_SHARE * (deadline - time.monotonic())
        moved = nearest_choice(instance.problem, rules, greedy, time_limit_s=left_s, start=sound)
        greedy, sound = greedy if moved is None else moved, moved
    else:
        sound = greedy
    if not settings.tier_weights:
        return _solve_in_turn(instance, rules, settings, seed, deadline, greedy, sound)
    factor = np.array(settings.tier_weights)[tier_of]
    answer = solve_covering(
        stack.weighing(scale_weights(stack.weights / WEIGHT_SCALE * factor)),
        settings.sites_n,
        rules=rules,
        starts=[greedy],
        sound=sound,
        seed=seed,
        time_limit_s=deadline - time.monotonic(),
    )
    covered = stack.counts(answer.chosen) > 0
    lines = [
        (tier, float(stack.weights[covered & (tier_of == k)].sum()) / WEIGHT_SCALE, np.nan, "")
        for k, tier in enumerate(settings.tiers_m)
    ]
    return Solved(answer, lines, rules)


def _solve_in_turn(
    instance: Instance,
    rules: list[Rule],
    settings: SitingSettings,
    seed: int,
    deadline: float,
    greedy: IntArray,
    sound: IntArray | None,
) -> Solved:
    """Return the answer that covers most in the first tier and, equal there, in the next."""
    stack, site_n, rows = instance.stack, settings.sites_n, list(rules)
    tier_n = len(settings.tiers_m)
    answers: list[Answer] = []
    for tier in range(tier_n):
        weights = np.where(instance.tier_of == tier, stack.weights, 0)
        until = time.monotonic() + (deadline - time.monotonic()) / (tier_n - tier)
        if answers:
            known = [answers[-1].chosen, *([greedy] if keeps(stack, rows, greedy) else [])]
            sound = max(known, key=stack.weighing(weights).objective)
        answer = solve_covering(
            stack.weighing(weights),
            site_n,
            rules=rows,
            starts=[greedy],
            sound=sound,
            seed=seed,
            time_limit_s=until - time.monotonic(),
        )
        answers.append(answer)
        rows.append(_at_least(stack, weights, int(answer.objective)))
    lines: list[tuple[float, float, float, str]] = [
        (tier_m, one.objective / WEIGHT_SCALE, one.bound / WEIGHT_SCALE, one.status)
        for tier_m, one in zip(settings.tiers_m, answers, strict=True)
    ]
    is_proved = all(one.status == "optimal" for one in answers)
    status: Status = "optimal" if is_proved else "time_limit"
    first, last = answers[0], answers[-1]
    return Solved(Answer(last.chosen, first.objective, first.bound, status), lines, rules)


def _at_least(stack: CoverProblem, weights: IntArray, objective: int) -> Rule:
    """Return the rule that what a tier covers is not given up for a later one."""
    return Rule(
        Problem("siting.rule_count", value=objective),
        sparse.csr_array((1, stack.candidate_n)),
        np.array([objective / WEIGHT_SCALE - 1e-6]),
        np.array([np.inf]),
        people=sparse.csr_array((weights / WEIGHT_SCALE)[None, :]),
    )
