"""The siting engine against every choice, other tools, short limits and a busy machine.

Parts: ``brute`` (districts drawn by number, ten questions each, every choice tried), ``spopt``
(LSCP, p-median and p-centre on towns of the demo), ``short`` (limits of 0.01, 0.5 and 2 s: nothing
called optimal that is not, how far a limit is overrun), ``neutral`` (rules that bind nothing change
nothing), ``tiers`` (never below the greedy plan), ``busy`` (the same plan beside four busy
processes). All are asked through ``choose_sites``.
Run: ``make check-siting``; ``--only PART`` takes parts, ``--districts N`` fewer districts. With all
parts and districts the section of docs/benchmarks.md is written. ``--notes FILE`` keeps what comes
of each part, ``--read FILE`` writes the section from such notes. What fails is told with its
number and ends the run with 1.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import sys
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench_district import question_of, run_before
from section import keep_note, read_notes, write_section

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from drawn_questions import ASKED, TIERS_M, Drawn, LargeDrawn
from spopt_choices import Walks, spopt_longest_walk, spopt_sites_n, spopt_total_walk

DISTRICTS_N = 50
SHORT_S = (0.01, 0.5, 2.0)
SMALL = range(200, 205)
"""Districts of which every choice is tried, for the short limits."""
LARGE = ((1, 300, 1500, 25), (2, 500, 3000, 40))
"""Seed, candidates, demand points and sites of districts too large for that."""
BUSY_N = 4
SPOPT_TOWNS_N = 2
SPOPT_SITES_N = 6


class Tally:
    """What came of one part: how many were asked, and what failed."""

    def __init__(self, part: str) -> None:
        self.part, self.asked, self.faults, self.notes = part, 0, [], []

    @contextlib.contextmanager
    def asking(self, name: str):
        """Count one question, and keep what fails of it."""
        self.asked += 1
        try:
            yield
        except Exception as error:  # noqa: BLE001  (whatever fails is told)
            words = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            self.faults.append(f"{name}: {words}")
            print(f"{self.part} FAILS {self.faults[-1]}", flush=True)

    def note(self, words: str) -> None:
        """Keep a finding and print it."""
        self.notes.append(words)
        print(f"{self.part}: {words}", flush=True)


def check_brute(tally: Tally, districts_n: int) -> None:
    """Ask every question of so many districts, and try every choice."""
    used, planned = time.process_time(), Counter()
    for seed in range(districts_n):
        drawn = Drawn(seed)
        for name in ASKED:
            with tally.asking(f"district {seed}, {name}"):
                planned[name] += drawn.check(name)
    by_name = ", ".join(f"{name} {planned[name]}" for name in ASKED)
    tally.note(f"with a plan: {by_name}; the rest refused, as no choice keeps the rules")
    tally.note(f"{time.process_time() - used:.0f} processor seconds")


def check_spopt(tally: Tally, _: int) -> None:
    """Compare LSCP, p-median and p-centre on the largest towns of the demo with spopt and CBC."""
    with tempfile.TemporaryDirectory() as folder:
        run_before(Path(folder))
        _, asked = question_of(Path(folder), "plain")
    towns = asked.demand["town_id"].value_counts().index[1 : 1 + SPOPT_TOWNS_N]
    for town in towns:
        part = of_town(asked, town)
        walks = walks_of(part)
        size = f"{len(walks.people)} points, {walks.to_sites.shape[1]} candidates"
        for model, other, given in (
            ("set_cover", spopt_sites_n, part.threshold_m),
            ("p_median", spopt_total_walk, SPOPT_SITES_N),
            ("p_centre", spopt_longest_walk, SPOPT_SITES_N),
        ):
            with tally.asking(f"{town}, {model}"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                settings = replace(part.settings, model=model, sites_n=SPOPT_SITES_N)
                plan = replace(part, settings=settings).choose()
                theirs = other(walks, given)
                tally.note(
                    f"{town} ({size}), {model}: {plan.objective:,.3f}, {plan.status}; "
                    f"spopt {theirs:,.3f}"
                )
                assert plan.status == "optimal"
                assert abs(plan.objective - theirs) <= 1e-6 * max(1.0, theirs)


def walks_of(asked: Any) -> Walks:
    """Return the walks of a question, as spopt's models take them."""
    kind = asked.coverage["kind"] == asked.settings.kind
    rows = asked.coverage[kind & (asked.coverage["walker"] == asked.walker)]
    demand = asked.demand.set_index("demand_id")
    weights = asked.settings.weights.items()
    people = sum(demand[group].fillna(0.0) * weight for group, weight in weights)
    old_m = rows.set_index("demand_id")["walk_m"]
    return Walks.of(asked.candidates, asked.demand, asked.walks, old_m, people)


def of_town(asked: Any, town: str) -> Any:
    """Return the question of one town alone."""
    demand = asked.demand[asked.demand["town_id"] == town]
    usable = asked.candidates[~asked.candidates["is_rejected"]]
    candidates = usable[usable["town_id"] == town]
    walks = asked.walks
    is_own = walks["origin_id"].isin(demand["demand_id"])
    is_own &= walks["dest_id"].isin(candidates["candidate_id"])
    return replace(asked, demand=demand, candidates=candidates, walks=walks[is_own])


