"""Compiled searches over the street graph.

Costs are whole hundredths of a millimetre (`TICKS_PER_M`) in 32 bits, so that sums are exact, do
not depend on the order of addition and are the same from either end; 32 bits reach 21 km. Nodes are
corrected in the order in which they were reached (Moore 1959), which on streets is close to the
order of their walks, but those beyond a border wait until all nearer ones have settled (the
near-far pile of Davidson et al. 2014). Whether a neighbour is nearer than before is not to be
foreseen, so the loop over neighbours has no branch: it always writes, and moves on only when the
neighbour is nearer.

Each kernel lets go of the interpreter lock: the callers give every thread its own rows.

References
----------
Moore, E. F. (1959). The shortest path through a maze. Proc. Int. Symp. on the Theory of Switching,
285-292.

Davidson, A., Baxter, S., Garland, M. & Owens, J. D. (2014). Work-efficient parallel GPU methods for
single-source shortest paths. IEEE 28th IPDPS, 349-359.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    from livelihood_map.core.arrays import Bytes, Ints, Longs


Function = TypeVar("Function", bound="Callable[..., Any]")

TICKS_PER_M: Final = 100_000
"""Parts of a metre in which costs are added up."""
TICKS_PER_MM: Final = 100
FAR: Final = 2**31 - 1
"""Cost of what has not been reached."""
MAX_CUTOFF_M: Final = 20_000.0
"""Longest walk that 32 bits hold with room to spare."""
GOAL_BITS: Final = 31
"""Bits of the goal's number below the ticks in a key: the least key is the nearest goal."""
_BORDER_TICKS: Final = 500 * TICKS_PER_M
"""How far the border moves at a time: fastest on street networks between 300 and 1,000 m."""
_NEAR: Final = 1
_FAR_OFF: Final = 2


class Graph(NamedTuple):
    """A graph in compressed rows: neighbours of node i are ``to[head[i]:head[i + 1]]``.

    Parameters
    ----------
    head, to, cost
        Where each node's row starts, its neighbours, and their costs in ticks.
    """

    head: Ints
    to: Ints
    cost: Ints


class Entries(NamedTuple):
    """What hangs on rows, in compressed rows: of row i it is ``item[head[i]:head[i + 1]]``.

    Parameters
    ----------
    head, item, ticks
        Where each row starts, a node or goal, and what is walked between the two.
    """

    head: Ints
    item: Ints
    ticks: Ints


class Lists(NamedTuple):
    """Scratch lists of `spread`.

    Parameters
    ----------
    listed
        In which lists each node stands, 0 before and after a search.
    near
        Nodes within the border whose neighbours are still to be looked at: a ring, whose size is
        a power of two.
    far
        Nodes beyond the border.
    touched
        Nodes that were reached.
    """

    listed: Bytes
    near: Ints
    far: Ints
    touched: Ints


def kernel(function: Function) -> Function:
    """Return `function` compiled, cached on disk where a folder can be written.

    Parameters
    ----------
    function
        A function over arrays and numbers.
    """
    try:
        compiled = njit(cache=True, nogil=True)(function)
    except RuntimeError:  # no folder in which to keep the cache
        compiled = njit(nogil=True)(function)
    return cast("Function", compiled)


def is_stored(compiled: Any) -> bool:  # noqa: ANN401  (what `kernel` returns)
    """Return whether a kernel need not be compiled, or could not be stored if it were.

    Parameters
    ----------
    compiled
        What `kernel` returned.
    """
    folder = compiled.stats.cache_path
    return folder is None or any(Path(folder).glob(f"*.{compiled.__name__}-*.nbi"))


