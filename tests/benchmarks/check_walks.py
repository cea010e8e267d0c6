"""The page's walking beside the engine's: random edits, routes, the best place for one more.

Run: ``make walks``. A difference is told and ends the run with 1. ``--place`` takes one district,
``--edits``, ``--routes`` and ``--best`` so many of each, ``--node`` Node.js in place of Chromium.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "browser"))

import numpy as np
import shapely
from conftest import CHROMIUM, FLAGS
from engine_session import EngineSession
from made_up_compounds import make_up_tables
from page_walker import BrowserWalker, NodeWalker
from playwright.sync_api import sync_playwright
from random_edits import RandomEdits
from walk_oracle import xian_streets

from livelihood_map import pipeline
from livelihood_map.core.labels import use_lang
from livelihood_map.core.settings import load_settings
from livelihood_map.core.standards import load_standard
from livelihood_map.mapping.walk_pack import pack_walks
from livelihood_map.pipeline.page_walks import page_walk_tables

HERE = Path(__file__).resolve()
SHARED = HERE.parents[3] / "shared" / "data"
STANDARD = load_standard("cn-15min")
KINDS = ("wet_market", "breakfast", "housekeeping")
CUTOFF_M = 3000.0
SLOWDOWN = 4
TIMED_N = 60
NEAR_M = 0.5


def demo_tables(folder: Path):
    """Return the tables of a run on the demonstration district."""
    path = pipeline.write_example(folder, is_demo=True)
    work = pipeline.run(load_settings(path), last="siting")
    return page_walk_tables(work)


def las_palmas_tables(folder: Path):
    """Return made-up compounds on the streets of Las Palmas."""
    settings = load_settings(HERE.parents[1] / "real" / "las_palmas.toml")
    outputs = replace(settings.run, output=str(folder / "out"), maps=str(folder / "maps"))
    work = pipeline.run(replace(settings, run=outputs), last="load")
    return make_up_tables(work["nodes"], work["edges"], work["barriers"], seed=11)


def xian_tables(_folder: Path):
    """Return made-up compounds on the streets of Xi'an, whose source has no barriers."""
    return make_up_tables(*xian_streets(SHARED), None, seed=12)


PLACES = {"demo": demo_tables, "las_palmas": las_palmas_tables, "xian": xian_tables}
EDITS = {"demo": 1000, "las_palmas": 200, "xian": 200}


def check_edits(page, engine, *, seed: int, edits_n: int) -> list[str]:
    """Return what differs between page and engine after random edits."""
    covers = {
        kind: {"target": STANDARD.kind(kind).aim_m, "threshold": STANDARD.kind(kind).threshold_m}
        for kind in KINDS
    }
    edits = RandomEdits(page, engine, seed=seed, kinds=KINDS, covers=covers)
    for number in range(25, edits_n + 25, 25):
        account = edits.run(min(number, edits_n))
        print(
            f"  {account.edits_n} edits, {account.refused_n} refused, {account.walks_n:,} walks,"
            f" {len(account.differences)} differences",
            flush=True,
        )
    print(f"  {account.by_action}")
    return account.differences


def check_routes(page, told, *, seed: int, routes_n: int) -> list[str]:
    """Return the routes that are not as long as their walks, or leave the streets."""
    rng, faults = np.random.default_rng(seed), []
    lines, barriers = shapely.STRtree(told.network.lines), told.options.barriers
    rivers = barriers[barriers["kind"] != "wall"].geometry.to_numpy()
    private = told.network.is_private
    reached = 0
    while reached < routes_n:
        point, kind = int(rng.integers(len(told.demand))), str(rng.choice(KINDS))
        route = page.ask("route", **{"from": {"demand": point}}, kind=kind)
        if not route["isReached"]:
            continue
        reached += 1
        faults += _faults_of(f"{point} to {kind}", route, lines, rivers, private)
    print(f"  {reached} routes, {len(faults)} faults")
    return faults


def _faults_of(name, route, lines, rivers, private) -> list[str]:
    """Return what is wrong with one route."""
    faults, places = [], np.array(route["line"])
    length = np.hypot(*np.diff(places, axis=0).T).sum()
    if abs(length - route["mm"] / 1000) > 0.001 + 1e-5 * len(route["steps"]):
        faults.append(f"{name}: {length:.4f} m drawn, {route['mm'] / 1000} m walked")
    ends = [1 + (route[name] >= 0 and len(places) > 2) for name in ("gate", "goalGate")]
    ways = places[ends[0] : -ends[1]]
    if len(ways):
        _, away = lines.query_nearest(shapely.points(ways), all_matches=False, return_distance=True)
        if away.max() > NEAR_M:
            faults.append(f"{name}: {away.max():.2f} m beside the streets")
    for first, last in (places[:2], places[-2:]):
        inner = shapely.LineString([first + (last - first) * 1e-4, last - (last - first) * 1e-4])
        if len(rivers) and shapely.intersects(rivers, inner).any():
            faults.append(f"{name}: crosses a barrier on the way to the street")
    is_inner = private[[step["edge"] for step in route["steps"]]]
    streets = np.flatnonzero(~is_inner)
    if streets.size and is_inner[streets[0] : streets[-1]].any():
        faults.append(f"{name}: leads through a private way")
    return faults


