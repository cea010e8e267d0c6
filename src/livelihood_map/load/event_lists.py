"""Short lists of the office: which markets are renovated, what opens and closes when."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import pandas as pd

from livelihood_map.core.errors import Problem, SourceError
from livelihood_map.load.files.parsing import date_of, number_of
from livelihood_map.load.files.raw import Grid, is_blank, key_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

_NAMES: Final = (
    "facility_id",
    "编号",
    "市场编号",
    "网点编号",
    "市场名称",
    "网点名称",
    "名称",
    "name",
)
_MONTHS: Final = ("工期", "工期月", "改造工期", "months", "months_n")
_EARLIEST: Final = ("最早开工", "开工不早于", "earliest")
_STANDIN: Final = ("临时替代点", "替代市场", "standin", "standin_id")
_DATE: Final = ("日期", "时间", "date")
_EVENT: Final = ("事件", "变动", "开停", "event")
_SHOWN: Final = {"who": "名称", "months": "工期", "date": "日期", "event": "事件"}
_EVENTS: Final = {
    "opens": ("开", "开业", "开放", "新开", "复业", "恢复营业", "重新开业", "opens", "open"),
    "closes": ("关", "停业", "关闭", "停", "暂停营业", "改造停业", "closes", "close"),
}


def read_renovations(path: Path, markets: pd.DataFrame) -> pd.DataFrame:
    """Return which markets are renovated: facility_id, months_n, earliest, standin_id.

    Parameters
    ----------
    path
        csv or workbook with 市场名称 (or an id), 工期 and, where known, 最早开工 and 临时替代点.
    markets
        facility_id and name of the markets that may be named.

    Raises
    ------
    SourceError
        When the file is absent or broken, lacks a column, or has rows that cannot be understood;
        all of them in ``.problems``.
    """
    rows, problems = _records(path, {"who": _NAMES, "months": _MONTHS}), list[Problem]()
    finder = _Finder(path, markets)
    found = []
    for line, cells in rows:
        facility = finder.find(line, cells["who"], problems)
        months = _number(path, line, cells["months"], problems)
        earliest = _month(path, line, cells.get("earliest"), problems)
        standin = cells.get("standin")
        instead = None if is_blank(standin) else finder.find(line, standin, problems)
        found.append((facility, months, earliest, instead))
    _refuse(path, problems)
    columns = ["facility_id", "months_n", "earliest", "standin_id"]
    table = pd.DataFrame(found, columns=columns)
    return table.astype({"months_n": int})


def read_schedule(path: Path, facilities: pd.DataFrame) -> pd.DataFrame:
    """Return openings and closings: facility_id, date, event.

    Parameters
    ----------
    path
        csv or workbook with 网点名称 (or an id), 日期 and 事件.
    facilities
        facility_id and name of the facilities that may be named.

    Raises
    ------
    SourceError
        When the file is absent or broken, lacks a column, or has rows that cannot be understood;
        all of them in ``.problems``.
    """
    rows = _records(path, {"who": _NAMES, "date": _DATE, "event": _EVENT})
    problems = list[Problem]()
    finder = _Finder(path, facilities)
    meanings = {key_of(word): event for event, words in _EVENTS.items() for word in words}
    found = []
    for line, cells in rows:
        facility = finder.find(line, cells["who"], problems)
        day = _read(path, line, "日期", cells["date"], date_of, problems)
        event = meanings.get(key_of(text_of(cells["event"])))
        if event is None:
            shown = text_of(cells["event"])
            problems.append(
                Problem("programme.list_value", path=path.name, row=line, field="事件", value=shown)
            )
        found.append((facility, day and dt.date.fromisoformat(str(day)), event))
    _refuse(path, problems)
    return pd.DataFrame(found, columns=["facility_id", "date", "event"])


class _Finder:
    """Finds a facility by its id or by a name that only one has."""

    def __init__(self, path: Path, facilities: pd.DataFrame) -> None:
        self._path = path
        self._ids = set(facilities["facility_id"])
        self._by_name: dict[str, list[str]] = {}
        for name, own in zip(facilities["name"], facilities["facility_id"], strict=True):
            self._by_name.setdefault(key_of_name(name), []).append(own)

    def find(self, line: int, value: object, problems: list[Problem]) -> str | None:
        """Return the id, or None with a problem added."""
        text = text_of(value)
        if text in self._ids:
            return text
        found = self._by_name.get(key_of_name(text), [])
        if len(found) == 1:
            return found[0]
        key = "programme.list_ambiguous" if found else "programme.list_unknown"
        problems.append(Problem(key, path=self._path.name, row=line, name=text, count=len(found)))
        return None


def key_of_name(name: object) -> str:
    """Return a name without spaces, to compare with.

    Examples
    --------
    >>> key_of_name(" 春申　菜市场 ")
    '春申菜市场'
    """
    return "".join(text_of(name).split())


def _records(
    path: Path, wanted: Mapping[str, Sequence[str]]
) -> list[tuple[int, dict[str, object]]]:
    """Return the rows below the headings, with their row number, by field."""
    every = {**wanted, "earliest": _EARLIEST, "standin": _STANDIN}
    fields = {key_of(word): field for field, words in every.items() for word in words}
    for grid in _grids(path):
        for at, row in enumerate(grid.rows):
            columns = {
                fields[key_of(text_of(cell))]: column
                for column, cell in reversed(list(enumerate(row)))
                if key_of(text_of(cell)) in fields
            }
            if set(wanted) <= set(columns):
                return [
                    (line, {name: below[column] for name, column in columns.items()})
                    for line, below in enumerate(grid.rows[at + 1 :], start=at + 2)
                    if len(below) > max(columns.values()) and not is_blank(below[columns["who"]])
                ]
    needed = "、".join(_SHOWN[name] for name in wanted)
    raise SourceError("programme.list_columns", path=str(path), columns=needed)


def _grids(path: Path) -> list[Grid]:
    from livelihood_map.load.files.text_files import read_csv_cells
    from livelihood_map.load.files.workbook_reader import read_workbook

    if not path.exists():
        raise SourceError("programme.list_absent", path=str(path))
    if path.suffix.lower() in {".csv", ".tsv", ".txt"}:
        return read_csv_cells(path, encoding=None)
    return read_workbook(path, sheet=None)


def _read(
    path: Path,
    line: int,
    field: str,
    value: object,
    reader: Callable[[object], object],
    problems: list[Problem],
) -> object:
    try:
        found = reader(value)
    except (ValueError, TypeError):
        found = None
    if found is None:
        shown = text_of(value)
        problems.append(
            Problem("programme.list_value", path=path.name, row=line, field=field, value=shown)
        )
    return found


def _number(path: Path, line: int, value: object, problems: list[Problem]) -> int:
    def reader(cell: object) -> int | None:
        number = number_of(text_of(cell).removesuffix("个月").removesuffix("月"))
        return int(number) if number is not None and number >= 1 and number % 1 == 0 else None

    found = _read(path, line, "工期", value, reader, problems)
    return found if isinstance(found, int) else 0


def _month(path: Path, line: int, value: object, problems: list[Problem]) -> str | None:
    if is_blank(value):
        return None
    found = _read(path, line, "最早开工", value, date_of, problems)
    return str(found)[:7] if found else None


def _refuse(path: Path, problems: list[Problem]) -> None:
    if problems:
        raise SourceError(
            "programme.list_broken", problems=problems, path=str(path), count=len(problems)
        )
