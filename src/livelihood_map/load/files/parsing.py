"""Single values as offices write them: numbers, dates, hours, yes and no, words.

Each function takes one cell and returns its meaning, None for an empty cell, and raises
ValueError for what it cannot read: a value is never guessed.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from livelihood_map.core.io import data_path
from livelihood_map.load.files.ranges import YEARS
from livelihood_map.load.files.raw import is_blank, key_of, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBER: Final = re.compile(
    r"^(?:约|大约|近|共|≈|~)?\s*([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+)\s*(万|千)?\s*"
    r"(.*?)(?:左右|余|多|以上)?$"
)
_AREA_UNITS: Final = {
    **dict.fromkeys(("", "m2", "m²", "㎡", "平方米", "平米", "平方", "平", "sqm"), 1.0),
    **dict.fromkeys(("公顷", "ha", "hm2"), 10_000.0),
    **dict.fromkeys(("km2", "平方公里", "平方千米"), 1_000_000.0),
    "亩": 2000.0 / 3.0,
}
_COUNT_UNITS: Final = ("", "个", "户", "套", "人", "摊", "家", "幢", "栋")
_FACTORS: Final = {"": 1.0, "千": 1e3, "万": 1e4}
_DATE: Final = re.compile(
    r"^(\d{4})(?:(?:年|[-/.])(?:(\d{1,2})(?:(?:月|[-/.])(?:(\d{1,2})日?)?)?)?)?"
    r"(?:初|底|末|份|上旬|中旬|下旬|上半年|下半年|左右|前)?"
    r"(?:[ t]\d{1,2}:\d{2}(?::\d{2})?(?:\.0+)?)?$"
)
_CHINESE_DIGITS: Final = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_TIME: Final = re.compile(
    r"(凌晨|早上|早|上午|中午|下午|傍晚|晚上|晚|次日|翌日)?(\d{1,2})(?:[:点时.h](\d{2}|半|一刻)?分?)?"
)
_ALL_DAY: Final = (
    "全天",
    "24小时",
    "24h",
    "24小时营业",
    "全天候",
    "全天24小时",
    "7*24小时",
    "全天开放",
)
_DMS: Final = re.compile(
    r"^([nsew]|东经|北纬)?\s*(\d{1,3})\s*[°度]\s*(\d{1,2}(?:\.\d+)?)\s*['′’分]\s*"
    r"(?:(\d{1,2}(?:\.\d+)?)\s*(?:[\"″”秒]|''|′′))?\s*([nsew])?$"
)
_DECIMAL_DEGREES: Final = re.compile(
    r"^(?:东经|北纬|[ne])?\s*([+-]?\d+(?:\.\d+)?)\s*[°度]?\s*[ne]?$"
)
_EXCEL_DAYS: Final = (20_000, 80_000)


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Return, by list, the meaning of every word of the shipped table, by word key.

    Raises
    ------
    FileNotFoundError
        When the package was installed without its data.
    """
    return {
        name: {key_of(word): meaning for meaning, group in lists.items() for word in group}
        for name, lists in _word_table().items()
        if name != "subtype"
    }


