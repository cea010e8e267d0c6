"""How a sheet lies on paper: widths that fit the page, lines that wrap, how high rows become.

Cells are set in 10 pt. Columns that fit one page across are fitted to it; a sheet with more runs
over several pages across, its first columns repeated, so that no print is scaled below 9 pt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Paper = Literal["A4", "A3"]
TYPE_PT: Final = 10
PAPERS: Final[Mapping[Paper, int]] = {"A4": 9, "A3": 8}
"""Number of each paper in Excel's files."""
MARGIN_IN: Final = 0.47
ACROSS: Final[Mapping[Paper, int]] = {"A4": 114, "A3": 172}
"""Characters of column width that one page across holds at full size, lying."""
DOWN_PT: Final[Mapping[Paper, float]] = {"A4": 500.0, "A3": 750.0}
"""Height of rows that one lying page holds."""
LINE_PT: Final = 15
_HEAD: Final = 14
_WIDEST: Final = 60
_NARROWEST: Final = 8
_NARROWEST_TEXT: Final = 10


def shown_width(value: object, number_format: str = "General") -> int:
    """Return how many half-width characters a value takes as it is shown.

    Parameters
    ----------
    value
        Text or number.
    number_format
        Excel's format of a number.

    Examples
    --------
    >>> shown_width("小区 A"), shown_width(1234.5, "#,##0"), shown_width(0.25, "0.0%")
    (6, 5, 5)
    """
    if value is None or value is pd.NA:
        return 0
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        if not np.isfinite(value):
            return 0
        if number_format == "General":
            return len(f"{value:g}")
        digits = len(number_format.partition(".")[2].rstrip("%"))
        if number_format.endswith("%"):
            return len(f"{value:.{digits}%}")
        return len(f"{value:,.{digits}f}")
    text = str(value)
    return len(text) if text.isascii() else len(text.encode("gb18030", "replace"))


def natural_width(heading: str, widest: int) -> float:
    """Return the width of a column whose widest cell takes `widest`; headings wrap.

    Examples
    --------
    >>> natural_width("小区", 3), natural_width("新增覆盖居民（人）", 6)
    (8.0, 14.0)
    """
    head = min(shown_width(heading) + 4, _HEAD)
    return float(min(max(widest + 2, head, 8), _WIDEST))


def least_width(widest: int, *, is_text: bool) -> float:
    """Return the width below which a number is cut off, or a text is hard to read.

    Examples
    --------
    >>> least_width(9, is_text=False), least_width(3, is_text=False), least_width(90, is_text=True)
    (12.0, 8.0, 10.0)
    """
    return float(_NARROWEST_TEXT if is_text else max(widest + 3, _NARROWEST))


def fit_widths(
    natural: Mapping[str, float], *, least: Mapping[str, float], paper: Paper
) -> dict[str, float] | None:
    """Return widths that fit one page across; None when the columns are too many for it.

    Columns give way, each by the same part of what it has above its least.

    Parameters
    ----------
    natural
        Width by column, characters.
    least
        Width by column below which a number is cut off, or a text is hard to read.
    paper
        Paper, lying.

    Examples
    --------
    >>> fit_widths({"name": 20.0, "reason": 150.0}, least={"name": 20, "reason": 10}, paper="A4")
    {'name': 20.0, 'reason': 94.0}
    >>> wide = dict.fromkeys("abcdefghijklmnopqrst", 9.0)
    >>> fit_widths(wide, least=wide, paper="A4")
    """
    excess = sum(natural.values()) - ACROSS[paper]
    if excess <= 0:
        return dict(natural)
    spare = {name: max(width - least[name], 0.0) for name, width in natural.items()}
    if sum(spare.values()) < excess:
        return None
    part = excess / sum(spare.values())
    return {name: width - part * spare[name] for name, width in natural.items()}


def lines_of(texts: Sequence[object], widths: Sequence[float]) -> int:
    """Return how many lines a row needs when its texts wrap at these widths.

    Examples
    --------
    >>> lines_of(["小区名称很长", "a"], [9.0, 9.0])
    2
    """
    pairs = zip(texts, widths, strict=True)
    return max([1, *(-(-shown_width(text) // max(int(width) - 1, 1)) for text, width in pairs)])
