"""A place without one register, and one all from OpenStreetMap: outputs say what is missing."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace

import geopandas as gpd
import openpyxl
import pytest
from small_office import SIDE_N, degrees, write_office

from livelihood_map import pipeline
from livelihood_map.commands import ask
from livelihood_map.commands.yearly import comparisons
from livelihood_map.core.errors import SettingsError, SourceError
from livelihood_map.core.settings import load_settings
from livelihood_map.pipeline.summary import summarise

ABSENT = "未提供登记"
KINDS = '\n[coverage]\nkinds = ["breakfast", "wet_market"]\n'
THREE = '\n[coverage]\nkinds = ["breakfast", "wet_market", "housekeeping"]\n'
LIGHT = """
[report]
documents = []
[mapping]
check_pages = "none"
pictures = []
grid_m = 0
is_compressed = false
"""
WHOLE = LIGHT.replace("[]", '["workbooks", "briefs"]', 1).replace('"none"', '"towns"')


def texts_of(path):
    """Return the text of a workbook by sheet, of any other output as one."""
    if path.suffix == ".xlsx":
        return {
            sheet.title: "\n".join(
                "\t".join("" if cell is None else str(cell) for cell in row)
                for row in sheet.iter_rows(values_only=True)
            )
            for sheet in openpyxl.load_workbook(path)
        }
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as book:
            return {"": re.sub("<[^>]+>", "", book.read("word/document.xml").decode())}
    if path.suffix == ".gpkg":
        return {"": gpd.read_file(path, layer=path.stem)["note"].iloc[0]}
    return {"": path.read_text("utf-8-sig")}


def shown_in(work):
    """Return the texts of every workbook, brief, layer and page that bears marks, by its name."""
    unmarked = {"rejects.xlsx", "templates"}
    return [
        (path.name, texts_of(path))
        for path in work.written
        if path.suffix in {".xlsx", ".docx", ".html", ".gpkg"}
        and not unmarked & {path.name, path.parent.name}
    ]


def assert_told(named, *sentences):
    """Every output holds each sentence at least once."""
    assert {"coverage.xlsx", "sites.xlsx", "planner.html", "service_areas.gpkg"} <= {*dict(named)}
    missing = [
        (name, sentence)
        for name, texts in named
        for sentence in sentences
        if sentence not in "\n".join(texts.values())
    ]
    assert missing == []


@pytest.fixture(scope="module")
def lacking(tmp_path_factory):
    """Return a run of the two-town office that measures housekeeping without a register."""
    path = write_office(tmp_path_factory.mktemp("lacking") / "office")
    path.write_text(path.read_text("utf-8").replace(KINDS, THREE) + LIGHT, "utf-8")
    return pipeline.run(load_settings(path))


@pytest.fixture(scope="module")
def lacking_texts(lacking):
    """Return what that run has written, as texts."""
    return shown_in(lacking)


def test_every_output_names_the_kind_without_a_register(lacking_texts):
    """Workbooks, briefs, the layer and the pages say that no register was given, and of what."""
    assert_told(lacking_texts, f"{ABSENT}：家政服务网点。覆盖情况不明，并非为 0")


def test_tables_hold_no_row_of_it(lacking):
    """No table of the run measures the kind, and the circle is counted over the others."""
    for name in ("coverage", "residence_coverage", "town_coverage_after", "town_walks", "gaps",
                 "town_supply", "town_equity", "residence_tiers", "service_areas"):  # fmt: skip
        assert "housekeeping" not in set(lacking[name]["kind"])
    assert set(lacking["residence_circle"]["kinds_n"]) == {2}
    assert lacking["registers"]["kind"].tolist() == ["breakfast", "convenience", "wet_market"]


def test_questions_say_so_or_refuse_with_the_remedy(lacking):
    """What is about the kind alone is refused with a remedy; what is about all says it."""
    settings = lacking.settings
    with pytest.raises(SettingsError, match=r"家政服务网点未提供登记.*load\.facilities"):
        ask(settings, "centres")
    for kind in (None, "housekeeping"):
        assert f"家政服务网点：{ABSENT}" in ask(settings, "areas", kind=kind)
    assert any(ABSENT in line for line in ask(settings, "progress"))
    ask(settings, "mix")
    for name in ("progress", "mix"):
        texts = texts_of(lacking.folder / "programme" / f"{name}.xlsx")
        assert any(ABSENT in text for text in texts.values())
    assert "家政服务网点：未提供登记" in [line.strip() for line in ask(settings, "check")]


def test_a_kind_that_the_other_run_lacks_is_not_compared(lacking, monkeypatch):
    """People served by a kind that was not measured before are not told as newly served."""
    for kinds, refusal in ((["breakfast"], None), (["housekeeping"], SourceError)):
        before = lacking["coverage"][lacking["coverage"]["kind"].isin(kinds)]
        monkeypatch.setattr(comparisons, "read_other", lambda *_, table=before: table)
        if refusal is None:
            lines = ask(lacking.settings, "compare", other=lacking.folder)
            assert "菜市场：另一次计算没有这一类，不作比较" in lines
            assert not any("菜市场" in line and "新覆盖" in line for line in lines)
        else:
            with pytest.raises(refusal, match="无法比较"):
                ask(lacking.settings, "compare", other=lacking.folder)


def test_a_list_with_outlets_beyond_the_border_alone_is_no_register(tmp_path):
    """A kind that a mixed list has outside the district only has no register of this district."""
    path = write_office(tmp_path / "office")
    lon, lat = degrees(SIDE_N + 4, 3)
    (path.parent / "outside.csv").write_text(
        f"名称,类型,经度,纬度\n家政一号,家政,{lon},{lat}\n", "utf-8"
    )
    listed = '\n[[load.facilities]]\npath = "outside.csv"\ndatum = "WGS-84"\n'
    path.write_text(path.read_text("utf-8").replace(KINDS, THREE) + listed, "utf-8")
    work = pipeline.run(load_settings(path), last="load")
    assert "housekeeping" in set(work["facilities"]["kind"])
    assert work.basis.absent_kinds == ("housekeeping",)


def test_siting_a_kind_without_a_register_is_refused(lacking):
    """Sites beside outlets that are not known are not proposed; the remedy is named."""
    settings = lacking.settings
    siting = replace(settings, siting=replace(settings.siting, kind="housekeeping"))
    with pytest.raises(SettingsError, match=r"家政服务网点未提供登记.*siting\.kind"):
        pipeline.run(siting, last="candidates")


def test_no_register_at_all_is_refused(lacking):
    """Where none of the kinds has a register there is nothing to measure, and that is said."""
    settings = lacking.settings
    none = replace(settings, coverage=replace(settings.coverage, kinds=["housekeeping"]))
    with pytest.raises(SettingsError, match=r"均未提供登记.*load\.facilities"):
        pipeline.run(none, last="coverage")


# --- all from OpenStreetMap

OSM_SETTINGS = """
[run]
lang = "zh"
date = "2023-06-30"
[area]
name = "小区"
[load.towns]
path = "towns.geojson"
[[load.residences]]
path = "streets.osm"
population_total = 9000
[[load.facilities]]
path = "streets.osm"
kind = "breakfast"
tags = { amenity = ["cafe"] }
[[load.facilities]]
path = "streets.osm"
kind = "wet_market"
tags = { amenity = ["marketplace"] }
[[load.facilities]]
path = "streets.osm"
kind = "convenience"
tags = { shop = ["convenience"] }
[load.streets]
path = "streets.osm"
[coverage]
kinds = ["breakfast", "wet_market", "housekeeping"]
[siting]
kind = "breakfast"
sites_n = 2
"""


def write_extract(path):
    """Add to the lattice of streets: loose houses, a compound of its own, cafés and shops."""
    nodes, ways, number = [], [], 50_000

    def place(column, row, tags=""):
        nonlocal number
        number += 1
        lon, lat = degrees(column, row)
        nodes.append(f'<node id="{number}" version="1" lat="{lat}" lon="{lon}">{tags}</node>')
        return number

    def area(column, row, half, tags):
        corners = [(-half, -half), (half, -half), (half, half), (-half, half)]
        refs = [place(column + x, row + y) for x, y in corners]
        inner = "".join(f'<nd ref="{ref}"/>' for ref in [*refs, refs[0]])
        ways.append(f'<way id="{len(ways) + 1000}" version="1">{inner}{tags}</way>')

    tag = '<tag k="{}" v="{}"/>'.format
    for row in range(0, SIDE_N - 1, 2):
        for column in range(0, SIDE_N - 1, 2):
            area(column + 0.5, row + 0.5, 0.1, tag("building", "apartments"))
    area(7.0, 8.0, 0.3, tag("landuse", "residential"))
    for column, row in ((1, 1), (9, 3)):
        place(column, row, tag("amenity", "cafe") + tag("name", f"早点{column}"))
    for column in range(0, SIDE_N, 3):
        place(column, 12, tag("shop", "convenience") + tag("name", f"便利店{column}"))
    head, _, rest = path.read_text("utf-8").partition("<node")
    body = head + "".join(nodes) + "<node" + rest.replace("</osm>", "".join(ways) + "</osm>")
    path.write_text(body, "utf-8")


@pytest.fixture(scope="module")
def all_osm(tmp_path_factory):
    """Return a whole run of a place whose homes, shops and streets come from one extract."""
    path = write_office(tmp_path_factory.mktemp("osm") / "office")
    write_extract(path.parent / "streets.osm")
    path.write_text(OSM_SETTINGS + WHOLE, "utf-8")
    return pipeline.run(load_settings(path))


@pytest.fixture(scope="module")
def osm_texts(all_osm):
    """Return what that run has written, as texts."""
    return shown_in(all_osm)


def test_a_place_all_from_osm_says_what_is_derived_and_missing(all_osm, osm_texts):
    """Every output names the missing register, the people per floor area and inferred gates."""
    assert {"district.xlsx", "district.docx", "district.html", "check.html"} <= {*dict(osm_texts)}
    homes, gates = all_osm["residences"], all_osm["gates"]
    factor = homes["units_n"].sum() / 9000
    assert_told(
        osm_texts,
        f"{ABSENT}：家政服务网点",
        f"全区 {len(homes)} 处居住地共 9,000 人，由建筑面积推算，每人 {factor:.3g} 平方米",
        f"全区 1 个小区没有出入口资料，按道路与小区边界推断 {len(gates)} 处",
    )


def test_squares_of_buildings_get_no_gates(all_osm):
    """A compound with an outline gets inferred gates; a square of loose buildings none."""
    homes, gates = all_osm["residences"], all_osm["gates"]
    squares = homes[homes["buildings_n"].notna()]
    assert len(squares) == len(homes) - 1
    assert squares["buildings_n"].sum() == (SIDE_N // 2) ** 2
    assert set(gates["residence_id"]) == set(homes["residence_id"]) - set(squares["residence_id"])
    joins = all_osm["joins"].set_index("point_id").loc["home-" + squares["residence_id"]]
    assert not joins["access_id"].isin(gates["gate_id"]).any()


def test_a_register_without_outlets_is_truly_none(all_osm):
    """The extract was searched for markets and has none: that is 0, and stays so."""
    by_town = all_osm["town_coverage_after"].query("town_id == 'ALL' and kind == 'wet_market'")
    assert by_town[["covered_share", "facilities_n"]].values.tolist() == [[0.0, 0]]
    assert "wet_market" in set(all_osm["registers"]["kind"])


def test_no_figure_stands_for_what_is_not_known(all_osm, osm_texts):
    """In every row and sentence of the kind stands 未提供登记, and nowhere a share or a count."""
    rows = [
        line
        for name, texts in osm_texts
        if name.endswith(".xlsx")
        for title, text in texts.items()
        if title != "标准依据"
        for line in text.splitlines()
        if "家政服务网点" in line
    ]
    assert len(rows) > 20
    assert [row for row in rows if ABSENT not in row] == []
    assert not any(re.search(r"\d+\.\d|0 人|\t0\t", row) for row in rows)
    lines = [line for line in summarise(all_osm) if "家政服务网点" in line]
    assert [line.strip() for line in lines[1:]] == [f"家政服务网点：{ABSENT}"] * 2


def test_briefs_tell_the_kind_in_overview_table_and_gaps(all_osm):
    """A brief has the sentence in both sections and the words in the row of the kind's shares."""
    page = (all_osm.folder / "briefs" / "district.html").read_text("utf-8")
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page))
    assert text.count(f"家政服务网点：{ABSENT}") == 2
    assert f"家政服务网点 — {ABSENT} — — —" in text
    assert "菜市场、早餐网点" in text or "早餐网点、菜市场" in text
    assert "早餐网点、菜市场、家政服务网点都" not in text


def test_pages_carry_the_line_for_cards_lists_and_prints(all_osm):
    """The planner's map and the check pages hold the line in payload, badge, foot and print."""
    for name in ("planner.html", "check.html"):
        page = (all_osm.maps / name).read_text("utf-8")
        assert f'"absent":["家政服务网点：{ABSENT}"]' in page.replace('": [', '":[')
        assert f'class="badge absent" title="家政服务网点：{ABSENT}"' in page
        assert page.count(f"{ABSENT}：家政服务网点。") >= 2
        assert '"housekeeping":{"band"' not in page


def test_one_extract_in_many_sections_has_an_account_for_each(all_osm):
    """Homes and each kind of outlet are counted in their own section; rows = taken + rejected."""
    counts = all_osm["intake"].set_index("setting")[["rows_n", "taken_n", "rejects_n"]]
    assert counts.to_dict("index") == {
        f"load.{section}": {"rows_n": rows_n, "taken_n": rows_n, "rejects_n": 0}
        for section, rows_n in (
            ("facilities[1]", 2),
            ("facilities[2]", 0),
            ("facilities[3]", len(range(0, SIDE_N, 3))),
            ("residences[1]", (SIDE_N // 2) ** 2 + 1),
        )
    }
