"""What the office draws for siting: parcels where an outlet could stand, areas where none may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from livelihood_map.core.errors import SourceError
from livelihood_map.load.files.layers import column_of, read_layer
from livelihood_map.load.files.parsing import is_yes
from livelihood_map.load.files.paths import existing_file
from livelihood_map.load.files.shapes import CROSSINGS_MAX, mend_in, valid_areas

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pyproj

    from livelihood_map.load.files.raw import RawTable

_NAME: Final = ("name", "名称", "地块名称", "区域名称")
_ID: Final = ("listed_id", "地块编号", "编号")
_FIXED: Final = ("is_fixed", "必选")
_REJECTED: Final = ("is_rejected", "排除")


def load_parcels(path: str | None, *, crs: pyproj.CRS, base: Path) -> gpd.GeoDataFrame | None:
    """Return the parcels that the office lists as candidates; None without a layer.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage or Shapefile of points or areas, in the CRS that it states, WGS-84
        where it states none. Columns ``name`` or 名称, ``listed_id`` or 地块编号 (numbered from 1
        where missing), ``is_fixed`` or 必选, ``is_rejected`` or 排除.
    crs
        Metric CRS of the result.
    base
        Folder that the path starts from.

    Returns
    -------
    listed_id, name, is_fixed, is_rejected, geometry.

    Raises
    ------
    SourceError
        When the file is absent or damaged, a parcel has no shape, an id is repeated, or a mark is
        neither yes nor no.
    """
    if path is None:
        return None
    table = read_layer(existing_file(base, path), layer=None, encoding=None)
    shapes = _shapes(table, crs)
    rows_n = len(table.rows)
    ids = _texts(table, _ID, [str(number) for number in range(1, rows_n + 1)])
    for row, value, is_repeated in zip(table.rows, ids, pd.Series(ids).duplicated(), strict=True):
        if is_repeated:
            raise SourceError("load.parcel_repeated", path=table.source, row=int(row), value=value)
    return gpd.GeoDataFrame(
        {
            "listed_id": ids,
            "name": _texts(table, _NAME, [""] * rows_n),
            "is_fixed": _marks(table, _FIXED),
            "is_rejected": _marks(table, _REJECTED),
        },
        geometry=shapes,
        crs=crs,
    )


def load_excluded_areas(
    path: str | None, *, crs: pyproj.CRS, base: Path
) -> gpd.GeoDataFrame | None:
    """Return the areas in which nothing may be opened; None without a layer.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage or Shapefile of areas, in the CRS that it states, WGS-84 where it
        states none. Column ``name`` or 名称.
    crs
        Metric CRS of the result.
    base
        Folder that the path starts from.

    Returns
    -------
    name, geometry: polygons without self-crossings.

    Raises
    ------
    SourceError
        When the file is absent or damaged, or a shape is no area.
    """
    if path is None:
        return None
    table = read_layer(existing_file(base, path), layer=None, encoding=None)
    shapes = _shapes(table, crs)
    for row, shape in zip(table.rows, shapes, strict=True):
        if shapely.get_dimensions(shape) != 2:  # noqa: PLR2004  (areas)
            raise SourceError(
                "load.area_no_area", path=table.source, row=int(row), value=shape.geom_type
            )
    names = _texts(table, _NAME, [""] * len(table.rows))
    return gpd.GeoDataFrame({"name": names}, geometry=valid_areas(shapes), crs=crs)


def _shapes(table: RawTable, crs: pyproj.CRS) -> np.ndarray[Any, Any]:
    """Return the shapes of a layer in the metric CRS, none missing."""
    mended = mend_in(table, crs=crs)
    for row, shape, is_tangled in zip(table.rows, mended.shapes, mended.is_tangled, strict=True):
        if is_tangled:
            limit = f"{CROSSINGS_MAX:,}"
            raise SourceError("load.layer_tangled", path=table.source, row=int(row), limit=limit)
        if shape is None or shape.is_empty:
            raise SourceError("load.shape_missing", path=table.source, row=int(row))
    return mended.shapes


def _texts(table: RawTable, names: tuple[str, ...], missing: list[str]) -> list[str]:
    """Return a column as texts, with what stands in for empty cells."""
    cells = column_of(table.cells, names) or [None] * len(missing)
    return [
        other if cell is None or not str(cell).strip() else str(cell).strip()
        for cell, other in zip(cells, missing, strict=True)
    ]


def _marks(table: RawTable, names: tuple[str, ...]) -> list[bool]:
    """Return a column of yes and no; empty means no."""
    marks = []
    cells = column_of(table.cells, names) or [None] * len(table.rows)
    for row, cell in zip(table.rows, cells, strict=True):
        try:
            marks.append(bool(is_yes(cell)))
        except ValueError as error:
            raise SourceError(
                "load.parcel_mark", path=table.source, row=int(row), column=names[-1], value=cell
            ) from error
    return marks
