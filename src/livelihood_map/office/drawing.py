"""A small map of points on streets and compounds, drawn from numbers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Floats, Shapes

SIDE: Final = 300.0
"""Side of the drawing, units of its own."""
_LINES_MAX: Final = 4_000
_STRAIGHT_M: Final = 2.0
"""Metres by which a drawn line may differ from its street."""


def draw_window(
    window: tuple[float, float, float, float],
    *,
    points: tuple[Floats, Floats],
    borders: Shapes,
    streets: Shapes,
    outlines: Shapes,
) -> dict[str, str | list[list[float]]]:
    """Return what lies in a square: paths of SVG and the places of the points.

    Parameters
    ----------
    window
        West, south, east, north, metres.
    points
        Metric coordinates of the points.
    borders, streets, outlines
        Towns, streets and compounds in the same CRS.
    """
    west, _, east, north = window
    scale = SIDE / (east - west)

    def paths(shapes: Shapes) -> str:
        here = shapes[shapely.intersects(shapes, shapely.box(*window))][:_LINES_MAX]
        cut = shapely.clip_by_rect(here, *window)
        parts = [_path(part, west, north, scale) for part in shapely.get_parts(cut)]
        return " ".join(part for part in parts if part)

    edges = shapely.boundary(borders) if len(borders) else borders
    x, y = (points[0] - west) * scale, (north - points[1]) * scale
    return {
        "borders": paths(edges),
        "streets": paths(streets),
        "outlines": paths(outlines),
        "points": np.column_stack((x, y)).round(1).tolist(),
    }


def draw_extent(borders: Shapes, streets: Shapes) -> dict[str, str | float]:
    """Return the district with its streets in the square around it, and how much they span.

    Parameters
    ----------
    borders, streets
        Towns and streets in one metric CRS.
    """
    left, bottom, right, top = shapely.total_bounds(borders)
    side = max(right - left, top - bottom) * 1.04
    west, south = (left + right - side) / 2, (bottom + top - side) / 2
    few = streets[:: 1 + len(streets) // _LINES_MAX]
    none = (np.zeros(0), np.zeros(0))
    window = (west, south, west + side, south + side)
    drawn = draw_window(window, points=none, borders=borders, streets=few, outlines=streets[:0])
    district = shapely.union_all(borders)
    spanned = shapely.convex_hull(shapely.geometrycollections(streets))
    share = shapely.area(shapely.intersection(spanned, district)) / shapely.area(district)
    return {"borders": str(drawn["borders"]), "streets": str(drawn["streets"]), "share": share}


def draw_ground(
    window: tuple[float, float, float, float], *, borders: Shapes, streets: Shapes, outlines: Shapes
) -> dict[str, Any]:
    """Return paths of SVG in whole metres from the north-western corner, and the two sides.

    Parameters
    ----------
    window
        West, south, east, north, metres.
    borders, streets, outlines
        Towns, streets and compounds in the same CRS.
    """
    west, south, east, north = window

    def paths(shapes: Shapes) -> str:
        parts = shapely.get_parts(shapely.simplify(shapes, _STRAIGHT_M))
        return "".join(_path(part, west, north, 1.0, digits=0) for part in parts)

    edges = shapely.boundary(borders)
    return {
        "width": round(east - west),
        "height": round(north - south),
        "borders": paths(edges),
        "streets": paths(streets),
        "outlines": paths(outlines),
    }


def _path(shape: object, west: float, north: float, scale: float, *, digits: int = 1) -> str:
    """Return a line or area as a path of SVG; nothing of an empty one."""
    rings = [shape]
    if shapely.get_dimensions(shape) == 2:  # noqa: PLR2004  (an area)
        rings = list(shapely.get_rings(shape))
    pieces = []
    for ring in rings:
        corners = shapely.get_coordinates(ring)
        if len(corners) > 1:
            x, y = (corners[:, 0] - west) * scale, (north - corners[:, 1]) * scale
            steps = " ".join(f"{a:.{digits}f},{b:.{digits}f}" for a, b in zip(x, y, strict=True))
            pieces.append(f"M{steps}")
    return "".join(pieces)
