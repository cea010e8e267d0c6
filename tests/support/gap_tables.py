"""Coverage, joins and gap zones of a lattice town, drawn by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from livelihood_map.core.settings import GapSettings
from livelihood_map.core.tables import COVERAGE, JOINS
from livelihood_map.gaps import find_gaps, find_zones


def coverage_of(demand, walk_m, kind="breakfast"):
    """Return a coverage table with the given walks."""
    return COVERAGE.conform(
        pd.DataFrame(
            {
                "demand_id": demand["demand_id"],
                "kind": kind,
                "walker": "standard",
                "walk_m": walk_m,
                "facilities_n": 0,
                "is_covered": False,
            }
        )
    )


def joins_of(demand, reason=None):
    """Return joins in which every demand point is joined, or none with the given reason."""
    return JOINS.conform(
        pd.DataFrame(
            {"point_id": demand["demand_id"], "access_id": demand["demand_id"], "reason": reason}
        )
    )


def zones_of(town, uncovered, **settings):
    """Return gaps and zones when the points of `uncovered` (row, column) lack an outlet."""
    ids = {f"d{row}_{column}" for row, column in uncovered}
    walk = np.where(town.demand["demand_id"].isin(ids), np.nan, 0.0)
    gaps = find_gaps(
        coverage_of(town.demand, walk),
        town.demand,
        joins_of(town.demand),
        kind="breakfast",
        threshold_m=500.0,
    )
    chosen = GapSettings(**{"zone_reach_m": 110.0, "zone_population": 20.0, **settings})
    return find_zones(gaps, town.demand, town.residences, town.towns, settings=chosen)
