"""Walk lengths between joined points."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numba
import numpy as np
import pandas as pd

from livelihood_map.core.errors import JoinError
from livelihood_map.core.progress import track
from livelihood_map.core.units import MM_PER_M
from livelihood_map.network.accesses import (
    Accesses,
    compress,
    list_directs,
    list_seeds,
    read_accesses,
)
from livelihood_map.network.kernels import (
    MAX_CUTOFF_M,
    TICKS_PER_MM,
    search_nearest,
    search_rows,
    transpose_rows,
)
from livelihood_map.network.model import Network, StraightNetwork, WalkNetwork
from livelihood_map.network.straight import estimate_nearest, estimate_pairs

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

_log = logging.getLogger(__name__)

MAX_PAIRS_N: Final = 50_000_000
"""Pairs that one call may return, about 2 GB as a table; beyond it the cut-off is too long."""
_BLOCKS_PER_THREAD: Final = 8
_FIRST_PAIRS_PER_ROW: Final = 64


def measure_nearest(
    network: Network, origins: pd.DataFrame, destinations: pd.DataFrame, *, cutoff_m: float
) -> pd.DataFrame:
    """Return table ``walks`` with the nearest destination of each origin, where one is reached.

    The walk is offset + way along the streets + offset, the shortest over all accesses of both
    points; two points on one edge may walk along it. Of destinations equally near, the lower id
    is taken.

    Parameters
    ----------
    network
        The network that the joins were made on.
    origins, destinations
        Tables ``joins``.
    cutoff_m
        Longest walk, metres, at most 20,000.

    Returns
    -------
    origin_id, dest_id, walk_m (rounded to 1 mm), sorted by origin.

    Raises
    ------
    JoinError
        When the cut-off is out of range or a join names an unknown edge.
    """
    limit = _limit_ticks(cutoff_m)
    if isinstance(network, StraightNetwork):
        return estimate_nearest(network, origins, destinations, cutoff_m=cutoff_m)
    starts, goals = read_accesses(network, origins), read_accesses(network, destinations)
    node, ticks, goal = list_seeds(network, goals)
    dist, nearest = search_nearest(network.head, network.to, network.cost, node, ticks, goal, limit)
    u, v = network.ends[starts.edge].T
    direct_point, direct_goal, direct_ticks = list_directs(starts, goals)
    point = np.concatenate([starts.point, starts.point, direct_point])
    total = np.concatenate([starts.to_u + dist[u], starts.to_v + dist[v], direct_ticks])
    goal_of = np.concatenate([nearest[u], nearest[v], direct_goal])
    kept = total <= limit
    point, total, goal_of = point[kept], total[kept], goal_of[kept]
    order = np.lexsort((goal_of, total, point))
    point, first = np.unique(point[order], return_index=True)
    best = order[first]
    return _walks(starts.ids, point, goals.ids, goal_of[best], total[best])


def measure_walks(
    network: Network, origins: pd.DataFrame, destinations: pd.DataFrame, *, cutoff_m: float
) -> pd.DataFrame:
    """Return table ``walks`` with every pair of origin and destination within the cut-off.

    The searches start from whichever side has fewer points; the result is the same.

    Parameters
    ----------
    network
        The network that the joins were made on.
    origins, destinations
        Tables ``joins``.
    cutoff_m
        Longest walk, metres, at most 20,000.

    Returns
    -------
    origin_id, dest_id, walk_m (rounded to 1 mm), sorted by origin and destination.

    Raises
    ------
    JoinError
        When the cut-off is out of range, a join names an unknown edge, or more pairs lie within
        the cut-off than `MAX_PAIRS_N`.
    """
    limit = _limit_ticks(cutoff_m)
    if isinstance(network, StraightNetwork):
        return estimate_pairs(network, origins, destinations, cutoff_m=cutoff_m)
    starts, goals = read_accesses(network, origins), read_accesses(network, destinations)
    is_turned = goals.points_n < starts.points_n
    rows = (
        _search(network, goals, starts, limit)
        if is_turned
        else _search(network, starts, goals, limit)
    )
    goal, ticks = rows.column, rows.ticks
    counts = rows.row_n.astype(np.int64)
    if is_turned:
        counts = np.bincount(goal, minlength=starts.points_n)
        goal, ticks = transpose_rows(rows.row_n, goal, ticks, starts.points_n)
    point = np.repeat(np.arange(starts.points_n), counts)
    _log.info("walks: %d x %d points, %d pairs", starts.points_n, goals.points_n, point.size)
    return _walks(starts.ids, point, goals.ids, goal, ticks)


def walk_between(
    network: WalkNetwork, starts: Accesses, goals: Accesses, *, cutoff_m: float
) -> NDArray[np.float64]:
    """Return the walk from each start to the goal of the same number, metres.

    Parameters
    ----------
    network
        Streets.
    starts, goals
        As many points on either side.
    cutoff_m
        Longest walk, metres.

    Returns
    -------
    Shape (points,), NaN where the walk is longer than the cut-off.

    Raises
    ------
    JoinError
        When the cut-off is out of range.
    """
    rows = _search(network, starts, goals, _limit_ticks(cutoff_m))
    number = np.repeat(np.arange(starts.points_n), rows.row_n)
    is_own = rows.column == number
    walk_m = np.full(starts.points_n, np.nan)
    walk_m[number[is_own]] = rows.ticks[is_own] / (TICKS_PER_MM * MM_PER_M)
    return walk_m


@dataclass(frozen=True)
class _Rows:
    """Sparse rows: pairs of each row, their columns and ticks, row after row."""

    row_n: Ints
    column: Ints
    ticks: Ints


def _limit_ticks(cutoff_m: float) -> int:
    """Return the longest sum of ticks that rounds to at most the cut-off."""
    if not 0 < cutoff_m <= MAX_CUTOFF_M:
        raise JoinError("network.cutoff_range", cutoff_m=cutoff_m, limit_m=MAX_CUTOFF_M)
    return round(cutoff_m * MM_PER_M) * TICKS_PER_MM + TICKS_PER_MM // 2 - 1


def _search(network: WalkNetwork, starts: Accesses, goals: Accesses, limit: int) -> _Rows:
    """Return the walks from every start to the goals within reach, as sparse rows."""
    node, ticks, point = list_seeds(network, starts)
    start_head = compress(point, starts.points_n)
    goal_node, goal_ticks, goal_point = list_seeds(network, goals)
    by_node = np.argsort(goal_node, kind="stable")
    goal_head = compress(goal_node[by_node], network.nodes_n)
    direct_row, direct_goal, direct_ticks = list_directs(starts, goals)
    kept = np.flatnonzero(direct_ticks <= limit)
    kept = kept[np.argsort(direct_row[kept], kind="stable")]
    direct_head = compress(direct_row[kept], starts.points_n)
    # Rows are searched in the order in which they lie along the curve: near rows share memory.
    at = np.full(starts.points_n, network.nodes_n, np.int64)
    at[point[::-1]] = node[::-1]
    order = np.argsort(at, kind="stable")
    seeds, start_head = _reorder(start_head, order)
    directs, direct_head = _reorder(direct_head, order)
    arguments = (
        network.head, network.to, network.cost,
        start_head.astype(np.int32), node[seeds], ticks[seeds],
        goal_head.astype(np.int32), goal_point[by_node], goal_ticks[by_node],
        direct_head.astype(np.int32),
        direct_goal[kept][directs].astype(np.int32),
        direct_ticks[kept][directs].astype(np.int32),
        goals.points_n, limit,
    )  # fmt: skip
    found = _run_blocks(arguments, starts.points_n)
    back = np.empty_like(order)
    back[order] = np.arange(order.size)
    rows, _ = _reorder(compress_counts(found.row_n), back)
    return _Rows(found.row_n[back], found.column[rows], found.ticks[rows])


def compress_counts(counts: NDArray[np.integer]) -> Longs:
    """Return where each row starts, given how many entries each has.

    Parameters
    ----------
    counts
        Entries of each row.

    Raises
    ------
    Nothing.

    Examples
    --------
    >>> compress_counts(np.array([2, 0, 1]))
    array([0, 2, 2, 3])
    """
    start = np.zeros(counts.size + 1, np.int64)
    np.cumsum(counts, out=start[1:])
    return start


def _reorder(head: Longs, order: Longs) -> tuple[Longs, Longs]:
    """Return places of entries when rows come in another order, and where each row starts."""
    n = np.diff(head)[order]
    new_head = compress_counts(n)
    places = np.arange(new_head[-1]) - np.repeat(new_head[:-1], n) + np.repeat(head[order], n)
    return places, new_head


def _run_blocks(arguments: tuple[Any, ...], rows_n: int) -> _Rows:
    """Return the rows of all blocks; every thread searches its own blocks."""
    threads = numba.get_num_threads()
    bounds = np.linspace(0, rows_n, threads * _BLOCKS_PER_THREAD + 1).astype(int)
    blocks = [(int(a), int(b)) for a, b in pairwise(bounds) if b > a]
    row_n = np.zeros(rows_n, np.int32)

    def run(block: tuple[int, int]) -> list[tuple[Ints, Ints]]:
        return _search_block(arguments, *block, row_n)

    pieces: list[tuple[Ints, Ints]] = []
    pairs_n = 0
    with ThreadPoolExecutor(threads) as pool:
        for done in track(pool.map(run, blocks), "network.searching", total=len(blocks)):
            pieces += done
            pairs_n += sum(column.size for column, _ in done)
            if pairs_n > MAX_PAIRS_N:
                pool.shutdown(cancel_futures=True)
                raise JoinError("network.pairs_too_many", limit=MAX_PAIRS_N)
    if not pieces:
        return _Rows(row_n, np.empty(0, np.int32), np.empty(0, np.int32))
    return _Rows(
        row_n, np.concatenate([p[0] for p in pieces]), np.concatenate([p[1] for p in pieces])
    )


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
        first, written = search(*arguments, first, last, row_n, column, ticks)
        pieces.append((column[:written].copy(), ticks[:written].copy()))
    return pieces


def _walks(
    origin_ids: NDArray[np.object_],
    origin: NDArray[np.integer],
    dest_ids: NDArray[np.object_],
    dest: NDArray[np.integer],
    ticks: NDArray[np.integer],
) -> pd.DataFrame:
    """Return table ``walks``, whole millimetres."""
    half = TICKS_PER_MM // 2
    walk_mm = (ticks.astype(np.int64) + half) // TICKS_PER_MM
    return pd.DataFrame(
        {
            "origin_id": pd.array(origin_ids, dtype="str").take(origin),
            "dest_id": pd.array(dest_ids, dtype="str").take(dest),
            "walk_m": walk_mm / MM_PER_M,
        }
    )
