"""The other models asked through the same door as maximal covering."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.units import round_mm
from livelihood_map.siting.models import (
    ModelAnswer,
    cover_everyone,
    cover_gradually,
    cover_twice,
    cover_with_capacity,
    least_walk,
    shortest_longest_walk,
    walk_matrix,
)

if TYPE_CHECKING:
    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting._question import Question


def solve_model(
    question: Question,
    walks: pd.DataFrame,
    *,
    settings: SitingSettings,
    threshold_m: float,
    seed: int,
) -> ModelAnswer:
    """Return the answer of the model that the settings name, in positions of all candidates.

    Rejected candidates are left out. A demand point's walk to its nearest existing outlet counts in
    the models that measure walks; beyond the longest walk of the table that walk stands for all.

    Parameters
    ----------
    question : Question
        Candidates and demand points.
    walks : DataFrame
        Walks from demand points to candidates.
    settings : SitingSettings
        Model, number, capacity, weights.
    threshold_m : float
        Walk within which a site serves.
    seed : int
        Seed.

    Raises
    ------
    InfeasibleError
        When there are too few candidates, or rules are set, which only the model covering keeps.
    """
    usable = np.flatnonzero(~question.banned).astype(np.int64)
    if len(question.fixed) or settings.rules != type(settings.rules)() or settings.is_fair:
        raise InfeasibleError("siting.model_without_rules", model=settings.model)
    if len(usable) < settings.sites_n and settings.model != "set_cover":
        raise InfeasibleError(
            "siting.too_few_candidates",
            sites_n=settings.sites_n,
            usable_n=len(usable),
            total_n=len(question.banned),
            rejected_n=len(question.banned) - len(usable),
        )
    answer = _ask_model(question, walks, usable, settings, threshold_m, seed)
    return ModelAnswer(usable[answer.chosen], answer.objective, answer.bound, answer.status)


def _ask_model(
    question: Question,
    walks: pd.DataFrame,
    usable: np.ndarray[tuple[int], np.dtype[np.int64]],
    settings: SitingSettings,
    threshold_m: float,
    seed: int,
) -> ModelAnswer:
    """Return the model's answer in positions of the usable candidates."""
    ids = question.candidates["candidate_id"].iloc[usable]
    rows = pd.Index(question.demand["demand_id"]).get_indexer(pd.Index(walks["origin_id"]))
    columns = pd.Index(ids).get_indexer(pd.Index(walks["dest_id"]))
    metres = round_mm(walks["walk_m"].to_numpy(dtype=np.float64))
    known = (rows >= 0) & (columns >= 0)
    shape = (len(question.demand), len(usable))
    walk_m = walk_matrix(rows[known], columns[known], metres[known], shape=shape)
    limit = float(metres.max(initial=threshold_m))
    farthest = np.fmin(question.existing_m, limit)
    left = np.where(question.is_served, 0.0, question.people)
    number, seconds = settings.sites_n, settings.time_limit_s
    if settings.model == "set_cover":
        return cover_everyone(walk_m, threshold_m, must=left > 0, time_limit_s=seconds)
    if settings.model == "p_median":
        return least_walk(
            walk_m,
            question.people,
            number,
            farthest_m=farthest,
            seed=seed,
            time_limit_s=seconds,
        )
    if settings.model == "p_centre":
        must = question.people > 0
        return shortest_longest_walk(
            walk_m, number, must=must, farthest_m=farthest, time_limit_s=seconds
        )
    if settings.model == "capacity":
        return cover_with_capacity(
            walk_m,
            left,
            number,
            reach_m=threshold_m,
            capacity=settings.capacity_people,
            time_limit_s=seconds,
        )
    if settings.model == "backup":
        return cover_twice(
            walk_m,
            question.people,
            number,
            reach_m=threshold_m,
            served_n=question.is_served.astype(np.int64),
            backup_weight=settings.backup_weight,
            time_limit_s=seconds,
        )
    steps = list(zip(settings.tiers_m, settings.tier_weights, strict=True))
    return cover_gradually(walk_m, left, number, steps=steps, seed=seed, time_limit_s=seconds)
