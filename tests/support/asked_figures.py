"""Every figure that a question answers in words, and the workbook of the answer that explains it.

A figure is explained by the run's tables or by the answer's own workbook: as one of its cells, as
the sum of a column, as the rows of a sheet, or as those that have the same value of a column. A
percentage must be of somebody, and where it is one of walks it must name their metres.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import openpyxl
from told_figures import Passage, figures_in, sentences

from livelihood_map.commands import ask
from livelihood_map.core.labels import current_lang

if TYPE_CHECKING:
    from pathlib import Path

    from table_facts import Tables

    from livelihood_map.core.settings import Settings

QUESTIONS = (
    "check", "progress", "phases", "schedule", "layout", "demonstration", "centres", "mix",
    "delivery",
)  # fmt: skip
"""Questions of the demo whose answers are looked at."""
_METRES = {"zh": r"\d 米", "en": r"\d m\b"}
_WHOSE = {"zh": "居民|小区|社区|街镇", "en": "residents|compounds|communities|towns"}
_OTHER = {"zh": "走访|总长", "en": "survey|length"}
"""Shares that no walk has a part in, and that name of what they are in other words."""


def unexplained_answers(settings: Settings, tables: Tables, folder: Path) -> list[str]:
    """Return every figure of the answers that no table explains, or whose words are missing.

    Parameters
    ----------
    settings
        Settings of a finished run.
    tables
        What the tables of the run give.
    folder
        Folder of the workbooks of the answers.
    """
    lang, faults, homes_n = current_lang(), [], len(tables.tables["residences"])
    for question in QUESTIONS:
        book = folder / f"{question}.xlsx"
        lines = ask(settings, question)
        own = _numbers_of(book, homes_n=homes_n) if book.exists() else set()
        for text in (part for line in lines for part in sentences(line)):
            passage = Passage(question, text)
            for number, unit, near in figures_in(passage, lang):
                why = _fault(number, unit, near, passage, tables, own)
                if why is not None:
                    faults.append(f"{question}: {number} {unit}: {why}\n    {text[:220]}")
    return faults


def _fault(number, unit, near, passage, tables, own) -> str | None:
    """Return what is wrong with a figure; None when nothing is.

    A share may also be that of two counts which its own sentence names.
    """
    value = float(number) / (100 if unit == "%" else 1)
    digits = len(number.partition(".")[2]) + (2 if unit == "%" else 0)
    if unit == "%":
        lang = tables.lang
        has_metres = re.search(_METRES[lang], passage.text) and re.search(
            _WHOSE[lang], passage.text
        )
        if not (has_metres or re.search(_OTHER[lang], passage.text)):
            return "the line does not say metres and of whom"
    if any(abs(one - value) <= 0.5 * 10**-digits + 1e-9 for one in own):
        return None
    counts = [float(one) for one, of, _ in figures_in(passage, tables.lang) if of == "n"]
    if unit == "%" and any(
        abs(one / whole - value) <= 0.5 * 10**-digits for one in counts for whole in counts if whole
    ):
        return None
    return tables.explain(number, unit, near, passage)


def _numbers_of(path: Path, *, homes_n: int) -> set[float]:
    """Return the numbers that a workbook holds, and what its columns add up and count to.

    The compounds that a sheet lists are a share of all, and so are the others.
    """
    found: set[float] = set()
    for sheet in openpyxl.load_workbook(path, data_only=True):
        top = int(sheet.freeze_panes[1:]) - 1 if sheet.freeze_panes else 1
        rows = list(sheet.iter_rows(min_row=top + 1, values_only=True))
        found |= {float(len(rows)), len(rows) / homes_n, 1 - len(rows) / homes_n}
        for column in zip(*rows, strict=True):
            numbers = [float(one) for one in column if isinstance(one, int | float)]
            found |= {*numbers, sum(numbers)}
            found.add(float(sum(one not in {None, ""} for one in column)))
            found |= {float(column.count(value)) for value in set(column)}
    return found
