"""Compiled cutting of streets at the exact metre."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from livelihood_map.network.walking_kernels import Entries, Graph, Lists, kernel, make_lists, spread

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Floats, Ints, Longs


class CutStreets(NamedTuple):
    """A network as its streets are cut.

    Parameters
    ----------
    streets
        The graph that everyone may walk through.
    entering
        The private ways from where they meet the streets inwards.
    wait, ends, length
        Half the waits at nodes, ends and lengths of edges in ticks.
    at_head, at_edge
        Usable edges at each node in compressed rows, loops once.
    """

    streets: Graph
    entering: Graph
    wait: Longs
    ends: Ints
    length: Longs
    at_head: Ints
    at_edge: Ints


class CutAccesses(NamedTuple):
    """Accesses of each row in compressed rows, sorted by edge and then by along + offset.

    Parameters
    ----------
    head
        Where the accesses of each row start.
    edge, along, offset
        Edge of each access, ticks from u to it, and from the point to it.
    """

    head: Ints
    edge: Ints
    along: Longs
    offset: Longs


@kernel
def cut_rows(  # noqa: C901, PLR0912, PLR0915  (one compiled loop over flat arrays)
    network: CutStreets,
    seeds: Entries,
    inner: Entries,
    accesses: CutAccesses,
    pieces_most: int,
    limit: int,
    block: tuple[int, int],
    out: tuple[Ints, Ints, Ints, Ints],
) -> tuple[int, int]:
    """Return how far the rows of a block were cut and how many pieces were written.

    One bounded search per row; then every edge at a reached node is cut where the limit ends, from
    both of its ends, and the access's own edge from the access outwards. Pieces of one edge are
    joined where they touch. Stops early when the output could overflow.

    Parameters
    ----------
    network
        The network.
    seeds
        Seeds of each row on the streets.
    inner
        Ends of the private edges that the row's accesses lie on.
    accesses
        Accesses of each row.
    pieces_most
        Most accesses of one row on one edge.
    limit
        Longest walk, ticks.
    block
        First row to cut, and the one after the last.
    out
        Written: row, edge, and start and stop of the piece in ticks from u.
    """
    wait, ends, at_head, at_edge = network.wait, network.ends, network.at_head, network.at_edge
    access_head, access_edge = accesses.head, accesses.edge
    out_row, out_edge, out_from, out_to = out
    nodes_n = wait.size
    dist = np.full(nodes_n, np.int32(limit + 1), np.int32)
    inner_dist = np.full(nodes_n, np.int32(limit + 1), np.int32)
    lists = make_lists(nodes_n)
    touched = lists.touched
    inner_lists = Lists(lists.listed, lists.near, lists.far, np.empty(nodes_n + 1, np.int32))
    low = np.empty(pieces_most + 2, np.int64)
    high = np.empty(pieces_most + 2, np.int64)
    written = 0
    # Before each row `dist` is limit + 1 at every node; a row puts back what it has touched, and
    # when its pieces do not fit any more none of them count.
    for row in range(block[0], block[1]):
        a, z = seeds.head[row], seeds.head[row + 1]
        nodes, ticks = seeds.item[a:z], seeds.ticks[a:z]
        touched_n = spread(network.streets, 0, nodes, ticks, limit, dist, lists)
        if network.entering.to.size > 0:
            a, z = inner.head[row], inner.head[row + 1]
            own = (inner.item[a:z], inner.ticks[a:z])
            touched_n = _enter(
                network.entering, own, limit, dist, inner_dist, lists, inner_lists, touched_n
            )
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
                left = (limit - dist[u] - wait[u], limit - dist[v] - wait[v])
                pieces_n = _cut_edge(
                    edge, network.length[edge], left, accesses, row, limit, low, high
                )
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
    return block[1], written


@kernel
def _enter(
    graph: Graph,
    inner: tuple[Ints, Ints],
    limit: int,
    dist: Ints,
    inner_dist: Ints,
    lists: Lists,
    inner_lists: Lists,
    touched_n: int,
) -> int:
    """Return how many nodes are reached once private ways are entered from reached streets.

    Adds the inner nodes to `dist` and `touched`; street nodes keep their walks.
    """
    head, touched = graph.head, lists.touched
    inner_node, inner_ticks = inner
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
    inner_n = spread(graph, 0, node[:n], ticks[:n], limit, inner_dist, inner_lists)
    # A node that the streets reach keeps its walk; `inner_dist` is limit + 1 everywhere afterwards.
    for k in range(inner_n):
        u = inner_lists.touched[k]
        if dist[u] > limit:
            dist[u] = inner_dist[u]
            touched[touched_n] = u
            touched_n += 1
        inner_dist[u] = limit + 1
    return touched_n


@kernel
def _cut_edge(
    edge: int | np.int64,
    length: int,
    left: tuple[int, int],
    accesses: CutAccesses,
    row: int,
    limit: int,
    low: Longs,
    high: Longs,
) -> int:
    """Return the number of pieces of one edge that lie within the limit, written to low, high."""
    n = 0
    if left[0] > 0:
        low[n], high[n] = 0, min(length, left[0])
        n += 1
    first, last = accesses.head[row], accesses.head[row + 1]
    one = first + np.searchsorted(accesses.edge[first:last], edge)
    # Pieces come by rising start, which is along + offset - limit, as accesses are sorted: each can
    # only touch the one before it, and one pass joins them.
    for k in range(one, last):
        if accesses.edge[k] != edge:
            break
        rest = limit - accesses.offset[k]
        if rest <= 0:
            continue
        start = max(0, accesses.along[k] - rest)
        stop = min(length, accesses.along[k] + rest)
        if n > 0 and start <= high[n - 1]:
            high[n - 1] = max(high[n - 1], stop)
            low[n - 1] = min(low[n - 1], start)
        else:
            low[n], high[n] = start, stop
            n += 1
    if left[1] > 0:
        start = max(0, length - left[1])
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
