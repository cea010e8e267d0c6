"""Walked ways out of an OpenStreetMap extract, read with pyosmium; extracts out of Overpass."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.io import write_text
from livelihood_map.load.files.extracts import EXTRACT_SUFFIXES
from livelihood_map.load.osm.features import hand_ways
from livelihood_map.load.osm.polylines import TAG_COLUMNS, Polylines
from livelihood_map.load.osm.walkable import is_signal, not_walked_reason, way_tags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import osmium
    import pyproj

    from livelihood_map.core.arrays import Longs
    from livelihood_map.load.osm.walkable import WayTags

_ABSENT: Final = np.nan
_COPYRIGHT: Final = "OpenStreetMap contributors, ODbL 1.0"


@dataclass(frozen=True, slots=True)
class WayCounts:
    """What became of the ways of an extract.

    Parameters
    ----------
    read_n
        Ways with a ``highway`` tag.
    not_walked
        Of these, ways that nobody walks, by reason.
    mended_n
        Walked ways some of whose nodes the extract lacks; the parts between are kept apart.
    dropped_n
        Walked ways of which the extract has no two neighbouring nodes.
    """

    read_n: int
    not_walked: dict[str, int]
    mended_n: int
    dropped_n: int


def is_osm(path: Path) -> bool:
    """Return whether a file's name is that of an OpenStreetMap extract."""
    return path.name.lower().endswith(EXTRACT_SUFFIXES)


def read_ways(
    path: Path, *, crs: pyproj.CRS, bounds: tuple[float, float, float, float]
) -> tuple[Polylines, WayCounts]:
    """Return the walked ways of an extract, by ascending id, and what became of the others.

    A way that lost nodes at the edge of the extract is cut there and its parts are kept: no
    straight line is invented across what is missing.

    Parameters
    ----------
    path
        ``.osm.pbf`` or ``.osm`` (also ``.gz``, ``.bz2``), nodes and ways in any order.
    crs
        The metric CRS.
    bounds
        West, south, east, north in `crs`; a way without a vertex inside is passed over, so that
        the extract of a whole province needs no more memory than that of a district.

    Raises
    ------
    SourceError
        When the file cannot be read as OpenStreetMap data.
    """
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(crs, STORAGE_CRS, always_xy=True)
    reader = _WayReader(to_degrees.transform_bounds(*bounds))
    reader.read(path)
    return reader.polylines(crs), reader.counts()


def _node_ids(places: Longs) -> list[str]:
    """Return OpenStreetMap's own numbers as node ids."""
    return [str(number) for number in places.tolist()]


