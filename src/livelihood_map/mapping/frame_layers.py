"""Frames -> layers of a map: each row in a class with its colour, and what a pointer is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.errors import CrsError, SchemaError
from livelihood_map.core.labels import label
from livelihood_map.mapping.palette import BLUES, ORANGES
from livelihood_map.mapping.payload import clean_text

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Longs
    from livelihood_map.core.labels import Lang

TOLD: Final = 8
"""Columns that a pointer is told at most."""
COVERED: Final = BLUES[0]
UNCOVERED: Final = ORANGES[1]
OTHERS: Final = ("#3f5bb0", "#a8106a", "#00664f", "#5b3fa0", "#3f0f02")
WALKS: Final = ("#8fa2d8", "#5470bd", "#2c4691", "#14265c")
POINTS_MANY: Final = 300
"""With more points they are drawn smaller."""
STREET: Final = "#b9bec4"
MAIN_STREETS: Final = ("trunk", "primary", "secondary", "tertiary")
_DEGREES: Final = 6
STREETS_MAX: Final = 20_000
"""With more edges the main roads alone are drawn."""


@dataclass(frozen=True)
class FrameLayer:
    """Rows of one frame on a map.

    Parameters
    ----------
    name
        Its name in the legend; empty for one that only lies below.
    shapes
        Geometry in EPSG:4326.
    of_class
        Class of each row, a position in `classes`.
    classes
        Word and colour of each class.
    tips
        What a pointer is told of each row, a line for each column.
    size
        Radius of a point or width of a line, pixels.
    """

    name: str
    shapes: gpd.GeoSeries
    of_class: Longs
    classes: tuple[tuple[str, str], ...]
    tips: tuple[tuple[str, ...], ...]
    size: float


def layers_of(
    frames: tuple[gpd.GeoDataFrame, ...],
    *,
    lang: Lang,
    streets: gpd.GeoDataFrame | None = None,
    names: tuple[str, ...] = (),
) -> list[FrameLayer]:
    """Return the layers of frames, the first lowest; streets below all of them.

    Parameters
    ----------
    frames
        Points, lines or areas in any CRS. Rows with ``is_covered`` are told apart by it.
    lang
        Language of the legend.
    streets
        Streets to lie below; main roads alone where they are many.
    names
        Names of the frames in the legend; what they hold when they are fewer.

    Raises
    ------
    CrsError
        When a frame states no CRS.
    SchemaError
        When there is nothing to show.
    """
    layers = []
    if streets is not None and len(streets):
        if len(streets) > STREETS_MAX and "highway" in streets:
            streets = streets[streets["highway"].isin(MAIN_STREETS)]
        shapes = gpd.GeoSeries(streets.geometry.simplify(2.0), crs=streets.crs).to_crs(STORAGE_CRS)
        none = np.zeros(len(shapes), np.int64)
        layers.append(FrameLayer("", shapes, none, (("", STREET),), (), 1.0))
    for number, frame in enumerate(frames):
        named = names[number] if number < len(names) else _name(frame, number, lang)
        layers.append(_layer(frame, named, OTHERS[number % len(OTHERS)], lang))
    if not any(len(layer.shapes) for layer in layers):
        raise SchemaError("mapping.nothing_to_show")
    return layers


def _layer(frame: gpd.GeoDataFrame, name: str, colour: str, lang: Lang) -> FrameLayer:
    """Return the layer of one frame; rows without geometry are on no map."""
    if frame.crs is None:
        raise CrsError("analysis.crs_absent", what=name)
    shown = frame[frame.geometry.notna() & ~frame.geometry.is_empty]
    classes, of_class = _classes(shown, name, colour, lang)
    columns = [c for c in shown.columns if c != shown.geometry.name][:TOLD]
    index = shown.index.name or "#"
    rows = zip(shown.index, *(shown[column] for column in columns), strict=True)
    tips = tuple(
        tuple(
            f"{key}: {clean_text(_plain(value), limit=80)}"
            for key, value in zip((index, *columns), row, strict=True)
            if clean_text(value)
        )
        for row in rows
    )
    is_line = shown.geometry.geom_type.isin(["LineString", "MultiLineString"]).any()
    point = 4.0 if len(shown) <= POINTS_MANY else 2.5
    shapes = shown.geometry.to_crs(STORAGE_CRS)
    return FrameLayer(name, shapes, of_class, classes, tips, 3.0 if is_line else point)


def _classes(
    shown: gpd.GeoDataFrame, name: str, colour: str, lang: Lang
) -> tuple[tuple[tuple[str, str], ...], Longs]:
    """Return the classes of a frame and that of each row: covered or not, or minutes of walk."""
    if "is_covered" in shown:
        words = ("mapping.shown_covered", "mapping.shown_uncovered")
        pair = zip(words, (COVERED, UNCOVERED), strict=True)
        covered = tuple((label(word, lang), one) for word, one in pair)
        return covered, (~shown["is_covered"].astype(bool)).to_numpy(np.int64)
    if {"minutes", "area_m2"} <= set(shown):
        # The longest walk lowest, or it would hide the shorter ones.
        minutes = sorted(set(shown["minutes"]), reverse=True)
        of_class = shown["minutes"].map({one: row for row, one in enumerate(minutes)})
        told = (label("mapping.shown_minutes", lang, minutes=f"{one:g}") for one in minutes)
        shades = (WALKS[row % len(WALKS)] for row in range(len(minutes)))
        return tuple(zip(told, shades, strict=True)), of_class.to_numpy(np.int64)
    return ((name, colour),), np.zeros(len(shown), np.int64)


def _plain(value: Any) -> Any:  # noqa: ANN401  (any cell)
    """Return a cell as it is read: no digits that say nothing."""
    return f"{value:,.6g}" if isinstance(value, (float, np.floating)) else value


def _name(frame: gpd.GeoDataFrame, number: int, lang: Lang) -> str:
    """Return what the legend calls a frame that nobody has named."""
    if "rank" in frame:
        return label("mapping.shown_sites", lang)
    if number == 0:
        return label("mapping.shown_places", lang)
    return label("mapping.shown_outlets", lang)


def parts_of(shapes: gpd.GeoSeries) -> tuple[list[Any], Longs]:
    """Return the single points, lines and areas of shapes, and the row of each.

    Parameters
    ----------
    shapes
        Geometry of any type.
    """
    parts, row = shapely.get_parts(np.asarray(shapes.array), return_index=True)
    return list(parts), np.asarray(row, np.int64)


def bounds_of(layers: list[FrameLayer]) -> list[list[float]]:
    """Return south-west and north-east corner of what is shown, but for what lies below.

    Parameters
    ----------
    layers
        Layers, one of which has a row.
    """
    told = [layer for layer in layers if layer.name and len(layer.shapes)] or layers
    every = np.array([layer.shapes.total_bounds for layer in told if len(layer.shapes)])
    west, south = every[:, :2].min(axis=0).round(_DEGREES).tolist()
    east, north = every[:, 2:].max(axis=0).round(_DEGREES).tolist()
    return [[south, west], [north, east]]
