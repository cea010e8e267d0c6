"""Sparse rows: many bounded searches at once, shared out over threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numba
import numpy as np

from livelihood_map.core.errors import JoinError
from livelihood_map.core.progress_bar import track
from livelihood_map.network.connectors import Seeds, compress, compress_counts, list_entries
from livelihood_map.network.walk_options import MAX_PAIRS_N
from livelihood_map.network.walking_kernels import Entries, search_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from livelihood_map.core.arrays import Ints, Longs
    from livelihood_map.network.connectors import Accesses
    from livelihood_map.network.walk_network import WalkNetwork
    from livelihood_map.network.walking_kernels import Graph

_BLOCKS_PER_THREAD: Final = 8
_FIRST_PAIRS_PER_ROW: Final = 64


class Pairs(NamedTuple):
    """Pairs that are known beforehand, such as those on one edge.

    Parameters
    ----------
    row, column, ticks
        The two points and the walk between them.
    """

    row: Longs
    column: Longs
    ticks: Longs


class Rows(NamedTuple):
    """Pairs of each row, their columns and ticks, row after row.

    Parameters
    ----------
    row_n, column, ticks
        Number of pairs of each row; column and walk of each pair.
    """

    row_n: Ints
    column: Ints
    ticks: Ints


def search_sparse(
    graph: Graph,
    seeds: Seeds,
    goals: Seeds,
    *,
    directs: Pairs | None = None,
    rows_n: int,
    columns_n: int,
    limit: int,
    max_pairs_n: int = MAX_PAIRS_N,
) -> Rows:
    """Return the walks from every row to the columns within reach, as sparse rows.

    Parameters
    ----------
    graph
        The graph to search.
    seeds, goals
        Where rows and columns hang on it.
    directs
        Further pairs; the shorter walk counts.
    rows_n, columns_n
        Number of rows and columns.
    limit
        Longest walk, ticks.
    max_pairs_n
        Most pairs that may be found, which bounds the memory.

    Raises
    ------
    JoinError
        When there are more pairs.
    """
    if directs is None:
        nothing = np.empty(0, np.int64)
        directs = Pairs(nothing, nothing, nothing)
    kept = np.flatnonzero(directs.ticks <= limit)
    kept = kept[np.argsort(directs.row[kept], kind="stable")]
    direct_head = compress(directs.row[kept], rows_n)
    seed_head = compress(seeds.point, rows_n)
    by_node = np.argsort(goals.node, kind="stable")
    nodes_n = graph.head.size - 1
    goal_head = compress(goals.node[by_node], nodes_n)
    # Rows are searched in the order in which they lie along the curve: near rows share memory.
    at = np.full(rows_n, nodes_n, np.int64)
    at[seeds.point[::-1]] = seeds.node[::-1]
    order = np.argsort(at, kind="stable")
    places, seed_head = _reorder(seed_head, order)
    direct_places, direct_head = _reorder(direct_head, order)
    kept = kept[direct_places]
    arguments = (
        graph,
        Entries(seed_head.astype(np.int32), seeds.node[places], seeds.ticks[places]),
        Entries(goal_head.astype(np.int32), goals.point[by_node], goals.ticks[by_node]),
        Entries(
            *(x.astype(np.int32) for x in (direct_head, directs.column[kept], directs.ticks[kept]))
        ),
        columns_n,
        limit,
    )
    rows = _run_blocks(arguments, rows_n, max_pairs_n)
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    entries, _ = _reorder(compress_counts(rows.row_n), back)
    return Rows(rows.row_n[back], rows.column[entries], rows.ticks[entries])


def _reorder(head: Longs, order: Longs) -> tuple[Longs, Longs]:
    """Return places of entries when rows come in another order, and where each row starts."""
    counts = np.diff(head)[order]
    return list_entries(head[order], counts), compress_counts(counts)


def list_blocks(rows_n: int) -> list[tuple[int, int]]:
    """Return first and last row of each block: several a thread, so that none waits long.

    Parameters
    ----------
    rows_n
        Number of rows.
    """
    bounds = np.linspace(0, rows_n, numba.get_num_threads() * _BLOCKS_PER_THREAD + 1).astype(int)
    return [(int(a), int(b)) for a, b in pairwise(bounds) if b > a]


def _run_blocks(arguments: tuple[Any, ...], rows_n: int, max_pairs_n: int) -> Rows:
    """Return the rows of all blocks; every thread searches its own blocks."""
    blocks = list_blocks(rows_n)
    row_n = np.zeros(rows_n, np.int32)

    def run(block: tuple[int, int]) -> list[tuple[Ints, Ints]]:
        return _search_block(arguments, *block, row_n)

    pieces = [(np.empty(0, np.int32), np.empty(0, np.int32))]
    pairs_n = 0
    with ThreadPoolExecutor(numba.get_num_threads()) as pool:
        for done in track(pool.map(run, blocks), "network.searching", total=len(blocks)):
            pieces += done
            pairs_n += sum(column.size for column, _ in done)
            if pairs_n > max_pairs_n:
                pool.shutdown(cancel_futures=True)
                raise JoinError("network.pairs_too_many", limit=max_pairs_n)
    column, ticks = (np.concatenate(parts) for parts in zip(*pieces, strict=True))
    return Rows(row_n, column, ticks)


def _search_block(
    arguments: tuple[Any, ...], first: int, last: int, row_n: Ints
) -> list[tuple[Ints, Ints]]:
    """Return the pairs of one block of rows, in as many pieces as the buffers needed."""
    pieces = []
    search: Callable[..., tuple[int, int]] = search_rows
    goals_n = arguments[-2]
    while first < last:
        size = min((last - first) * _FIRST_PAIRS_PER_ROW + goals_n, (last - first) * goals_n)
        column, ticks = np.empty(size, np.int32), np.empty(size, np.int32)
        first, written = search(*arguments, (first, last), (row_n, column, ticks))
        pieces.append((column[:written].copy(), ticks[:written].copy()))
    return pieces


BLOCK_N: Final = 4_000_000
"""Pairs on one edge that are looked at together, about 200 MB."""


def list_seeds(network: WalkNetwork, accesses: Accesses, *, limit: int) -> Seeds:
    """Return where points hang on the streets, sorted by point.

    An access on a street hangs on both ends of its edge. One on a private way hangs on every node
    within the limit where the private ways around it meet the streets.

    Parameters
    ----------
    network
        The network of the accesses.
    accesses
        Accesses of points.
    limit
        Longest walk, ticks.

    Raises
    ------
    JoinError
        When the points reach more ends of private ways than one search may return.
    """
    seeds = accesses.street_ends
    if not accesses.is_private.any():
        return seeds
    inner = accesses.ends(accesses.is_private)
    gateways = np.flatnonzero(network.is_gateway).astype(np.int32)
    number = np.arange(gateways.size, dtype=np.int32)
    ways = search_sparse(
        network.leaving, inner, Seeds(gateways, np.zeros_like(gateways), number),
        rows_n=accesses.points_n, columns_n=gateways.size, limit=limit,
    )  # fmt: skip
    point = np.repeat(np.arange(accesses.points_n, dtype=np.int32), ways.row_n)
    both = Seeds(
        np.concatenate([seeds.node, gateways[ways.column]]),
        np.concatenate([seeds.ticks, ways.ticks]),
        np.concatenate([seeds.point, point]),
    )
    order = np.argsort(both.point, kind="stable")
    return Seeds(both.node[order], both.ticks[order], both.point[order])


def list_directs(
    network: WalkNetwork,
    origins: Accesses,
    goals: Accesses,
    *,
    limit: int,
    max_pairs_n: int = MAX_PAIRS_N,
) -> Pairs:
    """Return the pairs whose walk need not touch the streets.

    These share an edge, or lie on private ways that hang together.

    Parameters
    ----------
    network
        The network of the accesses.
    origins, goals
        Accesses of points.
    limit
        Longest walk, ticks.
    max_pairs_n
        Most pairs that may be found, which bounds the memory.

    Raises
    ------
    JoinError
        When there are more pairs.
    """
    along = _on_one_edge(origins, goals, limit, max_pairs_n)
    if not (origins.is_private.any() and goals.is_private.any()):
        return along
    inside = search_sparse(
        network.leaving,
        origins.ends(origins.is_private),
        goals.ends(goals.is_private),
        rows_n=origins.points_n, columns_n=goals.points_n, limit=limit, max_pairs_n=max_pairs_n,
    )  # fmt: skip
    row = np.repeat(np.arange(origins.points_n), inside.row_n)
    return Pairs(
        np.concatenate([along.row, row]),
        np.concatenate([along.column, inside.column.astype(np.int64)]),
        np.concatenate([along.ticks, inside.ticks.astype(np.int64)]),
    )


def _on_one_edge(origins: Accesses, goals: Accesses, limit: int, max_pairs_n: int) -> Pairs:
    """Return the pairs within the limit that share an edge, walked along that edge."""
    head, by_edge = goals.by_edge
    first, n = head[origins.edge], head[origins.edge + 1]
    shared = np.flatnonzero(n > first)
    first, n = first[shared], n[shared] - first[shared]
    parts: list[tuple[Longs, Longs, Longs]] = []
    pairs_n = 0
    for block in np.split(np.arange(shared.size), _borders(np.cumsum(n))):
        size = n[block]
        row = np.repeat(shared[block], size)
        goal = by_edge[list_entries(first[block], size)]
        ticks = np.abs(origins.along[row] - goals.along[goal]) + (
            origins.offset[row] + goals.offset[goal]
        )
        near = ticks <= limit
        parts.append((origins.point[row[near]], goals.point[goal[near]], ticks[near]))
        pairs_n += int(near.sum())
        if pairs_n > max_pairs_n:
            raise JoinError("network.pairs_too_many", limit=max_pairs_n)
    return Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _borders(ends: Longs) -> NDArray[np.intp]:
    """Return where to part accesses so that each part has few pairs; `ends` counts them up."""
    total = int(ends[-1]) if ends.size else 0
    return np.unique(np.searchsorted(ends, np.arange(BLOCK_N, total, BLOCK_N)))
