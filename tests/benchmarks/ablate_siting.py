"""What each part of the siting engine earns: value, bound and processor seconds without it.

Three groups of questions: what the office asks of the demo district, published instances, and a
family drawn here (sizes, overlaps, weights, rules, seeds). Each answer comes from a process of its
own with one part switched off; see ``tests/support/siting_parts.py`` for the parts.
Run: ``make ablate``; ``--group``, ``--part``, ``--case`` and ``--limit`` take some of it,
``--notes FILE`` keeps every line as it comes. With all groups and parts, or with
``--read FILE`` of such lines, the section of docs/benchmarks.md is written. With ``--varied`` it is
the engine's constants that are halved and doubled, which has a section of its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from bench_district import question_of, run_before
from bench_siting import PUBLISHED, draw_to_share, read_published
from scipy import sparse
from section import write_section

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from siting_parts import (
    PARTS,
    VARIED,
    WEIGHT_SCALE,
    Problem,
    Rule,
    build_problem,
    choose_greedily,
    line_n,
    solve_covering,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from siting_parts import CoverProblem, Part

LIMITS_S = {"office": 20.0, "published": 10.0, "drawn": 3.0}
"""Seconds of work for one answer, those of the published table."""
SLOWER = 20.0
"""Times its limit, and a minute more, that an answer may take on the clock before it is none."""
DRAWN = [
    # demand, candidates, reach in m, share that greed reaches, sites
    (2_000, 1_000, 400.0, 0.3, 40),
    (2_000, 1_000, 800.0, 0.6, 40),
    (3_000, 2_000, 800.0, 0.8, 60),
    (6_000, 4_000, 800.0, 0.5, 83),
]
SEEDS = (5, 6)
TIERS_M = [500.0, 400.0, 300.0]
FIELDS_N = 10
HALF = 0.5
HELD_OUT = 12
"""Sites of a plan that are barred to make an earlier plan, to which ties are settled."""
HEAD = """## Siting: what each part earns

Run: `make ablate`. Each line is the engine without one part, each column a question with its limit
in processor seconds: a busy machine changes little. Seconds alone: proved in so many. Otherwise how
far the value lies below the best that any line found, in hundredths of a thousandth, the gap, and
the seconds. Office: the demo district. Drawn: several sizes, overlaps, weights and seeds together,
under quotas, floors and a budget, and free: of how many proved, means, seconds of all. Lines: of
source that would go; – not measured.
""".splitlines()


VARIED_HEAD = """## Siting: what each constant is settled on

Run: `make ablate`, with `--varied`. Each line is the engine with one constant of
`siting/solver/constants.py` halved or doubled, given and drawn questions side by side; the figures
are those of the table of parts. The rates of work (names in `_S`) are measured, not settled; what
is compiled into a loop or settles no search is left out.
""".splitlines()


@dataclass(frozen=True)
class Case:
    """A question with the function that answers it: (value, bound, status) within a limit."""

    group: str
    name: str
    answer: Callable[[float], tuple[float, float, str]]


@dataclass(frozen=True)
class Found:
    """One answer with what it took."""

    group: str
    case: str
    part: str
    limit_s: float
    value: float = np.nan
    bound: float = np.nan
    status: str = "none"
    cpu_s: float = np.nan
    elapsed_s: float = np.nan
    note: str = ""

    @property
    def gap(self) -> float:
        """Return the distance to the bound in hundredths of the value."""
        return (self.bound - self.value) / self.value * 100 if self.value else np.nan

    def text(self) -> str:
        """Return the answer as a line of the notes."""
        return (
            f"| {self.group} | {self.case} | {self.part} | {self.limit_s:g} | {self.value:,.0f} "
            f"| {self.bound:,.0f} | {self.gap:.3f} | {self.status} | {self.cpu_s:.1f} "
            f"| {self.elapsed_s:.1f} | {self.note} |"
        )


# ---- questions ----


def office_cases(folder: Path) -> Iterator[Case]:
    """Return the office's questions about the demo district."""
    run_before(folder)
    for name, question, more in (
        ("free", "plain", {}),
        ("tiers", "plain", {"tiers_m": TIERS_M}),
        ("free, none existing", "bare", {}),
        ("rules", "rules", {}),
        ("rules, fair", "fair", {}),
        ("rules, tiers", "rules", {"tiers_m": TIERS_M}),
        ("rules, none existing", "bare_rules", {}),
    ):
        _, asked = question_of(folder, question)
        asked = replace(asked, settings=replace(asked.settings, phases=[], phase_lengths=[]))
        yield Case("office", name, office_answer(asked, more))
        if name == "free":
            yield Case("office", "free, sites held of an earlier plan", held_answer(asked))


