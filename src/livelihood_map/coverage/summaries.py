"""Table ``coverage`` -> residences, towns and the district."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from livelihood_map.core.labels import label
from livelihood_map.core.names import town_names
from livelihood_map.core.people import CROWDS
from livelihood_map.core.tables import DISTRICT_ID, RESIDENCE_COVERAGE, TOWN_COVERAGE
from livelihood_map.coverage.measuring import measure_reach
from livelihood_map.coverage.selection import count_people, select_facilities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import geopandas as gpd

    from livelihood_map.core.arrays import Floats, Longs
    from livelihood_map.core.standards import PlanningStandard


NO_TOWN_ID = ""
"""`town_id` of the row for demand that lies in no town; only there when there is such demand."""
_PEOPLE: Final = ("walk_min", "is_covered", "is_at_target", "people", *CROWDS, "elderly_n")
_CROWDS: Final = (
    ("population", "covered_share"),
    ("residents", "residents_covered_share"),
    ("workers", "workers_covered_share"),
    ("passengers", "passengers_covered_share"),
    ("elderly_n", "elderly_covered_share"),
)
_HOMES: Final = ("is_covered", "area_m2")


def summarise_residences(
    coverage: pd.DataFrame, demand: gpd.GeoDataFrame, residences: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return table ``residence_coverage``: how each compound stands, by kind and walker.

    A compound with several demand points is shown by the middle one: half of its people walk no
    farther. It is covered when at least half of its people are; ``covered_share`` tells how many.

    Parameters
    ----------
    coverage
        Table ``coverage``.
    demand
        Table ``demand``.
    residences
        Table ``residences``; those without a demand point have no row.

    Raises
    ------
    SchemaError
        When the result breaks its schema, for instance by repeated ids.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> joins = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> coverage = lm.measure_coverage(
    ...     network, joins, town.facilities, standard=standard, kinds=["breakfast"],
    ...     walkers=["standard"], cutoff_m=3000, limit_m=100,
    ... )
    >>> by_compound = lm.summarise_residences(coverage, town.demand, town.residences)
    >>> by_compound[["residence_id", "is_covered"]].values.tolist()
    [['r1', True], ['r2', False]]
    """
    shown = select_middle(coverage, demand, residences)
    shown = shown.assign(is_covered=shown["covered_share"] >= 1 / 2)
    own = [name for name in RESIDENCE_COVERAGE.column_names if name in shown.columns]
    return RESIDENCE_COVERAGE.conform(shown[own])


def select_middle(
    coverage: pd.DataFrame, demand: gpd.GeoDataFrame, residences: gpd.GeoDataFrame
) -> pd.DataFrame:
    r"""Return the row of ``coverage`` that stands for each compound: that of its middle point.

    Half of the people of the compound walk no farther than from there: with walks rising, the
    first point m with :math:`\sum_{i \le m} p_i \ge \tfrac12 \sum_i p_i`, see `weighted_quantile`.

    Parameters
    ----------
    coverage, demand, residences
        Tables of the run.

    Returns
    -------
    Columns of ``coverage``, residence_id, and covered_share: the share of the compound's people
    that are covered. One row per compound with a home, kind and walker, sorted.

    Raises
    ------
    KeyError
        When a table lacks a column.

    Examples
    --------
    Of 100 residents 30 live at the outlet, 40 at 700 m and 30 at 1,100 m:

    >>> demand = pd.DataFrame({"demand_id": list("abc"), "residence_id": "r", "place_kind": "home",
    ...                        "population": [30.0, 40.0, 30.0]})
    >>> coverage = pd.DataFrame({"demand_id": list("abc"), "kind": "breakfast",
    ...                          "walker": "standard", "walk_m": [0.0, 700.0, 1100.0],
    ...                          "is_covered": [True, True, False]})
    >>> middle = select_middle(coverage, demand, pd.DataFrame({"residence_id": ["r"]}))
    >>> middle[["demand_id", "walk_m", "covered_share"]].values.tolist()
    [['b', 700.0, 0.7]]
    """
    by = ["residence_id", "kind", "walker"]
    rows = weigh_homes(coverage, demand, residences, by=by)
    rows = rows.sort_values([*by, "walk_m", "demand_id"], kind="stable", na_position="last")
    groups = rows.groupby(by, sort=True)
    total = groups["weight"].transform("sum")
    before = groups["weight"].cumsum() - rows["weight"]
    is_middle = (before < total / 2) & (before + rows["weight"] >= total / 2)
    shown = rows[is_middle].drop_duplicates(by)
    covered = (rows["weight"] * rows["is_covered"]).groupby([rows[name] for name in by]).sum()
    share = covered / groups["weight"].sum()
    return shown.merge(share.rename("covered_share").reset_index(), on=by)


