"""The base map beside the streets: land use, water, rail, expressways, what lies outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.mapping.base import encode_parts, in_degrees
from livelihood_map.mapping.bridges import bridge_section
from livelihood_map.mapping.palette import LAND, METRO, OUTSIDE, RAILWAY, WATER

if TYPE_CHECKING:
    from livelihood_map.mapping.base import Section, Widths
    from livelihood_map.mapping.inputs import MapTables

LINES: Final[dict[str, dict[str, Any]]] = {
    "stream": {"colour": WATER, "widths": ((13, 0.8), (15, 1.5), (18, 4))},
    "canal": {"colour": WATER, "widths": ((11, 0.8), (13, 1.8), (15, 4), (18, 14))},
    "river": {"colour": WATER, "widths": ((9, 1.2), (11, 2.4), (13, 5), (15, 10), (18, 30))},
    "ramp": {
        "colour": "#f3dca6",
        "casing": "#a98f57",
        "widths": ((13, 1), (14, 2), (15, 3.2), (17, 7), (19, 14)),
    },
    "expressway": {
        "colour": "#f0cf8a",
        "casing": "#967a3d",
        "widths": ((9, 1.1), (11, 2.2), (13, 4.2), (15, 7.5), (17, 16), (19, 32)),
    },
    "railway": {
        "colour": "#ffffff",
        "casing": RAILWAY,
        "dash": (7, 7),
        "widths": ((10, 0.8), (12, 1.3), (13, 1.8), (15, 2.6), (18, 4)),
    },
    "metro": {
        "colour": METRO,
        "casing": "#ffffff",
        "widths": ((10, 1.2), (12, 1.9), (14, 2.6), (16, 3.4), (18, 5)),
    },
}
"""How each kind of line is drawn, lowest first; widths in pixels by zoom."""
_FIRST_ZOOM: Final = 9
_BEYOND_DEGREES: Final = 1.5
"""How far beyond the district the veil reaches: farther than any view shows."""


def ground_section(features: gpd.GeoDataFrame | None, tolerance_m: float) -> list[Section]:
    """Return what lies below the streets: land use and water as areas, then waterways.

    Parameters
    ----------
    features
        Table ``base_features``; None without.
    tolerance_m
        Tolerance of simplification, metres.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    areas = [
        {"colour": colour, "minZoom": _FIRST_ZOOM, "isArea": True, "lines": rings}
        for kind, colour in LAND.items()
        if (rings := _encode(features, kind, tolerance_m * 2))
    ]
    return [*areas, *_line_classes(features, ("stream", "canal", "river"), tolerance_m)]


def road_section(features: gpd.GeoDataFrame | None, tolerance_m: float) -> list[Section]:
    """Return the roads that nobody walks: ramps, then expressways.

    Parameters
    ----------
    features, tolerance_m
        As in :func:`ground_section`.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    return _line_classes(features, ("ramp", "expressway"), tolerance_m)


def rail_section(features: gpd.GeoDataFrame | None, tolerance_m: float) -> list[Section]:
    """Return railways and metro lines.

    Parameters
    ----------
    features, tolerance_m
        As in :func:`ground_section`.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    return _line_classes(features, ("railway", "metro"), tolerance_m)


def outside_section(towns: gpd.GeoDataFrame, tolerance_m: float) -> list[Section]:
    """Return the veil over all that is not the district.

    Parameters
    ----------
    towns
        Table ``towns`` in a metric CRS.
    tolerance_m
        As in :func:`ground_section`.

    Raises
    ------
    ValueError
        When the table has no CRS.
    """
    seamless = shapely.union_all(shapely.buffer(towns.geometry.to_numpy(), 1.0))
    district = gpd.GeoSeries([shapely.simplify(seamless, tolerance_m)], crs=towns.crs)
    shape = district.to_crs(STORAGE_CRS).iloc[0]
    west, south, east, north = shape.bounds
    beyond = shapely.box(
        west - _BEYOND_DEGREES,
        south - _BEYOND_DEGREES,
        east + _BEYOND_DEGREES,
        north + _BEYOND_DEGREES,
    )
    rings = shapely.get_rings(shapely.get_parts(shapely.difference(beyond, shape)))
    return [{"colour": OUTSIDE, "minZoom": 0, "isArea": True, "lines": encode_parts(rings)}]


def base_section(
    tables: MapTables, streets: list[Section], tolerance_m: float
) -> dict[str, list[Section]]:
    """Return the layers of a page's base map.

    Parameters
    ----------
    tables
        Tables of the page.
    streets
        The streets of the page.
    tolerance_m
        As in :func:`ground_section`.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    return {
        "areas": ground_section(tables.base, tolerance_m),
        "streets": [*streets, *bridge_section(tables), *road_section(tables.base, tolerance_m)],
        "rails": rail_section(tables.base, tolerance_m),
        "outside": outside_section(tables.towns, tolerance_m),
    }


def _line_classes(
    features: gpd.GeoDataFrame | None, kinds: tuple[str, ...], tolerance_m: float
) -> list[Section]:
    """Return the lines of some kinds, each with its style."""
    sections = []
    for kind in kinds:
        lines = _encode(features, kind, tolerance_m)
        widths: Widths = LINES[kind]["widths"]
        if lines:
            style = {**LINES[kind], "minZoom": widths[0][0], "isArea": False}
            sections.append({**style, "lines": lines})
    return sections


def _encode(features: gpd.GeoDataFrame | None, kind: str, tolerance_m: float) -> list[str]:
    """Return rings or lines of a kind as encoded lines."""
    if features is None or features.empty:
        return []
    chosen = features[features["kind"] == kind]
    if chosen.empty:
        return []
    parts = shapely.get_parts(in_degrees(chosen, tolerance_m).to_numpy())
    return encode_parts(shapely.get_rings(parts) if kind in LAND else parts)
