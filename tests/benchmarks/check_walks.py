"""The page's walking beside the engine's: random edits, routes, the best place for one more.

Run: ``make walks``. A difference is told and ends the run with 1. It is done in parts, each with a
seed of its own; ``--part demo-1`` does one of them, ``--node`` in Node.js in place of Chromium.
What came of each stays in out/walks, and docs/benchmarks.md has the sums.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "browser"))

from conftest import CHROMIUM, FLAGS
from engine_session import EngineSession
from engine_tables import with_network
from made_up_compounds import make_up_tables
from page_walker import BrowserWalker, NodeWalker
from playwright.sync_api import sync_playwright
from section import write_section
from walk_oracle import xian_streets
from walks_compared import compare_best, compare_edits, compare_routes

from livelihood_map import pipeline
from livelihood_map.core.labels import use_lang
from livelihood_map.core.settings import load_settings
from livelihood_map.core.standards import load_standard
from livelihood_map.mapping.walk_pack import pack_walks
from livelihood_map.pipeline.page_walks import page_walk_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).resolve().parents[1]
SHARED = TESTS.parents[1] / "shared" / "data"
OUT = TESTS.parent / "out" / "walks"
STANDARD = load_standard("cn-15min")
KINDS = ("wet_market", "breakfast", "housekeeping")
CUTOFF_M = 3000.0


HEADINGS = (
    "place", "street edges", "demand points", "edits", "refused", "walks compared", "differing",
    "routes", "faulty", "best places", "differing",
)  # fmt: skip
SECTION = """## The page's walking beside the engine's

Run: `make walks`. Random edits (outlets opened, moved and closed, gates opened, shut and new,
paths, undo and redo), each made in Chromium by `mapping/page` and by the engine on the same
tables; after each every walk is compared to the millimetre, every nearest outlet, and everyone
covered at target and threshold to the person. A route is right when it is as long as its walk,
lies within 0.5 m of the streets, crosses no barrier between a place and its street and leads
through no private way. The best place for one more outlet is compared with the engine's plan of
one site. Seeds are in the script; the table has the parts that have been compared so far.

Differences found on the way, and who was right:

