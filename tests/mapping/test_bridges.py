"""Bridges on the map: where the water is crossed."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from invented_district import CRS, SOUTH, WEST
from shapely import LineString, box

from livelihood_map.mapping.borders import border_lines
from livelihood_map.mapping.bridges import BRIDGE_EDGE, bridge_section, merge_bridges


def _line(y: float) -> LineString:
    return LineString([(WEST, SOUTH + y), (WEST + 200, SOUTH + y)])


@pytest.fixture
def tables(small_tables):
    """Return three bridges of streets, two of them over a river, and a street without."""
    edges = gpd.GeoDataFrame(
        {
            "highway": ["primary", "footway", "primary", "primary"],
            "is_bridge": [True, True, True, False],
        },
        geometry=[_line(0), _line(50), _line(900), _line(100)],
        crs=CRS,
    )
    base = gpd.GeoDataFrame(
        {"kind": ["river", "park"]},
        geometry=[
            LineString([(WEST + 90, SOUTH - 9), (WEST + 90, SOUTH + 200)]),
            box(WEST, SOUTH + 800, WEST + 99, SOUTH + 999),
        ],
        crs=CRS,
    )
    return replace(small_tables, edges=edges, base=base)


def test_streets_over_water_are_marked_and_others_are_not(tables):
    """A bridge over another road is none that leads across the river."""
    assert [one.name for one, lines in merge_bridges(tables) for _ in lines] == ["minor", "primary"]


def test_a_map_without_water_marks_every_bridge(tables):
    """A layer of street lines holds no river, but says what is a bridge."""
    bare = replace(tables, base=tables.base[tables.base["kind"] == "park"])
    assert sum(len(lines) for _, lines in merge_bridges(bare)) == 3
    assert sum(len(lines) for _, lines in merge_bridges(replace(tables, base=None))) == 3
    assert list(merge_bridges(replace(tables, edges=None))) == []


def test_bridges_are_seen_from_afar_with_dark_edges(tables):
    """A main road's from zoom 11, a footbridge's as soon as its way is drawn."""
    drawn = bridge_section(tables)
    assert [one["minZoom"] for one in drawn] == [15, 11]
    assert {one["casing"] for one in drawn} == {BRIDGE_EDGE}
    assert [len(one["lines"]) for one in drawn] == [1, 1]


def test_a_border_between_towns_is_drawn_once(small_tables):
    """Dashes of neighbours do not lie beside one another."""
    towns = small_tables.towns.geometry.to_numpy()
    lines = border_lines(towns)
    once = shapely.length(shapely.union_all(shapely.boundary(towns)))
    assert float(np.sum(shapely.length(lines))) == pytest.approx(once)
    assert once < float(np.sum(shapely.length(shapely.boundary(towns))))
