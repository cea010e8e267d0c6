"""All pages of a run, and the tables made for them."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from livelihood_map.core.settings import MappingSettings
from livelihood_map.mapping import draw_pages, draw_pictures, list_problems, list_reasons, pages


@pytest.mark.parametrize(("wanted", "count"), [("none", 1), ("district", 2), ("towns", 11)])
def test_the_settings_say_which_pages_are_drawn(
    wanted, count, small_tables, map_settings, standard
):
    """The map always; the check pages of district and towns as asked."""
    asked = replace(map_settings, mapping=MappingSettings(check_pages=wanted))
    drawn = dict(draw_pages(small_tables, settings=asked, standard=standard))
    assert len(drawn) == count
    assert list(drawn)[:2] == ["planner.html", "check.html"][: min(count, 2)]
    if wanted == "towns":
        assert "check/t11_虹桥镇.html" in drawn


def test_file_names_hold_no_path(small_tables, map_settings, standard):
    """A town's name cannot lead a page out of its folder."""
    bad = small_tables.towns.assign(town_name="../../etc/a:b*c")
    tables = replace(small_tables, towns=bad)
    names = [name for name, _ in draw_pages(tables, settings=map_settings, standard=standard)]
    assert names[2] == "check/t00_.._.._etc_a_b_c.html"
    assert all(name.count("/") == (name not in {"planner.html", "check.html"}) for name in names)


def test_pictures_of_kinds_never_share_a_name(small_tables, map_settings, standard, monkeypatch):
    """A kind called like another's plan, or like a path, has a picture of its own in the folder."""
    monkeypatch.setattr(pages, "draw_picture", lambda tables, *, kind, plan, **asked: (kind, plan))
    kinds = ["甲", "甲_after", "../甲"]
    asked = replace(
        map_settings,
        coverage=replace(map_settings.coverage, kinds=kinds),
        siting=replace(map_settings.siting, kind="甲"),
    )
    tables = replace(small_tables, coverage=pd.DataFrame({"kind": kinds}))
    drawn = dict(draw_pictures(tables, settings=asked, standard=standard))
    assert drawn == {
        "pictures/甲.png": ("甲", "before"),
        "pictures/甲_after.png": ("甲", "after"),
        "pictures/甲_after-2.png": ("甲_after", "before"),
        "pictures/_甲.png": ("../甲", "before"),
    }


@pytest.fixture
def demand():
    """Return four demand points, two of one compound."""
    return gpd.GeoDataFrame(
        {
            "demand_id": ["a", "b", "c", "d"],
            "residence_id": ["r1", "r1", "r2", None],
            "name": ["甲", "甲", "乙", "丙"],
            "town_id": "t",
            "population": [10.0, 30.0, 5.0, 0.0],
        },
        geometry=[Point(0, i) for i in range(4)],
        crs="EPSG:4549",
    )


def test_a_problem_is_a_point_that_no_access_joins(demand):
    """A point with one joined gate is served; one whose gates all fail is listed once."""
    joins = pd.DataFrame(
        {
            "point_id": ["a", "a", "b", "b", "c"],
            "access_id": ["g1", "g2", "g3", "g4", "c"],
            "reason": ["too_far", None, "barrier", "too_far", None],
        }
    )
    problems = list_problems(joins, demand)
    assert problems[["demand_id", "reason"]].to_numpy().tolist() == [["b", "barrier"]]


def test_a_compound_has_the_reason_of_most_of_its_people(demand):
    """Of several demand points the one with most people speaks for the compound."""
    gaps = pd.DataFrame(
        {
            "demand_id": ["a", "b", "d"],
            "kind": "breakfast",
            "reason": ["too_far", "unreachable", "too_far"],
        }
    )
    reasons = list_reasons(gaps, demand)
    assert reasons.to_numpy().tolist() == [["r1", "breakfast", "unreachable"]]
