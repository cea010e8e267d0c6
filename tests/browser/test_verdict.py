"""A page about a compound, a town or the whole, to show or to print; and a view for the wall."""

from __future__ import annotations

import re

import pytest
from invented_counted import with_counted
from invented_district import build_settings, build_tables

from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_map

pytestmark = pytest.mark.browser

_SIZES = [(1600, 900), (1366, 768), (390, 844)]
_BUTTON = {"zh": "一页结论", "en": "One-page verdict"}
_HOME = "void planner.goTo(planner.compounds.marks[5], 'residences', 15)"


@pytest.fixture(scope="module")
def pages():
    """Return the planner's map of a district with workplaces, in both languages."""
    tables, standard = with_counted(build_tables()), load_standard("cn-15min")
    return {
        lang: draw_map(tables, settings=build_settings(), standard=standard, lang=lang)
        for lang in ("zh", "en")
    }


@pytest.mark.parametrize(
    ("lang", "width", "height"),
    [pytest.param("zh", 1600, 900, marks=pytest.mark.long), ("en", 1366, 768), ("zh", 390, 844)],
)
def test_a_compound_has_a_page(open_page, pages, pictures, lang, width, height):
    """It tells each kind's walk, what it means, the outlet, and the walk with the sites."""
    tab = open_page(pages[lang], width=width, height=height)
    tab.evaluate(_HOME)
    tab.locator(".leaflet-popup").get_by_role("button", name=_BUTTON[lang]).click()
    page = tab.locator("#verdict")
    assert page.locator("h2").inner_text() == tab.evaluate("planner.page.residences[5].name")
    walks = tab.evaluate(
        "Object.values(planner.page.coverage).map(({ walk_m: walks }) => walks[5])"
    )
    rows = page.locator("tbody tr").all_inner_texts()
    assert len(rows) == len(walks)
    assert all(walk is None or f"{walk:,}" in row for walk, row in zip(walks, rows, strict=True))
    kinds = tab.evaluate("Object.keys(planner.page.coverage).map((id) => planner.page.kinds[id])")
    for kind, walk, row in zip(kinds, walks, rows, strict=True):
        is_near = walk is not None and walk <= kind["aim_m"]
        assert f"{kind['aim_m'] if is_near else kind['threshold_m']:,.0f} " in row
    assert "{" not in page.inner_text()
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.screenshot(path=pictures / f"verdict_compound_{lang}_{width}.png")
    tab.assert_quiet()


@pytest.mark.parametrize(("width", "height"), _SIZES[1:])
def test_a_town_and_the_whole_have_a_page(open_page, pages, pictures, width, height):
    """Shares, worst zones and sites are those of what is chosen; Escape leads back."""
    tab = open_page(pages["zh"], width=width, height=height)
    page = tab.locator("#verdict")
    for town in ("", tab.evaluate("planner.page.sites[0].town")):
        tab.select_option("#town", town)
        tab.click("#town-verdict")
        assert page.locator("h2").inner_text() == (town or "全区")
        share = tab.evaluate("planner.towns.rowOf(planner.town).shares.breakfast[0]")
        assert f"{share * 100:.1f}%" in page.inner_text()
        here = f"page.sites.filter((one) => !{town!r} || one.town === {town!r})"
        first = tab.evaluate(f"planner.{here}[0].name")
        assert first in page.inner_text()
        tab.screenshot(path=pictures / f"verdict_{'town' if town else 'all'}_{width}.png")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.keyboard.press("Escape")
        assert not page.is_visible()
        assert tab.evaluate("document.activeElement.id") == "town-verdict"
    tab.assert_quiet()


def test_a_page_is_printed_on_one_sheet(open_page, pages):
    """What is shown, and nothing else, fills one sheet of A4."""
    tab = open_page(pages["zh"], width=1366, height=768)
    for shown in ("openCompound(5)", "openTown(planner.page.towns[0].name)", "openTown(null)"):
        tab.evaluate(f"void planner.verdict.{shown}")
        content = tab.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1, shown


def test_the_focus_stays_in_a_page(open_page, pages):
    """Tab goes round among the buttons of the page and never behind it."""
    tab = open_page(pages["zh"])
    tab.click("#town-verdict")
    for _ in range(5):
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.getElementById('verdict').contains(document.activeElement)")


_WEST = "planner.map.latLngToContainerPoint(L.latLngBounds(planner.page.bounds).getNorthWest()).x"


@pytest.mark.parametrize(("width", "height"), _SIZES)
def test_the_view_for_the_wall_is_large_and_has_no_panels(
    open_page, pages, pictures, width, height
):
    """The panel goes, letters grow, kinds can be changed on the map, Escape brings all back."""
    tab = open_page(pages["zh"], width=width, height=height)
    tab.click("#tool-projector")
    assert not tab.locator("#panel").is_visible()
    sizes = "[...document.querySelectorAll('#projected .keys, #projected button')]"
    size = f"{sizes}.map((one) => parseFloat(getComputedStyle(one).fontSize))"
    assert min(tab.evaluate(size)) >= 16
    assert tab.evaluate("NAME_STYLES.town.size") > 20
    if width > 700:
        assert tab.evaluate(_WEST) >= tab.evaluate("planner.projector.box.offsetWidth")
    tab.locator("#projected").get_by_role("button", name="菜市场").click()
    assert tab.evaluate("planner.kind") == "wet_market"
    assert tab.locator("#projected h2").inner_text() == "菜市场"
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.screenshot(path=pictures / f"projector_{width}.png")
    tab.keyboard.press("Escape")
    assert tab.locator("#panel").is_visible()
    assert tab.evaluate("NAME_STYLES.town.size") == 14
    tab.assert_quiet()
