"""Registers of facilities: OSM extracts, the demo's files, ids."""

from __future__ import annotations

import csv
import json
import sqlite3

import openpyxl
import pandas as pd
import pytest
from large_register import write_large
from register_files import CRS, as_csv, source, table, take, take_all, towns_of_two

from livelihood_map.core.crs import centre_lon, metric_crs
from livelihood_map.core.errors import CrsError, SourceError
from livelihood_map.core.io import data_path
from livelihood_map.core.labels import LANGS, catalogue_keys, has_label
from livelihood_map.core.settings import FacilitySource, TownSource, load_settings
from livelihood_map.load.files.headings import known_fields, personal_headings, synonyms
from livelihood_map.load.registers import load_facilities
from livelihood_map.load.residences import load_residences
from livelihood_map.load.towns import load_towns

BAKERIES = {"shop": ["bakery"], "amenity": ["cafe", "fast_food"]}
MARKETS = {"amenity": ["marketplace"], "shop": ["supermarket"]}
OSM = """<osm version="0.6">
 <node id="1" lat="31.14" lon="121.39"><tag k="shop" v="bakery;pastry"/><tag k="name" v="甲"/>
  <tag k="opening_hours" v="06:00-18:30"/></node>
 <node id="2" lat="31.14" lon="121.391"><tag k="amenity" v="cafe"/>
  <tag k="opening_hours" v="Mo-Fr 07:00-19:00"/></node>
 <node id="3" lat="31.14" lon="121.392"><tag k="amenity" v="bench"/></node>
 <node id="11" lat="31.150" lon="121.350"/><node id="12" lat="31.150" lon="121.351"/>
 <node id="13" lat="31.151" lon="121.351"/><node id="14" lat="31.151" lon="121.350"/>
 <way id="21"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="14"/><nd ref="11"/>
  <tag k="shop" v="supermarket"/><tag k="name" v="乙"/></way>
 <way id="22"><nd ref="11"/><nd ref="12"/><nd ref="13"/>
  <tag k="shop" v="supermarket"/><tag k="name" v="丙"/></way>
</osm>"""


def test_an_extract_gives_points_and_the_middle_of_areas(tmp_path):
    """Tags choose points and closed ways; an open way is rejected, a bench is nothing."""
    (tmp_path / "a.osm").write_text(OSM, "utf-8")
    sources = [
        FacilitySource(path="a.osm", kind="breakfast", tags=BAKERIES),
        FacilitySource(path="a.osm", kind="wet_market", tags=MARKETS),
    ]
    result = take_all(tmp_path, sources)
    found = result.facilities.set_index("name")
    assert set(found.index) == {"甲", "乙", "早餐网点 n2"}
    assert found.loc["甲", ["opens_at", "closes_at"]].tolist() == ["06:00", "18:30"]
    assert pd.isna(found.loc["早餐网点 n2", "opens_at"])
    assert found.loc["乙", "town_id"] == "310112102"
    middle = result.facilities.to_crs(4326).set_index("name").geometry["乙"]
    assert (middle.x, middle.y) == pytest.approx((121.3505, 31.1505), abs=1e-6)
    assert result.rejects["problem_key"].tolist() == ["no_shape"]
    assert "w22" in result.rejects["raw"].iloc[0]


def test_an_extract_without_tags_or_damaged_is_refused(tmp_path):
    """An extract needs tags; a damaged one is refused with its name."""
    (tmp_path / "a.osm").write_text(OSM, "utf-8")
    (tmp_path / "b.osm.pbf").write_bytes(b"no extract at all")
    for settings, key in (
        ({"path": "a.osm"}, "load.extract_without_tags"),
        ({"path": "b.osm.pbf", "tags": BAKERIES}, "load.extract_broken"),
    ):
        with pytest.raises(SourceError) as caught:
            take_all(tmp_path, [FacilitySource(kind="breakfast", **settings)])
        assert caught.value.key == key


