"""Unions of service areas, in time that grows with what is added and not with all holes.

The outline of an area in a city is a short shell and very many holes between streets. A hole that
nothing reaches stays as it is: it is taken out before two areas are united, and put back after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Bools, Shapes


def unite_areas(large: Any, small: Any) -> Any:  # noqa: ANN401  (polygons)
    """Return the union of two areas.

    Parameters
    ----------
    large
        A valid Polygon or MultiPolygon, with many holes.
    small
        Another one, which touches few of them.

    Examples
    --------
    >>> import shapely
    >>> ground = shapely.box(0, 0, 9, 9) - shapely.box(1, 1, 2, 2) - shapely.box(5, 5, 6, 6)
    >>> united = unite_areas(ground, shapely.box(4, 4, 12, 7))
    >>> united.equals(ground | shapely.box(4, 4, 12, 7)), len(united.interiors)
    (True, 1)
    """
    parts = shapely.get_parts(large)
    shells, rings, ring_part = shapely.get_exterior_ring(parts), *_holes_of(parts)
    holes = shapely.polygons(rings)
    is_met = _meets_any(holes, shapely.get_parts(small))
    if is_met.all():
        return shapely.union(large, small)
    is_aside = _lies_in_any(shells, holes[~is_met])
    near = [
        shapely.polygons(shells[part], holes=rings[is_met & (ring_part == part)])
        for part in np.unique(ring_part[is_met])
        if not is_aside[part]
    ]
    has_none = np.isin(np.arange(parts.size), ring_part[is_met], invert=True) & ~is_aside
    core = [*near, *shapely.polygons(shells[has_none])]
    united = put_holes(shapely.union(shapely.multipolygons(core), small), _own(
        rings[~is_met], ring_part[~is_met], is_aside))  # fmt: skip
    every = [*shapely.get_parts(united), *parts[is_aside]]
    return every[0] if len(every) == 1 else shapely.multipolygons(every)


def fill_shared_holes(one: Any, other: Any) -> tuple[Any, Any]:  # noqa: ANN401  (polygons)
    """Return two areas without the holes that both have: what sets them apart stays the same.

    Parameters
    ----------
    one, other
        Polygon or MultiPolygon.

    Examples
    --------
    >>> import shapely
    >>> ground = shapely.box(0, 0, 9, 9) - shapely.box(1, 1, 2, 2)
    >>> wide, narrow = fill_shared_holes(ground, ground - shapely.box(5, 5, 6, 6))
    >>> len(wide.interiors), len(narrow.interiors), wide.difference(narrow).area
    (0, 1, 1.0)
    """
    areas = [shapely.get_parts(area) for area in (one, other)]
    rings, part = zip(*(_holes_of(parts) for parts in areas), strict=True)
    names = [pd.Index(shapely.to_wkb(shapely.normalize(shapely.polygons(own)))) for own in rings]
    shells = shapely.get_exterior_ring(np.concatenate(areas))
    is_shared = names[0].isin(names[1])
    is_shared[is_shared] = ~_holds_any(shapely.polygons(rings[0][is_shared]), shells)
    filled = names[0][is_shared]
    made = []
    for parts, own, own_part, name in zip(areas, rings, part, names, strict=True):
        is_left = ~name.isin(filled)
        bounds = np.searchsorted(own_part[is_left], np.arange(parts.size + 1))
        outlines = shapely.get_exterior_ring(parts)
        made.append(_with_holes(outlines, own[is_left], bounds))
    return made[0], made[1]


def put_holes(area: Any, rings: Shapes) -> Any:  # noqa: ANN401  (polygons)
    """Return an area with further holes.

    Parameters
    ----------
    area
        Polygon or MultiPolygon.
    rings
        Rings of the holes; each lies inside one part of the area, apart from its holes.

    Examples
    --------
    >>> import numpy as np
    >>> import shapely
    >>> hole = shapely.box(1, 1, 2, 2).exterior
    >>> put_holes(shapely.box(0, 0, 9, 9), np.array([hole])).area
    80.0
    """
    if rings.size == 0:
        return area
    parts = shapely.get_parts(area)
    own, own_part = _holes_of(parts)
    part = np.concatenate([own_part, _find_part(parts, rings)])
    order = np.argsort(part, kind="stable")
    every, part = np.concatenate([own, rings])[order], part[order]
    bounds = np.searchsorted(part, np.arange(parts.size + 1))
    return _with_holes(shapely.get_exterior_ring(parts), every, bounds)


def _with_holes(shells: Shapes, rings: Shapes, bounds: Any) -> Any:  # noqa: ANN401  (positions, polygons)
    """Return an area out of the shells of its parts and their holes, in compressed rows."""
    made = [
        shapely.polygons(shell, holes=rings[a:z])
        for shell, a, z in zip(shells, bounds[:-1], bounds[1:], strict=True)
    ]
    return made[0] if len(made) == 1 else shapely.multipolygons(made)


def _holes_of(parts: Shapes) -> tuple[Shapes, Any]:
    """Return the rings of all holes, and the part of each."""
    rings, part = shapely.get_rings(parts, return_index=True)
    is_hole = np.append(False, part[1:] == part[:-1])
    return rings[is_hole[: rings.size]], part[is_hole[: rings.size]]


def _own(rings: Shapes, part: Any, is_aside: Bools) -> Shapes:  # noqa: ANN401  (positions)
    """Return the rings of parts that are not set aside."""
    own: Shapes = rings[~is_aside[part]]
    return own


def _find_part(parts: Shapes, rings: Shapes) -> Any:  # noqa: ANN401  (positions)
    """Return the part in which each ring lies."""
    x, y = shapely.get_coordinates(shapely.get_point(rings, 0)).T
    if parts.size == 1:
        return np.zeros(rings.size, np.int64)
    shapely.prepare(parts)
    ring, part = shapely.STRtree(parts).query(shapely.points(x, y))
    is_in = shapely.intersects_xy(parts[part], x[ring], y[ring])
    found = np.zeros(rings.size, np.int64)
    found[ring[is_in]] = part[is_in]
    return found


def _meets_any(shapes: Shapes, others: Shapes) -> Bools:
    """Return which shapes meet any of others."""
    shapely.prepare(others)
    shape, other = shapely.STRtree(others).query(shapes)
    is_met = np.zeros(shapes.size, np.bool_)
    is_met[shape[shapely.intersects(others[other], shapes[shape])]] = True
    return is_met


def _holds_any(holes: Shapes, rings: Shapes) -> Bools:
    """Return which of some holes hold any of rings that they do not cross."""
    found: Bools = np.zeros(holes.size, np.bool_)
    found[shapely.STRtree(holes).query(shapely.get_point(rings, 0), predicate="within")[1]] = True
    return found


def _lies_in_any(rings: Shapes, holes: Shapes) -> Bools:
    """Return which rings lie in any of holes that they do not cross."""
    shapely.prepare(holes)
    points = shapely.get_point(rings, 0)
    ring, hole = shapely.STRtree(holes).query(points)
    x, y = shapely.get_coordinates(points[ring]).T
    is_in = np.zeros(rings.size, np.bool_)
    is_in[ring[shapely.contains_xy(holes[hole], x, y)]] = True
    return is_in
