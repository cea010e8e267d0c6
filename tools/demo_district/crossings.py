"""How main roads meet water and rails: cut, passed by bridge or tunnel, led along the bank."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely.geometry import LineString, Point
from shapely.ops import substring

from demo_district.chance import Chance
from demo_district.courses import BARRIERS, BRIDGES
from demo_district.lines import Way
from demo_district.plan import METRES_PER_DRAWN_KM, RIVER_HALF_M, river_area

if TYPE_CHECKING:
    from demo_district.lines import Place, StreetBook, Tags
    from demo_district.words import RoadNames

_BANK_M: Final = 60.0
_BESIDE_M: Final = 6.0
_BANK_RUN_M: Final = (15.0, 1500.0)
_BRIDGE_SEARCH_M: Final = 1600.0


def road_tags(kind: str, road: str) -> Tags:
    """Return the tags of a main road."""
    tags: Tags = (("highway", kind), ("name", road))
    return (*tags, ("sidewalk", "separate")) if kind in {"primary", "secondary"} else tags


def lay_pieces(
    book: StreetBook, nodes: list[int | Place], tags: Tags, road: str, index: int
) -> None:
    """Add a street cut at river and barriers; what may pass them does so by bridge or tunnel."""
    places = [book.places[at] if isinstance(at, int) else at for at in nodes]
    line = LineString(places)
    gaps = _gaps(line, index)
    if not gaps:
        book.add_street(nodes, tags, road)
        return
    stops = sorted({0.0, line.length, *(stop for first, last, _ in gaps for stop in (first, last))})
    known = {0.0: nodes[0], line.length: nodes[-1]}
    for first, last in itertools.pairwise(stops):
        middle = (first + last) / 2
        passages = [passage for low, high, passage in gaps if low <= middle <= high]
        if "" in passages or last - first < 1.0:
            continue
        piece = [(float(x), float(y)) for x, y in substring(line, first, last).coords]
        for stop, at in ((first, 0), (last, -1)):
            if stop not in known:
                known[stop] = book.add_node(piece[at])
        layer = "-1" if "tunnel" in passages else "1"
        extra = ((passages[0], "yes"), ("layer", layer)) if passages else ()
        book.add_street([known[first], *piece[1:-1], known[last]], (*tags, *extra), road)


def _gaps(line: LineString, index: int) -> list[tuple[float, float, str]]:
    """Return from where to where a street meets a barrier, and how it passes ("" for not)."""
    gaps = []
    strips = (
        [(river_area(), river_area().buffer(_BANK_M), "")] if line.intersects(river_area()) else []
    )
    for barrier in BARRIERS:
        if line.intersects(barrier.line):
            passage = barrier.passage if barrier.lets_pass(index) else ""
            strips.append((barrier.line, barrier.line.buffer(barrier.half_m + _BESIDE_M), passage))
    for _, strip, passage in strips:
        inside = shapely.get_parts(line.intersection(strip))
        for piece in inside[shapely.length(inside) > 0]:
            far = sorted(line.project(Point(at)) for at in (piece.coords[0], piece.coords[-1]))
            gaps.append((far[0], far[1], passage))
    return sorted(gaps)


def lay_banks(book: StreetBook, names: RoadNames) -> None:
    """Join the streets that end at a bank of the river or of a canal along that bank."""
    chance = Chance("banks")
    banks = [(river_area().buffer(_BANK_M).exterior, 1.0)]
    banks += [
        (barrier.line.buffer(barrier.half_m + _BESIDE_M, cap_style="flat").exterior, 0.45)
        for barrier in BARRIERS
        if barrier.passage == "bridge"
    ]
    ends = sorted({node for street in book.streets for node in street.ends})
    points = shapely.points([book.places[node] for node in ends])
    for bank, share in banks:
        shapely.prepare(bank)
        near = np.flatnonzero(shapely.dwithin(points, bank, 0.6))
        stops = sorted((bank.project(points[at]), ends[at]) for at in near)
        road = names.draw()
        for (first, one), (last, other) in itertools.pairwise(stops):
            if not _BANK_RUN_M[0] < last - first < _BANK_RUN_M[1] or not chance.is_hit(share):
                road = names.draw()
                continue
            piece = substring(bank, first, last).simplify(2.0)
            shape = [(float(x), float(y)) for x, y in piece.coords][1:-1]
            lay_pieces(book, [one, *shape, other], road_tags("tertiary", road), road, 1)


def add_bridges(book: StreetBook) -> None:
    """Lay the road bridges over the river, each from the end of a street to one opposite."""
    ends = np.array(sorted({node for street in book.streets for node in street.ends}))
    places = np.array(book.places)
    bank = river_area().buffer(_BANK_M).exterior
    at_bank = ends[shapely.dwithin(shapely.points(places[ends]), bank, 0.6)]
    for spot, name in BRIDGES:
        middle = np.array(spot) * METRES_PER_DRAWN_KM
        near = at_bank[np.hypot(*(places[at_bank] - middle).T) < _BRIDGE_SEARCH_M]
        one, other = (side.ravel() for side in np.meshgrid(near, near))
        lines = shapely.linestrings(np.stack([places[one], places[other]], axis=1))
        far = np.hypot(*((places[one] + places[other]) / 2 - middle).T) + 2 * shapely.length(lines)
        is_across = shapely.length(shapely.intersection(lines, river_area())) > RIVER_HALF_M
        best = int(np.argmin(np.where(is_across, far, np.inf)))
        tags = (("highway", "secondary"), ("name", name), ("bridge", "yes"), ("layer", "1"),
                ("foot", "yes"), ("sidewalk", "both"))  # fmt: skip
        book.bridges.append(Way((int(one[best]), int(other[best])), tags))
