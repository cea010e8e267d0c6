"""Checked tables of nodes and edges -> a network."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from livelihood_map.core.crs import require_metric
from livelihood_map.core.errors import CrsError, Problem, SchemaError
from livelihood_map.core.tables import EDGES, NODES
from livelihood_map.network.connectors import compress, hilbert_index
from livelihood_map.network.walk_network import (
    PRIVATE_ACCESS,
    StraightNetwork,
    WalkNetwork,
    to_ticks,
)
from livelihood_map.network.walking_kernels import FAR, Graph

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.arrays import Bools, Floats, Ints, Longs


log = logging.getLogger(__name__)
_SHOWN = 5


def build_straight_network(*, detour_factor: float, crs: object) -> StraightNetwork:
    """Return a network that estimates walks from straight lines.

    Parameters
    ----------
    detour_factor
        Walk divided by straight line, at least 1. 25 Chinese cities average 1.324; 1.45 was
        measured in Xi'an for 500 to 1,200 m.
    crs
        Metric CRS of the points that will be measured.

    Raises
    ------
    CrsError
        When lengths cannot be measured in `crs`.
    ValueError
        When the factor is below 1.

    Examples
    --------
    >>> build_straight_network(detour_factor=1.45, crs="EPSG:32651").is_estimated
    True
    """
    require_metric(crs, what="crs")
    if not detour_factor >= 1:
        raise ValueError("detour_factor must be at least 1")
    return StraightNetwork(crs=crs, detour_factor=float(detour_factor))


def build_network(
    nodes: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame | None = None,
    *,
    through_private: bool = False,
) -> WalkNetwork:
    """Return the walking network of a table of nodes and a table of edges.

    Every edge may be walked both ways. Parallel edges, loops and edges of no length are kept.
    The order of the rows changes nothing.

    Parameters
    ----------
    nodes
        Table ``nodes`` in a metric CRS.
    edges
        Table ``edges`` in the same CRS; lines may run from v to u.
    through_private
        Whether everyone may walk through private ways (``access`` private, residents or permit).
        If not, a walk may start or end on them, leaving or entering where they meet the streets,
        but no walk leads through: closed compounds are walked round.

    Raises
    ------
    SchemaError
        When a table breaks its schema or an edge names a node that is not there. Graphs and frames
        of OSMnx and momepy are no such tables: :func:`livelihood_map.from_osmnx` makes these.
    CrsError
        When lengths cannot be measured in the CRS, or the two tables differ in it.

    Examples
    --------
    >>> from livelihood_map import example_town
    >>> town = example_town()
    >>> network = build_network(town.nodes, town.edges)
    >>> network.is_estimated
    False
    """
    edges = _require_tables(nodes, edges)
    require_metric(nodes.crs, what="nodes")
    if nodes.crs != edges.crs:
        raise CrsError("network.crs_differs", nodes=str(nodes.crs), edges=str(edges.crs))
    nodes = _sort_nodes(nodes)
    ends = _find_ends(nodes, edges)
    order = np.lexsort((edges["key"].to_numpy(), ends[:, 1], ends[:, 0], ends.max(1), ends.min(1)))
    ends = ends[order]
    edges = _turn_lines(nodes, edges.iloc[order].reset_index(drop=True), ends)
    network = assemble(nodes, edges, ends, through_private=through_private)
    log.info("network: %d nodes, %d edges, %d parts", len(nodes), len(edges), network.part_m.size)
    return network


def _require_tables(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame | None) -> gpd.GeoDataFrame:
    """Return the edges when both are tables of ours; name the call to make when they are not."""
    import pandas as pd

    if edges is None or not isinstance(nodes, pd.DataFrame):
        raise SchemaError("network.no_tables", found=type(nodes).__name__)
    problems: list[Problem] = []
    for schema, table in ((NODES, nodes), (EDGES, edges)):
        try:
            schema.check(table)
        except SchemaError as error:
            problems += error.problems
    is_foreign = {"node_id"} - set(nodes) and {"u", "v", "key", "length_m"} - set(edges)
    if is_foreign:
        problems.append(Problem("network.call_from_osmnx"))
    if problems:
        raise SchemaError("core.schema_broken", problems=problems, table="nodes, edges")
    return edges


def assemble(
    nodes: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    ends: Ints,
    *,
    through_private: bool,
    is_usable: Bools | None = None,
    wait: Longs | None = None,
    ticks: Longs | None = None,
) -> WalkNetwork:
    """Return a network from tables that are in its order already.

    Parameters
    ----------
    nodes, edges
        Tables in the network's order.
    ends
        Node numbers of u and v, shape (edges, 2).
    through_private
        Whether everyone may walk through private ways.
    is_usable
        Edges that may be walked; all when left out.
    wait
        Half the wait at each node, ticks; none when left out.
    ticks
        Cost of each edge; its length when left out.
    """
    if ticks is None:
        ticks = to_ticks(edges["length_m"].to_numpy(np.float64))
    if wait is None:
        wait = np.zeros(len(nodes), np.int64)
    if is_usable is None:
        is_usable = np.ones(len(edges), np.bool_)
    cost = np.minimum(ticks + wait[ends].sum(axis=1), FAR)
    is_inner = np.zeros(len(edges), np.bool_)
    if not through_private:
        is_inner = np.asarray(edges["access"].isin(PRIVATE_ACCESS), np.bool_) & is_usable
    is_street_node = np.zeros(len(nodes), np.bool_)
    is_street_node[ends[is_usable & ~is_inner]] = True
    part, part_m = _find_parts(ends, is_usable, edges["length_m"].to_numpy(np.float64), len(nodes))
    return WalkNetwork(
        crs=nodes.crs,
        nodes=nodes,
        edges=edges,
        ends=ends,
        ticks=ticks,
        is_usable=is_usable,
        through_private=through_private,
        streets=_compress(len(nodes), ends, cost, is_usable & ~is_inner),
        leaving=_compress(len(nodes), ends, cost, is_inner, starts_at=~is_street_node),
        entering=_compress(len(nodes), ends, cost, is_inner, stops_at=~is_street_node),
        wait=wait,
        part=part,
        part_m=part_m,
    )


def _sort_nodes(nodes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the nodes along the curve; of nodes in one place the lower id first."""
    ids = nodes["node_id"].to_numpy(dtype=object)
    at = hilbert_index(nodes.geometry.x.to_numpy(), nodes.geometry.y.to_numpy())
    by_id = np.argsort(ids, kind="stable")
    order = by_id[np.argsort(at[by_id], kind="stable")]
    return nodes.iloc[order].reset_index(drop=True)


