"""The office program in a browser: a new user's way, every page, and nothing that leaves."""

from __future__ import annotations

import pytest
from office_walk import Walk, write_files
from served_office import served_office
from unplaced_office import write_unplaced

AXE = "axe-core@4.14.1"
CLICKS_MAX = 40
STEPS = ("data", "datum", "check", "places", "question", "editor", "run", "results", "rounds")
WIDTHS = (1366, 390)


class Visit:
    """A browser at the program that reaches nothing else."""

    def __init__(self, browser, served, lang):
        self.origin, self.outside, self.said = f"http://127.0.0.1:{served.port}", [], []
        self.context = browser.new_context(viewport={"width": WIDTHS[0], "height": 768})
        self.context.set_default_timeout(60_000)
        self.context.route(lambda url: not url.startswith(self.origin), self._refuse)
        self.context.add_cookies(
            [{"name": "livelihood_map_lang", "value": lang, "url": self.origin}]
        )
        self.page = self.context.new_page()
        self.page.on("console", lambda one: self.said.append(one.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(f"{self.origin}/open?key={served.keys.new_link()}")
        self.page.wait_for_url(f"{self.origin}/")

    def _refuse(self, route):
        self.outside.append(route.request.url)
        route.abort()

    def assert_sound(self, axe, name):
        """Fail where axe finds something, or the page is wider than a screen or a phone."""
        self.page.evaluate(f"() => {{ {axe} }}")
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 768})
            assert self.page.evaluate("document.documentElement.scrollWidth") <= width, name
            found = self.page.evaluate("axe.run(document).then((r) => r.violations)")
            told = [(one["id"], [node["html"][:150] for node in one["nodes"]][:3]) for one in found]
            assert told == [], (name, width)
        self.page.set_viewport_size({"width": WIDTHS[0], "height": 768})


@pytest.fixture(scope="module")
def axe(npm_package):
    """Return the script of axe-core."""
    return (npm_package(AXE) / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.browser
def test_from_the_start_page_to_the_printed_plan_of_a_town(browser, axe, tmp_path):
    """Five files of an office become a town's plan in 40 clicks; no page fails, nothing leaves."""
    files, _ = write_files(tmp_path)
    with served_office(tmp_path / "projects") as served:
        visit = Visit(browser, served, "zh")
        page = visit.page
        way = Walk(page, lambda name: visit.assert_sound(axe, name))
        way.hand_over(files, "新区")
        way.choose_datums()
        way.check({})
        way.ask(3)
        way.run()
        base = page.url.rpartition("/")[0]
        brief = way.open(page.locator("table a", has_text=" html").last)
        brief.wait_for_load_state()
        assert "镇" in brief.inner_text("body")
        assert brief.evaluate("location.origin") == visit.origin
        assert len(way.clicks) <= CLICKS_MAX, way.clicks
        visit.context.add_cookies(
            [{"name": "livelihood_map_lang", "value": "en", "url": visit.origin}]
        )
        for step in STEPS:
            page.goto(f"{base}/{step}")
            way.settle()
            visit.assert_sound(axe, step)
            assert page.evaluate("document.documentElement.lang") == "en"
        for path in ("/", "/login", "/p/none/data"):
            page.goto(visit.origin + path)
            visit.assert_sound(axe, path)
        assert visit.outside == []
        assert [text for text in visit.said if "404" not in text] == []
        visit.context.close()


@pytest.mark.browser
def test_a_place_is_pointed_at_on_the_map(browser, axe, tmp_path):
    """Clicks come nearer until crossings can be told apart, the next one sets the row's place."""
    with served_office(tmp_path / "projects") as served:
        client, base, _ = write_unplaced(served, tmp_path / "raw")
        client.post(f"{base}/start/check")
        client.settle(f"{base}/check")
        visit = Visit(browser, served, "zh")
        page = visit.page
        page.goto(f"{visit.origin}{base}/places")
        Walk(page).settle()
        visit.assert_sound(axe, "places")
        ground = page.locator("#ground")
        ground.click()
        assert page.locator("#pins circle").count() == 0, "nothing is placed before a row is chosen"
        page.locator("#h2-map").check()
        for _ in range(4):
            ground.click()
        assert page.locator("#pins circle").count() == 1
        x, y = (float(page.locator(f"[name={axis}-2]").input_value()) for axis in "xy")
        _, _, width, height = (float(n) for n in ground.get_attribute("viewBox").split())
        assert width <= 700
        assert 0 < x < 4000
        assert 0 < y < 4000
        assert height > 0
        page.locator("#places button.main").click()
        Walk(page).settle()
        assert "2 条记录没有位置" in page.inner_text("main")
        assert visit.outside == []
        assert visit.said == []
        visit.context.close()
