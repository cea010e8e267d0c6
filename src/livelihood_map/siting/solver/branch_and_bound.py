"""From a good choice to a proved one: bounds, fixing, cuts, branching."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from livelihood_map.core.faults import SolverError
from livelihood_map.siting.solver.constants import (
    CUT_PACE,
    ENOUGH_FIXED,
    FAR_GAP,
    LONG_ROUNDS,
    PROOF_SHARE,
    ROUNDS,
    SEARCHED_PAIRS,
    SWAP_SHARE,
)
from livelihood_map.siting.solver.lagrangian import rounding_slack
from livelihood_map.siting.solver.local_search import choose_greedily, improve_by_swaps
from livelihood_map.siting.solver.presolve import shrink
from livelihood_map.siting.solver.programmes import Stated
from livelihood_map.siting.solver.relaxation import Relaxed, price, tighten
from livelihood_map.siting.solver.rows import RuleRows

if TYPE_CHECKING:
    from collections.abc import Callable

    from livelihood_map.core.budget import Budget
    from livelihood_map.siting.solver.cover_problem import (
        BoolArray,
        CoverProblem,
        IndexArray,
        IntArray,
    )
    from livelihood_map.siting.solver.presolve import Presolved

    Search: TypeAlias = Callable[["Proving", Budget, float], None]
    """Offers good choices until its work is done or the best lies a share below the bound."""


@dataclass
class Proving:
    """A shrinking problem: sites set, candidates left, the way back to the first problem.

    What the choices of the present problem cover, more `base`, is what they cover with the sites
    `taken`. No choice of the first problem covers more than `bound`, which is -inf when none keeps
    the active rules. `known` is the incumbent's weight, `best` the incumbent where it is found;
    `is_broken` says that a better one breaks rules that are not active;
    `triples` are the cuts that bind, `is_void` says that fewer candidates are left than sites.
    """

    problem: CoverProblem
    site_n: int
    rows: RuleRows
    known: int
    seed: int
    budget: Budget
    positions: IntArray = field(init=False)
    unit: int = field(init=False)
    taken: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    triples: IndexArray = field(default_factory=lambda: np.empty((0, 3), dtype=np.int32))
    base: int = 0
    bound: float = np.inf
    best: IntArray | None = None
    is_broken: bool = False
    is_void: bool = False

    def __post_init__(self) -> None:
        self.positions = np.arange(self.problem.candidate_n)
        self.unit = max(1, int(np.gcd.reduce(self.problem.weights, initial=0)))

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to choose for the weight's sake."""
        return self.is_void or self.site_n == 0 or self.problem.demand_n == 0

    @property
    def target(self) -> int:
        """Weight that a choice of the present problem must beat."""
        return self.known - self.base

    def offer(self, chosen: IntArray) -> None:
        """Take a choice of the present problem when it beats the incumbent and keeps all rules.

        Where a better one breaks a rule, that is noted.
        """
        value = self.base + self.problem.objective(chosen)
        if value <= self.known:
            return
        if len(self.rows.broken_by(self.problem, chosen)):
            self.is_broken = True
            return
        self.known = value
        self.best = np.concatenate([self.taken, self.positions[chosen]])

    def held(self) -> IntArray | None:
        """Return the incumbent as a choice of the present problem, if fixing left all its sites."""
        if self.best is None:
            return None
        left = np.flatnonzero(np.isin(self.positions, self.best)).astype(np.int64)
        is_whole = len(left) == self.site_n and np.isin(self.taken, self.best).all()
        return left if is_whole else None

    def round_off(self, relaxed: Relaxed) -> None:
        """Offer the sites that a relaxation opens most, after polishing; not under rules."""
        if self.rows.is_binding:
            return
        start = np.argsort(-relaxed.opened, kind="stable")[: self.site_n].astype(np.int64)
        budget = self.budget.part(SWAP_SHARE)
        self.offer(improve_by_swaps(self.problem, start, seed=self.seed, step_n=0, budget=budget))

    def lower(self, bound: float) -> None:
        """Note that no choice of the present problem covers more, nor less than the incumbent."""
        self.bound = min(self.bound, self.base + bound)
        if self.known >= 0:
            self.bound = max(self.bound, float(self.known))

    @property
    def is_closed(self) -> bool:
        """Whether the bound leaves no room above the incumbent."""
        slack = rounding_slack(self.bound) if np.isfinite(self.bound) else 0.0
        return self.bound + slack < self.known + self.unit

    def is_within(self, share: float) -> bool:
        """Whether the bound lies at most a share of the incumbent above it."""
        return self.bound - self.known <= share * self.known

    @property
    def is_stopped(self) -> bool:
        """Whether nothing more is to be proved: closed, out of work, or a rule came up."""
        return self.is_closed or self.is_broken or self.budget.is_over

    def fix(self, relaxed: Relaxed) -> bool:
        """Drop the candidates of no better choice, take those of every better one.

        Returns whether that shrinks the problem so much that it is worth another round.
        """
        before_n, bound, worth = self.problem.candidate_n, relaxed.bound, relaxed.worth
        order = np.argsort(-worth, kind="stable")
        is_top = np.zeros(before_n, dtype=np.bool_)
        is_top[order[: self.site_n]] = True
        last_in = worth[order[self.site_n - 1]]
        first_out = worth[order[self.site_n]] if self.site_n < before_n else -np.inf
        must_beat = self.target + self.unit - rounding_slack(bound)
        is_no = ~is_top & (bound - (last_in - worth) < must_beat)
        is_yes = is_top & (bound - (worth - first_out) < must_beat)
        yes = np.flatnonzero(is_yes).astype(np.int64)
        is_covered = self.problem.counts(yes) > 0
        rest_n = self.site_n - len(yes)
        rows = self.rows.settled(yes, is_covered)
        rest = self.problem.without(is_covered)
        small, self.rows = shrink_under(rest, rows, is_no | is_yes, rest_n)
        self.base += int(self.problem.weights[is_covered].sum())
        self.taken = np.concatenate([self.taken, self.positions[yes]])
        self.positions = self.positions[small.candidates]
        self.problem = small.problem
        self.site_n = min(rest_n, small.problem.candidate_n)
        self.is_void = self.rows.is_binding and self.site_n < rest_n
        triples = np.sort(small.demand_to[relaxed.triples], axis=1).astype(np.int32)
        is_cut = (triples[:, 0] >= 0) & np.all(np.diff(triples, axis=1) > 0, axis=1)
        self.triples = np.unique(triples[is_cut], axis=0)
        return small.problem.candidate_n <= ENOUGH_FIXED * before_n


