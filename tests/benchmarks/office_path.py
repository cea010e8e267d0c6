"""The new user's path through the office program, in Chromium: clicks, requests, pictures.

``python tests/benchmarks/office_path.py [FOLDER]``: both languages, with sound files and with 12
faults; pictures of every page at 1366 x 768 and 390 x 844 go to the folder.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from office_walk import Walk, write_files
from playwright.sync_api import sync_playwright
from served_office import served_office

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CLICKS_MAX, CLICKS_A_FAULT = 40, 2


def walk(browser, served, files, right, *, lang, pictures):
    """Return the clicks of one way from the start page to the printed plan of a town."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    page, outside, said = context.new_page(), [], []
    origin = f"http://127.0.0.1:{served.port}"
    own = (f"{origin}/", "blob:", "data:")
    context.on("request", lambda one: None if one.url.startswith(own) else outside.append(one.url))
    page.on("console", lambda one: said.append(one.text))
    page.on("pageerror", lambda one: said.append(str(one)))
    context.add_cookies([{"name": "livelihood_map_lang", "value": lang, "url": origin}])

    def look(name):
        for width, height in ((1366, 768), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
            page.screenshot(path=pictures / f"{name}.{lang}.{width}.png", full_page=True)
        page.set_viewport_size({"width": 1366, "height": 768})

    page.goto(f"{origin}/open?key={served.keys.new_link()}")
    page.wait_for_url(f"{origin}/")
    way = Walk(page, look if pictures else lambda _: None)
    way.hand_over(files, f"新区 {lang} {len(right)}")
    way.choose_datums()
    way.check(right)
    way.ask(3)
    way.run()
    planner = way.open(page.locator("a", has_text="planner.html"))
    planner.wait_for_selector("html[data-ready]", timeout=90_000)
    brief = way.open(page.locator("table a", has_text=" html").last)
    brief.wait_for_load_state()
    if pictures:
        planner.screenshot(path=pictures / f"planner.{lang}.1366.png")
        brief.screenshot(path=pictures / f"brief.{lang}.1366.png")
    assert outside == []
    assert said == []
    context.close()
    return way.clicks


def main(folder):
    """Walk in both languages, without faults and with twelve."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as made,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        for lang, has_faults in (("zh", True), ("en", False)):
            home = Path(made) / f"{lang}-{has_faults}"
            home.mkdir()
            files, right = write_files(home, has_faults=has_faults)
            started = time.perf_counter()
            with served_office(home / "projects") as served:
                clicks = walk(browser, served, files, right, lang=lang, pictures=folder)
            most = CLICKS_MAX + CLICKS_A_FAULT * len(right)
            took = time.perf_counter() - started
            print(
                f"{lang}: {len(clicks)} clicks (at most {most}), {len(right)} faults, {took:.0f} s"
            )
            assert len(clicks) <= most
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "out/office"))
