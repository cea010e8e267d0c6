"""The shifts between WGS-84, GCJ-02 and BD-09."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from livelihood_map.core import datum

GEOD = Geod(ellps="WGS84")
SHANGHAI = (120.85, 30.66, 122.0, 31.9)

# Published test points of eviltransform (first three) and coordtransform (fourth).
GCJ02_POINTS = [
    (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
    (113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
    (116.377817, 39.911954, 116.38404722455657, 39.91334545536069),
    (116.404, 39.915, 116.41024449916938, 39.91640428150164),
]


def _distance_m(lon_a, lat_a, lon_b, lat_b):
    return GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2]


def _random_points(count):
    west, south, east, north = SHANGHAI
    random = np.random.default_rng(20230215)
    return random.uniform(west, east, count), random.uniform(south, north, count)


@pytest.mark.parametrize(("lon", "lat", "lon_gcj", "lat_gcj"), GCJ02_POINTS)
def test_gcj02_agrees_with_published_points(lon, lat, lon_gcj, lat_gcj):
    """The published points of two independent libraries are met to a nanodegree."""
    found = datum.wgs84_to_gcj02(lon, lat)
    assert found == pytest.approx((lon_gcj, lat_gcj), abs=1e-9)


def test_bd09_agrees_with_published_point():
    """Baidu's shift of the published Beijing point is met to a nanodegree."""
    found = datum.gcj02_to_bd09(116.404, 39.915)
    assert found == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-9)


@pytest.mark.parametrize(
    ("there", "back"),
    [
        (datum.wgs84_to_gcj02, datum.gcj02_to_wgs84),
        (datum.wgs84_to_bd09, datum.bd09_to_wgs84),
        (datum.gcj02_to_bd09, datum.bd09_to_gcj02),
    ],
)
def test_round_trip_is_exact_to_a_millimetre(there, back):
    """100,000 random points of Shanghai come back within a millimetre."""
    lon, lat = _random_points(100_000)
    assert _distance_m(lon, lat, *back(*there(lon, lat))).max() < 0.001


@pytest.mark.parametrize(
    ("convert", "low_m", "high_m", "low_deg", "high_deg"),
    [
        (datum.wgs84_to_gcj02, 459.0, 500.0, 114.0, 124.0),
        (datum.wgs84_to_bd09, 1090.0, 1170.0, 64.0, 71.0),
    ],
)
def test_shift_in_minhang_has_the_known_size_and_bearing(convert, low_m, high_m, low_deg, high_deg):
    """In Minhang GCJ-02 lies some 480 m east-south-east and BD-09 some 1,130 m east-north-east."""
    lon, lat = np.meshgrid(np.linspace(121.24, 121.57, 30), np.linspace(30.97, 31.26, 30))
    bearing, _, length = GEOD.inv(lon, lat, *convert(lon, lat))
    assert low_m < length.min() <= length.max() < high_m
    assert low_deg < bearing.min() <= bearing.max() < high_deg


def test_points_outside_china_stay():
    """GCJ-02 leaves Las Palmas and Tokyo where they are, both ways."""
    lon, lat = np.array([-15.43, 139.7]), np.array([28.12, 35.7])
    for convert in (datum.wgs84_to_gcj02, datum.gcj02_to_wgs84):
        assert np.array_equal(convert(lon, lat), (lon, lat))


def test_shape_is_kept_and_missing_stays_missing():
    """A table of points keeps its shape and a missing coordinate stays missing."""
    lon = np.array([[121.4, np.nan], [121.5, 121.3]])
    lon_out, lat_out = datum.bd09_to_wgs84(lon, 31.1)
    assert lon_out.shape == lat_out.shape == (2, 2)
    assert np.isnan(lon_out[0, 1])
    assert np.isfinite(lon_out[[0, 1, 1], [0, 0, 1]]).all()


def test_no_point_gives_no_point():
    """An empty array gives an empty array."""
    lon, lat = datum.wgs84_to_bd09([], [])
    assert lon.size == lat.size == 0


def test_text_is_refused():
    """A coordinate that is no number is refused."""
    with pytest.raises(ValueError, match="could not convert"):
        datum.wgs84_to_gcj02("闵行", 31.1)


@given(
    st.floats(73.6, 134.7),
    st.floats(18.2, 53.5),
    st.sampled_from(
        [
            (datum.wgs84_to_gcj02, datum.gcj02_to_wgs84),
            (datum.wgs84_to_bd09, datum.bd09_to_wgs84),
        ]
    ),
)
def test_every_point_of_china_comes_back(lon, lat, pair):
    """There and back is within a millimetre anywhere in China."""
    there, back = pair
    assert _distance_m(lon, lat, *back(*there(lon, lat))) < 0.001
