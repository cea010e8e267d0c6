"""What a file can be in the settings, and how it is entered there and taken out again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import tomlkit

from livelihood_map.core.errors import SettingsError
from livelihood_map.office.projects import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

KINDS: Final = (
    "wet_market",
    "breakfast",
    "housekeeping",
    "convenience",
    "supermarket",
    "neighbourhood_centre",
    "canteen",
    "metro_exit",
)
"""Kinds of registers that the pages offer; others stand in the editor."""
_ONE: Final = ("towns", "streets", "totals", "centres")
_LISTS: Final = ("residences", "facilities")
_BESIDE: Final = ("gates", "workplaces")
_PATHS: Final = {
    "renovations": ("programme", "renovations"),
    "schedule": ("programme", "schedule"),
    "listed": ("candidates", "listed"),
    "excluded_areas": ("candidates", "excluded_areas"),
    "edits": ("network", "edits"),
    "elevation": ("network", "elevation"),
}
SLOTS: Final = (
    "towns",
    "residences",
    *(f"facilities:{kind}" for kind in KINDS),
    "facilities:",
    "streets",
    *_BESIDE,
    "totals",
    "centres",
    "corrections",
    *_PATHS,
)
"""What a file can be: a section of the settings, for registers with the kind of all rows."""


@dataclass(frozen=True)
class Source:
    """One file as the settings name it.

    Parameters
    ----------
    slot
        One of `SLOTS`, or a register of a kind of the office's own.
    path
        As it stands in the settings.
    table
        Table of the settings that names it.
    prefix
        What its keys begin with in that table, such as ``gates_``.
    """

    slot: str
    path: str
    table: MutableMapping[str, Any]
    prefix: str = ""

    @property
    def section(self) -> str:
        """Return the section whose headings it has."""
        return self.slot.partition(":")[0]

    @property
    def datum(self) -> str:
        """Return the datum that the settings state; ``auto`` when they state none."""
        return str(self.table.get(f"{self.prefix}datum", "auto"))

    @property
    def columns(self) -> dict[str, str]:
        """Return heading by field, as the settings give it."""
        given = self.table.get(f"{self.prefix}columns", {})
        return {str(key): str(value) for key, value in dict(given).items()}


def find_sources(document: MutableMapping[str, Any]) -> Iterator[Source]:
    """Return every file that the settings name, in their order."""
    load = document.get("load", {})
    for name in _ONE:
        table = load.get(name)
        if isinstance(table, dict) and "path" in table:
            yield Source(name, str(table["path"]), table)
    for name in _LISTS:
        for table in load.get(name, []):
            if isinstance(table, dict) and "path" in table:
                slot = f"{name}:{table.get('kind', '')}" if name == "facilities" else name
                yield Source(slot, str(table["path"]), table)
            for beside in _BESIDE if isinstance(table, dict) else ():
                if beside in table:
                    yield Source(beside, str(table[beside]), table, f"{beside}_")
    given = load.get("corrections", [])
    for path in [given] if isinstance(given, str) else given:
        yield Source("corrections", str(path), load)
    for slot, (section, key) in _PATHS.items():
        if key in document.get(section, {}):
            yield Source(slot, str(document[section][key]), document[section])


def enter(document: MutableMapping[str, Any], name: str, slot: str) -> None:
    """Enter a file under what it is; it is taken out where it stood before.

    Parameters
    ----------
    document
        Content of the settings.
    name
        Name of the file in the project's folder of data.
    slot
        One of `SLOTS`; an empty text only takes it out.

    Raises
    ------
    SettingsError
        When there is no such slot, or gates or workplaces come before any compounds.
    """
    if slot and slot not in SLOTS:
        raise SettingsError("office.slot_unknown", slot=slot)
    path = f"{DATA}/{name}"
    kept = next(
        (s.columns for s in find_sources(document) if s.path == path and slot == s.slot), {}
    )
    take_out(document, path)
    if not slot:
        return
    section, _, kind = slot.partition(":")
    load = document.setdefault("load", tomlkit.table())
    table = tomlkit.table()
    table["path"] = path
    if kind:
        table["kind"] = kind
    if kept:
        table["columns"] = kept
    if section in _ONE:
        load[section] = table
    elif section in _LISTS:
        if section not in load:
            load[section] = tomlkit.aot()
        load[section].append(table)
    elif section in _BESIDE:
        if not load.get("residences"):
            raise SettingsError("office.compounds_first")
        load["residences"][0][section] = path
    elif section == "corrections":
        given = load.get("corrections", [])
        load["corrections"] = [*([given] if isinstance(given, str) else given), path]
    else:
        part, key = _PATHS[section]
        document.setdefault(part, tomlkit.table())[key] = path


def take_out(document: MutableMapping[str, Any], path: str) -> None:
    """Take a file out of the settings, wherever it stands."""
    load = document.get("load", {})
    for name in _ONE:
        if load.get(name, {}).get("path") == path:
            del load[name]
    for name in _LISTS:
        _take_out_of_list(load, name, path)
    given = load.get("corrections", [])
    listed = [given] if isinstance(given, str) else list(given)
    if path in listed:
        load["corrections"] = [one for one in listed if one != path]
    for section, key in _PATHS.values():
        if document.get(section, {}).get(key) == path:
            del document[section][key]


def _take_out_of_list(load: MutableMapping[str, Any], name: str, path: str) -> None:
    """Take a file out of a list of sources, and from beside the compounds."""
    tables = load.get(name, [])
    for position in reversed(range(len(tables))):
        table = tables[position]
        if table.get("path") == path:
            del tables[position]
            continue
        for beside in _BESIDE:
            if table.get(beside) == path:
                for key in (beside, f"{beside}_datum", f"{beside}_columns"):
                    table.pop(key, None)
    if name in load and not tables:
        del load[name]


def state_datum(source: Source, datum: str) -> None:
    """State the datum of a file in the settings."""
    source.table[f"{source.prefix}datum"] = datum


def state_columns(source: Source, columns: dict[str, str]) -> None:
    """State which heading means which field; none leaves all to be recognised."""
    if columns:
        table = tomlkit.inline_table()
        table.update(columns)
        source.table[f"{source.prefix}columns"] = table
    else:
        source.table.pop(f"{source.prefix}columns", None)
