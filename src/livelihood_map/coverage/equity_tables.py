"""How walks and supply are spread over the people of each town."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from livelihood_map.core.labels import label
from livelihood_map.core.tables import DISTRICT_ID, TOWN_EQUITY, TOWN_WALKS
from livelihood_map.coverage.accessibility import measure_distribution
from livelihood_map.coverage.equity import BETWEEN_ID, summarise_equity
from livelihood_map.coverage.summaries import NO_TOWN_ID, name_areas, rows_of_town, with_people

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from livelihood_map.core.standards import PlanningStandard

FINE_M: Final = 100.0
"""Steps of the distribution of walks up to the last tier."""
COARSE_M: Final = 500.0
"""Steps beyond it, up to the distance searched."""


def lay_steps(tiers_m: Iterable[float], *, cutoff_m: float) -> list[float]:
    """Return the steps in which walks are told: every 100 m to the last tier, then every 500 m.

    Parameters
    ----------
    tiers_m
        Tiers and thresholds, all of which are steps, metres.
    cutoff_m
        Distance searched: the last step, metres.

    Examples
    --------
    >>> lay_steps((250, 300), cutoff_m=1200)
    [100.0, 200.0, 250.0, 300.0, 500.0, 1000.0, 1200.0]
    """
    tiers = {float(tier) for tier in tiers_m if tier <= cutoff_m}
    last = max(tiers, default=0.0)
    fine = np.arange(FINE_M, last, FINE_M).tolist()
    coarse = [step for step in np.arange(COARSE_M, cutoff_m, COARSE_M).tolist() if step > last]
    return sorted({*fine, *tiers, *coarse, float(cutoff_m)})


def distribute_walks(
    coverage: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame,
    *,
    standard: PlanningStandard,
    walker: str,
    cutoff_m: float,
) -> pd.DataFrame:
    r"""Return table ``town_walks``: people who walk no farther than each step, by town and kind.

    With people p and walks w of a town it is :math:`\sum_{i : w_i \le t} p_i` and its share of
    :math:`\sum_i p_i` for every step t, see `measure_distribution`.

    Parameters
    ----------
    coverage, demand, towns
        Tables of the run.
    standard
        Planning standard of the run, which says whom a kind counts and has the tiers.
    walker
        Walker whose walks are taken.
    cutoff_m
        Distance searched, metres.

    Returns
    -------
    Towns in the order of `towns`, then demand in no town, then the district; within each, kinds
    and the steps of `lay_steps`.

    Raises
    ------
    StandardError
        When the standard lacks a kind.

    References
    ----------
    See `measure_distribution`.

    Examples
    --------
    100 residents live at the outlet, 50 live 1,200 m away:

    >>> import livelihood_map as lm
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> coverage = pd.DataFrame({"demand_id": ["d1", "d2"], "kind": "wet_market",
    ...                          "walker": "standard", "walk_m": [0.0, 1200.0]})
    >>> told = distribute_walks(coverage, town.demand, town.towns, standard=standard,
    ...                         walker="standard", cutoff_m=2000).set_index(["town_id", "within_m"])
    >>> told.loc["ALL"].loc[[100, 1000, 1500], "reached_population"].tolist()
    [100.0, 100.0, 150.0]
    """
    rows = with_people(coverage[coverage["walker"] == walker], demand, standard=standard)
    kinds = rows["kind"].unique()
    tiers = {m for kind in kinds for m in (*standard.kind(kind).tiers_m, standard.kind(kind).aim_m)}
    steps = lay_steps(tiers, cutoff_m=cutoff_m)
    parts = []
    for town_id, town_name in name_areas(towns, rows["town_id"]).items():
        here = rows_of_town(rows, town_id)
        for kind in kinds:
            own = here[here["kind"] == kind]
            people = own["people"].to_numpy(np.float64)
            told = measure_distribution(own["walk_m"].to_numpy(), people, steps_m=steps)
            told = told.rename(columns={"people": "reached_population", "share": "reached_share"})
            place = {"town_id": town_id, "town_name": town_name, "kind": kind, "walker": walker}
            parts.append(told.assign(**place, population=float(people.sum())))
    told = pd.concat(parts)
    return TOWN_WALKS.conform(told.assign(reached_share=told["reached_share"].clip(upper=1)))


def compare_walks(
    coverage: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame,
    *,
    standard: PlanningStandard,
    walker: str,
    cutoff_m: float,
) -> pd.DataFrame:
    r"""Return table ``town_equity`` of the walks to the nearest facility.

    The figures of `summarise_equity` for :math:`x_i = \min(w_i, c)`: a walk beyond the distance
    searched c counts as that distance, so means are floors.

    Parameters
    ----------
    coverage, demand, towns
        Tables of the run.
    standard
        Planning standard of the run, which says whom a kind counts.
    walker
        Walker whose walks are taken.
    cutoff_m
        Distance searched, metres.

    Returns
    -------
    The figures of `summarise_equity` by kind: towns in the order of `towns`, demand in no town,
    the towns' means against each other (``BETWEEN``), the district (``ALL``).

    Raises
    ------
    StandardError
        When the standard lacks a kind.

    References
    ----------
    See `summarise_equity`.

    Examples
    --------
    100 residents walk 300 m, 50 reach nothing within 900 m: the mean is 500 m, that of the worst
    tenth 900 m. Between 100 and 50 people the Gini is 100 x 50 x 600 / (500 x 150 x 150):

    >>> import livelihood_map as lm
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> coverage = pd.DataFrame({"demand_id": ["d1", "d2"], "kind": "wet_market",
    ...                          "walker": "standard", "walk_m": [300.0, np.nan]})
    >>> table = compare_walks(coverage, town.demand, town.towns, standard=standard,
    ...                       walker="standard", cutoff_m=900)
    >>> table.loc[table["town_id"] == "ALL", ["mean", "worst_decile", "gini"]].round(4).values
    array([[5.000e+02, 9.000e+02, 2.667e-01]])
    """
    rows = with_people(coverage[coverage["walker"] == walker], demand, standard=standard)
    walk_m = rows["walk_m"].fillna(cutoff_m).clip(upper=cutoff_m)
    return _compare(rows.assign(value=walk_m), demand, towns, measure="walk_m")


def compare_supply(
    spread: pd.DataFrame, demand: gpd.GeoDataFrame, towns: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return table ``town_equity`` of the supply that each person has within reach.

    The figures of `summarise_equity` for the supply per person of `measure_supply`.

    Parameters
    ----------
    spread
        What `spread_supply` returns.
    demand, towns
        Tables of the run.

    Returns
    -------
    Rows as of `compare_walks`; kinds of which no facility states its supply have none.

    Raises
    ------
    SchemaError
        When the result breaks its schema.

    References
    ----------
    See `summarise_equity` and `measure_supply`.

    Examples
    --------
    100 residents have 3 m² each, 50 have nothing: 2 m² on average, and nothing for the worst tenth:

    >>> import livelihood_map as lm
    >>> town = lm.example_town()
    >>> spread = pd.DataFrame({"demand_id": ["d1", "d2"], "kind": "wet_market",
    ...                        "walker": "standard", "population": [100.0, 50.0],
    ...                        "supply_per_person": [3.0, 0.0]})
    >>> table = compare_supply(spread, town.demand, town.towns)
    >>> table.loc[table["town_id"] == "ALL", ["mean", "worst_decile"]].values.tolist()
    [[2.0, 0.0]]
    """
    names = {"population": "people", "supply_per_person": "value"}
    return _compare(spread.rename(columns=names), demand, towns, measure="supply_per_person")


def _compare(
    rows: pd.DataFrame, demand: gpd.GeoDataFrame, towns: gpd.GeoDataFrame, *, measure: str
) -> pd.DataFrame:
    """Return table ``town_equity`` of rows with demand_id, kind, walker, people and value."""
    names = name_areas(towns, demand["town_id"].fillna(NO_TOWN_ID))
    district = names.pop(DISTRICT_ID)
    names |= {BETWEEN_ID: label("coverage.between"), DISTRICT_ID: district}
    parts = []
    for (kind, walker), own in rows.groupby(["kind", "walker"], sort=False):
        held = own.set_index("demand_id")
        spread = summarise_equity(
            held["value"], held["people"], demand, is_more_worse=measure == "walk_m"
        )
        spread = spread.set_index("town_id").reindex(names).rename_axis("town_id").reset_index()
        spread["people"] = spread["people"].fillna(0.0)  # a town without any demand point
        parts.append(spread.assign(town_name=list(names.values()), kind=kind, walker=walker))
    if not parts:
        return TOWN_EQUITY.empty()
    told = pd.concat(parts).rename(columns={"people": "population"}).assign(measure=measure)
    return TOWN_EQUITY.conform(told)
