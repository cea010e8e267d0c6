"""Outlets whose name says that they are not open, such as 肯德基(陈行店)(装修中)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from livelihood_map.core.io import data_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.load.files.intake import Intake

_STARTS: Final = r"(?:^|[\s(\[【〔<《\-—–_:,、;/·*])"
_ENDS: Final = r"(?:$|[\s)\]】〕>》\-—–_:,、;/·*])"
_NEVER: Final = "(?<![不无没])"


def closing_word(name: str) -> str | None:
    """Return the word by which a name says that the outlet is not open; None where none does.

    Parameters
    ----------
    name
        As written.

    Raises
    ------
    FileNotFoundError
        When the package was installed without its data.

    Examples
    --------
    >>> closing_word("肯德基（陈行店）（装修中）"), closing_word("早点（转让）")
    ('装修中', '转让')
    >>> closing_word("动迁小区搬迁路菜市场"), closing_word("24小时不停业便利店")
    (None, None)
    """
    match = _pattern().search(unicodedata.normalize("NFKC", name).lower())
    return None if match is None else next(word for word in match.groups() if word)


@cache
def _pattern() -> re.Pattern[str]:
    """Return the pattern of the shipped words; its groups hold the word that was met."""
    text = data_path("registers", "closed_names.toml").read_text(encoding="utf-8")
    words: dict[str, list[str]] = tomllib.loads(text)
    anywhere, ending, apart = (
        "|".join(re.escape(word) for word in sorted(words[name], key=len, reverse=True))
        for name in ("anywhere", "ending", "apart")
    )
    return re.compile(f"{_NEVER}({anywhere})|{_NEVER}({ending}){_ENDS}|{_STARTS}({apart}){_ENDS}")


def note_closed_names(intake: Intake, names: Sequence[str], statuses: Sequence[str | None]) -> None:
    """Note outlets that count as open though their name says that they are not; they are kept.

    Parameters
    ----------
    intake
        The table, which gets the notes.
    names, statuses
        Name and status of each row.

    Raises
    ------
    FileNotFoundError
        When the package was installed without its data.
    """
    told = [
        closing_word(name) if status == "operating" else None
        for name, status in zip(names, statuses, strict=True)
    ]
    is_odd = np.array([word is not None for word in told], np.bool_)
    intake.note(is_odd, "name", "load.name_says_closed", word=[word or "" for word in told])