@kernel
def search_rows(
    graph: Graph,
    seeds: Entries,
    goals: Entries,
    directs: Entries,
    goals_n: int,
    limit: int,
    block: tuple[int, int],
    out: tuple[Ints, Ints, Ints],
) -> tuple[int, int]:
    """Return how far the rows of a block were searched and how many pairs were written.

    One bounded search per origin, from all its seeds at once; goals hang on nodes. Writes the
    reached goals of each row in ascending order. Stops early when the output could overflow.

    Parameters
    ----------
    graph
        The graph to search.
    seeds
        Seeds of each origin, and what has been walked when the node is reached.
    goals
        Goals that hang on each node, and what is walked from the node to the goal.
    directs
        Goals that share an edge with the origin, and the walk along that edge.
    goals_n
        Number of goals.
    limit
        Longest walk kept, ticks.
    block
        First row to search, and the one after the last.
    out
        Written: pairs per row, goal of each pair, its walk in ticks.
    """
    row_n, out_point, out_ticks = out
    nodes_n = graph.head.size - 1
    dist = np.full(nodes_n, np.int32(limit + 1), np.int32)
    lists = make_lists(nodes_n)
    touched = lists.touched
    best = np.full(goals_n, np.int32(FAR), np.int32)
    reached = np.empty(goals_n, np.int32)
    written = 0
    # Before each row `dist` is limit + 1 at every node and `best` FAR at every goal. A row puts
    # back only what it has touched: it costs what lies within reach, not the whole network.
    for row in range(block[0], block[1]):
        a, z = seeds.head[row], seeds.head[row + 1]
        touched_n = spread(graph, 0, seeds.item[a:z], seeds.ticks[a:z], limit, dist, lists)
        reached_n = 0
        # `reached` holds each goal once, with its least walk so far in `best`: goals hang on nodes,
        # so that those of reached nodes are all that need looking at.
        for k in range(touched_n):
            u = touched[k]
            d = np.int64(dist[u])
            dist[u] = limit + 1
            for g in range(goals.head[u], goals.head[u + 1]):
                total = d + goals.ticks[g]
                point = goals.item[g]
                if total <= limit and total < best[point]:
                    if best[point] == FAR:
                        reached[reached_n] = point
                        reached_n += 1
                    best[point] = total
        for g in range(directs.head[row], directs.head[row + 1]):
            total = np.int64(directs.ticks[g])
            point = directs.item[g]
            if total <= limit and total < best[point]:
                if best[point] == FAR:
                    reached[reached_n] = point
                    reached_n += 1
                best[point] = total
        if written + reached_n > out_point.size:
            for k in range(reached_n):
                best[reached[k]] = FAR
            return row, written
        reached[:reached_n].sort()
        for k in range(reached_n):
            point = reached[k]
            out_point[written] = point
            out_ticks[written] = best[point]
            best[point] = FAR
            written += 1
        row_n[row] = reached_n
    return block[1], written


@kernel
def make_lists(nodes_n: int) -> Lists:
    """Return the scratch lists of `spread`.

    Parameters
    ----------
    nodes_n
        Number of nodes of the graph.
    """
    size = 1
    while size <= nodes_n:
        size *= 2
    near, far = np.empty(size, np.int32), np.empty(nodes_n + 1, np.int32)
    return Lists(np.zeros(nodes_n, np.int8), near, far, np.empty(nodes_n + 1, np.int32))


