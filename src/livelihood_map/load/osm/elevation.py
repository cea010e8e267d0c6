"""Heights of a raster laid under the streets, for the speed of walkers on slopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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
        When the file is absent or no raster, states no CRS, or has no height for some street.
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


def _heights(path: Path, places: Floats, crs: pyproj.CRS) -> Floats:
    """Return the height at each place, interpolated between cells; NaN where there is none."""
    from scipy.ndimage import map_coordinates

    with needed_by("network.elevation"):
        import rasterio
        from rasterio.windows import Window

    try:
        with rasterio.open(path, driver="GTiff") as raster:
            if raster.crs is None:
                raise SourceError("load.raster_no_crs", path=path.name)
            to_raster = pyproj.Transformer.from_crs(crs, raster.crs.to_wkt(), always_xy=True)
            x, y = to_raster.transform(places[:, 0], places[:, 1])
            grid = ~raster.transform
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
            cells = raster.read(1, window=Window(left, top, wide, tall), masked=True)
    except rasterio.errors.RasterioError as error:
        detail = str(error).replace(str(path), path.name)
        raise SourceError("load.raster_broken", path=path.name, detail=detail) from error
    known = np.asarray(cells.filled(np.nan) if cells.dtype.kind == "f" else _as_floats(cells))
    at = np.stack([row[is_on] - top - 0.5, column[is_on] - left - 0.5])
    height[is_on] = map_coordinates(known, at, order=1, mode="nearest")
    return height


def _as_floats(cells: np.ma.MaskedArray) -> Floats:
    """Return whole-number cells as floats, NaN where masked."""
    return np.where(np.ma.getmaskarray(cells), np.nan, cells.data.astype(np.float64))
