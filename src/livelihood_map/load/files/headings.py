"""Which field a heading means, by a shipped table of synonyms; nothing is guessed."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import Problem, SourceError
from livelihood_map.core.io import data_path
from livelihood_map.load.files.raw import key_of, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from livelihood_map.load.files.raw import RawTable

PERSONAL: Final = ("person", "phone")
"""Fields that are dropped on reading and never written out."""
_REPEATED: Final = re.compile(r" #\d+$")
"""What a reader appends to a heading that stands twice."""
_DBF_HEADING_BYTES: Final = 10
_RENAMED: Final = {
    "town_name": "name",
    "town_id": "code",
    "facility_id": "code",
    "residence_id": "code",
    "gate_id": "code",
    "centre_id": "code",
}
"""Column names of our tables that stand for a field of the synonym table."""


@cache
def synonyms(section: str) -> Mapping[str, frozenset[str]]:
    """Return the fields by heading key of one section of the shipped table.

    Parameters
    ----------
    section
        facilities, residences, gates, workplaces, towns, centres or totals.

    Raises
    ------
    KeyError
        When the table has no such section: a mistake in the program.
    """
    by_key: dict[str, set[str]] = {}
    for field, headings in _table()[section].items():
        for heading in headings:
            by_key.setdefault(key_of(heading), set()).add(field)
    return {key: frozenset(fields) for key, fields in by_key.items()}


@cache
def _cut_synonyms(section: str) -> Mapping[str, frozenset[str]]:
    """Return the field by heading as a Shapefile cuts it: ten bytes, whole characters only.

    A cut heading that may stand for several fields is left out.
    """
    by_cut: dict[str, frozenset[str]] = {}
    for key, fields in synonyms(section).items():
        cut = key.encode()[:_DBF_HEADING_BYTES].decode("utf-8", "ignore")
        if cut != key:
            by_cut[cut] = by_cut.get(cut, frozenset()) | fields
    return {cut: fields for cut, fields in by_cut.items() if len(fields) == 1}


@cache
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    """Return the shipped table of synonyms."""
    path = data_path("registers", "headings.toml")
    table: dict[str, dict[str, list[str]]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return table


def known_fields(section: str) -> tuple[str, ...]:
    """Return every field that a section of the shipped table knows.

    Raises
    ------
    KeyError
        When the table has no such section: a mistake in the program.
    """
    return tuple(_table()[section])


def known_words(section: str, field: str) -> tuple[str, ...]:
    """Return the words that a section of the shipped table knows for a field.

    Raises
    ------
    KeyError
        When the table has no such section or field: a mistake in the program.
    """
    return tuple(_table()[section][field])


@dataclass(frozen=True, slots=True)
class Recognised:
    """What the headings of one table mean.

    Parameters
    ----------
    columns
        Heading by field.
    unused
        Headings that no field was found for.
    ambiguous
        Headings by field, where several headings mean the same field.
    """

    columns: Mapping[str, str]
    unused: tuple[str, ...]
    ambiguous: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Headings:
    """Recognises headings of one section, with what the settings say.

    Parameters
    ----------
    section
        Section of the shipped table of synonyms.
    chosen
        Heading by field, as the settings give it; overrides the table.
    """

    section: str
    chosen: Mapping[str, str]

    def fields_of(self, heading: object) -> frozenset[str]:
        """Return the fields that a heading may mean; none when it is not recognised.

        Raises
        ------
        KeyError
            When the section is not in the shipped table: a mistake in the program.
        """
        key = key_of(_REPEATED.sub("", text_of(heading)))
        by_choice = {field for field, text in self.renamed().items() if key_of(text) == key}
        known = synonyms(self.section).get(key) or _cut_synonyms(self.section).get(key)
        return frozenset(by_choice) or known or frozenset()

    def renamed(self) -> dict[str, str]:
        """Return the settings' choices by the field names of the shipped table."""
        known = known_fields(self.section)
        return {
            field if field in known else _RENAMED.get(field, field): heading
            for field, heading in self.chosen.items()
        }

    def recognise(self, headings: Sequence[str]) -> Recognised:
        """Return which heading means which field.

        Parameters
        ----------
        headings
            Headings of one table, each once.

        Raises
        ------
        KeyError
            When the section is not in the shipped table: a mistake in the program.
        """
        chosen = self.renamed()
        by_field: dict[str, list[str]] = {}
        unused = []
        for heading in headings:
            fields = self.fields_of(heading)
            for field in fields:
                by_field.setdefault(field, []).append(heading)
            if not fields:
                unused.append(heading)
        columns, ambiguous = {}, {}
        for field, meant in by_field.items():
            exact = [text for text in meant if field in chosen and text == chosen[field]]
            if len(meant) == 1 or len(exact) == 1:
                columns[field] = (exact or meant)[0]
            elif field in PERSONAL:
                columns[field] = meant[0]
            else:
                ambiguous[field] = tuple(meant)
        return Recognised(columns, tuple(unused), ambiguous)

    def require_known(self) -> None:
        """Return nothing when the settings name only fields that exist.

        Raises
        ------
        SourceError
            When a field of the settings does not exist; the known ones are listed.
        """
        known = known_fields(self.section)
        strange = [field for field in self.renamed() if field not in known]
        if strange:
            problems = [
                Problem("load.field_unknown", field=field, known=", ".join(known))
                for field in strange
            ]
            raise SourceError("load.fields_unknown", problems=problems, section=self.section)


def personal_headings(section: str, headings: Sequence[str]) -> list[str]:
    """Return the headings under which names of persons or telephone numbers stand.

    Raises
    ------
    KeyError
        When the table has no such section: a mistake in the program.
    """
    table = synonyms(section)
    marks = ("电话", "手机", "联系人", "负责人", "身份证", "姓名", "法人")
    return [
        heading
        for heading in headings
        if table.get(key_of(heading), frozenset()) & set(PERSONAL)
        or (key_of(heading) not in table and any(mark in heading for mark in marks))
    ]


def recognised_or_ask(table: RawTable, headings: Headings) -> Recognised:
    """Return what the headings of a table mean.

    Parameters
    ----------
    table
        The records as read.
    headings
        Recognises the headings.

    Raises
    ------
    SourceError
        When the settings name a heading that the table lacks, or two headings mean one field.
    """
    known = "、".join(table.headings)
    present = {key_of(name) for name in table.headings}
    for field, heading in headings.chosen.items():
        if key_of(heading) not in present:
            raise SourceError(
                "load.no_column",
                path=table.source,
                sheet=table.sheet,
                field=field,
                heading=heading,
                known=known,
            )
    recognised = headings.recognise(table.headings)
    for field, several in recognised.ambiguous.items():
        raise SourceError(
            "load.column_ambiguous",
            path=table.source,
            sheet=table.sheet,
            field=field,
            found="、".join(several),
            first=several[0],
        )
    return recognised
