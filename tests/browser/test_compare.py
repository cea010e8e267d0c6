"""Today beside the plan, and who gains and loses between them."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

_VIEW = "({ zoom: planner.map.getZoom(), centre: planner.map.getCenter() })"
_IS_THERE = """({ zoom, centre }) => planner.map.getZoom() === zoom
  && planner.map.project(planner.map.getCenter()).distanceTo(planner.map.project(centre)) < 1"""
_LOSE = """() => {
  const { page } = planner, { aim_m: aim, threshold_m: threshold } = page.kinds.breakfast;
  const walks = [
    [null, aim], [threshold + 1, threshold], [threshold, aim], [aim, aim - 1], [aim, aim],
    [aim - 1, aim], [aim, threshold], [threshold, null], [null, null], [null, threshold + 9],
    [threshold + 9, null],
  ];
  walks.forEach(([before, after], at) => {
    page.coverage.breakfast.walk_m[at] = before;
    page.after.breakfast.walk_m[at] = after;
  });
  return changesOf(page, "breakfast").band.slice(0, walks.length);
}"""


def test_comparing_never_moves_the_view(open_page, small_pages):
    """Opened and closed again and again, near or far, the map is where it was, to the pixel."""
    tab = open_page(small_pages["planner"])
    for move in ("1", "planner.map.setZoom(9)", "planner.map.setView([31.01, 121.35], 15)"):
        tab.evaluate(f"void ({move})")
        before = tab.evaluate(_VIEW)
        for _ in range(3):
            tab.click("#tool-compare")
            assert tab.evaluate("planner.compare.map.getZoom() === planner.map.getZoom()")
            tab.click("#tool-compare")
        assert tab.evaluate(_IS_THERE, before), move
    tab.click("#tool-compare")
    tab.evaluate("void planner.map.setView([31.02, 121.36], 16)")
    gone = tab.evaluate(_VIEW)
    tab.click("#tool-compare")
    assert tab.evaluate(_IS_THERE, gone)
    tab.assert_quiet()


def test_all_that_was_in_sight_stays_in_sight_when_comparing(open_page, small_pages):
    """The whole district, seen before the map is halved, is seen in both halves."""
    tab = open_page(small_pages["planner"])
    tab.click("#tool-compare")
    for one in ("planner.map", "planner.compare.map"):
        assert tab.evaluate(f"{one}.getBounds().contains(planner.page.bounds)"), one
    tab.click("#tool-compare")
    tab.uncheck('input[data-layer="sites"]')
    tab.click("#tool-compare")
    tab.click("#tool-compare")
    assert not tab.evaluate("planner.shown.has('sites')")


_BESIDE = """() => {
  const { compare, kind, layers, page } = planner, { facilities } = page;
  const isOpen = ({ options }) => facilities.status[options.number] === "operating";
  const here = layers[`facility:${kind}`].getLayers().filter(isOpen);
  const radii = (marks) => marks.map(({ _radius: radius }) => radius);
  const sites = compare.marks.arrange(14);
  return {
    sites: sites.flatMap((one, at) => (one ? [at, ...one.others] : [])).sort((a, b) => a - b),
    areOutletsAlike: String(radii(here)) === String(radii(compare.outlets.getLayers())),
    isVeiled: compare.map.hasLayer(compare.veil),
  };
}"""
_SITES_OF = """(town) => planner.page.sites.flatMap((site, at) => (
  !town || site.town === town ? [at] : []))"""


def test_the_plan_beside_follows_what_is_chosen(open_page, small_pages):
    """Kind, town and zoom are the same on both maps, and so are the marks of outlets and sites."""
    tab = open_page(small_pages["planner"])
    tab.click("#tool-compare")
    whole = {"sites": tab.evaluate(_SITES_OF), "areOutletsAlike": True, "isVeiled": False}
    assert tab.evaluate(_BESIDE) == whole
    town = tab.evaluate("planner.page.sites[0].town")
    tab.select_option("#town", town)
    own = tab.evaluate(_SITES_OF, town)
    assert 0 < len(own) < len(whole["sites"])
    assert tab.evaluate(_BESIDE) == {**whole, "sites": own, "isVeiled": True}
    tab.evaluate("void planner.choose('wet_market', 'before')")
    assert tab.evaluate(_BESIDE) == {**whole, "sites": [], "isVeiled": True}
    tab.click("#tool-compare")
    assert not tab.evaluate("planner.shown.has('sites')")
    tab.evaluate("void planner.choose('breakfast', 'before')")
    assert tab.evaluate("planner.shown.has('sites')")
    tab.assert_quiet()


def test_the_change_layer_tells_who_gains_and_who_loses(open_page, small_pages, pictures):
    """Compounds are coloured and counted by what becomes of their walk, whichever way it goes."""
    tab = open_page(small_pages["planner"])
    tab.get_by_text("变化", exact=True).click()
    gained = tab.evaluate(
        """planner.page.coverage.breakfast.walk_m.filter((walk, at) => {
             const later = planner.page.after.breakfast.walk_m[at];
             return (walk === null || walk > 1000) && later !== null && later <= 1000;
           }).length"""
    )
    row = tab.locator("#legend tr", has_text="新增覆盖（步行 1000 米以内）")
    assert row.locator("td").first.inner_text() == str(gained)
    colour = "planner.compounds.marks.filter((one) => one.options.fillColor === '#01665e').length"
    assert tab.evaluate(colour) == gained > 0
    assert tab.locator("#legend tr", has_text="不再覆盖").count() == 0
    assert "新增覆盖" in tab.evaluate("planner.legend.parts().map((part) => part.text).join()")
    tab.screenshot(path=pictures / "planner_change.png")
    assert tab.evaluate(_LOSE) == [0, 0, 1, 2, 3, 4, 5, 6, 3, 2, 4]
    tab.assert_quiet()
