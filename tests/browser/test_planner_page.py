"""The planner's map in a browser with no network."""

from __future__ import annotations

from dataclasses import replace

import pytest
from invented_centres import build_centres
from invented_district import build_settings, with_hostile_names

from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_map

pytestmark = pytest.mark.browser


def test_the_map_opens_with_the_network_cut(open_page, planner_html, pictures):
    """No request leaves, nothing is complained of, and every layer is there."""
    tab = open_page(planner_html)
    shown = tab.evaluate("[...planner.shown].sort()")
    assert shown == [
        "facility:breakfast",
        "names",
        "outside",
        "residences",
        "sites",
        "streets",
        "townlines",
        "zones",
    ]
    assert tab.locator(".site-mark:not(.small)").count() == 12
    tab.screenshot(path=pictures / "planner.png")
    tab.assert_quiet()


def test_something_is_painted(open_page, planner_html):
    """Streets and compounds reach the screen: the canvases are not blank."""
    tab = open_page(planner_html)
    painted = tab.evaluate(
        """[...document.querySelectorAll('.leaflet-overlay-pane canvas, .leaflet-tile')].map((c) =>
           c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v > 0))"""
    )
    assert len(painted) > 4
    assert sum(painted) > 4


def test_layers_toggle(open_page, planner_html):
    """A box in the panel puts its layer on the map and takes it off."""
    tab = open_page(planner_html)
    boxes = tab.locator("#panel input[data-layer]")
    assert boxes.count() >= 8
    for index in range(boxes.count()):
        box = boxes.nth(index)
        name = box.get_attribute("data-layer")
        was_shown = box.is_checked()
        box.click()
        is_there = f"planner.map.hasLayer(planner.layers[{name!r}])"
        assert tab.evaluate(is_there) is not was_shown
        box.click()
        assert tab.evaluate(is_there) is was_shown
    tab.assert_quiet()


def test_choosing_a_kind_recolours_compounds_and_shows_its_outlets(open_page, planner_html):
    """The kind buttons switch colours, legend and outlets together."""
    tab = open_page(planner_html)
    colours = "planner.compounds.marks.map((layer) => layer.options.fillColor).join()"
    before = tab.evaluate(colours)
    tab.get_by_text("菜市场", exact=True).first.click()
    assert tab.evaluate(colours) != before
    assert tab.evaluate("planner.shown.has('facility:wet_market')")
    assert not tab.evaluate("planner.shown.has('facility:breakfast')")
    assert "菜市场" in tab.locator("#legend .note").inner_text()


def test_the_plan_can_be_seen_as_built(open_page, planner_html, pictures):
    """With the sites open, more people are within reach, on the map and in the legend."""
    tab = open_page(planner_html)
    near = "planner.coverage().band.filter((band) => band < 2).length"
    people = "planner.legend.people()[0] + planner.legend.people()[1]"
    before = tab.evaluate(near), tab.evaluate(people)
    tab.get_by_text("新增后", exact=True).click()
    assert tab.evaluate(near) > before[0]
    assert tab.evaluate(people) > before[1]
    assert "居民、早高峰就业和车站客流" in tab.locator("#legend thead").inner_text()
    tab.screenshot(path=pictures / "planner_after.png")


def test_a_site_opens_its_reason(open_page, planner_html, pictures):
    """The list leads to the site; its card tells rank, people and reason."""
    tab = open_page(planner_html)
    tab.get_by_role("tab", name="建议网点").click()
    tab.locator("#body-sites li button").nth(2).click()
    card = tab.locator(".leaflet-popup .card")
    card.wait_for()
    text = card.inner_text()
    assert text.startswith("3. ")
    assert "新增服务（步行 500 米内）" in text
    assert "500 米以内" in text
    tab.screenshot(path=pictures / "planner_site.png")
    tab.assert_quiet()


def test_a_compound_tells_its_walks(open_page, planner_html, district_tables):
    """A click on a compound shows the walk of the coverage table, today and as planned."""
    tab = open_page(planner_html)
    walk_m = district_tables.coverage.query("kind == 'wet_market'")["walk_m"].iloc[0]
    tab.evaluate("planner.goTo(planner.compounds.marks[0], 'residences', 15)")
    text = tab.locator(".leaflet-popup .card").inner_text()
    assert f"{walk_m:,.0f} 米" in text
    assert "新增后" in text


