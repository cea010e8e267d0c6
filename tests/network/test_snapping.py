"""Joins: the adjacent edge, its right part, and a reason where there is none."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, Point
from walk_oracle import edges_table, nodes_table, random_points, random_streets

from livelihood_map.core.errors import CrsError, JoinError
from livelihood_map.core.tables import GATES, JOINS
from livelihood_map.network import build_network, join_demand, join_points, measure_walks

CRS = "EPSG:32651"
X, Y = 350_000.0, 3_440_000.0


def streets(*rows):
    """Return the network of lines given as (u, v, [(x, y), …]) with further columns as a dict."""
    table, places = [], {}
    for u, v, xy, *more in rows:
        line = LineString([(X + x, Y + y) for x, y in xy])
        columns = {"u": u, "v": v, "key": 0, "length_m": line.length, "geometry": line}
        table.append(columns | {"is_bridge": False, "is_tunnel": False} | dict(*more))
        places[u], places[v] = Point(line.coords[0]), Point(line.coords[-1])
    return build_network(nodes_table(places, CRS), edges_table(pd.DataFrame(table), CRS))


def points_at(*xy):
    """Return points p0, p1, … at the given places."""
    places = [Point(X + x, Y + y) for x, y in xy]
    names = [f"p{number}" for number in range(len(xy))]
    return gpd.GeoDataFrame({"point_id": names}, geometry=places, crs=CRS)


def join(network, *xy, limit_m=100.0):
    """Return the joins of the given places."""
    return join_points(network, points_at(*xy), id_column="point_id", limit_m=limit_m)


ROAD = ("a", "b", [(0, 0), (200, 0)])


def test_point_joins_the_edge_not_the_node():
    """A point beside the middle of an edge joins there: 60 m along, 10 m from it."""
    row = join(streets(ROAD), (60, 10)).iloc[0]
    assert (row["u"], row["v"], row["key"]) == ("a", "b", 0)
    assert (row["along_m"], row["offset_m"]) == (60.0, 10.0)
    assert pd.isna(row["reason"])


def test_position_counts_from_u_even_when_the_line_runs_from_v():
    """`along_m` is measured from u, whichever way the line was drawn."""
    network = streets(ROAD)
    turned = network.edges.set_geometry(network.edges.geometry.reverse())
    again = build_network(network.nodes, turned)
    assert join(again, (60, 10))["along_m"].iloc[0] == 60.0


def test_walk_counts_offset_and_part_of_the_edge():
    """A walk is offset + way along the street + offset: 10 + 80 + 5 m."""
    network = streets(ROAD)
    joins = join(network, (60, 10), (140, -5))
    walks = measure_walks(network, joins.iloc[:1], joins.iloc[1:], cutoff_m=500)
    assert walks["walk_m"].tolist() == [95.0]


def test_every_join_is_the_nearest_edge_by_brute_force():
    """No edge of the network lies nearer to a point than the one that it joins."""
    nodes, edges = random_streets(3)
    network = build_network(nodes, edges)
    points = random_points(5, 80, nodes.total_bounds, nodes.crs)
    joins = join_points(network, points, id_column="point_id", limit_m=500)
    is_main = network.is_main_part[network.part[network.ends[:, 0]]]
    lines = network.lines[is_main]
    nearest = [shapely.distance(lines, place).min() for place in points.geometry]
    np.testing.assert_allclose(joins["offset_m"], nearest, atol=1e-9)


def test_a_main_part_goes_before_a_detached_one():
    """A detached path at 5 m is passed over for main streets at 40 m, if within the limit."""
    network = streets(ROAD, ("c", "d", [(50, 45), (70, 45)]))
    near, far = join(network, (60, 40)), join(network, (60, 40), limit_m=30)
    assert near["u"].iloc[0] == "a"
    assert not near["is_detached"].iloc[0]
    assert far["u"].iloc[0] == "c"
    assert far["is_detached"].iloc[0]


def test_a_large_second_part_is_a_place_of_its_own():
    """A second part with 10 km of streets is a main part, so a point there joins it."""
    island = ("c", "d", [(0, 1000), (10_000, 1000)])
    long_road = ("a", "b", [(0, 0), (12_000, 0)])
    assert join(streets(long_road, island), (60, 990), limit_m=2000)["u"].iloc[0] == "c"


@pytest.mark.parametrize("column", ["is_bridge", "is_tunnel"])
def test_a_point_beneath_a_bridge_joins_the_ground(column):
    """A bridge or tunnel over a point is no way to it while a street lies within the limit."""
    network = streets(ROAD, ("b", "c", [(200, 0), (200, 60), (0, 60)], {column: True}))
    assert join(network, (60, 58))["v"].iloc[0] == "b"
    assert join(network, (60, 58), limit_m=20)["v"].iloc[0] == "c"


def test_reasons_tell_too_far_from_off_network():
    """Beyond the limit a point is too far from a street; beyond 1,000 m it is off the network."""
    joins = join(streets(ROAD), (60, 100), (60, 100.001), (60, 1000.4), (60, 1001))
    assert joins["reason"].fillna("").tolist() == ["", "too_far", "off_network", "off_network"]
    assert joins["u"].isna().tolist() == [False, True, True, True]
    assert JOINS.check(joins) is joins


def test_points_find_no_street_in_an_empty_network(grid_town):
    """Without any street every point is off the network."""
    network = build_network(grid_town.nodes.iloc[:0], grid_town.edges.iloc[:0])
    joins = join_demand(network, grid_town.demand, grid_town.gates, limit_m=200)
    assert set(joins["reason"]) == {"off_network"}


def gates_of(town, *rows):
    """Return gates given as (residence, (row, column), is_open)."""
    return GATES.conform(
        gpd.GeoDataFrame(
            {
                "gate_id": [f"g{number}" for number in range(len(rows))],
                "residence_id": [row[0] for row in rows],
                "is_open": [row[2] for row in rows],
                "is_inferred": False,
            },
            geometry=[town.at(*row[1]) for row in rows],
            crs=town.nodes.crs,
        )
    )


def test_demand_has_one_row_for_each_open_gate(grid_town):
    """A home leaves through each open gate; closed gates are left out."""
    network = build_network(grid_town.nodes, grid_town.edges)
    gates = gates_of(
        grid_town,
        ("r2_2", (2, 2.4), True), ("r2_2", (2.3, 2), True), ("r2_2", (2, 1.6), False),
    )  # fmt: skip
    joins = join_demand(network, grid_town.demand, gates, limit_m=200)
    rows = joins[joins["point_id"] == "d2_2"]
    assert rows["access_id"].tolist() == ["g0", "g1"]
    np.testing.assert_allclose(rows["offset_m"], [40.0, 30.0])
    assert (joins["point_id"] != "d2_2").sum() == 24


def test_a_walk_may_start_at_the_gate(grid_town):
    """With start="gate" the way from the home to its gate is not counted."""
    network = build_network(grid_town.nodes, grid_town.edges)
    gates = gates_of(grid_town, ("r2_2", (2, 2.4), True))
    joins = join_demand(network, grid_town.demand, gates, limit_m=200, start="gate")
    assert joins.set_index("point_id").loc["d2_2", "offset_m"] == 0.0


def test_nobody_leaves_a_compound_whose_gates_are_all_closed(grid_town):
    """With all gates closed a home is not joined, and the reason says so."""
    network = build_network(grid_town.nodes, grid_town.edges)
    gates = gates_of(grid_town, ("r2_2", (2, 2.4), False))
    joins = join_demand(network, grid_town.demand, gates, limit_m=200)
    row = joins.set_index("point_id").loc["d2_2"]
    assert row["reason"] == "closed"
    assert pd.isna(row["u"])


def test_gates_without_a_street_give_one_reason(grid_town):
    """A home whose gates find no street has one row that tells why; one good gate suffices."""
    network = build_network(grid_town.nodes, grid_town.edges)
    lost = gates_of(grid_town, ("r2_2", (9, 9), True), ("r2_2", (9, 8), True))
    joins = join_demand(network, grid_town.demand, lost, limit_m=200)
    assert joins[joins["point_id"] == "d2_2"]["reason"].tolist() == ["too_far"]
    good = gates_of(grid_town, ("r2_2", (9, 9), True), ("r2_2", (2, 2), True))
    joins = join_demand(network, grid_town.demand, good, limit_m=200)
    assert joins[joins["point_id"] == "d2_2"]["access_id"].tolist() == ["g1"]


def test_row_order_changes_no_join():
    """Shuffled nodes, edges and points give the same joins."""
    nodes, edges = random_streets(1)
    points = random_points(1, 30, nodes.total_bounds, nodes.crs)
    first, second = (
        join_points(build_network(a, b), c, id_column="point_id", limit_m=300)
        for a, b, c in (
            (nodes, edges, points),
            (nodes.sample(frac=1, random_state=1), edges.sample(frac=1, random_state=2),
             points.sample(frac=1, random_state=3)),
        )
    )  # fmt: skip
    pd.testing.assert_frame_equal(first, second)


def test_points_in_another_crs_are_refused():
    """Points and network must share their CRS, and it must measure metres."""
    network = streets(ROAD)
    points = points_at((0, 0))
    with pytest.raises(CrsError):
        join_points(network, points.to_crs("EPSG:4326"), id_column="point_id", limit_m=10)
    with pytest.raises(CrsError):
        join_points(network, points.to_crs("EPSG:32650"), id_column="point_id", limit_m=10)


def test_repeated_ids_and_senseless_limits_are_refused(grid_town):
    """Ids must be unique, the limit above zero and the start one of two words."""
    network = streets(ROAD)
    twice = points_at((0, 0), (1, 1)).assign(point_id="same")
    with pytest.raises(JoinError, match="same"):
        join_points(network, twice, id_column="point_id", limit_m=10)
    with pytest.raises(JoinError):
        join(network, (0, 0), limit_m=0)
    with pytest.raises(JoinError, match="door"):
        join_demand(network, grid_town.demand, grid_town.gates, limit_m=10, start="door")
