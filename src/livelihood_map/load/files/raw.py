"""What a reader hands on: cells as they stand in a file, with the row each came from."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd
    import pyproj

_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕")
_SPACES: Final = re.compile(r"\s+")
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0e-\x1b\u200b\ufffe\uffff]")
"""Characters that no cell shows and that Word and Excel files cannot hold."""
_FULL_WIDTH: Final = {
    code: code - 0xFEE0
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
} | {0x3000: 0x20}
MOBILE: Final = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
"""A Chinese mobile number inside a text."""
_IDENTITY: Final = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of one sheet before its header is known.

    Parameters
    ----------
    sheet
        Name of the sheet; empty for a file that has none.
    rows
        Rows of cells from the first row of the sheet on; empty cells are None.
    encoding
        Encoding in which a text file was read; empty otherwise.
    """

    sheet: str
    rows: list[list[object]]
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class RawTable:
    """Records of one sheet or layer with their headings.

    Parameters
    ----------
    source
        File name as messages show it.
    sheet
        Sheet or layer; empty where there is none.
    cells
        One column a heading, one row a record, values as read.
    rows
        Row number of each record as a spreadsheet shows it, or the record's number from 1.
    geometry
        Shapes of a geographic layer; None for a table of cells.
    crs
        CRS that the file states; None where it states none.
    encoding
        Encoding in which the text was read; empty where the format fixes it.
    blank_n
        Rows below the header in which every cell is empty.
    beyond_n
        Columns at the right that hold something without having a heading.
    """

    source: str
    sheet: str
    cells: pd.DataFrame
    rows: npt.NDArray[np.int64]
    geometry: npt.NDArray[Any] | None = None
    crs: pyproj.CRS | None = None
    encoding: str = ""
    blank_n: int = 0
    beyond_n: int = 0

    @property
    def headings(self) -> list[str]:
        """Return the headings in file order."""
        return [str(name) for name in self.cells.columns]


def is_blank(value: object) -> bool:
    """Return whether a cell holds nothing.

    Examples
    --------
    >>> is_blank("　 "), is_blank(0), is_blank(float("nan"))
    (True, False, True)
    """
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip("\ufeff\u200b \t\r\n\u3000\xa0")
    return isinstance(value, float) and value != value  # noqa: PLR0124  (NaN)


def text_of(value: object) -> str:
    r"""Return a cell as a person would read it: trimmed, single spaces, half-width digits.

    Parameters
    ----------
    value
        Any cell; a whole number held as a float loses its ``.0``, an empty cell gives "".

    Examples
    --------
    >>> text_of("　七宝 老街１２号\n\x01"), text_of(3.0), text_of(None)
    ('七宝 老街12号', '3', '')
    """
    if isinstance(value, str):
        return _clean(value)
    if is_blank(value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    return str(value)


@lru_cache(maxsize=65536)
def _clean(value: str) -> str:
    """Trim, join white space and write full-width letters and digits half-width."""
    shown = _UNSEEN.sub("", value.translate(_FULL_WIDTH)).replace("\xa0", " ")
    return _SPACES.sub(" ", shown.strip("\ufeff \t\r\n")).strip()


@lru_cache(maxsize=65536)
def key_of(value: str) -> str:
    """Return the form in which two writings of one word are compared.

    Full-width forms, capitals, spaces, asterisks and anything in brackets are lost; a text that
    stands wholly in brackets keeps what is in them.

    Examples
    --------
    >>> key_of("* 营业 面积（㎡）"), key_of("（停业）")
    ('营业面积', '停业')
    """
    plain = _SPACES.sub("", unicodedata.normalize("NFKC", value).lower())
    plain = plain.replace("*", "").strip("\ufeff\u200b:：")
    return _BRACKETS.sub("", plain) or plain.strip("()[]【】〔〕")


def unique_headings(names: Sequence[str]) -> list[str]:
    """Return headings made different: an empty one by its place, a repeated one by a number.

    Examples
    --------
    >>> unique_headings(["名称", "", "名称"])
    ['名称', '(2)', '名称 #2']
    """
    seen: dict[str, int] = {}
    unique = []
    for position, name in enumerate(names, start=1):
        heading = name or f"({position})"
        seen[heading] = seen.get(heading, 0) + 1
        unique.append(heading if seen[heading] == 1 else f"{heading} #{seen[heading]}")
    return unique


def without_personal(value: str) -> str:
    """Return a text in which mobile and identity numbers are starred out.

    Examples
    --------
    >>> without_personal("找老王 13812345678")
    '找老王 ***'
    """
    return MOBILE.sub("***", _IDENTITY.sub("***", value))


def record_as_json(headings: list[str], values: list[object]) -> str:
    """Return a record's cells by heading as JSON; an empty cell is an empty text."""
    shown = {
        heading: "" if value is None else without_personal(text_of(value))
        for heading, value in zip(headings, values, strict=True)
    }
    return json.dumps(shown, ensure_ascii=False)


def digest(text: str) -> str:
    """Return ten characters that stand for a text.

    Examples
    --------
    >>> digest("breakfast|某某店")
    'e401250b56'
    """
    return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()
