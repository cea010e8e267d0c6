"""One table of records on its way in: every row is taken or rejected with its reason."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import label
from livelihood_map.load.files.headings import Recognised, personal_headings
from livelihood_map.load.files.parsing import number_of, words
from livelihood_map.load.files.ranges import RANGES
from livelihood_map.load.files.raw import (
    is_blank,
    key_of,
    record_as_json,
    text_of,
    without_personal,
)
from livelihood_map.load.files.readers import is_same_header
from livelihood_map.load.files.shapes import CROSSINGS_MAX, mend

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from livelihood_map.core.labels import Lang
    from livelihood_map.load.files.headings import Headings
    from livelihood_map.load.files.raw import RawTable
    from livelihood_map.load.files.shapes import Shapes

    Mask = npt.NDArray[np.bool_]

FAULT_COLUMNS: Final = (
    "source",
    "sheet",
    "setting",
    "row",
    "field",
    "value",
    "problem",
    "remedy",
    "raw",
    "problem_key",
)
_COUNT: Final = re.compile(r"^\d+\s*(家|个|户|处|所|座)?$")
"""What stands under the names in a row of totals."""
_VALUE_SHOWN: Final = 80
_NOTE_CELLS_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Found:
    """Where an address lies.

    Parameters
    ----------
    lon, lat
        WGS-84 degrees.
    datum
        Datum in which the service answered.
    confidence
        0-1, as the service tells or as its level of detail implies.
    """

    lon: float
    lat: float
    datum: str
    confidence: float


class Intake:
    """Reads the fields of one table and keeps account of every row.

    Parameters
    ----------
    table
        The records as read.
    headings
        Recognises the headings.
    lang
        Language of problems and remedies.
    setting
        Where the settings name the file, such as ``load.facilities[2]``; one file may be named
        several times.

    Raises
    ------
    SourceError
        When the settings name a heading that the table lacks, or two headings mean one field.
    """

    def __init__(
        self, table: RawTable, headings: Headings, *, lang: Lang, setting: str = ""
    ) -> None:
        self.table = table
        self.lang = lang
        self.setting = setting
        self.section = headings.section
        self.recognised = recognised_or_ask(table, headings)
        self.is_taken: Mask = np.ones(len(table.cells), bool)
        self.found: dict[int, Found] = {}
        self.rejects: list[dict[str, object]] = []
        self.notes: list[dict[str, object]] = []
        self.ids: set[str] = set()
        personal = set(personal_headings(self.section, table.headings))
        self._shown = [name for name in table.headings if name not in personal]
        self._columns = [table.cells[name].tolist() for name in self._shown]
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
        found: list[object] = self.table.cells[self.heading(field)].tolist()
        return found

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
            found = known[key]
            if found is ValueError:
                if self.is_taken[position]:
                    self._fault(position, field, problem, is_reject=is_needed, value=cell)
                found = None
            values.append(default if found is None else found)
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
            self._fault(position, field, problem, is_reject=True, **_at(values, position))

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
            self._fault(position, field, problem, is_reject=False, **_at(values, position))

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
        self.notes.append(
            {
                "source": self.table.source,
                "sheet": self.table.sheet,
                "setting": self.setting,
                "row": 0,
                "field": field,
                "value": str(values.get("value", "")),
                "problem": label(problem, self.lang, **values),
                "remedy": label(f"{problem}_remedy", self.lang, **values),
                "raw": "{}",
                "problem_key": problem.removeprefix("load."),
            }
        )

    def reject_repeated(
        self, ids: Sequence[str], field: str, problem: str, *, others: Sequence[Intake]
    ) -> None:
        """Reject the rows still taken whose id a row before them has, here or in another table.

        Parameters
        ----------
        ids
            Id of each row.
        field
            The field at fault.
        problem
            Catalogue key of the problem.
        others
            Tables that were read before; those of the same section count.

        Raises
        ------
        KeyError
            When the catalogue lacks the problem: a mistake in the program.
        """
        known = {one for other in others if other.section == self.section for one in other.ids}
        is_repeated = np.zeros(len(ids), bool)
        for position in np.flatnonzero(self.is_taken).tolist():
            is_repeated[position] = ids[position] in known
            known.add(ids[position])
            self.ids.add(ids[position])
        self.reject(is_repeated, field, problem)

    def raw_of(self, position: int) -> str:
        """Return a record's cells as JSON, without names of persons and telephone numbers.

        Raises
        ------
        IndexError
            When there is no such row.
        """
        return record_as_json(self._shown, [column[position] for column in self._columns])

    def _fault(
        self, position: int, field: str, problem: str, *, is_reject: bool, **values: object
    ) -> None:
        """Keep one fault of one row."""
        heading = self.heading(field)
        value = values.pop("value", self._value(position, field))
        shown = without_personal(text_of(value))[:_VALUE_SHOWN]
        if heading in self.table.headings and heading not in self._shown:
            shown = ""
        values = {"field": heading, "value": shown, **values}
        fault: dict[str, object] = {
            "source": self.table.source,
            "sheet": self.table.sheet,
            "setting": self.setting,
            "row": int(self.table.rows[position]),
            "field": heading,
            "value": shown,
            "problem": label(problem, self.lang, **values),
            "remedy": label(f"{problem}_remedy", self.lang, **values),
            "raw": self.raw_of(position),
            "problem_key": problem.removeprefix("load."),
        }
        if is_reject:
            self.is_taken[position] = False
            self.rejects.append(fault)
        else:
            self.notes.append(fault)

    def _value(self, position: int, field: str) -> object:
        """Return the cell of a field in a row."""
        return self.table.cells[self.heading(field)].iloc[position] if self.has(field) else None

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
        kinds = words()["row"]
        same_header = is_same_header(self.table.headings)
        names = self.cells("name")
        for position, row in enumerate(self.table.cells.itertuples(index=False, name=None)):
            filled = [cell for cell in row if not is_blank(cell)]
            first = text_of(filled[0])
            start = kinds.get(key_of(first))
            name = text_of(names[position])
            is_name = bool(name) and kinds.get(key_of(name)) != "total" and not _COUNT.match(name)
            if start == "total" and not is_name:
                self._fault(position, "name", "load.row_total", is_reject=True, value=first)
            elif _is_note(first, len(filled), kinds):
                self._fault(position, "name", "load.row_note", is_reject=True, value=first)
            elif len(filled) > 1 and isinstance(filled[0], str) and same_header(row):
                self._fault(position, "name", "load.row_header", is_reject=True, value=first)
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


def _is_note(first: str, filled_n: int, kinds: object) -> bool:
    """Return whether a row is a remark below the table."""
    if filled_n > _NOTE_CELLS_MAX:
        return False
    start = first.replace("：", ":").split(":")[0]
    is_said = start != first.replace("：", ":") or filled_n == 1
    return is_said and isinstance(kinds, dict) and kinds.get(key_of(start)) == "note"


def recognised_or_ask(table: RawTable, headings: Headings) -> Recognised:
    """Return what the headings of a table mean.

    Parameters
    ----------
    table
        The records as read.
    headings
        Recognises the headings.

    Raises
    ------
    SourceError
        When the settings name a heading that the table lacks, or two headings mean one field.
    """
    known = "、".join(table.headings)
    present = {key_of(name) for name in table.headings}
    for field, heading in headings.chosen.items():
        if key_of(heading) not in present:
            raise SourceError(
                "load.no_column",
                path=table.source,
                sheet=table.sheet,
                field=field,
                heading=heading,
                known=known,
            )
    recognised = headings.recognise(table.headings)
    for field, found in recognised.ambiguous.items():
        raise SourceError(
            "load.column_ambiguous",
            path=table.source,
            sheet=table.sheet,
            field=field,
            found="、".join(found),
            first=found[0],
        )
    return recognised


def faults_table(faults: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Return rejects or notes as a table, in the order of file, sheet, setting and row.

    Parameters
    ----------
    faults
        One mapping a fault.
    """
    table = pd.DataFrame(list(faults), columns=list(FAULT_COLUMNS))
    order = ["source", "sheet", "setting", "row", "field"]
    table = table.sort_values(order, kind="stable", ignore_index=True)
    table["row"] = table["row"].astype("int64")
    return table.astype(dict.fromkeys((c for c in FAULT_COLUMNS if c != "row"), "str"))
