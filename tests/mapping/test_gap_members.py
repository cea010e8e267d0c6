"""Who forms a gap zone: each place with the cause that can be acted on, outlined with its plot."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from invented_counted import with_counted
from invented_district import CRS, build_settings, build_tables
from shapely import LineString, Point, box

from livelihood_map.core.people import CROWDS
from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import list_counted, list_members, outline_zones
from livelihood_map.mapping.inputs import PageInputs
from livelihood_map.mapping.planner_payload import planner_payload
from livelihood_map.mapping.tiles import page_streets


def _frame(columns: dict[str, object], shapes: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def _members(reason: str, at: Point, *, join: str | None = None, status: str = "operating"):
    """Return the members of a zone of one place, with an outlet at the origin and a river."""
    people = {"population": [90.0], "workers": [10.0], "passengers": [0.0]}
    demand = _frame({"demand_id": ["d"], "residence_id": ["r"], **people}, [at])
    gaps = pd.DataFrame({"demand_id": ["d"], "kind": "breakfast", "reason": reason, "zone_id": "z"})
    return list_members(
        gaps,
        demand,
        pd.DataFrame({"point_id": ["d"], "reason": [join]}),
        _frame({"kind": ["breakfast"], "status": [status]}, [Point(0, 0)]),
        _frame({"kind": ["river"]}, [LineString([(-300, 100), (300, 100)])]),
        thresholds_m={"breakfast": 500.0},
        detour_factor=1.3,
        after=pd.DataFrame(
            {"demand_id": ["d"], "kind": ["breakfast"], "facility_id": ["site:s"], "walk_m": [400]}
        ),
    )


@pytest.mark.parametrize(
    ("reason", "at", "join", "cause"),
    [
        ("too_far", Point(900, 0), None, "too_far"),
        ("too_far", Point(450, 0), None, "too_far"),
        ("too_far", Point(300, 0), None, "detour"),
        ("too_far", Point(0, 200), None, "barrier"),
        ("unreachable", Point(0, 200), None, "detached"),
        ("off_network", Point(0, 200), "closed", "closed"),
        ("off_network", Point(0, 200), "barrier", "barrier"),
        ("off_network", Point(0, 200), "too_far", "off_network"),
    ],
)
def test_each_place_has_the_cause_that_can_be_acted_on(reason, at, join, cause):
    """Far, near with a long way round, something between, no gate, no street: told apart."""
    assert _members(reason, at, join=join)["cause"].tolist() == [cause]


def test_an_outlet_that_does_not_operate_is_not_near():
    """A planned outlet next door does not make a walk a detour."""
    assert _members("too_far", Point(300, 0), status="planned")["cause"].tolist() == ["too_far"]


def test_a_member_names_the_site_that_serves_it():
    """The suggested site within the threshold is named by its candidate id."""
    assert _members("too_far", Point(900, 0))["candidate_id"].tolist() == ["s"]


def test_a_zone_is_outlined_around_its_plots():
    """An outline holds the plots of its places and joins near ones, without a circle's room."""
    plots = [box(0, 0, 100, 100), box(200, 0, 300, 100)]
    homes = _frame({"residence_id": ["a", "b"]}, plots)
    demand = _frame(
        {"demand_id": ["da", "db", "dc"]}, [Point(50, 50), Point(250, 50), Point(900, 0)]
    )
    members = pd.DataFrame(
        {
            "zone_id": ["z", "z", "w"],
            "demand_id": ["da", "db", "dc"],
            "residence_id": ["a", "b", None],
        }
    )
    zones = _frame({"zone_id": ["z", "w", "y"]}, [Point(0, 0).buffer(9)] * 3)
    drawn = outline_zones(zones, members, demand, homes).geometry
    assert drawn[0].geom_type == "Polygon"
    assert all(drawn[0].contains(plot) for plot in plots)
    assert drawn[0].area < 2.2 * 300 * 100
    assert drawn[1].contains(Point(900, 0))
    assert drawn[2].equals(zones.geometry[2])


def test_whoever_is_counted_beside_compounds_is_drawn():
    """Every demand point with people and without a compound is on the page, with its people."""
    tables = with_counted(build_tables())
    assert len(list_counted(tables.counted)) == len(tables.counted)
    assert list_counted(tables.counted.assign(workers=0.0, passengers=0.0)).empty
    page = PageInputs(tables, build_settings(), load_standard("cn-15min"), "zh")
    streets = page_streets(tables.edges, 5.0, settings=page.settings.mapping)
    section = planner_payload(page, streets)["counted"]
    assert sum(section["workers"]) == tables.counted["workers"].sum()
    assert set(section["coverage"]) == {"breakfast"}
    assert len(section["coverage"]["breakfast"]["band"]) == len(tables.counted)


def test_a_zone_tells_who_why_and_which_sites():
    """Places, causes and people of a zone add up to its members."""
    tables = with_counted(build_tables())
    page = PageInputs(tables, build_settings(), load_standard("cn-15min"), "zh")
    streets = page_streets(tables.edges, 5.0, settings=page.settings.mapping)
    for zone in planner_payload(page, streets)["zones"]:
        assert len(zone["homes"]) + len(zone["counted"]) == zone["demand_n"]
        assert sum(places for _, places, _ in zone["causes"]) == zone["demand_n"]
        people = sum(people for _, _, people in zone["causes"])
        assert people == sum(zone[crowd] for crowd in CROWDS)
        assert zone["sites"]
