"""Maximal covering under the office's rules, by HiGHS."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

from livelihood_map.siting._highs import MipAnswer, maximise
from livelihood_map.siting._presolve import Presolved, shrink
from livelihood_map.siting._relaxation import cut_rows, tighten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.siting._problem import BoolArray, CoverProblem, FloatArray, IntArray
    from livelihood_map.siting.rules import Rule

HALF: Final = 0.5
CUT_SHARE: Final = 0.3
"""Share of the time that cuts on the relaxation may take."""
LARGEST_RELAXATION: Final = 2_500_000


@dataclass(frozen=True)
class Ruled:
    """What HiGHS says of the problem with rules.

    Attributes
    ----------
    status : str
        ``optimal``, ``infeasible`` or ``time_limit``.
    chosen : int64 array or None
        Positions of the chosen candidates; None when no choice is known.
    bound : float
        No choice that keeps the rules covers more, thousandths of a person.
    """

    status: str
    chosen: IntArray | None
    bound: float


@dataclass(frozen=True)
class Rows:
    """Rows over candidates and uncovered demand points."""

    matrix: sparse.csr_array
    lower: FloatArray
    upper: FloatArray


def solve_ruled(
    problem: CoverProblem,
    rules: Sequence[Rule],
    *,
    deadline: float,
    weights: IntArray | None = None,
    start: IntArray | None = None,
) -> Ruled:
    r"""Return the best choice that keeps every rule.

    The programme of maximal covering (Church & ReVelle 1974) with every rule as rows,

    .. math::
        \max \sum_i w_i (1 - z_i) \quad \text{s.t.} \quad z_i + \sum_{j \ni i} x_j \ge 1, \;
        l \le A x + P (1 - z) \le u, \; x \in \{0, 1\}

    tightened by the cuts of :mod:`livelihood_map.siting._relaxation`, which hold with rules too.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        All rules, the number of sites among them.
    deadline : float
        ``time.monotonic()`` at which to stop.
    weights : int64 array, optional
        Weights in the place of the problem's own.
    start : int64 array, optional
        A choice that keeps the rules.

    Raises
    ------
    SolverError
        When HiGHS refuses the model.
    """
    small = merge_demand(problem, rules)
    own = problem.weights if weights is None else weights
    gain = np.zeros(small.problem.demand_n, dtype=np.int64)
    is_left = small.demand_to >= 0
    np.add.at(gain, small.demand_to[is_left], own[is_left])
    rows = rule_rows(small, rules)
    cuts, root = _cuts(small, gain, rules, deadline)
    if cuts is not None:
        rows = Rows(
            sparse.vstack([rows.matrix, cuts.matrix]).tocsr(),
            np.concatenate([rows.lower, cuts.lower]),
            np.concatenate([rows.upper, cuts.upper]),
        )
    unit = max(1, int(np.gcd.reduce(gain, initial=0)))
    answer = _maximise(
        small, rows, gain / unit, time_limit_s=deadline - time.monotonic(), start=start
    )
    bound = min(float(gain.sum()) + answer.bound * unit, root)
    chosen = start
    if answer.values is not None:
        chosen = np.flatnonzero(answer.values[: problem.candidate_n] > HALF).astype(np.int64)
    return Ruled(answer.status, chosen, bound)


def is_possible(
    problem: CoverProblem, rules: Sequence[Rule], *, time_limit_s: float = 60.0
) -> bool:
    """Return whether any choice keeps the rules; True when HiGHS cannot tell in time.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        The rules.
    time_limit_s : float
        Seconds.

    Raises
    ------
    SolverError
        When HiGHS refuses the model.
    """
    small = merge_demand(_only_named(problem, rules), rules)
    rows = rule_rows(small, rules)
    nothing = np.zeros(small.problem.demand_n)
    return _maximise(small, rows, nothing, time_limit_s=time_limit_s).status != "infeasible"


def fairest_share(
    problem: CoverProblem,
    rules: Sequence[Rule],
    towns: Sequence[tuple[FloatArray, float, float]],
    *,
    deadline: float,
) -> tuple[float, bool, IntArray | None]:
    """Return the greatest share that every town can reach at once, its proof, and such a choice.

    The share is NaN when no choice keeps the rules, 0 when none was found in time.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        The rules.
    towns : sequence of (people, served, total)
        For each town the people of every demand point that new sites may reach, the people served
        already, and all its people.
    deadline : float
        ``time.monotonic()`` at which to stop.

    Raises
    ------
    SolverError
        When HiGHS refuses the model.
    """
    from livelihood_map.siting.rules import Rule

    fair = [
        Rule(
            rules[0].problem,
            sparse.csr_array((1, problem.candidate_n)),
            np.array([-served / total]),
            np.array([np.inf]),
            people=sparse.csr_array((people / total)[None, :]),
        )
        for people, served, total in towns
    ]
    every = [*rules, *fair]
    small = merge_demand(problem, every)
    rows = rule_rows(small, every)
    column = np.zeros((len(rows.lower), 1))
    column[len(rows.lower) - len(fair) :, 0] = -1.0
    wide = Rows(
        sparse.hstack([rows.matrix, sparse.csr_array(column)]).tocsr(), rows.lower, rows.upper
    )
    answer = _maximise(
        small,
        wide,
        np.zeros(small.problem.demand_n),
        time_limit_s=deadline - time.monotonic(),
        share_n=1,
    )
    if answer.status == "infeasible":
        return float("nan"), True, None
    if answer.values is None:
        return 0.0, False, None
    chosen = np.flatnonzero(answer.values[: problem.candidate_n] > HALF).astype(np.int64)
    reached = problem.counts(chosen) > 0
    share = min((served + people[reached].sum()) / total for people, served, total in towns)
    return float(share), answer.status == "optimal", chosen


def nearest_choice(
    problem: CoverProblem,
    rules: Sequence[Rule],
    chosen: IntArray,
    *,
    time_limit_s: float,
    start: IntArray | None = None,
) -> IntArray | None:
    """Return a choice that keeps the rules and most of the given sites; None when there is none.

    One site more might be kept. Of choices that keep equally many, one with much weight in its
    candidates is taken.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        The rules.
    chosen : int64 array
        Sites to keep where the rules allow.
    time_limit_s : float
        Seconds.
    start : int64 array, optional
        A choice that keeps the rules.

    Raises
    ------
    SolverError
        When HiGHS refuses the model.
    """
    small = merge_demand(_only_named(problem, rules), rules)
    weight = np.bincount(
        np.repeat(np.arange(problem.candidate_n), np.diff(problem.cover_ptr)),
        weights=problem.weights[problem.cover_idx],
        minlength=problem.candidate_n,
    )
    liking: FloatArray = 0.5 * weight.astype(np.float64) / max(1.0, float(weight.sum()))
    liking[chosen] += 1.0
    nothing = np.zeros(small.problem.demand_n)
    rows = rule_rows(small, rules)
    answer = _maximise(small, rows, nothing, time_limit_s=time_limit_s, liking=liking, start=start)
    if answer.values is None:
        return start
    return np.flatnonzero(answer.values[: problem.candidate_n] > HALF).astype(np.int64)


def _only_named(problem: CoverProblem, rules: Sequence[Rule]) -> CoverProblem:
    """Return the problem in which only the demand points weigh anything that a rule is about."""
    is_named = np.zeros(problem.demand_n, dtype=np.bool_)
    for rule in rules:
        if rule.people is not None:
            is_named[rule.people.indices] = True
    return problem.without(~is_named)


def merge_demand(problem: CoverProblem, rules: Sequence[Rule]) -> Presolved:
    """Return the problem with demand merged that no rule tells apart; all candidates stay.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        The rules.

    Raises
    ------
    ValueError
        When a rule is about more demand points than there are.
    """
    parts = [_padded(rule.people, problem.demand_n) for rule in rules if rule.people is not None]
    group = np.zeros(problem.demand_n, dtype=np.int64)
    if parts:
        signs = (sparse.vstack(parts) != 0).tocsc()
        for column in range(problem.demand_n):
            ends = signs.indptr[column : column + 2]
            group[column] = hash(tuple(signs.indices[ends[0] : ends[1]].tolist()))
    live = problem.without(np.zeros(problem.demand_n, dtype=np.bool_))
    return shrink(live, kept=np.ones(problem.candidate_n, dtype=np.bool_), demand_group=group)


def rule_rows(small: Presolved, rules: Sequence[Rule]) -> Rows:
    """Return the rules' rows, people turned from covered into uncovered points.

    Parameters
    ----------
    small : Presolved
        What :func:`merge_demand` makes of the problem.
    rules : sequence of Rule
        The rules.

    Raises
    ------
    ValueError
        When a rule is about more demand points than there are.
    """
    problem = small.problem
    is_left = np.flatnonzero(small.demand_to >= 0)
    gather = sparse.csr_array(
        (np.ones(len(is_left)), (is_left, small.demand_to[is_left])),
        shape=(len(small.demand_to), problem.demand_n),
    )
    blocks, lower, upper = [], [], []
    for rule in rules:
        rest = sparse.csr_array((len(rule.lower), problem.demand_n))
        moved = np.zeros(len(rule.lower))
        if rule.people is not None:
            rest = -(_padded(rule.people, len(small.demand_to)) @ gather)
            moved = np.asarray(rest.sum(axis=1)).ravel()
        blocks.append(sparse.hstack([rule.sites, rest]))
        lower.append(rule.lower + moved)
        upper.append(rule.upper + moved)
    return Rows(sparse.vstack(blocks).tocsr(), np.concatenate(lower), np.concatenate(upper))


def _padded(people: sparse.csr_array, demand_n: int) -> sparse.csr_array:
    """Return people rows with columns for all demand points; rules know the first ones."""
    return sparse.csr_array(
        (people.data, people.indices, people.indptr), shape=(people.shape[0], demand_n)
    )


def cover_rows(problem: CoverProblem, more_n: int) -> sparse.csr_array:
    """Return the rows that a demand point is uncovered or has a site, at least 1 each.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    more_n : int
        Columns without factors behind those of candidates and uncovered points.

    Raises
    ------
    ValueError
        When `more_n` is negative.
    """
    covers = problem.matrix()
    more = sparse.csr_array((problem.demand_n, more_n))
    return sparse.hstack([covers, sparse.eye_array(problem.demand_n), more]).tocsr()


def _cuts(
    small: Presolved, gain: IntArray, rules: Sequence[Rule], deadline: float
) -> tuple[Rows | None, float]:
    """Return odd-cover cuts that bind without the rules, and the bound there."""
    count = rules[0]
    site_n = int(count.upper[0])
    total = float(gain.sum())
    problem = small.problem.weighing(gain)
    if not 0 < problem.pair_n <= LARGEST_RELAXATION or site_n > problem.candidate_n:
        return None, total
    until = time.monotonic() + CUT_SHARE * (deadline - time.monotonic())
    relaxed = tighten(problem, site_n, target=0.0, deadline=until)
    if relaxed is None:
        return None, total
    if not len(relaxed.triples):
        return None, relaxed.bound
    number = len(relaxed.triples)
    where = (np.repeat(np.arange(number), 3), relaxed.triples.ravel())
    eyes = sparse.csr_array((np.ones(3 * number), where), shape=(number, problem.demand_n))
    matrix = sparse.hstack([cut_rows(problem, relaxed.triples), eyes]).tocsr()
    return Rows(matrix, np.full(number, 2.0), np.full(number, np.inf)), relaxed.bound


def _maximise(
    small: Presolved,
    rows: Rows,
    gain: FloatArray,
    *,
    time_limit_s: float,
    share_n: int = 0,
    liking: FloatArray | None = None,
    start: IntArray | None = None,
) -> MipAnswer:
    """Return HiGHS's answer; shares to be raised, where there are any, come last."""
    candidate_n, demand_n = small.problem.candidate_n, small.problem.demand_n
    base = cover_rows(small.problem, share_n)
    is_integer: BoolArray = np.arange(candidate_n + demand_n + share_n) < candidate_n
    taste = np.zeros(candidate_n) if liking is None else liking
    return maximise(
        np.concatenate([taste, -gain, np.ones(share_n)]),
        sparse.vstack([base, rows.matrix]).tocsc(),
        np.concatenate([np.ones(demand_n), rows.lower]),
        np.concatenate([np.full(demand_n, np.inf), rows.upper]),
        np.zeros(len(is_integer)),
        np.ones(len(is_integer)),
        is_integer,
        time_limit_s=time_limit_s,
        absolute_gap=1e-6 if share_n else 0.5 if liking is None else 1.0,
        start=None if start is None else _point(small.problem, start),
    )


def _point(problem: CoverProblem, chosen: IntArray) -> FloatArray:
    """Return a choice as values of candidates and uncovered points."""
    sites = np.zeros(problem.candidate_n)
    sites[chosen] = 1.0
    return np.concatenate([sites, (problem.counts(chosen) == 0).astype(np.float64)])
