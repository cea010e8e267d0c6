"""Boundaries of towns: names, aliases, codes, and the 14 units of Minhang."""

from __future__ import annotations

import re

import geopandas as gpd
import pytest
from register_files import CRS, as_csv, table, towns_of_two
from shapely import LineString, Point, box

from livelihood_map.core.errors import SourceError
from livelihood_map.core.settings import TownSource
from livelihood_map.load.location.town_lookup import (
    TownFinder,
    known_writings,
    short_code,
    town_key,
)
from livelihood_map.load.towns import cut_in, load_towns

WRITINGS = [
    ("古美街道", "310112006"),
    ("古美路街道办事处", "310112006"),
    ("上海市闵行区古美路街道", "310112006"),
    ("浦锦", "310112009"),
    ("310112502", "310112009"),
    ("310112101000", "310112101"),
    ("莘庄", "310112101"),
    ("莘庄工业园区", "310112501"),
]


def write(path, names, shapes, crs=4326, **columns):
    """Write boundaries as a layer."""
    gpd.GeoDataFrame({"街镇名称": names, **columns}, geometry=shapes, crs=crs).to_file(path)


def osm_of(*areas):
    """Return OpenStreetMap XML of areas: name, level, west, east, tags."""
    body, number = "", 0
    for name, level, west, east, tags in areas:
        corners = [(west, 0), (east, 0), (east, 1), (west, 1)]
        ids = range(number + 1, number + 5)
        body += "".join(
            f'<node id="{i}" version="1" lat="{31 + y / 10}" lon="{121 + x / 10}"/>'
            for i, (x, y) in zip(ids, corners, strict=True)
        )
        refs = "".join(f'<nd ref="{i}"/>' for i in (*ids, ids[0]))
        told = {"boundary": "administrative", "admin_level": level, "name": name} | tags
        pairs = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in told.items())
        body += f'<way id="{ids[0]}" version="1">{refs}{pairs}</way>'
        number += 4
    nodes = re.findall("<node.*?/>", body)
    return f'<osm version="0.6">{"".join(nodes)}{re.sub("<node.*?/>", "", body)}</osm>'


def test_towns_come_from_the_boundaries_of_an_extract(tmp_path):
    """Areas of the level inside the named district are towns; a wrong name or level is told."""
    path = tmp_path / "a.osm"
    areas = [
        ("东区", 6, 0, 4, {}),
        ("甲镇", 8, 0, 2, {"ref": "990101101"}),
        ("乙镇", 8, 2, 4, {}),
        ("丙镇", 8, 4, 6, {}),
    ]
    path.write_text(osm_of(*areas), "utf-8")
    towns = load_towns(TownSource(path="a.osm", within="东区"), base=tmp_path)
    assert towns[["town_id", "town_name"]].to_numpy().tolist() == [
        ["990101101", "甲镇"],
        ["乙镇", "乙镇"],
    ]
    assert len(load_towns(TownSource(path="a.osm"), base=tmp_path)) == 3
    with pytest.raises(SourceError, match="西区"):
        load_towns(TownSource(path="a.osm", within="西区"), base=tmp_path)
    with pytest.raises(SourceError, match=r"6 \(1\), 8 \(3\)"):
        load_towns(TownSource(path="a.osm", admin_level=9), base=tmp_path)


def test_a_town_of_another_district_is_not_taken_for_a_namesake(tmp_path):
    """A name that the shipped table has is another town where most of the towns are unknown."""
    shapes = [box(n, 0, n + 1, 1) for n in range(3)]
    write(tmp_path / "a.gpkg", ["七宝镇", "幸福镇", "和平镇"], shapes)
    towns = load_towns(TownSource(path="a.gpkg"), base=tmp_path)
    assert set(towns["town_id"]) == {"七宝镇", "幸福镇", "和平镇"}
    assert not towns["aliases"].str.contains("3101").any()


def test_towns_get_the_code_of_the_statistical_system(tmp_path):
    """A code of the file or of the shipped table is the id; an unknown town keeps its name."""
    shapes = [box(n, 0, n + 1, 1) for n in range(4)]
    write(
        tmp_path / "a.gpkg",
        ["古美街道", "浦锦街道", "七宝镇", "幸福镇"],
        shapes,
        街镇代码=[None, None, "310112102000", None],
    )
    towns = load_towns(TownSource(path="a.gpkg"), base=tmp_path)
    assert towns["town_id"].tolist() == ["310112006", "310112009", "310112102", "幸福镇"]
    assert "古美路街道" in towns["aliases"].iloc[0].split(";")
    assert "310112502" in towns["aliases"].iloc[1].split(";")


def test_parts_of_a_town_are_joined_and_mended(tmp_path):
    """Two rows of one town are one town; a self-crossing outline is mended."""
    bow = box(0, 0, 1, 1).union(box(1, 1, 2, 2))
    write(tmp_path / "a.gpkg", ["甲镇", "甲镇", "乙镇"], [box(5, 0, 6, 1), box(7, 0, 8, 1), bow])
    towns = load_towns(TownSource(path="a.gpkg"), base=tmp_path)
    assert towns["town_name"].tolist() == ["乙镇", "甲镇"]
    assert set(towns.geom_type) == {"MultiPolygon"}
    assert towns.geometry.is_valid.all()
    assert [shape.area for shape in towns.geometry] == [2.0, 2.0]


