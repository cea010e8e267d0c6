"""How much of each town the streets come near: an extract of elsewhere is found at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from livelihood_map.core.arrays import Floats


COVER_REACH_M: Final = 1000.0
"""A place counts as covered by the streets when one is this near."""
_GRID_M: Final = 500.0


def covered_shares(edges: gpd.GeoDataFrame, towns: gpd.GeoDataFrame) -> dict[str, float]:
    """Return by town name the share of its area that lies near a street, 0 to 1.

    Parameters
    ----------
    edges
        Street edges in a metric CRS.
    towns
        Towns in the same CRS.
    """
    from scipy.spatial import KDTree

    tree = KDTree(shapely.get_coordinates(edges.geometry.to_numpy()))
    shares = {}
    for name, outline in zip(towns["town_name"], towns.geometry, strict=True):
        points = _lattice(outline)
        away_m, _ = tree.query(points, distance_upper_bound=COVER_REACH_M)
        shares[str(name)] = float(np.isfinite(away_m).mean())
    return shares


def _lattice(outline: BaseGeometry) -> Floats:
    """Return lattice points inside an outline, at least one."""
    west, south, east, north = outline.bounds
    x, y = np.meshgrid(
        np.arange(west + _GRID_M / 2, east, _GRID_M),
        np.arange(south + _GRID_M / 2, north, _GRID_M),
    )
    points = np.column_stack([x.ravel(), y.ravel()])
    shapely.prepare(outline)
    inside = points[shapely.contains_xy(outline, points)]
    if not len(inside):
        inside = shapely.get_coordinates(outline.representative_point())
    return np.asarray(inside, float)
