"""Joins that do not step across rivers, railways, expressways and walls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from livelihood_map.core.units import round_mm

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Bools, Floats, Longs, Shapes
    from livelihood_map.network.walk_network import WalkNetwork


_HALF_MM = 0.0005
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
            places[waiting], predicate="dwithin", distance=limit_m + _HALF_MM
        )
        point, line = waiting[point], numbers[line]
        is_free = ~_crosses(tree, places[point], network.lines[line], own[point])
        point, line = point[is_free], line[is_free]
        distance = round_mm(shapely.distance(places[point], network.lines[line]))
        order = np.lexsort((line, network.is_private[line], distance, point))
        order = order[distance[order] <= limit_m]
        point, first = np.unique(point[order], return_index=True)
        edge[point] = line[order][first]
        offset[point] = shapely.distance(places[point], network.lines[edge[point]])
    is_barred = np.zeros(len(places), np.bool_)
    is_barred[barred[edge[barred] < 0]] = True
    return edge, offset, is_barred


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
    found: Bools = length > 2 * _MM
    step = way[found] * (_MM / length[found])[:, None]
    inner = shapely.linestrings(np.stack([ends[found, 0] + step, ends[found, 1] - step], axis=1))
    met, barrier = tree.query(inner, predicate="intersects")
    met = met[barrier != own[found][met]]
    found[found] = np.isin(np.arange(inner.size), met)
    return found
