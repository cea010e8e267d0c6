"""Compounds, gates, workplaces and census totals, taken in so that nobody is lost."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_files import CRS, as_csv, as_xlsx, towns_of_two
from shapely import Point, box

from livelihood_map.core.apportion import spread
from livelihood_map.core.crs import STORAGE_CRS, centre_lon, metric_crs
from livelihood_map.core.errors import SourceError
from livelihood_map.core.settings import ResidenceSource, TotalsSource, TownSource
from livelihood_map.load.census import remainder_lines
from livelihood_map.load.residences import load_residences
from livelihood_map.load.towns import load_towns

HEADINGS = [
    "小区编号",
    "小区名称",
    "街镇",
    "户数",
    "常住人口",
    "老年人口",
    "建筑面积",
    "经度",
    "纬度",
]
ROWS = [
    ["A1", "甲苑", "古美路街道", 100, 250, 50, 9000, 121.39, 31.14],
    ["A2", "乙苑", "古美路街道", 300, None, None, 27000, 121.385, 31.135],
    ["B1", "丙村", "七宝镇", None, 120, 30, 8000, 121.35, 31.15],
]


def load(folder, file="homes.csv", *, totals=None, **settings):
    """Return what becomes of one table of compounds in WGS-84."""
    source = ResidenceSource(path=file, **{"datum": "WGS-84", **settings})
    return load_residences(
        [source], towns=towns_of_two(), crs=CRS, base=folder, lang="zh", totals=totals
    )


@pytest.fixture
def office(tmp_path):
    """Return a folder with a sound table of compounds."""
    as_csv([HEADINGS, *ROWS])(tmp_path / "homes.csv")
    return tmp_path


def people(result):
    """Return people by compound."""
    return dict(
        zip(result.residences["residence_id"], result.residences["population"], strict=True)
    )


def test_people_are_taken_and_else_counted_from_dwellings(office):
    """People stand as they are; where only dwellings are known, people per dwelling count."""
    result = load(office, persons_per_dwelling=2.0)
    assert people(result) == {"A1": 250, "A2": 600, "B1": 120}
    assert result.demand["population"].sum() == result.residences["population"].sum() == 970
    assert set(result.demand["place_kind"]) == {"home"}
    assert result.gates.empty


def test_a_total_is_spread_when_no_people_are_known(tmp_path):
    """The district's people are spread by dwellings, or by floor area, and add up exactly."""
    for kept in (["户数"], ["建筑面积"]):
        columns = [HEADINGS.index(name) for name in ("小区编号", "小区名称", *kept, "经度", "纬度")]
        rows = [[row[n] for n in columns] for row in [HEADINGS, *ROWS[:2]]]
        as_csv(rows)(tmp_path / "homes.csv")
        result = load(tmp_path, population_total=1001)
        assert people(result) == {"A1": 250, "A2": 751}


def told_by(result):
    """Return what the people of each compound come from, and how much of it, by compound."""
    table = result.residences.set_index("residence_id")[["derived_from", "units_n"]]
    return {
        home: tuple(row) for home, row in table.astype(object).where(table.notna(), None).T.items()
    }


def test_each_compound_tells_what_its_people_come_from(office):
    """Stated people are told as such; derived ones with dwellings, floor area, or people scaled."""
    derived = {"A1": (None, None), "A2": ("dwellings", 300.0), "B1": (None, None)}
    assert told_by(load(office)) == derived
    as_csv([["街镇", "人口"], ["古美路街道", 1300]])(office / "totals.csv")
    scaled = load(office, totals=TotalsSource(path="totals.csv", method="spread"))
    assert told_by(scaled) == derived | {"A1": ("registered", 250.0)}
    rows = [[row[n] for n in (0, 1, 6, 7, 8)] for row in [HEADINGS, *ROWS]]
    as_csv(rows)(office / "homes.csv")
    floors = {"A1": 9000.0, "A2": 27000.0, "B1": 8000.0}
    assert told_by(load(office, population_total=440)) == {
        home: ("floor_area", floor) for home, floor in floors.items()
    }