def test_with_the_plan_a_compound_walks_to_the_site(open_page, planner_html):
    """Where a suggested site becomes the nearest outlet, the card names it with its rank."""
    tab = open_page(planner_html)
    index = tab.evaluate("planner.page.after.breakfast.facility.findIndex((one) => one < 0)")
    assert index >= 0
    tab.evaluate(f"planner.goTo(planner.compounds.marks[{index}], 'residences', 15)")
    assert "建议网点 " in tab.locator(".leaflet-popup .card").inner_text()


def test_outlets_can_be_chosen_by_status(open_page, planner_html):
    """Planned outlets can be put away without the others; search still finds one of them."""
    tab = open_page(planner_html)
    shown = "planner.layers['facility:breakfast'].getLayers().length"
    before = tab.evaluate(shown)
    tab.uncheck('input[data-status="planned"]')
    kept = tab.evaluate(shown)
    assert 0 < kept < before
    tab.check('input[data-status="planned"]')
    assert tab.evaluate(shown) == before
    tab.assert_quiet()


def test_towns_are_listed_with_the_district_last(open_page, planner_html):
    """Shares by town stand in the panel, today and with the plan."""
    tab = open_page(planner_html)
    tab.get_by_role("tab", name="分街镇").click()
    rows = tab.locator("#body-towns tbody tr")
    assert rows.count() == 10
    assert rows.nth(9).inner_text().startswith("全区")


def test_the_panel_works_with_the_keyboard(open_page, planner_html):
    """Tabs follow the arrow keys."""
    tab = open_page(planner_html)
    tab.locator("#tab-layers").focus()
    tab.keyboard.press("ArrowRight")
    assert tab.locator("#tab-sites").get_attribute("aria-selected") == "true"
    assert tab.evaluate("document.activeElement.id") == "tab-sites"


def test_a_phone_shows_map_and_panel(open_page, planner_html, pictures):
    """At 390 px nothing is wider than the screen."""
    tab = open_page(planner_html, width=390, height=844)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert tab.locator(".folium-map").bounding_box()["height"] > 200
    tab.screenshot(path=pictures / "planner_phone.png")
    tab.assert_quiet()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_a_phone_reaches_all_of_a_card(open_page, planner_html, pictures, motion):
    """A site's card fits on the phone's map, scrolls to its last line, and no tool covers it."""
    tab = open_page(planner_html, width=390, height=844, motion=motion)
    tab.evaluate("planner.goTo(planner.page.sites[0].layer, 'sites', 15)")
    tab.wait_until("!planner.map._panAnim?._inProgress")
    card, box = tab.locator(".leaflet-popup .card"), tab.locator(".folium-map").bounding_box()
    tab.locator(".leaflet-popup").get_by_text("不同意", exact=True).click()
    assert tab.evaluate("[...planner.review.views.values()][0].verdict") == "reject"
    assert card.bounding_box()["height"] < box["height"]
    assert not tab.locator("#tool-measure").is_visible()
    tab.screenshot(path=pictures / "planner_phone_card.png")
    tab.keyboard.press("Escape")
    tab.wait_until("!document.querySelector('.leaflet-popup')")
    assert tab.locator("#tool-measure").is_visible()
    tab.assert_quiet()


@pytest.mark.parametrize(("motion", "is_still"), [("reduce", True), ("no-preference", False)])
def test_a_map_moves_at_once_for_who_asks_for_less_motion(
    open_page, planner_html, motion, is_still
):
    """A move of the map is over at once where the system asks for that, else it can be followed."""
    tab = open_page(planner_html, motion=motion)
    moved = "planner.map.panBy([40, 0]); return planner.map._panAnim?._inProgress ?? false"
    assert tab.evaluate(f"(() => {{ {moved} }})()") is not is_still
    assert tab.evaluate("planner.map.options.zoomAnimation") is not is_still
    tab.assert_quiet()


def test_the_map_opens_without_decompression_stream(open_page, planner_html):
    """A browser that cannot unpack gzip itself shows the same map."""
    tab = open_page(planner_html, script="delete window.DecompressionStream;")
    assert tab.evaluate("typeof DecompressionStream") == "undefined"
    assert tab.evaluate("planner.page.residences.length") == 300
    tab.assert_quiet()


