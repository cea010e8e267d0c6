from __future__ import annotations

import pytest

from livelihood_map.network import build_network, join_demand, join_points, measure_walks


@pytest.fixture
def walks_to():
    """Return a function that measures all walks from a town's demand to its facilities."""

    def measure(town, facilities, *, cutoff_m=3000.0):
        network = build_network(town.nodes, town.edges)
        starts = join_demand(network, town.demand, town.gates, limit_m=50.0)
        goals = join_points(network, facilities, id_column="facility_id", limit_m=50.0)
        return measure_walks(network, starts, goals, cutoff_m=cutoff_m)

    return measure


@pytest.fixture
def people_of():
    """Return a function that gives a town's demand with the people to count."""

    def count(town):
        return town.demand.assign(people=town.demand["population"])

    return count
