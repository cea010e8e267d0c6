"""Rows below a header that are no records: totals, remarks, the header once more."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from livelihood_map.load.files.raw import is_blank, key_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

_COUNT: Final = re.compile(r"^\d+\s*(家|个|户|处|所|座)?$")
"""What stands under the names in a row of totals."""
_REMARK_CELLS_MAX: Final = 3


def find_non_records(
    cells: pd.DataFrame, names: Sequence[object], meanings: Mapping[str, str]
) -> Iterator[tuple[int, str, str]]:
    """Return position, problem and first filled cell of each row that is no record.

    Parameters
    ----------
    cells
        The rows below the header; none is empty.
    names
        What stands in each under the heading of the name.
    meanings
        By word key, what a word at the start of a row makes of it: total or note.
    """
    header = [key_of(str(heading)) for heading in cells.columns]
    for position, row in enumerate(cells.itertuples(index=False, name=None)):
        filled = [cell for cell in row if cell is not None and not is_blank(cell)]
        first = text_of(filled[0])
        name = text_of(names[position])
        is_name = bool(name) and meanings.get(key_of(name)) != "total" and not _COUNT.match(name)
        if meanings.get(key_of(first)) == "total" and not is_name:
            yield position, "load.row_total", first
        elif _is_remark(first, len(filled), meanings):
            yield position, "load.row_note", first
        elif len(filled) > 1 and isinstance(filled[0], str) and _is_header(row, header):
            yield position, "load.row_header", first


def _is_remark(first: str, filled_n: int, meanings: Mapping[str, str]) -> bool:
    """Return whether a row is a remark below the table."""
    if filled_n > _REMARK_CELLS_MAX:
        return False
    start, colon, _ = first.replace("：", ":").partition(":")
    return (bool(colon) or filled_n == 1) and meanings.get(key_of(start)) == "note"


def _is_header(row: Sequence[object], header: Sequence[str]) -> bool:
    """Return whether every filled cell of a row repeats its heading, and there are several."""
    keys = [(key_of(text_of(cell)), heading) for cell, heading in zip(row, header, strict=True)]
    filled = [(key, heading) for key, heading in keys if key]
    return len(filled) > 1 and all(key == heading for key, heading in filled)