@cache
def _word_table() -> Mapping[str, Mapping[str, list[str]]]:
    """Return the shipped table of words."""
    path = data_path("registers", "words.toml")
    table: dict[str, dict[str, list[str]]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return table


_NO_LETTERS: Final = re.compile(r"[\s\W_]+")


def subtype_of(value: object, kind: str) -> str | None:
    """Return the subtype that a free text means, by the first rule whose word occurs in it.

    Parameters
    ----------
    value
        The cell.
    kind
        Kind of facility, which chooses the rules; a kind without rules keeps the text.

    Raises
    ------
    ValueError
        When no rule fits.

    Examples
    --------
    >>> subtype_of("便利店＋早餐", "breakfast"), subtype_of("非标准化", "wet_market")
    ('cvs', 'nonstandard')
    """
    written = text_of(value)
    if not written:
        return None
    rules: list[dict[str, object]] = _word_table()["subtype"].get(kind, [])  # type: ignore[assignment]
    if not rules:
        return written
    plain = unicodedata.normalize("NFKC", written).lower()
    for rule in rules:
        if any(word in plain or plain == rule["subtype"] for word in rule["words"]):  # type: ignore[attr-defined]
            return str(rule["subtype"])
    raise ValueError(written)


def word_of(value: object, name: str, extra: Mapping[str, str] | None = None) -> str | None:
    """Return what a word means by one list of the shipped table, or by the settings.

    Parameters
    ----------
    value
        The cell.
    name
        List of the table: yes_no, status, kind, place_kind, centre_level or row.
    extra
        Further words and their meanings, which override the table.

    Raises
    ------
    ValueError
        When the word is in neither.

    Examples
    --------
    >>> word_of("已停业（2022）", "status")
    'closed'
    """
    written = text_of(value)
    if not written:
        return None
    key = key_of(written)
    for word, meaning in (extra or {}).items():
        if key_of(word) == key:
            return meaning
    try:
        return words().get(name, {})[key]
    except KeyError:
        raise ValueError(written) from None


def is_yes(value: object) -> bool | None:
    """Return whether a cell says yes; None when it is empty.

    Raises
    ------
    ValueError
        When it says neither yes nor no.

    Examples
    --------
    >>> is_yes("√"), is_yes("否"), is_yes(None)
    (True, False, None)
    """
    meaning = word_of(value, "yes_no")
    return None if meaning is None else meaning == "yes"


def number_of(value: object, *, is_area: bool = False) -> float | None:
    """Return a number that is not negative; an area in square metres.

    Parameters
    ----------
    value
        A number, or a text with thousands separators, 万, units, 约 … 左右.
    is_area
        Whether units of area are understood; otherwise only counting words.

    Raises
    ------
    ValueError
        When the cell holds no single number, another unit, or a negative or infinite one.

    Examples
    --------
    >>> number_of("约１，２００ 平方米", is_area=True), number_of("3亩", is_area=True)
    (1200.0, 2000.0)
    """
    if is_blank(value):
        return None
    if isinstance(value, (bool, np.bool_)):
        raise ValueError(value)  # noqa: TRY004  (one kind of error for every unreadable cell)
    if isinstance(value, (int, float, np.integer, np.floating)):
        amount = _finite(value)
    else:
        plain = unicodedata.normalize("NFKC", text_of(value)).lower()
        match = _NUMBER.match(plain)
        if match is None:
            raise ValueError(plain)
        unit = match[3].strip().strip("()")
        if unit not in (_AREA_UNITS if is_area else _COUNT_UNITS):
            raise ValueError(plain)
        amount = float(match[1].replace(",", "")) * _FACTORS[match[2] or ""]
        amount *= _AREA_UNITS[unit] if is_area else 1.0
    if not np.isfinite(amount) or amount < 0:
        raise ValueError(amount)
    return round(amount, 6)


def share_of(value: object) -> float | None:
    """Return a share between 0 and 1; a number above 1 or with a sign counts as per cent.

    Parameters
    ----------
    value
        0.23, 23, 23% or ２３％.

    Raises
    ------
    ValueError
        When it is no number or more than 100 per cent.

    Examples
    --------
    >>> share_of("23.5％"), share_of(0.235)
    (0.235, 0.235)
    """
    if is_blank(value):
        return None
    plain = unicodedata.normalize("NFKC", text_of(value))
    number = number_of(plain.rstrip("% "))
    if number is None or number > 100:  # noqa: PLR2004  (per cent)
        raise ValueError(plain)
    return round(number / 100, 8) if number > 1 or plain.endswith("%") else number


def date_of(value: object) -> str | None:
    """Return a date as ``YYYY-MM-DD``; a month or a year gives its first day.

    Parameters
    ----------
    value
        A date, an Excel serial, or a text such as 2023年5月, 2023.5, 2021/3/8, 20210308.

    Raises
    ------
    ValueError
        When it is no date, or a number such as 2023.1 that may have been 2023.10.

    Examples
    --------
    >>> date_of("2023年5月"), date_of(2023.5), date_of(44263.0), date_of("2021/3/8")
    ('2023-05-01', '2023-05-01', '2021-03-08', '2021-03-08')
    """
    if is_blank(value):
        return None
    if isinstance(value, dt.date):
        return _valid_date(value.year, value.month, value.day)
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        return _date_of_number(_finite(value))
    plain = unicodedata.normalize("NFKC", text_of(value)).lower().translate(_CHINESE_DIGITS)
    plain = re.sub(r"十([1-9])", r"1\1", re.sub(r" ?([年月日]) ?", r"\1", plain))
    plain = plain.replace("十月", "10月")
    if re.fullmatch(r"\d{5}", plain) or re.fullmatch(r"\d{8}", plain):
        return _date_of_number(float(plain))
    match = _DATE.match(plain)
    if match is None:
        raise ValueError(plain)
    return _valid_date(int(match[1]), int(match[2] or 1), int(match[3] or 1))


def _date_of_number(number: float) -> str:
    """Return the date that a bare number means."""
    first, last = _EXCEL_DAYS
    if first <= number <= last:
        return (dt.date(1899, 12, 30) + dt.timedelta(days=int(number))).isoformat()
    year, rest = int(number), round(number % 1, 6)
    if number.is_integer() and 19_000_101 <= number <= 21_001_231:  # noqa: PLR2004  (YYYYMMDD)
        return _valid_date(year // 10_000, year // 100 % 100, year % 100)
    if rest == 0:
        return _valid_date(year, 1, 1)
    month = f"{rest:.6f}".rstrip("0")[2:]
    if month == "1" or len(month) > 2:  # noqa: PLR2004  (2023.1 may have been 2023.10)
        raise ValueError(number)
    return _valid_date(year, int(month), 1)


def _valid_date(year: int, month: int, day: int) -> str:
    """Return an ISO date of a plausible year."""
    if not YEARS[0] <= year <= YEARS[1]:
        raise ValueError(year)
    return dt.date(year, month, day).isoformat()


def hours_of(value: object) -> tuple[str, str] | None:
    """Return opening and closing time as ``HH:MM``; several spells give first and last.

    Parameters
    ----------
    value
        A text such as 6:00-9:30, 早6点至晚8点半, 全天.

    Raises
    ------
    ValueError
        When no pair of times can be read.

    Examples
    --------
    >>> hours_of("6：00～9：30"), hours_of("早6点至晚8点半"), hours_of("全天")
    (('06:00', '09:30'), ('06:00', '20:30'), ('00:00', '24:00'))
    """
    if is_blank(value):
        return None
    plain = unicodedata.normalize("NFKC", text_of(value)).lower().replace(" ", "")
    if plain in _ALL_DAY:
        return "00:00", "24:00"
    spells = []
    for spell in re.split(r"[,;、;]|和|及", plain):
        ends = re.split(
            r"-+|~+|—+|–|−|至|到", re.sub(r"^(周.至周.|每天|每日|工作日|营业)[::]?", "", spell)
        )
        if len(ends) != 2:  # noqa: PLR2004  (from and to)
            raise ValueError(plain)
        spells.append((_time_of(ends[0]), _time_of(ends[1])))
    return spells[0][0], spells[-1][1]


def time_of(value: object) -> str | None:
    """Return one time of day as ``HH:MM``.

    Parameters
    ----------
    value
        A time, or a text such as 6:00 or 早6点半.

    Raises
    ------
    ValueError
        When it cannot be read.

    Examples
    --------
    >>> time_of("早6点半")
    '06:30'
    """
    if is_blank(value):
        return None
    if isinstance(value, (dt.time, dt.datetime)):
        return f"{value:%H:%M}"
    return _time_of(unicodedata.normalize("NFKC", text_of(value)).lower().replace(" ", ""))


def _time_of(plain: str) -> str:
    """Return one time of day as ``HH:MM``."""
    match = _TIME.fullmatch(re.sub(r":\d{2}$", "", plain) if plain.count(":") > 1 else plain)
    if match is None:
        raise ValueError(plain)
    hour = int(match[2])
    minute = (
        {"半": 30, "一刻": 15, None: 0}.get(match[3])
        if not (match[3] or "").isdigit()
        else int(match[3])
    )
    noon = 12
    if match[1] in {"下午", "傍晚", "晚上", "晚"} and hour < noon:
        hour += noon
    if minute is None or minute > 59 or hour > 24 or (hour == 24 and minute):  # noqa: PLR2004
        raise ValueError(plain)
    return f"{hour:02d}:{minute:02d}"


def _finite(written: Any) -> float:  # noqa: ANN401  (any number, or a text)
    """Return a number; ValueError for one that is infinite, no number, or too long for a float."""
    try:
        number = float(written)
    except OverflowError as error:
        raise ValueError(written) from error
    if not np.isfinite(number):
        raise ValueError(written)
    return number


def degrees_of(value: object) -> float | None:
    """Return an angle in decimal degrees or a projected coordinate in metres.

    Parameters
    ----------
    value
        A number, a text that holds one, or degrees, minutes and seconds.

    Raises
    ------
    ValueError
        When the text holds neither.

    Examples
    --------
    >>> round(degrees_of("121°22′53.4″E"), 6), degrees_of("东经 121.5")
    (121.3815, 121.5)
    """
    if is_blank(value):
        return None
    if isinstance(value, (bool, np.bool_)):
        raise ValueError(value)  # noqa: TRY004  (one kind of error for every unreadable cell)
    if isinstance(value, (int, float, np.integer, np.floating)):
        return _finite(value)
    plain = text_of(value).lower().replace("，", ",").replace("．", ".").replace("。", ".")
    match = _DECIMAL_DEGREES.match(plain)
    if match is not None:
        return _finite(match[1])
    match = _DMS.match(plain)
    if match is None or float(match[3]) >= 60 or float(match[4] or 0) >= 60:  # noqa: PLR2004
        raise ValueError(plain)
    sign = -1.0 if {match[1], match[5]} & {"s", "w"} else 1.0
    return sign * (int(match[2]) + float(match[3]) / 60 + float(match[4] or 0) / 3600)


def pair_of(value: object) -> tuple[float, float] | None:
    """Return the two coordinates of one cell, in the order in which they are written.

    Parameters
    ----------
    value
        A text such as ``121.38,31.11`` or ``(121.38 31.11)``.

    Raises
    ------
    ValueError
        When the cell does not hold exactly two.

    Examples
    --------
    >>> pair_of("121.3815，31.1127")
    (121.3815, 31.1127)
    """
    if is_blank(value):
        return None
    plain = text_of(value).strip("()[]（）")
    parts = [part for part in re.split(r"[,，;；\s/]+", plain) if part]
    if len(parts) != 2:  # noqa: PLR2004  (longitude and latitude)
        raise ValueError(plain)
    first, second = degrees_of(parts[0]), degrees_of(parts[1])
    if first is None or second is None:
        raise ValueError(plain)
    return first, second


def degrees_or_none(value: object) -> float | None:
    """Return what :func:`degrees_of` does; None also for what it cannot read.

    Examples
    --------
    >>> degrees_or_none("121.5"), degrees_or_none("不详")
    (121.5, None)
    """
    try:
        return degrees_of(value)
    except ValueError:
        return None


def name_key(name: str) -> str:
    """Return the form in which two names of outlets are compared; branches stay apart.

    Parameters
    ----------
    name
        As written.

    Examples
    --------
    >>> name_key("肯德基（龙柏店）") == name_key("肯德基 (龙柏店)"), name_key("肯德基")
    (True, '肯德基')
    """
    return _NO_LETTERS.sub("", unicodedata.normalize("NFKC", name).lower())
