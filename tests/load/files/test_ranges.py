"""Figures that cannot be are rejected by their range, which the message names with its reason."""

from __future__ import annotations

import datetime as dt

import pytest
from register_files import CRS, as_csv, as_xlsx, source, table, take_all, towns_of_two

from livelihood_map.core.labels import LANGS, label
from livelihood_map.core.settings import CentreSource, ResidenceSource, TotalsSource
from livelihood_map.load.centres import load_centres
from livelihood_map.load.files.ranges import RANGES, YEARS
from livelihood_map.load.residences import load_residences

HEADINGS = {
    ("residences", "population"): "常住人口",
    ("residences", "elderly_n"): "老年人口",
    ("residences", "households_n"): "户数",
    ("residences", "dwellings_n"): "套数",
    ("residences", "floor_area_m2"): "建筑面积",
    ("residences", "area_m2"): "占地面积",
    ("totals", "population"): "常住人口",
    ("totals", "elderly_n"): "老年人口",
    ("workplaces", "workers"): "早高峰人数",
    ("workplaces", "passengers"): "早高峰客流",
    ("facilities", "area_m2"): "营业面积",
    ("facilities", "stalls_n"): "摊位数",
    ("facilities", "seats_n"): "座位数",
    ("centres", "radius_m"): "服务半径",
}
"""A heading of each field that has a range."""


def home(number, **more):
    """Return a compound with people, and whatever else is said."""
    place = {"经度": 121.39 + number / 1000, "纬度": 31.14}
    return {"小区名称": f"{number}号", "常住人口": 5, **place, **more}


def write(path, records):
    """Write records as a CSV file."""
    names = list(dict.fromkeys(name for record in records for name in record))
    as_csv([names, *([record.get(name) for name in names] for record in records)])(path)


def rejects_of(folder, section, heading, figures, lang):
    """Return the rejects of a table of a section whose rows hold the figures under a heading."""
    given = {"towns": towns_of_two(), "crs": CRS, "base": folder, "lang": lang}
    path = folder / "a.csv"
    if section == "facilities":
        as_csv(table(**{heading: figures}))(path)
        return take_all(folder, [source("a.csv")], lang=lang).rejects
    write(folder / "homes.csv", [home(number) for number in range(3)])
    if section == "centres":
        rows = [home(n, 级别="7", **{heading: figure}) for n, figure in enumerate(figures)]
        write(path, [{**row, "名称": row["小区名称"]} for row in rows])
        columns = {"name": "名称"}
        return load_centres(
            CentreSource(path="a.csv", datum="WGS-84", columns=columns), **given
        ).rejects
    more = {}
    if section == "totals":
        names = ("七宝镇", "古美路街道")
        rows = [
            {"街镇": n, "常住人口": 9, heading: f} for n, f in zip(names, figures, strict=False)
        ]
        write(path, rows)
        more = {"totals": TotalsSource(path="a.csv")}
    elif section == "workplaces":
        write(
            path, [{**home(n, 名称=f"{n}楼"), heading: figure} for n, figure in enumerate(figures)]
        )
    else:
        write(folder / "homes.csv", [home(n, **{heading: f}) for n, f in enumerate(figures)])
    homes = ResidenceSource(
        path="homes.csv", datum="WGS-84", workplaces="a.csv" if section == "workplaces" else None
    )
    return load_residences([homes], **given, **more).rejects


def test_every_range_is_tried():
    """No field gets a range without a heading here, and each reason stands in both languages."""
    assert set(HEADINGS) == set(RANGES)
    assert all(label(one.reason, lang) for one in RANGES.values() for lang in LANGS)
    assert all(one.low < one.high for one in RANGES.values())


@pytest.mark.parametrize(("section", "field"), RANGES)
def test_what_cannot_be_is_rejected_and_the_range_is_named(tmp_path, section, field):
    """The largest figure that can be is taken; a larger one is rejected with range and reason."""
    possible = RANGES[section, field]
    for lang in LANGS:
        figures = [possible.high, 1000 * possible.high, 1]
        found = rejects_of(tmp_path, section, HEADINGS[section, field], figures, lang)
        found = found[found["problem_key"] == "out_of_range"]
        assert found["row"].tolist() == [3]
        problem = found["problem"].iloc[0]
        assert f"{possible.high:,}" in problem
        assert label(possible.reason, lang) in problem


def test_one_more_than_can_be_is_rejected(tmp_path):
    """The range is closed: its end is taken, one beyond it is not."""
    high = RANGES["residences", "population"].high
    found = rejects_of(tmp_path, "residences", "常住人口", [high, high + 1, 0], "zh")
    assert found[["row", "problem_key"]].to_numpy().tolist() == [[3, "out_of_range"]]


def test_no_compound_has_more_people_than_there_are(tmp_path):
    """A workbook with 1e300 people in a cell loses that row and no other."""
    rows = [["小区名称", "常住人口", "经度", "纬度"], ["甲", 1e300, 121.39, 31.14]]
    as_xlsx([*rows, ["乙", 7, 121.38, 31.14]])(tmp_path / "a.xlsx")
    homes = ResidenceSource(path="a.xlsx", datum="WGS-84")
    found = load_residences([homes], towns=towns_of_two(), crs=CRS, base=tmp_path)
    assert found.rejects["problem_key"].tolist() == ["out_of_range"]
    assert found.residences["population"].sum() == 7


@pytest.mark.parametrize("year", [YEARS[0] - 1, YEARS[1] + 1])
def test_a_year_that_cannot_be_is_no_date(tmp_path, year):
    """A year outside the range is no date, written as text or as a date cell; the range is told."""
    dates = [f"{year}-05-01", dt.date(year, 5, 1), "2020-05-01"]
    as_xlsx(table(开业时间=dates))(tmp_path / "a.xlsx")
    for lang in LANGS:
        notes = take_all(tmp_path, [source("a.xlsx")], lang=lang).notes
        notes = notes[notes["problem_key"] == "date_unreadable"]
        assert notes["row"].tolist() == [2, 3]
        assert all(str(end) in text for end in YEARS for text in notes["problem"])
