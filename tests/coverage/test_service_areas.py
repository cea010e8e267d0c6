"""Service areas by kind and tier: they hold what the coverage table calls within the tier."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from grid import build_grid_town

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.standards import load_standard
from livelihood_map.core.tables import SERVICE_AREAS
from livelihood_map.coverage import Outline, build_areas, measure_coverage
from livelihood_map.coverage.measuring import measure_reach
from livelihood_map.network import (
    WalkOptions,
    build_network,
    build_straight_network,
    join_points,
)

STANDARD = load_standard("cn-15min")
STRIP_M = 5.0


def outline(network, facilities, *, kinds=("breakfast",), walker="standard", planned=None, **shape):
    """Return the service areas of some facilities."""
    return build_areas(
        network,
        facilities,
        WalkOptions(limit_m=200.0),
        standard=STANDARD,
        kinds=kinds,
        walker=walker,
        planned=planned,
        outline=Outline(**{"strip_m": STRIP_M, "simplify_m": 0.0} | shape),
    )


@pytest.mark.parametrize("walker", ["standard", "adult", "elderly", "pram"])
@pytest.mark.parametrize("seed", range(3))
def test_an_area_holds_the_streets_that_coverage_calls_within_the_tier(walker, seed):
    """On a lattice with signals and steps, for every walker: in by the walk, in by the area."""
    town, rng = build_grid_town(size=16), np.random.default_rng(seed)
    edges = town.edges.assign(
        highway=np.where(rng.random(len(town.edges)) < 0.1, "steps", "residential")
    )
    nodes = town.nodes.assign(is_signal=rng.random(len(town.nodes)) < 0.2)
    network = build_network(nodes, edges)
    facilities = town.facilities(*rng.uniform(2, 8, (3, 2)).round().tolist())
    streets = edges[edges["highway"] != "steps"]
    share = rng.random(len(streets))
    places = streets.geometry.interpolate(share, normalized=True)
    points = streets[["geometry"]].assign(demand_id=streets["u"] + streets["v"], geometry=places)
    coverage = measure_coverage(
        network,
        join_points(network, points, id_column="demand_id", limit_m=10),
        facilities,
        standard=STANDARD,
        kinds=["breakfast"],
        walkers=[walker],
        cutoff_m=3000,
        limit_m=200,
    ).set_index("demand_id")
    walk_m = coverage["walk_m"].reindex(points["demand_id"]).to_numpy()
    reach = measure_reach(STANDARD.kind("breakfast"), STANDARD.walker(walker))
    areas = outline(network, facilities, walker=walker).set_index("tier_m").geometry
    assert areas.index.tolist() == [300, 500, 1000]
    for tier_m, limit_m in zip(reach.tiers_m, reach.limits_m, strict=True):
        is_held = shapely.covers(areas[tier_m], points.geometry.to_numpy())
        is_within = walk_m <= limit_m
        wait_m = 60.0 if walker != "standard" else 0.0
        is_beyond = ~(walk_m <= limit_m + 2 * STRIP_M + wait_m)
        assert is_within.any()
        assert is_beyond.any()
        assert is_held[is_within].all()
        assert not is_held[is_beyond].any()


def test_each_kind_and_tier_has_one_area_and_longer_ones_hold_shorter(grid_town):
    """Merged, a kind has one row a tier, with the number of its facilities."""
    network = build_network(grid_town.nodes, grid_town.edges)
    both = pd.concat(
        [grid_town.facilities((0, 0), (0, 1)), grid_town.facilities((4, 4), kind="wet_market")],
        ignore_index=True,
    )
    areas = SERVICE_AREAS.check(outline(network, both, kinds=["wet_market", "breakfast"]))
    assert areas["facility_id"].unique().tolist() == ["ALL"]
    assert areas["facilities_n"].tolist() == [2, 2, 2, 1, 1, 1]
    assert areas["tier_m"].tolist() == [300, 500, 1000] * 2
    for kind in ("breakfast", "wet_market"):
        inner, middle, outer = areas.loc[areas["kind"] == kind, "geometry"]
        assert middle.buffer(0.001).covers(inner)
        assert outer.buffer(0.001).covers(middle)


def test_facilities_that_serve_nobody_outside_have_no_area(grid_town):
    """Closed ones and those for residents only are left out; nothing is left, no row is."""
    network = build_network(grid_town.nodes, grid_town.edges)
    own = grid_town.facilities((0, 0)).assign(is_residents_only=True)
    closed = grid_town.facilities((0, 0), status="closed")
    for facilities in (own, closed, closed.iloc[:0]):
        areas = outline(network, facilities)
        assert SERVICE_AREAS.check(areas).empty


def test_the_areas_of_single_facilities_make_up_the_merged_one(grid_town):
    """One row a facility and tier; their union is the merged area."""
    network = build_network(grid_town.nodes, grid_town.edges)
    facilities = grid_town.facilities((0, 0.2), (0, 3.5), (4, 2))
    each = outline(network, facilities, is_merged=False)
    assert each["facility_id"].tolist() == np.repeat(facilities["facility_id"], 3).tolist()
    assert (each["facilities_n"] == 1).all()
    merged = outline(network, facilities).set_index("tier_m").geometry
    union = each.dissolve("tier_m").geometry
    for tier_m in (300, 500, 1000):
        apart = shapely.symmetric_difference(union[tier_m], merged[tier_m])
        assert apart.area < 0.001 * merged[tier_m].area


def test_planned_sites_open_beside_what_there_is(grid_town):
    """With a plan its kind has further rows: the union of today's area and that of the sites."""
    network = build_network(grid_town.nodes, grid_town.edges)
    old = pd.concat(
        [grid_town.facilities((0, 0)), grid_town.facilities((2, 2), kind="wet_market")],
        ignore_index=True,
    )
    new = grid_town.facilities((4, 4)).assign(facility_id="site:a")
    areas = outline(network, old, kinds=["breakfast", "wet_market"], planned=new)
    planned = areas[areas["is_planned"]].set_index("tier_m")
    assert (planned["kind"] == "breakfast").all()
    assert (planned["facilities_n"] == 2).all()
    today = outline(network, old).set_index("tier_m").geometry
    together = outline(network, pd.concat([old, new], ignore_index=True)).set_index("tier_m")
    for tier_m in (300, 500, 1000):
        assert planned.geometry[tier_m].buffer(0.001).covers(today[tier_m])
        apart = shapely.symmetric_difference(planned.geometry[tier_m], together.geometry[tier_m])
        assert apart.area < 0.001 * together.geometry[tier_m].area
    each = outline(network, old, planned=new, is_merged=False)
    assert each.loc[each["is_planned"], "facility_id"].unique().tolist() == ["site:a"]


