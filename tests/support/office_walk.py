"""A new user of the office program: five files with Chinese headings, and every click counted."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

import numpy as np
from small_office import HEADINGS, SIDE_N, register, write_office

from livelihood_map.core.datum import wgs84_to_gcj02

KINDS = {
    "街镇边界.geojson": "towns",
    "居住小区.geojson": "residences",
    "早餐网点（高德）.csv": "facilities:breakfast",
    "菜市场.xls": "facilities:wet_market",
    "道路.osm": "streets",
}
"""What the program should take each file for."""
DATUMS = {"早餐网点（高德）.csv": "GCJ-02", "菜市场.xls": "WGS-84"}
"""What the user knows of the files that need it."""


def in_gcj02(rows):
    """Return rows of a register with their last two cells as Amap would give them."""
    lon, lat = (np.array([row[at] for row in rows[1:]], float) for at in (-2, -1))
    moved = np.round(np.column_stack(wgs84_to_gcj02(lon, lat)), 6).tolist()
    return [rows[0], *([*row[:-2], *place] for row, place in zip(rows[1:], moved, strict=True))]


def as_gbk(rows):
    """Return rows as a spreadsheet program of China writes them as text."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("gbk")


def as_export(rows):
    """Return rows as registers' systems export them under the name .xls: a page with a table."""
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    page = f'<html><head><meta charset="gb2312"></head><body><table>{body}</table></body></html>'
    return page.encode("gbk")


FAULTS = {1: "不详", 3: "东边", 5: "12l.36", 7: "／", 9: "待补", 11: "见附件", 13: "无", 15: "x",
          17: "？", 19: "未测", 21: "缺", 23: "—"}  # fmt: skip
"""What stands in place of a longitude, by row of the register."""


def write_files(folder, *, has_faults=False):
    """Return the five files of an office in a folder, and the true longitude of each faulty row."""
    write_office(folder / "raw")
    places = [(column, row) for row in range(1, SIDE_N, 3) for column in range(1, SIDE_N, 3)]
    rows = in_gcj02(register(places, "早餐"))
    right = {}
    for at, wrong in FAULTS.items() if has_faults else ():
        right[at] = str(rows[at][-2])
        rows[at][-2] = wrong
    content = {
        "街镇边界.geojson": (folder / "raw" / "towns.geojson").read_bytes(),
        "居住小区.geojson": (folder / "raw" / "compounds.geojson").read_bytes(),
        "早餐网点（高德）.csv": as_gbk(rows),
        "菜市场.xls": as_export(register([(3, 3), (12, 11), (8, 8)], "菜市场")),
        "道路.osm": (folder / "raw" / "streets.osm").read_bytes(),
    }
    for name, data in content.items():
        (folder / name).write_bytes(data)
    assert len(HEADINGS) == 7
    return [folder / name for name in content], right


@dataclass
class Walk:
    """Somebody at the program.

    Parameters
    ----------
    page
        Open page of Playwright.
    look
        Called with the name of each page that is worth a picture.
    """

    page: object
    look: object = lambda name: None
    clicks: list[str] = field(default_factory=list)

    def click(self, where, name):
        """Click something and wait until nothing is at work."""
        self.clicks.append(name)
        where.click()
        self.settle()

    def type(self, where, text, name):
        """Click into a field and type."""
        self.clicks.append(name)
        where.fill(text)

    def settle(self, seconds=300):
        """Wait until the page shows nothing at work."""
        self.page.wait_for_load_state()
        for _ in range(seconds * 4):
            if self.page.locator("[hx-get]").count() == 0:
                self.page.wait_for_load_state()
                if self.page.locator("[hx-get]").count() == 0:
                    return
            self.page.wait_for_timeout(250)
        raise TimeoutError(self.page.url)

    def button(self, text, within=None):
        """Return a button or link by its words."""
        base = within or self.page
        return base.locator("button, a").filter(has_text=text).first

    def hand_over(self, files, title):
        """Make a project and hand the files over; each is confirmed as what it is taken for."""
        self.look("projects")
        self.type(self.page.locator("#title"), title, "title")
        self.click(self.page.locator("form[action='/projects'] button"), "new project")
        self.clicks.append("choose files")
        self.page.locator("#files").set_input_files(files)
        self.page.wait_for_selector("section.card")
        self.settle()
        self.look("data")
        for path in files:
            card = self.page.locator(
                "section.card", has=self.page.locator("h2", has_text=path.name)
            )
            offered = card.locator("select[name=slot]").input_value()
            assert offered == KINDS[path.name], (path.name, offered)
            self.click(card.locator("form[action$='/slot'] button"), f"confirm {path.name}")
        self.look("confirmed")

    def choose_datums(self):
        """Look at the points and choose the datum of each file that needs one."""
        self.click(self.page.locator("main p > a.button"), "next: datum")
        self.look("datum")
        for name, datum in DATUMS.items():
            card = self.page.locator("section.card", has=self.page.locator("h2", has_text=name))
            assert card.locator("svg").count() == 3
            self.click(card.locator(f"button[value='{datum}']"), f"{datum} for {name}")

    def check(self, right):
        """Check all files and correct the cells that are wrong, `right` by row of the register."""
        self.click(self.page.locator("main p > a.button"), "next: check")
        self.click(self.page.locator("form[action$='/start/check'] button"), "check")
        self.look("check")
        faulty = self.page.locator("form[action$='/corrections'] section.card")
        assert faulty.count() == len(right)
        for at, longitude in enumerate(right.values()):
            self.type(faulty.nth(at).locator(".row input"), longitude, "correct")
        if right:
            self.click(
                self.page.locator("form[action$='/corrections'] > button"), "save corrections"
            )
            assert self.page.locator("form[action$='/corrections']").count() == 0
            self.look("corrected")

    def ask(self, sites_n):
        """State how many sites are wanted."""
        self.click(self.page.locator("main .row a.button"), "next: question")
        self.type(self.page.locator("[name='siting.sites_n']"), str(sites_n), "sites")
        self.look("question")
        self.click(self.page.locator("form[action$='/question'] button").first, "save")

    def run(self):
        """Run, and open the results."""
        self.click(self.page.locator("main form a.button"), "next: run")
        self.click(self.page.locator("form[action$='/start/run'] button"), "run")
        self.look("run")
        self.click(self.page.locator("main .row a.button"), "results")
        self.look("results")

    def open(self, link):
        """Return the page that a link opens beside this one."""
        self.clicks.append("open")
        with self.page.context.expect_page() as opened:
            link.click()
        return opened.value
