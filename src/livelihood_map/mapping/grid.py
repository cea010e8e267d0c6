"""The lattice over the district from which a click anywhere, and service areas, are answered.

The pipeline measures the points of the lattice like demand points; pages show what it found,
marked 网格估算, because a click lies up to half a cell's diagonal from the point measured.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.mapping.payload import payload_element

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from livelihood_map.core.arrays import Longs
    from livelihood_map.mapping.inputs import MapTables, PageInputs

_METRES_PER_DEGREE: Final = 111_195.0
_UNREACHED: Final = -1
_OUTSIDE: Final = -2


def lay_grid(towns: gpd.GeoDataFrame, *, step_m: float) -> gpd.GeoDataFrame:
    """Return the points of a lattice of about `step_m` that lie in the towns.

    Rows run along parallels and columns along meridians, so that a page finds the cell of a click
    without a projection. The lattice starts at a round multiple of its step: laid over a part of
    the district it falls on the same points.

    Parameters
    ----------
    towns
        Table ``towns`` in a metric CRS.
    step_m
        Distance between neighbours, metres.

    Returns
    -------
    demand_id (``"row_column"``), row, column, lon, lat in degrees, and the point in the CRS of
    `towns`. ``attrs`` holds ``step_lon`` and ``step_lat`` in degrees and ``step_m``.

    Raises
    ------
    ValueError
        When there are no towns or `step_m` is not positive.
    """
    if step_m <= 0 or towns.empty:
        raise ValueError(step_m)
    west, south, east, north = towns.to_crs(STORAGE_CRS).total_bounds
    step_lat = round(step_m / _METRES_PER_DEGREE, 7)
    shrink = np.cos(np.radians(round((south + north) / 2, 1)))
    step_lon = round(step_m / (_METRES_PER_DEGREE * shrink), 7)
    rows = np.arange(np.floor(south / step_lat), np.ceil(north / step_lat) + 1).astype(np.int64)
    columns = np.arange(np.floor(west / step_lon), np.ceil(east / step_lon) + 1).astype(np.int64)
    row, column = (axis.ravel() for axis in np.meshgrid(rows, columns, indexing="ij"))
    lon, lat = (column + 0.5) * step_lon, (row + 0.5) * step_lat
    to_metric = pyproj.Transformer.from_crs(STORAGE_CRS, towns.crs, always_xy=True)
    x, y = to_metric.transform(lon, lat)
    is_inside = shapely.contains_xy(shapely.union_all(towns.geometry.to_numpy()), x, y)
    kept = np.flatnonzero(is_inside)
    grid = gpd.GeoDataFrame(
        {
            "demand_id": [f"{r}_{c}" for r, c in zip(row[kept], column[kept], strict=True)],
            "row": row[kept],
            "column": column[kept],
            "lon": lon[kept],
            "lat": lat[kept],
        },
        geometry=gpd.points_from_xy(x[kept], y[kept]),
        crs=towns.crs,
    )
    grid.attrs = {"step_lon": step_lon, "step_lat": step_lat, "step_m": step_m}
    return grid


def grid_section(
    grid: gpd.GeoDataFrame,
    coverage: pd.DataFrame,
    facility_ids: Sequence[str],
    kinds: Sequence[str],
    *,
    walker: str,
) -> dict[str, Any]:
    """Return the lattice for a page: walks and nearest facility of every cell, by kind.

    Cells are written row by row from the south-west, each as the difference to the one before:
    whole metres rounded up (so that a tier holds the shown walk exactly when it holds the walk),
    -1 out of reach, -2 outside.

    Parameters
    ----------
    grid
        From :func:`lay_grid`, or a part of it.
    coverage
        Table ``coverage`` of its points.
    facility_ids
        Ids in the order in which the page lists the facilities.
    kinds
        Kinds to write.
    walker
        Whose walks.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    first_row, first_column = int(grid["row"].min()), int(grid["column"].min())
    rows = int(grid["row"].max()) - first_row + 1
    columns = int(grid["column"].max()) - first_column + 1
    cell = ((grid["row"] - first_row) * columns + grid["column"] - first_column).to_numpy()
    position = {facility_id: index for index, facility_id in enumerate(facility_ids)}
    chosen = coverage[coverage["walker"] == walker]
    section: dict[str, Any] = {
        "first_row": first_row,
        "first_column": first_column,
        "rows": rows,
        "columns": columns,
        **{name: grid.attrs[name] for name in ("step_lon", "step_lat", "step_m")},
        "kinds": {},
    }
    for kind in kinds:
        of_kind = chosen[chosen["kind"] == kind].set_index("demand_id").reindex(grid["demand_id"])
        walk_m = np.full(rows * columns, _OUTSIDE, np.int64)
        walks = of_kind["walk_m"].astype("float64").to_numpy()
        walk_m[cell] = np.where(np.isnan(walks), _UNREACHED, np.ceil(np.nan_to_num(walks)))
        nearest = np.full(rows * columns, _UNREACHED, np.int64)
        places = of_kind["facility_id"].map(position).astype("float64").to_numpy()
        nearest[cell] = np.where(np.isnan(places), _UNREACHED, np.nan_to_num(places))
        section["kinds"][kind] = {"walk_m": _steps(walk_m), "facility": _steps(nearest)}
    return section


def _steps(values: Longs) -> list[int]:
    """Return each value as the difference to the one before."""
    steps: list[int] = np.diff(values, prepend=0).tolist()
    return steps


def grid_step(tables: MapTables) -> float:
    """Return the step of the lattice in metres, 0 when there is none.

    Raises
    ------
    KeyError
        When the lattice was not made by :func:`lay_grid`.
    """
    if tables.grid is None or tables.grid_coverage is None or tables.grid.empty:
        return 0
    step: float = tables.grid.attrs["step_m"]
    return step


def grid_payload(page: PageInputs, kinds: Sequence[str]) -> str:
    """Return the page's element that holds the lattice, unpacked only when asked for.

    Parameters
    ----------
    page
        Tables with or without a lattice; empty without.
    kinds
        As in :func:`grid_section`.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    tables = page.tables
    if not grid_step(tables):
        return ""
    ids = tables.facilities["facility_id"].tolist()
    section = grid_section(tables.grid, tables.grid_coverage, ids, kinds, walker=page.walker)
    return payload_element(section, name="grid", is_compressed=page.is_compressed)