def check_best(page, engine, *, seed: int, states_n: int) -> list[str]:
    """Return the states in which page and engine offer another place for one more."""
    faults, edits = [], Unmeasured(page, engine, seed=seed, kinds=["breakfast"], covers={})
    for number in range(1, states_n + 1):
        edits.run(number)
        best = page.ask("best", kind="breakfast")
        candidate, gained = engine.best_one_more("breakfast")
        if best["id"] != candidate or not np.allclose(best["gained"], gained, atol=1e-6, rtol=0):
            told = f"{best['id']} {best['gained']}, the engine's {candidate} {gained}"
            faults.append(f"state {number}: {told}")
        place = page.ask("degrees", places=[[best["x"], best["y"]]])
        x, y = page.ask("metres", places=place)[0]
        page.edit("addOutlet", "breakfast", {"x": x, "y": y}, "best")
        engine.add_outlet("breakfast", x, y)
    print(f"  {states_n} states, {len(faults)} differences")
    return faults


class Unmeasured(RandomEdits):
    """Random edits whose walks are not compared."""

    def _compare(self, told: str) -> None:
        """Compare nothing."""


def tell_times(page, told, tab) -> None:
    """Print what edits and routes take with the processor slowed down."""
    tab.context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    rng, xy = np.random.default_rng(5), shapely.get_coordinates(told.demand.geometry)
    edits = []
    for number in range(TIMED_N):
        x, y = (xy[rng.integers(len(xy))] + rng.normal(0, 60, 2)).tolist()
        choice = (
            ("addOutlet", ["breakfast", {"x": x, "y": y}, "x"]),
            ("closeOutlet", [int(rng.integers(len(told.outlets)))]),
            ("shutGate", [int(rng.integers(len(told.gates)))]),
            ("addPath", [[{"x": x, "y": y}, {"x": x + 120, "y": y + 60}]]),
        )[number % 4]
        edits.append({"name": choice[0], "args": choice[1], "kinds": list(KINDS)})
    page.edit("clear")
    times = page.ask("times", edits=edits)
    ms = np.array([one["ms"] for one in times])
    print(f"  at {SLOWDOWN} times the processor's time an edit takes {np.median(ms):.0f} ms,")
    print(f"  in 95 of 100 at most {np.percentile(ms, 95):.0f} ms")


def check(place: str, given, folder: Path, tab) -> list[str]:
    """Return all faults of one district."""
    told = PLACES[place](folder)
    packed = pack_walks(
        told, standard=STANDARD, kinds=list(KINDS), walker=STANDARD.walker("standard"),
        cutoff_m=CUTOFF_M,
    )  # fmt: skip
    network = told.network
    print(f"{place}: {network.edges_n:,} edges, {len(told.demand):,} points, {len(packed):,} bytes")
    page = NodeWalker() if tab is None else BrowserWalker(tab)
    page.load(packed)
    engine = EngineSession(told, standard=STANDARD, cutoff_m=CUTOFF_M)
    edits_n = EDITS[place] if given.edits is None else given.edits
    faults = check_routes(page, told, seed=given.seed, routes_n=given.routes)
    if tab is not None:
        tell_times(page, told, tab)
    page.edit("clear")
    faults += check_edits(page, engine, seed=given.seed, edits_n=edits_n)
    if told.siting is not None and given.best:
        page.edit("clear")
        engine.states, engine.at = [engine.first], 0
        faults += check_best(page, engine, seed=given.seed, states_n=given.best)
    return faults


def main() -> int:
    """Return 1 when the two differ anywhere."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--place", choices=tuple(PLACES), action="append")
    parser.add_argument("--edits", type=int)
    parser.add_argument("--routes", type=int, default=500)
    parser.add_argument("--best", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--node", action="store_true")
    given, faults, started = parser.parse_args(), [], time.perf_counter()
    with use_lang("en"), sync_playwright() as playwright:
        for place in given.place or list(PLACES):
            if place != "demo" and not SHARED.is_dir():
                print(f"{place}: left out, its streets lie in {SHARED}")
                continue
            tab = None
            if not given.node:
                running = playwright.chromium.launch(
                    executable_path=str(CHROMIUM), args=list(FLAGS)
                )
                tab = running.new_page()
            with tempfile.TemporaryDirectory() as folder:
                faults += [f"{place}, {one}" for one in check(place, given, Path(folder), tab)]
    print(*faults, sep="\n")
    print(f"{len(faults)} faults, {time.perf_counter() - started:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
