"""Walks: arithmetic on the lattice, and agreement with networkx on the split graph."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from walk_oracle import (
    CRS_XIAN,
    oracle_walks,
    random_points,
    random_streets,
    split_graph,
    xian_streets,
)

from livelihood_map.core.errors import JoinError
from livelihood_map.core.tables import WALKS
from livelihood_map.network import (
    build_network,
    build_straight_network,
    join_demand,
    join_points,
    measure_nearest,
    measure_walks,
    read_accesses,
)

MM = 0.001001


def as_dict(walks):
    """Return {(origin, dest): metres} of a table of walks."""
    return dict(
        zip(zip(walks["origin_id"], walks["dest_id"], strict=True), walks["walk_m"], strict=True)
    )


def lattice_joins(town, *places):
    """Return the network of the lattice and the joins of its demand and of facilities."""
    network = build_network(town.nodes, town.edges)
    demand = join_demand(network, town.demand, town.gates, limit_m=200)
    facilities = join_points(
        network, town.facilities(*places), id_column="facility_id", limit_m=200
    )
    return network, demand, facilities


def test_lattice_walk_is_rows_plus_columns(grid_town):
    """On the lattice a walk from corner to corner is 100 m for every row and column between."""
    network, demand, facilities = lattice_joins(grid_town, (0, 0))
    walks = measure_walks(network, demand, facilities, cutoff_m=2000)
    WALKS.check(walks)
    for origin, walk_m in zip(walks["origin_id"], walks["walk_m"], strict=True):
        row, column = map(int, origin[1:].split("_"))
        assert walk_m == 100 * (row + column)
    assert len(walks) == 25


def test_lattice_picture_of_who_walks_300_m(grid_town):
    """Within 300 m of a facility mid-edge lie the corners that the drawing shows."""
    network, demand, facilities = lattice_joins(grid_town, (2, 1.5))
    near = measure_nearest(network, demand, facilities, cutoff_m=300)
    reached = grid_town.demand["demand_id"].isin(near["origin_id"])
    picture = grid_town.picture(pd.Series(reached.to_numpy(), index=grid_town.demand["demand_id"]))
    assert picture == ".##..\n####.\n#####\n####.\n.##.."


def test_cutoff_includes_the_exact_metre(grid_town):
    """A walk of exactly the cut-off is kept, one millimetre less cuts it off."""
    network, demand, facilities = lattice_joins(grid_town, (0, 0))
    assert measure_nearest(network, demand, facilities, cutoff_m=800).shape[0] == 25
    assert measure_nearest(network, demand, facilities, cutoff_m=799.999).shape[0] == 24


def test_of_equally_near_facilities_the_lower_id_is_taken(grid_town):
    """A corner half-way between two facilities belongs to the lower id, whatever the row order."""
    network, demand, facilities = lattice_joins(grid_town, (2, 0), (2, 4))
    for order in (facilities, facilities.iloc[::-1]):
        near = measure_nearest(network, demand, order, cutoff_m=2000)
        assert near.set_index("origin_id").loc["d2_2", "dest_id"] == "breakfast0"


@pytest.mark.parametrize("side_m", [600.0, 9_000.0])
@pytest.mark.parametrize("seed", range(6))
def test_the_nearest_is_the_least_of_all_walks(seed, side_m):
    """On random networks, small and wide, nearest is the shortest of all walks, then lowest id."""
    nodes, edges = random_streets(seed, side_m=side_m)
    network = build_network(nodes, edges)
    joins = [
        join_points(
            network,
            random_points(seed + k, n, nodes.total_bounds, nodes.crs, prefix=prefix),
            id_column="point_id",
            limit_m=side_m,
        )
        for k, n, prefix in ((1, 40, "d"), (2, 15, "f"))
    ]
    every = measure_walks(network, *joins, cutoff_m=20_000)
    least = every.sort_values(["origin_id", "walk_m", "dest_id"]).drop_duplicates("origin_id")
    near = measure_nearest(network, *joins, cutoff_m=20_000)
    pd.testing.assert_frame_equal(near, least.reset_index(drop=True))


def test_joins_that_were_read_give_the_walks_of_their_table(grid_town):
    """Read once, joins give the same walks; on any other network they are refused."""
    network, demand, facilities = lattice_joins(grid_town, (0, 0), (2, 4))
    read = [read_accesses(network, joins) for joins in (demand, facilities)]
    for measure in (measure_nearest, measure_walks):
        pd.testing.assert_frame_equal(
            measure(network, *read, cutoff_m=900),
            measure(network, demand, facilities, cutoff_m=900),
        )
        others = (
            build_network(grid_town.nodes, grid_town.edges),
            build_straight_network(detour_factor=1.3, crs=network.crs),
        )
        for other in others:
            with pytest.raises(JoinError, match=r"another network|另一个路网"):
                measure(other, *read, cutoff_m=900)


def test_two_points_on_one_edge_walk_along_it(grid_town):
    """Points 20 m apart on one edge are 20 m apart on foot, with no detour to a corner."""
    network = build_network(grid_town.nodes, grid_town.edges)
    places = grid_town.facilities((2, 1.3), (2, 1.5))
    joins = join_points(network, places, id_column="facility_id", limit_m=10)
    walks = as_dict(measure_walks(network, joins, joins, cutoff_m=500))
    assert walks["breakfast0", "breakfast1"] == 20.0
    assert walks["breakfast0", "breakfast0"] == 0.0
    near = as_dict(measure_nearest(network, joins.iloc[:1], joins.iloc[1:], cutoff_m=500))
    assert near == {("breakfast0", "breakfast1"): 20.0}


@pytest.mark.parametrize("seed", range(4))
def test_random_networks_agree_with_the_split_graph(seed):
    """With parallels, loops and edges of no length, all pairs agree with networkx within 1 mm."""
    nodes, edges = random_streets(seed)
    network = build_network(nodes, edges)
    points = random_points(seed, 60, nodes.total_bounds, nodes.crs)
    joins = join_points(network, points, id_column="point_id", limit_m=300)
    origins, dests = joins.iloc[:25], joins.iloc[25:]
    walks = as_dict(measure_walks(network, origins, dests, cutoff_m=5000))
    graph = split_graph(edges, joins)
    expected = oracle_walks(graph, origins["point_id"], dests["point_id"], 5000)
    assert walks.keys() == expected.keys()
    assert all(abs(walks[pair] - expected[pair]) <= MM for pair in expected)
    turned = as_dict(measure_walks(network, dests, origins, cutoff_m=5000))
    assert {(a, b): m for (b, a), m in turned.items()} == walks
    near = as_dict(measure_nearest(network, origins, dests, cutoff_m=5000))
    shortest = pd.Series(walks).groupby(level=0).min()
    assert {a: m for (a, _), m in near.items()} == shortest.to_dict()


def test_xian_agrees_with_the_split_graph(shared_data):
    """On Xi'an's streets 1,000 random pairs agree with networkx within 1 mm."""
    nodes, edges = xian_streets(shared_data)
    network = build_network(nodes, edges)
    points = random_points(7, 400, nodes.total_bounds, CRS_XIAN, margin_m=0)
    joins = join_points(network, points, id_column="point_id", limit_m=400)
    origins, dests = joins.iloc[:40], joins.iloc[40:]
    walks = as_dict(measure_walks(network, origins, dests, cutoff_m=6000))
    expected = oracle_walks(split_graph(edges, joins), origins["point_id"], dests["point_id"], 6000)
    assert walks.keys() == expected.keys()
    assert len(walks) >= 1000
    assert max(abs(walks[pair] - expected[pair]) for pair in expected) <= MM


def test_a_point_with_several_accesses_takes_the_shortest(grid_town):
    """Of several accesses of one point, on either side, the shortest whole walk counts."""
    network, demand, facilities = lattice_joins(grid_town, (0, 0), (4, 4))
    one = demand[demand["point_id"].isin(["d0_1", "d3_4"])].assign(
        point_id="both", offset_m=[5.0, 50.0]
    )
    walks = as_dict(measure_walks(network, one, facilities, cutoff_m=2000))
    assert walks == {("both", "breakfast0"): 105.0, ("both", "breakfast1"): 150.0}
    near = as_dict(measure_nearest(network, facilities, one, cutoff_m=2000))
    assert near == {("breakfast0", "both"): 105.0, ("breakfast1", "both"): 150.0}


def test_nothing_is_reached_from_points_without_a_join(grid_town):
    """Points that are not joined have no walks, and no destinations give an empty table."""
    network, demand, facilities = lattice_joins(grid_town, (0, 0))
    lost = facilities.assign(u=None, v=None, key=pd.NA, reason="too_far")
    for found in (
        measure_walks(network, demand, lost, cutoff_m=500),
        measure_nearest(network, demand, lost, cutoff_m=500),
        measure_walks(network, demand, facilities.iloc[:0], cutoff_m=500),
        measure_nearest(network, demand.iloc[:0], facilities, cutoff_m=500),
    ):
        assert len(WALKS.check(found)) == 0


@pytest.mark.parametrize("cutoff_m", [0, -1, 20_001, float("nan")])
def test_cutoff_out_of_range_is_refused(grid_town, cutoff_m):
    """A cut-off must be above zero and at most 20 km."""
    network, demand, facilities = lattice_joins(grid_town, (0, 0))
    with pytest.raises(JoinError, match="最远步行距离"):
        measure_walks(network, demand, facilities, cutoff_m=cutoff_m)


def test_joins_of_another_network_are_refused(grid_town):
    """A join that names an edge which the network lacks is an error that names the point."""
    network, demand, facilities = lattice_joins(grid_town, (0, 0))
    with pytest.raises(JoinError, match="breakfast0"):
        measure_nearest(network, demand, facilities.assign(u="n9_9"), cutoff_m=500)


def test_too_many_pairs_are_refused(grid_town):
    """More pairs than the stated limit stop the search with a remedy."""
    network, demand, facilities = lattice_joins(grid_town, (0, 0))
    with pytest.raises(JoinError, match="10"):
        measure_walks(network, demand, facilities, cutoff_m=2000, max_pairs_n=10)


@pytest.mark.parametrize("block_n", [1, 7, 4_000_000])
def test_many_points_on_one_edge_are_looked_at_in_blocks(grid_town, monkeypatch, block_n):
    """Of points 1 m apart on one edge all pairs within 10 m are found, whatever the block."""
    monkeypatch.setattr("livelihood_map.network.od_matrix.BLOCK_N", block_n)
    network = build_network(grid_town.nodes, grid_town.edges)
    places = grid_town.facilities(*((2, 1.3 + number / 100) for number in range(40)))
    joins = join_points(network, places, id_column="facility_id", limit_m=10)
    pairs_n = sum(abs(a - b) <= 10 for a in range(40) for b in range(40))
    assert len(measure_walks(network, joins, joins, cutoff_m=10, max_pairs_n=pairs_n)) == pairs_n
    with pytest.raises(JoinError, match="max_pairs_n"):
        measure_walks(network, joins, joins, cutoff_m=10, max_pairs_n=pairs_n - 1)


def test_a_full_buffer_loses_no_pair(grid_town, monkeypatch):
    """Rows that do not fit into one buffer go on in the next."""
    monkeypatch.setattr("livelihood_map.network.od_matrix._FIRST_PAIRS_PER_ROW", 0)
    network, demand, _ = lattice_joins(grid_town, (0, 0))
    assert len(measure_walks(network, demand, demand, cutoff_m=2000)) == 625


def test_straight_walk_is_the_straight_line_times_the_factor(grid_town):
    """Without streets a walk is straight line x factor, and the network says it is an estimate."""
    network = build_straight_network(detour_factor=1.5, crs=grid_town.nodes.crs)
    assert network.is_estimated
    demand = join_demand(network, grid_town.demand, grid_town.gates, limit_m=200)
    facilities = join_points(
        network, grid_town.facilities((0, 0), (4, 3)), id_column="facility_id", limit_m=200
    )
    walks = as_dict(measure_walks(network, demand, facilities, cutoff_m=750))
    assert walks["d4_3", "breakfast0"] == 750.0
    assert walks["d0_1", "breakfast0"] == 150.0
    near = measure_nearest(network, demand, facilities, cutoff_m=750)
    shortest = pd.Series(walks).groupby(level=0).min()
    assert dict(zip(near["origin_id"], near["walk_m"], strict=True)) == shortest.to_dict()
    assert not len(measure_walks(network, demand, facilities.iloc[:0], cutoff_m=750))


def test_walks_are_whole_millimetres():
    """Walk lengths are rounded to 1 mm."""
    nodes, edges = random_streets(9)
    network = build_network(nodes, edges)
    points = random_points(9, 20, nodes.total_bounds, nodes.crs)
    joins = join_points(network, points, id_column="point_id", limit_m=300)
    walk_m = measure_walks(network, joins, joins, cutoff_m=2000)["walk_m"].to_numpy()
    assert (walk_m == np.round(walk_m, 3)).all()
