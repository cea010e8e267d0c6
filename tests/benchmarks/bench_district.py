"""The demo district's plan under every rule at once, with and without existing outlets.

The stages before siting run once; then each question is asked in a process of its own: seconds of
the choice, processor seconds and the largest memory of the process, walks and imports included.
Every plan is checked by the independent code of ``siting.verification`` before it is returned, and
its coverage is walked again from the sites by this benchmark. Run: ``make bench-district``.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
from section import tell_machine, write_section

if TYPE_CHECKING:
    from livelihood_map.core.settings import Settings
    from livelihood_map.pipeline.siting_question import Asked
    from livelihood_map.pipeline.workspace import Workspace
    from livelihood_map.siting import SitePlan

QUESTIONS = {
    "plain": "no rules",
    "rules": "every rule",
    "fair": "every rule, and fair between towns",
    "bare": "no rules, no existing outlets",
    "bare_rules": "every rule, no existing outlets",
}
SIDE_M = 400.0
HEAD = """## The demo district under every rule

Run: `make bench-district`. 83 new outlets. Every rule: quotas and a floor for every town, spacing
on foot to new and existing outlets, shares of hosts, a budget, candidates and a parcel fixed,
candidates and areas excluded, three weights of people, three phases (people times length). People
are walked again from the sites.

| question | candidates | newly covered | bound | gap | choice, s | process: cpu s, MB | phases |
|---|---|---|---|---|---|---|---|""".splitlines()


def settings_of(folder: Path, *, has_layers: bool) -> Settings:
    """Return the demo's settings, with parcels and exclusion areas where asked."""
    from livelihood_map.core.settings import load_settings

    settings = load_settings(folder / "livelihood.toml")
    if not has_layers:
        return settings
    layers = {"listed": "parcels.geojson", "excluded_areas": "areas.geojson"}
    return replace(settings, candidates=replace(settings.candidates, **layers))


def run_before(folder: Path) -> None:
    """Run the stages before siting, choose freely, bar that plan's first places, propose again."""
    from livelihood_map import pipeline

    pipeline.write_example(folder, is_demo=True)
    work = pipeline.run(settings_of(folder, has_layers=False), first="load", last="siting")
    first = work["sites"].sort_values("rank").head(2)
    areas = gpd.GeoDataFrame(
        {"name": ["河道蓝线", "公园绿地"]},
        geometry=list(first.geometry.buffer(SIDE_M / 2, cap_style="square")),
        crs=first.crs,
    )
    areas.to_crs("EPSG:4326").to_file(folder / "areas.geojson", driver="GeoJSON")
    usable = work["candidates"].query("not is_rejected")
    left = usable[~usable.intersects(areas.union_all())]
    parcel = left[~left["candidate_id"].isin(work["sites"]["candidate_id"])].head(1)
    parcels = gpd.GeoDataFrame(
        {"name": ["备选地块"], "listed_id": ["甲"], "is_fixed": [True]},
        geometry=list(parcel.geometry),
        crs=parcel.crs,
    )
    parcels.to_crs("EPSG:4326").to_file(folder / "parcels.geojson", driver="GeoJSON")
    pipeline.run(settings_of(folder, has_layers=True), first="candidates", last="candidates")


def rules_on(work: Workspace, question: str) -> Settings:
    """Return the settings with every kind of rule at work; floors that can be had."""
    from livelihood_map.core.settings import SitingRules

    usable = work["candidates"].query("not is_rejected and source == 'host'")
    hosts = usable[usable["host_kind"] == "convenience"]["candidate_id"].tolist()
    rules = SitingRules(
        town_min={"*": 2},
        town_max={"*": 14},
        town_floor_share={"*": 0.1 if question == "bare_rules" else 0.75},
        spacing_m=300.0,
        existing_spacing_m=150.0,
        spacing_by="walk",
        host_min_share={"convenience": 0.2, "wet_market": 0.02, "canteen": 0.01},
        host_max_share={"street": 0.5},
        fixed=hosts[:1],
        excluded=hosts[1:3],
        costs={"street": 3.0, "*": 1.0},
        budget=180.0,
    )
    siting = replace(
        work.settings.siting,
        rules=rules,
        weights={"population": 1.0, "workers": 1.0, "elderly_n": 0.5},
        phases=[20, 30, 33],
        phase_lengths=[6.0, 3.0, 3.0],
        is_fair=question == "fair",
    )
    return replace(work.settings, siting=siting)


