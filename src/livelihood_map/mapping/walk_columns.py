"""Whole numbers and places as columns of bytes, for pages that compute with them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from livelihood_map.core.arrays import Bytes, Floats, Longs

DEGREE_PARTS: Final = 1e7
"""Parts of a degree in which positions are kept, those of OpenStreetMap: about 1 cm."""
NUMBER_BITS: Final = 52
"""Binary places of a float behind its first."""
_DEGREE: Final = 7
"""Degree of the polynomials: over 60 km they miss a transverse Mercator by under a nanometre."""
_FIT_N: Final = 16
_AROUND_DEGREES: Final = 0.02
"""How far beyond the streets somebody may click: about 2 km."""
_SEVEN_BITS: Final = 7
_MORE: Final = 128


def write_numbers(numbers: ArrayLike) -> bytes:
    """Return whole numbers, seven bits a byte, the lowest first, signs in the lowest bit.

    Parameters
    ----------
    numbers
        Whole numbers of less than 2**52, shape (n,).

    Examples
    --------
    >>> list(write_numbers([0, -1, 1, 64]))
    [0, 1, 2, 128, 1]
    """
    signed = np.asarray(numbers, np.int64)
    value = np.where(signed < 0, ~(signed << 1), signed << 1).astype(np.uint64)
    size = np.ones(value.size, np.int64)
    for shift in range(_SEVEN_BITS, 63, _SEVEN_BITS):
        size += value >> np.uint64(shift) > 0
    start = np.cumsum(size) - size
    out: Bytes = np.zeros(int(size.sum()), np.uint8)
    for place in range(int(size.max(initial=0))):
        has = size > place
        part = (value[has] >> np.uint64(_SEVEN_BITS * place)) & np.uint64(_MORE - 1)
        part |= np.where(size[has] > place + 1, _MORE, 0).astype(np.uint64)
        out[start[has] + place] = part
    return out.tobytes()


@dataclass(frozen=True)
class Projection:
    """Metres of a CRS as two polynomials in longitude and latitude.

    A page evaluates them with the same multiplications and additions in the same order, and so gets
    the same numbers, bit by bit. How well they fit only tells on the size of what is left.

    Parameters
    ----------
    middle, half
        Middle and half extent of longitude and latitude, 1e-7 degrees, shape (2,).
    x, y
        Coefficients by power of longitude and then of latitude.
    bits
        Binary places of the metres along each axis: those of the farthest one, 1e-10 m or so.
    """

    middle: Floats
    half: Floats
    x: Floats
    y: Floats
    bits: tuple[int, int]

    def metres(self, position: Longs) -> Floats:
        """Return the metres of positions in 1e-7 degrees, both of shape (n, 2)."""
        east, north = ((position - self.middle) / self.half).T
        return np.column_stack([_value(powers, east, north) for powers in (self.x, self.y)])

    def told(self) -> dict[str, Any]:
        """Return all of it as JSON can hold it."""
        (lon, lat), (half_lon, half_lat) = self.middle.tolist(), self.half.tolist()
        return {
            "lon": lon, "lat": lat, "half_lon": half_lon, "half_lat": half_lat,
            "bits": list(self.bits), "x": self.x.tolist(), "y": self.y.tolist(),
        }  # fmt: skip


def _value(powers: Floats, east: Floats, north: Floats) -> Floats:
    """Return a polynomial by Horner's rule, in latitude within longitude."""
    total = np.zeros_like(east)
    for row in powers[::-1]:
        inner = np.zeros_like(east)
        for factor in row[::-1]:
            inner = inner * north + factor
        total = total * east + inner
    return total


