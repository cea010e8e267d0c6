"""Joins that do not step across rivers, railways, expressways and walls.

Rule 6 of the walking rules in docs/method.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from livelihood_map.core.units import HALF_MM, round_mm

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Bools, Floats, Longs, Shapes
    from livelihood_map.network.walk_network import WalkNetwork


_MM = 0.001


def avoid_barriers(
    network: WalkNetwork,
    places: Shapes,
    edge: Longs,
    offset: Floats,
    *,
    barriers: Shapes,
    limit_m: float,
    through: Longs | None = None,
) -> tuple[Longs, Floats, Bools]:
    """Return edges and offsets of joins that cross no barrier, and which points found none.

    A point whose way to its edge crosses a barrier takes the next edge within the limit, in the
    same order of preference, to which the way is free. A way may start or end on a barrier: a gate
    stands in the wall.

    Parameters
    ----------
    network
        Streets.
    places
        Points, shape (n,).
    edge, offset
        Edge number and offset in metres of each point, -1 and NaN where there is none.
    barriers
        Lines or areas in the same CRS.
    limit_m
        Longest offset, metres.
    through
        Number of the barrier that each point leads through, -1 for none.
    """
    tree = shapely.STRtree(_outlines(barriers))
    own = np.full(len(places), -1) if through is None else through
    edge, offset = edge.copy(), offset.copy()
    joined = np.flatnonzero(edge >= 0)
    crosses = _crosses(tree, places[joined], network.lines[edge[joined]], own[joined])
    barred = joined[crosses]
    edge[barred], offset[barred] = -1, np.nan
    for numbers, edge_tree in network.join_tiers:
        waiting = barred[edge[barred] < 0]
        if waiting.size == 0:
            break
        point, line = edge_tree.query(
            places[waiting], predicate="dwithin", distance=limit_m + HALF_MM
        )
        point, line = waiting[point], numbers[line]
        is_free = ~_crosses(tree, places[point], network.lines[line], own[point])
        point, line = point[is_free], line[is_free]
        distance = shapely.distance(places[point], network.lines[line])
        point, line, distance = choose_edges(network, point, line, distance, limit_m=limit_m)
        edge[point], offset[point] = line, distance
    is_barred = np.zeros(len(places), np.bool_)
    is_barred[barred[edge[barred] < 0]] = True
    return edge, offset, is_barred


def choose_edges(
    network: WalkNetwork, point: Longs, edge: Longs, offset: Floats, *, limit_m: float
) -> tuple[Longs, Longs, Floats]:
    """Return each point once, with the edge that it joins and the offset.

    It is the nearest by the millimetre; of several as near a public one, then the first.

    Parameters
    ----------
    network
        Streets.
    point, edge, offset
        Pairs of a point and an edge that it may join, and the metres between them.
    limit_m
        Longest offset, metres; pairs farther apart are left out.
    """
    distance = round_mm(offset)
    order = np.lexsort((edge, network.is_private[edge], distance, point))
    order = order[distance[order] <= limit_m]
    point, first = np.unique(point[order], return_index=True)
    chosen = order[first]
    return point, edge[chosen], offset[chosen]


def _outlines(barriers: Shapes) -> Shapes:
    """Return barriers as lines: an area is crossed where its outline is."""
    is_area = shapely.get_dimensions(barriers) == shapely.GeometryType.LINEARRING
    lines = barriers.copy()
    lines[is_area] = shapely.boundary(barriers[is_area])
    return lines


def _crosses(tree: shapely.STRtree, places: Shapes, lines: Shapes, own: Longs) -> Bools:
    """Return which straight ways from points to their lines cross a barrier but their own.

    A way is looked at without its first and last millimetre, so that rounding does not tell on
    which side of a wall a gate in it stands. What it meets in between bars it, the place where one
    stretch of a river ends and the next begins as well.
    """
    ends = shapely.get_coordinates(shapely.shortest_line(places, lines)).reshape(-1, 2, 2)
    way = ends[:, 1] - ends[:, 0]
    length = np.hypot(way[:, 0], way[:, 1])
    crosses: Bools = length > 2 * _MM  # a shorter way has no middle
    way_of = np.flatnonzero(crosses)
    step = way[way_of] * (_MM / length[way_of])[:, None]
    inner = shapely.linestrings(np.stack([ends[way_of, 0] + step, ends[way_of, 1] - step], axis=1))
    met, barrier = tree.query(inner, predicate="intersects")
    met = met[barrier != own[way_of][met]]
    crosses[way_of] = np.isin(np.arange(inner.size), met)
    return crosses
