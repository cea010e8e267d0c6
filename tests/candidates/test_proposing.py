"""Where an outlet could stand."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from gap_tables import zones_of
from shapely import Point, box

from livelihood_map.candidates import propose_candidates, tell_exclusion
from livelihood_map.core.labels import label, use_lang
from livelihood_map.core.settings import CandidateSettings
from livelihood_map.core.tables import CANDIDATES

CORNER = [(0, 0), (0, 1), (1, 0), (1, 1)]


def no_facilities(town):
    """Return a register without rows."""
    return town.facilities((0, 0)).iloc[:0]


def propose(town, facilities, uncovered=CORNER, *, edges="own", **more):
    """Return the candidates of the lattice when the points of `uncovered` lack breakfast."""
    gaps, zones = zones_of(town, uncovered)
    settings = CandidateSettings(**{"street_spacing_m": 50.0, **more.pop("settings", {})})
    return propose_candidates(
        facilities,
        gaps,
        zones,
        town.demand,
        town.edges if isinstance(edges, str) else edges,
        town.towns,
        kind="breakfast",
        threshold_m=more.pop("threshold_m", 150.0),
        settings=settings,
        **more,
    )


def test_hosts_come_from_the_registers(grid_town):
    """An operating wet market near a gap may host breakfast and keeps its name and id."""
    market = grid_town.facilities((0, 0), kind="wet_market")
    host = propose(grid_town, market).query("source == 'host'").iloc[0]
    assert (host["candidate_id"], host["name"], host["host_kind"]) == (
        "host-wet_market0",
        "wet_market 0",
        "wet_market",
    )
    assert not host["is_rejected"]


def test_each_excluded_host_says_why(grid_town):
    """Closed, outside, already served, far from gaps, doubled: each rejected host has a reason."""
    town = grid_town
    hosts = town.facilities(
        (0, 0), (0, 0.1), (0, 1), (4, 4), (-3, 0), (1, 1), kind="convenience"
    ).assign(status=["operating"] * 5 + ["closed"])
    outlet = town.facilities((0, 1.1), kind="breakfast")
    table = propose(
        town, pd.concat([hosts, outlet], ignore_index=True), settings={"duplicate_m": 15.0}
    )
    reasons = table.query("source == 'host'").set_index("candidate_id")["excluded_by"]
    assert reasons.fillna("").tolist() == [
        "",
        "duplicate",
        "has_outlet",
        "no_gap_near",
        "outside",
        "closed",
    ]
    for reason in reasons.dropna():
        assert label(f"candidates.excluded_{reason}")


def test_street_points_stand_on_streets_in_zones_at_their_spacing(grid_town):
    """Every street point lies on an edge, in a zone, and no two are nearer than 0.6 spacings."""
    table = propose(grid_town, no_facilities(grid_town)).query("source == 'street'")
    assert len(table) >= 8
    streets = grid_town.edges.union_all()
    assert table.distance(streets).max() < 1e-6
    pairs = [(a, b) for i, a in enumerate(table.geometry) for b in table.geometry.iloc[:i]]
    assert min(a.distance(b) for a, b in pairs) >= 0.6 * 50 - 1e-6
    CANDIDATES.check(table)


def test_street_points_avoid_bridges_and_motorways(grid_town):
    """No candidate stands on a bridge, in a tunnel or on a motorway."""
    edges = grid_town.edges.assign(is_bridge=True)
    assert (
        propose(grid_town, no_facilities(grid_town), edges=edges).query("source == 'street'").empty
    )
    edges = grid_town.edges.assign(highway="motorway")
    assert (
        propose(grid_town, no_facilities(grid_town), edges=edges).query("source == 'street'").empty
    )


@pytest.mark.parametrize(
    "change", [{"highway": "track"}, {"highway": "primary_link"}, {"access": "private"}]
)
def test_street_points_need_a_frontage(grid_town, change):
    """Tracks, slip roads and private ways offer no place for a shop."""
    edges = grid_town.edges.assign(**change)
    table = propose(grid_town, no_facilities(grid_town), edges=edges)
    assert "street" not in set(table["source"])


def test_each_zone_offers_its_centre(grid_town):
    """The people-weighted centre of a zone stands as a candidate on its nearest demand point."""
    table = propose(grid_town, no_facilities(grid_town), [(0, 0), (0, 1), (0, 2)])
    centre = table.query("source == 'gap_cluster'")
    assert centre["candidate_id"].tolist() == ["centre-breakfast-d0_0"]
    assert centre.geometry.iloc[0].equals(grid_town.at(0, 1))
    assert centre["name"].tolist() == ["小区0_1附近"]


def test_without_streets_the_uncovered_points_stand_in(grid_town):
    """A district without streets offers its uncovered demand points."""
    for edges in (None, grid_town.edges.iloc[:0]):
        table = propose(grid_town, no_facilities(grid_town), edges=edges)
        assert len(table) == len(CORNER)


def test_listed_parcels_are_fixed_or_rejected_as_asked(grid_town):
    """Parcels of the office stay, one fixed, one rejected; fixed ones need no gap near."""
    listed = gpd.GeoDataFrame(
        {
            "listed_id": ["a", "b"],
            "name": ["甲", "乙"],
            "is_fixed": [True, False],
            "is_rejected": [False, True],
        },
        geometry=[grid_town.at(4, 4), grid_town.at(0, 0)],
        crs=grid_town.demand.crs,
    )
    table = propose(grid_town, no_facilities(grid_town), listed=listed).set_index("candidate_id")
    assert bool(table.loc["listed-a", "is_fixed"])
    assert table.loc["listed-b", "excluded_by"] == "listed"


def test_exclusion_areas_bar_their_candidates(grid_town):
    """A candidate inside an exclusion area is rejected and says so."""
    spot = grid_town.at(0, 0)
    areas = gpd.GeoDataFrame(
        geometry=[box(spot.x - 10, spot.y - 10, spot.x + 10, spot.y + 10)],
        crs=grid_town.demand.crs,
    )
    market = grid_town.facilities((0, 0), kind="wet_market")
    host = propose(grid_town, market, excluded_areas=areas).query("source == 'host'")
    assert host["excluded_by"].tolist() == ["area"]
    assert tell_exclusion("area", host["excluded_area"].iloc[0]) == "位于禁设区域内"


def test_every_area_around_a_candidate_is_named(grid_town):
    """Of three areas the two that hold the candidate are named, in Chinese and English."""
    spot, far = grid_town.at(0, 0), grid_town.at(3, 3)
    shapes = [box(at.x - 10, at.y - 10, at.x + 10, at.y + 10) for at in (far, spot, spot)]
    areas = gpd.GeoDataFrame(
        {"name": ["公园", "河道蓝线", "保护区"]}, geometry=shapes, crs=grid_town.demand.crs
    )
    market = grid_town.facilities((0, 0), kind="wet_market")
    host = propose(grid_town, market, excluded_areas=areas).query("source == 'host'").iloc[0]
    assert host["excluded_area"] == "河道蓝线、保护区"
    assert tell_exclusion("area", host["excluded_area"]) == "位于禁设区域“河道蓝线、保护区”内"
    with use_lang("en"):
        assert "河道蓝线" in tell_exclusion("area", host["excluded_area"])


def test_row_order_changes_no_candidate(grid_town):
    """Shuffled streets, demand and registers give the same table."""
    markets = grid_town.facilities((0, 0), (1, 1), (0, 1), kind="wet_market")
    table = propose(grid_town, markets)
    again = propose(
        grid_town,
        markets.sample(frac=1.0, random_state=1),
        edges=grid_town.edges.sample(frac=1.0, random_state=2),
    )
    assert again.equals(table)


@pytest.mark.parametrize("uncovered", [[], [(2, 2)]])
def test_no_zone_gives_no_street_point(grid_town, uncovered):
    """Without zones only hosts are proposed."""
    market = grid_town.facilities((2, 2), kind="wet_market")
    table = propose(grid_town, market, uncovered)
    assert table["source"].tolist() == ["host"]
    assert isinstance(table.geometry.iloc[0], Point)
