"""Edits: a new path, a closed bridge, a new gate, applied to the tables before a run.

Rule 9 of the walking rules in docs/method.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import LineString, Point
from shapely.ops import substring

from livelihood_map.core.errors import JoinError
from livelihood_map.core.tables import EDGES, EDITS, GATES, NODES

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

SNAP_M: Final = 20.0
"""An edit finds the street, gate or compound that it speaks of within this distance."""
SAME_M: Final = 0.5
"""An end of a path this near to a node starts at that node."""


def apply_edits(
    nodes: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    residences: gpd.GeoDataFrame,
    edits: gpd.GeoDataFrame,
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return nodes, edges and gates with the edits made, in the order in which they stand.

    Parameters
    ----------
    nodes, edges, gates, residences
        Tables in one metric CRS; none is changed in place.
    edits
        Table ``edits`` in the same CRS. ``path``: a line that joins the streets at its two ends.
        ``close_street``: a point on the street, or a line along it, that is no longer walked.
        ``open_gate``, ``close_gate``: a point at the gate; a gate that is not there yet is added
        to the compound named by ``residence_id``, or the one that the point lies at. Edits of
        outlets and sites change none of these tables.

    Raises
    ------
    SchemaError
        When a table breaks its schema.
    JoinError
        When an edit finds no street, gate or compound within 20 m.

    Examples
    --------
    The street between b and c is closed:

    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> place = gpd.points_from_xy([630_900], [3_450_000], crs=town.edges.crs)
    >>> edits = gpd.GeoDataFrame(
    ...     {"edit_id": ["e"], "action": "close_street", "residence_id": None}, geometry=place
    ... )
    >>> _, edges, _ = apply_edits(town.nodes, town.edges, town.gates, town.residences, edits)
    >>> edges[["u", "v"]].values.tolist()
    [['a', 'b']]
    """
    edits = EDITS.conform(edits)
    for edit in edits.itertuples():
        shape: Any = edit.geometry
        name = str(edit.edit_id)
        if edges.empty and edit.action in {"path", "close_street"}:
            raise JoinError("network.edit_lost", edit=name, limit_m=SNAP_M)
        if edit.action == "path":
            nodes, edges = _add_path(nodes, edges, shape, name)
        elif edit.action == "close_street":
            edges = _close_street(edges, shape, name)
        elif edit.action in {"open_gate", "close_gate"}:
            owner = edit.residence_id if isinstance(edit.residence_id, str) else None
            is_open = edit.action == "open_gate"
            gates = _set_gate(gates, residences, shape, name, owner=owner, is_open=is_open)
    return NODES.check(nodes), EDGES.check(edges), GATES.conform(gates)


def _close_street(edges: gpd.GeoDataFrame, shape: BaseGeometry, name: str) -> gpd.GeoDataFrame:
    """Return the edges without the one at a point, or without those along a line."""
    distance = edges.geometry.distance(shape)
    if shape.geom_type == "Point":
        is_closed = edges.index == distance.idxmin()
        is_closed &= distance.to_numpy() <= SNAP_M
    else:
        middle = edges.geometry.interpolate(0.5, normalized=True)
        is_closed = (middle.distance(shape) <= SNAP_M / 2).to_numpy()
    if not is_closed.any():
        raise JoinError("network.edit_lost", edit=name, limit_m=SNAP_M)
    return edges[~is_closed].reset_index(drop=True)


