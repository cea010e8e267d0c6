"""Service areas: the streets within a walk, cut at the exact metre, and polygons from them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.network.isochrone_pieces import Pieces, cut_pieces, draw_pieces
from livelihood_map.network.isochrone_polygons import widen
from livelihood_map.network.walk_network import Network, StraightNetwork, WalkNetwork

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.arrays import Longs

log = logging.getLogger(__name__)

MERGED_ID: Final = DISTRICT_ID
"""`point_id` of a service area that all points share."""


def find_service_lines(
    network: WalkNetwork,
    joins: pd.DataFrame,
    *,
    tiers_m: Sequence[float],
    is_merged: bool = False,
) -> gpd.GeoDataFrame:
    """Return the pieces of street within each tier of each point, ending at the exact metre.

    Parameters
    ----------
    network
        Streets.
    joins
        Table ``joins`` of the points, such as facilities; their offsets count.
    tiers_m
        Walks in metres, each at most 20,000.
    is_merged
        Whether all points share one area per tier, its ``point_id`` then ``ALL``.

    Returns
    -------
    point_id, tier_m, street_m (metres of street within the walk), MultiLineString; sorted by point
    and tier. A point that reaches no street within a tier has no row.

    Raises
    ------
    JoinError
        When a tier is out of range or a join names an unknown edge.

    Examples
    --------
    The street is 1,200 m long and begins at the outlet:

    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> outlets = lm.join_points(network, town.facilities, id_column="facility_id", limit_m=100)
    >>> lines = find_service_lines(network, outlets, tiers_m=(500, 2000))
    >>> lines[["point_id", "tier_m", "street_m"]].values.tolist()
    [['f1', 500.0, 500.0], ['f1', 2000.0, 1200.0]]
    """
    pieces = cut_pieces(network, merge_joins(joins) if is_merged else joins, tiers_m=tiers_m)
    coordinates, line_starts = draw_pieces(network, pieces)
    rows, first, counts = np.unique(pieces.row, return_index=True, return_counts=True)
    starts = np.append(first, pieces.row.size).astype(np.int64)
    shapes = shapely.from_ragged_array(
        shapely.GeometryType.MULTILINESTRING, coordinates, (line_starts, starts)
    )
    share = (pieces.stop - pieces.start) / network.ticks[pieces.edge]
    length_m = network.lengths_m[pieces.edge] * share
    street_m = np.bincount(np.repeat(np.arange(rows.size), counts), weights=length_m)
    table = _rows(pieces, rows).assign(street_m=street_m.round(3))
    return gpd.GeoDataFrame(table, geometry=shapes, crs=network.crs)


def build_service_areas(
    network: Network,
    joins: pd.DataFrame,
    *,
    tiers_m: Sequence[float],
    buffer_m: float = 25.0,
    simplify_m: float = 1.0,
    is_merged: bool = False,
) -> gpd.GeoDataFrame:
    """Return polygons round the streets within each tier of each point.

    The pieces of `find_service_lines` are widened by `buffer_m` to either side; holes between
    streets are kept, outlines simplified to `simplify_m`. Without streets the area is a circle of
    tier over detour factor.

    Parameters
    ----------
    network
        Streets, or the straight-line estimate.
    joins
        Table ``joins`` of the points.
    tiers_m
        Walks in metres.
    buffer_m
        Half the width of the strip along a street, metres.
    simplify_m
        How far a simplified outline may lie from the exact one, metres; 0 keeps it.
    is_merged
        Whether all points share one area per tier, its ``point_id`` then ``ALL``.

    Returns
    -------
    point_id, tier_m, area_m2, Polygon or MultiPolygon; sorted by point and tier.

    Raises
    ------
    JoinError
        When a tier is out of range or a join names an unknown edge.
    ValueError
        When the buffer is not positive.

    Examples
    --------
    500 m of street, 10 m to either side, have 10,000 m²; the round ends add some 300 m²:

    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> outlets = lm.join_points(network, town.facilities, id_column="facility_id", limit_m=100)
    >>> areas = build_service_areas(network, outlets, tiers_m=(500,), buffer_m=10)
    >>> areas["area_m2"].round(-2).tolist()
    [10300.0]
    """
    if not buffer_m > 0:
        raise ValueError("buffer_m must be above 0")
    joins = merge_joins(joins) if is_merged else joins
    if isinstance(network, StraightNetwork):
        table = _circles(network, joins, tiers_m)
    else:
        pieces = cut_pieces(network, joins, tiers_m=tiers_m)
        rows, shapes = widen(network, pieces, buffer_m=buffer_m, simplify_m=simplify_m)
        table = gpd.GeoDataFrame(_rows(pieces, rows), geometry=shapes, crs=network.crs)
    table["area_m2"] = table.geometry.area
    log.info("service areas: %d", len(table))
    return table[["point_id", "tier_m", "area_m2", "geometry"]].reset_index(drop=True)


def merge_joins(joins: pd.DataFrame, names: pd.Series[str] | str = MERGED_ID) -> pd.DataFrame:
    """Return joins in which points of one name are one point, with the accesses of all.

    Parameters
    ----------
    joins
        Table ``joins`` of the points.
    names
        Name of each row's new point, on the index of `joins`; one for all by default.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> homes = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> merge_joins(homes)[["point_id", "offset_m"]].values.tolist()
    [['ALL', 0.0], ['ALL', 0.0]]
    """
    access_id = joins["point_id"] + "\n" + joins["access_id"]
    merged = joins.assign(access_id=access_id, point_id=names)
    return merged.sort_values(["point_id", "access_id"], kind="stable", ignore_index=True)


def _rows(pieces: Pieces, rows: Longs) -> pd.DataFrame:
    """Return point and tier of rows."""
    return pd.DataFrame({"point_id": pieces.ids.take(rows), "tier_m": pieces.tier_m[rows]})


def _circles(
    network: StraightNetwork, joins: pd.DataFrame, tiers_m: Sequence[float]
) -> gpd.GeoDataFrame:
    """Return circles of tier over detour factor round points."""
    ids = joins["point_id"].to_numpy(dtype=object)
    places = shapely.points(joins["x_m"].to_numpy(), joins["y_m"].to_numpy())
    offsets = joins["offset_m"].to_numpy(np.float64)
    parts = []
    for tier_m in sorted(tiers_m):
        radius = np.maximum(tier_m - offsets, 0) / network.detour_factor
        rows = {"point_id": pd.array(ids, dtype="str"), "tier_m": float(tier_m)}
        parts.append(
            gpd.GeoDataFrame(rows, geometry=shapely.buffer(places, radius), crs=network.crs)
        )
    table = pd.concat(parts, ignore_index=True)
    return table.dissolve(["point_id", "tier_m"], as_index=False)
