"""Journeys: the route to the nearest of a kind, and why not to one nearer as the crow flies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point

from livelihood_map.core.units import round_mm
from livelihood_map.coverage.measuring import walker_minutes
from livelihood_map.coverage.selection import select_facilities
from livelihood_map.coverage.walker_walks import fit_walker
from livelihood_map.network import draw_routes, find_crossed, join_facilities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.coverage.walker_walks import WalkerWalks
    from livelihood_map.network import Network, WalkOptions

_MEANT_M: Final = 0.001


def find_journeys(
    network: Network,
    starts: tuple[gpd.GeoSeries, pd.DataFrame],
    facilities: gpd.GeoDataFrame,
    *,
    standard: PlanningStandard,
    kinds: Sequence[str],
    walker: str,
    cutoff_m: float,
    options: WalkOptions,
) -> gpd.GeoDataFrame:
    """Return the route of each point to the nearest facility of each kind, and what was in the way.

    Walks are those of `measure_coverage`: residents-only facilities, opening hours, walls and the
    walker's own ways count alike.

    Parameters
    ----------
    network
        Streets, or the straight-line estimate.
    starts
        Where the points lie, by their id, and their table ``joins``.
    facilities
        Table ``facilities`` in the CRS of the network.
    standard
        Planning standard with a row for each kind and for the walker.
    kinds
        Kinds wanted.
    walker
        Row of the standard.
    cutoff_m
        Longest walk, metres.
    options
        How facilities are joined to the streets and walked to.

    Returns
    -------
    One row per point and kind, in the order of the kinds: origin_id, kind, dest_id, walk_m,
    walk_min, gate_id and dest_gate_id as in `find_route`, reason (why there is no route),
    straight_m (as the crow flies, from where the route begins), barriers (kinds of barrier that
    the straight line crosses, with ``;`` between), nearer_id (the nearest as the crow flies, where
    it is another), and of that nearer_straight_m, nearer_walk_m (missing beyond the cut-off) and
    nearer_barriers; geometry.

    Raises
    ------
    StandardError
        When the standard lacks a kind or the walker.
    JoinError
        When the cut-off or limit is out of range.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> from livelihood_map.network import WalkOptions
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> joins = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> points = town.demand.set_index("demand_id").geometry
    >>> found = find_journeys(
    ...     network, (points, joins), town.facilities, standard=standard, kinds=["breakfast"],
    ...     walker="standard", cutoff_m=3000, options=WalkOptions(limit_m=100))
    >>> found[["origin_id", "dest_id", "walk_m", "walk_min"]].values.tolist()
    [['d1', 'f1', 0.0, 0.0], ['d2', 'f1', 1200.0, 18.0]]
    """
    points, joins = starts
    who = standard.walker(walker)
    counted = select_facilities(facilities, standard=standard, kinds=kinds, at=options.at)
    places = join_facilities(network, counted, options, id_column="facility_id")
    walks = fit_walker(network, joins, places, who, options)
    at = counted.set_index("facility_id").geometry
    parts = []
    for kind in kinds:
        own = counted.loc[counted["kind"] == kind, "facility_id"]
        nearest = walks.nearest(set(own), cutoff_m=cutoff_m)
        drawn = _draw(walks, nearest, {**points.to_dict(), **at[own].to_dict()})
        rows = drawn.drop(columns="walk_min").set_index("origin_id").reindex(points.index)
        rows["reason"] = _reasons(joins, rows)
        rows = rows.join(_beside(walks, rows, points, at[own], options, cutoff_m))
        rows = rows.rename_axis("origin_id").reset_index().assign(kind=kind)
        parts.append(rows)
    table = pd.concat(parts, ignore_index=True)
    table["walk_min"] = walker_minutes(table["walk_m"], who)
    order = pd.MultiIndex.from_product([points.index, kinds])
    table = table.set_index(["origin_id", "kind"]).reindex(order.set_names(["origin_id", "kind"]))
    return gpd.GeoDataFrame(table.reset_index(), geometry="geometry", crs=network.crs)


def _reasons(joins: pd.DataFrame, routes: pd.DataFrame) -> pd.Series[Any]:
    """Return why each point has no route: that of its join, or that none is within the cut-off."""
    reasons = joins.groupby("point_id")["reason"].first().reindex(routes.index)
    return reasons.fillna("unreachable").where(routes["walk_m"].isna())


def _draw(walks: WalkerWalks, nearest: pd.DataFrame, places: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return measured walks as lines: residents walk straight to an outlet of their own."""
    own = walks.options.own
    is_own = np.zeros(len(nearest), np.bool_)
    if own is not None:
        names = {"demand_id": "origin_id", "facility_id": "dest_id"}
        inner = nearest.merge(own.rename(columns=names), on=[*names.values()], how="left")
        is_own = (inner["walk_m_y"] - inner["walk_m_x"]).abs().to_numpy() < _MEANT_M
    lines = [LineString([places[a], places[b]])
             for a, b in nearest.loc[is_own, ["origin_id", "dest_id"]].to_numpy()]  # fmt: skip
    straight = gpd.GeoDataFrame(nearest[is_own], geometry=lines, crs=walks.network.crs)
    outer = _draw_outer(walks, nearest[~is_own], places)
    return outer if straight.empty else gpd.GeoDataFrame(pd.concat([outer, straight]))