def weigh_homes(
    rows: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    residences: gpd.GeoDataFrame,
    *,
    by: list[str],
) -> pd.DataFrame:
    """Return the rows of compounds' homes with what each counts within its compound.

    Parameters
    ----------
    rows
        Table with demand_id.
    demand, residences
        Tables of the run.
    by
        Columns that tell apart what is summed up: residence_id, and some of `rows`.

    Returns
    -------
    `rows` with residence_id, population and weight: the population, or 1 for each home where
    nobody lives in the whole compound.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    columns = ["demand_id", "residence_id", "population"]
    homes = pd.DataFrame(demand.loc[demand["place_kind"] == "home", columns])
    homes = homes[homes["residence_id"].isin(residences["residence_id"])]
    rows = rows.merge(homes, on="demand_id", how="inner")
    people = rows.groupby(by)["population"].transform("sum")
    return rows.assign(weight=rows["population"].where(people > 0, 1.0))


def summarise_towns(
    coverage: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    residences: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame,
    *,
    standard: PlanningStandard,
) -> pd.DataFrame:
    r"""Return table ``town_coverage``: each town and the district, by kind and walker.

    ``population`` is whom the standard's row counts: residents, with morning workers or not, with
    station passengers or not;
    ``covered_share`` is the share of these people. ``covered_residences_share`` is the share of
    compounds, ``covered_area_share`` that of residential land, both by whether the compound is
    covered (see `summarise_residences`). With :math:`c_i = 1` where the walk is no longer than the
    threshold and weights :math:`p_i` (people counted; 1 for a compound; its land), each share is
    :math:`\sum_i p_i c_i / \sum_i p_i`. ``aim_share`` is that of the people within the target
    distance, missing where the standard's row has none. Median and 90th percentile of the walk
    are taken over the same people, those who reach nothing counting as the farthest: missing when
    they make it up.

    Parameters
    ----------
    coverage, demand, residences, facilities, towns
        Tables of the run; in a metric CRS, because land is measured where ``area_m2`` is missing.
    standard
        Planning standard of the run.

    Returns
    -------
    Towns in the order of `towns`, then demand that lies in no town (id ``""``, only when there is
    some), then the district (id ``ALL``), with further columns residents, workers, passengers,
    elderly_n and the covered share of each.

    Raises
    ------
    StandardError
        When the standard lacks a kind of `coverage`.

    References
    ----------
    Coverage within a standard distance is that of Church, R., ReVelle, C. (1974). The maximal
    covering location problem. Papers of the Regional Science Association 32, 101-118. For the
    percentiles see `weighted_quantile`.

    Examples
    --------
    Of 150 residents 100 have an outlet within 1,000 m, and one of two compounds:

    >>> import livelihood_map as lm
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> joins = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> coverage = lm.measure_coverage(
    ...     network, joins, town.facilities, standard=standard, kinds=["breakfast"],
    ...     walkers=["standard"], cutoff_m=3000, limit_m=100,
    ... )
    >>> by_town = lm.summarise_towns(
    ...     coverage, town.demand, town.residences, town.facilities, town.towns, standard=standard
    ... )
    >>> columns = ["town_id", "covered_population", "covered_share", "covered_residences_share"]
    >>> by_town[columns].round(3).values.tolist()
    [['t', 100.0, 0.667, 0.5], ['ALL', 100.0, 0.667, 0.5]]
    """
    kinds = list(coverage["kind"].unique())
    counted = select_facilities(facilities, standard=standard, kinds=kinds)
    people = with_people(coverage, demand, standard=standard)
    people["is_at_target"] = _is_at_target(people, standard)
    homes = _homes(summarise_residences(coverage, demand, residences), residences)
    names = name_areas(towns, [*people["town_id"], *homes["town_id"]])
    those, these = _by_area(people, _PEOPLE), _by_area(homes, _HOMES)
    outlets_n = _count_outlets(counted)
    rows = [
        {"town_id": town_id, "town_name": town_name, "kind": kind, "walker": walker}
        | _sum_people(*those(walker, kind, town_id))
        | _sum_homes(*these(walker, kind, town_id))
        | {"facilities_n": outlets_n.get((kind, town_id), 0)}
        for walker in coverage["walker"].unique()
        for kind in kinds
        for town_id, town_name in names.items()
    ]
    return TOWN_COVERAGE.conform(pd.DataFrame(rows))


def _is_at_target(rows: pd.DataFrame, standard: PlanningStandard) -> pd.Series[float]:
    """Return 1 where the walk is within the target, 0 beyond, NaN where the kind has no target."""
    limits = {}
    for kind, walker in rows[["kind", "walker"]].drop_duplicates().to_numpy():
        row = standard.kind(kind)
        if row.target_m is not None:
            at_target = replace(row, threshold_m=row.target_m)
            limits[kind, walker] = measure_reach(at_target, standard.walker(walker)).threshold_m
    pairs = zip(rows["kind"], rows["walker"], strict=True)
    limit_m = pd.Series([limits.get(pair, np.nan) for pair in pairs], rows.index, dtype="float64")
    return (rows["walk_m"] <= limit_m).astype("float64").where(limit_m.notna())


def name_areas(towns: gpd.GeoDataFrame, town_ids: Iterable[str]) -> dict[str, str]:
    """Return the name of each row of a summary by its id: towns, what lies in none, the district.

    Parameters
    ----------
    towns
        Table ``towns``, whose order is kept.
    town_ids
        Towns of the things that are summed up; the row of what lies in no town (id ``""``) is only
        there when one of them is.

    Raises
    ------
    KeyError
        When a column is missing.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> list(name_areas(lm.example_town().towns, ["t", ""]))
    ['t', '', 'ALL']
    """
    names = town_names(towns)
    if NO_TOWN_ID in set(town_ids):
        names[NO_TOWN_ID] = label("coverage.no_town")
    names[DISTRICT_ID] = label("coverage.district")
    return names


def rows_of_town(rows: pd.DataFrame, town_id: str) -> pd.DataFrame:
    """Return the rows of one town, all of them for the district.

    Parameters
    ----------
    rows
        A table with a column ``town_id``.
    town_id
        The town; ``""`` for what lies in none, ``ALL`` for the district.

    Raises
    ------
    KeyError
        When the column is missing.

    Examples
    --------
    >>> rows = pd.DataFrame({"town_id": ["t", "t", ""]})
    >>> [len(rows_of_town(rows, town_id)) for town_id in ("t", "", "ALL")]
    [2, 1, 3]
    """
    return rows if town_id == DISTRICT_ID else rows[rows["town_id"] == town_id]


def with_people(
    coverage: pd.DataFrame, demand: gpd.GeoDataFrame, *, standard: PlanningStandard
) -> pd.DataFrame:
    """Return coverage with the town of each row and the people that its kind counts there.

    Parameters
    ----------
    coverage, demand
        Tables of the run.
    standard
        Planning standard of the run.

    Returns
    -------
    Columns of ``coverage``, town_id (``""`` outside every town), population, workers,
    passengers, elderly_n and people, see `count_people`.

    Raises
    ------
    StandardError
        When the standard lacks a kind.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> coverage = pd.DataFrame({"demand_id": ["d1", "d2"], "kind": "wet_market"})
    >>> with_people(coverage, town.demand, standard=standard)["people"].tolist()
    [100.0, 50.0]
    """
    columns = ["demand_id", "town_id", *CROWDS, "elderly_n"]
    rows = coverage.merge(pd.DataFrame(demand[columns]), on="demand_id", how="inner")
    people = rows["population"].copy()
    for kind in rows["kind"].unique():
        own = rows[rows["kind"] == kind]
        people[own.index] = count_people(own, standard=standard, kind=kind)
    return rows.assign(town_id=rows["town_id"].fillna(NO_TOWN_ID), people=people)


def weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    r"""Return the smallest value that at least `share` of the weight does not exceed.

    The inverse of the weighted distribution function,
    :math:`\min \{ x : \sum_{x_i \le x} w_i \ge s \sum_i w_i \}`.

    Parameters
    ----------
    values
        Values; NaN stands above all others.
    weights
        Weight of each value, not negative.
    share
        Share of the weight, 0 to 1.

    Returns
    -------
    The value, NaN when it is one of the missing or there is no weight.

    References
    ----------
    Definition 1 of Hyndman, R. J., Fan, Y. (1996). Sample quantiles in statistical packages. The
    American Statistician 50(4), 361-365, with weights.

    Examples
    --------
    >>> weighted_quantile(np.array([9.0, 3.0, np.nan]), np.array([1.0, 5.0, 4.0]), 0.5)
    3.0
    """
    has_weight = weights > 0
    values, weights = values[has_weight], weights[has_weight]
    if values.size == 0:
        return float("nan")
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    at = int(np.searchsorted(reached, share * reached[-1] * (1 - 1e-12), side="left"))
    return float(values[order][min(at, values.size - 1)])


def _homes(compounds: pd.DataFrame, residences: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the compounds' coverage with town and residential land."""
    measured = residences.geometry.area
    area = residences["area_m2"].fillna(measured.where(measured > 0))
    land = pd.DataFrame(
        {
            "residence_id": residences["residence_id"],
            "town_id": residences["town_id"].fillna(NO_TOWN_ID),
            "area_m2": area,
        }
    )
    return compounds.merge(land, on="residence_id", how="left")


