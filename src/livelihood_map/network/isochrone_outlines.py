"""Simplified outlines of service areas, in time that grows with their points.

GEOS's own ways take minutes for a whole city: one keeps the topology, the other builds the polygon
anew wherever two of its rings have come to cross. Here rings are simplified one by one, and those
that cross afterwards are simplified less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Bools, Longs, Shapes

_PARTS_OF_TOLERANCE: Final = (1.0, 0.25, 0.0625, 0.0)
"""Shares of the tolerance that are tried in turn on rings that cross."""
_RING_POINTS: Final = 4


def simplify_outline(shape: Any, tolerance_m: float) -> Any:  # noqa: ANN401  (polygons)
    """Return a polygon or multipolygon with fewer points, valid, without holes that vanish.

    Parameters
    ----------
    shape
        A valid Polygon or MultiPolygon, metres.
    tolerance_m
        How far a point that is left out may lie from the new outline, metres.

    Examples
    --------
    >>> import shapely
    >>> street = shapely.box(0, 0, 1000, 50).segmentize(100)
    >>> simplify_outline(street, 1.0).equals_exact(shapely.box(0, 0, 1000, 50), normalize=True)
    True
    """
    if shape.is_empty:
        return shape
    parts = shapely.get_parts(shape)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    is_shell = np.append(True, part_of[1:] != part_of[:-1])
    level = np.zeros(rings.size, np.int64)
    thin = _thinned(rings, tolerance_m)
    while True:
        outline = _assembled(thin, part_of, is_shell)
        if _is_sound(outline):
            return outline
        crossing = _find_crossing(thin)
        again = crossing[level[crossing] < len(_PARTS_OF_TOLERANCE) - 1]
        if again.size == 0:  # a ring has left its shell without crossing it
            return shapely.simplify(shape, tolerance_m)
        level[again] += 1
        for number in np.unique(level[again]):
            own = again[level[again] == number]
            thin[own] = _thinned(rings[own], tolerance_m * _PARTS_OF_TOLERANCE[number])


def _thinned(rings: Shapes, tolerance_m: float) -> Shapes:
    """Return rings with fewer points (Douglas & Peucker 1973), each by itself; None of too few.

    As lines: of a ring GEOS leaves out the first point too, whose distance then is that to a line
    which has been simplified already, up to twice the tolerance.
    """
    points, ring = shapely.get_coordinates(rings, return_index=True)
    lines = shapely.simplify(
        shapely.linestrings(points, indices=ring), tolerance_m, preserve_topology=False
    )
    points, ring = shapely.get_coordinates(lines, return_index=True)
    is_ring = np.bincount(ring, minlength=rings.size) >= _RING_POINTS
    stays = is_ring[ring]
    thin = np.full(rings.size, None, object)
    thin[is_ring] = shapely.linearrings(
        points[stays], indices=np.unique(ring[stays], return_inverse=True)[1]
    )
    return thin


def _assembled(rings: Shapes, part_of: Longs, is_shell: Bools) -> Any:  # noqa: ANN401  (polygons)
    """Return rings as one polygon or multipolygon; holes and parts that vanished are left out."""
    stays = ~shapely.is_missing(rings)
    stays &= stays[is_shell][part_of]
    shells, holes = rings[stays & is_shell], rings[stays & ~is_shell]
    bounds = np.searchsorted(part_of[stays & ~is_shell], part_of[stays & is_shell], side="left")
    pieces = np.split(holes, bounds[1:]) if shells.size else []
    polygons = [shapely.polygons(s, holes=h) for s, h in zip(shells, pieces, strict=True)]
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def _is_sound(outline: Any) -> bool:  # noqa: ANN401  (polygons)
    """Return whether an outline is valid, in time that grows with its points.

    GEOS looks for each hole along the whole shell, which takes minutes for a city. Here shells and
    holes are looked at by themselves, then the holes in their shells and the parts beside others.
    That holes cut a part in two goes unseen; exact outlines have none, and none comes of leaving
    points out unless rings cross.
    """
    parts = shapely.get_parts(outline)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    is_shell = np.append(True, part_of[1:] != part_of[:-1])[: rings.size]
    shells, holes = shapely.polygons(rings[is_shell]), shapely.polygons(rings[~is_shell])
    borders, part_of = rings[is_shell], part_of[~is_shell]
    if not shapely.is_valid(shells).all():
        return False
    together = shapely.multipolygons(holes, indices=np.unique(part_of, return_inverse=True)[1])
    if not shapely.is_valid(together).all():
        return False
    shapely.prepare(shells)
    if not shapely.covers(shells[part_of], holes).all():
        return False
    shapely.prepare(parts)
    border, part = shapely.STRtree(parts).query(borders, predicate="intersects")
    is_other = border != part
    return bool(shapely.touches(parts[part[is_other]], borders[border[is_other]]).all())


def _find_crossing(rings: Shapes) -> Longs:
    """Return the rings that cross themselves or meet another, as positions."""
    is_there = ~shapely.is_missing(rings)
    meets = is_there & ~shapely.is_simple(rings)
    there = np.flatnonzero(is_there)
    there = there[np.argsort(-shapely.get_num_coordinates(rings[there]), kind="stable")]
    first, second = shapely.STRtree(rings[there]).query(rings[there])
    is_once = first < second  # the longer of the two is the one that is prepared
    first, second = there[first[is_once]], there[second[is_once]]
    shapely.prepare(rings)
    is_met = shapely.intersects(rings[first], rings[second])
    meets[first[is_met]] = meets[second[is_met]] = True
    return np.flatnonzero(meets)
