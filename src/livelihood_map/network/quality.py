"""The network report: where streets, joins and compounds look wrong, as layers to repair from."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.labels import label
from livelihood_map.network.connectors import Accesses
from livelihood_map.network.routing import walk_between
from livelihood_map.network.walk_network import StraightNetwork

if TYPE_CHECKING:
    from collections.abc import Callable

    from shapely.geometry.base import BaseGeometry

    from livelihood_map.core.arrays import Longs, Shapes
    from livelihood_map.network.walk_network import Network, WalkNetwork

log = logging.getLogger(__name__)

FINDINGS: Final = (
    "island",
    "loose_end",
    "far_join",
    "no_inner_way",
    "no_crossing",
    "missing_outside",
)
"""Kinds of findings, in the order of the report."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """From when on something is worth a look.

    Parameters
    ----------
    loose_end_m
        A dead end this near to another street looks unconnected …
    loose_walk_m
        … when the walk between them is longer than this.
    far_join_m
        A join farther than this from its street.
    inner_area_m2
        A compound larger than this without ways inside.
    crossing_m
        A stretch of river or railway longer than this without a crossing.
    outside_m
        A border with streets this near inside and none this near outside.
    """

    loose_end_m: float = 20.0
    loose_walk_m: float = 300.0
    far_join_m: float = 80.0
    inner_area_m2: float = 30_000.0
    crossing_m: float = 2_000.0
    outside_m: float = 400.0


def inspect_network(
    network: Network,
    *,
    joins: pd.DataFrame | None = None,
    residences: gpd.GeoDataFrame | None = None,
    barriers: gpd.GeoDataFrame | None = None,
    area: BaseGeometry | None = None,
    limits: Limits | None = None,
) -> gpd.GeoDataFrame:
    """Return what looks wrong in a network: a table, and a layer to repair the map from.

    Islands (parts that no street joins to the rest); loose ends (dead ends beside another street
    that is a long walk away); far joins; large compounds without ways inside; long stretches of
    river or railway that nothing crosses; streets that stop at the border of the district. Only
    what is given is looked at.

    Parameters
    ----------
    network
        Streets; the straight-line estimate has no findings.
    joins
        Table ``joins``.
    residences
        Table ``residences``.
    barriers
        Lines with a column ``kind``.
    area
        The district, in the CRS of the network.
    limits
        From when on something is worth a look.

    Returns
    -------
    finding_id, finding (of `FINDINGS`), what (in words), size_m (length, distance or square root
    of an area), name, geometry; sorted by finding, the largest first.

    Raises
    ------
    JoinError
        When ``loose_walk_m`` of the limits is out of range.

    Examples
    --------
    A compound of 7 ha, 400 m north of the only street:

    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> shape = town.residences.buffer(150).translate(0, 400)
    >>> findings = inspect_network(network, residences=town.residences.set_geometry(shape)[1:])
    >>> findings[["finding", "name", "size_m"]].round(-2).values.tolist()
    [['no_inner_way', '乙苑', 300.0]]
    """
    columns = ["finding_id", "finding", "what", "size_m", "name", "geometry"]
    limits = limits or Limits()
    looks: list[Callable[[], gpd.GeoDataFrame]] = []
    if not isinstance(network, StraightNetwork):
        looks += [lambda: _islands(network), lambda: _loose_ends(network, limits)]
        if joins is not None:
            looks.append(lambda: _far_joins(network, joins, limits))
        if residences is not None:
            looks.append(lambda: _without_ways(network, residences, limits))
        if barriers is not None and len(barriers):
            looks.append(lambda: _without_crossings(network, barriers, limits))
        if area is not None:
            looks.append(lambda: _missing_outside(network, area, limits))
    parts = [table for look in looks if len(table := look())]
    if not parts:
        empty = gpd.GeoDataFrame(columns=columns[:-1], geometry=[], crs=network.crs)
        return empty.astype({"size_m": "float64"})
    table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=network.crs)
    table["finding"] = pd.Categorical(table["finding"], FINDINGS, ordered=True)
    table["size_m"] = table["size_m"].round(1)
    at = table.geometry.representative_point()
    table = table.assign(x=at.x.round(2), y=at.y.round(2)).sort_values(
        ["finding", "size_m", "x", "y"], ascending=[True, False, True, True], ignore_index=True
    )
    table["finding"] = table["finding"].astype("str")
    number = table.groupby("finding", sort=False).cumcount() + 1
    table["finding_id"] = table["finding"] + number.astype("str")
    table["what"] = [label(f"network.finding_{finding}") for finding in table["finding"]]
    log.info("network report: %d findings", len(table))
    return table[columns]


def _rows(
    finding: str, shapes: Shapes, size_m: Shapes, crs: object, *, names: Shapes | None = None
) -> gpd.GeoDataFrame:
    """Return findings of one kind; without names they have none."""
    names = np.full(len(shapes), None, object) if names is None else names
    columns = {"finding": finding, "size_m": size_m, "name": pd.Series(names, dtype="str")}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def _islands(network: WalkNetwork) -> gpd.GeoDataFrame:
    """Return the detached parts with their metres of streets."""
    part = network.part[network.ends[:, 0]]
    wanted = np.flatnonzero(~network.is_main_part & (network.part_m > 0))
    chosen = np.flatnonzero(np.isin(part, wanted) & network.is_usable)
    chosen = chosen[np.argsort(part[chosen], kind="stable")]
    shapes = shapely.multilinestrings(
        network.lines[chosen], indices=np.searchsorted(wanted, part[chosen])
    )
    return _rows("island", shapes, network.part_m[wanted], network.crs)


def _loose_ends(network: WalkNetwork, limits: Limits) -> gpd.GeoDataFrame:
    """Return lines from dead ends to streets that are near but a long walk away."""
    degree = np.bincount(network.ends[network.is_usable].ravel(), minlength=network.nodes_n)
    ends = np.flatnonzero(degree == 1)
    numbers = np.flatnonzero(network.is_usable & ~network.is_pass)
    places = np.asarray(network.nodes.geometry)[ends]
    tree = shapely.STRtree(network.lines[numbers])
    end, line = tree.query(places, predicate="dwithin", distance=limits.loose_end_m)
    line = numbers[line]
    is_other = (network.ends[line] != ends[end][:, None]).all(axis=1)
    end, line = end[is_other], line[is_other]
    ways = shapely.shortest_line(places[end], network.lines[line])
    share = shapely.line_locate_point(network.lines[line], places[end], normalized=True)
    along = np.rint(np.nan_to_num(share) * network.ticks[line]).astype(np.int64)
    walk_m = walk_between(
        network,
        _at_nodes(network, ends[end]),
        _at_edges(network, line, along),
        cutoff_m=limits.loose_walk_m,
    )
    is_loose = np.isnan(walk_m)
    end, ways = end[is_loose], ways[is_loose]
    length = shapely.length(ways)
    order = np.lexsort((line[is_loose], length.round(3), end))
    _, first = np.unique(end[order], return_index=True)
    kept = order[first]
    names = network.edges["name"].to_numpy(object)[line[is_loose][kept]]
    return _rows("loose_end", ways[kept], length[kept], network.crs, names=names)


def _at_nodes(network: WalkNetwork, node: Longs) -> Accesses:
    """Return one access at each node, on the first edge that ends there."""
    edge_of = np.full(network.nodes_n, -1, np.int64)
    used = np.flatnonzero(network.is_usable)[::-1]
    edge_of[network.ends[used, 1]] = used
    edge_of[network.ends[used, 0]] = used
    edge = edge_of[node]
    along = np.where(network.ends[edge, 0] == node, 0, network.ticks[edge])
    return _at_edges(network, edge, along)


def _at_edges(network: WalkNetwork, edge: Longs, along: Longs) -> Accesses:
    """Return one access at each place on an edge."""
    number = np.arange(edge.size)
    return Accesses(
        network=network,
        ids=pd.array(number.astype("str"), dtype="str"),
        point=number,
        edge=edge,
        to_u=along,
        to_v=network.ticks[edge] - along,
        along=along,
        offset=np.zeros(edge.size, np.int64),
    )


def _far_joins(network: WalkNetwork, joins: pd.DataFrame, limits: Limits) -> gpd.GeoDataFrame:
    """Return lines from points to the far street that they join."""
    rows = joins[joins["u"].notna()]
    edge = network.edge_numbers(rows["u"], rows["v"], rows["key"])
    places = shapely.points(rows["x_m"].to_numpy(), rows["y_m"].to_numpy())
    ways = shapely.shortest_line(places, network.lines[edge])
    length = shapely.length(ways)
    far = length > limits.far_join_m
    names = rows["access_id"].to_numpy(object)
    return _rows("far_join", ways[far], length[far], network.crs, names=names[far])


def _without_ways(
    network: WalkNetwork, residences: gpd.GeoDataFrame, limits: Limits
) -> gpd.GeoDataFrame:
    """Return large compounds that no way leads into."""
    areas = residences[residences.geometry.area > limits.inner_area_m2]
    inner = areas.geometry.buffer(-5).to_numpy()
    tree = shapely.STRtree(network.lines[network.is_usable])
    with_ways = np.unique(tree.query(inner, predicate="intersects")[0])
    lacking = np.setdiff1d(np.arange(len(areas)), with_ways)
    shapes = areas.geometry.to_numpy()[lacking]
    names = areas["name"].to_numpy(object)[lacking]
    size_m = np.sqrt(shapely.area(shapes))
    return _rows("no_inner_way", shapes, size_m, network.crs, names=names)


def _without_crossings(
    network: WalkNetwork, barriers: gpd.GeoDataFrame, limits: Limits
) -> gpd.GeoDataFrame:
    """Return long stretches of barriers between two places where a street crosses."""
    lines = network.lines[network.is_usable]
    tree = shapely.STRtree(lines)
    pieces, kinds = [], []
    for kind, rows in barriers.groupby("kind", sort=True):
        merged = shapely.line_merge(shapely.union_all(rows.geometry.to_numpy()))
        for course in shapely.get_parts(merged):
            if shapely.get_type_id(course) != shapely.GeometryType.LINESTRING:
                continue
            for piece in _stretches(course, lines[tree.query(course, predicate="intersects")]):
                if piece.length > limits.crossing_m:
                    pieces.append(piece)
                    kinds.append(str(kind))
    shapes = np.array([None, *pieces], object)[1:]
    names = np.array(kinds, object)
    return _rows("no_crossing", shapes, shapely.length(shapes), network.crs, names=names)


def _stretches(course: Any, crossing: Shapes) -> list[Any]:  # noqa: ANN401  (LineString)
    """Return the parts of a course between the places where lines cross it."""
    meeting = shapely.get_parts(shapely.intersection(course, crossing))
    places = shapely.centroid(meeting)
    at = np.sort(shapely.line_locate_point(course, places[~shapely.is_empty(places)]))
    cuts = np.unique(np.concatenate([[0.0], at, [course.length]]))
    from shapely.ops import substring

    return [substring(course, a, b) for a, b in pairwise(cuts) if b > a]


def _missing_outside(network: WalkNetwork, area: BaseGeometry, limits: Limits) -> gpd.GeoDataFrame:
    """Return parts of the border with streets inside and none outside."""
    lines = network.lines[network.is_usable]
    bands = shapely.STRtree(lines)
    shapely.prepare(area)
    is_outside = ~shapely.covers(area, lines)
    chunks = []
    for part in shapely.get_parts(area):
        border = shapely.segmentize(shapely.Polygon(part.exterior).exterior, limits.outside_m / 4)
        corners = shapely.get_coordinates(border)
        ways = shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1))
        way, line = bands.query(ways, predicate="dwithin", distance=limits.outside_m)
        has_in = np.isin(np.arange(len(ways)), way[~is_outside[line]])
        has_out = np.isin(np.arange(len(ways)), way[is_outside[line]])
        chunks.append(ways[has_in & ~has_out])
    merged = shapely.line_merge(shapely.union_all(np.concatenate(chunks)))
    shapes = shapely.get_parts(merged)
    shapes = shapes[shapely.length(shapes) > limits.outside_m]
    return _rows("missing_outside", shapes, shapely.length(shapes), network.crs)
