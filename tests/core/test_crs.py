from __future__ import annotations

import geopandas as gpd
import pyproj
import pytest
from shapely import LineString, Point

from livelihood_map.core.crs import centre_lon, crs_problem, metric_crs, require_metric
from livelihood_map.core.errors import CrsError


def test_local_projection_is_true_to_scale_across_the_district():
    """A kilometre in Minhang is a kilometre in the default CRS, to 2 cm."""
    geod = pyproj.Geod(ellps="GRS80")
    for lon in (121.24, 121.4, 121.57):
        east, north, _ = geod.fwd(lon, 31.1, 37.0, 1000.0)
        line = gpd.GeoSeries([LineString([(lon, 31.1), (east, north)])], crs="EPSG:4326")
        length = line.to_crs(metric_crs("auto", centre_lon=lon)).length[0]
        assert length == pytest.approx(1000.0, abs=0.02)


@pytest.mark.parametrize("value", ["EPSG:4326", "EPSG:4490", "EPSG:3857", "EPSG:2263"])
def test_crs_that_cannot_measure_is_refused(value):
    """Degrees, Web Mercator and feet are refused where lengths are measured."""
    with pytest.raises(CrsError):
        metric_crs(value, centre_lon=121.4)


def test_unknown_crs_is_refused_with_a_remedy():
    """A CRS that nobody knows is named in the message, with what to write instead."""
    with pytest.raises(CrsError, match="EPSG:4549"):
        metric_crs("上海坐标系", centre_lon=121.4)


def test_chinese_projections_measure():
    """The CGCS2000 zones of Shanghai are metric."""
    for code in ("EPSG:4549", "EPSG:4528", "EPSG:4550"):
        require_metric(metric_crs(code, centre_lon=121.4), what="x")


def test_absent_crs_is_a_problem():
    """Without a CRS nothing is measured."""
    problem = crs_problem(None, what="towns")
    assert problem is not None
    assert "towns" in problem.text("en")


def test_centre_is_the_middle_of_the_box():
    """The centre is that of the bounding box."""
    places = gpd.GeoDataFrame(geometry=[Point(10, 0), Point(20, 5)], crs="EPSG:4326")
    assert centre_lon(places) == 15
