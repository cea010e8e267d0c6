"""Walkers: a pram takes no steps, a signal costs a wait up to the cap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from livelihood_map.core.standards import load_standard
from livelihood_map.coverage import measure_coverage
from livelihood_map.network import (
    add_waits,
    avoid_steps,
    build_network,
    build_straight_network,
    has_signals,
    join_demand,
    join_points,
    measure_nearest,
    rejoin,
)

STANDARD = load_standard("cn-15min")


def with_signals(town, *corners):
    """Return the lattice's network with signals at some corners."""
    nodes = town.nodes.assign(is_signal=town.nodes["node_id"].isin(corners))
    return build_network(nodes, town.edges)


def with_steps(town, *pairs):
    """Return the lattice's network with steps between some corners."""
    names = list(zip(town.edges["u"], town.edges["v"], strict=True))
    highway = ["steps" if name in pairs else "residential" for name in names]
    return build_network(town.nodes, town.edges.assign(highway=highway))


def walk_of(network, town, origin, place):
    """Return the walk from one corner to a place, metres."""
    joins = join_demand(network, town.demand, town.gates, limit_m=200)
    goal = join_points(network, town.facilities(place), id_column="facility_id", limit_m=200)
    walks = measure_nearest(network, joins[joins["point_id"] == origin], goal, cutoff_m=5000)
    return walks["walk_m"].iloc[0]


def test_a_signal_on_the_way_costs_its_wait_once(grid_town):
    """Walking on through a signal adds the whole wait; starting beyond it adds none."""
    network = with_signals(grid_town, "n0_2")
    waiting = add_waits(network, wait_m=36.0)
    assert has_signals(network)
    assert walk_of(network, grid_town, "d0_1", (0, 3.5)) == 250.0
    assert walk_of(waiting, grid_town, "d0_1", (0, 3.5)) == 286.0
    assert walk_of(waiting, grid_town, "d0_3", (0, 3.5)) == 50.0


def test_two_points_beside_a_signal_on_one_edge_do_not_wait(grid_town):
    """Along one edge nobody passes the signal at its end."""
    waiting = add_waits(with_signals(grid_town, "n0_2"), wait_m=36.0)
    goals = join_points(
        waiting,
        grid_town.facilities((0, 1.2), (0, 1.9)),
        id_column="facility_id",
        limit_m=10,
    )
    walks = measure_nearest(waiting, goals.iloc[:1], goals.iloc[1:], cutoff_m=500)
    assert walks["walk_m"].tolist() == [70.0]


def test_a_way_round_a_long_wait_is_taken(grid_town):
    """When the detour is shorter than the wait, the walker goes round the signal."""
    waiting = add_waits(with_signals(grid_town, "n2_2"), wait_m=500.0)
    assert walk_of(waiting, grid_town, "d2_1", (2, 3)) == 400.0


def test_without_signals_nothing_changes(grid_town):
    """A network without signals, and the straight-line estimate, have no waits."""
    network = build_network(grid_town.nodes, grid_town.edges)
    straight = build_straight_network(detour_factor=1.4, crs=grid_town.nodes.crs)
    for same in (network, straight):
        assert not has_signals(same)
        assert add_waits(same, wait_m=36.0) is same
        assert avoid_steps(same) is same


def test_a_pram_goes_round_the_steps(grid_town):
    """Steps are no way for a pram: 100 m become 300 m round the block."""
    network = with_steps(grid_town, ("n0_0", "n0_1"))
    assert walk_of(network, grid_town, "d0_0", (0, 1)) == 100.0
    assert walk_of(avoid_steps(network), grid_town, "d0_0", (0, 1)) == 300.0


