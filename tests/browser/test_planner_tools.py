"""The tools of the planner's map: search, measuring, comparing, printing, reviewing."""

from __future__ import annotations

import csv

import pytest

pytestmark = pytest.mark.browser


def test_search_finds_by_characters_pinyin_and_initials(open_page, planner_html, pictures):
    """A compound is found by 汉字, full pinyin, initials and a mixture of them."""
    tab = open_page(planner_html)
    name = tab.evaluate("planner.page.residences[0].name")
    words = tab.evaluate("planner.page.spellings.residences[0]").split()
    first = [word.split("/")[0] for word in words]
    queries = [name, "".join(first), "".join(word[0] for word in first), first[0] + first[1][0]]
    for query in queries:
        tab.fill("#search", query)
        found = tab.locator("#search-list .found").all_inner_texts()
        assert name in found, query
    tab.screenshot(path=pictures / "planner_search.png")
    tab.fill("#search", name)
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    assert tab.locator(".leaflet-popup h3").inner_text() == name
    tab.assert_quiet()


def test_a_length_can_be_measured(open_page, planner_html):
    """Three clicks give a length and an area that the map's own scale confirms."""
    tab = open_page(planner_html)
    tab.click("#tool-measure")
    box = tab.locator("#map_planner").bounding_box()
    corner = (box["x"] + 300, box["y"] + 300)
    for step in ((0, 0), (200, 0), (200, 200)):
        tab.mouse.click(corner[0] + step[0], corner[1] + step[1])
    text = tab.locator(".measured").inner_text()
    length, area = tab.evaluate(
        """(() => { const at = (x, y) => planner.map.containerPointToLatLng([x, y]);
             const side = planner.map.distance(at(300, 300), at(500, 300));
             return [2 * side / 1000, side * side / 2e6]; })()"""
    )
    shown = [float(word) for word in text.replace("·", " ").split() if word[0].isdigit()]
    assert shown[0] == pytest.approx(length, rel=0.01)
    assert shown[1] == pytest.approx(area, rel=0.02)
    assert tab.locator(".leaflet-popup").count() == 0
    tab.keyboard.press("Escape")
    assert tab.locator(".measured").count() == 0
    tab.assert_quiet()


def test_today_and_plan_side_by_side(open_page, planner_html, pictures):
    """The second map shows the plan, moves with the first, and goes away again."""
    tab = open_page(planner_html)
    tab.click("#tool-compare")
    covered = """(layers) => { const near = planner.page.kinds.breakfast.classes.slice(0, 2);
      return layers.filter((layer) => near.some((one) => one.colour === layer.options.fillColor))
        .length; }"""
    today = tab.evaluate(f"({covered})(planner.compounds.marks)")
    assert tab.evaluate(f"({covered})(planner.compare.residences)") > today
    tab.evaluate("void planner.map.setView(planner.map.getCenter(), 14, { animate: false })")
    assert tab.evaluate("planner.compare.map.getZoom()") == 14
    tab.screenshot(path=pictures / "planner_compare.png")
    tab.click("#tool-compare")
    assert tab.locator("#compare").count() == 0
    assert tab.evaluate("planner.shown.has('sites')")
    tab.assert_quiet()


def test_side_by_side_begins_from_today(open_page, planner_html):
    """The first map is today's, whatever was shown before, and the buttons say so afterwards."""
    tab = open_page(planner_html)
    tab.get_by_text("新增后", exact=True).click()
    tab.click("#tool-compare")
    tab.click("#tool-compare")
    assert tab.evaluate("planner.plan") == "before"
    assert tab.locator('input[name="plan"]:checked').get_attribute("value") == "before"


def test_what_is_painted_stands_in_the_legend_of_a_picture(open_page, planner_html):
    """Every layer of points or areas that is switched on has a line in the printed legend."""
    tab = open_page(planner_html)
    before = tab.evaluate("planner.legend.parts().map((part) => part.text)")
    assert "缺口片区（现状）" in before
    assert "路网问题" not in before
    for name in ("problems", "gates", "service", "gained"):
        tab.check(f'input[data-layer="{name}"]')
    after = tab.evaluate("planner.legend.parts().map((part) => part.text)")
    assert {"路网问题", "出入口 · 开放", "服务范围 300 米以内"} < set(after)
    tab.assert_quiet()


