"""Lists that people fill in: rows below our own headings, wherever they now stand.

Registers bear the headings of whoever keeps them; a form or a list that we sent out bears ours, and
its rows name what we know already. Such a list is found by its headings, and what is wrong with a
row is kept as one fault, with the row as it was written.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from livelihood_map.core.labels import label
from livelihood_map.load.files.raw import is_blank, key_of, text_of
from livelihood_map.load.files.readers import read_grids
from livelihood_map.load.files.row_faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from livelihood_map.load.files.raw import Grid


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a list.

    Parameters
    ----------
    source, sheet
        File and sheet.
    row
        Row number as a spreadsheet shows it; 0 for a row that is gone.
    cells
        Cells by column of ours.
    written
        Every cell as it was read.
    subject
        Id of what the row tells of, once it is known.
    """

    source: str
    sheet: str
    row: int
    cells: Mapping[str, object]
    written: Sequence[object] = ()
    subject: str = ""

    def text(self, column: str) -> str:
        """Return a cell as text, empty where there is none."""
        return text_of(self.cells.get(column))

    def has(self, column: str) -> bool:
        """Return whether a cell holds anything."""
        return not is_blank(self.cells.get(column))


@dataclass(frozen=True, slots=True)
class ListTable:
    """The list of one sheet.

    Parameters
    ----------
    source
        File name.
    grid
        The cells of the sheet.
    head
        Position of the row of headings.
    columns
        Column of ours by position; unknown headings have none.
    """

    source: str
    grid: Grid
    head: int
    columns: Mapping[int, str]

    @property
    def header(self) -> ListRow:
        """Return the row of headings."""
        return ListRow(self.source, self.grid.sheet, self.head + 1, {}, self.grid.rows[self.head])

    @property
    def width(self) -> int:
        """Return how many cells a row must have to reach every column."""
        return max(self.columns) + 1

    def unknown_headings(self) -> list[str]:
        """Return the headings that are none of ours."""
        cells = [cell for at, cell in enumerate(self.header.written) if at not in self.columns]
        return [text_of(cell) for cell in cells if not is_blank(cell)]

    def rows(self) -> Iterator[ListRow]:
        """Return the rows below the headings that hold anything."""
        for number, row in enumerate(self.grid.rows[self.head + 1 :], start=self.head + 2):
            if not all(map(is_blank, row)):
                cells = {n: row[at] if at < len(row) else None for at, n in self.columns.items()}
                yield ListRow(self.source, self.grid.sheet, number, cells, row)


def find_lists(
    path: Path,
    headings: Mapping[str, str],
    is_header: Callable[[set[str]], bool],
    *,
    is_first_meant: bool = False,
) -> list[ListTable]:
    """Return the list of each sheet of a file that has one.

    Parameters
    ----------
    path
        Workbook or text file.
    headings
        Column of ours by heading, as :func:`key_of` writes it.
    is_header
        Whether a row that names these columns is the row of headings.
    is_first_meant
        Whether the first of several headings of one column is meant, else the last.

    Raises
    ------
    SourceError
        When the file is damaged.
    """
    tables = []
    for grid in read_grids(path):
        for head, row in enumerate(grid.rows):
            keys = {at: key_of(text_of(cell)) for at, cell in enumerate(row)}
            columns = {at: headings[key] for at, key in keys.items() if key in headings}
            if is_first_meant:
                first = {name: at for at, name in reversed(columns.items())}
                columns = {at: name for at, name in columns.items() if first[name] == at}
            if is_header(set(columns.values())):
                tables.append(ListTable(path.name, grid, head, columns))
                break
    return tables


@dataclass
class Slips:
    """Collects what is wrong with the rows of one sort of list.

    Parameters
    ----------
    section
        Section of the catalogue with the texts ``slip_…`` and ``remedy_…``.
    heading
        Gives the heading under which a column of ours is shown.
    shown
        Gives a cell as it may be shown.
    faults
        What was collected.
    """

    section: str
    heading: Callable[[str], str]
    shown: Callable[[object], str] = text_of
    faults: list[Fault] = field(default_factory=list)

    def add(
        self,
        kind: str,
        row: ListRow,
        column: str = "",
        value: object = "",
        *,
        is_taken: bool = False,
        **told: object,
    ) -> None:
        """Add one slip.

        Parameters
        ----------
        kind
            Its kind, which names its texts in the catalogue.
        row
            The row.
        column
            Column of ours.
        value
            What stands there.
        is_taken
            Whether it counts all the same, mended where that was safe.
        **told
            What its texts say besides.

        Raises
        ------
        KeyError
            When the catalogue lacks the kind: a mistake in the program.
        """
        shown, name = self.shown(value), self.heading(column)
        texts = {one: self.shown(cell) for one, cell in row.cells.items()}
        self.faults.append(
            Fault(
                source=row.source,
                sheet=row.sheet,
                row=row.row,
                field=name,
                value=shown,
                problem=label(
                    f"{self.section}.slip_{kind}",
                    value=shown,
                    field=name,
                    source=row.source,
                    **told,
                ),
                remedy=label(f"{self.section}.remedy_{kind}"),
                raw=json.dumps(texts, ensure_ascii=False),
                problem_key=kind,
                subject=row.subject,
                is_taken=is_taken,
            )
        )
