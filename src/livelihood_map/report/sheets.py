"""The sheets of a workbook, each from the figures of the district or of one town."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.labels import label, name_of
from livelihood_map.core.telling import (
    name_kind,
    tell_denominator,
    tell_gap,
    tell_kind,
    tell_metres,
    tell_people,
    tell_reach,
)
from livelihood_map.core.workbook import Sheet, headings, yes_no
from livelihood_map.coverage import compare_walkers
from livelihood_map.report.figures import tiers_of
from livelihood_map.report.sites import PLAN_COLUMNS, SITE_FORMATS, SITE_LOOK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from livelihood_map.core.standards import KindRow, PlanningStandard, Walker
    from livelihood_map.report.context import ReportContext

WARM, COLD = "#FDDBC7", "#D1E5F0"
_MEASURES: Final = (
    "aim_share",
    "covered_residences_share",
    "covered_area_share",
    "median_walk_min",
    "p90_walk_min",
    "facilities_n",
)
TOWN_COLUMNS: Final = (
    "town_name",
    "kind_name",
    "walker_name",
    "population",
    "covered_share",
    "covered_share_after",
    "aim_share",
    "aim_share_after",
    "covered_residences_share",
    "covered_communities_share",
    "is_met_name",
)
"""Columns of coverage by town that print on one page."""
EVERY_COLUMN: Final = (
    "town_name",
    "kind_name",
    "walker_name",
    "residences_n",
    "population",
    "covered_population",
    "covered_share",
    "covered_share_after",
    "target_share",
    "is_met_name",
    "is_met_after_name",
    *(name + suffix for name in _MEASURES for suffix in ("", "_after")),
    "dwelling_covered_share",
)
COMPOUND_COLUMNS: Final = (
    "town_name",
    "name",
    "kind_name",
    "walker_name",
    "population",
    "walk_m",
    "walk_min",
    "reason_name",
    "excess_m",
    "is_covered_after_name",
    "residence_id",
)
_SUMMARY: Final = (
    "population",
    "covered_population",
    "uncovered_population",
    "covered_share",
    "target_share",
    "dwelling_covered_share",
    *_MEASURES,
)
_SIGN_OFF: Final = (
    "rank",
    "name",
    "near",
    "gained_population",
    "gained_workers",
    "why",
    "agreed",
    "remark",
    "lon",
    "lat",
    "town_name",
    "gained_passengers",
    "candidate_id",
)
_UNIT_FORMATS: Final = {
    "share": "0.0%",
    "min": "0",
    "m": "#,##0",
    "n": "#,##0",
    "population": "#,##0",
    "people": "#,##0",
}


def unit_format(column: str) -> str:
    """Return Excel's number format for a column, from the unit in its name.

    Examples
    --------
    >>> unit_format("covered_share_after"), unit_format("walk_m"), unit_format("name")
    ('0.0%', '#,##0', 'General')
    """
    unit = column.removesuffix("_after").rpartition("_")[2]
    return _UNIT_FORMATS.get(unit, "General")


def unit_formats(columns: Iterable[str]) -> dict[str, str]:
    """Return Excel's number format of each column, from the unit in its name."""
    return {name: unit_format(name) for name in columns}


def with_names(table: pd.DataFrame, *, standard: PlanningStandard | None = None) -> pd.DataFrame:
    """Return a table with the names of kind and walker beside their ids, and of a unit.

    Parameters
    ----------
    table
        A table with kind and walker.
    standard
        With it the name of a kind says its measure too: whose people, within which walks.

    Raises
    ------
    KeyError
        When the table has neither.
    StandardError
        When the standard lacks a kind or walker of the table.
    """
    kinds = [name_of("core.kind", value) for value in table["kind"]]
    if standard is not None:
        pairs = zip(table["kind"], table["walker"], strict=True)
        kinds = [
            tell_kind(standard.kind(kind), walker=standard.walker(walker)) for kind, walker in pairs
        ]
    named = table.assign(
        kind_name=kinds,
        walker_name=[name_of("core.walker", value) for value in table["walker"]],
    )
    if "unit" in table:
        named["unit_name"] = [name_of("report.unit", value) for value in table["unit"]]
    return named