def office_answer(asked: Any, more: dict[str, Any]) -> Callable[[float], tuple[float, float, str]]:
    """Return the function that answers one question of the office."""

    def answer(limit_s: float) -> tuple[float, float, str]:
        settings = replace(asked.settings, time_limit_s=limit_s, **more)
        plan = replace(asked, settings=settings).choose()
        return plan.objective, plan.bound, plan.status

    return answer


def held_answer(asked: Any) -> Callable[[float], tuple[float, float, str]]:
    """Return the function that tells how many sites of an earlier plan a new one holds."""

    def answer(limit_s: float) -> tuple[float, float, str]:
        settings = replace(asked.settings, time_limit_s=limit_s)
        now = replace(asked, settings=settings)
        first = now.choose().sites
        barred = first["candidate_id"].tolist()[:HELD_OUT]
        rules = replace(settings.rules, excluded=barred)
        earlier = replace(now, settings=replace(settings, rules=rules)).choose()
        known = frozenset(earlier.sites["candidate_id"])
        plan = replace(now, known=known).choose()
        held = len(known & set(plan.sites["candidate_id"]))
        return float(held), float(held), plan.status

    return answer


def published_cases() -> Iterator[Case]:
    """Return published instances of maximal covering, where they are there."""
    if not PUBLISHED.is_dir():
        print("the published instances are not here: expected ../shared/data/benchmarks")
        return
    for name, site_n, reach_m in (
        ("NewYork", 50, 400),
        ("NewYork", 70, 400),
        ("NewYork", 100, 400),
        ("SanFrancisco", 50, 600),
    ):
        problem = read_published(name, reach_m)
        yield Case("published", f"{name} p={site_n}", array_answer(problem, site_n, []))


def array_answer(
    problem: CoverProblem, site_n: int, rules: list[Rule]
) -> Callable[[float], tuple[float, float, str]]:
    """Return the function that answers a question in arrays."""

    def answer(limit_s: float) -> tuple[float, float, str]:
        found = solve_covering(problem, site_n, rules=rules, seed=1, time_limit_s=limit_s)
        return found.objective, found.bound, found.status

    return answer