def fit_projection(crs: object, extent: tuple[float, float, float, float]) -> Projection:
    """Return polynomials for the metres of a CRS over an extent and 0.02 degrees around it.

    Parameters
    ----------
    crs
        Metric CRS.
    extent
        West, south, east, north in metres of `crs`.
    """
    corners = gpd.GeoSeries([shapely.box(*extent)], crs=crs)
    west, south, east, north = corners.to_crs("EPSG:4326").total_bounds
    middle = np.rint(np.array([west + east, south + north]) / 2 * DEGREE_PARTS)
    reach = np.array([east - west, north - south]) / 2 + _AROUND_DEGREES
    half = np.ceil(reach * DEGREE_PARTS)
    nodes = np.cos((2 * np.arange(_FIT_N) + 1) / (2 * _FIT_N) * np.pi)
    shares = np.array([(a, b) for a in nodes for b in nodes])
    position = np.rint(middle + shares * half)
    shares = (position - middle) / half
    degrees = shapely.points(position / DEGREE_PARTS)
    metres = shapely.get_coordinates(gpd.GeoSeries(degrees, crs="EPSG:4326").to_crs(crs))
    powers = np.polynomial.polynomial.polyvander2d(shares[:, 0], shares[:, 1], [_DEGREE, _DEGREE])
    shape = (_DEGREE + 1, _DEGREE + 1)
    x, y = (np.linalg.lstsq(powers, column, rcond=None)[0].reshape(shape) for column in metres.T)
    bits = NUMBER_BITS - np.floor(np.log2(np.abs(metres).max(axis=0))).astype(np.int64)
    return Projection(middle, half, x, y, (int(bits[0]), int(bits[1])))


@dataclass(frozen=True)
class Columns:
    """Columns of bytes by name.

    Parameters
    ----------
    crs, projection
        CRS of the places, and how a page projects.
    """

    crs: object
    projection: Projection
    parts: dict[str, bytes] = field(default_factory=dict)

    def keep(self, name: str, numbers: ArrayLike) -> None:
        """Keep whole numbers, shape (n,)."""
        self.parts[name] = write_numbers(numbers)

    def keep_rising(self, name: str, numbers: ArrayLike) -> None:
        """Keep whole numbers, each as the difference from the one before, shape (n,)."""
        self.keep(name, np.diff(np.asarray(numbers, np.int64), prepend=0))

    def keep_places(
        self, name: str, metres: Floats, *, kept: NDArray[np.bool_] | None = None
    ) -> None:
        """Keep places, each as the difference from the one before.

        Parameters
        ----------
        name
            Name of the four columns.
        metres
            Places in metres, shape (n, 2).
        kept
            Which of them to keep; the others are known by other means, and stand before the next.
        """
        position, left = self._split(metres)
        steps = np.diff(position, axis=0, prepend=np.zeros((1, 2), np.int64))
        rows = slice(None) if kept is None else kept
        for axis, column in (("lon", steps[rows, 0]), ("lat", steps[rows, 1])):
            self.keep(f"{name}.{axis}", column)
        for axis, column in (("x", left[rows, 0]), ("y", left[rows, 1])):
            self.keep(f"{name}.{axis}", column)

    def _split(self, metres: Floats) -> tuple[Longs, Longs]:
        """Return positions in 1e-7 degrees, and what is left of the metres in binary places."""
        degrees = gpd.GeoSeries(shapely.points(metres), crs=self.crs).to_crs("EPSG:4326")
        position = np.rint(shapely.get_coordinates(degrees) * DEGREE_PARTS).astype(np.int64)
        left = (metres - self.projection.metres(position)) * np.exp2(self.projection.bits)
        return position, np.rint(left).astype(np.int64)

    def packed(self, head: Mapping[str, Any]) -> bytes:
        """Return the header in JSON, its length before it, and all columns behind it.

        Raises
        ------
        ValueError
            When the header holds a number that is not finite.
        """
        where, at = {}, 0
        for name, content in self.parts.items():
            where[name] = [at, len(content)]
            at += len(content)
        told = {**head, "projection": self.projection.told(), "columns": where}
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        header = text.encode("utf-8")
        return len(header).to_bytes(4, "little") + header + b"".join(self.parts.values())
