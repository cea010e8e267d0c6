from __future__ import annotations

import pytest

from livelihood_map.core.standards import load_standard
from livelihood_map.coverage import measure_coverage
from livelihood_map.network import build_network, join_demand
from livelihood_map.programme import compare_runs


@pytest.fixture
def coverage_of(grid_town):
    """Return a function that measures coverage with a threshold of 1,000 m."""
    network = build_network(grid_town.nodes, grid_town.edges)
    joins = join_demand(network, grid_town.demand, grid_town.gates, limit_m=50.0)

    def measure(facilities):
        return measure_coverage(
            network,
            joins,
            facilities,
            standard=load_standard("cn-15min"),
            kinds=["breakfast"],
            walkers=["standard"],
            cutoff_m=3000.0,
            limit_m=50.0,
        )

    return measure


def short(coverage, limit_m):
    """Return the coverage as if the threshold were shorter."""
    return coverage.assign(is_covered=coverage["walk_m"] <= limit_m)


def test_who_gained_and_who_lost_adds_up_by_town(grid_town, coverage_of, people_of):
    """An outlet moves from the south-west to the north-east corner: 3 corners lose, 3 gain."""
    before = short(coverage_of(grid_town.facilities((0, 0))), 100.0)
    after = short(coverage_of(grid_town.facilities((4, 4))), 100.0)
    result = compare_runs(before, after, people_of(grid_town), grid_town.towns)
    table = result.by_town.set_index("town_id")
    assert table.index.tolist() == ["west", "east", "ALL"]
    assert table["gained_people"].tolist() == [0.0, 30.0, 30.0]
    assert table["lost_people"].tolist() == [30.0, 0.0, 30.0]
    assert table["share_before"].tolist() == [30 / 150, 0.0, 30 / 250]
    lost = result.changes[result.changes["change"] == "lost"]
    assert set(lost["demand_id"]) == {"d0_0", "d0_1", "d1_0"}
    assert (lost["walk_after_m"] > lost["walk_before_m"]).all()


def test_a_run_compared_with_itself_shows_nothing(grid_town, coverage_of, people_of):
    """No gains, no losses, equal shares."""
    coverage = coverage_of(grid_town.facilities((2, 2)))
    result = compare_runs(coverage, coverage, people_of(grid_town), grid_town.towns)
    assert result.changes.empty
    assert (result.by_town["share_before"] == result.by_town["share_after"]).all()
    assert result.unmatched_n == 0


def test_demand_that_only_one_run_has_is_counted_and_left_out(grid_town, coverage_of, people_of):
    """One point less in the second run: one unmatched, 24 compared."""
    coverage = coverage_of(grid_town.facilities((2, 2)))
    fewer = coverage[coverage["demand_id"] != "d4_4"]
    result = compare_runs(coverage, fewer, people_of(grid_town), grid_town.towns)
    assert result.unmatched_n == 1
    assert result.by_town.set_index("town_id").loc["ALL", "people"] == 240.0
