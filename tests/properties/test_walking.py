"""What always holds of walks, whatever the streets look like."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString
from walk_oracle import random_points, random_streets

from livelihood_map.core.standards import load_standard
from livelihood_map.core.tables import DEMAND, FACILITIES, GATES
from livelihood_map.coverage import measure_coverage, summarise_towns
from livelihood_map.network import (
    build_network,
    find_service_lines,
    join_demand,
    join_points,
    measure_nearest,
    measure_walks,
)

STANDARD = load_standard("cn-15min")
CRS = "EPSG:32651"
LIMIT_M = 150.0
MM = 0.001001
seeds = st.integers(0, 10_000)
quick = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def town(seed):
    """Return nodes, edges, demand and facilities of a random town."""
    nodes, edges = random_streets(seed, nodes_n=25, edges_n=35)
    homes = random_points(seed, 15, nodes.total_bounds, CRS, prefix="d")
    shops = random_points(seed + 1, 6, nodes.total_bounds, CRS, prefix="f")
    return nodes, edges, demand_of(homes), facilities_of(shops)


def demand_of(points):
    """Return table demand of points, each a residence of its own."""
    return DEMAND.conform(
        gpd.GeoDataFrame(
            {
                "demand_id": points["point_id"],
                "residence_id": "r" + points["point_id"],
                "town_id": [f"t{number % 3}" for number in range(len(points))],
                "name": "x",
                "place_kind": "home",
                "population": np.arange(len(points)) + 1.0,
                "workers": 0.0,
                "passengers": 0.0,
            },
            geometry=points.geometry,
            crs=CRS,
        )
    )


def facilities_of(points):
    """Return table facilities of points."""
    columns = {
        "kind": "breakfast",
        "name": "x",
        "status": "operating",
        "is_demonstration": False,
        "is_smart": False,
        "is_inside": True,
        "source": "x",
    }
    table = gpd.GeoDataFrame({"facility_id": points["point_id"]}, geometry=points.geometry, crs=CRS)
    return FACILITIES.conform(table.assign(**columns))


def gates_of(demand, seed):
    """Return two or three open gates round every home."""
    rng = np.random.default_rng(seed)
    owner = np.repeat(np.arange(len(demand)), rng.integers(2, 4, len(demand)))
    angle = rng.uniform(0, 2 * np.pi, owner.size)
    x = demand.geometry.x.to_numpy()[owner] + 40 * np.cos(angle)
    y = demand.geometry.y.to_numpy()[owner] + 40 * np.sin(angle)
    return GATES.conform(
        gpd.GeoDataFrame(
            {
                "gate_id": [f"g{number:03d}" for number in range(owner.size)],
                "residence_id": demand["residence_id"].to_numpy()[owner],
                "is_open": True,
                "is_inferred": False,
            },
            geometry=gpd.points_from_xy(x, y),
            crs=CRS,
        )
    )


NO_GATES = GATES.empty(CRS)


def nearest(network, demand, facilities, gates=NO_GATES):
    """Return the walk of each demand point to its nearest facility, infinite where none."""
    joins = join_demand(network, demand, gates, limit_m=LIMIT_M)
    goals = join_points(network, facilities, id_column="facility_id", limit_m=LIMIT_M)
    walks = measure_nearest(network, joins, goals, cutoff_m=5000).set_index("origin_id")["walk_m"]
    return walks.reindex(demand["demand_id"]).fillna(np.inf)


def cover(network, demand, facilities, standard=STANDARD):
    """Return the coverage of a town."""
    joins = join_demand(network, demand, NO_GATES, limit_m=LIMIT_M)
    return measure_coverage(
        network, joins, facilities, standard=standard, kinds=("breakfast",),
        walkers=("standard",), cutoff_m=3000, limit_m=LIMIT_M,
    )  # fmt: skip


@quick
@given(seeds)
def test_a_longer_threshold_never_uncovers_anyone(seed):
    """Whoever is covered within 300 m is covered within 600 m."""
    nodes, edges, demand, facilities = town(seed)
    network = build_network(nodes, edges)
    covered = []
    for threshold_m in (300.0, 600.0):
        row = type(STANDARD.kind("breakfast"))(
            **{**vars(STANDARD.kind("breakfast")), "threshold_m": threshold_m}
        )
        standard = type(STANDARD)(**{**vars(STANDARD), "kinds": (row,)})
        covered.append(cover(network, demand, facilities, standard)["is_covered"])
    assert (covered[0] <= covered[1]).all()


@quick
@given(seeds)
def test_another_facility_never_lengthens_a_walk(seed):
    """With one facility more nobody walks farther."""
    nodes, edges, demand, facilities = town(seed)
    network = build_network(nodes, edges)
    fewer = nearest(network, demand, facilities.iloc[:-1])
    assert (nearest(network, demand, facilities) <= fewer).all()


@quick
@given(seeds)
def test_row_order_changes_nothing(seed):
    """Shuffled tables give the same coverage, row for row."""
    nodes, edges, demand, facilities = town(seed)
    one = cover(build_network(nodes, edges), demand, facilities)
    mixed = [t.sample(frac=1, random_state=seed) for t in (nodes, edges, demand, facilities)]
    two = cover(build_network(*mixed[:2]), *mixed[2:])
    pd.testing.assert_frame_equal(one, two)


@quick
@given(seeds)
def test_towns_add_up_to_the_district(seed):
    """The district's people are the sum over its towns."""
    nodes, edges, demand, facilities = town(seed)
    coverage = cover(build_network(nodes, edges), demand, facilities)
    towns = gpd.GeoDataFrame(
        {"town_id": ["t0", "t1", "t2"], "town_name": "x"},
        geometry=[shapely.box(0, 0, 1, 1)] * 3, crs=CRS,
    )  # fmt: skip
    homes = gpd.GeoDataFrame(
        {"residence_id": demand["residence_id"], "town_id": demand["town_id"], "area_m2": 1.0},
        geometry=demand.geometry, crs=CRS,
    )  # fmt: skip
    table = summarise_towns(coverage, demand, homes, facilities, towns, standard=STANDARD)
    parts, whole = table[table["town_id"] != "ALL"], table[table["town_id"] == "ALL"].iloc[0]
    for column in ("population", "covered_population", "residences_n"):
        assert np.isclose(parts[column].sum(), whole[column])


