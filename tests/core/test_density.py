"""Groups of varying density, against the same rule written down naively from above."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.csgraph import connected_components

from livelihood_map.core.density import group_by_density


class Naive:
    """The same groups from the whole matrix of distances, divided from the longest link down."""

    def __init__(self, spots, people, needed, points_n, reach_m):
        self.people, self.needed = people, needed
        self.points_n, self.reach_m = points_n, reach_m
        apart = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1)).round(3)
        order = np.argsort(apart, axis=1, kind="stable")
        enough = (np.cumsum(people[order], axis=1) >= needed).argmax(axis=1)
        own = np.take_along_axis(np.sort(apart, axis=1), enough[:, None], axis=1)
        self.apart = np.maximum(np.maximum(apart, own), own.T)

    def parts(self, rows, near):
        """Return the parts of some points that hang together by links that `near` accepts."""
        number, label = connected_components(near(self.apart[np.ix_(rows, rows)]))
        return [rows[label == k] for k in range(number)]

    def dense(self, parts):
        """Return those parts that are enough people and points."""
        return [
            part
            for part in parts
            if self.people[part].sum() >= self.needed and len(part) >= self.points_n
        ]

    def divide(self, rows):
        """Return what a dense group has by one over distance, its dense parts, and their length."""
        excess = 0.0
        while True:
            links = np.unique(self.apart[np.ix_(rows, rows)])
            whole = (d for d in links if len(self.parts(rows, lambda x, d=d: x <= d)) == 1)
            metres = max(next(whole), self.reach_m)
            dense = self.dense(self.parts(rows, lambda x, d=metres: x < d))
            if metres <= self.reach_m or len(dense) != 1:
                excess += self.people[rows].sum() / metres
                return excess, dense if metres > self.reach_m else [], metres
            excess += (self.people[rows].sum() - self.people[dense[0]].sum()) / metres
            rows = dense[0]

    def best(self, rows, since):
        """Return the groups to take of a dense group that ends at a distance, with their excess."""
        excess, dense, metres = self.divide(rows)
        own = excess - self.people[rows].sum() / since
        below = [self.best(part, metres) for part in dense]
        if sum(value for _, value in below) > own:
            return [group for groups, _ in below for group in groups], sum(v for _, v in below)
        return [rows], own

    def groups(self):
        """Return all groups."""
        rows = np.arange(len(self.people))
        if not self.dense([rows]):
            return []
        _, dense, metres = self.divide(rows)
        if dense:
            return [group for part in dense for group in self.best(part, metres)[0]]
        return self.dense(self.parts(rows, lambda x: x <= self.reach_m))


def sorted_groups(labels):
    """Return the rows of each group, sorted."""
    return sorted(np.flatnonzero(labels == k).tolist() for k in range(labels.max() + 1))


def draw(seed):
    """Return heaps of points of various density, every third time on a lattice, and demands."""
    generator = np.random.default_rng(seed)
    heap = generator.integers(0, 4, 30)
    wide = np.array([20.0, 50.0, 100.0, 200.0])[heap, None]
    spots = generator.uniform(0, 900, (4, 2))[heap] + wide * generator.uniform(-1, 1, (30, 2))
    if seed % 3 == 0:
        spots = np.round(spots / 100) * 100
    return spots, generator.integers(1, 40, 30).astype(float), generator


@pytest.mark.parametrize("seed", range(15))
def test_groups_are_those_of_the_rule_written_down_naively(seed):
    """Links let in one length after the other give what dividing the whole matrix gives."""
    spots, people, generator = draw(seed)
    asked = {
        "needed": float(generator.integers(20, 150)),
        "points_n": int(generator.integers(2, 5)),
        "reach_m": float(generator.choice([1.0, 50.0, 100.0])),
    }
    expected = sorted(sorted(rows.tolist()) for rows in Naive(spots, people, **asked).groups())
    assert sorted_groups(group_by_density(spots, people, **asked)) == expected


@pytest.mark.parametrize("seed", range(8))
def test_a_point_of_many_people_is_that_many_points_of_one(seed):
    """Weighing a point by its people and repeating it as often give the same groups."""
    spots, people, _ = draw(seed)
    asked = {"needed": 60.0, "points_n": 1, "reach_m": 60.0}
    each = np.repeat(np.arange(30), people.astype(int))
    again = group_by_density(spots[each], np.ones(len(each)), **asked)
    one = np.unique(each, return_index=True)[1]
    assert np.array_equal(again, again[one][each])
    labels = group_by_density(spots, people, **asked)
    assert sorted_groups(labels) == sorted_groups(again[one]) != []


def test_the_order_of_points_changes_no_group():
    """Points in any order fall into the same groups, equal distances among them too."""
    spots, people, generator = draw(3)
    asked = {"needed": 40.0, "points_n": 2, "reach_m": 30.0}
    labels = group_by_density(spots, people, **asked)
    order = generator.permutation(30)
    again = np.empty(30, dtype=np.int64)
    again[order] = group_by_density(spots[order], people[order], **asked)
    assert sorted_groups(again) == sorted_groups(labels) != []


def test_people_make_a_group_not_points():
    """Two towers of 800 people are a group of 1,500; twenty huts of three people are none."""
    towers = [[0.0, 0.0], [300.0, 0.0]]
    huts = [[9000.0 + 40 * k, 0.0] for k in range(20)]
    farms = [[4000.0, 3000.0], [4900.0, 3000.0]]
    spots = np.array([*towers, *huts, *farms])
    people = np.array([800.0] * 2 + [3.0] * 20 + [900.0] * 2)
    labels = group_by_density(spots, people, needed=1500, points_n=2, reach_m=600)
    assert sorted_groups(labels) == [[0, 1], [22, 23]]


def test_a_single_place_within_reach_is_a_group():
    """Where all hang together within reach and divide nowhere they are one group."""
    spots = np.array([[0.0, 0.0], [100.0, 0.0], [200.0, 0.0], [5000.0, 0.0]])
    labels = group_by_density(spots, np.full(4, 10.0), needed=20, points_n=2, reach_m=100)
    assert labels.tolist() == [0, 0, 0, -1]
