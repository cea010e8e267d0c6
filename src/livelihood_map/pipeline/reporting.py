"""Tables of a run -> its workbooks, briefs and lists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, Never

from livelihood_map.pipeline.drawing import draw_brief_maps
from livelihood_map.pipeline.reads import Reported, list_tables
from livelihood_map.pipeline.summary import plan_lines

if TYPE_CHECKING:
    from pathlib import Path

    from livelihood_map.pipeline.reads import Marked, ReportReads
    from livelihood_map.pipeline.workspace import Workspace
    from livelihood_map.report import ReportContext, ReportTables


def write_reports(work: Workspace[ReportReads]) -> None:
    """Write the site list, the coverage and reject lists, the workbooks and the briefs.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the plan.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run, or a file cannot be written.
    """
    from livelihood_map import report

    shown, context = report_tables(work), report_context(work)
    plan = plan_lines(work)
    work.written += report.write_sites(
        work["sites"],
        report.site_list(work["sites"], work["towns"], work["zones"], near=shown.near),
        folder=work.folder,
        formats=work.settings.report.formats,
        notes=[*work.marks(work.settings.siting.kind), *plan],
        date=work.date,
        stability=work.get("stability"),
        paper=work.settings.report.paper,
    )
    work.written.append(
        report.write_candidates(
            work["candidates"],
            work["sites"],
            work["towns"],
            path=work.folder / "candidates.xlsx",
            unreached=work["unreached"],
            notes=work.marks(work.settings.siting.kind),
            date=work.date,
        )
    )
    work.written.append(
        report.write_coverage(
            shown.town_coverage,
            report.list_uncovered(shown, standard=work.standard),
            path=work.folder / "coverage.xlsx",
            context=context,
        )
    )
    write_reject_list(work)
    documents = work.settings.report.documents
    if "workbooks" in documents:
        work.written += report.write_workbooks(
            shown, folder=work.folder, context=context, plan_lines=plan
        )
    if "briefs" in documents:
        folder = work.folder / "briefs"
        work.written += report.write_briefs(
            shown, folder=folder, context=context, plan_lines=plan, maps=draw_brief_maps(work)
        )


def _rejects_path(work: Workspace[Never], folder: Path) -> Path:
    """Return where the list of rejects is written: never in the place of a list of corrections."""
    given = work.settings.load.corrections
    names = [given] if isinstance(given, str) else given
    corrected = {work.settings.resolve(name).resolve() for name in names}
    home = (work.home or work.folder) / folder.relative_to(work.folder)
    lists = [f"rejects{number}.xlsx" for number in ("", *range(2, len(names) + 2))]
    number = next(n for n, one in enumerate(lists) if (home / one).resolve() not in corrected)
    return folder / lists[number]


def write_reject_list(
    work: Workspace[Literal["rejects"] | Marked], *, folder: Path | None = None
) -> None:
    """Write the rows that were not taken in, ready to correct; nothing when there are none.

    Parameters
    ----------
    work
        A workspace whose load stage has run.
    folder
        Where the list goes, below the folder of the run; that folder itself when None.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    from livelihood_map.report import write_rejects

    rejects = work["rejects"]
    if len(rejects):
        path = _rejects_path(work, folder or work.folder)
        work.written.append(write_rejects(rejects, path=path, notes=work.marks(), date=work.date))


def report_context(work: Workspace[Marked]) -> ReportContext:
    """Return what reports must know beside their tables.

    Raises
    ------
    LivelihoodMapError
        When the load stage has not run.
    """
    from livelihood_map.report import ReportContext

    return ReportContext(
        settings=work.settings,
        standard=work.standard,
        date=work.date,
        is_estimated=work.is_estimated,
        mark=work.mark,
        basis=work.basis,
    )


def report_tables(work: Workspace[ReportReads]) -> ReportTables:
    """Return the tables that reports show.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map.report import ReportTables, name_nearby, with_communities

    shown = {name: work[name] for name in list_tables(Reported)}
    tables = ReportTables(
        town_coverage=shown.pop("town_coverage_after"),
        near=name_nearby(work["sites"], work["facilities"], work["edges"]),
        facilities=work["facilities"],
        **shown,
    )
    return replace(tables, town_coverage=with_communities(tables, report_context(work)))
