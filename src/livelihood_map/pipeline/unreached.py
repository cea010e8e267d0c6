"""Whom no candidate reaches, so that no plan can, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livelihood_map.core import tables
from livelihood_map.core.people import CROWDS
from livelihood_map.core.units import round_mm

if TYPE_CHECKING:
    import pandas as pd

    from livelihood_map.pipeline.siting_question import Asked


def list_unreached(asked: Asked, joins: pd.DataFrame) -> pd.DataFrame:
    """Return table ``unreached``: uncovered demand points beyond every candidate that can be used.

    The reason is ``off_network`` when no access of the point is joined to a street; ``unlisted``,
    ``town`` or ``no_frontage`` when only candidates reach it that are rejected for that, in this
    order; ``no_place`` when there is none at all within the walk. Of several walks that count it is
    told of the longest within which nothing reaches the point.

    Parameters
    ----------
    asked
        What the plan was chosen from.
    joins
        Joins of the demand points.

    Raises
    ------
    SchemaError
        When the result breaks its schema: a mistake in the program.
    """
    metres, reason_of = round_mm(asked.walks["walk_m"]), asked.candidates.set_index("candidate_id")
    reasons = asked.walks["dest_id"].map(reason_of["excluded_by"]).fillna("usable")
    joined = set(joins.loc[joins["reason"].isna(), "point_id"])
    why: dict[str, tuple[str, float]] = {}
    for within_m in sorted(asked.levels_m):  # the longest walk last: it stays
        near = asked.walks["origin_id"][metres <= within_m].groupby(reasons).agg(set)
        for point in asked.uncovered(within_m) - near.get("usable", set()):
            words = (word for word in tables.UNREACHED_REASONS if point in near.get(word, ()))
            reason = next(words, "no_place") if point in joined else "off_network"
            why[point] = reason, within_m
    lost = sorted(why)
    points = asked.demand.set_index("demand_id").loc[lost]
    columns = ["residence_id", "town_id", "name", *CROWDS, "geometry"]
    table = points[columns].reset_index()
    table["reason"] = [why[one][0] for one in lost]
    table["within_m"] = [why[one][1] for one in lost]
    return tables.UNREACHED.conform(table.set_crs(asked.demand.crs))
