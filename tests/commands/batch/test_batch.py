"""Many districts in one go, from their list to what they are together."""

from __future__ import annotations

import hashlib
import shutil

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from livelihood_map.cli import main
from livelihood_map.commands.batch.districts import load_districts
from livelihood_map.core.errors import SettingsError

LIST = """
[city]
name = "某市"
output = "city"
sites_n = 4

[[districts]]
name = "甲区"
settings = "a/livelihood.toml"

[[districts]]
name = "乙区"
settings = "b/livelihood.toml"

[[districts]]
name = "丙区"
settings = "c/livelihood.toml"
"""


def tree(folder):
    """Return the hash of every file of a district's run; locks and times left out."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for part in ("out", "maps")
        for file in sorted((folder / part).rglob("*"))
        if file.is_file() and file.name not in {"lock", "times.json"}
    }


def write_list(folder, text=LIST):
    """Return the path of a list of districts."""
    path = folder / "districts.toml"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture(scope="module")
def three(office_run, tmp_path_factory):
    """Return the folder of three districts after a batch: one had run, one was new, one broken."""
    folder, source = tmp_path_factory.mktemp("batch"), office_run.parent
    bare = shutil.ignore_patterns("out", "maps")
    shutil.copytree(source, folder / "a")
    shutil.copytree(source, folder / "b", ignore=bare)
    shutil.copytree(source, folder / "c", ignore=bare)
    (folder / "c" / "breakfast.csv").write_bytes(b"\x00\xff")
    code = main(["batch", str(write_list(folder)), "--workers", "2", "-q"])
    return folder, code


def test_a_district_in_a_process_of_its_own_is_the_run_of_a_district(three, office_run):
    """What was computed and what was kept are, to the byte, what a run here leaves."""
    folder, _ = three
    for name in "ab":
        assert tree(folder / name) == tree(office_run.parent)


def test_a_broken_register_stops_its_district_alone(three, capsys):
    """The exit code says that one is missing; tables and book hold the others and name it."""
    folder, code = three
    assert code == 1
    towns = gpd.read_parquet(folder / "city" / "tables" / "towns.parquet")
    assert towns["district"].unique().tolist() == ["甲区", "乙区"]
    assert towns.crs == "EPSG:4326"
    book = openpyxl.load_workbook(folder / "city" / "city.xlsx")
    told = {row[0]: row for row in book["各区计算情况"].iter_rows(values_only=True)}
    assert told["丙区"][1] == "未完成"
    assert "breakfast.csv" in told["丙区"][2]
    assert told["丙区"][-1] == 2
    assert (told["甲区"][1], told["乙区"][1]) == ("完成", "完成")
    assert any("丙区" in str(row[0]) for row in book["汇总"].iter_rows(values_only=True))


def test_the_city_is_the_sum_of_its_districts(three, office_run):
    """People of the city are those of all districts, its towns all towns, its share theirs."""
    folder, _ = three
    coverage = pd.read_parquet(folder / "city" / "tables" / "town_coverage_after.parquet")
    whole = coverage[(coverage["town_id"] == "ALL") & (coverage["kind"] == "breakfast")]
    book = openpyxl.load_workbook(folder / "city" / "city.xlsx")
    rows = [*book["汇总"].iter_rows(values_only=True)]
    top = next(n for n, row in enumerate(rows) if row[0] == "区")
    city = dict(zip(rows[top], rows[top + 1], strict=True))
    assert city["区"] == "合计"
    assert city["人口"] == whole["population"].sum()
    share = whole["covered_population"].sum() / whole["population"].sum()
    assert city["覆盖率"] == pytest.approx(share)
    towns = [row for row in book["街镇"].iter_rows(values_only=True) if row[2] == "早餐网点"]
    assert len(towns) == 4


def test_each_kind_has_a_map_of_the_districts(three):
    """There is a picture by kind, and one more with the sites of the kind that has some."""
    folder, _ = three
    drawn = {path.name for path in (folder / "city").glob("*.png")}
    assert drawn == {"breakfast.png", "breakfast_after.png", "wet_market.png"}


def test_shared_sites_go_to_both_of_two_equal_districts(three):
    """Two districts that are alike get half of the sites each, and the bound stands beside."""
    folder, _ = three
    rows = openpyxl.load_workbook(folder / "city" / "city.xlsx")["网点分配"]
    given = {row[0]: row[1] for row in rows.iter_rows(values_only=True) if row[1] is not None}
    assert given["甲区"] + given["乙区"] == 4


def test_a_second_batch_computes_nothing_that_is_fresh(three, capsys):
    """Districts that have not changed are kept, and the one that failed says so again."""
    folder, _ = three
    before = {path: path.stat().st_mtime_ns for path in (folder / "b" / "out").rglob("*.*")}
    main(["batch", str(write_list(folder)), "--workers", "1", "-q"])
    said = capsys.readouterr()
    assert said.out.count("沿用已有结果") == 2
    assert "丙区" in said.err
    assert {path: path.stat().st_mtime_ns for path in (folder / "b" / "out").rglob("*.*")} == before


def test_everything_that_is_wrong_with_a_list_is_told_at_once(office_run, tmp_path):
    """Wrong keys of a district, names that stand twice, and folders that two share: one error."""
    shutil.copytree(office_run.parent, tmp_path / "a", ignore=shutil.ignore_patterns("out", "maps"))
    wrong = LIST.replace("乙区", "甲区").replace("b/live", "a/live").replace("c/live", "none/live")
    with pytest.raises(SettingsError) as caught:
        load_districts(write_list(tmp_path, wrong))
    keys = [problem.key for problem in caught.value.problems]
    assert keys.count("batch.name_twice") == 1
    assert keys.count("batch.folder_shared") == 2
    assert keys.count("batch.of_district") == 1
    text = caught.value.text("en")
    assert "none" in text
    with pytest.raises(SettingsError, match="districts"):
        load_districts(write_list(tmp_path, '[city]\nname = "x"\n'))
    with pytest.raises(SettingsError, match="cty"):
        load_districts(write_list(tmp_path, '[cty]\nname = "x"\n'))
