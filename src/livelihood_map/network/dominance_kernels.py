"""Compiled search for the places along streets that no other place outdoes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from livelihood_map.network.walking_kernels import FAR, kernel

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Bools, Ints, Longs
    from livelihood_map.network.walking_kernels import Entries

_ROW_BITS = 24


class Stretches(NamedTuple):
    """Pieces of edges on which a place may stand.

    Parameters
    ----------
    edge
        Edge of each piece, ascending.
    low, high
        Where it starts and stops, ticks from u, both included.
    near_u, near_v
        Row of either end of the edge in the table of who is near.
    length, wait_u, wait_v
        Cost of the edge and half the wait at its ends, ticks.
    """

    edge: Ints
    low: Longs
    high: Longs
    near_u: Ints
    near_v: Ints
    length: Longs
    wait_u: Longs
    wait_v: Longs


class Reach(NamedTuple):
    """Who asks, and what each walk may come to.

    Parameters
    ----------
    near
        Points near each node in compressed rows, and the walk between the two.
    at_head, at_point, at_along, at_offset
        Accesses on each edge in compressed rows: point, ticks from u, ticks from the point.
    row_head, row_limit
        Rows of each point in compressed rows: the longest walk that counts for the row, ticks.
    """

    near: Entries
    at_head: Ints
    at_point: Ints
    at_along: Longs
    at_offset: Longs
    row_head: Ints
    row_limit: Longs


class Scratch(NamedTuple):
    """Lists that are used again for every piece.

    Parameters
    ----------
    to_u, to_v
        Walk from each point to either end, `FAR` before and after a piece.
    points
        Points that come near the piece.
    rows, cover
        Rows that reach the piece, and how many of their intervals cover the place now.
    events
        Where intervals begin and end: ticks, which of the two, and the row, in one number.
    """

    to_u: Ints
    to_v: Ints
    points: Ints
    rows: Ints
    cover: Ints
    events: Longs


@kernel
def make_scratch(points_n: int, rows_n: int, accesses_most: int) -> Scratch:
    """Return the scratch lists of `list_places`.

    Parameters
    ----------
    points_n, rows_n
        Number of points and of rows.
    accesses_most
        Most accesses on one edge, times the most rows of a point.
    """
    return Scratch(
        np.full(points_n, np.int32(FAR), np.int32),
        np.full(points_n, np.int32(FAR), np.int32),
        np.empty(points_n, np.int32),
        np.empty(rows_n, np.int32),
        np.zeros(rows_n, np.int32),
        np.empty(4 * rows_n + 2 * accesses_most, np.int64),
    )


@kernel
def _gather(stretches: Stretches, k: int, reach: Reach, scratch: Scratch) -> int:
    """Return how many points come near a piece; their walks to its ends stand in the scratch."""
    near, points, n = reach.near, scratch.points, 0
    for end in range(2):
        node = stretches.near_u[k] if end == 0 else stretches.near_v[k]
        for h in range(near.head[node], near.head[node + 1]):
            point = near.item[h]
            if scratch.to_u[point] == FAR and scratch.to_v[point] == FAR:
                points[n] = point
                n += 1
            if end == 0:
                scratch.to_u[point] = near.ticks[h]
            else:
                scratch.to_v[point] = near.ticks[h]
    edge = stretches.edge[k]
    for h in range(reach.at_head[edge], reach.at_head[edge + 1]):
        point = reach.at_point[h]
        if scratch.to_u[point] == FAR and scratch.to_v[point] == FAR:
            scratch.to_v[point] = FAR - 1  # listed, though neither end is within its walk
            points[n] = point
            n += 1
    points[:n].sort()
    return n


@kernel
def _add(start: int, stop: int, low: int, high: int, local: int, scratch: Scratch, n: int) -> int:
    """Return the number of events once one interval of a row is added, clipped to the piece."""
    if stop < low or start > high or start > stop:
        return n
    if start <= low:
        scratch.cover[local] += 1
    else:
        scratch.events[n] = (start * 2) << _ROW_BITS | local
        n += 1
    if stop < high:
        scratch.events[n] = (stop * 2 + 1) << _ROW_BITS | local
        n += 1
    return n


@kernel
def _list_events(
    stretches: Stretches, k: int, reach: Reach, scratch: Scratch, points_n: int
) -> tuple[int, int]:
    """Return how many rows reach a piece and how many events it has; clears the walks again."""
    low, high, length = stretches.low[k], stretches.high[k], stretches.length[k]
    edge = stretches.edge[k]
    one, last = reach.at_head[edge], reach.at_head[edge + 1]
    rows_n = events_n = 0
    for p in range(points_n):
        point = scratch.points[p]
        to_u = np.int64(scratch.to_u[point]) + stretches.wait_u[k]
        to_v = np.int64(scratch.to_v[point]) + stretches.wait_v[k]
        scratch.to_u[point] = scratch.to_v[point] = FAR
        for row in range(reach.row_head[point], reach.row_head[point + 1]):
            limit = reach.row_limit[row]
            before, first_event = scratch.cover[rows_n], events_n
            a, b = limit - to_u, limit - to_v
            if a >= 0:
                events_n = _add(0, min(a, length), low, high, rows_n, scratch, events_n)
            if b >= 0:
                start = max(0, length - b)
                events_n = _add(start, length, low, high, rows_n, scratch, events_n)
            for h in range(one, last):
                rest = limit - reach.at_offset[h]
                if reach.at_point[h] == point and rest >= 0:
                    along = reach.at_along[h]
                    events_n = _add(
                        along - rest, along + rest, low, high, rows_n, scratch, events_n
                    )
            if scratch.cover[rows_n] > before or events_n > first_event:
                scratch.rows[rows_n] = row
                rows_n += 1
    scratch.events[:events_n].sort()
    return rows_n, events_n


@kernel
def _write(scratch: Scratch, rows_n: int, out: Ints, written: int) -> int:
    """Return how far the rows that cover the place now are written; -1 when they do not fit."""
    for local in range(rows_n):
        if scratch.cover[local] > 0:
            if written == out.size:
                return -1
            out[written] = scratch.rows[local]
            written += 1
    return written


@kernel
def list_places(
    stretches: Stretches,
    reach: Reach,
    scratch: Scratch,
    block: tuple[int, int],
    out: tuple[Ints, Longs, Longs, Longs, Ints],
) -> tuple[int, int, int]:
    """Return how far pieces were worked through, and how many places and rows were written.

    Along a piece the set of rows that reach a place changes where an interval begins or ends. A set
    that no other place of the piece outdoes ends where one ends after one has begun: there, and
    nowhere else, a place is written, in the middle between the two. Stops early when the output
    could overflow.

    Parameters
    ----------
    stretches
        Pieces of edges.
    reach
        Who asks.
    scratch
        Lists of `make_scratch`.
    block
        First piece, and the one after the last.
    out
        Written: piece of each place, ticks from u, how long the stretch is along which the same
        rows reach, where its rows end, and these rows, ascending.
    """
    out_piece, out_at, out_width, out_end, out_row = out
    places_n = written = 0
    for k in range(block[0], block[1]):
        points_n = _gather(stretches, k, reach, scratch)
        rows_n, events_n = _list_events(stretches, k, reach, scratch, points_n)
        low, high = stretches.low[k], stretches.high[k]
        start_places, start_written = places_n, written
        last, has_grown, is_full = low, rows_n > 0, False
        # Before each event `cover` says which rows reach every place from the last event to this
        # one; `has_grown` that no place behind has all of them. Beginnings go before ends.
        for e in range(events_n + 1):
            is_stop = e == events_n
            at, local = high, 0
            if e < events_n:
                local = scratch.events[e] & ((1 << _ROW_BITS) - 1)
                moment = scratch.events[e] >> _ROW_BITS
                at, is_stop = moment >> 1, (moment & 1) == 1
            is_last = e == events_n or (is_stop and scratch.cover[local] == 1)
            if is_last and has_grown:
                end = (
                    -1 if places_n == out_piece.size else _write(scratch, rows_n, out_row, written)
                )
                if end < 0:
                    is_full = True
                    break
                if end > written:
                    out_piece[places_n], out_at[places_n] = k, (last + at) // 2
                    out_width[places_n] = at - last
                    out_end[places_n] = written = end
                    places_n += 1
                has_grown = False
            if e == events_n:
                break
            if is_stop:
                scratch.cover[local] -= 1
            else:
                if scratch.cover[local] == 0:
                    has_grown, last = True, at
                scratch.cover[local] += 1
        scratch.cover[:rows_n] = 0
        if is_full:
            return k, start_places, start_written
    return block[1], places_n, written


@kernel
def find_outdone(
    head: Longs, item: Ints, by_head: Longs, by_item: Ints, group: Ints, width: Longs
) -> Bools:
    """Return which places another place of the same group outdoes, where any row reaches them.

    Of equals the one on the longest stretch stays, of those the first.

    Parameters
    ----------
    head, item
        Rows that reach each place in compressed rows, ascending.
    by_head, by_item
        Places that each row reaches in compressed rows.
    group
        Group of each place.
    width
        Length of the stretch of each place.
    """
    places_n = head.size - 1
    is_gone = np.zeros(places_n, np.bool_)
    # A place is outdone by one that has all its rows, so by one of those that its rarest row
    # reaches. What is gone needs no further look: what outdid it outdoes whatever it would.
    for place in range(places_n):
        a, z = head[place], head[place + 1]
        if a == z:
            continue
        rarest = item[a]
        for k in range(a, z):
            row = item[k]
            if by_head[row + 1] - by_head[row] < by_head[rarest + 1] - by_head[rarest]:
                rarest = row
        for q in range(by_head[rarest], by_head[rarest + 1]):
            other = by_item[q]
            size = head[other + 1] - head[other]
            if other == place or is_gone[other] or group[other] != group[place] or size < z - a:
                continue
            if size == z - a and (
                width[other] < width[place] or (width[other] == width[place] and other > place)
            ):
                continue
            one, two, end = a, head[other], head[other + 1]
            while one < z and z - one <= end - two:
                if item[one] == item[two]:
                    one += 1
                elif item[one] < item[two]:
                    break
                two += 1
            if one == z:
                is_gone[place] = True
                break
    return is_gone
