"""Routes: the walk as a line along the streets, through the gate, of the very length measured."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from grid import build_grid_town
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from livelihood_map.core.tables import BARRIERS, GATES
from livelihood_map.network import (
    build_network,
    build_straight_network,
    find_route,
    join_demand,
    join_points,
    measure_nearest,
)


def route(town, places, *, gates=None, edges=None, network=None, cutoff_m=3000.0, **joining):
    """Return the routes from the lattice's demand to breakfast outlets at (row, column)."""
    network = network or build_network(town.nodes, town.edges if edges is None else edges)
    homes = join_demand(
        network, town.demand, town.gates if gates is None else gates, limit_m=60, **joining
    )
    outlets = join_points(network, town.facilities(*places), id_column="facility_id", limit_m=60)
    at = dict(zip(town.demand["demand_id"], town.demand.geometry, strict=True))
    routes = find_route(network, homes, outlets, cutoff_m=cutoff_m, places=at)
    return routes.set_index("origin_id")


def corners_of(town, line):
    """Return the corners of a line in lattice steps, those on a straight way left out."""
    steps = (np.array(line.coords) - np.array(town.at(0, 0).coords[0])) / town.spacing_m
    return [
        tuple(one)
        for one in shapely.get_coordinates(
            LineString(steps).simplify(1e-6, preserve_topology=False)
        ).round(3)
    ]


def test_a_route_follows_the_streets(grid_town):
    """To an outlet two blocks on, in mid-street, the line turns where the street turns."""
    found = route(grid_town, [(2.5, 0)]).loc["d1_0"]
    assert (found["dest_id"], found["walk_m"], found["walk_min"]) == ("breakfast0", 150.0, 2.25)
    assert corners_of(grid_town, found["geometry"]) == [(0.0, 1.0), (0.0, 2.5)]
    around = route(grid_town, [(0, 3)]).loc["d2_3"]
    assert around["geometry"].length == pytest.approx(around["walk_m"], abs=1e-3)


def test_two_points_on_one_street_walk_along_it(grid_town):
    """Between two points of one edge the line is the stretch between them, either way round."""
    found = route(grid_town, [(0, 0.25)]).loc["d0_0"]
    assert corners_of(grid_town, found["geometry"]) == [(0.0, 0.0), (0.25, 0.0)]
    other = route(grid_town, [(0, 0.25)]).loc["d0_1"]
    assert corners_of(grid_town, other["geometry"]) == [(1.0, 0.0), (0.25, 0.0)]


def gate(town, place, name="r2_2"):
    """Return one gate of a compound."""
    return GATES.conform(
        gpd.GeoDataFrame(
            {"gate_id": ["gate"], "residence_id": [name], "is_open": True, "is_inferred": False},
            geometry=[town.at(*place)], crs=town.nodes.crs,
        )
    )  # fmt: skip


def test_a_route_leaves_by_the_gate(grid_town):
    """A compound whose gate lies to the east is left eastwards, also towards the west."""
    found = route(grid_town, [(2, 0)], gates=gate(grid_town, (2.1, 2.3))).loc["d2_2"]
    assert found["gate_id"] == "gate"
    assert found["walk_m"] == pytest.approx(10 + 230 + np.hypot(10, 30), abs=1e-3)
    line = corners_of(grid_town, found["geometry"])
    assert line == [(2.0, 2.0), (2.3, 2.1), (2.3, 2.0), (0.0, 2.0)]
    from_gate = route(grid_town, [(2, 0)], gates=gate(grid_town, (2.1, 2.3)), start="gate")
    assert corners_of(grid_town, from_gate.loc["d2_2", "geometry"])[0] == (2.3, 2.1)
    assert from_gate.loc["d2_2", "walk_m"] == 240.0


def test_a_route_walks_round_a_private_way(grid_town):
    """Nobody passes through a private way, but who lives on it leaves by it."""
    edges = grid_town.edges.assign(access=None).astype({"access": "str"})
    is_own = (edges["u"] == "n0_1") & (edges["v"] == "n0_2")
    edges.loc[is_own, "access"] = "private"
    around = route(grid_town, [(0, 3)], edges=edges).loc["d0_0"]
    assert around["walk_m"] == 500.0
    own = LineString([grid_town.at(0, 1.1), grid_town.at(0, 1.9)])
    assert around["geometry"].distance(own) > 9.9
    inner = route(grid_town, [(0, 1.5)], edges=edges).loc["d0_0"]
    assert inner["walk_m"] == 150.0
    assert corners_of(grid_town, inner["geometry"]) == [(0.0, 0.0), (1.5, 0.0)]