def drawn_cases() -> Iterator[Case]:
    """Return the family: sizes, overlaps, three kinds of weights, seeds, with and without rules."""
    for demand_n, candidate_n, reach_m, share, site_n in DRAWN:
        for seed in SEEDS:
            problem = draw_to_share(demand_n, candidate_n, reach_m, site_n, share, seed=seed)
            generator = np.random.default_rng(seed)
            kinds = {
                "alike": np.ones(demand_n),
                "few": generator.integers(1, 20, demand_n),
                "skewed": generator.lognormal(5.0, 1.2, demand_n) + 1.0,
            }
            kind = list(kinds)[(demand_n // 1000 + seed) % len(kinds)]
            weighed = problem.weighing(np.rint(kinds[kind] * WEIGHT_SCALE).astype(np.int64))
            name = f"{demand_n:,} x {candidate_n:,}, {share:.0%}, {kind}, seed {seed}"
            yield Case("drawn", name, array_answer(weighed, site_n, []))
            rules = draw_rules(weighed, site_n, generator)
            yield Case("drawn", f"{name}, rules", array_answer(weighed, site_n, rules))


def draw_rules(problem: CoverProblem, site_n: int, generator: np.random.Generator) -> list[Rule]:
    """Return quotas of nine towns, a floor for each and a budget, all of which bind a little.

    Each town takes candidates and demand at random: towns that interlock are the harder case.
    """
    town_n = 9
    words = Problem("siting.rule_count", value=site_n)
    town = generator.integers(0, town_n, problem.candidate_n)
    member = sparse.csr_array(np.eye(town_n)[town].T)
    greedy = choose_greedily(problem, site_n)
    per_town = np.bincount(town[greedy], minlength=town_n)
    most = np.full(town_n, np.ceil(1.1 * site_n / town_n))
    least = np.minimum(per_town + 1.0, np.floor(0.8 * site_n / town_n))
    cost = generator.choice([1.0, 2.0, 4.0], problem.candidate_n)
    budget = 0.9 * float(cost[greedy].sum())
    home = generator.integers(0, town_n, problem.demand_n)
    weight = problem.weights / WEIGHT_SCALE
    people = sparse.csr_array(np.eye(town_n)[home].T * weight)
    reached = people @ (problem.counts(greedy) > 0).astype(np.float64)
    none = sparse.csr_array((town_n, problem.candidate_n))
    ends = np.full(town_n, np.inf)
    one = np.ones(1)
    return [
        Rule(
            words, sparse.csr_array(np.ones((1, problem.candidate_n))), site_n * one, site_n * one
        ),
        Rule(words, member, least, most),
        Rule(words, none, 0.9 * reached, ends, people=people),
        Rule(words, sparse.csr_array(cost[None, :]), -np.inf * one, budget * one),
    ]


# ---- runs ----


def warm_up() -> None:
    """Solve something small, so that what is compiled is compiled."""
    generator = np.random.default_rng(1)
    pairs = generator.integers(0, [[300], [80]], size=(2, 1500))
    problem = build_problem(*pairs, generator.integers(1, 50, 300), candidate_n=80)
    solve_covering(problem, 9, seed=1, time_limit_s=2.0)
    rules = draw_rules(problem, 9, generator)[:2]
    solve_covering(problem, 9, rules=rules, seed=1, time_limit_s=2.0)


def child(pipe: Any, case: Case, part: str, limit_s: float) -> None:
    """Answer one question without one part, and send what it took."""
    warm_up()
    (PARTS | VARIED)[part].switch_off()
    elapsed, used = time.perf_counter(), time.process_time()
    try:
        value, bound, status = case.answer(limit_s)
    except Exception as error:  # noqa: BLE001  (a part that nothing works without is a finding)
        pipe.send({"note": f"{type(error).__name__}: {error}"[:90]})
        return
    pipe.send(
        {
            "value": value,
            "bound": bound,
            "status": status,
            "cpu_s": time.process_time() - used,
            "elapsed_s": time.perf_counter() - elapsed,
        }
    )


def measure(case: Case, part: str, limit_s: float) -> Found:
    """Return one answer from a process of its own."""
    here, there = multiprocessing.get_context("fork").Pipe(duplex=False)
    run = multiprocessing.get_context("fork").Process(
        target=child, args=(there, case, part, limit_s)
    )
    run.start()
    there.close()
    told: dict[str, Any] = {"note": "no answer in time"}
    if here.poll(SLOWER * limit_s + 60.0):
        try:
            told = here.recv()
        except EOFError:
            told = {"note": "the process died"}
    else:
        run.kill()
    run.join()
    return Found(case.group, case.name, part, limit_s, **told)


def read_notes(path: Path) -> list[Found]:
    """Return the answers of a file of notes, the last of each question, part and limit."""
    found: dict[tuple[str, ...], Found] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().replace(",", "") for cell in line.strip("|").split(" | ")]
        if len(cells) < FIELDS_N or cells[0].strip() not in LIMITS_S:
            continue
        name, part = (cell.strip() for cell in line.split("|")[2:4])
        group, limit, value, bound, _, status, used, elapsed = (cells[0], *cells[3:10])
        figures = (float(limit), float(value), float(bound))
        one = Found(group, name, part, *figures, status, float(used), float(elapsed))
        found[group, name, part, limit] = one
    return list(found.values())


def cell_of(found: list[Found], best: dict[str, float]) -> str:
    """Return what a part's answers to one question, or to several alike, come to."""
    there = [one for one in found if np.isfinite(one.value)]
    if not there:
        return "no plan" if found else "–"
    used = sum(one.cpu_s for one in there)
    proved = sum(one.status == "optimal" for one in there)
    if proved == len(found):
        return f"{used:.1f} s"
    lost = np.mean([(best[one.case] - one.value) / best[one.case] for one in there]) * 1e5
    words = [f"{proved} of {len(found)}"] if len(found) > 1 else []
    words += [f"−{lost:.0f}"] if lost >= HALF else []
    gap = np.mean([one.gap for one in there])
    return ", ".join([*words, f"{gap:.3f} %", f"{used:.1f} s"])


def column_of(one: Found) -> str:
    """Return the column that an answer stands in: drawn questions are told together."""
    if one.group != "drawn":
        return f"{one.case}, {one.limit_s:g} s"
    return f"{'rules' if one.case.endswith('rules') else 'free'}, {one.limit_s:g} s"


def table(found: list[Found], group: str, parts: dict[str, Part]) -> list[str]:
    """Return the table of one group by part and question."""
    best: dict[str, float] = defaultdict(float)
    for one in found:
        best[one.case] = max(best[one.case], one.value if np.isfinite(one.value) else 0.0)
    own: dict[str, dict[str, list[Found]]] = {part: defaultdict(list) for part in parts}
    for one in found:
        if one.group == group and one.part in own and not one.case.endswith("earlier plan"):
            own[one.part][column_of(one)].append(one)
    columns = list(dict.fromkeys(name for part in own.values() for name in part))
    lines = [
        f"| {group}, without | lines | {' | '.join(columns)} |",
        f"|---|--:|{'--:|' * len(columns)}",
    ]
    for part, cells in own.items():
        if cells:
            each = " | ".join(cell_of(cells[column], best) for column in columns)
            lines.append(f"| {part} | {line_n(parts[part]) or ''} | {each} |")
    return lines


def held_lines(found: list[Found]) -> list[str]:
    """Return how many sites of an earlier plan are held with and without settling ties."""
    held = [one for one in found if one.case.endswith("earlier plan")]
    told = [f"{one.value:.0f} without {one.part}" for one in held]
    return [f"Sites held of an earlier plan: {', '.join(told)}.", ""] if told else []


def is_asked(case: Case, part: str) -> bool:
    """Return whether a part can make a difference to a question."""
    is_held = case.name.endswith("earlier plan")
    return part == "nothing" or (
        not is_held if part in VARIED else is_held == (part == "settling ties")
    )


def main() -> int:
    """Measure the groups and parts asked for."""
    makers = {"office": office_cases, "published": published_cases, "drawn": drawn_cases}
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--group", choices=makers, action="append")
    reader.add_argument("--part", choices=PARTS | VARIED, action="append")
    reader.add_argument("--varied", action="store_true", help="constants in place of parts")
    reader.add_argument("--case", default="", help="only cases whose name holds this")
    reader.add_argument("--limit", type=float, help="time limit of one answer, s")
    reader.add_argument("--notes", type=Path, help="file to which every line is added as it comes")
    reader.add_argument("--read", type=Path, help="write the section from a file of such lines")
    words = reader.parse_args()
    nothing = {"nothing": PARTS["nothing"]}
    parts = nothing | VARIED if words.varied else PARTS
    groups = words.group or list(makers)
    found: list[Found] = read_notes(words.read) if words.read else []
    with tempfile.TemporaryDirectory() as folder:
        for group in [] if words.read else groups:
            limit_s = words.limit or LIMITS_S[group]
            given = [Path(folder)] if group == "office" else []
            for case in makers[group](*given):
                for part in words.part or parts:
                    if words.case in case.name and is_asked(case, part):
                        found.append(measure(case, part, limit_s))
                        print(found[-1].text(), flush=True)
                        if words.notes:
                            with words.notes.open("a", encoding="utf-8") as notes:
                                print(found[-1].text(), file=notes)
    lines = [*(VARIED_HEAD if words.varied else HEAD), ""]
    for group in groups:
        lines += [*table(found, group, parts), ""]
    lines = [*lines, *held_lines(found)][:-1]
    print(*lines, sep="\n")
    if words.read or not (words.group or words.part or words.limit or words.case):
        write_section("siting constants" if words.varied else "siting parts", lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
