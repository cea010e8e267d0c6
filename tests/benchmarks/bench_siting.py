"""Objective, bound, gap and time of the siting solver on published and generated instances.

Beside it plain HiGHS (the textbook programme, sparse, nothing done before), SCIP on the same
programme and spopt with CBC on the same instance in the same run. Every objective is recomputed
from the distances.
Run: ``make bench-siting``; ``--only PART`` (published, pmed, peers, overlap, district) takes parts,
``--case TEXT`` only instances whose name holds it, ``--limit S`` shortens every limit. With full
limits each part writes its section of the page docs/benchmarks.md. ``--notes FILE`` keeps every
line as it comes, so that parts can be run one after the other; ``--read FILE`` writes the sections
from such lines.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
import warnings
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse
from scipy.spatial import cKDTree
from section import keep_note, read_notes, write_section

from livelihood_map.core.budget import Budget
from livelihood_map.core.highs import IntegerProgramme
from livelihood_map.siting.solver.asked import Asked, walk_matrix
from livelihood_map.siting.solver.cover_problem import WEIGHT_SCALE, CoverProblem, build_problem
from livelihood_map.siting.solver.covering import solve_covering
from livelihood_map.siting.solver.local_search import choose_greedily
from livelihood_map.siting.solver.models import least_walk, total_walk

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
PUBLISHED = ROOT.parent / "shared" / "data" / "benchmarks"
EARTH_M = 6_378_100.0
"""Radius of the program with which the published values were found (Máximo et al. 2023)."""
MOST_GAP, MOST_S = 0.3, 60.0
"""Gap in hundredths and seconds asked of the instances that trials left open."""
NO_LIMIT = 1e9


HEAD = {
    "published": "Published instances of maximal covering",
    "pmed": "p-median, OR-Library",
    "peers": "Beside spopt with CBC and plain HiGHS",
    "overlap": "Twelve sizes and overlaps, no existing outlets, 83 sites",
    "district": "200 existing outlets, 83 new",
}


@dataclass(frozen=True)
class Row:
    """One line of the report; `promised` is what was asked of it, `is_met` whether it holds."""

    name: str
    solver: str
    objective: float
    bound: float
    seconds: float
    note: str = ""
    promised: str = ""
    is_met: bool = True

    @property
    def gap(self) -> float:
        """Return the distance to the bound in hundredths of the objective."""
        return (self.bound - self.objective) / self.objective * 100 if self.objective else 0.0

    @property
    def proof(self) -> str:
        """Return the gap in words."""
        return "proved" if self.gap == 0 else f"gap {self.gap:.3f} %"

    def text(self) -> str:
        """Return the line as it is printed."""
        return (
            f"{self.name:<44} {self.solver:<12} {self.objective:>13,.0f} {self.bound:>13,.0f} "
            f"{self.proof:<14} {self.seconds:>8.1f} s  {self.note}"
        )

    def cells(self) -> str:
        """Return the line as a row of a Markdown table."""
        met = ("yes" if self.is_met else "**no**") if self.promised else ""
        figures = f"{self.objective:,.0f} | {self.bound:,.0f} | {self.proof} | {self.seconds:.1f}"
        return (
            f"| {self.name} | {self.solver} | {figures} | {self.note} | {self.promised} | {met} |"
        )


@dataclass(frozen=True)
class Promise:
    """What was promised of an instance: a value, up to a share of it, and a bound."""

    value: int
    bound: float
    share: float = 0.0

    def is_met_by(self, row: Row) -> bool:
        """Return whether an answer is as good."""
        return row.objective >= (1.0 - self.share) * self.value and row.bound <= self.bound

    def text(self) -> str:
        """Return the promise in words."""
        within = f"within {self.share:.2%} of " if self.share else ""
        return f"{within}{self.value:,}, bound at most {self.bound:,.0f}"


def used_s() -> float:
    """Return the processor seconds that this process and those it waited for have taken."""
    return sum(os.times()[:4])


def judged(row: Row, promised: str, *, is_met: bool) -> Row:
    """Return the line with what was promised of it, and say so."""
    print(f"{'':<44} promised {promised}: {'met' if is_met else 'NOT met'}", flush=True)
    return replace(row, promised=promised, is_met=bool(is_met))


def write_part(part: str, rows: list[Row]) -> None:
    """Write the section of a part."""
    lines = [
        f"## Siting: {HEAD[part]}",
        "",
        f"Run: `make bench-siting`, part {part}; processor seconds.",
        "",
    ]
    lines += ["| instance | solver | objective | bound | gap | cpu s | | promised | met |"]
    lines += ["|---|---|--:|--:|--:|--:|---|---|---|", *(row.cells() for row in rows)]
    write_section(f"siting {part}", lines)


def say(row: Row) -> Row:
    """Print a line at once and return it."""
    print(row.text(), flush=True)
    return row


def ours(name: str, problem: CoverProblem, site_n: int, limit_s: float, note: str = "") -> Row:
    """Return our answer, its objective recomputed from the covering pairs."""
    started = used_s()
    answer = solve_covering(problem, site_n, seed=1, budget=Budget(limit_s))
    seconds = used_s() - started
    if len(set(answer.chosen.tolist())) != site_n:
        message = "the number of sites is wrong"
        raise AssertionError(message)
    reached = np.unique(np.concatenate([problem.covered_by(int(j)) for j in answer.chosen]))
    objective = int(problem.weights[reached].sum())
    if objective != answer.objective or (answer.status == "optimal") != (answer.gap == 0):
        message = "the answer is not what it claims"
        raise AssertionError(message)
    return say(Row(name, "ours", objective, answer.bound, seconds, note))


def plain_highs(name: str, problem: CoverProblem, site_n: int, limit_s: float) -> Row:
    """Return HiGHS's answer to the textbook programme."""
    started = used_s()
    programme = IntegerProgramme()
    sites = programme.add_columns(problem.candidate_n, is_whole=True)
    reached = programme.add_columns(problem.demand_n, gains=problem.weights)
    eye = sparse.eye_array(problem.demand_n)
    programme.add_rows({sites: problem.matrix(), reached: -eye}, lower=0.0)
    programme.add_rows({sites: np.ones((1, sites.count))}, lower=site_n, upper=site_n)
    answer = programme.maximise(Budget(limit_s), absolute_gap=0.999)
    bound = answer.objective if answer.status == "optimal" else answer.bound
    seconds = used_s() - started
    return say(Row(name, "plain HiGHS", answer.objective, bound, seconds))


