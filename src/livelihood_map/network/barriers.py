"""Joins that do not step across rivers, railways, expressways and walls.

Rule 6 of the walking rules in docs/method.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from livelihood_map.core.units import HALF_MM, round_mm

if TYPE_CHECKING:
    import geopandas as gpd

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
    crosses, inner = _middles(ends)
    way_of = np.flatnonzero(crosses)
    met, barrier = tree.query(inner, predicate="intersects")
    met = met[barrier != own[way_of][met]]
    crosses[way_of] = np.isin(np.arange(inner.size), met)
    return crosses


def _middles(ends: Floats) -> tuple[Bools, Shapes]:
    """Return which straight ways are longer than 2 mm, and these without their ends of 1 mm."""
    way = ends[:, 1] - ends[:, 0]
    length = np.hypot(way[:, 0], way[:, 1])
    is_long: Bools = length > 2 * _MM
    step = way[is_long] * (_MM / length[is_long])[:, None]
    return is_long, shapely.linestrings(
        np.stack([ends[is_long, 0] + step, ends[is_long, 1] - step], axis=1)
    )


def find_crossed(
    barriers: gpd.GeoDataFrame | None, start: shapely.Point, goal: shapely.Point
) -> list[str]:
    """Return the kinds of barriers that a straight way crosses, each once, sorted.

    The way is looked at without its first and last millimetre, as where places join the streets.

    Parameters
    ----------
    barriers
        Table ``barriers``; None where none are known.
    start, goal
        Ends of the way, in the CRS of the barriers.

    Raises
    ------
    KeyError
        When the column ``kind`` is missing.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, Point, box
    >>> lines = [LineString([(5, -9), (5, 9)]), box(0, 0, 2, 2)]
    >>> barriers = gpd.GeoDataFrame({"kind": ["river", "wall"]}, geometry=lines)
    >>> find_crossed(barriers, Point(2, 1), Point(9, 1))
    ['river']
    """
    if barriers is None or barriers.empty:
        return []
    is_long, middle = _middles(np.array([[start.coords[0], goal.coords[0]]]))
    if not is_long.any():
        return []
    is_met = shapely.intersects(_outlines(np.asarray(barriers.geometry)), middle[0])
    return sorted(set(barriers.loc[is_met, "kind"]))
