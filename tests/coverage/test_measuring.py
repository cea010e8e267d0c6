"""Coverage on the lattice, where every answer is arithmetic."""

from __future__ import annotations

import pandas as pd
import pytest
from grid import build_grid_town

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.standards import load_standard
from livelihood_map.core.tables import COVERAGE
from livelihood_map.coverage import measure_coverage
from livelihood_map.network import (
    WalkOptions,
    build_network,
    build_straight_network,
    join_demand,
)

STANDARD = load_standard("cn-15min")


def measure(town, facilities, *, kinds=("breakfast",), walkers=("standard",), **arguments):
    """Return the coverage of the lattice's demand by some facilities."""
    network = arguments.pop("network", None) or build_network(town.nodes, town.edges)
    joins = join_demand(network, town.demand, town.gates, limit_m=200)
    if "options" not in arguments:
        arguments = {"limit_m": 200.0} | arguments
    asked = {"cutoff_m": 3000.0} | arguments
    return measure_coverage(
        network, joins, facilities, standard=STANDARD, kinds=kinds, walkers=walkers, **asked
    )


def test_options_may_be_given_as_one_or_by_their_fields(grid_town):
    """Fields stand in for options, and go before those of options that are given as well."""
    outlets = grid_town.facilities((0.5, 0.5))  # 50 m from any street
    by_fields = measure(grid_town, outlets, limit_m=150.0)
    too_far = measure(grid_town, outlets, options=WalkOptions(limit_m=1.0))
    assert by_fields["walk_m"].notna().all()
    assert too_far["walk_m"].isna().all()
    for options, fields in ((150.0, {}), (1.0, {"limit_m": 150.0})):
        given = {"options": WalkOptions(limit_m=options), **fields}
        pd.testing.assert_frame_equal(measure(grid_town, outlets, **given), by_fields)
    with pytest.raises(TypeError, match="reach_m"):
        measure(grid_town, outlets, reach_m=150.0)


def test_tiers_are_those_of_the_walk(grid_town):
    """Walks of 0 to 800 m fall into the tiers 300, 500 and 1,000 m."""
    rows = measure(grid_town, grid_town.facilities((0, 0))).set_index("demand_id")
    COVERAGE.check(rows.reset_index())
    for row in range(5):
        for column in range(5):
            walk_m = 100 * (row + column)
            tier_m = 300 if walk_m <= 300 else 500 if walk_m <= 500 else 1000
            found = rows.loc[f"d{row}_{column}"]
            assert (found["walk_m"], found["tier_m"]) == (walk_m, tier_m)
            assert found["is_covered"]
            assert found["walk_min"] == pytest.approx(walk_m * 15 / 1000)


def test_covered_up_to_the_exact_metre():
    """A walk of exactly 1,000 m is covered, the corner 1 m farther is not."""
    town = build_grid_town(size=4, spacing_m=250.0)
    rows = measure(town, town.facilities((0, 0))).set_index("demand_id")
    assert town.picture(rows["is_covered"]) == "##..\n###.\n####\n####"
    town = build_grid_town(size=4, spacing_m=250.25)
    rows = measure(town, town.facilities((0, 0))).set_index("demand_id")
    assert town.picture(rows["is_covered"]) == "#...\n##..\n###.\n####"


def test_the_number_within_the_threshold_is_counted():
    """`facilities_n` counts the facilities within 1,000 m, not only the nearest."""
    town = build_grid_town(size=5, spacing_m=300.0)
    rows = measure(town, town.facilities((0, 0), (0, 4), (4, 0))).set_index("demand_id")
    assert rows.loc["d0_0", "facilities_n"] == 1
    assert rows.loc["d0_2", "facilities_n"] == 2
    assert rows.loc["d2_2", "facilities_n"] == 0


def test_all_kinds_and_walkers_stand_in_one_table(grid_town):
    """Each demand point has a row for each kind and walker; no facility of a kind is a gap."""
    facilities = pd.concat(
        [
            grid_town.facilities((0, 0), kind="wet_market"),
            grid_town.facilities((4, 4), kind="breakfast"),
        ]
    )
    rows = measure(
        grid_town, facilities, kinds=("wet_market", "breakfast", "housekeeping"),
        walkers=("standard", "elderly"),
    )  # fmt: skip
    assert len(rows) == 25 * 3 * 2
    lacking = rows[rows["kind"] == "housekeeping"]
    assert lacking["walk_m"].isna().all()
    assert not lacking["is_covered"].any()
    one = rows[(rows["demand_id"] == "d0_4") & (rows["walker"] == "standard")].set_index("kind")
    assert one["facility_id"].fillna("").to_dict() == {
        "breakfast": "breakfast0", "housekeeping": "", "wet_market": "wet_market0",
    }  # fmt: skip


