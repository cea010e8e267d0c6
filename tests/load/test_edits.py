"""Edits are read from a small layer that anyone can draw."""

from __future__ import annotations

import geopandas as gpd
import pyproj
import pytest
from shapely import LineString, MultiLineString, Point, box

from livelihood_map.core.crs import local_transverse_mercator
from livelihood_map.core.errors import SchemaError, SourceError
from livelihood_map.load.edits import load_edits

CRS = local_transverse_mercator(121.4666667)


def write(folder, *rows):
    """Write a layer of (columns, shape) in longitude and latitude, and return its name."""
    table = gpd.GeoDataFrame(
        [columns for columns, _ in rows], geometry=[shape for _, shape in rows], crs=4326
    )
    table.to_file(folder / "edits.geojson")
    return "edits.geojson"


def test_chinese_and_english_words_are_read(tmp_path):
    """Each action may be written in Chinese or English; shapes come in the metric CRS."""
    line = LineString([(121.46, 31.1), (121.461, 31.1)])
    name = write(
        tmp_path,
        ({"操作": "新增道路"}, MultiLineString([line])),
        ({"操作": "close_street"}, Point(121.46, 31.1)),
        ({"操作": "开放出入口", "小区编号": "MH1"}, Point(121.46, 31.1)),
    )
    edits = load_edits(name, crs=CRS, base=tmp_path)
    assert edits["action"].tolist() == ["path", "close_street", "open_gate"]
    assert edits["edit_id"].tolist() == ["1", "2", "3"]
    assert edits["residence_id"].tolist()[2] == "MH1"
    assert edits.geometry.iloc[0].length == pytest.approx(95.4, abs=0.5)


def test_an_unknown_action_names_its_row(tmp_path):
    """A word that is no action is shown with its row and what could be written."""
    name = write(tmp_path, ({"action": "挖隧道"}, Point(121.4, 31.1)))
    with pytest.raises(SourceError, match="挖隧道"):
        load_edits(name, crs=CRS, base=tmp_path)


def test_a_layer_without_actions_is_refused(tmp_path):
    """Without the column nobody knows what the shapes mean."""
    name = write(tmp_path, ({"note": "x"}, Point(121.4, 31.1)))
    with pytest.raises(SourceError, match="操作"):
        load_edits(name, crs=CRS, base=tmp_path)


def test_areas_and_repeated_ids_are_refused(tmp_path):
    """An edit is a point or a line, with an id of its own."""
    name = write(tmp_path, ({"action": "path"}, box(121.4, 31.1, 121.5, 31.2)))
    with pytest.raises(SchemaError, match=name):
        load_edits(name, crs=CRS, base=tmp_path)
    twice = {"action": "close_street", "edit_id": "a"}
    name = write(tmp_path, (twice, Point(121.4, 31.1)), (twice, Point(121.5, 31.1)))
    with pytest.raises(SchemaError):
        load_edits(name, crs=CRS, base=tmp_path)


@pytest.mark.parametrize(
    "shape", [None, Point(1e20, 31.1), LineString([(121.4, 31.1), (1e300, 0)])]
)
def test_an_edit_without_a_place_names_its_row(tmp_path, shape):
    """An edit that is not drawn, or lies beyond the earth, is shown with its row."""
    drawn = {"action": "close_gate"}, Point(121.4, 31.1)
    name = write(tmp_path, drawn, ({"action": "path"}, shape))
    with pytest.raises(SourceError, match="第 2 行：没有图形"):
        load_edits(name, crs=CRS, base=tmp_path)


def test_a_layer_of_another_planet_is_refused(tmp_path):
    """A CRS from which nothing leads to the district is told with the file, not by the library."""
    moon = pyproj.CRS("IAU_2015:30100")
    layer = gpd.GeoDataFrame({"action": ["close_gate"]}, geometry=[Point(1, 1)], crs=moon)
    layer.to_file(tmp_path / "a.gpkg", driver="GPKG")
    with pytest.raises(SourceError, match=r"a\.gpkg"):
        load_edits("a.gpkg", crs=CRS, base=tmp_path)


def test_changes_of_outlets_and_sites_are_read(tmp_path):
    """An outlet is told by its number, a new one by kind and name, a site by its candidate."""
    at = Point(121.46, 31.1)
    name = write(
        tmp_path,
        ({"操作": "新增网点", "类型": "菜市场", "名称": "新菜场"}, at),
        ({"操作": "move_outlet", "设施编号": "F1"}, at),
        ({"操作": "关闭网点", "设施编号": "F2"}, at),
        ({"操作": "取消选址", "候选点编号": "host-3"}, at),
        ({"操作": "move_site", "候选点编号": "host-4", "编号": "四"}, at),
        ({"操作": "add_outlet", "类型": "tea_house"}, at),
    )
    edits = load_edits(name, crs=CRS, base=tmp_path)
    assert edits["action"].tolist() == [
        "add_outlet", "move_outlet", "close_outlet", "drop_site", "move_site", "add_outlet",
    ]  # fmt: skip
    assert edits["edit_id"].tolist() == ["1", "2", "3", "4", "四", "6"]
    assert edits["kind"].dropna().tolist() == ["wet_market", "tea_house"]
    assert edits["name"].dropna().tolist() == ["新菜场"]
    assert edits["facility_id"].dropna().tolist() == ["F1", "F2"]
    assert edits["candidate_id"].dropna().tolist() == ["host-3", "host-4"]


def test_all_faulty_rows_are_told_at_once(tmp_path):
    """A path drawn as a point, an outlet drawn as a line and an unknown word: each by its row."""
    line = LineString([(121.46, 31.1), (121.461, 31.1)])
    name = write(
        tmp_path,
        ({"action": "path"}, Point(121.4, 31.1)),
        ({"action": "close_outlet"}, line),
        ({"action": "close_gate"}, Point(121.4, 31.1)),
        ({"action": "挖隧道"}, line),
    )
    with pytest.raises(SourceError) as caught:
        load_edits(name, crs=CRS, base=tmp_path)
    told = [str(problem) for problem in caught.value.problems]
    assert [f"第 {row} 行" in text for row, text in zip((1, 2, 4), told, strict=True)] == [True] * 3
    assert "画成线" in told[0]
    assert "画成点" in told[1]
    assert "挖隧道" in told[2]
