"""The page of rows without a place: proposals, a map to point at, a list to fill in elsewhere."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from livelihood_map.core.errors import SettingsError
from livelihood_map.core.labels import label
from livelihood_map.core.workbook import write_workbook
from livelihood_map.office.answers import read_answer
from livelihood_map.office.correcting import corrected_sheets, enter_corrections
from livelihood_map.office.handling import jobs, one, project_of, to_page
from livelihood_map.office.looking import keep_going, sources_by_name
from livelihood_map.office.pages import render
from livelihood_map.office.placing import (
    ROWS_MAX,
    cells_of_place,
    find_unplaced,
    mark_places,
    read_places,
)

if TYPE_CHECKING:
    from starlette.requests import Request

    from livelihood_map.office.projects import Project
    from livelihood_map.office.slots import Source

_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def show_places(request: Request, typed: dict[str, list[str]]) -> Response:
    """Show the rows without a place, what may tell it, and the map to point at."""
    del typed
    project = project_of(request)
    rows, found, mark = _found(project)
    is_found = found.get("mark") == mark
    state = keep_going(jobs(request), project, "place", "" if is_found or not rows else mark)
    shown = found["rows"] if is_found and rows else []
    return render(
        "places.html",
        {
            "project": project,
            "step": "check",
            "rows_n": len(rows),
            "rows": list(enumerate(zip(rows, shown, strict=False))),
            "drawing": found.get("drawing") if shown else None,
            "job": state,
            "version": project.settings.version(),
        },
    )


def _found(project: Project) -> tuple[list[dict[str, Any]], dict[str, Any], str]:
    """Return the rows without a place, what was found for them, and the mark it should have."""
    rows = find_unplaced(project)
    return rows, read_answer(project, "places"), mark_places(project)


def set_places(request: Request, typed: dict[str, list[str]]) -> Response:
    """Keep the places that somebody has decided as a list of corrections, and check again.

    Raises
    ------
    SettingsError
        When the rows have changed since, or no place was decided.
    """
    project = project_of(request)
    rows, found, mark = _found(project)
    if found.get("mark") != mark:
        raise SettingsError("office.check_old")
    chosen = read_places(rows[:ROWS_MAX], found, sources_by_name(project), typed)
    if not chosen:
        raise SettingsError("office.no_place_chosen")
    enter_corrections(project, rows, chosen, one(typed, "version"))
    jobs(request).start(project, "check")
    return to_page(project, "check")


def export_places(request: Request, typed: dict[str, list[str]]) -> Response:
    """Hand over the rows without a place as a workbook that is read back as it comes."""
    del typed
    project = project_of(request)
    rows, found, mark = _found(project)
    told = found["rows"] if found.get("mark") == mark else []
    sources, cells = sources_by_name(project), dict[int, dict[str, str | None]]()
    for position, row in enumerate(rows):
        proposals = told[position]["proposals"] if position < len(told) else []
        cells[position] = dict.fromkeys(_empty_of(row, sources.get(row["source"]), found))
        cells[position][label("office.place_hint")] = label("office.comma").join(
            label(f"office.place_{one['how']}", name=one["name"], source=one["source"])
            for one in proposals
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rejects-places.xlsx"
        today = dt.datetime.now(tz=dt.UTC).astimezone().date()
        write_workbook(path, corrected_sheets(rows, cells), date=today)
        content = path.read_bytes()
    headers = {"content-disposition": f'attachment; filename="{path.name}"'}
    return Response(content, media_type=_BOOK, headers=headers)


def _empty_of(row: dict[str, Any], source: Source | None, found: dict[str, Any]) -> list[str]:
    """Return the headings under which a row's place has to be filled in, where they are known."""
    if source is None:
        return []
    try:
        return [*cells_of_place(row, source, found, 0.0, 0.0)]
    except (SettingsError, KeyError):
        return []