* New gates that page and engine take were refused by the comparison, which did not lead them
  through the wall of their own compound (the comparison was wrong; Xi'an).
* Routes of the page passed an outlet for residents of the compound by (the command was right).
* The command named the wall in which the walk's own gate stands as a barrier, and outlets for other
  residents as nearer as the crow flies (the page was right).
* The page measured the straight way from the middle of the compound, the command from the gate
  where the walk begins (the command was right).
* The page coloured a compound of several demand points by its last one, tables by the middle one
  (the tables were right).
"""


class Part(NamedTuple):
    """What is compared at one go."""

    place: str
    seed: int
    edits_n: int = 0
    routes_n: int = 0
    best_n: int = 0

    @property
    def name(self) -> str:
        """Return what the part is called."""
        return f"{self.place}-{self.seed}"


PARTS = (
    *(Part("demo", seed, 125, 63) for seed in range(1, 9)),
    *(Part("demo", seed, best_n=50) for seed in range(9, 13)),
    *(Part("las_palmas", seed, 50, 40) for seed in range(11, 15)),
    Part("xian", 12, 200, 160),
)


def demo_tables():
    """Return the tables of a run on the demonstration district."""
    folder = OUT / "demo"
    if not (folder / "livelihood.toml").exists():
        pipeline.write_example(folder, is_demo=True)
    work = pipeline.run(load_settings(folder / "livelihood.toml"), last="siting")
    told = page_walk_tables(work)
    return with_network(work.network, **vars(told))


def las_palmas_tables():
    """Return made-up compounds on the streets of Las Palmas."""
    settings = load_settings(TESTS / "real" / "las_palmas.toml")
    folder = OUT / "las_palmas"
    outputs = replace(settings.run, output=str(folder / "out"), maps=str(folder / "maps"))
    work = pipeline.run(replace(settings, run=outputs), last="load")
    return make_up_tables(work["nodes"], work["edges"], work["barriers"], seed=11)


def xian_tables():
    """Return made-up compounds on the streets of Xi'an, whose source has no barriers."""
    return make_up_tables(*xian_streets(SHARED), None, seed=12)


PLACES = {
    "demo": ("the demonstration district", demo_tables),
    "las_palmas": ("Las Palmas, compounds made up", las_palmas_tables),
    "xian": ("Xi'an, compounds made up", xian_tables),
}


@contextmanager
def open_walker(*, is_node: bool) -> Iterator[NodeWalker]:
    """Return the page's modules in Node.js or in a tab of Chromium."""
    if is_node:
        walker = NodeWalker()
        yield walker
        walker.close()
        return
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield BrowserWalker(running.new_page())
        running.close()


def compare(part: Part, page: NodeWalker) -> dict:
    """Return what came of one part."""
    told = PLACES[part.place][1]()
    packed = pack_walks(
        told, standard=STANDARD, kinds=list(KINDS), walker=STANDARD.walker("standard"),
        cutoff_m=CUTOFF_M,
    )  # fmt: skip
    print(f"{part.name}: {told.network.edges_n:,} edges, {len(told.demand):,} points", flush=True)
    page.load(packed)
    engine = EngineSession(told, standard=STANDARD, cutoff_m=CUTOFF_M)
    covers = {
        kind: {"target": STANDARD.kind(kind).aim_m, "threshold": STANDARD.kind(kind).threshold_m}
        for kind in KINDS
    }
    came = {"edges_n": told.network.edges_n, "points_n": len(told.demand), "bytes_n": len(packed)}
    came |= compare_routes(page, told, kinds=KINDS, seed=part.seed, routes_n=part.routes_n)
    if told.siting is not None:
        came |= compare_best(page, engine, seed=part.seed, states_n=part.best_n)
    page.edit("clear")
    engine.states, engine.at = [engine.first], 0
    given = {"kinds": KINDS, "covers": covers, "seed": part.seed, "edits_n": part.edits_n}
    return came | compare_edits(page, engine, **given)


def told_of(came: dict) -> list[str]:
    """Return in words all that differs in a part."""
    return [one for name, told in came.items() if name.startswith("told_of") for one in told]


def write_sums() -> None:
    """Write what came of all parts that were compared into docs/benchmarks.md."""
    lines = [
        *SECTION.splitlines(),
        "",
        f"| {' | '.join(HEADINGS)} |",
        "|---" * len(HEADINGS) + "|",
    ]
    columns = ("edits_n", "refused_n", "walks_n", "differing_n", "routes_n", "faulty_n", "best_n",
               "other_best_n")  # fmt: skip
    for place, (name, _) in PLACES.items():
        came = [json.loads(path.read_text("utf-8")) for path in sorted(OUT.glob(f"{place}-*.json"))]
        if came:
            sums = [sum(one.get(column, 0) for one in came) for column in columns]
            cells = [came[0]["edges_n"], came[0]["points_n"], *sums]
            lines.append(f"| {name} | " + " | ".join(f"{cell:,}" for cell in cells) + " |")
    write_section("page walks", lines)


def main() -> int:
    """Return 1 when the two differ anywhere."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--part", choices=[part.name for part in PARTS], action="append")
    asked.add_argument("--node", action="store_true")
    given, faults, started = asked.parse_args(), [], time.perf_counter()
    for part in PARTS:
        if given.part and part.name not in given.part:
            continue
        if part.place != "demo" and not SHARED.is_dir():
            print(f"{part.name}: left out, its streets lie in {SHARED}")
            continue
        with use_lang("en"), open_walker(is_node=given.node) as page:
            came = compare(part, page)
        faults += [f"{part.name}, {one}" for one in told_of(came)]
        (OUT / f"{part.name}.json").write_text(json.dumps(came, indent=1), encoding="utf-8")
    print(*faults, sep="\n")
    write_sums()
    print(f"{len(faults)} faults, {time.perf_counter() - started:.0f} s")
    return 1 if faults else 0


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    sys.exit(main())