def test_an_access_on_steps_joins_another_street(grid_town):
    """A point that joins steps joins the next street for a pram, its way to the gate kept."""
    network = with_steps(grid_town, ("n0_0", "n0_1"))
    pram = avoid_steps(network)
    point = grid_town.facilities((0.3, 0.4))
    joins = join_points(network, point, id_column="facility_id", limit_m=200)
    assert joins["offset_m"].iloc[0] == pytest.approx(30.0)
    with_gate = joins.assign(offset_m=joins["offset_m"] + 25.0)
    moved = rejoin(pram, with_gate, limit_m=200)
    assert (moved["u"].iloc[0], moved["v"].iloc[0]) == ("n0_0", "n1_0")
    assert moved["along_m"].iloc[0] == pytest.approx(30.0)
    assert moved["offset_m"].iloc[0] == pytest.approx(40.0 + 25.0)
    lost = rejoin(pram, with_gate, limit_m=35)
    assert lost["reason"].iloc[0] == "too_far"
    assert rejoin(network, joins, limit_m=200) is joins


def measure(town, network, walker, place):
    """Return the coverage by one facility for one walker, indexed by demand point."""
    joins = join_demand(network, town.demand, town.gates, limit_m=200)
    rows = measure_coverage(
        network, joins, town.facilities(place), standard=STANDARD, kinds=("breakfast",),
        walkers=(walker,), cutoff_m=3000, limit_m=200,
    )  # fmt: skip
    return rows.set_index("demand_id")


def test_waits_are_capped(grid_town):
    """An adult waits 30 s a signal but 90 s at most: at 1.2 m/s 36 m each, 108 m in all."""
    all_lit = with_signals(grid_town, *grid_town.nodes["node_id"])
    lit = measure(grid_town, all_lit, "adult", (0, 4))
    dark = measure(grid_town, with_signals(grid_town), "adult", (0, 4))
    extra = lit["walk_m"] - dark["walk_m"]
    assert extra.max() == pytest.approx(108.0)
    assert extra["d4_0"] == pytest.approx(108.0)
    assert lit.loc["d4_0", "walk_min"] == pytest.approx((800 + 108) / 72, abs=1e-4)
    standard = measure(grid_town, all_lit, "standard", (0, 4))
    assert standard.loc["d4_0", "walk_m"] == 800.0


def test_capped_walks_equal_a_search_over_all_ways(grid_town):
    """L + min(W, cap), least over all simple ways, is what the two searches give."""
    import networkx as nx

    lit = ["n0_1", "n1_1", "n2_1", "n3_1", "n1_3", "n4_2"]
    network = with_signals(grid_town, *lit)
    rows = measure(grid_town, network, "elderly", (0, 0))
    graph = nx.Graph()
    graph.add_weighted_edges_from(grid_town.edges[["u", "v", "length_m"]].itertuples(index=False))
    for target in ("n1_2", "n2_2", "n3_2"):
        best = np.inf
        for way in nx.all_simple_paths(graph, "n0_0", target, cutoff=9):
            passed = sum(node in lit for node in way[1:-1])
            best = min(best, 100 * (len(way) - 1) + min(30 * passed, 90))
        assert rows.loc[f"d{target[1:]}", "walk_m"] == pytest.approx(best)


def test_opening_hours_decide_who_is_covered(grid_town):
    """At 06:30 a shop that opens at 07:00 covers nobody, at 10:00 everybody."""
    network = build_network(grid_town.nodes, grid_town.edges)
    joins = join_demand(network, grid_town.demand, grid_town.gates, limit_m=200)
    late = grid_town.facilities((0, 0), opens_at="07:00", closes_at="20:00")
    early = grid_town.facilities((4, 4), opens_at="05:30", closes_at="09:30").assign(
        facility_id="early"
    )
    unknown = grid_town.facilities((2, 2)).assign(facility_id="unknown")
    shops = pd.concat([late, early, unknown])
    nearest = {
        time: set(
            measure_coverage(
                network, joins, shops, standard=STANDARD, kinds=("breakfast",),
                walkers=("standard",), cutoff_m=3000, limit_m=200, at=time,
            )["facility_id"]
        )
        for time in ("06:30", "10:00", None)
    }  # fmt: skip
    assert nearest == {
        "06:30": {"early", "unknown"},
        "10:00": {"breakfast0", "unknown"},
        None: {"breakfast0", "early", "unknown"},
    }
