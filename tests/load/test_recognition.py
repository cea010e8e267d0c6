"""What a file is, by its headings, shapes and name; nothing of it is decided."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from small_office import register, write_office

from livelihood_map.core.crs import centre_lon, metric_crs
from livelihood_map.core.datum import wgs84_to_gcj02
from livelihood_map.core.errors import SourceError
from livelihood_map.core.io import data_path
from livelihood_map.core.labels import LANGS, use_lang
from livelihood_map.core.settings import TownSource
from livelihood_map.load.datum_choices import weigh_datums
from livelihood_map.load.inspect import SECTIONS
from livelihood_map.load.location.town_lookup import TownFinder
from livelihood_map.load.recognition import choosable_fields, preview_file, recognise_file
from livelihood_map.load.towns import load_towns


@pytest.mark.parametrize(
    ("name", "section", "kind"),
    [
        ("towns.geojson", "towns", ""),
        ("compounds.gpkg", "residences", ""),
        ("gates.geojson", "gates", ""),
        ("workplaces.csv", "workplaces", ""),
        ("wet_markets.xlsx", "facilities", "wet_market"),
        ("breakfast.csv", "facilities", "breakfast"),
        ("housekeeping.xlsx", "facilities", "housekeeping"),
        ("streets.osm.pbf", "streets", ""),
    ],
)
def test_the_demo_files_are_what_they_are(name, section, kind):
    """Each file of the demo district is recognised for what its settings say it is."""
    seen = recognise_file(data_path("demo", name))
    assert (seen.section, seen.kind) == (section, kind)


def test_people_are_not_shown(tmp_path):
    """Names of persons and telephone numbers are in no preview."""
    path = tmp_path / "早餐网点.csv"
    rows = [["网点名称", "负责人", "联系电话", "经度", "纬度", "备注"]]
    rows += [["甲", "张三", "13800001111", "121.4", "31.1", "电 13900002222"]]
    with path.open("w", encoding="gbk", newline="") as file:
        csv.writer(file).writerows(rows)
    (sheet,) = recognise_file(path).sheets
    assert sheet.headings == ["网点名称", "经度", "纬度", "备注"]
    assert "张三" not in str(sheet)
    assert "13800001111" not in str(sheet)
    assert "13900002222" not in str(sheet)


@pytest.mark.parametrize("heading", ["高德经度", "百度经度"])
def test_a_heading_that_names_its_datum_says_so(tmp_path, heading):
    """A column of Amap's or Baidu's longitudes is read as one, and its datum is told."""
    path = tmp_path / "网点.csv"
    lat = heading.replace("经", "纬")
    path.write_text(f"机构名称,{heading},{lat},所属街道\n甲,121.4,31.1,西镇\n", "utf-8")
    (sheet,) = preview_file(path, "facilities", {})
    assert sheet.fields == {"机构名称": "name", heading: "lon", lat: "lat", "所属街道": "town"}
    assert sheet.datum_said == {"高": "GCJ-02", "百": "BD-09"}[heading[0]]


def test_a_file_that_nothing_can_read_is_refused(tmp_path):
    """What is no table of anything is told in the words of registers."""
    path = tmp_path / "a.csv"
    path.write_text("甲;乙\n1;2\n", "utf-8")
    with pytest.raises(SourceError):
        recognise_file(path)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("section", SECTIONS)
def test_each_field_has_a_word_of_its_own(section, lang):
    """The fields of a section are offered under different words, in the language of the page."""
    with use_lang(lang):
        words = choosable_fields(section)
    assert len(set(words.values())) == len(words)


@pytest.fixture
def office(tmp_path):
    """Return folder and towns of the small office."""
    write_office(tmp_path)
    towns = load_towns(TownSource(path="towns.geojson"), base=tmp_path)
    crs = metric_crs("auto", centre_lon=centre_lon(towns))
    return tmp_path, TownFinder(towns.to_crs(crs), crs=crs)


def test_the_true_datum_shows_and_none_is_chosen(office):
    """A GCJ-02 list lies in its towns under GCJ-02 alone, and a swapped row changes nothing."""
    folder, finder = office
    rows = register([(c, r) for r in range(1, 16, 2) for c in range(1, 16, 2)], "早餐")
    lon, lat = (np.array([row[at] for row in rows[1:]]) for at in (-2, -1))
    moved = np.column_stack(wgs84_to_gcj02(lon, lat)).tolist()
    moved = [[*row[:-2], *place] for row, place in zip(rows[1:], moved, strict=True)]
    swapped = [*moved[0][:-2], moved[0][-1], moved[0][-2]]
    with (folder / "b.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([rows[0], *moved, swapped])
    none = np.zeros(0, dtype=object)
    found = weigh_datums(
        folder / "b.csv", "facilities", {}, finder=finder, streets=none, outlines=none
    )
    in_town = {choice.datum: choice.in_town_n for choice in found.choices}
    assert in_town["GCJ-02"] == found.named_n == 64
    assert max(in_town["WGS-84"], in_town["BD-09"]) < 64
    assert "GCJ-02" in found.evidence


def test_a_layer_or_a_list_of_metres_has_no_datum_to_weigh(office):
    """Where there are no degrees in cells there is nothing to choose among datums."""
    folder, finder = office
    none = np.zeros(0, dtype=object)
    assert (
        weigh_datums(
            folder / "compounds.geojson", "residences", {},
            finder=finder, streets=none, outlines=none,
        )
        is None
    )  # fmt: skip
