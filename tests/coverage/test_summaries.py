"""Summaries: towns add up to the district, shares name what they are shares of."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from grid import build_grid_town
from shapely import Point

from livelihood_map.core.standards import load_standard
from livelihood_map.core.tables import RESIDENCE_COVERAGE, TOWN_COVERAGE
from livelihood_map.coverage import (
    compare_walkers,
    measure_coverage,
    summarise_residences,
    summarise_towns,
)
from livelihood_map.network import build_network, join_demand

STANDARD = load_standard("cn-15min")


def summarise(town, facilities, *, demand=None, residences=None, kinds=("breakfast",)):
    """Return coverage, residence coverage and town coverage of a lattice."""
    demand = town.demand if demand is None else demand
    residences = town.residences if residences is None else residences
    network = build_network(town.nodes, town.edges)
    joins = join_demand(network, demand, town.gates, limit_m=200)
    coverage = measure_coverage(
        network, joins, facilities, standard=STANDARD, kinds=kinds, walkers=("standard",),
        cutoff_m=3000.0, limit_m=200.0,
    )  # fmt: skip
    towns = summarise_towns(coverage, demand, residences, facilities, town.towns, standard=STANDARD)
    return coverage, summarise_residences(coverage, demand, residences), towns


@pytest.fixture
def wide_town():
    """Return a 5 × 5 lattice with 250 m between corners: 1,000 m are four steps."""
    return build_grid_town(size=5, spacing_m=250.0)


def test_town_figures_are_arithmetic(wide_town):
    """Of 15 western compounds 12 lie within four steps of the corner, of 10 eastern three."""
    _, _, towns = summarise(wide_town, wide_town.facilities((0, 0), town_id="west"))
    TOWN_COVERAGE.check(towns)
    rows = towns.set_index("town_id")
    assert rows["residences_n"].to_dict() == {"west": 15, "east": 10, "ALL": 25}
    assert rows["covered_population"].to_dict() == {"west": 120.0, "east": 30.0, "ALL": 150.0}
    assert rows["covered_share"].to_dict() == {"west": 0.8, "east": 0.3, "ALL": 0.6}
    assert rows["covered_residences_share"].to_dict() == {"west": 0.8, "east": 0.3, "ALL": 0.6}
    assert rows["facilities_n"].to_dict() == {"west": 1, "east": 0, "ALL": 1}
    assert rows.loc["ALL", "median_walk_min"] == 15.0
    assert rows.loc["ALL", "elderly_covered_share"] == 0.6
    assert rows["town_name"].tolist() == ["西镇", "东镇", "全区"]


def test_land_share_weighs_compounds_by_their_land(wide_town):
    """Covered land is the land of covered compounds; missing areas are measured."""
    land = pd.Series(62_500.0, index=wide_town.residences.index)
    land.iloc[0] = 625_000.0
    land.iloc[1] = np.nan
    residences = wide_town.residences.assign(area_m2=land)
    _, _, towns = summarise(wide_town, wide_town.facilities((0, 0)), residences=residences)
    share = towns.set_index("town_id").loc["ALL", "covered_area_share"]
    assert share == pytest.approx((14 + 10) / (24 + 10))


def test_workers_count_where_the_standard_says_so(wide_town):
    """Breakfast counts residents, morning workers and passengers, wet markets residents only."""
    demand = wide_town.demand.copy()
    demand.loc[demand["demand_id"] == "d0_0", "workers"] = 100.0
    demand.loc[demand["demand_id"] == "d0_4", "passengers"] = 30.0
    facilities = pd.concat(
        [wide_town.facilities((0, 0), kind=kind) for kind in ("wet_market", "breakfast")]
    )
    _, _, towns = summarise(wide_town, facilities, demand=demand, kinds=("wet_market", "breakfast"))
    rows = towns.set_index(["town_id", "kind"])
    assert rows.loc[("ALL", "breakfast"), "population"] == 380.0
    assert rows.loc[("ALL", "wet_market"), "population"] == 250.0
    assert rows.loc[("ALL", "breakfast"), "workers_covered_share"] == 1.0
    assert rows.loc[("ALL", "breakfast"), "passengers"] == 30.0
    assert rows.loc[("ALL", "breakfast"), "residents_covered_share"] == 0.6


def test_towns_add_up_to_the_district(wide_town):
    """Sums over the towns, with those in no town, are the district's; all demand is in it."""
    demand = wide_town.demand.copy()
    demand.loc[demand["demand_id"].isin(["d0_0", "d4_4"]), "town_id"] = None
    _, _, towns = summarise(wide_town, wide_town.facilities((0, 0)), demand=demand)
    parts, whole = towns[towns["town_id"] != "ALL"], towns[towns["town_id"] == "ALL"].iloc[0]
    assert parts["town_id"].tolist() == ["west", "east", ""]
    for column in ("population", "covered_population", "residents", "elderly_n", "residences_n"):
        assert parts[column].sum() == whole[column]


