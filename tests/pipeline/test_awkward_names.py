"""An office of awkwardly named towns and kinds: every command writes all its files, inside."""

from __future__ import annotations

import openpyxl
import pytest
from awkward_names import LONG, folded
from small_office import (
    HEADINGS,
    SIDE_N,
    degrees,
    write_csv,
    write_features,
    write_office,
    write_xlsx,
)

from livelihood_map import pipeline
from livelihood_map.commands import ask
from livelihood_map.core.io import data_path
from livelihood_map.core.labels import label, use_lang
from livelihood_map.core.names import name_towns
from livelihood_map.core.settings import load_settings

PLACES = {
    "out/towns": "*.xlsx",
    "out/briefs/towns": "*.docx",
    "out/briefs/towns/": "*.html",
    "out/programme/survey": "*.xlsx",
    "maps/check": "*.html",
}
TOWNS = (
    "../../x",
    "甲/乙镇",
    "甲:乙镇",
    "CON",
    "con",
    "NUL.txt",
    "镇.",
    "\u200f镇",
    "\u00e9\x01镇",
    "e\u0301镇",
    LONG + "甲",
    LONG + "乙",
)
KINDS = ("../甲", "wet_market", "..:甲")
COLUMNS, ROWS = 4, 3
WIDTH, HEIGHT = SIDE_N / COLUMNS, SIDE_N / ROWS


def centre(number):
    """Return a lattice place well inside a town."""
    return number % COLUMNS * WIDTH + 1, round(number // COLUMNS * HEIGHT + 1)


def write_towns(folder):
    """Write one part of the lattice for each name."""
    features = []
    for number, name in enumerate(TOWNS):
        west, south = number % COLUMNS * WIDTH - 0.5, number // COLUMNS * HEIGHT - 0.5
        corners = ((0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT), (0, 0))
        ring = [degrees(west + x, south + y) for x, y in corners]
        features.append(({"type": "Polygon", "coordinates": [ring]}, {"街镇名称": name}))
    write_features(folder / "towns.geojson", features)


def write_awkward_office(folder):
    """Write the office and return the path of its settings; its font is none, to be quick."""
    path = write_office(folder)
    write_towns(folder)
    rows = [
        [number + 1, "", f"网点{number}", f"{number}号", "", *degrees(*centre(number))]
        for number in range(len(TOWNS))
    ]
    write_xlsx(folder / "markets.xlsx", [HEADINGS, *rows])
    for name in ("breakfast.csv", "hosts.csv"):
        write_csv(folder / name, [HEADINGS, *rows[::3]])
    standard = data_path("standards", "cn-15min.toml").read_text("utf-8")
    for old, new in (("breakfast", KINDS[0]), ("housekeeping", KINDS[2])):
        standard = standard.replace(f'"{old}"', f'"{new}"')
    (folder / "own.toml").write_text(standard, "utf-8")
    text = path.read_text("utf-8").replace('breakfast"', f'{KINDS[0]}"')
    text = text.replace('lang = "zh"', 'lang = "zh"\nstandard = "own.toml"')
    text += '\n[mapping]\ngrid_m = 0.0\n\n[report]\nfont = "own.toml"\n'
    path.write_text(text, "utf-8")
    return path


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Return the workspace of the office after all commands that name files after its tables."""
    settings = load_settings(write_awkward_office(tmp_path_factory.mktemp("root") / "a" / "b"))
    with use_lang("zh"):
        work = pipeline.run(settings)
        ask(settings, "survey")
        for kind in (KINDS[0], KINDS[2]):
            ask(settings, "areas", kind=kind, is_each=True)
        ask(settings, "compare", other=work.folder)
    return work


def test_no_town_is_lost_on_the_way(office):
    """The towns are those of the file, whatever they are called."""
    assert len(office["towns"]) == len(TOWNS) == 12


@pytest.mark.parametrize(("place", "pattern"), PLACES.items())
def test_each_town_has_its_files_in_every_folder(office, place, pattern):
    """There are as many files of each sort as towns, named alike in all folders."""
    names = {path.stem for path in (office.folder.parent / place).glob(pattern)}
    assert names == set(name_towns(office["towns"]).values())
    assert len({folded(name) for name in names}) == len(TOWNS)


def test_each_sheet_of_the_survey_is_its_own_towns(office):
    """The workbook that bears a town's name asks for that town's market."""
    towns = office["towns"].set_index("town_id")["town_name"]
    for town_id, name in name_towns(office["towns"]).items():
        book = openpyxl.load_workbook(office.folder / "programme" / "survey" / f"{name}.xlsx")
        assert book.worksheets[0]["A1"].value == label("survey.title", town=towns[town_id])


def test_kinds_never_share_a_file(office):
    """The layers and the difference maps of two kinds that differ in a mark stand side by side."""
    layers = {path.name for path in office.folder.glob("service_areas_*.gpkg")}
    assert layers == {"service_areas_each_.._甲.gpkg", "service_areas_each_.._甲-2.gpkg"}
    drawn = {path.name for path in (office.folder / "programme").glob("compare_*.svg")}
    assert drawn == {"compare_.._甲.svg", "compare_wet_market.svg"}


def test_nothing_lies_outside_the_output(office):
    """All that was written lies below the folders of the outputs and of the maps."""
    base = office.folder.parent
    given = {"livelihood.toml", "own.toml", "streets.osm", "towns.geojson", "compounds.geojson"}
    given |= {"breakfast.csv", "hosts.csv", "markets.xlsx"}
    files = [path for path in base.parent.parent.rglob("*") if path.is_file()]
    inside = [path for path in files if {office.folder, office.maps} & set(path.parents)]
    assert {path.name for path in files if path not in inside} == given
    assert set(office.written) <= set(inside)
