"""Routes: the walk to the nearest destination as a line along the streets, through the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString

from livelihood_map.core.units import HALF_MM, MM_PER_M, walk_minutes
from livelihood_map.network.route_tracing import trace_walk
from livelihood_map.network.routing import measure_nearest
from livelihood_map.network.walk_network import StraightNetwork
from livelihood_map.network.walking_kernels import TICKS_PER_MM

if TYPE_CHECKING:
    from collections.abc import Mapping

    import shapely

    from livelihood_map.network.walk_network import Network, WalkNetwork

UNREACHABLE: Final = "unreachable"
"""Reason of a route that is not there: no destination within the cut-off."""
MINUTE_DIGITS: Final = 4


def find_route(
    network: Network,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    cutoff_m: float,
    places: Mapping[str, shapely.Point] | None = None,
) -> gpd.GeoDataFrame:
    """Return the route from each origin to its nearest destination, as a line along the streets.

    The walk is that of `measure_nearest`, to the millimetre: it leaves by a gate where the origin
    has gates, meets the street midway, passes no private way that it neither starts nor ends on,
    and crosses no barrier between a place and its street. Of ways equally long one is drawn.

    Parameters
    ----------
    network
        The network that the joins were made on; on the straight-line estimate the line is straight
        and longer walks are but estimated.
    origins, destinations
        Tables ``joins``, with x_m and y_m.
    cutoff_m
        Longest walk, metres, at most 20,000.
    places
        Where origins and destinations lie, by id: the line begins and ends there if the walk does,
        and not at the gate.

    Returns
    -------
    One row per origin, sorted by id, in the CRS of the network: origin_id, dest_id, walk_m (rounded
    to 1 mm), walk_min (15 for 1,000 m), gate_id and dest_gate_id (the gate that the walk leaves and
    enters by, missing where there is none), reason (why there is no route: that of the join, or
    ``unreachable`` when no destination lies within the cut-off), geometry (missing then).

    Raises
    ------
    JoinError
        When the cut-off is out of range or a join names an unknown edge.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> homes = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> outlets = lm.join_points(network, town.facilities, id_column="facility_id", limit_m=100)
    >>> routes = find_route(network, homes, outlets, cutoff_m=2000)
    >>> routes[["origin_id", "dest_id", "walk_m", "walk_min"]].values.tolist()
    [['d1', 'f1', 0.0, 0.0], ['d2', 'f1', 1200.0, 18.0]]
    >>> [round(line.length) for line in routes.geometry]
    [0, 1200]
    """
    walks = measure_nearest(network, origins, destinations, cutoff_m=cutoff_m)
    drawn = draw_routes(network, origins, destinations, walks, places=places)
    reasons = origins.groupby("point_id", sort=True)["reason"].first()
    routes = drawn.set_index("origin_id").reindex(reasons.index)
    routes["reason"] = reasons.fillna(UNREACHABLE).where(routes["walk_m"].isna())
    routes = routes.rename_axis("origin_id").reset_index()
    return gpd.GeoDataFrame(routes, geometry="geometry", crs=network.crs)


def draw_routes(
    network: Network,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    walks: pd.DataFrame,
    *,
    places: Mapping[str, shapely.Point] | None = None,
) -> gpd.GeoDataFrame:
    """Return walks that have been measured as lines along the streets.

    Parameters
    ----------
    network, origins, destinations, places
        As for `find_route`.
    walks
        Table ``walks`` between these points.

    Returns
    -------
    The walks with walk_min, gate_id, dest_gate_id and geometry.

    Raises
    ------
    JoinError
        When a join names an unknown edge.
    ValueError
        When a walk is not the shortest between its two points.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> homes = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> outlets = lm.join_points(network, town.facilities, id_column="facility_id", limit_m=100)
    >>> walks = lm.measure_walks(network, homes, outlets, cutoff_m=2000)
    >>> [round(line.length) for line in draw_routes(network, homes, outlets, walks).geometry]
    [0, 1200]
    """
    starts = dict(iter(origins.groupby("point_id")))
    goals = dict(iter(destinations.groupby("point_id")))
    rows = []
    for walk in walks.itertuples():
        start, goal = starts[walk.origin_id], goals[walk.dest_id]
        if isinstance(network, StraightNetwork):
            line, ends = _draw_straight(network, start, goal, float(walk.walk_m))
        else:
            line, ends = _draw_walk(network, start, goal, float(walk.walk_m))
        at = [
            None if places is None else places.get(name) for name in (walk.origin_id, walk.dest_id)
        ]
        rows.append((_gate(ends[0]), _gate(ends[1]), _with_places(line, ends, at)))
    gates = pd.DataFrame(
        [row[:2] for row in rows],
        columns=["gate_id", "dest_gate_id"],
        index=walks.index,
        dtype="str",
    )
    minutes = walk_minutes(walks["walk_m"]).round(MINUTE_DIGITS)
    return gpd.GeoDataFrame(
        pd.concat([walks.assign(walk_min=minutes), gates], axis="columns"),
        geometry=[row[2] for row in rows],
        crs=network.crs,
    )


def _gate(join: Any) -> str | None:  # noqa: ANN401  (a row of joins)
    """Return the gate that an access leads through, None where it is the point itself."""
    return None if join.access_id == join.point_id else str(join.access_id)


def _with_places(
    line: LineString, ends: tuple[Any, Any], places: list[shapely.Point | None]
) -> LineString:
    """Return a line with the ways between places and their gates, where these are walked."""
    corners = list(line.coords)
    for end, place, at in zip(ends, places, (0, -1), strict=True):
        gate = (end.x_m, end.y_m)
        # what the offset holds beyond the way from gate to street is the way to the gate
        beside = np.hypot(*np.subtract(corners[at], corners[at + (1 if at == 0 else -1)]))
        if place is not None and place.coords[0] != gate and end.offset_m > beside + HALF_MM:
            corners.insert(0 if at == 0 else len(corners), place.coords[0])
    return LineString(corners)


def _draw_straight(
    network: StraightNetwork, start: pd.DataFrame, goal: pd.DataFrame, walk_m: float
) -> tuple[LineString, tuple[Any, Any]]:
    """Return the straight line between the two nearest accesses, and these."""
    factor = network.detour_factor
    pairs = [
        (np.hypot(a.x_m - b.x_m, a.y_m - b.y_m) * factor + a.offset_m + b.offset_m, a, b)
        for a in start[start["reason"].isna()].itertuples()
        for b in goal[goal["reason"].isna()].itertuples()
    ]
    _, a, b = min(pairs, key=lambda pair: abs(pair[0] - walk_m))
    return LineString([(a.x_m, a.y_m), (b.x_m, b.y_m)]), (a, b)


def _draw_walk(
    network: WalkNetwork, start: pd.DataFrame, goal: pd.DataFrame, walk_m: float
) -> tuple[LineString, tuple[Any, Any]]:
    """Return the line of the shortest walk between two points, and the accesses that it uses."""
    middle = round(walk_m * MM_PER_M) * TICKS_PER_MM
    half = TICKS_PER_MM // 2
    way = trace_walk(network, start, goal, ticks=(max(middle - half, 0), middle + half - 1))
    if way is None:
        raise ValueError(f"no shortest walk of {walk_m} m")
    corners = np.concatenate(
        [[(way.start.x_m, way.start.y_m)], way.corners, [(way.goal.x_m, way.goal.y_m)]]
    )
    return LineString(corners), (way.start, way.goal)