def test_areas_are_kept_and_measured(tmp_path):
    """A compound drawn as an area keeps it, with its land in square metres."""
    gpd.GeoDataFrame(
        {"小区名称": ["甲苑", "乙苑"], "户数": [10, 20]},
        geometry=[box(121.39, 31.14, 121.391, 31.141), Point(121.35, 31.15)],
        crs=STORAGE_CRS,
    ).to_file(tmp_path / "homes.gpkg")
    result = load(tmp_path, "homes.gpkg", datum="auto").residences.set_index("name")
    assert result.loc["甲苑", "area_m2"] == pytest.approx(95.4 * 110.9, rel=0.01)
    assert np.isnan(result.loc["乙苑", "area_m2"])
    assert result["town_id"].to_dict() == {"甲苑": "310112006", "乙苑": "310112102"}


@pytest.mark.parametrize(
    ("column", "value", "problem"),
    [
        ("户数", "很多", "no_population"),
        ("小区名称", None, "no_name"),
        ("经度", "无", "coordinate_unreadable"),
        ("经度", 121.6, "residences_outside"),
    ],
)
def test_a_compound_that_cannot_be_taken_is_rejected(tmp_path, column, value, problem):
    """Each reason leaves its row in the rejects and the others in the table."""
    rows = [list(row) for row in ROWS]
    rows[1][HEADINGS.index(column)] = value
    as_csv([HEADINGS, *rows])(tmp_path / "homes.csv")
    result = load(tmp_path)
    assert result.rejects[["row", "problem_key"]].to_numpy().tolist() == [[3, problem]]
    assert sorted(result.residences["residence_id"]) == ["A1", "B1"]
    counts = result.counts.iloc[0]
    assert counts["rows_n"] == counts["taken_n"] + counts["rejects_n"] == 3


def test_a_repeated_id_is_taken_once_in_any_order(tmp_path):
    """Of two rows with one id the same is kept whatever their order."""
    found = []
    rows = [*ROWS, ["A1", "甲苑二期", "古美路街道", 5, 9, 1, 90, 121.39, 31.141]]
    for number, order in enumerate((rows, rows[::-1])):
        as_csv([HEADINGS, *order])(tmp_path / f"{number}.csv")
        found.append(load(tmp_path, f"{number}.csv"))
        assert found[-1].rejects["problem_key"].tolist() == ["residence_repeated"]
    assert people(found[0]) == people(found[1])


def test_gates_find_their_compound_by_id_or_name(office):
    """A gate belongs to a compound by id or unique name; others are rejected; some are closed."""
    as_csv(
        [
            ["小区编号", "门名", "是否开放", "开放时间", "经度", "纬度"],
            ["A1", "东门", "是", "00:00-24:00", 121.3901, 31.14],
            ["乙苑", "西门", "否", None, 121.3851, 31.135],
            ["无名苑", "南门", "是", None, 121.3851, 31.135],
            ["B1", "北门", "也许", None, 121.35, 31.15],
        ]
    )(office / "gates.csv")
    result = load(office, gates="gates.csv")
    by_home = result.gates.set_index("residence_id")
    assert by_home["is_open"].to_dict() == {"A1": True, "A2": False}
    assert not result.gates["is_inferred"].any()
    assert result.rejects["problem_key"].tolist() == [
        "gate_without_residence",
        "yes_no_unreadable",
    ]


def test_workplaces_are_demand_of_workers(office):
    """Workplaces become demand points with morning workers, stations with passengers instead."""
    as_xlsx(
        [
            ["名称", "类型", "早高峰人数", "经度", "纬度"],
            ["甲大厦", "写字楼", 800, 121.39, 31.14],
            ["乙站", "轨道站", "1,200人", 121.35, 31.15],
            ["丙厂", "工厂", 10, 121.35, 31.15],
            ["丁校", "学校", None, 121.35, 31.15],
        ]
    )(office / "work.xlsx")
    result = load(office, workplaces="work.xlsx")
    work = result.demand[result.demand["place_kind"] != "home"].set_index("name")
    assert work["workers"].to_dict() == {"甲大厦": 800, "乙站": 0}
    assert work["passengers"].to_dict() == {"甲大厦": 0, "乙站": 1200}
    assert work["place_kind"].to_dict() == {"甲大厦": "office", "乙站": "station"}
    assert work["population"].sum() == 0
    assert result.rejects["problem_key"].tolist() == ["place_kind_unknown", "no_workers"]


