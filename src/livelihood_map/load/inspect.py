"""What a file holds, before it is taken in: headings recognised or not, and settings to paste."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import has_label, label
from livelihood_map.load.files.headings import PERSONAL, Headings, Recognised, synonyms
from livelihood_map.load.files.parsing import degrees_or_none
from livelihood_map.load.files.raw import is_blank, key_of, text_of, without_personal
from livelihood_map.load.files.readers import read_tables
from livelihood_map.load.location.datum_check import DATUMS, Evidence, estimate_datum
from livelihood_map.load.osm.features import is_extract

if TYPE_CHECKING:
    from pathlib import Path

    from livelihood_map.core.arrays import Floats
    from livelihood_map.load.files.raw import RawTable
    from livelihood_map.load.location.town_lookup import TownFinder

SECTIONS: Final = ("facilities", "residences", "gates", "workplaces", "towns", "centres", "totals")
"""What a file may be."""
_PAIRS: Final = (("lon", "lat"), ("x", "y"), ("y", "x"), ("east", "north"))
_LIKENESS_MIN: Final = 60.0
_SHOWN: Final = 24
_RANGES: Final = (
    ("degrees", (73.0, 136.0), (3.0, 54.0)),
    ("4549", (560_000.0, 700_000.0), (3_390_000.0, 3_500_000.0)),
    ("4528", (40_560_000.0, 40_700_000.0), (3_390_000.0, 3_500_000.0)),
    ("4550", (300_000.0, 400_000.0), (3_390_000.0, 3_500_000.0)),
    ("3857", (13_400_000.0, 13_650_000.0), (3_500_000.0, 3_750_000.0)),
    ("local", (-100_000.0, 100_000.0), (-100_000.0, 100_000.0)),
)
"""What pairs of numbers around Shanghai may be: east and north, from and to."""


@dataclass(frozen=True)
class SheetReport:
    """What one sheet or layer holds.

    Parameters
    ----------
    sheet
        Its name; empty where there is none.
    rows_n
        Records below the header.
    encoding
        Encoding of the text; empty where the format fixes it.
    recognised
        What the headings mean.
    examples
        First value under each heading, without personal data.
    suggestions
        For headings that were not recognised, the field whose word is most like them.
    coordinates
        What the numbers in the coordinate columns may be: degrees, an EPSG code, local, shapes,
        unknown, or empty without such columns.
    datum_text
        What the evidence says of the datum; empty without evidence.
    """

    sheet: str
    rows_n: int
    encoding: str
    recognised: Recognised
    examples: dict[str, str]
    suggestions: dict[str, str]
    coordinates: str
    datum_text: str = ""


@dataclass(frozen=True)
class Inspection:
    """What a file holds and how the settings would name it.

    Parameters
    ----------
    path
        File name.
    section
        What it was read as, one of `SECTIONS`.
    sheets
        Its sheets or layers.
    """

    path: str
    section: str
    sheets: tuple[SheetReport, ...]

    def lines(self) -> list[str]:
        """Return the report in words, ending with the settings to paste."""
        lines = []
        for sheet in self.sheets:
            lines += _sheet_lines(self.path, sheet)
        return [*lines, "", label("load.inspect_paste"), "", *self.settings()]

    def settings(self) -> list[str]:
        """Return the block of the settings file; what must be decided stands as ``?``."""
        if self.section in {"gates", "workplaces"}:
            lines = [f"# [[load.residences]]\n{self.section} = {_quoted(self.path)}"]
            prefix = f"{self.section}_"
        else:
            table = f"load.{self.section}"
            is_list = self.section in {"facilities", "residences"}
            lines = [f"[[{table}]]" if is_list else f"[{table}]", f"path = {_quoted(self.path)}"]
            prefix = ""
        if self.section == "facilities" and not self._has_kind():
            has_type = any("type" in sheet.recognised.columns for sheet in self.sheets)
            key = "load.inspect_kind_or_type" if has_type else "load.inspect_kind"
            lines.append(f'kind = "?"  # {label(key)}')
        if self.section != "totals":
            lines.append(self._datum_line(prefix))
        chosen: dict[str, str] = {}
        for sheet in self.sheets:
            chosen |= dict.fromkeys(sheet.recognised.ambiguous, "?")
            if self.section != "gates" and "name" not in sheet.recognised.columns:
                chosen["name"] = "?"
        if chosen:
            pairs = ", ".join(f"{field} = {_quoted(text)}" for field, text in chosen.items())
            lines.append(f"{prefix}columns = {{ {pairs} }}")
        return lines

    def _has_kind(self) -> bool:
        return any("kind" in sheet.recognised.columns for sheet in self.sheets)

    def _datum_line(self, prefix: str) -> str:
        kinds = {sheet.coordinates for sheet in self.sheets}
        if kinds == {"shapes"}:
            return f'{prefix}datum = "auto"'
        known = {"4549": "EPSG:4549", "4528": "EPSG:4528"}
        if len(kinds) == 1 and (kind := next(iter(kinds))) in known:
            return f"{prefix}datum = {_quoted(known[kind])}"
        return f'{prefix}datum = "?"  # {label("load.inspect_datum")}'


def inspect_file(
    path: Path,
    *,
    section: str = "facilities",
    finder: TownFinder | None = None,
) -> Inspection:
    """Return what a file holds: headings, examples, coordinates and settings to paste.

    Parameters
    ----------
    path
        The file.
    section
        What it is, one of `SECTIONS`.
    finder
        The towns, to judge the datum of degrees; None to leave that out.

    Raises
    ------
    SourceError
        When the file is absent, of no known format, damaged or empty, or has no header.
    """
    if section not in SECTIONS:
        raise SourceError("load.section_unknown", value=section, known=", ".join(SECTIONS))
    if not path.is_file():
        raise SourceError("load.no_file", path=path.name, folder=str(path.parent))
    if is_extract(path):
        raise SourceError("load.inspect_extract", path=path.name)
    headings = Headings(section, {})
    tables = read_tables(path, headings)
    reports = tuple(_report(table, headings, finder) for table in tables)
    return Inspection(path.name, section, reports)


def _report(table: RawTable, headings: Headings, finder: TownFinder | None) -> SheetReport:
    """Return what one sheet holds."""
    recognised = headings.recognise(table.headings)
    hidden = {recognised.columns[field] for field in PERSONAL if field in recognised.columns}
    examples = {name: "***" if name in hidden else _example(table, name) for name in table.headings}
    kind, east, north = coordinates_of(table, recognised)
    text = ""
    if kind == "degrees" and finder is not None:
        town = recognised.columns.get("town")
        said = [] if town is None else [text_of(cell) for cell in table.cells[town]]
        evidence = Evidence(towns=finder.by_name(said) if said else None)
        text = estimate_datum(east, north, evidence, finder=finder).text()
    return SheetReport(
        sheet=table.sheet,
        rows_n=len(table.cells),
        encoding=table.encoding,
        recognised=recognised,
        examples=examples,
        suggestions=suggest_fields(headings.section, recognised.unused),
        coordinates=kind,
        datum_text=text,
    )


def _example(table: RawTable, heading: str) -> str:
    """Return the first filled cell under a heading."""
    filled = (cell for cell in table.cells[heading].tolist() if not is_blank(cell))
    return without_personal(text_of(next(filled, "")))[:_SHOWN]


def suggest_fields(section: str, unused: tuple[str, ...]) -> dict[str, str]:
    """Return the field whose word is most like each heading, where one is like it at all.

    Parameters
    ----------
    section
        One of `SECTIONS`.
    unused
        Headings that were not recognised.

    Raises
    ------
    KeyError
        When there is no such section: a mistake in the program.
    """
    from rapidfuzz import fuzz, process

    words = {word: min(fields) for word, fields in synonyms(section).items()}
    suggestions = {}
    for heading in unused:
        best = process.extractOne(key_of(heading), list(words), scorer=fuzz.ratio)
        if best[1] >= _LIKENESS_MIN:
            suggestions[heading] = words[best[0]]
    return suggestions


def coordinates_of(table: RawTable, recognised: Recognised) -> tuple[str, Floats, Floats]:
    """Return what the coordinates of a table may be, and their numbers, east first.

    Parameters
    ----------
    table
        The records as read.
    recognised
        What its headings mean.

    Returns
    -------
    degrees, an EPSG code, local, shapes, unknown, or empty without coordinates; NaN where a cell
    holds no number, nothing at all for shapes.
    """
    nothing = np.zeros(0)
    if table.geometry is not None:
        return ("shapes" if table.crs is not None else "unknown"), nothing, nothing
    for first, second in _PAIRS:
        if first in recognised.columns and second in recognised.columns:
            east, north = (_numbers(table, recognised.columns[f]) for f in (first, second))
            has = np.isfinite(east) & np.isfinite(north)
            if not has.any():
                return "unknown", east, north
            middle = float(np.median(east[has])), float(np.median(north[has]))
            for name, (west, right), (south, top) in _RANGES:
                if west <= middle[0] <= right and south <= middle[1] <= top:
                    return name, east, north
    is_there = {"lon", "x", "east", "lonlat"} & set(recognised.columns)
    return ("unknown" if is_there else ""), nothing, nothing


def _numbers(table: RawTable, heading: str) -> Floats:
    """Return the cells under a heading as numbers; NaN where they are none."""
    numbers = [degrees_or_none(cell) for cell in table.cells[heading].tolist()]
    return np.array([np.nan if number is None else number for number in numbers], float)


def _sheet_lines(path: str, sheet: SheetReport) -> list[str]:
    """Return what is said of one sheet."""
    where = f"{path} {sheet.sheet}".strip()
    lines = [label("load.inspect_sheet", where=where, rows=sheet.rows_n)]
    if sheet.encoding:
        lines.append("  " + label("load.inspect_encoding", encoding=sheet.encoding))
    by_heading = {heading: field for field, heading in sheet.recognised.columns.items()}
    for heading, example in sheet.examples.items():
        field = by_heading.get(heading)
        if field is not None:
            key = "load.inspect_dropped" if field in PERSONAL else "load.inspect_heading"
            lines.append("  " + label(key, heading=heading, field=field, example=example))
    for field, several in sheet.recognised.ambiguous.items():
        shown = "、".join(several)
        lines.append("  " + label("load.inspect_ambiguous", field=field, found=shown))
    for heading in sheet.recognised.unused:
        hint = sheet.suggestions.get(heading)
        key = "load.inspect_unused" if hint is None else "load.inspect_hint"
        lines.append("  " + label(key, heading=heading, hint=hint))
    key = f"load.inspect_at_{sheet.coordinates}"
    if sheet.coordinates and has_label(key):
        lines.append("  " + label(key, datums=", ".join(DATUMS)))
    if sheet.datum_text:
        lines.append("  " + sheet.datum_text)
    return lines


def _quoted(text: str) -> str:
    """Return a text as a TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
