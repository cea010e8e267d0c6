"""The check page in a browser with no network."""

from __future__ import annotations

import csv
from dataclasses import replace

import pandas as pd
import pytest
from awkward_names import NAMES
from invented_district import build_settings, with_hostile_names

from livelihood_map.core.names import safe_name
from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_check_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def check_html(district_tables) -> str:
    """Return the check page of the invented district."""
    standard = load_standard("cn-15min")
    return draw_check_page(district_tables, settings=build_settings(), standard=standard)


@pytest.fixture(scope="module")
def town_html(district_tables) -> str:
    """Return the check page of one town."""
    standard = load_standard("cn-15min")
    return draw_check_page(
        district_tables, settings=build_settings(), standard=standard, town_id="t11"
    )


def _row(tables, kind: str, position: int):
    return tables.coverage.query("kind == @kind").iloc[position]


def test_the_page_opens_with_the_network_cut(open_page, check_html, pictures):
    """No request leaves and nothing is complained of."""
    tab = open_page(check_html)
    tab.screenshot(path=pictures / "check.png")
    tab.assert_quiet()


def test_a_compound_is_found_and_answered(open_page, check_html, district_tables, pictures):
    """汉字, pinyin, initials and a mixture find the compound; the answer is the table's."""
    tab = open_page(check_html)
    name = tab.evaluate("check.page.residences[0].name")
    first = [
        word.split("/")[0] for word in tab.evaluate("check.page.spellings.residences[0]").split()
    ]
    queries = [name, "".join(first), "".join(word[0] for word in first), first[0] + first[1][0]]
    for query in queries:
        tab.fill("#search", query)
        assert name in tab.locator("#search-list .found").all_inner_texts(), query
    tab.evaluate("check.askCompound(0)")
    text = tab.locator("#answer").inner_text()
    for kind in ("wet_market", "breakfast", "housekeeping"):
        row = _row(district_tables, kind, 0)
        card = tab.locator(f'.kind-card[data-kind="{kind}"]').inner_text()
        if pd.isna(row["walk_m"]):
            assert "步行 3000 米内无网点" in card
            continue
        assert f"约 {row['walk_min']:.0f} 分钟" in card
        assert f"{row['walk_m']:,.0f} 米" in card
        names = district_tables.facilities.set_index("facility_id")["name"]
        assert names[row["facility_id"]] in card
    assert text.startswith(name)
    assert "网格估算" not in text
    tab.screenshot(path=pictures / "check_compound.png")
    tab.assert_quiet()


def test_search_waits_for_the_input_method(open_page, check_html):
    """While an input method composes nothing is searched; when it ends the search runs."""
    tab = open_page(check_html)
    name = tab.evaluate("check.page.residences[0].name")
    listed = tab.evaluate(
        """(name) => {
          const box = document.getElementById('search');
          const list = document.getElementById('search-list');
          box.focus();
          box.dispatchEvent(new CompositionEvent('compositionstart'));
          box.value = 'xin';
          box.dispatchEvent(new InputEvent('input', { isComposing: true }));
          const during = list.children.length;
          box.value = name;
          box.dispatchEvent(new CompositionEvent('compositionend', { data: name }));
          return [during, list.children.length, list.hidden];
        }""",
        name,
    )
    assert listed[0] == 0
    assert listed[1] > 0
    assert listed[2] is False


def test_the_combobox_follows_the_keyboard(open_page, check_html):
    """Arrows move the active option, Enter takes it, Escape closes; states are announced."""
    tab = open_page(check_html)
    tab.focus("#search")
    tab.keyboard.type("x")
    box = tab.locator("#search")
    assert box.get_attribute("aria-expanded") == "true"
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    active = box.get_attribute("aria-activedescendant")
    assert tab.locator(f"#{active}").get_attribute("aria-selected") == "true"
    assert tab.locator('#search-list [aria-selected="true"]').count() == 1
    assert "找到" in tab.locator("#ask [role=status]").inner_text()
    chosen = tab.locator(f"#{active} .found").inner_text()
    tab.keyboard.press("Enter")
    assert tab.locator("#answer h2").inner_text() == chosen
    assert box.get_attribute("aria-expanded") == "false"
    tab.fill("#search", "没有这个小区")
    assert "没有找到" in tab.locator("#search-list").inner_text()
    tab.keyboard.press("Escape")
    assert box.get_attribute("aria-expanded") == "false"


