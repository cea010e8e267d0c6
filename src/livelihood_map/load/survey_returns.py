"""Survey sheets that came back: read, every slip named, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pandas as pd

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import LANGS
from livelihood_map.core.survey_form import ASKED, COLUMNS, KNOWN, choices, heading
from livelihood_map.load.files.list_rows import ListRow, Slips, find_lists
from livelihood_map.load.files.members import Members, plain_name
from livelihood_map.load.files.parsing import date_of, degrees_of, hours_of, is_yes, number_of
from livelihood_map.load.files.raw import key_of, text_of
from livelihood_map.load.files.row_faults import slips_table

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_Value = TypeVar("_Value")
AREA_RANGE_M2: Final = (20.0, 30_000.0)
STALLS_RANGE: Final = (1.0, 1500.0)
AREA_PER_STALL_M2: Final = (2.0, 150.0)
MOVED_MAX_DEG: Final = 0.006
"""About 600 m: a market that lies farther from its register is asked about, not moved."""
_PARTS: Final = {"hours": ("opens_at", "closes_at")}
_ANSWERS: Final = ("facility_id", *(part for name in ASKED for part in _PARTS.get(name, (name,))))


@dataclass(frozen=True)
class Returns:
    """What came back.

    Parameters
    ----------
    answers
        One row a market whose answers could be read, columns as
        :func:`livelihood_map.programme.merge_survey` takes them, with source and row.
    slips
        source, sheet, row, facility_id, field, value, slip (its kind), problem, remedy, is_taken
        (the value was taken all the same, mended where that was safe) and raw (the whole row as it
        was written, JSON).
    """

    answers: pd.DataFrame
    slips: pd.DataFrame


def read_returns(paths: Sequence[Path], questions: pd.DataFrame, *, as_of: dt.date) -> Returns:
    """Return the answers of the sheets that came back, and every slip in them.

    Parameters
    ----------
    paths
        The workbooks.
    questions
        What was sent out (:func:`livelihood_map.programme.list_questions`).
    as_of
        The day; a visit cannot be later.

    Raises
    ------
    SourceError
        When there is no workbook at all.
    """
    if not paths:
        raise SourceError("survey.none")
    reader = _Reader(questions, as_of)
    for path in sorted(paths):
        reader.read(path)
    reader.find_missing()
    answers = pd.DataFrame(reader.answers, columns=[*_ANSWERS, "source", "row"])
    return Returns(answers, slips_table(reader.slips.faults, subject="facility_id", has_kind=True))


class _Reader:
    """Reads the sheets one after the other; a market may come back in any of them."""

    def __init__(self, questions: pd.DataFrame, as_of: dt.date) -> None:
        self.as_of = as_of
        self.answers: list[dict[str, Any]] = []
        self.slips = Slips("survey", lambda name: heading(name) if name in COLUMNS else name)
        records = questions.to_dict("records")
        self._sent = {str(record["facility_id"]): record for record in records}
        self._members = Members(self._sent, questions["name"])
        self._answered: dict[str, ListRow] = {}
        self._headings = {
            key_of(heading(column, lang)): column for lang in LANGS for column in COLUMNS
        }

    def read(self, path: Path) -> None:
        """Read one workbook: its table, wherever it now stands."""
        try:
            tables = find_lists(path, self._headings, _asks_enough)
        except SourceError:
            self.slips.add("file_broken", ListRow(path.name, "", 0, {}))
            return
        if not tables:
            self.slips.add("table_absent", ListRow(path.name, "", 0, {}))
            return
        table = tables[0]
        for column in COLUMNS:
            if column not in table.columns.values():
                self.slips.add("column_absent", table.header, column)
        for text in table.unknown_headings():
            # What stands in it is dropped: it may be a person's name or number.
            self.slips.add("column_unknown", table.header, text)
        for row in table.rows():
            if any(map(row.has, COLUMNS)):
                self._answer(row)

    def _answer(self, row: ListRow) -> None:
        """Read one market's answers."""
        facility_id = self._identify(row)
        if facility_id is None:
            return
        row, known = replace(row, subject=facility_id), self._sent[facility_id]
        for column, kind in (("name", "name_changed"), ("town_name", "town_changed")):
            if row.has(column) and _is_other(row, known, column):
                self.slips.add(kind, row, column, row.cells[column])
        earlier = self._answered.get(facility_id)
        if earlier is not None:
            is_same = _texts(earlier) == _texts(row)
            kind = "repeated_same" if is_same else "repeated"
            self.slips.add(kind, row, "facility_id", facility_id, is_taken=is_same)
            return
        self._answered[facility_id] = row
        answer = {**self._figures(row), **self._words(row), **self._position(row, known)}
        answer["surveyed_on"] = self._date(row)
        answer["note"] = row.text("note") if row.has("note") else None
        # The date of the visit tells an answer from what was sent out with the sheet.
        is_new = any(row.has(name) and _is_other(row, known, name) for name in ASKED)
        if is_new and not row.has("surveyed_on"):
            self.slips.add("date_absent", row, "surveyed_on")
        named = {"facility_id": facility_id, "source": row.source, "row": row.row}
        self.answers.append({**answer, **named})

    def _identify(self, row: ListRow) -> str | None:
        """Return which market a row means; say so where it names none by its id."""
        written = row.text("facility_id")
        if written in self._sent:
            return written
        named = self._members.named(row.text("name"))
        if len(named) != 1:
            kind = "name_ambiguous" if named else "market_new"
            self.slips.add(kind, row, "name", row.cells.get("name"))
            return None
        kind = "id_wrong" if written else "id_absent"
        self.slips.add(kind, replace(row, subject=named[0]), "facility_id", written, is_taken=True)
        return named[0]

    def _figures(self, row: ListRow) -> dict[str, float | None]:
        """Return floor area and stalls."""
        area = self._number(row, "area_m2", AREA_RANGE_M2)
        stalls = self._number(row, "stalls_n", STALLS_RANGE)
        if stalls is not None and stalls % 1:
            self.slips.add("stalls_fraction", row, "stalls_n", row.cells["stalls_n"])
            stalls = None
        if area is not None and stalls is not None:
            low, high = AREA_PER_STALL_M2
            if not low <= area / stalls <= high:
                shown = f"{area:g} / {stalls:g}"
                self.slips.add("area_per_stall", row, "area_m2", shown, is_taken=True)
        return {"area_m2": area, "stalls_n": stalls}

    def _read(
        self, row: ListRow, column: str, meaning: Callable[[object], _Value | None], kind: str
    ) -> _Value | None:
        """Return what a cell means; None when it is empty, or means nothing, which is a slip."""
        value = row.cells.get(column)
        try:
            return meaning(value)
        except ValueError:
            self.slips.add(kind, row, column, value)
            return None

    def _number(self, row: ListRow, column: str, limits: tuple[float, float]) -> float | None:
        """Return a number within its limits."""
        value = row.cells.get(column)
        is_negative = row.text(column).startswith(("-", "－", "−"))
        meaning = partial(number_of, is_area=column == "area_m2")
        kind = "number_range" if is_negative else "number_text"
        number = self._read(row, column, meaning, kind)
        if number is None:
            return None
        if not limits[0] <= number <= limits[1]:
            self.slips.add("number_range", row, column, value)
            return None
        if isinstance(value, str) and not _is_bare_number(value):
            self.slips.add("number_written", row, column, value, is_taken=True)
        return number

    def _words(self, row: ListRow) -> dict[str, str | None]:
        """Return what is chosen from lists, and the hours."""
        answer = {}
        for column in ("operator_form", "condition"):
            words = [pair for lang in LANGS for pair in choices(column, lang).items()]
            meaning = {key_of(word): value for value, word in words}.get(key_of(row.text(column)))
            if meaning is None and row.has(column):
                self.slips.add(f"{column}_unknown", row, column, row.cells[column])
            answer[column] = meaning if row.has(column) else None
        hours = self._read(row, "hours", hours_of, "hours_text")
        if hours is not None and hours[0] >= hours[1]:
            self.slips.add("hours_order", row, "hours", row.cells["hours"])
            hours = None
        answer["opens_at"], answer["closes_at"] = hours or (None, None)
        return answer

    def _position(self, row: ListRow, known: Mapping[Any, Any]) -> dict[str, Any]:
        """Return the position and whether it was checked."""
        is_checked = self._read(row, "is_position_checked", is_yes, "checked_unknown")
        nowhere = {"is_position_checked": is_checked, "lon": None, "lat": None}
        lacking = [column for column in ("lon", "lat") if not row.has(column)]
        if lacking:
            if len(lacking) == 1:
                self.slips.add("position_half", row, lacking[0])
            return nowhere
        try:
            lon, lat = (degrees_of(row.cells[column]) or 0.0 for column in ("lon", "lat"))
        except ValueError:
            self.slips.add("position_text", row, "lon", f"{row.text('lon')} {row.text('lat')}")
            return nowhere
        if _is_near(lat, lon, known) and not _is_near(lon, lat, known):
            shown = f"{lon:g}, {lat:g}"
            self.slips.add("position_swapped", row, "lon", shown, is_taken=True)
            lon, lat = lat, lon
        elif not _is_near(lon, lat, known):
            self.slips.add("position_far", row, "lon", f"{lon:g}, {lat:g}")
            return nowhere
        has_moved = (lon, lat) != (known["lon"], known["lat"])
        if has_moved and not is_checked:
            written = row.cells.get("is_position_checked")
            self.slips.add("position_unchecked", row, "is_position_checked", written)
        return {"is_position_checked": is_checked, "lon": lon, "lat": lat}

    def _date(self, row: ListRow) -> str | None:
        """Return the day of the visit, within a year or two before the day of the survey."""
        day = self._read(row, "surveyed_on", date_of, "date_text")
        if day is None or str(self.as_of.year - 1) <= day <= self.as_of.isoformat():
            return day
        self.slips.add("date_range", row, "surveyed_on", row.cells["surveyed_on"])
        return None

    def find_missing(self) -> None:
        """Note the markets that no sheet holds any more."""
        for facility_id, record in self._sent.items():
            if facility_id not in self._answered:
                cells = {name: record[name] for name in KNOWN}
                gone = ListRow("", "", 0, cells, subject=facility_id)
                self.slips.add("market_absent", gone, "name", record["name"])


def _asks_enough(columns: set[str]) -> bool:
    """Return whether a row of headings asks at least half of what was sent out."""
    return len(columns & set(ASKED)) >= len(ASKED) // 2


def _texts(row: ListRow) -> list[tuple[str, str]]:
    """Return the cells of a row as they read, in their order."""
    return [(name, text_of(cell)) for name, cell in row.cells.items()]


def _is_other(row: ListRow, known: Mapping[Any, Any], column: str) -> bool:
    """Return whether a cell reads otherwise than what was sent out."""
    return plain_name(row.cells[column]) != plain_name(known[column])


def _is_bare_number(text: str) -> bool:
    """Return whether a text is a number and nothing else.

    Examples
    --------
    >>> _is_bare_number("1200.5"), _is_bare_number("1200平方米"), _is_bare_number("１２００")
    (True, False, False)
    """
    return text.strip().isascii() and text.strip().replace(".", "", 1).isdigit()


def _is_near(lon: float, lat: float, known: Mapping[Any, Any]) -> bool:
    """Return whether a place lies near the one that was sent out."""
    east, north = abs(lon - float(known["lon"])), abs(lat - float(known["lat"]))
    return east <= MOVED_MAX_DEG and north <= MOVED_MAX_DEG
