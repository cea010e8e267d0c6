"""Places in the gap zones: their centres, points along their streets, stand-ins without streets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from livelihood_map.candidates.candidate_rows import make_rows, spot_keys
from livelihood_map.candidates.street_places import is_frontage
from livelihood_map.core.people import everyone

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from livelihood_map.core.settings import CandidateSettings


def find_zone_centres(
    zones: gpd.GeoDataFrame, gaps: pd.DataFrame, demand: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return for each zone the demand point nearest to the centre of its people."""
    members = _members(zones, gaps, demand)
    every = shapely.get_coordinates(members.geometry.to_numpy())
    people = everyone(members).to_numpy()
    ids, chosen = [], []
    for zone_id, rows in sorted(members.groupby("zone_id").indices.items()):
        offset = np.hypot(*(every[rows] - np.average(every[rows], axis=0, weights=people[rows])).T)
        ids.append(f"centre-{zone_id}")
        chosen.append(rows[np.argmin(np.round(offset, 3))])  # of equals the first by demand_id
    points = members.geometry.to_numpy()[np.array(chosen, dtype=np.int64)]
    return make_rows(ids, "", "gap_cluster", 10.0, points, demand.crs)


def list_stand_ins(
    zones: gpd.GeoDataFrame, gaps: pd.DataFrame, demand: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the uncovered demand points of the zones, for a district without streets."""
    members = _members(zones, gaps, demand)
    return make_rows(
        "at-" + members["demand_id"].astype(str),
        "",
        "gap_cluster",
        10.0,
        members.geometry.to_numpy(),
        demand.crs,
    )


def space_street_points(
    edges: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, settings: CandidateSettings
) -> gpd.GeoDataFrame:
    """Return points along the streets inside the zones, `spacing_m` apart along each street."""
    spacing_m = settings.street_spacing_m
    if not len(zones):
        return make_rows([], [], "street", spacing_m * 0.6, np.empty(0, dtype=object), edges.crs)
    streets = edges[is_frontage(edges, settings.frontage)].sort_values(["u", "v", "key"])
    outline = shapely.union_all(zones.geometry.to_numpy())
    shapely.prepare(outline)
    streets = streets[shapely.intersects(outline, streets.geometry.to_numpy())]
    lines = streets.geometry.to_numpy()
    lengths = shapely.length(lines)
    parts = np.maximum(np.rint(lengths / spacing_m), 1).astype(np.int64)
    owner = np.repeat(np.arange(len(lines)), parts)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(parts) - parts, parts)
    along = (step + 0.5) / parts[owner] * lengths[owner]
    points = shapely.line_interpolate_point(lines[owner], along)
    inside = shapely.intersects(outline, points)
    points, owner = points[inside], owner[inside]
    names = streets["name"].fillna("").to_numpy(dtype=object) if "name" in streets else None
    keys = spot_keys(points, edges.crs)
    table = make_rows(
        [f"street-{key}" for key in keys],
        names[owner] if names is not None else "",
        "street",
        spacing_m * 0.6,
        points,
        edges.crs,
    )
    return table.drop_duplicates("candidate_id").sort_values("candidate_id")


def _members(
    zones: gpd.GeoDataFrame, gaps: pd.DataFrame, demand: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the demand points of the zones, with the zone."""
    inside = gaps.loc[gaps["zone_id"].isin(zones["zone_id"]), ["demand_id", "zone_id"]]
    return demand.merge(inside, on="demand_id").sort_values("demand_id")
