"""The plan for residents alone, beside one that counts workers or passengers too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.uncovered import nearest_walks
from livelihood_map.core.units import round_mm

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Bools
    from livelihood_map.pipeline.siting_question import Asked
    from livelihood_map.siting import SitePlan

LIMIT_SHARE: Final = 0.25
"""Share of the plan's limit that this question beside it may take."""


def ask_residents_alone(asked: Asked, plan: SitePlan) -> dict[str, list[Any]]:
    """Return what the same number of sites would reach if residents alone counted.

    Premises that exist are not put first there: what that costs is told by itself.

    Nothing where the plan itself counts nobody else, where it has another aim than most people,
    and where no such plan keeps the rules.

    Parameters
    ----------
    asked
        What the plan was chosen from.
    plan
        The plan.

    Returns
    -------
    dict
        Columns of table ``levels``, a value for each level of the plan.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    from livelihood_map.siting import people_of

    settings, demand = asked.settings, asked.demand
    others = [group for group, weight in settings.weights.items() if weight > 0]
    others = [group for group in others if group != "population" and demand[group].sum() > 0]
    if settings.model != "covering" or not others or not len(plan.sites):
        return {}
    alone_settings = replace(
        settings,
        weights={"population": 1.0},
        phases=[],
        phase_lengths=[],
        premises_tolerance_share=0.0,
        time_limit_s=settings.time_limit_s * LIMIT_SHARE,
    )
    try:
        alone = replace(asked, settings=alone_settings).choose()
    except InfeasibleError:
        return {}
    residents, people = people_of(demand, {"population": 1.0}), people_of(demand, settings.weights)
    told: dict[str, list[Any]] = {"residents_more": [], "people_more": []}
    for metres in plan.levels["threshold_m"]:
        now, then = (_newly_reached(asked, one, metres).astype(np.int64) for one in (plan, alone))
        told["residents_more"].append(round(float((then - now) @ residents), 3))
        told["people_more"].append(round(float((then - now) @ people), 3))
    return told | {"residents_status": [alone.status] * len(plan.levels)}


def _newly_reached(asked: Asked, plan: SitePlan, within_m: float) -> Bools:
    """Return which demand points a plan newly reaches within a walk."""
    walks = asked.walks[asked.walks["dest_id"].isin(plan.sites["candidate_id"])]
    near = walks.loc[round_mm(walks["walk_m"]) <= within_m, "origin_id"]
    who = {"kind": asked.settings.kind, "walker": asked.walker}
    is_served = nearest_walks(asked.demand, asked.coverage, **who) <= within_m
    return np.asarray(asked.demand["demand_id"].isin(near) & ~is_served)
