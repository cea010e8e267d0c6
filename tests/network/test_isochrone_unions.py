"""Unions of areas with many holes equal the plain union, whatever touches whatever."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import shapely.affinity

from livelihood_map.network.isochrone_unions import (
    fill_shared_holes,
    put_holes,
    unite_areas,
)


def streets(chance, *, side, missing, width=12.0):
    """Return strips along a lattice of 100 m in which some streets are missing."""
    lines = [
        [(100 * x, 100 * y), (100 * x + 100 * dx, 100 * y + 100 * dy)]
        for x in range(side)
        for y in range(side)
        for dx, dy in ((1, 0), (0, 1))
        if chance.random() > missing
    ]
    return shapely.buffer(shapely.multilinestrings(lines), width, quad_segs=4)


@pytest.mark.parametrize("seed", range(12))
def test_a_union_by_holes_is_the_union(seed):
    """Holes that are met, islands in holes and other parts come out as of the plain union."""
    chance = np.random.default_rng(seed)
    large = streets(chance, side=12, missing=0.15 + 0.04 * seed)
    small = shapely.affinity.translate(streets(chance, side=3, missing=0.3), 371, 433)
    united = unite_areas(large, small)
    assert shapely.is_valid(united)
    assert shapely.equals(united, shapely.union(large, small))


@pytest.mark.parametrize("seed", [1, 8])
def test_shared_holes_do_not_count_in_a_difference(seed):
    """What an area adds to another is the same when the holes that both have are filled."""
    chance = np.random.default_rng(seed)
    large = streets(chance, side=12, missing=0.15 + 0.04 * seed)
    small = shapely.affinity.translate(streets(chance, side=3, missing=0.3), 371, 433)
    united = unite_areas(large, small)
    filled = fill_shared_holes(united, large)
    assert shapely.difference(*filled).equals(shapely.difference(united, large))
    assert shapely.get_num_coordinates(filled[1]) < shapely.get_num_coordinates(large)


def test_an_island_in_an_untouched_hole_stays_a_part():
    """Streets inside a hole that nothing reaches are neither lost nor united with what is round."""
    ring = shapely.box(0, 0, 90, 90) - shapely.box(10, 10, 80, 80)
    large = shapely.union(ring, shapely.box(30, 30, 40, 40) - shapely.box(33, 33, 36, 36))
    united = unite_areas(large, shapely.box(85, 85, 120, 120))
    assert united.area == pytest.approx(large.area + 35 * 35 - 5 * 5)
    assert shapely.get_num_geometries(united) == 2


def test_holes_go_into_the_part_that_they_lie_in():
    """Of two parts whose boxes overlap, each gets its own holes."""
    outer = shapely.box(0, 0, 90, 90) - shapely.box(20, 20, 80, 80)
    area = shapely.multipolygons([outer, shapely.box(30, 30, 70, 70)])
    rings = np.array([shapely.box(40, 40, 50, 50).exterior, shapely.box(2, 2, 6, 6).exterior])
    found = put_holes(area, rings)
    assert shapely.is_valid(found)
    assert found.area == area.area - 100 - 16
