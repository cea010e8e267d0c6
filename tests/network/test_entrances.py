"""A drawn town with a river, walls and gates, where every walk is arithmetic."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from grid import build_grid_town
from shapely import LineString

from livelihood_map.core.tables import GATES
from livelihood_map.network import build_network, join_demand, join_points, measure_nearest

# North is up. `~` is the river between rows 2 and 3; its one bridge `|` lies in column 4. The
# compound in the middle of row 1 is walled, with a gate to the east; the shop S stands in the
# south-west corner.
#
#   row 4   o-o-o-o-o
#   row 3   o-o-o-o-o
#           ~~~~~~~~|
#   row 2   o-o-o-o-o
#   row 1   o-o-H-o-o      H = d1_2, gate 30 m to the east
#   row 0   S-o-o-o-o


@pytest.fixture
def town():
    """Return the lattice."""
    return build_grid_town(size=5, spacing_m=100.0)


@pytest.fixture
def streets(town):
    """Return the streets, cut by the river except for the bridge in column 4."""
    crosses = (
        town.edges["u"].str.startswith("n2_")
        & town.edges["v"].str.startswith("n3_")
        & ~town.edges["u"].str.endswith("_4")
    )
    return build_network(town.nodes, town.edges[~crosses])


def gate(town, *, is_open=True, hours=None):
    """Return the gate of the walled compound."""
    return GATES.conform(
        gpd.GeoDataFrame(
            {
                "gate_id": ["east"], "residence_id": ["r1_2"], "is_open": is_open,
                "hours": [hours], "is_inferred": False,
            },
            geometry=[town.at(1, 2.3)], crs=town.nodes.crs,
        )
    )  # fmt: skip


def walks(town, streets, gates, **arguments):
    """Return the walk of each demand point to the shop."""
    joins = join_demand(streets, town.demand, gates, limit_m=200, **arguments)
    shop = join_points(streets, town.facilities((0, 0)), id_column="facility_id", limit_m=200)
    found = measure_nearest(streets, joins, shop, cutoff_m=3000).set_index("origin_id")
    return found["walk_m"].reindex(town.demand["demand_id"])


def test_the_river_is_crossed_by_its_bridge_alone(town, streets):
    """North of the river everybody walks to column 4 first."""
    found = walks(town, streets, GATES.empty(town.nodes.crs))
    for row in range(5):
        for column in range(5):
            straight = 100 * (row + column)
            round_about = 100 * (4 - column) + 100 * row + 400
            expected = straight if row <= 2 else round_about
            assert found[f"d{row}_{column}"] == expected


def test_the_walled_compound_is_left_by_its_gate(town, streets):
    """From the home 30 m east to the gate, then on along the street: 30 + 30 + 300 m."""
    found = walks(town, streets, gate(town))
    assert found["d1_2"] == 360.0
    assert walks(town, streets, gate(town), start="gate")["d1_2"] == 330.0


def test_when_the_gate_is_shut_nobody_leaves(town, streets):
    """A closed gate, or one outside its hours, leaves the compound without a walk."""
    assert pd.isna(walks(town, streets, gate(town, is_open=False))["d1_2"])
    by_day = gate(town, hours="06:00-22:00")
    assert pd.isna(walks(town, streets, by_day, at="05:59")["d1_2"])
    assert walks(town, streets, by_day, at="06:00")["d1_2"] == 360.0


def test_opening_the_compound_takes_the_shortest_way(town, streets):
    """Without the wall the home stands on its corner: 300 m."""
    found = walks(town, streets, gate(town, is_open=False), are_compounds_open=True)
    assert found["d1_2"] == 300.0


def test_a_shop_on_the_far_bank_is_joined_there(town, streets):
    """A shop 40 m north of row 2 joins row 3 when the river flows between, 60 m off."""
    river = gpd.GeoDataFrame(
        {"kind": ["river"]}, geometry=[LineString([town.at(2.3, -1), town.at(2.3, 3.9)])],
        crs=town.nodes.crs,
    )  # fmt: skip
    shop = town.facilities((2.4, 1))
    options = {"id_column": "facility_id", "limit_m": 200}
    without = join_points(streets, shop, **options).iloc[0]
    joined = join_points(streets, shop, barriers=river, **options).iloc[0]
    assert (without["offset_m"], joined["offset_m"]) == (pytest.approx(40), pytest.approx(60))
    assert joined["u"].startswith("n3_")
