"""Slopes make walks in time mode longer, and leave lines and lengths alone."""

from __future__ import annotations

import numpy as np
import pytest

import livelihood_map as lm
from livelihood_map.network import add_slopes, add_waits, avoid_steps, tobler_factor


@pytest.fixture
def town():
    """Return the small town of two streets of 600 m."""
    return lm.example_town()


def walk(network, town):
    """Return the walk from the far compound to the outlet, metres."""
    homes = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    outlets = lm.join_points(network, town.facilities, id_column="facility_id", limit_m=100)
    return lm.measure_nearest(network, homes, outlets, cutoff_m=5000)["walk_m"].iloc[-1]


def test_a_street_costs_its_level_metres(town):
    """Of 600 m level and 600 m that count half as much again the walk is 1,500 m."""
    network = lm.build_network(town.nodes, town.edges.assign(slope_factor=[1.0, 1.5]))
    assert walk(network, town) == 1200.0
    steep = add_slopes(network)
    assert walk(steep, town) == 1500.0
    assert steep.lengths_m.tolist() == network.lengths_m.tolist()
    assert walk(add_waits(avoid_steps(steep), wait_m=10), town) == 1500.0


def test_a_network_without_slopes_stays(town):
    """Without the column nothing changes."""
    network = lm.build_network(town.nodes, town.edges)
    assert add_slopes(network) is network


def test_only_walkers_in_time_mode_feel_slopes(town):
    """The standard walker counts metres; the others make fewer of them uphill."""
    network = lm.build_network(town.nodes, town.edges.assign(slope_factor=1.5))
    homes = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    standard = lm.load_standard("cn-15min")
    walkers = ["standard", "adult"]
    assert [standard.walker(name).mode for name in walkers] == ["distance", "time"]
    found = lm.measure_coverage(
        network, homes, town.facilities, standard=standard, kinds=["breakfast"],
        walkers=walkers, cutoff_m=5000, limit_m=100,
    ).set_index(["demand_id", "walker"])["walk_m"]  # fmt: skip
    assert found["d2", "standard"] == 1200.0
    assert found["d2", "adult"] == 1800.0


def test_the_factor_grows_with_the_slope_either_way():
    """Tobler: level is 1, the sign does not matter, steeper takes longer."""
    slopes = np.linspace(0, 0.5, 11)
    factor = tobler_factor(slopes)
    assert factor[0] == 1.0
    assert (np.diff(factor) > 0).all()
    assert tobler_factor(-slopes) == pytest.approx(factor)
