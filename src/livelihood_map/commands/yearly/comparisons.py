"""Two runs, or two schedules, side by side: workbook, difference map, GeoJSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from livelihood_map.commands.yearly import common
from livelihood_map.commands.yearly.markets import read_schedules
from livelihood_map.commands.yearly.plan_progress import open_programme
from livelihood_map.core.errors import SourceError
from livelihood_map.core.io import write_geojson, write_text
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.names import safe_names
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.telling import tell_kind
from livelihood_map.pipeline.stored import read_other

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from livelihood_map.pipeline.reads import CoveredReads, YearReads
    from livelihood_map.pipeline.workspace import Workspace
    from livelihood_map.programme import Comparison


def report_comparison(work: Workspace[CoveredReads], *, other: Path) -> list[str]:
    """Return who gained and lost against another run or schedule, in words; files are written.

    Parameters
    ----------
    work
        Workspace of the later run, whose settings name the schedule where two are compared.
    other
        Output folder of the earlier run; or another schedule, csv or workbook.

    Raises
    ------
    SourceError
        When the folder holds no run that has measured coverage, or none of the same kinds.
    LivelihoodMapError
        When an input cannot be used.
    """
    from livelihood_map.programme import compare_runs

    if other.is_file() or (other.suffix and not other.exists()):
        return report_scenarios(work, other)
    before = read_other(other, "coverage")
    kinds = [kind for kind in work.kinds if kind in set(before["kind"])]
    if not kinds:
        raise SourceError("programme.compare_nothing", path=str(other))
    parts = {
        kind: compare_runs(
            before[before["kind"] == kind],
            work["coverage"][work["coverage"]["kind"] == kind],
            common.demand_of(work, kind),
            work["towns"],
        )
        for kind in kinds
    }
    told = [
        label("programme.compare_absent", kind=name_of("core.kind", kind))
        for kind in work.kinds
        if kind not in kinds
    ]
    notes = [*work.marks(*parts), label("programme.note_compare"), *told]
    return [*_write(work, "compare", parts, notes), *told]


def report_scenarios(work: Workspace[YearReads], other: Path) -> list[str]:
    """Return who gained and lost against another schedule; write ``scenarios.xlsx`` and pictures.

    Parameters
    ----------
    work
        Workspace of the run, whose settings name the schedule that is judged.
    other
        The schedule that it is compared with: csv or workbook.

    Raises
    ------
    SettingsError
        When the settings name no schedule, or the two hold several kinds of facilities.
    SourceError
        When a schedule is absent or cannot be understood.
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map.programme import compare_schedules, list_months

    programme = open_programme(work)
    kind, (after, before) = read_schedules(work, other)
    facilities, row = common.walkable(work, kind), work.standard.kind(kind)
    comparison = compare_schedules(
        common.demand_of(work, kind),
        common.find_walks(work, facilities, cutoff_m=work.settings.coverage.cutoff_m),
        facilities,
        before=before,
        after=after,
        towns=work["towns"],
        kind=kind,
        walker=work.settings.coverage.walkers[0],
        months=list_months(programme.starts_on, programme.ends_on),
        threshold_m=row.threshold_m,
        first=programme.starts_on,
    )
    own = work.settings.programme.schedule or ""
    notes = [
        *work.marks(kind),
        label("programme.note_schedule"),
        label("programme.note_scenarios", before=other.name, after=own.rpartition("/")[2]),
    ]
    first = {"scenarios_months": comparison.by_month}
    return _write(work, "scenarios", {kind: comparison.at_end}, notes, first=first)


def _write(
    work: Workspace[YearReads],
    name: str,
    parts: Mapping[str, Comparison],
    notes: Sequence[str],
    *,
    first: Mapping[str, pd.DataFrame] | None = None,
) -> list[str]:
    """Return a comparison by kind in words; write its workbook, pictures and GeoJSON."""
    by_town = pd.concat([part.by_town for part in parts.values()], ignore_index=True)
    changes = pd.concat([part.changes for part in parts.values()], ignore_index=True)
    whole = by_town[by_town["town_id"] == DISTRICT_ID].to_dict("records")
    places = work["demand"][["demand_id", "geometry"]].merge(changes, on="demand_id")
    pictures = safe_names({kind: f"{name}_{kind}" for kind in parts})
    for kind, picture in pictures.items():
        path = work.folder / common.FOLDER / f"{picture}.svg"
        _draw(work, changes[changes["kind"] == kind], kind, path)
    by_town, changes = common.with_towns(work, by_town), common.with_towns(work, changes)
    for table in (by_town, changes):
        table["kind"] = [work.standard.kind(kind).name() for kind in table["kind"]]
        table["walker"] = [work.standard.walker(walker).name() for walker in table["walker"]]
    path = work.folder / common.FOLDER / f"{name}.geojson"
    work.written.append(write_geojson(places, path))
    changes["change"] = common.worded(changes["change"], "change")
    tables = {**(first or {}), "compare_towns": by_town, "compare_changes": changes}
    common.save(work, name, tables, notes)
    return [
        label(
            "programme.line_compare",
            kind=tell_kind(work.standard.kind(row["kind"])),
            before=common.percent(row["share_before"]),
            after=common.percent(row["share_after"]),
            gained=f"{row['gained_people']:,.0f}",
            lost=f"{row['lost_people']:,.0f}",
        )
        for row in whole
    ]


def _draw(work: Workspace[YearReads], changes: pd.DataFrame, kind: str, path: Path) -> None:
    """Write the difference map of a kind, for the first walker."""
    from livelihood_map.report.difference_map import draw_difference

    own = changes[changes["walker"] == work.settings.coverage.walkers[0]]
    row = work.standard.kind(kind)
    title = label("programme.difference_title", kind=row.name(), threshold=f"{row.threshold_m:g}")
    picture = draw_difference(own, work["demand"], work["towns"], title=title, notes=work.marks())
    work.written.append(write_text(picture, path))
