"""Facilities of an OpenStreetMap extract as records, each extract read once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyproj
import shapely

from livelihood_map.core.labels import name_of
from livelihood_map.load.files.raw import RawTable
from livelihood_map.load.files.readers import existing_file
from livelihood_map.load.osm.features import OsmThings, has_tags, read_things

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import FacilitySource

_ONE_SPELL: Final = re.compile(r"\d{1,2}:\d{2}-\d{1,2}:\d{2}")
_HOURS: Final = {"24/7": "全天"}
"""Hours by weekday and season are not carried over: they do not fit one pair of times."""
_COLUMNS: Final = ("code", "name", "address", "opening_hours")


class Extracts:
    """The extracts of some sources; each file is read once for all of them.

    Parameters
    ----------
    base
        Folder that paths start from.
    sources
        The sources that choose by tags.

    Raises
    ------
    Nothing.
    """

    def __init__(self, base: Path, sources: Sequence[FacilitySource]) -> None:
        self._base = base
        self._keys: dict[str, set[str]] = {}
        self._things: dict[str, OsmThings] = {}
        for source in sources:
            self._keys.setdefault(source.path, set()).update(source.tags)

    def table(
        self, path: str, tags: Mapping[str, Sequence[str]], *, kind: str | None, lang: Lang
    ) -> RawTable:
        """Return the things of an extract that have any of the tags, as records.

        Parameters
        ----------
        path
            Path of the extract as in the settings.
        tags
            Values by key; any of them counts.
        kind
            Kind of facility, whose word names a thing that has no name of its own.
        lang
            Language of that word.

        Raises
        ------
        SourceError
            When the file is absent or damaged.
        """
        file = existing_file(self._base, path)
        if path not in self._things:
            self._things[path] = read_things(file, self._keys[path])
        things = self._things[path]
        chosen = [n for n, own in enumerate(things.tags) if has_tags(own, tags)]
        broken = {name: own for name, own in things.broken.items() if has_tags(own, tags)}
        records = [_record(things.osm_ids[n], things.tags[n], kind, lang) for n in chosen]
        records += [_record(name, own, kind, lang) for name, own in broken.items()]
        shapes = np.empty(len(records), dtype=object)
        shapes[: len(chosen)] = shapely.centroid(things.shapes[chosen])
        return RawTable(
            source=file.name,
            sheet="",
            cells=pd.DataFrame(records, columns=list(_COLUMNS), dtype=object),
            rows=np.arange(1, len(records) + 1),
            geometry=shapes,
            crs=pyproj.CRS.from_epsg(4326),
        )


def _record(osm_id: str, tags: Mapping[str, str], kind: str | None, lang: Lang) -> list[str | None]:
    """Return the cells of one thing."""
    name = tags.get("name") or tags.get("brand") or tags.get("operator")
    parts = [tags.get("addr:street"), tags.get("addr:housenumber")]
    address = tags.get("addr:full") or "".join(part for part in parts if part)
    hours = tags.get("opening_hours", "")
    return [
        f"osm-{osm_id}",
        name or f"{name_of('core.kind', kind, lang)} {osm_id}".strip(),
        address or None,
        _HOURS.get(hours, hours if _ONE_SPELL.fullmatch(hours) else None),
    ]
