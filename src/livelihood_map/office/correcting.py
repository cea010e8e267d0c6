"""Cells that somebody corrects on the page, kept as a list of corrections beside the files."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.workbook import write_workbook
from livelihood_map.load.files.corrections import rejects_sheets
from livelihood_map.office.projects import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from livelihood_map.office.projects import Project

_OWN: Final = ("source", "sheet", "setting", "row", "field", "value", "problem", "remedy", "raw")


def read_corrected(
    faults: Sequence[Mapping[str, Any]], typed: Mapping[str, list[str]]
) -> dict[int, dict[str, str]]:
    """Return the cells that were changed, by position of the fault and heading.

    Parameters
    ----------
    faults
        The rows as the page showed them.
    typed
        What the page sent: ``c3-0`` is the first cell of the fourth row.
    """
    changed: dict[int, dict[str, str]] = {}
    for position, fault in enumerate(faults):
        for number, (heading, cell) in enumerate(fault["cells"].items()):
            texts = typed.get(f"c{position}-{number}", [])
            new = next((text.strip() for text in texts if text.strip() != str(cell or "")), None)
            if new is not None:
                changed.setdefault(position, {})[heading] = new
    return changed


def write_corrections(
    project: Project,
    faults: Sequence[Mapping[str, Any]],
    changed: Mapping[int, Mapping[str, str]],
) -> str:
    """Return the path, as the settings name it, of a new list of corrections.

    Parameters
    ----------
    project
        The project.
    faults
        The rows as the page showed them.
    changed
        New cells by position of the fault and heading.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    rows = [{name: faults[position][name] for name in _OWN} for position in sorted(changed)]
    new_cells = {
        (row["source"], row["sheet"], row["setting"], row["row"]): changed[position]
        for row, position in zip(rows, sorted(changed), strict=True)
    }
    sheets = rejects_sheets(pd.DataFrame(rows, columns=list(_OWN)))
    for sheet in sheets:
        heading_of = {text: column for column, text in sheet.headings.items() if "own_" in column}
        for position in range(len(sheet.table)):
            whose = sheet.table.loc[position, ["source", "sheet", "setting", "row"]]
            for heading, cell in new_cells[tuple(whose)].items():
                sheet.table.loc[position, heading_of[heading]] = cell
    number = next(n for n in range(1, 10_000) if not _path(project, n).exists())
    path = _path(project, number)
    write_workbook(path, sheets, date=dt.datetime.now(tz=dt.UTC).astimezone().date())
    return f"{DATA}/{path.name}"


def _path(project: Project, number: int) -> Path:
    return project.data / f"corrections-{number}.xlsx"
