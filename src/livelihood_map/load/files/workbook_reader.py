"""Cells of xlsx, xls and of web pages saved as .xls."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.errors import SourceError
from livelihood_map.load.files.limited import limited
from livelihood_map.load.files.raw import Grid
from livelihood_map.load.files.text_files import decode

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element

_HTML_STARTS: Final = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\0<", b"\0<")
_SPAN_MAX: Final = 1000
_SPANNED_MAX: Final = 500_000
"""As many as if every cell of 30,000 rows were spanned; more is no register."""


@limited
def read_workbook(path: Path, *, sheet: str | None) -> list[Grid]:
    """Return the cells of a workbook's sheets.

    Parameters
    ----------
    path
        xlsx, xlsm, xls, or a web page that was saved with such a name.
    sheet
        The one sheet to read; every visible sheet that holds anything when None.

    Returns
    -------
    list of Grid
        Rows from the first row of the sheet on; the value of merged cells stands in each of them
        below the first row of the range, so that a town merged over ten rows is in all ten.

    Raises
    ------
    SourceError
        When the file is no workbook, is damaged or protected, or lacks the sheet.
    """
    content = path.read_bytes()
    if content.lstrip()[:1] == b"<" or content.startswith(_HTML_STARTS):
        return _read_html(path, content)
    import python_calamine as calamine

    from livelihood_map.load.files.workbook_limits import readable

    content = readable(content, path.name)

    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = calamine.SheetVisibleEnum.Visible
        shown = [item.name for item in book.sheets_metadata if item.visible == visible]
        chosen = [sheet] if sheet is not None else shown
        known = book.sheet_names
        grids = [_grid(book.get_sheet_by_name(name), name) for name in chosen if name in known]
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a dozen kinds for damaged files; its panic is no Exception
        detail = str(error)
        raise SourceError("load.workbook_broken", path=path.name, detail=detail) from error
    if sheet is not None and not grids:
        raise SourceError("load.no_sheet", path=path.name, sheet=sheet, known="、".join(known))
    return [grid for grid in grids if sheet is not None or any(map(any, grid.rows))]


def _grid(page: Any, name: str) -> Grid:  # noqa: ANN401  (calamine ships no types)
    """Return the cells of one sheet, merged ranges filled."""
    rows: list[list[object]] = [
        [None if cell == "" else cell for cell in row]
        for row in page.to_python(skip_empty_area=False)
    ]
    unmerged_n = sum(map(len, rows))
    for (top, left), (bottom, right) in page.merged_cell_ranges or ():
        if top >= len(rows) or left >= len(rows[top]):
            continue
        # Ranges of a sound sheet do not overlap, so that they hold no more cells than it has.
        unmerged_n -= (min(bottom + 1, len(rows)) - top) * (min(right + 1, len(rows[top])) - left)
        if unmerged_n < 0:
            raise ValueError("mergeCells")
        value = rows[top][left]
        for row in rows[top + 1 : bottom + 1]:
            row[left : right + 1] = [value] * (min(right + 1, len(row)) - left)
    return Grid(name, rows)


def _read_html(path: Path, content: bytes) -> list[Grid]:
    """Return the cells of the tables of a web page; a table inside another is left out."""
    from lxml import etree

    text, encoding = decode(content, path.name)
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    page = etree.HTML(text.encode(), parser)
    if page is None:  # nothing but comments
        page = etree.Element("html")
    etree.strip_elements(page, "script", "style", "template", with_tail=False)
    grids: list[Grid] = []
    for number, table in enumerate(page.iter("table"), start=1):
        if next(table.iterancestors("table"), None) is not None:
            continue
        rows = _html_rows(table, path.name)
        if any(map(any, rows)):
            grids.append(Grid("" if not grids else f"table {number}", rows, encoding))
    if not grids:
        raise SourceError("load.workbook_broken", path=path.name, detail="HTML without a table")
    return grids


def _html_rows(table: _Element, name: str) -> list[list[object]]:
    """Return the rows of one HTML table; spans are filled as in a workbook, to its last row."""
    rows: list[list[object]] = []
    pending: dict[tuple[int, int], object] = {}
    spanned_n = 0
    lines = [row for row in table.iter("tr") if next(row.iterancestors("table")) is table]
    for number, line in enumerate(lines):
        row: list[object] = []
        for cell in line.iterchildren("td", "th"):
            while (number, len(row)) in pending:
                row.append(pending.pop((number, len(row))))
            value = " ".join(filter(None, map(str.strip, cell.itertext()))) or None
            wide = _span(cell.get("colspan"))
            high = min(_span(cell.get("rowspan")), len(lines) - number)
            spanned_n += wide * high - 1
            if spanned_n > _SPANNED_MAX:
                columns = len(row) + wide
                raise SourceError(
                    "load.sheet_too_large", path=name, rows=len(lines), columns=columns
                )
            for below in range(1, high):
                for aside in range(wide):
                    pending[number + below, len(row) + aside] = value
            row += [value] + [None] * (wide - 1)
        while (number, len(row)) in pending:
            row.append(pending.pop((number, len(row))))
        rows.append(row)
    width = max(map(len, rows), default=0)
    return [row + [None] * (width - len(row)) for row in rows]


def _span(value: str | None) -> int:
    """Return a colspan or rowspan as a number between 1 and a bound."""
    written = (value or "1").strip()
    return min(max(int(written), 1), _SPAN_MAX) if written.isdecimal() else 1