def scip(name: str, problem: CoverProblem, site_n: int, limit_s: float) -> list[Row]:
    """Return SCIP's answer to the textbook programme; nothing where it is not installed."""
    if importlib.util.find_spec("pyscipopt") is None:
        print("SCIP is not here: install the dependency group bench", flush=True)
        return []
    from pyscipopt import Model, quicksum

    started = used_s()
    model = Model()
    model.hideOutput()
    model.setParam("timing/clocktype", 1)  # of the processor
    model.setParam("limits/time", min(limit_s, NO_LIMIT))
    model.setParam("limits/absgap", 0.999)
    sites = [model.addVar(vtype="B") for _ in range(problem.candidate_n)]
    reached = [model.addVar(ub=1.0, obj=float(weight)) for weight in problem.weights]
    model.setMaximize()
    for point, variable in enumerate(reached):
        near = problem.reach_idx[problem.reach_ptr[point] : problem.reach_ptr[point + 1]]
        model.addCons(variable <= quicksum(sites[j] for j in near))
    model.addCons(quicksum(sites) == site_n)
    model.optimize()
    objective = model.getObjVal() if model.getNSols() else 0.0
    bound = objective if model.getStatus() in {"optimal", "gaplimit"} else model.getDualbound()
    return [say(Row(name, "SCIP", objective, bound, used_s() - started))]


