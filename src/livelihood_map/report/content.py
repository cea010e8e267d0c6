"""What stands in a brief: sentences, rows and pictures of one town or of the district."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.labels import current_lang, label, name_of
from livelihood_map.core.names import town_names
from livelihood_map.core.ordering import in_order
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.telling import tell_gap, tell_kind
from livelihood_map.report import sentences
from livelihood_map.report.context import of_area
from livelihood_map.report.figures import list_uncovered
from livelihood_map.report.findings import (
    Area,
    Point,
    sign,
    tell_advice,
    tell_attachments,
    tell_causes,
    tell_overview,
    tell_problems,
)
from livelihood_map.report.letter_style import count_lines, letter_style
from livelihood_map.report.sheets import stand_in_notes, with_targets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.report.context import ReportContext, ReportTables

TABLE_ROWS: Final = 20
"""Compounds and sites named in the annex of a brief; the workbooks have all."""

_NAMED_MOST: Final = 5
_PAGES: Final = 2
_HEADS: Final = 4 + 3
"""Lines of the four headings and of the title."""

Rows = list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture with what it shows.

    Parameters
    ----------
    caption
        What it shows.
    content
        The picture, PNG.
    """

    caption: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Brief:
    """The content of a brief; a template decides how it looks.

    Parameters
    ----------
    town_id
        The town, or the district.
    title, subtitle
        Heading, and area and date.
    marks
        Lines that every output bears.
    overview, causes
        Sentences of the sections.
    problems, advice
        Numbered points, each with ``head`` and ``text``; problems begin with the most people.
    attachments, signature
        Lines that name the annexes; office and date.
    notes, sources
        How the plan was found and proved; definitions and sources.
    tables
        Title of each table below.
    coverage
        Rows by kind: kind, population, share, share_after, residences, median.
    towns
        Rows by town, in the district's report: town, then as above, and sites.
    compounds
        Uncovered compounds: name, town, kind, population, walk, reason.
    suggestions
        Suggested sites: rank, town, name, near, gained, workers, reason.
    pictures
        Maps and charts.
    """

    town_id: str
    title: str
    subtitle: str
    marks: Sequence[str]
    overview: Sequence[str]
    problems: Sequence[Point]
    causes: Sequence[str]
    advice: Sequence[Point]
    attachments: Sequence[str]
    signature: Sequence[str]
    notes: Sequence[str]
    sources: Sequence[str]
    tables: Mapping[str, str]
    coverage: Rows
    towns: Rows
    compounds: Rows
    suggestions: Rows
    pictures: Sequence[Picture] = field(default_factory=tuple)


@dataclass(frozen=True, kw_only=True)
class BriefFigures:
    """The figures of all briefs, made once: those of the first walker of the settings.

    Parameters
    ----------
    by_town
        ``town_coverage`` with target shares.
    uncovered
        Compounds that are not covered.
    """

    by_town: pd.DataFrame
    uncovered: pd.DataFrame


def make_figures(tables: ReportTables, *, context: ReportContext) -> BriefFigures:
    """Return the figures of all briefs.

    Parameters
    ----------
    tables
        Tables of the run.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the tables.
    """
    walker = context.settings.coverage.walkers[0]
    by_town = with_targets(tables.town_coverage, standard=context.standard)
    uncovered = list_uncovered(tables, standard=context.standard)
    by_town = in_order(by_town, kind=context.kinds)
    return BriefFigures(
        by_town=by_town[by_town["walker"] == walker],
        uncovered=uncovered[uncovered["walker"] == walker],
    )


def write_brief_content(
    tables: ReportTables,
    figures: BriefFigures,
    *,
    town_id: str,
    context: ReportContext,
    plan_lines: Sequence[str] = (),
    pictures: Sequence[Picture] = (),
) -> Brief:
    """Return the content of the brief of one town, or of the district's report.

    Parameters
    ----------
    tables
        Tables of the run.
    figures
        Figures of all briefs.
    town_id
        The town, or the district.
    context
        What a report must know beside its tables.
    plan_lines
        What the plan is and how well it is proved; told in the district's report.
    pictures
        Charts and maps.

    Raises
    ------
    KeyError
        When a table lacks a column of its schema.
    """
    is_district = town_id == DISTRICT_ID
    names = town_names(tables.towns)
    area = context.settings.area.name
    place = area if is_district else names[town_id]
    own = Area(
        place=place,
        figures=figures.by_town[figures.by_town["town_id"] == town_id],
        by_town=figures.by_town,
        circle=tables.town_circle[tables.town_circle["town_id"] == town_id],
        uncovered=of_area(figures.uncovered, town_id),
        zones=None if tables.zones is None else of_area(tables.zones, town_id),
        sites=None if tables.sites is None else of_area(tables.sites, town_id),
        is_district=is_district,
    )
    told = _tell_within(own, context)
    compounds = _compound_rows(own.uncovered, context.settings.coverage.cutoff_m)
    near = dict(
        zip(() if tables.sites is None else tables.sites["rank"], tables.near, strict=False)
    )
    title = "brief_title_district" if is_district else "brief_title_town"
    return Brief(
        town_id=town_id,
        title=label(f"report.{title}", area=area, town=place),
        subtitle=label("report.brief_subtitle", area=area, date=context.date),
        marks=context.marks(),
        **told,
        notes=[*context.basis.tell_absent(), *(plan_lines if is_district else ())],
        sources=[
            *sentences.tell_sources(context),
            *stand_in_notes(figures.by_town, standard=context.standard),
        ],
        tables=_table_titles(context, place, is_district=is_district),
        coverage=[
            *(_coverage_row(row, context.standard) for row in own.figures.to_dict("records")),
            *(_absent_row(kind) for kind in context.basis.absent_kinds),
        ],
        towns=_town_rows(figures, tables, context) if is_district else [],
        compounds=compounds,
        suggestions=_site_rows(own.sites, names, near),
        pictures=pictures,
    )


