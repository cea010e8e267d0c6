"""The points of a file under each datum that is possible, with the evidence; nothing is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy.spatial import cKDTree

from livelihood_map.core.labels import label
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.raw import text_of
from livelihood_map.load.files.readers import read_tables
from livelihood_map.load.inspect import coordinates_of
from livelihood_map.load.location.datum_check import (
    DATUMS,
    Evidence,
    estimate_datum,
    places_by_datum,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from livelihood_map.core.arrays import Floats, Shapes
    from livelihood_map.load.location.town_lookup import TownFinder

WINDOW_M: Final = 1_200.0
"""Half the side of the square that is drawn: a wrong datum shifts by about 500 m."""
POINTS_MAX: Final = 5_000
"""Points that are compared; of more, so many are taken at even steps."""


@dataclass(frozen=True)
class DatumChoice:
    """The points of a file, were they in one datum.

    Parameters
    ----------
    datum
        One of `DATUMS`.
    inside_n
        Points that lie in the district.
    in_town_n
        Points that lie in the town that their own row names.
    street_m
        Median distance to the nearest street, metres; None without streets.
    x_m, y_m
        Metric coordinates of the points in the window.
    """

    datum: str
    inside_n: int
    in_town_n: int
    street_m: float | None
    x_m: Floats
    y_m: Floats


@dataclass(frozen=True)
class DatumChoices:
    """What is possible for one file, and what speaks for which.

    Parameters
    ----------
    points_n
        Rows with coordinates.
    named_n
        Rows that name a town of the district.
    choices
        One a datum; empty where the numbers are no degrees.
    evidence
        The evidence in words.
    window
        West, south, east, north of the square that is drawn, metres.
    """

    points_n: int
    named_n: int
    choices: tuple[DatumChoice, ...]
    evidence: str
    window: tuple[float, float, float, float]


def weigh_datums(
    path: Path,
    section: str,
    columns: Mapping[str, str],
    *,
    finder: TownFinder,
    streets: Shapes,
    outlines: Shapes,
) -> DatumChoices | None:
    """Return the points of a file under each possible datum; None where it holds no degrees.

    Parameters
    ----------
    path
        The file.
    section
        What it is read as, one of `livelihood_map.load.inspect.SECTIONS`.
    columns
        Heading by field, as the settings give it.
    finder
        The towns.
    streets, outlines
        Streets and compounds in the finder's CRS, whose datum is known; none are needed.

    Raises
    ------
    SourceError
        When the file cannot be read.
    """
    lon, lat, said = _points_of(path, section, columns)
    has = np.isfinite(lon) & np.isfinite(lat)
    if not has.any():
        return None
    metric = np.full((2, len(lon)), np.nan)
    metric[:, has] = places_by_datum(lon[has], lat[has], finder.crs)[0]
    has &= np.isfinite(metric).all(axis=0)  # a row that is swapped lies nowhere
    if not has.any():
        return None
    step = int(np.ceil(has.sum() / POINTS_MAX))
    at = np.flatnonzero(has)[::step]
    lon, lat, towns = lon[at], lat[at], finder.by_name([said[position] for position in at])
    places = places_by_datum(lon, lat, finder.crs)
    window = _window(*places[0])
    choices = tuple(
        _choice(datum, place, towns, window, finder=finder, streets=streets)
        for datum, place in zip(DATUMS, places, strict=True)
    )
    known = Evidence(towns if any(towns) else None, streets=streets, outlines=outlines)
    estimate = estimate_datum(lon, lat, known, finder=finder)
    named_n = sum(town is not None for town in towns)
    evidence = estimate.text() if estimate.best else label("load.datum_unweighed")
    return DatumChoices(len(at), named_n, choices, evidence, window)


def _points_of(
    path: Path, section: str, columns: Mapping[str, str]
) -> tuple[Floats, Floats, list[str]]:
    """Return degrees and the town that each row names, of all sheets of a file together."""
    headings = Headings(section, columns)
    east, north, said = [np.zeros(0)], [np.zeros(0)], list[str]()
    for table in read_tables(path, headings):
        recognised = headings.recognise(table.headings)
        kind, lon, lat = coordinates_of(table, recognised)
        if kind != "degrees":
            continue
        town = recognised.columns.get("town")
        cells = [""] * len(lon) if town is None else map(text_of, table.cells[town])
        east.append(lon)
        north.append(lat)
        said += cells
    return np.concatenate(east), np.concatenate(north), said


def _window(x_m: Floats, y_m: Floats) -> tuple[float, float, float, float]:
    """Return the square around the point that has most others near it."""
    points = np.column_stack((x_m, y_m))
    near = cKDTree(points).query_ball_point(points, WINDOW_M / 2, return_length=True)
    east, north = points[int(np.argmax(near))]
    return east - WINDOW_M, north - WINDOW_M, east + WINDOW_M, north + WINDOW_M


def _choice(
    datum: str,
    place: tuple[Floats, Floats],
    towns: list[str | None],
    window: tuple[float, float, float, float],
    *,
    finder: TownFinder,
    streets: Shapes,
) -> DatumChoice:
    x_m, y_m = place
    here = finder.by_place(x_m, y_m)
    west, south, east, north = window
    is_shown = (x_m > west) & (x_m < east) & (y_m > south) & (y_m < north)
    street_m = None
    if len(streets):
        distances = shapely.STRtree(streets).query_nearest(
            shapely.points(x_m, y_m), return_distance=True, all_matches=False
        )[1]
        street_m = float(np.median(distances))
    return DatumChoice(
        datum,
        sum(town is not None for town in here),
        sum(town is not None and town == said for town, said in zip(here, towns, strict=True)),
        street_m,
        x_m[is_shown],
        y_m[is_shown],
    )
