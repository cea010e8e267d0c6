"""Shapes as drawn made fit for use: self-crossings mended by rule, tangles given up in time.

Mending costs the square of the crossings and worse: a boundary of 3,000 corners in random order
takes minutes. Nobody draws that; it is a list of corners whose order is lost. So crossings are
counted first, as far as a bound, and what has more is left to whoever drew it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.errors import SourceError
from livelihood_map.core.faults import one_line

if TYPE_CHECKING:
    import numpy.typing as npt

    from livelihood_map.load.files.raw import RawTable

    Shapes = npt.NDArray[Any]
    Mask = npt.NDArray[np.bool_]

CROSSINGS_MAX: Final = 1000
"""An area whose boundary crosses itself more often is not mended."""
_PAIRS_AT_ONCE: Final = 2_000_000
_PAIRS_MAX: Final = 40_000_000
_DETAIL_SHOWN: Final = 200
_AREAS: Final = (3, 6)
_FARTHEST: Final = 1e9
"""No coordinate on earth is as large, neither in degrees nor in metres."""


@dataclass(frozen=True, slots=True)
class Mended:
    """Shapes after mending.

    Parameters
    ----------
    shapes
        Areas without self-crossings, other shapes as they were; None for what cannot be used.
    is_mended
        Areas that crossed themselves.
    is_tangled
        Areas that cross themselves more than `CROSSINGS_MAX` times.
    """

    shapes: Shapes
    is_mended: Mask
    is_tangled: Mask


def mend(shapes: Shapes) -> Mended:
    """Return shapes with self-crossing areas mended: each part that is encircled is kept.

    Parameters
    ----------
    shapes
        Shapes of any type, or None; those with a coordinate that can be no place become None.
    """
    mended = np.array(shapes, dtype=object)
    at, owner = shapely.get_coordinates(mended, return_index=True)
    is_place = (np.abs(at) < _FARTHEST).all(axis=1)  # no NaN is
    mended[np.unique(owner[~is_place])] = None
    is_area = np.isin(shapely.get_type_id(mended), _AREAS)
    is_mended = is_area & ~shapely.is_valid(mended)
    is_tangled = np.zeros(len(mended), bool)
    for position in np.flatnonzero(is_mended).tolist():
        is_tangled[position] = is_tangle(mended[position])
    mended[is_tangled] = None
    is_mended &= ~is_tangled
    mended[is_mended] = valid_areas(mended[is_mended])
    return Mended(mended, is_mended, is_tangled)


def mend_in(table: RawTable, *, crs: pyproj.CRS) -> Mended:
    """Return the shapes of a layer in a metric CRS, mended there.

    Parameters
    ----------
    table
        A layer; without a CRS of its own it is read as WGS-84.
    crs
        The metric CRS.

    Raises
    ------
    SourceError
        When nothing leads from the layer's CRS to the metric one.
    """
    try:
        with np.errstate(invalid="ignore"):  # places beyond all numbers are lost in mending
            flat = gpd.GeoSeries(shapely.force_2d(table.geometry), crs=table.crs or STORAGE_CRS)
        return mend(np.asarray(flat.to_crs(crs).array))
    except pyproj.exceptions.ProjError as error:
        detail = one_line(error)[:_DETAIL_SHOWN]
        raise SourceError("load.layer_crs", path=table.source, detail=detail) from error


def valid_areas(shapes: np.ndarray) -> np.ndarray:
    """Return areas without self-crossings; lines and points that mending leaves are dropped.

    Parameters
    ----------
    shapes
        Polygons or multipolygons.
    """
    mended = shapely.make_valid(shapely.force_2d(shapes), method="structure", keep_collapsed=False)
    return np.asarray(mended, dtype=object)


def is_tangle(area: shapely.Geometry) -> bool:
    """Return whether the boundary of an area crosses itself more than `CROSSINGS_MAX` times.

    Parameters
    ----------
    area
        Polygon or multipolygon with finite coordinates.
    """
    corners, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(area)), return_index=True
    )
    is_side = ring[1:] == ring[:-1]
    start, end = corners[:-1][is_side], corners[1:][is_side]
    low, high = np.minimum(start, end), np.maximum(start, end)
    boxes = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    tree = shapely.STRtree(boxes)
    step = max(1, _PAIRS_AT_ONCE // max(len(boxes), 1))
    crossings_n = pairs_n = 0
    for first in range(0, len(boxes), step):
        one, other = tree.query(boxes[first : first + step])
        one += first
        one, other = one[one < other], other[one < other]
        pairs_n += len(one)
        crossings_n += int(_cross(start[one], end[one], start[other], end[other]).sum())
        if crossings_n > CROSSINGS_MAX or pairs_n > _PAIRS_MAX:
            return True
    return False


def _cross(a: Shapes, b: Shapes, c: Shapes, d: Shapes) -> Mask:
    """Return which sides a-b and c-d cross at a point inside both."""

    def turn(p: Shapes, q: Shapes, r: Shapes) -> Shapes:
        return np.asarray(
            np.sign(
                (q[:, 0] - p[:, 0]) * (r[:, 1] - p[:, 1])
                - (q[:, 1] - p[:, 1]) * (r[:, 0] - p[:, 0])
            )
        )

    is_across: Mask = (turn(a, b, c) * turn(a, b, d) < 0) & (turn(c, d, a) * turn(c, d, b) < 0)
    return is_across
