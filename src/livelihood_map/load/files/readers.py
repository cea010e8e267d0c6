"""A file of any known format as records with headings; the header row is found by its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from livelihood_map.core.errors import SourceError
from livelihood_map.load.files.layers import read_layer
from livelihood_map.load.files.paths import EXTRACTS, LAYERS, TEXTS, WORKBOOKS
from livelihood_map.load.files.raw import RawTable, is_blank, text_of, unique_headings
from livelihood_map.load.files.text_files import read_csv_cells, read_json_records
from livelihood_map.load.files.workbook_limits import COLUMNS_MAX, require_extent
from livelihood_map.load.files.workbook_reader import read_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from livelihood_map.load.files.headings import Headings
    from livelihood_map.load.files.raw import Grid

_WORKBOOK_STARTS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_HEADER_WITHIN: Final = 30
_SHOWN: Final = 12


def read_tables(
    path: Path,
    headings: Headings,
    *,
    sheet: str | None = None,
    layer: str | None = None,
    encoding: str | None = None,
    header_row: int | None = None,
) -> list[RawTable]:
    """Return the records of a file, one table a sheet.

    Parameters
    ----------
    path
        xlsx, xls, csv, tsv, json, GeoJSON, GeoPackage or Shapefile.
    headings
        What the headings may be, to find the header row.
    sheet
        The one sheet to read; every sheet when None.
    layer
        The layer of a GeoPackage; the only one when None.
    encoding
        Encoding of a text file; found when None.
    header_row
        Number of the header row as a spreadsheet shows it; found when None.

    Raises
    ------
    SourceError
        When the format is unknown, the file damaged, the sheet or the header not found, or the
        register empty.
    """
    suffix = path.suffix.lower()
    headings.require_known()
    if path.stat().st_size == 0:
        raise SourceError("load.empty_register", path=path.name, sheet="")
    if suffix in LAYERS or (suffix == ".json" and _is_collection(path)):
        table = read_layer(path, layer=layer, encoding=encoding)
        if not len(table.cells):
            raise SourceError("load.empty_register", path=path.name, sheet=table.sheet)
        return [table]
    if suffix not in {*TEXTS, ".json"} and not _is_workbook(path):
        known = ", ".join((*WORKBOOKS, *TEXTS, ".json", *LAYERS, *EXTRACTS))
        raise SourceError("load.format_unknown", path=path.name, suffix=suffix, known=known)
    grids = read_grids(path, sheet=sheet, encoding=encoding)
    if not grids:
        raise SourceError("load.empty_register", path=path.name, sheet="")
    tables = [_table(path, grid, headings, header_row) for grid in grids]
    if not any(len(table.cells) for table in tables):
        shown = "、".join(table.sheet for table in tables if table.sheet)
        raise SourceError("load.empty_register", path=path.name, sheet=shown)
    return tables


def read_grids(path: Path, *, sheet: str | None = None, encoding: str | None = None) -> list[Grid]:
    """Return the cells of a file of texts, or of a workbook whatever it is called.

    Parameters
    ----------
    path
        xlsx, xls, csv, tsv, json.
    sheet
        The one sheet to read; every sheet when None.
    encoding
        Encoding of a text file; found when None.

    Raises
    ------
    SourceError
        When the file is damaged or lacks the sheet.
    """
    suffix = path.suffix.lower()
    if not _is_workbook(path):
        if suffix in TEXTS:
            return read_csv_cells(path, encoding=encoding)
        if suffix == ".json":
            return read_json_records(path)
    return read_workbook(path, sheet=sheet)


def _is_collection(path: Path) -> bool:
    """Return whether a JSON file is a GeoJSON, in whatever encoding."""
    return b'"FeatureCollection"' in path.read_bytes().replace(b"\0", b"")


def _is_workbook(path: Path) -> bool:
    """Return whether a file is a workbook by its name or its first bytes."""
    if path.suffix.lower() in WORKBOOKS:
        return True
    with path.open("rb") as file:
        return file.read(4) in _WORKBOOK_STARTS


def _table(path: Path, grid: Grid, headings: Headings, header_row: int | None) -> RawTable:
    """Return the records below the header of one sheet."""
    names, first = _header(path, grid, headings, header_row)
    width = len(names)
    records = [
        (number, cells)
        for number, cells in enumerate(grid.rows[first:], start=first + 1)
        if not all(map(is_blank, cells))
    ]
    beyond = {
        position
        for _, cells in records
        for position in range(width, len(cells))
        if not is_blank(cells[position])
    }
    kept = [*range(width), *sorted(beyond)]
    if len(kept) > COLUMNS_MAX:
        raise SourceError("load.table_wide", path=path.name, columns=len(kept))
    require_extent(len(records), len(kept), path.name)
    rows = [
        [cells[position] if position < len(cells) else None for position in kept]
        for _, cells in records
    ]
    headings_of_all = unique_headings(
        [*names, *(f"({position + 1})" for position in sorted(beyond))]
    )
    table = pd.DataFrame(rows, columns=headings_of_all, dtype=object)
    return RawTable(
        source=path.name,
        sheet=grid.sheet,
        cells=table.where(table.notna(), None),
        rows=np.asarray([number for number, _ in records], dtype=np.int64),
        encoding=grid.encoding,
        blank_n=len(grid.rows) - first - len(records),
        beyond_n=len(beyond),
    )


def _header(
    path: Path, grid: Grid, headings: Headings, header_row: int | None
) -> tuple[list[str], int]:
    """Return the headings and the position of the first record."""
    if header_row is not None:
        if not 1 <= header_row <= len(grid.rows):
            raise SourceError(
                "load.header_row_absent", path=path.name, sheet=grid.sheet, row=header_row
            )
        return _names(grid.rows[header_row - 1]), header_row
    best, names, first = 0, [], 0
    for position in range(min(_HEADER_WITHIN, len(grid.rows))):
        row = grid.rows[position]
        score = _score(row, headings)
        if score > best:
            best, names, first = score, _names(row), position + 1
        if position and _is_words(row):
            double = _joined(grid.rows[position - 1], row, headings)
            if _score(double, headings) > max(best, score):
                best, names, first = _score(double, headings), _names(double), position + 1
    if best == 0 or (best == 1 and sum(map(bool, names)) > 3):  # noqa: PLR2004  (one word by accident)
        raise SourceError(
            "load.no_header",
            path=path.name,
            sheet=grid.sheet,
            rows=_first_rows(grid),
        )
    return names, first


def _score(row: Sequence[object], headings: Headings) -> int:
    """Return how many different fields a row's cells name."""
    fields = {headings.fields_of(cell) for cell in row if isinstance(cell, str)}
    return len(fields - {frozenset()})