@quick
@given(seeds)
def test_a_walk_is_never_shorter_than_the_straight_line(seed):
    """No walk beats the straight line by more than its rounding."""
    nodes, edges, demand, facilities = town(seed)
    network = build_network(nodes, edges)
    joins = join_demand(network, demand, NO_GATES, limit_m=LIMIT_M)
    goals = join_points(network, facilities, id_column="facility_id", limit_m=LIMIT_M)
    walks = measure_walks(network, joins, goals, cutoff_m=5000)
    start = demand.set_index("demand_id").geometry.reindex(walks["origin_id"]).to_numpy()
    stop = facilities.set_index("facility_id").geometry.reindex(walks["dest_id"]).to_numpy()
    assert (walks["walk_m"] >= shapely.distance(start, stop) - MM).all()


@quick
@given(seeds)
def test_walks_are_the_same_in_both_directions(seed):
    """The walk there is the walk back, to the millimetre."""
    nodes, edges, demand, facilities = town(seed)
    network = build_network(nodes, edges)
    joins = join_demand(network, demand, NO_GATES, limit_m=LIMIT_M)
    goals = join_points(network, facilities, id_column="facility_id", limit_m=LIMIT_M)
    there = measure_walks(network, joins, goals, cutoff_m=2000)
    back = measure_walks(network, goals, joins, cutoff_m=2000)
    back = back.rename(columns={"origin_id": "dest_id", "dest_id": "origin_id"})
    back = back.sort_values(["origin_id", "dest_id"], ignore_index=True)
    pd.testing.assert_frame_equal(there, back[["origin_id", "dest_id", "walk_m"]])


@quick
@given(seeds, st.integers(0, 100))
def test_closing_a_gate_never_shortens_a_walk(seed, closed):
    """With a gate closed nobody walks less."""
    nodes, edges, demand, facilities = town(seed)
    network = build_network(nodes, edges)
    gates = gates_of(demand, seed)
    fewer = gates.copy()
    fewer.loc[closed % len(gates), "is_open"] = False
    before = nearest(network, demand, facilities, gates)
    assert (nearest(network, demand, facilities, fewer) >= before).all()


