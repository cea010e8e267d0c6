"""Tagged things of an OpenStreetMap extract: points, and areas of closed ways and relations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from livelihood_map.load.osm.damage import extract_faults
from livelihood_map.load.osm.files import open_extract

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import numpy.typing as npt

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
    shapes: npt.NDArray[np.object_]
    broken: Mapping[str, Mapping[str, str]]


def is_extract(path: Path) -> bool:
    """Return whether a file name is that of an OpenStreetMap extract.

    Raises
    ------
    Nothing.
    """
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
    factory = osmium.geom.WKBFactory()
    points: dict[str, tuple[float, float]] = {}
    outlines: dict[str, bytes] = {}
    tags: dict[str, Mapping[str, str]] = {}
    lost: dict[str, Mapping[str, str]] = {}
    with extract_faults(path, key="load.extract_broken", shown=path.name):
        for thing in (
            osmium.FileProcessor(open_extract(path)).with_areas(wanted).with_filter(wanted)
        ):
            _keep(thing, factory, points, outlines, tags, lost)
    ids = sorted([*points, *outlines], key=lambda name: (name[0], int(name[1:])))
    shapes = np.empty(len(ids), dtype=object)
    is_point = np.array([name in points for name in ids], bool)
    if is_point.any():
        shapes[is_point] = shapely.points([points[n] for n in ids if n in points])
    if not is_point.all():
        shapes[~is_point] = shapely.from_wkb([outlines[n] for n in ids if n in outlines])
    broken = {name: lost[name] for name in sorted(lost) if name not in outlines}
    return OsmThings(ids, [tags[name] for name in ids], shapes, broken)


def _keep(
    thing: Any,  # noqa: ANN401  (osmium's own object; valid only during the loop)
    factory: Any,  # noqa: ANN401
    points: dict[str, tuple[float, float]],
    outlines: dict[str, bytes],
    tags: dict[str, Mapping[str, str]],
    lost: dict[str, Mapping[str, str]],
) -> None:
    """Copy what is needed of one thing of the extract."""
    if thing.is_node():
        name = f"n{thing.id}"
        if not thing.location.valid():
            lost[name] = dict(thing.tags)
            return
        points[name] = (thing.location.lon, thing.location.lat)
        tags[name] = dict(thing.tags)
    elif thing.is_area():
        name = f"{'w' if thing.from_way() else 'r'}{thing.orig_id()}"
        outline = outline_of(thing, factory)
        if outline is not None:
            outlines[name] = outline
            tags[name] = dict(thing.tags)
    elif thing.is_way() or thing.tags.get("type") == "multipolygon":
        lost[f"{'w' if thing.is_way() else 'r'}{thing.id}"] = dict(thing.tags)


def outline_of(area: Any, factory: Any) -> bytes | None:  # noqa: ANN401  (osmium's objects)
    """Return the outline of an area as WKB; None when its rings cannot be joined.

    Parameters
    ----------
    area
        An area of pyosmium.
    factory
        Its maker of WKB.

    Raises
    ------
    Nothing.
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

    Raises
    ------
    Nothing.

    Examples
    --------
    >>> has_tags({"shop": "bakery;pastry"}, {"shop": ["bakery"], "amenity": ["cafe"]})
    True
    """
    for key, values in wanted.items():
        found = {part.strip() for part in tags.get(key, "").split(";")} - {""}
        if found and ("*" in values or found & set(values)):
            return True
    return False
