"""Workplaces where people are in the morning: offices, parks, stations, schools, hospitals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.labels import current_lang
from livelihood_map.load.compounds import town_or_outside
from livelihood_map.load.files import parsing
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.intake import Intake
from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.files.raw import digest
from livelihood_map.load.files.readers import read_tables
from livelihood_map.load.location.coordinates import locate, own_or

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from livelihood_map.core.settings import ResidenceSource
    from livelihood_map.load.files.corrections import Corrections
    from livelihood_map.load.location.town_lookup import TownFinder


def read_workplaces(
    path: Path,
    source: ResidenceSource,
    finder: TownFinder,
    crs: object,
    intakes: list[Intake],
    corrections: Corrections | None = None,
    *,
    setting: str = "",
) -> gpd.GeoDataFrame:
    """Return the workplaces of one file as demand points in the metric CRS.

    Parameters
    ----------
    path
        The file.
    source
        The settings that name it, with its datum and headings.
    finder
        The towns.
    crs
        Metric CRS of the result.
    intakes
        Gets the account of each table that was read.
    corrections
        Rows that take the place of those in the file.
    setting
        Where the settings name the file.

    Raises
    ------
    SourceError
        When the file cannot be used as a whole.
    """
    headings = Headings("workplaces", source.workplaces_columns)
    parts = []
    for table in read_tables(path, headings, corrections=corrections):
        if not len(table.cells):
            continue
        intake = Intake(table, headings, lang=current_lang(), setting=setting)
        intakes.append(intake)
        parts.append(_workplaces(intake, source, finder, crs, intakes))
    return gpd.GeoDataFrame(gpd.pd.concat(parts, ignore_index=True), crs=crs)


def _workplaces(
    intake: Intake,
    source: ResidenceSource,
    finder: TownFinder,
    crs: object,
    others: Sequence[Intake],
) -> gpd.GeoDataFrame:
    """Return the workplaces of one table."""
    names = intake.texts("name")
    intake.reject(np.array([not name for name in names], bool), "name", "load.no_name")
    kinds = intake.read(
        "type",
        lambda cell: parsing.word_of(cell, "place_kind"),
        "load.place_kind_unknown",
        is_needed=True,
        default="office",
    )
    workers = intake.amounts("workers", "load.population_unreadable", is_needed=True)
    intake.reject(np.isnan(workers), "workers", "load.no_workers")
    lon, lat = locate(intake, own_or(source.workplaces_datum, intake, source.datum), finder)
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=STORAGE_CRS).to_crs(crs)
    towns = town_or_outside(intake, finder, points.x.to_numpy(), points.y.to_numpy())
    ids = [
        f"work-{digest(f'{kind}|{name_key(name)}|{x:.1f}|{y:.1f}')}"
        for kind, name, x, y in zip(kinds, names, points.x.tolist(), points.y.tolist(), strict=True)
    ]
    intake.reject_repeated(ids, "name", "load.workplace_repeated", others=others)
    table = gpd.GeoDataFrame(
        {
            "demand_id": ids,
            "residence_id": None,
            "town_id": towns,
            "name": names,
            "place_kind": kinds,
            "population": 0.0,
            "workers": workers,
            "elderly_n": np.nan,
        },
        geometry=points,
        crs=crs,
    )
    return table[intake.is_taken].reset_index(drop=True)
