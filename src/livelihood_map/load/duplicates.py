"""The same outlet twice: within one register and across registers."""

from __future__ import annotations

import hashlib
import math
import re
import unicodedata
from typing import TYPE_CHECKING, Final

import numpy as np

from livelihood_map.core.labels import label
from livelihood_map.load.raw import is_blank

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    from livelihood_map.core.labels import Lang

SAME_PLACE_M: Final = 20.0
"""Two rows of one name and kind this near to one another are one outlet."""
_MARKS: Final = re.compile(r"[\s\W_]+")


def name_key(name: str) -> str:
    """Return the form in which two names of outlets are compared; branches stay apart.

    Parameters
    ----------
    name
        As written.

    Raises
    ------
    Nothing.

    Examples
    --------
    >>> name_key("肯德基（龙柏店）") == name_key("肯德基 (龙柏店)"), name_key("肯德基")
    (True, '肯德基')
    """
    return _MARKS.sub("", unicodedata.normalize("NFKC", name).lower())


def digest(text: str) -> str:
    """Return ten characters that stand for a text.

    Raises
    ------
    Nothing.

    Examples
    --------
    >>> digest("breakfast|某某店")
    'e401250b56'
    """
    return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()


def merge_duplicates(
    rows: pd.DataFrame, *, lang: Lang
) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    """Return the rows without repetitions, and a reject for each row left out.

    The rule: same kind, same status, same name but for spaces and marks, not more than
    `SAME_PLACE_M` apart. The fuller row is kept; among equals the order of the file decides
    nothing.

    Parameters
    ----------
    rows
        Taken rows of all registers with kind, status, name, x_m, y_m and their origin.
    lang
        Language of the rejects.

    Raises
    ------
    Nothing.
    """
    keys = rows["kind"] + "|" + rows["status"] + "|" + rows["name"].map(name_key)
    is_kept = np.ones(len(rows), bool)
    x_m, y_m = rows["x_m"].to_numpy(float), rows["y_m"].to_numpy(float)
    doubles = []
    groups = rows.groupby(keys, sort=True).indices if len(rows) else {}
    for positions in groups.values():
        if len(positions) == 1:
            continue
        kept: dict[tuple[int, int], list[int]] = {}
        for position in _fullest_first(rows, positions.tolist()):
            first = _near(kept, x_m, y_m, position)
            if first is None:
                kept.setdefault(_square(x_m[position], y_m[position]), []).append(position)
            else:
                is_kept[position] = False
                doubles.append(_reject(rows, position, first, lang))
    return rows[is_kept].reset_index(drop=True), doubles


def _fullest_first(rows: pd.DataFrame, positions: list[int]) -> list[int]:
    """Return positions by the number of filled cells, then by content."""
    shown = rows.iloc[positions].drop(columns=["_row", "_sheet", "source", "_intake"])
    contents = [
        [str(cell) for cell in row if not is_blank(cell)]
        for row in shown.itertuples(index=False, name=None)
    ]
    raws = [_raw(rows, position) for position in positions]
    ranked = sorted(zip(contents, raws, positions, strict=True), key=lambda r: (-len(r[0]), r[:2]))
    return [position for _, _, position in ranked]


def _raw(rows: pd.DataFrame, position: int) -> str:
    """Return a row's cells as they stood in its register."""
    intake, number = rows["_intake"].iloc[position]
    return str(intake.raw_of(number))


def _square(x_m: float, y_m: float) -> tuple[int, int]:
    """Return the square, `SAME_PLACE_M` wide, that a point lies in."""
    return math.floor(x_m / SAME_PLACE_M), math.floor(y_m / SAME_PLACE_M)


def _near(
    kept: dict[tuple[int, int], list[int]],
    x_m: npt.NDArray[np.float64],
    y_m: npt.NDArray[np.float64],
    position: int,
) -> int | None:
    """Return a kept row within `SAME_PLACE_M` of another, looking in the nine squares around."""
    x, y = float(x_m[position]), float(y_m[position])
    column, row = _square(x, y)
    for east in (column - 1, column, column + 1):
        for north in (row - 1, row, row + 1):
            for other in kept.get((east, north), ()):
                if math.hypot(x_m[other] - x, y_m[other] - y) <= SAME_PLACE_M:
                    return other
    return None


def _reject(rows: pd.DataFrame, position: int, first: int, lang: Lang) -> dict[str, object]:
    """Return the reject of a row that repeats another."""
    row, kept = rows.iloc[position], rows.iloc[first]
    shown = {"name": row["name"], "other_source": kept["source"], "other_row": int(kept["_row"])}
    return {
        "source": row["source"],
        "sheet": row["_sheet"],
        "row": int(row["_row"]),
        "field": "name",
        "value": row["name"],
        "problem": label("load.duplicate", lang, **shown),
        "remedy": label("load.duplicate_remedy", lang, **shown),
        "raw": _raw(rows, position),
        "problem_key": "duplicate",
    }