class _WayReader:
    """Collects the walked ways of one extract."""

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        self.bounds = bounds
        self.ids: list[int] = []
        self.sizes: list[int] = []
        self.tags: list[WayTags] = []
        self.signals: list[int] = []
        self.place = array("q")
        self.lon = array("d")
        self.lat = array("d")
        self.not_walked: Counter[str] = Counter()
        self.read_n = self.mended_n = self.dropped_n = 0

    def read(self, path: Path) -> None:
        """Read every way with a ``highway`` tag."""
        import osmium

        class Tagged(osmium.SimpleHandler):
            """Hands on what has one of the wanted keys."""

            def node(_, node: osmium.osm.Node) -> None:  # noqa: N805  (the reader is `self` here)
                if is_signal({tag.k: tag.v for tag in node.tags}):
                    self.signals.append(node.id)

            def way(_, way: osmium.osm.Way) -> None:  # noqa: N805  (the reader is `self` here)
                self._take(way)

        hand_ways(path, Tagged(), "highway", "crossing", "crossing:signals")

    def _take(self, way: osmium.osm.Way) -> None:
        tags = {tag.k: tag.v for tag in way.tags}
        if "highway" not in tags:
            return
        self.read_n += 1
        reason = not_walked_reason(tags)
        if reason is not None:
            self.not_walked[reason] += 1
            return
        refs, lon, lat = [], [], []
        for node in way.nodes:
            location = node.location
            is_known = location.valid()
            refs.append(node.ref)
            lon.append(location.lon if is_known else _ABSENT)
            lat.append(location.lat if is_known else _ABSENT)
        is_absent = [value != value for value in lon]  # noqa: PLR0124  (NaN)
        if not all(is_absent) and not self._is_near(lon, lat):
            return
        has_step = any(not (p or q) for p, q in pairwise(is_absent))
        if not has_step:
            self.dropped_n += 1
            return
        self.mended_n += any(is_absent)
        self.ids.append(way.id)
        self.sizes.append(len(refs))
        self.tags.append(way_tags(tags))
        self.place.extend(refs)
        self.lon.extend(lon)
        self.lat.extend(lat)

    def _is_near(self, lon: list[float], lat: list[float]) -> bool:
        """Return whether a vertex lies within the bounds."""
        west, south, east, north = self.bounds
        places = zip(lon, lat, strict=True)
        return any(west <= x <= east and south <= y <= north for x, y in places)

    def counts(self) -> WayCounts:
        """Return what became of the ways."""
        not_walked = dict(sorted(self.not_walked.items()))
        return WayCounts(self.read_n, not_walked, self.mended_n, self.dropped_n)

    def polylines(self, crs: pyproj.CRS) -> Polylines:
        """Return the collected ways by ascending id, cut where nodes are missing."""
        from pyproj import Transformer

        rank = np.argsort(np.argsort(np.array(self.ids, np.int64), kind="stable"), kind="stable")
        line = np.repeat(rank, self.sizes)
        lon, lat = np.array(self.lon, float), np.array(self.lat, float)
        order = np.argsort(line, kind="stable")
        to_metric = Transformer.from_crs(STORAGE_CRS, crs, always_xy=True)
        x, y = to_metric.transform(lon[order], lat[order])
        tags = pd.DataFrame(self.tags, columns=TAG_COLUMNS)
        tags = tags.iloc[np.argsort(rank)].reset_index(drop=True)
        place = np.array(self.place, np.int64)[order]
        is_known = ~np.isnan(lon[order])
        # A missing vertex keeps its slot, so that the lines beside it do not close up.
        x = np.where(is_known, x, _ABSENT)
        signals = np.unique(np.array(self.signals, np.int64))
        return Polylines(line[order], place, x, y, tags, _node_ids, signals)


def write_extract(answers: Sequence[Mapping[str, Any]], path: Path) -> int:
    """Return the number of ways written to an ``.osm`` file from answers of Overpass.

    Nodes come first, then ways, both by ascending id, each once: the file is the same to the byte
    for the same content. Without any way nothing is written.

    Parameters
    ----------
    answers
        Answers in Overpass's JSON format.
    path
        File to write.

    Raises
    ------
    LookupError, TypeError or ValueError
        When the answers are not what Overpass gives, or lack nodes of a way.
    OutputError
        When the file cannot be written.
    """
    elements: dict[str, dict[int, Mapping[str, Any]]] = {"node": {}, "way": {}}
    for answer in answers:
        for element in answer["elements"]:
            if element["type"] in elements:
                elements[element["type"]][element["id"]] = element
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<osm version="0.6" generator="livelihood_map" copyright="{_COPYRIGHT}">')
    for number, node in sorted(elements["node"].items()):
        place = f'id="{number}" version="1" lat="{node["lat"]:.7f}" lon="{node["lon"]:.7f}"'
        tags = _tag_lines(node)
        lines += [f"<node {place}>", *tags, "</node>"] if tags else [f"<node {place}/>"]
    for number, way in sorted(elements["way"].items()):
        if not elements["node"].keys() >= set(way["nodes"]):
            raise LookupError(number)
        refs = (f'<nd ref="{ref}"/>' for ref in way["nodes"])
        lines += [f'<way id="{number}" version="1">', *refs, *_tag_lines(way), "</way>"]
    if elements["way"]:
        write_text("\n".join([*lines, "</osm>", ""]), path)
    return len(elements["way"])


def _tag_lines(element: Mapping[str, Any]) -> list[str]:
    """Return an element's tags as lines of XML."""
    tags = sorted(element.get("tags", {}).items())
    return [f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags]
