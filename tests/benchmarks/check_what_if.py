"""Hold random changes that are made on the planner's map beside the program's answer to its file.

``python tests/benchmarks/check_what_if.py SETTINGS --files 30 --runs 30`` opens the map of a
finished run in Chromium, makes a few changes drawn by a seed, saves the file as a reader would, and
compares every walk with those of the program: on the changed tables in one process, and for the
first files through ``run --what-if`` too. ``make what-if`` does so on the demonstration.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from livelihood_map import pipeline
from livelihood_map.core.settings import load_settings
from livelihood_map.load.edits import load_edits
from livelihood_map.pipeline.what_if import what_if

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
ACTIONS = ("add", "add", "move", "close", "turn", "gate", "path")
MAKE = """([action, kind, share, place, other]) => {
  const { whatIf } = planner, { scenario } = whatIf, { state, pack } = scenario;
  const at = ([lng, lat]) => pointedAt({ lng, lat });
  const open = state.outlets.map((one, n) => n).filter((n) => state.outlets[n].isOpen);
  const outlet = open[Math.floor(share * open.length)];
  const gate = Math.floor(share * state.gates.length);
  const done = {
    add: () => scenario.addOutlet(kind, at(place), "new"),
    move: () => scenario.moveOutlet(outlet, at(place)),
    close: () => scenario.closeOutlet(outlet),
    turn: () => (state.gates[gate].isOpen ? scenario.shutGate(gate) : scenario.openGate(gate)),
    gate: () => scenario.addGate(state.gates[gate].home, at(place)),
    path: () => scenario.addPath([at(place), at(other)]),
  }[action]();
  return done.isDone;
}"""


def main() -> int:
    """Compare so many files; return how many differ."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("settings", type=Path)
    asked.add_argument("--files", type=int, default=30)
    asked.add_argument("--runs", type=int, default=0, help="files that go through a run too")
    asked.add_argument("--first", type=int, default=0, help="number of the first file")
    asked.add_argument("--edits", type=int, default=4, help="changes of each file")
    asked.add_argument("--seed", type=int, default=23)
    given = asked.parse_args()
    settings = load_settings(given.settings)
    work = pipeline.open_workspace(settings)
    ids = np.sort(work["demand"]["demand_id"].to_numpy(dtype=object))
    differing = 0
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS).new_page()
        page.goto((work.maps / "planner.html").absolute().as_uri())
        page.wait_for_selector("html[data-ready]", timeout=300_000)
        page.evaluate("planner.whatIf.start().then(() => true)")
        for number in range(given.first, given.first + given.files):
            rng = np.random.default_rng([given.seed, number])
            path = Path(scratch) / f"changes{number}.geojson"
            path.write_text(draw_file(page, rng, work, edits_n=given.edits), "utf-8")
            started = time.perf_counter()
            told = compare(page, work, ids, path, run=number - given.first < given.runs)
            differing += bool(told)
            actions = [one["properties"]["action"] for one in
                       json.loads(path.read_text("utf-8"))["features"]]  # fmt: skip
            print(
                number,
                actions,
                told or "equal",
                f"{time.perf_counter() - started:.0f} s",
                flush=True,
            )
            if told:
                print(path.read_text("utf-8"))
    print(f"{given.files} files, {min(given.runs, given.files)} through a run, {differing} differ")
    return differing


def draw_file(page, rng: np.random.Generator, work, *, edits_n: int) -> str:
    """Make changes by chance in the page and return the file that it saves."""
    page.evaluate("planner.whatIf.clear()")
    nodes = work["nodes"].to_crs(4326).geometry
    made = 0
    while made < edits_n:
        node = nodes.iloc[int(rng.integers(len(nodes)))]
        place = [node.x + rng.normal(0, 4e-4), node.y + rng.normal(0, 4e-4)]
        other = [place[0] + rng.normal(0, 1e-3), place[1] + rng.normal(0, 1e-3)]
        action, kind = str(rng.choice(ACTIONS)), str(rng.choice(work.kinds))
        made += page.evaluate(MAKE, [action, kind, float(rng.random()), place, other])
    return page.evaluate("planner.whatIf.file.text()")


def compare(page, work, ids: np.ndarray, path: Path, *, run: bool) -> list[str]:
    """Return how the walks of the page differ from those of the program."""
    edits = load_edits(str(path), crs=work["towns"].crs, base=Path())
    sides = {"changed tables": what_if(work, edits).measure()}
    if run:
        aside = pipeline.set_aside(work.settings, path, path.with_suffix(""))
        sides["run"] = pipeline.run(aside, last="coverage")["coverage"]
    walker = work.settings.coverage.walkers[0]
    told = []
    for kind in work.kinds:
        walks = np.array(
            page.evaluate("(kind) => [...planner.whatIf.scenario.measure(kind).mm]", kind)
        )
        for name, coverage in sides.items():
            own = coverage[(coverage["kind"] == kind) & (coverage["walker"] == walker)]
            metres = own.set_index("demand_id")["walk_m"].reindex(ids).to_numpy(np.float64)
            theirs = np.where(np.isnan(metres), -1, np.rint(metres * 1000)).astype(np.int64)
            apart = np.flatnonzero(walks != theirs)
            if apart.size:
                first = apart[0]
                told.append(f"{name}: {apart.size} walks to {kind}, such as {ids[first]}: "
                            f"{walks[first]} and {theirs[first]} mm")  # fmt: skip
    return told


if __name__ == "__main__":
    sys.exit(min(main(), 1))