def test_simplifying_moves_an_outline_no_farther_than_stated(grid_town):
    """Every place of the simplified outline lies within the tolerance of the exact one."""
    network = build_network(grid_town.nodes, grid_town.edges)
    facilities = grid_town.facilities((1, 1))
    exact = outline(network, facilities, strip_m=25).geometry
    simple = outline(network, facilities, strip_m=25, simplify_m=3.0).geometry
    for one, other in zip(exact, simple, strict=True):
        assert shapely.get_num_coordinates(other) < shapely.get_num_coordinates(one)
        assert shapely.hausdorff_distance(one.boundary, other.boundary, densify=0.05) <= 3.01


def test_without_streets_areas_are_circles(grid_town):
    """The estimate gives the circle of the tier over the detour factor, merged as well."""
    straight = build_straight_network(detour_factor=2.0, crs=grid_town.nodes.crs)
    areas = outline(straight, grid_town.facilities((0, 0), (0, 0)))
    expected = [np.pi * (tier_m / 2) ** 2 for tier_m in (300, 500, 1000)]
    assert areas["area_m2"].tolist() == pytest.approx(expected, rel=0.01)
    assert areas["facilities_n"].tolist() == [2, 2, 2]


def test_an_unknown_kind_or_walker_is_named(grid_town):
    """What the standard lacks is refused with the rows that it has."""
    network = build_network(grid_town.nodes, grid_town.edges)
    with pytest.raises(LivelihoodMapError, match="breakfast"):
        outline(network, grid_town.facilities((0, 0)), kinds=["tea_house"])
    with pytest.raises(LivelihoodMapError, match="elderly"):
        outline(network, grid_town.facilities((0, 0)), walker="runner")
