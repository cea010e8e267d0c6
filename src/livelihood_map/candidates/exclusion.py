"""Why a candidate cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.spatial import cKDTree

from livelihood_map.candidates.hosts import OPEN_STATUSES
from livelihood_map.core.labels import label

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.arrays import Bools, Floats, Shapes
    from livelihood_map.core.settings import CandidateSettings


def mark_excluded(
    table: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    uncovered: Shapes,
    areas: gpd.GeoDataFrame | None,
    kind: str,
    threshold_m: float,
    settings: CandidateSettings,
) -> None:
    """Write into ``excluded_by`` why a candidate cannot be used; the first reason stays."""
    points = table.geometry.to_numpy()
    spots = shapely.get_coordinates(points)
    own = facilities[(facilities["kind"] == kind) & facilities["status"].isin(OPEN_STATUSES)]
    is_host = (table["source"] == "host").to_numpy()
    tests: list[tuple[str, Bools]] = [("outside", table["town_id"].isna().to_numpy())]
    if areas is not None and len(areas):
        inside = _areas_around(points, areas.to_crs(table.crs))
        table["excluded_area"] = inside
        tests.append(("area", np.array([names is not None for names in inside])))
    tests.append(
        (
            "has_outlet",
            is_host & (_distance(spots, own.geometry.to_numpy()) <= settings.outlet_clear_m),
        )
    )
    is_free = ~table["is_fixed"].to_numpy(dtype=np.bool_)
    tests.append(("no_gap_near", is_free & (_distance(spots, uncovered) > threshold_m)))
    for word, hit in tests:
        table.loc[hit & table["excluded_by"].isna().to_numpy(), "excluded_by"] = word
    table.loc[table["excluded_by"].ne("area"), "excluded_area"] = None


def tell_exclusion(excluded_by: str | None, excluded_area: str | None = None) -> str:
    """Return in words why a candidate cannot be used.

    Parameters
    ----------
    excluded_by
        Word of the column ``excluded_by``; may be missing.
    excluded_area
        Names of the column ``excluded_area``; not told when missing or empty.

    Raises
    ------
    KeyError
        When the word is not known: a mistake in the program.

    Examples
    --------
    >>> tell_exclusion("area", "北横泾蓝线")
    '位于禁设区域“北横泾蓝线”内'
    """
    if excluded_by == "area" and isinstance(excluded_area, str) and excluded_area:
        return label("candidates.excluded_area_named", area=excluded_area)
    if not isinstance(excluded_by, str):
        return label("candidates.excluded_unstated")
    return label(f"candidates.excluded_{excluded_by}")


def _areas_around(points: Shapes, areas: gpd.GeoDataFrame) -> list[str | None]:
    """Return the names of the areas around each point, None outside all of them."""
    names = [""] * len(areas)
    if "name" in areas:
        names = areas["name"].fillna("").astype(str).tolist()
    rows, found = shapely.STRtree(areas.geometry.to_numpy()).query(points, predicate="intersects")
    around: list[dict[str, None] | None] = [None] * len(points)
    for row, area in sorted(zip(rows.tolist(), found.tolist(), strict=True)):
        around[row] = (around[row] or {}) | ({names[area]: None} if names[area] else {})
    comma = label("candidates.list_comma")
    return [None if one is None else comma.join(one) for one in around]


def _distance(spots: Floats, places: Shapes) -> Floats:
    """Return the straight distance from each spot to the nearest of some points, metres."""
    if not len(places):
        return np.full(len(spots), np.inf)
    distance, _ = cKDTree(shapely.get_coordinates(places)).query(spots)
    return np.asarray(distance, dtype=np.float64)
