"""The exact method: maximal covering solved by HiGHS on what presolve leaves."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.siting.solver.branch_and_bound import prove, shrink_under
from livelihood_map.siting.solver.feasibility import is_possible, nearest_choice
from livelihood_map.siting.solver.infeasibility import explain_clash
from livelihood_map.siting.solver.lagrangian import find_bound, rounding_slack
from livelihood_map.siting.solver.local_search import choose_greedily, improve_by_swaps
from livelihood_map.siting.solver.neighbourhood_search import search_widely
from livelihood_map.siting.solver.rows import RuleRows, forced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.siting.solver.cover_problem import BoolArray, CoverProblem, IntArray
    from livelihood_map.siting.solver.rows import Rule

log = logging.getLogger(__name__)

Status = Literal["optimal", "feasible", "time_limit"]
SWAP_STEPS: Final = 1_500_000
STEPS_PER_CANDIDATE: Final = 100
STEPS_PER_S: Final = 100_000
"""Swaps for each second of the time limit: with 2 to 3 microseconds each a quarter of it."""
LEAST_STEPS: Final = 5000
"""With fewer swaps than these the time is not even enough for the polish that follows them."""
QUICK_ROUNDS: Final = 30
"""Subgradient steps for a bound where no time is left."""
START_SHARE: Final = 0.3
"""Share of the time left for a first choice that keeps the rules."""
RESERVE: Final = 0.04
"""Share of the time limit kept back for steps that cannot be broken off."""


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
        ``optimal`` only when the bound proves it, that of `second` too.
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
        """Relative distance from the objective to the bound, 0 when proved."""
        return relative_gap(*sorted((float(self.objective), float(self.bound))))


def relative_gap(objective: float, bound: float) -> float:
    """Return how far the bound lies above the objective, relative to the objective.

    Parameters
    ----------
    objective, bound : float
        Covered weight and its upper bound, same unit.

    Raises
    ------
    ValueError
        When the bound lies below the objective: a mistake in the program.

    Examples
    --------
    >>> relative_gap(200.0, 201.0)
    0.005
    """
    if bound < objective:
        msg = f"bound {bound} below objective {objective}"
        raise ValueError(msg)
    if bound == objective:
        return 0.0
    return (bound - objective) / objective if objective > 0 else float("inf")


def close_bound(objective: int, bound: float, unit: int = 1) -> float:
    """Return the bound rounded down to the next value that can be, never below the objective.

    Parameters
    ----------
    objective : int
        Weight of a known choice.
    bound : float
        Upper bound as computed; :func:`rounding_slack` is allowed for rounding.
    unit : int
        Greatest common divisor of all weights: every choice covers a multiple of it.

    Raises
    ------
    OverflowError
        When the bound is not finite.

    Examples
    --------
    >>> close_bound(40, 49.9, unit=5)
    45.0
    """
    whole = int(np.floor((bound + rounding_slack(bound)) / unit)) * unit
    return float(max(objective, whole))


def solve_covering(
    problem: CoverProblem,
    site_n: int,
    *,
    rules: Sequence[Rule] = (),
    starts: Sequence[IntArray] = (),
    sound: IntArray | None = None,
    seed: int,
    time_limit_s: float,
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
        Known choices of `site_n` candidates.
    sound : int64 array, optional
        A choice that keeps the rules, where one is known.
    seed : int
        Seed of the swaps.
    time_limit_s : float
        Longest time, seconds.

    Raises
    ------
    ValueError
        When there are fewer candidates than sites.
    InfeasibleError
        When no choice keeps the rules, or none was found in time.
    """
    begun = _begin(problem, site_n, rules, seed, time_limit_s)
    begun.improve_freely([*starts, *([] if sound is None else [sound])], sound)
    while begun.go_on():
        pass
    return begun.answer()


