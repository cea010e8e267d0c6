"""Registers in one call: an office's list of outlets as a frame, its rows accounted for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import box

from livelihood_map.analysis.asking import of_stage
from livelihood_map.core.crs import STORAGE_CRS, centre_lon, metric_crs
from livelihood_map.core.labels import spoken_lang
from livelihood_map.core.tables import TOWNS

if TYPE_CHECKING:
    from livelihood_map.load.registers import RegisterResult

EVERYWHERE: Final = (-180.0, -90.0, 180.0, 90.0)
TOWN_UNKNOWN: Final = "town_unknown"
"""Key of what is odd about a row whose town nobody has told."""
AROUND_DEG: Final = 0.5
_FIRST_CRS: Final = "+proj=eqc +datum=WGS84 +units=m"
"""In which a register is read to learn where it lies; nothing is measured in it."""


@of_stage("load.registers", by="base")
def load_facilities(
    path: Path | str,
    *,
    kind: str | None = None,
    datum: str = "auto",
    towns: gpd.GeoDataFrame | Path | str | None = None,
    **source: Any,  # noqa: ANN401  (the fields of FacilitySource)
) -> RegisterResult:
    """Return the outlets of a register in WGS-84, and the rows that could not be taken.

    It is the stage :func:`livelihood_map.load.registers.load_facilities`, which a call with
    ``base`` (and its sources) reaches directly. The verbs take what it returns as outlets.

    Parameters
    ----------
    path
        xlsx, xls, csv, GeoJSON, GeoPackage or Shapefile.
    kind
        Kind of all its rows, where it has no such column: wet_market, breakfast, housekeeping, …
    datum
        WGS-84, CGCS2000, GCJ-02 (Amap), BD-09 (Baidu) or an EPSG code: what the coordinates are in.
        ``auto`` only where the file states it; nothing is guessed.
    towns
        Towns, to name that of each outlet and to find wrong coordinates; none when None.
    **source
        Further settings of a register: sheet, layer, columns, encoding, header_row, values.

    Raises
    ------
    SourceError
        When the file cannot be used as a whole; every row that could not be is in ``.rejects``.

    Examples
    --------
    >>> from livelihood_map.core.io import data_path
    >>> taken = load_facilities(
    ...     data_path("demo") / "wet_markets.xlsx", kind="wet_market", datum="GCJ-02"
    ... )
    >>> taken.facilities.crs.to_string(), len(taken.facilities) + len(taken.rejects) > 100
    ('EPSG:4326', True)
    """
    from livelihood_map.core.settings import FacilitySource
    from livelihood_map.load.registers import load_facilities as load

    register = FacilitySource(path=str(path), kind=kind, datum=datum, **source)
    given: dict[str, Any] = {"base": Path(), "lang": spoken_lang()}
    if towns is None:
        first = load([register], towns=_one_town(*EVERYWHERE), crs=_FIRST_CRS, **given)
        table = _around(first.facilities)
    else:
        table = _towns(towns)
    loaded = load(
        [register], towns=table, crs=metric_crs("auto", centre_lon=centre_lon(table)), **given
    )
    facilities = loaded.facilities.to_crs(STORAGE_CRS)
    if towns is not None:
        return replace(loaded, facilities=facilities)
    facilities["town_id"] = pd.Series(None, index=facilities.index, dtype="str")
    notes = loaded.notes[loaded.notes["problem_key"] != TOWN_UNKNOWN].reset_index(drop=True)
    return replace(loaded, facilities=facilities, notes=notes)


def _towns(towns: gpd.GeoDataFrame | Path | str) -> gpd.GeoDataFrame:
    """Return table ``towns`` of a frame that is one, or of a file."""
    if isinstance(towns, gpd.GeoDataFrame):
        return TOWNS.check(towns.to_crs(STORAGE_CRS))
    from livelihood_map.core.settings import TownSource
    from livelihood_map.load.towns import load_towns

    return load_towns(TownSource(path=str(towns)), base=Path())


def _around(facilities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one town that holds every outlet, or the whole earth where there is none."""
    bounds = facilities.to_crs(STORAGE_CRS).total_bounds
    if not np.isfinite(bounds).all():
        return _one_town(-1.0, -1.0, 1.0, 1.0)
    west, south, east, north = bounds.tolist()
    return _one_town(west - AROUND_DEG, south - AROUND_DEG, east + AROUND_DEG, north + AROUND_DEG)


def _one_town(west: float, south: float, east: float, north: float) -> gpd.GeoDataFrame:
    """Return table ``towns`` with one town, a box in degrees."""
    named = {"town_id": ["all"], "town_name": [""], "aliases": [""]}
    shape = [box(west, south, east, north)]
    return TOWNS.conform(gpd.GeoDataFrame(named, geometry=shape, crs=STORAGE_CRS))