def check_short(tally: Tally, _: int) -> None:
    """Ask with little time: what is called optimal is, bounds hold, limits are kept."""
    for limit_s in SHORT_S:
        over, cpu_over, statuses = [], [], Counter()
        for drawn in [*(Drawn(seed) for seed in SMALL), *(LargeDrawn(*size) for size in LARGE)]:
            for name in drawn.names:
                with tally.asking(f"{drawn.name}, {name}, {limit_s:g} s"):
                    elapsed, used = time.perf_counter(), time.process_time()
                    status = drawn.check_claims(name, limit_s)
                    elapsed, used = time.perf_counter() - elapsed, time.process_time() - used
                    statuses[status] += 1
                    over.append((elapsed - limit_s, f"{drawn.name}, {name}"))
                    cpu_over.append((used - limit_s, f"{drawn.name}, {name}"))
        told = ", ".join(f"{count} {status}" for status, count in statuses.items())
        worst, cpu_worst = max(over), max(cpu_over)
        tally.note(
            f"{limit_s:g} s: {told}; beyond the limit at most {worst[0]:.2f} s on the clock "
            f"({worst[1]}), {cpu_worst[0]:.2f} s of the processor ({cpu_worst[1]})"
        )


def check_neutral(tally: Tally, _: int) -> None:
    """Ask with rules that bind nothing: value and gap are those without."""
    for drawn in [LargeDrawn(*size) for size in LARGE]:
        for limit_s in (0.5, 2.0, 20.0):
            with tally.asking(f"{drawn.name}, {limit_s:g} s"):
                free = drawn.plan("covering", time_limit_s=limit_s)
                ruled = drawn.neutral().plan("covering", time_limit_s=limit_s)
                tally.note(
                    f"{drawn.name}, {limit_s:g} s: {free.objective:,.0f}, gap {free.gap:.5%}; "
                    f"under the rules {ruled.objective:,.0f}, gap {ruled.gap:.5%}"
                )
                assert (ruled.objective, ruled.bound) == (free.objective, free.bound)


def check_tiers(tally: Tally, _: int) -> None:
    """Ask for tiers with little time: the first is never below that of the greedy plan."""
    for drawn in [LargeDrawn(*size) for size in LARGE]:
        greedy = drawn.plan("covering", method="greedy").objective
        for limit_s in SHORT_S:
            with tally.asking(f"{drawn.name}, {limit_s:g} s"):
                plan = drawn.plan("tiers", time_limit_s=limit_s)
                first = plan.levels["objective"].iloc[0]
                tally.note(f"{drawn.name}, {limit_s:g} s: {first:,.0f}, greedy {greedy:,.0f}")
                assert plan.levels["threshold_m"].tolist() == TIERS_M
                assert first >= greedy - 1e-6


def check_busy(tally: Tally, _: int) -> None:
    """Ask alone and beside busy processes: the sites are the same."""
    for drawn in [LargeDrawn(*size) for size in LARGE]:
        for limit_s in (0.5, 2.0, 5.0):
            with tally.asking(f"{drawn.name}, {limit_s:g} s"):
                alone = drawn.plan("covering", time_limit_s=limit_s)
                with busy_processes(BUSY_N):
                    beside = drawn.plan("covering", time_limit_s=limit_s)
                first, second = (set(plan.sites["candidate_id"]) for plan in (alone, beside))
                tally.note(
                    f"{drawn.name}, {limit_s:g} s: {alone.status}, {alone.objective:,.0f}; "
                    f"beside {BUSY_N} busy ones {beside.status}, {beside.objective:,.0f}, "
                    f"{len(first & second)} of {len(first)} sites the same"
                )
                assert first == second
                assert (alone.objective, alone.bound) == (beside.objective, beside.bound)


@contextlib.contextmanager
def busy_processes(number: int):
    """Keep so many processes busy."""
    context = multiprocessing.get_context("fork")
    runs = [context.Process(target=_spin, daemon=True) for _ in range(number)]
    for run in runs:
        run.start()
    try:
        yield
    finally:
        for run in runs:
            run.kill()
            run.join()


def _spin() -> None:
    """Count for ever."""
    while True:
        sum(range(10_000))


PARTS = {
    "brute": check_brute,
    "spopt": check_spopt,
    "short": check_short,
    "neutral": check_neutral,
    "tiers": check_tiers,
    "busy": check_busy,
}


def main() -> int:
    """Check the parts asked for."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--only", choices=PARTS, action="append")
    reader.add_argument("--districts", type=int, default=DISTRICTS_N)
    reader.add_argument("--notes", type=Path, help="file to which each part is added as it comes")
    reader.add_argument("--read", type=Path, help="write the section from a file of such parts")
    words = reader.parse_args()
    if words.read:
        write_checked(read_notes(words.read)["checked"])
        return 0
    told = {}
    for part in words.only or PARTS:
        tally = Tally(part)
        PARTS[part](tally, words.districts)
        told[part] = {"asked": tally.asked, "faults": tally.faults, "notes": tally.notes}
        keep_note(words.notes, "checked", part, told[part])
        print(f"{part}: {tally.asked} asked, {len(tally.faults)} failed", flush=True)
    if not words.only and words.districts >= DISTRICTS_N:
        write_checked(told)
    return int(any(one["faults"] for one in told.values()))


def write_checked(told: dict[str, Any]) -> None:
    """Write the section from what came of each part."""
    lines = ["## Siting: checked", "", "Run: `make check-siting`. Through `choose_sites`.", ""]
    for part, one in told.items():
        lines += [f"**{part}**: {one['asked']} asked, {len(one['faults'])} failed.", ""]
        lines += [*(f"* {note}" for note in one["notes"]), ""]
        lines += [*(f"* failed: {fault}" for fault in one["faults"]), ""] if one["faults"] else []
    write_section("siting checked", lines[:-1])


if __name__ == "__main__":
    sys.exit(main())
