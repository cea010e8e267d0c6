"""The base map of a page: streets merged by class, water and green, in degrees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.mapping.palette import EXPRESSWAY, GREEN, RAILWAY, WATER
from livelihood_map.mapping.payload import encode_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

Section = dict[str, Any]


@dataclass(frozen=True)
class StreetClass:
    """Streets that are drawn alike."""

    name: str
    """Short name; ``minor`` holds what no other class names."""
    highways: frozenset[str]
    """Values of ``highway``."""
    width: float
    """Width in pixels at zoom 15."""
    colour: str
    """Colour of the line."""
    first_zoom: int
    """First zoom at which they are drawn."""


_MINOR: Final = StreetClass("minor", frozenset(), 0.7, "#d4d4cd", 14)
_LOCAL: Final = frozenset({"residential", "unclassified", "living_street", "pedestrian"})
_MAIN: Final = frozenset({"primary", "primary_link", "secondary", "secondary_link"})
_TRUNK: Final = frozenset({"trunk", "trunk_link", "motorway", "motorway_link"})
_CLASSES: Final = (
    _MINOR,
    StreetClass("local", _LOCAL, 1.1, "#d0d0c8", 13),
    StreetClass("tertiary", frozenset({"tertiary", "tertiary_link"}), 1.7, "#c9c9c1", 12),
    StreetClass("main", _MAIN, 2.6, "#bdbdb4", 10),
    StreetClass("trunk", _TRUNK, 3.0, "#b0b0a6", 9),
)


def in_degrees(table: gpd.GeoDataFrame, tolerance_m: float = 0.0) -> gpd.GeoSeries:
    """Return a table's geometry in EPSG:4326, outlines simplified by `tolerance_m` before.

    Raises
    ------
    ValueError
        When the table has no CRS.
    """
    shapes = table.geometry
    if tolerance_m > 0:
        shapes = shapes.simplify(tolerance_m, preserve_topology=True)
    return shapes.to_crs(STORAGE_CRS)


def merge_streets(
    edges: gpd.GeoDataFrame | None, tolerance_m: float, *, is_light: bool = False
) -> Iterator[tuple[StreetClass, gpd.GeoSeries]]:
    """Return the streets merged by class, thin ones first; classes that are there alone.

    Parameters
    ----------
    edges
        Table ``edges``; None without streets.
    tolerance_m
        Tolerance of simplification, metres.
    is_light
        Whether footways, service ways and the like are left out.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    if edges is None or edges.empty:
        return
    known = {highway: one.name for one in _CLASSES for highway in one.highways}
    names = edges["highway"].astype(str).map(known).fillna(_MINOR.name).to_numpy()
    for one in _CLASSES:
        lines = edges.geometry.to_numpy()[names == one.name]
        if not len(lines) or (is_light and one == _MINOR):
            continue
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
        simple = shapely.simplify(merged, tolerance_m) if tolerance_m > 0 else merged
        yield one, gpd.GeoSeries(simple, crs=edges.crs)


def line_style(one: StreetClass) -> Section:
    """Return how a page's script draws a class."""
    return {
        "weight": one.width,
        "colour": one.colour,
        "minZoom": one.first_zoom,
        "isArea": False,
    }


def street_section(
    edges: gpd.GeoDataFrame | None, tolerance_m: float, *, is_light: bool = False
) -> list[Section]:
    """Return the streets as encoded lines: one entry a class, thin ones first.

    Parameters
    ----------
    edges, tolerance_m, is_light
        As in :func:`merge_streets`.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    return [
        {**line_style(one), "lines": encode_parts(lines.to_crs(STORAGE_CRS).to_numpy())}
        for one, lines in merge_streets(edges, tolerance_m, is_light=is_light)
    ]


def ground_section(
    ground: gpd.GeoDataFrame | None, barriers: gpd.GeoDataFrame | None, tolerance_m: float
) -> list[Section]:
    """Return what lies below the streets: green and water as areas, then barriers as lines.

    Parameters
    ----------
    ground
        Areas with ``kind`` green or water; None without.
    barriers
        Lines with ``kind`` river, railway or expressway; None without.
    tolerance_m
        Tolerance of simplification, metres.

    Raises
    ------
    KeyError
        When a table lacks its column ``kind``.
    """
    sections = []
    for table, kind, weight, colour, first_zoom in (
        (ground, "green", 0.0, GREEN, 9),
        (ground, "water", 0.0, WATER, 9),
        (barriers, "river", 10.0, WATER, 9),
        (barriers, "expressway", 6.0, EXPRESSWAY, 10),
        (barriers, "railway", 3.0, RAILWAY, 11),
    ):
        if table is None:
            continue
        chosen = table[table["kind"] == kind]
        if chosen.empty:
            continue
        shapes = in_degrees(chosen, tolerance_m * 2).to_numpy()
        lines = shapely.get_parts(shapes)
        is_area = weight == 0
        sections.append(
            {
                "weight": weight,
                "colour": colour,
                "minZoom": first_zoom,
                "isArea": is_area,
                "lines": encode_parts(shapely.get_rings(lines) if is_area else lines),
            }
        )
    return sections


def encode_parts(lines: np.ndarray) -> list[str]:
    """Return lines in degrees as encoded lines.

    Raises
    ------
    IndexError
        When `lines` holds something else than lines.
    """
    return encode_lines(*shapely.get_coordinates(lines, return_index=True))
