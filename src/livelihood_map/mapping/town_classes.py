"""By which shares a map colours the towns: the standard's target, or the share of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from livelihood_map.core.labels import label
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.telling import tell_kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.standards import KindRow
    from livelihood_map.mapping.inputs import PageInputs

_ENOUGH: Final = ("#b4cde1", "#d7e6f0")
"""Towns at the bound and above it, the lower class first."""
_LACKING: Final = ("#b9541b", "#e79a55", "#f4cfa6")
"""Towns below the bound, the lowest class first."""


def town_classes(page: PageInputs, row: KindRow) -> dict[str, Any]:
    """Return the classes by which towns are coloured, and in words where they come from.

    Parameters
    ----------
    page
        What the page is drawn from.
    row
        The kind's row of the standard.

    Returns
    -------
    ``classes``, the highest first, each with the ``least`` share of it, its ``colour`` and its
    ``name``; and ``note``. Without towns that were measured there are none.

    Raises
    ------
    KeyError
        When a column is missing, or the catalogue lacks a word.
    """
    table = page.tables.town_coverage
    if table is None:
        return {"classes": [], "note": ""}
    own = table[(table["kind"] == row.id) & (table["walker"] == page.walker)]
    shares = own.set_index("town_id")["covered_share"].dropna() * 100
    towns = shares.drop(DISTRICT_ID, errors="ignore")
    target = row.target_share if row.denominator == "people" else None
    of_whole = shares.get(DISTRICT_ID)
    if towns.empty or (target is None and of_whole is None):
        return {"classes": [], "note": ""}
    bound = round(float(of_whole if target is None else target * 100), 1)
    lows, highs = share_bounds(towns.tolist(), bound)
    colours = [*_LACKING[: len(lows)], *_ENOUGH[: len(highs)]]
    note = "mapping.town_classes_whole" if target is None else "mapping.town_classes_target"
    kind = tell_kind(row, page.lang)
    return {
        "classes": _named([*lows, *highs], colours, page),
        "note": label(note, page.lang, kind=kind, share=f"{bound:g}%"),
    }


def share_bounds(shares: Sequence[float], bound: float) -> tuple[list[float], list[float]]:
    """Return the least share of each class below a bound, and of each from it on.

    Parameters
    ----------
    shares
        Shares of the towns, %.
    bound
        Share from which on a town has enough, %.

    Returns
    -------
    Up to three classes of equal width between the lowest town and the bound, the first from 0 on,
    and two of equal width from the bound to the highest town; whole percents but for the bound.
    Classes that would be narrower than that fall together.

    Examples
    --------
    >>> share_bounds([60, 75, 92, 99], 90)
    ([0, 70.0, 80.0], [90, 94.0])
    >>> share_bounds([93, 98], 90)
    ([], [90, 94.0])
    >>> share_bounds([50, 51], 90.5)
    ([0, 64.0, 77.0], [90.5])
    """
    low, high = min(shares), max(shares)
    lows: list[float] = []
    if low < bound:
        steps = np.round(np.linspace(low, bound, 4)[1:-1])
        lows = [0, *sorted({float(one) for one in steps if low < one < bound})]
    middle = float(np.round((bound + high) / 2))
    return lows, [bound, *([middle] if bound < middle < high else [])]


def _named(
    bounds: Sequence[float], colours: Sequence[str], page: PageInputs
) -> list[dict[str, Any]]:
    """Return the classes from their least shares, the highest first."""
    ends = [*bounds[1:], None]
    rows = []
    for least, end, colour in zip(bounds, ends, colours, strict=True):
        key = "share_from" if end is None else "share_between" if least else "share_below"
        told = {"low": f"{least:g}", "high": "" if end is None else f"{end:g}"}
        name = label(f"mapping.{key}", page.lang, **told)
        rows.append({"least": least / 100, "colour": colour, "name": name})
    return rows[::-1]
