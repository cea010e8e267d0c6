"""Where a site is, in words and in three datums."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import LineString, Point

from livelihood_map.core.crs import local_transverse_mercator
from livelihood_map.core.datum import bd09_to_wgs84, gcj02_to_wgs84
from livelihood_map.core.labels import use_lang
from livelihood_map.report.site_places import coordinates_of, name_nearby

CRS = local_transverse_mercator(121.4666667)
EDGES = gpd.GeoDataFrame(
    {"name": ["长路", "甲路", None]},
    geometry=[
        LineString([(0, 0), (400, 0)]),
        LineString([(400, 0), (400, 300)]),
        LineString([(0, 0), (0, 300)]),
    ],
    crs=CRS,
)
OUTLETS = gpd.GeoDataFrame(
    {"address": ["长路12号一楼", "长路", None, "甲路5530弄39号"]},
    geometry=[Point(100, 0), Point(101, 0), Point(102, 0), Point(5000, 5000)],
    crs=CRS,
)


def named(*places, edges=EDGES):
    """Return what is told of places near the lattice of two streets."""
    points = gpd.GeoDataFrame(geometry=[Point(*place) for place in places], crs=CRS)
    return name_nearby(points, OUTLETS, edges)


def test_a_house_number_goes_before_a_crossing_and_neither_is_told_plainly():
    """Within 150 m the number, else a crossing within 500 m, else that there is neither."""
    assert named((100, 2), (160, 0), (380, 0), (3000, 0), (5000, 5000)) == [
        "长路12号",
        "长路12号（约 60 米）",
        "甲路与长路路口（约 20 米）",
        "附近没有门牌和路口",
        "甲路5530弄39号",
    ]
    with use_lang("en"):
        assert named((380, 0)) == ["crossing of 甲路 and 长路 (about 20 m away)"]
    assert named((380, 0), edges=None) == ["附近没有门牌和路口"]


@pytest.mark.parametrize(("column", "back"), [("gcj02", gcj02_to_wgs84), ("bd09", bd09_to_wgs84)])
def test_each_datum_leads_back_to_the_same_place(column, back):
    """The shifted pair, taken back, is the WGS-84 pair to a metre, and is itself far from it."""
    points = gpd.GeoDataFrame(geometry=[Point(121.38, 31.11)], crs=4326)
    told = coordinates_of(points).iloc[0]
    lon, lat = (float(part) for part in told[column].split(", "))
    east, north = back(lon, lat)
    assert (east, north) == pytest.approx((121.38, 31.11), abs=1e-5)
    assert abs(lon - 121.38) > 1e-3
    assert told["wgs84"] == "121.380000, 31.110000"
