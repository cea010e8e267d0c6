"""Heights of a raster laid under the streets, for the speed of walkers on slopes."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyproj
import shapely

from livelihood_map.core.errors import SourceError
from livelihood_map.core.extras import needed_by
from livelihood_map.load.files.paths import existing_file
from livelihood_map.network import tobler_factor

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from livelihood_map.core.arrays import Floats


RANGE_M: Final = (-500.0, 9_000.0)
"""No ground lies lower than the Dead Sea's shore or higher than Mount Everest."""
CELLS_MAX: Final = 200_000_000
"""Cells under the streets of a district: 20 km by 20 km at 1.4 m, much finer than needed."""
STEP_M: Final = 30.0
"""Heights are taken along streets at most this far apart, the cell of the usual rasters."""

_CELLS_MAX: Final = 50_000_000
_CELLS_PER_BYTE: Final = 20
"""More cells than both allow are nothing that was measured."""


def grade_streets(edges: gpd.GeoDataFrame, path: str, *, base: Path) -> gpd.GeoDataFrame:
    """Return the streets with ``slope_factor``: level metres for each metre walked.

    Heights are interpolated between cells at the vertices of each street and every 30 m; a bridge
    or tunnel is taken as even between its ends. The factor of a street is the mean of
    `livelihood_map.network.tobler_factor` over its length.

    Parameters
    ----------
    edges
        Table ``edges`` in a metric CRS.
    path
        GeoTIFF whose first band holds metres above sea level of the ground, not of roofs.
    base
        Folder that the path starts from.

    Raises
    ------
    SourceError
        When the file is absent or no raster, states no CRS or no place, is too fine, has a height
        that no ground has, or has none for some street.
    SettingsError
        When rasterio is not installed.
    """
    lines = np.asarray(edges.geometry.array)
    is_even = (edges["is_bridge"] | edges["is_tunnel"]).to_numpy(np.bool_)
    ends = shapely.linestrings(
        np.stack(
            [
                shapely.get_coordinates(shapely.get_point(lines, 0)),
                shapely.get_coordinates(shapely.get_point(lines, -1)),
            ],
            axis=1,
        )
    )
    traced = np.where(is_even, ends, shapely.segmentize(lines, STEP_M))
    places, owner = shapely.get_coordinates(traced, return_index=True)
    height = _heights(existing_file(base, path), places, edges.crs)
    _require_possible(height, path)
    is_lost = np.isnan(height)
    if is_lost.any():
        streets_n = np.unique(owner[is_lost]).size
        raise SourceError("load.elevation_short", path=path, count=streets_n, total=len(edges))
    is_step = owner[1:] == owner[:-1]
    run = np.hypot(*np.diff(places, axis=0).T)
    is_step &= run > 0
    street, run = owner[1:][is_step], run[is_step]
    level = run * tobler_factor(np.diff(height)[is_step] / run)
    run_m = np.bincount(street, weights=run, minlength=len(edges))
    level_m = np.bincount(street, weights=level, minlength=len(edges))
    factor = np.divide(level_m, run_m, out=np.ones(len(edges)), where=run_m > 0)
    return edges.assign(slope_factor=factor)


def _require_possible(height: Floats, path: str) -> None:
    """Refuse heights that no ground on earth has: feet, or a mark for no data that is not told."""
    known = height[~np.isnan(height)]
    wrong = known[(known < RANGE_M[0]) | (known > RANGE_M[1])]
    if wrong.size:
        low, high = RANGE_M
        raise SourceError(
            "load.elevation_range",
            path=path,
            value=f"{wrong[0]:g}",
            low=f"{low:g}",
            high=f"{high:g}",
        )


def _opened(path: Path) -> Any:  # noqa: ANN401  (rasterio ships no types)
    """Return a GeoTIFF opened, without a warning where it does not say where it lies."""
    import rasterio

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        return rasterio.open(path, driver="GTiff")


def _heights(path: Path, places: Floats, crs: pyproj.CRS) -> Floats:
    """Return the height at each place, interpolated between cells; NaN where there is none."""
    from scipy.ndimage import map_coordinates

    with needed_by("network.elevation"):
        import rasterio
        from rasterio.windows import Window

    try:
        with _opened(path) as raster:
            if raster.crs is None:
                raise SourceError("load.raster_no_crs", path=path.name)
            if raster.transform.is_identity or not raster.transform.determinant:
                raise SourceError("load.raster_no_place", path=path.name)
            to_raster = pyproj.Transformer.from_crs(crs, raster.crs.to_wkt(), always_xy=True)
            x, y = to_raster.transform(places[:, 0], places[:, 1])
            grid = ~raster.transform
            with np.errstate(all="ignore"):  # a damaged grid leads nowhere, which is told below
                column = grid.a * x + grid.b * y + grid.c
                row = grid.d * x + grid.e * y + grid.f
            is_on = (column >= 0) & (row >= 0) & (column <= raster.width) & (row <= raster.height)
            height = np.full(len(places), np.nan)
            if not is_on.any():
                return height
            left, top = int(column[is_on].min()) - 1, int(row[is_on].min()) - 1
            left, top = max(left, 0), max(top, 0)
            wide = min(int(column[is_on].max()) + 2, raster.width) - left
            tall = min(int(row[is_on].max()) + 2, raster.height) - top
            if wide * tall > max(_CELLS_MAX, _CELLS_PER_BYTE * path.stat().st_size):
                raise SourceError("load.raster_broken", path=path.name, detail=f"{wide} × {tall}")
            if wide * tall > CELLS_MAX:
                limit = f"{CELLS_MAX:,}"
                raise SourceError("load.raster_too_fine", path=path.name, limit=limit)
            cells = raster.read(1, window=Window(left, top, wide, tall), masked=True)
    except (rasterio.errors.RasterioError, pyproj.exceptions.ProjError) as error:
        detail = str(error).replace(str(path), path.name)
        raise SourceError("load.raster_broken", path=path.name, detail=detail) from error
    known = np.asarray(cells.filled(np.nan) if cells.dtype.kind == "f" else _as_floats(cells))
    at = np.stack([row[is_on] - top - 0.5, column[is_on] - left - 0.5])
    height[is_on] = map_coordinates(known, at, order=1, mode="nearest")
    return height


def _as_floats(cells: np.ma.MaskedArray) -> Floats:
    """Return whole-number cells as floats, NaN where masked."""
    return np.where(np.ma.getmaskarray(cells), np.nan, cells.data.astype(np.float64))