def prove(
    problem: CoverProblem,
    site_n: int,
    *,
    known: int,
    seed: int,
    budget: Budget,
    search: Search | None = None,
    start: IntArray | None = None,
    rows: RuleRows | None = None,
) -> Proving:
    """Return a proof for a presolved problem, and a better choice where one is found.

    Multipliers bound the weight and fix candidates by reduced cost, as often as that shrinks the
    problem; then the relaxation with rules and odd-cover cuts does. HiGHS branches on what is left
    and, where that is large, good choices are searched for, so that the relaxation fixes more.
    Whatever was dropped could not beat the choice known at that moment.
    """
    rows = RuleRows.of(problem, (), site_n) if rows is None else rows
    state = Proving(problem, site_n, rows, known, seed, budget)
    total = int(problem.weights.sum())
    if site_n == 0 or known >= total:
        state.lower(total if site_n else 0)
        return state
    if start is not None and problem.objective(start) >= known:
        state.known, state.best = problem.objective(start), start
    for relax in (_price, _relax):
        _fix_by(state, relax)
        if state.is_stopped:
            return state
    if search is not None and state.problem.pair_n >= SEARCHED_PAIRS and not state.rows.is_binding:
        _close_in(state, search)
    elif state.is_done:
        _settle(state)
    else:
        _branch(state, state.budget)
    return state


