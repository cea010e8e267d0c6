"""Points -> their places on the streets: rules 2 to 4 of the walking rules in docs/method.md."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.crs import require_metric
from livelihood_map.core.errors import JoinError
from livelihood_map.core.tables import JOINS
from livelihood_map.core.units import HALF_MM
from livelihood_map.network.barriers import avoid_barriers, choose_edges
from livelihood_map.network.walk_network import (
    Network,
    StraightNetwork,
    WalkNetwork,
    require_crs,
)

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.arrays import Bools, Floats, Longs, Shapes


log = logging.getLogger(__name__)

OFF_NETWORK_M: Final = 1000.0
"""Without a street this near a point is off the network; nearer, it is too far from a street."""
_NONE: Final = -1


def join_points(
    network: Network,
    points: gpd.GeoDataFrame,
    *,
    id_column: str,
    limit_m: float,
    barriers: gpd.GeoDataFrame | None = None,
    through: Longs | None = None,
) -> pd.DataFrame:
    """Return table ``joins``: the place on the adjacent street edge where each point joins.

    A point joins the nearest edge, anywhere along it. A main part of the network goes before a
    detached one within the limit, and the ground goes before bridges and tunnels, which pass over
    or under a point without touching it. What is walked between point and street is the offset.

    Parameters
    ----------
    network
        Streets, or the straight-line estimate, where every point joins at once.
    points
        Points in the CRS of the network.
    id_column
        Column of `points` with their ids, unique.
    limit_m
        Longest offset, metres.
    barriers
        Lines or areas that nobody steps across (rivers, railways, expressways, walls); the
        straight way to the street never crosses one.
    through
        Number of the row of `barriers` that each point leads through, as a gate through its wall,
        -1 for none; no point leads through any when None.

    Returns
    -------
    One row per point, sorted by id, with further columns x_m and y_m (the point itself) and
    is_detached. ``reason`` tells why a point is not joined: ``too_far`` from any street,
    ``off_network``, with no street within 1,000 m, or ``barrier``, with every street within the
    limit behind one.

    Raises
    ------
    CrsError
        When points, barriers and network differ in CRS.
    JoinError
        When ids repeat or the limit is not positive.

    Examples
    --------
    >>> from livelihood_map import build_network, example_town, join_demand, join_points
    >>> town = example_town()
    >>> network = build_network(town.nodes, town.edges)
    >>> join_points(network, town.facilities, id_column="facility_id", limit_m=100)[
    ...     ["point_id", "u", "v", "along_m", "offset_m"]
    ... ].values.tolist()
    [['f1', 'a', 'b', 0.0, 0.0]]
    """
    _check(network, points, id_column=id_column, limit_m=limit_m)
    if barriers is not None:
        require_crs(network, barriers)
    order = np.argsort(points[id_column].to_numpy(dtype=object), kind="stable")
    points, through = points.iloc[order], None if through is None else through[order]
    ids = points[id_column].reset_index(drop=True)
    places = np.asarray(points.geometry.array)
    table = pd.DataFrame({"point_id": ids, "access_id": ids})
    table = table.assign(
        **locate(network, places, limit_m=limit_m, barriers=barriers, through=through)
    )
    joins = JOINS.conform(table)
    log.info(
        "joins: %d points, %d joined, %d not",
        len(joins),
        int(joins["reason"].isna().sum()),
        int(joins["reason"].notna().sum()),
    )
    return joins


def _check(network: Network, points: gpd.GeoDataFrame, *, id_column: str, limit_m: float) -> None:
    """Refuse points that cannot be measured from."""
    require_metric(points.crs, what="points")
    require_crs(network, points)
    if points[id_column].duplicated().any():
        repeated = points.loc[points[id_column].duplicated(), id_column].iloc[0]
        raise JoinError("network.id_repeated", column=id_column, value=repeated)
    if not limit_m > 0:
        raise JoinError("network.limit_not_positive", limit_m=limit_m)


def locate(
    network: Network,
    places: Shapes,
    *,
    limit_m: float,
    barriers: gpd.GeoDataFrame | None = None,
    through: Longs | None = None,
) -> dict[str, Any]:
    """Return the columns of table ``joins`` that tell where points meet the streets.

    Parameters
    ----------
    network
        Streets, or the straight-line estimate.
    places
        Points in the CRS of the network, shape (n,).
    limit_m
        Longest offset, metres.
    barriers
        What nobody steps across.
    through
        Number of the barrier that each point leads through, -1 for none.
    """
    position = {"x_m": shapely.get_x(places), "y_m": shapely.get_y(places)}
    if isinstance(network, StraightNetwork):
        nothing = pd.Series([None] * len(places), dtype="str")
        return {
            "u": nothing,
            "v": nothing,
            "key": pd.Series(pd.NA, range(len(places)), dtype="Int64"),
            "along_m": np.full(len(places), np.nan),
            "offset_m": np.zeros(len(places)),
            "reason": nothing,
            **position,
            "is_detached": np.zeros(len(places), bool),
        }
    edge, offset = find_adjacent(network, places, limit_m=limit_m)
    is_barred = np.zeros(len(places), np.bool_)
    if barriers is not None and len(barriers):
        edge, offset, is_barred = avoid_barriers(
            network, places, edge, offset, barriers=np.asarray(barriers.geometry),
            limit_m=limit_m, through=through,
        )  # fmt: skip
    is_joined = edge != _NONE
    named = pd.DataFrame(network.edges[["u", "v", "key"]]).reindex(edge).reset_index(drop=True)
    along = np.full(len(places), np.nan)
    at = edge[is_joined]
    share = shapely.line_locate_point(network.lines[at], places[is_joined], normalized=True)
    along[is_joined] = np.nan_to_num(share) * network.lengths_m[at]
    detached = np.zeros(len(places), bool)
    detached[is_joined] = ~network.is_main_part[network.part[network.ends[at, 0]]]
    return {
        "u": named["u"],
        "v": named["v"],
        "key": named["key"].astype("Int64"),
        "along_m": along,
        "offset_m": np.where(is_joined, offset, np.nan),
        "reason": _reasons(network, places, is_joined).mask(is_barred, "barrier"),
        **position,
        "is_detached": detached,
    }


def find_adjacent(network: WalkNetwork, places: Shapes, *, limit_m: float) -> tuple[Longs, Floats]:
    """Return the number of the edge that each point joins, and the offset to it in metres.

    Parameters
    ----------
    network
        Streets.
    places
        Points in the CRS of the network, shape (n,).
    limit_m
        Longest offset, metres.

    Returns
    -------
    Edge numbers, -1 for a point without a street within the limit, and offsets, NaN there.
    """
    edge = np.full(len(places), _NONE, np.int64)
    offset = np.full(len(places), np.nan)
    for numbers, tree in network.join_tiers:
        waiting = np.flatnonzero(edge == _NONE)
        if waiting.size == 0:
            break
        (at, line), distance = tree.query_nearest(
            places[waiting], max_distance=limit_m + HALF_MM, return_distance=True
        )
        point, line, distance = choose_edges(
            network, waiting[at], numbers[line], distance, limit_m=limit_m
        )
        edge[point], offset[point] = line, distance
    return edge, offset


def _reasons(network: WalkNetwork, places: Shapes, is_joined: Bools) -> pd.Series[str]:
    """Return why each point is not joined; missing for those that are."""
    reason = pd.Series([None] * len(places), dtype="str")
    lost = np.flatnonzero(~is_joined)
    if lost.size:
        edge, _ = find_adjacent(network, places[lost], limit_m=OFF_NETWORK_M)
        reason.iloc[lost] = np.where(edge == _NONE, "off_network", "too_far")
    return reason
