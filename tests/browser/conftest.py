"""Chromium without a network, pages opened from file://; every request and message is kept."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from invented_district import build_settings, build_tables

from livelihood_map.core.standards import load_standard
from livelihood_map.mapping import draw_check_page, draw_map

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
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


@dataclass
class Tab:
    """One open page, what it asked for and what it said."""

    page: object
    requests: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def __getattr__(self, name: str):
        return getattr(self.page, name)

    def wait_until(self, expression: str, *, seconds: float = 10) -> None:
        """Wait until a script's expression is true; the page's own policy forbids eval."""
        for _ in range(int(seconds * 20)):
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(50)
        pytest.fail(f"never became true: {expression}")

    def screenshot(self, *, path: Path) -> None:
        """Keep a picture for a person to look at, where a folder for them is named."""
        if "SCREENSHOTS" in os.environ:
            self.page.screenshot(path=path)

    def assert_quiet(self) -> None:
        """Fail when the page asked for anything but itself, or complained."""
        outside = [url for url in self.requests if not url.startswith(("file:", "blob:", "data:"))]
        assert outside == []
        assert len([url for url in self.requests if url.startswith("file:")]) == 1
        assert self.messages == []


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Return a running Chromium, or skip with the remedy; in CI a missing one is a failure."""
    remedy = (
        f"Chromium is not at {CHROMIUM}: install it (apt-get install chromium) or give its path "
        "in the environment variable CHROMIUM"
    )
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(remedy)
        pytest.skip(remedy)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def open_page(browser, tmp_path):
    """Return a function that writes a page to a file and opens it with the network cut."""
    contexts = []

    def open_it(
        html: str,
        *,
        width: int = 1400,
        height: int = 900,
        script: str = "",
        motion: str = "reduce",
        link: str = "",
    ) -> Tab:
        path = tmp_path / f"page{len(contexts)}.html"
        path.write_text(html, encoding="utf-8", newline="\n")
        context = browser.new_context(
            viewport={"width": width, "height": height},
            offline=True,
            accept_downloads=True,
            reduced_motion=motion,
        )
        contexts.append(context)
        if script:
            context.add_init_script(script)
        tab = Tab(context.new_page())
        tab.page.on("request", lambda request: tab.requests.append(request.url))
        tab.page.on("console", lambda message: tab.messages.append(message.text))
        tab.page.on("pageerror", lambda error: tab.messages.append(str(error)))
        tab.page.goto(path.as_uri() + link)
        tab.page.wait_for_selector("html[data-ready]", timeout=90_000)
        return tab

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def npm_package():
    """Return a function that gives the folder of a package ``name@version``, fetched once by npm.

    It skips the test, with the reason, where npm or the network is not there.
    """

    def fetch(package: str) -> Path:
        name, _, _ = package.rpartition("@")
        folder = Path(__file__).parents[1] / "artefacts" / "npm" / package
        if not (folder / "node_modules" / name).exists():
            npm = shutil.which("npm")
            if npm is None:
                pytest.skip(f"{name} comes through npm, which is not here: install Node.js")
            folder.mkdir(parents=True, exist_ok=True)
            command = [npm, "install", "--no-save", "--no-audit", "--prefix", str(folder), package]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"npm could not fetch {package}: {done.stderr[-200:]}")
        return folder / "node_modules" / name

    return fetch


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Return the folder of what a page saves or prints, and, if SCREENSHOTS names it, shows."""
    folder = Path(os.environ.get("SCREENSHOTS", "tests/artefacts"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def district_tables():
    """Return the tables of a small invented district."""
    return build_tables()


@pytest.fixture(scope="session")
def planner_html(district_tables) -> str:
    """Return the planner's map of the invented district."""
    standard = load_standard("cn-15min")
    return draw_map(district_tables, settings=build_settings(), standard=standard)


@pytest.fixture(scope="session")
def small_tables():
    """Return the tables of a district of nine towns and forty compounds, soon drawn and opened."""
    return build_tables(side_m=6_000, residences_n=40, block_m=500, facilities_n=(6, 12, 4))


@pytest.fixture(scope="session")
def small_pages(small_tables) -> dict[str, str]:
    """Return the small district's map, its check page in English, and the page of one town."""
    asked = {"settings": build_settings(), "standard": load_standard("cn-15min")}
    return {
        "planner": draw_map(small_tables, **asked),
        "check": draw_check_page(small_tables, lang="en", **asked),
        "town": draw_check_page(small_tables, town_id="t11", **asked),
    }
