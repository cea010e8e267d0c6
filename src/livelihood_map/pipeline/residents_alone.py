"""The plan for residents alone, beside one that counts workers or passengers too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import InfeasibleError

if TYPE_CHECKING:
    from livelihood_map.pipeline.siting_question import Asked
    from livelihood_map.siting import SitePlan

LIMIT_SHARE: Final = 0.25
"""Share of the plan's limit that this question beside it may take."""


def ask_residents_alone(asked: Asked, plan: SitePlan) -> dict[str, float]:
    """Return what the same number of sites reaches when residents alone count.

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
        Columns of table ``plan``.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    from livelihood_map.siting import people_of

    others = [group for group, weight in asked.settings.weights.items() if weight > 0]
    others = [group for group in others if group != "population" and asked.demand[group].sum() > 0]
    if asked.settings.model != "covering" or not others or not len(plan.sites):
        return {}
    settings = replace(
        asked.settings,
        weights={"population": 1.0},
        phases=[],
        phase_lengths=[],
        method="optimal",
        premises_tolerance_share=0.0,
        time_limit_s=asked.settings.time_limit_s * LIMIT_SHARE,
    )
    try:
        alone = replace(asked, settings=settings).choose()
    except InfeasibleError:
        return {}
    people = people_of(asked.demand, asked.settings.weights)
    is_reached = asked.demand["demand_id"].isin(alone.assignment["demand_id"]).to_numpy()
    return {
        "residents_alone": float(alone.sites["gained_population"].sum()),
        "residents_alone_max": max(alone.bound, alone.objective),
        "residents_alone_people": round(float(people[is_reached].sum()), 3),
    }
