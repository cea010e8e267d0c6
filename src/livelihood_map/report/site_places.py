"""Where a site is, for whoever goes there: a house number or crossing, and three datums."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy.spatial import cKDTree

from livelihood_map.candidates import find_crossings
from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.datum import wgs84_to_bd09, wgs84_to_gcj02
from livelihood_map.core.labels import label

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

HOUSE_M: Final = 150.0
"""A house number farther away than this tells no one where a site is."""
CROSSING_M: Final = 500.0
"""The same for a crossing."""
AT_M: Final = 10.0
"""A place nearer than this to a site is at it."""
DATUMS: Final = ("WGS-84", "GCJ-02", "BD-09")
_HOUSE: Final = re.compile(r"^[^\d\s,，;；（(]{1,20}(?:路|街|道|弄|巷)\s?\d+(?:弄\d+)?号?")


def coordinates_of(points: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return "longitude, latitude" of points in each datum: columns ``wgs84``, ``gcj02``, ``bd09``.

    Parameters
    ----------
    points
        Sites or candidates, in any CRS.

    Raises
    ------
    CrsError
        When the points have no CRS.
    """
    import pandas as pd

    places = points.geometry.to_crs(STORAGE_CRS)
    lon, lat = places.x.to_numpy(), places.y.to_numpy()
    pairs = {
        "wgs84": (lon, lat),
        "gcj02": wgs84_to_gcj02(lon, lat),
        "bd09": wgs84_to_bd09(lon, lat),
    }
    told = {
        name: [f"{east:.6f}, {north:.6f}" for east, north in zip(*pair, strict=True)]
        for name, pair in pairs.items()
    }
    return pd.DataFrame(told, index=points.index)


def name_nearby(
    points: gpd.GeoDataFrame, facilities: pd.DataFrame, edges: gpd.GeoDataFrame | None
) -> list[str]:
    """Return the nearest house number of each point, else the nearest crossing, with the distance.

    House numbers are those of the registers' addresses; crossings those of streets with two names.

    Parameters
    ----------
    points
        Sites, metric CRS.
    facilities
        Table ``facilities``, same CRS.
    edges
        Table ``edges``, same CRS; None without streets.

    Raises
    ------
    KeyError
        When a table lacks a column of its schema.
    """
    spots = shapely.get_coordinates(points.geometry.to_numpy())
    told = [label("report.near_none")] * len(spots)
    if edges is not None and "name" in edges:
        crossings = find_crossings(edges)
        names = [
            label("report.near_crossing", first=first, second=second)
            for first, second in zip(crossings["first"], crossings["second"], strict=True)
        ]
        _tell(told, spots, names, crossings[["x", "y"]].to_numpy(), CROSSING_M)
    numbered = facilities[facilities["address"].fillna("").str.contains(_HOUSE)]
    numbered = numbered[~numbered.geometry.is_empty & numbered.geometry.notna()]
    houses = [_HOUSE.match(one).group() for one in numbered["address"]]  # type: ignore[union-attr]
    _tell(told, spots, houses, shapely.get_coordinates(numbered.geometry.to_numpy()), HOUSE_M)
    return told


def _tell(
    told: list[str], spots: np.ndarray, names: list[str], places: np.ndarray, limit_m: float
) -> None:
    """Set what is told of each spot that has one of these places near."""
    if not len(names) or not len(spots):
        return
    away, nearest = cKDTree(places).query(spots)
    for position in np.flatnonzero(away <= limit_m):
        name, metres = names[nearest[position]], away[position]
        key = "report.near_at" if metres < AT_M else "report.near_by"
        told[position] = label(key, name=name, metres=f"{round(metres, -1):.0f}")
