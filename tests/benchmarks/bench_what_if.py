"""How long the planner's map takes to try a change, to draw a route and to find the best place.

Run: ``make bench-what-if``. The processor is slowed down four times; a change is timed from the
call that makes it to the next picture, with all that the page measures, paints and lists then.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright
from section import tell_machine, write_section

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--enable-precise-memory-info"]  # fmt: skip
SLOWDOWN = 4
ACTIONS = {
    "outlet opened": "whatIf.make(scenario.addOutlet(planner.kind, near(60), 'new'))",
    "outlet moved": "whatIf.make(scenario.moveOutlet(outlet(), near(60)))",
    "outlet closed": "whatIf.make(scenario.closeOutlet(outlet()))",
    "gate opened or shut": (
        "whatIf.make(scenario.setGate(gate(), !scenario.state.gates[gate()].isOpen))"
    ),
    "path added": "whatIf.make(scenario.addPath([near(30), near(120)]))",
    "route to every kind": "whatIf.showRoutes({ demand: demand() }, 'x')",
    "change taken back": "whatIf.step('undo')",
}
TIMED = """async (share) => {
  const { whatIf } = planner, { scenario } = whatIf, { pack, state } = scenario;
  const at = (n) => Math.floor(share * n);
  const demand = () => at(pack.demand.n), gate = () => at(state.gates.length);
  const open = state.outlets.map((one, n) => n)
    .filter((n) => state.outlets[n].isOpen && !state.outlets[n].isInner);
  const outlet = () => open[at(open.length)];
  const near = (metres) => {
    const { lat, lng } = planner.page.sites[at(planner.page.sites.length)].layer.getLatLng();
    return pointedAt({ lat: lat - metres / 111320, lng: lng + metres / 111320 });
  };
  const picture = () => new Promise((done) => (
    requestAnimationFrame(() => requestAnimationFrame(done))));
  await picture();
  const begun = performance.now();
  ACT;
  const computed = performance.now() - begun;
  await picture();
  return [computed, performance.now() - begun];
}"""
OPENED = """async () => {
  const begun = performance.now();
  await planner.whatIf.start();
  planner.whatIf.update();
  return performance.now() - begun;
}"""
BEST = """() => {
  const begun = performance.now();
  planner.whatIf.scenario.bestOneMore(planner.page.site_kind);
  return performance.now() - begun;
}"""
HEAP = "performance.memory.usedJSHeapSize / 1e6"


def time_acts(tab, rng: np.random.Generator, times_n: int) -> list[str]:
    """Return a line of the table for each act: computed and until the picture, milliseconds."""
    lines = []
    for name, act in ACTIONS.items():
        script = TIMED.replace("ACT;", f"{act};")
        ms = np.array([tab.evaluate(script, float(rng.random())) for _ in range(times_n)])
        cells = [f"{value:.0f}" for column in ms.T for value in np.percentile(column, (50, 95))]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
        print(lines[-1], flush=True)
    return lines


def measure(page: Path, times_n: int) -> list[str]:
    """Return the lines of the section."""
    rng = np.random.default_rng(7)
    with sync_playwright() as playwright:
        context = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS).new_context(
            viewport={"width": 1366, "height": 768}, offline=True
        )
        tab, asked = context.new_page(), []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(page.absolute().as_uri())
        tab.wait_for_selector("html[data-ready]", timeout=300_000)
        before = tab.evaluate(HEAP)
        tab.context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
        opened = tab.evaluate(OPENED)
        lines = time_acts(tab, rng, times_n)
        best = [tab.evaluate(BEST) for _ in range(3)]
        after = tab.evaluate(HEAP)
    outside = [url for url in asked if not url.startswith(("file:", "blob:", "data:"))]
    text = f"""## The planner's map tries changes

Run: `make bench-what-if`. The demonstration's page in Chromium at {SLOWDOWN} times the processor's
time, {times_n} of each, milliseconds: computed, and until the next picture stands. Random places,
seed in the script.

| | computed, median | 95 in 100 | to the picture, median | 95 in 100 |
|---|---|---|---|---|
{chr(10).join(lines)}

The network is unpacked, and every place joined to it, in {opened:,.0f} ms once; the best place for
one more is found in {np.median(best):,.0f} ms. The page has {page.stat().st_size / 1e6:.2f} MB, its
scripts hold {before:.0f} MB before and {after:.0f} MB after all changes; {len(outside)} requests go
out. {tell_machine()}"""
    return text.splitlines()


def main() -> int:
    """Measure one page and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("--times", type=int, default=25)
    given = parser.parse_args()
    write_section("page what-if", measure(given.page, given.times))
    return 0


if __name__ == "__main__":
    sys.exit(main())