@kernel
def spread(
    graph: Graph,
    shift: int,
    seed_node: Ints,
    seed_key: Ints | Longs,
    limit: int | np.int64,
    best: Ints | Longs,
    lists: Lists,
) -> int:
    """Return how many nodes lie within the limit of the seeds; `touched` lists them.

    Parameters
    ----------
    graph
        The graph to search.
    shift
        Bits below the ticks in seeds, limit and `best`: they are carried from node to node, and
        the lower wins where ticks are equal.
    seed_node, seed_key
        Where the search starts, and what has been walked there.
    limit
        Largest key kept.
    best
        Written: the least key of each reached node; limit + 1 everywhere before.
    lists
        Scratch lists of `make_lists`.
    """
    head, to, cost = graph
    listed, near, far, touched = lists
    mask = near.size - 1
    touched_n = far_n = first = last = 0
    # Within the limit every seed waits in `far`, once a node; of two there the less counts.
    for s in range(seed_node.size):
        u, key = seed_node[s], np.int64(seed_key[s])
        if key >= best[u]:
            continue
        if best[u] > limit:
            touched[touched_n] = far[far_n] = u
            touched_n += 1
            far_n += 1
            listed[u] = _FAR_OFF
        best[u] = key
    settled, border = np.int64(0), np.int64(_BORDER_TICKS) << shift
    # Before each round all keys below `settled` are final, and `far` holds every node that waits
    # with more. The ring is emptied up to the border before the next round: no key below it can
    # fall any more, and no queue has to be kept in order.
    while far_n > 0:
        waiting_n = 0
        for k in range(far_n):
            u = far[k]
            if best[u] >= border:
                far[waiting_n] = u
                waiting_n += 1
                continue
            listed[u] = 0
            if best[u] >= settled:  # else it was worked on when it came near
                listed[u] = _NEAR
                near[last & mask] = u
                last += 1
        far_n = waiting_n
        # The ring holds each node that has come nearer since its neighbours were looked at, once
        # (`listed`), so that it never overflows. Neighbours are written without a branch.
        while first < last:
            u = near[first & mask]
            first += 1
            listed[u] &= _FAR_OFF
            walked = np.int64(best[u])
            for h in range(head[u], head[u + 1]):
                v = to[h]
                key = walked + (np.int64(cost[h]) << shift)
                known = np.int64(best[v])
                is_less = np.int8(key < known)
                is_far = np.int8(key >= border)
                is_new = is_less & ~(listed[v] >> is_far) & 1
                best[v] = min(key, known)
                touched[touched_n] = far[far_n] = near[last & mask] = v
                touched_n += int(is_less & np.int8(known > limit))
                far_n += int(is_new & is_far)
                last += int(is_new & ~is_far & 1)
                listed[v] |= is_less << is_far
        settled, border = border, border + (np.int64(_BORDER_TICKS) << shift)
    return touched_n


@kernel
def search_nearest(
    graph: Graph, seed_node: Ints, seed_ticks: Ints, seed_goal: Ints, limit: int
) -> Longs:
    """Return for every node its nearest goal as a key: ticks above `GOAL_BITS` bits of the goal.

    One search from all goals at once. Of goals equally near the one with the lower number wins,
    whatever the order of the seeds. A node that reaches no goal has a key of more ticks than the
    limit.

    Parameters
    ----------
    graph
        The graph to search.
    seed_node, seed_ticks, seed_goal
        Where goals hang on the graph, what is walked between node and goal, and the goal.
    limit
        Longest walk kept, ticks.
    """
    nodes_n = graph.head.size - 1
    end = (np.int64(limit) + 1) << GOAL_BITS
    best = np.full(nodes_n, end, np.int64)
    seed_key = (seed_ticks.astype(np.int64) << GOAL_BITS) | seed_goal
    spread(graph, GOAL_BITS, seed_node, seed_key, end - 1, best, make_lists(nodes_n))
    return best


@kernel
def keep_nearest(best: Longs, key: Longs, node: Ints, ticks: Ints, point: Ints) -> None:
    """Lower `best` at each point to the least key that the nodes it hangs on bring.

    Parameters
    ----------
    best
        Written: the least key of each point.
    key
        Key of each node, as `search_nearest` returns them.
    node, ticks, point
        Where points hang on the graph, what is walked between point and node, and the point.
    """
    # One pass: the least of several keys is the same in whatever order they come.
    for k in range(node.size):
        brought = key[node[k]] + (np.int64(ticks[k]) << GOAL_BITS)
        best[point[k]] = min(best[point[k]], brought)


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
    """
    place = np.zeros(columns_n + 1, np.int64)
    for k in range(column.size):
        place[column[k] + 1] += 1
    for c in range(columns_n):
        place[c + 1] += place[c]
    out_row = np.empty(column.size, np.int32)
    out_ticks = np.empty(column.size, np.int32)
    k = 0
    # A counting sort, without comparisons: `place[c]` is where the next entry of column c goes, and
    # rows come in rising order, so that they stay so within each column.
    for row in range(row_n.size):
        for _ in range(row_n[row]):
            at = place[column[k]]
            place[column[k]] += 1
            out_row[at] = row
            out_ticks[at] = ticks[k]
            k += 1
    return out_row, out_ticks
