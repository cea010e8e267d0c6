"""Shifts between WGS-84 and the two Chinese map datums, as plain numpy functions.

Amap and Tencent publish coordinates in GCJ-02, Baidu in BD-09. In Minhang the first lies 469–494 m
from WGS-84 and the second 1,110–1,150 m, nearly the radius of service of a wet market, so one
missed conversion spoils a result that otherwise looks right.

Every function takes degrees and gives degrees, longitude first, and accepts scalars or arrays of
any shape. Missing values (NaN) stay missing. CGCS2000 (EPSG:4490) agrees with WGS-84 to a few
centimetres and is treated as the same.

The GCJ-02 formula was never published by its owner; the one used here is the widely copied
reconstruction [1]_, and BD-09 is that of Baidu's own converter as reconstructed by the same
community. Whether it may be used for a given purpose in China is for the user to clear.

References
----------
.. [1] googollee et al., *eviltransform*, 2013, https://github.com/googollee/eviltransform
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable

Coordinates: TypeAlias = npt.NDArray[np.float64]
Pair: TypeAlias = tuple[Coordinates, Coordinates]

KRASOVSKY_A_M: Final = 6378245.0
KRASOVSKY_EE: Final = 0.00669342162296594323
BAIDU_TURN: Final = np.pi * 3000.0 / 180.0
BAIDU_SHIFT_LON: Final = 0.0065
BAIDU_SHIFT_LAT: Final = 0.006
CHINA_BOX: Final = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east, north (degrees) of the box in which GCJ-02 differs from WGS-84."""

# An inverse is found by repeated correction; it stops when nothing moves by more than 0.01 mm.
_TOLERANCE_DEG: Final = 1e-10
_STEPS_MAX: Final = 12
# Blocks of this many points stay in the processor's cache: twice as fast as one long array.
_BLOCK: Final = 16384


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Return GCJ-02 longitude and latitude of WGS-84 points.

    Parameters
    ----------
    lon, lat
        Degrees, any shape, broadcast together. Points outside `CHINA_BOX` stay where they are.

    Returns
    -------
    Longitude and latitude in degrees, in the broadcast shape.

    Raises
    ------
    ValueError
        When the shapes cannot be broadcast or a value is not a number.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(121.3817, 31.1126)
    >>> print(f"{lon:.6f} {lat:.6f}")
    121.386331 31.110696
    """
    return _in_blocks(_gcj02_of, lon, lat)


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Return WGS-84 longitude and latitude of GCJ-02 points, to 0.01 mm.

    Parameters
    ----------
    lon, lat
        Degrees, any shape, broadcast together. Points outside `CHINA_BOX` stay where they are.

    Returns
    -------
    Longitude and latitude in degrees, in the broadcast shape.

    Raises
    ------
    ValueError
        When the shapes cannot be broadcast or a value is not a number.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02(121.3817, 31.1126))
    >>> print(f"{lon:.9f} {lat:.9f}")
    121.381700000 31.112600000
    """
    return _in_blocks(_wgs84_of_gcj02, lon, lat)


def gcj02_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Return BD-09 longitude and latitude of GCJ-02 points.

    Parameters
    ----------
    lon, lat
        Degrees, any shape, broadcast together.

    Returns
    -------
    Longitude and latitude in degrees, in the broadcast shape.

    Raises
    ------
    ValueError
        When the shapes cannot be broadcast or a value is not a number.
    """
    return _in_blocks(_bd09_of_gcj02, lon, lat)


def bd09_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Return GCJ-02 longitude and latitude of BD-09 points, to 0.01 mm.

    Parameters
    ----------
    lon, lat
        Degrees, any shape, broadcast together.

    Returns
    -------
    Longitude and latitude in degrees, in the broadcast shape.

    Raises
    ------
    ValueError
        When the shapes cannot be broadcast or a value is not a number.
    """
    return _in_blocks(_gcj02_of_bd09, lon, lat)


