"""What the figures of a report rest on: the rows of the standard, and how good the data are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.labels import current_lang, has_label, label, name_of
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.workbook import Sheet, headings
from livelihood_map.report.context import of_area
from livelihood_map.report.figures import summarise_joins

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.report.context import ReportContext, ReportTables

_FORMATS: Final = {"share": "0%", "m_per_s": "0.00", "factor": "0.000"}


def standard_sheet(context: ReportContext) -> Sheet:
    """Return the sheet of the rows of the standard that were used, with source and status.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the settings.
    """
    names = ("subject", "item", "value", "unit", "status", "source", "dated", "note")
    return Sheet(
        label("report.sheet_standard"),
        list_standard(context.standard, kinds=context.settings.coverage.kinds),
        headings("report.standard", names),
        caption=f"{context.standard.name()}  {context.standard.dated}",
        widths={"source": 50.0, "note": 50.0},
        row_formats="format",
    )


def quality_sheet(tables: ReportTables, *, context: ReportContext, town_id: str) -> Sheet:
    """Return the sheet that says how good the data are.

    Parameters
    ----------
    tables
        Tables of the run.
    context
        What a report must know beside its tables.
    town_id
        Town whose demand points are counted, or the district.

    Raises
    ------
    KeyError
        When a table lacks a column of its schema.
    """
    names = ("item", "count", "residents", "workers", "passengers", "remark")
    rows = [*_join_rows(tables, context, town_id), *_intake_rows(tables)]
    return Sheet(
        label("report.sheet_quality"),
        pd.DataFrame(rows, columns=list(names)),
        headings("report.quality", names),
        notes=[*context.marks(), label("report.quality_district_note")],
        formats=dict.fromkeys(names[1:-1], "#,##0"),
        widths={"remark": 60.0},
    )


def _join_rows(
    tables: ReportTables, context: ReportContext, town_id: str
) -> Iterator[dict[str, object]]:
    """Return how demand points stand: estimated, joined or not, outside every town."""
    demand = pd.DataFrame(tables.demand)
    here = of_area(demand, town_id)
    if context.is_estimated:
        yield _points_row("estimated", here, detour_factor=f"{context.detour_factor:g}")
    for row in summarise_joins(tables, demand=here).to_dict("records"):
        name = row["reason"]
        known = name if has_label(f"report.join_{name}") else "off_network"
        yield {
            "item": label(f"report.join_{known}"),
            "count": row["points_n"],
            "residents": row["residents"],
            "workers": row["workers"],
            "passengers": row["passengers"],
            "remark": label(f"report.join_remark_{'joined' if name == 'joined' else 'lost'}"),
        }
    homeless = demand[demand["town_id"].isna()]
    if town_id == DISTRICT_ID and len(homeless):
        yield _points_row("no_town", homeless)


def _points_row(
    item: str,
    points: pd.DataFrame,
    **words: Any,  # noqa: ANN401  (any value of a text)
) -> dict[str, object]:
    """Return the row of some demand points, with the catalogue's words for what they are."""
    return {
        "item": label(f"report.quality_{item}", **words),
        "count": len(points),
        "residents": points["population"].sum(),
        "workers": points["workers"].sum(),
        "passengers": points["passengers"].sum(),
        "remark": label(f"report.quality_{item}_remark"),
    }


def _intake_rows(tables: ReportTables) -> Iterator[dict[str, object]]:
    """Return what became of the rows of each register, and why rows were not taken."""
    if tables.intake is not None:
        for row in tables.intake.fillna("").to_dict("records"):
            yield {
                "item": label("report.quality_intake", source=row["source"]),
                "count": row["rows_n"],
                "remark": label("report.quality_intake_remark", **row)
                + (label("report.quality_datum", **row) if row["datum"] else ""),
            }
    rows = tables.rejects.assign(field=tables.rejects["field"].fillna(""))
    for (source, field), rejected in rows.groupby(["source", "field"], sort=True):
        problems = rejected["problem"].drop_duplicates().tolist()
        yield {
            "item": label("report.quality_rejected", source=source, field=field),
            "count": len(rejected),
            "remark": problems[0]
            + (label("report.quality_and_others") if len(problems) > 1 else ""),
        }


def list_standard(standard: PlanningStandard, *, kinds: Sequence[str]) -> pd.DataFrame:
    """Return the rows of the standard that speak of these kinds, each with source and status.

    Parameters
    ----------
    standard
        Planning standard of the run.
    kinds
        Kinds of the run.

    Returns
    -------
    subject, item, value, unit, status, source, dated, note, format (Excel's, for the value).

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    """
    return pd.DataFrame(
        {
            "subject": name,
            "item": label(f"report.item_{item}"),
            "value": value,
            "unit": label(f"report.unit_{unit}"),
            "status": name_of("core.evidence", getattr(row, f"{item}_status", "") or row.status),
            "source": row.tell_source(item),
            "dated": getattr(row, "dated", ""),
            "note": row.note_zh if current_lang() == "zh" else row.note_en,
            "format": _FORMATS.get(unit, "#,##0"),
        }
        for name, item, value, unit, row in _figures(standard, kinds)
        if value is not None
    )


def _figures(
    standard: PlanningStandard, kinds: Sequence[str]
) -> Iterator[tuple[str, str, float | None, str, Any]]:
    """Return name, item, value, unit and row of every figure."""
    for kind in kinds:
        row = standard.kind(kind)
        yield row.name(), "threshold", row.threshold_m, "m", row
        yield row.name(), "target", row.target_m, "m", row
        yield row.name(), "target_share", row.target_share, "share", row
    for tier in standard.tiers:
        yield tier.name(), "tier", tier.walk_m, "m", tier
    for walker in standard.walkers:
        yield walker.name(), "speed", walker.speed_m_per_s, "m_per_s", walker
        yield walker.name(), "wait", walker.signal_wait_s or None, "s", walker
    line = standard.straight_line
    name = line.name_zh if current_lang() == "zh" else line.name_en
    yield name, "detour", line.detour_factor, "factor", line
    for rule in standard.rules:
        if rule.kind in {*kinds, "all"}:
            yield rule.name(), "rule", rule.value, rule.unit, rule
