"""Private ways: a walk may start or end on them, never lead through."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from walk_oracle import random_points, random_streets

from livelihood_map.network import (
    add_waits,
    avoid_steps,
    build_network,
    find_service_lines,
    join_points,
    measure_nearest,
    measure_walks,
)


def with_private(edges, seed, share=0.4):
    """Return the edges with some of them private."""
    rng = np.random.default_rng(seed)
    access = np.where(rng.random(len(edges)) < share, "private", None)
    return edges.assign(access=pd.Series(access, index=edges.index, dtype="str"))


def layered_graph(edges, joins):
    """Return a graph of three layers: 0 on the way out, 1 on the streets, 2 on the way in."""
    is_street = edges["access"].isna()
    street_nodes = set(edges.loc[is_street, "u"]) | set(edges.loc[is_street, "v"])
    graph = nx.MultiDiGraph()
    for row in edges.itertuples():
        stops = joins[(joins["u"] == row.u) & (joins["v"] == row.v) & (joins["key"] == row.key)]
        stops = stops.sort_values("along_m")
        chain = [row.u, *(("point", p) for p in stops["point_id"]), row.v]
        at = [0.0, *stops["along_m"], row.length_m]
        for k in range(len(chain) - 1):
            for a, b in ((chain[k], chain[k + 1]), (chain[k + 1], chain[k])):
                step = at[k + 1] - at[k]
                if not isinstance(row.access, str):
                    graph.add_edge((a, 1), (b, 1), weight=step)
                    continue
                if a not in street_nodes:
                    graph.add_edge((a, 0), (b, 1 if b in street_nodes else 0), weight=step)
                if b not in street_nodes:
                    start = 1 if a in street_nodes else 2
                    graph.add_edge((a, start), (b, 2), weight=step)
    return graph


def layered_walks(edges, joins, origins, dests, cutoff_m):
    """Return {(origin, dest): metres} by networkx on the layered graph."""
    graph = layered_graph(edges, joins)
    offset = joins.set_index("point_id")["offset_m"]
    found = {}
    for origin in origins:
        for layer in (0, 1):
            start = (("point", origin), layer)
            if start not in graph:
                continue
            reached = nx.single_source_dijkstra_path_length(graph, start, weight="weight")
            for dest in dests:
                walks = [reached.get((("point", dest), k), np.inf) for k in range(3)]
                walk_m = min(walks) + offset[origin] + offset[dest]
                if walk_m <= cutoff_m:
                    key = (origin, dest)
                    found[key] = min(found.get(key, np.inf), walk_m)
    return found


def as_dict(walks):
    """Return {(origin, dest): metres} of a table of walks."""
    return dict(
        zip(zip(walks["origin_id"], walks["dest_id"], strict=True), walks["walk_m"], strict=True)
    )


@pytest.mark.parametrize("seed", range(6))
def test_walks_agree_with_a_graph_of_three_layers(seed):
    """On random networks all pairs agree with networkx: out, along the streets, and in."""
    nodes, edges = random_streets(seed, edges_n=60)
    edges = with_private(edges, seed)
    network = build_network(nodes, edges, through_private=False)
    points = random_points(seed, 40, nodes.total_bounds, nodes.crs)
    joins = join_points(network, points, id_column="point_id", limit_m=300)
    origins, dests = joins.iloc[:15], joins.iloc[15:]
    walks = as_dict(measure_walks(network, origins, dests, cutoff_m=3000))
    expected = layered_walks(edges, joins, origins["point_id"], dests["point_id"], 3000)
    assert walks.keys() == expected.keys()
    assert max(abs(walks[pair] - expected[pair]) for pair in expected) <= 0.001001
    turned = as_dict(measure_walks(network, dests, origins, cutoff_m=3000))
    assert {(a, b): m for (b, a), m in turned.items()} == walks
    near = measure_nearest(network, origins, dests, cutoff_m=3000)
    shortest = pd.Series(walks).groupby(level=0).min()
    assert dict(zip(near["origin_id"], near["walk_m"], strict=True)) == shortest.to_dict()


def closed_block(town):
    """Return the lattice's edges, the four round its middle corner private."""
    touches = (town.edges["u"] == "n2_2") | (town.edges["v"] == "n2_2")
    access = np.where(touches, "private", None)
    return town.edges.assign(access=pd.Series(access, index=town.edges.index, dtype="str"))


