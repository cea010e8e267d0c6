"""Cells that somebody corrects on the page, kept as a list of corrections beside the files."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.workbook import write_workbook
from livelihood_map.load.files.corrections import rejects_sheets
from livelihood_map.office.projects import DATA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from livelihood_map.core.workbook import Sheet
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
        New cells by position of the fault and heading; a heading that its table lacks is added.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    sheets = corrected_sheets(faults, changed)
    number = next(n for n in range(1, 10_000) if not _path(project, n).exists())
    path = _path(project, number)
    write_workbook(path, sheets, date=dt.datetime.now(tz=dt.UTC).astimezone().date())
    return f"{DATA}/{path.name}"


def enter_corrections(
    project: Project,
    faults: Sequence[Mapping[str, Any]],
    changed: Mapping[int, Mapping[str, str]],
    version: str,
) -> None:
    """Keep new cells as a list of corrections and name it in the settings.

    Parameters
    ----------
    project, faults, changed
        As of `write_corrections`.
    version
        Mark of the settings that were shown.

    Raises
    ------
    MovedOnError
        When the settings have changed since.
    OutputError
        When the list cannot be written.
    """
    path = write_corrections(project, faults, changed)

    def enter(document: Any) -> None:  # noqa: ANN401  (TOML with its comments)
        given = document["load"].get("corrections", [])
        document["load"]["corrections"] = [*([given] if isinstance(given, str) else given), path]

    project.settings.change(enter, version)


def corrected_sheets(
    faults: Sequence[Mapping[str, Any]], changed: Mapping[int, Mapping[str, str | None]]
) -> list[Sheet]:
    """Return the sheets of a list of corrections; parameters as of `write_corrections`."""
    rows = [{name: faults[position][name] for name in _OWN} for position in sorted(changed)]
    new_cells = {
        (row["source"], row["sheet"], row["setting"], row["row"]): changed[position]
        for row, position in zip(rows, sorted(changed), strict=True)
    }
    sheets = rejects_sheets(pd.DataFrame(rows, columns=list(_OWN)))
    return [_filled(sheet, new_cells) for sheet in sheets]


def _filled(sheet: Sheet, new_cells: Mapping[tuple[Any, ...], Mapping[str, str | None]]) -> Sheet:
    """Return a sheet with its new cells; a heading that the table lacks is added."""
    heading_of = {text: column for column, text in sheet.headings.items() if "own_" in column}
    table = sheet.table.copy()
    for position in range(len(table)):
        whose = tuple(table.loc[position, ["source", "sheet", "setting", "row"]])
        for heading, cell in new_cells[whose].items():
            column = heading_of.setdefault(heading, f"own_{len(heading_of)}")
            if column not in table:
                table[column] = None
            table.loc[position, column] = cell
    headings = dict(sheet.headings) | {column: text for text, column in heading_of.items()}
    return replace(sheet, table=table, headings=headings)


def _path(project: Project, number: int) -> Path:
    return project.data / f"corrections-{number}.xlsx"
