"""Excel workbooks that also open in WPS and print, the same to the byte for the same content."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import pandas as pd

from livelihood_map.core.io import writing
from livelihood_map.core.labels import current_lang, label
from livelihood_map.core.names import sheet_names
from livelihood_map.core.native_chart import draw_chart
from livelihood_map.core.sheet import Chart, Sheet, headings, yes_no
from livelihood_map.core.sheet_layout import (
    DOWN_PT,
    LINE_PT,
    MARGIN_IN,
    PAPERS,
    TYPE_PT,
    Paper,
    lines_of,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Book: TypeAlias = Any
Page: TypeAlias = Any
Format: TypeAlias = Any
"""Workbook, worksheet and format of xlsxwriter, which is untyped and imported only to write."""

__all__ = ["Chart", "Sheet", "headings", "new_book", "write_cell", "write_workbook", "yes_no"]

_LOW, _MIDDLE, _HIGH = "#F4A582", "#F7F7F7", "#92C5DE"
"""From warm to cold: told apart by the colour-blind and in a grey print."""
_BAR: Final = "#92C5DE"
_HEAD: Final = "#E8EEF4"
_FILL: Final = "#FFF8E1"
_FONTS: Final = {"zh": "宋体", "en": "Arial"}
"""Fonts that every office has; Excel measures columns in their digits, 7 pixels wide in 10 pt."""
_FOOT_MAX: Final = 80
_RULE: Final = "#BFBFBF"


def write_workbook(
    path: Path, sheets: Sequence[Sheet], *, date: dt.date, paper: Paper = "A4"
) -> Path:
    """Return the path of an Excel workbook that also opens in WPS, and prints as it stands.

    Texts stay texts (a name like ``=1+1`` never becomes a formula), numbers stay numbers. Headings
    and the first columns are frozen, filters set; pages bear title, number and the first note, and
    none is scaled so far that its type falls below 9 pt. Notes stand on a sheet of their own.

    Parameters
    ----------
    path
        File to write.
    sheets
        Its sheets in order.
    date
        Date of creation recorded in the file.
    paper
        Paper that it prints on, lying.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    pages = [*sheets, *_notes_sheet(sheets)]
    with new_book(path, date=date) as book:
        names = sheet_names([sheet.title for sheet in pages])
        mark = next((sheet.notes[0] for sheet in sheets if sheet.notes), "")
        for name, sheet in zip(names, pages, strict=True):
            page = book.add_worksheet(name)
            _write_head(book, page, sheet.caption or sheet.title, mark)
            rows, is_fitted = _write_sheet(book, page, sheet, paper, head_n=2 if mark else 1)
            _set_print(page, sheet, paper, rows=rows, is_fitted=is_fitted)
    return path


def _notes_sheet(sheets: Sequence[Sheet]) -> Iterator[Sheet]:
    """Yield the sheet of notes, each once with the sheets it is of; none without notes."""
    noted = [sheet for sheet in sheets if sheet.notes]
    if not noted:
        return
    where: dict[str, list[str]] = {}
    for sheet in noted:
        for note in dict.fromkeys(sheet.notes):
            where.setdefault(note, []).append(sheet.title)
    told = {
        note: label("core.notes_all")
        if 2 * len(names) > len(noted)
        else label("core.notes_join").join(names)
        for note, names in where.items()
    }
    table = pd.DataFrame({"sheet": told.values(), "note": told.keys()})
    yield Sheet(
        label("core.notes_title"),
        table,
        headings("core.notes", table.columns),
        widths={"sheet": 18.0, "note": 95.0},
    )


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
                "default_format_properties": {"font_name": _FONTS[current_lang()], "font_size": 10},
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        book.set_properties({"created": pd.Timestamp(date).to_pydatetime()})
        yield book
        book.close()


def _write_sheet(
    book: Book, page: Page, sheet: Sheet, paper: Paper, *, head_n: int
) -> tuple[tuple[int, int], bool]:
    """Write a sheet; return its rows of headings and end, and whether it fits one page across."""
    common = {"font_size": TYPE_PT, "valign": "vcenter", "text_wrap": True}
    bold = book.add_format(
        {**common, "bold": True, "bg_color": _HEAD, "border": 1, "align": "center"}
    )
    top = head_n + len(sheet.hints)
    widths, is_fitted = sheet.fitted(paper)
    _write_hints(book, page, sheet, widths, first=head_n)
    for position, (name, width) in enumerate(widths.items()):
        page.write_string(top, position, sheet.headings[name], bold)
        _write_column(book, page, sheet, name=name, position=position, top=top)
        page.set_column(position, position, width)
    heights = _set_heights(page, sheet, widths, top=top)
    bottom = top + max(len(sheet.table), 1)
    _colour(book, page, sheet, top=top + 1, bottom=bottom)
    page.freeze_panes(top + 1, min(sheet.frozen_n, len(widths)))
    if sheet.columns:
        page.autofilter(top, 0, bottom, len(sheet.columns) - 1)
    last = bottom
    if sheet.chart is not None:
        last = draw_chart(book, page, sheet, rows=(top, bottom), spare=DOWN_PT[paper] - heights)
    return (top, last), is_fitted


