"""Excel workbooks that also open in WPS, the same to the byte for the same content."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd

from livelihood_map.core.io import writing
from livelihood_map.core.labels import label
from livelihood_map.core.names import sheet_names

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

Book: TypeAlias = Any
Page: TypeAlias = Any
Format: TypeAlias = Any
"""Workbook, worksheet and format of xlsxwriter, which is untyped and imported only to write."""

_WIDEST: Final = 60
_HEAD_WIDTH: Final = 14
_LINE_HEIGHT: Final = 15
_A4: Final = 9
_LOW, _MIDDLE, _HIGH = "#F4A582", "#F7F7F7", "#92C5DE"
"""From warm to cold: told apart by the colour-blind and in a grey print."""
_BAR: Final = "#92C5DE"
_HEAD: Final = "#E8EEF4"
_FILL: Final = "#FFF8E1"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook.

    Parameters
    ----------
    title
        What the sheet is called after; its name is made by
        :func:`~livelihood_map.core.names.sheet_names`.
    table
        What stands in it; missing values become empty cells.
    headings
        Heading by column; a column without one is left out.
    caption
        First line of the sheet, in bold; none when empty.
    notes
        Lines that stand above the table.
    formats
        Number format of Excel by column, such as ``0.0%``.
    widths
        Column width in characters; fitted to the content where left out. Text wraps in them.
    row_formats
        Column of `table` that holds the number format of its row; it stands above `formats`.
    scales
        Columns of shares coloured from low (warm) to high (cold).
    bars
        Columns whose cells hold a bar as long as the value.
    flags
        Fill colour by column and text.
    choices
        Texts that may be filled in, by column, offered as a list; none where any text may be.
    """

    title: str
    table: pd.DataFrame
    headings: Mapping[str, str]
    caption: str = ""
    notes: Sequence[str] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    widths: Mapping[str, float] = field(default_factory=dict)
    row_formats: str | None = None
    scales: Sequence[str] = ()
    bars: Sequence[str] = ()
    flags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Return the columns that are shown, in order."""
        return [name for name in self.headings if name in self.table.columns]


def headings(prefix: str, names: Iterable[str]) -> dict[str, str]:
    """Return the heading of each column from the catalogue: its entry ``<prefix>_<name>``.

    Raises
    ------
    KeyError
        When the catalogue lacks one: a mistake in the program.
    """
    return {name: label(f"{prefix}_{name}") for name in names}


def yes_no(flags: Iterable[Any]) -> list[str | None]:
    """Return flags as words, nothing for missing ones.

    Examples
    --------
    >>> yes_no([True, False, None])
    ['是', '否', None]
    """
    words = {True: label("core.yes"), False: label("core.no")}
    return [None if pd.isna(flag) else words[bool(flag)] for flag in flags]


def write_workbook(path: Path, sheets: Sequence[Sheet], *, date: dt.date) -> Path:
    """Return the path of an Excel workbook that also opens in WPS.

    Texts stay texts (a name like ``=1+1`` never becomes a formula), numbers stay numbers, panes
    are frozen below the headings, filters are set, and a page prints as wide as the paper.

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
    with new_book(path, date=date) as book:
        names = sheet_names([sheet.title for sheet in sheets])
        for name, sheet in zip(names, sheets, strict=True):
            _write_sheet(book, name, sheet)
    return path


