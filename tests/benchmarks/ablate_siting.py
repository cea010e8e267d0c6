"""What each part of the siting engine earns: value, bound and processor seconds without it.

Three groups of questions: what the office asks of the demo district, published instances, and a
family drawn here (sizes, overlaps, weights, rules, seeds). Each answer comes from a process of its
own with one part switched off; see ``tests/support/siting_parts.py`` for the parts.
Run: ``make ablate``; ``--group``, ``--part``, ``--case`` and ``--limit`` take some of it,
``--notes FILE`` keeps every line as it comes. With all groups and parts the section of
docs/benchmarks.md is written.
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
    WEIGHT_SCALE,
    Problem,
    Rule,
    build_problem,
    choose_greedily,
    count_processor_seconds,
    line_n,
    solve_covering,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from siting_parts import CoverProblem

LIMITS_S = {"office": 20.0, "published": 20.0, "drawn": 10.0}
"""Processor seconds of one answer: few, so that a part can show what it earns."""
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
HELD_OUT = 12
"""Sites of a plan that are barred to make an earlier plan, to which ties are settled."""
HEAD = """## Siting: what each part earns

Run: `make ablate`. Each line is the engine without one part. Proved: of so many answers. Lost: how
far the values lie below the best that any line found, mean, in hundredths of a thousandth. Gap:
mean, in hundredths. S: processor seconds of all answers together; limits count these too. Office:
the demo district free, tiered, with every rule, tiered and fair under them, with and without
existing outlets, {office:g} s each. Published: NewYork 50, 70, 100 and SanFrancisco 50 sites,
{published:g} s each. Drawn: {drawn_n} questions, half of them under quotas, floors and a budget,
{drawn:g} s each. Lines: of source.""".splitlines()


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
        if name == "rules":
            yield Case("office", "rules, sites held of an earlier plan", held_answer(asked))


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
        loose = first.loc[first["host_kind"].isna(), "candidate_id"].tolist()[-HELD_OUT:]
        rules = replace(settings.rules, excluded=[*settings.rules.excluded, *loose])
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
    count_processor_seconds()
    PARTS[part].switch_off()
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


def cells(found: list[Found], best: dict[str, float]) -> str:
    """Return what a part's answers of one group come to."""
    there = [one for one in found if np.isfinite(one.value)]
    missing = f", {len(found) - len(there)} none" if len(there) < len(found) else ""
    if not there:
        return f"none of {len(found)} | – | – | –"
    proved = sum(one.status == "optimal" for one in there)
    lost = np.mean([(best[one.case] - one.value) / best[one.case] for one in there]) * 1e5
    gap = np.mean([one.gap for one in there])
    used = sum(one.cpu_s for one in there)
    return f"{proved} of {len(found)}{missing} | {lost:.1f} | {gap:.4f} | {used:.0f}"


def table(found: list[Found], groups: list[str]) -> list[str]:
    """Return the table by part and group."""
    best: dict[str, float] = defaultdict(float)
    for one in found:
        best[one.case] = max(best[one.case], one.value if np.isfinite(one.value) else 0.0)
    head = "".join(f" {group}: proved | lost | gap | s |" for group in groups)
    lines = [f"| without | lines |{head}", f"|---|--:|{'--:|' * 4 * len(groups)}"]
    for part in dict.fromkeys(one.part for one in found):
        each = [
            cells([one for one in found if one.part == part and one.group == group], best)
            for group in groups
        ]
        lines.append(f"| {part} | {line_n(PARTS[part]) or ''} | {' | '.join(each)} |")
    return lines


def is_asked(case: Case, part: str) -> bool:
    """Return whether a part can make a difference to a question."""
    is_held = case.name.endswith("earlier plan")
    return part == "nothing" or is_held == (part == "settling ties")


def main() -> int:
    """Measure the groups and parts asked for."""
    makers = {"office": office_cases, "published": published_cases, "drawn": drawn_cases}
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--group", choices=makers, action="append")
    reader.add_argument("--part", choices=PARTS, action="append")
    reader.add_argument("--case", default="", help="only cases whose name holds this")
    reader.add_argument("--limit", type=float, help="time limit of one answer, s")
    reader.add_argument("--notes", type=Path, help="file to which every line is added as it comes")
    words = reader.parse_args()
    groups = words.group or list(makers)
    found: list[Found] = []
    with tempfile.TemporaryDirectory() as folder:
        for group in groups:
            limit_s = words.limit or LIMITS_S[group]
            given = [Path(folder)] if group == "office" else []
            for case in makers[group](*given):
                for part in words.part or PARTS:
                    if words.case in case.name and is_asked(case, part):
                        found.append(measure(case, part, limit_s))
                        print(found[-1].text(), flush=True)
                        if words.notes:
                            with words.notes.open("a", encoding="utf-8") as notes:
                                print(found[-1].text(), file=notes)
    lines = table(found, groups)
    print(*lines, sep="\n")
    if not (words.group or words.part or words.limit or words.case):
        of_drawn = len({one.case for one in found if one.group == "drawn"})
        head = [line.format(**LIMITS_S, drawn_n=of_drawn) for line in HEAD]
        write_section("siting parts", [*head, "", *lines])
    return 0


if __name__ == "__main__":
    sys.exit(main())