def test_a_click_anywhere_gives_the_minutes_of_the_lattice(
    open_page, check_html, district_tables, pictures
):
    """A free click is answered from the cell that holds it and marked 网格估算."""
    tab = open_page(check_html)
    cell = district_tables.grid.iloc[len(district_tables.grid) // 2 + 17]
    tab.evaluate(
        "([lat, lon]) => void check.map.setView([lat, lon], 16, { animate: false })",
        [cell["lat"], cell["lon"]],
    )
    tab.evaluate("check.residenceLayers.forEach((layer) => layer.remove())")
    box = tab.locator("#map").bounding_box()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tab.locator("#answer h2 .badge").wait_for()
    assert "网格估算" in tab.locator("#answer h2").inner_text()
    for kind in ("wet_market", "breakfast", "housekeeping"):
        rows = district_tables.grid_coverage.query("kind == @kind").set_index("demand_id")
        walk_m = rows.loc[cell["demand_id"], "walk_m"]
        card = tab.locator(f'.kind-card[data-kind="{kind}"]').inner_text()
        if pd.isna(walk_m):
            assert "步行 3000 米内无网点" in card
        else:
            shown = float(card.split("约 ")[1].split(" 分钟")[0])
            assert shown == pytest.approx(walk_m * 15 / 1000, abs=0.6)
    tab.screenshot(path=pictures / "check_click.png")
    tab.assert_quiet()


def test_a_click_on_a_compound_gives_its_own_walk(open_page, check_html):
    """A compound under the click answers for itself, not the lattice."""
    tab = open_page(check_html)
    tab.evaluate("check.show(5)")
    box = tab.locator("#map").bounding_box()
    tab.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert "网格估算" not in tab.locator("#answer").inner_text()
    assert tab.locator(".kind-card").count() == 3


def test_outside_the_district_there_is_no_answer(open_page, check_html):
    """A place outside the page's area is told so."""
    tab = open_page(check_html)
    tab.evaluate("check.askPlace(L.latLng(30, 120))")
    assert "不在本页范围内" in tab.locator("#answer").inner_text()
    tab.assert_quiet()


def test_same_names_are_told_apart_by_town(open_page, district_tables):
    """Compounds of one name are listed with their towns."""
    twins = district_tables.residences.assign(name="同名小区")
    standard = load_standard("cn-15min")
    page = draw_check_page(
        replace(district_tables, residences=twins), settings=build_settings(), standard=standard
    )
    tab = open_page(page)
    tab.fill("#search", "tmxq")
    details = tab.locator("#search-list small").all_inner_texts()
    assert len(details) == 12
    assert all("镇" in detail for detail in details)
    assert len(set(details)) > 1


def test_results_are_saved_as_csv(open_page, check_html, tmp_path):
    """One answer and the whole list go into CSV files that Excel opens in Chinese."""
    tab = open_page(check_html)
    tab.evaluate("check.askCompound(3)")
    for text, rows_n in (("导出本次结果（CSV）", 3), ("导出全部小区（CSV）", 900)):
        with tab.expect_download() as download:
            tab.get_by_role("button", name=text).click()
        path = tmp_path / "saved.csv"
        download.value.save_as(path)
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
        assert len([row for row in rows if row["类别"]]) == rows_n
        assert {"小区", "街镇", "步行距离（米）", "最近网点", "测算方式"} <= set(rows[0])
        assert "内部工作用图" in path.read_text(encoding="utf-8-sig")
    tab.assert_quiet()


def test_a_saved_file_is_named_as_the_program_names_files(open_page, town_html):
    """Whatever a compound is called, the page gives its file the name that the program would."""
    tab = open_page(town_html)
    named = [
        f"莘庄镇步行查询_{name}" for name in NAMES if "\ud800" not in name and "\udfff" not in name
    ]
    found = tab.evaluate("(names) => names.map(safeName)", named)
    assert found == [safe_name(name) for name in named]


def test_no_cell_of_a_csv_is_a_formula(open_page, town_html):
    """A name that Excel would read as a formula is written as text; numbers stay numbers."""
    tab = open_page(town_html)
    cells = ["=cmd()", "+86 21", "-2+3", "@x", "-5", "12.5", 'a"b,c']
    line = tab.evaluate("(cells) => csvText([cells])", cells).removeprefix("\ufeff").rstrip("\r\n")
    assert next(csv.reader([line])) == ["'=cmd()", "'+86 21", "'-2+3", "'@x", "-5", "12.5", 'a"b,c']
    assert tab.evaluate("(text) => readCsv(text)", f"\ufeff{line}\r\n") == [
        ["'=cmd()", "'+86 21", "'-2+3", "'@x", "-5", "12.5", 'a"b,c']
    ]


def test_a_picture_and_a_sheet_are_made(open_page, check_html, pictures):
    """PNG and A4 print hold the answer, the map and the notices."""
    tab = open_page(check_html)
    tab.evaluate("check.askCompound(3); check.show(3)")
    with tab.expect_download() as download:
        tab.get_by_role("button", name="保存为图片（PNG）").click()
    download.value.save_as(pictures / "check_saved.png")
    assert (pictures / "check_saved.png").read_bytes().startswith(b"\x89PNG")
    pdf = tab.pdf(path=pictures / "check.pdf", prefer_css_page_size=True)
    assert b"/MediaBox [0 0 595" in pdf or b"/MediaBox [0 0 594" in pdf
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
    assert tab.locator("#sheet canvas").count() == 1
    tab.assert_quiet()


def test_a_town_without_compounds_answers_clicks(open_page, district_tables):
    """A page without any compound opens and answers from the lattice."""
    homes = district_tables.residences
    tables = replace(district_tables, residences=homes[homes["town_id"] != "t11"])
    standard = load_standard("cn-15min")
    page = draw_check_page(tables, settings=build_settings(), standard=standard, town_id="t11")
    tab = open_page(page)
    tab.click("#centre")
    tab.locator(".kind-card").first.wait_for()
    assert tab.locator(".kind-card").count() == 3
    tab.assert_quiet()


def test_service_areas_and_list_of_the_uncovered(open_page, town_html, pictures):
    """The lattice can be painted, and the uncovered compounds are listed by people."""
    tab = open_page(town_html)
    tab.check("#service")
    tab.locator("#lists summary").click()
    items = tab.locator("#lists li button")
    assert items.count() > 0
    assert "人" in items.first.locator("small").first.inner_text()
    items.first.click()
    assert tab.locator(".kind-card").count() == 3
    tab.screenshot(path=pictures / "check_town.png")
    tab.assert_quiet()


def test_a_phone_can_use_the_page(open_page, town_html, pictures):
    """At 390 px nothing is wider than the screen and the answer is shown."""
    tab = open_page(town_html, width=390, height=844)
    tab.fill("#search", "x")
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.screenshot(path=pictures / "check_phone.png")
    tab.assert_quiet()


def test_a_tap_on_a_phones_map_brings_the_answer_into_sight(open_page, town_html):
    """The map comes first there, whole on the first screen; after a tap the answer is in sight."""
    tab = open_page(town_html, width=390, height=844)
    box = tab.locator("#map").bounding_box()
    assert 0 < box["y"] < box["y"] + box["height"] <= 844
    assert tab.evaluate("check.answerBox.getBoundingClientRect().top") > 764
    tab.locator("#map").click(position={"x": 180, "y": 200})
    tab.wait_until("check.answerBox.getBoundingClientRect().top < 400")
    tab.assert_quiet()


def test_our_sites_are_listed_in_sight(open_page, town_html):
    """One click lists them beside the map; nothing scrolls but the panel."""
    tab = open_page(town_html, width=1366, height=768)
    tab.evaluate("check.askCompound(0)")
    tab.click("#ours")
    top = "check.ownList.getBoundingClientRect().top"
    assert 0 < tab.evaluate(top) < 500
    tab.evaluate("check.askSite(check.page.own_sites[0])")
    assert tab.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    assert tab.evaluate("window.scrollY") == 0


def test_the_page_opens_without_decompression_stream(open_page, town_html):
    """A browser that cannot unpack gzip itself gives the same answers."""
    tab = open_page(town_html, script="delete window.DecompressionStream;")
    tab.evaluate("check.askCompound(0)")
    assert tab.locator(".kind-card").count() == 3
    tab.assert_quiet()


@pytest.mark.parametrize(
    "text",
    ["</script><img src=x onerror=window.hit=1>", "\"'`${window.hit=1}\\u003c{{7*7}}", "长" * 5000],
)
def test_hostile_names_run_nothing(open_page, district_tables, text):
    """Whatever stands in a text field, the page works and nothing of it runs."""
    standard = load_standard("cn-15min")
    spoiled = with_hostile_names(district_tables, text)
    page = draw_check_page(spoiled, settings=build_settings(), standard=standard, town_id="t11")
    tab = open_page(page, width=390, height=844)
    tab.fill("#search", text[:4])
    tab.keyboard.press("Enter")
    tab.evaluate("check.askCompound(0)")
    tab.locator("#lists summary").click()
    assert tab.locator(".kind-card").count() == 3
    assert tab.evaluate("window.hit") is None
    assert tab.locator("img").count() == 0
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.assert_quiet()
