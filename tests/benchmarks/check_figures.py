"""Every figure of the demo's whole output against its tables: books, lists, briefs, lines, pages.

The answers to the questions of the year's plan are held against their own workbooks too.

Run: ``make figures``; ``--lang zh`` takes one language. What no table explains, or what is said
without metres, denominator and people, is told, and ends the run with 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "browser"))

from asked_figures import unexplained_answers
from conftest import CHROMIUM, FLAGS
from playwright.sync_api import sync_playwright
from shown_pages import passages_of_check, passages_of_planner
from table_facts import Tables
from told_figures import figures_in, passages_of_run, unexplained

from livelihood_map import pipeline
from livelihood_map.core.labels import use_lang
from livelihood_map.core.names import name_towns
from livelihood_map.core.settings import load_settings


def passages_of_pages(work, browser):
    """Yield what the pages of a run show."""
    towns = {name: town_id for town_id, name in name_towns(work["towns"]).items()}
    pages = [path for path in work.written if path.suffix == ".html"]
    for path in (path for path in pages if path.is_relative_to(work.maps)):
        tab = browser.new_page(viewport={"width": 1400, "height": 900})
        tab.goto(path.as_uri())
        tab.wait_for_selector("html[data-ready]", timeout=180_000)
        read = passages_of_planner if path.stem == "planner" else passages_of_check
        yield from read(tab, where=path.name, area=towns.get(path.stem))
        tab.close()


def check(path: Path, lang: str) -> list[str]:
    """Return the figures of a run that nothing explains, and tell how many there are."""
    with use_lang(lang), sync_playwright() as playwright:
        work = pipeline.run(load_settings(path))
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        passages = [*passages_of_run(work), *passages_of_pages(work, browser)]
        counts = Counter(unit for one in passages for _, unit, _ in figures_in(one, lang))
        print(f"{lang}: {len(passages):,} passages, {dict(counts)}")
        tables = Tables(work, lang)
        answers = unexplained_answers(work.settings, tables, work.folder / "programme")
        return [*unexplained(passages, tables), *answers]


def main() -> int:
    """Return 1 when a figure is not explained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lang", choices=("zh", "en"), action="append")
    given = parser.parse_args()
    faults = []
    for lang in given.lang or ("zh", "en"):
        with tempfile.TemporaryDirectory() as folder:
            path = pipeline.write_example(Path(folder), is_demo=True)
            text = path.read_text("utf-8").replace('lang = "zh"', f'lang = "{lang}"')
            path.write_text(text, "utf-8")
            faults += check(path, lang)
    print("\n".join(faults) or "every figure is a table's")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
