"""Stretches joined to edges: the same as OSMnx joins."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import osmnx
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from livelihood_map.load.osm.chains import join_stretches
from livelihood_map.load.osm.polylines import (
    TAG_COLUMNS,
    Polylines,
    build_steps,
    build_stretches,
)

PLACES_N = 12
WALKS = st.lists(st.integers(0, PLACES_N - 1), min_size=2, max_size=6)
WAYS = st.lists(st.tuples(WALKS, st.sampled_from(["residential", "service"])), min_size=1)


def stretches_of(ways, signals=()):
    """Return steps and stretches of ways, each a list of places with its sort."""
    place = np.concatenate([walk for walk, _ in ways])
    tags = pd.DataFrame([dict.fromkeys(TAG_COLUMNS, "") | {"highway": sort} for _, sort in ways])
    lines = Polylines(
        line=np.repeat(np.arange(len(ways)), [len(walk) for walk, _ in ways]),
        place=place,
        x=np.cos(place) * 100.0,
        y=np.sin(place) * 100.0,
        tags=tags,
        node_id=lambda places: [str(one) for one in places],
        signals=np.array(sorted(signals), np.int64),
    )
    steps = build_steps(lines, is_inside=np.ones(len(place), bool))
    return steps, build_stretches(steps, tags)


def joined_by_osmnx(steps, stretches):
    """Return the chains that OSMnx's simplification of the graph makes."""
    is_end = np.where(steps.is_junction, 1.0, np.nan)
    points = gpd.points_from_xy(steps.x, steps.y, crs="EPSG:4326")
    nodes = gpd.GeoDataFrame({"x": steps.x, "y": steps.y, "junction": is_end}, geometry=points)
    a, b, number = stretches.a, stretches.b, np.arange(len(stretches.a))
    ends = {"u": np.concatenate([a, b]), "v": np.concatenate([b, a])}
    own = {"stretch": np.tile(number, 2), "uniform": np.tile(stretches.uniform, 2)}
    edges = pd.DataFrame({**ends, **own})
    edges["key"] = edges.groupby(["u", "v"]).cumcount()
    edges = edges.set_index(["u", "v", "key"])
    shapeless = gpd.GeoSeries([None] * len(edges), index=edges.index, crs="EPSG:4326")
    graph = osmnx.convert.graph_from_gdfs(nodes, gpd.GeoDataFrame(edges, geometry=shapeless))
    simple = osmnx.simplification.simplify_graph(
        graph,
        node_attrs_include=["junction"],
        edge_attrs_differ=["uniform"],
        remove_rings=False,
        edge_attr_aggs={"stretch": tuple},
    )
    found = (value for _, _, value in simple.edges(data="stretch"))
    chains = {value if isinstance(value, tuple) else (value,) for value in found}
    return sorted({min(chain, chain[::-1]) for chain in chains})


@given(WAYS, st.sets(st.integers(0, PLACES_N - 1), max_size=2))
@settings(max_examples=25, deadline=None)
def test_edges_are_those_of_osmnx(ways, signals):
    """Rings, dead ends, double streets and changes of sort are joined as OSMnx joins them."""
    steps, stretches = stretches_of(ways, signals)
    assert join_stretches(steps, stretches) == (
        joined_by_osmnx(steps, stretches) if len(stretches.a) else []
    )


def test_a_change_of_name_ends_no_edge_and_a_change_of_sort_does():
    """Three ways in a row, the last of another sort, are two edges."""
    ways = [([0, 1], "residential"), ([1, 2], "residential"), ([2, 3], "service")]
    assert join_stretches(*stretches_of(ways)) == [(0, 1), (2,)]