def walk(town, edges, start, stop, **arguments):
    """Return the walk between two places of the lattice, NaN where there is none."""
    network = build_network(town.nodes, edges, **arguments)
    joins = join_points(network, town.facilities(start, stop), id_column="facility_id", limit_m=9)
    walks = measure_nearest(network, joins.iloc[:1], joins.iloc[1:], cutoff_m=3000)
    return walks["walk_m"].iloc[0] if len(walks) else np.nan


def test_a_closed_compound_is_walked_round(grid_town):
    """Straight across the closed block it is 200 m, round it 400 m."""
    edges = closed_block(grid_town)
    assert walk(grid_town, edges, (2, 1), (2, 3), through_private=True) == 200.0
    assert walk(grid_town, edges, (2, 1), (2, 3), through_private=False) == 400.0


def test_a_walk_may_start_and_end_in_a_closed_compound(grid_town):
    """Whoever lives on a private way, and whoever visits it, walks on it."""
    edges = closed_block(grid_town)
    closed = {"through_private": False}
    assert walk(grid_town, edges, (2, 1.5), (2, 3), **closed) == 150.0
    assert walk(grid_town, edges, (2, 3), (2, 1.5), **closed) == 150.0
    assert walk(grid_town, edges, (2, 1.5), (2, 2.5), **closed) == 100.0
    assert walk(grid_town, edges, (2, 2), (0, 2), **closed) == 200.0


def test_without_private_ways_nothing_changes(grid_town):
    """Where no way is private both rules give the same walks."""
    points = grid_town.facilities((0, 0), (2, 3.3), (4, 1))
    tables = []
    for through_private in (True, False):
        network = build_network(grid_town.nodes, grid_town.edges, through_private=through_private)
        joins = join_points(network, points, id_column="facility_id", limit_m=9)
        tables.append(measure_walks(network, joins, joins, cutoff_m=2000))
    pd.testing.assert_frame_equal(*tables)


def test_walkers_keep_the_rule(grid_town):
    """Without steps and with waits the closed block stays closed."""
    steps = closed_block(grid_town)
    steps.loc[steps.index[0], "highway"] = "steps"
    nodes = grid_town.nodes.assign(is_signal=True)
    network = build_network(nodes, steps, through_private=False)
    for other in (avoid_steps(network), add_waits(network, wait_m=10.0)):
        assert not other.through_private
        assert other.is_gateway.sum() == 4


@pytest.mark.parametrize("seed", range(4))
def test_service_lines_hold_exactly_what_is_within_the_walk(seed):
    """Street by street, the metres on the service lines are those whose walk is short enough."""
    nodes, edges = random_streets(seed, edges_n=60)
    network = build_network(nodes, with_private(edges, seed), through_private=False)
    points = random_points(seed, 1, nodes.total_bounds, nodes.crs)
    goal = join_points(network, points, id_column="point_id", limit_m=300)
    limit_m = 350.0
    lines = find_service_lines(network, goal, tiers_m=[limit_m])
    rows = network.edges
    per_edge = 200
    share = (np.arange(per_edge) + 0.5) / per_edge
    number = np.repeat(np.arange(len(rows)), per_edge)
    names = pd.Series(np.arange(number.size)).astype("str")
    on_street = pd.DataFrame(
        {
            "point_id": names, "access_id": names,
            "u": rows["u"].to_numpy()[number], "v": rows["v"].to_numpy()[number],
            "key": rows["key"].to_numpy()[number],
            "along_m": np.tile(share, len(rows)) * rows["length_m"].to_numpy()[number],
            "offset_m": 0.0, "reason": None,
        }
    )  # fmt: skip
    near = measure_nearest(network, on_street, goal, cutoff_m=limit_m)["origin_id"].astype(int)
    reached_m = (rows["length_m"].to_numpy()[number] / per_edge)[near].sum()
    expected = lines["street_m"].sum() if len(lines) else 0.0
    assert reached_m == pytest.approx(expected, rel=0.01, abs=2)
    assert shapely.length(lines.geometry.to_numpy()).sum() == pytest.approx(expected, abs=0.01)