def test_where_no_route_is_the_reason_stands(grid_town):
    """A home with no outlet in reach, one with its gate closed: each says why, without a line."""
    shut = gate(grid_town, (2.1, 2.3)).assign(is_open=False)
    found = route(grid_town, [(0, 0)], gates=shut, cutoff_m=200)
    assert found.loc["d4_4", "reason"] == "unreachable"
    assert found.loc["d2_2", "reason"] == "closed"
    assert found.loc["d4_4", "geometry"] is None
    assert found.loc[["d0_1", "d1_1"], "reason"].isna().all()


def test_an_estimate_is_a_straight_line(grid_town):
    """Without streets the line is straight and the walk longer by the detour factor."""
    network = build_straight_network(detour_factor=1.4, crs=grid_town.nodes.crs)
    found = route(grid_town, [(0, 3)], network=network).loc["d0_0"]
    assert (found["walk_m"], found["geometry"].length) == (420.0, 300.0)


def test_no_route_crosses_a_river_without_a_bridge(grid_town):
    """A point whose nearest street lies across the river joins one on its own side."""
    river = BARRIERS.conform(
        gpd.GeoDataFrame(
            {"barrier_id": ["river"], "kind": ["river"]},
            geometry=[LineString([grid_town.at(1.6, -1), grid_town.at(1.6, 5)])],
            crs=grid_town.nodes.crs,
        )
    )
    edges = grid_town.edges
    crosses = edges.intersects(river.geometry.iloc[0]) & (edges["u"] != "n1_4")
    found = route(grid_town, [(3, 0)], edges=edges[~crosses], barriers=river).loc["d0_0"]
    assert found["walk_m"] == 1100.0
    meets = shapely.intersection(found["geometry"], river.geometry.iloc[0])
    assert corners_of(grid_town, LineString([meets, grid_town.at(0, 0)]))[0] == (4.0, 1.6)


TOWN = build_grid_town()
SHARE = st.floats(0, 4, allow_nan=False, width=32)


@settings(max_examples=25, deadline=None)
@given(
    places=st.lists(st.tuples(SHARE, SHARE), min_size=1, max_size=4),
    private=st.sets(st.integers(0, 39), max_size=12),
    gone=st.sets(st.integers(0, 39), max_size=12),
)
def test_the_line_is_as_long_as_the_walk(places, private, gone):
    """Whatever streets are private or gone, each measured walk has a line of its length."""
    edges = TOWN.edges.assign(access=None).astype({"access": "str"})
    edges.loc[sorted(private), "access"] = "private"
    network = build_network(TOWN.nodes, edges.drop(index=sorted(gone)))
    homes = join_demand(network, TOWN.demand, TOWN.gates, limit_m=60)
    outlets = join_points(network, TOWN.facilities(*places), id_column="facility_id", limit_m=60)
    routes = find_route(network, homes, outlets, cutoff_m=2500)
    walks = measure_nearest(network, homes, outlets, cutoff_m=2500)
    there = routes.dropna(subset="walk_m")
    assert there[["origin_id", "dest_id", "walk_m"]].values.tolist() == walks.values.tolist()
    apart = (there.geometry.length - there["walk_m"]).to_numpy()
    assert np.abs(apart).max(initial=0.0) <= 1.1e-3
    ends = shapely.get_point(there.geometry.to_numpy(), -1)
    at = TOWN.facilities(*places).set_index("facility_id").geometry.reindex(there["dest_id"])
    assert shapely.distance(ends, at.to_numpy()).max(initial=0.0) <= 1e-6
    streets = shapely.union_all([*network.lines, *_ways_to_streets(there)]).buffer(0.01)
    shapely.prepare(streets)
    assert shapely.covers(streets, there.geometry.to_numpy()).all()


def _ways_to_streets(routes):
    """Return the first and last stretch of each line, between a point and its street."""
    for line in routes.geometry:
        corners = [Point(one) for one in line.coords]
        yield LineString(corners[:2])
        yield LineString(corners[-2:])
