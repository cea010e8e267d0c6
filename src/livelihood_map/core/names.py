"""Names that come from tables and become the names of files or sheets.

A town, a kind or a market may be called anything. Whatever is called after one of them is named
here, and nowhere else: such a name leads out of no folder, is taken by every system, and no two
things share one.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    import pandas as pd

K = TypeVar("K", bound="Hashable")

LONGEST_NAME: Final = 120
"""Longest name without its ending, bytes of UTF-8: 40 Chinese characters.

Encrypted folders of network drives take 143 bytes a name, the least of what offices use; while a
file is written it is called ``.name.draft.geojson``, 15 bytes more. Windows takes 260 characters
for a whole path, which 40 leave room for.
"""
LONGEST_TITLE: Final = 31
"""Longest name of a sheet in Excel, units of UTF-16: an emoji counts as two."""

_NO_FILE: Final = re.compile(r'[\\/:*?"<>|]')
_NO_SHEET: Final = re.compile(r"[\\/:*?\[\]']")
_EDGES: Final = re.compile(r"^[\s.]+|[\s.]+$")
_DEVICE: Final = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE
)
"""What Windows takes for a device, with any ending."""


def safe_name(text: str, *, limit: int = LONGEST_NAME) -> str:
    r"""Return a text as the name of a file or folder, without ending, that every system takes.

    What a name must not hold becomes ``_``, invisible marks are left out, and so are blanks and
    dots at both ends. A text that is fit as it is stays as it is. The ending of the file is added
    to the result; whatever else belongs to the name must be in `text`.

    Parameters
    ----------
    text
        Any text.
    limit
        Longest name, bytes of UTF-8; cut between characters.

    Examples
    --------
    >>> safe_name("310112101_莘庄镇"), safe_name("../../x"), safe_name("甲:乙镇")
    ('310112101_莘庄镇', '_.._x', '甲_乙镇')
    >>> safe_name("con"), safe_name("NUL.txt"), safe_name("镇. "), safe_name("..")
    ('_con', '_NUL.txt', '镇', '_')
    >>> safe_name("a\tb\u202ecod.exe"), safe_name("七宝镇", limit=8)
    ('a_bcod.exe', '七宝')
    """

    def cut(name: str) -> str:
        return _EDGES.sub("", name.encode("utf-8")[:limit].decode("utf-8", "ignore"))

    name = cut(_EDGES.sub("", _visible(text, forbidden=_NO_FILE, instead="_")))
    if name.startswith("~"):  # Excel and Word call the marks of open files so
        name = f"_{name[1:]}"
    if not name or _DEVICE.match(name):
        name = cut(f"_{name}")
    return name


def safe_names(names: Mapping[K, str], *, limit: int = LONGEST_NAME) -> dict[K, str]:
    """Return a file name for each of several things, by their keys, all of them different.

    Two names are told apart also where a system takes capitals for small letters, or two spellings
    of a character for one. Names that fall together are numbered, ``…-2``; one that is fit as it
    is keeps its own. The same things get the same names in whatever order they come.

    Parameters
    ----------
    names
        Text that each thing is called after, by its key.
    limit
        Longest name, bytes of UTF-8.

    Examples
    --------
    >>> safe_names({"a": "甲:乙镇", "b": "甲/乙镇", "c": "甲_乙镇"})
    {'a': '甲_乙镇-3', 'b': '甲_乙镇-2', 'c': '甲_乙镇'}
    >>> safe_names({1: "Con", 2: "CON", 3: "con"})
    {1: '_Con-2', 2: '_CON', 3: '_con-3'}
    """
    return _told_apart(names, safe_name, limit=limit)


def town_names(towns: pd.DataFrame | None) -> dict[str, str]:
    """Return the name of each town by ``town_id``.

    Parameters
    ----------
    towns
        Table ``towns``; no names without it.

    Raises
    ------
    KeyError
        When a column is missing.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> town_names(lm.example_town().towns)
    {'t': '某镇'}
    """
    return {} if towns is None else dict(zip(towns["town_id"], towns["town_name"], strict=True))


def name_towns(towns: pd.DataFrame) -> dict[str, str]:
    """Return the name of each town's files, without ending, by ``town_id``.

    It is id and name of the town, or the name alone where that is the id. The files of a town have
    one name in every folder.

    Parameters
    ----------
    towns
        Table ``towns``.

    Raises
    ------
    KeyError
        When a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> ids, names = ["310112101", "西镇", "a/b"], ["莘庄镇", "西镇", "x:y"]
    >>> name_towns(pd.DataFrame({"town_id": ids, "town_name": names}))
    {'310112101': '310112101_莘庄镇', '西镇': '西镇', 'a/b': 'a_b_x_y'}
    """
    called = {
        town_id: name if town_id == name else f"{town_id}_{name}"
        for town_id, name in town_names(towns).items()
    }
    return safe_names(called)


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Return the names of the sheets of one workbook, in order, all of them different.

    What a name must not hold becomes a blank; names that fall together are numbered.

    Parameters
    ----------
    titles
        Texts that the sheets are called after.

    Examples
    --------
    >>> sheet_names(["1 甲/乙市场", "1 甲:乙市场", "history", ""])
    ['1 甲 乙市场', '1 甲 乙市场-2', '_history', '_']
    >>> [len(name) for name in sheet_names(["市" * 40, "市" * 41])]
    [31, 31]
    """
    named = _told_apart(dict(enumerate(titles)), _sheet_name, limit=LONGEST_TITLE)
    return [named[position] for position in range(len(titles))]


def _sheet_name(title: str, *, limit: int) -> str:
    """Return a text as the name of a sheet that Excel takes."""
    name = _visible(title, forbidden=_NO_SHEET, instead=" ").strip()
    if not name or name.casefold() == "history":
        name = f"_{name}"
    return name.encode("utf-16-le")[: 2 * limit].decode("utf-16-le", "ignore").strip()


def _visible(text: str, *, forbidden: re.Pattern[str], instead: str) -> str:
    """Return a text in one spelling, without invisible marks and forbidden characters."""
    kept = []
    for char in text:
        sort = unicodedata.category(char)
        if sort in {"Cc", "Cs", "Zl", "Zp"} or char in "\ufffe\uffff":
            kept.append(instead)
        elif sort != "Cf":
            kept.append(char)
    return forbidden.sub(instead, unicodedata.normalize("NFC", "".join(kept)))


def _told_apart(names: Mapping[K, str], fit: Callable[..., str], *, limit: int) -> dict[K, str]:
    """Return a fit name by key; of those that fall together all but one are numbered."""
    by_key = {key: fit(text, limit=limit) for key, text in names.items()}
    order = sorted(names, key=lambda key: (by_key[key] != names[key], names[key], key))
    taken: set[str] = set()
    crowded = []
    for key in order:
        folded = _folded(by_key[key])
        if folded in taken:
            crowded.append(key)
        taken.add(folded)
    for key in crowded:
        number, name = 1, by_key[key]
        while _folded(name) in taken:
            number += 1
            ending = f"-{number}"
            name = fit(names[key], limit=limit - len(ending)) + ending
        by_key[key] = name
        taken.add(_folded(name))
    return by_key


def _folded(name: str) -> str:
    """Return the form in which file systems and Excel compare names."""
    return unicodedata.normalize("NFC", name.casefold())
