"""The street extract: the district's ways as an OSM PBF file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from demo_district.plan import BARRIERS, METRES_PER_DRAWN_KM, RIVER, degrees
from livelihood_map.core.io import writing

if TYPE_CHECKING:
    from pathlib import Path

    from demo_district.district import District
    from demo_district.lines import Tags

_GENERATOR: Final = "livelihood_map demo (synthetic)"
_FIRST_WAY: Final = 1


def write_streets(district: District, path: Path) -> Path:
    """Return the path of the street extract.

    Beside the walkable ways it holds the expressways, railway, canals and the river as lines, as a
    real extract does; ids are positive and rise, and there is no timestamp.

    Parameters
    ----------
    district
        The district.
    path
        File to write; an existing one is replaced.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    import osmium

    ways = [(list(way.nodes), way.tags) for way in district.ways]
    places = [*district.book.places]
    for points, tags in _lines():
        first = len(places)
        places += points
        ways.append((list(range(first, len(places))), tags))
    used = sorted({node for nodes, _ in ways for node in nodes})
    number = {node: position for position, node in enumerate(used, start=1)}
    lonlat = np.round(degrees([places[node] for node in used]), 7)
    header = osmium.io.Header()
    header.set("generator", _GENERATOR)
    (west, south), (east, north) = lonlat.min(axis=0), lonlat.max(axis=0)
    header.add_box(
        osmium.osm.Box(
            osmium.osm.Location(float(west), float(south)),
            osmium.osm.Location(float(east), float(north)),
        )
    )
    with (
        writing(path) as draft,
        osmium.SimpleWriter(str(draft), header=header) as writer,
    ):
        for node, (lon, lat) in zip(used, lonlat.tolist(), strict=True):
            writer.add_node(
                osmium.osm.mutable.Node(
                    id=number[node],
                    location=(lon, lat),
                    tags=dict(district.book.node_tags.get(node, ())),
                )
            )
        for way_id, (nodes, tags) in enumerate(ways, start=_FIRST_WAY):
            refs = [number[node] for node in nodes]
            writer.add_way(osmium.osm.mutable.Way(id=way_id, nodes=refs, tags=dict(tags)))
    return path


def _lines() -> list[tuple[list[tuple[float, float]], Tags]]:
    """Return what is drawn but not walked: expressways, railway, canals, river."""
    lines: list[tuple[list[tuple[float, float]], Tags]] = []
    for barrier in BARRIERS:
        points = [(float(x), float(y)) for x, y in barrier.line.coords]
        lines.append((points, (*barrier.tags, ("name", barrier.name))))
    river = [(x * METRES_PER_DRAWN_KM, y * METRES_PER_DRAWN_KM) for x, y in RIVER]
    lines.append((river, (("waterway", "river"), ("name", "申江"))))
    return lines