def _tell_within(area: Area, context: ReportContext) -> dict[str, Any]:
    """Return the letter, with as many names as two pages hold; the district's is not held to it."""
    style = letter_style()
    told: dict[str, Any] = {}
    for named_n in range(_NAMED_MOST, -2, -1):
        own = replace(area, named_n=named_n)
        told = {
            "overview": tell_overview(own, context),
            "problems": tell_problems(own, context),
            "causes": tell_causes(own, context),
            "advice": tell_advice(own, context),
            "attachments": tell_attachments(),
            "signature": sign(context),
        }
        points = [one["head"] + one["text"] for one in (*told["problems"], *told["advice"])]
        lines = [*told["overview"], *told["causes"], *told["attachments"], *told["signature"]]
        needed = count_lines([*points, *lines], style) + _HEADS
        if area.is_district or needed <= _PAGES * style.lines_a_page:
            break
    return told


def _table_titles(context: ReportContext, place: str, *, is_district: bool) -> dict[str, str]:
    """Return the numbered title of each table."""
    kind = tell_kind(context.standard.kind(context.leading_kind))
    shown = ["coverage", *(["towns"] if is_district else []), "suggestions", "compounds"]
    titles = {
        name: label(f"report.brief_table_{name}", number=number, place=place, kind=kind)
        for number, name in enumerate(shown, start=1)
    }
    return {"towns": ""} | titles


def _coverage_row(figure: Mapping[Any, Any], standard: PlanningStandard) -> dict[str, str]:
    """Return the cells of one kind."""
    return {
        "kind": tell_kind(standard.kind(figure["kind"])),
        "population": sentences.tell_count(figure["population"]),
        "share": sentences.tell_share(figure["covered_share"]),
        "share_after": sentences.tell_share(figure.get("covered_share_after")),
        "residences": sentences.tell_share(figure["covered_residences_share"]),
        "median": sentences.tell_minutes(figure["median_walk_min"]),
    }


def _absent_row(kind: str) -> dict[str, str]:
    """Return the cells of a kind that no register was given of."""
    nothing = dict.fromkeys(("population", "share_after", "residences", "median"))
    cells = {name: sentences.tell_count(value) for name, value in nothing.items()}
    return cells | {"kind": name_of("core.kind", kind), "share": label("core.register_absent")}


def _town_rows(figures: BriefFigures, tables: ReportTables, context: ReportContext) -> Rows:
    """Return the cells of every town, for the kind of the plan."""
    rows = figures.by_town[figures.by_town["kind"] == context.leading_kind]
    sites_n: dict[Any, int] = {}
    if tables.sites is not None:
        sites_n = tables.sites["town_id"].value_counts().to_dict()
        sites_n[DISTRICT_ID] = len(tables.sites)
    return [
        _coverage_row(figure, context.standard)
        | {"town": figure["town_name"], "sites": str(sites_n.get(figure["town_id"], 0))}
        for figure in rows.to_dict("records")
    ]


def _compound_rows(uncovered: pd.DataFrame, cutoff_m: float) -> Rows:
    """Return the cells of the uncovered compounds with the most people."""
    order = ["population", "residence_id", "kind"]
    rows = uncovered.sort_values(order, ascending=[False, True, True]).head(TABLE_ROWS)
    return [
        {
            "name": row["name"],
            "town": row["town_name"] if isinstance(row["town_name"], str) else "",
            "kind": name_of("core.kind", row["kind"]),
            "population": sentences.tell_count(row["population"]),
            "walk": sentences.tell_count(row["walk_m"]),
            "reason": tell_gap(row["reason"], cutoff_m),
        }
        for row in rows.to_dict("records")
    ]


def _site_rows(
    sites: pd.DataFrame | None, names: Mapping[str, str], near: Mapping[int, str]
) -> Rows:
    """Return the cells of the first sites."""
    if sites is None:
        return []
    rows = pd.DataFrame(sites.drop(columns="geometry")).sort_values("rank").head(TABLE_ROWS)
    return [
        {
            "rank": str(row["rank"]),
            "town": names.get(row["town_id"], ""),
            "name": row["name"],
            "near": near.get(row["rank"], ""),
            "gained": sentences.tell_count(row["gained_population"]),
            "workers": sentences.tell_count(row["gained_workers"]),
            "reason": row[f"reason_{current_lang()}"],
        }
        for row in rows.to_dict("records")
    ]
