"""Every row is taken or rejected, in the account of the very source that it came from."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest
from register_files import CRS, HEADINGS, ROWS, as_csv, as_xlsx, take_all, towns_of_two

from livelihood_map.core.crs import centre_lon, metric_crs
from livelihood_map.core.settings import (
    CentreSource,
    FacilitySource,
    ResidenceSource,
    TotalsSource,
    TownSource,
)
from livelihood_map.core.workbook import write_workbook
from livelihood_map.load.centres import load_centres
from livelihood_map.load.files.corrections import rejects_sheets
from livelihood_map.load.registers import load_facilities
from livelihood_map.load.residences import load_residences
from livelihood_map.load.towns import load_towns

TAGS = {
    "wet_market": {"amenity": ["marketplace"], "shop": ["supermarket"]},
    "breakfast": {"amenity": ["cafe", "fast_food"], "shop": ["bakery"]},
    "housekeeping": {"shop": ["laundry", "dry_cleaning"]},
    "convenience": {"shop": ["convenience"]},
    "estate": {"shop": ["kiosk"]},
}
LAS_PALMAS = dict(list(TAGS.items())[:4])


def osm_of(things):
    """Return an extract of points: (tag, value, name, longitude)."""
    lines = [
        f'<node id="{number}" lat="31.14" lon="{lon}">'
        f'<tag k="{key}" v="{value}"/><tag k="name" v="{name}"/></node>'
        for number, (key, value, name, lon) in enumerate(things, start=1)
    ]
    return "\n".join(['<osm version="0.6">', *lines, "</osm>"])


def account(counts):
    """Return rows, taken and rejected by setting and sheet."""
    names = ["setting", "sheet", "rows_n", "taken_n", "rejects_n"]
    return [tuple(row) for row in counts[names].to_numpy().tolist()]


def balance(counts, rejects, tables):
    """Require that every account closes, and that tables and rejects are what it says."""
    assert (counts["rows_n"] == counts["taken_n"] + counts["rejects_n"]).all()
    assert counts["taken_n"].min() >= 0
    assert counts["taken_n"].sum() == sum(map(len, tables))
    listed = rejects.groupby(["setting", "sheet"]).size().to_dict()
    stated = counts.set_index(["setting", "sheet"])["rejects_n"].to_dict()
    assert listed == {place: count for place, count in stated.items() if count}


def test_an_extract_in_five_sections_charges_a_reject_to_its_own(tmp_path):
    """One extract in five sections: a row twice in the second is a reject of the second alone."""
    things = [
        ("shop", "supermarket", "甲", 121.39),
        ("amenity", "cafe", "乙", 121.39),
        ("amenity", "cafe", "乙", 121.39),
        ("shop", "laundry", "丙", 121.39),
        ("shop", "convenience", "丁", 121.39),
        ("shop", "kiosk", "戊", 125.0),
    ]
    (tmp_path / "a.osm").write_text(osm_of(things), "utf-8")
    sources = [FacilitySource(path="a.osm", kind=kind, tags=tags) for kind, tags in TAGS.items()]
    result = take_all(tmp_path, sources)
    assert account(result.counts) == [
        ("load.facilities[1]", "", 1, 1, 0),
        ("load.facilities[2]", "", 2, 1, 1),
        ("load.facilities[3]", "", 1, 1, 0),
        ("load.facilities[4]", "", 1, 1, 0),
        ("load.facilities[5]", "", 1, 0, 1),
    ]
    balance(result.counts, result.rejects, [result.facilities])


def test_a_row_of_an_extract_is_corrected_in_its_own_section(tmp_path):
    """A cafe rejected as a repetition comes back renamed; the same row of other sections stays."""
    things = [("shop", "supermarket", "甲", 121.39), *[("amenity", "cafe", "乙", 121.39)] * 2]
    (tmp_path / "a.osm").write_text(osm_of(things), "utf-8")
    sources = [FacilitySource(path="a.osm", kind=kind, tags=tags) for kind, tags in TAGS.items()]
    first = take_all(tmp_path, sources)
    lists = rejects_sheets(first.rejects)
    assert [one.table["setting"].tolist() for one in lists] == [["load.facilities[2]"]]
    lists[0].table["own_1"] = "乙二店"
    write_workbook(tmp_path / "fixed.xlsx", lists, date=dt.date(2023, 6, 30))
    result = take_all(tmp_path, sources, corrections="fixed.xlsx")
    assert sorted(result.facilities["name"]) == ["乙", "乙二店", "甲"]
    balance(result.counts, result.rejects, [result.facilities])


def mixed_office(folder):
    """Write a workbook of two registers and a file that repeats an outlet of each."""
    book = openpyxl.Workbook()
    for title, rows in (
        ("早餐", [*ROWS, [4, "七宝镇", "丁记早餐", "吴中路4号", "", "不详", 31.15]]),
        ("菜场", [[1, "七宝镇", "戊菜场", "漕宝路5号", "", 121.35, 31.15], ROWS[0]]),
    ):
        page = book.create_sheet(title)
        for row in [HEADINGS, *rows]:
            page.append(row)
    book.remove(book.worksheets[0])
    book.save(folder / "a.xlsx")
    as_csv([HEADINGS, ROWS[0], ROWS[2], [9, "七宝镇", "", "", "", 121.35, 31.15]])(folder / "b.csv")
    return [
        FacilitySource(path="a.xlsx", kind="breakfast", datum="WGS-84", sheet="早餐"),
        FacilitySource(path="a.xlsx", kind="wet_market", datum="WGS-84", sheet="菜场"),
        FacilitySource(path="b.csv", kind="breakfast", datum="WGS-84"),
        FacilitySource(path="b.csv", kind="convenience", datum="WGS-84"),
    ]


def test_a_workbook_named_twice_and_a_list_named_twice_close_each_account(tmp_path):
    """Sheets of one workbook, duplicates across registers and one list for two kinds all add up."""
    result = take_all(tmp_path, mixed_office(tmp_path))
    balance(result.counts, result.rejects, [result.facilities])
    assert [row[2:] for row in account(result.counts)] == [
        (4, 3, 1),
        (2, 2, 0),
        (3, 0, 3),
        (3, 2, 1),
    ]


def test_an_account_with_corrections_closes_when_two_settings_name_a_row(tmp_path):
    """A row rejected in two sections and corrected in both is taken in both."""
    sources = mixed_office(tmp_path)
    first = take_all(tmp_path, sources)
    lists = rejects_sheets(first.rejects)
    write_workbook(tmp_path / "fixed.xlsx", lists, date=dt.date(2023, 6, 30))
    book = openpyxl.load_workbook(tmp_path / "fixed.xlsx")
    changed_n = 0
    for page in book.worksheets:
        header = next(row for row in page.iter_rows() if row[2].value == "行号")
        at = {cell.value: cell.column for cell in header}
        for line in range(header[0].row + 1, page.max_row + 1):
            if page.cell(line, at["来源文件"]).value == "b.csv":
                if page.cell(line, 3).value == 4:
                    page.cell(line, at["网点名称"]).value = "己记"
                    changed_n += 1
            else:
                page.cell(line, at["经度"]).value = 121.35
                changed_n += 1
    assert changed_n == 3
    book.save(tmp_path / "fixed.xlsx")
    result = take_all(tmp_path, sources, corrections="fixed.xlsx")
    balance(result.counts, result.rejects, [result.facilities])
    assert [row[2:] for row in account(result.counts)] == [
        (4, 4, 0),
        (2, 2, 0),
        (3, 1, 2),
        (3, 3, 0),
    ]


HOMES = [
    ["小区编号", "小区名称", "街镇", "常住人口", "经度", "纬度"],
    ["A1", "甲苑", "古美路街道", 250, 121.39, 31.14],
    ["B1", "丙村", "七宝镇", 120, 121.35, 31.15],
]
GATES = [
    ["门号", "小区编号", "经度", "纬度"],
    ["", "A1", 121.39, 31.14],
    ["", "A1", 121.39, 31.14],
    ["", "B1", 121.35, 31.15],
]
WORK = [["名称", "早高峰人数", "经度", "纬度"], *[["甲楼", 50, 121.39, 31.14]] * 2]


def test_nothing_repeated_is_dropped_without_a_word(tmp_path):
    """Compounds, gates, workplaces and totals named in a second file are rejects, not lost rows."""
    for name, rows in (("homes", HOMES), ("gates", GATES), ("work", WORK)):
        as_csv(rows)(tmp_path / f"{name}.csv")
    as_csv([*HOMES, ["C1", "丁村", "七宝镇", 80, 121.351, 31.15]])(tmp_path / "more.csv")
    as_csv([["街镇", "常住人口"], ["七宝镇", 500], ["七宝镇", 600]])(tmp_path / "totals.csv")
    given = {"datum": "WGS-84", "gates": "gates.csv", "workplaces": "work.csv"}
    result = load_residences(
        [ResidenceSource(path="homes.csv", **given), ResidenceSource(path="more.csv", **given)],
        towns=towns_of_two(),
        crs=CRS,
        base=tmp_path,
        lang="zh",
        totals=TotalsSource(path="totals.csv", method="remainder"),
    )
    work = result.demand[result.demand["place_kind"] != "home"]
    balance(result.counts, result.rejects, [result.residences, result.gates, work])
    assert account(result.counts) == [
        ("load.residences[1]", "", 2, 2, 0),
        ("load.residences[2]", "", 3, 1, 2),
        ("load.totals", "", 2, 0, 2),
        ("load.residences[1].gates", "", 3, 2, 1),
        ("load.residences[1].workplaces", "", 2, 1, 1),
        ("load.residences[2].gates", "", 3, 0, 3),
        ("load.residences[2].workplaces", "", 2, 0, 2),
    ]


def test_a_centre_named_twice_is_a_reject(tmp_path):
    """A centre that two sheets list is taken once, and the other row says why it is not."""
    rows = [["名称", "级别", "经度", "纬度"], ["甲中心", "7", 121.39, 31.14]]
    as_xlsx([*rows, rows[1]])(tmp_path / "a.xlsx")
    result = load_centres(
        CentreSource(path="a.xlsx", datum="WGS-84"),
        towns=towns_of_two(),
        crs=CRS,
        base=tmp_path,
        lang="zh",
    )
    balance(result.counts, result.rejects, [result.centres])
    assert result.rejects["problem_key"].tolist() == ["centre_repeated"]


@pytest.mark.real
def test_the_account_of_las_palmas_is_what_counting_the_extract_gives(shared_data):
    """In each section: things with its tags, counted apart, are its outlets and its rejects."""
    import osmium

    folder = shared_data / "cities"
    path = "las_palmas_2023.osm.pbf"
    counted = dict.fromkeys(LAS_PALMAS, 0)
    wanted = osmium.filter.KeyFilter("shop", "amenity")
    for thing in osmium.FileProcessor(str(folder / path)).with_filter(wanted):
        if thing.is_relation() and thing.tags.get("type") != "multipolygon":
            continue
        own = [(tag.k, word.strip()) for tag in thing.tags for word in tag.v.split(";")]
        for kind, tags in LAS_PALMAS.items():
            counted[kind] += any(word in tags.get(key, ()) for key, word in own)
    columns = {"town_name": "NAMEUNIT", "town_id": "NATCODE"}
    towns = load_towns(TownSource(path="las_palmas_boundary.geojson", columns=columns), base=folder)
    crs = metric_crs("auto", centre_lon=centre_lon(towns))
    result = load_facilities(
        [FacilitySource(path=path, kind=kind, tags=tags) for kind, tags in LAS_PALMAS.items()],
        towns=towns,
        crs=crs,
        base=folder,
    )
    balance(result.counts, result.rejects, [result.facilities])
    assert result.counts["rows_n"].tolist() == list(counted.values())
    outlets = result.facilities["kind"].value_counts()
    assert result.counts["taken_n"].tolist() == [outlets[kind] for kind in LAS_PALMAS]
    sums = result.counts[["rows_n", "taken_n", "rejects_n"]].sum().tolist()
    assert sums == [744, 742, 2]
