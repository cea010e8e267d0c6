"""Streets as analysts hold them -> nodes and edges: graphs and frames of OSMnx and momepy, lines.

The topology is taken as it is given: what is one edge there is one edge here, walked both ways.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.errors import CrsError, SchemaError
from livelihood_map.core.tables import EDGES, NODES
from livelihood_map.load.osm.walkable import not_walked_reason, way_tags

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    import pyproj

    from livelihood_map.core.arrays import Shapes

log = logging.getLogger(__name__)

TAGS: Final = ("highway", "foot", "access", "sidewalk", "motorroad", "area", "bridge", "tunnel")
"""Attributes of an edge that decide who walks it and what it is."""
NAMES: Final = ("name", "name:en", "name_en")
NODE_IDS: Final = ("node_id", "osmid", "nodeID")
"""What a frame of nodes calls their ids: ours, OSMnx, momepy."""
ENDS: Final = (("u", "v"), ("node_start", "node_end"))


class StreetGraph(Protocol):
    """What a graph of networkx has, and whatever is like it."""

    graph: dict[str, Any]
    """What is said of the whole, its CRS among it."""
    nodes: Any
    """The nodes; called with ``data=True``, with what is said of each."""
    edges: Any
    """The edges, in the same way."""


class StreetTables(NamedTuple):
    """Nodes and edges in a metric CRS, and how many edges of the source nobody walks."""

    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    not_walked_n: int


class _Given(NamedTuple):
    """Nodes by their id, and edges, in the CRS of the source."""

    places: Mapping[Hashable, Any]
    u: Sequence[Hashable]
    v: Sequence[Hashable]
    lines: Shapes
    tags: Sequence[Mapping[str, Any]]
    crs: object


def read_graph(graph: StreetGraph, *, crs: pyproj.CRS) -> StreetTables:
    """Return the streets of a networkx graph, as OSMnx and momepy make them.

    Parameters
    ----------
    graph
        Nodes with x and y, or named by their coordinates; edges with ``geometry``, or straight;
        its CRS in ``graph.graph["crs"]``. Directed or not: every edge is walked both ways.
    crs
        Metric CRS of the result.

    Raises
    ------
    CrsError
        When the graph states no CRS.
    SchemaError
        When a node has no place, or there is no edge.
    """
    places = {name: place_of(name, told) for name, told in graph.nodes(data=True)}
    edges = [(u, v, told) for u, v, told in graph.edges(data=True)]
    lines = [told.get("geometry") for _, _, told in edges]
    given = _Given(
        places,
        [u for u, _, _ in edges],
        [v for _, v, _ in edges],
        np.array([*lines, None], dtype=object)[:-1],
        [told for _, _, told in edges],
        graph.graph.get("crs"),
    )
    return _tables(given, crs)


def read_frames(
    nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, *, crs: pyproj.CRS
) -> StreetTables:
    """Return the streets of a frame of nodes and one of edges.

    Parameters
    ----------
    nodes
        Points with their id in a column or the index: ``node_id``, ``osmid`` or ``nodeID``.
    edges
        Lines with the ids of their ends in columns or the index: u and v, or node_start, node_end.
    crs
        Metric CRS of the result.

    Raises
    ------
    CrsError
        When a frame states no CRS, or they differ.
    SchemaError
        When ids are not there, or an edge names a node that is not.
    """
    nodes, edges = _with_levels(nodes, NODE_IDS), _with_levels(edges, [*sum(ENDS, ())])
    name = next((column for column in NODE_IDS if column in nodes), None)
    ends = next((pair for pair in ENDS if set(pair) <= set(edges)), None)
    if name is None or ends is None:
        raise SchemaError(
            "streets.frames_unknown",
            nodes=", ".join(map(str, nodes.columns)),
            edges=", ".join(map(str, edges.columns)),
        )
    if nodes.crs != edges.crs:
        raise CrsError("network.crs_differs", nodes=str(nodes.crs), edges=str(edges.crs))
    told = [column for column in edges.columns if column in (*TAGS, *NAMES)]
    given = _Given(
        dict(zip(nodes[name], nodes.geometry, strict=True)),
        edges[ends[0]].tolist(),
        edges[ends[1]].tolist(),
        np.asarray(edges.geometry.array),
        pd.DataFrame(edges[told]).to_dict("records"),
        edges.crs,
    )
    return _tables(given, crs)


def _with_levels(frame: gpd.GeoDataFrame, names: Iterable[str]) -> gpd.GeoDataFrame:
    """Return a frame with the levels of its index that are meant as columns."""
    levels = [level for level in frame.index.names if level in names and level not in frame]
    return frame.reset_index(level=levels) if levels else frame


def place_of(name: Hashable, told: Mapping[str, Any]) -> Any:  # noqa: ANN401  (a point or None)
    """Return where a node lies: by x and y, by its geometry, or by its name as momepy's."""
    if "x" in told and "y" in told:
        return shapely.Point(float(told["x"]), float(told["y"]))
    if isinstance(name, tuple) and len(name) in {2, 3}:
        return shapely.Point(*map(float, name[:2]))
    return told.get("geometry")


