"""Every flow of the pages at three sizes of screen, in both languages, with the network cut."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from invented_counted import with_counted
from invented_district import build_settings

from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_check_page, draw_map

pytestmark = pytest.mark.browser

_SIZES = {1600: 900, 1366: 768, 390: 844}
_SHORT = {("zh", 390), ("en", 1366)}
_EACH = pytest.mark.parametrize(
    ("lang", "width"),
    [
        pytest.param(*case, marks=() if case in _SHORT else pytest.mark.long)
        for case in product(("zh", "en"), _SIZES)
    ],
)
_POPUP = ".leaflet-popup h3"


@pytest.fixture(scope="module")
def pages(small_tables):
    """Return the planner's map and a town's check page of a small district, in both languages."""
    tables = with_counted(small_tables)
    workers = [100.0 * at for at in range(len(tables.sites))]
    tables = replace(tables, sites=tables.sites.assign(gained_workers=workers))
    asked = {"settings": build_settings(), "standard": load_standard("cn-15min")}
    town = tables.sites["town_id"].iloc[0]
    return {
        lang: (
            draw_map(tables, lang=lang, **asked),
            draw_check_page(tables, town_id=town, lang=lang, **asked),
        )
        for lang in ("zh", "en")
    }


def _word(tab, name):
    return tab.evaluate("(name) => (window.planner || check).words[name]", name)


_HINT_FITS = """() => {
  const box = document.getElementById("search"), style = getComputedStyle(box);
  const ctx = document.createElement("canvas").getContext("2d");
  ctx.font = style.font;
  const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  return ctx.measureText(box.placeholder).width <= room;
}"""


def _fits(tab, width):
    return tab.evaluate("document.documentElement.scrollWidth") <= width


def _look_up(tab):
    """Find a site by its number, choose kind and plan, then a town, and come back."""
    tab.fill("#search", "1")
    tab.keyboard.press("Enter")
    assert tab.locator(_POPUP).inner_text().startswith("1. ")
    note = tab.evaluate("planner.page.people_note")
    assert note in tab.locator(".leaflet-popup .card").inner_text()
    tab.evaluate("planner.map.closePopup()")
    tab.locator('label:has(input[name="plan"][value="after"])').click()
    assert note in tab.locator("#legend").inner_text()
    tab.locator('label:has(input[name="kind"][value="wet_market"])').click()
    assert tab.evaluate("[planner.kind, planner.plan]") == ["wet_market", "after"]
    assert note not in tab.locator("#legend").inner_text()
    tab.locator('label:has(input[name="kind"][value="breakfast"])').click()
    town = tab.evaluate("planner.page.sites[0].town")
    tab.select_option("#town", town)
    assert tab.evaluate("planner.town") == town
    tab.select_option("#town", "")


def _go_through_lists(tab):
    """The first of each list leads to its card; a name in the ranking chooses its town."""
    for name, id_ in (("sites", "site"), ("zones", "zone"), ("compounds", "compound")):
        tab.locator(f"#tab-{name}").click()
        row = tab.locator(f"#{id_}-list li button").first
        told = row.locator(".text").evaluate("(one) => one.firstChild.textContent")
        row.click()
        assert told in tab.locator(_POPUP).inner_text()
        tab.evaluate("planner.map.closePopup()")
    tab.locator("#tab-towns").click()
    tab.check("#choropleth")
    assert tab.locator("#body-towns .signs").inner_text()
    tab.uncheck("#choropleth")
    tab.locator("#body-towns tbody button").first.click()
    assert tab.evaluate("planner.town") == tab.input_value("#town") != ""
    tab.locator("#town-verdict").click()
    assert tab.locator("#verdict h2").inner_text() == tab.evaluate("planner.town")
    assert "{" not in tab.locator("body").inner_text()  # a placeholder that nothing filled
    tab.keyboard.press("Escape")
    tab.locator("#body-towns .total button").click()
    tab.locator("#tab-layers").click()


def _say_and_save(tab):
    """A view given on a site's card stands in the text that is copied, with the site's number."""
    tab.evaluate("planner.goTo(planner.page.sites[0].layer, 'sites', 15)")
    tab.locator('.verdict-form label:has(input[value="reject"])').click()
    tab.fill(".verdict-form .remark", "门口太窄")
    tab.evaluate("planner.map.closePopup()")
    tab.evaluate("planner.review.copy()")
    written = tab.evaluate("document.querySelector('.copied textarea').value")
    row = next(line for line in written.splitlines() if "门口太窄" in line)
    assert row.startswith("1,")
    assert _word(tab, "reject") in row


def _compare_project_print(tab):
    """Two maps and back at the same view; large type and back; a sheet with its legend."""
    before = tab.evaluate("planner.map.getZoom()")
    tab.locator("#tool-compare").click()
    assert tab.evaluate("planner.compare.map.getZoom() === planner.map.getZoom()")
    tab.locator("#tool-compare").click()
    assert tab.evaluate("planner.map.getZoom()") == before
    tab.locator("#tool-projector").click()
    assert tab.locator("#projected h2").is_visible()
    tab.locator("#tool-projector").click()
    assert not tab.locator("#projected").is_visible()
    tab.evaluate("void planner.prints.fill()")
    assert tab.evaluate("document.querySelector('#sheet canvas').width > 500")


@_EACH
def test_the_planners_map_does_its_work_at_every_size(open_page, pages, lang, width):
    """Search, kinds, plans, towns, lists, views, compare, projector, print, link: no request."""
    tab = open_page(pages[lang][0], width=width, height=_SIZES[width])
    assert _fits(tab, width)
    assert tab.evaluate(_HINT_FITS)
    _look_up(tab)
    _go_through_lists(tab)
    _say_and_save(tab)
    _compare_project_print(tab)
    tab.evaluate("planner.choose('wet_market', 'before')")
    tab.evaluate("planner.goTo(planner.compounds.marks[3], 'residences', 15)")
    name = tab.locator(_POPUP).inner_text()
    tab.locator(".leaflet-popup .card > .buttons button").last.click()
    assert tab.locator("#verdict h2").inner_text() == name
    assert "{" not in tab.locator("body").inner_text()
    tab.keyboard.press("Escape")
    tab.evaluate("planner.goTo(planner.compounds.marks[3], 'residences', 15)")
    tab.wait_until("location.hash.includes('card=residences')")
    again = open_page(
        pages[lang][0], width=width, height=_SIZES[width], link=tab.evaluate("location.hash")
    )
    assert again.locator(_POPUP).inner_text() == name
    assert again.evaluate("planner.kind") == "wet_market"
    assert _fits(tab, width)
    tab.assert_quiet()
    again.assert_quiet()


@_EACH
def test_the_towns_page_does_its_work_at_every_size(open_page, pages, lang, width):
    """Search, a click anywhere, own sites, a view, a saved file, a print: no request."""
    tab = open_page(pages[lang][1], width=width, height=_SIZES[width])
    assert _fits(tab, width)
    assert tab.evaluate(_HINT_FITS)
    name = tab.evaluate("check.page.residences[0].name")
    tab.fill("#search", name)
    tab.keyboard.press("Enter")
    assert name in tab.locator("#answer h2").inner_text()
    tab.locator("#centre").click()
    tab.wait_until("document.querySelector('#answer .badge.estimated') !== null")
    tab.locator("#ours").click()
    own = tab.evaluate("check.page.own_sites.length")
    assert tab.locator("#sites ol.list > li").count() == own > 0
    tab.locator("#sites ol.list button").first.click()
    assert _word(tab, "crowd_workers") in tab.locator("#answer .card").inner_text()
    tab.locator('#answer .verdict-form label:has(input[value="agree"])').click()
    with tab.expect_download() as saved:
        tab.get_by_role("button", name=_word(tab, "review_save")).click()
    assert saved.value.suggested_filename.endswith(".csv")
    assert _word(tab, "agree") in saved.value.path().read_text("utf-8-sig")
    tab.locator('label:has(input[name="kind"][value="wet_market"])').click()
    assert tab.evaluate("check.kind") == "wet_market"
    tab.evaluate("void check.fillPrint()")
    assert tab.evaluate("document.querySelector('#sheet canvas').width > 500")
    assert "{" not in tab.locator("body").inner_text()
    assert _fits(tab, width)
    tab.assert_quiet()
