"""Workplaces where people are in the morning: offices, parks, stations, schools, hospitals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from livelihood_map.load.files import parsing
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.location.coordinates import locate, own_or
from livelihood_map.load.location.placement import STRAY_M, match_towns, metric_points, place_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.arrays import Floats
    from livelihood_map.core.settings import ResidenceSource
    from livelihood_map.load.files.account import Account
    from livelihood_map.load.files.intake import Intake
    from livelihood_map.load.location.town_lookup import TownFinder


def read_workplaces(
    account: Account, source: ResidenceSource, finder: TownFinder, *, setting: str
) -> list[gpd.GeoDataFrame]:
    """Return the workplaces of the file that a source names, as demand points.

    Parameters
    ----------
    account
        Opens the file and keeps account of its rows.
    source
        The settings that name the file, with its datum and headings.
    finder
        The towns.
    setting
        Where the settings name the file.

    Returns
    -------
    list of geopandas.GeoDataFrame
        One part a sheet, in the metric CRS of the towns; none without a file.

    Raises
    ------
    SourceError
        When the file cannot be used as a whole.
    """
    if source.workplaces is None:
        return []
    headings = Headings("workplaces", source.workplaces_columns)
    intakes = account.open(source.workplaces, headings, setting=setting)
    return [_workplaces(intake, source, finder) for intake in intakes]


def _workplaces(intake: Intake, source: ResidenceSource, finder: TownFinder) -> gpd.GeoDataFrame:
    """Return the workplaces of one table."""
    names = intake.texts("name")
    intake.reject_empty(names, "name", "load.no_name")
    kinds = intake.read(
        "type",
        lambda cell: parsing.word_of(cell, "place_kind"),
        "load.place_kind_unknown",
        is_needed=True,
        default="office",
    )
    workers, passengers = _people(intake, kinds)
    declared = own_or(source.workplaces_datum, intake, source.datum)
    points = metric_points(locate(intake, declared, finder), finder)
    x_m, y_m = points.x.to_numpy(), points.y.to_numpy()
    towns = match_towns(intake, finder, x_m, y_m, stray_m=STRAY_M)
    no_codes = [""] * len(names)
    ids = place_ids("work-", no_codes, kinds, map(name_key, names), x_m=x_m, y_m=y_m)
    intake.reject_repeated(ids, "name", "load.workplace_repeated")
    table = gpd.GeoDataFrame(
        {
            "demand_id": ids,
            "residence_id": None,
            "town_id": towns,
            "name": names,
            "place_kind": kinds,
            "population": 0.0,
            "workers": workers,
            "passengers": passengers,
            "elderly_n": np.nan,
        },
        geometry=points,
    )
    return table[intake.is_taken]


def _people(intake: Intake, kinds: Sequence[object]) -> tuple[Floats, Floats]:
    """Return morning workers and station passengers; what a station counts are its passengers.

    A column of passengers is taken as it is. Without one the number of people of a station stands
    for them, and nobody works there.
    """
    workers = intake.amounts("workers", "load.population_unreadable", is_needed=True)
    passengers = intake.amounts("passengers", "load.population_unreadable", is_needed=True)
    intake.reject(np.isnan(workers) & np.isnan(passengers), "workers", "load.no_workers")
    is_counted = (np.asarray(kinds, dtype=object) == "station") & np.isnan(passengers)
    return (
        np.where(is_counted | np.isnan(workers), 0.0, workers),
        np.where(is_counted, workers, np.nan_to_num(passengers)),
    )
