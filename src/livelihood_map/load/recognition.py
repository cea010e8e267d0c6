"""What a file is that somebody hands over, and how it would be read: shown, never decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import current_lang
from livelihood_map.load.files.headings import (
    Headings,
    known_fields,
    known_words,
    personal_headings,
)
from livelihood_map.load.files.parsing import words
from livelihood_map.load.files.raw import key_of, text_of, without_personal
from livelihood_map.load.files.readers import read_tables
from livelihood_map.load.inspect import SECTIONS, coordinates_of, suggest_fields
from livelihood_map.load.osm.features import is_extract

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from livelihood_map.load.files.raw import RawTable

ROWS_SHOWN: Final = 5
_PLAIN: Final = "名称"
_CELL_SHOWN: Final = 40
_MARKS: Final = {
    "residences": ("dwellings_n", "households_n", "population", "elderly_n", "built_in"),
    "gates": ("residence", "is_open"),
    "workplaces": ("workers", "passengers"),
    "centres": ("level", "radius_m"),
    "totals": ("population", "elderly_n"),
    "towns": ("zone", "aliases"),
    "facilities": (
        "kind", "subtype", "status", "hours", "stalls_n", "seats_n", "operator", "company",
        "is_demonstration", "is_smart", "opened_on",
    ),
}  # fmt: skip
"""Fields by which a table of each section is told from the others."""
_SAID: Final = {
    "towns": ("街镇边界", "街镇范围", "街镇界", "towns", "boundar"),
    "residences": ("小区", "住宅", "居住", "compound", "residence"),
    "gates": ("出入口", "大门", "gates"),
    "workplaces": ("就业", "办公", "workplace"),
    "centres": ("商业中心", "centres"),
    "totals": ("人口", "census", "totals"),
    "streets": ("道路", "路网", "street", "roads"),
}
"""Words in a file's name that say what it is."""
_DATUMS_SAID: Final = {
    "GCJ-02": ("高德", "腾讯", "火星", "gcj", "amap"),
    "BD-09": ("百度", "bd09", "baidu"),
    "CGCS2000": ("天地图", "2000", "cgcs"),
    "WGS-84": ("wgs", "gps"),
}
"""Words in a heading that name the datum of the column."""
_MARK_WEIGHT, _SAID_WEIGHT = 3, 4


@dataclass(frozen=True)
class SheetPreview:
    """One sheet or layer as it would be read.

    Parameters
    ----------
    sheet
        Its name; empty where there is none.
    rows_n
        Records below the header.
    encoding
        Encoding of a text; empty where the format fixes it.
    headings
        Headings in file order, those of personal data left out.
    fields
        Field by heading, where one was recognised.
    ambiguous
        Headings by field, where several mean one field.
    suggestions
        Field by heading, for headings that are only like a known word.
    rows
        First records, one text a heading.
    coordinates
        What the coordinates may be, as `inspect` tells it; empty without any.
    datum_said
        Datum that a heading of the coordinates names; empty when none does.
    """

    sheet: str
    rows_n: int
    encoding: str
    headings: list[str]
    fields: dict[str, str]
    ambiguous: dict[str, list[str]]
    suggestions: dict[str, str]
    rows: list[list[str]]
    coordinates: str
    datum_said: str


@dataclass(frozen=True)
class Recognition:
    """What a file seems to be.

    Parameters
    ----------
    section
        One of `SECTIONS`, or streets; empty when nothing speaks for any.
    kind
        Kind of all its rows, for a register whose name says one; empty otherwise.
    sheets
        Its sheets as that section would read them.
    """

    section: str
    kind: str = ""
    sheets: list[SheetPreview] = field(default_factory=list)


def recognise_file(path: Path) -> Recognition:
    """Return what a file seems to be, by its headings, its shapes and its name.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    SourceError
        When no section can read it; the reason is that of registers of facilities.
    """
    if is_extract(path):
        return Recognition("streets")
    tables, refusal = {}, None
    for section in SECTIONS:
        try:
            tables[section] = read_tables(path, Headings(section, {}))
        except SourceError as error:
            refusal = error if section == "facilities" else refusal
    if not tables:
        raise refusal or SourceError("load.no_file", path=path.name, folder=str(path.parent))
    if _has_lines(next(iter(tables.values()))):
        return Recognition("streets")
    stem = key_of(path.stem)
    scores = {name: _score(name, found, stem) for name, found in tables.items()}
    section = max(scores, key=lambda name: scores[name])
    kind = _kind_of(path, tables[section]) if section == "facilities" else ""
    return Recognition(section, kind, preview(tables[section], section, {}))


def preview_file(path: Path, section: str, columns: Mapping[str, str]) -> list[SheetPreview]:
    """Return the sheets of a file as a section would read them.

    Parameters
    ----------
    path
        The file.
    section
        One of `SECTIONS`; of streets nothing is shown.
    columns
        Heading by field, as the settings give it.

    Raises
    ------
    SourceError
        When the file cannot be read as that.
    """
    if section not in SECTIONS or is_extract(path):
        return []
    return preview(read_tables(path, Headings(section, columns)), section, columns)


