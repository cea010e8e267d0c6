"""Gap zones on the map: all that is counted is drawn, and a click means the compound."""

from __future__ import annotations

import pytest
from invented_counted import with_counted
from invented_district import build_settings, build_tables

from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_map

pytestmark = pytest.mark.browser

_LACKING = """(count) => {
  const { band } = planner.coverage(), { classes } = planner.page.kinds[planner.kind];
  const all = [...band.keys()].filter((at) => classes[band[at]].is_lacking);
  return Array.from({ length: count }, (_, at) => all[Math.floor((at * all.length) / count)]);
}"""
_NEXT_TO_SITES = """(count) => {
  const { band } = planner.coverage(), { classes } = planner.page.kinds[planner.kind];
  const all = [...band.keys()].filter((at) => classes[band[at]].is_lacking);
  const sites = planner.page.sites.map(({ layer }) => layer.getLatLng());
  const middle = (at) => planner.compounds.marks[at].getCenter();
  const away = (at) => Math.min(...sites.map((site) => middle(at).distanceTo(site)));
  return all.sort((a, b) => away(a) - away(b)).slice(0, count);
}"""
_LOOK_AT = """([at, zoom]) => {
  const middle = planner.compounds.marks[at].getCenter();
  planner.map.closePopup();
  planner.map.setView(middle, zoom, { animate: false });
  const { left, top } = planner.map.getContainer().getBoundingClientRect();
  const { x, y } = planner.map.latLngToContainerPoint(middle);
  const there = [...planner.compounds.marks.keys()]; // invented compounds overlap here and there
  const names = there.filter((one) => planner.compounds.marks[one].getBounds().contains(middle));
  return [left + x, top + y, names.map((one) => planner.page.residences[one].name)];
}"""


@pytest.fixture(scope="module")
def pages():
    """Return the planner's map of a district with workplaces, in both languages."""
    tables, standard = with_counted(build_tables(sites_n=60)), load_standard("cn-15min")
    return {
        lang: draw_map(tables, settings=build_settings(), standard=standard, lang=lang)
        for lang in ("zh", "en")
    }


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
@pytest.mark.parametrize("clicks_n", [10, pytest.param(60, marks=pytest.mark.long)])
def test_a_click_on_an_uncovered_compound_opens_it(open_page, pages, clicks_n, width, height):
    """Every click opens the compound's card, zones and sites shown, at zoom 12 and 15."""
    tab = open_page(pages["zh"], width=width, height=height)
    assert {"zones", "sites", "counted:gaps"} <= set(tab.evaluate("[...planner.shown]"))
    opened = []
    for at in tab.evaluate(_LACKING, clicks_n):
        for zoom in (12, 15):
            x, y, names = tab.evaluate(_LOOK_AT, [at, zoom])
            tab.mouse.click(x, y)
            opened.append(tab.locator(".leaflet-popup h3").inner_text() in names)
    assert opened == [True] * 2 * clicks_n
    tab.assert_quiet()


def test_a_site_above_a_compound_is_one_click_further(open_page, pages):
    """Where a mark stood over the compound that was meant, its card leads to the site."""
    tab = open_page(pages["zh"])
    for at in tab.evaluate(_NEXT_TO_SITES, 20):
        x, y, _ = tab.evaluate(_LOOK_AT, [at, 12])
        tab.mouse.click(x, y)
        ways = tab.locator(".leaflet-popup .card > .buttons button")
        if ways.count() == 2:  # the other leads to the page of the compound
            ways.first.click()
            assert "建议新增" in tab.locator(".leaflet-popup .subtitle").inner_text()
            return
    pytest.fail("no mark stands over a compound")


@pytest.mark.parametrize(("lang", "words"), [("zh", "早高峰就业"), ("en", "Morning workers")])
@pytest.mark.parametrize("width", [1366, 390])
def test_a_zone_tells_people_causes_and_sites(open_page, pages, pictures, lang, words, width):
    """Its card has residents, workers, causes, sites and members, each the way to its own card."""
    tab = open_page(pages[lang], width=width, height=800)
    zone = "planner.page.zones.find((one) => !one.population)"
    tab.evaluate(f"planner.goTo({zone}.layer, 'zones', 14)")
    card = tab.locator(".leaflet-popup .card")
    text = card.inner_text()
    assert words in text
    assert tab.evaluate(f"{zone}.causes[0][0]") in text
    tab.screenshot(path=pictures / f"zone_{lang}_{width}.png")
    card.locator("summary").click()
    card.locator(".members button").first.click()
    assert tab.locator(".leaflet-popup h3").inner_text().startswith("场所")
    tab.assert_quiet()


def test_every_counted_place_can_be_shown_and_asked(open_page, pages):
    """Each kind of place has a box; marks take the colour of their walk and tell their people."""
    tab = open_page(pages["zh"])
    for kind in tab.evaluate("planner.page.counted.kinds.map(({ id }) => id)"):
        assert not tab.is_checked(f'input[data-layer="counted:{kind}"]')
        tab.check(f'input[data-layer="counted:{kind}"]')
    assert tab.evaluate("planner.counted.marks.filter(Boolean).length") == 60
    colours = "planner.counted.marks.map((one) => one.options.fillColor).join()"
    before = tab.evaluate(colours)
    tab.get_by_text("菜市场", exact=True).first.click()
    assert tab.evaluate(colours) != before
    tab.evaluate("planner.goToCounted(7)")
    workers = tab.evaluate("planner.page.counted.workers[7]")
    assert f"{workers:,} 人" in tab.locator(".leaflet-popup .card").inner_text()
    tab.assert_quiet()


def test_gaps_that_consist_of_workplaces_show_them(open_page, pages):
    """Without a box ticked, every workplace of a gap zone has its mark."""
    tab = open_page(pages["zh"])
    places = "planner.zones.shown().flatMap(({ counted }) => counted)"
    assert tab.evaluate(f"{places}.every((at) => planner.counted.gapMarks.has(at))")
    assert tab.evaluate("planner.counted.gapMarks.size") >= 3
