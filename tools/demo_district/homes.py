"""Compounds, villages and workplaces: their walls, gates and the ways to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely.geometry import LineString

from demo_district.blocks import Block, room
from demo_district.cells import Cell, nearest_street, reach
from demo_district.chance import Chance
from demo_district.inner_ways import lay_lanes, lay_ways, village_land

if TYPE_CHECKING:
    from demo_district.lines import Place, StreetBook, Tags

_PRIVATE: Final[Tags] = (("highway", "service"), ("access", "private"))
_SERVICE: Final[Tags] = (("highway", "service"),)
_PATH: Final[Tags] = (("highway", "footway"),)
_TRACK: Final[Tags] = (("highway", "unclassified"),)
_GATE_STEP_M: Final = 18.0
_PARK_M2: Final = 15_000.0
_FACING_M: Final = 16.0
_VILLAGE_M: Final = (75.0, 125.0)


@dataclass(slots=True)
class Gate:
    """A gate in a compound's wall."""

    name: str
    place: Place
    is_open: bool
    hours: str
    node: int = -1


@dataclass(slots=True)
class Home:
    """A compound or village: its outline, gates and the block that it lies in."""

    block: Block
    corners: tuple[Place, ...]
    category: str
    gates: list[Gate] = field(default_factory=list)
    road: str = ""
    name: str = ""
    people: int = 0
    dwellings: int = 0
    elderly: int = 0
    built: int = 2000
    area_m2: float = 0.0
    middle: int = -1
    town: int = -1


@dataclass(slots=True)
class Workplace:
    """A place where people work or change trains in the morning."""

    block: Block
    place: Place
    category: str
    road: str


