"""Simplified outlines of service areas."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from livelihood_map.network.isochrone_outlines import _is_sound, simplify_outline

BULGE = shapely.Polygon([(0, 0), (50, -0.9), (100, 0), (100, 100), (0, 100)])


def _streets(seed: int, *, streets_n: int) -> shapely.Geometry:
    """Return strips along winding streets that cross one another."""
    rng = np.random.default_rng(seed)
    turns = rng.normal(0, 0.3, (streets_n, 40)).cumsum(axis=1) + rng.uniform(0, 7, (streets_n, 1))
    steps = np.stack([np.cos(turns), np.sin(turns)], axis=-1) * 20
    ways = rng.uniform(0, 800, (streets_n, 1, 2)) + steps.cumsum(axis=1)
    return shapely.union_all(shapely.buffer(shapely.linestrings(ways), 12, quad_segs=4))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("tolerance_m", [0.5, 3.0])
def test_an_outline_stays_as_near_as_promised(seed: int, tolerance_m: float) -> None:
    """A simplified outline is valid, has fewer points and lies within the tolerance."""
    exact = _streets(seed, streets_n=25)
    simple = simplify_outline(exact, tolerance_m)
    assert shapely.is_valid(simple)
    assert shapely.get_num_coordinates(simple) < 0.8 * shapely.get_num_coordinates(exact)
    corners = shapely.points(shapely.get_coordinates(_without_slivers(exact, tolerance_m)))
    assert shapely.distance(shapely.boundary(simple), corners).max() <= tolerance_m + 1e-6
    assert simple.area == pytest.approx(exact.area, rel=0.02 * tolerance_m)


def _without_slivers(shape: shapely.Geometry, width_m: float) -> shapely.Geometry:
    """Return the shape without holes so narrow that simplifying may close them."""
    polygons = [
        shapely.Polygon(
            part.exterior,
            [
                hole
                for hole in part.interiors
                if not shapely.Polygon(hole).buffer(-width_m).is_empty
            ],
        )
        for part in shapely.get_parts(shape)
    ]
    return shapely.multipolygons(polygons)


def test_rings_that_would_cross_are_simplified_less() -> None:
    """A bulge that a hole reaches into stays, where one without a hole goes."""
    hole = shapely.box(49, -0.5, 51, 30)
    assert shapely.get_num_coordinates(simplify_outline(BULGE, 1.0)) == 5
    kept = simplify_outline(BULGE.difference(hole), 1.0)
    assert shapely.is_valid(kept)
    assert kept.area == pytest.approx(BULGE.area - hole.area)


def test_a_hole_that_its_shell_leaves_outside_keeps_its_place() -> None:
    """A hole within a bulge that would go is still a hole of the outline, or closed."""
    hole = shapely.box(49.5, -0.6, 50.5, -0.4)
    kept = simplify_outline(BULGE.difference(hole), 1.0)
    assert shapely.is_valid(kept)
    assert kept.area == pytest.approx(BULGE.area, rel=0.01)


GROUND = shapely.box(0, 0, 90, 90)


@pytest.mark.parametrize(
    ("holes", "others"),
    [
        ([(10, 10, 20, 20), (30, 30, 40, 40)], []),
        ([(10, 10, 50, 50)], [(20, 20, 40, 40)]),
        ([(10, 10, 50, 50)], [(20, 20, 55, 40)]),
        ([(10, 10, 50, 50), (20, 20, 30, 30)], []),
        ([(10, 10, 50, 50), (40, 40, 60, 60)], []),
        ([(10, 10, 50, 50), (50, 50, 60, 60)], []),
        ([(110, 10, 150, 50)], []),
        ([(80, 10, 110, 50)], []),
        ([], [(10, 10, 20, 20)]),
        ([], [(80, 80, 99, 99)]),
        ([], [(90, 90, 99, 99)]),
        ([], [(190, 90, 199, 99)]),
    ],
)
def test_an_outline_is_sound_where_geos_finds_it_valid(holes, others) -> None:
    """Holes and parts within, across, beside, touching and apart are judged as GEOS judges them."""
    rings = [shapely.box(*hole).exterior for hole in holes]
    parts = [shapely.Polygon(GROUND.exterior, rings), *(shapely.box(*b) for b in others)]
    outline = shapely.multipolygons(parts)
    assert _is_sound(outline) == shapely.is_valid(outline)


def test_what_vanishes_is_left_out() -> None:
    """A hole and a part narrower than the tolerance are left out, with the holes of that part."""
    speck, big = shapely.box(200, 0, 200.4, 0.4), shapely.box(0, 0, 100, 100)
    pricked = big.difference(shapely.box(10, 10, 10.3, 10.3))
    assert simplify_outline(shapely.union(pricked, speck), 1.0).equals(big)


def test_nothing_stays_nothing() -> None:
    """An empty shape has an empty outline."""
    assert simplify_outline(shapely.Polygon(), 1.0).is_empty