@pytest.mark.parametrize(
    "text",
    [
        "</script><img src=x onerror=window.hit=1>",
        "\"'`${window.hit=1}\\u003cimg\\u2028{{7*7}}",
        pytest.param("<svg/onload=window.hit=1>" * 200, marks=pytest.mark.long),
        pytest.param("长" * 5000, marks=pytest.mark.long),
    ],
)
def test_hostile_names_run_nothing(open_page, district_tables, text):
    """Whatever stands in a text field, the page works and nothing of it runs."""
    standard = load_standard("cn-15min")
    spoiled = with_hostile_names(district_tables, text)
    page = draw_map(spoiled, settings=build_settings(), standard=standard)
    tab = open_page(page)
    tab.evaluate("planner.goTo(planner.page.sites[0].layer, 'sites', 15)")
    tab.locator(".leaflet-popup .card").wait_for()
    tab.evaluate("planner.goTo(planner.compounds.marks[0], 'residences', 15)")
    tab.evaluate("planner.goTo(planner.outlets.marks[0], 'facility:wet_market', 15)")
    tab.evaluate("planner.show('gates', true); planner.goTo(planner.gates.marks[0], 'gates', 15)")
    tab.get_by_role("tab", name="建议网点").click()
    assert tab.evaluate("window.hit") is None
    assert tab.locator("img").count() == 0
    tab.assert_quiet()


@pytest.mark.parametrize(
    "text",
    [
        "</script><img src=x onerror=window.hit=1>",
        pytest.param("`${window.hit=1}\"'{{7*7}}", marks=pytest.mark.long),
    ],
)
def test_hostile_names_run_nothing_in_any_layer(open_page, district_tables, tmp_path, text):
    """Centres, problems, gates, areas, both plans, own proposals, print: nothing runs."""
    centres = build_centres(district_tables.residences).assign(name=text)
    spoiled = replace(with_hostile_names(district_tables, text), centres=centres)
    settings = build_settings()
    settings = replace(
        settings,
        area=replace(settings.area, name=text, review_number=text),
    )
    tab = open_page(draw_map(spoiled, settings=settings, standard=load_standard("cn-15min")))
    for name in ("service", "gained", "problems", "gates", "centres"):
        tab.check(f'input[data-layer="{name}"]')
    tab.wait_until("Boolean(planner.service.areas)")
    for name in ("problems", "centres"):
        layer = f"planner.layers.{name}.getLayers().find((one) => one.getPopup())"
        tab.evaluate(f"planner.goTo({layer}, {name!r}, 15)")
        assert text in tab.locator(".leaflet-popup .card").inner_text()
    saved = tmp_path / "review.csv"
    headings = tab.evaluate("planner.page.review.headings")
    own = ["", "", text, "", "新增", text, "121.4", "31.1"]
    tab.evaluate("([headings, own]) => window.saved = csvText([headings, own])", [headings, own])
    saved.write_text(tab.evaluate("window.saved"), encoding="utf-8", newline="")
    tab.get_by_role("tab", name="建议网点").click()
    tab.set_input_files("#review-file", saved)
    tab.wait_until("planner.review.pins.length === 1")
    tab.evaluate("void planner.review.pins[0].layer.openPopup()")
    assert text in [box.input_value() for box in tab.locator(".leaflet-popup .remark").all()]
    tab.get_by_role("tab", name="分街镇").click()
    tab.click("#tool-compare")
    tab.evaluate("void planner.compare.residences[0].openPopup()")
    tab.evaluate("void planner.prints.fill()")
    assert tab.evaluate("window.hit") is None
    assert tab.locator("img").count() == 0
    tab.assert_quiet()


def test_the_policy_stops_foreign_code(open_page, planner_html):
    """Even a script that got into the page would not run, nor fetch, nor load a picture."""
    tab = open_page(planner_html)
    outcome = tab.evaluate(
        """async () => {
          const script = document.createElement('script');
          script.textContent = 'window.hit = 1';
          document.body.append(script);
          const isFetched = await fetch('https://tiles.example/').then(() => true, () => false);
          return [window.hit === 1, isFetched];
        }"""
    )
    assert outcome == [False, False]
    assert any("Content Security Policy" in message for message in tab.messages)


def test_english_and_estimate(open_page, district_tables, pictures):
    """The English map of an estimate is labelled so."""
    standard = load_standard("cn-15min")
    tables = replace(district_tables, is_estimated=True, edges=None)
    page = draw_map(tables, settings=build_settings(), standard=standard, lang="en")
    tab = open_page(page)
    assert "estimate" in tab.locator("#top").inner_text()
    tab.screenshot(path=pictures / "planner_en.png")
    tab.assert_quiet()