def _tables(given: _Given, crs: pyproj.CRS) -> StreetTables:
    """Return the tables of streets in the metric CRS, each walked edge once."""
    if given.crs is None:
        raise CrsError("streets.graph_no_crs")
    if not len(given.u):
        raise SchemaError("streets.graph_empty")
    lost = [name for pair in (given.u, given.v) for name in pair if given.places.get(name) is None]
    if lost:
        raise SchemaError("streets.node_lost", count=len(lost), example=repr(lost[0]))
    tags = [_plain(told) for told in given.tags]
    is_walked = np.array([not_walked_reason(told) is None for told in tags], np.bool_)
    start = np.array([*(given.places[name] for name in given.u), None], dtype=object)[:-1]
    stop = np.array([*(given.places[name] for name in given.v), None], dtype=object)[:-1]
    lines = np.array(given.lines, dtype=object)
    is_straight = shapely.is_missing(lines)
    ends = np.stack([shapely.get_coordinates(start), shapely.get_coordinates(stop)], axis=1)
    lines[is_straight] = shapely.linestrings(ends[is_straight])
    kept = np.flatnonzero(is_walked & _is_first(given, lines)).tolist()
    table = pd.DataFrame([way_tags(tags[row])._asdict() for row in kept])
    table["u"], table["v"] = ([_id(names[row]) for row in kept] for names in (given.u, given.v))
    table["key"] = table.groupby(["u", "v"]).cumcount()
    edges = gpd.GeoDataFrame(table, geometry=lines[kept], crs=given.crs).to_crs(crs)
    edges["length_m"] = edges.geometry.length
    names = {_id(name): place for name, place in given.places.items()}
    used = sorted({*edges["u"], *edges["v"]})
    nodes = gpd.GeoDataFrame(
        {"node_id": used}, geometry=[names[name] for name in used], crs=given.crs
    ).to_crs(crs)
    not_walked_n = int((~is_walked).sum())
    log.info("streets: %d edges given, %d kept, %d not walked", len(tags), len(kept), not_walked_n)
    return StreetTables(NODES.conform(nodes), EDGES.conform(edges), not_walked_n)


def _is_first(given: _Given, lines: Shapes) -> Any:  # noqa: ANN401  (an array of flags)
    """Return which edges are not the way back, or the repetition, of an earlier one."""
    shapes = shapely.to_wkb(shapely.normalize(lines))
    pairs = [frozenset(pair) for pair in zip(given.u, given.v, strict=True)]
    return ~pd.Series(list(zip(pairs, shapes, strict=True))).duplicated().to_numpy()


def _plain(told: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of an edge as texts; of several values that were joined the first."""
    plain = {}
    for name in (*TAGS, *NAMES):
        value = told.get(name)
        value = next(iter(value), None) if isinstance(value, (list, tuple, set)) else value
        if isinstance(value, str) or (value is not None and not pd.isna(value)):
            plain[name] = str(value)
    return plain


def _id(name: Hashable) -> str:
    """Return the id of a node as text; a number that became a decimal one is whole again."""
    if isinstance(name, tuple):
        return ",".join(_id(part) for part in name)
    is_whole = isinstance(name, (float, np.floating)) and float(name).is_integer()
    return str(int(name)) if is_whole else str(name)  # type: ignore[call-overload]