def with_absent(table: pd.DataFrame, *, told_in: str, context: ReportContext) -> pd.DataFrame:
    """Return figures by town and kind with a row for each kind that no register was given of.

    Parameters
    ----------
    table
        Figures with town_id, town_name and kind_name.
    told_in
        Column of a figure in which the row says so; its other figures are missing.
    context
        What a report must know beside its tables.

    Raises
    ------
    KeyError
        When the table lacks a column.
    """
    absent = [name_of("core.kind", kind) for kind in context.basis.absent_kinds]
    if not absent:
        return table
    places = table[["town_id", "town_name"]].drop_duplicates()
    told = pd.DataFrame({"kind_name": absent, told_in: label("core.register_absent")})
    rows = places.merge(told, how="cross")
    return pd.concat([table.astype({told_in: object}), rows], ignore_index=True)


def _flags(*names: str) -> dict[str, Mapping[str, str]]:
    """Return warm for no, cold for yes, in these columns."""
    return {name: {label("core.no"): WARM, label("core.yes"): COLD} for name in names}


def with_targets(town_coverage: pd.DataFrame, *, standard: PlanningStandard) -> pd.DataFrame:
    """Return figures by town with the target share, and whether it is met.

    The share compared is that of the row's denominator: people, compounds or communities, for which
    compounds stand in where no communities are known.

    Parameters
    ----------
    town_coverage
        Table ``town_coverage``.
    standard
        Planning standard of the run.

    Returns
    -------
    The table with target_share, is_met and, where there is a plan, is_met_after; missing where
    the standard has no target or there is nobody to cover.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the table.
    """
    rows = [standard.kind(kind) for kind in town_coverage["kind"]]
    figures = town_coverage.assign(target_share=[row.target_share for row in rows])
    figures["target_share"] = figures["target_share"].astype("float64")
    for suffix in ("", "_after"):
        if f"covered_share{suffix}" not in figures.columns:
            continue
        is_people = pd.Series([row.denominator == "people" for row in rows], index=figures.index)
        places = figures[f"covered_residences_share{suffix}"]
        if f"covered_communities_share{suffix}" in figures:
            counts = [row.denominator == "communities" for row in rows]
            known = figures[f"covered_communities_share{suffix}"]
            places = places.mask(pd.Series(counts, index=figures.index), known)
        share = figures[f"covered_share{suffix}"].where(is_people, places)
        is_met = (share >= figures["target_share"]).astype("boolean")
        figures[f"is_met{suffix}"] = is_met.mask(share.isna() | figures["target_share"].isna())
    return figures


def stand_in_notes(town_coverage: pd.DataFrame, *, standard: PlanningStandard) -> list[str]:
    """Return by what the targets that count communities were checked.

    Parameters
    ----------
    town_coverage
        Table ``town_coverage``.
    standard
        Planning standard of the run.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the table.
    """
    rows = [standard.kind(kind) for kind in town_coverage["kind"].unique()]
    kinds = [name_kind(row) for row in rows if row.denominator == "communities"]
    if not kinds:
        return []
    is_known = "covered_communities_share" in town_coverage
    key = "report.communities_known" if is_known else "report.communities_stand_in"
    return [label(key, kinds=label("report.and").join(kinds))]


def town_sheet(
    town_coverage: pd.DataFrame,
    *,
    context: ReportContext,
    columns: Sequence[str] = TOWN_COLUMNS,
) -> Sheet:
    """Return the sheet of coverage by town, kind and walker, with its denominators.

    Parameters
    ----------
    town_coverage
        Table ``town_coverage``.
    context
        What a report must know beside its tables.
    columns
        Columns that are shown; `EVERY_COLUMN` is wider than a page.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the table.
    """
    standard = context.standard
    table = with_names(with_targets(town_coverage, standard=standard), standard=standard)
    for suffix in ("", "_after"):
        if f"is_met{suffix}" in table.columns:
            table[f"is_met{suffix}_name"] = yes_no(table[f"is_met{suffix}"])
    return Sheet(
        label("report.sheet_towns"),
        with_absent(table, told_in="covered_share", context=context),
        context.heads("report.town", columns),
        notes=[
            *context.marks(),
            *context.sources(),
            label("report.denominator_note"),
            *stand_in_notes(town_coverage, standard=standard),
        ],
        formats=unit_formats(columns),
        scales=[name for name in columns if name.startswith("covered_") and "share" in name],
        flags=_flags("is_met_name", "is_met_after_name"),
        frozen_n=2,
    )


