"""Supply against demand as tables: by facility, demand point, compound and town.

Floor area or seats of the facilities are their supply. One whose supply is not known takes no part:
it is listed and counted, never guessed, so that what a person has is a floor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from livelihood_map.core.tables import FACILITY_SUPPLY, RESIDENCE_SUPPLY, TOWN_SUPPLY
from livelihood_map.coverage.selection import count_people, select_facilities
from livelihood_map.coverage.summaries import NO_TOWN_ID, name_areas, rows_of_town, weigh_homes
from livelihood_map.coverage.supply import measure_asking, measure_supply

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from livelihood_map.core.standards import PlanningStandard

UNITS: Final = {"area_m2": "m2", "seats_n": "seats"}
"""Columns of ``facilities`` that are a supply, and the unit of each."""


def list_supply(
    walks: pd.DataFrame,
    facilities: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    *,
    standard: PlanningStandard,
    walker: str,
    thresholds_m: Mapping[str, float],
    at: str | None = None,
) -> pd.DataFrame:
    """Return table ``facility_supply``: each facility's supply and the people who share it.

    The supply of a kind is floor area or seats, whichever more of its facilities state (floor area
    when as many); one that does not state it has none here, whatever else is known of it.

    Parameters
    ----------
    walks
        Walks of `measure_pairs`, all within the thresholds at least.
    facilities, demand
        Tables of the run.
    standard
        Planning standard of the run, which says whom a kind counts.
    walker
        Walker whose walks these are.
    thresholds_m
        Longest walk of each kind, metres; its kinds are those measured.
    at
        Time of day at which facilities must be open, as for `measure_coverage`.

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    JoinError
        When a time of day cannot be read.

    Examples
    --------
    The market of 1,000 m² is shared by the 100 people at its door; the other states no area:

    >>> import livelihood_map as lm
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> markets = town.facilities.iloc[[0, 0]].assign(
    ...     facility_id=["m1", "m2"], kind="wet_market", subtype=None, area_m2=[1000.0, np.nan])
    >>> walks = pd.DataFrame({"origin_id": "d1", "dest_id": ["m1", "m2"], "walk_m": 0.0,
    ...                       "kind": "wet_market"})
    >>> listed = list_supply(walks, markets, town.demand, standard=standard, walker="standard",
    ...                      thresholds_m={"wet_market": 1000})
    >>> listed[["facility_id", "supply", "asking_population", "supply_per_person"]].values.tolist()
    [['m1', 1000.0, 100.0, 10.0], ['m2', nan, 100.0, nan]]
    """
    kinds = list(thresholds_m)
    counted = select_facilities(facilities, standard=standard, kinds=kinds, at=at)
    parts = []
    for kind, threshold_m in thresholds_m.items():
        rows = pd.DataFrame(counted.loc[counted["kind"] == kind]).drop(columns="geometry")
        people = _people(demand, standard=standard, kind=kind)
        asking = measure_asking(walks[walks["kind"] == kind], people, threshold_m=threshold_m)
        stated = [name for name in UNITS if name in rows.columns and rows[name].notna().any()]
        column = max(stated, key=lambda name: int(rows[name].notna().sum()), default=None)
        rows = rows.assign(
            unit=None if column is None else UNITS[column],
            supply=np.nan if column is None else rows[column],
            asking_population=asking.reindex(rows["facility_id"], fill_value=0.0).to_numpy(),
        )
        parts.append(rows)
    listed = pd.concat(parts, ignore_index=True)
    share = listed["supply"] / listed["asking_population"].where(listed["asking_population"] > 0)
    listed = listed.assign(walker=walker, supply_per_person=share)
    return FACILITY_SUPPLY.conform(listed[FACILITY_SUPPLY.column_names])


def spread_supply(
    walks: pd.DataFrame,
    facility_supply: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    *,
    standard: PlanningStandard,
    thresholds_m: Mapping[str, float],
) -> pd.DataFrame:
    r"""Return what each demand point has within reach, by kind.

    :math:`A_i = \sum_j G(d_{ij}) S_j / D_j` over the facilities whose supply :math:`S_j` is known,
    see `measure_supply`.

    Parameters
    ----------
    walks
        Walks of `measure_pairs`, all within the thresholds at least.
    facility_supply
        Table ``facility_supply``.
    demand
        Table ``demand``.
    standard
        Planning standard of the run.
    thresholds_m
        Longest walk of each kind, metres.

    Returns
    -------
    demand_id, kind, walker, unit, population (whom the kind counts), supply_per_person; kinds of
    which no facility states its supply have no row.

    Raises
    ------
    StandardError
        When the standard lacks a kind.

    References
    ----------
    See `measure_supply`.

    Examples
    --------
    A market of 1,000 m² at the door of 100 people, out of reach of the others:

    >>> import livelihood_map as lm
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> listed = pd.DataFrame({"facility_id": ["m"], "kind": "wet_market", "walker": "standard",
    ...                        "unit": "m2", "supply": [1000.0]})
    >>> walks = pd.DataFrame({"origin_id": ["d1"], "dest_id": "m", "walk_m": 0.0,
    ...                       "kind": "wet_market"})
    >>> spread = spread_supply(walks, listed, town.demand, standard=standard,
    ...                        thresholds_m={"wet_market": 1000})
    >>> spread[["demand_id", "population", "supply_per_person"]].values.tolist()
    [['d1', 100.0, 10.0], ['d2', 50.0, 0.0]]
    """
    parts = []
    for (kind, walker, unit), rows in facility_supply.groupby(["kind", "walker", "unit"]):
        known = rows.set_index("facility_id")["supply"].dropna()
        people = _people(demand, standard=standard, kind=kind)
        within = walks[walks["kind"] == kind]
        reached = measure_supply(within, known, people, threshold_m=thresholds_m[kind])
        spread = pd.DataFrame({"population": people, "supply_per_person": reached})
        spread = spread.rename_axis("demand_id").reset_index()
        parts.append(spread.assign(kind=kind, walker=walker, unit=unit))
    columns = ["demand_id", "kind", "walker", "unit", "population", "supply_per_person"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def average_homes(
    spread: pd.DataFrame, demand: gpd.GeoDataFrame, residences: gpd.GeoDataFrame
) -> pd.DataFrame:
    r"""Return table ``residence_supply``: what a resident of each compound has within reach.

    The mean over the compound's demand points weighted by residents,
    :math:`A_r = \sum_i p_i A_i / \sum_i p_i`; unweighted where nobody is known to live.

    Parameters
    ----------
    spread
        What `spread_supply` returns.
    demand, residences
        Tables of the run.

    Raises
    ------
    SchemaError
        When the result breaks its schema, for instance by repeated ids.

    Examples
    --------
    Of 40 residents 30 have 2 m² each and 10 have nothing:

    >>> demand = pd.DataFrame({"demand_id": ["a", "b"], "residence_id": "r",
    ...                        "place_kind": "home", "population": [30.0, 10.0]})
    >>> spread = pd.DataFrame({"demand_id": ["a", "b"], "kind": "wet_market",
    ...                        "walker": "standard", "unit": "m2", "supply_per_person": [2.0, 0.0]})
    >>> homes = pd.DataFrame({"residence_id": ["r"]})
    >>> average_homes(spread, demand, homes)["supply_per_person"].tolist()
    [1.5]
    """
    columns = ["demand_id", "kind", "walker", "unit", "supply_per_person"]
    by = ["residence_id", "kind", "walker", "unit"]
    rows = weigh_homes(spread[columns], demand, residences, by=by)
    sums = rows.assign(held=rows["weight"] * rows["supply_per_person"]).groupby(by).sum()
    shared = (sums["held"] / sums["weight"]).rename("supply_per_person").reset_index()
    return RESIDENCE_SUPPLY.conform(shared)


def summarise_supply(
    facility_supply: pd.DataFrame,
    spread: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame,
    *,
    kinds: Sequence[str],
    walker: str,
) -> pd.DataFrame:
    r"""Return table ``town_supply``: supply against people of each town and the district.

    What the people of a town reach is :math:`\sum_i P_i A_i`, part of it across the border of the
    town; towns add up to the district. ``supply`` is that of the facilities inside the town.

    Parameters
    ----------
    facility_supply
        Table ``facility_supply``.
    spread
        What `spread_supply` returns.
    demand, towns
        Tables of the run.
    kinds
        Kinds of the run.
    walker
        Walker whose walks these are.

    Returns
    -------
    Towns in the order of `towns`, then demand in no town (id ``""``), then the district (``ALL``),
    for every kind; unit, people and what they reach are missing where no
    facility of the kind states its supply.

    Raises
    ------
    SchemaError
        When the result breaks its schema.

    References
    ----------
    See `measure_supply`.

    Examples
    --------
    100 people reach 10 m² each and 50 none: together the 1,000 m² of the market, 6.7 m² a person:

    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> listed = pd.DataFrame({"facility_id": ["m"], "kind": "wet_market", "walker": "standard",
    ...                        "unit": "m2", "supply": [1000.0], "town_id": "t", "is_inside": True})
    >>> spread = pd.DataFrame({"demand_id": ["d1", "d2"], "kind": "wet_market",
    ...                        "walker": "standard", "unit": "m2", "population": [100.0, 50.0],
    ...                        "supply_per_person": [10.0, 0.0]})
    >>> told = summarise_supply(listed, spread, town.demand, town.towns, kinds=["wet_market"],
    ...                         walker="standard")
    >>> told[["town_id", "supply", "reached_supply", "supply_per_person"]].round(1).values.tolist()
    [['t', 1000.0, 1000.0, 6.7], ['ALL', 1000.0, 1000.0, 6.7]]
    """
    town_of = pd.Series(demand["town_id"].fillna(NO_TOWN_ID).to_numpy(), demand["demand_id"])
    names = name_areas(towns, town_of)
    spread = spread.assign(
        town_id=town_of.reindex(spread["demand_id"]).to_numpy(),
        reached_supply=spread["population"] * spread["supply_per_person"],
    )
    inside = facility_supply[facility_supply["is_inside"]]
    inside = inside.assign(town_id=inside["town_id"].fillna(NO_TOWN_ID))
    rows = []
    for kind in kinds:
        those = spread[spread["kind"] == kind]
        these = inside[inside["kind"] == kind]
        unit = those["unit"].iloc[0] if len(those) else None
        for town_id, town_name in names.items():
            people, outlets = rows_of_town(those, town_id), rows_of_town(these, town_id)
            figures = people[["population", "reached_supply"]].sum()
            if not len(those):
                figures[:] = np.nan
            rows.append(
                {"town_id": town_id, "town_name": town_name, "kind": kind, "walker": walker}
                | {"unit": unit, "facilities_n": len(outlets)}
                | {"unknown_n": int(outlets["supply"].isna().sum())}
                | {"supply": float(outlets["supply"].sum()), **figures}
            )
    told = pd.DataFrame(rows)
    per_person = told["reached_supply"] / told["population"].where(told["population"] > 0)
    return TOWN_SUPPLY.conform(told.assign(supply_per_person=per_person))


def _people(demand: gpd.GeoDataFrame, *, standard: PlanningStandard, kind: str) -> pd.Series[float]:
    """Return whom a kind counts at each demand point, by its id."""
    people = count_people(demand, standard=standard, kind=kind)
    return people.set_axis(pd.Index(demand["demand_id"]))
