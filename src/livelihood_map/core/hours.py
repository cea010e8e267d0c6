"""Hours of the day: who is open at a given time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import JoinError

if TYPE_CHECKING:
    from collections.abc import Sequence

_SPELL: Final = re.compile(r"(\d{1,2}):(\d{2})\s*[-–~～至到]\s*(\d{1,2}):(\d{2})")
_TIME: Final = re.compile(r"(\d{1,2}):(\d{2})")
_MINUTES_PER_HOUR: Final = 60
_DAY: Final = 24 * _MINUTES_PER_HOUR


def minutes_of(time: str) -> int:
    """Return a time of day as minutes after midnight.

    Parameters
    ----------
    time
        ``HH:MM``, 00:00 to 24:00.

    Raises
    ------
    JoinError
        When the text is no time of day.

    Examples
    --------
    >>> minutes_of("06:30")
    390
    """
    parts = _TIME.fullmatch(time.strip())
    hour, minute = map(int, parts.groups()) if parts else (0, _MINUTES_PER_HOUR)
    minutes = hour * _MINUTES_PER_HOUR + minute
    if minute >= _MINUTES_PER_HOUR or minutes > _DAY:
        raise JoinError("network.time_unknown", value=time)
    return minutes


def is_within(opens: int, closes: int, at: int) -> bool:
    """Return whether a time lies in a spell; the closing minute itself is outside.

    Parameters
    ----------
    opens, closes
        Minutes after midnight; a spell that closes before it opens runs past midnight, and one
        that closes when it opens lasts all day.
    at
        Minutes after midnight.

    Examples
    --------
    >>> is_within(22 * 60, 6 * 60, 23 * 60), is_within(6 * 60, 9 * 60, 9 * 60)
    (True, False)
    """
    if opens < closes:
        return opens <= at < closes
    return at >= opens or at < closes


def is_within_hours(hours: Sequence[str | None], at: str) -> list[bool]:
    """Return which of several opening hours hold a time; missing hours mean always.

    Parameters
    ----------
    hours
        Texts such as ``06:00-22:00``, several spells parted by ``;``.
    at
        Time of day, ``HH:MM``.

    Raises
    ------
    JoinError
        When hours or time cannot be read.

    Examples
    --------
    >>> is_within_hours(["06:00-22:00", None, "06:00-09:00;16:00-20:00"], "10:00")
    [True, True, False]
    """
    minute = minutes_of(at)
    known: dict[str | None, bool] = {}
    for text in hours:
        if text not in known:
            known[text] = _holds(text, minute)
    return [known[text] for text in hours]


def _holds(text: object, minute: int) -> bool:
    """Return whether one text of hours holds a minute of the day."""
    if not isinstance(text, str) or not text.strip():
        return True
    spells = _SPELL.findall(text.replace("：", ":"))
    if not spells:
        raise JoinError("network.hours_unknown", value=text)
    return any(
        is_within(minutes_of(f"{a}:{b}"), minutes_of(f"{c}:{d}"), minute) for a, b, c, d in spells
    )
