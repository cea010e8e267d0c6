"""The network report finds what is wrong, and nothing on a sound network."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point, box
from walk_oracle import edges_table, nodes_table

from livelihood_map.network import (
    FINDINGS,
    build_network,
    build_straight_network,
    inspect_network,
    join_points,
)

CRS = "EPSG:32651"
X, Y = 350_000.0, 3_440_000.0


def streets(*rows):
    """Return the network of lines given as (u, v, [(x, y), …])."""
    table, places = [], {}
    for u, v, xy in rows:
        line = LineString([(X + x, Y + y) for x, y in xy])
        table.append({"u": u, "v": v, "key": 0, "length_m": line.length, "geometry": line})
        places[u], places[v] = Point(line.coords[0]), Point(line.coords[-1])
    return build_network(nodes_table(places, CRS), edges_table(pd.DataFrame(table), CRS))


ROAD = ("a", "b", [(0, 0), (1000, 0)])


def test_a_sound_network_has_no_findings(grid_town):
    """A whole lattice with streets beyond its border has nothing to repair."""
    network = build_network(grid_town.nodes, grid_town.edges)
    middle = box(*grid_town.at(1.2, 1.2).coords[0], *grid_town.at(2.8, 2.8).coords[0])
    table = inspect_network(network, residences=grid_town.residences, area=middle)
    assert len(table) == 0
    assert table.columns.tolist() == [
        "finding_id", "finding", "what", "size_m", "name", "geometry",
    ]  # fmt: skip


def test_an_island_is_shown_with_its_metres():
    """A part that no street joins is one finding with all its streets."""
    island = [("c", "d", [(0, 500), (60, 500)]), ("d", "e", [(60, 500), (60, 540)])]
    table = inspect_network(streets(ROAD, *island))
    assert table["finding"].tolist() == ["island"]
    assert table["size_m"].tolist() == [100.0]
    assert len(table.geometry.iloc[0].geoms) == 2
    assert table["what"].iloc[0].startswith("孤立路段")


def test_a_dead_end_beside_a_street_looks_unconnected():
    """A path that stops 5 m short of a street is a loose end; one that ends far off is not."""
    network = streets(
        ROAD,
        ("b", "c", [(1000, 0), (1000, 60), (30, 60)]),
        ("c", "d", [(30, 60), (30, 5)]),
        ("c", "e", [(30, 60), (-300, 300)]),
    )
    table = inspect_network(network)
    assert table["finding"].tolist() == ["loose_end"]
    assert table["size_m"].tolist() == [5.0]


def test_a_dead_end_with_a_short_way_round_is_no_fault():
    """A dead end beside a street is sound when the walk there is short."""
    network = streets(
        ROAD, ("a", "c", [(0, 0), (0, 60), (30, 60)]), ("c", "d", [(30, 60), (30, 5)])
    )
    assert len(inspect_network(network)) == 0


def test_far_joins_are_drawn_from_the_point_to_the_street():
    """A point 90 m from its street is a finding, one 50 m from it is not."""
    network = streets(ROAD)
    points = gpd.GeoDataFrame(
        {"id": ["near", "far"]}, geometry=[Point(X + 50, Y + 50), Point(X + 50, Y + 90)], crs=CRS
    )
    joins = join_points(network, points, id_column="id", limit_m=200)
    table = inspect_network(network, joins=joins)
    assert table[["finding", "size_m", "name"]].to_numpy().tolist() == [["far_join", 90.0, "far"]]
    assert table.geometry.iloc[0].length == pytest.approx(90)


def test_a_large_compound_without_ways_is_shown():
    """Only compounds of more than 3 hectares without a way inside are findings."""
    homes = gpd.GeoDataFrame(
        {"residence_id": ["crossed", "empty", "small"], "name": ["有路", "无路", "小"]},
        geometry=[
            box(X, Y - 100, X + 200, Y + 100),
            box(X, Y + 200, X + 200, Y + 400),
            box(X, Y + 500, X + 100, Y + 600),
        ],
        crs=CRS,
    )
    table = inspect_network(streets(ROAD), residences=homes)
    assert table[["finding", "name"]].to_numpy().tolist() == [["no_inner_way", "无路"]]


def test_a_long_river_without_a_bridge_is_shown():
    """Between two crossings 2.5 km apart the river is a finding, between two 1 km apart not."""
    river = gpd.GeoDataFrame(
        {"kind": ["river"]}, geometry=[LineString([(X, Y + 50), (X + 3500, Y + 50)])], crs=CRS
    )
    long_road = ("a", "b", [(0, 0), (4000, 0)])
    network = streets(
        long_road,
        ("a", "c", [(0, 0), (0, 100)]),
        ("a", "d", [(0, 0), (1000, 0), (1000, 100)]),
        ("b", "e", [(4000, 0), (3500, 0), (3500, 100)]),
    )
    table = inspect_network(network, barriers=river)
    assert table[["finding", "name", "size_m"]].to_numpy().tolist() == [
        ["no_crossing", "river", 2500.0]
    ]


def test_streets_that_stop_at_the_border_are_shown():
    """Where streets end at the district's border, the border is a finding."""
    rows = [(f"a{n}", f"a{n + 1}", [(n * 100, 0), (n * 100 + 100, 0)]) for n in range(30)]
    network = streets(*rows)
    inside = box(X - 50, Y - 900, X + 1500, Y + 100)
    table = inspect_network(network, area=inside)
    assert set(table["finding"]) == {"missing_outside"}
    north = Point(X + 500, Y + 100)
    east = Point(X + 1500, Y)
    assert table.geometry.distance(north).min() == pytest.approx(0, abs=1)
    assert table.geometry.distance(east).min() > 100


def test_findings_have_stable_numbers_and_known_kinds():
    """The same network gives the same report, and every kind is one of the list."""
    island = ("c", "d", [(0, 500), (60, 500)])
    other = ("e", "f", [(0, 700), (90, 700)])
    table = inspect_network(streets(ROAD, island, other))
    again = inspect_network(streets(other, island, ROAD))
    assert table["finding_id"].tolist() == ["island1", "island2"]
    assert table["size_m"].tolist() == [90.0, 60.0]
    assert set(table["finding"]) <= set(FINDINGS)
    assert table.drop(columns="geometry").equals(again.drop(columns="geometry"))


def test_the_estimate_has_no_findings():
    """Without streets there is nothing to repair."""
    assert len(inspect_network(build_straight_network(detour_factor=1.4, crs=CRS))) == 0