@quick
@given(seeds)
def test_open_compounds_never_lengthen_a_walk(seed):
    """With every compound open nobody walks farther than through its gates."""
    nodes, edges, demand, facilities = town(seed)
    network = build_network(nodes, edges)
    gates = gates_of(demand, seed)
    goals = join_points(network, facilities, id_column="facility_id", limit_m=LIMIT_M)
    walks = [
        measure_nearest(
            network,
            join_demand(network, demand, gates, limit_m=LIMIT_M, are_compounds_open=is_open),
            goals,
            cutoff_m=5000,
        ).set_index("origin_id")["walk_m"].reindex(demand["demand_id"]).fillna(np.inf)
        for is_open in (False, True)
    ]  # fmt: skip
    assert (walks[1] <= walks[0]).all()


@quick
@given(seeds, st.integers(0, 24), st.integers(0, 24))
def test_adding_a_path_never_lengthens_a_walk(seed, start, end):
    """With the joins kept, one path more between two nodes makes no walk longer."""
    nodes, edges, demand, facilities = town(seed)
    places = nodes.geometry
    line = LineString([places.iloc[start], places.iloc[end]])
    path = edges.iloc[:1].assign(
        u=nodes["node_id"].iloc[start], v=nodes["node_id"].iloc[end], key=99, length_m=line.length
    )
    path = path.set_geometry([line], crs=edges.crs)
    one = build_network(nodes, edges)
    two = build_network(nodes, pd.concat([edges, path], ignore_index=True))
    joins = join_demand(one, demand, NO_GATES, limit_m=LIMIT_M)
    goals = join_points(one, facilities, id_column="facility_id", limit_m=LIMIT_M)
    before, after = (
        measure_nearest(n, joins, goals, cutoff_m=5000)
        .set_index("origin_id")["walk_m"].reindex(demand["demand_id"]).fillna(np.inf)
        for n in (one, two)
    )  # fmt: skip
    assert (after <= before + MM).all()


@quick
@given(seeds, st.floats(0, 1), st.floats(0, 1))
def test_a_point_moved_along_its_edge_changes_its_walk_by_no_more(seed, here, there):
    """Moved along its edge by some metres, a point's walk changes by at most those metres."""
    nodes, edges, _, facilities = town(seed)
    network = build_network(nodes, edges)
    goals = join_points(network, facilities, id_column="facility_id", limit_m=LIMIT_M)
    edge = network.edges.iloc[seed % len(network.edges)]
    joins = pd.DataFrame(
        {
            "point_id": ["one", "two"], "access_id": ["one", "two"],
            "u": edge["u"], "v": edge["v"], "key": edge["key"],
            "along_m": [here * edge["length_m"], there * edge["length_m"]],
            "offset_m": 0.0, "reason": None,
        }
    )  # fmt: skip
    walks = measure_nearest(network, joins, goals, cutoff_m=5000)["walk_m"]
    if len(walks):
        assert abs(walks[0] - walks[1]) <= abs(here - there) * edge["length_m"] + MM


@quick
@given(seeds, st.integers(1, 800))
def test_service_lines_hold_every_point_within_the_walk(seed, limit_m):
    """Every point of a street within the walk lies on the service lines."""
    nodes, edges, _, facilities = town(seed)
    network = build_network(nodes, edges)
    goals = join_points(network, facilities, id_column="facility_id", limit_m=LIMIT_M)
    lines = find_service_lines(network, goals, tiers_m=[limit_m], is_merged=True)
    rng = np.random.default_rng(seed)
    share = rng.random(len(network.edges))
    rows = network.edges
    on_street = pd.DataFrame(
        {
            "point_id": [f"s{number:03d}" for number in range(len(rows))],
            "access_id": [f"s{number:03d}" for number in range(len(rows))],
            "u": rows["u"], "v": rows["v"], "key": rows["key"],
            "along_m": share * rows["length_m"], "offset_m": 0.0, "reason": None,
        }
    )  # fmt: skip
    walks = measure_nearest(network, on_street, goals, cutoff_m=5000).set_index("origin_id")
    walk_m = walks["walk_m"].reindex(on_street["point_id"]).fillna(np.inf).to_numpy()
    places = shapely.line_interpolate_point(network.lines, share, normalized=True)
    reached = lines.geometry.iloc[0] if len(lines) else LineString()
    lies_on = shapely.dwithin(places, reached, 0.01)
    clear = np.abs(walk_m - limit_m) > 0.05
    inside = clear & (walk_m < limit_m)
    assert lies_on[inside].all()
