"""The sea, of which OpenStreetMap knows the shore alone: water lies to the right of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Floats, Shapes

_STEP_M: Final = 2.0
_GRID_M: Final = 0.01


def sea_areas(shores: Shapes, around: shapely.Geometry) -> list[shapely.Polygon]:
    """Return the parts of an area that lie to the right of its shores.

    A shore that ends within the area, as at the edge of an extract, goes on straight to its edge.

    Parameters
    ----------
    shores
        Lines in a metric CRS, each with the water on its right hand.
    around
        The area, in the same CRS.

    Examples
    --------
    >>> shore = shapely.LineString([(0, 10), (10, 10)])
    >>> [part.area for part in sea_areas([shore], shapely.box(2, 0, 8, 14))]
    [60.0]
    """
    lines = shapely.get_parts(np.asarray(shores, object))
    lines = lines[shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING.value]
    if not len(lines):
        return []
    edge = shapely.boundary(around)
    shore = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    ends = [end for line in shore if not line.is_closed for end in shapely.get_parts(line.boundary)]
    ties = [shapely.shortest_line(end, edge) for end in ends]
    # A shore cut at the edge ends a rounding error beside it: only on a grid do the two meet.
    netted = shapely.union_all([edge, *shore, *ties], grid_size=_GRID_M)
    parts = shapely.get_parts(shapely.polygonize(shapely.get_parts(netted)))
    steps = np.concatenate([np.stack([xy[:-1], xy[1:]], 1) for xy in map(_vertices, lines)])
    along = steps[:, 1] - steps[:, 0]
    right = np.column_stack([along[:, 1], -along[:, 0]]) / np.hypot(*along.T)[:, None] * _STEP_M
    wet, dry = (
        shapely.STRtree(shapely.points(steps.mean(axis=1) + aside)) for aside in (right, -right)
    )
    votes = [
        len(wet.query(part, predicate="contains")) - len(dry.query(part, predicate="contains"))
        for part in parts
    ]
    return [part for part, vote in zip(parts, votes, strict=True) if vote > 0]


def _vertices(line: shapely.LineString) -> Floats:
    """Return the vertices of a line, none twice running."""
    xy = shapely.get_coordinates(line)
    is_new = np.append(True, np.any(np.diff(xy, axis=0) != 0, axis=1))
    return np.asarray(xy[is_new])
