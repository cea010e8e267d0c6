"""The inside of a block: sidewalks, inner streets that bend or end, and the cells between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely.geometry import LineString, Point
from shapely.ops import substring

from demo_district.blocks import WALK_M, Block, room

if TYPE_CHECKING:
    from demo_district.chance import Chance
    from demo_district.lines import Place, Street, StreetBook, Tags
    from demo_district.words import RoadNames

_REACH_M: Final = 46.0
_SHORTEST_M: Final = 60.0
_ENDS_SHARE: Final = 0.07
_NO_STREET_SHARE: Final = 0.07
_FOOTWAY: Final = (("highway", "footway"),)


@dataclass(slots=True, eq=False)
class Cell:
    """A piece of a block between streets, inside its wall."""

    block: Block
    land: shapely.Polygon


class Divider:
    """Divides blocks; streets and sidewalks go into `book`.

    Parameters
    ----------
    book
        Nodes and streets are added to it.
    names
        Names of streets are drawn from it.
    chance
        Stream of draws.
    """

    def __init__(self, book: StreetBook, names: RoadNames, chance: Chance) -> None:
        self._book, self._names, self._chance = book, names, chance

    def divide(self, block: Block, size_m2: float) -> list[Cell]:
        """Return the cells of a block, each of about a size."""
        for street in list(block.streets):
            self._sidewalk(block, street)
        lands = self._split(block, block.land, size_m2 * self._chance.between(0.7, 1.4))
        ground = block.ground()
        cells = []
        for land in lands:
            parts = shapely.get_parts(land.intersection(ground))
            parts = parts[shapely.area(parts) > 0]
            if len(parts):
                largest = parts[int(np.argmax(shapely.area(parts)))].buffer(
                    -6.0, join_style="mitre"
                )
                largest = largest.buffer(3.5, join_style="mitre").simplify(2.0)
                if largest.geom_type == "Polygon" and largest.area and not largest.interiors:
                    cells.append(Cell(block, largest))
        return cells

    def _sidewalk(self, block: Block, street: Street) -> None:
        """Lay the sidewalk along a main road on the block's side, joined to both crossings."""
        if ("sidewalk", "separate") not in street.tags or id(street) in block.walks:
            return
        for shift in (WALK_M, -WALK_M):
            line = shapely.offset_curve(street.line, shift)
            if line.geom_type != "LineString" or line.length < _SHORTEST_M:
                continue
            if not block.land.contains(line.interpolate(0.5, normalized=True)):
                continue
            line = substring(line, WALK_M, line.length - WALK_M).simplify(1.0)
            points = [(float(x), float(y)) for x, y in line.coords]
            tags = (*_FOOTWAY, ("footway", "sidewalk"))
            walk = self._book.add_street(points, tags, street.road)
            for end, corner in zip(walk.ends, street.ends, strict=True):
                self._book.add_way([end, corner], (*_FOOTWAY, ("footway", "crossing")))
            block.walks[id(street)] = walk
            return

    def _split(self, block: Block, land: shapely.Polygon, size_m2: float) -> list[shapely.Polygon]:
        """Return the pieces of a piece of land, a street between any two."""
        if land.area < 1.6 * size_m2:
            return [land]
        chord = self._chord(land)
        if chord is None:
            return [land]
        lines = shapely.node(shapely.multilinestrings([*_rings(land), chord]))
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
        faces = [face for face in faces if land.contains(face.representative_point())]
        if len(faces) <= 1:
            return [land]
        faces.sort(key=lambda face: (round(face.centroid.x), round(face.centroid.y)))
        self._street(block, chord, is_large=land.area > 4.0 * size_m2)
        return [piece for face in faces for piece in self._split(block, face, size_m2)]

    def _chord(self, land: shapely.Polygon) -> LineString | None:
        """Return a bent line across the land, about square to its longer side."""
        chance = self._chance
        box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(land))
        long, short = box[1] - box[0], box[2] - box[1]
        if np.hypot(*long) < np.hypot(*short):
            box, long, short = np.roll(box[:4], -1, axis=0), short, -long
        lean, share = chance.between(-0.14, 0.14), chance.between(0.4, 0.6)
        bend = chance.between(-0.07, 0.07) if chance.is_hit(0.7) else 0.0
        middle = box[0] + long * share + short * 0.5
        across = short * 0.6 + long * lean * 0.5
        whole = LineString([middle - across, middle + across])
        inside = shapely.get_parts(whole.intersection(land))
        inside = inside[shapely.length(inside) > _SHORTEST_M]
        if not len(inside):
            return None
        line = inside[int(np.argmax(shapely.length(inside)))]
        (x0, y0), (x1, y1) = line.coords[0], line.coords[-1]
        step = (x1 - x0) * 0.33, (y1 - y0) * 0.33
        shift = -(y1 - y0) * bend, (x1 - x0) * bend
        one = x0 + step[0] + shift[0], y0 + step[1] + shift[1]
        other = x1 - step[0] + shift[0] * chance.between(-0.4, 1.0), y1 - step[1] + shift[1]
        start = x0 - step[0] * 0.01, y0 - step[1] * 0.01
        end = x1 + step[0] * 0.01, y1 + step[1] * 0.01
        bent = [one, other] if bend else []
        return shapely.set_precision(LineString([start, *bent, end]), 0.01)

    def _street(self, block: Block, chord: LineString, *, is_large: bool) -> None:
        """Lay a street along a chord; some end half way, some stay unbuilt."""
        chance = self._chance
        if chance.is_hit(_NO_STREET_SHARE):
            return
        places = [(float(x), float(y)) for x, y in chord.coords]
        if chance.is_hit(0.5):
            places.reverse()
        start, end = reach(self._book, block, places[0]), reach(self._book, block, places[-1])
        ends_early = chance.is_hit(_ENDS_SHARE) or not end
        if not start and not end:
            return
        if not start:
            places.reverse()
            start, end, ends_early = end, start, True
        nodes: list[int | Place] = [*start[::-1], *places[1:-1]]
        if ends_early:
            line = substring(LineString(places), 0.0, chance.between(0.55, 0.8), normalized=True)
            nodes = [*start[::-1], *((float(x), float(y)) for x, y in line.coords[1:])]
        else:
            nodes += end
        if len(nodes) <= 1 or len(set(nodes)) < len(nodes):
            return
        road = self._names.draw()
        kind = "tertiary" if is_large and not ends_early and chance.is_hit(0.2) else "residential"
        if kind == "residential" and chance.is_hit(0.12):
            kind = "unclassified"
        is_named = kind == "tertiary" or chance.is_hit(0.72)
        tags: Tags = (("highway", kind), ("name", road)) if is_named else (("highway", kind),)
        street = self._book.add_street(nodes, tags, road if is_named else block.road)
        block.streets.append(street)


def _rings(land: shapely.Polygon) -> list[LineString]:
    return [LineString(land.exterior), *(LineString(ring) for ring in land.interiors)]


def nearest_street(block: Block, place: Place) -> tuple[Street, float]:
    """Return the street of a block that is nearest to a place, and how far it is in metres."""
    far = shapely.distance(np.array([s.line for s in block.streets]), Point(place))
    at = int(np.argmin(far))
    return block.streets[at], float(far[at])


def reach(book: StreetBook, block: Block, place: Place) -> list[int]:
    """Return the nodes from a place outwards: a sidewalk's, if there is one, then the street's.

    Empty where no street of the block is near.
    """
    street, far = nearest_street(block, place)
    if far > room(street) + _REACH_M:
        return []
    walk = block.walks.get(id(street))
    nodes = [book.attach(street, place)]
    if walk is not None:
        nodes.insert(0, book.attach(walk, book.places[nodes[0]]))
    return nodes