def _draw_outer(
    walks: WalkerWalks, nearest: pd.DataFrame, places: dict[str, Any]
) -> gpd.GeoDataFrame:
    """Return walks along the streets as lines; where waits are capped, the way without them."""
    given = (walks.joins, walks.places)
    if walks.without_waits is None:
        return draw_routes(walks.network, *given, nearest, places=places)
    parts = []
    for row in range(len(nearest)):
        walk = nearest.iloc[[row]]
        try:
            parts.append(draw_routes(walks.network, *given, walk, places=places))
        except ValueError:
            least = walk.assign(walk_m=round_mm(walk["walk_m"] - walks.cap_m))
            drawn = draw_routes(walks.without_waits, *given, least, places=places)
            parts.append(drawn.assign(walk_m=walk["walk_m"]))
    if not parts:
        return draw_routes(walks.network, *given, nearest, places=places)
    return gpd.GeoDataFrame(pd.concat(parts))


def _beside(
    walks: WalkerWalks,
    routes: pd.DataFrame,
    points: gpd.GeoSeries,
    outlets: gpd.GeoSeries,
    options: WalkOptions,
    cutoff_m: float,
) -> pd.DataFrame:
    """Return the straight line to the nearest on foot, and to another that is nearer by it."""
    columns = ["straight_m", "barriers", "nearer_id", "nearer_straight_m", "nearer_walk_m",
               "nearer_barriers"]  # fmt: skip
    if outlets.empty:
        return pd.DataFrame(None, index=points.index, columns=columns)
    all_walks = walks.pairs(list(outlets.index), cutoff_m=cutoff_m)
    walk_of = all_walks.set_index(["origin_id", "dest_id"])["walk_m"]
    rows: list[list[Any]] = []
    for name, point in points.items():
        chosen, line = routes.loc[name, "dest_id"], routes.loc[name, "geometry"]
        is_walked = isinstance(chosen, str)
        start = Point(line.coords[0]) if is_walked else point
        apart = _open_to(options, str(name), outlets).distance(start)
        if apart.empty:
            rows.append([np.nan, None, None, np.nan, np.nan, None])
            continue
        nearer, straight_m = apart.idxmin(), apart[chosen] if is_walked else np.nan
        told = [
            round_mm(straight_m),
            _crossed(options, start, outlets[chosen]) if is_walked else None,
        ]
        if is_walked and apart[nearer] >= straight_m:
            rows.append([*told, None, np.nan, np.nan, None])
            continue
        rows.append([*told, nearer, round_mm(apart[nearer]), walk_of.get((name, nearer), np.nan),
                     _crossed(options, start, outlets[nearer])])  # fmt: skip
    return pd.DataFrame(rows, index=points.index, columns=columns)


def _crossed(options: WalkOptions, start: Point, goal: Point) -> str | None:
    """Return the kinds of barrier that the straight line between two points crosses."""
    return ";".join(find_crossed(options.barriers, start, goal)) or None


def _open_to(options: WalkOptions, name: str, outlets: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return the outlets that a point may use: those for residents only if they are its own."""
    own = options.own
    if own is None:
        return outlets
    others = set(own["facility_id"]) - set(own.loc[own["demand_id"] == name, "facility_id"])
    return outlets[~outlets.index.isin(others)]