def test_a_datum_can_be_declared_for_boundaries(tmp_path):
    """Boundaries drawn on Amap are brought to WGS-84 when GCJ-02 is declared."""
    write(tmp_path / "a.gpkg", ["甲镇"], [box(121.3, 31.0, 121.4, 31.1)])
    plain = load_towns(TownSource(path="a.gpkg"), base=tmp_path)
    moved = load_towns(TownSource(path="a.gpkg", datum="GCJ-02"), base=tmp_path)
    off = plain.geometry.to_crs(CRS).centroid.distance(moved.geometry.to_crs(CRS).centroid)
    assert 450 < off.iloc[0] < 510


@pytest.mark.parametrize(("written", "town"), WRITINGS)
def test_old_names_and_both_code_systems_find_the_town(written, town):
    """A town is found by old names, short names and codes of both systems."""
    names = ["古美路街道", "浦锦街道", "莘庄镇", "莘庄工业区"]
    ids = ["310112006", "310112009", "310112101", "310112501"]
    towns = gpd.GeoDataFrame(
        {
            "town_id": ids,
            "town_name": names,
            "aliases": [";".join(known_writings(name, "")) for name in names],
            "zone": None,
        },
        geometry=[box(n, 0, n + 1, 1) for n in range(4)],
        crs=4326,
    )
    assert TownFinder(towns, crs=CRS).by_name([written]) == [town]


def test_codes_and_names_are_compared_in_one_form():
    """Twelve-digit codes lose their zeros, names their district and ending."""
    assert short_code("310112107000") == "310112107"
    assert short_code("310112107001") == "310112107001"
    assert town_key("闵行区 七宝镇（含航华）") == town_key("七宝")


@pytest.mark.parametrize(
    ("name", "write_file", "key"),
    [
        ("absent.gpkg", None, "load.no_file"),
        ("a.csv", as_csv([["街镇名称", "代码"], ["甲", 1]]), "load.layer_no_shapes"),
        ("b.gpkg", lambda p: write(p, ["甲"], [Point(0, 0)]), "load.town_no_area"),
        ("c.gpkg", lambda p: write(p, ["甲"], [LineString([(0, 0), (1, 1)])]), "load.town_no_area"),
        ("d.gpkg", lambda p: write(p, [None], [box(0, 0, 1, 1)]), "load.town_no_name"),
        (
            "e.gpkg",
            lambda p: gpd.GeoDataFrame({"x1": [1]}, geometry=[box(0, 0, 1, 1)], crs=4326).to_file(
                p
            ),
            "load.no_name_column",
        ),
    ],
)
def test_boundaries_that_cannot_be_used_are_refused(tmp_path, name, write_file, key):
    """Boundaries without file, area or name are refused by name."""
    if write_file is not None:
        write_file(tmp_path / name)
    with pytest.raises(SourceError) as caught:
        load_towns(TownSource(path=name), base=tmp_path)
    assert caught.value.key == key
    assert name in caught.value.text("zh")


def test_a_unit_that_only_the_second_file_has_is_cut_out_of_its_host(tmp_path):
    """The cut keeps the district as it is: areas add up and nothing overlaps."""
    towns = towns_of_two()
    unit = towns.iloc[[0]].assign(town_id="Z", town_name="开发区", aliases="")
    unit = unit.set_geometry([box(121.36, 31.13, 121.39, 31.15)])
    found = cut_in(towns, gpd.GeoDataFrame(unit, crs=towns.crs)).set_index("town_id")
    assert set(found.index) == {"310112006", "310112102", "Z"}
    assert found.geometry["310112102"].equals(towns.geometry.iloc[1])
    assert found.geometry["Z"].equals(box(121.37, 31.13, 121.39, 31.15))
    assert found.to_crs(CRS).area.sum() == pytest.approx(towns.to_crs(CRS).area.sum(), rel=1e-6)
    far = unit.set_geometry([box(0, 0, 1, 1)])
    with pytest.raises(SourceError) as caught:
        cut_in(towns, gpd.GeoDataFrame(far, crs=towns.crs))
    assert caught.value.key == "load.unit_outside"


@pytest.mark.real
def test_two_real_boundary_files_join_up_and_give_the_14_units(shared_data):
    """古美 and 浦锦 join up between the files, and together they give the commission's 14 units."""
    folder = shared_data / "minhang"
    second = "minhang_towns_statcode_13_incl_xinzhuang_ind_zone.geojson"
    osm = load_towns(TownSource(path="minhang_towns.geojson"), base=folder)
    codes = load_towns(TownSource(path=second), base=folder)
    assert len(set(osm["town_id"]) & set(codes["town_id"])) == 12
    assert set(osm["town_id"]) - set(codes["town_id"]) == {"310112009"}
    assert set(codes["town_id"]) - set(osm["town_id"]) == {"310112501"}
    units = load_towns(TownSource(path="minhang_towns.geojson", supplement=second), base=folder)
    assert len(units) == 14
    metric = units.to_crs(CRS).set_index("town_id").geometry
    assert metric.area.sum() / 1e6 == pytest.approx(osm.to_crs(CRS).area.sum() / 1e6, abs=1e-3)
    zone = codes.to_crs(CRS).set_index("town_id").geometry["310112501"]
    assert metric["310112501"].area == pytest.approx(zone.area, rel=0.1)
    host = osm.to_crs(CRS).set_index("town_id").geometry["310112103"]
    both = metric["310112103"].area + metric["310112501"].area
    assert both == pytest.approx(host.area, rel=1e-5)


def test_towns_written_in_rows_need_no_code(tmp_path):
    """Rows may give the town by name, short name or code, all at once."""
    as_csv(table(街镇=["310112006", "古美", "七宝镇"]))(tmp_path / "a.csv")
    finder = TownFinder(towns_of_two(), crs=CRS)
    assert finder.by_name(["310112006", "古美", "", "月亮镇"]) == [
        "310112006",
        "310112006",
        None,
        None,
    ]
