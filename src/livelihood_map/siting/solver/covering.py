"""Maximal covering under rules, from a first choice to a proved one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.siting.solver.branch_and_bound import prove, shrink_under
from livelihood_map.siting.solver.constants import (
    LEAST_ROUNDS,
    ROUNDS,
    STEPS_PER_CANDIDATE,
    SWAP_SHARE,
    TRIAL_SHARE,
)
from livelihood_map.siting.solver.infeasibility import explain_clash
from livelihood_map.siting.solver.lagrangian import close_bound, find_bound
from livelihood_map.siting.solver.local_search import choose_greedily, improve_by_swaps
from livelihood_map.siting.solver.neighbourhood_search import search_widely
from livelihood_map.siting.solver.presolve import shrink
from livelihood_map.siting.solver.programmes import is_possible, nearest_choice
from livelihood_map.siting.solver.rows import RuleRows, forced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.budget import Budget
    from livelihood_map.siting.solver.cover_problem import BoolArray, CoverProblem, IntArray
    from livelihood_map.siting.solver.rows import Rule

Status = Literal["optimal", "feasible", "fair_open", "time_limit", "clock"]


@dataclass(frozen=True)
class Answer:
    """A choice with its proof.

    Attributes
    ----------
    chosen : int64 array
        Positions of the chosen candidates, ascending.
    objective : float
        Weight they cover, thousandths of a person; of models beside covering thousandths of their
        own figure.
    bound : float
        No choice covers more than this; of models that minimise, none has less.
    status : str
        ``optimal`` only when the bound proves it, that of `second` too; ``time_limit`` when the
        work allowed was done, ``clock`` when the clock stopped it before, so that it need not come
        out the same again; ``feasible`` from a method that proves nothing; ``fair_open`` where it
        is proved best under the share that each town is kept to, and that share is not.
    second : Answer or None
        What the choice covers, where several are equal in a model's own figure.
    """

    chosen: IntArray
    objective: float
    bound: float
    status: Status
    second: Answer | None = None

    @property
    def gap(self) -> float:
        """Distance of objective and bound relative to the smaller, 0 when proved."""
        low, high = sorted((float(self.objective), float(self.bound)))
        if low == high:
            return 0.0
        return (high - low) / low if low > 0 else float("inf")


def status_of(budget: Budget, *, is_proved: bool) -> Status:
    """Return the status of an answer that is proved, or that the budget ended."""
    if is_proved:
        return "optimal"
    return "clock" if budget.is_clocked else "time_limit"


def solve_covering(
    problem: CoverProblem,
    site_n: int,
    *,
    rules: Sequence[Rule] = (),
    starts: Sequence[IntArray] = (),
    seed: int,
    budget: Budget,
) -> Answer:
    r"""Return a best choice of sites that keeps every rule, with its proof.

    Maximal covering (Church & ReVelle 1974) with rules as rows,

    .. math::
        \max \sum_i w_i y_i \quad \text{s.t.} \quad y_i \le \sum_{j \ni i} x_j, \;
        \sum_j x_j = p, \; l \le A x + P y \le u, \; x_j \in \{0, 1\}, \; 0 \le y_i \le 1

    Rules that no good choice breaks are left out of relaxations until one does, so that a rule that
    does not bind costs nothing.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom; weight 0 where existing outlets cover. Rules on people are about its first
        demand points.
    site_n : int
        Number of sites p, fixed ones included.
    rules : sequence of Rule
        Rules beside the number of sites, which may stand among them.
    starts : sequence of int64 arrays
        Known choices of `site_n` candidates; those that keep the rules are incumbents.
    seed : int
        Seed of the swaps.
    budget : Budget
        Work that may be done.

    Raises
    ------
    ValueError
        When there are fewer candidates than sites.
    InfeasibleError
        When no choice keeps the rules, or none was found within the budget.
    """
    begun = _begin(problem, site_n, rules, seed, budget)
    begun.improve_freely(starts)
    while begun.go_on():
        pass  # a second turn is with the rules active
    return begun.answer()


@dataclass
class _Solving:
    """One question on its way to an answer: what is known, what is proved, which rules bind.

    `rest` is the problem without the people whom the `fixed` sites cover, of which `free_n` are
    still to be chosen among the candidates that are not `out`; `rows` are the rules for it,
    `chosen` the incumbent for it that keeps them all. No choice for it covers more than `bound`,
    which is -inf when none keeps the rules.
    """

    whole: CoverProblem
    rest: CoverProblem
    rules: Sequence[Rule]
    rows: RuleRows
    fixed: IntArray
    out: BoolArray
    free_n: int
    seed: int
    budget: Budget
    chosen: IntArray | None = None
    bound: float = np.inf

    @property
    def objective(self) -> int:
        """Weight of the incumbent, -1 where none is known."""
        return -1 if self.chosen is None else self.rest.objective(self.chosen)

    def offer(self, chosen: IntArray) -> bool:
        """Return whether a choice keeps the rules, and take it where it is the best known.

        Where a better one breaks a rule all rules are active from here on.
        """
        if self.rest.objective(chosen) <= self.objective:
            return True
        is_sound = not len(self.rows.broken_by(self.rest, chosen))
        if is_sound:
            self.chosen = chosen
        else:
            self.rows = self.rows.activated()
        return is_sound

    def improve_freely(self, starts: Sequence[IntArray]) -> None:
        """Choose without the rules; where that breaks some, find a choice that keeps them."""
        known = [np.setdiff1d(start, self.fixed) for start in starts]
        for start in known:
            if not len(self.rows.broken_by(self.rest, start)):
                self.offer(start)
        known.append(choose_greedily(self.rest, self.free_n, banned=self.out))
        free = improve_by_swaps(
            self.rest,
            max(known, key=self.rest.objective),
            seed=self.seed,
            step_n=STEPS_PER_CANDIDATE * self.rest.candidate_n,
            budget=self.budget.part(SWAP_SHARE),
            banned=self.out,
        )
        if not self.offer(free) and self.chosen is None:
            whole = np.concatenate([self.fixed, free])
            budget = self.budget.part(TRIAL_SHARE)
            near = nearest_choice(self.whole, self.rules, whole, budget)
            if near is not None:
                self.offer(np.setdiff1d(near, self.fixed))

    def go_on(self) -> bool:
        """Prove what is known with the rules that are active; return whether others came up."""
        if self.budget.is_over:
            return False
        was_binding = self.rows.is_binding
        small, rows = shrink_under(self.rest, self.rows, self.out, self.free_n)
        small_n = min(self.free_n, small.problem.candidate_n)
        proof = prove(
            small.problem,
            small_n,
            known=self.objective,
            seed=self.seed,
            budget=self.budget,
            search=search_widely,
            rows=rows,
            start=self._start(small.problem, small.candidates, small_n),
        )
        if proof.best is not None:
            self.offer(self._filled(small.candidates[proof.best]))
        if proof.is_broken:
            self.rows = self.rows.activated()
        self.bound = min(self.bound, proof.bound)
        return self.rows.is_binding > was_binding and self.bound > self.objective

    def _start(self, problem: CoverProblem, positions: IntArray, site_n: int) -> IntArray | None:
        """Return the incumbent as a choice of what presolve leaves, if it is one."""
        if self.chosen is None:
            return None
        left = np.flatnonzero(np.isin(positions, self.chosen)).astype(np.int64)
        if self.rows.is_binding:
            return left if len(left) == site_n else None
        return choose_greedily(problem, site_n, fixed=left[:site_n])

    def _filled(self, chosen: IntArray) -> IntArray:
        """Return a choice made up to the number of sites by the best that no rule tells apart."""
        banned = self.out | (self.rows.told_apart() if self.rows.is_binding else False)
        return choose_greedily(self.rest, self.free_n, fixed=chosen, banned=banned)

    def answer(self) -> Answer:
        """Return what was found, its bound rounded down to what can be.

        Raises
        ------
        InfeasibleError
            When no choice keeps the rules, or none was found within the budget.
        """
        if self.chosen is None:
            if self.bound == -np.inf or not is_possible(self.whole, self.rules, self.budget):
                raise explain_clash(self.whole, self.rules)
            raise InfeasibleError("siting.no_plan_in_time")
        objective = self.objective
        if np.isinf(self.bound):
            self.bound = find_bound(
                self.rest, self.free_n, target=objective, round_n=LEAST_ROUNDS, banned=self.out
            ).value
        unit = max(1, int(np.gcd.reduce(self.rest.weights, initial=0)))
        bound = close_bound(objective, self.bound, unit)
        base = int(self.whole.weights[self.whole.counts(self.fixed) > 0].sum())
        sites = np.sort(np.concatenate([self.fixed, self.chosen])).astype(np.int64)
        status = status_of(self.budget, is_proved=bound == objective)
        return Answer(sites, base + objective, base + bound, status)


def _begin(
    problem: CoverProblem, site_n: int, rules: Sequence[Rule], seed: int, budget: Budget
) -> _Solving:
    """Return the question with what is forced set and its rules as rows."""
    fixed, out = forced(rules, problem.candidate_n)
    out[fixed] = True
    open_n, free_n = int(np.count_nonzero(~out)), site_n - len(fixed)
    if open_n < free_n:
        msg = f"{free_n} sites asked of {open_n} candidates"
        raise ValueError(msg)
    is_covered = problem.counts(fixed) > 0
    return _Solving(
        whole=problem,
        rest=problem.without(is_covered),
        rules=rules,
        rows=RuleRows.of(problem, rules, site_n).settled(fixed, is_covered),
        fixed=fixed,
        out=out,
        free_n=free_n,
        seed=seed,
        budget=budget,
    )


def bound_choice(
    problem: CoverProblem, chosen: IntArray, rules: Sequence[Rule], budget: Budget
) -> Answer:
    """Return a choice that keeps the rules with a Lagrangian bound; optimal where the two meet."""
    begun = _begin(problem, len(chosen), rules, 0, budget)
    begun.chosen = np.setdiff1d(chosen, begun.fixed)
    small = shrink(begun.rest, banned=begun.out).problem
    found = find_bound(small, begun.free_n, target=begun.objective, round_n=ROUNDS)
    begun.bound = found.value
    answer = begun.answer()
    return answer if answer.status == "optimal" else replace(answer, status="feasible")
