"""Tagged things of an OpenStreetMap extract: points, and areas of closed ways and relations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import pyproj
import shapely

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import name_of
from livelihood_map.load.files.extracts import open_extract
from livelihood_map.load.files.paths import existing_file
from livelihood_map.load.files.raw import RawTable
from livelihood_map.load.osm.damage import extract_faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import osmium

    from livelihood_map.core.arrays import Shapes
    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import FacilitySource, StreetSource

SUFFIXES: Final = (".osm", ".pbf", ".osm.gz", ".osm.bz2")


@dataclass(frozen=True, slots=True)
class OsmThings:
    """What was found in an extract.

    Parameters
    ----------
    osm_ids
        Type and number, such as ``n123``, ``w45``, ``r6``; sorted.
    tags
        Tags of each thing.
    shapes
        Point, or multipolygon of a closed way or relation; WGS-84 degrees.
    broken
        Things that have the tags but no place: ways and relations whose outline is open or cut at
        the edge of the extract, points off the globe; with their tags.
    """

    osm_ids: list[str]
    tags: list[Mapping[str, str]]
    shapes: Shapes
    broken: Mapping[str, Mapping[str, str]]


def is_extract(path: Path) -> bool:
    """Return whether a file name is that of an OpenStreetMap extract."""
    return path.name.lower().endswith(SUFFIXES)


def read_things(path: Path, keys: Iterable[str]) -> OsmThings:
    """Return the points and areas of an extract that have any of the keys.

    Parameters
    ----------
    path
        .osm.pbf, .osm, .osm.gz or .osm.bz2.
    keys
        Keys of tags.

    Raises
    ------
    SourceError
        When the file is damaged.
    """
    import osmium

    wanted = osmium.filter.KeyFilter(*sorted(keys))
    kept = _Kept(osmium.geom.WKBFactory())
    with extract_faults(path, key="load.extract_broken", shown=path.name):
        for thing in (
            osmium.FileProcessor(open_extract(path)).with_areas(wanted).with_filter(wanted)
        ):
            kept.take(thing)
    ids = sorted(kept.shapes, key=lambda name: (name[0], int(name[1:])))
    shapes = np.array(shapely.from_wkb([kept.shapes[name] for name in ids]), dtype=object)
    broken = {name: kept.lost[name] for name in sorted(kept.lost.keys() - kept.shapes.keys())}
    return OsmThings(ids, [kept.tags[name] for name in ids], shapes, broken)


class _Kept:
    """What is needed of the things of an extract, each of which is valid only while it is read."""

    def __init__(self, factory: Any) -> None:  # noqa: ANN401  (osmium's own object)
        self._factory = factory
        self.shapes: dict[str, bytes] = {}
        self.tags: dict[str, Mapping[str, str]] = {}
        self.lost: dict[str, Mapping[str, str]] = {}

    def take(self, thing: Any) -> None:  # noqa: ANN401  (osmium's own object)
        """Copy what is needed of one thing."""
        name, shape = f"{thing.type_str()}{thing.id}", None
        if thing.is_node() and thing.location.valid():
            shape = bytes.fromhex(self._factory.create_point(thing))
        elif thing.is_area():
            name = f"{'w' if thing.from_way() else 'r'}{thing.orig_id()}"
            shape = outline_of(thing, self._factory)
            if shape is None:
                return
        elif thing.is_relation() and thing.tags.get("type") != "multipolygon":
            return
        if shape is None:
            self.lost[name] = dict(thing.tags)
        else:
            self.shapes[name], self.tags[name] = shape, dict(thing.tags)


def outline_of(area: Any, factory: Any) -> bytes | None:  # noqa: ANN401  (osmium's objects)
    """Return the outline of an area as WKB; None when its rings cannot be joined.

    Parameters
    ----------
    area
        An area of pyosmium.
    factory
        Its maker of WKB.
    """
    try:
        return bytes.fromhex(factory.create_multipolygon(area))
    except RuntimeError:  # pyosmium raises no narrower class
        return None


def has_tags(tags: Mapping[str, str], wanted: Mapping[str, Iterable[str]]) -> bool:
    """Return whether any of the wanted key-value pairs is among a thing's tags.

    Parameters
    ----------
    tags
        Tags of one thing; values may be lists joined by ``;``.
    wanted
        Values by key; ``*`` stands for any value.

    Examples
    --------
    >>> has_tags({"shop": "bakery;pastry"}, {"shop": ["bakery"], "amenity": ["cafe"]})
    True
    """
    for key, values in wanted.items():
        stated = {part.strip() for part in tags.get(key, "").split(";")} - {""}
        if stated and ("*" in values or stated & set(values)):
            return True
    return False


def hand_ways(path: Path, handler: osmium.SimpleHandler, *keys: str) -> None:
    """Hand the tagged nodes, then the tagged ways of an extract to a handler; ways know places.

    Nodes have a pass of their own, because answers of Overpass list ways before nodes.

    Parameters
    ----------
    path
        The extract.
    handler
        Takes nodes and ways.
    *keys
        Keys of tags of which a thing must have one.

    Raises
    ------
    SourceError
        When the file cannot be read as OpenStreetMap data.
    """
    import osmium

    locate = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    locate.ignore_errors()
    wanted = osmium.filter.KeyFilter(*keys)
    with extract_faults(path, key="streets.osm_broken", shown=str(path)):
        for entity in (osmium.osm.osm_entity_bits.NODE, osmium.osm.osm_entity_bits.WAY):
            source = osmium.io.Reader(open_extract(path), entity)
            osmium.apply(source, locate, wanted, handler)
            source.close()


def street_file(base: Path | str, source: StreetSource) -> Path:
    """Return the path of the streets.

    Raises
    ------
    SourceError
        When it does not exist.
    """
    path = Path(base) / source.path
    if not path.exists():
        raise SourceError("streets.absent", path=str(path))
    return path


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
