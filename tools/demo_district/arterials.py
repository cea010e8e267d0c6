"""The main roads: a net that bends and thins out, roads aslant, and roads along the banks."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import LineString, Point
from shapely.ops import substring

from demo_district.chance import Chance
from demo_district.courses import RADIALS
from demo_district.crossings import add_bridges, lay_banks, lay_pieces, road_tags
from demo_district.plan import MARGIN_M, METRES_PER_DRAWN_KM, TOWNS, district, smooth

if TYPE_CHECKING:
    from demo_district.lines import Place, StreetBook, Tags
    from demo_district.words import RoadNames

Spots = tuple[tuple[int, int], tuple[int, int]]
Floats = npt.NDArray[np.float64]
_LINES_N: Final = 68
_FINE: Final = 4
_STEP_M: Final = 505.0
_ORIGIN_M: Final = (-24_800.0, -17_000.0)
# Waves that bend the net: length and height in metres; together they never fold it.
_WAVES: Final = ((15_000.0, 900.0), (9_000.0, 420.0), (5_200.0, 170.0), (2_300.0, 42.0))
_JITTER_M: Final = 38.0
_RUN: Final = 3
_PRUNED_N: Final = 3
_MAIN_MISSING: Final = 0.03
_SHORTEST_M: Final = 4.0


def lay_arterials(book: StreetBook, names: RoadNames) -> None:
    """Draw the main roads of the district and of a margin around it into `book`.

    Parameters
    ----------
    book
        Nodes and streets are added to it.
    names
        Names of roads are drawn from it.
    """
    _Net(book, names).lay()
    for _, road, points in RADIALS:
        _lay_across(book, LineString(smooth(points)), road)
    lay_banks(book, names)
    add_bridges(book)


def remoteness(place: tuple[float, float]) -> float:
    """Return the distance from the nearest centre of any town in km."""
    x, y = place[0] / METRES_PER_DRAWN_KM, place[1] / METRES_PER_DRAWN_KM
    far = [(x - a) ** 2 + (y - b) ** 2 for town in TOWNS for a, b in town.centres]
    return float(min(far) ** 0.5)


def road_class(index: int) -> str:
    """Return the highway class of a line of the net.

    Examples
    --------
    >>> [road_class(index) for index in (0, 3, 4, 8)]
    ['primary', 'tertiary', 'secondary', 'primary']
    """
    if index % 8 == 0:
        return "primary"
    return "secondary" if index % 4 == 0 else "tertiary"


def _net_places() -> Floats:
    """Return the bent net, shape (lines, lines, 2), `_FINE` steps from one line to the next."""
    chance = Chance("net")
    count = (_LINES_N - 1) * _FINE + 1
    axes = []
    for origin in _ORIGIN_M:
        steps = _STEP_M * (1.0 + 0.7 * (chance.shares(_LINES_N) - 0.5))
        lines = origin + np.cumsum(steps) - steps[0]
        axes.append(np.interp(np.arange(count) / _FINE, np.arange(_LINES_N), lines))
    x, y = np.meshgrid(axes[0] + 1500.0, axes[1], indexing="ij")
    places = np.stack([x + 0.1 * y, y - 0.08 * x], axis=-1)
    bent = places.copy()
    for length, height in _WAVES:
        for axis in (0, 1):
            lean, phase = chance.between(-0.5, 0.5), chance.between(0.0, 6.283)
            along = places[..., 1 - axis] + lean * places[..., axis]
            bent[..., axis] += height * np.sin(6.283 * along / length + phase)
            phase = chance.between(0.0, 6.283)
            bent[..., axis] += 0.35 * height * np.sin(6.283 * places[..., axis] / length + phase)
    shake = _JITTER_M * (2 * chance.shares(_LINES_N * _LINES_N * 2) - 1)
    spread = np.arange(count) / _FINE
    shake = shake.reshape(_LINES_N, _LINES_N, 2)
    low = np.minimum(spread.astype(int), _LINES_N - 2)
    part = spread - low
    rows = shake[low] * (1 - part)[:, None, None] + shake[low + 1] * part[:, None, None]
    net: Floats = np.round(
        bent + rows[:, low] * (1 - part)[None, :, None] + rows[:, low + 1] * part[None, :, None], 2
    )
    return net


@dataclass(frozen=True, slots=True)
class _Edge:
    """One road from crossing to crossing of the net."""

    spots: Spots
    points: list[Place]
    kind: str
    road: str
    index: int


class _Net:
    """The bent net: each edge is laid once, thinned out away from the centres."""

    def __init__(self, book: StreetBook, names: RoadNames) -> None:
        self._book = book
        self._places = _net_places()
        self._nodes: dict[tuple[int, int], int] = {}
        self._chance = Chance("thin")
        self._names = names
        self._near = district().buffer(MARGIN_M, quad_segs=2)
        shapely.prepare(self._near)

    def lay(self) -> None:
        """Lay all lines, those from west to east first, without the small roads that end alone."""
        edges = [e for axis in (0, 1) for index in range(_LINES_N) for e in self._line(axis, index)]
        for _ in range(_PRUNED_N):
            degree = Counter(spot for edge in edges for spot in edge.spots)
            edges = [
                e for e in edges
                if e.index % 4 == 0 or all(degree[spot] > 1 for spot in e.spots)
            ]  # fmt: skip
        for e in edges:
            one, other = (self._node(spot) for spot in e.spots)
            nodes: list[int | Place] = [one, *e.points[1:-1], other]
            lay_pieces(self._book, nodes, road_tags(e.kind, e.road), e.road, e.index)

    def _line(self, axis: int, index: int) -> list[_Edge]:
        """Return the edges of one line; its name changes on the way, stretches are missing."""
        chance, kind = self._chance, road_class(index)
        road, left, is_gone = self._names.draw(), chance.whole(6, 12), False
        if kind == "tertiary":
            kind = chance.weighted(
                (("tertiary", 0.42), ("unclassified", 0.22), ("residential", 0.36))
            )
        edges = []
        for step in range(_LINES_N - 1):
            draws = chance.shares(2)
            spots = ((step, index), (step + 1, index))
            if axis == 1:
                spots = ((index, step), (index, step + 1))
            points = self._points(spots)
            middle = points[len(points) // 2]
            left -= 1
            if left < 0:
                road, left = self._names.draw(), chance.whole(6, 12)
            if not shapely.contains_xy(self._near, *middle):
                continue
            far = remoteness(middle)
            if step % _RUN == 0:
                is_gone = draws[0] < min(0.03 + 0.06 * far, 0.3)
            missing = min(0.03 + 0.03 * far, 0.15)
            if index % 4 == 0:
                is_missing = draws[1] < _MAIN_MISSING
            else:
                is_missing = is_gone or draws[1] < missing
            if not is_missing:
                edges.append(_Edge(spots, points, kind, road, index))
        return edges

    def _points(self, spots: Spots) -> list[Place]:
        (i0, j0), (i1, j1) = spots
        rows = range(i0 * _FINE, i1 * _FINE + 1)
        columns = range(j0 * _FINE, j1 * _FINE + 1)
        line = LineString([self._places[i, j] for i in rows for j in columns]).simplify(2.0)
        return [(float(x), float(y)) for x, y in line.coords]

    def _node(self, spot: tuple[int, int]) -> int:
        if spot not in self._nodes:
            x, y = self._places[spot[0] * _FINE, spot[1] * _FINE]
            is_lit = spot[0] % 4 == 0 or spot[1] % 4 == 0
            tags: Tags = (("highway", "traffic_signals"),) if is_lit else ()
            self._nodes[spot] = self._book.add_node((float(x), float(y)), tags)
        return self._nodes[spot]


def _lay_across(book: StreetBook, line: LineString, road: str) -> None:
    """Add a road aslant, with a crossing wherever it meets a street."""
    streets = [s for s in book.streets if not {"bridge", "tunnel"} & dict(s.tags).keys()]
    lines = np.array([s.line for s in streets])
    shapely.prepare(line)
    known: dict[float, int] = {}
    for at in np.flatnonzero(shapely.intersects(lines, line)):
        for point in shapely.get_parts(line.intersection(lines[at])):
            spot = point.interpolate(0.5, normalized=True) if point.length else point
            node = book.attach(streets[at], (spot.x, spot.y))
            if node not in known.values():
                known[line.project(Point(book.places[node]))] = node
    stops = sorted(known)
    for first, last in itertools.pairwise(stops):
        if last - first < _SHORTEST_M:
            continue
        piece = [(float(x), float(y)) for x, y in substring(line, first, last).simplify(2.0).coords]
        nodes: list[int | Place] = [known[first], *piece[1:-1], known[last]]
        lay_pieces(book, nodes, road_tags("primary", road), road, 0)
