"""Points -> their places on the streets."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.crs import require_metric
from livelihood_map.core.errors import CrsError, JoinError
from livelihood_map.core.tables import JOINS
from livelihood_map.core.units import round_mm
from livelihood_map.network.model import Network, StraightNetwork, WalkNetwork

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Longs = NDArray[np.int64]
    Bools = NDArray[np.bool_]

_log = logging.getLogger(__name__)

OFF_NETWORK_M: Final = 1000.0
"""Without a street this near a point is off the network; nearer, it is too far from a street."""
_HALF_MM: Final = 0.0005
_NONE: Final = -1


def join_points(
    network: Network, points: gpd.GeoDataFrame, *, id_column: str, limit_m: float
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

    Returns
    -------
    One row per point, sorted by id, with further columns x_m and y_m (the point itself) and
    is_detached. ``reason`` tells why a point is not joined: ``too_far`` from any street, or
    ``off_network``, with no street within 1,000 m.

    Raises
    ------
    CrsError
        When points and network differ in CRS.
    JoinError
        When ids repeat or the limit is not positive.
    """
    _check(network, points, id_column=id_column, limit_m=limit_m)
    points = points.iloc[np.argsort(points[id_column].to_numpy(dtype=object), kind="stable")]
    ids = points[id_column].reset_index(drop=True)
    places = np.asarray(points.geometry.array)
    table = pd.DataFrame({"point_id": ids, "access_id": ids})
    table = table.assign(**locate(network, places, limit_m=limit_m))
    joins: pd.DataFrame = JOINS.conform(table)
    _log.info(
        "joins: %d points, %d joined, %d not",
        len(joins),
        int(joins["reason"].isna().sum()),
        int(joins["reason"].notna().sum()),
    )
    return joins


def join_demand(
    network: Network,
    demand: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    *,
    limit_m: float,
    start: str = "dwelling",
) -> pd.DataFrame:
    """Return table ``joins`` of demand points: one row for each open gate of their residence.

    A walk starts at the demand point, leaves through an open gate (straight to it, counted in the
    offset) and goes on along the streets; the search takes the gate with the shortest whole walk.
    Without known gates the point joins the street itself. With gates that are all closed nobody
    comes out: the point is not joined, reason ``closed``.

    Parameters
    ----------
    network
        Streets, or the straight-line estimate.
    demand
        Table ``demand`` in the CRS of the network.
    gates
        Table ``gates`` in the same CRS; may be empty.
    limit_m
        Longest way between gate (or point) and street, metres.
    start
        ``dwelling`` counts the way from the demand point to the gate; ``gate`` starts at the gate,
        the reading of "15 minutes from a residential gate".

    Raises
    ------
    CrsError
        When points and network differ in CRS.
    JoinError
        When ids repeat, the limit is not positive or `start` is unknown.
    """
    if start not in {"dwelling", "gate"}:
        raise JoinError("network.start_unknown", value=start)
    with_gates = demand["residence_id"].isin(gates["residence_id"])
    own = join_points(network, demand[~with_gates], id_column="demand_id", limit_m=limit_m)
    if not with_gates.any():
        return own
    homes = demand.loc[with_gates, ["demand_id", "residence_id", "geometry"]]
    wanted = gates["residence_id"].isin(homes["residence_id"]) & gates["is_open"]
    by_gate = join_points(network, gates[wanted], id_column="gate_id", limit_m=limit_m)
    through = _leave_by_gates(homes, gates[wanted], by_gate, start=start)
    shut = ~homes["demand_id"].isin(through["point_id"])
    closed = _rows_of_closed(homes[shut])
    joined = pd.concat([part for part in (own, through, closed) if len(part)])
    return JOINS.conform(joined.sort_values(["point_id", "access_id"], kind="stable"))


