"""Streets as straight lines to which side streets attach, and what is cut out of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from demo_district.plan import BARRIERS, Barrier, river_area

Tags = tuple[tuple[str, str], ...]
_STEPS: Final = 960
"""A place along a street is kept as a whole number of this many steps."""


@dataclass(slots=True)
class Street:
    """A straight street from `start` to `end` with the nodes that lie on it.

    `index` is the number of its lattice line (None away from the lattice); a barrier is crossed
    only by lattice streets whose index the barrier lets pass.
    """

    start: int
    end: int
    tags: Tags
    index: int | None = None
    stops: dict[int, int] = field(default_factory=dict)

    def nodes(self) -> list[int]:
        """Return the nodes from start to end."""
        return [self.start, *(self.stops[step] for step in sorted(self.stops)), self.end]


@dataclass(frozen=True, slots=True)
class Way:
    """An OSM way."""

    nodes: tuple[int, ...]
    tags: Tags


class StreetBook:
    """All nodes and ways while the district is drawn."""

    def __init__(self) -> None:
        self.places: list[tuple[float, float]] = []
        self.node_tags: dict[int, Tags] = {}
        self.streets: list[Street] = []
        self.ways: list[Way] = []
        self.bridges: list[Way] = []

    def add_node(self, place: tuple[float, float], tags: Tags = ()) -> int:
        """Return the number of a new node."""
        self.places.append(place)
        if tags:
            self.node_tags[len(self.places) - 1] = tags
        return len(self.places) - 1

    def add_street(self, start: int, end: int, tags: Tags, *, index: int | None = None) -> Street:
        """Return a new straight street."""
        street = Street(start, end, tags, index)
        self.streets.append(street)
        return street

    def add_way(self, nodes: list[int], tags: Tags) -> None:
        """Add a way that nothing else attaches to."""
        self.ways.append(Way(tuple(nodes), tags))

    def attach(self, street: Street, share: float, node: int | None = None) -> int:
        """Return the node at a share (0-1) of a street; made, or `node`, where there was none."""
        step = min(max(round(share * _STEPS), 1), _STEPS - 1)
        if step not in street.stops:
            if node is None:
                (x0, y0), (x1, y1) = self.places[street.start], self.places[street.end]
                part = step / _STEPS
                node = self.add_node((x0 + (x1 - x0) * part, y0 + (y1 - y0) * part))
            street.stops[step] = node
        return street.stops[step]

    def cut(self) -> list[Way]:
        """Return all ways: streets and single ways, cut where river and barriers stop them."""
        runs = [(s.nodes(), s.tags, s.index) for s in self.streets]
        runs += [(list(w.nodes), w.tags, None) for w in self.ways]
        pieces = [(run, k) for run, (nodes, _, _) in enumerate(runs) for k in range(len(nodes) - 1)]
        places = np.array(self.places)
        ends = np.array([runs[run][0][k : k + 2] for run, k in pieces])
        marks = self._marks(places[ends], [runs[run][2] for run, _ in pieces])
        ways: list[Way] = []
        position = 0
        for nodes, tags, _ in runs:
            count = len(nodes) - 1
            ways += _split(nodes, tags, marks[position : position + count])
            position += count
        return [*ways, *self.bridges]

    @staticmethod
    def _marks(segments: npt.NDArray[np.float64], indices: list[int | None]) -> list[str]:
        """Return for each segment "" (kept), "cut", "bridge" or "tunnel"."""
        lines = shapely.linestrings(segments)
        marks = np.full(len(lines), "", dtype="<U6")
        for barrier in BARRIERS:
            is_met = shapely.intersects(lines, _prepared(barrier))
            for at in np.flatnonzero(is_met):
                index = indices[at]
                passes = index is not None and index % barrier.every == 0
                marks[at] = "cut" if not passes or marks[at] == "cut" else barrier.passage
        river = river_area()
        shapely.prepare(river)
        marks[shapely.intersects(river, lines)] = "cut"
        return [str(mark) for mark in marks]


def _prepared(barrier: Barrier) -> shapely.LineString:
    line = barrier.line
    shapely.prepare(line)
    return line


def _split(nodes: list[int], tags: Tags, marks: list[str]) -> list[Way]:
    """Return the ways that are left of a street, bridges and tunnels as ways of their own."""
    ways: list[Way] = []
    run: list[int] = []
    for at, mark in enumerate(marks):
        if mark == "":
            run = run or [nodes[at]]
            run.append(nodes[at + 1])
            continue
        if len(run) > 1:
            ways.append(Way(tuple(run), tags))
        run = []
        if mark != "cut":
            layer = "1" if mark == "bridge" else "-1"
            extra = ((mark, "yes"), ("layer", layer))
            ways.append(Way((nodes[at], nodes[at + 1]), (*tags, *extra)))
    if len(run) > 1:
        ways.append(Way(tuple(run), tags))
    return ways
