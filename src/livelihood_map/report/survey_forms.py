"""The survey's sheets: one workbook a town, a table to fill in and a form a market to print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.labels import label
from livelihood_map.core.names import sheet_names
from livelihood_map.core.survey_form import COLUMNS, KNOWN, choices, heading
from livelihood_map.core.workbook import Book, Format, Page, new_book, write_cell

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pandas as pd

_WIDTHS: Final = {"facility_id": 24, "name": 22, "address": 26, "note": 26, "hours": 14}
_LAST_ROW: Final = 400
_STYLES: Final[dict[str, dict[str, object]]] = {
    "title": {"bold": True, "font_size": 15},
    "note": {"font_color": "#555555"},
    "head": {"bold": True, "border": 1, "bg_color": "#E8EEF4", "text_wrap": True},
    "known": {"border": 1, "bg_color": "#F4F4F4", "text_wrap": True},
    "asked": {"border": 1, "text_wrap": True},
    "large": {"border": 1, "text_wrap": True, "font_size": 12},
}


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
    rows = questions.to_dict("records")
    numbered = [f"{number:02d} {row['name']}" for number, row in enumerate(rows, start=1)]
    first, *names = sheet_names([label("survey.sheet_table"), *numbered])
    with new_book(path, date=date) as book:
        styles = {name: book.add_format(style) for name, style in _STYLES.items()}
        forms = _Forms(book, styles, title, notes)
        forms.write_table(first, rows)
        for name, row in zip(names, rows, strict=True):
            forms.write_form(name, row)
    return path


@dataclass(frozen=True)
class _Forms:
    """A workbook in the making, its styles, and what stands at the head of each sheet."""

    book: Book
    styles: Mapping[str, Format]
    title: str
    notes: Sequence[str]

    def _open_page(self, named: str, *more: str) -> Page:
        """Return a new sheet, A4, with its title and the lines below it."""
        page = self.book.add_worksheet(named)
        page.set_paper(9)
        page.write_string(0, 0, self.title, self.styles["title"])
        for line, note in enumerate([*self.notes, *more], start=1):
            page.write_string(line, 0, note, self.styles["note"])
        return page

    def write_table(self, named: str, rows: Sequence[Mapping[Any, Any]]) -> None:
        """Write the sheet that is filled in."""
        page = self._open_page(named, label("survey.note_table"))
        page.set_landscape()
        page.fit_to_pages(1, 0)
        top = len(self.notes) + 2
        for column, name in enumerate(COLUMNS):
            page.write_string(top, column, heading(name), self.styles["head"])
            page.set_column(column, column, _WIDTHS.get(name, 12))
            words = list(choices(name).values())
            if words:
                allowed = {"validate": "list", "source": words, "error_type": "warning"}
                page.data_validation(top + 1, column, top + _LAST_ROW, column, allowed)
        for line, row in enumerate(rows, start=top + 1):
            for column, name in enumerate(COLUMNS):
                style = self.styles["known" if name in KNOWN else "asked"]
                write_cell(page, line, column, _worded(row, name), style)
        page.freeze_panes(top + 1, len(KNOWN) - 1)
        page.repeat_rows(top)

    def write_form(self, named: str, row: Mapping[Any, Any]) -> None:
        """Write one market's form: known values, a column to correct them, the choices."""
        page, large = self._open_page(named), self.styles["large"]
        page.fit_to_pages(1, 1)
        page.set_column(0, 0, 18)
        page.set_column(1, 2, 34)
        top = len(self.notes) + 2
        for column, key in enumerate(("item", "register", "found")):
            page.write_string(top, column, label(f"survey.form_{key}"), self.styles["head"])
        for line, name in enumerate(COLUMNS, start=top + 1):
            page.set_row(line, 30)
            page.write_string(line, 0, heading(name), self.styles["head"])
            write_cell(page, line, 1, _worded(row, name), large)
            shown = "　".join(f"□ {word}" for word in choices(name).values())
            page.write_string(line, 2, "" if name in KNOWN else shown, large)
        visit = label("survey.form_visit")
        page.write_string(top + len(COLUMNS) + 2, 0, visit, self.styles["note"])


def _worded(row: Mapping[Any, Any], name: str) -> object:
    """Return a value of a row, one of a closed list by its word."""
    return choices(name).get(row[name], row[name])
