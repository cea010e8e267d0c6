"""Short lists of the office: which markets are renovated, what opens and closes when."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, TypeVar

import pandas as pd

from livelihood_map.core.errors import Problem, SourceError
from livelihood_map.load.files.list_rows import find_lists
from livelihood_map.load.files.members import Members
from livelihood_map.load.files.parsing import date_of, number_of
from livelihood_map.load.files.raw import key_of, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from livelihood_map.load.files.list_rows import ListRow

_Value = TypeVar("_Value")
_HEADINGS: Final = {
    "who": (
        "名称",
        "facility_id",
        "编号",
        "市场编号",
        "网点编号",
        "市场名称",
        "网点名称",
        "统一社会信用代码",
        "name",
    ),
    "months": ("工期", "工期月", "改造工期", "months", "months_n"),
    "date": ("日期", "时间", "date"),
    "event": ("事件", "变动", "开停", "event"),
    "earliest": ("最早开工", "开工不早于", "earliest"),
    "standin": ("临时替代点", "替代市场", "standin", "standin_id"),
}
"""Headings by column; the first is shown in messages."""
_EVENTS: Final = {
    "opens": ("开", "开业", "开放", "新开", "复业", "恢复营业", "重新开业", "opens", "open"),
    "closes": ("关", "停业", "关闭", "停", "暂停营业", "改造停业", "closes", "close"),
}


def read_renovations(path: Path, markets: pd.DataFrame) -> pd.DataFrame:
    """Return which markets are renovated: facility_id, months_n, earliest, standin_id.

    Parameters
    ----------
    path
        csv or workbook with 市场名称 (or an id or credit code), 工期 and, where known, 最早开工 and
        临时替代点.
    markets
        facility_id and name of the markets that may be named.

    Raises
    ------
    SourceError
        When the file is absent or broken, lacks a column, or has rows that cannot be understood;
        all of them in ``.problems``.
    """
    office = _OfficeList(path, markets)
    due = []
    for row in office.rows("who", "months"):
        facility = office.member(row, "who")
        months = office.value(row, "months", _whole_months)
        month = office.value(row, "earliest", date_of) if row.has("earliest") else None
        instead = office.member(row, "standin") if row.has("standin") else None
        due.append((facility, months or 0, month and month[:7], instead))
    office.refuse_mistakes()
    table = pd.DataFrame(due, columns=["facility_id", "months_n", "earliest", "standin_id"])
    return table.astype({"months_n": int})


def read_schedule(path: Path, facilities: pd.DataFrame) -> pd.DataFrame:
    """Return openings and closings: facility_id, date, event.

    Parameters
    ----------
    path
        csv or workbook with 网点名称 (or an id or credit code), 日期 and 事件.
    facilities
        facility_id and name of the facilities that may be named.

    Raises
    ------
    SourceError
        When the file is absent or broken, lacks a column, or has rows that cannot be understood;
        all of them in ``.problems``.
    """
    office = _OfficeList(path, facilities)
    meanings = {key_of(word): event for event, words in _EVENTS.items() for word in words}
    events = []
    for row in office.rows("who", "date", "event"):
        facility = office.member(row, "who")
        day = office.value(row, "date", date_of)
        event = office.value(row, "event", lambda cell: meanings.get(key_of(text_of(cell))))
        events.append((facility, day and dt.date.fromisoformat(day), event))
    office.refuse_mistakes()
    return pd.DataFrame(events, columns=["facility_id", "date", "event"])


def _whole_months(cell: object) -> int | None:
    """Return a number of months, at least one; None for any other number."""
    number = number_of(text_of(cell).removesuffix("个月").removesuffix("月"))
    return int(number) if number is not None and number >= 1 and number % 1 == 0 else None


class _OfficeList:
    """A list whose rows name facilities; what cannot be understood is gathered."""

    def __init__(self, path: Path, facilities: pd.DataFrame) -> None:
        self._path = path
        codes = facilities.get("credit_code", ())
        self._members = Members(facilities["facility_id"], facilities["name"], codes=codes)
        self._problems: list[Problem] = []

    def rows(self, *needed: str) -> Iterator[ListRow]:
        """Return the rows that name something, of the first sheet with the needed columns."""
        if not self._path.exists():
            raise SourceError("programme.list_absent", path=str(self._path))
        used = {*needed, "earliest", "standin"}
        headings = {key_of(word): name for name in used for word in _HEADINGS[name]}
        tables = find_lists(
            self._path, headings, lambda columns: {*needed} <= columns, is_first_meant=True
        )
        if not tables:
            shown = "、".join(_HEADINGS[name][0] for name in needed)
            raise SourceError("programme.list_columns", path=str(self._path), columns=shown)
        for row in tables[0].rows():
            if len(row.written) >= tables[0].width and row.has("who"):
                yield row

    def member(self, row: ListRow, column: str) -> str | None:
        """Return the id of the facility that a cell names; None when it names none or several."""
        text = row.text(column)
        ids = self._members.find(text)
        if len(ids) == 1:
            return ids[0]
        key = "programme.list_ambiguous" if ids else "programme.list_unknown"
        self._note(key, row, name=text, count=len(ids))
        return None

    def value(
        self, row: ListRow, column: str, meaning: Callable[[object], _Value | None]
    ) -> _Value | None:
        """Return what a cell means; None when it means nothing."""
        try:
            value = meaning(row.cells[column])
        except (ValueError, TypeError):
            value = None
        if value is None:
            self._note(
                "programme.list_value", row, field=_HEADINGS[column][0], value=row.text(column)
            )
        return value

    def _note(self, key: str, row: ListRow, **values: object) -> None:
        self._problems.append(Problem(key, path=self._path.name, row=row.row, **values))

    def refuse_mistakes(self) -> None:
        """Refuse the list when anything in it could not be understood."""
        if self._problems:
            shown = {"path": str(self._path), "count": len(self._problems)}
            raise SourceError("programme.list_broken", problems=self._problems, **shown)
