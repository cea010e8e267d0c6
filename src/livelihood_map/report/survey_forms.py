"""The survey's sheets: one workbook a town, a table to fill in and a form a market to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.io import writing
from livelihood_map.core.labels import label
from livelihood_map.core.names import sheet_names
from livelihood_map.core.survey_form import COLUMNS, KNOWN, choices, heading

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_WIDTHS: Final = {"facility_id": 24, "name": 22, "address": 26, "note": 26, "hours": 14}
_LAST_ROW: Final = 400


def write_sheets(
    questions: pd.DataFrame, path: Path, *, title: str, notes: Sequence[str], date: dt.date
) -> Path:
    """Return the path of one town's workbook.

    The first sheet is the table that is filled in and sent back; each further one is the same
    market as a form for the visit, one page A4.

    Parameters
    ----------
    questions
        Rows of one town as :func:`livelihood_map.programme.list_questions` gives them.
    path
        File to write.
    title
        First line of each sheet.
    notes
        Lines below it.
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
            str(draft), {"strings_to_formulas": False, "strings_to_urls": False}
        )
        book.set_properties({"created": pd.Timestamp(date).to_pydatetime()})
        styles = {
            "title": book.add_format({"bold": True, "font_size": 15}),
            "note": book.add_format({"font_color": "#555555"}),
            "head": book.add_format(
                {"bold": True, "border": 1, "bg_color": "#E8EEF4", "text_wrap": True}
            ),
            "known": book.add_format({"border": 1, "bg_color": "#F4F4F4", "text_wrap": True}),
            "asked": book.add_format({"border": 1, "text_wrap": True}),
            "large": book.add_format({"border": 1, "text_wrap": True, "font_size": 12}),
        }
        rows = questions.to_dict("records")
        numbered = [f"{number:02d} {row['name']}" for number, row in enumerate(rows, start=1)]
        first, *forms = sheet_names([label("survey.sheet_table"), *numbered])
        _write_table(book, first, questions, styles, title=title, notes=notes)
        for named, row in zip(forms, rows, strict=True):
            _write_form(book, named, row, styles, title=title, notes=notes)
        book.close()
    return path


def _open_page(
    book: Any,  # noqa: ANN401  (xlsxwriter is untyped)
    named: str,
    styles: Mapping[str, Any],
    *,
    title: str,
    notes: Sequence[str],
) -> Any:  # noqa: ANN401
    """Return a new sheet, A4, with its title and the lines below it."""
    page = book.add_worksheet(named)
    page.set_paper(9)
    page.write_string(0, 0, title, styles["title"])
    for line, note in enumerate(notes, start=1):
        page.write_string(line, 0, note, styles["note"])
    return page


def _write_table(
    book: Any,  # noqa: ANN401  (xlsxwriter is untyped)
    named: str,
    questions: pd.DataFrame,
    styles: Mapping[str, Any],
    *,
    title: str,
    notes: Sequence[str],
) -> None:
    """Write the sheet that is filled in."""
    lines = [*notes, label("survey.note_table")]
    page = _open_page(book, named, styles, title=title, notes=lines)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    top = len(lines) + 1
    for column, name in enumerate(COLUMNS):
        page.write_string(top, column, heading(name), styles["head"])
        page.set_column(column, column, _WIDTHS.get(name, 12))
        words = list(choices(name).values())
        if words:
            page.data_validation(
                top + 1,
                column,
                top + _LAST_ROW,
                column,
                {"validate": "list", "source": words, "error_type": "warning"},
            )
    for line, row in enumerate(questions.to_dict("records"), start=top + 1):
        for column, name in enumerate(COLUMNS):
            style = styles["known" if name in KNOWN else "asked"]
            _write(page, line, column, row[name], style, name)
    page.freeze_panes(top + 1, len(KNOWN) - 1)
    page.repeat_rows(top)


def _write_form(
    book: Any,  # noqa: ANN401
    named: str,
    row: Mapping[Any, Any],
    styles: Mapping[str, Any],
    *,
    title: str,
    notes: Sequence[str],
) -> None:
    """Write one market's form: known values, a column to correct them, the choices."""
    page = _open_page(book, named, styles, title=title, notes=notes)
    page.fit_to_pages(1, 1)
    page.set_column(0, 0, 18)
    page.set_column(1, 1, 34)
    page.set_column(2, 2, 34)
    top = len(notes) + 2
    for column, key in enumerate(("item", "register", "found")):
        page.write_string(top, column, label(f"survey.form_{key}"), styles["head"])
    for line, name in enumerate(COLUMNS, start=top + 1):
        page.set_row(line, 30)
        page.write_string(line, 0, heading(name), styles["head"])
        _write(page, line, 1, row[name], styles["large"], name)
        shown = "　".join(f"□ {word}" for word in choices(name).values())
        page.write_string(line, 2, "" if name in KNOWN else shown, styles["large"])
    page.write_string(top + len(COLUMNS) + 2, 0, label("survey.form_visit"), styles["note"])


def _write(
    page: Any,  # noqa: ANN401
    line: int,
    column: int,
    value: object,
    style: Any,  # noqa: ANN401
    name: str,
) -> None:
    """Write one cell by its type; a value of a closed list by its word."""
    if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
        page.write_blank(line, column, None, style)
    elif isinstance(value, (int, float)):
        page.write_number(line, column, value, style)
    else:
        page.write_string(line, column, choices(name).get(str(value), str(value)), style)