def question_of(folder: Path, question: str) -> tuple[Workspace, Asked]:
    """Return the workspace of a question, and what its siting stage asks."""
    from livelihood_map.pipeline import open_workspace
    from livelihood_map.pipeline.site_selection import prepare

    work = open_workspace(settings_of(folder, has_layers=True))
    if question not in {"plain", "bare"}:
        work = replace(work, settings=rules_on(work, question))
    asked = prepare(work)
    if question.startswith("bare"):
        none = asked.coverage.assign(walk_m=np.nan)
        existing = asked.facilities.iloc[:0]
        asked = replace(
            asked, coverage=none, facilities=existing, existing_walks=asked.existing_walks.iloc[:0]
        )
    return work, asked


def ask(folder: Path, question: str) -> dict[str, Any]:
    """Return what one question gives: the plan's claims and the seconds of the choice."""
    work, asked = question_of(folder, question)
    started = time.perf_counter()
    plan = asked.choose()
    seconds = time.perf_counter() - started
    recount(work, asked, plan)
    found = {
        "objective": plan.objective,
        "bound": plan.bound,
        "gap": plan.gap,
        "status": plan.status,
        "seconds": seconds,
        "candidates": int((~asked.candidates["is_rejected"]).sum()),
    }
    if plan.phasing is not None:
        found["phases"] = f"{plan.phasing.status}, {plan.phasing.objective:,.0f}"
    return found


def recount(work: Workspace, asked: Asked, plan: SitePlan) -> None:
    """Refuse a plan whose people are not those that walk to its sites within the threshold."""
    from livelihood_map.network import measure_walks
    from livelihood_map.pipeline.walking import join_places

    places = plan.sites[["candidate_id", "geometry"]]
    joins = join_places(work, places, id_column="candidate_id")
    walks = measure_walks(work.network, work["joins"], joins, cutoff_m=asked.threshold_m)
    rows = asked.coverage.query("kind == 'breakfast' and walker == @asked.walker")
    old = set(rows.loc[rows["walk_m"] <= asked.threshold_m, "demand_id"])
    new = asked.demand[asked.demand["demand_id"].isin(set(walks["origin_id"]) - old)]
    people = sum((new[group] * weight).sum() for group, weight in asked.settings.weights.items())
    if abs(people - plan.objective) > 0.5:
        message = f"walked again {people}, claimed {plan.objective}"
        raise AssertionError(message)


def measure(folder: Path, question: str) -> dict[str, Any]:
    """Return a question's figures from a process of its own."""
    words = [sys.executable, __file__, str(folder), question]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> int:
    """Measure all questions, print them and write the section; or do one and print JSON."""
    if len(sys.argv) > 1:
        found = ask(Path(sys.argv[1]), sys.argv[2])
        used = resource.getrusage(resource.RUSAGE_SELF)
        found |= {"cpu_s": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}
        print(json.dumps(found))
        return 0
    lines = [*HEAD]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run_before(folder)
        for question, words in QUESTIONS.items():
            found = measure(folder, question)
            words_of = {"optimal": "proved", "fair_open": "proved; the fair share is not"}
            gap = words_of.get(found["status"], f"{found['gap']:.3%}")
            lines.append(
                f"| {words} | {found['candidates']:,} | {found['objective']:,.0f} "
                f"| {found['bound']:,.0f} | {gap} | {found['seconds']:.1f} "
                f"| {found['cpu_s']:.1f}, {found['peak_mb']:.0f} | {found.get('phases', '–')} |"
            )
            print(lines[-1], flush=True)
    write_section("district", [*lines, "", tell_machine()])
    return 0


if __name__ == "__main__":
    sys.exit(main())