def test_network_problems_are_shown(open_page, planner_html):
    """A point that the streets do not serve is on its own layer with the reason."""
    tab = open_page(planner_html)
    tab.check('input[data-layer="problems"]')
    tab.evaluate("void planner.layers.problems.getLayers()[0].openPopup()")
    assert "不相连" in tab.locator(".leaflet-popup .card").inner_text()


def test_a_picture_is_saved(open_page, planner_html, pictures):
    """The PNG holds the map, legend and notices."""
    tab = open_page(planner_html)
    with tab.expect_download() as download:
        tab.click("#tool-picture")
    path = pictures / "planner_saved.png"
    download.value.save_as(path)
    assert download.value.suggested_filename == "试验区便民生活圈.png"
    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.stat().st_size > 50_000
    tab.assert_quiet()


def test_a_print_holds_the_map_on_one_sheet(open_page, planner_html, pictures):
    """Printing gives one A4 landscape sheet that was filled before printing began."""
    tab = open_page(planner_html)
    pdf = tab.pdf(path=pictures / "planner.pdf", prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == 1
    assert tab.locator("#sheet canvas").count() == 1


def test_tables_and_lists_are_printed_behind_the_map(open_page, planner_html, pictures):
    """Asked for together, the sheet is followed by legend, towns and every site with its view."""
    tab = open_page(planner_html)
    tab.evaluate("planner.review.set(planner.page.sites[1].id, { verdict: 'reject' })")
    tab.evaluate("window.print = () => {}")
    tab.evaluate("void Object.assign(planner.prints, { hasAnnex: true })")
    pdf = tab.pdf(path=pictures / "planner_annex.pdf", prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") >= 2
    printed = tab.locator("#annex").text_content()
    assert "早餐网点" in printed
    assert "全区" in printed
    rows = tab.locator("#annex .annex tbody tr")
    assert rows.count() == 12
    assert "不同意" in rows.nth(1).text_content()
    tab.click("#tool-print")
    tab.evaluate("void window.dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("#annex > *").count() == 0
    tab.assert_quiet()


def test_a_review_is_saved_and_read_back(open_page, planner_html, tmp_path):
    """Views and own proposals go into a CSV with the site list's headings, and come back."""
    tab = open_page(planner_html)
    tab.get_by_role("tab", name="建议网点").click()
    tab.locator("#body-sites li button").nth(1).click()
    tab.get_by_text("不同意", exact=True).click()
    tab.locator(".leaflet-popup .remark").fill('路窄,"不便"')
    tab.locator("#body-sites li button").nth(0).click()
    tab.locator(".leaflet-popup").get_by_text("同意", exact=True).click()
    tab.keyboard.press("Escape")
    tab.get_by_role("button", name="添加建议点").click()
    box = tab.locator("#map_planner").bounding_box()
    tab.mouse.click(box["x"] + 200, box["y"] + 400)
    tab.locator(".leaflet-popup .remark").nth(0).fill("北门口")
    assert "同意 1 · 不同意 1 · 新增建议 1" in tab.locator("#review").inner_text()
    with tab.expect_download() as download:
        tab.get_by_role("button", name="保存意见").click()
    path = tmp_path / "review.csv"
    download.value.save_as(path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    view = "街镇意见（同意/不同意）"
    assert [row[view] for row in rows] == ["同意", "不同意", *[""] * 10, "新增"]
    assert rows[1]["理由"] == '路窄,"不便"'
    assert rows[12]["位置"] == "北门口"
    assert float(rows[12]["经度（WGS-84）"]) == pytest.approx(121.3, abs=0.5)

    again = open_page(planner_html)
    again.set_input_files("#review-file", path)
    again.wait_until("planner.review.pins.length === 1")
    text = again.locator("#review").text_content()
    assert "同意 1 · 不同意 1 · 新增建议 1" in text
    again.assert_quiet()


def test_full_screen_and_panel(open_page, planner_html):
    """The panel can be put away; the map takes its place."""
    tab = open_page(planner_html)
    before = tab.locator("#map_planner").bounding_box()["width"]
    tab.click("#tool-panel")
    assert tab.locator("#map_planner").bounding_box()["width"] > before + 300
    tab.click("#tool-full")
    tab.wait_until("document.fullscreenElement !== null")
    tab.assert_quiet()
