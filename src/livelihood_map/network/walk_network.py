"""The two networks that walks are measured on: streets, and the straight-line estimate."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from livelihood_map.core.errors import CrsError
from livelihood_map.core.labels import label, spoken_lang
from livelihood_map.network.edge_index import EdgeNames, find_edges, index_edges
from livelihood_map.network.walking_kernels import TICKS_PER_M, Graph

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from livelihood_map.core.arrays import Bools, Floats, Ints, Longs
    from livelihood_map.core.labels import Lang


PRIVATE_ACCESS: Final = ("private", "residents", "permit")
"""Values of ``access`` of ways that only serve what lies on them."""
MAIN_PART_M: Final = 10_000.0
"""Besides the largest part of a network, every part with this many metres of streets is a main
part: a place of its own, such as an island in a river. The others are detached."""


@dataclass(frozen=True)
class StraightNetwork:
    """Walks estimated as straight line times a detour factor, where no streets are known.

    Parameters
    ----------
    crs
        Metric CRS of the points.
    detour_factor
        Walk divided by straight line, at least 1.
    """

    crs: Any
    detour_factor: float

    @property
    def is_estimated(self) -> bool:
        """Return True: every output from this network is labelled 估算 / estimate."""
        return True


@dataclass(frozen=True)
class WalkNetwork:
    """Walkable streets as arrays; build one with `build_network`.

    Nodes and edges are numbered along a space-filling curve. The numbers never leave the network:
    tables name nodes by ``node_id`` and edges by ``u``, ``v``, ``key``.

    Parameters
    ----------
    crs
        Metric CRS.
    nodes
        Table ``nodes`` in the network's order.
    edges
        Table ``edges`` in the network's order, each line running from u to v.
    ends
        Node numbers of u and v, shape (edges, 2).
    ticks
        Cost of each edge in ticks, its length unless slopes count, shape (edges,).
    is_usable
        Edges that may be walked, shape (edges,).
    through_private
        Whether everyone may walk through private ways, or only to and from what lies on them.
    streets
        The graph that everyone may walk through.
    leaving, entering
        The private ways as two graphs: from their inner nodes to where they meet the streets, and
        from there to their inner nodes; never from street to street. Empty when everyone may walk
        through them.
    wait
        Half the wait at each node in ticks, charged on either edge of a way through it.
    part
        Connected part of each node, numbered in the order of the nodes.
    part_m
        Metres of streets in each part.
    """

    crs: Any
    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame
    ends: Ints
    ticks: Longs
    is_usable: Bools
    through_private: bool
    streets: Graph = field(repr=False)
    leaving: Graph = field(repr=False)
    entering: Graph = field(repr=False)
    wait: Longs = field(repr=False)
    part: Ints = field(repr=False)
    part_m: Floats = field(repr=False)

    def _repr_html_(self) -> str:
        """Return what the network is, as a notebook shows it."""
        return f"<p>{escape(self.describe(spoken_lang()))}</p>"

    def describe(self, lang: Lang | None = None) -> str:
        """Return what the network is in a sentence: kilometres, nodes, edges, parts, CRS.

        Parameters
        ----------
        lang
            Language; None for the current one.
        """
        return label(
            "network.described",
            lang,
            km=f"{self.lengths_m.sum() / 1000:,.1f}",
            nodes=f"{self.nodes_n:,}",
            edges=f"{self.edges_n:,}",
            parts=self.part_m.size,
            crs=getattr(self.crs, "name", self.crs),
        )

    @property
    def is_estimated(self) -> bool:
        """Return False: walks on streets are measured."""
        return False

    @property
    def nodes_n(self) -> int:
        """Return the number of nodes."""
        return len(self.nodes)

    @property
    def edges_n(self) -> int:
        """Return the number of edges."""
        return len(self.edges)

    @cached_property
    def lines(self) -> NDArray[np.object_]:
        """Return the lines of the edges, shape (edges,)."""
        return np.asarray(self.edges.geometry.array)

    @cached_property
    def lengths_m(self) -> Floats:
        """Return the lengths of the edges in metres, shape (edges,)."""
        return np.asarray(self.edges["length_m"], np.float64)

    @cached_property
    def vertices(self) -> tuple[Floats, Longs]:
        """Return the vertices of all lines, shape (vertices, 2), and where each line starts."""
        coordinates, owner = shapely.get_coordinates(self.lines, return_index=True)
        starts = np.searchsorted(owner, np.arange(self.edges_n + 1)).astype(np.int64)
        return coordinates, starts

    @cached_property
    def is_private(self) -> Bools:
        """Return which edges only serve what lies on them, shape (edges,)."""
        if self.through_private:
            return np.zeros(self.edges_n, np.bool_)
        return np.asarray(self.edges["access"].isin(PRIVATE_ACCESS), np.bool_)

    @cached_property
    def is_pass(self) -> Bools:
        """Return which edges are bridges or tunnels, shape (edges,)."""
        return np.asarray(self.edges["is_bridge"] | self.edges["is_tunnel"], np.bool_)

    @cached_property
    def is_gateway(self) -> Bools:
        """Return the nodes where private ways meet the streets, shape (nodes,)."""
        inner = self.is_private & self.is_usable
        meets_street = np.zeros(self.nodes_n, np.bool_)
        meets_street[self.ends[self.is_usable & ~inner]] = True
        meets_inner = np.zeros(self.nodes_n, np.bool_)
        meets_inner[self.ends[inner]] = True
        return meets_street & meets_inner

    @cached_property
    def is_main_part(self) -> Bools:
        """Return which parts are main ones: the largest, and every one of `MAIN_PART_M`."""
        is_main: Bools = self.part_m >= MAIN_PART_M
        if is_main.size:
            is_main[np.argmax(self.part_m)] = True
        return is_main

    @cached_property
    def join_tiers(self) -> list[tuple[Longs, shapely.STRtree]]:
        """Return edge numbers and their search tree, in the order in which joins prefer them.

        Main parts at ground level first, then bridges and tunnels of main parts (a point beneath
        a bridge is not on it), then detached parts.
        """
        is_main = (
            self.is_main_part[self.part[self.ends[:, 0]]] if self.edges_n else np.zeros(0, np.bool_)
        )
        tiers = []
        for chosen in (is_main & ~self.is_pass, is_main & self.is_pass, ~is_main):
            numbers = np.flatnonzero(self.is_usable & chosen)
            if numbers.size:
                tiers.append((numbers, shapely.STRtree(self.lines[numbers])))
        return tiers

    @cached_property
    def _edge_names(self) -> EdgeNames:
        return index_edges(self.nodes["node_id"], self.ends, self.edges["key"].to_numpy(np.int64))

    def edge_numbers(self, u: pd.Series[Any], v: pd.Series[Any], key: pd.Series[Any]) -> Longs:
        """Return the number of each named edge, -1 where the network has no such edge.

        Parameters
        ----------
        u, v, key
            Names of edges as in table ``edges``, none missing.

        Raises
        ------
        ValueError
            When a key is missing.
        """
        return find_edges(self._edge_names, u, v, key.to_numpy(np.int64))


Network = WalkNetwork | StraightNetwork


def require_crs(network: Network, table: gpd.GeoDataFrame) -> None:
    """Check that a table has the CRS of the network.

    Parameters
    ----------
    network
        Streets, or the straight-line estimate.
    table
        Points, areas or lines that are measured on it.

    Raises
    ------
    CrsError
        When the two differ in CRS.
    """
    if table.crs != network.crs:
        raise CrsError("network.crs_differs_points", points=table.crs, network=network.crs)


def to_ticks(length_m: Floats) -> Longs:
    """Return metres as whole ticks.

    Parameters
    ----------
    length_m
        Metres, any shape, none missing.
    """
    return np.rint(length_m * TICKS_PER_M).astype(np.int64)
