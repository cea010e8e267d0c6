"""Which edges the shortest walk between two points takes: traced back through exact ticks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from shapely.ops import substring

from livelihood_map.network.connectors import read_accesses
from livelihood_map.network.walking_kernels import FAR, make_lists, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from livelihood_map.core.arrays import Floats, Ints
    from livelihood_map.network.connectors import Accesses
    from livelihood_map.network.walk_network import WalkNetwork
    from livelihood_map.network.walking_kernels import Graph


class Way(NamedTuple):
    """A walk as a line: its corners, and the rows of both tables ``joins`` that it uses.

    Parameters
    ----------
    corners
        From street to street, between the two accesses, shape (n, 2).
    start, goal
        Rows of the accesses.
    """

    corners: Floats
    start: Any
    goal: Any


class _Hang(NamedTuple):
    """One end of the edge that an access lies on: node, ticks to it, access, and u (0) or v (1)."""

    node: int
    ticks: int
    access: int
    end: int


@dataclass(frozen=True)
class Side:
    """One point of a walk: its accesses, and how far the ends of its private ways lie.

    Parameters
    ----------
    network
        Streets.
    rows
        Its rows of table ``joins`` that meet a street that may be walked.
    limit
        Longest walk, ticks.
    """

    network: WalkNetwork
    rows: pd.DataFrame
    limit: int

    @classmethod
    def of(cls, network: WalkNetwork, joins: pd.DataFrame, limit: int) -> Side:
        """Return the side of a point, given its rows of table ``joins``."""
        rows = joins[joins["u"].notna()]
        edge = network.edge_numbers(rows["u"], rows["v"], rows["key"])
        return cls(network, rows[network.is_usable[edge]].reset_index(drop=True), limit)

    @cached_property
    def accesses(self) -> Accesses:
        """Return the accesses, in the order of the rows."""
        return read_accesses(self.network, self.rows)

    def hangs(self, *, is_private: bool) -> list[_Hang]:
        """Return both ends of the edges of accesses on streets, or of those on private ways."""
        own = self.accesses
        chosen = np.flatnonzero(own.is_private == is_private)
        return [
            _Hang(int(node), int(min(ticks, FAR)), int(k), end)
            for k in chosen
            for end, (node, ticks) in enumerate(
                zip(self.network.ends[own.edge[k]], (own.to_u[k], own.to_v[k]), strict=True)
            )
        ]

    @cached_property
    def inner(self) -> Ints | None:
        """Return the ticks to each node through private ways alone; None without any."""
        hangs = self.hangs(is_private=True)
        return _reach(self.network.leaving, hangs, self.limit) if hangs else None

    def seeds(self) -> list[_Hang]:
        """Return where the point hangs on the streets; the access is -1 behind private ways."""
        seeds = self.hangs(is_private=False)
        if self.inner is not None:
            reached = np.flatnonzero(self.network.is_gateway & (self.inner <= self.limit))
            seeds += [_Hang(int(node), int(self.inner[node]), -1, 0) for node in reached]
        return seeds

    def way_to(self, seed: _Hang) -> tuple[_Hang, list[int]]:
        """Return the end at which a walk to a seed leaves its access, and the nodes from there."""
        if seed.access >= 0 or self.inner is None:
            return seed, [seed.node]
        hangs = self.hangs(is_private=True)
        return _trace(self.network.entering, self.inner, seed.node, hangs)

    def to_end(self, hang: _Hang) -> Floats:
        """Return the corners from an access along its edge to one end."""
        line, share = self._place(hang.access)
        part = substring(line, share, float(hang.end), normalized=True)
        return np.asarray(shapely.get_coordinates(part), np.float64)

    def between(self, access: int, other: Side, other_access: int) -> Floats:
        """Return the corners between two accesses on one edge."""
        line, share = self._place(access)
        part = substring(line, share, other._place(other_access)[1], normalized=True)
        return np.asarray(shapely.get_coordinates(part), np.float64)

    def _place(self, access: int) -> tuple[Any, float]:
        """Return the edge of an access, and the share of it at which the access lies."""
        edge, row = self.accesses.edge[access], self.rows.iloc[access]
        length = self.network.lengths_m[edge]
        share = row["along_m"] / length if length > 0 else 0.0
        return self.network.lines[edge], float(np.clip(share, 0.0, 1.0))


def trace_walk(
    network: WalkNetwork, start: pd.DataFrame, goal: pd.DataFrame, *, ticks: tuple[int, int]
) -> Way | None:
    """Return the way of the shortest walk between two points; None when it is not of that length.

    Parameters
    ----------
    network
        Streets.
    start, goal
        The rows of both points in their tables ``joins``.
    ticks
        Least and most ticks of the walk: those that round to its millimetre.
    """
    sides = Side.of(network, start, ticks[1]), Side.of(network, goal, ticks[1])
    if any(side.rows.empty for side in sides):
        return None
    for trace in (_on_one_edge, _on_streets, _on_private_ways):
        way = trace(network, *sides, ticks)
        if way is not None:
            return way
    return None


def _on_one_edge(
    network: WalkNetwork, start: Side, goal: Side, ticks: tuple[int, int]
) -> Way | None:
    """Return the way along the one edge that both points lie on, if it is that long."""
    del network
    one, other = start.accesses, goal.accesses
    for a, b in np.argwhere(one.edge[:, None] == other.edge[None, :]).tolist():
        walk = abs(int(one.along[a] - other.along[b])) + int(one.offset[a] + other.offset[b])
        if ticks[0] <= walk <= ticks[1]:
            return Way(start.between(a, goal, b), start.rows.iloc[a], goal.rows.iloc[b])
    return None


def _on_streets(
    network: WalkNetwork, start: Side, goal: Side, ticks: tuple[int, int]
) -> Way | None:
    """Return the way along the streets that everyone may walk through, if one is that long."""
    seeds = start.seeds()
    reach = _reach(network.streets, seeds, ticks[1])
    for end in goal.seeds():
        if ticks[0] <= int(reach[end.node]) + end.ticks <= ticks[1]:
            first, nodes = _trace(network.streets, reach, end.node, seeds)
            leaves, before = start.way_to(first)
            enters, after = goal.way_to(end)
            return _put_together(
                network, (start, leaves, before), nodes, (goal, enters, after[::-1])
            )
    return None


def _on_private_ways(
    network: WalkNetwork, start: Side, goal: Side, ticks: tuple[int, int]
) -> Way | None:
    """Return the way along private ways that hang together, if one is that long."""
    if start.inner is None:
        return None
    hangs = start.hangs(is_private=True)
    for end in goal.hangs(is_private=True):
        if ticks[0] <= int(start.inner[end.node]) + end.ticks <= ticks[1]:
            leaves, nodes = _trace(network.entering, start.inner, end.node, hangs)
            return _put_together(network, (start, leaves, nodes), [], (goal, end, []))
    return None


def _put_together(
    network: WalkNetwork,
    first: tuple[Side, _Hang, list[int]],
    nodes: list[int],
    last: tuple[Side, _Hang, list[int]],
) -> Way:
    """Return a way from its parts: access, private ways, streets, private ways, access."""
    (start, leaves, before), (goal, enters, after) = first, last
    corners = [start.to_end(leaves)]
    for part, is_private in ((before, True), (nodes, False), (after, True)):
        corners += _edges_between(network, part, is_private=is_private)
    corners.append(goal.to_end(enters)[::-1])
    return Way(
        np.concatenate(corners), start.rows.iloc[leaves.access], goal.rows.iloc[enters.access]
    )


def _reach(graph: Graph, seeds: list[_Hang], limit: int) -> Ints:
    """Return the ticks from the seeds to every node; beyond the limit where it is not reached."""
    nodes_n = graph.head.size - 1
    best = np.full(nodes_n, np.int32(limit + 1), np.int32)
    kept = [seed for seed in seeds if seed.ticks <= limit]
    node = np.array([seed.node for seed in kept], np.int32)
    spread(graph, 0, node, np.array([seed.ticks for seed in kept], np.int32), limit, best,
           make_lists(nodes_n))  # fmt: skip
    return best


def _trace(back: Graph, reach: Ints, node: int, seeds: list[_Hang]) -> tuple[_Hang, list[int]]:
    """Return the seed from which a node was reached, and the nodes from there to it.

    `back` leads against the direction of the search. Ticks are whole, so that the node before is
    one whose ticks and those of the edge add up. Edges of no length may lead astray: what they lead
    to is left for another that fits.
    """
    ends: dict[tuple[int, int], _Hang] = {}
    for seed in seeds:
        ends.setdefault((seed.node, seed.ticks), seed)
    after, waiting = {node: node}, [node]
    while waiting:
        here = waiting.pop()
        seed_here = ends.get((here, int(reach[here])))
        if seed_here is not None:
            nodes = [here]
            while nodes[-1] != node:
                nodes.append(after[nodes[-1]])
            return seed_here, nodes
        row = slice(back.head[here], back.head[here + 1])
        fits = reach[back.to[row]] + back.cost[row].astype(np.int64) == reach[here]
        for before in back.to[row][fits].tolist():
            if before not in after:
                after[before] = here
                waiting.append(before)
    raise ValueError(f"node {node} was not reached")


def _edges_between(network: WalkNetwork, nodes: list[int], *, is_private: bool) -> Iterator[Floats]:
    """Yield the corners of the least costly edges of their sort between nodes, in their order."""
    fewer, more = network.ends.min(axis=1).astype(np.int64), network.ends.max(axis=1)
    pair = fewer * network.nodes_n + more  # ascending: edges lie in the order of their ends
    for u, v in pairwise(nodes):
        wanted = min(u, v) * network.nodes_n + max(u, v)
        number = np.arange(*np.searchsorted(pair, [wanted, wanted + 1]))
        number = number[network.is_usable[number] & (network.is_private[number] == is_private)]
        edge = number[np.argmin(network.ticks[number])]
        corners = shapely.get_coordinates(network.lines[edge])
        yield corners if network.ends[edge, 0] == u else corners[::-1]
