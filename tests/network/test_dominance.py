"""The finitely many places along streets that stand for every place."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, Point
from walk_oracle import edges_table, nodes_table, random_points, random_streets

from livelihood_map.network import build_network, find_dominating, join_points, measure_walks
from livelihood_map.network.dominance import limit_ticks

CRS = "EPSG:32651"


def whole_streets(network, group=""):
    """Return every edge as one stretch."""
    edges = network.edges
    return pd.DataFrame(edges[["u", "v", "key"]]).assign(
        from_m=0.0, to_m=edges["length_m"], group=group
    )


def reached(network, joins, places, within_m):
    """Return whom the engine reaches from each place: joined anew, walks measured and compared."""
    ids = [f"c{k:04d}" for k in range(len(places))]
    points = gpd.GeoDataFrame({"place_id": ids}, geometry=list(places), crs=network.crs)
    at = join_points(network, points, id_column="place_id", limit_m=1.0)
    walks = measure_walks(network, joins, at, cutoff_m=within_m)
    near = walks[walks["walk_m"] <= within_m].groupby("dest_id")["origin_id"].agg(frozenset)
    return [near.get(one, frozenset()) for one in ids]


def drawn(seed, *, access=None):
    """Return a random network, and 25 homes joined to it, some of them by two gates."""
    nodes, edges = random_streets(seed)
    if access:
        generator = np.random.default_rng(seed)
        private = generator.random(len(edges)) < 0.25
        edges["access"] = pd.Series(np.where(private, access, None), dtype="str")
    network = build_network(nodes, edges)
    homes = random_points(seed + 1, 25, edges.total_bounds, CRS, prefix="h")
    joins = join_points(network, homes, id_column="point_id", limit_m=400.0)
    second = joins.iloc[:8].assign(point_id=joins["point_id"].iloc[5:13].to_numpy())
    second["access_id"] = second["access_id"] + "-2"
    joins = pd.concat([joins, second], ignore_index=True).sort_values(["point_id", "access_id"])
    return network, joins


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("access", [None, "private"])
def test_whoever_stands_anywhere_reaches_nobody_beyond_some_dominating_place(seed, access):
    """Of 400 places drawn along all streets, each reaches no more than one of those kept."""
    network, joins = drawn(seed, access=access)
    within_m = 210.0
    asked = pd.DataFrame({"point_id": joins["point_id"].unique(), "within_m": within_m})
    is_public = ~network.is_private
    kept = find_dominating(network, joins, asked, whole_streets(network)[is_public])
    best = reached(network, joins, kept["geometry"], within_m)
    generator = np.random.default_rng(seed)
    edge = generator.choice(np.flatnonzero(is_public & (network.lengths_m > 0)), 400)
    share = np.r_[generator.random(380), np.zeros(10), np.ones(10)]
    places = shapely.line_interpolate_point(network.lines[edge], share, normalized=True)
    for place in reached(network, joins, places, within_m):
        assert any(place <= one for one in best)
    assert not any(
        one < other or (one == other and a < b)
        for a, one in enumerate(best)
        for b, other in enumerate(best)
    )


def test_each_walk_that_counts_is_a_question_of_its_own():
    """With 100 m and 200 m both counting, a place is kept that wins in either."""
    streets = street(700.0)
    homes = joined(streets, 0.0, 300.0, 600.0)
    asked = pd.concat(
        [pd.DataFrame({"point_id": ["h0", "h1", "h2"], "within_m": m}) for m in (300.0, 150.0)]
    )
    kept = find_dominating(streets, homes, asked, whole_streets(streets))
    assert kept["along_m"].round(3).tolist() == [150.0, 300.0, 450.0]


def street(length_m):
    """Return a network of one straight street."""
    ends = {"a": Point(400_000, 3_400_000), "b": Point(400_000 + length_m, 3_400_000)}
    table = pd.DataFrame(
        {"u": ["a"], "v": ["b"], "key": [0], "length_m": [length_m]},
    ).assign(geometry=[LineString([*ends.values()])])
    return build_network(nodes_table(ends, CRS), edges_table(table, CRS))


def joined(network, *along_m):
    """Return the joins of homes along the street."""
    line = network.lines[0]
    homes = gpd.GeoDataFrame(
        {"point_id": [f"h{k}" for k in range(len(along_m))]},
        geometry=[line.interpolate(m) for m in along_m],
        crs=CRS,
    )
    return join_points(network, homes, id_column="point_id", limit_m=1.0)


@pytest.mark.parametrize("apart_m", [400.0, 400.0009, 400.002])
def test_a_midpoint_counts_to_the_millimetre(apart_m):
    """Two homes whose middle is 200 m from both, rounded to 1 mm, share a place; others do not."""
    network = street(1000.0)
    homes = joined(network, 100.0, 100.0 + apart_m)
    asked = pd.DataFrame({"point_id": ["h0", "h1"], "within_m": 200.0})
    kept = find_dominating(network, homes, asked, whole_streets(network))
    both = [one for one in reached(network, homes, kept["geometry"], 200.0) if len(one) == 2]
    assert len(both) == (apart_m < 400.001)
    assert len(kept) == (1 if both else 2)


def test_groups_are_never_compared():
    """The same place on either side of a border is kept on both."""
    network = street(400.0)
    homes = joined(network, 200.0)
    asked = pd.DataFrame({"point_id": ["h0"], "within_m": 500.0})
    halves = pd.concat([whole_streets(network), whole_streets(network)]).assign(
        from_m=[0.0, 200.0], to_m=[200.0, 400.0], group=["west", "east"]
    )
    kept = find_dominating(network, homes, asked, halves)
    assert kept["along_m"].round(3).tolist() == [100.0, 300.0]


def test_nobody_asking_gives_no_place():
    """Without anybody uncovered, or without a street, no place is kept."""
    network = street(400.0)
    homes = joined(network, 200.0)
    nobody = pd.DataFrame({"point_id": [], "within_m": []}).astype({"within_m": float})
    someone = pd.DataFrame({"point_id": ["h0"], "within_m": [50.0]})
    assert not len(find_dominating(network, homes, nobody, whole_streets(network)))
    assert not len(find_dominating(network, homes, someone, whole_streets(network).iloc[:0]))


def test_ticks_of_a_walk_are_those_that_round_to_it():
    """A walk of 500 m ends half a millimetre later, one of 500.0006 m no later than that."""
    assert limit_ticks(np.array([500.0, 500.0006])).tolist() == [50_000_049, 50_000_049]
