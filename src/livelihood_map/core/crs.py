"""Coordinate reference systems: one to store in, one to measure in.

Tables are stored in EPSG:4326. Between load and output every length is measured in one metric
CRS: by default a transverse Mercator centred on the district, whose scale error stays below
0.03 % within 150 km of its meridian.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import pyproj
from pyproj.exceptions import CRSError

from livelihood_map.core.errors import CrsError, Problem

if TYPE_CHECKING:
    import geopandas as gpd

STORAGE_CRS: Final = "EPSG:4326"
SHANGHAI_LON0: Final = 121.4666667
_WEB_MERCATOR: Final = "Popular Visualisation Pseudo Mercator"


def local_transverse_mercator(lon_0: float, lat_0: float = 0.0) -> pyproj.CRS:
    """Return a transverse Mercator CRS in metres on GRS80, true to scale on `lon_0`.

    Parameters
    ----------
    lon_0
        Central meridian, degrees east.
    lat_0
        Latitude of origin, degrees north.

    Raises
    ------
    pyproj.exceptions.CRSError
        When the angles are out of range.

    Examples
    --------
    >>> local_transverse_mercator(SHANGHAI_LON0).axis_info[0].unit_name
    'metre'
    """
    return pyproj.CRS.from_proj4(
        f"+proj=tmerc +lat_0={lat_0:g} +lon_0={lon_0:.7f} +k=1 +x_0=500000 +y_0=0 "
        "+ellps=GRS80 +units=m +no_defs"
    )


@cache
def _parse(value: str) -> pyproj.CRS:
    return pyproj.CRS.from_user_input(value)


def metric_crs(value: str, *, centre_lon: float) -> pyproj.CRS:
    """Return the CRS in which lengths are measured.

    Parameters
    ----------
    value
        ``auto`` for a transverse Mercator on the district (the Shanghai meridian when the
        district lies within one degree of it), or anything that pyproj reads.
    centre_lon
        Longitude of the district's centre, degrees east.

    Raises
    ------
    CrsError
        When the CRS is unknown, geographic, Web Mercator or not in metres.

    Examples
    --------
    >>> metric_crs("auto", centre_lon=121.4).coordinate_operation.params[1].value
    121.4666667
    """
    if value == "auto":
        is_shanghai = abs(centre_lon - SHANGHAI_LON0) <= 1
        return local_transverse_mercator(SHANGHAI_LON0 if is_shanghai else round(centre_lon, 1))
    try:
        crs = _parse(value)
    except CRSError as error:
        raise CrsError("core.crs_unknown", value=value) from error
    require_metric(crs, what="area.crs_metric")
    return crs


def crs_problem(crs: object, *, what: str) -> Problem | None:
    """Return why lengths cannot be measured in this CRS, or None when they can.

    Parameters
    ----------
    crs
        The CRS, or None when there is none.
    what
        The thing that has this CRS, as the message names it.

    Raises
    ------
    pyproj.exceptions.CRSError
        When `crs` cannot be read as a CRS.
    """
    if crs is None:
        return Problem("core.crs_absent", what=what)
    known = pyproj.CRS.from_user_input(crs)
    name = known.name
    if known.is_geographic:
        return Problem("core.crs_geographic", what=what, value=name)
    operation = known.coordinate_operation
    if operation is not None and operation.method_name == _WEB_MERCATOR:
        return Problem("core.crs_web_mercator", what=what, value=name)
    if any(axis.unit_name not in {"metre", "meter"} for axis in known.axis_info[:2]):
        return Problem("core.crs_not_metres", what=what, value=name)
    return None


def require_metric(crs: object, *, what: str) -> None:
    """Check that lengths can be measured in `crs`.

    Parameters
    ----------
    crs
        The CRS, or None when there is none.
    what
        The thing that has this CRS, as the message names it.

    Raises
    ------
    CrsError
        When `crs` is absent, geographic, Web Mercator or not in metres.
    """
    problem = crs_problem(crs, what=what)
    if problem is not None:
        raise CrsError.of(problem)


def centre_lon(towns: gpd.GeoDataFrame) -> float:
    """Return the longitude of the middle of the towns' bounding box, degrees east.

    Parameters
    ----------
    towns
        Any table with geometry in EPSG:4326.

    Raises
    ------
    ValueError
        When the table is empty.
    """
    west, _, east, _ = towns.total_bounds
    return float((west + east) / 2)