def _fix_by(state: Proving, relax: Callable[[Proving], Relaxed]) -> None:
    """Lower the bound by relaxations of what is left, as long as fixing shrinks it well."""
    while not state.is_done:
        # each round's problem is smaller than the one before, the bound holds for the first
        relaxed = relax(state)
        state.lower(relaxed.bound)
        if not state.is_closed:
            state.round_off(relaxed)
        if state.is_stopped or not state.fix(relaxed):
            return


def _close_in(state: Proving, search: Search) -> None:
    """Search until the gap is narrow enough to fix and branch; search again with what is left."""
    if not state.is_within(FAR_GAP):
        search(state, state.budget, FAR_GAP / 2)
        if not state.is_stopped:
            _fix_by(state, _relax)
    if state.is_stopped:
        return
    if state.is_done:
        _settle(state)
        return
    _branch(state, state.budget.part(PROOF_SHARE))
    if not state.is_stopped:
        search(state, state.budget, 0.0)


def shrink_under(
    problem: CoverProblem, rows: RuleRows, banned: BoolArray, site_n: int
) -> tuple[Presolved, RuleRows]:
    """Return what presolve leaves of a problem under rules, and the rules there.

    Candidates that an active rule tells from others all stay; of the others dominated ones go, as
    long as those left could make up every number of sites that the former leave open.
    """
    named = np.diff(rows.people.tocsc().indptr) > 0
    told = rows.told_apart()
    small = shrink(problem, banned=banned, kept=told, named=named)
    if rows.is_binding and np.count_nonzero(~told[small.candidates]) < site_n:
        every = np.ones(problem.candidate_n, dtype=np.bool_)
        small = shrink(problem, banned=banned, kept=every, named=named)
    return small, rows.on(small)


def _price(state: Proving) -> Relaxed:
    """Return what multipliers prove of the present problem, whatever rules say."""
    return price(
        state.problem, state.site_n, target=state.target, round_n=ROUNDS, budget=state.budget
    )


def _relax(state: Proving) -> Relaxed:
    """Return the relaxation with cuts; where the work does not last, multipliers alone make it."""
    problem, site_n, target = state.problem, state.site_n, state.target
    budget = state.budget.part(PROOF_SHARE)
    rows = state.rows.active()
    relaxed = tighten(
        problem, site_n, rows=rows, triples=state.triples, target=target, budget=budget
    )
    if relaxed is not None:
        return relaxed
    return price(problem, site_n, target=target, round_n=LONG_ROUNDS, budget=budget)


def _settle(state: Proving) -> None:
    """Settle what is left where no weight is left to cover, or no site to choose."""
    rest = np.arange(state.site_n, dtype=np.int64)
    is_bound = state.rows.is_binding
    is_whole = not state.site_n and is_bound
    if state.is_void or (is_whole and len(state.rows.broken_by(state.problem, rest))):
        state.lower(-np.inf)
    elif is_bound and not is_whole:
        _branch(state, state.budget)
    else:
        state.offer(rest)
        state.lower(0.0)


def _branch(state: Proving, budget: Budget) -> None:
    """Lower the bound to HiGHS's, with the cuts as rows, and offer its choice."""
    problem, site_n, start = state.problem, state.site_n, state.held()
    stated = Stated.of(problem, losses=problem.weights / state.unit)
    stated.add_cuts(state.triples)
    stated.add_number(site_n)
    stated.add_rules(state.rows.active())
    pace = CUT_PACE if len(state.triples) and not state.rows.is_binding else 1.0
    answer = stated.maximise(budget, gap=0.999, start=start, pace=pace)
    if answer.status == "infeasible" and start is not None:
        msg = "HiGHS finds no choice of sites where one is known"
        raise SolverError(msg)
    chosen = answer.chosen(stated.sites)
    bound = int(problem.weights.sum()) + answer.bound * state.unit
    if chosen is not None:
        if len(chosen) < site_n:
            chosen = choose_greedily(problem, site_n, fixed=chosen)
        state.offer(chosen)
        bound = max(bound, float(problem.objective(chosen)))
    state.lower(bound)