def spopt_cbc(name: str, walk_m: np.ndarray, weights: np.ndarray, site_n: int, reach: float) -> Row:
    """Return spopt's answer with CBC; its bound is its own word."""
    import pulp
    from spopt.locate import MCLP

    started = used_s()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MCLP.from_cost_matrix(walk_m, weights, reach, p_facilities=site_n)
        built = used_s() - started
        model = model.solve(pulp.PULP_CBC_CMD(msg=False))
    chosen = [j for j, variable in enumerate(model.fac_vars) if variable.value() > 0.5]
    objective = float(weights[(walk_m[:, chosen] <= reach).any(axis=1)].sum())
    seconds = used_s() - started
    return say(
        Row(name, "spopt + CBC", objective, objective, seconds, f"{built:.1f} s of it build")
    )


def beside(rows: list[Row], promised: dict[str, float]) -> list[Row]:
    """Return the lines, the others' with how much longer they took than we did."""
    own, *others = rows
    found = [own]
    for other in others:
        times = other.seconds / own.seconds
        note = f"{other.note}, {times:.1f} x our time".removeprefix(", ")
        print(f"{'':<44} {other.solver} / ours: {times:.1f} x", flush=True)
        row = replace(other, note=note)
        if other.solver in promised:
            bar = promised[other.solver]
            is_met = times >= bar and own.gap == 0 and own.objective >= other.objective
            row = judged(row, f"{bar:g} x, ours proved", is_met=is_met)
        found.append(row)
    return found


# ---- instances ----


def read_published(name: str, reach_m: float) -> CoverProblem:
    """Return a published instance: every point is demand and candidate, haversine distance."""
    lines = (PUBLISHED / "mclp" / f"{name}.txt").read_text().splitlines()
    middle = next(k for k, line in enumerate(lines) if line.startswith("DEMAND_SECTION"))
    start = next(k for k, line in enumerate(lines) if line.startswith("NODE_COORD"))
    table = np.array([line.split() for line in lines[start + 1 : middle]], dtype=np.float64)
    places = np.radians(table)
    weights = np.array([float(line) for line in lines[middle + 1 :] if line.strip().isdigit()])
    rows, columns = [], []
    for j, (lat, lon) in enumerate(places):
        half = np.sin((places[:, 0] - lat) / 2) ** 2
        half += np.cos(places[:, 0]) * np.cos(lat) * np.sin((places[:, 1] - lon) / 2) ** 2
        near = np.flatnonzero(2 * EARTH_M * np.arcsin(np.sqrt(half)) <= reach_m)
        rows.append(near)
        columns.append(np.full(len(near), j))
    return build_problem(
        np.concatenate(rows),
        np.concatenate(columns),
        weights.astype(np.int64),
        candidate_n=len(places),
    )


def draw_places(number: int, side_m: float, generator: np.random.Generator) -> np.ndarray:
    """Return places on a lattice of streets 50 m apart, three quarters of them in clusters."""
    centres = generator.uniform(0, side_m, (60, 2))
    spread = generator.uniform(0.01, 0.06, 60) * side_m
    which = generator.integers(0, 60, number)
    places = centres[which] + generator.normal(size=(number, 2)) * spread[which, None]
    is_loose = generator.random(number) < 0.25
    places[is_loose] = generator.uniform(0, side_m, (int(is_loose.sum()), 2))
    return np.round(np.clip(places, 0, side_m) / 50) * 50 + generator.uniform(0, 25, (number, 2))


def draw_problem(
    demand_n: int, candidate_n: int, reach_m: float, side_m: float, *, seed: int
) -> tuple[CoverProblem, np.ndarray, np.ndarray]:
    """Return an instance with walks along the lattice, and the two tables of places."""
    generator = np.random.default_rng(seed)
    homes = draw_places(demand_n, side_m, generator)
    spots = draw_places(candidate_n, side_m, generator)
    weights = generator.integers(20, 3000, demand_n)
    near = cKDTree(spots).query_ball_point(homes, reach_m, p=1.0, workers=1)
    sizes = [len(row) for row in near]
    columns = np.concatenate([np.array(row, dtype=np.int64) for row in near])
    problem = build_problem(
        np.repeat(np.arange(demand_n), sizes), columns, weights, candidate_n=candidate_n
    )
    return problem, homes, spots


