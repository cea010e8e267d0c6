"""Every text that a page shows once its lists, legends and cards are opened, as passages."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from told_figures import Passage, sentences

READ_PAGE = Path(__file__).with_name("read_page.js").read_text("utf-8")


def passages_of_planner(tab, *, where: str, area: str | None = None):
    """Yield what the planner's map shows: legends, lists, cards and the parts of its sheets."""
    kinds = tab.evaluate("Object.keys(planner.page.coverage)")
    plans = ["before", "after"] if tab.evaluate("planner.page.sites.length") else ["before"]
    blocks = []
    for kind, plan in product(kinds, plans):
        tab.evaluate("([kind, plan]) => planner.choose(kind, plan)", [kind, plan])
        blocks += _read(tab)
        sheet = tab.evaluate("planner.prints.parts()")
        name = tab.evaluate("(kind) => planner.page.kinds[kind].name", kind)
        heading = f"{name} {sheet['words']['legend']}"
        blocks += [[part["text"], heading] for part in sheet["legend"]]
        blocks += [[line, ""] for line in (*sheet["notes"], *sheet["block"], sheet["title"])]
    for button in tab.query_selector_all("#panel [role=tab]"):
        button.click()
        blocks += _read(tab)
    blocks += _read(tab, "readCards()")
    yield from _passages(blocks, where, area)


def passages_of_check(tab, *, where: str, area: str | None = None):
    """Yield what a check page answers for every compound, its lists and its legend."""
    blocks = _read(tab)
    for index in range(tab.evaluate("check.page.residences.length")):
        tab.evaluate("(index) => check.askCompound(index)", index)
        blocks += _read(tab, "readBlocks(document.getElementById('answer'))")
    yield from _passages(blocks, where, area)


def _read(tab, call: str = "readBlocks(document.body)") -> list[list[str]]:
    """Return the blocks that a call of the reading script gives."""
    return tab.evaluate(f"() => {{ {READ_PAGE}; return {call}; }}")


def _passages(blocks, where: str, area: str | None):
    for text, around in dict.fromkeys(map(tuple, blocks)):
        for part in sentences(text):
            yield Passage(where, part, around, area, text)