def walkers_sheet(town_coverage: pd.DataFrame, *, town_id: str, context: ReportContext) -> Sheet:
    """Return the sheet that sets the walkers of a run side by side.

    Parameters
    ----------
    town_coverage
        Table ``town_coverage`` with several walkers.
    town_id
        The town, or ``ALL`` for the district.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a walker of the table.
    """
    table = compare_walkers(town_coverage, town_id=town_id)
    heads = {"kind_name": label("report.summary_kind_name")}
    for walker in town_coverage["walker"].unique():
        name = name_of("core.walker", walker)
        heads[f"{walker}_covered_share"] = label("report.walkers_share", walker=name)
        heads[f"{walker}_median_walk_min"] = label("report.walkers_min", walker=name)
    shares = [column for column in heads if column.endswith("_share")]
    return Sheet(
        label("report.sheet_walkers"),
        table.assign(kind_name=[tell_kind(context.standard.kind(kind)) for kind in table["kind"]]),
        heads,
        notes=[*context.marks(), *context.sources(), label("report.tier_note")],
        formats=unit_formats(heads),
        scales=shares,
    )


def tier_sheet(tiers: pd.DataFrame, *, context: ReportContext) -> Sheet:
    """Return the sheet of people within each tier.

    Parameters
    ----------
    tiers
        Figures of :func:`~livelihood_map.report.figures.measure_tiers`.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the table.
    """
    heads = headings("report.town", ("town_name",))
    heads |= context.heads("report.summary", ("kind_name", "walker_name"))
    heads["people"] = label("report.tier_people")
    for suffix in ("", "_after"):
        for tier in tiers_of(list(tiers["kind"].unique()), standard=context.standard):
            text = label(f"report.tier_within{suffix}", tier_m=tell_metres(tier))
            heads[f"within_{tier:g}_share{suffix}"] = text
        for name in ("beyond_share", "none_share"):
            cutoff_m = tell_metres(context.settings.coverage.cutoff_m)
            heads[name + suffix] = label(f"report.tier_{name}{suffix}", cutoff_m=cutoff_m)
    first = next(name for name in heads if name.startswith("within_"))
    return Sheet(
        label("report.sheet_tiers"),
        with_absent(with_names(tiers, standard=context.standard), told_in=first, context=context),
        heads,
        notes=[*context.marks(), label("report.tier_note")],
        formats=unit_formats(heads),
        scales=[name for name in heads if name.startswith("within_")],
        frozen_n=2,
    )


def uncovered_sheet(uncovered: pd.DataFrame, *, context: ReportContext) -> Sheet:
    """Return the sheet of compounds that are not covered, with reason and distance.

    Parameters
    ----------
    uncovered
        Figures of :func:`~livelihood_map.report.figures.list_uncovered`.
    context
        What a report must know beside its tables.

    Raises
    ------
    KeyError
        When the table lacks a column.
    """
    cutoff_m = context.settings.coverage.cutoff_m
    reasons = [tell_gap(value, cutoff_m) for value in uncovered["reason"]]
    table = with_names(uncovered).assign(reason_name=reasons)
    if uncovered["is_covered_after"].notna().any():
        table["is_covered_after_name"] = yes_no(uncovered["is_covered_after"])
    return Sheet(
        label("report.sheet_uncovered"),
        table,
        context.heads("report.compound", COMPOUND_COLUMNS),
        notes=[*context.marks(), *context.sources()],
        formats=unit_formats(COMPOUND_COLUMNS),
        bars=["population", "excess_m"],
        flags=_flags("is_covered_after_name"),
        frozen_n=2,
    )


