"""What stands in a brief: sentences, rows and pictures of one town or of the district."""

from __future__ import annotations

from dataclasses import dataclass, field
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
from livelihood_map.report.sheets import with_targets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.report.context import ReportContext, ReportTables

TOWN_ROWS: Final = 5
"""Compounds and sites named in a town's brief, so that it keeps to two pages."""
DISTRICT_ROWS: Final = 20
"""Compounds and sites named in the district's report."""

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
        Heading, and area and date below it.
    marks
        Lines that every output bears.
    overview, gaps, sites, sources
        Sentences of the sections.
    coverage
        Rows by kind: kind, population, share, share_after, residences, area, median.
    towns
        Rows by town, in the district's report: town, then as above, and sites.
    compounds
        Uncovered compounds: name, kind, population, walk, reason.
    suggestions
        Suggested sites: rank, town, name, gained, reason.
    pictures
        Charts and maps.
    towns_note
        Of which kind, walks and people the rows by town are; nothing in a town's brief.
    """

    town_id: str
    title: str
    subtitle: str
    marks: Sequence[str]
    overview: Sequence[str]
    gaps: Sequence[str]
    sites: Sequence[str]
    sources: Sequence[str]
    coverage: Rows
    towns: Rows
    compounds: Rows
    suggestions: Rows
    pictures: Sequence[Picture] = field(default_factory=tuple)
    towns_note: str = ""


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
    own = figures.by_town[figures.by_town["town_id"] == town_id]
    uncovered = of_area(figures.uncovered, town_id)
    sites = None if tables.sites is None else of_area(tables.sites, town_id)
    shown_n = DISTRICT_ROWS if is_district else TOWN_ROWS
    compounds = _compound_rows(uncovered, shown_n, context.settings.coverage.cutoff_m)
    suggestions = _site_rows(sites, names, shown_n)
    title = "brief_title_district" if is_district else "brief_title_town"
    return Brief(
        town_id=town_id,
        title=label(f"report.{title}", area=area, town=place),
        subtitle=label("report.brief_subtitle", area=area, date=context.date),
        marks=context.marks(),
        overview=_overview(
            own, tables.town_circle[tables.town_circle["town_id"] == town_id], place, context
        ),
        gaps=_gaps(uncovered, context, len(compounds)),
        sites=_sites(sites, place, context, [*(plan_lines if is_district else ())], suggestions),
        sources=sentences.tell_sources(context),
        coverage=[
            *(_coverage_row(row, context.standard) for row in own.to_dict("records")),
            *(_absent_row(kind) for kind in context.basis.absent_kinds),
        ],
        towns_note=_towns_note(context) if is_district else "",
        towns=_town_rows(figures, tables, context) if is_district else [],
        compounds=compounds,
        suggestions=suggestions,
        pictures=pictures,
    )


def _overview(
    own: pd.DataFrame, circle: pd.DataFrame, place: str, context: ReportContext
) -> list[str]:
    """Return the sentences of the overview, one paragraph a kind."""
    siting = context.settings.siting
    plan_kind = siting.kind if "covered_share_after" in own.columns else None
    homes = label("report.brief_homes", place=place, residences_n=own["residences_n"].max())
    given: dict[str, Any] = {"kinds": context.kinds, "standard": context.standard}
    told = [_joined([homes, sentences.tell_circle(circle, **given)])]
    for figure in own.to_dict("records"):
        row = context.standard.kind(figure["kind"])
        told.append(_joined(sentences.tell_coverage(figure, row=row, plan_kind=plan_kind)))
    return [*told, *context.basis.tell_absent()]


def _gaps(uncovered: pd.DataFrame, context: ReportContext, shown_n: int) -> list[str]:
    """Return the sentences on who is not covered."""
    rows, cutoff_m = map(context.standard.kind, context.kinds), context.settings.coverage.cutoff_m
    told = [sentences.tell_uncovered(uncovered, row=row, cutoff_m=cutoff_m) for row in rows]
    told += context.basis.tell_absent()
    if shown_n:
        told.append(
            label(
                "report.brief_uncovered_table",
                shown=shown_n,
                count=len(uncovered),
                sheet=label("report.sheet_uncovered"),
            )
        )
    return told


def _sites(
    sites: pd.DataFrame | None,
    place: str,
    context: ReportContext,
    plan_lines: list[str],
    suggestions: Rows,
) -> list[str]:
    """Return the sentences on the suggested sites."""
    kind, threshold_m = context.settings.siting.kind, context.siting_threshold_m
    tellings = sentences.tell_sites(sites, kind=kind, threshold_m=threshold_m, place=place)
    told = [*plan_lines, _joined(tellings)]
    if suggestions and sites is not None and len(sites) > len(suggestions):
        sheet = label("report.sheet_sites")
        told.append(label("report.brief_sites_table", shown=len(suggestions), sheet=sheet))
    return told


def _joined(parts: Any) -> str:  # noqa: ANN401  (any iterable of sentences)
    """Return sentences as one paragraph."""
    return ("" if current_lang() == "zh" else " ").join(parts)


def _coverage_row(figure: Mapping[Any, Any], standard: PlanningStandard) -> dict[str, str]:
    """Return the cells of one kind."""
    return {
        "kind": tell_kind(standard.kind(figure["kind"])),
        "population": sentences.tell_count(figure["population"]),
        "share": sentences.tell_share(figure["covered_share"]),
        "share_after": sentences.tell_share(figure.get("covered_share_after")),
        "residences": sentences.tell_share(figure["covered_residences_share"]),
        "area": sentences.tell_share(figure["covered_area_share"]),
        "median": sentences.tell_minutes(figure["median_walk_min"]),
    }


def _absent_row(kind: str) -> dict[str, str]:
    """Return the cells of a kind that no register was given of."""
    nothing = dict.fromkeys(("population", "share_after", "residences", "area", "median"))
    cells = {name: sentences.tell_count(value) for name, value in nothing.items()}
    return cells | {"kind": name_of("core.kind", kind), "share": label("core.register_absent")}


def _towns_note(context: ReportContext) -> str:
    """Return of which kind, walks and people the rows by town are."""
    return label("report.brief_towns", kind=tell_kind(context.standard.kind(context.leading_kind)))


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


def _compound_rows(uncovered: pd.DataFrame, shown_n: int, cutoff_m: float) -> Rows:
    """Return the cells of the uncovered compounds with the most people."""
    order = ["population", "residence_id", "kind"]
    rows = uncovered.sort_values(order, ascending=[False, True, True]).head(shown_n)
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


def _site_rows(sites: pd.DataFrame | None, names: Mapping[str, str], shown_n: int) -> Rows:
    """Return the cells of the first sites."""
    if sites is None:
        return []
    rows = pd.DataFrame(sites.drop(columns="geometry")).sort_values("rank").head(shown_n)
    return [
        {
            "rank": str(row["rank"]),
            "town": names.get(row["town_id"], ""),
            "name": row["name"],
            "gained": sentences.tell_count(row["gained_population"]),
            "reason": row[f"reason_{current_lang()}"],
        }
        for row in rows.to_dict("records")
    ]
