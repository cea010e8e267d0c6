"""The base map of a page: streets merged by class, water and green, in degrees."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.mapping.palette import EXPRESSWAY, GREEN, RAILWAY, WATER
from livelihood_map.mapping.payload import encode_lines

Section = dict[str, Any]

_STREET_CLASSES: Final = (
    # name, highways, width at zoom 15, colour, first zoom
    ("minor", frozenset[str](), 0.7, "#d4d4cd", 14),
    (
        "local",
        frozenset({"residential", "unclassified", "living_street", "pedestrian"}),
        1.1,
        "#d0d0c8",
        13,
    ),
    ("tertiary", frozenset({"tertiary", "tertiary_link"}), 1.7, "#c9c9c1", 12),
    (
        "main",
        frozenset({"primary", "primary_link", "secondary", "secondary_link"}),
        2.6,
        "#bdbdb4",
        10,
    ),
    (
        "trunk",
        frozenset({"trunk", "trunk_link", "motorway", "motorway_link"}),
        3.0,
        "#b0b0a6",
        9,
    ),
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


def street_section(
    edges: gpd.GeoDataFrame | None, tolerance_m: float, *, is_light: bool = False
) -> list[Section]:
    """Return the streets merged by class: one entry a class, thin ones first.

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
        return []
    names = edges["highway"].astype(str).to_numpy()
    known = {highway: name for name, highways, *_ in _STREET_CLASSES for highway in highways}
    classes = np.array([known.get(highway, "minor") for highway in names])
    sections = []
    for name, _, weight, colour, first_zoom in _STREET_CLASSES:
        if is_light and name == "minor":
            continue
        lines = edges.geometry.to_numpy()[classes == name]
        if not len(lines):
            continue
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
        simple = shapely.simplify(merged, tolerance_m) if tolerance_m > 0 else merged
        degrees = gpd.GeoSeries(simple, crs=edges.crs).to_crs(STORAGE_CRS).to_numpy()
        sections.append(
            {
                "weight": weight,
                "colour": colour,
                "minZoom": first_zoom,
                "isArea": False,
                "lines": encode_parts(degrees),
            }
        )
    return sections


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
