"""Ways inside compounds and villages: rows of slabs, rings around towers, winding lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely.geometry import LineString

if TYPE_CHECKING:
    from demo_district.chance import Chance
    from demo_district.lines import Place, StreetBook, Tags

_PRIVATE: Final[Tags] = (("highway", "service"), ("access", "private"))
_GARDEN: Final[Tags] = (("highway", "footway"), ("access", "private"))
_TRACK: Final[Tags] = (("highway", "unclassified"),)
_VILLAGE_LANE: Final[Tags] = (("highway", "service"), ("service", "alley"))
# Metres between rows of houses, and between the ways that join the rows.
_SPACING: Final = {"售后公房": (42.0, 105.0), "动迁安置": (52.0, 78.0), "公寓宿舍": (62.0, 90.0)}
_RING_M: Final = 52.0
_BACK_M: Final = 9.0
_SMALLEST_M2: Final = 3000.0
_ROW_M: Final = 25.0


def lay_ways(book: StreetBook, land: shapely.Polygon, category: str, chance: Chance) -> list[int]:
    """Return the nodes of a compound's inner ways, which depend on its type.

    Parameters
    ----------
    book
        Nodes and ways are added to it.
    land
        Land inside the wall.
    category
        Type of compound.
    chance
        Stream of draws.
    """
    inner = land.buffer(-_BACK_M, join_style="mitre")
    if inner.geom_type != "Polygon" or inner.area < _SMALLEST_M2:
        middle = land.representative_point()
        east = book.add_node((middle.x + 12.0, middle.y))
        nodes = [book.add_node((middle.x, middle.y)), east]
        book.add_way(nodes, _PRIVATE)
        return nodes
    if category in _SPACING:
        return _rows(book, inner, _SPACING[category], chance)
    return _ring(book, inner, chance)


def _rows(
    book: StreetBook, inner: shapely.Polygon, spacing: tuple[float, float], chance: Chance
) -> list[int]:
    """Lay ways along rows of slabs that face south, joined by a few ways across."""
    origin, along, across = _axes(inner)
    coordinates = shapely.get_coordinates(inner) - origin
    u, v = coordinates @ along, coordinates @ across
    rows_n = max(round((v.max() - v.min()) / spacing[0]), 2)
    joints_n = max(round((u.max() - u.min()) / spacing[1]), 1)
    joints = [
        u.min() + (u.max() - u.min()) * (k + chance.between(0.35, 0.65)) / joints_n
        for k in range(joints_n)
    ]
    known: list[int] = []
    before: dict[float, int] = {}
    for row in range(rows_n):
        height = v.min() + (v.max() - v.min()) * (row + 0.5) / rows_n
        ends = np.array([[u.min() - 5.0], [u.max() + 5.0]]) * along + across * height + origin
        pieces = shapely.get_parts(LineString(ends).intersection(inner))
        pieces = pieces[shapely.length(pieces) > _ROW_M]
        if not len(pieces):
            continue
        piece = pieces[int(np.argmax(shapely.length(pieces)))]
        low, high = sorted(((shapely.get_coordinates(piece) - origin) @ along).tolist())
        stops = sorted(
            {low + 4.0, high - 4.0, *(at for at in joints if low + 10.0 < at < high - 10.0)}
        )
        nodes = {
            at: book.add_node(tuple((origin + along * at + across * height).tolist()))
            for at in stops
        }
        book.add_way(list(nodes.values()), _GARDEN if row % 2 else _PRIVATE)
        shared = [at for at in stops if at in before and (at == joints[0] or chance.is_hit(0.8))]
        for at in shared:
            book.add_way([before[at], nodes[at]], _PRIVATE if at == joints[0] else _GARDEN)
        if before and not shared:
            book.add_way([min(before.items())[1], min(nodes.items())[1]], _PRIVATE)
        before = nodes
        known += nodes.values()
    return known


def _axes(land: shapely.Polygon) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the middle of some land and the directions along and across its rows of houses."""
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(land))
    sides = [box[1] - box[0], box[2] - box[1]]
    along = max(sides, key=lambda side: abs(side[0]) / np.hypot(*side))
    along = along / np.hypot(*along) * (1.0 if along[0] >= 0 else -1.0)
    return box[:4].mean(axis=0), along, np.array([-along[1], along[0]])


def _ring(book: StreetBook, inner: shapely.Polygon, chance: Chance) -> list[int]:
    """Lay a ring behind the wall, a garden walk around the middle, and ways between them."""
    round_land = inner.buffer(-14.0).buffer(10.0)
    rim = (round_land if round_land.geom_type == "Polygon" and round_land.area else inner).exterior
    count = max(round(rim.length / _RING_M), 5)
    spots = [rim.interpolate((k + 0.5) / count, normalized=True) for k in range(count)]
    middle = inner.representative_point() if not inner.contains(inner.centroid) else inner.centroid
    ring = [book.add_node((spot.x, spot.y)) for spot in spots]
    book.add_way([*ring, ring[0]], _PRIVATE)
    depth = chance.between(0.42, 0.55)
    garden: list[int] = []
    for k in range(0, count, 2):
        part = depth * chance.between(0.8, 1.15)
        x = middle.x + (spots[k].x - middle.x) * part
        y = middle.y + (spots[k].y - middle.y) * part
        garden.append(book.add_node((x, y)))
        if k % 4 == 0 or chance.is_hit(0.3):
            book.add_way([ring[k], garden[-1]], _GARDEN if k % 4 else _PRIVATE)
    book.add_way([*garden, garden[0]], _GARDEN)
    for k in range(1, count, 2):
        if chance.is_hit(0.7):
            part = chance.between(0.72, 0.82)
            x = middle.x + (spots[k].x - middle.x) * part
            y = middle.y + (spots[k].y - middle.y) * part
            book.add_way([ring[k], book.add_node((x, y))], _PRIVATE)
    return [*ring, *garden]


def village_land(middle: Place, radius: float, chance: Chance) -> shapely.Polygon:
    """Return the uneven outline of a village around a place."""
    turns = np.arange(14) / 14 * 6.283
    far = radius * (0.72 + 0.5 * chance.shares(14))
    ring = np.column_stack(
        [middle[0] + far * np.cos(turns) * 1.25, middle[1] + far * np.sin(turns)]
    )
    return shapely.Polygon(np.round(ring, 2))


def lay_lanes(book: StreetBook, land: shapely.Polygon, chance: Chance) -> list[int]:
    """Return the nodes of a village's main lane; crooked lanes with dead ends branch off it."""
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(land))
    start, end = (box[0] + box[1]) / 2, (box[2] + box[3]) / 2
    side = np.array([-(end - start)[1], (end - start)[0]])
    spine: list[int] = []
    for step in range(7):
        share = 0.08 + 0.84 * step / 6
        place = start + (end - start) * share + side * chance.between(-0.05, 0.05)
        spine.append(book.add_node((float(place[0]), float(place[1]))))
    book.add_way(spine, _TRACK)
    for node in spine:
        for turn in (-1.0, 1.0):
            if not chance.is_hit(0.85):
                continue
            lane, place = [node], np.array(book.places[node])
            for _ in range(chance.whole(1, 3)):
                place = place + side * turn * chance.between(0.08, 0.13)
                place = place + (end - start) * chance.between(-0.05, 0.05)
                if not shapely.contains_xy(land, *place):
                    break
                lane.append(book.add_node((float(place[0]), float(place[1]))))
            if len(lane) > 1:
                book.add_way(lane, _VILLAGE_LANE)
    return spine
