"""Why no plan can keep the rules, and what is the least that must give way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

from livelihood_map.core.budget import Budget
from livelihood_map.core.errors import InfeasibleError, Problem
from livelihood_map.core.highs import IntegerProgramme
from livelihood_map.siting.solver.constants import EXPLANATION_S
from livelihood_map.siting.solver.programmes import Stated, is_possible, merge_demand
from livelihood_map.siting.solver.rows import RuleRows

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from livelihood_map.core.highs import Columns, ProgrammeStatus
    from livelihood_map.siting.solver.cover_problem import CoverProblem, FloatArray, IntArray
    from livelihood_map.siting.solver.rows import Rule


WHOLE_GAP: Final = 0.999
"""Gap at which a whole number is settled."""


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


def yield_least(
    problem: CoverProblem,
    rules: Sequence[Rule],
    *,
    firm: Collection[int],
    by_degrees: bool,
    budget: Budget,
) -> tuple[ProgrammeStatus, IntArray | None]:
    r"""Return HiGHS's status, and a choice that keeps firm rules and takes least from others.

    .. math::
        \min \sum_r (t_r + s_r) \quad \text{s.t.} \quad
        l_r - M_r t_r - b_r s_r \le A_r x + P_r y \le u_r + M_r t_r + b_r s_r, \;
        t_r \in \{0, 1\}, \; 0 \le s_r \le 1

    with :math:`t_r = 1` for a rule that is dropped and, where they may give way by degrees,
    :math:`s_r` for the share of its own number :math:`b_r` by which a rule is relaxed in its own
    direction. It is infeasible when the firm rules, told by position, clash.
    """
    small = merge_demand(problem, rules)
    stated = Stated.of(small.problem)
    sites, missed, programme = stated.sites, stated.missed, stated.programme
    unit = np.array([own_number(rule) for rule in rules])
    loose = np.isin(np.arange(len(rules)), list(firm), invert=True)
    relaxed = loose & (unit > 0) & by_degrees
    drops = programme.add_columns(len(rules), gains=-1.0, upper=loose, is_whole=True)
    gives = programme.add_columns(len(rules), gains=-1.0, upper=relaxed)
    rows_of = [RuleRows.of(problem, [rule]).on(small).factors(sites, missed) for rule in rules]
    for side, sign in (("lower", 1.0), ("upper", -1.0)):
        for k, (factors, *ends) in enumerate(rows_of):
            scale = unit[k] if unit[k] > 0 else 1.0
            scaled = {block: sparse.csr_array(part / scale) for block, part in factors.items()}
            end = ends[side == "upper"] / scale
            room = np.maximum(sign * (end - _farthest(scaled, side)), 0.0) * loose[k]
            given = relaxed[k] and rules[k].slack != ("up" if side == "lower" else "down")
            scaled[drops] = _column(k, sign * room, len(rules))
            scaled[gives] = _column(k, np.full(len(end), sign * given), len(rules))
            real = np.isfinite(end)
            programme.add_rows(
                {block: part[real] for block, part in scaled.items()}, **{side: end[real]}
            )
    answer = programme.maximise(budget, absolute_gap=1e-6 if by_degrees else WHOLE_GAP)
    return answer.status, answer.chosen(sites)


def own_number(rule: Rule) -> float:
    """Return the number of a rule that can be relaxed, in the unit of its row; else 0."""
    if not rule.slack:
        return 0.0
    return float(str(rule.values["base"])) / rule.scale


def _farthest(factors: Mapping[Columns, sparse.csr_array], side: str) -> FloatArray:
    """Return the least or the most that rows over columns from 0 to 1 can come to."""
    ends = [part.minimum(0) if side == "lower" else part.maximum(0) for part in factors.values()]
    return np.asarray(sum(np.asarray(end.sum(axis=1)).ravel() for end in ends))


def _column(position: int, factors: FloatArray, column_n: int) -> sparse.csr_array:
    """Return rows that have a factor in one column alone."""
    where = (np.arange(len(factors)), np.full(len(factors), position))
    return sparse.csr_array((factors, where), shape=(len(factors), column_n))


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
    """
    budget = Budget(limit_s)
    taste, rows = _taste(rules), RuleRows.of(problem, rules)
    corrections: list[IntArray] = []
    picked: list[int] = []
    while not budget.is_over:
        # picked meets every correction known so far with the fewest rules
        status, tried = yield_least(problem, rules, firm=picked, by_degrees=False, budget=budget)
        if status == "infeasible":
            return Clash(picked, is_smallest=True)
        if tried is None:
            break
        broken = np.flatnonzero(rows.missed_by(problem, tried, len(rules)))
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
    """
    firm = [number for number, rule in enumerate(rules) if rule.is_given]
    budget = Budget(limit_s)
    status, found = yield_least(problem, rules, firm=firm, by_degrees=True, budget=budget)
    if found is None or status != "optimal":
        return []
    missed = RuleRows.of(problem, rules).missed_by(problem, found, len(rules))
    broken = np.flatnonzero(missed).tolist()
    parts = [_relaxation(rules[k], k, float(missed[k])) for k in broken]
    return sorted(parts, key=lambda part: (part.cost, part.rule))


def explain_clash(problem: CoverProblem, rules: Sequence[Rule]) -> InfeasibleError:
    """Return the error that names the fewest rules that clash and the cheapest way out."""
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


def _taste(rules: Sequence[Rule]) -> FloatArray:
    """Return the weight of each rule in a clash: 1 and a little, least for the simplest rules."""
    order = sorted(
        range(len(rules)), key=lambda k: (rules[k].people is not None, len(rules[k].lower), k)
    )
    taste = np.ones(len(rules))
    taste[order] += np.arange(len(rules)) / max(1, len(rules)) ** 2
    return taste


def _meet_all(corrections: Sequence[IntArray], taste: FloatArray) -> list[int]:
    """Return the fewest rules of which every correction holds one."""
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
