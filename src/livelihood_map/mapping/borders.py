"""Borders between areas as lines, each stretch once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Shapes


def border_lines(areas: Shapes) -> Shapes:
    """Return the outlines of areas as lines; what two areas share is there once.

    Parameters
    ----------
    areas
        Polygons, shape (n,); neighbours share their vertices.

    Examples
    --------
    >>> both = [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)]
    >>> float(shapely.length(border_lines(np.array(both))).sum())
    7.0
    """
    merged = shapely.line_merge(shapely.union_all(shapely.boundary(areas)))
    return np.asarray(shapely.get_parts(merged))