def test_a_column_of_passengers_is_taken_beside_that_of_workers(office):
    """Where a file has passengers of its own, the workers of a station are its workers."""
    as_xlsx(
        [
            ["名称", "类型", "从业人数", "早高峰客流", "经度", "纬度"],
            ["甲大厦", "写字楼", 800, None, 121.39, 31.14],
            ["乙站", "轨道站", 20, 1200, 121.35, 31.15],
            ["丙站", "轨道站", None, 900, 121.36, 31.15],
            ["丁站", "轨道站", 700, None, 121.37, 31.15],
            ["戊站", "轨道站", None, None, 121.38, 31.15],
        ]
    )(office / "work.xlsx")
    result = load(office, workplaces="work.xlsx")
    work = result.demand[result.demand["place_kind"] != "home"].set_index("name")
    assert work["workers"].to_dict() == {"甲大厦": 800, "乙站": 20, "丙站": 0, "丁站": 0}
    assert work["passengers"].to_dict() == {"甲大厦": 0, "乙站": 1200, "丙站": 900, "丁站": 700}
    assert result.rejects["problem_key"].tolist() == ["no_workers"]


def census(folder, **columns):
    """Write town totals and return how to read them."""
    rows = zip(*columns.values(), strict=True)
    as_xlsx([["2020年人口"], list(columns), *map(list, rows)])(folder / "census.xlsx")
    return "census.xlsx"


def test_what_no_compound_has_is_stated(office):
    """Without spreading, each town's total minus its compounds is stated, and the sum in words."""
    path = census(office, 街镇=["古美街道", "七宝", "合计"], 常住人口=[1000, 100, 1100])
    result = load(office, totals=TotalsSource(path=path))
    table = result.remainders.set_index("town_id")
    assert table["remainder_n"].to_dict() == {"310112006": 0, "310112102": -20}
    assert people(result)["B1"] == 120
    lines = remainder_lines(result.remainders)
    assert len(lines) == 2
    assert "七宝镇" in lines[1]


def test_totals_are_spread_so_that_they_add_up(office):
    """Spread totals add up exactly in each town, older people too, and none is more than all."""
    path = census(
        office, 街镇代码=["310112006000", "310112102000"], 人口=[1001, 77], 老龄化率=["23.1%", "30"]
    )
    result = load(office, totals=TotalsSource(path=path, method="spread"))
    sums = result.residences.groupby("town_id")[["population", "elderly_n"]].sum()
    assert sums["population"].to_dict() == {"310112006": 1001, "310112102": 77}
    assert sums["elderly_n"].to_dict() == {"310112006": 231, "310112102": 23}
    assert (result.residences["elderly_n"] <= result.residences["population"]).all()
    assert (result.remainders["remainder_n"] == 0).all()
    assert people(result)["A1"] == 250 + 1 / 4 - 1 / 4


