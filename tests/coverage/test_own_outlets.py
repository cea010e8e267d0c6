"""Facilities inside a compound that serve its residents alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from shapely import Point

import livelihood_map as lm
from livelihood_map.coverage import list_own


@pytest.fixture
def town():
    """Return the small town, its compounds drawn as areas of 50 m round their homes."""
    town = lm.example_town()
    areas = town.demand.set_index("residence_id").geometry.buffer(50)
    residences = town.residences.set_geometry(
        [areas[name] for name in town.residences["residence_id"]], crs=town.demand.crs
    )
    return replace(town, residences=residences)


def cover(town, facilities):
    """Return who reaches which outlet, and how many."""
    network = lm.build_network(town.nodes, town.edges)
    homes = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    own = list_own(facilities, town.residences, town.demand)
    table = lm.measure_coverage(
        network, homes, facilities, standard=lm.load_standard("cn-15min"), kinds=["breakfast"],
        walkers=["standard"], cutoff_m=3000, limit_m=100, own=own,
    )  # fmt: skip
    return table.set_index("demand_id")[["facility_id", "walk_m", "facilities_n"]]


def test_public_facilities_need_no_list(town):
    """Where nothing is marked there is no list, and nothing changes."""
    assert list_own(town.facilities, town.residences, town.demand) is None
    marked = town.facilities.assign(is_residents_only=False)
    assert list_own(marked, town.residences, town.demand) is None


def test_an_outlet_for_residents_counts_for_them_alone(town):
    """The outlet in the first compound covers it; the second, which walked there, has none."""
    marked = town.facilities.assign(is_residents_only=True)
    before, after = cover(town, town.facilities), cover(town, marked)
    assert before["facility_id"].tolist() == ["f1", "f1"]
    assert after.loc["d1"].tolist() == before.loc["d1"].tolist()
    assert after.loc["d2"].isna().tolist() == [True, True, False]
    assert after.loc["d2", "facilities_n"] == 0


def test_residents_walk_straight_to_an_outlet_of_their_own(town):
    """Inside the compound nobody goes out by the gate: 30 m, though by the street it is farther."""
    home = town.demand.geometry.iloc[0]
    shop = Point(home.x + 18, home.y + 24)
    marked = town.facilities.assign(is_residents_only=True).set_geometry(
        [shop], crs=town.demand.crs
    )
    own = list_own(marked, town.residences, town.demand)
    assert own.to_numpy().tolist() == [["f1", "d1", 30.0]]
    public = cover(town, marked.assign(is_residents_only=False))
    found = cover(town, marked)
    assert public.loc["d1", "walk_m"] > 30
    assert found.loc["d1"].tolist() == ["f1", 30.0, 1]
    assert found.loc["d2"].isna().tolist() == [True, True, False]


def test_an_outlet_for_residents_of_nowhere_serves_nobody(town):
    """Marked but in no compound, it is listed without residents and covers none."""
    place = town.facilities.geometry.iloc[0]
    lost = town.facilities.assign(is_residents_only=True).set_geometry(
        [Point(place.x, place.y + 90)], crs=town.demand.crs
    )
    own = list_own(lost, town.residences, town.demand)
    assert own["facility_id"].tolist() == ["f1"]
    assert own["demand_id"].isna().all()
    assert cover(town, lost)["facility_id"].isna().all()