def _leave_by_gates(
    homes: gpd.GeoDataFrame, gates: gpd.GeoDataFrame, by_gate: pd.DataFrame, *, start: str
) -> pd.DataFrame:
    """Return the joins of homes through their open gates; gates off the street are left out.

    When no gate of a home reaches a street, one row says why.
    """
    places = pd.Series(gates.geometry.to_numpy(), index=gates["gate_id"].to_numpy())
    owners = pd.Series(gates["residence_id"].to_numpy(), index=gates["gate_id"].to_numpy())
    accesses = by_gate.drop(columns="point_id").assign(
        residence_id=owners.reindex(by_gate["access_id"]).to_numpy()
    )
    pairs = homes.merge(accesses, on="residence_id", how="inner")
    if start == "dwelling":
        ways = shapely.distance(
            np.asarray(pairs["geometry"]), places.reindex(pairs["access_id"]).to_numpy()
        )
        pairs["offset_m"] = pairs["offset_m"] + ways
    pairs = pairs.rename(columns={"demand_id": "point_id"})
    pairs = pd.DataFrame(pairs.drop(columns=["geometry", "residence_id"]))
    pairs = pairs.sort_values(["point_id", "access_id"], kind="stable")
    has_way = pairs["reason"].isna()
    reached = pairs.loc[has_way, "point_id"]
    lost = pairs[~has_way & ~pairs["point_id"].isin(reached)].drop_duplicates("point_id")
    return pd.concat([pairs[has_way], lost]) if len(lost) else pairs[has_way]


def _rows_of_closed(homes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return one row for each home whose gates are all closed."""
    return pd.DataFrame(
        {
            "point_id": homes["demand_id"].to_numpy(),
            "access_id": homes["demand_id"].to_numpy(),
            "reason": "closed",
            "x_m": homes.geometry.x.to_numpy(),
            "y_m": homes.geometry.y.to_numpy(),
            "is_detached": False,
        }
    )


def _check(network: Network, points: gpd.GeoDataFrame, *, id_column: str, limit_m: float) -> None:
    """Refuse points that cannot be measured from."""
    require_metric(points.crs, what="points")
    if points.crs != network.crs:
        raise CrsError("network.crs_differs_points", points=points.crs, network=network.crs)
    if points[id_column].duplicated().any():
        repeated = points.loc[points[id_column].duplicated(), id_column].iloc[0]
        raise JoinError("network.id_repeated", column=id_column, value=repeated)
    if not limit_m > 0:
        raise JoinError("network.limit_not_positive", limit_m=limit_m)


def locate(network: Network, places: NDArray[Any], *, limit_m: float) -> dict[str, Any]:
    """Return the columns of table ``joins`` that tell where points meet the streets.

    Parameters
    ----------
    network
        Streets, or the straight-line estimate.
    places
        Points in the CRS of the network, shape (n,).
    limit_m
        Longest offset, metres.

    Raises
    ------
    Nothing.
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
        "reason": _reasons(network, places, is_joined),
        **position,
        "is_detached": detached,
    }


def find_adjacent(
    network: WalkNetwork, places: NDArray[Any], *, limit_m: float
) -> tuple[Longs, Floats]:
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

    Raises
    ------
    Nothing.
    """
    edge = np.full(len(places), _NONE, np.int64)
    offset = np.full(len(places), np.nan)
    for numbers, tree in network.join_tiers:
        waiting = np.flatnonzero(edge == _NONE)
        if waiting.size == 0:
            break
        found, distance = tree.query_nearest(
            places[waiting], max_distance=limit_m + _HALF_MM, return_distance=True
        )
        is_near = round_mm(distance) <= limit_m
        point, line, distance = waiting[found[0]][is_near], found[1][is_near], distance[is_near]
        order = np.lexsort((numbers[line], round_mm(distance), point))
        point, line, distance = point[order], line[order], distance[order]
        point, first = np.unique(point, return_index=True)
        edge[point] = numbers[line[first]]
        offset[point] = distance[first]
    return edge, offset


def _reasons(network: WalkNetwork, places: NDArray[Any], is_joined: Bools) -> pd.Series[str]:
    """Return why each point is not joined; missing for those that are."""
    reason = pd.Series([None] * len(places), dtype="str")
    lost = np.flatnonzero(~is_joined)
    if lost.size:
        edge, _ = find_adjacent(network, places[lost], limit_m=OFF_NETWORK_M)
        reason.iloc[lost] = np.where(edge == _NONE, "off_network", "too_far")
    return reason