def summary_sheet(figures: pd.DataFrame, *, title: str, context: ReportContext) -> Sheet:
    """Return the sheet of key figures of one area, each with its denominator.

    Parameters
    ----------
    figures
        Rows of ``town_coverage`` of this area.
    title
        First line of the sheet.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the tables.
    """
    rows: list[dict[str, object]] = []
    for figure in with_names(figures, standard=context.standard).to_dict("records"):
        row = context.standard.kind(figure["kind"])
        for name in _SUMMARY:
            rows += _summary_rows(name, figure, row, context.standard.walker(figure["walker"]))
    rows += [
        {
            "kind_name": name_of("core.kind", kind),
            "figure": label("report.figure_covered_share"),
            "value": label("core.register_absent"),
            "format": "General",
        }
        for kind in context.basis.absent_kinds
    ]
    columns = ("kind_name", "walker_name", "figure", "value", "value_after", "denominator")
    table = pd.DataFrame(rows, columns=[*columns, "format"])
    if "covered_share_after" not in figures.columns:
        table = table.drop(columns="value_after")
    return Sheet(
        label("report.sheet_summary"),
        table,
        context.heads("report.summary", columns),
        caption=title,
        notes=context.marks(),
        widths={"denominator": 56.0},
        row_formats="format",
        frozen_n=2,
    )


def _summary_rows(
    name: str, figure: Mapping[Any, Any], row: KindRow, walker: Walker
) -> Iterator[dict[str, object]]:
    """Return the line of one key figure, or none where the standard has no such target."""
    values = {suffix: figure.get(f"{name}{suffix}") for suffix in ("", "_after")}
    if name == "uncovered_population":
        for suffix in values:
            covered = figure.get(f"covered_population{suffix}")
            values[suffix] = None if covered is None else figure["population"] - covered
    if name == "target_share":
        values = {"": row.target_share, "_after": None}
    if name == "population":
        values["_after"] = None
    if name in {"aim_share", "target_share", "dwelling_covered_share"} and pd.isna(values[""]):
        return
    part = "target" if name == "aim_share" else "target_share"
    yield {
        "kind_name": figure["kind_name"],
        "walker_name": figure["walker_name"],
        "figure": label(
            f"report.figure_{name}",
            target=tell_reach(row, row.aim_m, walker=walker),
            threshold=tell_reach(row, row.threshold_m, walker=walker),
        ),
        "value": values[""],
        "value_after": values["_after"],
        "denominator": label(
            f"report.meaning_{name}",
            people=tell_people(row),
            threshold_m=tell_metres(row.threshold_m),
            denominator=tell_denominator(row),
            status=name_of("core.evidence", getattr(row, f"{part}_status") or row.status),
            source=row.tell_source(part),
        ),
        "format": unit_format(name),
    }


def site_sheet(listed: pd.DataFrame, *, lines: Sequence[str], context: ReportContext) -> Sheet:
    """Return the sheet of suggested sites with their reasons.

    Parameters
    ----------
    listed
        Sites of :func:`~livelihood_map.report.sites.site_list`.
    lines
        What the plan is and how well it is proved.
    context
        What a report must know beside its tables.

    Raises
    ------
    KeyError
        When the table lacks a column.
    """
    return Sheet(
        label("report.sheet_sites"),
        listed,
        headings("report.site", PLAN_COLUMNS),
        notes=[*context.marks(), *lines, label("report.beyond_note")],
        hints=[] if len(listed) else [label("report.no_sites")],
        bars=["gained_population"],
        **SITE_LOOK,
    )


def sign_off_sheet(listed: pd.DataFrame, *, title: str) -> Sheet:
    """Return the sheet on which a town agrees to its sites or not, and says why.

    Parameters
    ----------
    listed
        The town's sites.
    title
        First line of the sheet.

    Raises
    ------
    KeyError
        When the table lacks a column.
    """
    texts = [label("report.agree"), label("report.disagree")]
    return Sheet(
        label("report.sheet_sign_off"),
        listed,
        headings("report.site", _SIGN_OFF),
        caption=title,
        hints=[label("report.sign_off_note"), label("report.sign_off_signature")],
        formats=SITE_FORMATS,
        unprinted=["town_name", "gained_passengers"],
        widths={"why": 26.0, "remark": 22.0, "agreed": 10.0},
        frozen_n=2,
        choices={"agreed": texts, "remark": ()},
        flags={"agreed": {texts[0]: COLD, texts[1]: WARM}},
    )
