"""The other models asked through the same door as maximal covering."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from scipy import sparse

from livelihood_map.core.errors import InfeasibleError, Problem
from livelihood_map.core.units import round_mm
from livelihood_map.siting._office import Office
from livelihood_map.siting._rows import forced
from livelihood_map.siting._ruled import is_possible
from livelihood_map.siting._starting import Doubled, first_plan
from livelihood_map.siting.conflicts import explain_clash
from livelihood_map.siting.exact import solve_covering
from livelihood_map.siting.models import (
    ModelAnswer,
    can_be_helped,
    cover_everyone,
    cover_gradually,
    cover_twice,
    cover_with_capacity,
    least_walk,
    longest_walk,
    shortest_longest_walk,
    walk_matrix,
    within_rule,
)
from livelihood_map.siting.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting._problem import BoolArray, FloatArray
    from livelihood_map.siting._question import Question

FIRST_AIM_SHARE: Final = 0.5
"""Share of the time for the shortest longest walk; the rest is for covering most people at it."""
POSSIBLE_SHARE: Final = 0.3
"""Share of the time for the proof that any plan keeps the rules."""


def solve_model(
    question: Question,
    walks: pd.DataFrame,
    rules: Sequence[Rule],
    *,
    settings: SitingSettings,
    threshold_m: float,
    seed: int,
    deadline: float,
) -> ModelAnswer:
    """Return the answer of the model that the settings name; it keeps every rule.

    A demand point's walk to its nearest existing outlet counts in the models that measure walks;
    beyond the longest walk of the table that walk stands for all. The floor of a town is about who
    has an outlet within the threshold, whatever the model counts.

    Parameters
    ----------
    question : Question
        Candidates and demand points.
    walks : DataFrame
        Walks from demand points to candidates.
    rules : sequence of Rule
        The office's rules, the number of sites first where the model takes one.
    settings : SitingSettings
        Model, number, capacity, weights.
    threshold_m : float
        Walk within which a site serves.
    seed : int
        Seed.
    deadline : float
        ``time.monotonic()`` at which to stop.

    Raises
    ------
    InfeasibleError
        When no plan keeps the rules; it names those that clash.
    """
    must = (question.people > 0) & ~question.is_served
    everyone = [_everyone(question, rules, must)] if settings.model == "set_cover" else []
    if everyone and everyone[0].lower[0] == 0:
        raise InfeasibleError("siting.set_cover_nobody")
    most_s = POSSIBLE_SHARE * (deadline - time.monotonic())
    if not is_possible(question.problem, [*rules, *everyone], time_limit_s=most_s):
        raise explain_clash(question.problem, [*rules, *everyone])
    rows = pd.Index(question.demand["demand_id"]).get_indexer(pd.Index(walks["origin_id"]))
    columns = pd.Index(question.candidates["candidate_id"]).get_indexer(pd.Index(walks["dest_id"]))
    metres = round_mm(walks["walk_m"].to_numpy(dtype=np.float64))
    known = (rows >= 0) & (columns >= 0)
    shape = (len(question.demand), len(question.candidates))
    walk_m = walk_matrix(rows[known], columns[known], metres[known], shape=shape)
    limit = float(metres.max(initial=threshold_m))
    farthest = np.fmin(question.existing_m, limit)
    left = np.where(question.is_served, 0.0, question.people)
    number, seconds = settings.sites_n, max(0.1, deadline - time.monotonic())
    office = Office(rules, question.problem)
    if settings.model == "set_cover":
        return cover_everyone(walk_m, threshold_m, must=must, time_limit_s=seconds, office=office)
    if settings.model == "p_median":
        return least_walk(
            walk_m,
            question.people,
            number,
            farthest_m=farthest,
            seed=seed,
            time_limit_s=seconds,
            office=office,
        )
    if settings.model == "p_centre":
        return _shortest_longest(
            question, walk_m, farthest, office=office, site_n=number, seed=seed, deadline=deadline
        )
    if settings.model == "capacity":
        return cover_with_capacity(
            walk_m,
            left,
            number,
            reach_m=threshold_m,
            capacity=settings.capacity_people,
            time_limit_s=seconds,
            office=office,
        )
    if settings.model == "backup":
        return cover_twice(
            walk_m,
            question.people,
            number,
            reach_m=threshold_m,
            served_n=question.served_n,
            backup_weight=settings.backup_weight,
            time_limit_s=seconds,
            office=office,
        )
    steps = list(zip(settings.tiers_m, settings.tier_weights, strict=True))
    return cover_gradually(
        walk_m,
        question.people,
        number,
        steps=steps,
        existing_m=question.existing_m,
        seed=seed,
        time_limit_s=seconds,
        office=office,
    )


def _shortest_longest(
    question: Question,
    walk_m: sparse.csr_array,
    farthest_m: FloatArray,
    *,
    office: Office,
    site_n: int,
    seed: int,
    deadline: float,
) -> ModelAnswer:
    """Return of the plans with the shortest longest walk that one which covers most people."""
    must = (question.people > 0) & can_be_helped(walk_m, farthest_m, office)
    first_s = FIRST_AIM_SHARE * (deadline - time.monotonic())
    near, weights = question.problem.matrix().tocsc(), question.problem.weights.astype(np.float64)
    first = first_plan(
        lambda: Doubled(near, weights, 0.0, np.zeros(len(weights), dtype=np.int64)),
        site_n,
        office=office,
        candidate_n=walk_m.shape[1],
        time_limit_s=first_s,
    )
    found = shortest_longest_walk(
        walk_m,
        site_n,
        must=must,
        farthest_m=farthest_m,
        time_limit_s=first_s,
        office=office,
        start=None if first is None else first[0],
    )
    within = within_rule(walk_m, found.objective, must=must, farthest_m=farthest_m)
    second = solve_covering(
        question.problem,
        site_n,
        rules=[*office.rules, *([] if within is None else [within])],
        sound=found.chosen,
        seed=seed,
        time_limit_s=deadline - time.monotonic(),
    )
    longest_m = longest_walk(walk_m, second.chosen, must=must, farthest_m=farthest_m)
    is_proved = found.status == second.status == "optimal"
    return ModelAnswer(
        second.chosen,
        longest_m,
        min(found.bound, longest_m),
        "optimal" if is_proved else "time_limit",
        second,
    )


def _everyone(question: Question, rules: Sequence[Rule], must: BoolArray) -> Rule:
    """Return the rule of set covering: all are reached whom a candidate that is not barred can."""
    problem = question.problem
    _, banned = forced(rules, problem.candidate_n)
    is_reachable = problem.counts(np.flatnonzero(~banned)) > 0
    row = (must & is_reachable).astype(np.float64)
    return Rule(
        Problem("siting.rule_everyone", value=int(row.sum())),
        sparse.csr_array((1, problem.candidate_n)),
        np.array([row.sum()]),
        np.array([np.inf]),
        people=sparse.csr_array(row[None, :]),
    )
