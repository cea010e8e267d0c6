"""Town totals of people, as a census gives them, against the people of the compounds.

Either the totals are spread over the compounds of each town, so that they add up exactly, or the
compounds keep their own people and what is left of each total (villages, dormitories, compounds
that no list has) is stated as a remainder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from livelihood_map.core.apportion import spread
from livelihood_map.core.labels import label
from livelihood_map.load.files.headings import Headings

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.settings import TotalsSource
    from livelihood_map.load.files.account import Account
    from livelihood_map.load.files.intake import Intake
    from livelihood_map.load.location.town_lookup import TownFinder


def read_totals(account: Account, source: TotalsSource, finder: TownFinder) -> pd.DataFrame:
    """Return the people of each town by a census.

    Parameters
    ----------
    account
        Opens the file and keeps account of its rows.
    source
        The file and how to read it.
    finder
        The towns.

    Returns
    -------
    pandas.DataFrame
        town_id, population, elderly_n (NaN where the file has none); one row a town.

    Raises
    ------
    SourceError
        When the file cannot be used as a whole.
    """
    headings = Headings("totals", source.columns)
    intakes = account.open(source.path, headings, setting="load.totals", sheet=source.sheet)
    parts = [_totals(intake, finder) for intake in intakes]
    return pd.concat(parts, ignore_index=True).sort_values("town_id", ignore_index=True)


def _totals(intake: Intake, finder: TownFinder) -> pd.DataFrame:
    """Return the totals of one table."""
    if not (intake.has("name") or intake.has("code")) or not intake.has("population"):
        raise intake.refusal("load.no_total_columns")
    by_code, by_name = (finder.by_name(intake.texts(field)) for field in ("code", "name"))
    towns = [code or name for code, name in zip(by_code, by_name, strict=True)]
    field = "name" if intake.has("name") else "code"
    intake.reject_empty(towns, field, "load.total_no_town")
    people = intake.amounts("population", "load.population_unreadable", is_needed=True)
    intake.reject(np.isnan(people), "population", "load.no_population")
    elderly = intake.amounts("elderly_n", "load.population_unreadable")
    share = intake.shares("elderly_share", "load.population_unreadable")
    elderly = np.where(np.isnan(elderly), np.round(share * people), elderly)
    table = pd.DataFrame({"town_id": towns, "population": people, "elderly_n": elderly})
    is_repeated = table["town_id"].duplicated(keep=False).to_numpy() & intake.is_taken
    intake.reject(is_repeated, field, "load.total_repeated")
    intake.reject_repeated([str(town) for town in towns], field, "load.total_repeated")
    return table[intake.is_taken].reset_index(drop=True)


def spread_totals(residences: gpd.GeoDataFrame, totals: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the residences with the people of each town's total, which add up exactly.

    Parameters
    ----------
    residences
        Residences with ``_weight``: people, dwellings or floor area, comparable within a town.
    totals
        People of each town, from :func:`read_totals`. A town without a total keeps its people.
    """
    residences = residences.copy()
    for total in totals.itertuples(index=False):
        here = np.flatnonzero((residences["town_id"] == total.town_id).to_numpy())
        weights = residences["_weight"].to_numpy(float)[here]
        if not len(here) or weights.sum() <= 0:
            continue
        keys = residences["residence_id"].iloc[here].tolist()
        people = spread(total.population, weights, keys)
        residences.iloc[here, residences.columns.get_loc("population")] = people
        stated = here[residences["derived_from"].iloc[here].isna().to_numpy()]
        residences.iloc[stated, residences.columns.get_loc("derived_from")] = "registered"
        residences.iloc[stated, residences.columns.get_loc("units_n")] = residences["_weight"].iloc[
            stated
        ]
        if np.isfinite(total.elderly_n) and people.sum() > 0:
            elderly = spread(min(total.elderly_n, people.sum()), people, keys)
            residences.iloc[here, residences.columns.get_loc("elderly_n")] = elderly
    return residences


def find_remainders(
    residences: gpd.GeoDataFrame, totals: pd.DataFrame | None, names: dict[str, str]
) -> pd.DataFrame:
    """Return the people of each town that no listed compound has.

    Parameters
    ----------
    residences
        The residences.
    totals
        People of each town; None when there are no totals.
    names
        Name of each town by id.

    Returns
    -------
    pandas.DataFrame
        town_id, town_name, population (of the total), listed_population, remainder_n: positive for
        people outside listed compounds, negative when the compounds hold more than the total; NaN
        for a town without a total.
    """
    listed = residences.groupby("town_id")["population"].sum()
    ids = sorted(names)
    table = pd.DataFrame({"town_id": ids, "town_name": [names[town] for town in ids]})
    known = (
        {} if totals is None else dict(zip(totals["town_id"], totals["population"], strict=True))
    )
    table["population"] = [float(known.get(town, np.nan)) for town in ids]
    table["listed_population"] = [float(listed.get(town, 0.0)) for town in ids]
    table["remainder_n"] = (table["population"] - table["listed_population"]).round(6)
    return table


def remainder_lines(remainders: pd.DataFrame) -> list[str]:
    """Return what the remainders say, in words: the whole, then each town that has one.

    Parameters
    ----------
    remainders
        From :func:`find_remainders`.
    """
    known = remainders[remainders["population"].notna()]
    if known.empty:
        return []
    sums = known[["population", "listed_population", "remainder_n"]].sum()
    lines = [
        label(
            "load.remainder_all",
            towns=len(known),
            total=f"{sums['population']:,.0f}",
            listed=f"{sums['listed_population']:,.0f}",
            remainder=f"{sums['remainder_n']:,.0f}",
        )
    ]
    lines += [
        label(
            "load.remainder_town" if town.remainder_n > 0 else "load.remainder_excess",
            town=town.town_name,
            remainder=f"{abs(town.remainder_n):,.0f}",
            share=f"{abs(town.remainder_n) / town.population:.1%}" if town.population else "–",
        )
        for town in known.itertuples(index=False)
        if abs(town.remainder_n) >= 1
    ]
    return lines