def test_ids_follow_the_outlet_not_the_file(tmp_path):
    """An outlet keeps its id in another file, order and format; a code of the office decides."""
    as_csv(table())(tmp_path / "a.csv")
    as_csv([table()[0], *table()[:0:-1]], "gb18030")(tmp_path / "b.csv")
    first, second = take(tmp_path, "a.csv").facilities, take(tmp_path, "b.csv").facilities
    assert first["facility_id"].tolist() == second["facility_id"].tolist()
    assert first["facility_id"].is_unique
    for number, lon in enumerate((121.39, 121.40)):
        rows = table(编号=["ZC001", "ZC002", "ZC003"], 经度=[lon, 121.385, 121.35])
        as_csv(rows)(tmp_path / f"c{number}.csv")
    ids = [set(take(tmp_path, f"c{n}.csv").facilities["facility_id"]) for n in (0, 1)]
    assert ids[0] == ids[1]


def test_a_length_can_only_be_measured_in_metres(tmp_path):
    """A geographic CRS is refused."""
    with pytest.raises(CrsError):
        load_facilities([], towns=towns_of_two(), crs="EPSG:4326", base=tmp_path)


def test_no_register_gives_an_empty_table(tmp_path):
    """Without registers the table is empty and keeps its columns."""
    result = take_all(tmp_path, [])
    assert result.facilities.empty
    assert result.facilities.crs == CRS
    assert result.rejects.empty


def test_texts_are_in_the_language_of_the_run(tmp_path):
    """Problem and remedy of a reject are in the language asked for."""
    as_csv(table(经度=["无", 121.385, 121.35]))(tmp_path / "a.csv")
    problems = [
        take_all(tmp_path, [source("a.csv")], lang=lang).rejects["problem"].iloc[0]
        for lang in LANGS
    ]
    assert problems[0] != problems[1]
    assert problems[1].isascii() or "经度" in problems[1]


def test_every_problem_has_its_remedy():
    """Each problem of a row that has a remedy has it in the catalogue, and the other way round."""
    keys = {key for key in catalogue_keys() if key.startswith("load.")}
    remedies = {key for key in keys if key.endswith("_remedy")} - {"load.reject_remedy"}
    assert {key.removesuffix("_remedy") for key in remedies} <= keys
    assert has_label("load.no_coordinates_remedy")


def test_the_shipped_headings_are_consistent():
    """A heading means one field, but for those that the settings or another column decide."""
    for section in ("facilities", "residences", "gates", "workplaces", "towns", "totals"):
        assert known_fields(section)
        several = {key for key, fields in synonyms(section).items() if len(fields) > 1}
        assert not several, (section, several)


def test_personal_headings_are_known_in_all_writings():
    """Columns of persons and telephones are found, also under headings nobody listed."""
    headings = ["负责人", "联系电话（手机）", "市场负责人姓名", "名称", "法人身份证", "经营面积"]
    assert personal_headings("facilities", headings) == [
        "负责人",
        "联系电话（手机）",
        "市场负责人姓名",
        "法人身份证",
    ]


