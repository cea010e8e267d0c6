"""Registers of compounds (小区): places with dwellings, households or people."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from livelihood_map.core.apportion import spread
from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import current_lang
from livelihood_map.load.files import parsing
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.intake import Intake
from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.files.raw import digest
from livelihood_map.load.files.readers import read_tables
from livelihood_map.load.files.shapes import valid_areas
from livelihood_map.load.location.coordinates import datum_of, locate
from livelihood_map.load.location.datum_remarks import note_doubt
from livelihood_map.load.towns import project

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from livelihood_map.core.settings import ResidenceSource
    from livelihood_map.load.files.corrections import Corrections
    from livelihood_map.load.location.town_lookup import TownFinder

    Amounts = npt.NDArray[np.float64]

STRAY_M = 300.0
"""A compound this near outside the district counts to the town that its row names."""
_UNREADABLE = "load.population_unreadable"
_WEIGHTS = ("population", "households_n", "dwellings_n", "floor_area_m2")


def read_compounds(
    path: Path,
    source: ResidenceSource,
    finder: TownFinder,
    crs: object,
    intakes: list[Intake],
    corrections: Corrections | None = None,
    *,
    is_spread: bool = False,
    setting: str = "",
) -> gpd.GeoDataFrame:
    """Return the compounds of one file in the metric CRS.

    Parameters
    ----------
    path
        The file.
    source
        How to read it.
    finder
        The towns.
    crs
        Metric CRS of the result.
    intakes
        Gets the account of each table that was read.
    corrections
        Rows that take the place of those in the file.
    is_spread
        Whether people come from town totals, so that rows need only a weight.
    setting
        Where the settings name the file.

    Raises
    ------
    SourceError
        When the file cannot be used as a whole.
    """
    headings = Headings("residences", source.columns)
    tables = read_tables(
        path,
        headings,
        sheet=source.sheet,
        layer=source.layer,
        encoding=source.encoding,
        header_row=source.header_row,
        corrections=corrections,
    )
    lang = current_lang()
    own = [Intake(t, headings, lang=lang, setting=setting) for t in tables if len(t.cells)]
    parts = [
        _compounds(intake, source, finder, crs, [*intakes, *own], is_spread=is_spread)
        for intake in own
    ]
    intakes += own
    table = gpd.GeoDataFrame(gpd.pd.concat(parts, ignore_index=True), crs=crs)
    if source.population_total is not None and not any(i.has("population") for i in own):
        weights = table["_weight"].to_numpy(float)
        table["population"] = spread(source.population_total, weights, table["residence_id"])
    return table


def _compounds(
    intake: Intake,
    source: ResidenceSource,
    finder: TownFinder,
    crs: object,
    others: Sequence[Intake],
    *,
    is_spread: bool,
) -> gpd.GeoDataFrame:
    """Return the compounds of one table."""
    if not intake.has("name"):
        raise SourceError(
            "load.no_name_column",
            path=intake.table.source,
            sheet=intake.table.sheet,
            known="、".join(intake.table.headings),
            field="name",
        )
    names = intake.texts("name")
    intake.reject(np.array([not name for name in names], bool), "name", "load.no_name")
    amounts = {field: intake.amounts(field, _UNREADABLE) for field in _WEIGHTS}
    population, weight = _people(intake, source, amounts, is_spread=is_spread)
    lon, lat = locate(intake, source.datum, finder)
    note_doubt(intake, datum_of(intake, source.datum).name, lon, lat, finder=finder, crs=crs)
    shapes = shapes_of(intake, source.datum, lon, lat, crs)
    points = shapes.copy()
    is_area = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004  (areas)
    points[is_area] = shapely.point_on_surface(shapes[is_area])
    x_m, y_m = shapely.get_x(points), shapely.get_y(points)
    towns = town_or_outside(intake, finder, x_m, y_m)
    ids = _ids(intake, names, x_m, y_m, others)
    elderly = intake.amounts("elderly_n", _UNREADABLE)
    read = intake.read("elderly_share", parsing.share_of, _UNREADABLE, default=np.nan)
    share = np.array(read, float)
    area = intake.amounts("area_m2", _UNREADABLE)
    drawn = shapely.area(shapes)
    table = gpd.GeoDataFrame(
        {
            "residence_id": ids,
            "town_id": towns,
            "name": names,
            "dwellings_n": np.where(
                np.isnan(amounts["dwellings_n"]), amounts["households_n"], amounts["dwellings_n"]
            ),
            "population": population,
            "elderly_n": np.where(np.isnan(elderly), share * population, elderly),
            "area_m2": np.where(drawn > 0, drawn, area),
            "source": intake.table.source,
            "_weight": weight,
            "_intake": intake.table.rows,
        },
        geometry=shapes,
        crs=crs,
    )
    return table[intake.is_taken].reset_index(drop=True)


def _people(
    intake: Intake, source: ResidenceSource, amounts: dict[str, Amounts], *, is_spread: bool
) -> tuple[Amounts, Amounts]:
    """Return people a row, and the weight by which a total would be spread."""
    if not any(intake.has(field) for field in _WEIGHTS):
        is_drawn = intake.table.geometry is not None
        if not (is_spread or source.population_total is not None) or not is_drawn:
            raise SourceError(
                "load.no_population_column",
                path=intake.table.source,
                sheet=intake.table.sheet,
                known="、".join(intake.table.headings),
            )
        weight = shapely.area(np.asarray(intake.table.geometry, dtype=object))
        return np.zeros(len(weight)), weight
    factor = source.persons_per_dwelling
    population = amounts["population"]
    for field in ("households_n", "dwellings_n"):
        population = np.where(np.isnan(population), np.rint(amounts[field] * factor), population)
    weight = population
    if is_spread or (source.population_total is not None and not intake.has("population")):
        weight = np.where(np.isnan(weight), amounts["floor_area_m2"], weight)
        population = np.where(np.isnan(population), 0.0, population)
    field = next(field for field in _WEIGHTS if intake.has(field))
    intake.reject(np.isnan(weight), field, "load.no_population")
    return population, weight


def shapes_of(
    intake: Intake, declared: str, lon: Amounts, lat: Amounts, crs: object
) -> npt.NDArray[Any]:
    """Return the areas or points of the rows in the metric CRS.

    Parameters
    ----------
    intake
        The table.
    declared
        Its datum as in the settings.
    lon, lat
        Its points, WGS-84 degrees.
    crs
        Metric CRS of the result.

    Raises
    ------
    SourceError
        When the datum is unknown or contradicts the file.
    """
    points = shapely.points(lon, lat)
    shapes = points
    if intake.table.geometry is not None:
        drawn = np.asarray(intake.table.geometry, dtype=object)
        is_area = np.isin(shapely.get_type_id(drawn), (3, 6)) & intake.is_taken
        shapes = points.copy()
        shapes[is_area] = valid_areas(project(drawn[is_area], datum_of(intake, declared)))
    in_metres = gpd.GeoSeries(shapes, crs=STORAGE_CRS).to_crs(crs)
    metric = np.asarray(in_metres.array, dtype=object)
    is_there = np.isfinite(in_metres.bounds.to_numpy()).all(axis=1)
    is_lost = (shapely.get_dimensions(metric) == 2) & ~is_there  # noqa: PLR2004  (areas)
    intake.reject(is_lost, "geometry", "load.no_shape")
    metric[is_lost] = None
    return metric


def town_or_outside(
    intake: Intake, finder: TownFinder, x_m: Amounts, y_m: Amounts
) -> list[str | None]:
    """Return the town of each row by its place; rows outside the district are rejected.

    Parameters
    ----------
    intake
        The table.
    finder
        The towns.
    x_m, y_m
        Metric coordinates; NaN where a row is already rejected.
    """
    written = intake.texts("town")
    said = finder.by_name(written)
    found = finder.by_place(x_m, y_m)
    differs = np.array([a != b for a, b in zip(said, found, strict=True)], bool)
    suspects = [town if odd else None for town, odd in zip(said, differs, strict=True)]
    is_near = finder.near_border(suspects, x_m, y_m)
    strays = [s if f is None else None for s, f in zip(said, found, strict=True)]
    is_near |= finder.near_border(strays, x_m, y_m, reach_m=STRAY_M)
    towns = [s if near else f for s, f, near in zip(said, found, is_near.tolist(), strict=True)]
    is_outside = np.array([town is None for town in towns], bool)
    intake.reject(is_outside, "town" if intake.has("town") else "name", "load.residences_outside")
    by_place = [finder.names.get(town or "", "") for town in found]
    is_known = np.array([town is not None for town in said], bool)
    is_written = np.array([bool(text) for text in written], bool)
    intake.note(is_written & ~is_known, "town", "load.town_unknown", place=by_place)
    intake.note(is_known & differs & ~is_near, "town", "load.town_differs", place=by_place)
    return towns


def _ids(
    intake: Intake, names: list[str], x_m: Amounts, y_m: Amounts, others: Sequence[Intake]
) -> list[str]:
    """Return the file's own ids, or ids from name and place; repeated ones are rejected."""
    codes = intake.texts("code")
    ids = [
        code or digest(f"{name_key(name)}|{x:.1f}|{y:.1f}")
        for code, name, x, y in zip(codes, names, x_m.tolist(), y_m.tolist(), strict=True)
    ]
    order = sorted(
        np.flatnonzero(intake.is_taken).tolist(), key=lambda n: (ids[n], intake.raw_of(n))
    )
    is_repeated = np.zeros(len(ids), bool)
    for former, position in pairwise(order):
        is_repeated[position] = ids[former] == ids[position]
    field = "code" if intake.has("code") else "name"
    intake.reject(is_repeated, field, "load.residence_repeated", value=ids)
    intake.reject_repeated(ids, field, "load.residence_repeated", others=others)
    return ids
