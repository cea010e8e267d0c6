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
    order; ``no_place`` when there is none at all within the walk that serves.

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
    near = asked.walks[round_mm(asked.walks["walk_m"]) <= asked.threshold_m]
    reason_of = asked.candidates.set_index("candidate_id")["excluded_by"]
    reasons = near["dest_id"].map(reason_of).fillna("usable")
    reached = {
        word: set(near.loc[reasons == word, "origin_id"])
        for word in ("usable", *tables.UNREACHED_REASONS)
    }
    joined = set(joins.loc[joins["reason"].isna(), "point_id"])
    lost = sorted(asked.uncovered - reached["usable"])

    def why(point: str) -> str:
        if point not in joined:
            return "off_network"
        return next(
            (word for word in tables.UNREACHED_REASONS if point in reached[word]), "no_place"
        )

    points = asked.demand.set_index("demand_id").loc[lost]
    columns = ["residence_id", "town_id", "name", *CROWDS, "geometry"]
    table = points[columns].reset_index().assign(reason=[why(point) for point in lost])
    return tables.UNREACHED.conform(table.set_crs(asked.demand.crs))
