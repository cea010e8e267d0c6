"""Shanghai addresses taken apart: road, lane (弄), branch lane (支弄), number (号), the rest."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_PREFIX: Final = re.compile(
    r"^(?:中国)?(?:上海市?)?(?:[^\d路街弄号]{2,3}区)?"
    r"(?:[^\d弄号]{2,6}?街道|[^\d路弄号]{2,4}?镇(?![北南东西中]))?"
)
_ROAD: Final = re.compile(
    r"^(?P<road>[^\d\s,，()]*?(?:公路|大道|大街|环路|支路|路|街|道|巷|村)(?:[东南西北中]路)?)"
)
_NUMBER: Final = r"\d+(?:[-~—、,至]\d+)*"
_LANE: Final = re.compile(rf"^(?P<lane>{_NUMBER})弄")
_SUBLANE: Final = re.compile(rf"^(?P<sublane>{_NUMBER})支弄|^支弄(?P<after>{_NUMBER})(?:号|$)")
_HOUSE: Final = re.compile(
    rf"^(?P<number>[a-z]?{_NUMBER})(?P<letter>[a-z])?(?:号|路(?=$|[^\d]))?"
    r"(?P<suffix>-\d+|之[一二三四五\d]+)?"
)
_PARTS: Final = re.compile(r"[-~—、,至]")
_CHINESE: Final = str.maketrans("一二三四五六七八九", "123456789")


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of one address; a part that is not there is an empty text.

    Parameters
    ----------
    road
        Road, street or village.
    lane
        First number before 弄.
    sublane
        Number of the 支弄.
    number
        First number before 号.
    number_to
        Last number of a range, such as 12 in 11-12号.
    suffix
        What tells doors of one number apart, such as 1 in 391号-1.
    rest
        Building, floor and room, as written.
    """

    road: str = ""
    lane: str = ""
    sublane: str = ""
    number: str = ""
    number_to: str = ""
    suffix: str = ""
    rest: str = ""

    @property
    def key(self) -> str:
        """Return the text by which two registers are joined; empty without road and number."""
        if not self.road or not (self.lane or self.number):
            return ""
        return f"{self.road}|{self.lane}|{self.sublane}|{self.number}|{self.suffix}"


@lru_cache(maxsize=65536)
def parse_address(written: str) -> Address:
    """Return the parts of an address as offices write it.

    Parameters
    ----------
    written
        With or without city, district and town; full-width digits, ranges and suffixes are
        understood. What cannot be told apart stays in `rest`.

    Examples
    --------
    >>> address = parse_address("闵行区七宝镇漕宝路１５００弄11-12号一楼")
    >>> address.road, address.lane, address.number, address.number_to, address.rest
    ('漕宝路', '1500', '11', '12', '一楼')
    >>> parse_address("沪闵路391号-1").key
    '沪闵路|||391|1'
    """
    plain = unicodedata.normalize("NFKC", written).lower().replace(" ", "").strip("。,")
    rest = _PREFIX.sub("", plain, count=1)
    parts = {"road": "", "lane": "", "sublane": "", "number": "", "number_to": "", "suffix": ""}
    match = _ROAD.match(rest)
    if match:
        parts["road"] = match["road"]
        rest = rest[match.end() :]
    match = _LANE.match(rest)
    if match:
        parts["lane"] = _PARTS.split(match["lane"])[0]
        rest = rest[match.end() :]
    match = _SUBLANE.match(rest)
    if match:
        parts["sublane"] = _PARTS.split(match["sublane"] or match["after"])[0]
        rest = rest[match.end() :]
    match = _HOUSE.match(rest)
    if match and (match[0][-1:] in "号路" or match["suffix"] or not _is_room(rest, match.end())):
        numbers = _PARTS.split(match["number"])
        parts["number"] = numbers[0] + (match["letter"] or "")
        parts["number_to"] = numbers[-1] if len(numbers) > 1 else ""
        parts["suffix"] = (match["suffix"] or "").strip("-之").translate(_CHINESE)
        rest = rest[match.end() :]
    return Address(**parts, rest=rest)


def _is_room(rest: str, end: int) -> bool:
    """Return whether a number is that of a room, floor or building rather than of a house."""
    return rest[end : end + 1] in {"室", "楼", "层", "幢", "栋", "座", "区", "弄", "组", "米"}
