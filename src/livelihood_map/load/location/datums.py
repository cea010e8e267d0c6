"""Declared datums: what a source says its coordinates are in, and the way from there to WGS-84."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import pyproj
import shapely

from livelihood_map.core import datum as shifts
from livelihood_map.core.errors import SourceError

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Floats, Shapes


AUTO: Final = "auto"
_NAMES: Final = {
    "WGS-84": ("wgs84", "epsg4326", "gps", "4326"),
    "CGCS2000": (
        "cgcs2000",
        "epsg4490",
        "国家2000",
        "2000国家大地坐标系",
        "4490",
        "天地图",
        "tianditu",
    ),
    "GCJ-02": ("gcj02", "gcj", "火星坐标", "火星坐标系", "高德", "amap", "腾讯", "tencent", "mars"),
    "BD-09": ("bd09", "bd09ll", "百度", "百度坐标", "baidu"),
}
_LOCAL_GRID: Final = (
    "上海城市坐标系",
    "上海坐标系",
    "上海地方坐标系",
    "shanghai",
    "shanghailocal",
    "shanghaigrid",
    "上海2000",
)
KNOWN: Final = "WGS-84, CGCS2000, GCJ-02, BD-09, EPSG:nnnn"


@dataclass(frozen=True, slots=True)
class Datum:
    """A datum that coordinates can be in.

    Parameters
    ----------
    name
        WGS-84, CGCS2000, GCJ-02, BD-09 or EPSG:nnnn.
    is_projected
        Whether coordinates are metres, east and north, rather than degrees.
    """

    name: str
    is_projected: bool = False

    def to_wgs84(self, east: Floats, north: Floats) -> tuple[Floats, Floats]:
        """Return longitude and latitude in WGS-84, degrees.

        Parameters
        ----------
        east, north
            Longitude and latitude in degrees, or metres east and north when projected.

        Raises
        ------
        ValueError
            When the arrays differ in shape.
        """
        if self.name in {"WGS-84", "CGCS2000"}:
            return np.asarray(east, float), np.asarray(north, float)
        if self.name == "GCJ-02":
            return shifts.gcj02_to_wgs84(east, north)
        if self.name == "BD-09":
            return shifts.bd09_to_wgs84(east, north)
        lon, lat = _transformer(self.name).transform(east, north)
        is_off = ~(np.isfinite(lon) & np.isfinite(lat))
        return np.where(is_off, np.nan, lon), np.where(is_off, np.nan, lat)

    def from_wgs84(self, lon: float, lat: float) -> tuple[float, float]:
        """Return a place of WGS-84 as this datum writes it: the way back of `to_wgs84`.

        Parameters
        ----------
        lon, lat
            Degrees.

        Examples
        --------
        >>> east, north = Datum("GCJ-02").from_wgs84(121.4, 31.1)
        >>> [round(float(one), 6) for one in Datum("GCJ-02").to_wgs84(east, north)]
        [121.4, 31.1]
        """
        if self.name in {"WGS-84", "CGCS2000"}:
            return lon, lat
        if self.name in {"GCJ-02", "BD-09"}:
            shift = shifts.wgs84_to_gcj02 if self.name == "GCJ-02" else shifts.wgs84_to_bd09
            east, north = shift(lon, lat)
        else:
            way = pyproj.enums.TransformDirection.INVERSE
            east, north = _transformer(self.name).transform(lon, lat, direction=way)
        return float(east), float(north)


@cache
def _transformer(name: str) -> pyproj.Transformer:
    """Return the way from a CRS to WGS-84, east first."""
    return pyproj.Transformer.from_crs(name, "EPSG:4326", always_xy=True)


def read_datum(written: str) -> Datum:
    """Return the datum that a source declares.

    Parameters
    ----------
    written
        As in the settings, in any writing: ``GCJ-02``, ``gcj02``, ``高德``, ``EPSG:4549``.

    Raises
    ------
    SourceError
        When the datum is not known, or is the Shanghai local grid, whose parameters are not
        public.

    Examples
    --------
    >>> read_datum("gcj02").name, read_datum("EPSG:4549").is_projected
    ('GCJ-02', True)
    """
    plain = re.sub(r"[\s_:\-‐–—]", "", written).lower()
    for name, writings in _NAMES.items():
        if plain in writings:
            return Datum(name)
    if plain in _LOCAL_GRID:
        raise SourceError("load.local_grid", value=written)
    match = re.fullmatch(r"(?:epsg)?(\d{4,6})", plain)
    if match is None:
        raise SourceError("load.datum_unknown", value=written, known=KNOWN)
    name = f"EPSG:{match[1]}"
    try:
        crs = pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError as error:
        raise SourceError("load.datum_unknown", value=written, known=KNOWN) from error
    return Datum(name, is_projected=crs.is_projected)


def datum_of_crs(crs: pyproj.CRS) -> Datum:
    """Return the datum that a file's own CRS states.

    Parameters
    ----------
    crs
        As read from the file.

    Raises
    ------
    SourceError
        When the CRS cannot be brought to WGS-84.
    """
    code = crs.to_epsg(min_confidence=70)
    if code in {4326, 4490} or (code is None and crs.is_geographic and "WGS" in crs.name):
        return Datum("CGCS2000" if code == 4490 else "WGS-84")  # noqa: PLR2004  (EPSG code)
    try:
        _transformer(crs.to_wkt())
    except pyproj.exceptions.ProjError as error:
        raise SourceError("load.datum_unknown", value=crs.name, known=KNOWN) from error
    return Datum(f"EPSG:{code}" if code else crs.to_wkt(), is_projected=crs.is_projected)


def project(shapes: Shapes, datum: Datum) -> Shapes:
    """Return shapes carried from their datum to WGS-84 longitude and latitude.

    Parameters
    ----------
    shapes
        Shapes of any type, coordinates east and north.
    datum
        What their coordinates are in.
    """

    def shift(corners: Floats) -> Floats:
        return np.column_stack(datum.to_wgs84(corners[:, 0], corners[:, 1]))

    return np.asarray(shapely.transform(shapely.force_2d(shapes), shift), dtype=object)
