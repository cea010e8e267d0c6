"""Barriers: no join steps across a river or a wall, but a gate leads through its wall."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, affinity, box
from walk_oracle import edges_table, nodes_table

from livelihood_map.core.errors import CrsError
from livelihood_map.core.tables import DEMAND, GATES
from livelihood_map.network import (
    WalkOptions,
    build_network,
    join_demand,
    join_facilities,
    join_points,
)

CRS = "EPSG:32651"
X, Y = 350_000.0, 3_440_000.0


def shifted(*xy):
    """Return coordinates moved to where the CRS is at home."""
    return [(X + x, Y + y) for x, y in xy]


@pytest.fixture
def two_banks():
    """Return two parallel streets, 100 m apart, joined by one at x = 200 m."""
    rows, places = [], {}
    for u, v, xy in (
        ("a", "b", [(0, 0), (200, 0)]),
        ("c", "d", [(0, 100), (200, 100)]),
        ("b", "d", [(200, 0), (200, 100)]),
    ):
        line = LineString(shifted(*xy))
        rows.append({"u": u, "v": v, "key": 0, "length_m": line.length, "geometry": line})
        places[u], places[v] = Point(line.coords[0]), Point(line.coords[-1])
    return build_network(nodes_table(places, CRS), edges_table(pd.DataFrame(rows), CRS))


def barriers_at(*shapes, kind="river", names=None):
    """Return a table of barriers, walls named after their compounds."""
    columns = {"barrier_id": names or range(len(shapes)), "kind": kind}
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS).astype({"barrier_id": "str"})


def home_at(x, y):
    """Return table demand of one home of the compound r."""
    columns = {
        "demand_id": ["d"], "residence_id": ["r"], "town_id": ["t"], "name": ["x"],
        "place_kind": "home", "population": 1.0, "workers": 0.0, "passengers": 0.0,
    }  # fmt: skip
    return DEMAND.conform(gpd.GeoDataFrame(columns, geometry=[Point(X + x, Y + y)], crs=CRS))


def gates_at(*xy, hours=None):
    """Return table gates of the compound r."""
    columns = {
        "gate_id": [f"g{number}" for number in range(len(xy))], "residence_id": "r",
        "is_open": True, "is_inferred": False, "hours": hours,
    }  # fmt: skip
    return GATES.conform(
        gpd.GeoDataFrame(columns, geometry=[Point(p) for p in shifted(*xy)], crs=CRS)
    )


def points_at(*xy):
    """Return points p0, p1, … at the given places."""
    names = [f"p{number}" for number in range(len(xy))]
    return gpd.GeoDataFrame({"point_id": names}, geometry=[Point(p) for p in shifted(*xy)], crs=CRS)


def test_a_point_joins_the_street_on_its_own_bank(two_banks):
    """The nearer street lies across the river, so the farther one on this bank is taken."""
    river = LineString(shifted((-50, 35), (150, 35)))
    points = points_at((50, 40))
    options = {"id_column": "point_id", "limit_m": 200}
    assert join_points(two_banks, points, **options)["u"].iloc[0] == "a"
    row = join_points(two_banks, points, barriers=barriers_at(river), **options).iloc[0]
    assert (row["u"], row["along_m"], row["offset_m"]) == ("c", 50.0, 60.0)


def test_behind_barriers_on_all_sides_a_point_is_not_joined(two_banks):
    """A point walled in on all sides has no street, and the reason is the barrier."""
    wall = box(X + 40, Y + 30, X + 60, Y + 50)
    options = {"id_column": "point_id", "limit_m": 200}
    for shape in (wall, wall.exterior):
        row = join_points(
            two_banks, points_at((50, 40)), barriers=barriers_at(shape), **options
        ).iloc[0]
        assert row["reason"] == "barrier"
        assert pd.isna(row["u"])


def test_a_barrier_elsewhere_changes_nothing(two_banks):
    """Barriers that no way to the street crosses leave all joins as they are."""
    options = {"id_column": "point_id", "limit_m": 200}
    points = points_at((50, 40), (10, -5), (500, 500))
    far = barriers_at(LineString(shifted((300, 0), (300, 100))))
    pd.testing.assert_frame_equal(
        join_points(two_banks, points, **options),
        join_points(two_banks, points, barriers=far, **options),
    )


def test_a_gate_leads_through_its_wall(two_banks):
    """A home inside a wall gets out by the gate; without gates only where no wall is."""
    demand, gate = home_at(50, 40), gates_at((50, 56))
    wall = barriers_at(box(X + 40, Y + 30, X + 60, Y + 56), kind="wall", names=["r"])
    through = join_demand(two_banks, demand, gate, limit_m=200, barriers=wall).iloc[0]
    assert (through["u"], through["offset_m"]) == ("c", 60.0)
    without = join_demand(two_banks, demand, gate.iloc[:0], limit_m=200, barriers=wall).iloc[0]
    assert without["reason"] == "barrier"
    open_run = join_demand(
        two_banks, demand, gate, limit_m=200, barriers=wall, are_compounds_open=True
    )
    assert dict(zip(open_run["access_id"], open_run["u"], strict=True)) == {"d": "a", "g0": "c"}


def test_a_gate_leads_through_no_other_wall(two_banks):
    """Between the gate and the nearer street lies the next compound: the farther one is taken."""
    own = box(X + 40, Y + 30, X + 60, Y + 50)
    next_door = box(X + 30, Y + 10, X + 70, Y + 29)
    walls = barriers_at(next_door, own, kind="wall", names=["other", "r"])
    for x, y in ((50, 30), (50, 32)):  # in the wall, and a little inside
        row = join_demand(
            two_banks, home_at(50, 40), gates_at((x, y)), limit_m=200, barriers=walls
        ).iloc[0]
        assert (row["u"], row["offset_m"]) == ("c", (40 - y) + (100 - y))


def test_a_facility_inside_a_wall_is_reached_through_the_open_gates(two_banks):
    """From either gate straight on to the facility; when the gates are shut nobody comes in."""
    wall = barriers_at(box(X + 40, Y + 30, X + 60, Y + 50), kind="wall", names=["r"])
    gates = gates_at((50, 30), (40, 50), hours=["06:00-22:00", None])
    inside = points_at((50, 40), (20, 20))
    options = WalkOptions(limit_m=200, barriers=wall, gates=gates)
    found = join_facilities(two_banks, inside, options, id_column="point_id")
    assert found["access_id"].tolist() == ["g0", "g1", "p1"]
    assert found["u"].tolist() == ["a", "a", "a"]
    ways = [10 + 30, np.hypot(10, 10) + 50, 20]
    assert found["offset_m"].tolist() == pytest.approx(ways)
    night = replace(options, at="23:00")
    by_night = join_facilities(two_banks, inside, night, id_column="point_id")
    assert by_night["access_id"].tolist() == ["g1", "p1"]
    shut = replace(options, gates=gates.assign(is_open=False))
    by_day = join_facilities(two_banks, inside, shut, id_column="point_id")
    assert by_day["reason"].tolist()[0] == "barrier"


def test_no_way_leads_between_two_stretches_of_a_river(two_banks):
    """Where one stretch ends and the next begins the river bars as it does elsewhere."""
    stretches = [LineString(shifted((-50, 35), (50, 35))), LineString(shifted((50, 35), (150, 35)))]
    row = join_points(
        two_banks, points_at((50, 40)), id_column="point_id", limit_m=200,
        barriers=barriers_at(*stretches),
    ).iloc[0]  # fmt: skip
    assert (row["u"], row["offset_m"]) == ("c", 60.0)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.floats(-200, 200), st.floats(-200, 200), st.floats(0.2, 0.8), st.floats(-1, 1),
)  # fmt: skip
def test_a_way_may_start_or_end_on_a_barrier(east, north, share, side):
    """However a wall slants, a gate in it reaches the street, and a street on it is reached."""
    assume(np.hypot(east, north) > 20)
    wall = LineString(shifted((0, 0), (east, north)))
    across = np.array([-north, east]) / np.hypot(east, north)
    gate = wall.interpolate(share, normalized=True)
    beside = affinity.translate(gate, *(across * 30 * (side or 1)))
    street = affinity.translate(wall, *(across * 40))
    for place, line in ((gate, street), (beside, wall)):
        ends = {"a": Point(line.coords[0]), "b": Point(line.coords[-1])}
        row = pd.DataFrame({"u": "a", "v": "b", "key": 0, "length_m": line.length,
                            "geometry": [line]})  # fmt: skip
        network = build_network(nodes_table(ends, CRS), edges_table(row, CRS))
        points = gpd.GeoDataFrame({"point_id": ["p"]}, geometry=[place], crs=CRS)
        joined = join_points(
            network, points, id_column="point_id", limit_m=200, barriers=barriers_at(wall)
        )
        assert joined["u"].tolist() == ["a"]


def test_barriers_in_another_crs_are_refused(two_banks):
    """Barriers must share the network's CRS."""
    river = barriers_at(LineString(shifted((-50, 35), (150, 35)))).to_crs(4326)
    with pytest.raises(CrsError):
        join_points(two_banks, points_at((0, 0)), id_column="point_id", limit_m=9, barriers=river)
