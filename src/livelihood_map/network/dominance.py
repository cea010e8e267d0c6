"""Places along streets that no other place outdoes: a finite set in which a best choice lies."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from livelihood_map.core.progress_bar import track
from livelihood_map.core.units import MM_PER_M
from livelihood_map.network.connectors import (
    Seeds,
    compress,
    compress_counts,
    list_entries,
    read_accesses,
)
from livelihood_map.network.dominance_kernels import (
    Reach,
    Stretches,
    find_outdone,
    list_places,
    make_scratch,
)
from livelihood_map.network.od_matrix import list_seeds, search_sparse
from livelihood_map.network.walk_options import require_cutoff
from livelihood_map.network.walking_kernels import (
    GOAL_BITS,
    TICKS_PER_M,
    TICKS_PER_MM,
    Entries,
    search_nearest,
)

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Bools, Floats, Ints, Longs
    from livelihood_map.network.connectors import Accesses
    from livelihood_map.network.dominance_kernels import Scratch
    from livelihood_map.network.routing import Joins
    from livelihood_map.network.walk_network import WalkNetwork

log = logging.getLogger(__name__)

BLOCK_N: Final = 2_000
"""Pieces of street that are looked at together; with 200 rows near each about 50 MB."""
_ROOM: Final = 1 << 20


class _Places(NamedTuple):
    """Places with the rows that reach them in compressed rows."""

    piece: Longs
    along: Longs
    width: Longs
    head: Longs
    item: Ints


def limit_ticks(within_m: Floats) -> Longs:
    """Return the longest sums of ticks that, rounded to 1 mm, are at most the walks asked for.

    Parameters
    ----------
    within_m
        Walks in metres.

    Examples
    --------
    >>> limit_ticks(np.array([500.0])).tolist()
    [50000049]
    """
    whole_mm = np.floor(within_m * MM_PER_M + 1e-6).astype(np.int64)
    return whole_mm * TICKS_PER_MM + TICKS_PER_MM // 2 - 1


def find_dominating(
    network: WalkNetwork, joins: Joins, asked: pd.DataFrame, stretches: pd.DataFrame
) -> pd.DataFrame:
    """Return the places on stretches of street of which no other reaches as many and more.

    On a network the places that reach a demand point within a walk make up intervals of edges.
    Where one of them begins or ends the set of points reached changes, and nowhere else: the
    finitely many sets between these break points stand for every place (Church & Meadows 1979).
    Of each set one place is kept, in the middle of the longest stretch where it holds; a set that
    another of the same group holds whole is left out. Walks are those of :func:`measure_walks`, to
    the tick.

    Parameters
    ----------
    network
        Streets.
    joins
        Joined points that ask.
    asked
        point_id and within_m: a point asks once for every walk that counts for it.
    stretches
        u, v, key of an edge of the network, from_m and to_m along it from u (0 to its length_m),
        and group: places of different groups are never compared.

    Returns
    -------
    u, v, key, along_m, group, geometry, in the network's order; empty when nobody is reached.

    Raises
    ------
    JoinError
        When a walk is out of range or a join names an edge that the network does not have.

    References
    ----------
    Church, R. L. & Meadows, M. E. (1979). Location modeling utilizing maximum service distance
    criteria. Geographical Analysis 11, 358-373.

    Examples
    --------
    >>> from livelihood_map import build_network, example_town, join_demand
    >>> town = example_town()
    >>> network = build_network(town.nodes, town.edges)
    >>> joins = join_demand(network, town.demand, town.gates, limit_m=100)
    >>> asked = pd.DataFrame({"point_id": ["d1", "d2"], "within_m": 700.0})
    >>> whole = town.edges[["u", "v", "key"]].assign(
    ...     from_m=0.0, to_m=town.edges["length_m"], group=""
    ... )
    >>> find_dominating(network, joins, asked, whole)["along_m"].round(3).tolist()
    [550.0]
    """
    if not len(asked) or not len(stretches):
        return _table(network, stretches.iloc[:0], np.empty(0, np.int64))
    require_cutoff(float(asked["within_m"].max()))
    accesses = read_accesses(network, joins)
    asking = _Asking.of(network, accesses, *_rows(accesses, asked))
    edge, low, high = _positions(network, stretches)
    group = pd.factorize(stretches["group"], use_na_sentinel=False)[0].astype(np.int32)
    order = np.flatnonzero(asking.are_near(edge))
    order = order[np.lexsort((low[order], edge[order]))]
    kept: list[_Places] = []
    blocks = [order[k : k + BLOCK_N] for k in range(0, order.size, BLOCK_N)]
    for block in track(blocks, "network.searching"):
        found = asking.list_places(edge[block], low[block], high[block])
        kept.append(_only_best(found._replace(piece=block[found.piece]), group, asking.rows_n))
    places = _only_best(_stack(kept), group, asking.rows_n)
    log.info(
        "find_dominating: %d questions and %d stretches in, %d places out",
        len(asked),
        len(stretches),
        len(places.along),
    )
    return _table(network, stretches.iloc[places.piece], places.along)


def _rows(accesses: Accesses, asked: pd.DataFrame) -> tuple[Longs, Longs]:
    """Return where the rows of each point start, and the longest walk of each row in ticks."""
    point = pd.Index(accesses.ids).get_indexer(pd.Index(asked["point_id"]))
    limit = limit_ticks(asked["within_m"].to_numpy(np.float64))
    order = np.lexsort((limit, point))
    order = order[point[order] >= 0]
    return compress(point[order], accesses.points_n), limit[order]


def _positions(network: WalkNetwork, stretches: pd.DataFrame) -> tuple[Longs, Longs, Longs]:
    """Return edge, start and stop of stretches in ticks, within the edge."""
    edge = network.edge_numbers(stretches["u"], stretches["v"], stretches["key"])
    length = np.maximum(network.lengths_m[edge], 1 / TICKS_PER_M)
    share = [stretches[end].to_numpy(np.float64) / length for end in ("from_m", "to_m")]
    low = np.ceil(np.clip(share[0], 0, 1) * network.ticks[edge] - 1e-3).astype(np.int64)
    high = np.floor(np.clip(share[1], 0, 1) * network.ticks[edge] + 1e-3).astype(np.int64)
    return edge, low, np.maximum(low, high)


@dataclass(frozen=True)
class _Asking:
    """Who asks on a network, as the compiled lists of places want it."""

    network: WalkNetwork
    seeds: Seeds
    on_edge: tuple[Ints, Ints, Longs, Longs]
    rows: tuple[Ints, Longs]
    longest: int
    scratch: Scratch

    @classmethod
    def of(
        cls, network: WalkNetwork, accesses: Accesses, row_head: Longs, row_limit: Longs
    ) -> _Asking:
        """Return who asks, given the rows of each point; points without a row are left out."""
        has_row = np.diff(row_head) > 0
        longest = int(row_limit.max(initial=0))
        own = accesses.only(has_row[accesses.point])
        order = np.flatnonzero(~own.is_private)
        order = order[np.argsort(own.edge[order], kind="stable")]
        head = compress(own.edge[order], network.edges_n)
        most = int(np.diff(head).max(initial=0)) * int(np.diff(row_head).max(initial=0))
        return cls(
            network,
            list_seeds(network, own, limit=longest),
            (
                head.astype(np.int32),
                own.point[order].astype(np.int32),
                own.along[order],
                own.offset[order],
            ),
            (row_head.astype(np.int32), row_limit),
            longest,
            make_scratch(accesses.points_n, row_limit.size, most),
        )

    @property
    def points_n(self) -> int:
        """Return the number of points, those that do not ask among them."""
        return self.rows[0].size - 1

    @property
    def rows_n(self) -> int:
        """Return the number of rows."""
        return self.rows[1].size

    def are_near(self, edge: Longs) -> Bools:
        """Return near which edges somebody asks, shape (edges,)."""
        key = search_nearest(self.network.streets, *self.seeds, self.longest)
        is_reached = key >> GOAL_BITS <= self.longest
        is_joined = np.diff(self.on_edge[0])[edge] > 0
        return np.asarray(is_reached[self.network.ends[edge]].any(axis=1) | is_joined)

    def list_places(self, edge: Longs, low: Longs, high: Longs) -> _Places:
        """Return the places of some pieces of edges that no place of the same piece outdoes."""
        network, ends = self.network, self.network.ends[edge]
        nodes, number = np.unique(ends, return_inverse=True)
        near_u, near_v = number.reshape(-1, 2).T.astype(np.int32, order="C")
        own = np.arange(nodes.size, dtype=np.int32)
        found = search_sparse(
            network.streets, Seeds(nodes.astype(np.int32), np.zeros_like(own), own), self.seeds,
            rows_n=nodes.size, columns_n=self.points_n, limit=self.longest,
        )  # fmt: skip
        wait = network.wait[ends]
        stretches = Stretches(
            edge.astype(np.int32), low, high, near_u, near_v,
            network.ticks[edge], wait[:, 0].copy(), wait[:, 1].copy(),
        )  # fmt: skip
        head = compress_counts(found.row_n).astype(np.int32)
        reach = Reach(Entries(head, found.column, found.ticks), *self.on_edge, *self.rows)
        return self._work_through(stretches, reach)

    def _work_through(self, stretches: Stretches, reach: Reach) -> _Places:
        """Return the places of all pieces; where the room does not suffice more is made."""
        first, last, room = 0, stretches.edge.size, _ROOM
        parts = []
        while first < last:
            piece = np.empty(room // 8, np.int32)
            along, width, end = np.empty((3, room // 8), np.int64)
            row = np.empty(room, np.int32)
            done, places_n, written = list_places(
                stretches, reach, self.scratch, (first, last), (piece, along, width, end, row)
            )
            head = np.concatenate([[0], end[:places_n]])
            parts.append(
                _Places(
                    piece[:places_n].astype(np.int64),
                    along[:places_n].copy(),
                    width[:places_n].copy(),
                    head,
                    row[:written].copy(),
                )
            )
            room = room * 4 if done == first else room
            first = done
        return _stack(parts)


def _stack(parts: list[_Places]) -> _Places:
    """Return places of several parts, at least one, as one."""
    counts = np.concatenate([np.diff(part.head) for part in parts])
    return _Places(
        np.concatenate([part.piece for part in parts]),
        np.concatenate([part.along for part in parts]),
        np.concatenate([part.width for part in parts]),
        compress_counts(counts),
        np.concatenate([part.item for part in parts]),
    )


def _only_best(places: _Places, group: Ints, rows_n: int) -> _Places:
    """Return the places that no other of their group outdoes."""
    places_n = places.along.size
    ones = np.ones(places.item.size, np.int8)
    own = sparse.csr_array((ones, places.item, places.head), shape=(places_n, rows_n)).tocsc()
    is_gone = find_outdone(
        places.head,
        places.item,
        own.indptr.astype(np.int64),
        own.indices.astype(np.int32),
        group[places.piece],
        places.width,
    )
    left = np.flatnonzero(~is_gone)
    counts = np.diff(places.head)[left]
    item = places.item[list_entries(places.head[left], counts)]
    return _Places(
        places.piece[left], places.along[left], places.width[left], compress_counts(counts), item
    )


def _table(network: WalkNetwork, stretches: pd.DataFrame, along: Longs) -> pd.DataFrame:
    """Return places on edges as a table."""
    edge = network.edge_numbers(stretches["u"], stretches["v"], stretches["key"])
    share = along / np.maximum(network.ticks[edge], 1)
    table = stretches[["u", "v", "key", "group"]].reset_index(drop=True)
    points = shapely.line_interpolate_point(network.lines[edge], share, normalized=True)
    return table.assign(along_m=share * network.lengths_m[edge], geometry=points)