def wgs84_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Return BD-09 longitude and latitude of WGS-84 points.

    Parameters
    ----------
    lon, lat
        Degrees, any shape, broadcast together. Outside `CHINA_BOX` only Baidu's own part of the
        shift is applied.

    Returns
    -------
    Longitude and latitude in degrees, in the broadcast shape.

    Raises
    ------
    ValueError
        When the shapes cannot be broadcast or a value is not a number.

    Examples
    --------
    >>> lon, lat = wgs84_to_bd09(121.3817, 31.1126)
    >>> print(f"{lon:.6f} {lat:.6f}")
    121.392938 31.116356
    """
    return _in_blocks(_bd09_of_wgs84, lon, lat)


def bd09_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Pair:
    """Return WGS-84 longitude and latitude of BD-09 points, to 0.02 mm.

    Parameters
    ----------
    lon, lat
        Degrees, any shape, broadcast together.

    Returns
    -------
    Longitude and latitude in degrees, in the broadcast shape.

    Raises
    ------
    ValueError
        When the shapes cannot be broadcast or a value is not a number.
    """
    return _in_blocks(_wgs84_of_bd09, lon, lat)


def _in_blocks(
    convert: Callable[[Coordinates, Coordinates], Pair], lon: npt.ArrayLike, lat: npt.ArrayLike
) -> Pair:
    """Apply a conversion of flat arrays block by block and give back the shape that came in."""
    lon_in, lat_in = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
    lon_flat, lat_flat = lon_in.ravel(), lat_in.ravel()
    lon_out, lat_out = np.empty_like(lon_flat), np.empty_like(lat_flat)
    for start in range(0, lon_flat.size, _BLOCK):
        part = slice(start, start + _BLOCK)
        lon_out[part], lat_out[part] = convert(lon_flat[part], lat_flat[part])
    return lon_out.reshape(lon_in.shape), lat_out.reshape(lat_in.shape)


def _is_in_china(lon: Coordinates, lat: Coordinates) -> npt.NDArray[np.bool_]:
    """Tell for each point whether it lies in `CHINA_BOX`."""
    west, south, east, north = CHINA_BOX
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _gcj02_of(lon: Coordinates, lat: Coordinates) -> Pair:
    """Shift WGS-84 degrees to GCJ-02."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = 20.0 * (np.sin(6.0 * np.pi * x) + np.sin(2.0 * np.pi * x))
    north = (
        -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * root
        + (
            common
            + 20.0 * np.sin(np.pi * y)
            + 40.0 * np.sin(np.pi / 3.0 * y)
            + 160.0 * np.sin(np.pi / 12.0 * y)
            + 320.0 * np.sin(np.pi / 30.0 * y)
        )
        * (2.0 / 3.0)
    )
    east = (
        300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * root
        + (
            common
            + 20.0 * np.sin(np.pi * x)
            + 40.0 * np.sin(np.pi / 3.0 * x)
            + 150.0 * np.sin(np.pi / 12.0 * x)
            + 300.0 * np.sin(np.pi / 30.0 * x)
        )
        * (2.0 / 3.0)
    )
    radians = np.radians(lat)
    curvature = 1.0 - KRASOVSKY_EE * np.sin(radians) ** 2
    metres_lat = np.radians(KRASOVSKY_A_M * (1.0 - KRASOVSKY_EE) / (curvature * np.sqrt(curvature)))
    metres_lon = np.radians(KRASOVSKY_A_M / np.sqrt(curvature) * np.cos(radians))
    is_shifted = _is_in_china(lon, lat)
    return (
        np.where(is_shifted, lon + east / metres_lon, lon),
        np.where(is_shifted, lat + north / metres_lat, lat),
    )


def _bd09_of_gcj02(lon: Coordinates, lat: Coordinates) -> Pair:
    """Shift GCJ-02 degrees to BD-09."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * BAIDU_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * BAIDU_TURN)
    return radius * np.cos(angle) + BAIDU_SHIFT_LON, radius * np.sin(angle) + BAIDU_SHIFT_LAT


def _inverse(
    forward: Callable[[Coordinates, Coordinates], Pair], lon: Coordinates, lat: Coordinates
) -> Pair:
    """Find the points that `forward` carries to (lon, lat), by repeated correction."""
    there_lon, there_lat = forward(lon, lat)
    own_lon, own_lat = 2.0 * lon - there_lon, 2.0 * lat - there_lat
    for _ in range(_STEPS_MAX):
        there_lon, there_lat = forward(own_lon, own_lat)
        step_lon, step_lat = lon - there_lon, lat - there_lat
        own_lon, own_lat = own_lon + step_lon, own_lat + step_lat
        is_moving = (np.abs(step_lon) > _TOLERANCE_DEG) | (np.abs(step_lat) > _TOLERANCE_DEG)
        if not is_moving.any():
            break
    return own_lon, own_lat


def _wgs84_of_gcj02(lon: Coordinates, lat: Coordinates) -> Pair:
    """Shift GCJ-02 degrees back to WGS-84."""
    own_lon, own_lat = _inverse(_gcj02_of, lon, lat)
    is_shifted = _is_in_china(lon, lat)
    return np.where(is_shifted, own_lon, lon), np.where(is_shifted, own_lat, lat)


def _gcj02_of_bd09(lon: Coordinates, lat: Coordinates) -> Pair:
    """Shift BD-09 degrees back to GCJ-02."""
    return _inverse(_bd09_of_gcj02, lon, lat)


def _bd09_of_wgs84(lon: Coordinates, lat: Coordinates) -> Pair:
    """Shift WGS-84 degrees to BD-09 by way of GCJ-02."""
    return _bd09_of_gcj02(*_gcj02_of(lon, lat))


def _wgs84_of_bd09(lon: Coordinates, lat: Coordinates) -> Pair:
    """Shift BD-09 degrees back to WGS-84 by way of GCJ-02."""
    return _wgs84_of_gcj02(*_gcj02_of_bd09(lon, lat))
