"""Every figure that a run shows, the words around it, and the tables that explain it.

A figure is a number before %, people, metres or a count of things. A share must stand in a passage
that names its metres, its kind and whose share it is, and must equal the share that the tables
give for just these words, as rounded as it is shown. So one rule finds a wrong number and a
number whose denominator is left unsaid.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import openpyxl

from livelihood_map.core.labels import label
from livelihood_map.core.names import name_towns
from livelihood_map.pipeline.summary import summarise

if TYPE_CHECKING:
    from table_facts import Tables

_NUMBER = r"(?<![A-Za-z0-9_.,〔-])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?"
UNITS = {
    "zh": {"%": r"\s?%", "people": r"\s?人(?!民)", "m": r"\s?米(?![²a-z])", "n": r"\s?[个处]"},
    "en": {
        "%": r"\s?%",
        "people": r" (?:people|residents|morning workers|workers|passengers)\b",
        "m": r" m\b(?![²/])",
        "n": r" (?:new sites|sites|outlets|compounds|facilities|places|candidates|demand points"
        r"|centres|towns|gates|kinds)\b",
    },
}


@dataclass(frozen=True)
class Passage:
    """A sentence, or a cell with its row and heading."""

    where: str
    text: str
    around: str = ""
    """Heading and row of a cell; nothing for a sentence, which must speak for itself."""
    area: str | None = None
    """Town that the whole file is about; None for the district."""
    whole: str = ""
    """The whole cell or block that it is part of, where there is one."""

    @property
    def words(self) -> str:
        """Return all that says what the figures are."""
        return f"{self.around} {self.text}"


def figures_in(passage: Passage, lang: str):
    """Yield number, unit and the words next to it of every figure of a passage."""
    for unit, after in UNITS[lang].items():
        for found in re.finditer(_NUMBER + after, passage.text):
            near = passage.text[max(found.start() - 16, 0) : found.end() + 12]
            yield found[1].replace(",", "") + (found[2] or ""), unit, near


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph."""
    parts = re.split(r"(?<=[。！？\n])|(?<=[.!?]) (?=[A-Z“\"])", text)
    return [part for part in parts if part.strip()]


def shown(value: object, number_format: str) -> str:
    """Return a cell as a spreadsheet shows it."""
    if value is None:
        return ""
    if isinstance(value, bool | str) or number_format == "General":
        return str(value)
    digits = len(number_format.partition(".")[2].rstrip("%"))
    if number_format.endswith("%"):
        return f"{value:.{digits}%}"
    return f"{value:,.{digits}f}"


def passages_of_workbook(path, *, where: str, area: str | None = None):
    """Yield every text of a workbook, and every share with its heading and row."""
    for sheet in openpyxl.load_workbook(path):
        top = int(sheet.freeze_panes[1:]) - 1 if sheet.freeze_panes else 1
        rows = list(sheet.iter_rows())
        heads = [str(cell.value or "") for cell in rows[top - 1]]
        place = f"{where}:{sheet.title}"
        for row in rows[: top - 1]:
            for text in sentences(str(row[0].value or "")):
                yield Passage(place, text, area=area)
        for head in heads:
            yield Passage(place, head, area=area)
        quoted = label("report.standard_source")
        for row in rows[top:]:
            told = " ".join(str(cell.value) for cell in row if isinstance(cell.value, str))
            for head, cell in zip(heads, row, strict=True):
                text = shown(cell.value, cell.number_format)
                if text.endswith("%") or (isinstance(cell.value, str) and head != quoted):
                    whole = f"{head} {told}" if "%" in text else head
                    for part in [text] if text.endswith("%") else sentences(text):
                        yield Passage(f"{place}:{head}", part, whole, area, text)


def passages_of_brief(path, *, where: str, area: str | None = None):
    """Yield every sentence of a brief, and every cell with heading, row and the line above.

    What stands before the colon of a paragraph is the heading of its sentences.
    """
    from docx import Document
    from docx.text.paragraph import Paragraph

    document = Document(path)
    above = ""
    for part in document.iter_inner_content():
        if isinstance(part, Paragraph):
            above = part.text or above
            lead = re.match(r"([^：:]{1,60})[：:]", part.text)
            for text in sentences(part.text):
                yield Passage(where, text, lead[1] if lead else "", area)
            continue
        heads = [cell.text for cell in part.rows[0].cells]
        for head in heads:
            yield Passage(f"{where}:table", head, area=area)
        for row in part.rows[1:]:
            told = " ".join([above, *(cell.text for cell in row.cells)])
            for head, cell in zip(heads, row.cells, strict=True):
                for text in sentences(cell.text):
                    yield Passage(f"{where}:table:{head}", text, f"{head} {told}", area, cell.text)


def passages_of_run(work):
    """Yield every passage of the books, lists, briefs and lines of a run."""
    for line in summarise(work):
        for text in sentences(line):
            if not text.lstrip().startswith(("已写出", "wrote ")):
                yield Passage("command line", text)
    towns = {name: town_id for town_id, name in name_towns(work["towns"]).items()}
    for path in work.written:
        given = {"where": path.name, "area": towns.get(path.stem)}
        if path.suffix == ".xlsx":
            yield from passages_of_workbook(path, **given)
        elif path.suffix == ".docx" and path.parent.name != "templates":
            yield from passages_of_brief(path, **given)


def unexplained(passages, tables: Tables) -> list[str]:
    """Return every figure that no table explains, or whose words are missing, with its passage."""
    faults = {}
    for passage in passages:
        if passage.whole in tables.reasons:  # other plans than this one: a test of reasons has them
            continue
        unnamed = replace(passage, text=tables.names.sub("", passage.text))
        for number, unit, near in figures_in(unnamed, tables.lang):
            why = tables.explain(number, unit, near, passage)
            if why is not None:
                told = f"{passage.around} | {passage.text}" if passage.around else passage.text
                faults[f"{passage.where}: {number} {unit}: {why}\n    {told[:220]}"] = None
    return list(faults)
