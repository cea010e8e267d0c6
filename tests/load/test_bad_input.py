"""What an office can get wrong, through the command: told plainly, with the remedy."""

from __future__ import annotations

import pytest
from small_office import (
    HEADINGS,
    register,
    write_csv,
    write_office,
    write_streets,
    write_xlsx,
)

from livelihood_map.cli import main
from livelihood_map.core.labels import LANGS

pytestmark = pytest.mark.parametrize("lang", LANGS)


@pytest.fixture
def office(tmp_path):
    """Return the settings of a sound small office."""
    return write_office(tmp_path / "office")


def refusal(capsys, path, lang):
    """Return what the command says when it refuses the settings; it must not break down."""
    assert main(["run", str(path), "--lang", lang]) == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    return said


def change(path, old, new):
    """Replace a piece of the settings that is there once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "key"),
    [
        ("towns.geojson", "load.towns"),
        ("compounds.geojson", "load.residences"),
        ("breakfast.csv", "load.facilities"),
        ("streets.osm", "load.streets"),
    ],
)
def test_a_missing_file_is_named(capsys, office, lang, file, key):
    """A file that is not there is named."""
    (office.parent / file).unlink()
    assert file in refusal(capsys, office, lang)


def test_a_wrong_sheet_is_named_with_those_there(capsys, office, lang):
    """A sheet that the workbook lacks is named, and so are the sheets that it has."""
    change(office, 'sheet = "菜市场"', 'sheet = "标准化菜市场"')
    said = refusal(capsys, office, lang)
    assert "markets.xlsx" in said
    assert "标准化菜市场" in said
    assert "菜市场" in said.replace("标准化菜市场", "")


def test_a_column_that_is_not_there_is_named(capsys, office, lang):
    """A heading in the settings that the file lacks is named with the headings that it has."""
    old = 'path = "hosts.csv"'
    change(office, old, f'{old}\ncolumns = {{ name = "店铺" }}')
    said = refusal(capsys, office, lang)
    assert "hosts.csv" in said
    assert "店铺" in said
    assert "网点名称" in said


def test_a_register_without_coordinates_is_named(capsys, office, lang):
    """A register without coordinates is refused; each row's address is named as the way out."""
    rows = [row[:5] for row in register([(1, 1), (2, 2)], "早餐")]
    write_csv(office.parent / "breakfast.csv", rows)
    said = refusal(capsys, office, lang)
    assert "breakfast.csv" in said
    assert "1号" in said


def test_coordinates_that_are_text_are_named(capsys, office, lang):
    """When no row has a usable coordinate the register is refused with row, column and value."""
    rows = register([(1, 1), (2, 2)], "早餐")
    for row in rows[1:]:
        row[5:] = ["东川路口", "待测"]
    write_csv(office.parent / "breakfast.csv", rows)
    said = refusal(capsys, office, lang)
    assert "breakfast.csv" in said
    assert "东川路口" in said


def test_swapped_coordinates_are_named(capsys, office, lang):
    """A register whose longitude and latitude are swapped throughout is refused."""
    headings, *rows = register([(1, 1), (2, 2)], "早餐")
    write_csv(office.parent / "breakfast.csv", [headings, *(row[:5] + row[:4:-1] for row in rows)])
    assert "breakfast.csv" in refusal(capsys, office, lang)


def test_an_unknown_datum_is_named_with_the_known(capsys, office, lang):
    """A datum that nobody knows is refused with those that are known."""
    old = 'kind = "breakfast"\ndatum = "WGS-84"'
    change(office, old, 'kind = "breakfast"\ndatum = "火星八号"')
    said = refusal(capsys, office, lang)
    assert "火星八号" in said
    assert "GCJ-02" in said


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:3857"])
def test_a_crs_without_true_metres_is_refused(capsys, office, lang, crs):
    """Lengths are measured neither in degrees nor in Web Mercator."""
    change(office, 'name = "小区"', f'name = "小区"\ncrs_metric = "{crs}"')
    said = refusal(capsys, office, lang)
    assert "area.crs_metric" in said
    assert "auto" in said


def test_all_mistyped_settings_are_told_at_once(capsys, office, lang):
    """Three mistakes in the settings give three lines, each with its place and a remedy."""
    change(office, "sites_n = 3", 'sites_m = 3\nmethod = "best"')
    change(office, 'date = "2023-06-30"', 'date = "2023-06-31"')
    said = refusal(capsys, office, lang)
    assert "siting.sites_m" in said
    assert "sites_n" in said.replace("siting.sites_m", "")
    assert "siting.method" in said
    assert "optimal" in said
    assert "run.date" in said


@pytest.mark.parametrize("rows", [[], [list(HEADINGS)]], ids=["no line", "headings only"])
def test_an_empty_register_is_named(capsys, office, lang, rows):
    """A register without a row is refused by name."""
    write_csv(office.parent / "breakfast.csv", rows)
    assert "breakfast.csv" in refusal(capsys, office, lang)


def test_an_empty_workbook_is_named(capsys, office, lang):
    """A workbook without a row is refused by name."""
    write_xlsx(office.parent / "markets.xlsx", [])
    assert "markets.xlsx" in refusal(capsys, office, lang)


def test_streets_of_elsewhere_name_the_towns(capsys, office, lang):
    """Streets that do not cover the towns are refused, and the towns are named."""
    write_streets(office.parent, east=100)
    said = refusal(capsys, office, lang)
    assert {"zh": "道路没有覆盖街镇", "en": "The streets do not cover the towns"}[lang] in said
    assert "西镇" in said
    assert "东镇" in said
    assert "streets.osm" in said