def _is_words(row: Sequence[object]) -> bool:
    """Return whether every filled cell of a row is a text."""
    return all(isinstance(cell, str) or is_blank(cell) for cell in row)


def _joined(upper: Sequence[object], lower: Sequence[object], headings: Headings) -> list[object]:
    """Return one header from two rows, of which the upper spans several columns."""
    joined: list[object] = []
    above: object = None
    for position in range(max(len(upper), len(lower))):
        over = upper[position] if position < len(upper) else None
        under = lower[position] if position < len(lower) else None
        above = above if is_blank(over) else over
        if is_blank(under) or text_of(under) == text_of(over):
            joined.append(over)
        elif headings.fields_of(under) or is_blank(above):
            joined.append(under)
        else:
            joined.append(f"{text_of(above)}{text_of(under)}")
    return joined


def _names(row: Sequence[object]) -> list[str]:
    """Return headings as texts, empty cells at the end left out."""
    names = [text_of(cell) for cell in row]
    while names and not names[-1]:
        names.pop()
    return names


def _first_rows(grid: Grid) -> str:
    """Return the first filled rows of a sheet as a message shows them."""
    lines = []
    for row in grid.rows[:_HEADER_WITHIN]:
        filled = [text_of(cell) for cell in row if not is_blank(cell)]
        if filled:
            lines.append(" | ".join(filled[:_SHOWN])[:120])
    return " / ".join(lines[:3])