def test_people_who_reach_nothing_are_the_farthest():
    """Where more than half of the people reach nothing, the median walk is missing."""
    town = build_grid_town(size=5, spacing_m=900.0)
    _, _, towns = summarise(town, town.facilities((0, 0)))
    assert np.isnan(towns.set_index("town_id").loc["ALL", "median_walk_min"])
    assert towns.set_index("town_id").loc["west", "median_walk_min"] == pytest.approx(2700 * 0.015)


def test_a_compound_with_several_points_is_shown_by_the_middle_one(wide_town):
    """Half of a compound's people walk no farther than the shown walk; the share tells the rest."""
    demand = wide_town.demand.copy()
    corners = {"d0_0": 10.0, "d0_4": 30.0, "d4_4": 20.0}
    is_one = demand["demand_id"].isin(corners)
    demand.loc[is_one, "residence_id"] = "r0_0"
    demand.loc[is_one, "population"] = demand["demand_id"].map(corners)
    _, rows, _ = summarise(wide_town, wide_town.facilities((0, 0)), demand=demand)
    RESIDENCE_COVERAGE.check(rows)
    row = rows.set_index("residence_id").loc["r0_0"]
    assert row["walk_m"] == 1000.0
    assert row["covered_share"] == pytest.approx(40 / 60)
    assert row["is_covered"]
    assert len(rows) == 23


def test_a_compound_without_people_still_has_a_row(wide_town):
    """A compound whose points hold nobody weighs them alike."""
    demand = wide_town.demand.assign(population=0.0)
    _, rows, towns = summarise(wide_town, wide_town.facilities((0, 0)), demand=demand)
    assert len(rows) == 25
    assert rows["is_covered"].sum() == 15
    assert np.isnan(towns["covered_share"]).all()


def test_offices_are_no_compounds(wide_town):
    """Places of work count as people, never as compounds."""
    office = wide_town.demand.iloc[:1].assign(
        demand_id="office", residence_id=None, place_kind="office", population=0.0, workers=50.0
    )
    office = office.set_geometry([Point(wide_town.demand.geometry.iloc[0])], crs=office.crs)
    demand = pd.concat(
        [wide_town.demand, office.astype({"residence_id": "str"})], ignore_index=True
    )
    _, rows, towns = summarise(wide_town, wide_town.facilities((0, 0)), demand=demand)
    assert len(rows) == 25
    assert towns.set_index("town_id").loc["ALL", "workers"] == 50.0


def test_walkers_stand_beside_each_other(wide_town):
    """One row per kind, one pair of columns per walker."""
    network = build_network(wide_town.nodes, wide_town.edges)
    joins = join_demand(network, wide_town.demand, wide_town.gates, limit_m=200)
    facilities = wide_town.facilities((0, 0))
    coverage = measure_coverage(
        network, joins, facilities, standard=STANDARD, kinds=("breakfast",),
        walkers=("standard", "elderly"), cutoff_m=3000.0, limit_m=200.0,
    )  # fmt: skip
    towns = summarise_towns(
        coverage, wide_town.demand, wide_town.residences, facilities, wide_town.towns,
        standard=STANDARD,
    )  # fmt: skip
    row = compare_walkers(towns, town_id="ALL").iloc[0]
    assert row["kind"] == "breakfast"
    assert row["standard_covered_share"] == 0.6
    assert row["elderly_covered_share"] == 0.4
    assert row["elderly_median_walk_min"] == pytest.approx(1000 / 60, abs=1e-4)
