"""Streets as pages carry them: those of a run, or those around a town."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from livelihood_map.network.walking_kernels import TICKS_PER_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.arrays import Bools, Floats, Ints, Longs
    from livelihood_map.network import WalkNetwork

Box = tuple[float, float, float, float]
"""West, south, east, north in metres."""


class Tie(NamedTuple):
    """What streets that are left out hold together."""

    nodes: Sequence[int]
    """A node of each of the parts that they join."""
    ticks: int
    """Their length in ticks."""


@dataclass(frozen=True, kw_only=True)
class WalkStreets:
    """Streets in the engine's order, which decides between equals.

    Parameters
    ----------
    crs
        Metric CRS.
    places
        Nodes, metres, shape (nodes, 2).
    ends, key
        Node numbers of u and v of each edge, shape (edges, 2), and its key.
    ticks
        Length of each edge in ticks.
    is_private, is_pass
        Whether an edge serves what lies on it alone; whether it is a bridge or tunnel.
    vertices, first
        Vertices of all lines, shape (vertices, 2), and where each line starts, edges + 1 entries.
    part
        Connected part of each node.
    curve
        West, south and side of the square of the curve along which nodes are ordered.
    ties
        What the streets that are left out join of these.
    elsewhere_m
        Metres of the longest part that is left out as a whole.
    """

    crs: Any
    places: Floats
    ends: Ints
    key: Longs
    ticks: Longs
    is_private: Bools
    is_pass: Bools
    vertices: Floats
    first: Longs
    part: Ints
    curve: tuple[float, float, float]
    ties: Sequence[Tie] = ()
    elsewhere_m: float = 0.0

    @property
    def edges_n(self) -> int:
        """Return the number of edges."""
        return len(self.ends)

    @cached_property
    def _boxes(self) -> tuple[Floats, Floats]:
        """Return the lower and the upper corner of the box of each edge."""
        if not self.edges_n:
            return np.empty((0, 2)), np.empty((0, 2))
        starts = self.first[:-1]
        return np.minimum.reduceat(self.vertices, starts), np.maximum.reduceat(
            self.vertices, starts
        )

    @cached_property
    def ticks_of_parts(self) -> Longs:
        """Return the ticks of the edges of each part, those below 2**53 exactly."""
        total = np.bincount(self.part[self.ends[:, 0]], weights=self.ticks)
        return total.astype(np.int64)

    def within(self, box: Box) -> WalkStreets:
        """Return the streets that touch a box, with what those beyond join of them.

        Parameters
        ----------
        box
            West, south, east, north, metres.
        """
        west, south, east, north = box
        low, high = self._boxes
        is_kept = (low <= (east, north)).all(axis=1) & (high >= (west, south)).all(axis=1)
        edges = np.flatnonzero(is_kept)
        nodes = np.unique(self.ends[edges])
        sizes = np.diff(self.first)[edges]
        first = np.concatenate([[0], np.cumsum(sizes)])
        rows = np.arange(first[-1]) + np.repeat(self.first[edges] - first[:-1], sizes)
        near = replace(
            self,
            places=self.places[nodes],
            ends=np.searchsorted(nodes, self.ends[edges]).astype(np.int32),
            key=self.key[edges],
            ticks=self.ticks[edges],
            is_private=self.is_private[edges],
            is_pass=self.is_pass[edges],
            vertices=self.vertices[rows],
            first=first,
            part=self.part[nodes],
        )
        ties, elsewhere_m = _tie(near, self)
        return replace(near, ties=ties, elsewhere_m=elsewhere_m)


def _tie(near: WalkStreets, whole: WalkStreets) -> tuple[list[Tie], float]:
    """Return what streets that are left out join, and metres of the longest part without any."""
    parts_n = len(whole.ticks_of_parts)
    own = np.zeros(parts_n, np.int64)
    own[: len(near.ticks_of_parts)] = near.ticks_of_parts
    beyond = whole.ticks_of_parts - own
    is_near = np.zeros(parts_n, np.bool_)
    is_near[near.part[near.ends[:, 0]]] = True
    nodes_n = len(near.places)
    links = (np.ones(near.edges_n, np.bool_), (near.ends[:, 0], near.ends[:, 1]))
    graph = coo_matrix(links, shape=(nodes_n, nodes_n))
    _, label = connected_components(graph, directed=False)
    first = np.unique(label, return_index=True)[1]
    ties = [
        Tie(first[near.part[first] == part].tolist(), int(beyond[part]))
        for part in np.flatnonzero(is_near & (beyond > 0))
    ]
    return ties, float(beyond[~is_near].max(initial=0)) / TICKS_PER_M


def read_streets(network: WalkNetwork) -> WalkStreets:
    """Return all streets of a network.

    Parameters
    ----------
    network
        Streets of the run.
    """
    vertices, first = network.vertices
    places = shapely.get_coordinates(network.nodes.geometry.to_numpy())
    west, south = places.min(axis=0, initial=np.inf)
    span = float(np.ptp(places, axis=0).max()) if len(places) else 0.0
    return WalkStreets(
        crs=network.crs,
        places=places,
        ends=network.ends,
        key=network.edges["key"].to_numpy(np.int64),
        ticks=network.ticks,
        is_private=network.is_private,
        is_pass=network.is_pass,
        vertices=vertices,
        first=first,
        part=network.part,
        curve=(float(west), float(south), span or 1.0),
    )
