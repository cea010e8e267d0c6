"""Groups of points whose density may vary from place to place, weighted by people, on arrays."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.spatial import cKDTree

from livelihood_map.core.units import round_mm

if TYPE_CHECKING:
    from collections.abc import Iterable

    from livelihood_map.core.arrays import Floats, Longs


FIRST_NEAR_N: Final = 32
"""Neighbours asked for at first; twice as many each time where they are too few people."""


def group_by_density(
    spots: Floats, people: Floats, *, needed: float, points_n: int, reach_m: float
) -> Longs:
    """Return the number of each point's group, -1 for none.

    Hierarchical density clustering (HDBSCAN, Campello et al. 2013) in which a demand point stands
    for as many points as people live and work there: a point's own distance is that within which
    `needed` people are, two points are as far apart as the greatest of their two own distances and
    the line between them, and a group holds `needed` people. Groups that come together within
    `reach_m` are one (Malzer & Baum 2020). Of a group and the groups it divides into those are
    taken that lose more people by distance (excess of mass). All points together are no group;
    where they divide nowhere, those within `reach_m` of one another are.

    Parameters
    ----------
    spots
        Places in metres, shape (points, 2).
    people
        People at each, above 0, shape (points,).
    needed
        Fewest people of a group.
    points_n
        Fewest points of a group.
    reach_m
        Points that hang together at this distance are not divided, metres, > 0.

    Raises
    ------
    ValueError
        When the arrays differ in length.

    Examples
    --------
    >>> row = np.array([[0.0, 0], [90, 0], [180, 0], [900, 0], [990, 0], [5000, 0]])
    >>> five = np.full(6, 5.0)
    >>> group_by_density(row, five, needed=10, points_n=2, reach_m=100).tolist()
    [0, 0, 0, 1, 1, -1]
    """
    labels = np.full(len(spots), -1, dtype=np.int64)
    if len(spots) < points_n or people.sum() < needed:
        return labels
    group_of = {k: _Group([k], float(people[k])) for k in range(len(spots))}
    links = _shortest_links(spots, _own_distances(spots, people, needed))
    for metres, equal in itertools.groupby(links, key=lambda link: max(link[0], reach_m)):
        for groups in _bunches((group_of[one], group_of[other]) for _, one, other in equal):
            largest = max(groups, key=lambda group: len(group.rows))
            others = [group for group in groups if group is not largest]
            group_of |= dict.fromkeys((row for group in others for row in group.rows), largest)
            largest.take(others, metres, is_divided=metres > reach_m)
            if largest.people >= needed and len(largest.rows) >= points_n:
                largest.settle(metres, is_near=metres <= reach_m)
    whole = group_of[0]
    for number, rows in enumerate(sorted(filter(None, whole.parts or [whole.near]), key=min)):
        labels[rows] = number
    return labels


@dataclass
class _Group:
    """Points that hang together, as longer and longer links are let in.

    Parameters
    ----------
    rows
        The points.
    people
        People at them.
    is_dense
        Whether it is enough people and points.
    excess
        Sum over the people of one over the distance at which they came in, since it is dense.
    parts
        Groups taken of those that it divides into.
    parts_excess
        What these lose by distance, together.
    near
        The points that hang together within the reach, where these are enough.
    """

    rows: list[int]
    people: float
    is_dense: bool = False
    excess: float = 0.0
    parts: list[list[int]] = field(default_factory=list)
    parts_excess: float = 0.0
    near: list[int] = field(default_factory=list)

    def take(self, others: list[_Group], metres: float, *, is_divided: bool) -> None:
        """Take in the groups that are joined at one distance; dense ones may stay apart in it."""
        every = [self, *others]
        dense = [group for group in every if group.is_dense]
        people = sum(group.people for group in every)
        if len(dense) > 1 and is_divided:
            best = [group.best(metres) for group in dense]
            self.parts = [part for parts, _ in best for part in parts]
            self.parts_excess = sum(excess for _, excess in best)
            self.excess = people / metres
        elif dense:
            first = dense[0]
            self.parts, self.parts_excess, self.near = first.parts, first.parts_excess, first.near
            self.excess = first.excess + (people - first.people) / metres
        self.is_dense, self.people = bool(dense), people
        for group in others:
            self.rows += group.rows

    def settle(self, metres: float, *, is_near: bool) -> None:
        """Become dense, where it is not yet, at the distance at which it has enough people."""
        if not self.is_dense:
            self.is_dense, self.excess = True, self.people / metres
            self.near = list(self.rows) if is_near else []

    def best(self, metres: float) -> tuple[list[list[int]], float]:
        """Return the group or its parts, whichever lose more by a division at a distance."""
        own = self.excess - self.people / metres
        if self.parts and self.parts_excess > own:
            return self.parts, self.parts_excess
        return [list(self.rows)], own


def _bunches(pairs: Iterable[tuple[_Group, _Group]]) -> list[list[_Group]]:
    """Return the groups that pairs hold together, directly or through others."""
    bunch_of: dict[int, list[_Group]] = {}
    for one, other in pairs:
        mine = bunch_of.setdefault(id(one), [one])
        its = bunch_of.setdefault(id(other), [other])
        if mine is not its:
            mine += its
            bunch_of |= dict.fromkeys(map(id, its), mine)
    return list({id(bunch): bunch for bunch in bunch_of.values()}.values())


def _own_distances(spots: Floats, people: Floats, needed: float) -> Floats:
    """Return the distance from each point within which so many people are, its own among them."""
    tree = cKDTree(spots)
    own = np.full(len(spots), np.inf)
    left, near_n = np.arange(len(spots)), FIRST_NEAR_N
    while len(left):
        near_n = min(near_n, len(spots))
        metres, near = tree.query(spots[left], k=np.arange(1, near_n + 1))
        reached = np.cumsum(people[near], axis=1) >= needed
        is_found = reached.any(axis=1)
        own[left[is_found]] = round_mm(metres[is_found, reached.argmax(axis=1)[is_found]])
        if near_n == len(spots):
            break
        left, near_n = left[~is_found], 2 * near_n
    return own


def _shortest_links(spots: Floats, own: Floats) -> list[tuple[float, int, int]]:
    """Return the links of a shortest spanning tree, shortest first (Prim 1957)."""
    links = []
    now, left = 0, np.arange(1, len(spots))
    away, far = spots[1:].copy(), own[1:].copy()
    least, via = np.full(len(left), np.inf), np.zeros(len(left), dtype=np.int64)
    for end in range(len(left), 0, -1):
        metres = round_mm(np.hypot(*(away[:end] - spots[now]).T))  # equal links stay equal
        np.maximum(metres, np.maximum(far[:end], own[now]), out=metres)
        via[:end][metres < least[:end]] = now
        np.minimum(least[:end], metres, out=least[:end])
        next_at = int(np.argmin(least[:end]))
        now = int(left[next_at])
        links.append((float(least[next_at]), int(via[next_at]), now))
        for row in (left, away, far, least, via):  # the last one takes its place
            row[next_at] = row[end - 1]
    return sorted(links)
