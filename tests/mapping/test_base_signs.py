"""The legend of the base map."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
from invented_district import CRS, SOUTH, WEST
from shapely import LineString, box

from livelihood_map.mapping.base_signs import base_signs
from livelihood_map.mapping.ground import LINES


def test_what_is_shown_has_a_sign_and_what_is_not_has_none(small_tables):
    """Roads by class, rail, water and green, each with the look and the layer that it has."""
    line = LineString([(WEST, SOUTH), (WEST + 900, SOUTH)])
    base = gpd.GeoDataFrame(
        {"kind": ["expressway", "metro", "park"]},
        geometry=[line, line, box(WEST, SOUTH, WEST + 9, SOUTH + 9)],
        crs=CRS,
    )
    signs = {one["text"]: one for one in base_signs(replace(small_tables, base=base), lang="zh")}
    assert {"高架路、快速路", "主干路", "轨道交通", "公园绿地", "街镇界"} <= set(signs)
    assert not {"铁路", "水域", "工业用地"} & set(signs)
    assert signs["轨道交通"]["colour"] == LINES["metro"]["colour"]
    assert signs["轨道交通"]["layer"] == "rails"
    bare = replace(small_tables, base=None, edges=None)
    assert [one["text"] for one in base_signs(bare, lang="en")] == ["border of towns"]
    city = replace(bare, are_districts=True)
    assert [one["text"] for one in base_signs(city, lang="en")] == ["border of districts"]
