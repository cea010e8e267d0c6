"""Who is uncovered, why, and the zones."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from gap_tables import coverage_of, joins_of, zones_of

from livelihood_map.core.errors import CrsError
from livelihood_map.core.settings import GapSettings
from livelihood_map.core.tables import GAPS, ZONES
from livelihood_map.gaps import find_gaps, find_zones


def test_a_walk_of_exactly_the_threshold_is_no_gap(grid_town):
    """Only walks longer than the threshold are gaps, and the excess is the difference."""
    walk = np.full(25, 500.0)
    walk[7] = 500.001
    gaps = find_gaps(
        coverage_of(grid_town.demand, walk),
        grid_town.demand,
        joins_of(grid_town.demand),
        kind="breakfast",
        threshold_m=500.0,
    )
    assert gaps[["demand_id", "reason", "excess_m"]].to_numpy().tolist() == [
        [grid_town.demand["demand_id"][7], "too_far", 0.001]
    ]
    assert GAPS.check(gaps) is gaps


def test_the_reason_tells_far_from_unreachable_from_off_network(grid_town):
    """Beyond the search is too far; only detached streets are unreachable; no street is off."""
    demand = grid_town.demand.iloc[:3]
    joins = joins_of(demand).assign(is_detached=[False, True, False])
    joins.loc[2, "reason"] = "too_far"
    coverage = coverage_of(demand, np.nan)
    gaps = find_gaps(coverage, demand, joins, kind="breakfast", threshold_m=500.0)
    assert gaps["reason"].tolist() == ["too_far", "unreachable", "off_network"]
    assert gaps["excess_m"].isna().all()


def test_one_good_access_makes_a_point_reachable(grid_town):
    """A point with one gate on the main streets is not unreachable, whatever its other gates."""
    demand = grid_town.demand.iloc[:1]
    joins = pd.concat([joins_of(demand), joins_of(demand)], ignore_index=True)
    joins = joins.assign(is_detached=[True, False], access_id=["a", "b"])
    gaps = find_gaps(
        coverage_of(demand, np.nan), demand, joins, kind="breakfast", threshold_m=500.0
    )
    assert gaps["reason"].tolist() == ["too_far"]


def test_wide_zones_are_cut(grid_town):
    """A zone wider than the span becomes several, none wider, and nobody is lost."""
    everyone = [(row, column) for row in range(5) for column in range(5)]
    _, whole = zones_of(grid_town, everyone)
    gaps, parts = zones_of(grid_town, everyone, zone_span_m=200.0)
    assert len(whole) == 1
    assert len(parts) > 1
    assert parts["population"].sum() == whole["population"].sum()
    points = grid_town.demand.merge(gaps[["demand_id", "zone_id"]], on="demand_id")
    for _, members in points.groupby("zone_id"):
        box = members.total_bounds
        assert max(box[2] - box[0], box[3] - box[1]) <= 200.0


def test_places_without_people_are_no_gaps(grid_town):
    """A demand point where nobody lives, works or changes trains is left out."""
    demand = grid_town.demand.iloc[:4].assign(
        population=[0.0, 5.0, 0.0, 0.0],
        workers=[0.0, 0.0, 3.0, 0.0],
        passengers=[0.0, 0.0, 0.0, 2.0],
    )
    gaps = find_gaps(
        coverage_of(demand, np.nan), demand, joins_of(demand), kind="breakfast", threshold_m=500.0
    )
    assert gaps["demand_id"].tolist() == demand["demand_id"].tolist()[1:]


def test_two_corners_make_two_zones(grid_town):
    """Uncovered people within reach of one another share a zone; lone ones have none."""
    south_west = [(0, 0), (0, 1), (1, 0)]
    north_east = [(4, 4), (4, 3), (3, 4), (3, 3)]
    gaps, zones = zones_of(grid_town, [*south_west, *north_east, (4, 0)])
    assert zones["population"].tolist() == [40.0, 30.0]
    assert zones["zone_id"].tolist() == ["breakfast-d3_3", "breakfast-d0_0"]
    assert zones["town_id"].tolist() == ["east", "west"]
    assert gaps.set_index("demand_id")["zone_id"]["d0_1"] == "breakfast-d0_0"
    assert pd.isna(gaps.set_index("demand_id")["zone_id"]["d4_0"])
    ZONES.check(zones)


def test_a_zone_is_named_after_its_town_and_nearest_compound(grid_town):
    """The name holds the town with most of the people and the compound nearest to their centre."""
    _, zones = zones_of(grid_town, [(0, 0), (0, 1), (0, 2)])
    assert zones["name"].tolist() == ["西镇小区0_1一带"]


def test_a_zone_holds_its_points_and_its_outline_is_one_piece(grid_town):
    """The outline of a zone contains every member."""
    gaps, zones = zones_of(grid_town, [(0, 0), (0, 1), (1, 0), (1, 1)])
    members = grid_town.demand[grid_town.demand["demand_id"].isin(gaps["demand_id"])]
    assert zones.geometry.geom_type.tolist() == ["Polygon"]
    assert members.within(zones.geometry[0]).all()


def test_row_order_changes_no_zone(grid_town):
    """Shuffled gaps give the same zones with the same ids."""
    gaps, zones = zones_of(grid_town, [(0, 0), (0, 1), (4, 4), (4, 3)])
    shuffled = gaps.sample(frac=1.0, random_state=3)
    again, zones_again = find_zones(
        shuffled,
        grid_town.demand.sample(frac=1.0, random_state=4),
        grid_town.residences,
        grid_town.towns,
        settings=GapSettings(zone_reach_m=110.0, zone_population=20.0),
    )
    assert zones_again.equals(zones)
    assert again.sort_values("demand_id")["zone_id"].tolist() == (
        gaps.sort_values("demand_id")["zone_id"].tolist()
    )


def test_walked_zones_end_at_a_barrier(grid_town):
    """Two neighbours with no way between them are two zones on foot and one in straight lines."""
    pairs = [(0, 0), (0, 1), (0, 2), (0, 3)]
    gaps, zones = zones_of(grid_town, pairs)
    assert len(zones) == 1
    steps = [("d0_0", "d0_1"), ("d0_2", "d0_3")]
    walks = pd.DataFrame(
        [(a, b, 100.0) for a, b in steps] + [(b, a, 100.0) for a, b in steps],
        columns=["origin_id", "dest_id", "walk_m"],
    )
    _, apart = find_zones(
        gaps,
        grid_town.demand,
        grid_town.residences,
        grid_town.towns,
        settings=GapSettings(zone_reach_m=110.0, zone_population=20.0),
        walks=walks,
    )
    assert apart["zone_id"].tolist() == ["breakfast-d0_0", "breakfast-d0_2"]


def test_hdbscan_finds_the_same_two_corners(grid_town):
    """With varying density the two dense corners are zones as well, small ones are dropped."""
    south_west = [(0, 0), (0, 1), (1, 0), (1, 1)]
    north_east = [(4, 4), (4, 3), (3, 4), (3, 3)]
    _, zones = zones_of(
        grid_town, [*south_west, *north_east], zone_method="hdbscan", zone_points_n=3
    )
    assert sorted(zones["population"]) == [40.0, 40.0]
    _, none = zones_of(
        grid_town,
        [*south_west, *north_east],
        zone_method="hdbscan",
        zone_points_n=3,
        zone_population=41.0,
    )
    assert none.empty


def test_hdbscan_finds_zones_of_enough_people_wherever_homes_lie(grid_town):
    """However the uncovered lie, there is an answer, and every zone has the people it needs."""
    generator = np.random.default_rng(1)
    everyone = [(row, column) for row in range(5) for column in range(5)]
    asked = {"zone_method": "hdbscan", "zone_points_n": 2, "zone_population": 30.0}
    found = 0
    for _ in range(10):
        places = gpd.points_from_xy(*generator.uniform(0, 900, (2, 25)), crs=grid_town.demand.crs)
        town = replace(grid_town, demand=grid_town.demand.set_geometry(places))
        _, zones = zones_of(town, everyone, **asked)
        assert (zones["population"] >= 30.0).all()
        found += len(zones)
    assert found > 0


def test_no_gaps_give_no_zones(grid_town):
    """A district without gaps has an empty, well-formed zones table."""
    gaps, zones = zones_of(grid_town, [])
    assert gaps.empty
    assert zones.empty
    ZONES.check(zones)


def test_zones_refuse_degrees(grid_town):
    """Zones are not formed in a geographic CRS."""
    gaps, _ = zones_of(grid_town, [(0, 0)])
    with pytest.raises(CrsError):
        find_zones(
            gaps,
            grid_town.demand.to_crs(4326),
            grid_town.residences,
            grid_town.towns,
            settings=GapSettings(),
        )
