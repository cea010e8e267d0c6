"""Compiled searches over the street graph.

Costs are whole hundredths of a millimetre (`TICKS_PER_M`) in 32 bits, so that sums are exact, do
not depend on the order of addition and are the same from either end; 32 bits reach 21 km. The
queue is a row of buckets with one entry per node, kept as linked lists: a node whose cost falls
moves to another bucket, and a node of the open bucket may be taken twice, so the buckets may be
wider than the shortest edge (Dial 1969; Meyer & Sanders 2003, delta-stepping).

Each kernel lets go of the interpreter lock: the callers give every thread its own rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

Function = TypeVar("Function", bound="Callable[..., Any]")

TICKS_PER_M: Final = 100_000
"""Parts of a metre in which costs are added up."""
TICKS_PER_MM: Final = 100
FAR: Final = 2**31 - 1
"""Cost of what has not been reached."""
MAX_CUTOFF_M: Final = 20_000.0
"""Longest walk that 32 bits hold with room to spare."""
BUCKET_SHIFT: Final = 22
"""A bucket spans 2**22 ticks, 41.9 m: measured fastest on street networks between 10 and 170 m."""
_TAKEN: Final = -2


def kernel(function: Function) -> Function:
    """Return `function` compiled, cached on disk where a folder can be written.

    Parameters
    ----------
    function
        A function over arrays and numbers.

    Raises
    ------
    Nothing.
    """
    try:
        compiled = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no folder in which to keep the cache
        compiled = njit(nogil=True)(function)
    return cast("Function", compiled)


@kernel
def search_rows(  # noqa: PLR0913, PLR0917  (one compiled loop over flat arrays)
    head: Ints,
    to: Ints,
    cost: Ints,
    seed_head: Ints,
    seed_node: Ints,
    seed_ticks: Ints,
    goal_head: Ints,
    goal_point: Ints,
    goal_ticks: Ints,
    direct_head: Ints,
    direct_point: Ints,
    direct_ticks: Ints,
    goals_n: int,
    limit: int,
    first: int,
    last: int,
    row_n: Ints,
    out_point: Ints,
    out_ticks: Ints,
) -> tuple[int, int]:
    """Return how far the rows `first` to `last` were searched and how many pairs were written.

    One bounded search per origin, from all its seeds at once; goals hang on nodes. Writes the
    reached goals of each row in ascending order. Stops early when the output could overflow.

    Parameters
    ----------
    head, to, cost
        The graph: neighbours of node i are ``to[head[i]:head[i + 1]]``; costs in ticks.
    seed_head, seed_node, seed_ticks
        Seeds of each origin, and what has been walked when the node is reached.
    goal_head, goal_point, goal_ticks
        Goals that hang on each node, and what is walked from the node to the goal.
    direct_head, direct_point, direct_ticks
        Goals that share an edge with the origin, and the walk along that edge.
    goals_n
        Number of goals.
    limit
        Longest walk kept, ticks.
    first, last
        Rows to search.
    row_n, out_point, out_ticks
        Written: pairs per row, goal of each pair, its walk in ticks.

    Raises
    ------
    Nothing.
    """
    nodes_n = head.size - 1
    dist = np.full(nodes_n, np.int32(FAR), np.int32)
    best = np.full(goals_n, np.int32(FAR), np.int32)
    bucket = np.full((limit >> BUCKET_SHIFT) + 1, np.int32(-1), np.int32)
    after = np.empty(nodes_n, np.int32)
    before = np.empty(nodes_n, np.int32)
    touched = np.empty(nodes_n, np.int32)
    found = np.empty(goals_n, np.int32)
    written = 0
    for row in range(first, last):
        a, z = seed_head[row], seed_head[row + 1]
        touched_n = _spread(
            head, to, cost, seed_node[a:z], seed_ticks[a:z], limit,
            dist, bucket, after, before, touched,
        )  # fmt: skip
        found_n = 0
        for k in range(touched_n):
            u = touched[k]
            d = np.int64(dist[u])
            dist[u] = FAR
            for g in range(goal_head[u], goal_head[u + 1]):
                total = d + goal_ticks[g]
                point = goal_point[g]
                if total <= limit and total < best[point]:
                    if best[point] == FAR:
                        found[found_n] = point
                        found_n += 1
                    best[point] = total
        for g in range(direct_head[row], direct_head[row + 1]):
            total = np.int64(direct_ticks[g])
            point = direct_point[g]
            if total <= limit and total < best[point]:
                if best[point] == FAR:
                    found[found_n] = point
                    found_n += 1
                best[point] = total
        if written + found_n > out_point.size:
            for k in range(found_n):
                best[found[k]] = FAR
            return row, written
        found[:found_n].sort()
        for k in range(found_n):
            point = found[k]
            out_point[written] = point
            out_ticks[written] = best[point]
            best[point] = FAR
            written += 1
        row_n[row] = found_n
    return last, written


@kernel
def _spread(  # noqa: PLR0913, PLR0917  (compiled: works on the caller's scratch arrays)
    head: Ints,
    to: Ints,
    cost: Ints,
    seed_node: Ints,
    seed_ticks: Ints,
    limit: int,
    dist: Ints,
    bucket: Ints,
    after: Ints,
    before: Ints,
    touched: Ints,
) -> int:
    """Return how many nodes lie within the limit of the seeds; `touched` lists them.

    `dist` must be FAR everywhere and `bucket` empty; afterwards `dist` holds the walks and
    `bucket` is empty again.
    """
    touched_n = 0
    top = np.int64(-1)
    for s in range(seed_node.size):
        u = seed_node[s]
        d = np.int64(seed_ticks[s])
        if d > limit or d >= dist[u]:
            continue
        if dist[u] == FAR:
            touched[touched_n] = u
            touched_n += 1
        else:
            _unlink(u, dist, bucket, after, before)
        dist[u] = d
        b = d >> BUCKET_SHIFT
        _link(u, b, bucket, after, before)
        top = max(top, b)
    b = np.int64(0)
    while b <= top:
        while bucket[b] >= 0:
            u = bucket[b]
            following = after[u]
            bucket[b] = following
            if following >= 0:
                before[following] = -1
            before[u] = _TAKEN
            d = np.int64(dist[u])
            for h in range(head[u], head[u + 1]):
                longer = d + cost[h]
                v = to[h]
                if longer > limit or longer >= dist[v]:
                    continue
                if dist[v] == FAR:
                    touched[touched_n] = v
                    touched_n += 1
                elif before[v] != _TAKEN:
                    _unlink(v, dist, bucket, after, before)
                dist[v] = longer
                c = longer >> BUCKET_SHIFT
                _link(v, c, bucket, after, before)
                top = max(top, c)
        b += 1
    return touched_n


@kernel
def _link(node: int, b: int | np.int64, bucket: Ints, after: Ints, before: Ints) -> None:
    """Put a node first into bucket `b`."""
    following = bucket[b]
    after[node] = following
    before[node] = -1
    if following >= 0:
        before[following] = node
    bucket[b] = node


@kernel
def _unlink(node: int, dist: Ints, bucket: Ints, after: Ints, before: Ints) -> None:
    """Take a node out of the bucket of its present cost."""
    if before[node] >= 0:
        after[before[node]] = after[node]
    else:
        bucket[dist[node] >> BUCKET_SHIFT] = after[node]
    if after[node] >= 0:
        before[after[node]] = before[node]


@kernel
def search_nearest(
    head: Ints,
    to: Ints,
    cost: Ints,
    seed_node: Ints,
    seed_ticks: Ints,
    seed_goal: Ints,
    limit: int,
) -> tuple[Ints, Ints]:
    """Return for every node the walk to its nearest goal in ticks, and which goal that is.

    One search from all goals at once. Of goals equally near the one with the lower number wins,
    whatever the order of the seeds.

    Parameters
    ----------
    head, to, cost
        The graph, as for `search_rows`.
    seed_node, seed_ticks, seed_goal
        Where goals hang on the graph, what is walked between node and goal, and the goal.
    limit
        Longest walk kept, ticks.

    Raises
    ------
    Nothing.
    """
    nodes_n = head.size - 1
    dist = np.full(nodes_n, np.int32(FAR), np.int32)
    goal = np.full(nodes_n, np.int32(FAR), np.int32)
    bucket = np.full((limit >> BUCKET_SHIFT) + 1, np.int32(-1), np.int32)
    after = np.empty(nodes_n, np.int32)
    before = np.full(nodes_n, np.int32(_TAKEN), np.int32)
    for s in range(seed_node.size):
        u = seed_node[s]
        d = np.int64(seed_ticks[s])
        if d > limit or d > dist[u] or (d == dist[u] and seed_goal[s] >= goal[u]):
            continue
        if before[u] != _TAKEN:
            _unlink(u, dist, bucket, after, before)
        dist[u] = d
        goal[u] = seed_goal[s]
        _link(u, d >> BUCKET_SHIFT, bucket, after, before)
    for b in range(bucket.size):
        while bucket[b] >= 0:
            u = bucket[b]
            following = after[u]
            bucket[b] = following
            if following >= 0:
                before[following] = -1
            before[u] = _TAKEN
            d = np.int64(dist[u])
            for h in range(head[u], head[u + 1]):
                longer = d + cost[h]
                v = to[h]
                if longer > limit or longer > dist[v]:
                    continue
                if longer == dist[v] and goal[u] >= goal[v]:
                    continue
                if before[v] != _TAKEN:
                    _unlink(v, dist, bucket, after, before)
                dist[v] = longer
                goal[v] = goal[u]
                _link(v, longer >> BUCKET_SHIFT, bucket, after, before)
    return dist, goal


@kernel
def transpose_rows(row_n: Ints, column: Ints, ticks: Ints, columns_n: int) -> tuple[Ints, Ints]:
    """Return row numbers and costs of sparse rows, sorted by column and then by row.

    Parameters
    ----------
    row_n
        Pairs of each row.
    column, ticks
        Column and cost of each pair, row after row.
    columns_n
        Number of columns.

    Raises
    ------
    Nothing.
    """
    place = np.zeros(columns_n + 1, np.int64)
    for k in range(column.size):
        place[column[k] + 1] += 1
    for c in range(columns_n):
        place[c + 1] += place[c]
    out_row = np.empty(column.size, np.int32)
    out_ticks = np.empty(column.size, np.int32)
    k = 0
    for row in range(row_n.size):
        for _ in range(row_n[row]):
            at = place[column[k]]
            place[column[k]] += 1
            out_row[at] = row
            out_ticks[at] = ticks[k]
            k += 1
    return out_row, out_ticks
