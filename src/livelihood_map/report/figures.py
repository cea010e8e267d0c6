"""The figures of reports: every number in a workbook, chart or brief is made here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from livelihood_map.core.ordering import in_order
from livelihood_map.core.people import CROWDS
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.coverage.equity_tables import compare_walks
from livelihood_map.coverage.measuring import measure_reach
from livelihood_map.coverage.selection import count_people

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.report.context import ReportTables


def list_uncovered(tables: ReportTables, *, standard: PlanningStandard) -> pd.DataFrame:
    """Return the compounds that are not covered, the largest first within kind and walker.

    Kinds and walkers stand in the order of ``town_coverage``.

    Parameters
    ----------
    tables
        Tables of the run.
    standard
        Planning standard of the run.

    Returns
    -------
    One row a compound, kind and walker: town_id, town_name, name, population, walk_m, walk_min,
    reason (too_far, unreachable, off_network), excess_m beyond what the walker makes within the
    threshold, is_covered_after (missing without a plan).

    Raises
    ------
    StandardError
        When the standard lacks a kind or walker of the tables.
    """
    homes = tables.residences[["residence_id", "town_id", "name", "population"]]
    names = tables.towns[["town_id", "town_name"]]
    uncovered = tables.residence_coverage
    uncovered = uncovered[~uncovered["is_covered"]].merge(pd.DataFrame(homes), on="residence_id")
    uncovered = uncovered.merge(pd.DataFrame(names), on="town_id", how="left")
    key = ["residence_id", "kind", "walker"]
    uncovered["is_covered_after"] = pd.Series(pd.NA, index=uncovered.index, dtype="boolean")
    if tables.residence_coverage_after is not None:
        later = tables.residence_coverage_after[[*key, "is_covered"]]
        later = later.rename(columns={"is_covered": "is_covered_after"})
        uncovered = uncovered.drop(columns="is_covered_after").merge(later, on=key, how="left")
    limits = {
        (kind, walker): measure_reach(standard.kind(kind), standard.walker(walker)).threshold_m
        for kind, walker in uncovered[["kind", "walker"]].drop_duplicates().to_numpy()
    }
    pairs = zip(uncovered["kind"], uncovered["walker"], strict=True)
    reach_m = np.array([limits[pair] for pair in pairs], dtype=np.float64)
    uncovered["excess_m"] = (uncovered["walk_m"] - reach_m).round(3)
    off = _homes_off_network(tables)
    far = np.where(uncovered["residence_id"].isin(off), "off_network", "unreachable")
    uncovered["reason"] = np.where(uncovered["walk_m"].notna(), "too_far", far)
    figures = tables.town_coverage
    uncovered = uncovered.sort_values(["population", "residence_id"], ascending=[False, True])
    return in_order(uncovered, kind=figures["kind"].unique(), walker=figures["walker"].unique())


def _homes_off_network(tables: ReportTables) -> set[str]:
    """Return the compounds none of whose demand points is joined to a street."""
    joined = set(tables.joins.loc[tables.joins["reason"].isna(), "point_id"])
    homes = tables.demand[["demand_id", "residence_id"]].dropna()
    is_joined = homes["demand_id"].isin(joined).groupby(homes["residence_id"]).any()
    return set(is_joined.index[~is_joined])


def measure_tiers(tables: ReportTables, *, standard: PlanningStandard) -> pd.DataFrame:
    """Return the share of people within each tier, by town, kind and walker.

    Shares within tiers are cumulative; ``beyond_share`` is that of walks beyond the last tier,
    ``none_share`` that of people who reach nothing within the distance searched.

    Parameters
    ----------
    tables
        Tables of the run.
    standard
        Planning standard of the run.

    Returns
    -------
    Rows as in ``town_coverage``: town_id, town_name, kind, walker, people, then
    ``within_300_share`` and so on for the tiers of all kinds (missing where a kind lacks one),
    with ``*_share_after`` where there is a plan.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the tables.
    """
    before = _tiers(tables, tables.coverage, standard)
    if tables.coverage_after is None:
        return before
    after = _tiers(tables, tables.coverage_after, standard)
    key = ["town_id", "kind", "walker"]
    shares = [name for name in after.columns if name.endswith("_share")]
    later = after[[*key, *shares]].rename(columns={name: f"{name}_after" for name in shares})
    return before.merge(later, on=key, how="left", validate="one_to_one")


def tiers_of(kinds: Sequence[str], *, standard: PlanningStandard) -> list[float]:
    """Return the tiers of these kinds together, metres, rising.

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    """
    return sorted({tier for kind in kinds for tier in standard.kind(kind).tiers_m})


def _tiers(
    tables: ReportTables, coverage: pd.DataFrame, standard: PlanningStandard
) -> pd.DataFrame:
    """Return the shares within tiers that one coverage table gives."""
    demand = pd.DataFrame(tables.demand[["demand_id", "town_id", *CROWDS]])
    names = tables.town_coverage[["town_id", "town_name", "kind", "walker"]]
    kinds = list(coverage["kind"].unique())
    tiers = tiers_of(kinds, standard=standard)
    parts = []
    for (kind, walker), rows in coverage.groupby(["kind", "walker"], sort=False):
        here = rows.merge(demand, on="demand_id")
        here["people"] = count_people(here, standard=standard, kind=kind)
        own = standard.kind(kind).tiers_m
        sums = {"people": here["people"]}
        for tier in tiers:
            held = here["people"].where(here["tier_m"] <= tier, 0.0)
            sums[f"within_{tier:g}_share"] = held if tier in own else held * np.nan
        is_far = here["tier_m"].isna() & here["walk_m"].notna()
        sums["beyond_share"] = here["people"].where(is_far, 0.0)
        sums["none_share"] = here["people"].where(here["walk_m"].isna(), 0.0)
        values = pd.DataFrame(sums)
        by_town = values.groupby(here["town_id"].fillna("").to_numpy()).sum(min_count=1)
        by_town.loc[DISTRICT_ID] = values.sum(min_count=1)
        shares = [name for name in by_town.columns if name != "people"]
        by_town[shares] = by_town[shares].div(
            by_town["people"].where(by_town["people"] > 0), axis=0
        )
        by_town.index.name = "town_id"
        parts.append(by_town.reset_index().assign(kind=kind, walker=walker))
    figures = pd.concat(parts, ignore_index=True)
    return names.merge(figures, on=["town_id", "kind", "walker"], how="left")


def summarise_joins(tables: ReportTables, *, demand: pd.DataFrame) -> pd.DataFrame:
    """Return how demand points were joined to streets: one row a result.

    Parameters
    ----------
    tables
        Tables of the run.
    demand
        The demand points that are counted.

    Returns
    -------
    reason (``joined`` first), points_n, residents, workers, passengers; a point counts as joined
    when one of its accesses is.

    Raises
    ------
    KeyError
        When a table lacks a column of its schema.
    """
    joins = tables.joins.assign(is_joined=tables.joins["reason"].isna())
    joins = joins.sort_values(["point_id", "is_joined"], ascending=[True, False], kind="stable")
    first = joins.drop_duplicates("point_id")[["point_id", "reason"]]
    points = demand.merge(first, left_on="demand_id", right_on="point_id", how="left")
    points["reason"] = points["reason"].fillna("joined")
    counts = points.groupby("reason").agg(
        points_n=("demand_id", "size"),
        residents=("population", "sum"),
        workers=("workers", "sum"),
        passengers=("passengers", "sum"),
    )
    others = sorted(set(counts.index) - {"joined"})
    return counts.reindex(["joined", *others], fill_value=0).rename_axis("reason").reset_index()


def measure_evenness(
    tables: ReportTables, *, standard: PlanningStandard, cutoff_m: float
) -> pd.DataFrame:
    """Return how evenly walks are spread over people, by kind and town, with those of the plan.

    Parameters
    ----------
    tables
        Tables of the run.
    standard
        Planning standard of the run.
    cutoff_m
        Distance searched, metres; a walk beyond it counts as that distance.

    Returns
    -------
    Rows of ``town_equity`` about walks: town_id, town_name, kind, walker, population, mean_m,
    worst_decile_m, gini, palma, and the last four with ``_after`` where there is a plan.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the tables.
    """
    names = {"mean": "mean_m", "worst_decile": "worst_decile_m"}
    before = tables.town_equity[tables.town_equity["measure"] == "walk_m"].rename(columns=names)
    if tables.coverage_after is None or before.empty:
        return before
    after = compare_walks(
        tables.coverage_after,
        tables.demand,
        tables.towns,
        standard=standard,
        walker=before["walker"].iloc[0],
        cutoff_m=cutoff_m,
    ).rename(columns=names)
    key = ["town_id", "kind"]
    later = after[[*key, "mean_m", "worst_decile_m", "gini", "palma"]].set_index(key)
    return before.merge(later.add_suffix("_after").reset_index(), on=key, how="left")
