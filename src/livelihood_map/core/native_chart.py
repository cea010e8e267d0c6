"""Charts that the office's own program draws: they follow the cells of their sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from livelihood_map.core.sheet_layout import LINE_PT, TYPE_PT

if TYPE_CHECKING:
    from livelihood_map.core.sheet import Sheet

Book: TypeAlias = Any
Page: TypeAlias = Any
"""Workbook and worksheet of xlsxwriter, which is untyped."""

_SERIES: Final = ("#B2B2B2", "#2166AC", "#F4A582", "#4D4D4D")
"""Told apart by the colour-blind and in a grey print."""
_CHART_PT: Final = (150.0, 260.0)
"""Least and most height of a chart below its table."""
_NAME_PT: Final = 9.5
"""Names along an axis, which stand close."""


def draw_chart(book: Book, page: Page, sheet: Sheet, *, rows: tuple[int, int], spare: float) -> int:
    """Draw the chart of a sheet below its table; return the last row that it covers.

    Parameters
    ----------
    book, page
        Workbook and worksheet.
    sheet
        What the worksheet shows.
    rows
        Row of the headings and last row of the table, from 0.
    spare
        Height that the table leaves on its page, points; with too little of it the chart begins a
        page of its own.
    """
    asked, (top, bottom) = sheet.chart, rows
    if asked is None or asked.rows_n == 0:
        return bottom
    at = {name: position for position, name in enumerate(sheet.columns)}
    chart = book.add_chart({"type": "column"})
    cells = (top + 1, top + asked.rows_n)
    font = {"size": TYPE_PT, "bold": False}
    for name, colour in zip(asked.values, _SERIES, strict=False):
        chart.add_series(
            {
                "name": sheet.headings[name],
                "categories": [page.name, cells[0], at[asked.by], cells[1], at[asked.by]],
                "values": [page.name, cells[0], at[name], cells[1], at[name]],
                "fill": {"color": colour},
                "border": {"color": "#4D4D4D", "width": 0.5},
            }
        )
    chart.set_title({"name": asked.title, "name_font": font | {"bold": True}, "overlay": False})
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_x_axis({"num_font": font | {"size": _NAME_PT}, "interval_unit": 1})
    chart.set_y_axis({"num_font": font, "num_format": "0%", "min": 0, "max": 1})
    lowest, highest = _CHART_PT
    is_below = spare >= lowest
    height = min(spare, highest) if is_below else highest
    if not is_below:
        page.set_h_pagebreaks([bottom + 1])
    widths, _ = sheet.fitted("A4")
    across = sum(7 * widths[name] + 5 for name in sheet.printed)
    chart.set_size({"width": across - 10, "height": (height - LINE_PT) * 96 / 72})
    page.insert_chart(bottom + 1, 0, chart, {"x_offset": 5, "y_offset": 8, "object_position": 2})
    return bottom + int(height // LINE_PT)
