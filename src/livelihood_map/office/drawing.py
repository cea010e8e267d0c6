"""A small map of points on streets and compounds, drawn from numbers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Floats, Shapes

SIDE: Final = 300.0
"""Side of the drawing, units of its own."""
_LINES_MAX: Final = 4_000


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


def _path(shape: object, west: float, north: float, scale: float) -> str:
    """Return a line or area as a path of SVG; nothing of an empty one."""
    rings = [shape]
    if shapely.get_dimensions(shape) == 2:  # noqa: PLR2004  (an area)
        rings = list(shapely.get_rings(shape))
    pieces = []
    for ring in rings:
        corners = shapely.get_coordinates(ring)
        if len(corners) > 1:
            x, y = (corners[:, 0] - west) * scale, (north - corners[:, 1]) * scale
            steps = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
            pieces.append(f"M{steps}")
    return "".join(pieces)
