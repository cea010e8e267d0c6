"""How stable the list is: which sites survive when what is not known exactly is taken otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from livelihood_map.core.crs import require_metric
from livelihood_map.core.tables import STABILITY

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd


def shift_points(table: gpd.GeoDataFrame, *, id_column: str, shift_m: float, seed: int) -> Any:  # noqa: ANN401  (GeoDataFrame)
    """Return the table with every point moved by up to a distance in any direction.

    Directions and distances are drawn evenly, in the order of the ids, so that the order of the
    rows changes nothing.

    Parameters
    ----------
    table
        Points in a metric CRS.
    id_column
        Column of the ids.
    shift_m
        Greatest distance, metres.
    seed
        Seed of the draw.

    Raises
    ------
    CrsError
        When the CRS is not metric.
    """
    require_metric(table.crs, what=id_column)
    chance = np.random.default_rng(seed)
    angle = chance.uniform(0.0, 2.0 * np.pi, len(table))
    away = chance.uniform(0.0, shift_m, len(table))
    place = np.argsort(np.argsort(table[id_column].to_numpy(dtype=str), kind="stable"))
    spots = shapely.get_coordinates(table.geometry.to_numpy())
    moved = spots + (away[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))[place]
    return table.set_geometry(shapely.points(moved), crs=table.crs)


def measure_survival(
    sites: gpd.GeoDataFrame,
    plans: Mapping[str, gpd.GeoDataFrame],
    *,
    reach_m: float,
    robust_share: float,
) -> pd.DataFrame:
    """Return table ``stability``: in how many of the other plans each site survives.

    A site survives in a plan that has a site within `reach_m` of it in a straight line, so that one
    door further counts as the same place.

    Parameters
    ----------
    sites
        Table ``sites``, in a metric CRS.
    plans
        Sites of the other plans by the name of the run, in the same CRS, at the places of the
        candidates as they are listed.
    reach_m
        Distance within which a site stands for another, metres.
    robust_share
        Share of the runs from which a site is robust.

    Returns
    -------
    DataFrame
        candidate_id, runs_n, survival_share (missing without runs), is_robust, lost_in (names of
        the runs without the site, joined by ``;``), in the order of the ranks.

    Raises
    ------
    CrsError
        When the CRS is not metric.
    """
    require_metric(sites.crs, what="sites")
    ranked = sites.sort_values("rank")
    spots = shapely.get_coordinates(ranked.geometry.to_numpy())
    lost: list[list[str]] = [[] for _ in range(len(ranked))]
    for name, plan in plans.items():
        near = np.full(len(ranked), np.inf)
        if len(plan):
            near, _ = cKDTree(shapely.get_coordinates(plan.geometry.to_numpy())).query(spots)
        for row in np.flatnonzero(np.round(near, 3) > reach_m):
            lost[row].append(name)
    share = np.array([1.0 - len(names) / len(plans) if plans else np.nan for names in lost])
    table = pd.DataFrame(
        {
            "candidate_id": ranked["candidate_id"].to_numpy(),
            "runs_n": len(plans),
            "survival_share": share,
            "is_robust": share >= robust_share - 1e-12,
            "lost_in": [";".join(names) if names else None for names in lost],
        }
    )
    return STABILITY.conform(table)
