"""Coverage by community (居村委), and the target that is a share of communities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.labels import label
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.telling import name_kind, tell_metres
from livelihood_map.core.workbook import Sheet, headings

if TYPE_CHECKING:
    from livelihood_map.report.context import ReportContext, ReportTables

HALF: Final = 0.5
"""A community is covered when at least this share of its residents is, as a compound is."""


def measure_communities(
    tables: ReportTables, context: ReportContext, *, coverage: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return residents and covered residents of each community, by kind, for the first walker.

    Compounds without a community stand in one row a town, so that the rows of a town add up to it.

    Parameters
    ----------
    tables
        Tables of the run, with communities.
    context
        What a report must know beside its tables.
    coverage
        Table ``coverage`` of the present or of the plan; the present one when None.

    Returns
    -------
    community_id (missing for the compounds without one), name, town_id, residences_n, population,
    and for each kind ``covered_<kind>``, by town and id.

    Raises
    ------
    KeyError
        When a table lacks a column of its schema.
    """
    walker = context.settings.coverage.walkers[0]
    homes = pd.DataFrame(tables.residences[["residence_id", "town_id", "population"]])
    homes["community_id"] = tables.residences["community_id"].to_numpy()
    people = pd.DataFrame(tables.demand[["demand_id", "residence_id", "population"]]).dropna()
    rows = tables.coverage if coverage is None else coverage
    rows = rows[rows["is_covered"] & (rows["walker"] == walker)]
    covered = rows[["demand_id", "kind"]].merge(people, on="demand_id")
    sums = covered.pivot_table("population", "residence_id", "kind", "sum", fill_value=0.0)
    sums = sums.reindex(columns=context.kinds, fill_value=0.0).add_prefix("covered_")
    homes = homes.join(sums, on="residence_id").fillna(dict.fromkeys(sums.columns, 0.0))
    key = ["town_id", "community_id"]
    grouped = homes.assign(residences_n=1).drop(columns="residence_id").groupby(key, dropna=False)
    measured: Any = grouped.sum().reset_index()
    known = tables.communities
    if known is not None:
        listed = known[["community_id", "name", "town_id"]]
        empty = listed[~listed["community_id"].isin(measured["community_id"])]
        names = dict(zip(known["community_id"], known["name"], strict=True))
        measured = pd.concat([measured, empty], ignore_index=True)
        measured["name"] = measured["community_id"].map(names)
    numbers = ["residences_n", "population", *sums.columns]
    measured[numbers] = measured[numbers].fillna(0.0)
    return measured.sort_values(key, ignore_index=True)


def share_of_communities(measured: pd.DataFrame, kind: str) -> pd.Series[float]:
    """Return the share of communities that a kind covers, by town, and in the district.

    Communities without a listed compound are left out: nothing is known of their residents.

    Parameters
    ----------
    measured
        Rows of :func:`measure_communities`.
    kind
        The kind.

    Raises
    ------
    KeyError
        When a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"community_id": ["1", "2", None], "town_id": "t",
    ...                      "population": [10.0, 10.0, 5.0], "covered_k": [5.0, 4.0, 5.0]})
    >>> share_of_communities(rows, "k").to_dict()
    {'t': 0.5, 'ALL': 0.5}
    """
    own = measured[measured["community_id"].notna() & (measured["population"] > 0)]
    is_covered = own[f"covered_{kind}"] >= HALF * own["population"]
    shares = is_covered.groupby(own["town_id"]).mean()
    shares[DISTRICT_ID] = is_covered.mean()
    return shares


def with_communities(tables: ReportTables, context: ReportContext) -> pd.DataFrame:
    """Return ``town_coverage`` with the shares of communities that are covered.

    Parameters
    ----------
    tables
        Tables of the run.
    context
        What a report must know beside its tables.

    Returns
    -------
    The table with covered_communities_share, and ``_after`` where there is a plan; as it is where
    no communities are known.

    Raises
    ------
    KeyError
        When a table lacks a column of its schema.
    """
    figures = tables.town_coverage
    if tables.communities is None or tables.communities.empty:
        return figures
    kinds = figures["kind"].unique()
    for suffix, coverage in (("", tables.coverage), ("_after", tables.coverage_after)):
        if coverage is None:
            continue
        measured = measure_communities(tables, context, coverage=coverage)
        shares = {
            (town, kind): share
            for kind in kinds
            for town, share in share_of_communities(measured, kind).items()
        }
        pairs = zip(figures["town_id"], figures["kind"], strict=True)
        told = [shares.get(pair, float("nan")) for pair in pairs]
        figures = figures.assign(**{f"covered_communities_share{suffix}": told})
    return figures


def community_sheet(
    measured: pd.DataFrame, towns: pd.DataFrame, *, context: ReportContext
) -> Sheet:
    """Return the sheet of coverage by community.

    Parameters
    ----------
    measured
        Rows of :func:`measure_communities`.
    towns
        Table ``towns``.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the settings.
    """
    names = dict(zip(towns["town_id"], towns["town_name"], strict=True))
    table = measured.assign(
        town_name=measured["town_id"].map(names),
        name=measured["name"].fillna(label("report.community_none")),
    )
    heads = headings("report.community", ("town_name", "name", "residences_n", "population"))
    shares = []
    for kind in context.kinds:
        row = context.standard.kind(kind)
        table[f"share_{kind}"] = table[f"covered_{kind}"] / table["population"].where(
            table["population"] > 0
        )
        heads[f"share_{kind}"] = label(
            "report.community_share", kind=name_kind(row), threshold_m=tell_metres(row.threshold_m)
        )
        shares.append(f"share_{kind}")
    covered = [f"covered_{kind}" for kind in context.kinds]
    for kind in context.kinds:
        heads[f"covered_{kind}"] = label(
            "report.community_covered", kind=name_kind(context.standard.kind(kind))
        )
    heads["community_id"] = label("report.community_id")
    return Sheet(
        label("report.sheet_communities"),
        table,
        heads,
        notes=[*context.marks(), *context.sources(), label("report.community_note")],
        formats=dict.fromkeys(["residences_n", "population", *covered], "#,##0")
        | dict.fromkeys(shares, "0.0%"),
        scales=shares,
        unprinted=covered,
        frozen_n=2,
    )
