"""Edits: a path, a closed street and a gate change the walks as they should."""

from __future__ import annotations

import geopandas as gpd
import pytest
from grid import build_grid_town
from shapely import LineString

from livelihood_map.core.errors import JoinError, SchemaError
from livelihood_map.core.standards import load_standard
from livelihood_map.core.tables import EDITS, GATES
from livelihood_map.coverage import compare_coverage, measure_coverage
from livelihood_map.network import apply_edits, build_network, join_demand


def edits_of(town, *rows):
    """Return edits given as (action, shape, residence)."""
    return EDITS.conform(
        gpd.GeoDataFrame(
            {
                "edit_id": [f"e{number}" for number in range(len(rows))],
                "action": [row[0] for row in rows],
                "residence_id": [row[2] if len(row) > 2 else None for row in rows],
            },
            geometry=[row[1] for row in rows],
            crs=town.nodes.crs,
        )
    )


def edit(town, *rows, gates=None):
    """Return nodes, edges and gates of the lattice after edits."""
    gates = town.gates if gates is None else gates
    return apply_edits(town.nodes, town.edges, gates, town.residences, edits_of(town, *rows))


def cover(town, nodes, edges, gates, place=(0, 0)):
    """Return the coverage by one facility."""
    network = build_network(nodes, edges)
    joins = join_demand(network, town.demand, gates, limit_m=200)
    return measure_coverage(
        network, joins, town.facilities(place), standard=load_standard("cn-15min"),
        kinds=("breakfast",), walkers=("standard",), cutoff_m=3000, limit_m=200,
    )  # fmt: skip


def walks(coverage):
    """Return the walks by demand point."""
    return coverage.set_index("demand_id")["walk_m"]


def test_a_new_path_shortens_walks(grid_town):
    """A diagonal across a block is cut into the streets at both ends and walked."""
    path = LineString([grid_town.at(0.1, 0.5), grid_town.at(1, 0.5)])
    nodes, edges, gates = edit(grid_town, ("path", path))
    assert len(edges) == 40 + 1 + 2
    assert len(nodes) == 25 + 2
    after = walks(cover(grid_town, nodes, edges, gates))
    assert after["d1_1"] == pytest.approx(200.0, abs=0.01)
    middle = walks(cover(grid_town, nodes, edges, gates, place=(0, 0.5)))
    assert middle["d1_0"] == pytest.approx(150.0, abs=0.01)
    assert edges["length_m"].sum() == pytest.approx(4000 + 100, abs=0.01)


def test_a_path_from_corner_to_corner_uses_the_corners(grid_town):
    """A path that starts at a node cuts nothing."""
    path = LineString([grid_town.at(0, 0), grid_town.at(1, 1)])
    nodes, edges, gates = edit(grid_town, ("path", path))
    assert (len(nodes), len(edges)) == (25, 41)
    assert walks(cover(grid_town, nodes, edges, gates))["d1_1"] == pytest.approx(141.421, abs=1e-3)


def test_two_paths_may_join_each_other(grid_town):
    """Edits are made in their order: the second path may start on the first."""
    first = LineString([grid_town.at(0, 0), grid_town.at(1, 1)])
    second = LineString([grid_town.at(0.5, 0.5), grid_town.at(0, 1)])
    nodes, edges, _ = edit(grid_town, ("path", first), ("path", second))
    assert (len(nodes), len(edges)) == (26, 43)


def test_an_edge_drawn_backwards_is_cut_rightly(grid_town):
    """A street whose line runs from v to u is cut at the right end."""
    backwards = grid_town.edges.set_geometry(grid_town.edges.geometry.reverse())
    path = LineString([grid_town.at(0, 0.25), grid_town.at(1, 0.25)])
    nodes, edges, gates = apply_edits(
        grid_town.nodes, backwards, grid_town.gates, grid_town.residences,
        edits_of(grid_town, ("path", path)),
    )  # fmt: skip
    found = walks(cover(grid_town, nodes, edges, gates, place=(0, 0.25)))
    assert found["d0_0"] == pytest.approx(25.0)
    assert found["d0_1"] == pytest.approx(75.0)


def test_a_closed_street_lengthens_walks(grid_town):
    """The street at the point is no longer walked."""
    nodes, edges, gates = edit(grid_town, ("close_street", grid_town.at(0.02, 0.5)))
    assert len(edges) == 39
    assert walks(cover(grid_town, nodes, edges, gates))["d0_1"] == 300.0


def test_all_streets_along_a_line_are_closed(grid_town):
    """A line closes every edge whose middle lies on it."""
    line = LineString([grid_town.at(0, 0), grid_town.at(0, 4)])
    _, edges, _ = edit(grid_town, ("close_street", line))
    assert len(edges) == 36


def gate_at(town, row, column, *, is_open=True):
    """Return one gate of the middle compound."""
    return GATES.conform(
        gpd.GeoDataFrame(
            {"gate_id": ["g"], "residence_id": ["r2_2"], "is_open": is_open, "is_inferred": False},
            geometry=[town.at(row, column)],
            crs=town.nodes.crs,
        )
    )


def test_gates_are_opened_closed_and_added(grid_town):
    """A gate at the place is changed; without one a new gate is added to its compound."""
    known = gate_at(grid_town, 2, 2.4)
    closed = edit(grid_town, ("close_gate", grid_town.at(2, 2.45)), gates=known)[2]
    assert closed["is_open"].tolist() == [False]
    opened = edit(grid_town, ("open_gate", grid_town.at(2, 2.45)), gates=closed)[2]
    assert opened["is_open"].tolist() == [True]
    added = edit(grid_town, ("open_gate", grid_town.at(1.6, 2)), gates=known)[2]
    assert added[["gate_id", "residence_id"]].to_numpy().tolist() == [
        ["g", "r2_2"], ["edit:e0", "r2_2"],
    ]  # fmt: skip
    named = edit(grid_town, ("open_gate", grid_town.at(1.6, 2), "r1_2"))[2]
    assert named["residence_id"].tolist() == ["r1_2"]
    assert known["is_open"].tolist() == [True]


def test_an_edit_that_finds_nothing_is_refused(grid_town):
    """A street, gate or compound more than 20 m off is not the one that was meant."""
    far = grid_town.at(9, 9)
    for action in ("close_street", "close_gate", "open_gate"):
        with pytest.raises(JoinError, match="e0"):
            edit(grid_town, (action, far))
    with pytest.raises(SchemaError):
        edit(grid_town, ("dig_tunnel", far))


def test_the_difference_of_two_runs_is_counted_in_people():
    """Closing one street makes four corners walk 500 m more, and two of them uncovered."""
    town = build_grid_town(size=5, spacing_m=250.0)
    before = cover(town, town.nodes, town.edges, town.gates)
    after = cover(town, *edit(town, ("close_street", town.at(0, 0.5))))
    row = compare_coverage(before, after, town.demand).iloc[0]
    assert row["population"] == 250.0
    assert row["lost_population"] == 20.0
    assert row["gained_population"] == 0.0
    assert row["longer_population"] == 40.0
    assert row["mean_change_m"] == 4 * 500 / 25
    back = compare_coverage(after, before, town.demand).iloc[0]
    assert back["gained_population"] == 20.0
    assert back["shorter_population"] == 40.0
    with pytest.raises(ValueError, match="same demand"):
        compare_coverage(before, after.iloc[1:], town.demand)
