"""The names that a page writes on its map."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pytest
from invented_district import CRS, SOUTH, WEST
from shapely import LineString, Point, box

from livelihood_map.mapping.map_names import name_section


@pytest.fixture
def named(small_tables):
    """Return a district with a street of two edges, a park, a river and two places."""
    edges = small_tables.edges
    names = [None] * len(edges)
    names[:2] = ["沪闵路", "沪闵路"]
    lines = [LineString([(WEST + 400 * i, SOUTH), (WEST + 400 * (i + 1), SOUTH)]) for i in (0, 1)]
    edges = edges.assign(
        name=names,
        name_en=["Humin Road", "Humin Road", *names[2:]],
        highway=["primary", "primary", *edges["highway"][2:]],
        geometry=[*lines, *edges.geometry[2:]],
    )
    rows = [
        ("park", "绿园", None, box(WEST, SOUTH, WEST + 300, SOUTH + 300)),
        ("river", "横泾", "Hengjing", LineString([(WEST, SOUTH + 50), (WEST + 900, SOUTH + 50)])),
        ("place", "镇内", None, Point(WEST + 900, SOUTH + 900)),
        ("place", "邻县", "Next County", Point(WEST - 900, SOUTH + 900)),
        ("station", "  ", None, Point(WEST + 900, SOUTH + 900)),
    ]
    columns = dict(zip(("kind", "name", "name_en"), zip(*rows, strict=True), strict=False))
    base = gpd.GeoDataFrame(columns, geometry=[row[3] for row in rows], crs=CRS)
    return replace(small_tables, edges=edges, base=base)


def test_a_street_bears_its_name_once(named):
    """Edges of one name that meet are one line."""
    lines = name_section(named, lang="zh")["lines"]
    assert lines["primary"]["names"] == ["沪闵路"]
    assert len(lines["primary"]["lines"][0]) == 1
    assert lines["river"]["names"] == ["横泾"]


def test_english_pages_take_english_names_where_there_are_any(named):
    """What has none keeps the name that it has."""
    names = name_section(named, lang="en")
    assert names["lines"]["primary"]["names"] == ["Humin Road"]
    assert names["points"]["park"]["names"] == ["绿园"]


def test_only_places_outside_are_named_as_neighbours(named):
    """Within the district the towns have their names already; an empty name is none."""
    points = name_section(named, lang="zh")["points"]
    assert points["place"]["names"] == ["邻县"]
    assert points["park"]["size_m"] == [300]
    assert "station" not in points


def test_a_light_page_names_main_streets_alone(named):
    """The page of a very large district leaves small streets to those of its towns."""
    edges = named.edges.assign(highway="residential")
    tables = replace(named, edges=edges)
    assert "local" in name_section(tables, lang="zh")["lines"]
    assert "local" not in name_section(tables, lang="zh", is_light=True)["lines"]


def test_without_names_there_is_nothing_to_write(small_tables):
    """Neither streets nor a base map are needed."""
    bare = replace(small_tables, edges=None, base=None)
    assert name_section(bare, lang="zh") == {"lines": {}, "points": {}}