def _share(part: float, whole: float) -> float:
    """Return part of whole, NaN of nothing; never above 1 by a rounding error."""
    return min(part / whole, 1.0) if whole > 0 else float("nan")


def _by_area(
    rows: pd.DataFrame, columns: tuple[str, ...]
) -> Callable[[str, str, str], list[Floats]]:
    """Return how to look up the columns, as arrays, of one walker, kind and town or the district.

    Missing figures count nothing, missing walks and targets stay missing; rows keep their order.
    """
    kept = {"walk_min", "is_at_target"}
    filled = rows[list(columns)].fillna(dict.fromkeys(set(columns) - kept, 0))
    values = [filled[name].to_numpy(np.float64) for name in columns]
    nothing = np.empty(0, np.int64)
    parts: dict[tuple[str, ...], Longs] = {}
    for key in (["walker", "kind"], ["walker", "kind", "town_id"]):
        parts |= rows.groupby(key, sort=False).indices

    def look_up(walker: str, kind: str, town_id: str) -> list[Floats]:
        area = (walker, kind) if town_id == DISTRICT_ID else (walker, kind, town_id)
        at = parts.get(area, nothing)
        return [column[at] for column in values]

    return look_up


def _sum_people(
    minutes: Floats, is_covered: Floats, is_at_target: Floats, people: Floats, *crowds: Floats
) -> dict[str, Any]:
    """Return the figures about people of one town, kind and walker; arrays as in `_PEOPLE`."""
    served = is_covered > 0
    figures: dict[str, Any] = {}
    for (total, share), weights in zip(_CROWDS, (people, *crowds), strict=True):
        figures[total] = float(weights.sum())
        figures[share] = _share(float(weights[served].sum()), figures[total])
    return figures | {
        "covered_population": float(people[served].sum()),
        "aim_share": _share(float((people * is_at_target).sum()), float(people.sum())),
        "median_walk_min": weighted_quantile(minutes, people, 0.5),
        "p90_walk_min": weighted_quantile(minutes, people, 0.9),
    }


def _sum_homes(is_covered: Floats, land: Floats) -> dict[str, Any]:
    """Return the figures about compounds of one town, kind and walker; arrays as in `_HOMES`."""
    return {
        "residences_n": is_covered.size,
        "covered_residences_share": _share(float(is_covered.sum()), is_covered.size),
        "covered_area_share": _share(float(land[is_covered > 0].sum()), float(land.sum())),
    }


def _count_outlets(outlets: gpd.GeoDataFrame) -> dict[tuple[str, str], int]:
    """Return how many facilities of each kind stand in each town, and inside the district."""
    inside = pd.DataFrame(outlets.loc[outlets["is_inside"], ["kind", "town_id"]])
    inside = inside.fillna({"town_id": NO_TOWN_ID})
    both = pd.concat([inside, inside.assign(town_id=DISTRICT_ID)])
    counts: dict[tuple[str, str], int] = both.groupby(["kind", "town_id"]).size().to_dict()
    return counts
