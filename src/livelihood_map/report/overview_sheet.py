"""The first sheet of a workbook: one page that says how the towns stand, and where each ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.labels import label, name_of
from livelihood_map.core.ordering import in_order
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.telling import name_kind, tell_metres, tell_people
from livelihood_map.core.workbook import Chart, Sheet, headings
from livelihood_map.report.sheets import unit_formats, with_absent, with_names

if TYPE_CHECKING:
    import pandas as pd

    from livelihood_map.report.context import ReportContext

RANKED_KINDS: Final = 3
"""With more kinds than this only the leading one has its ranks told, so that the page holds all."""
_TOWN: Final = (
    "kind_name",
    "population",
    "covered_share",
    "covered_share_after",
    "district_share",
    "rank",
    "aim_share",
    "aim_share_after",
    "facilities_n",
)


def rank_towns(by_town: pd.DataFrame) -> pd.Series[int]:
    """Return the rank of each town among the towns, by kind and walker, 1 where most are covered.

    Towns with the same share share a rank; the district, and towns without people, have none.

    Parameters
    ----------
    by_town
        Table ``town_coverage``.

    Raises
    ------
    KeyError
        When the table lacks a column.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"town_id": ["a", "b", "c", "ALL"], "kind": "k", "walker": "w",
    ...                       "covered_share": [0.5, 0.9, 0.5, 0.6]})
    >>> rank_towns(table).tolist()
    [2, 1, 2, <NA>]
    """
    towns = by_town[by_town["town_id"] != DISTRICT_ID]
    shares = towns.groupby(["kind", "walker"], sort=False)["covered_share"]
    ranks = shares.rank(method="min", ascending=False)
    return ranks.reindex(by_town.index).astype("Int64").rename("rank")


def _of_first_walker(by_town: pd.DataFrame, context: ReportContext) -> pd.DataFrame:
    """Return the figures of the first walker, with ranks, by kind as in the settings."""
    own = by_town[by_town["walker"] == context.settings.coverage.walkers[0]]
    return in_order(own.assign(rank=rank_towns(own)), kind=context.kinds)


def _measure(context: ReportContext, kind: str) -> dict[str, str]:
    """Return the words of a heading: kind, metres and whose people."""
    row = context.standard.kind(kind)
    return {
        "kind": name_kind(row),
        "threshold_m": tell_metres(row.threshold_m),
        "people": tell_people(row),
    }


def district_overview(
    by_town: pd.DataFrame, sites: pd.DataFrame | None, *, title: str, context: ReportContext
) -> Sheet:
    """Return the page of the towns: each kind before and after, the rank, the sites, a chart.

    Parameters
    ----------
    by_town
        Table ``town_coverage``.
    sites
        Table ``sites``; None without a plan.
    title
        First line of the sheet.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the table.
    """
    figures, leading = _of_first_walker(by_town, context), context.leading_kind
    ranked = context.kinds if len(context.kinds) <= RANKED_KINDS else [leading]
    table = figures[["town_id", "town_name"]].drop_duplicates().set_index("town_id")
    heads = headings("report.town", ("town_name",))
    for kind in context.kinds:
        own, words = figures[figures["kind"] == kind].set_index("town_id"), _measure(context, kind)
        columns = {"covered_share": "share"}
        if kind == context.settings.siting.kind and "covered_share_after" in own:
            columns["covered_share_after"] = "share_after"
        if kind in ranked:
            columns["rank"] = "kind_rank"
        for column, key in columns.items():
            table[f"{kind}_{column}"] = own[column]
            heads[f"{kind}_{column}"] = label(f"report.overview_{key}", **words)
    if sites is not None:
        counts = sites["town_id"].value_counts()
        table["sites"] = [counts.get(town, 0) for town in table.index]
        table.loc[table.index == DISTRICT_ID, "sites"] = len(sites)
        heads["sites"] = label("report.overview_sites", kind=name_of("core.kind", leading))
    shares = [name for name in heads if "_covered_share" in name]
    drawn = [name for name in shares if name.startswith(f"{leading}_covered_share")]
    return Sheet(
        label("report.sheet_overview"),
        table.reset_index(),
        heads,
        caption=title,
        notes=[*_notes(context), *context.basis.tell_absent()],
        formats=dict.fromkeys(shares, "0.0%"),
        scales=shares,
        chart=Chart(
            heads[f"{leading}_covered_share"],
            "town_name",
            drawn,
            int((table.index != DISTRICT_ID).sum()),
        ),
    )


def town_overview(
    by_town: pd.DataFrame, *, town_id: str, title: str, context: ReportContext
) -> Sheet:
    """Return the page of one town: each kind before and after, the district's share, the rank.

    Parameters
    ----------
    by_town
        Table ``town_coverage``.
    town_id
        The town.
    title
        First line of the sheet.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the table.
    """
    figures = _of_first_walker(by_town, context)
    whole = figures[figures["town_id"] == DISTRICT_ID].set_index("kind")["covered_share"]
    own: Any = figures[figures["town_id"] == town_id]
    own = own.assign(district_share=own["kind"].map(whole))
    table = with_names(own, standard=context.standard)
    heads = headings("report.overview", _TOWN)
    drawn = ["covered_share", "covered_share_after", "district_share"]
    return Sheet(
        label("report.sheet_overview"),
        with_absent(table, told_in="covered_share", context=context),
        heads,
        caption=title,
        notes=_notes(context),
        formats=unit_formats(heads),
        widths={"kind_name": 40.0},
        scales=[name for name in heads if name.endswith(("share", "share_after"))],
        chart=Chart(
            label("report.overview_chart"),
            "kind_name",
            [name for name in drawn if name in table.columns],
            len(table),
        ),
    )


def _notes(context: ReportContext) -> list[str]:
    """Return the marks, what is counted, the sources, and what a rank means."""
    return [
        *context.marks(),
        *context.sources(),
        label("report.denominator_note"),
        label("report.overview_note"),
    ]
