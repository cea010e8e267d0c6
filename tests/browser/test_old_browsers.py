"""Pages run in the browsers that offices have: Chrome 80 and whatever is built upon it."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from newer_apis import deleting_script

pytestmark = pytest.mark.browser

_PARSE = """
const acorn = require(process.argv[1]), { readFileSync } = require("fs");
for (const path of process.argv.slice(2)) {
  acorn.parse(readFileSync(path, "utf-8"), { ecmaVersion: 2019, sourceType: "script" });
}
"""


def test_scripts_parse_as_es2019(small_pages, npm_package, tmp_path):
    """Every script in a page, ours and others', is a program of ECMAScript 2019."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("the parser runs in Node.js, which is not here: install it")
    paths = []
    for name, page in small_pages.items():
        for at, code in enumerate(re.findall(r"<script>(.*?)</script>", page, re.DOTALL)):
            paths.append(tmp_path / f"{name}{at}.js")
            paths[-1].write_text(code, encoding="utf-8")
    command = [node, "-e", _PARSE, str(npm_package("acorn@8.15.0"))]
    done = subprocess.run([*command, *paths], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert len(paths) > 30
    late = tmp_path / "late.js"
    late.write_text("const known = one?.two ?? three;", encoding="utf-8")
    done = subprocess.run([*command, late], capture_output=True, text=True, check=False)
    assert "SyntaxError" in done.stderr


_USE_MAP = """async () => {
  planner.choose("breakfast", "change");
  for (const name of Object.keys(planner.layers)) if (name !== "online") planner.show(name, true);
  await planner.service.load();
  planner.goTo(planner.page.sites[0].layer, "sites", 15);
  planner.review.set(planner.page.sites[0].id, { verdict: "agree" });
  planner.review.copy();
  planner.toggleCompare();
  planner.towns.choose(planner.page.towns[0].name);
  planner.toggleCompare();
  planner.projector.toggle();
  planner.projector.toggle();
  planner.verdict.openTown(planner.town);
  planner.verdict.openCompound(0);
  planner.verdict.close();
  for (const { id } of document.querySelectorAll("#panel [role=tab]")) {
    planner.panel.open(id.slice(4));
  }
  planner.towns.choose(null);
  planner.measure.toggle();
  planner.prints.hasAnnex = true;
  planner.prints.fill();
  await planner.prints.save();
}"""
_USE_TOWN = """async () => {
  check.askCompound(0);
  await check.askPlace(check.map.getCenter());
  check.showOwn();
  check.askSite(check.page.own_sites[0]);
  check.review.set(check.own[0].id, { verdict: "reject" });
  check.review.copy();
  check.showService(true);
  check.fillPrint();
  check.saveAll();
  await check.savePicture();
}"""


@pytest.mark.parametrize(("page", "use"), [("planner", _USE_MAP), ("town", _USE_TOWN)])
def test_pages_run_without_what_is_newer_than_chrome_80(open_page, small_pages, page, use):
    """With every later API deleted, all that a page does is done, and nothing complains."""
    tab = open_page(small_pages[page], script=deleting_script())
    assert tab.evaluate("[typeof structuredClone, typeof ''.at]") == ["undefined", "undefined"]
    tab.fill("#search", tab.evaluate("(window.planner || check).page.residences[0].name"))
    tab.keyboard.press("Enter")
    tab.evaluate(use)
    tab.page.wait_for_timeout(400)
    assert tab.evaluate("location.hash").startswith("#view=")
    assert tab.locator("#sheet canvas").count() == 1
    tab.assert_quiet()
