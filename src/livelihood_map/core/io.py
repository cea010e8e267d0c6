"""Files that this package writes and reads back, and the data that it ships.

Everything written here is the same to the byte for the same content: no clock, no random ids.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.errors import LivelihoodMapError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from livelihood_map.core.schema import TableSchema

DEGREE_DIGITS: Final = 7
"""Digits of written longitudes and latitudes: about 1 cm."""
_WIDEST: Final = 60
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


class OutputError(LivelihoodMapError, OSError):
    """A result cannot be written, most often because Excel or WPS holds the file open."""


def data_path(*parts: str) -> Path:
    """Return the path of a shipped data file or folder.

    In an installed wheel the data lie inside the package, in a checkout beside ``src``.

    Raises
    ------
    FileNotFoundError
        When the package was installed without its data.
    """
    package = Path(str(files("livelihood_map")))
    for root in (package / "data", package.parent.parent / "data"):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError("/".join(parts))


@contextmanager
def writing(path: Path) -> Iterator[Path]:
    """Return a context that gives a temporary path and moves it to `path` when all went well.

    A reader never sees half a file, and a failed run leaves the former file as it was.

    Raises
    ------
    OutputError
        When the file or its folder cannot be written.
    """
    draft = path.with_name(f".{path.stem}.draft{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield draft
        draft.replace(path)
    except PermissionError as error:
        raise OutputError("core.output_locked", path=str(path)) from error
    finally:
        draft.unlink(missing_ok=True)


def write_table(table: pd.DataFrame, path: Path, schema: TableSchema) -> Path:
    """Return the path of a table stored between stages, as (Geo)Parquet.

    Parameters
    ----------
    table
        A table that keeps `schema`.
    path
        File to write.
    schema
        Its schema, checked before writing.

    Raises
    ------
    SchemaError
        When the table breaks the schema.
    OutputError
        When the file cannot be written.
    """
    with writing(path) as draft:
        schema.check(table).to_parquet(draft, index=False)
    return path


def read_table(path: Path, schema: TableSchema) -> Any:  # noqa: ANN401  (GeoDataFrame or DataFrame)
    """Return a table stored by :func:`write_table`, checked.

    Parameters
    ----------
    path
        The stored file.
    schema
        Its schema; decides whether a GeoDataFrame comes back.

    Raises
    ------
    LivelihoodMapError
        When the file does not exist: an earlier stage has not run.
    SchemaError
        When the table breaks the schema.
    """
    if not path.exists():
        raise LivelihoodMapError("core.artefact_absent", path=str(path))
    if not schema.geometry:
        return schema.check(pd.read_parquet(path))
    import geopandas as gpd

    return schema.check(gpd.read_parquet(path))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook.

    Parameters
    ----------
    title
        Name of the sheet, 31 characters at most.
    table
        What stands in it; missing values become empty cells.
    headings
        Heading by column; a column without one is left out.
    notes
        Lines that stand above the table.
    formats
        Number format of Excel by column, such as ``0.0%``.
    widths
        Column width in characters; fitted to the content where left out.
    """

    title: str
    table: pd.DataFrame
    headings: Mapping[str, str]
    notes: Sequence[str] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    widths: Mapping[str, float] = field(default_factory=dict)


def write_workbook(path: Path, sheets: Sequence[Sheet], *, date: dt.date) -> Path:
    """Return the path of an Excel workbook that also opens in WPS.

    Texts stay texts (a name like ``=1+1`` never becomes a formula), numbers stay numbers, panes
    are frozen below the headings and filters are set.

    Parameters
    ----------
    path
        File to write.
    sheets
        Its sheets in order.
    date
        Date of creation recorded in the file.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    import xlsxwriter

    with writing(path) as draft:
        book = xlsxwriter.Workbook(
            str(draft),
            {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        created = pd.Timestamp(date).to_pydatetime()
        book.set_properties({"created": created})
        for sheet in sheets:
            _write_sheet(book, sheet)
        book.close()
    return path


def _write_sheet(book: Any, sheet: Sheet) -> None:  # noqa: ANN401  (xlsxwriter is untyped)
    """Write notes, headings and rows of one sheet."""
    page = book.add_worksheet(sheet.title[:31])
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True})
    quiet = book.add_format({"font_color": "#555555"})
    columns = [name for name in sheet.headings if name in sheet.table.columns]
    for line, note in enumerate(sheet.notes):
        page.write_string(line, 0, note, quiet)
    top = len(sheet.notes)
    for position, name in enumerate(columns):
        page.write_string(top, position, sheet.headings[name], bold)
        style = {"num_format": sheet.formats[name]} if name in sheet.formats else {}
        values = sheet.table[name].tolist()
        cell = book.add_format({**style, "valign": "top", "text_wrap": name in sheet.widths})
        for row, value in enumerate(values, start=top + 1):
            _write_cell(page, row, position, value, cell)
        width = sheet.widths.get(name) or _fitted([sheet.headings[name], *values])
        page.set_column(position, position, width)
    page.freeze_panes(top + 1, 0)
    if columns:
        page.autofilter(top, 0, top + max(len(sheet.table), 1), len(columns) - 1)


def _write_cell(page: Any, row: int, column: int, value: object, cell: Any) -> None:  # noqa: ANN401
    """Write one value by its type; a missing one leaves the cell empty."""
    if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        page.write_blank(row, column, None, cell)
    elif isinstance(value, (bool, np.bool_)):
        page.write_boolean(row, column, bool(value), cell)
    elif isinstance(value, (int, float, np.integer, np.floating)):
        page.write_number(row, column, value, cell)
    else:
        page.write_string(row, column, str(value), cell)


def _fitted(values: Sequence[object]) -> float:
    """Return a column width for these values; a Chinese character counts as two."""
    widest = max(len(str(value).encode("gb18030", "replace")) for value in values)
    return float(min(max(widest + 2, 8), _WIDEST))


def write_csv(table: pd.DataFrame, path: Path, *, headings: Mapping[str, str]) -> Path:
    """Return the path of a CSV that Chinese Excel opens rightly: UTF-8 with BOM, CRLF.

    A text that Excel would read as a formula gets a leading apostrophe.

    Parameters
    ----------
    table
        What is written.
    path
        File to write.
    headings
        Heading by column; a column without one is left out.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    columns = [name for name in headings if name in table.columns]
    shown = table[columns].copy()
    for name in columns:
        if isinstance(shown[name].dtype, pd.StringDtype) or shown[name].dtype == object:
            shown[name] = shown[name].map(_harmless, na_action="ignore")
    with writing(path) as draft:
        shown.rename(columns=dict(headings)).to_csv(
            draft, index=False, encoding="utf-8-sig", lineterminator="\r\n"
        )
    return path


def _harmless(value: object) -> object:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def write_geojson(table: Any, path: Path) -> Path:  # noqa: ANN401  (a GeoDataFrame)
    """Return the path of a GeoJSON in EPSG:4326, coordinates to about a centimetre.

    Parameters
    ----------
    table
        GeoDataFrame in any CRS.
    path
        File to write.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    with writing(path) as draft:
        table.to_crs(STORAGE_CRS).to_file(
            draft,
            driver="GeoJSON",
            engine="pyogrio",
            layer=path.stem,
            COORDINATE_PRECISION=DEGREE_DIGITS,
            RFC7946="YES",
        )
    return path


def write_text(text: str, path: Path) -> Path:
    """Return the path of a text file in UTF-8 with Unix line ends.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    with writing(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
    return path