@pytest.mark.parametrize("status", ["planned", "renovating", "closed"])
def test_a_facility_that_does_not_operate_covers_nobody(grid_town, status):
    """Planned, renovating and closed facilities do not count."""
    rows = measure(grid_town, grid_town.facilities((0, 0), status=status))
    assert not rows["is_covered"].any()


def test_delivery_covers_nobody_on_foot(grid_town):
    """An outlet that only delivers has no place to walk to."""
    delivery = measure(grid_town, grid_town.facilities((0, 0), subtype="delivery"))
    truck = measure(grid_town, grid_town.facilities((0, 0), subtype="truck"))
    assert not delivery["is_covered"].any()
    assert truck["is_covered"].all()


def test_a_facility_outside_the_border_counts(grid_town):
    """Whoever lives inside may walk to a facility outside the district."""
    rows = measure(grid_town, grid_town.facilities((0, 0), is_inside=False, town_id=None))
    assert rows["is_covered"].all()


def test_time_mode_covers_what_the_walker_makes_in_15_minutes():
    """At 1.2 m/s an adult makes 1,080 m in 15 minutes, an older person at 1.0 m/s only 900 m."""
    town = build_grid_town(size=5, spacing_m=270.0)
    walkers = ("standard", "adult", "elderly")
    rows = measure(town, town.facilities((0, 0)), walkers=walkers).set_index("demand_id")
    covered = {walker: rows[rows["walker"] == walker]["is_covered"] for walker in walkers}
    assert covered["adult"]["d0_4"]  # 1,080 m
    assert not covered["standard"]["d0_4"]
    assert covered["elderly"]["d0_3"]  # 810 m
    assert not covered["elderly"]["d0_4"]
    minutes = rows[rows["walker"] == "adult"].loc["d0_4", "walk_min"]
    assert minutes == pytest.approx(15.0)


def test_beyond_the_cutoff_the_walk_is_missing(grid_town):
    """A facility farther than the cut-off is not found; the cut-off never hides a threshold."""
    town = build_grid_town(size=5, spacing_m=400.0)
    rows = measure(town, town.facilities((0, 0)), cutoff_m=2000.0).set_index("demand_id")
    assert rows.loc["d1_4", "walk_m"] == 2000.0
    assert pd.isna(rows.loc["d2_4", "walk_m"])
    rows = measure(town, town.facilities((0, 0)), cutoff_m=10.0).set_index("demand_id")
    assert rows.loc["d0_2", "is_covered"]


def test_coverage_may_be_an_estimate(grid_town):
    """Without streets coverage comes from straight line x factor."""
    network = build_straight_network(detour_factor=2.0, crs=grid_town.nodes.crs)
    rows = measure(grid_town, grid_town.facilities((0, 0)), network=network)
    assert rows.set_index("demand_id").loc["d0_4", "walk_m"] == 800.0


def test_unknown_kinds_and_walkers_are_refused(grid_town):
    """A kind or walker that the standard lacks is named in the error."""
    with pytest.raises(LivelihoodMapError, match="tea_house"):
        measure(grid_town, grid_town.facilities((0, 0)), kinds=("tea_house",))
    with pytest.raises(LivelihoodMapError, match="giant"):
        measure(grid_town, grid_town.facilities((0, 0)), walkers=("giant",))


def test_two_runs_are_the_same_table(grid_town):
    """Same input, same table; the order of rows changes nothing."""
    facilities = grid_town.facilities((0, 0), (3, 3), (1, 4))
    one = measure(grid_town, facilities)
    two = measure(grid_town, facilities.iloc[::-1])
    pd.testing.assert_frame_equal(one, two)


@pytest.mark.parametrize("walker", ["standard", "adult"])
def test_more_walks_than_allowed_are_refused(grid_town, walker):
    """Coverage and pairs keep the bound on memory; what just fits is measured."""
    facilities = grid_town.facilities((0, 0), (4, 4))
    for most, is_enough in ((50, True), (49, False)):
        if is_enough:
            assert len(measure(grid_town, facilities, walkers=[walker], max_pairs_n=most)) == 25
            continue
        with pytest.raises(LivelihoodMapError, match="max_pairs_n"):
            measure(grid_town, facilities, walkers=[walker], max_pairs_n=most)
