"""Survey sheets that came back: read, every slip named, nothing lost."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import LANGS, label
from livelihood_map.core.survey_form import ASKED, COLUMNS, KNOWN, choices, heading
from livelihood_map.load.files.parsing import date_of, degrees_of, hours_of, is_yes, number_of
from livelihood_map.load.files.raw import is_blank, key_of, text_of
from livelihood_map.load.files.workbook_reader import read_workbook

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

AREA_RANGE_M2: Final = (20.0, 30_000.0)
STALLS_RANGE: Final = (1.0, 1500.0)
AREA_PER_STALL_M2: Final = (2.0, 150.0)
MOVED_MAX_DEG: Final = 0.006
"""About 600 m: a market that lies farther from its register is asked about, not moved."""
_ANSWERS: Final = (
    "facility_id",
    "area_m2",
    "stalls_n",
    "operator_form",
    "opens_at",
    "closes_at",
    "condition",
    "is_position_checked",
    "lon",
    "lat",
    "surveyed_on",
    "note",
)
_SLIPS: Final = ("source", "sheet", "row", "facility_id", "field", "value", "slip", "problem",
                 "remedy", "is_taken", "raw")  # fmt: skip


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
    slips = pd.DataFrame(reader.slips, columns=list(_SLIPS))
    return Returns(answers, slips)


@dataclass
class _Line:
    """One row of a sheet."""

    source: str
    sheet: str
    row: int
    cells: dict[str, object]
    facility_id: str = ""

    @property
    def raw(self) -> str:
        """Return the row as it was written."""
        texts = {name: text_of(value) for name, value in self.cells.items()}
        return json.dumps(texts, ensure_ascii=False)


@dataclass
class _Reader:
    questions: pd.DataFrame
    as_of: dt.date
    answers: list[dict[str, Any]] = field(default_factory=list)
    slips: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        records = self.questions.to_dict("records")
        self._sent = {str(record["facility_id"]): record for record in records}
        self._by_name: dict[str, list[str]] = {}
        for facility_id, record in self._sent.items():
            self._by_name.setdefault(_plain(record["name"]), []).append(facility_id)
        self._answered: dict[str, _Line] = {}
        self._headings = {
            key_of(heading(column, lang)): column for lang in LANGS for column in COLUMNS
        }

    def slip(
        self,
        kind: str,
        line: _Line,
        column: str = "",
        value: object = "",
        *,
        is_taken: bool = False,
    ) -> None:
        """Note one slip."""
        shown = text_of(value)
        name = heading(column) if column in COLUMNS else column
        self.slips.append(
            {
                "source": line.source,
                "sheet": line.sheet,
                "row": line.row,
                "facility_id": line.facility_id,
                "field": name,
                "value": shown,
                "slip": kind,
                "problem": label(
                    f"survey.slip_{kind}", value=shown, field=name, source=line.source
                ),
                "remedy": label(f"survey.remedy_{kind}"),
                "is_taken": is_taken,
                "raw": line.raw,
            }
        )

    def read(self, path: Path) -> None:
        """Read one workbook: its table, wherever it now stands."""
        nowhere = _Line(path.name, "", 0, {})
        try:
            grids = read_workbook(path, sheet=None)
        except SourceError:
            self.slip("file_broken", nowhere)
            return
        for grid in grids:
            for at, row in enumerate(grid.rows):
                columns = self._columns(row)
                if len(set(columns.values()) & set(ASKED)) >= len(ASKED) // 2:
                    self._table(path.name, grid.sheet, grid.rows, at, columns)
                    return
        self.slip("table_absent", nowhere)

    def _columns(self, row: Sequence[object]) -> dict[int, str]:
        found = {at: self._headings.get(key_of(text_of(cell))) for at, cell in enumerate(row)}
        return {at: column for at, column in found.items() if column is not None}

    def _table(
        self,
        source: str,
        sheet: str,
        rows: Sequence[Sequence[object]],
        head: int,
        columns: Mapping[int, str],
    ) -> None:
        top = _Line(source, sheet, head + 1, {})
        for column in COLUMNS:
            if column not in columns.values():
                self.slip("column_absent", top, column)
        for at, cell in enumerate(rows[head]):
            if at not in columns and not is_blank(cell):
                # What stands in it is dropped: it may be a person's name or number.
                self.slip("column_unknown", top, text_of(cell))
        for number, row in enumerate(rows[head + 1 :], start=head + 2):
            cells = {column: row[at] if at < len(row) else None for at, column in columns.items()}
            if any(not is_blank(value) for value in cells.values()):
                self._line(_Line(source, sheet, number, cells))

    def _line(self, line: _Line) -> None:
        """Read one market's answers."""
        if not self._identify(line):
            return
        known = self._sent[line.facility_id]
        if not is_blank(line.cells.get("name")) and _plain(line.cells["name"]) != _plain(
            known["name"]
        ):
            self.slip("name_changed", line, "name", line.cells["name"])
        town = line.cells.get("town_name")
        if not is_blank(town) and _plain(town) != _plain(known["town_name"]):
            self.slip("town_changed", line, "town_name", town)
        earlier = self._answered.get(line.facility_id)
        if earlier is not None:
            is_same = earlier.raw == line.raw
            self.slip("repeated_same" if is_same else "repeated", line, "facility_id",
                      line.facility_id, is_taken=is_same)  # fmt: skip
            return
        self._answered[line.facility_id] = line
        answer = {**self._figures(line), **self._words(line), **self._position(line, known)}
        answer["surveyed_on"] = self._date(line)
        note = line.cells.get("note")
        answer["note"] = None if is_blank(note) else text_of(note)
        if is_blank(line.cells.get("surveyed_on")) and self._has_new(line, known):
            self.slip("date_absent", line, "surveyed_on")
        self.answers.append(
            {
                "facility_id": line.facility_id,
                **answer,
                "source": line.source,
                "row": line.row,
            }
        )

    def _identify(self, line: _Line) -> bool:
        """Find out which market a row means; say so where it does not."""
        written = text_of(line.cells.get("facility_id"))
        if written in self._sent:
            line.facility_id = written
            return True
        found = self._by_name.get(_plain(line.cells.get("name")), [])
        if len(found) == 1:
            line.facility_id = found[0]
            kind = "id_wrong" if written else "id_absent"
            self.slip(kind, line, "facility_id", written, is_taken=True)
            return True
        kind = "name_ambiguous" if found else "market_new"
        self.slip(kind, line, "name", line.cells.get("name"))
        return False

    def _figures(self, line: _Line) -> dict[str, float | None]:
        """Return floor area and stalls."""
        area = self._number(line, "area_m2", AREA_RANGE_M2)
        stalls = self._number(line, "stalls_n", STALLS_RANGE)
        if stalls is not None and stalls % 1:
            self.slip("stalls_fraction", line, "stalls_n", line.cells["stalls_n"])
            stalls = None
        if area is not None and stalls is not None:
            low, high = AREA_PER_STALL_M2
            if not low <= area / stalls <= high:
                shown = f"{area:g} / {stalls:g}"
                self.slip("area_per_stall", line, "area_m2", shown, is_taken=True)
        return {"area_m2": area, "stalls_n": stalls}

    def _number(self, line: _Line, column: str, limits: tuple[float, float]) -> float | None:
        value = line.cells.get(column)
        if is_blank(value):
            return None
        try:
            number = number_of(value, is_area=column == "area_m2")
        except ValueError:
            is_negative = text_of(value).startswith(("-", "－", "−"))
            self.slip("number_range" if is_negative else "number_text", line, column, value)
            return None
        if number is None or not limits[0] <= number <= limits[1]:
            self.slip("number_range", line, column, value)
            return None
        if isinstance(value, str) and not _is_bare_number(value):
            self.slip("number_written", line, column, value, is_taken=True)
        return number

    def _words(self, line: _Line) -> dict[str, Any]:
        """Return what is chosen from lists, and the hours."""
        answer: dict[str, Any] = {}
        for column in ("operator_form", "condition"):
            value = line.cells.get(column)
            meanings = {
                key_of(word): meaning
                for lang in LANGS
                for meaning, word in choices(column, lang).items()
            }
            found = None if is_blank(value) else meanings.get(key_of(text_of(value)))
            if found is None and not is_blank(value):
                self.slip(f"{column}_unknown", line, column, value)
            answer[column] = found
        answer["opens_at"], answer["closes_at"] = self._hours(line)
        return answer

    def _hours(self, line: _Line) -> tuple[str | None, str | None]:
        value = line.cells.get("hours")
        if is_blank(value):
            return None, None
        try:
            found = hours_of(value)
        except ValueError:
            self.slip("hours_text", line, "hours", value)
            return None, None
        if found is None or found[0] >= found[1]:
            self.slip("hours_order", line, "hours", value)
            return None, None
        return found

    def _position(self, line: _Line, known: Mapping[Any, Any]) -> dict[str, Any]:
        """Return the position and whether it was checked."""
        value = line.cells.get("is_position_checked")
        try:
            is_checked = is_yes(value)
        except ValueError:
            self.slip("checked_unknown", line, "is_position_checked", value)
            is_checked = None
        nowhere = {"is_position_checked": is_checked, "lon": None, "lat": None}
        written = [line.cells.get(name) for name in ("lon", "lat")]
        if all(map(is_blank, written)):
            return nowhere
        if any(map(is_blank, written)):
            self.slip("position_half", line, "lon" if is_blank(written[0]) else "lat")
            return nowhere
        try:
            lon, lat = (degrees_of(item) or 0.0 for item in written)
        except ValueError:
            self.slip("position_text", line, "lon", " ".join(map(text_of, written)))
            return nowhere
        if _is_near(lat, lon, known) and not _is_near(lon, lat, known):
            shown = f"{lon:g}, {lat:g}"
            self.slip("position_swapped", line, "lon", shown, is_taken=True)
            lon, lat = lat, lon
        elif not _is_near(lon, lat, known):
            self.slip("position_far", line, "lon", f"{lon:g}, {lat:g}")
            return nowhere
        has_moved = (lon, lat) != (known["lon"], known["lat"])
        if has_moved and not is_checked:
            self.slip("position_unchecked", line, "is_position_checked", value)
        return {"is_position_checked": is_checked, "lon": lon, "lat": lat}

    def _date(self, line: _Line) -> str | None:
        value = line.cells.get("surveyed_on")
        if is_blank(value):
            return None
        try:
            day = date_of(value)
        except ValueError:
            self.slip("date_text", line, "surveyed_on", value)
            return None
        if day is None or not str(self.as_of.year - 1) <= day <= self.as_of.isoformat():
            self.slip("date_range", line, "surveyed_on", value)
            return None
        return day

    def _has_new(self, line: _Line, known: Mapping[Any, Any]) -> bool:
        """Return whether a row holds an answer that was not sent out with it."""
        return any(
            not is_blank(line.cells.get(name)) and _plain(line.cells[name]) != _plain(known[name])
            for name in ASKED
        )

    def find_missing(self) -> None:
        """Note the markets that no sheet holds any more."""
        for facility_id, record in self._sent.items():
            if facility_id not in self._answered:
                line = _Line("", "", 0, {name: record[name] for name in KNOWN}, facility_id)
                self.slip("market_absent", line, "name", record["name"])


def _plain(value: object) -> str:
    """Return a cell without spaces, to compare with."""
    return "" if is_blank(value) else "".join(text_of(value).split())


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
