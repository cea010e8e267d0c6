"""The list of rejects as a workbook to correct, and the corrected workbook read back.

Each sheet holds the rejected rows of one sheet or layer that one setting names: eight columns that
tell where and why, a check code, then the row's own columns as they stood. Whoever corrects the
cells at the right and names the workbook in the settings (``load.corrections``) gets these rows
taken in as if the register had been right from the start. The check code refuses a correction of a
row that is no longer the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import LANGS, label
from livelihood_map.core.workbook import Sheet
from livelihood_map.load.files.headings import personal_headings
from livelihood_map.load.files.raw import digest, record_as_json, text_of, without_personal
from livelihood_map.load.files.workbook_reader import read_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from livelihood_map.load.files.headings import Headings
    from livelihood_map.load.files.raw import RawTable

_OWN: Final = ("source", "sheet", "row", "setting", "field", "value", "problem", "remedy", "check")
_WIDTHS: Final = {"problem": 36.0, "remedy": 36.0}

Place = tuple[str, str, str, int]
"""File, sheet, setting, row: an extract that several settings name has rows of its own in each."""


def rejects_sheets(rejects: pd.DataFrame, *, notes: Sequence[str] = ()) -> list[Sheet]:
    """Return one sheet for each sheet and setting that has rejected rows, ready to be corrected.

    Parameters
    ----------
    rejects
        Table ``rejects``.
    notes
        Lines for the sheet of notes.

    Raises
    ------
    json.JSONDecodeError
        When the column ``raw`` does not hold JSON: a mistake in the program.
    """
    sheets = []
    texts = rejects[["sheet", "setting"]].fillna("")
    groups = rejects.assign(**texts).groupby(["source", "sheet", "setting"], sort=True)
    for number, ((source, sheet, _), rows) in enumerate(groups, start=1):
        records = [json.loads(raw) for raw in rows["raw"]]
        own = list(dict.fromkeys(heading for record in records for heading in record))
        table = rows[list(_OWN[:-1])].reset_index(drop=True)
        table["check"] = [digest(raw) for raw in rows["raw"]]
        for position, heading in enumerate(own):
            table[f"own_{position}"] = [record.get(heading) or None for record in records]
        headings = {name: label(f"load.reject_{name}") for name in _OWN}
        headings |= {f"own_{position}": heading for position, heading in enumerate(own)}
        title = f"{number} {source} {sheet}".strip()
        hints = [label("load.rejects_how")]
        sheets.append(Sheet(title, table, headings, notes=notes, hints=hints, widths=_WIDTHS))
    return sheets


@dataclass(frozen=True)
class Corrections:
    """Corrected rows by place, from one list of rejects or several in turn.

    Parameters
    ----------
    rows
        For each row, in the order of the lists: name of the workbook, check code, cells by
        heading.
    """

    rows: Mapping[Place, Sequence[tuple[str, str, Mapping[str, str]]]]

    def applied(self, table: RawTable, headings: Headings, *, setting: str) -> RawTable:
        """Return a table in which corrected cells stand in place of the original ones.

        A cell that was not changed keeps its original value and type, and so do the columns that
        the list of rejects does not show. A column that the list has beyond those of the table is
        taken in where its heading is known: coordinates for a register that has none.

        Parameters
        ----------
        table
            The records as read.
        headings
            Recognises the headings, to know which columns the list of rejects does not show.
        setting
            Where the settings name the file.

        Raises
        ------
        SourceError
            When a corrected row is not the row that was rejected any more, or is not there.
        """
        mine = {
            row: steps
            for (*whose, row), steps in self.rows.items()
            if whose == [table.source, table.sheet, setting]
        }
        if not mine:
            return table
        personal = set(personal_headings(headings.section, table.headings))
        shown = [name for name in table.headings if name not in personal]
        cells, added = table.cells.copy(), _further(mine.values(), table, headings)
        for heading in added:
            cells[heading] = None
        place = {int(row): position for position, row in enumerate(table.rows.tolist())}
        for row, steps in mine.items():
            for path, check, corrected in steps:
                position = place.get(row)
                if position is None or not _is_same(cells.iloc[position], check, shown, added):
                    raise SourceError(
                        "load.correction_outdated", path=path, source=table.source, row=row
                    )
                for heading in [*shown, *added]:
                    new = corrected.get(heading, "")
                    old = cells[heading].iloc[position]
                    if new != without_personal(text_of(old)):
                        cells.iloc[position, cells.columns.get_loc(heading)] = new or None
        return replace(table, cells=cells)


def _further(
    every: Iterable[Sequence[tuple[str, str, Mapping[str, str]]]],
    table: RawTable,
    headings: Headings,
) -> list[str]:
    """Return the known headings that corrected rows fill and the table lacks, in turn."""
    steps = [corrected for of_row in every for _, _, corrected in of_row]
    filled = dict.fromkeys(h for corrected in steps for h, text in corrected.items() if text)
    return [h for h in filled if h not in table.headings and headings.fields_of(h)]


def _is_same(cells: pd.Series, check: str, shown: list[str], added: list[str]) -> bool:
    """Return whether a row is the one that was rejected, before or after columns were added."""
    heads = [[*shown, *added[:number]] for number in range(len(added) + 1)]
    return any(digest(record_as_json(some, cells[some].tolist())) == check for some in heads)


def read_corrections(names: str | Sequence[str] | None, *, base: Path) -> Corrections:
    """Return the rows of corrected lists of rejects.

    Parameters
    ----------
    names
        The workbooks, as written from :func:`rejects_sheets` and corrected; when what one left
        over was corrected in a second, the first comes first.
    base
        Folder that their paths start from.

    Raises
    ------
    SourceError
        When a workbook is absent, damaged, or no list of rejects.
    """
    rows: dict[Place, list[tuple[str, str, Mapping[str, str]]]] = {}
    for name in [names] if isinstance(names, str) else names or ():
        for place, check, cells in _corrected_rows(base / name):
            rows.setdefault(place, []).append(((base / name).name, check, cells))
    return Corrections(rows)


def _corrected_rows(path: Path) -> list[tuple[Place, str, Mapping[str, str]]]:
    """Return place, check code and cells of each row of one list of rejects."""
    if not path.is_file():
        raise SourceError("load.no_file", path=path.name, folder=str(path.parent))
    starts = [[label(f"load.reject_{name}", lang) for name in _OWN] for lang in LANGS]
    rows: list[tuple[Place, str, Mapping[str, str]]] = []
    is_list = False
    for grid in read_workbook(path, sheet=None):
        own: list[str] | None = None
        for cells in grid.rows:
            texts = [text_of(cell) for cell in cells]
            if texts[: len(_OWN)] in starts:
                own, is_list = texts[len(_OWN) :], True
            elif own is not None and any(texts[: len(_OWN)]):
                source, sheet, row, setting = texts[:4]
                if not row.isdecimal():
                    raise SourceError("load.corrections_broken", path=path.name, value=row)
                values = dict(zip(own, texts[len(_OWN) :], strict=False))
                rows.append(((source, sheet, setting, int(row)), texts[len(_OWN) - 1], values))
    if not is_list:
        raise SourceError("load.corrections_none", path=path.name)
    return rows