def preview(
    tables: Sequence[RawTable], section: str, columns: Mapping[str, str]
) -> list[SheetPreview]:
    """Return tables as they would be read, personal data left out.

    Raises
    ------
    KeyError
        When there is no such section: a mistake in the program.
    """
    return [_sheet(table, Headings(section, columns)) for table in tables]


def choosable_fields(section: str) -> dict[str, str]:
    """Return the fields that a heading may be taken for, each by a word of the current language.

    Raises
    ------
    KeyError
        When there is no such section: a mistake in the program.

    Examples
    --------
    >>> choosable_fields("gates")["lon"], choosable_fields("facilities")["name"]
    ('经度', '名称')
    """
    return {name: _word(known_words(section, name)) for name in known_fields(section)}


def _word(words_of_field: tuple[str, ...]) -> str:
    """Return the word of a field that a page shows: the plain one, else the first."""
    is_english = current_lang() == "en"
    fit = [word for word in words_of_field if word.isascii() == is_english]
    if _PLAIN in fit:
        return _PLAIN
    return (fit or list(words_of_field))[0]


def _sheet(table: RawTable, headings: Headings) -> SheetPreview:
    recognised = headings.recognise(table.headings)
    hidden = set(personal_headings(headings.section, table.headings))
    shown = [name for name in table.headings if name not in hidden]
    first = table.cells[shown].head(ROWS_SHOWN).to_numpy(dtype=object).tolist()
    taken = {heading: name for name, heading in recognised.columns.items()}
    unused = tuple(name for name in recognised.unused if name in shown)
    return SheetPreview(
        sheet=table.sheet,
        rows_n=len(table.cells),
        encoding=table.encoding,
        headings=shown,
        fields={name: taken[name] for name in shown if name in taken},
        ambiguous={name: list(several) for name, several in recognised.ambiguous.items()},
        suggestions=suggest_fields(headings.section, unused),
        rows=[[without_personal(text_of(cell))[:_CELL_SHOWN] for cell in row] for row in first],
        coordinates=coordinates_of(table, recognised)[0],
        datum_said=_datum_said(recognised.columns),
    )


def _datum_said(columns: Mapping[str, str]) -> str:
    """Return the datum that the headings of the coordinates name."""
    text = "".join(columns.get(name, "") for name in ("lon", "lat", "lonlat", "x", "y")).lower()
    return next((d for d, said in _DATUMS_SAID.items() if any(w in text for w in said)), "")


def _score(section: str, tables: Sequence[RawTable], stem: str) -> float:
    """Return how much speaks for a file being of a section."""
    table = tables[0]
    recognised = Headings(section, {}).recognise(table.headings)
    found = {*recognised.columns, *recognised.ambiguous}
    marks = len(found & set(_MARKS[section]))
    said = any(word in stem for word in _SAID.get(section, ()))
    score = _MARK_WEIGHT * marks + len(found) + _SAID_WEIGHT * said - 0.5 * len(recognised.unused)
    has_place = table.geometry is not None or bool(coordinates_of(table, recognised)[0])
    if section == "towns":
        is_areas = _has_areas(table) and not any(
            len(set(_MARKS[other]) & set(Headings(other, {}).recognise(table.headings).columns))
            for other in ("residences", "facilities")
        )
        return score + _SAID_WEIGHT if is_areas else -1.0
    if section == "totals":
        return -1.0 if has_place else score
    if section in {"gates", "workplaces", "centres", "residences"} and not marks and not said:
        return -1.0
    return score


def _has_areas(table: RawTable) -> bool:
    return table.geometry is not None and bool((_dimensions(table) == 2).any())  # noqa: PLR2004


def _has_lines(tables: Sequence[RawTable]) -> bool:
    return tables[0].geometry is not None and bool((_dimensions(tables[0]) == 1).all())


def _dimensions(table: RawTable) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Return 0 for points, 1 for lines, 2 for areas; empty shapes are left out."""
    shapes = np.asarray(table.geometry, dtype=object)
    dimensions = shapely.get_dimensions(shapes)
    return np.asarray(dimensions[dimensions >= 0], np.int32)


def _kind_of(path: Path, tables: Sequence[RawTable]) -> str:
    """Return the kind that the name of a file, of its sheet or of its headings says."""
    if any("kind" in Headings("facilities", {}).recognise(t.headings).columns for t in tables):
        return ""
    said = [path.stem, *(table.sheet for table in tables)]
    said += [heading for table in tables for heading in table.headings if "名称" in heading]
    for text in map(key_of, said):
        found = [word for word in words()["kind"] if len(word) > 1 and word in text]
        if found:
            return str(words()["kind"][max(found, key=len)])
    return ""
