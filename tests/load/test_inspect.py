"""What `livelihood-map inspect` says of a file."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from pyproj import Transformer
from register_files import (
    CRS,
    HEADINGS,
    ROWS,
    as_csv,
    as_layer,
    as_xlsx,
    table,
    towns_of_two,
)

from livelihood_map.cli import main
from livelihood_map.core import datum
from livelihood_map.core.errors import SourceError
from livelihood_map.load.inspect import SECTIONS, inspect_file
from livelihood_map.load.location.town_lookup import TownFinder


def test_recognised_headings_are_shown_with_an_example(tmp_path):
    """Each heading shows its field and a value, in the order of the file."""
    as_csv(table(), "gb18030")(tmp_path / "a.csv")
    found = inspect_file(tmp_path / "a.csv")
    sheet = found.sheets[0]
    assert sheet.recognised.columns["town"] == "街镇"
    assert (sheet.rows_n, sheet.encoding, sheet.coordinates) == (3, "gb18030", "degrees")
    assert any("网点名称" in line and "甲记早餐" in line for line in found.lines())


def test_what_is_not_recognised_is_asked_for(tmp_path):
    """Two names are asked for, a strange heading is told with the nearest field."""
    as_csv(table(店名=["a", "b", "c"], 营业面只=[1, 2, 3], 天气=["晴", "雨", "雪"]))(
        tmp_path / "a.csv"
    )
    found = inspect_file(tmp_path / "a.csv")
    sheet = found.sheets[0]
    assert set(sheet.recognised.ambiguous["name"]) == {"网点名称", "店名"}
    assert sheet.suggestions == {"营业面只": "area_m2"}
    assert sheet.recognised.unused == ("营业面只", "天气")
    assert 'columns = { name = "?" }' in found.settings()


def test_personal_data_are_not_shown(tmp_path):
    """Names of persons and telephone numbers are named as dropped, without a value."""
    as_csv(table(负责人=["张三"] * 3, 备注=["找13912345678"] * 3))(tmp_path / "a.csv")
    text = "\n".join(inspect_file(tmp_path / "a.csv").lines())
    assert "张三" not in text
    assert "13912345678" not in text
    assert "个人信息" in text


@pytest.mark.parametrize(
    ("epsg", "name"),
    [(4549, "4549"), (4528, "4528"), (4550, "4550"), (32651, "4550"), (3857, "3857")],
)
def test_projected_coordinates_are_recognised_or_asked_for(tmp_path, epsg, name):
    """What the numbers may be is said; 4550 and UTM 51N, which overlap, are asked for."""
    way = Transformer.from_crs(4326, epsg, always_xy=True)
    rows = [[*row[:5], *way.transform(row[5], row[6])[::-1]] for row in ROWS]
    as_csv([[*HEADINGS[:5], "X", "Y"], *rows])(tmp_path / "a.csv")
    found = inspect_file(tmp_path / "a.csv")
    assert found.sheets[0].coordinates == name
    block = "\n".join(found.settings())
    assert (f'datum = "EPSG:{epsg}"' in block) == (name in {"4549", "4528"})


def test_small_and_strange_coordinates_are_told(tmp_path):
    """The Shanghai local grid and numbers of no known kind are told apart."""
    for value, name in ((-7000.5, "local"), (9e8, "unknown"), (None, "unknown")):
        as_csv(table(经度=[value] * 3, 纬度=[value] * 3))(tmp_path / "a.csv")
        assert inspect_file(tmp_path / "a.csv").sheets[0].coordinates == name


def test_the_datum_is_judged_where_towns_are_given(tmp_path):
    """With the towns, the evidence for the datum is told in words."""
    random = np.random.default_rng(3)
    lon, lat = random.uniform(121.33, 121.41, 400), random.uniform(31.12, 31.16, 400)
    town = np.where(lon > 121.37, "古美街道", "七宝镇")
    rows = np.column_stack([town, town, *datum.wgs84_to_gcj02(lon, lat)]).tolist()
    as_csv([["街镇", "名称", "经度", "纬度"], *rows])(tmp_path / "a.csv")
    finder = TownFinder(towns_of_two(), crs=CRS)
    found = inspect_file(tmp_path / "a.csv", finder=finder)
    assert "GCJ-02" in found.sheets[0].datum_text
    assert "?" not in found.sheets[0].datum_text


@pytest.mark.parametrize("section", SECTIONS)
def test_the_block_to_paste_is_toml(tmp_path, section):
    """Whatever the file is, the block to paste is valid TOML that names the file."""
    as_xlsx(
        [["名称", "小区", "代码", "人口", "经度", "纬度"], ["七宝镇", "甲", 1, 5, 121.39, 31.14]]
    )(tmp_path / "a.xlsx")
    block = "\n".join(inspect_file(tmp_path / "a.xlsx", section=section).settings())
    assert "a.xlsx" in str(tomllib.loads(block))


def test_a_layer_states_its_own_datum(tmp_path):
    """A layer with a CRS needs no declaration."""
    as_layer("GPKG")(tmp_path / "a.gpkg")
    found = inspect_file(tmp_path / "a.gpkg")
    assert found.sheets[0].coordinates == "shapes"
    assert 'datum = "auto"' in found.settings()


@pytest.mark.parametrize(
    ("file", "section", "key"),
    [
        ("absent.csv", "facilities", "load.no_file"),
        ("a.csv", "poems", "load.section_unknown"),
        ("a.osm", "facilities", "load.inspect_extract"),
    ],
)
def test_what_cannot_be_looked_into_is_told(tmp_path, file, section, key):
    """An absent file, an unknown purpose and an extract are told with the remedy."""
    as_csv(table())(tmp_path / "a.csv")
    (tmp_path / "a.osm").write_text("<osm/>")
    with pytest.raises(SourceError) as caught:
        inspect_file(tmp_path / file, section=section)
    assert caught.value.key == key


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_looks_into_a_file(tmp_path, capsys, lang):
    """The command prints the report and ends with 0; an absent file ends with 1."""
    as_csv(table())(tmp_path / "a.csv")
    assert main(["inspect", str(tmp_path / "a.csv"), "--lang", lang]) == 0
    assert "[[load.facilities]]" in capsys.readouterr().out
    assert main(["inspect", str(tmp_path / "b.csv"), "--lang", lang]) == 1
    assert "b.csv" in capsys.readouterr().err


def test_the_command_judges_the_datum_with_towns(tmp_path, capsys):
    """With --towns the command says what the evidence is."""
    towns_of_two().rename(columns={"town_name": "街镇名称"}).drop(columns="town_id").to_file(
        tmp_path / "towns.geojson"
    )
    as_csv(table())(tmp_path / "a.csv")
    path = str(tmp_path / "towns.geojson")
    assert main(["inspect", str(tmp_path / "a.csv"), "--as", "facilities", "--towns", path]) == 0
    assert "样本不足" in capsys.readouterr().out
