"""Maximal covering under rules: without them first, since the answer often keeps them anyway."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.siting._ruled import nearest_choice, solve_ruled
from livelihood_map.siting.conflicts import explain_clash
from livelihood_map.siting.exact import Answer, close_bound, solve_covering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.errors import Problem
    from livelihood_map.siting._problem import BoolArray, CoverProblem, IntArray
    from livelihood_map.siting.exact import Status
    from livelihood_map.siting.rules import Rule

FREE_SHARE: Final = 0.3
"""Share of the time for the problem without rules, whose answer often keeps them."""
AGAIN_SHARE: Final = 0.8
"""Share of what is left for it once more, where its answer keeps them and is not proved."""
START_SHARE: Final = 0.3
"""Share of what is left for a first choice that keeps the rules, near to that answer."""


def broken_rule(problem: CoverProblem, rules: Sequence[Rule], chosen: IntArray) -> Problem | None:
    """Return the first rule that a choice breaks, by the rules' rows; None when it keeps all.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        The rules.
    chosen : int64 array
        Positions of the chosen candidates.

    Raises
    ------
    IndexError
        When a position is not there.
    """
    sites = np.zeros(problem.candidate_n)
    sites[chosen] = 1.0
    reached = (problem.counts(chosen) > 0).astype(np.float64)
    return next((rule.problem for rule in rules if rule.missed_by(sites, reached)), None)


def keeps(problem: CoverProblem, rules: Sequence[Rule], chosen: IntArray) -> bool:
    """Return whether a choice keeps the rules, by their rows.

    Parameters
    ----------
    problem, rules, chosen
        As for :func:`broken_rule`.

    Raises
    ------
    IndexError
        When a position is not there.
    """
    return broken_rule(problem, rules, chosen) is None


def forced(rules: Sequence[Rule], candidate_n: int) -> tuple[IntArray, BoolArray]:
    """Return the candidates that single rules force in, and those that they force out.

    Parameters
    ----------
    rules : sequence of Rule
        The rules.
    candidate_n : int
        Number of candidates.

    Raises
    ------
    IndexError
        When a rule is about more candidates than there are.
    """
    fixed: set[int] = set()
    banned = np.zeros(candidate_n, dtype=np.bool_)
    for rule in rules:
        if rule.people is not None or len(rule.lower) != 1 or np.any(rule.sites.data < 0):
            continue
        if rule.lower[0] >= 1 and rule.sites.nnz == 1:
            fixed.add(int(rule.sites.indices[0]))
        if rule.upper[0] <= 0:
            banned[rule.sites.indices] = True
    return np.array(sorted(fixed), dtype=np.int64), banned


def is_plain(rules: Sequence[Rule]) -> bool:
    """Return whether the rules only fix and exclude candidates beside their number.

    Parameters
    ----------
    rules : sequence of Rule
        The rules, the number of sites first.
    """
    return all(
        rule.people is None
        and len(rule.lower) == 1
        and (rule.upper[0] <= 0 or (rule.lower[0] == 1 == rule.upper[0] and rule.sites.nnz == 1))
        for rule in rules[1:]
    )


def solve_best(
    problem: CoverProblem,
    rules: Sequence[Rule],
    site_n: int,
    *,
    starts: list[IntArray],
    seed: int,
    deadline: float,
    weights: IntArray | None = None,
    sound: IntArray | None = None,
) -> Answer:
    """Return the best choice that keeps every rule, with its proof.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom. Rules on people are about its first demand points.
    rules : sequence of Rule
        All rules, the number of sites first.
    site_n : int
        That number.
    starts : list of int64 arrays
        Known choices.
    seed : int
        Seed of all random steps.
    deadline : float
        ``time.monotonic()`` at which to stop.
    weights : int64 array, optional
        Weights in the place of the problem's own.
    sound : int64 array, optional
        A choice that keeps the rules, where one is known.

    Raises
    ------
    InfeasibleError
        When no choice keeps the rules, or none was found in time.
    """
    own = problem if weights is None else problem.weighing(weights)
    fixed, banned = forced(rules, problem.candidate_n)

    def cover(share: float, starts: list[IntArray]) -> Answer:
        left_s = deadline - time.monotonic()
        return solve_covering(
            own,
            site_n,
            fixed=fixed,
            banned=banned,
            starts=starts,
            seed=seed,
            time_limit_s=share * left_s,
        )

    if is_plain(rules):
        return cover(1.0, starts)
    free = cover(FREE_SHARE, starts)
    known = [] if sound is None else [sound]
    if keeps(problem, rules, free.chosen):
        if free.status == "optimal":
            return free
        known.append(free.chosen)
        free = _with_bound(cover(AGAIN_SHARE, [*starts, free.chosen]), free.bound)
        if keeps(problem, rules, free.chosen):
            return free
    best = max(known, key=own.objective, default=None)
    share_s = START_SHARE * (deadline - time.monotonic())
    near = nearest_choice(problem, rules, free.chosen, time_limit_s=share_s, start=best)
    if near is not None:
        best = max([near, *known], key=own.objective)
    return solve_rows(problem, rules, deadline, free.bound, weights, best)


def _with_bound(answer: Answer, bound: float) -> Answer:
    """Return an answer with another bound that holds as well, where it is lower."""
    least = max(float(answer.objective), min(answer.bound, bound))
    status: Status = "optimal" if least == answer.objective else answer.status
    return replace(answer, bound=least, status=status)


def solve_rows(
    problem: CoverProblem,
    rules: Sequence[Rule],
    deadline: float,
    ceiling: float,
    weights: IntArray | None = None,
    start: IntArray | None = None,
) -> Answer:
    """Return HiGHS's answer under the rules.

    Parameters
    ----------
    problem, rules, deadline, weights
        As for :func:`solve_best`.
    ceiling : float
        A bound known before, thousandths of a person.
    start : int64 array, optional
        A choice that keeps the rules; it stands when no better one is found in time.

    Raises
    ------
    InfeasibleError
        When no choice keeps the rules, or none was found in time.
    """
    ruled = solve_ruled(problem, rules, deadline=deadline, weights=weights, start=start)
    if ruled.status == "infeasible":
        raise explain_clash(problem, rules)
    if ruled.chosen is None:
        raise InfeasibleError("siting.no_plan_in_time")
    own = problem if weights is None else problem.weighing(weights)
    known = [ruled.chosen, *([] if start is None else [start])]
    chosen = max(known, key=own.objective)
    objective = own.objective(chosen)
    unit = max(1, int(np.gcd.reduce(own.weights, initial=0)))
    bound = close_bound(objective, min(ruled.bound, ceiling), unit)
    if ruled.status == "optimal" and bound - objective <= 0.5 * unit:
        bound = float(objective)
    status: Status = "optimal" if bound == objective else "time_limit"
    return Answer(np.sort(chosen), objective, bound, status)