def _add_path(
    nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, shape: LineString, name: str
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return nodes and edges with a path that joins the streets at its ends."""
    ends = []
    for number, corner in enumerate((shape.coords[0], shape.coords[-1])):
        nodes, edges, node_id = _node_at(nodes, edges, Point(corner), f"edit:{name}:{number}")
        ends.append(node_id)
    place = dict(zip(nodes["node_id"], nodes.geometry, strict=True))
    inner = list(shape.coords)
    start, stop = place[ends[0]].coords[0], place[ends[1]].coords[0]
    line = LineString([start, *inner[1:-1], stop])
    path = {
        "u": ends[0], "v": ends[1], "key": _next_key(edges, *ends), "length_m": line.length,
        "highway": "footway", "is_bridge": False, "is_tunnel": False, "access": None, "name": name,
    }  # fmt: skip
    return nodes, _append(edges, [path], [line])


def _node_at(
    nodes: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, place: Point, new_id: str
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, str]:
    """Return the tables with a node at a place, and its id.

    A node that is there is taken; else the nearest street within reach is cut there; else the node
    stands alone.
    """
    apart = nodes.geometry.distance(place)
    if apart.min() <= SAME_M:
        return nodes, edges, str(nodes.loc[apart.idxmin(), "node_id"])
    distance = edges.geometry.distance(place)
    nearest = distance.idxmin()
    at = place
    if distance[nearest] <= SNAP_M:
        row = edges.loc[nearest]
        share = row.geometry.project(place, normalized=True)
        at = row.geometry.interpolate(share, normalized=True)
        known = nodes.geometry.distance(at)
        if known.min() <= SAME_M:
            return nodes, edges, str(nodes.loc[known.idxmin(), "node_id"])
        start = nodes.loc[nodes["node_id"] == row["u"]].geometry.iloc[0]
        edges = _cut_edge(edges, nearest, share, new_id, start=start)
    node = {name: False for name in nodes.columns if nodes[name].dtype == np.bool_}
    return _append(nodes, [node | {"node_id": new_id}], [at]), edges, new_id


def _cut_edge(
    edges: gpd.GeoDataFrame, number: object, share: float, node_id: str, *, start: Point
) -> gpd.GeoDataFrame:
    """Return the edges with one cut in two at a share of its line; `start` is the place of u."""
    row = edges.loc[number]
    lines = [
        substring(row.geometry, 0, share, normalized=True),
        substring(row.geometry, share, 1, normalized=True),
    ]
    first, last = Point(row.geometry.coords[0]), Point(row.geometry.coords[-1])
    names = (row["u"], row["v"])
    if last.distance(start) < first.distance(start):
        names = (row["v"], row["u"])
    common = {name: row[name] for name in edges.columns if name != "geometry"}
    halves = [
        common | {"u": names[0], "v": node_id, "key": 0, "length_m": row["length_m"] * share},
        common | {"u": node_id, "v": names[1], "key": 0, "length_m": row["length_m"] * (1 - share)},
    ]
    if names[0] == names[1]:  # a loop becomes two parallel edges
        halves[1] |= {"key": 1}
    return _append(edges.drop(index=number), halves, lines)


def _next_key(edges: gpd.GeoDataFrame, u: str, v: str) -> int:
    """Return a key that no edge from u to v has."""
    keys = edges.loc[(edges["u"] == u) & (edges["v"] == v), "key"]
    return int(keys.max()) + 1 if len(keys) else 0


def _append(
    table: gpd.GeoDataFrame, rows: list[dict[str, Any]], shapes: list[Any]
) -> gpd.GeoDataFrame:
    """Return a table with rows added, its dtypes kept."""
    added = gpd.GeoDataFrame(rows, geometry=shapes, crs=table.crs)
    added = added.reindex(columns=table.columns)
    kinds = {name: table[name].dtype for name in table.columns if name != "geometry"}
    both = pd.concat([table, added.astype(kinds)], ignore_index=True)
    return gpd.GeoDataFrame(both, geometry="geometry", crs=table.crs)


def _set_gate(
    gates: gpd.GeoDataFrame,
    residences: gpd.GeoDataFrame,
    place: Point,
    name: str,
    *,
    owner: str | None,
    is_open: bool,
) -> gpd.GeoDataFrame:
    """Return the gates with the one at a place opened, closed or added."""
    theirs = gates if owner is None else gates[gates["residence_id"] == owner]
    apart = theirs.geometry.distance(place)
    if len(apart) and apart.min() <= SNAP_M:
        changed = gates.copy()
        changed.loc[apart.idxmin(), "is_open"] = is_open
        return changed
    if not is_open:
        raise JoinError("network.edit_lost", edit=name, limit_m=SNAP_M)
    if owner is None:
        distance = residences.geometry.distance(place)
        if not len(distance) or distance.min() > SNAP_M:
            raise JoinError("network.edit_lost", edit=name, limit_m=SNAP_M)
        owner = str(residences.loc[distance.idxmin(), "residence_id"])
    row = {
        "gate_id": f"edit:{name}", "residence_id": owner, "is_open": True, "hours": None,
        "is_inferred": False,
    }  # fmt: skip
    return _append(gates, [row], [place])
