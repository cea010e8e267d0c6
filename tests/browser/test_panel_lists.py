"""Lists of sites, zones, towns and compounds: sorted, filtered, linked to the map both ways."""

from __future__ import annotations

from dataclasses import replace

import pytest
from invented_counted import with_counted
from invented_district import build_settings, build_tables

from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_map

pytestmark = pytest.mark.browser

_ROW = "(row) => (row.layer ? { ...row, layer: null } : row)"
_LISTED = (
    f"(id) => [...document.querySelectorAll(`#${{id}}-list li`)].map((one) => ({_ROW})(one.row))"
)
_CURRENT = (
    f"(id) => ({_ROW})(document.querySelector(`#${{id}}-list [aria-current]`).parentNode.row)"
)


@pytest.fixture(scope="module")
def pages():
    """Return the planner's map of a district with phases and workers, in both languages."""
    tables, standard = with_counted(build_tables()), load_standard("cn-15min")
    sites = tables.sites.assign(
        phase=[1 + at // 6 for at in range(len(tables.sites))],
        gained_workers=[100.0 * (at % 5) for at in range(len(tables.sites))],
    )
    edges = tables.edges.assign(name=["新虹路"] * 30 + [None] * (len(tables.edges) - 30))
    tables = replace(tables, sites=sites, edges=edges)
    return {
        lang: draw_map(tables, settings=build_settings(), standard=standard, lang=lang)
        for lang in ("zh", "en")
    }


@pytest.mark.parametrize(
    ("lang", "width", "height"),
    [pytest.param("zh", 1600, 900, marks=pytest.mark.long), ("en", 1366, 768), ("zh", 390, 844)],
)
def test_a_town_chosen_anywhere_is_followed_by_everything(
    open_page, pages, pictures, lang, width, height
):
    """Lists, totals, marks, outlets, zones and view are those of the town, and come back."""
    tab = open_page(pages[lang], width=width, height=height)
    town = tab.evaluate("planner.page.sites[0].town")
    tab.select_option("#town", town)
    tab.locator("#tab-sites").click()
    listed = tab.evaluate(_LISTED, "site")
    assert {site["town"] for site in listed} == {town}
    shown = "planner.siteMarks.arrange(planner.map.getZoom()).filter(Boolean)"
    marks = tab.evaluate(f"{shown}.reduce((sum, one) => sum + 1 + one.others.length, 0)")
    assert marks == len(listed)
    tab.locator("#tab-compounds").click()
    homes = tab.evaluate("planner.lists.compounds.found.length")
    assert 0 < homes < 300
    legend = "[...document.querySelectorAll('#legend tbody td:nth-child(2)')]"
    places = f"{legend}.reduce((sum, one) => sum + Number(one.textContent.replace(/,/g, '')), 0)"
    assert tab.evaluate(places) == homes
    outlets = "planner.layers['facility:breakfast'].getLayers()"
    names = f"{outlets}.map((one) => planner.page.facilities.town[one.options.number])"
    assert set(tab.evaluate(names)) == {town}
    assert {*tab.evaluate("planner.zones.shown().map((one) => one.town)")} <= {town}
    tab.screenshot(path=pictures / f"town_{lang}_{width}.png")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.select_option("#town", "")
    assert tab.evaluate("planner.lists.compounds.found.length") == 300
    tab.assert_quiet()


def test_a_town_can_be_chosen_from_map_table_card_and_search(open_page, pages):
    """Coloured town, name in the table, line of a card, name in the search: each chooses it."""
    tab = open_page(pages["zh"])
    chosen = "planner.town"
    tab.locator("#tab-towns").click()
    tab.check("#choropleth")
    tab.evaluate("planner.towns.shapes[4].fire('click')")
    assert tab.evaluate(chosen) == tab.input_value("#town") == "虹桥镇"
    tab.locator("#body-towns .total button").click()
    assert tab.evaluate(chosen) is None
    tab.locator("#body-towns tbody button").first.click()
    assert tab.evaluate(chosen)
    tab.evaluate(
        "planner.towns.choose(null); planner.goTo(planner.compounds.marks[3], 'residences', 15)"
    )
    town = tab.evaluate("planner.page.residences[3].town")
    tab.get_by_role("button", name=f"只看{town}").click()
    assert tab.evaluate(chosen) == town
    tab.fill("#search", "吴泾镇")
    tab.keyboard.press("Enter")
    assert tab.evaluate(chosen) == "吴泾镇"
    tab.assert_quiet()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_towns_are_coloured_and_ranked_by_the_chosen_kind(open_page, pages, pictures, lang):
    """The ranking rises with the share of the chosen kind; colours are those of its bars."""
    tab = open_page(pages[lang], width=1366, height=768)
    tab.locator("#tab-towns").click()
    tab.check("#choropleth")
    for kind in ("breakfast", "wet_market"):
        tab.evaluate(f"planner.choose({kind!r}, 'before')")
        column = tab.evaluate("Object.keys(planner.page.coverage)").index(kind)
        rows = tab.locator("#body-towns tbody tr:not(.total)")
        cells = [rows.nth(at).locator("td").nth(column).inner_text() for at in range(9)]
        shares = [float(cell.partition("%")[0]) for cell in cells]
        assert shares == sorted(shares)
        head = tab.locator("#body-towns thead button").nth(column + 1)
        head.click()
        assert rows.nth(8).locator("td").nth(column).inner_text() == cells[0]
        head.click()
    fills = "planner.towns.shapes.map((one) => one.options.fillColor)"
    assert set(tab.evaluate(fills)) <= set(
        tab.evaluate("planner.towns.classes().map(({ colour }) => colour)")
    )
    assert not tab.evaluate("planner.shown.has('residences')")
    tab.screenshot(path=pictures / f"choropleth_{lang}.png")
    tab.uncheck("#choropleth")
    assert tab.evaluate("planner.shown.has('residences')")
    tab.assert_quiet()


def test_sites_are_sorted_and_filtered(open_page, pages):
    """By workers, town, phase and view; a word narrows the list; its line adds up what is left."""
    tab = open_page(pages["zh"], width=1366, height=768)
    tab.locator("#tab-sites").click()
    tab.select_option("#site-sort", "workers")
    workers = [site["gained_workers"] for site in tab.evaluate(_LISTED, "site")]
    assert workers == sorted(workers, reverse=True)
    tab.locator("#body-sites .turn").click()
    assert [site["gained_workers"] for site in tab.evaluate(_LISTED, "site")] == workers[::-1]
    tab.select_option("#site-phase", "第 2 期")
    listed = tab.evaluate(_LISTED, "site")
    assert {site["phase"] for site in listed} == {2}
    people = sum(site["gained_population"] for site in listed)
    assert f"居民 {people:,.0f} 人" in tab.locator("#body-sites [role=status]").last.inner_text()
    tab.evaluate("planner.review.set(planner.page.sites[7].id, { verdict: 'reject' })")
    tab.select_option("#site-review", "不同意")
    assert [site["rank"] for site in tab.evaluate(_LISTED, "site")] == [8]
    tab.select_option("#site-review", "")
    tab.fill("#site-filter", tab.evaluate("planner.page.sites[8].name"))
    assert [site["rank"] for site in tab.evaluate(_LISTED, "site")] == [9]
    tab.assert_quiet()


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_lists_and_map_lead_to_one_another(open_page, pages, width, height):
    """A row opens the card on the map; a card opened on the map marks its row."""
    tab = open_page(pages["zh"], width=width, height=height)
    tab.locator("#tab-zones").click()
    tab.locator("#zone-list button").nth(2).click()
    zone = tab.evaluate(_LISTED, "zone")[2]
    assert tab.locator(".leaflet-popup h3").inner_text().endswith(zone["name"])
    tab.evaluate("planner.goTo(planner.page.zones[5].layer, 'zones', 14)")
    assert tab.evaluate(_CURRENT, "zone")["number"] == tab.evaluate("planner.page.zones[5].number")
    tab.evaluate("planner.goTo(planner.page.sites[10].layer, 'sites', 15)")
    tab.locator("#tab-sites").click()
    assert tab.evaluate(_CURRENT, "site")["rank"] == 11
    tab.evaluate("planner.goTo(planner.compounds.marks[250], 'residences', 15)")
    tab.locator("#tab-compounds").click()
    assert tab.evaluate(_CURRENT, "compound") == 250
    tab.assert_quiet()


def test_sites_show_with_their_own_kind_alone(open_page, pages):
    """Another kind takes the sites off the map; they come back with theirs, if they were there."""
    tab = open_page(pages["zh"])
    has_sites = "planner.shown.has('sites')"
    tab.evaluate("planner.choose('wet_market', 'before')")
    assert not tab.evaluate(has_sites)
    tab.evaluate("planner.choose('housekeeping', 'before')")
    tab.evaluate("planner.choose('breakfast', 'before')")
    assert tab.evaluate(has_sites)
    tab.evaluate("planner.show('sites', false); planner.choose('wet_market', 'before')")
    tab.evaluate("planner.choose('breakfast', 'before')")
    assert not tab.evaluate(has_sites)


def test_a_long_list_comes_in_pages(open_page):
    """Of thousands of compounds forty are in the page, and more when they are asked for."""
    tables = build_tables(residences_n=3000, block_m=1500)
    page = draw_map(tables, settings=build_settings(), standard=load_standard("cn-15min"))
    tab = open_page(page)
    assert tab.locator("#compound-list li").count() == 0
    tab.locator("#tab-compounds").click()
    assert tab.locator("#compound-list li").count() == 40
    tab.locator("#body-compounds > div > button").click()
    assert tab.locator("#compound-list li").count() == 80


_READ = {  # the place is the one nearer to the district; what is not understood is none
    "28°6′N 15°24′W": [28.1, -15.4],
    "西经15°24′，北纬28°6′": [28.1, -15.4],
    "-15.4 28.1": [28.1, -15.4],
    "28.1 -15.4 5": None,
    "2.5 米": None,
}
_FOUND = (
    ("12", "{site12}"),
    ("#12", "{site12}"),
    ("建议网点 12", "{site12}"),
    ("{town} 早餐店", "早餐店"),
    ("{address}", "{outlet}"),
    ("31.05, 121.45", "31.050000, 121.450000"),
    ("121.45 31.05", "31.050000, 121.450000"),
    ("东经121°27′18″ 北纬31°03′09″", "31.052500, 121.455000"),
    ("31°3'9\"N, 121°27'18\"E", "31.052500, 121.455000"),
    ("场所7号", "场所7号"),
    ("新虹路", "新虹路"),
)


def test_search_finds_numbers_words_addresses_coordinates_and_streets(open_page, pages):
    """The first hit is what was meant, and leads there."""
    tab = open_page(pages["zh"])
    words = tab.evaluate(
        """(({ sites, facilities }) => ({
          site12: sites[11].name, town: facilities.town[60],
          address: facilities.address[70], outlet: facilities.name[70],
        }))(planner.page)"""
    )
    for query, name in _FOUND:
        tab.evaluate("void planner.map.setView([31.2, 121.2], 11, { animate: false })")
        before = tab.evaluate("planner.map.getCenter()")
        tab.fill("#search", query.format(**words))
        first = tab.locator("#search-list .found").first.inner_text()
        assert name.format(**words) in first, query
        tab.keyboard.press("Enter")
        assert tab.evaluate("planner.map.getCenter()") != before, query
    read = "(query) => readCoordinates(query, { lat: 28, lng: -15 })"
    assert {query: tab.evaluate(read, query) for query in _READ} == _READ
    tab.assert_quiet()


def test_of_two_towns_of_one_name_the_chosen_one_is_shown(open_page, small_tables):
    """Towns of one name are two entries, told apart by their ids; each shows its own compounds."""
    names = ["甲镇" if at < 2 else name for at, name in enumerate(small_tables.towns["town_name"])]
    tables = replace(small_tables, towns=small_tables.towns.assign(town_name=names))
    html = draw_map(tables, settings=build_settings(), standard=load_standard("cn-15min"))
    tab = open_page(html)
    tab.locator("#tab-compounds").click()
    homes = tables.residences["town_id"].value_counts()
    for town_id in tables.towns["town_id"].iloc[:2]:
        tab.select_option("#town", f"甲镇（{town_id}）")
        assert tab.evaluate("planner.lists.compounds.found.length") == homes.get(town_id, 0)
        assert tab.evaluate("planner.towns.veil.getLatLngs().length") == 2
    tab.assert_quiet()
