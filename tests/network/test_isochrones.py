"""Service areas: pieces end at the exact metre, polygons keep their holes."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, Point
from walk_oracle import (
    CRS_XIAN,
    edges_table,
    nodes_table,
    random_points,
    random_streets,
    split_graph,
    xian_streets,
)

from livelihood_map.core.errors import JoinError
from livelihood_map.network import (
    build_network,
    build_service_areas,
    build_straight_network,
    find_service_lines,
    join_points,
)

CRS = "EPSG:32651"


def joined(town, *places):
    """Return the network of the lattice and facilities joined to it."""
    network = build_network(town.nodes, town.edges)
    points = town.facilities(*places)
    return network, join_points(network, points, id_column="facility_id", limit_m=200)


def test_lattice_pieces_end_at_the_exact_metre(grid_town):
    """From a corner 150 m reach 2 × 100 m and 4 × 50 m of street, cut mid-edge."""
    network, joins = joined(grid_town, (0, 0))
    row = find_service_lines(network, joins, tiers_m=[150]).iloc[0]
    assert row["street_m"] == 2 * 100 + 4 * 50
    assert row.geometry.length == pytest.approx(400)
    assert shapely.covers(row.geometry, grid_town.at(0.5, 1))
    assert not shapely.covers(row.geometry, grid_town.at(0.51, 1))


def test_a_walk_may_end_on_the_edge_where_it_starts(grid_town):
    """From the middle of an edge 20 m reach 20 m to either side, less what the offset takes."""
    network, joins = joined(grid_town, (2, 1.5))
    row = find_service_lines(network, joins, tiers_m=[20]).iloc[0]
    expected = LineString([grid_town.at(2, 1.3), grid_town.at(2, 1.7)])
    assert row.geometry.equals_exact(shapely.multilinestrings([expected]), 1e-6)
    nearer = find_service_lines(network, joins.assign(offset_m=15.0), tiers_m=[20])
    assert nearer["street_m"].tolist() == [10.0]
    assert len(find_service_lines(network, joins.assign(offset_m=30.0), tiers_m=[20])) == 0


def test_tiers_lie_within_one_another(grid_town):
    """A longer tier holds every shorter one."""
    network, joins = joined(grid_town, (1.3, 2), (4, 0))
    lines = find_service_lines(network, joins, tiers_m=[300, 100, 200])
    assert lines["tier_m"].tolist() == [100, 200, 300] * 2
    for shorter, longer in zip(lines.geometry[:-1], lines.geometry[1:], strict=True):
        if shorter.length < longer.length:
            assert longer.buffer(1e-6).covers(shorter)


def test_the_merged_area_is_the_union(grid_town):
    """What all facilities reach together is the union of what each reaches."""
    network, joins = joined(grid_town, (0, 0.2), (0, 0.7), (0, 0.4), (3, 3), (3.2, 3))
    for tier_m in (10, 35, 120):
        single = find_service_lines(network, joins, tiers_m=[tier_m])
        merged = find_service_lines(network, joins, tiers_m=[tier_m], is_merged=True)
        assert merged["point_id"].tolist() == ["ALL"]
        union = shapely.union_all(single.geometry.to_numpy(), grid_size=1e-6)
        assert merged["street_m"].iloc[0] == pytest.approx(union.length, abs=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_pieces_agree_with_the_split_graph(seed):
    """On random networks the street within reach is what networkx reaches, piece by piece."""
    import networkx as nx

    nodes, edges = random_streets(seed)
    network = build_network(nodes, edges)
    points = random_points(seed, 12, nodes.total_bounds, nodes.crs)
    joins = join_points(network, points, id_column="point_id", limit_m=300)
    limit_m = 400.0
    lines = find_service_lines(network, joins, tiers_m=[limit_m]).set_index("point_id")
    for point in joins.loc[joins["u"].notna(), "point_id"]:
        graph = split_graph(edges, joins[joins["point_id"] == point])
        reached = nx.single_source_dijkstra_path_length(graph, ("point", point), weight="weight")
        expected = 0.0
        for row in edges.itertuples():
            stops = joins[
                (joins["point_id"] == point) & (joins["u"] == row.u) & (joins["v"] == row.v)
                & (joins["key"] == row.key)
            ]  # fmt: skip
            at = [0.0, *stops["along_m"], row.length_m]
            names = [row.u, *[("point", point)] * len(stops), row.v]
            spare = [0.0, *stops["offset_m"], 0.0]
            for a, b in ((0, 1), (1, 2))[: len(at) - 1]:
                left = [
                    max(limit_m - reached.get(names[k], np.inf) - spare[k], 0.0) for k in (a, b)
                ]
                expected += min(sum(left), at[b] - at[a])
        assert lines["street_m"].get(point, 0.0) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("seed", range(3))
def test_filled_blocks_give_what_uniting_every_strip_gives(seed):
    """Filling blocks and putting their holes back equals uniting all strips, up to the arcs."""
    nodes, edges = random_streets(seed, nodes_n=80, edges_n=160, side_m=1200.0)
    network = build_network(nodes, edges)
    points = random_points(seed, 10, nodes.total_bounds, nodes.crs)
    joins = join_points(network, points, id_column="point_id", limit_m=300)
    options = {"tiers_m": [200, 800]}
    lines = find_service_lines(network, joins, **options).geometry.to_numpy()
    areas = build_service_areas(network, joins, simplify_m=0, **options)
    for line, area in zip(lines, areas.geometry, strict=True):
        strips = shapely.buffer(shapely.get_parts(line), 25, quad_segs=4)
        apart = shapely.symmetric_difference(shapely.union_all(strips), area)
        assert apart.area <= 0.001 * area.area


def test_areas_of_a_lattice_fill_and_reopen_its_blocks(grid_town):
    """Reached streets round all sixteen blocks leave sixteen holes of 50 m by 50 m."""
    network, joins = joined(grid_town, (2, 2))
    area = build_service_areas(network, joins, tiers_m=[900], simplify_m=0).geometry.iloc[0]
    assert [shapely.Polygon(ring).area for ring in area.interiors] == pytest.approx([2500] * 16)
    assert area.area == pytest.approx(450 * 450 - 16 * 2500 - (4 - np.pi) * 25**2, rel=1e-3)
    assert area.is_valid


def test_polygons_keep_the_hole_of_a_block(grid_town):
    """The strips round a block leave its middle open."""
    network, joins = joined(grid_town, (0, 0))
    area = build_service_areas(network, joins, tiers_m=[200], buffer_m=10, simplify_m=0).iloc[0]
    assert len(area.geometry.interiors) == 1
    hole = shapely.Polygon(area.geometry.interiors[0])
    assert hole.area == pytest.approx(80 * 80)


def test_area_agrees_with_a_raster_of_the_same_rule(shared_data):
    """Within 1 % of the cells of 1 m that lie within the buffer of the pieces."""
    nodes, edges = xian_streets(shared_data)
    network = build_network(nodes, edges)
    points = random_points(3, 12, nodes.total_bounds, CRS_XIAN, margin_m=-3000)
    joins = join_points(network, points, id_column="point_id", limit_m=300)
    lines = find_service_lines(network, joins, tiers_m=[300]).iloc[:2]
    areas = build_service_areas(network, joins, tiers_m=[300]).set_index("point_id")
    for row in lines.itertuples():
        west, south, east, north = np.round(row.geometry.buffer(30).bounds)
        x, y = np.meshgrid(np.arange(west, east) + 0.5, np.arange(south, north) + 0.5)
        cells = shapely.points(x.ravel(), y.ravel())
        tree = shapely.STRtree(shapely.get_parts(row.geometry))
        near = np.unique(tree.query(cells, predicate="dwithin", distance=25.0)[0])
        assert areas.loc[row.point_id, "area_m2"] == pytest.approx(near.size, rel=0.01)


def test_one_long_bent_street_is_cut_at_its_length(grid_town):
    """Metres count along the bends, not across."""
    places = {"a": Point(350_000, 3_440_000), "b": Point(350_100, 3_440_100)}
    line = LineString([places["a"], (350_100, 3_440_000), places["b"]])
    rows = pd.DataFrame({"u": ["a"], "v": ["b"], "key": 0, "length_m": 200.0, "geometry": [line]})
    network = build_network(nodes_table(places, CRS), edges_table(rows, CRS))
    point = gpd.GeoDataFrame({"point_id": ["p"]}, geometry=[places["a"]], crs=CRS)
    joins = join_points(network, point, id_column="point_id", limit_m=10)
    (piece,) = find_service_lines(network, joins, tiers_m=[150]).geometry.iloc[0].geoms
    assert list(piece.coords) == [
        (350_000, 3_440_000), (350_100, 3_440_000), (350_100, 3_440_050),
    ]  # fmt: skip


def test_without_streets_the_area_is_a_circle(grid_town):
    """The estimate reaches tier over detour factor in every direction."""
    straight = build_straight_network(detour_factor=2.0, crs=grid_town.nodes.crs)
    joins = join_points(
        straight, grid_town.facilities((0, 0), (0, 0.5)), id_column="facility_id", limit_m=9
    )
    areas = build_service_areas(straight, joins, tiers_m=[300])
    assert areas["area_m2"].tolist() == pytest.approx([np.pi * 150**2] * 2, rel=0.01)
    merged = build_service_areas(straight, joins, tiers_m=[300], is_merged=True)
    assert merged["point_id"].tolist() == ["ALL"]
    assert merged["area_m2"].iloc[0] < areas["area_m2"].sum()


def test_tiers_and_widths_out_of_range_are_refused(grid_town):
    """A tier must be above zero and at most 20 km, a strip must have a width."""
    network, joins = joined(grid_town, (0, 0))
    with pytest.raises(JoinError):
        find_service_lines(network, joins, tiers_m=[0])
    with pytest.raises(ValueError, match="buffer_m"):
        build_service_areas(network, joins, tiers_m=[100], buffer_m=0)
