"""One table of records on its way in: every row is taken or rejected with its reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import current_lang, label
from livelihood_map.load.files.headings import personal_headings, recognised_or_ask
from livelihood_map.load.files.non_records import find_non_records
from livelihood_map.load.files.parsing import number_of, share_of, words
from livelihood_map.load.files.ranges import RANGES
from livelihood_map.load.files.raw import record_as_json, text_of, without_personal
from livelihood_map.load.files.row_faults import Fault
from livelihood_map.load.files.shapes import CROSSINGS_MAX, mend

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from livelihood_map.load.files.headings import Headings
    from livelihood_map.load.files.raw import RawTable
    from livelihood_map.load.files.shapes import Shapes

    Mask = npt.NDArray[np.bool_]

_VALUE_SHOWN: Final = 80


class Intake:
    """Reads the fields of one table and keeps account of every row.

    Parameters
    ----------
    table
        The records as read.
    headings
        Recognises the headings.
    setting
        Where the settings name the file, such as ``load.facilities[2]``; one file may be named
        several times.
    known_ids
        Ids of rows of other tables of the section; those of this one are added.

    Raises
    ------
    SourceError
        When the settings name a heading that the table lacks, or two headings mean one field.
    """

    def __init__(
        self,
        table: RawTable,
        headings: Headings,
        *,
        setting: str = "",
        known_ids: set[str] | None = None,
    ) -> None:
        self.table = table
        self.lang = current_lang()
        self.setting = setting
        self.section = headings.section
        self.recognised = recognised_or_ask(table, headings)
        self.is_taken: Mask = np.ones(len(table.cells), bool)
        self.rejects: list[Fault] = []
        self.notes: list[Fault] = []
        self._known_ids = set() if known_ids is None else known_ids
        personal = set(personal_headings(self.section, table.headings))
        self._shown = [name for name in table.headings if name not in personal]
        self._columns = {name: table.cells[name].tolist() for name in self._shown}
        self._reject_rows_that_are_no_records()
        unused = [name for name in self.recognised.unused if name in self._shown]
        unused = [name for name in unused if not name.startswith("(")]
        if unused:
            self.note_table("columns", "load.headings_unused", value="、".join(unused))

    def has(self, *fields: str) -> bool:
        """Return whether the table has columns for all these fields."""
        return all(field in self.recognised.columns for field in fields)

    def heading(self, field: str) -> str:
        """Return the heading under which a field stands; the field itself when it has none."""
        return self.recognised.columns.get(field, field)

    def cells(self, field: str) -> list[object]:
        """Return the cells of a field, one a row; None throughout when there is no column."""
        if not self.has(field):
            return [None] * len(self.table.cells)
        column: list[object] = self.table.cells[self.heading(field)].tolist()
        return column

    def texts(self, field: str) -> list[str]:
        """Return the cells of a field as trimmed texts."""
        return [text_of(cell) for cell in self.cells(field)]

    def read(
        self,
        field: str,
        meaning: Callable[[Any], Any],
        problem: str,
        *,
        is_needed: bool = False,
        default: object = None,
    ) -> list[Any]:
        """Return what the cells of a field mean.

        Parameters
        ----------
        field
            The field.
        meaning
            Reads one cell; ValueError for what it cannot read.
        problem
            Catalogue key of the problem when it cannot.
        is_needed
            Whether such a row is rejected; otherwise it is taken with `default` and noted.
        default
            Stands for empty cells and for cells that could not be read.
        """
        if not self.has(field):
            return [default] * len(self.table.cells)
        known: dict[tuple[type, object], Any] = {}
        values = []
        for position, cell in enumerate(self.cells(field)):
            key = (type(cell), cell)
            if key not in known:
                try:
                    known[key] = meaning(cell)
                except (ValueError, OverflowError):
                    known[key] = ValueError
            value = known[key]
            if value is ValueError:
                if self.is_taken[position]:
                    keep = self.reject_row if is_needed else self.note_row
                    keep(position, field, problem, value=cell)
                value = None
            values.append(default if value is None else value)
        return values

    def amounts(
        self, field: str, problem: str, *, is_needed: bool = False
    ) -> npt.NDArray[np.float64]:
        """Return the numbers of a field, NaN where there is none; what cannot be is rejected.

        Parameters
        ----------
        field
            A field with a range in :data:`livelihood_map.load.files.ranges.RANGES`; areas end in
            ``_m2`` and may be written with a unit.
        problem
            Catalogue key of the problem when a cell is no number.
        is_needed
            Whether such a row is rejected; otherwise it is taken without the number and noted.

        Raises
        ------
        KeyError
            When the field has no range: a mistake in the program.
        """
        is_area = field.endswith("_m2")

        def meaning(cell: object) -> float | None:
            return number_of(cell, is_area=is_area)

        read = self.read(field, meaning, problem, is_needed=is_needed, default=np.nan)
        numbers = np.array(read, float)
        possible = RANGES[self.section, field]
        self.reject(
            (numbers < possible.low) | (numbers > possible.high),
            field,
            "load.out_of_range",
            low=f"{possible.low:,}",
            high=f"{possible.high:,}",
            reason=label(possible.reason, self.lang),
        )
        return numbers

    def shares(self, field: str, problem: str) -> npt.NDArray[np.float64]:
        """Return the shares of a field, 0-1, NaN where there is none; what is no share is noted.

        Parameters
        ----------
        field
            The field.
        problem
            Catalogue key of the problem when a cell is no share.
        """
        return np.array(self.read(field, share_of, problem, default=np.nan), float)

    def reject(self, is_bad: Mask, field: str, problem: str, **values: object) -> None:
        """Reject the rows of a mask that are still taken.

        Parameters
        ----------
        is_bad
            One value a row.
        field
            The field at fault.
        problem
            Catalogue key of the problem; its remedy is the key with ``_remedy``.
        **values
            Values of its placeholders; an array or list holds one value a row.

        Raises
        ------
        KeyError
            When the catalogue lacks the problem: a mistake in the program.
        """
        for position in np.flatnonzero(is_bad & self.is_taken).tolist():
            self.reject_row(position, field, problem, **_at(values, position))

    def note(self, is_odd: Mask, field: str, problem: str, **values: object) -> None:
        """Note something odd in rows that are taken all the same.

        Parameters
        ----------
        is_odd
            One value a row.
        field
            The field.
        problem
            Catalogue key of what is odd; its remedy is the key with ``_remedy``.
        **values
            Values of its placeholders; an array or list holds one value a row.

        Raises
        ------
        KeyError
            When the catalogue lacks the problem: a mistake in the program.
        """
        for position in np.flatnonzero(is_odd & self.is_taken).tolist():
            self.note_row(position, field, problem, **_at(values, position))

    def note_table(self, field: str, problem: str, **values: object) -> None:
        """Note something odd about the table as a whole, as row 0.

        Parameters
        ----------
        field
            What it is about.
        problem
            Catalogue key of what is odd; its remedy is the key with ``_remedy``.
        **values
            Values of its placeholders.

        Raises
        ------
        KeyError
            When the catalogue lacks the problem: a mistake in the program.
        """
        whole = Fault(
            source=self.table.source,
            sheet=self.table.sheet,
            setting=self.setting,
            row=0,
            field=field,
            value=str(values.get("value", "")),
        )
        self.notes.append(whole.told(problem, self.lang, **values))

    def reject_empty(self, texts: Sequence[object], field: str, problem: str) -> None:
        """Reject the rows still taken in which something that is needed is empty.

        Parameters
        ----------
        texts
            What is needed of each row.
        field
            The field at fault.
        problem
            Catalogue key of the problem.

        Raises
        ------
        KeyError
            When the catalogue lacks the problem: a mistake in the program.
        """
        self.reject(np.array([not text for text in texts], bool), field, problem)

    def reject_repeated(self, ids: Sequence[str], field: str, problem: str) -> None:
        """Reject the rows still taken whose id a row before them has, here or in another table.

        Parameters
        ----------
        ids
            Id of each row.
        field
            The field at fault.
        problem
            Catalogue key of the problem.

        Raises
        ------
        KeyError
            When the catalogue lacks the problem: a mistake in the program.
        """
        is_repeated = np.zeros(len(ids), bool)
        for position in np.flatnonzero(self.is_taken).tolist():
            is_repeated[position] = ids[position] in self._known_ids
            self._known_ids.add(ids[position])
        self.reject(is_repeated, field, problem)

    def require(self, field: str, problem: str) -> None:
        """Check that the table has a column for a field.

        Raises
        ------
        SourceError
            With the problem and the headings that there are, when it has none.
        """
        if not self.has(field):
            raise self.refusal(problem, field=field)

    def refusal(self, problem: str, **values: object) -> SourceError:
        """Return the error that refuses the table as a whole.

        Parameters
        ----------
        problem
            Catalogue key of the message.
        **values
            Values of its placeholders beyond file, sheet and headings.
        """
        known = "、".join(self.table.headings)
        table = self.table
        error = SourceError(problem, path=table.source, sheet=table.sheet, known=known)
        error.values |= values
        return error

    def raw_of(self, position: int) -> str:
        """Return a record's cells as JSON, without names of persons and telephone numbers.

        Raises
        ------
        IndexError
            When there is no such row.
        """
        return record_as_json(self._shown, [cells[position] for cells in self._columns.values()])

    def fault(
        self, position: int, problem: str, /, *, field: str, value: str, **values: object
    ) -> Fault:
        """Return the record of what is wrong or odd about a row.

        Parameters
        ----------
        position
            The row, counted from 0.
        problem
            Catalogue key of the problem; its remedy is the key with ``_remedy``.
        field, value
            As they are to be shown.
        **values
            Values of further placeholders.

        Raises
        ------
        KeyError
            When the catalogue lacks the problem: a mistake in the program.
        """
        plain = Fault(
            source=self.table.source,
            sheet=self.table.sheet,
            setting=self.setting,
            row=int(self.table.rows[position]),
            field=field,
            value=value,
            raw=self.raw_of(position),
        )
        return plain.told(problem, self.lang, field=field, value=value, **values)

    def reject_row(self, position: int, field: str, problem: str, **values: object) -> None:
        """Reject one row, as :meth:`reject` does the rows of a mask.

        Raises
        ------
        KeyError
            When the catalogue lacks the problem: a mistake in the program.
        """
        self.turn_down(position, self._fault_of_cell(position, field, problem, **values))

    def note_row(self, position: int, field: str, problem: str, **values: object) -> None:
        """Note something odd in one row, as :meth:`note` does in the rows of a mask.

        Raises
        ------
        KeyError
            When the catalogue lacks the problem: a mistake in the program.
        """
        self.notes.append(self._fault_of_cell(position, field, problem, **values))

    def turn_down(self, position: int, fault: Fault) -> None:
        """Take a row no longer, for a fault."""
        self.is_taken[position] = False
        self.rejects.append(fault)

    def _fault_of_cell(self, position: int, field: str, problem: str, **values: object) -> Fault:
        """Return the fault of one cell, under its heading and without what is personal."""
        heading = self.heading(field)
        is_hidden = heading in self.table.cells.columns and heading not in self._columns
        cell = self._columns[heading][position] if self.has(field) and not is_hidden else None
        value = without_personal(text_of(values.pop("value", cell)))
        shown = "" if is_hidden else value[:_VALUE_SHOWN]
        return self.fault(position, problem, field=heading, value=shown, **values)

    def _mend_shapes(self, drawn: Shapes) -> None:
        """Put mended shapes in place of those drawn, and say so; reject what is a tangle."""
        mended = mend(drawn)
        self.table = replace(self.table, geometry=mended.shapes)
        self.note(mended.is_mended, "geometry", "load.shape_mended")
        self.reject(mended.is_tangled, "geometry", "load.shape_tangled", limit=f"{CROSSINGS_MAX:,}")

    def _reject_rows_that_are_no_records(self) -> None:
        """Reject totals, notes below the table, repeated headers and rows with too many cells."""
        if self.table.geometry is not None:
            self._mend_shapes(self.table.geometry)
            return
        others = find_non_records(self.table.cells, self.cells("name"), words()["row"])
        for position, problem, first in others:
            self.reject_row(position, "name", problem, value=first)
        if self.table.encoding and self.table.beyond_n:
            beyond = self.table.cells.iloc[:, -self.table.beyond_n :]
            self.reject(
                beyond.notna().any(axis=1).to_numpy(),
                "name",
                "load.row_overlong",
                count=len(self.table.headings) - self.table.beyond_n,
            )


def _at(values: dict[str, object], position: int) -> dict[str, object]:
    """Return the values of one row."""
    return {
        name: value[position] if isinstance(value, (list, np.ndarray)) else value
        for name, value in values.items()
    }
