"""Building a network: what it holds, what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from walk_oracle import random_streets

from livelihood_map.core.errors import CrsError, SchemaError
from livelihood_map.network import build_network, build_straight_network
from livelihood_map.network.connectors import hilbert_index


def test_row_order_changes_nothing():
    """Shuffled tables build the same network, number for number."""
    nodes, edges = random_streets(2)
    one = build_network(nodes, edges)
    two = build_network(nodes.sample(frac=1, random_state=5), edges.sample(frac=1, random_state=6))
    for name in ("ends", "ticks", "part", "part_m"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    for first, second in zip(one.streets, two.streets, strict=True):
        np.testing.assert_array_equal(first, second)
    assert one.edges[["u", "v", "key"]].equals(two.edges[["u", "v", "key"]])


def test_lines_run_from_u_to_v():
    """Every line of the network starts at node u, whichever way it was drawn."""
    nodes, edges = random_streets(2)
    network = build_network(nodes, edges)
    places = nodes.set_index("node_id").geometry
    for row in network.edges.itertuples():
        assert places[row.u].distance(type(places[row.u])(row.geometry.coords[0])) < 1e-9


def test_parts_are_counted_in_metres(grid_town):
    """The lattice is one part of 4,000 m; without its middle edges it falls into two."""
    whole = build_network(grid_town.nodes, grid_town.edges)
    assert whole.part_m.tolist() == [4000.0]
    middle = grid_town.edges["u"].str.endswith("_2") & grid_town.edges["v"].str.endswith("_3")
    split = build_network(grid_town.nodes, grid_town.edges[~middle])
    assert sorted(split.part_m) == [1300.0, 2200.0]
    assert split.is_main_part.sum() == 1


def test_an_edge_to_an_unknown_node_is_refused(grid_town):
    """An edge that names a missing node is an error that shows the edge."""
    with pytest.raises(SchemaError, match="n0_0"):
        build_network(grid_town.nodes[grid_town.nodes["node_id"] != "n0_0"], grid_town.edges)


def test_a_crs_in_degrees_or_two_of_them_are_refused(grid_town):
    """Lengths are never measured in degrees, nor between two systems."""
    with pytest.raises(CrsError):
        build_network(grid_town.nodes.to_crs(4326), grid_town.edges.to_crs(4326))
    with pytest.raises(CrsError):
        build_network(grid_town.nodes.to_crs(32651), grid_town.edges)
    with pytest.raises(CrsError):
        build_straight_network(detour_factor=1.4, crs="EPSG:3857")


def test_a_detour_factor_below_one_is_refused():
    """A walk is never shorter than the straight line."""
    with pytest.raises(ValueError, match="detour_factor"):
        build_straight_network(detour_factor=0.9, crs="EPSG:32651")


def test_the_curve_visits_neighbours_one_after_another():
    """Along the curve over a 16 x 16 grid each step leads to a neighbouring cell."""
    x, y = (axis.ravel().astype(float) for axis in np.meshgrid(np.arange(16), np.arange(16)))
    order = np.argsort(hilbert_index(x, y))
    steps = np.abs(np.diff(x[order])) + np.abs(np.diff(y[order]))
    assert (steps == 1).all()


def test_the_curve_refuses_places_that_are_nowhere():
    """A coordinate that is not a number has no place on the curve."""
    with pytest.raises(ValueError, match="finite"):
        hilbert_index(np.array([np.nan]), np.array([0.0]))
    assert hilbert_index(np.empty(0), np.empty(0)).size == 0