def _write_head(book: Book, page: Page, title: str, mark: str) -> None:
    """Write what every sheet of the workbook begins with, and what stands at its pages' foot."""
    page.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    if mark:
        quiet = book.add_format({"font_size": TYPE_PT, "font_color": "#555555"})
        page.write_string(1, 0, mark, quiet)
    foot = f"&C&10 {label('core.sheet_foot')}&R&10 {title[:_FOOT_MAX].replace('&', '&&')}"
    page.set_footer(foot)


def _write_hints(
    book: Book, page: Page, sheet: Sheet, widths: Mapping[str, float], *, first: int
) -> None:
    """Write the lines for whoever fills the sheet in, each across the page."""
    wrapped = book.add_format({"font_size": TYPE_PT, "text_wrap": True, "valign": "vcenter"})
    across = [widths[name] for name in sheet.printed]
    for line, hint in enumerate(sheet.hints, start=first):
        page.set_row(line, LINE_PT * lines_of([hint], [sum(across)]))
        if len(across) > 1:
            page.merge_range(line, 0, line, len(across) - 1, "", wrapped)
        page.write_string(line, 0, hint, wrapped)


def _set_print(
    page: Page, sheet: Sheet, paper: Paper, *, rows: tuple[int, int], is_fitted: bool
) -> None:
    """Set paper, margins, what is printed and what is repeated."""
    top, bottom = rows
    page.set_landscape()
    page.set_paper(PAPERS[paper])
    page.set_margins(left=MARGIN_IN, right=MARGIN_IN, top=0.55, bottom=0.7)
    page.center_horizontally()
    page.repeat_rows(top if sheet.hints else 0, top)
    page.print_area(0, 0, bottom, max(len(sheet.printed) - 1, 0))
    if is_fitted:
        page.fit_to_pages(1, 0)
    else:
        page.repeat_columns(0, max(sheet.frozen_n, 1) - 1)


def _write_column(
    book: Book, page: Page, sheet: Sheet, *, name: str, position: int, top: int
) -> None:
    """Write the cells of one column below its heading at row `top`."""
    values = sheet.table[name].tolist()
    is_text = sheet.is_text(name)
    is_printed = name in sheet.printed
    common: dict[str, object] = {
        "font_size": TYPE_PT,
        "valign": "vcenter",
        "text_wrap": is_text and is_printed,
        "align": "left" if is_text else "right",
        "indent": 0 if is_text else 1,
        "border": 1,
        "border_color": _RULE,
    }
    if name in sheet.choices:
        common |= {"bg_color": _FILL, "border_color": "#000000"}
    styles = [sheet.style(name)] * len(values)
    if sheet.row_formats is not None:
        styles = sheet.table[sheet.row_formats].tolist()
    cells = {s: book.add_format({**common, "num_format": s}) for s in dict.fromkeys(styles)}
    for row, (value, style) in enumerate(zip(values, styles, strict=True), start=top + 1):
        write_cell(page, row, position, value, cells[style])


def _set_heights(page: Page, sheet: Sheet, widths: Mapping[str, float], *, top: int) -> float:
    """Make headings and rows as high as their lines need; return the height of all, points."""
    heads = [sheet.headings[name] for name in sheet.printed]
    heights = [LINE_PT * lines_of(heads, [widths[name] for name in sheet.printed])]
    texts = [name for name in sheet.printed if sheet.is_text(name)]
    cells = [sheet.table[name].tolist() for name in texts]
    held = [widths[name] for name in texts]
    heights += [LINE_PT * lines_of(row, held) for row in zip(*cells, strict=True)]
    for row, height in enumerate(heights, start=top):
        if height > LINE_PT:
            page.set_row(row, height)
    rows_n = len(sheet.table) - (len(heights) - 1)
    return sum(heights) + LINE_PT * (rows_n + len(sheet.hints)) + 35


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
