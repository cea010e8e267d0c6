"""Every text that a page shows once its lists, legends and cards are opened, as passages."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from told_figures import Passage, sentences

_VERDICT = "readBlocks(planner.verdict.box)"
READ_PAGE = Path(__file__).with_name("read_page.js").read_text("utf-8")


def passages_of_planner(tab, *, where: str, area: str | None = None):
    """Yield what the planner's map shows: legends, lists, cards and the parts of its sheets."""
    kinds = tab.evaluate("Object.keys(planner.page.coverage)")
    plans = ["before", "after"] if tab.evaluate("planner.page.sites.length") else ["before"]
    blocks = []
    tab.evaluate("() => { planner.verdict.picture = () => document.createElement('canvas'); }")
    for kind, plan in product(kinds, plans):
        tab.evaluate("([kind, plan]) => planner.choose(kind, plan)", [kind, plan])
        blocks += _read(tab)
        blocks += _projected(tab)
        sheet = tab.evaluate("planner.prints.parts()")
        name = tab.evaluate("(kind) => planner.page.kinds[kind].name", kind)
        heading = f"{name} {sheet['words']['legend']}"
        blocks += [[part["text"], heading] for part in sheet["legend"]]
        blocks += [[line, ""] for line in (*sheet["notes"], *sheet["block"], sheet["title"])]
    for button in tab.query_selector_all("#panel [role=tab]"):
        button.click()
        blocks += _read(tab)
    blocks += _read(tab, "readCards()")
    blocks += _read(tab, "readNodes(annexParts(planner))")
    yield from _passages(blocks, where, area)
    yield from _verdicts(tab, kinds, where)


def _projected(tab) -> list[list[str]]:
    """Return what the view for the wall shows, a sign of its legend with the heading above."""
    blocks = tab.evaluate(
        """() => {
          planner.projector.toggle();
          const { box } = planner.projector;
          const texts = (query) => [...box.querySelectorAll(query)].map((one) => one.innerText);
          const heads = texts("h2, h3").join(" ");
          const signs = texts("li").map((text) => [text, heads]);
          planner.projector.toggle();
          return signs;
        }"""
    )
    return [[" ".join(text.split()), around] for text, around in blocks]


def _verdicts(tab, kinds, where: str):
    """Yield the one-page verdicts: of every compound, and by kind of every town and the whole."""
    for index in range(tab.evaluate("planner.page.residences.length")):
        tab.evaluate("(index) => planner.verdict.openCompound(index)", index)
        yield from _passages(_read(tab, _VERDICT), where, None)
    for kind in kinds:
        tab.evaluate("(kind) => planner.choose(kind, 'before')", kind)
        for name in (None, *tab.evaluate("planner.towns.towns.map(({ name }) => name)")):
            tab.evaluate("(name) => planner.verdict.openTown(name)", name)
            blocks = _read(tab, _VERDICT)
            yield from _passages(
                [[text, f"{around} {name or ''}"] for text, around in blocks], where, None
            )
    tab.evaluate("planner.verdict.close()")


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
