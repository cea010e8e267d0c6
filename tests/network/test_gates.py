"""Gates: hours, gates inferred from ways and outlines, and the open-compound run."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point, box

from livelihood_map.core.errors import CrsError, JoinError
from livelihood_map.core.hours import is_within_hours, minutes_of
from livelihood_map.core.tables import EDGES, GATES, NODES
from livelihood_map.network import (
    build_network,
    build_straight_network,
    infer_gates,
    join_demand,
    join_points,
    measure_nearest,
)


def gates_of(town, *rows):
    """Return gates given as (residence, (row, column), is_open, hours)."""
    return GATES.conform(
        gpd.GeoDataFrame(
            {
                "gate_id": [f"g{number}" for number in range(len(rows))],
                "residence_id": [row[0] for row in rows],
                "is_open": [row[2] for row in rows],
                "hours": [row[3] for row in rows],
                "is_inferred": False,
            },
            geometry=[town.at(*row[1]) for row in rows],
            crs=town.nodes.crs,
        )
    )


def accesses(joins, point="d2_2"):
    """Return the accesses of one point."""
    return joins.loc[joins["point_id"] == point, "access_id"].tolist()


def test_a_gate_is_closed_outside_its_hours(grid_town):
    """At 05:00 only the gate that never closes lets people out; at 22:00 the other closes."""
    network = build_network(grid_town.nodes, grid_town.edges)
    gates = gates_of(
        grid_town, ("r2_2", (2, 2.4), True, "06:00-22:00"), ("r2_2", (2.4, 2), True, None)
    )
    at = {
        time: accesses(join_demand(network, grid_town.demand, gates, limit_m=200, at=time))
        for time in ("05:00", "06:00", "21:59", "22:00")
    }
    assert at == {"05:00": ["g1"], "06:00": ["g0", "g1"], "21:59": ["g0", "g1"], "22:00": ["g1"]}


def test_open_compounds_open_every_gate_and_every_wall(grid_town):
    """In the open-compound run closed gates open and the home also joins the street itself."""
    network = build_network(grid_town.nodes, grid_town.edges)
    gates = gates_of(grid_town, ("r2_2", (2, 2.4), False, None), ("r2_2", (2.4, 2), True, None))
    options = {"limit_m": 200, "are_compounds_open": True}
    joins = join_demand(network, grid_town.demand, gates, **options)
    assert accesses(joins) == ["d2_2", "g0", "g1"]


def test_opening_compounds_never_lengthens_a_walk(grid_town):
    """The open-compound run is nowhere longer than the run with gates."""
    network = build_network(grid_town.nodes, grid_town.edges)
    gates = gates_of(grid_town, *[(f"r{r}_{c}", (r + 0.4, c), True, None)
                                  for r in range(4) for c in range(5)])  # fmt: skip
    goals = join_points(network, grid_town.facilities((0, 0)), id_column="facility_id", limit_m=200)
    shut, opened = (
        measure_nearest(
            network,
            join_demand(network, grid_town.demand, gates, limit_m=200, are_compounds_open=flag),
            goals,
            cutoff_m=2000,
        ).set_index("origin_id")["walk_m"]
        for flag in (False, True)
    )
    assert (opened <= shut).all()
    assert (shut - opened).max() == 80.0


@pytest.mark.parametrize(
    ("hours", "at", "is_open"),
    [
        ("06:00-22:00", "06:00", True),
        ("22:00-06:00", "23:30", True),
        ("22:00-06:00", "12:00", False),
        ("00:00-24:00", "00:00", True),
        ("06:00-09:00;16:00-20:00", "17:00", True),
        ("06：00-09：00", "08:59", True),
        ("", "03:00", True),
        (None, "03:00", True),
    ],
)
def test_hours_hold_a_time_or_not(hours, at, is_open):
    """A spell holds its first minute, not its last; it may run past midnight."""
    assert is_within_hours([hours], at) == [is_open]


def test_unreadable_hours_and_times_are_refused():
    """Hours that cannot be read are named, never taken for open or closed."""
    with pytest.raises(JoinError, match="early"):
        is_within_hours(["early till late"], "06:30")
    for time in ("25:00", "06:61", "noon", "24:01"):
        with pytest.raises(JoinError, match=time):
            minutes_of(time)


@pytest.fixture
def compound_town():
    """Return two streets 120 m apart with a compound between them, and a way into one more."""
    crs = "EPSG:32651"
    x, y = 350_000.0, 3_440_000.0
    lines = {
        ("a", "m"): [(0, 0), (300, 0)],
        ("m", "b"): [(300, 0), (1000, 0)],
        ("c", "d"): [(0, 120), (1000, 120)],
        ("a", "c"): [(0, 0), (0, 120)],
        ("m", "w"): [(300, 0), (300, 60)],
    }
    rows, places = [], {}
    for (u, v), xy in lines.items():
        line = LineString([(x + a, y + b) for a, b in xy])
        rows.append({"u": u, "v": v, "key": 0, "length_m": line.length, "geometry": line})
        places[u], places[v] = Point(line.coords[0]), Point(line.coords[-1])
    common = {"highway": "service", "is_bridge": False, "is_tunnel": False}
    edges = EDGES.conform(gpd.GeoDataFrame(rows, crs=crs).assign(**common))
    nodes = NODES.conform(
        gpd.GeoDataFrame({"node_id": list(places)}, geometry=list(places.values()), crs=crs)
    )
    homes = gpd.GeoDataFrame(
        {"residence_id": ["way", "sides", "alone"]},
        geometry=[
            box(x + 250, y + 10, x + 350, y + 110),
            box(x + 600, y + 15, x + 700, y + 95),
            box(x + 600, y + 400, x + 700, y + 500),
        ],
        crs=crs,
    )
    return build_network(nodes, edges), homes, (x, y)


def test_gates_are_inferred_where_ways_cross_the_outline(compound_town):
    """A way into a compound makes one gate where it crosses the outline."""
    network, homes, (x, y) = compound_town
    gates = infer_gates(network, homes, GATES.empty(homes.crs))
    found = gates[gates["residence_id"] == "way"]
    assert [(p.x - x, p.y - y) for p in found.geometry] == [(300.0, 10.0)]
    assert found["is_inferred"].all()
    assert found["is_open"].all()
    assert found["gate_id"].tolist() == ["way:inferred1"]


def test_without_ways_gates_are_inferred_beside_the_streets(compound_town):
    """Without a way the outline has a gate where a street runs within reach, else none."""
    network, homes, (_, y) = compound_town
    gates = infer_gates(network, homes, GATES.empty(homes.crs))
    beside = gates[gates["residence_id"] == "sides"]
    assert [place.y - y for place in beside.geometry] == [15.0]
    assert not (gates["residence_id"] == "alone").any()


def test_squares_of_buildings_get_no_gates(compound_town):
    """A square that gathers loose buildings has no gate, whatever ways cross it."""
    network, homes, _ = compound_town
    gathered = homes.assign(buildings_n=[3.0, None, None])
    gates = infer_gates(network, gathered, GATES.empty(homes.crs))
    assert set(gates["residence_id"]) == {"sides"}


def test_known_gates_are_never_doubled(compound_town):
    """A compound with a known gate, even a closed one, gets no inferred one."""
    network, homes, (x, y) = compound_town
    known = GATES.conform(
        gpd.GeoDataFrame(
            {"gate_id": ["g"], "residence_id": ["way"], "is_open": False, "is_inferred": False},
            geometry=[Point(x + 250, y + 50)],
            crs=homes.crs,
        )
    )
    gates = infer_gates(network, homes, known)
    assert gates.loc[gates["residence_id"] == "way", "gate_id"].tolist() == ["g"]
    assert len(gates) == 2


def test_inferred_gates_do_not_depend_on_row_order(compound_town):
    """Shuffled compounds give the same gates."""
    network, homes, _ = compound_town
    none = GATES.empty(homes.crs)
    pd.testing.assert_frame_equal(
        infer_gates(network, homes, none), infer_gates(network, homes.iloc[::-1], none)
    )


def test_nothing_is_inferred_without_streets(compound_town):
    """The straight-line estimate knows no streets, so the gates stay as they are."""
    network, homes, _ = compound_town
    straight = build_straight_network(detour_factor=1.4, crs=homes.crs)
    none = GATES.empty(homes.crs)
    assert infer_gates(straight, homes, none) is none
    with pytest.raises(CrsError):
        infer_gates(network, homes.to_crs(4326), none)
