"""A page's link holds what is looked at."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

_SHOWN = """(place) => ({
  zoom: planner.map.getZoom(), isThere: planner.map.getCenter().distanceTo(place) < 5,
  kind: planner.kind, plan: planner.plan, layers: [...planner.shown].sort(),
  isBoth: Boolean(planner.compare),
  card: (document.querySelector(".leaflet-popup h3") || {}).textContent,
})"""


_CENTRE = "planner.map.getCenter()"


def _again(tab, open_page, html):
    """Return the page opened anew by the link of another."""
    tab.page.wait_for_timeout(400)
    link = tab.evaluate("location.hash")
    assert link.startswith("#view=")
    return open_page(html, link=link)


@pytest.mark.parametrize("card", ["sites", "residences", "facility:wet_market"])
def test_a_link_opens_the_map_as_it_was(open_page, small_pages, card):
    """View, kind, plan, layers and the open card are in the link, and come back from it."""
    tab = open_page(small_pages["planner"])
    tab.get_by_text("菜市场", exact=True).first.click()
    tab.get_by_text("变化", exact=True).click()
    tab.check('input[data-layer="gates"]')
    tab.uncheck('input[data-layer="zones"]')
    layer = f"planner.layers[{card!r}].getLayers()[2]"
    tab.evaluate(f"planner.goTo({layer}, {card!r}, 15)")
    place = tab.evaluate(_CENTRE)
    shown = tab.evaluate(_SHOWN, place)
    assert shown["card"]
    again = _again(tab, open_page, small_pages["planner"])
    assert again.evaluate(_SHOWN, place) == shown
    for choice in ("wet_market", "change"):
        assert again.locator(f'input[value="{choice}"]').is_checked()
    again.assert_quiet()


def test_a_link_opens_both_plans_side_by_side(open_page, small_pages):
    """Comparing is in the link; a link that is put into an open page is followed too."""
    tab = open_page(small_pages["planner"])
    first = "#view=12_31.01_121.35&kind=breakfast&plan=after"
    tab.click("#tool-compare")
    tab.evaluate("void planner.map.setView([31.02, 121.36], 15)")
    place = tab.evaluate(_CENTRE)
    shown = tab.evaluate(_SHOWN, place)
    again = _again(tab, open_page, small_pages["planner"])
    assert again.evaluate(_SHOWN, place) == shown
    again.evaluate("(link) => void (location.hash = link)", first)
    again.wait_until("planner.plan === 'after' && planner.map.getZoom() === 12")
    assert not again.evaluate("Boolean(planner.compare)")


def test_a_link_that_names_what_is_not_there_opens_the_map(open_page, small_pages):
    """Unknown kinds, layers, cards and places are passed over, and nothing of a link is run."""
    link = "#view=x_y_z&kind=constructor&plan=%3Cimg%3E&layer=names&card=names&at=1&card=__proto__"
    tab = open_page(small_pages["planner"], link=link)
    assert tab.evaluate("[planner.kind, planner.plan]") == ["breakfast", "before"]
    assert tab.evaluate("[...planner.shown]") == ["names"]
    tab.assert_quiet()