@dataclass
class _Solving:
    """One question on its way to an answer: what is known, what is proved, which rules bind.

    Attributes
    ----------
    whole : CoverProblem
        The problem as asked.
    rest : CoverProblem
        The problem without the people that fixed sites cover.
    rules : sequence of Rule
        All rules.
    rows : RuleRows
        Their rows for the rest.
    fixed : int64 array
        Sites that are set.
    out : bool array
        Candidates that are set or barred.
    free_n : int
        Sites still to choose.
    seed : int
        Seed of all random steps.
    most_n : int
        Swaps of one annealing run.
    deadline : float
        ``time.monotonic()`` at which to stop.
    chosen : int64 array or None
        Best known choice for the rest that keeps all rules.
    bound : float
        No choice for the rest covers more; -inf when none keeps the rules.
    """

    whole: CoverProblem
    rest: CoverProblem
    rules: Sequence[Rule]
    rows: RuleRows
    fixed: IntArray
    out: BoolArray
    free_n: int
    seed: int
    most_n: int
    deadline: float
    chosen: IntArray | None = None
    bound: float = np.inf

    @property
    def objective(self) -> int:
        """Weight of the best known choice for the rest, -1 where none is known."""
        return -1 if self.chosen is None else self.rest.objective(self.chosen)

    @property
    def is_late(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() >= self.deadline

    def offer(self, chosen: IntArray) -> bool:
        """Return whether a choice keeps the rules, and take it where it is the best known.

        The rules that a better one breaks are active from here on.
        """
        if self.rest.objective(chosen) <= self.objective:
            return True
        broken = self.rows.broken_by(self.rest, chosen)
        self.rows = self.rows.activated(broken)
        if not len(broken):
            self.chosen = chosen
        return not len(broken)

    def improve_freely(self, starts: Sequence[IntArray], sound: IntArray | None) -> None:
        """Choose without the rules; where that breaks some, find a choice that keeps them."""
        known = [np.setdiff1d(start, self.fixed) for start in starts]
        known.append(choose_greedily(self.rest, self.free_n, banned=self.out))
        if sound is not None:
            self.offer(np.setdiff1d(sound, self.fixed))
        free = _improve(self.rest, known, self.out, self.seed, self.most_n)
        if self.offer(free):
            return
        if self.chosen is None:
            near = nearest_choice(
                self.whole,
                self.rules,
                np.concatenate([self.fixed, free]),
                time_limit_s=START_SHARE * (self.deadline - time.monotonic()),
            )
            if near is None:
                return
            self.offer(np.setdiff1d(near, self.fixed))
        if self.chosen is not None:
            starts = [self.chosen]
            self.offer(_improve(self.rest, starts, self.out, self.seed, self.most_n, self.rows))

    def go_on(self) -> bool:
        """Prove what is known with the rules that are active; return whether others came up."""
        if self.is_late:
            return False
        active_n = int(self.rows.is_active.sum())
        small, rows = shrink_under(self.rest, self.rows, self.out, self.free_n)
        small_n = min(self.free_n, small.problem.candidate_n)
        if not rows.is_binding:
            starts = [choose_greedily(small.problem, small_n)]
            better = _improve(small.problem, starts, None, self.seed, self.most_n)
            self.offer(self._filled(small.candidates[better]))
            if int(self.rows.is_active.sum()) > active_n:
                return True
        left = np.flatnonzero(np.isin(small.candidates, [] if self.chosen is None else self.chosen))
        proof = prove(
            small.problem,
            small_n,
            known=self.objective,
            seed=self.seed,
            deadline=self.deadline,
            search=search_widely,
            rows=rows,
            start=left.astype(np.int64) if rows.is_binding and len(left) == small_n else None,
        )
        if proof.chosen is not None:
            self.offer(self._filled(small.candidates[proof.chosen]))
        self.rows = self.rows.activated(proof.broken)
        self.bound = min(self.bound, proof.bound)
        return int(self.rows.is_active.sum()) > active_n and self.bound > self.objective

    def _filled(self, chosen: IntArray) -> IntArray:
        """Return a choice made up to the number of sites by the best that no rule tells apart."""
        banned = self.out | (self.rows.told_apart() if self.rows.is_binding else False)
        return choose_greedily(self.rest, self.free_n, fixed=chosen, banned=banned)

    def answer(self) -> Answer:
        """Return what was found, its bound rounded down to what can be.

        Raises
        ------
        InfeasibleError
            When no choice keeps the rules, or none was found in time.
        """
        if self.chosen is None:
            if self.bound == -np.inf or not is_possible(self.whole, self.rules):
                raise explain_clash(self.whole, self.rules)
            raise InfeasibleError("siting.no_plan_in_time")
        objective = self.objective
        if np.isinf(self.bound):
            self.bound = self._quick_bound()
        unit = max(1, int(np.gcd.reduce(self.rest.weights, initial=0)))
        bound = close_bound(objective, self.bound, unit)
        base = int(self.whole.weights[self.whole.counts(self.fixed) > 0].sum())
        sites = np.sort(np.concatenate([self.fixed, self.chosen])).astype(np.int64)
        status: Status = "optimal" if bound == objective else "time_limit"
        return Answer(sites, base + objective, base + bound, status)

    def _quick_bound(self) -> float:
        """Return the bound of a few multipliers, where there was no time for a proof."""
        return find_bound(
            self.rest,
            self.free_n,
            target=self.objective,
            round_n=QUICK_ROUNDS,
            banned=self.out,
        ).value


def _begin(
    problem: CoverProblem,
    site_n: int,
    rules: Sequence[Rule],
    seed: int,
    time_limit_s: float,
) -> _Solving:
    """Return the question with what is forced set and its rules as rows."""
    deadline = time.monotonic() + (1 - RESERVE) * time_limit_s
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
        most_n=round(STEPS_PER_S * time_limit_s),
        deadline=deadline,
    )


def _improve(
    problem: CoverProblem,
    starts: list[IntArray],
    banned: BoolArray | None,
    seed: int,
    most_n: int,
    rows: RuleRows | None = None,
) -> IntArray:
    """Return the best choice that annealed swaps, `most_n` at most, reach from any of the starts.

    None at all where the time is too short for the polish behind them.
    """
    step_n = min(SWAP_STEPS, STEPS_PER_CANDIDATE * problem.candidate_n, most_n)
    if step_n < LEAST_STEPS:
        return max(starts, key=problem.objective)
    tried = [
        improve_by_swaps(problem, start, seed=seed + turn, step_n=step_n, banned=banned, rows=rows)
        for turn, start in enumerate(starts)
    ]
    return max([*starts, *tried], key=problem.objective)
