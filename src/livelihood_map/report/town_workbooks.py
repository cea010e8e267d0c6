"""One workbook for the district and one for each town, and an annex of methods to each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from livelihood_map.core.crew import do_each
from livelihood_map.core.labels import label
from livelihood_map.core.names import name_towns, town_names
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.workbook import Sheet, write_workbook
from livelihood_map.coverage.equity import BETWEEN_ID
from livelihood_map.report import sheets
from livelihood_map.report.chain_sheet import chain_sheet, count_chains
from livelihood_map.report.community_sheet import community_sheet, measure_communities
from livelihood_map.report.context import of_area
from livelihood_map.report.effects import effect_sheets, effect_tables
from livelihood_map.report.figures import list_uncovered, measure_evenness, measure_tiers
from livelihood_map.report.measure_sheets import circle_sheet, list_homes, measure_sheets
from livelihood_map.report.overview_sheet import district_overview, town_overview
from livelihood_map.report.sites import coordinates_sheet, rejects_sheet, site_list
from livelihood_map.report.sources import quality_sheet, standard_sheet
from livelihood_map.report.zone_sheet import list_zones, zone_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from livelihood_map.report.context import ReportContext, ReportTables


@dataclass(frozen=True)
class _Figures:
    """The figures of all workbooks, made once; `listed` are the sites, None without a plan."""

    tiers: pd.DataFrame
    uncovered: pd.DataFrame
    evenness: pd.DataFrame
    homes: pd.DataFrame
    listed: pd.DataFrame | None
    effects: tuple[pd.DataFrame, pd.DataFrame] | None
    chains: pd.DataFrame | None
    communities: pd.DataFrame | None


class _Shown(NamedTuple):
    """What all workbooks are made from."""

    tables: ReportTables
    figures: _Figures
    context: ReportContext
    plan_lines: tuple[str, ...]


def _figures(tables: ReportTables, context: ReportContext) -> _Figures:
    """Return the figures of all workbooks."""
    listed = None
    if tables.sites is not None and tables.zones is not None:
        listed = site_list(tables.sites, tables.towns, tables.zones, near=tables.near)
    cutoff_m = context.settings.coverage.cutoff_m
    return _Figures(
        tiers=measure_tiers(tables, standard=context.standard),
        uncovered=list_uncovered(tables, standard=context.standard),
        evenness=measure_evenness(tables, standard=context.standard, cutoff_m=cutoff_m),
        homes=list_homes(tables),
        listed=listed,
        effects=effect_tables(tables, context),
        communities=None
        if tables.communities is None or tables.communities.empty
        else measure_communities(tables, context),
        chains=None
        if tables.facilities is None
        else count_chains(tables.facilities, tables.towns, standard=context.standard),
    )


def write_coverage(
    town_coverage: pd.DataFrame,
    uncovered: pd.DataFrame,
    *,
    path: Path,
    context: ReportContext,
) -> Path:
    """Return the path of the coverage workbook.

    Parameters
    ----------
    town_coverage
        Table ``town_coverage``, with columns ``*_after`` where there is a plan.
    uncovered
        Figures of :func:`~livelihood_map.report.figures.list_uncovered`.
    path
        File to write.
    context
        What a report must know beside its tables.

    Raises
    ------
    OutputError
        When the file cannot be written.
    StandardError
        When the standard lacks a kind of the table.
    """
    pages = [
        sheets.town_sheet(town_coverage, context=context),
        sheets.uncovered_sheet(uncovered, context=context),
    ]
    return write_workbook(path, pages, date=context.date, paper=context.settings.report.paper)


def write_workbooks(
    tables: ReportTables,
    *,
    folder: Path,
    context: ReportContext,
    plan_lines: Sequence[str] = (),
) -> list[Path]:
    """Return the paths of the workbooks of the district and each town, and of their annexes.

    Parameters
    ----------
    tables
        Tables of the run.
    folder
        Folder to write to: ``district.xlsx``, and ``towns/`` below it; ``annex/`` holds the same
        again, with the sheets of methods and of every figure.
    context
        What a report must know beside its tables.
    plan_lines
        What the plan is and how well it is proved, in words.

    Raises
    ------
    OutputError
        When a file cannot be written.
    StandardError
        When the standard lacks a kind of the tables.
    """
    files = name_towns(tables.towns)
    shown = _Shown(tables, _figures(tables, context), context, tuple(plan_lines))
    books = []
    for root, is_annex in ((folder, False), (folder / "annex", True)):
        books.append((DISTRICT_ID, root / "district.xlsx", is_annex))
        books += [
            (town_id, root / "towns" / f"{name}.xlsx", is_annex) for town_id, name in files.items()
        ]
    return list(do_each(_write_workbook, shown, books))


def _write_workbook(shown: _Shown, book: tuple[str, Path, bool]) -> Path:
    """Return the path of the workbook of the district or one town, or of its annex."""
    town_id, path, is_annex = book
    context = shown.context
    town = town_names(shown.tables.towns).get(town_id)
    key = "report.title_district" if town_id == DISTRICT_ID else "report.title_town"
    title = label(key, area=context.settings.area.name, town=town)
    pages = (_annex if is_annex else _pages)(shown, town_id, title)
    return write_workbook(path, pages, date=context.date, paper=context.settings.report.paper)


def _pages(shown: _Shown, town_id: str, title: str) -> list[Sheet]:
    """Return the sheets for people: what stands how, whom it leaves out, what is suggested."""
    tables, figures, context = shown.tables, shown.figures, shown.context
    by_town = tables.town_coverage
    is_district = town_id == DISTRICT_ID
    circle = of_area(tables.town_circle, town_id, BETWEEN_ID, DISTRICT_ID)
    overview = (
        district_overview(by_town, tables.sites, title=title, context=context)
        if is_district
        else town_overview(by_town, town_id=town_id, title=title, context=context)
    )
    pages = [
        overview,
        sheets.town_sheet(of_area(by_town, town_id, DISTRICT_ID), context=context),
        circle_sheet(circle, context=context),
        sheets.uncovered_sheet(of_area(figures.uncovered, town_id), context=context),
    ]
    if figures.communities is not None:
        own = of_area(figures.communities, town_id)
        pages.insert(2, community_sheet(own, tables.towns, context=context))
    if context.has_walkers:
        pages.insert(2, sheets.walkers_sheet(by_town, town_id=town_id, context=context))
    if tables.zones is not None:
        zones = list_zones(tables.zones, tables.towns, tables.sites)
        pages.append(zone_sheet(of_area(zones, town_id), context=context))
    if figures.listed is not None:
        sites = of_area(figures.listed, town_id)
        lines = shown.plan_lines if is_district else ()
        pages += [
            sheets.site_sheet(sites, lines=lines, context=context),
            coordinates_sheet(sites),
        ]
        if not is_district:
            pages.append(sheets.sign_off_sheet(sites, title=title))
    if figures.effects is not None:
        taken = [of_area(one, town_id) for one in figures.effects]
        pages += effect_sheets(*taken, context=context)
    if figures.chains is not None and len(figures.chains):
        pages.append(chain_sheet(of_area(figures.chains, town_id, DISTRICT_ID), context=context))
    return [*pages, quality_sheet(tables, context=context, town_id=town_id)]


def _annex(shown: _Shown, town_id: str, title: str) -> list[Sheet]:
    """Return the sheets of every figure and of the methods."""
    tables, figures, context = shown.tables, shown.figures, shown.context
    by_town = tables.town_coverage
    own = by_town[by_town["town_id"] == town_id]
    pages = [
        sheets.summary_sheet(own, title=label("report.title_annex", title=title), context=context),
        sheets.town_sheet(
            of_area(by_town, town_id, DISTRICT_ID), context=context, columns=sheets.EVERY_COLUMN
        ),
        sheets.tier_sheet(of_area(figures.tiers, town_id, DISTRICT_ID), context=context),
    ]
    pages += measure_sheets(
        tables, figures.homes, figures.evenness, town_id=town_id, context=context
    )
    pages.append(standard_sheet(context))
    for name, rows in (("rejects", tables.rejects), ("oddities", tables.oddities)):
        if town_id == DISTRICT_ID and rows is not None and len(rows):
            pages.append(rejects_sheet(rows, title=label(f"report.sheet_{name}")))
    return pages
