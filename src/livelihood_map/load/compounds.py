"""Registers of compounds (小区): places with dwellings, households or people."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.apportion import spread
from livelihood_map.load.files.account import how_to_read
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.parsing import name_key
from livelihood_map.load.location.coordinates import datum_of, locate
from livelihood_map.load.location.datum_remarks import note_doubt
from livelihood_map.load.location.placement import (
    STRAY_M,
    inner_xy,
    match_towns,
    metric_shapes,
    place_ids,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from livelihood_map.core.arrays import Floats
    from livelihood_map.core.settings import ResidenceSource
    from livelihood_map.load.files.account import Account
    from livelihood_map.load.files.intake import Intake
    from livelihood_map.load.location.town_lookup import TownFinder


_UNREADABLE = "load.population_unreadable"
_DWELLINGS: Final = {"households_n": "households", "dwellings_n": "dwellings"}
_WEIGHTS: Final = ("population", *_DWELLINGS, "floor_area_m2")


class _People(NamedTuple):
    """People a row, what a total would be spread by, and what the people were derived from."""

    population: Floats
    weight: Floats
    derived_from: npt.NDArray[np.object_]
    units_n: Floats


def read_compounds(
    account: Account,
    source: ResidenceSource,
    finder: TownFinder,
    *,
    is_spread: bool,
    setting: str,
) -> gpd.GeoDataFrame:
    """Return the compounds of one file in the metric CRS of the towns.

    Parameters
    ----------
    account
        Opens the file and keeps account of its rows.
    source
        The file and how to read it.
    finder
        The towns.
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
    own = account.open(source.path, headings, setting=setting, **how_to_read(source))
    parts = [_compounds(intake, source, finder, is_spread=is_spread) for intake in own]
    table = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=finder.crs)
    if source.population_total is not None and not any(i.has("population") for i in own):
        weights = table["_weight"].to_numpy(float)
        table["population"] = spread(source.population_total, weights, table["residence_id"])
    return table


def _compounds(
    intake: Intake, source: ResidenceSource, finder: TownFinder, *, is_spread: bool
) -> gpd.GeoDataFrame:
    """Return the compounds of one table."""
    intake.require("name", "load.no_name_column")
    names = intake.texts("name")
    intake.reject_empty(names, "name", "load.no_name")
    amounts = {field: intake.amounts(field, _UNREADABLE) for field in _WEIGHTS}
    people = _people(intake, source, amounts, is_spread=is_spread)
    located = locate(intake, source.datum, finder)
    declared = datum_of(intake, source.datum).name
    note_doubt(intake, declared, located.lon, located.lat, finder=finder)
    shapes = metric_shapes(intake, source.datum, located, finder)
    x_m, y_m = inner_xy(shapes)
    towns = match_towns(intake, finder, x_m, y_m, stray_m=STRAY_M)
    ids = _ids(intake, names, x_m, y_m)
    elderly = intake.amounts("elderly_n", _UNREADABLE)
    share = intake.shares("elderly_share", _UNREADABLE)
    area, drawn = intake.amounts("area_m2", _UNREADABLE), shapely.area(shapes)
    dwellings = amounts["dwellings_n"]
    table = gpd.GeoDataFrame(
        {
            "residence_id": ids,
            "town_id": towns,
            "name": names,
            "dwellings_n": np.where(np.isnan(dwellings), amounts["households_n"], dwellings),
            "population": people.population,
            "elderly_n": np.where(np.isnan(elderly), share * people.population, elderly),
            "area_m2": np.where(drawn > 0, drawn, area),
            "source": intake.table.source,
            "derived_from": people.derived_from,
            "units_n": people.units_n,
            "community": [text or None for text in intake.texts("community")],
            "_weight": people.weight,
        },
        geometry=shapes,
        crs=finder.crs,
    )
    return table[intake.is_taken]


def _people(
    intake: Intake, source: ResidenceSource, amounts: dict[str, Floats], *, is_spread: bool
) -> _People:
    """Return the people of each row, stated or derived."""
    if not any(intake.has(field) for field in _WEIGHTS):
        is_drawn = intake.table.geometry is not None
        if not (is_spread or source.population_total is not None) or not is_drawn:
            raise intake.refusal("load.no_population_column")
        weight = shapely.area(np.asarray(intake.table.geometry, dtype=object))
        outline = np.full(len(weight), "outline", dtype=object)
        return _People(np.zeros(len(weight)), weight, outline, weight)
    population = amounts["population"]
    derived_from = np.full(len(population), None, dtype=object)
    units_n = np.full(len(population), np.nan)
    for field, unit in _DWELLINGS.items():
        is_open = np.isnan(population) & ~np.isnan(amounts[field])
        derived_from[is_open], units_n[is_open] = unit, amounts[field][is_open]
        by_unit = np.rint(amounts[field] * source.persons_per_dwelling)
        population = np.where(is_open, by_unit, population)
    weight = population
    if is_spread or (source.population_total is not None and not intake.has("population")):
        is_open = np.isnan(weight) & ~np.isnan(amounts["floor_area_m2"])
        derived_from[is_open] = "floor_area"
        units_n[is_open] = amounts["floor_area_m2"][is_open]
        weight = np.where(is_open, amounts["floor_area_m2"], weight)
        population = np.where(np.isnan(population), 0.0, population)
    field = next(field for field in _WEIGHTS if intake.has(field))
    intake.reject(np.isnan(weight), field, "load.no_population")
    return _People(population, weight, derived_from, units_n)


def _ids(intake: Intake, names: list[str], x_m: Floats, y_m: Floats) -> list[str]:
    """Return the file's own ids, or ids from name and place; repeated ones are rejected."""
    ids = place_ids("", intake.texts("code"), map(name_key, names), x_m=x_m, y_m=y_m)
    order = sorted(
        np.flatnonzero(intake.is_taken).tolist(), key=lambda n: (ids[n], intake.raw_of(n))
    )
    is_repeated = np.zeros(len(ids), bool)
    for former, position in pairwise(order):
        is_repeated[position] = ids[former] == ids[position]
    field = "code" if intake.has("code") else "name"
    intake.reject(is_repeated, field, "load.residence_repeated", value=ids)
    intake.reject_repeated(ids, field, "load.residence_repeated")
    return ids
