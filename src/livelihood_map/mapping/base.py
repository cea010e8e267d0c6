"""The streets of a page: merged by class, with the widths and colours of their hierarchy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.mapping.payload import encode_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

Section = dict[str, Any]
Widths = tuple[tuple[float, float], ...]
"""Width in pixels by zoom; between two zooms it grows evenly, beyond the last it stays."""


@dataclass(frozen=True)
class StreetClass:
    """Streets that are drawn alike."""

    name: str
    """Short name; ``minor`` holds what no other class names."""
    highways: frozenset[str]
    """Values of ``highway``."""
    widths: Widths
    """Width of the line; it is drawn from the first of these zooms on."""
    colour: str
    """Colour of the line."""
    casing: str
    """Colour of its edges, and of the whole line where it is too thin to have edges."""

    @property
    def first_zoom(self) -> int:
        """Return the first zoom at which they are drawn."""
        return int(self.widths[0][0])


_MINOR: Final = StreetClass(
    "minor", frozenset(), ((15, 0.6), (16, 1.1), (17, 2.4), (19, 6)), "#ffffff", "#dad8d0"
)
_CLASSES: Final = (
    _MINOR,
    StreetClass(
        "local",
        frozenset({"residential", "unclassified", "living_street", "pedestrian"}),
        ((13, 0.7), (14, 1.4), (15, 2.8), (16, 4.6), (17, 8), (19, 18)),
        "#ffffff",
        "#d5d2c9",
    ),
    StreetClass(
        "tertiary",
        frozenset({"tertiary", "tertiary_link"}),
        ((11, 0.6), (12, 1.1), (13, 1.9), (14, 3), (15, 4.8), (16, 7.5), (17, 12), (19, 24)),
        "#ffffff",
        "#cbc8be",
    ),
    StreetClass(
        "secondary",
        frozenset({"secondary", "secondary_link"}),
        ((10, 0.8), (12, 1.9), (13, 3), (14, 4.4), (15, 6.4), (16, 9.5), (17, 15), (19, 30)),
        "#fbf4d9",
        "#c2bba4",
    ),
    StreetClass(
        "primary",
        frozenset({"primary", "primary_link", "trunk", "trunk_link", "motorway", "motorway_link"}),
        ((9, 0.9), (10, 1.3), (12, 2.7), (13, 3.8), (14, 5.4), (15, 7.8), (16, 11.5), (19, 34)),
        "#f6e6b0",
        "#ab9c6c",
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


def with_shapes(
    table: gpd.GeoDataFrame | None, tolerance_m: float = 0.0, *, by: str | None = None
) -> Iterator[tuple[Any, Any]]:
    """Yield each row with its shape in degrees, rising by a column; nothing without a table.

    Raises
    ------
    KeyError
        When there is no such column.
    ValueError
        When the table has no CRS.
    """
    if table is not None:
        ordered = table if by is None else table.sort_values(by, ignore_index=True)
        rows = ordered.itertuples(index=False)
        yield from zip(rows, in_degrees(ordered, tolerance_m), strict=True)


def street_classes(edges: gpd.GeoDataFrame) -> np.ndarray:
    """Return the name of each street's class, shape (n,).

    Raises
    ------
    KeyError
        When a column is missing.
    """
    known = {highway: one.name for one in _CLASSES for highway in one.highways}
    return np.asarray(edges["highway"].astype(str).map(known).fillna(_MINOR.name), object)


def list_classes(edges: gpd.GeoDataFrame | None) -> list[StreetClass]:
    """Return the classes of which there are streets, thin ones first.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    if edges is None or edges.empty:
        return []
    there = {*street_classes(edges)}
    return [one for one in _CLASSES if one.name in there]


def merge_streets(
    edges: gpd.GeoDataFrame | None,
    tolerance_m: float,
    *,
    is_light: bool = False,
    zoom: float = np.inf,
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
    zoom
        Zoom of the pages: classes that show closer alone are left out.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    if edges is None or edges.empty:
        return
    names = street_classes(edges)
    for one in list_classes(edges):
        if one.first_zoom > zoom or (is_light and one == _MINOR):
            continue
        lines = edges.geometry.to_numpy()[names == one.name]
        merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
        simple = shapely.simplify(merged, tolerance_m) if tolerance_m > 0 else merged
        yield one, gpd.GeoSeries(simple, crs=edges.crs)


def line_style(one: StreetClass) -> Section:
    """Return how a page's script draws a class."""
    return {
        "widths": one.widths,
        "colour": one.colour,
        "casing": one.casing,
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


def encode_parts(lines: np.ndarray) -> list[str]:
    """Return lines in degrees as encoded lines.

    Raises
    ------
    IndexError
        When `lines` holds something else than lines.
    """
    return encode_lines(*shapely.get_coordinates(lines, return_index=True))
