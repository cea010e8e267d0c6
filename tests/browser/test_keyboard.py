"""The pages by keyboard and by screen reader."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

AXE = "axe-core@4.14.1"
_AT = "document.activeElement"


@pytest.mark.parametrize("page", ["planner", "town"])
def test_search_is_within_three_tabs(open_page, small_pages, page):
    """From the top of the page three presses of Tab at most lead to the search."""
    tab = open_page(small_pages[page])
    for _ in range(3):
        tab.keyboard.press("Tab")
        if tab.evaluate(f"{_AT}.id") == "search":
            break
    assert tab.evaluate(f"{_AT}.id") == "search"


def test_a_card_takes_the_focus_and_gives_it_back(open_page, small_pages):
    """From the list into the site's card, through its choices, and with Escape back to the list."""
    tab = open_page(small_pages["planner"])
    assert tab.locator(".leaflet-marker-icon[tabindex]").count() == 0
    tab.get_by_role("tab", name="建议网点").click()
    tab.locator("#body-sites li button").nth(1).focus()
    tab.keyboard.press("Enter")
    card = tab.get_by_role("dialog")
    assert tab.evaluate(f"{_AT}.getAttribute('role')") == "dialog"
    assert card.get_attribute("aria-label") == tab.locator(".leaflet-popup h3").inner_text()
    for _ in range(3):
        tab.keyboard.press("Tab")
        if tab.evaluate(f"{_AT}.type") == "radio":
            break
    tab.keyboard.press("ArrowLeft")
    assert tab.evaluate("planner.review.views.size") == 1
    tab.keyboard.press("Escape")
    tab.wait_until("!document.querySelector('.leaflet-popup')")
    assert tab.evaluate(f"{_AT} === document.querySelectorAll('#body-sites li button')[1]")
    tab.fill("#search", tab.evaluate("planner.page.residences[0].name"))
    tab.keyboard.press("Enter")
    assert tab.evaluate(f"{_AT}.getAttribute('role')") == "dialog"
    tab.keyboard.press("Escape")
    tab.wait_until(f"{_AT}.id === 'search'")
    tab.assert_quiet()


def test_an_answer_takes_the_focus_and_gives_it_back(open_page, small_pages):
    """On a town's page the list leads into the answer, and Escape leads back to the list."""
    tab = open_page(small_pages["town"])
    tab.focus("#ours")
    tab.keyboard.press("Enter")
    tab.locator("#sites li button").first.focus()
    tab.keyboard.press("Enter")
    assert tab.evaluate(f"{_AT}.id") == "answer"
    tab.keyboard.press("Escape")
    assert tab.evaluate(f"{_AT} === document.querySelector('#sites li button')")
    tab.assert_quiet()


_STEPS = {
    "planner": (
        "1",
        "planner.show('service', true), planner.choose('breakfast', 'change')",
        "planner.panel.open('sites'), planner.goTo(planner.page.sites[0].layer, 'sites', 15)",
        "planner.review.copy(), planner.panel.open('towns')",
        "planner.toggleCompare()",
        "planner.toggleCompare(), planner.projector.toggle()",
        "planner.projector.toggle(), planner.verdict.openTown(planner.page.towns[0].name)",
    ),
    "check": ("1", "check.askCompound(0), document.querySelector('#lists summary').click()"),
    "town": (
        "check.showOwn()",
        "check.askSite(check.page.own_sites[0]), check.review.copy()",
        "check.askPlace(check.map.getCenter())",
    ),
}


@pytest.mark.parametrize("width", [1366, 390])
@pytest.mark.parametrize("page", [*_STEPS])
def test_axe_finds_nothing(open_page, small_pages, npm_package, page, width):
    """No rule of axe-core is violated, whatever is open, on a screen and on a phone."""
    axe = (npm_package(AXE) / "axe.min.js").read_text(encoding="utf-8")
    tab = open_page(small_pages[page], width=width, height=800)
    tab.evaluate(f"() => {{ {axe} }}")
    for step in _STEPS[page]:
        tab.evaluate(f"void ({step})")
        found = tab.evaluate("axe.run(document).then((r) => r.violations)")
        told = [(one["id"], [node["html"][:150] for node in one["nodes"]][:3]) for one in found]
        assert told == [], step