def _find_ends(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> Ints:
    """Return the node numbers of u and v, shape (edges, 2)."""
    import pandas as pd

    index: pd.Index[Any] = pd.Index(nodes["node_id"])
    ends = np.column_stack([index.get_indexer(pd.Index(edges[c])) for c in ("u", "v")])
    is_lost = (ends < 0).any(axis=1)
    if is_lost.any():
        shown = edges.loc[is_lost, ["u", "v", "key"]].head(_SHOWN).to_numpy()
        problem = Problem(
            "network.node_unknown",
            count=int(is_lost.sum()),
            examples="; ".join(", ".join(map(str, row)) for row in shown),
        )
        raise SchemaError("core.schema_broken", problems=[problem], table="edges")
    return ends.astype(np.int32)


def _turn_lines(nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, ends: Ints) -> gpd.GeoDataFrame:
    """Return the edges with every line running from u to v."""
    lines = np.asarray(edges.geometry.array)
    places = np.asarray(nodes.geometry.array)
    start, stop = shapely.get_point(lines, 0), shapely.get_point(lines, -1)
    u, v = places[ends[:, 0]], places[ends[:, 1]]
    as_is = shapely.distance(start, u) + shapely.distance(stop, v)
    turned = shapely.distance(start, v) + shapely.distance(stop, u)
    is_back = turned < as_is
    if is_back.any():
        lines = lines.copy()
        lines[is_back] = shapely.reverse(lines[is_back])
        edges = edges.set_geometry(type(edges.geometry)(lines, crs=edges.crs))
    return edges


def _compress(
    nodes_n: int,
    ends: Ints,
    ticks: Longs,
    is_usable: Bools,
    *,
    starts_at: Bools | None = None,
    stops_at: Bools | None = None,
) -> Graph:
    """Return the graph of the usable edges in both directions, or between some nodes only."""
    used = np.flatnonzero(is_usable)
    is_loop = ends[used, 0] == ends[used, 1]
    walked = used[~is_loop]  # a loop never shortens a way through its node
    tail = np.concatenate([ends[walked, 0], ends[walked, 1]])
    tip = np.concatenate([ends[walked, 1], ends[walked, 0]])
    via = np.concatenate([walked, walked])
    kept = np.ones(tail.size, np.bool_)
    if starts_at is not None:
        kept &= starts_at[tail]
    if stops_at is not None:
        kept &= stops_at[tip]
    tail, tip, via = tail[kept], tip[kept], via[kept]
    order = np.lexsort((via, tip, tail))
    head = compress(tail, nodes_n).astype(np.int32)
    return Graph(head, tip[order].astype(np.int32), ticks[via[order]].astype(np.int32))


def _find_parts(
    ends: Ints, is_usable: Bools, length_m: Floats, nodes_n: int
) -> tuple[Ints, Floats]:
    """Return the connected part of each node and the metres of streets in each part."""
    if nodes_n == 0:
        return np.empty(0, np.int32), np.empty(0, np.float64)
    used = ends[is_usable]
    links = coo_matrix((np.ones(len(used), np.int8), (used[:, 0], used[:, 1])), (nodes_n, nodes_n))
    parts_n, label = connected_components(links, directed=False)
    _, first, label = np.unique(label, return_index=True, return_inverse=True)
    rank = np.empty(parts_n, np.int32)
    rank[np.argsort(first, kind="stable")] = np.arange(parts_n, dtype=np.int32)
    part: Ints = rank[label]
    part_m = np.bincount(part[used[:, 0]], weights=length_m[is_usable], minlength=parts_n)
    return part, part_m.astype(np.float64)