def draw_to_share(
    demand_n: int, candidate_n: int, reach_m: float, site_n: int, share: float, *, seed: int = 5
) -> CoverProblem:
    """Return an instance so wide that a greedy choice reaches about the given share."""
    low, high = 2_000.0, 200_000.0
    for _ in range(9):
        middle = (low * high) ** 0.5
        problem, _, _ = draw_problem(demand_n, candidate_n, reach_m, middle, seed=seed)
        greedy = problem.objective(choose_greedily(problem, site_n)) / problem.weights.sum()
        low, high = (middle, high) if greedy > share else (low, middle)
    return problem


# ---- parts ----


def bench_published(asked: argparse.Namespace) -> Iterator[list[Row]]:
    """Published instances of maximal covering beside plain HiGHS and SCIP."""
    for name, site_n, reach_m, limit_s, promise in (
        ("NewYork", 50, 400, 60, Promise(1_153_640, 1_153_640)),
        ("NewYork", 60, 400, 60, None),
        ("NewYork", 70, 400, 60, None),
        ("NewYork", 80, 400, 60, None),
        ("NewYork", 90, 400, 60, None),
        ("NewYork", 100, 400, 300, Promise(1_574_256, 1_577_943, share=1e-4)),
        ("SanFrancisco", 50, 600, 300, Promise(617_592, 617_592 * 1.003)),
    ):
        title = f"{name} p={site_n}, {reach_m} m"
        if asked.case not in title:
            continue
        problem = read_published(name, reach_m)
        seconds = min(asked.limit, limit_s)
        row = ours(title, problem, site_n, seconds)
        if promise is not None:
            row = judged(row, promise.text(), is_met=promise.is_met_by(row))
        others_s = min(seconds, asked.others)
        others = []
        if others_s > 0:
            others = [plain_highs(title, problem, site_n, others_s)]
            others += scip(title, problem, site_n, others_s)
        yield beside([row, *others], {})


def bench_pmed(asked: argparse.Namespace) -> Iterator[list[Row]]:
    """p-median instances of the OR-Library."""
    optima = (("pmed1", 5819), ("pmed5", 1355), ("pmed10", 1255), ("pmed15", 1729))
    for name, known in optima:
        if asked.case not in name:
            continue
        table = np.load(PUBLISHED / "pmed" / f"{name}.npy", allow_pickle=False)
        site_n, lengths = int(table[0, 0]), table[1:]
        number = len(lengths)
        origin, goal = np.divmod(np.arange(number**2), number)
        walk_m = walk_matrix(origin, goal, lengths.ravel(), shape=(number, number))
        farthest = np.full(number, lengths.max() + 1)
        started = used_s()
        question = Asked(walk_m, np.ones(number), site_n, 1, Budget(min(asked.limit, 120)))
        answer = least_walk(question, farthest_m=farthest)
        seconds = used_s() - started
        total = total_walk(question, answer.chosen, farthest_m=farthest)
        row = say(Row(name, "ours", total, 2 * total - answer.bound / WEIGHT_SCALE, seconds))
        is_met = total == known and row.gap == 0
        yield [judged(row, f"{known:,}, proved", is_met=is_met)]


def bench_peers(asked: argparse.Namespace) -> Iterator[list[Row]]:
    """Side by side with spopt and CBC, with plain HiGHS and with SCIP, 83 sites."""
    for demand_n, candidate_n, promised in (
        (2000, 1000, {"spopt + CBC": 20.0}),
        (5000, 2000, {"spopt + CBC": 20.0, "plain HiGHS": 3.0}),
    ):
        name = f"{demand_n:,} x {candidate_n:,}, p=83, 800 m"
        if asked.case not in name:
            continue
        problem, homes, spots = draw_problem(demand_n, candidate_n, 800.0, 16_000.0, seed=3)
        lines = [ours(name, problem, 83, min(asked.limit, 120))]
        lines.append(plain_highs(name, problem, 83, min(asked.limit, 300)))
        lines += scip(name, problem, 83, min(asked.limit, 300))
        walk_m = np.abs(homes[:, None, :] - spots[None, :, :]).sum(axis=2)
        lines.append(spopt_cbc(name, walk_m, problem.weights, 83, 800.0))
        yield beside(lines, promised)


