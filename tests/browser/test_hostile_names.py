"""No string from a table is read as markup, whatever the reader does with the page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hostile_names import HOSTILE_NAMES, hostile_district, hostile_settings

from livelihood_map.mapping import draw_check_page, draw_map
from livelihood_map.mapping.payload import clean_text
from livelihood_map.mapping.sections import shown_towns

pytestmark = pytest.mark.browser

_NAMES = {clean_text(name) for name in HOSTILE_NAMES}
_LEAFLETS_OWN = {
    "<svg/>",
    '<span aria-hidden="true">+</span>',
    '<span aria-hidden="true">&#x2212;</span>',
    '<span aria-hidden="true">&#215;</span>',
}
_FOREIGN = "img, image, svg script, iframe, object, embed, base, link, video, audio, form, meta"

_RECORD_MARKUP = """
window.markup = [];
const keep = (value) => window.markup.push(String(value));
for (const [owner, name] of [
  [Element.prototype, "innerHTML"], [Element.prototype, "outerHTML"],
  [ShadowRoot.prototype, "innerHTML"], [HTMLIFrameElement.prototype, "srcdoc"],
]) {
  const { get, set } = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, { get, set(value) { keep(value); set.call(this, value); } });
}
for (const [owner, name] of [
  [Element.prototype, "insertAdjacentHTML"], [Element.prototype, "setHTMLUnsafe"],
  [Element.prototype, "setHTML"], [Document.prototype, "write"], [Document.prototype, "writeln"],
  [DOMParser.prototype, "parseFromString"], [Range.prototype, "createContextualFragment"],
]) {
  const own = owner[name];
  if (own) owner[name] = function (...values) { keep(values); return own.apply(this, values); };
}
"""
_POINT_AND_CLICK = """() => {
  L.Popup.mergeOptions({ autoPan: false }); // maps that stand still are soon through with it
  const told = {}, seen = (one) => (one ? one.textContent : null);
  for (const [name, group] of Object.entries(planner.layers)) {
    if (!group.eachLayer) continue;
    planner.show(name, true);
    const kind = name.split(":")[0], tips = [], cards = [];
    group.eachLayer((layer) => {
      if (layer.options.interactive === false) return;
      const latlng = layer.getLatLng ? layer.getLatLng() : layer.getBounds().getCenter();
      const event = { latlng, originalEvent: {} };
      layer.fire("mouseover", event, true);
      tips.push(seen(document.querySelector(".leaflet-tooltip")));
      layer.fire("click", event, true);
      cards.push(seen(document.querySelector(".leaflet-popup h3")));
      layer.fire("mouseout", event, true);
    });
    told[kind] = told[kind] || { tips: [], cards: [] };
    told[kind].tips.push(...tips);
    told[kind].cards.push(...cards);
    planner.map.closePopup();
    if (planner.town) planner.towns.choose(null); // a click on a coloured town chooses it
    if (kind === "facility") planner.show(name, false);
  }
  return told;
}"""
_SEARCH_EACH = """(names) => names.flatMap((name, at) => {
  const input = document.getElementById("search"), list = document.getElementById("search-list");
  const press = (key) => input.dispatchEvent(new KeyboardEvent("keydown", { key }));
  input.value = name;
  input.dispatchEvent(new InputEvent("input"));
  const found = [...list.querySelectorAll(".found")].map((one) => one.textContent);
  press("ArrowDown");
  press(at % 6 ? "Escape" : "Enter");
  return found;
})"""
_CLICK_COMPARED = """() => planner.compare.residences.map((layer) => {
  layer.fire("click", { latlng: layer.getBounds().getCenter(), originalEvent: {} });
  return [...document.querySelectorAll(".second .leaflet-popup h3")].at(-1).textContent;
})"""
_MEASURE = """() => {
  planner.measure.toggle();
  for (const place of [[31, 121], [31, 122], [32, 122]]) planner.measure.add(L.latLng(place));
}"""
_POINT_AND_ASK = """() => check.residenceLayers.map((layer) => {
  const event = { latlng: layer.getBounds().getCenter(), originalEvent: {} };
  layer.fire("mouseover", event);
  const tip = document.querySelector(".leaflet-tooltip").textContent;
  layer.fire("click", event);
  layer.fire("mouseout", event);
  const places = [...document.querySelectorAll("#answer .place b")].map((one) => one.textContent);
  return [tip, document.querySelector("#answer h2").textContent, ...places];
})"""
_ASK_SITES = """() => check.page.sites.map((_, at) => {
  check.askSite(at);
  return document.querySelector("#answer h2").textContent;
})"""
_LISTED = (
    "[...document.querySelectorAll('#sites li button .text')].map((one) => one.firstChild.data)"
)
_LOST = "[...document.querySelectorAll('#review .lost li')].map((one) => one.textContent)"
_FOLLOW = """(names) => {
  for (const name of names) {
    const told = new URLSearchParams([
      ["view", name], ["kind", name], ["plan", name], ["layer", name], ["card", name], ["at", name],
    ]);
    const link = (window.planner || check).link;
    link.show(told);
    link.select(told);
  }
}"""
_LIST_AND_PICK = """(names) => {
  const told = {};
  planner.towns.choose(null);
  planner.choose(planner.page.zones[0].kind, "before");
  for (const id of ["sites", "zones", "compounds"]) {
    planner.panel.open(id);
    const list = planner.lists[id];
    for (const { id: sort } of list.sorts) list.sortBy(sort);
    while (!list.more.hidden) list.grow();
    told[id] = [...list.list.querySelectorAll(".text")].map((one) => one.firstChild.data);
    list.list.querySelector("button").click();
    for (const box of list.boxes) {
      box.selectedIndex = box.options.length - 1;
      box.dispatchEvent(new Event("change"));
    }
    for (const name of names) {
      list.input.value = name;
      list.input.dispatchEvent(new InputEvent("input"));
    }
  }
  planner.map.closePopup();
  return told;
}"""
_OPEN_VERDICTS = """() => {
  const title = () => document.querySelector("#verdict h2").textContent;
  const after = (open) => { open(); return title(); };
  const { residences, towns } = planner.page, { verdict } = planner;
  const { picture } = verdict; // drawn once: it takes longer than all the words
  verdict.picture = () => document.createElement("canvas");
  const told = {
    homes: residences.map((_, at) => after(() => verdict.openCompound(at))),
    towns: towns.map(({ name }) => after(() => verdict.openTown(name))),
  };
  verdict.picture = picture;
  verdict.openTown(null);
  verdict.close();
  return told;
}"""
_PROJECT = """() => {
  planner.projector.toggle();
  const heads = planner.page.towns.map(({ name }) => {
    planner.town = name;
    planner.projector.paint();
    return document.querySelector("#projected h2").textContent.split(" · ")[0];
  });
  planner.town = null;
  planner.projector.toggle();
  return heads;
}"""
_PLANT = """() => {
  const corner = planner.map.getCenter();
  L.tooltip().setLatLng(corner).setContent("<b>planted</b>").addTo(planner.map);
}"""


@pytest.fixture(scope="module")
def district():
    """Return the tables of a district with hostile names alone."""
    return hostile_district()


_WRITTEN_TOWNS = """(page) => {
  const names = page === "planner" ? planner.layers.names : check.names;
  return names.placer.items.filter(({ kind }) => kind === "town").map(({ text }) => text);
}"""


def _assert_no_markup(tab) -> None:
    """Fail when a string was read as markup, something of it ran, or the page went elsewhere."""
    assert set(tab.evaluate("window.markup")) <= _LEAFLETS_OWN
    assert tab.evaluate("window.hit") is None
    assert tab.locator(f"body :is({_FOREIGN})").count() == 0
    assert tab.url.startswith("file:")
    tab.assert_quiet()


def test_the_planners_map_reads_no_name_as_markup(open_page, district, tmp_path, pictures):
    """Pointed at, clicked, listed, judged, compared, reviewed, printed: names stay text."""
    settings, standard = hostile_settings()
    page = draw_map(district, settings=settings, standard=standard)
    tab = open_page(page, script=_RECORD_MARKUP)
    told = tab.evaluate(_POINT_AND_CLICK)
    for name in ("residences", "facility", "gates", "centres", "counted", "marked"):
        assert set(told[name]["tips"]) == _NAMES, name
    for name in ("residences", "facility", "gates", "centres", "counted", "marked", "problems"):
        assert set(told[name]["cards"]) == _NAMES, name
    assert {card.partition(" ")[2] for card in told["zones"]["cards"]} == _NAMES
    assert {card.partition(". ")[2] for card in told["sites"]["cards"]} == _NAMES
    towns = set(shown_towns(district.towns).values())
    assert set(tab.evaluate(_WRITTEN_TOWNS, "planner")) == towns
    assert set(tab.evaluate(_SEARCH_EACH, list(_NAMES))) >= _NAMES
    listed = tab.evaluate(_LIST_AND_PICK, HOSTILE_NAMES[::6])
    assert set(listed["sites"]) == set(listed["zones"]) == set(listed["compounds"]) == _NAMES
    verdicts = tab.evaluate(_OPEN_VERDICTS)
    assert set(verdicts["homes"]) == _NAMES
    assert set(verdicts["towns"]) == set(tab.evaluate(_PROJECT)) == towns
    tab.click("#tool-compare")
    assert set(tab.evaluate(_CLICK_COMPARED)) == _NAMES
    tab.click("#tool-compare")
    (tmp_path / "review.csv").write_text(_review_of(tab, "planner"), "utf-8", newline="")
    tab.set_input_files("#review-file", tmp_path / "review.csv")
    tab.wait_until(f"planner.review.pins.length === {len(_NAMES)}")
    assert len(tab.evaluate(_LOST)) == len(_NAMES)
    tab.evaluate("planner.review.copy()")
    for choice in tab.locator('input[name="kind"], input[name="plan"]').all():
        choice.dispatch_event("click")
    tab.evaluate(_MEASURE)
    tab.screenshot(path=pictures / "planner_hostile.png")
    tab.evaluate("planner.prints.hasAnnex = true")
    tab.evaluate("void window.dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("#annex .annex tbody tr").count() == len(district.sites)
    tab.evaluate(_FOLLOW, list(_NAMES))
    with tab.expect_download():
        tab.click("#tool-picture")
    assert tab.locator("#sheet canvas").count() == 1
    tab.wait_until("location.hash.startsWith('#view=')")
    _assert_no_markup(tab)
    tab.evaluate(_PLANT)
    assert "<b>planted</b>" in tab.evaluate("window.markup")


def _review_of(tab, page: str) -> str:
    """Return a review of proposals, and of sites that are not there, with hostile texts alone."""
    rows = [["", "", name, "", "新增", name, 121 + at / 1000, 31] for at, name in enumerate(_NAMES)]
    rows += [["9", name, name, "gone", "同意", name, 99, 9] for name in _NAMES]
    code = f"(rows) => csvText([{page}.page.review.headings, ...rows])"
    return tab.evaluate(code, rows)


def test_the_check_page_reads_no_name_as_markup(open_page, district, pictures):
    """Pointed at, asked, searched, listed, reviewed, linked, saved and printed: names stay text."""
    settings, standard = hostile_settings()
    page = draw_check_page(district, settings=settings, standard=standard)
    tab = open_page(page, script=_RECORD_MARKUP)
    told = tab.evaluate(_POINT_AND_ASK)
    assert {tip for tip, _, *_ in told} == {title for _, title, *_ in told} == _NAMES
    assert sum(len(places) for _, _, *places in told) > len(told)
    assert set(tab.evaluate(_WRITTEN_TOWNS, "check")) == {*shown_towns(district.towns).values()}
    assert set(tab.evaluate(_SEARCH_EACH, list(_NAMES))) >= _NAMES
    tab.evaluate("check.show(0)")
    tab.hover("#map")
    assert tab.locator(".leaflet-tooltip").last.inner_text() == HOSTILE_NAMES[0]
    for choice in tab.locator('input[name="kind"], #service').all():
        choice.dispatch_event("click")
    tab.click("#centre")
    tab.locator("#lists summary").click()
    tab.locator("#lists li button").first.click()
    tab.click("#ours")
    assert {name.partition(". ")[2] for name in tab.evaluate(_ASK_SITES)} == _NAMES
    assert set(tab.evaluate(_LISTED)) == _NAMES
    tab.evaluate(
        "(written) => { check.review.take(written); check.review.change(); }",
        _review_of(tab, "check"),
    )
    assert len(tab.evaluate(_LOST)) == len(_NAMES)
    tab.evaluate("check.review.pins.forEach(({ layer }) => layer.openPopup())")
    tab.evaluate("check.review.copy()")
    tab.evaluate(_FOLLOW, list(_NAMES))
    tab.evaluate("check.askCompound(0)")
    tab.screenshot(path=pictures / "check_hostile.png")
    for button in tab.locator("#actions button").all()[:3]:
        with tab.expect_download():
            button.click()
    tab.evaluate("void window.dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("#sheet canvas").count() == 1
    _assert_no_markup(tab)


def test_a_citys_map_reads_no_name_as_markup(open_page, district):
    """The map of the whole, whose names lead to the towns' maps, shows them as text and links."""
    settings, standard = hostile_settings()
    settings = replace(settings, mapping=replace(settings.mapping, city_above_n=1))
    tab = open_page(draw_map(district, settings=settings, standard=standard), script=_RECORD_MARKUP)
    tab.evaluate("planner.panel.open('towns')")
    links = tab.evaluate("[...document.querySelectorAll('#body-towns a')].map((one) => one.href)")
    assert links
    assert all(link.startswith("file:") for link in links)
    for at in range(0, len(_NAMES), 10):
        tab.evaluate(f"planner.goTo(planner.compounds.marks[{at}], 'residences', 15)")
    _assert_no_markup(tab)


@pytest.mark.parametrize("is_city", [False, True])
def test_a_towns_page_reads_no_name_as_markup(open_page, district, is_city):
    """A town's check page and, in a city, its own map: answers, sites and cards stay text."""
    settings, standard = hostile_settings()
    settings = replace(settings, mapping=replace(settings.mapping, city_above_n=1))
    town = district.sites["town_id"].iloc[0]
    draw = draw_map if is_city else draw_check_page
    page = draw(district, settings=settings, standard=standard, town_id=town)
    tab = open_page(page, script=_RECORD_MARKUP)
    if is_city:
        tab.evaluate(_POINT_AND_CLICK)
        assert set(tab.evaluate(_OPEN_VERDICTS)["towns"]) <= _NAMES
    else:
        assert set(tab.evaluate(_ASK_SITES))
        tab.evaluate(_POINT_AND_ASK)
        tab.click("#ours")
    tab.evaluate(_FOLLOW, list(_NAMES))
    _assert_no_markup(tab)
