"""The base map beside the streets: what is drawn of each kind of feature, and the veil outside."""

from __future__ import annotations

import geopandas as gpd
import pytest
from encoded_lines import decode_line
from invented_district import CRS, SOUTH, WEST
from shapely import LineString, Polygon, box

from livelihood_map.core.tables import BASE_KINDS
from livelihood_map.mapping.ground import (
    LINES,
    ground_section,
    outside_section,
    rail_section,
    road_section,
)
from livelihood_map.mapping.palette import LAND


def _features(**shapes) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"kind": list(shapes)}, geometry=list(shapes.values()), crs=CRS)


_LINE = LineString([(WEST, SOUTH), (WEST + 900, SOUTH)])
_AREA = box(WEST, SOUTH, WEST + 900, SOUTH + 900)


def test_every_kind_of_the_table_is_drawn_or_named():
    """Areas have a fill, lines a width; stations and places are names alone."""
    assert set(BASE_KINDS) == {*LAND, *LINES, "station", "place"}


def test_water_lies_above_land_and_waterways_above_areas():
    """The order of drawing is that of the legend of kinds, whatever the order of the rows."""
    drawn = ground_section(_features(river=_LINE, water=_AREA, park=_AREA, residential=_AREA), 0)
    colours = [one["colour"] for one in drawn]
    assert colours == [LAND["residential"], LAND["park"], LAND["water"], LINES["river"]["colour"]]
    assert [one["isArea"] for one in drawn] == [True, True, True, False]


@pytest.mark.parametrize(
    ("section", "kinds"),
    [(road_section, ("ramp", "expressway")), (rail_section, ("railway", "metro"))],
)
def test_lines_bear_their_widths_and_edges(section, kinds):
    """Each kind of road or rail is an entry of its own, thin ones first."""
    drawn = section(_features(**dict.fromkeys(reversed(kinds), _LINE)), 0)
    assert [one["casing"] for one in drawn] == [LINES[kind]["casing"] for kind in kinds]
    assert [one["minZoom"] for one in drawn] == [LINES[kind]["widths"][0][0] for kind in kinds]


@pytest.mark.parametrize("section", [ground_section, road_section, rail_section])
def test_without_features_nothing_is_drawn(section):
    """Neither an absent nor an empty table makes a layer."""
    assert section(None, 0) == section(_features(), 0) == []


def test_the_veil_has_the_district_as_its_hole(small_tables):
    """Borders between towns leave no gap in it."""
    (veil,) = outside_section(small_tables.towns, 5)
    outer, hole = (Polygon(decode_line(ring)) for ring in veil["lines"])
    assert outer.contains(hole)
    district = small_tables.towns.to_crs(4326).union_all()
    assert hole.area == pytest.approx(district.area, rel=0.001)