def bench_overlap(asked: argparse.Namespace) -> Iterator[list[Row]]:
    """Twelve sizes and overlaps, no existing outlets, 83 sites, 60 s."""
    for demand_n, candidate_n, reach_m, share, proved_s in (
        (3000, 5000, 400, 0.27, 0.7),
        (10_000, 5000, 400, 0.20, 1.0),
        (30_000, 20_000, 400, 0.18, 3.6),
        (30_000, 20_000, 800, 0.16, 2.3),
        (3000, 5000, 400, 0.62, 5.3),
        (10_000, 5000, 800, 0.51, 52),
        (10_000, 20_000, 800, 0.53, None),
        (30_000, 20_000, 1200, 0.30, None),
        (30_000, 20_000, 800, 0.49, None),
        (3000, 5000, 1200, 0.87, None),
        (10_000, 5000, 1200, 0.82, None),
        (10_000, 20_000, 1200, 0.84, None),
    ):
        name = f"{demand_n:,} x {candidate_n:,}, {reach_m} m, {share:.0%} reached"
        if asked.case not in name:
            continue
        problem = draw_to_share(demand_n, candidate_n, float(reach_m), 83, share)
        row = ours(name, problem, 83, min(asked.limit, 60), f"{problem.pair_n:,} pairs")
        if proved_s is None:
            is_met = row.gap <= MOST_GAP and row.seconds <= MOST_S
            yield [judged(row, f"gap at most {MOST_GAP:g} % in {MOST_S:g} s", is_met=is_met)]
        else:
            is_met = row.gap == 0 and row.seconds <= proved_s
            yield [judged(row, f"proved in {proved_s:g} s", is_met=is_met)]


def bench_district(asked: argparse.Namespace) -> Iterator[list[Row]]:
    """10,000 and 30,000 demand points with 200 existing outlets, 20,000 candidates, 83 new."""
    for demand_n in (10_000, 30_000):
        name = f"{demand_n:,} x 20,000, 1,200 m, 200 existing"
        if asked.case not in name:
            continue
        problem, homes, _ = draw_problem(demand_n, 20_000, 1200.0, 24_000.0, seed=7)
        old = draw_places(200, 24_000.0, np.random.default_rng(11))
        served = cKDTree(old).query(homes, p=1.0)[0] <= 1200.0
        left = problem.without(served)
        row = ours(name, left, 83, min(asked.limit, 60))
        yield [judged(row, "proved in 11 s", is_met=row.gap == 0 and row.seconds <= 11)]


PARTS = {
    "published": bench_published,
    "pmed": bench_pmed,
    "peers": bench_peers,
    "overlap": bench_overlap,
    "district": bench_district,
}


def main() -> int:
    """Run the parts asked for."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--only", choices=PARTS, action="append")
    reader.add_argument("--case", default="", help="only instances whose name holds this")
    reader.add_argument("--limit", type=float, default=NO_LIMIT, help="longest time of one run, s")
    reader.add_argument("--others", type=float, default=60.0, help="limit of the others, s; or 0")
    reader.add_argument("--notes", type=Path, help="file to which every line is added as it comes")
    reader.add_argument("--read", type=Path, help="write the sections from a file of such lines")
    words = reader.parse_args()
    if words.read:
        for part, found in read_notes(words.read).items():
            write_part(part, [Row(**row) for lines in found.values() for row in lines])
        return 0
    warm, _, _ = draw_problem(50, 20, 800.0, 3000.0, seed=1)
    solve_covering(warm, 3, seed=1, budget=Budget(60.0))  # compile first
    for part in words.only or PARTS:
        print(f"-- {part}", flush=True)
        if part in {"published", "pmed"} and not PUBLISHED.is_dir():
            print("the published instances are not here: expected ../shared/data/benchmarks")
            continue
        rows = []
        for lines in PARTS[part](words):
            rows += lines
            keep_note(words.notes, part, lines[0].name, [asdict(row) for row in lines])
        if words.limit >= NO_LIMIT and not words.case:
            write_part(part, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