def grids_of(path):
    """Return the cells of each sheet by its name; a text file is one sheet without a name."""
    if path.suffix == ".csv":
        content = path.read_bytes()
        text = content.decode("utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "gb18030")
        return {"": list(csv.reader(text.splitlines()))}
    return {page.title: list(page.iter_rows(values_only=True))
            for page in openpyxl.load_workbook(path)}  # fmt: skip


def recount(grid):
    """Return how many records a sheet holds and the rows that no outlet can be made of.

    A record stands below the heading and has any cell; it is none when it is a total, has no
    coordinates or has them the wrong way round, or repeats name and place of an earlier one.
    """
    top = next(number for number, row in enumerate(grid) if row[0] == "序号")
    name, lon = (
        next(n for n, cell in enumerate(grid[top]) if str(cell).endswith(ending))
        for ending in ("名称", "经度")
    )
    rows_n, bad, seen = 0, [], set()
    for number, row in enumerate(grid[top + 1 :], start=top + 2):
        if not any(cell not in (None, "") for cell in row):
            continue
        rows_n += 1
        place = (row[name], str(row[lon]), str(row[lon + 1]))
        is_none = row[lon] in (None, "") or float(row[lon]) < float(row[lon + 1]) or place in seen
        if is_none or row[0] == "合计":
            bad.append(number)
        seen.add(place)
    return rows_n, bad


def test_the_demo_registers_are_taken_in():
    """The demo's files as an office would hand them over: every row is accounted for.

    Counted apart from the raw files, each section's rows are those read, and the very rows of which
    no outlet can be made are those rejected.
    """
    folder = data_path("demo")
    load = load_settings(folder / "livelihood.toml").load
    towns = load_towns(load.towns, base=folder)
    crs = metric_crs("auto", centre_lon=centre_lon(towns))
    found = load_facilities(load.facilities, towns=towns, crs=crs, base=folder, lang="zh")
    homes = load_residences(load.residences, towns=towns, crs=crs, base=folder, lang="zh")
    for result, taken_n in ((found, len(found.facilities)), (homes, None)):
        counts = result.counts[["rows_n", "taken_n", "rejects_n"]].sum()
        assert counts["rows_n"] == counts["taken_n"] + counts["rejects_n"]
        assert counts["rejects_n"] == len(result.rejects)
        assert taken_n in {None, counts["taken_n"]}
    for number, register in enumerate(load.facilities, start=1):
        own = found.counts[found.counts["setting"] == f"load.facilities[{number}]"]
        told = found.rejects[found.rejects["setting"] == f"load.facilities[{number}]"]
        grids = grids_of(folder / register.path)
        for (sheet, grid), row in zip(grids.items(), own.to_dict("records"), strict=True):
            assert len(grids) == 1 or row["sheet"] == sheet
            rows_n, bad = recount(grid)
            assert (row["rows_n"], row["taken_n"]) == (rows_n, rows_n - len(bad))
            here = told if len(grids) == 1 else told[told["sheet"] == sheet]
            assert here["row"].tolist() == bad
    with sqlite3.connect(folder / "compounds.gpkg") as store:
        compounds_n = store.execute("select count(*) from compounds").fetchone()[0]
    gates = json.loads((folder / "gates.geojson").read_text("utf-8"))["features"]
    work_n = sum(any(row) for row in grids_of(folder / "workplaces.csv")[""]) - 1
    assert homes.counts["rows_n"].tolist() == [compounds_n, len(gates), work_n]
    assert homes.counts["taken_n"].tolist() == homes.counts["rows_n"].tolist()
    assert len(found.rejects) < 0.01 * found.counts["rows_n"].sum()
    assert not (found.notes["problem_key"] == "datum_suspect").any()
    counts = found.facilities["kind"].value_counts()
    assert counts["wet_market"] > 100
    assert counts["breakfast"] > 900
    assert found.facilities["subtype"].isin(["delivery"]).any()


@pytest.mark.real
def test_las_palmas_facilities(shared_data):
    """Two kinds of facilities come from the extract in one reading."""
    base = shared_data / "cities"
    towns = load_towns(
        TownSource(path="las_palmas_boundary.geojson", columns={"town_name": "NAMEUNIT"}), base=base
    )
    path = "las_palmas_2023.osm.pbf"
    sources = [
        FacilitySource(path=path, kind="wet_market", tags=MARKETS),
        FacilitySource(path=path, kind="breakfast", tags=BAKERIES),
    ]
    crs = metric_crs("auto", centre_lon=centre_lon(towns))
    result = load_facilities(sources, towns=towns, crs=crs, base=base, lang="en")
    kinds = result.facilities["kind"].value_counts()
    assert kinds["wet_market"] > 120
    assert kinds["breakfast"] > 450
    assert result.counts["rows_n"].sum() == len(result.facilities) + len(result.rejects)


def test_a_long_register_is_taken_in_whole(tmp_path):
    """Of 3,000 rows of xlsx not one is lost."""
    write_large(tmp_path / "a.xlsx", 3_000)
    result = take(tmp_path, "a.xlsx")
    assert len(result.facilities) == 3_000
    assert pd.unique(result.facilities["status"]).tolist() == ["operating"]
