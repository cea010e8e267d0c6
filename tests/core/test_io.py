from __future__ import annotations

import datetime as dt

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from shapely import Point

from livelihood_map.core import tables
from livelihood_map.core.errors import LivelihoodMapError, SchemaError
from livelihood_map.core.io import (
    OutputError,
    data_path,
    read_table,
    write_csv,
    write_geojson,
    write_table,
    writing,
)
from livelihood_map.core.labels import LANGS
from livelihood_map.core.workbook import Sheet, write_workbook

NAMES = ["=1+1", "+86 21", "-5", "@sum", "菜市场", 'a"b,c']
TABLE = pd.DataFrame({"name": NAMES, "walk_m": [1.5, None, 3, 4, 5, 6], "is_open": [True] * 6})
HEADINGS = {"name": "名称", "walk_m": "步行（米）", "is_open": "营业"}


def test_workbook_keeps_text_as_text_and_numbers_as_numbers(tmp_path):
    """No name becomes a formula, numbers stay numbers, a missing value is an empty cell."""
    path = write_workbook(
        tmp_path / "a.xlsx",
        [Sheet("甲", TABLE, HEADINGS, notes=["合成示例数据"])],
        date=dt.date(2023, 1, 1),
    )
    page = openpyxl.load_workbook(path)["甲"]
    rows = list(page.iter_rows(values_only=True))
    assert [row[0] for row in rows[:2]] == ["甲", "合成示例数据"]
    assert rows[2] == tuple(HEADINGS.values())
    assert [row[0] for row in rows[3:]] == NAMES
    assert all(cell.data_type != "f" for row in page.iter_rows() for cell in row)
    assert [row[1] for row in rows[3:]] == [1.5, None, 3, 4, 5, 6]
    assert page.freeze_panes == "B4"


def test_csv_opens_in_chinese_excel_without_formulas(tmp_path):
    """CSV has a byte order mark and no cell that a spreadsheet takes for a formula."""
    path = write_csv(TABLE, tmp_path / "a.csv", headings=HEADINGS)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(path, encoding="utf-8-sig")
    assert list(read.columns) == list(HEADINGS.values())
    assert read["名称"].tolist() == ["'=1+1", "'+86 21", "'-5", "'@sum", "菜市场", 'a"b,c']


def test_same_content_gives_the_same_bytes(tmp_path):
    """Two writes of the same table are equal to the byte."""
    points = gpd.GeoDataFrame({"name": ["a"]}, geometry=[Point(121.4, 31.1)], crs="EPSG:4326")
    for run in ("one", "two"):
        folder = tmp_path / run
        write_workbook(folder / "a.xlsx", [Sheet("甲", TABLE, HEADINGS)], date=dt.date(2023, 1, 1))
        write_csv(TABLE, folder / "a.csv", headings=HEADINGS)
        write_geojson(points, folder / "a.geojson")
        write_table(tables.WALKS.empty(), folder / "a.parquet", tables.WALKS)
    for one in sorted((tmp_path / "one").iterdir()):
        assert one.read_bytes() == (tmp_path / "two" / one.name).read_bytes()


def test_stored_table_comes_back(tmp_path):
    """What is stored between stages is read back the same, geometry and CRS with it."""
    nodes = gpd.GeoDataFrame({"node_id": ["1"]}, geometry=[Point(1, 2)], crs="EPSG:4549")
    path = write_table(tables.NODES.conform(nodes), tmp_path / "n.parquet", tables.NODES)
    back = read_table(path, tables.NODES)
    assert back.crs == nodes.crs
    assert back.equals(tables.NODES.conform(nodes))


def test_absent_artefact_says_which_stage_to_run(tmp_path):
    """Starting late without earlier results is refused with the remedy."""
    with pytest.raises(LivelihoodMapError, match="livelihood-map run"):
        read_table(tmp_path / "none.parquet", tables.WALKS)


def test_a_stored_table_of_another_program_is_refused_by_its_file(tmp_path):
    """A table that lacks a column, or whose key repeats, names its file, the column and the key."""
    schema = tables.TOWN_COVERAGE
    pd.DataFrame({"town_id": ["a"]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(SchemaError, match=r"a\.parquet") as caught:
        read_table(tmp_path / "a.parquet", schema)
    assert all("walker" in caught.value.text(lang) for lang in LANGS)
    rows = pd.DataFrame({name: ["x", "x"] for name in schema.column_names})
    rows.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(SchemaError) as caught:
        read_table(tmp_path / "a.parquet", schema)
    assert all("town_id, kind, walker" in caught.value.text(lang) for lang in LANGS)


def test_failed_write_leaves_the_former_file(tmp_path):
    """A write that fails half-way leaves the old file and no draft."""
    path = tmp_path / "a.txt"
    path.write_text("old", "utf-8")

    def fail() -> None:
        with writing(path) as draft:
            draft.write_text("half", "utf-8")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert path.read_text("utf-8") == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["a.txt"]


def test_locked_file_is_explained(tmp_path):
    """A file that Excel holds open gives a message, not a traceback."""

    def refuse() -> None:
        with writing(tmp_path / "a.xlsx"):
            raise PermissionError

    with pytest.raises(OutputError, match="Excel"):
        refuse()


def test_shipped_data_are_found():
    """The planning standards are there in a checkout and in a wheel."""
    assert (data_path("standards") / "cn-15min.toml").exists()
    with pytest.raises(FileNotFoundError):
        data_path("nothing")
