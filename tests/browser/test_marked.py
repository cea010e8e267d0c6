"""Gates and outlets for residents only, as the pages show them."""

from __future__ import annotations

import csv

import pytest
from invented_district import build_settings

from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_check_page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def check_html(district_tables) -> str:
    """Return the district's check page."""
    standard = load_standard("cn-15min")
    return draw_check_page(district_tables, settings=build_settings(), standard=standard)


def test_gates_are_a_layer_that_tells_what_is_inferred(open_page, planner_html, pictures):
    """Off at first; the legend names the states; a gate's card says what was inferred."""
    tab = open_page(planner_html)
    assert not tab.evaluate("planner.shown.has('gates')")
    tab.check('input[data-layer="gates"]')
    panel = tab.locator("#body-layers").inner_text()
    for word in ("小区出入口", "开放", "不开放", "推断"):
        assert word in panel
    tab.evaluate("planner.show('gates', true); planner.goTo(planner.gates.marks[0], 'gates', 16)")
    card = tab.locator(".leaflet-popup .card").inner_text()
    assert "出入口 · 推断" in card
    assert "请核对" in card
    tab.screenshot(path=pictures / "planner_gates.png")
    tab.evaluate("planner.show('gates', true); planner.goTo(planner.gates.marks[2], 'gates', 16)")
    card = tab.locator(".leaflet-popup .card").inner_text()
    assert "出入口 · 开放" in card
    assert "06:00-22:00" in card
    assert "请核对" not in card
    tab.assert_quiet()


def test_a_compound_says_that_its_gate_is_inferred(open_page, planner_html, check_html, pictures):
    """On the planner's card and in the check page's answer; not where a gate is known."""
    planner, check = open_page(planner_html), open_page(check_html)
    for index, is_said in ((0, True), (2, False)):
        planner.evaluate(f"planner.goTo(planner.compounds.marks[{index}], 'residences', 15)")
        assert ("推断" in planner.locator(".leaflet-popup .card").inner_text()) == is_said
        check.evaluate(f"check.askCompound({index})")
        assert ("推断" in check.locator("#answer").inner_text()) == is_said
        assert ("推断" in check.evaluate("check.answerLines()[0]")) == is_said
    check.evaluate("check.askCompound(0)")
    check.screenshot(path=pictures / "check_inferred.png")
    planner.assert_quiet()
    check.assert_quiet()


def test_an_outlet_for_residents_only_is_marked(open_page, planner_html, check_html, tmp_path):
    """In its own card, where it is a compound's nearest, and in the saved list."""
    planner, check = open_page(planner_html), open_page(check_html)
    planner.evaluate("planner.goTo(planner.outlets.marks[0], 'facility:wet_market', 16)")
    assert "服务对象\t仅限本小区" in planner.locator(".leaflet-popup .card").inner_text()
    nearest = """check.page.residences.findIndex((_, index) => check.page.facilities.residents_only
      .includes(check.page.coverage.wet_market.facility[index]) === WANTED)"""
    for wanted in (True, False):
        index = check.evaluate(nearest.replace("WANTED", str(wanted).lower()))
        assert index >= 0
        check.evaluate(f"check.askCompound({index})")
        card = check.locator('.kind-card[data-kind="wet_market"]').inner_text()
        assert ("（仅限本小区）" in card) == wanted
    with check.expect_download() as download:
        check.get_by_role("button", name="导出全部小区（CSV）").click()
    download.value.save_as(tmp_path / "all.csv")
    text = (tmp_path / "all.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    assert any("（仅限本小区）" in (row["最近网点"] or "") for row in rows)
    assert {row["测算方式"] for row in rows if row["类别"]} == {
        "按小区测算", "按小区测算，出入口为推断",
    }  # fmt: skip
    check.assert_quiet()
