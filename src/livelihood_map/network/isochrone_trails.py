"""Trails: pieces of street strung together into as few lines as they can be walked in.

A strip round one long line is far cheaper than the union of the strips round its pieces. Where
streets meet, a trail goes on as long as it finds a piece that it has not walked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from livelihood_map.network.walking_kernels import kernel

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Floats, Longs


def string_pieces(coordinates: Floats, starts: Longs, ends: Longs, chosen: Longs) -> Any:  # noqa: ANN401  (a geometry)
    """Return chosen pieces as one MultiLineString of trails.

    Parameters
    ----------
    coordinates, starts
        Vertices of all pieces, shape (vertices, 2), and where each piece starts in them.
    ends
        What either end of each piece lies at, shape (pieces, 2); equal numbers are one place.
    chosen
        Numbers of the pieces to string, each once.

    Examples
    --------
    Two of the three pieces that meet in (1, 0) make one line.

    >>> xy = np.array([[0, 0], [1, 0], [1, 0], [2, 0], [1, 0], [1, 1]], float)
    >>> ends = np.array([[0, 1], [1, 2], [1, 3]])
    >>> print(string_pieces(xy, np.array([0, 2, 4, 6]), ends, np.arange(3)))
    MULTILINESTRING ((0 0, 1 0, 2 0), (1 0, 1 1))
    """
    order, heads = find_trails(ends[chosen])
    own, line_starts = draw_trails(coordinates, starts, chosen, order, heads)
    return shapely.from_ragged_array(
        shapely.GeometryType.MULTILINESTRING, own, (line_starts, np.array([0, heads.size - 1]))
    )[0]


@kernel
def find_trails(ends: Longs) -> tuple[Longs, Longs]:
    """Return the pieces in the order of trails, each as ``2 * piece + end`` that comes first.

    Trails start where an odd number of pieces meet, as every trail that is no ring must; what is
    left are rings.

    Parameters
    ----------
    ends
        What either end of each piece lies at, shape (pieces, 2).

    Returns
    -------
    The pieces, and where each trail starts in them, shape (trails + 1,).
    """
    pieces_n = ends.shape[0]
    place = ends.ravel()
    at_place = np.argsort(place, kind="mergesort")  # the ends that lie at one place, together
    group = np.empty(2 * pieces_n, np.int64)
    head = np.empty(2 * pieces_n + 1, np.int64)
    groups_n = 0
    # `at_place` from `head[g]` up to `head[g + 1]` are the ends that lie at place g.
    for k in range(2 * pieces_n):
        if k == 0 or place[at_place[k]] != place[at_place[k - 1]]:
            head[groups_n] = k
            groups_n += 1
        group[at_place[k]] = groups_n - 1
    head[groups_n] = 2 * pieces_n
    following = head[:groups_n].copy()
    is_used = np.zeros(pieces_n, np.bool_)
    order = np.empty(pieces_n, np.int64)
    trails = np.zeros(pieces_n + 1, np.int64)
    n = trails_n = 0
    # `following[g]` only moves on, past ends of used pieces: every end is looked at once, and all
    # trails together take linear time. The second half of the loop finds the rings.
    for k in range(2 * groups_n):
        start = k % groups_n
        if k < groups_n and (head[start + 1] - head[start]) % 2 == 0:
            continue
        here = start
        while True:
            while following[here] < head[here + 1] and is_used[at_place[following[here]] // 2]:
                following[here] += 1
            if following[here] < head[here + 1]:
                end = at_place[following[here]]
                is_used[end // 2] = True
                order[n] = end
                n += 1
                here = group[end ^ 1]
                continue
            if n == trails[trails_n]:
                break
            trails_n += 1
            trails[trails_n] = n
            here = start
    return order, trails[: trails_n + 1]


@kernel
def draw_trails(
    coordinates: Floats, starts: Longs, chosen: Longs, order: Longs, heads: Longs
) -> tuple[Floats, Longs]:
    """Return the vertices of trails, and where each trail starts in them.

    Parameters
    ----------
    coordinates, starts
        Vertices of all pieces, and where each piece starts in them.
    chosen
        Numbers of the pieces that the trails are made of.
    order, heads
        The trails, as from `find_trails`.
    """
    most = 0
    for piece in chosen:
        most += starts[piece + 1] - starts[piece]
    out = np.empty((most, 2), np.float64)
    out_starts = np.zeros(heads.size, np.int64)
    n = 0
    # Each piece is copied once, forwards or backwards; the vertex where two meet is written once.
    for trail in range(heads.size - 1):
        first = n
        for k in range(heads[trail], heads[trail + 1]):
            piece = chosen[order[k] // 2]
            a, z = starts[piece], starts[piece + 1]
            for m in range(z - a):
                at = a + m if order[k] % 2 == 0 else z - 1 - m
                x, y = coordinates[at, 0], coordinates[at, 1]
                if m == 0 and n > first and out[n - 1, 0] == x and out[n - 1, 1] == y:
                    continue
                out[n, 0], out[n, 1] = x, y
                n += 1
        out_starts[trail + 1] = n
    return out[:n], out_starts
