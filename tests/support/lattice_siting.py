"""The question of siting on the lattice town: who walks how far to which corner."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from livelihood_map.core.settings import SitingSettings
from livelihood_map.core.tables import CANDIDATES, COVERAGE
from livelihood_map.siting import choose_sites

EVERYWHERE = [(row, column) for row in range(5) for column in range(5)]


def lattice_candidates(town, places=EVERYWHERE, **columns):
    """Return a candidate ``c<row>_<column>`` at each place of the lattice."""
    table = {
        "candidate_id": [f"c{row}_{column}" for row, column in places],
        "town_id": "west",
        "name": [f"点位{row}_{column}" for row, column in places],
        "source": "street",
        "is_fixed": False,
        "is_rejected": False,
    }
    points = [town.at(*place) for place in places]
    return CANDIDATES.conform(
        gpd.GeoDataFrame(table | columns, geometry=points, crs=town.demand.crs)
    )


def lattice_walks(demand, candidates):
    """Return every walk along the lattice: the sum of the offsets north and east."""
    rows = [
        (demand_id, candidate_id, abs(a.x - b.x) + abs(a.y - b.y))
        for demand_id, a in zip(demand["demand_id"], demand.geometry, strict=True)
        for candidate_id, b in zip(candidates["candidate_id"], candidates.geometry, strict=True)
    ]
    return pd.DataFrame(rows, columns=["origin_id", "dest_id", "walk_m"])


def lattice_coverage(demand, served=()):
    """Return the coverage in which an outlet stands 50 m from each of the `served` points."""
    walk = np.where(demand["demand_id"].isin(served), 50.0, np.nan)
    return COVERAGE.conform(
        pd.DataFrame(
            {
                "demand_id": demand["demand_id"],
                "kind": "breakfast",
                "walker": "standard",
                "walk_m": walk,
                "facilities_n": 0,
                "is_covered": ~np.isnan(walk),
            }
        )
    )


def lattice_question(town, *, served=(), candidates=None, **settings):
    """Return candidates, demand, walks, coverage, the settings and a function that chooses."""
    candidates = lattice_candidates(town) if candidates is None else candidates
    walks, coverage = lattice_walks(town.demand, candidates), lattice_coverage(town.demand, served)
    asked = SitingSettings(**settings)

    def choose(marked=candidates):
        return choose_sites(
            marked, town.demand, walks, coverage, settings=asked, threshold_m=100.0, seed=1
        )

    return candidates, town.demand, walks, coverage, asked, choose