class Builder:
    """Puts compounds, villages and workplaces into cells, with their ways.

    Parameters
    ----------
    book
        Nodes and ways are added to it.
    """

    def __init__(self, book: StreetBook) -> None:
        self._book = book
        self._chance = Chance("homes")

    def compound(self, cell: Cell, category: str) -> Home | None:
        """Return a walled compound, or None where no street passes its wall."""
        chance = self._chance
        sides = self._sides(cell)
        if not sides:
            return None
        home = Home(cell.block, _corners(cell.land), category)
        inner = lay_ways(self._book, cell.land, category, chance)
        gates_n = chance.weighted(((1, 0.2), (2, 0.4), (3, 0.25), (4, 0.15)))
        taken: set[str] = set()
        for spots in chance.shuffled(sides)[:gates_n]:
            spot = chance.pick(spots)
            name = _gate_name(cell.land, spot)
            if name in taken:
                continue
            is_open = not home.gates or not chance.is_hit(0.26)
            gate = self._gate(cell, inner, spot, name, is_open=is_open)
            home.gates.append(gate)
            taken.add(name)
        home.road = nearest_street(cell.block, home.gates[0].place)[0].road
        middle = cell.land.centroid
        home.middle = self._nearest(inner, (middle.x, middle.y))
        return home

    def _sides(self, cell: Cell) -> list[list[Place]]:
        """Return places along the wall that face a street, one list a street."""
        rim, block = cell.land.exterior, cell.block
        count = max(int(rim.length / _GATE_STEP_M), 8)
        spots = shapely.line_interpolate_point(
            rim, (np.arange(count) + 0.5) / count, normalized=True
        )
        lines = np.array([street.line for street in block.streets])
        far = shapely.distance(spots[:, None], lines[None, :])
        best = far.argmin(axis=1)
        rooms = np.array([room(street) for street in block.streets])
        is_facing = far[np.arange(count), best] < rooms[best] + _FACING_M
        sides = []
        for at in sorted(set(best[is_facing].tolist())):
            places = shapely.get_coordinates(spots[is_facing & (best == at)]).tolist()
            inner = places[1:-1] or places
            sides.append([(round(x, 2), round(y, 2)) for x, y in inner])
        return sides

    def _nearest(self, nodes: list[int], place: Place) -> int:
        places = np.array([self._book.places[node] for node in nodes])
        return nodes[int(np.argmin(((places - np.array(place)) ** 2).sum(axis=1)))]

    def _gate(
        self, cell: Cell, inner: list[int], place: Place, name: str, *, is_open: bool
    ) -> Gate:
        """Return a gate; an open one gets its way out to the street."""
        book = self._book
        node = self._nearest(inner, place)
        if not is_open:
            (x, y), (a, b) = book.places[node], place
            stop = book.add_node((x + (a - x) * 0.8, y + (b - y) * 0.8))
            book.add_way([node, stop], _PRIVATE)
            return Gate(name, place, is_open=False, hours="")
        own = book.add_node(place, (("barrier", "gate"), ("foot", "yes")))
        book.add_way([node, own], _PRIVATE)
        book.add_way([own, *reach(book, cell.block, place)], _SERVICE)
        hours = "06:00-22:00" if self._chance.is_hit(0.3) else "00:00-24:00"
        return Gate(name, place, is_open=True, hours=hours, node=own)

    def village(
        self, block: Block, ground: shapely.Polygon, *, has_streets: bool, is_linked: bool
    ) -> Home:
        """Return an unwalled village on open ground, with a crooked lane and dead ends."""
        book, chance = self._book, self._chance
        middle = ground.representative_point()
        land = village_land((middle.x, middle.y), chance.between(*_VILLAGE_M), chance)
        land = land.intersection(ground.buffer(-12.0))
        parts = shapely.get_parts(land)
        land = parts[int(np.argmax(shapely.area(parts)))].simplify(1.0)
        home = Home(block, _corners(land), "农村村宅", road=block.road)
        if not has_streets:
            return home
        spine = lay_lanes(book, land, chance)
        home.middle = spine[3]
        if is_linked:
            for node in (spine[0], spine[-1]):
                if node == spine[0] or chance.is_hit(0.5):
                    self._link(block, node)
        return home

    def _link(self, block: Block, node: int) -> None:
        """Join a village's lane to the nearest street by a bent track."""
        book, chance = self._book, self._chance
        x, y = book.places[node]
        street, _ = nearest_street(block, (x, y))
        out = book.attach(street, (x, y))
        a, b = book.places[out]
        bend = chance.between(-0.12, 0.12)
        middle = book.add_node(((x + a) / 2 - (b - y) * bend, (y + b) / 2 + (a - x) * bend))
        book.add_way([node, middle, out], _TRACK)

    def fields(self, block: Block) -> None:
        """Lay a farm track that bends and ends among the fields."""
        book, chance = self._book, self._chance
        street = chance.pick(block.streets)
        spot = street.line.interpolate(chance.between(0.25, 0.75), normalized=True)
        (east, north), node = block.centre, book.attach(street, (spot.x, spot.y))
        nodes, (x, y) = [node], book.places[node]
        for part in (0.3, 0.55, 0.75):
            shift = chance.between(-0.1, 0.1)
            at = (
                x + (east - x) * part - (north - y) * shift,
                y + (north - y) * part + (east - x) * shift,
            )
            if not shapely.contains_xy(block.land, *at):
                break
            nodes.append(book.add_node(at))
        if len(nodes) > 1:
            book.add_way(nodes, (("highway", "track"),))

    def grounds(self, cell: Cell, category: str) -> Workplace:
        """Return a workplace, or a park when `category` is empty, crossed by public paths."""
        book, chance = self._book, self._chance
        spot = cell.land.representative_point()
        middle = book.add_node((spot.x, spot.y))
        sides = chance.shuffled(self._sides(cell))[: 2 if category == "学校" else 3]
        ends = []
        for places in sides:
            place = places[len(places) // 2]
            edge = book.add_node(place)
            book.add_way([middle, edge, *reach(book, cell.block, place)], _PATH)
            ends.append(edge)
        if not category and cell.land.area > _PARK_M2:
            self._park_walk(cell.land, middle)
        road = nearest_street(cell.block, (spot.x, spot.y))[0].road
        return Workplace(cell.block, (round(spot.x, 2), round(spot.y, 2)), category, road)

    def _park_walk(self, land: shapely.Polygon, middle: int) -> None:
        """Lay a walk around a park, joined to its middle."""
        book = self._book
        walk = land.buffer(-22.0).simplify(6.0)
        if walk.geom_type != "Polygon" or walk.is_empty:
            return
        places = [(float(x), float(y)) for x, y in walk.exterior.coords[:-1]]
        ring = [book.add_node(place) for place in places]
        book.add_way([*ring, ring[0]], _PATH)
        for node in (ring[0], ring[len(ring) // 2]):
            line = LineString([book.places[middle], book.places[node]])
            if land.contains(line):
                book.add_way([middle, node], _PATH)


def _corners(land: shapely.Polygon) -> tuple[Place, ...]:
    return tuple((round(x, 2), round(y, 2)) for x, y in land.exterior.coords[:-1])


def _gate_name(land: shapely.Polygon, place: Place) -> str:
    """Return what a gate is called by the side of the compound that it is on."""
    middle = land.centroid
    x, y = place[0] - middle.x, place[1] - middle.y
    if abs(x) > abs(y):
        return "东门" if x > 0 else "西门"
    return "北门" if y > 0 else "南门"