def test_totals_that_cannot_be_used_are_rejected(office):
    """A town that is not there, or twice, or without people, is rejected with its reason."""
    path = census(office, 街镇=["月亮镇", "七宝镇", "七宝", "古美"], 常住人口=[1, 2, 3, "不详"])
    result = load(office, totals=TotalsSource(path=path))
    assert result.rejects["problem_key"].tolist() == [
        "total_no_town",
        "total_repeated",
        "total_repeated",
        "population_unreadable",
    ]
    assert result.remainders["population"].isna().all()
    assert remainder_lines(result.remainders) == []


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"file": "absent.csv"}, "load.no_file"),
        ({"gates": "absent.csv"}, "load.no_file"),
        ({"columns": {"population": "居民"}}, "load.no_column"),
        ({"datum": "auto"}, "load.datum_missing"),
        ({"datum": "东经"}, "load.datum_unknown"),
        (
            {"totals": TotalsSource(path="homes.csv", columns={"population": "户"})},
            "load.no_column",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(office, settings, key):
    """What is wrong as a whole is refused by name."""
    with pytest.raises(SourceError) as caught:
        load(office, **settings)
    assert caught.value.key == key


def test_nobody_at_all_is_refused_with_the_first_reasons(tmp_path):
    """When every compound is rejected the run cannot go on, and the reasons are told."""
    as_csv([HEADINGS, ["A1", "甲", None, "?", None, None, None, 121.39, 31.14]])(
        tmp_path / "homes.csv"
    )
    with pytest.raises(SourceError) as caught:
        load(tmp_path)
    assert caught.value.key == "load.no_people"
    assert "户数" in caught.value.text("zh")


@given(
    st.integers(0, 10**7),
    st.lists(st.floats(0, 1e6), min_size=1, max_size=50).filter(lambda w: sum(w) > 1e-3),
)
def test_spread_people_add_up_exactly_and_fairly(total, weights):
    """Spread people are whole, add up exactly, and are within one of the exact share."""
    keys = [f"k{number:03d}" for number in range(len(weights))]
    found = spread(total, weights, keys)
    exact = total * np.array(weights) / np.sum(weights)
    assert found.sum() == total
    assert (np.abs(found - exact) < 1 + 1e-6).all()
    order = np.random.default_rng(len(weights)).permutation(len(weights))
    again = spread(total, np.array(weights)[order], [keys[n] for n in order])
    assert (again == found[order]).all()


def test_nothing_can_be_spread_over_nothing():
    """Weights that are all zero, or negative, are refused."""
    for weights in ([0.0, 0.0], [1.0, -1.0], [np.nan]):
        with pytest.raises(ValueError, match=r"\["):
            spread(10, weights, ["a", "b"][: len(weights)])


@pytest.mark.real
def test_homes_of_las_palmas_come_from_its_buildings(shared_data):
    """Buildings and residential areas hold all people of the city, named and inside it."""
    base = shared_data / "cities"
    towns = load_towns(
        TownSource(path="las_palmas_boundary.geojson", columns={"town_name": "NAMEUNIT"}), base=base
    )
    crs = metric_crs("auto", centre_lon=centre_lon(towns))
    source = ResidenceSource(path="las_palmas_2023.osm.pbf", population_total=378_027)
    result = load_residences([source], towns=towns, crs=crs, base=base, lang="en")
    assert result.residences["population"].sum() == 378_027
    assert 1000 < len(result.residences) < 3000
    assert result.residences["name"].str.len().min() > 0
    inside = result.demand.geometry.within(towns.to_crs(crs).union_all())
    assert inside.all()


@pytest.mark.real
def test_an_extract_without_a_total_is_refused(shared_data):
    """An extract has no people: the district's total must be given."""
    base = shared_data / "cities"
    with pytest.raises(SourceError) as caught:
        load_residences(
            [ResidenceSource(path="las_palmas_2023.osm.pbf")],
            towns=towns_of_two(),
            crs=CRS,
            base=base,
        )
    assert caught.value.key == "load.population_total_missing"


@pytest.mark.real
def test_real_estates_are_all_taken(shared_data):
    """All 1,388 estates of Minhang with their 829,565 dwellings are taken in."""
    base = shared_data / "minhang"
    towns = load_towns(TownSource(path="minhang_towns.geojson"), base=base)
    source = ResidenceSource(path="estates_best_merged.geojson", columns={"dwellings_n": "units"})
    result = load_residences([source], towns=towns, crs=CRS, base=base, lang="zh")
    assert len(result.residences) == 1388
    assert result.residences["dwellings_n"].sum() == 829_565
    assert result.rejects.empty


def test_a_layer_without_a_record_is_named(tmp_path):
    """A GeoPackage of no compounds is an empty register, as a workbook without rows is."""
    empty = gpd.GeoDataFrame({"小区名称": [], "人口": []}, geometry=[], crs=STORAGE_CRS)
    empty.to_file(tmp_path / "a.gpkg", driver="GPKG")
    with pytest.raises(SourceError, match=r"a\.gpkg") as caught:
        load(tmp_path, "a.gpkg")
    assert caught.value.key == "load.empty_register"