@contextmanager
def new_book(path: Path, *, date: dt.date) -> Iterator[Book]:
    """Context of an empty Excel workbook that stands at its path once the context ends.

    Texts stay texts in it. Parameters as of :func:`write_workbook`.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    import xlsxwriter

    with writing(path) as draft:
        book = xlsxwriter.Workbook(
            str(draft),
            {
                "in_memory": True,  # else each sheet is a file of its own for a moment
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        book.set_properties({"created": pd.Timestamp(date).to_pydatetime()})
        yield book
        book.close()


def _write_sheet(book: Book, named: str, sheet: Sheet) -> None:
    """Write notes, headings and rows of one sheet."""
    page = book.add_worksheet(named)
    bold = book.add_format({"bold": True, "bg_color": _HEAD, "border": 1, "text_wrap": True})
    quiet = book.add_format({"font_color": "#555555"})
    large = book.add_format({"bold": True, "font_size": 14})
    top = 0
    if sheet.caption:
        page.write_string(0, 0, sheet.caption, large)
        top = 1
    for note in sheet.notes:
        page.write_string(top, 0, note, quiet)
        top += 1
    widths = {name: _width(sheet, name) for name in sheet.columns}
    for position, (name, width) in enumerate(widths.items()):
        page.write_string(top, position, sheet.headings[name], bold)
        _write_column(book, page, sheet, name=name, position=position, top=top)
        page.set_column(position, position, width)
    _set_heights(page, sheet, widths, top=top)
    bottom = top + max(len(sheet.table), 1)
    _colour(book, page, sheet, top=top + 1, bottom=bottom)
    page.freeze_panes(top + 1, 0)
    if sheet.columns:
        page.autofilter(top, 0, bottom, len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(_A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(top)


def _write_column(
    book: Book, page: Page, sheet: Sheet, *, name: str, position: int, top: int
) -> None:
    """Write the cells of one column below its heading at row `top`."""
    values = sheet.table[name].tolist()
    common = {"valign": "top", "text_wrap": name in sheet.widths}
    if name in sheet.choices:
        common |= {"bg_color": _FILL, "border": 1}
    own = sheet.formats.get(name, "General")
    styles = [own] * len(values)
    if sheet.row_formats is not None:
        styles = sheet.table[sheet.row_formats].tolist()
    cells = {s: book.add_format({**common, "num_format": s}) for s in dict.fromkeys(styles)}
    for row, (value, style) in enumerate(zip(values, styles, strict=True), start=top + 1):
        write_cell(page, row, position, value, cells[style])


def _width(sheet: Sheet, name: str) -> float:
    """Return the width of a column."""
    return sheet.widths.get(name) or _fitted(sheet.headings[name], sheet.table[name].tolist())


def _set_heights(page: Page, sheet: Sheet, widths: Mapping[str, float], *, top: int) -> None:
    """Make the headings, and the rows whose texts wrap, as high as their lines need."""

    def lines(texts: Mapping[str, object]) -> int:
        needed = [-(-_width_of(text) // int(widths[name])) for name, text in texts.items()]
        return max(1, *needed) if needed else 1

    page.set_row(top, _LINE_HEIGHT * lines({name: sheet.headings[name] for name in sheet.columns}))
    wrapping = [name for name in sheet.columns if name in sheet.widths]
    for row, texts in enumerate(sheet.table[wrapping].to_dict("records"), start=top + 1):
        if (count := lines(texts)) > 1:
            page.set_row(row, _LINE_HEIGHT * count)


def _colour(book: Book, page: Page, sheet: Sheet, *, top: int, bottom: int) -> None:
    """Set conditional colours, bars and lists of choices on rows `top` to `bottom`."""
    at = {name: position for position, name in enumerate(sheet.columns)}
    scale: dict[str, object] = {"type": "3_color_scale"}
    for part, value, colour in (("min", 0, _LOW), ("mid", 0.5, _MIDDLE), ("max", 1, _HIGH)):
        scale |= {f"{part}_type": "num", f"{part}_value": value, f"{part}_color": colour}
    bar: dict[str, object] = {"type": "data_bar", "bar_color": _BAR, "min_type": "num"}
    rules = [(name, scale) for name in sheet.scales]
    rules += [(name, bar | {"min_value": 0}) for name in sheet.bars]
    for name, colours in sheet.flags.items():
        for text, colour in colours.items():
            fill = book.add_format({"bg_color": colour})
            rule = {"type": "cell", "criteria": "==", "value": f'"{text}"', "format": fill}
            rules.append((name, rule))
    for name, rule in rules:
        if name in at:
            page.conditional_format(top, at[name], bottom, at[name], rule)
    for name, texts in sheet.choices.items():
        if not texts:
            continue
        allowed = {"validate": "list", "source": list(texts)}
        page.data_validation(top, at[name], bottom, at[name], allowed)


def write_cell(page: Page, row: int, column: int, value: object, cell: Format) -> None:
    """Write one value by its type; a missing one leaves the cell empty."""
    is_missing = isinstance(value, float) and not np.isfinite(value)
    if value is None or value is pd.NA or value == "" or is_missing:
        page.write_blank(row, column, None, cell)
    elif isinstance(value, (bool, np.bool_)):
        page.write_boolean(row, column, bool(value), cell)
    elif isinstance(value, (int, float, np.integer, np.floating)):
        page.write_number(row, column, value, cell)
    else:
        page.write_string(row, column, str(value), cell)


def _fitted(heading: str, values: Sequence[object]) -> float:
    """Return a column width for these values; headings wrap, a Chinese character counts as two."""
    widest = max([_width_of(value) for value in values], default=0)
    return float(min(max(widest + 2, min(_width_of(heading) + 4, _HEAD_WIDTH), 8), _WIDEST))


def _width_of(value: object) -> int:
    """Return how many half-width characters a value takes as it is shown."""
    if isinstance(value, (float, np.floating)):
        return len(f"{value:,.1f}") if np.isfinite(value) else 0
    text = "" if value is None else str(value)
    return len(text) if text.isascii() else len(text.encode("gb18030", "replace"))
