"""Compiled cutting of streets at the exact metre."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from livelihood_map.network.walking_kernels import kernel, make_lists, spread

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Bytes, Floats, Ints, Longs


@kernel
def cut_rows(  # noqa: C901, PLR0912, PLR0913, PLR0917  (one compiled loop over flat arrays)
    head: Ints,
    to: Ints,
    cost: Ints,
    in_head: Ints,
    in_to: Ints,
    in_cost: Ints,
    wait: Longs,
    ends: Ints,
    length: Longs,
    at_head: Ints,
    at_edge: Ints,
    seed_head: Ints,
    seed_node: Ints,
    seed_ticks: Ints,
    inner_head: Ints,
    inner_node: Ints,
    inner_ticks: Ints,
    access_head: Ints,
    access_edge: Ints,
    access_along: Longs,
    access_offset: Longs,
    pieces_most: int,
    limit: int,
    first: int,
    last: int,
    out_row: Ints,
    out_edge: Ints,
    out_from: Ints,
    out_to: Ints,
) -> tuple[int, int]:
    """Return how far the rows `first` to `last` were cut and how many pieces were written.

    One bounded search per row; then every edge at a reached node is cut where the limit ends, from
    both of its ends, and the access's own edge from the access outwards. Pieces of one edge are
    joined where they touch. Stops early when the output could overflow.

    Parameters
    ----------
    head, to, cost
        The streets.
    in_head, in_to, in_cost
        The private ways from where they meet the streets inwards.
    wait, ends, length
        Half the waits at nodes, ends and lengths of edges in ticks.
    at_head, at_edge
        Usable edges at each node, loops once.
    seed_head, seed_node, seed_ticks
        Seeds of each row on the streets.
    inner_head, inner_node, inner_ticks
        Ends of the private edges that the row's accesses lie on.
    access_head, access_edge, access_along, access_offset
        Accesses of each row, sorted by edge and then by along + offset.
    pieces_most
        Most accesses of one row on one edge.
    limit
        Longest walk, ticks.
    first, last
        Rows to cut.
    out_row, out_edge, out_from, out_to
        Written: row, edge, and the piece in ticks from u.
    """
    nodes_n = head.size - 1
    dist = np.full(nodes_n, np.int32(limit + 1), np.int32)
    listed, near, far, touched = make_lists(nodes_n)
    inner_dist = np.full(nodes_n, np.int32(limit + 1), np.int32)
    inner_touched = np.empty(nodes_n + 1, np.int32)
    low = np.empty(pieces_most + 2, np.int64)
    high = np.empty(pieces_most + 2, np.int64)
    written = 0
    # Before each row `dist` is limit + 1 at every node; a row puts back what it has touched, and
    # when its pieces do not fit any more none of them count.
    for row in range(first, last):
        a, z = seed_head[row], seed_head[row + 1]
        touched_n = spread(
            head, to, cost, 0, seed_node[a:z], seed_ticks[a:z], limit,
            dist, listed, near, far, touched,
        )  # fmt: skip
        if in_to.size > 0:
            a, z = inner_head[row], inner_head[row + 1]
            touched_n = _enter(
                in_head, in_to, in_cost, inner_node[a:z], inner_ticks[a:z], limit,
                dist, touched, touched_n, inner_dist, listed, near, far, inner_touched,
            )  # fmt: skip
        start = written
        is_full = False
        # Every edge is cut once: at its end u where that is reached, else at v; the edge of an
        # access, when neither is reached, at its first access. No edge out of reach is looked at.
        for k in range(touched_n + access_head[row + 1] - access_head[row]):
            if k < touched_n:
                node = np.int64(touched[k])
                one, stop = at_head[node], at_head[node + 1]
            else:  # the access's own edge, when neither of its ends is reached
                node = np.int64(-1)
                one, stop = 0, 1
            for h in range(one, stop):
                edge = np.int64(at_edge[h])
                at = access_head[row] + k - touched_n
                if node < 0:
                    edge = np.int64(access_edge[at])
                u, v = ends[edge, 0], ends[edge, 1]
                if node < 0 and (dist[u] <= limit or dist[v] <= limit):
                    continue
                if node < 0 and at > access_head[row] and access_edge[at - 1] == edge:
                    continue
                if node == v and u != v and dist[u] <= limit:
                    continue  # cut when its other end came up
                pieces_n = _cut_edge(
                    edge, length[edge], limit - dist[u] - wait[u], limit - dist[v] - wait[v],
                    access_edge, access_along, access_offset,
                    access_head[row], access_head[row + 1], limit, low, high,
                )  # fmt: skip
                if written + pieces_n > out_row.size:
                    is_full = True
                    break
                for p in range(pieces_n):
                    out_row[written] = row
                    out_edge[written] = edge
                    out_from[written] = low[p]
                    out_to[written] = high[p]
                    written += 1
            if is_full:
                break
        for k in range(touched_n):
            dist[touched[k]] = limit + 1
        if is_full:
            return row, start
    return last, written


@kernel
def _enter(  # noqa: PLR0913, PLR0917  (compiled: works on the caller's scratch arrays)
    head: Ints,
    to: Ints,
    cost: Ints,
    inner_node: Ints,
    inner_ticks: Ints,
    limit: int,
    dist: Ints,
    touched: Ints,
    touched_n: int,
    inner_dist: Ints,
    listed: Bytes,
    near: Ints,
    far: Ints,
    inner_touched: Ints,
) -> int:
    """Return how many nodes are reached once private ways are entered from reached streets.

    Adds the inner nodes to `dist` and `touched`; street nodes keep their walks.
    """
    seeds_n = 0
    for k in range(touched_n):
        seeds_n += head[touched[k] + 1] > head[touched[k]]
    node = np.empty(seeds_n + inner_node.size, np.int32)
    ticks = np.empty(seeds_n + inner_node.size, np.int32)
    n = 0
    # Only reached nodes from which a private way leads inwards start the second search: few do.
    for k in range(touched_n):
        if head[touched[k] + 1] > head[touched[k]]:
            node[n], ticks[n] = touched[k], dist[touched[k]]
            n += 1
    for k in range(inner_node.size):
        if dist[inner_node[k]] > limit:
            node[n], ticks[n] = inner_node[k], inner_ticks[k]
            n += 1
    inner_n = spread(
        head, to, cost, 0, node[:n], ticks[:n], limit,
        inner_dist, listed, near, far, inner_touched,
    )  # fmt: skip
    # A node that the streets reach keeps its walk; `inner_dist` is limit + 1 everywhere afterwards.
    for k in range(inner_n):
        u = inner_touched[k]
        if dist[u] > limit:
            dist[u] = inner_dist[u]
            touched[touched_n] = u
            touched_n += 1
        inner_dist[u] = limit + 1
    return touched_n


@kernel
def _cut_edge(  # noqa: PLR0913, PLR0917  (compiled: works on the caller's scratch arrays)
    edge: int | np.int64,
    length: int,
    left_u: int,
    left_v: int,
    access_edge: Ints,
    access_along: Longs,
    access_offset: Longs,
    access_first: int,
    access_last: int,
    limit: int,
    low: Longs,
    high: Longs,
) -> int:
    """Return the number of pieces of one edge that lie within the limit, written to low, high."""
    n = 0
    if left_u > 0:
        low[n], high[n] = 0, min(length, left_u)
        n += 1
    own = access_edge[access_first:access_last]
    one = access_first + np.searchsorted(own, edge)
    # Pieces come by rising start, which is along + offset - limit, as accesses are sorted: each can
    # only touch the one before it, and one pass joins them.
    for k in range(one, access_last):
        if access_edge[k] != edge:
            break
        left = limit - access_offset[k]
        if left <= 0:
            continue
        start, stop = max(0, access_along[k] - left), min(length, access_along[k] + left)
        if n > 0 and start <= high[n - 1]:
            high[n - 1] = max(high[n - 1], stop)
            low[n - 1] = min(low[n - 1], start)
        else:
            low[n], high[n] = start, stop
            n += 1
    if left_v > 0:
        start = max(0, length - left_v)
        while n > 0 and low[n - 1] >= start:
            n -= 1
        if n > 0 and start <= high[n - 1]:
            high[n - 1] = length
        else:
            low[n], high[n] = start, length
            n += 1
    kept = 0
    for k in range(n):
        if high[k] > low[k]:
            low[kept], high[kept] = low[k], high[k]
            kept += 1
    return kept


@kernel
def cut_lines(
    coordinates: Floats, starts: Longs, edge: Longs, share_from: Floats, share_to: Floats
) -> tuple[Floats, Longs]:
    """Return the coordinates of pieces of lines, and where each piece starts in them.

    Parameters
    ----------
    coordinates, starts
        Vertices of all lines, shape (vertices, 2), and the first vertex of each line.
    edge, share_from, share_to
        Line of each piece, and its start and end as shares of the line's length.
    """
    pieces_n = edge.size
    most = 2 * pieces_n
    for p in range(pieces_n):
        most += starts[edge[p] + 1] - starts[edge[p]]
    out = np.empty((most, 2), np.float64)
    out_starts = np.zeros(pieces_n + 1, np.int64)
    n = 0
    # Two passes over the vertices of a line, its length first; `out` has room for all of them and
    # two cut ends a piece, so that it never grows.
    for p in range(pieces_n):
        a, z = starts[edge[p]], starts[edge[p] + 1]
        total = 0.0
        for k in range(a, z - 1):
            dx = coordinates[k + 1, 0] - coordinates[k, 0]
            dy = coordinates[k + 1, 1] - coordinates[k, 1]
            total += np.sqrt(dx * dx + dy * dy)
        begin, end = share_from[p] * total, share_to[p] * total
        gone = 0.0
        is_begun = False
        for k in range(a, z - 1):
            dx = coordinates[k + 1, 0] - coordinates[k, 0]
            dy = coordinates[k + 1, 1] - coordinates[k, 1]
            step = np.sqrt(dx * dx + dy * dy)
            if not is_begun and (gone + step >= begin or k == z - 2):
                t = min(max((begin - gone) / step, 0.0), 1.0) if step > 0 else 0.0
                out[n, 0] = coordinates[k, 0] + t * dx
                out[n, 1] = coordinates[k, 1] + t * dy
                n += 1
                is_begun = True
            if is_begun:
                if gone + step >= end or k == z - 2:
                    t = min(max((end - gone) / step, 0.0), 1.0) if step > 0 else 1.0
                    out[n, 0] = coordinates[k, 0] + t * dx
                    out[n, 1] = coordinates[k, 1] + t * dy
                    n += 1
                    break
                out[n, 0] = coordinates[k + 1, 0]
                out[n, 1] = coordinates[k + 1, 1]
                n += 1
            gone += step
        out_starts[p + 1] = n
    return out[:n], out_starts
