"""Streets as bent lines to which side streets attach, and what barriers cut out of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import LineString, Point

from demo_district.courses import BARRIERS
from demo_district.plan import river_area

if TYPE_CHECKING:
    from collections.abc import Sequence

Tags = tuple[tuple[str, str], ...]
Place = tuple[float, float]
_NEAR_CM: Final = 400
"""Closer than this to a node of the street a side street takes that node."""


@dataclass(slots=True, eq=False)
class Street:
    """A bent street with the nodes that lie on it, by centimetres from its start.

    `road` is the name in addresses, which the tags may lack.
    """

    line: LineString
    tags: Tags
    road: str
    stops: dict[int, int] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """Return the highway class."""
        return dict(self.tags).get("highway", "")

    @property
    def ends(self) -> tuple[int, int]:
        """Return the first and the last node."""
        return self.stops[min(self.stops)], self.stops[max(self.stops)]

    def nodes(self) -> list[int]:
        """Return the nodes from start to end."""
        return [self.stops[stop] for stop in sorted(self.stops)]


@dataclass(frozen=True, slots=True)
class Way:
    """An OSM way."""

    nodes: tuple[int, ...]
    tags: Tags


class StreetBook:
    """All nodes and ways while the district is drawn."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self.node_tags: dict[int, Tags] = {}
        self.streets: list[Street] = []
        self.ways: list[Way] = []
        self.bridges: list[Way] = []

    def add_node(self, place: Place, tags: Tags = ()) -> int:
        """Return the number of a new node, its place rounded to centimetres."""
        self.places.append((round(place[0], 2), round(place[1], 2)))
        if tags:
            self.node_tags[len(self.places) - 1] = tags
        return len(self.places) - 1

    def add_street(self, nodes: Sequence[int | Place], tags: Tags, road: str) -> Street:
        """Return a new street through nodes and places; places become nodes."""
        known = [at if isinstance(at, int) else self.add_node(at) for at in nodes]
        line = LineString([self.places[node] for node in known])
        ends = np.array([self.places[node] for node in known])
        steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(ends, axis=0).T))])
        stops = {round(far * 100): node for far, node in zip(steps.tolist(), known, strict=True)}
        street = Street(line, tags, road, stops)
        self.streets.append(street)
        return street

    def add_way(self, nodes: Sequence[int], tags: Tags) -> None:
        """Add a way that nothing else attaches to."""
        self.ways.append(Way(tuple(nodes), tags))

    def attach(self, street: Street, place: Place) -> int:
        """Return the node of a street nearest to a place; a new one where none is close."""
        far = street.line.project(Point(place))
        stop = round(far * 100)
        nearest = min(street.stops, key=lambda known: (abs(known - stop), known))
        if abs(nearest - stop) > _NEAR_CM:
            spot = street.line.interpolate(far)
            street.stops[stop] = self.add_node((spot.x, spot.y))
            return street.stops[stop]
        return street.stops[nearest]

    def path(self, street: Street) -> LineString:
        """Return the line through the nodes of a street as they stand now."""
        return LineString([self.places[node] for node in street.nodes()])

    def cut(self) -> list[Way]:
        """Return all ways; where one meets a barrier or the river without a passage it ends."""
        runs = [Way(tuple(s.nodes()), s.tags) for s in self.streets] + self.ways
        places = np.array(self.places)
        pairs = [pair for run in runs for pair in zip(run.nodes, run.nodes[1:], strict=False)]
        is_cut = _meets_barrier(places[np.array(pairs)])
        ways: list[Way] = []
        position = 0
        for run in runs:
            count = len(run.nodes) - 1
            if {"bridge", "tunnel"} & dict(run.tags).keys():
                ways.append(run)
            else:
                ways += _pieces(run, is_cut[position : position + count].tolist())
            position += count
        return [*ways, *self.bridges]


def _meets_barrier(segments: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which segments, shape (n, 2, 2), meet a barrier or the river."""
    tree = shapely.STRtree(shapely.linestrings(segments))
    is_met = np.zeros(len(segments), dtype=np.bool_)
    for barrier in [*(b.line for b in BARRIERS), river_area()]:
        is_met[tree.query(barrier, predicate="intersects")] = True
    return is_met


def _pieces(run: Way, is_cut: list[bool]) -> list[Way]:
    """Return what is left of a way."""
    ways: list[Way] = []
    nodes: list[int] = [run.nodes[0]]
    for node, is_gone in zip(run.nodes[1:], is_cut, strict=True):
        if is_gone:
            ways += [Way(tuple(nodes), run.tags)] if len(nodes) > 1 else []
            nodes = []
        nodes.append(node)
    return ways + ([Way(tuple(nodes), run.tags)] if len(nodes) > 1 else [])
