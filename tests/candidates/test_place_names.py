"""Names that tell places apart."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point

from livelihood_map.candidates.place_names import name_places
from livelihood_map.core.crs import local_transverse_mercator
from livelihood_map.core.labels import use_lang

CRS = local_transverse_mercator(121.4666667)
EDGES = gpd.GeoDataFrame(
    {"name": ["长路", "长路", "甲路", "乙弄", ""]},
    geometry=[
        LineString([(0, 0), (400, 0)]),
        LineString([(400, 0), (900, 0)]),
        LineString([(400, 0), (400, 300)]),
        LineString([(900, 0), (900, 300)]),
        LineString([(0, 0), (0, 300)]),
    ],
    crs=CRS,
)
COMPOUND = gpd.GeoDataFrame(
    {"demand_id": ["d1"], "name": ["丙苑"]}, geometry=[Point(500, 200)], crs=CRS
)


def names_of(*places, edges=EDGES, demand=COMPOUND):
    """Return the names of places given as (own name, source, x, y)."""
    table = gpd.GeoDataFrame(
        {"name": [place[0] for place in places], "source": [place[1] for place in places]},
        geometry=[Point(*place[2:]) for place in places],
        crs=CRS,
    )
    return name_places(table, demand, edges)


def test_a_place_of_its_own_is_named_after_street_and_compound():
    """One place on a street, and one on none, need no more."""
    assert names_of(("长路", "street", 300, 0), ("", "gap_cluster", 500, 200)) == [
        "长路（近丙苑）",
        "丙苑附近",
    ]


def test_places_that_share_street_and_compound_are_told_apart_by_crossing_and_side():
    """Each has the nearest crossing of its own street, the side and the metres."""
    places = [("长路", "street", x, 0) for x in (405, 300, 520, 800)]
    assert names_of(*places) == [
        "长路（甲路路口旁，近丙苑）",
        "长路（甲路路口西侧100米，近丙苑）",
        "长路（甲路路口东侧120米，近丙苑）",
        "长路（乙弄路口西侧100米，近丙苑）",
    ]
    with use_lang("en"):
        assert names_of(*places)[1] == "长路 (100 m west of the crossing with 甲路, near 丙苑)"


def test_without_a_crossing_the_side_of_the_compound_tells_places_apart():
    """On a street that crosses none, and on none, metres are taken from the compound."""
    assert names_of(("短路", "street", 500, 300), ("短路", "street", 500, 150)) == [
        "短路（丙苑北侧100米）",
        "短路（丙苑南侧50米）",
    ]
    places = [("", "gap_cluster", 500, 200), ("", "gap_cluster", 620, 200)]
    assert names_of(*places, edges=None) == ["丙苑旁", "丙苑东侧120米"]


def test_premises_keep_their_name_and_share_none():
    """Two shops of one chain get the compound, and if they share it the side."""
    far = COMPOUND.assign(demand_id="d2", name="丁苑").set_geometry([Point(5000, 0)], crs=CRS)
    shops = [("好都便利", "host", x, 0) for x in (500, 520, 5000)]
    demand = pd.concat([COMPOUND, far])
    assert names_of(("食堂", "host", 0, 0), *shops, demand=demand) == [
        "食堂",
        "好都便利（丙苑南侧200米）",
        "好都便利（丙苑南侧201米）",
        "好都便利（近丁苑）",
    ]


@pytest.mark.parametrize("step_m", [3, 40])
def test_places_apart_share_no_name(step_m):
    """Along a street no two places more than a metre apart bear one name."""
    places = [("长路", "street", x, 0) for x in range(10, 890, step_m)]
    names = names_of(*places)
    assert len(set(names)) == len(names)


def test_a_district_without_named_places_keeps_the_streets():
    """Where no demand point has a name the street alone stands."""
    assert names_of(("长路", "street", 1, 0), demand=COMPOUND.assign(name="")) == ["长路"]
