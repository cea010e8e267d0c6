"""Why no plan can keep the rules, and what is the least that must give way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from livelihood_map.core.budget import Budget
from livelihood_map.core.errors import InfeasibleError, Problem
from livelihood_map.core.highs import IntegerProgramme
from livelihood_map.siting.solver.constants import EXPLANATION_S, SIMPLE_FIRST
from livelihood_map.siting.solver.elastic_constraints import yield_least
from livelihood_map.siting.solver.programmes import is_possible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.siting.solver.cover_problem import CoverProblem, FloatArray, IntArray
    from livelihood_map.siting.solver.rows import Rule


@dataclass(frozen=True)
class Clash:
    """Rules that no plan can keep together.

    Attributes
    ----------
    rules : list of int
        Positions of the rules, ascending; none can be left out. Empty when all can be kept.
    is_smallest : bool
        Whether it is proved that no fewer rules clash.
    """

    rules: list[int]
    is_smallest: bool


@dataclass(frozen=True)
class Relaxation:
    """One rule's part in making the rules possible.

    Attributes
    ----------
    rule : int
        Position of the rule that gives way.
    cost : float
        The change relative to the rule's own number, at most 1; 1 when it is dropped.
    problem : Problem
        The relaxation in words.
    """

    rule: int
    cost: float
    problem: Problem


def find_clash(
    problem: CoverProblem, rules: Sequence[Rule], *, limit_s: float = EXPLANATION_S
) -> Clash:
    """Return the fewest rules that clash; of equally few, those on counts and single candidates.

    By the duality of clashes and corrections (Reiter 1987; Ignatiev, Previti, Liffiton &
    Marques-Silva 2015): every clash holds a rule of every set of rules whose removal makes the rest
    possible. The smallest choice of rules that meets all such sets known so far either clashes,
    which proves it smallest, or shows one more set. When the time is over, a clash of which none
    can be left out is returned, found by leaving out one rule after the other (Chinneck & Dravnieks
    1991).

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        All rules.
    limit_s : float
        Seconds of work for the proof that no fewer rules clash.

    Raises
    ------
    SolverError
        When HiGHS refuses a model.
    """
    budget = Budget(limit_s)
    taste = _taste(rules)
    corrections: list[IntArray] = []
    picked: list[int] = []
    while not budget.is_over:
        # picked meets every correction known so far with the fewest rules
        tried = yield_least(problem, rules, firm=picked, by_degrees=False, budget=budget)
        if tried.status == "infeasible":
            return Clash(picked, is_smallest=True)
        if tried.chosen is None:
            break
        broken = np.flatnonzero(_missed(problem, rules, tried.chosen))
        broken = np.setdiff1d(broken, picked).astype(np.int64)
        if not len(broken):
            return Clash([], is_smallest=True)
        corrections.append(broken)
        picked = _meet_all(corrections, taste)
    return Clash(_leave_out(problem, rules, taste), is_smallest=False)


def find_relaxations(
    problem: CoverProblem, rules: Sequence[Rule], *, limit_s: float = EXPLANATION_S
) -> list[Relaxation]:
    """Return the cheapest change that lets all rules be kept, one part a rule, cheapest first.

    The cost of a change is the sum over the rules of how far each moves relative to its own number,
    at most 1; a rule that is dropped costs 1. What the candidates table excludes stays excluded.
    Empty when nothing has to change, or when no change was proved cheapest in time.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        All rules.
    limit_s : float
        Seconds of work.

    Raises
    ------
    SolverError
        When HiGHS refuses a model.
    """
    firm = [number for number, rule in enumerate(rules) if rule.is_given]
    found = yield_least(problem, rules, firm=firm, by_degrees=True, budget=Budget(limit_s))
    if found.chosen is None or found.status != "optimal":
        return []
    missed = _missed(problem, rules, found.chosen)
    broken = np.flatnonzero(missed).tolist()
    parts = [_relaxation(rules[k], k, float(missed[k])) for k in broken]
    return sorted(parts, key=lambda part: (part.cost, part.rule))


def explain_clash(problem: CoverProblem, rules: Sequence[Rule]) -> InfeasibleError:
    """Return the error that names the fewest rules that clash and the cheapest way out.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        Rules that no plan can keep together.
    """
    clash = find_clash(problem, rules)
    is_told = clash.is_smallest and bool(clash.rules)
    named = clash.rules or list(range(len(rules)))  # where the work did not last to tell
    ways = [part.problem for part in find_relaxations(problem, rules)]
    return InfeasibleError(
        "siting.impossible" if is_told else "siting.impossible_perhaps_fewer",
        problems=[rules[k].problem for k in named],
        count=len(named),
        remedy=reduce(_both, ways) if ways else Problem("siting.relax_unknown"),
    )


def _both(first: Problem, second: Problem) -> Problem:
    """Return two relaxations as one."""
    return Problem("siting.relax_both", first=first, second=second)


def _missed(problem: CoverProblem, rules: Sequence[Rule], chosen: IntArray) -> FloatArray:
    """Return how far a choice lies above or below what each rule allows."""
    sites = np.zeros(problem.candidate_n)
    sites[chosen] = 1.0
    reached = (problem.counts(chosen) > 0).astype(np.float64)
    return np.array([rule.missed_by(sites, reached) for rule in rules])


def _taste(rules: Sequence[Rule]) -> FloatArray:
    """Return the weight of each rule in a clash: 1 and a little, least for the simplest rules."""
    order = sorted(
        range(len(rules)), key=lambda k: (rules[k].people is not None, len(rules[k].lower), k)
    )
    taste = np.ones(len(rules))
    taste[order] += SIMPLE_FIRST * np.arange(len(rules)) / max(1, len(rules)) ** 2
    return taste


def _meet_all(corrections: Sequence[IntArray], taste: FloatArray) -> list[int]:
    """Return the fewest rules of which every correction holds one."""
    from scipy import sparse

    rows = np.repeat(np.arange(len(corrections)), [len(one) for one in corrections])
    meets = sparse.csc_array(
        (np.ones(len(rows)), (rows, np.concatenate(corrections))),
        shape=(len(corrections), len(taste)),
    )
    programme = IntegerProgramme()
    picked = programme.add_columns(len(taste), gains=-taste, is_whole=True)
    programme.add_rows({picked: meets}, lower=1.0)
    chosen = programme.maximise(Budget(EXPLANATION_S)).chosen(picked)
    assert chosen is not None  # noqa: S101  (all rules together meet everything)
    return [int(position) for position in chosen]


def _leave_out(problem: CoverProblem, rules: Sequence[Rule], taste: FloatArray) -> list[int]:
    """Return rules that clash, none of which can be left out; empty when all can be kept.

    What cannot be told within the work allowed counts as possible, so that what is named clashes.
    """
    budget = Budget(EXPLANATION_S)
    if is_possible(problem, rules, budget):
        return []
    kept = list(range(len(rules)))
    for position in np.argsort(-taste, kind="stable").tolist():
        # the rules kept clash
        fewer = [k for k in kept if k != position]
        if fewer and not is_possible(problem, [rules[k] for k in fewer], budget):
            kept = fewer
    return kept


def _relaxation(rule: Rule, position: int, missed: float) -> Relaxation:
    """Return one rule's relaxation by what a choice misses it."""
    if not rule.slack:
        return Relaxation(position, 1.0, Problem("siting.relax_drop", rule=rule.problem))
    base = float(str(rule.values["base"]))
    words = {**rule.values, "value": _number(rule, base + missed * rule.scale)}
    cost = min(1.0, abs(missed) * rule.scale / base) if base > 0 else 1.0
    return Relaxation(position, cost, Problem(rule.relaxed_key, **words))


def _number(rule: Rule, value: float) -> str:
    """Return a relaxed number as the rule writes it, rounded so that it suffices."""
    if rule.people is not None:
        return f"{np.floor(max(value, 0.0) * 1000) / 1000:.1%}"
    if rule.slack != "up":
        return f"{np.floor(value + 1e-6):,.0f}"
    return f"{np.ceil(value - 1e-6):,.0f}"
