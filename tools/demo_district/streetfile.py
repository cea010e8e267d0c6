"""The street extract: the district's ways as an OSM PBF file."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from shapely.geometry import LineString, Polygon

from demo_district.chance import Chance
from demo_district.courses import BARRIERS, ELEVATED_TAGS, METRO, NEIGHBOURS, RADIALS
from demo_district.plan import RIVER_NAME, degrees, metres, river_area, river_line, smooth
from livelihood_map.core.io import writing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from demo_district.district import District
    from demo_district.lines import Place, Tags

_GENERATOR: Final = "livelihood_map demo (synthetic)"
_FIRST_WAY: Final = 1
_ONWARD_KM: Final = 4.0
_POND_M2: Final = 1500.0
_COVER: Final = {
    "": (("leisure", "park"), "公园"), "产业园区": (("landuse", "industrial"), "科创园"),
    "学校": (("amenity", "school"), "学校"), "医院": (("amenity", "hospital"), "医院"),
    "写字楼": (("landuse", "commercial"), ""),
}  # fmt: skip


def write_streets(district: District, path: Path) -> Path:
    """Return the path of the street extract.

    Beside the walkable ways it holds expressways, railway, metro with its stations, canals, river
    and what covers the ground, as a real extract does; ids are positive and rise, and there is no
    timestamp.

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
    places, node_tags = [*district.book.places], dict(district.book.node_tags)
    for points, tags in [*_lines(), *_areas(district)]:
        first = len(places)
        places += points
        ways.append((list(range(first, len(places))), tags))
        if points[0] == points[-1]:
            ways[-1][0][-1] = first
    first = len(places)
    for place, name in district.stations:
        node_tags[len(places)] = (("railway", "station"), ("station", "subway"), ("name", name))
        places.append(place)
    for name, point in NEIGHBOURS:
        node_tags[len(places)] = (("place", "town"), ("name", name))
        places.append(metres(point))
    alone = range(first, len(places))
    used = sorted({*alone, *(node for nodes, _ in ways for node in nodes)})
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
                    tags=dict(node_tags.get(node, ())),
                )
            )
        for way_id, (nodes, tags) in enumerate(ways, start=_FIRST_WAY):
            refs = [number[node] for node in nodes]
            writer.add_way(osmium.osm.mutable.Way(id=way_id, nodes=refs, tags=dict(tags)))
    return path


def _lines() -> list[tuple[list[Place], Tags]]:
    """Return what is drawn but not walked: expressways, railway, metro, canals, river."""
    lines: list[tuple[list[Place], Tags]] = [
        (_drawn(barrier.line), (*barrier.tags, ("name", barrier.name))) for barrier in BARRIERS
    ]
    for elevated, _, points in RADIALS:
        if elevated:
            course = LineString(smooth((*points, _onward(points))))
            lines.append((_drawn(course), (*ELEVATED_TAGS, ("name", elevated))))
    for name, course in METRO:
        tags = (("railway", "subway"), ("tunnel", "yes"), ("layer", "-2"), ("name", name))
        lines.append((_drawn(LineString(smooth(course))), tags))
    lines.append((_drawn(river_line()), (("waterway", "river"), ("name", RIVER_NAME))))
    return lines


def _onward(points: Sequence[Place]) -> Place:
    """Return a place far beyond the end of a course: an elevated road leaves over the river."""
    (x, y), (last_x, last_y) = points[-2:]
    share = _ONWARD_KM / math.hypot(last_x - x, last_y - y)
    return last_x + (last_x - x) * share, last_y + (last_y - y) * share


def _areas(district: District) -> list[tuple[list[Place], Tags]]:
    """Return what covers the ground: river, parks with their ponds, works, schools, fields."""
    areas: list[tuple[Polygon, Tags]] = [
        (river_area(), (("natural", "water"), ("water", "river"), ("name", RIVER_NAME)))
    ]
    chance = Chance("cover")
    for kind, land, road in district.grounds:
        name = road.removesuffix("路") + _COVER[kind][1]
        tags: Tags = (_COVER[kind][0], ("name", name)) if _COVER[kind][1] else (_COVER[kind][0],)
        areas.append((land, tags))
        pond = land.buffer(-0.2 * land.area**0.5).simplify(4.0)
        if not kind and chance.is_hit(0.4) and pond.geom_type == "Polygon" and pond.area > _POND_M2:
            areas.append((pond, (("natural", "water"), ("water", "pond"))))
    for block in district.blocks:
        if block.use == "open":
            use = chance.weighted((("farmland", 0.72), ("forest", 0.1), ("grass", 0.18)))
            land = block.land.buffer(-15.0).buffer(-0.1).simplify(6.0)
            if land.geom_type == "Polygon" and not land.is_empty:
                areas.append((land, (("landuse", use),)))
    return [(_drawn(land.exterior), tags) for land, tags in areas]


def _drawn(line: LineString) -> list[Place]:
    """Return the places of a line, those that add nothing to its shape left out."""
    return [(round(x, 2), round(y, 2)) for x, y in line.simplify(2.0).coords]
