"""From a good choice to a proved one: bounds, fixing, cuts, branching."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from livelihood_map.core.faults import SolverError
from livelihood_map.siting.solver.constants import (
    BRANCH_SHARE,
    CUT_PACE,
    ENOUGH_FIXED,
    FAR_GAP,
    LARGEST_BRANCHED,
    LED_STEPS,
    LONG_ROUNDS,
    RELAXED_SHARE,
    ROUNDS,
    SEARCHED_PAIRS,
    SWAP_SHARE,
)
from livelihood_map.siting.solver.lagrangian import candidate_worth, find_bound, rounding_slack
from livelihood_map.siting.solver.local_search import choose_greedily, improve_by_swaps
from livelihood_map.siting.solver.presolve import shrink
from livelihood_map.siting.solver.programmes import Stated
from livelihood_map.siting.solver.relaxation import Relaxed, tighten
from livelihood_map.siting.solver.rows import RuleRows

if TYPE_CHECKING:
    from collections.abc import Callable

    from livelihood_map.core.budget import Budget
    from livelihood_map.siting.solver.cover_problem import (
        BoolArray,
        CoverProblem,
        FloatArray,
        IndexArray,
        IntArray,
    )
    from livelihood_map.siting.solver.presolve import Presolved

log = logging.getLogger(__name__)

HALF: Final = 0.5
OPEN: Final = 1e-6
"""From how much on the relaxation opens a candidate: HiGHS's tolerance."""


class Search(Protocol):
    """A search for good choices of a problem."""

    def __call__(
        self,
        problem: CoverProblem,
        starts: list[IntArray],
        *,
        seed: int,
        budget: Budget,
        is_over: Callable[[int], bool],
        accepts: Callable[[IntArray], bool],
    ) -> list[IntArray]:
        """Return good choices that are accepted, best first, none worse than the starts."""


@dataclass(frozen=True)
class Proof:
    """The best choice found with the bound proved.

    Attributes
    ----------
    chosen : int64 array or None
        Positions; None when nothing better than the known choice was found.
    objective : int
        Its weight; the known weight when `chosen` is None.
    bound : float
        No choice covers more; -inf when none keeps the active rules.
    is_broken : bool
        Whether a better choice breaks rules that are not active; the proof ended there.
    """

    chosen: IntArray | None
    objective: int
    bound: float
    is_broken: bool = False


@dataclass
class _State:
    """A shrinking problem: sites set, candidates left, the way back to the first problem.

    What the choices of the present problem cover, more `base`, is what they cover with the sites
    `taken`. `known` is the incumbent's weight, `best` the incumbent where this proof found it.
    """

    problem: CoverProblem
    site_n: int
    rows: RuleRows
    known: int
    seed: int
    budget: Budget
    positions: IntArray
    taken: IntArray
    unit: int
    base: int = 0
    best: IntArray | None = None
    is_broken: bool = False
    is_void: bool = False
    """Whether fewer candidates are left than sites: no choice beats the incumbent."""

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to choose for the weight's sake."""
        return self.is_void or self.site_n == 0 or self.problem.demand_n == 0

    @property
    def target(self) -> int:
        """Weight that a choice of the present problem must beat."""
        return self.known - self.base

    def accepts(self, chosen: IntArray) -> bool:
        """Return whether a choice of the present problem keeps all rules; note if not."""
        is_sound = not len(self.rows.broken_by(self.problem, chosen))
        self.is_broken |= not is_sound
        return is_sound

    def offer(self, chosen: IntArray | None) -> None:
        """Take a choice of the present problem when it beats the incumbent and keeps all rules."""
        if chosen is None:
            return
        value = self.base + self.problem.objective(chosen)
        if value > self.known and self.accepts(chosen):
            self.known = value
            self.best = np.concatenate([self.taken, self.positions[chosen]])

    def held(self) -> list[IntArray]:
        """Return the incumbent as a choice of the present problem, if fixing left all its sites."""
        if self.best is None:
            return []
        left = np.flatnonzero(np.isin(self.positions, self.best)).astype(np.int64)
        is_whole = len(left) == self.site_n and np.isin(self.taken, self.best).all()
        return [left] if is_whole else []

    def improved(self, start: IntArray, banned: BoolArray | None = None) -> list[IntArray]:
        """Offer and return what swaps reach from a start; nothing where rules bind.

        Where candidates are banned the last swaps are made without that.
        """
        if self.rows.is_binding:
            return []
        budget = self.budget.part(SWAP_SHARE)
        found = start
        for step_n, barred in ((LED_STEPS, banned), (0, None)):
            found = improve_by_swaps(
                self.problem, found, seed=self.seed, step_n=step_n, budget=budget, banned=barred
            )
        self.offer(found)
        return [found]

    def is_closed(self, bound: float, best: int | None = None) -> bool:
        """Return whether a bound leaves no room above a choice, by default the incumbent."""
        if bound == -np.inf:
            return True
        slack = rounding_slack(bound)
        return bound + slack < (self.target if best is None else best) + self.unit

    def is_far(self, bound: float) -> bool:
        """Return whether a bound lies so far above the incumbent that branching is hopeless."""
        return bound - self.target > FAR_GAP * self.known

    def is_stopped(self, bound: float) -> bool:
        """Return whether nothing more is to be proved: closed, out of work, or a rule came up."""
        return self.is_closed(bound) or self.is_broken or self.budget.is_over

    def fix(self, bound: float, worth: FloatArray) -> bool:
        """Drop the candidates of no better choice, take those of every better one.

        Returns whether that shrinks the problem so much that it is worth another round.
        """
        before_n = self.problem.candidate_n
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
) -> Proof:
    """Return a proof for a presolved problem, and a better choice where one is found.

    A Lagrangian bound fixes candidates by reduced cost; the relaxation with odd-cover cuts fixes
    more, its fractional choice leads the swaps; HiGHS branches on the union of good choices, then
    on all that is left, or, where the gap stays too wide for that, good choices are searched for.
    Whatever was dropped could not beat the choice known at that moment.

    Parameters
    ----------
    problem : CoverProblem
        A presolved problem.
    site_n : int
        Number of sites, at most the number of candidates.
    known : int
        Weight of a known choice.
    seed : int
        Seed of the swaps.
    budget : Budget
        Work that may be done.
    search : function, optional
        See :class:`Search`; without one branching has all the work.
    start : int64 array, optional
        A good choice that keeps the rules: where it is the known one, branching begins with it.
    rows : RuleRows, optional
        Rules; the proof ends where a better choice breaks one that is not active.

    Raises
    ------
    SolverError
        When HiGHS refuses a model.
    """
    total = int(problem.weights.sum())
    if site_n == 0 or known >= total:
        return Proof(None, known, float(max(known, total if site_n else 0)))
    state = _State(
        problem=problem,
        site_n=site_n,
        rows=RuleRows.of(problem, (), site_n) if rows is None else rows,
        known=known,
        seed=seed,
        budget=budget,
        positions=np.arange(problem.candidate_n),
        taken=np.empty(0, dtype=np.int64),
        unit=max(1, int(np.gcd.reduce(problem.weights, initial=0))),
    )
    if start is not None and problem.objective(start) >= known:
        state.known, state.best = problem.objective(start), start
    bound = _by_prices(state)
    if not state.is_closed(bound - state.base) and not state.is_broken:
        bound = min(bound, _prove_rest(state, bound, search))
    is_none = state.known < 0 and bound == -np.inf
    bound = bound if is_none else max(float(state.known), bound)
    return Proof(state.best, state.known, bound, state.is_broken)


def shrink_under(
    problem: CoverProblem, rows: RuleRows, banned: BoolArray, site_n: int
) -> tuple[Presolved, RuleRows]:
    """Return what presolve leaves of a problem under rules, and the rules there.

    Candidates that an active rule tells from others all stay; of the others dominated ones go, as
    long as those left could make up every number of sites that the former leave open.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rows : RuleRows
        Rules; those on people ask that enough of them are reached.
    banned : bool array
        Candidates that may not be chosen.
    site_n : int
        Number of sites.
    """
    named = np.diff(rows.people.tocsc().indptr) > 0
    told = rows.told_apart()
    small = shrink(problem, banned=banned, kept=told, named=named)
    if rows.is_binding and np.count_nonzero(~told[small.candidates]) < site_n:
        every = np.ones(problem.candidate_n, dtype=np.bool_)
        small = shrink(problem, banned=banned, kept=every, named=named)
    return small, rows.on(small)


def _by_prices(state: _State) -> float:
    """Return the Lagrangian bound, after rounds of fixing by it as long as they shrink the problem.

    The candidates of most worth at the multipliers are a choice too, offered after some swaps.
    """
    bound = float("inf")
    while not state.is_done:
        # bound holds for every choice, of the first problem and of every smaller one with its base
        found = find_bound(
            state.problem, state.site_n, target=state.target, round_n=ROUNDS, budget=state.budget
        )
        worth = candidate_worth(state.problem, found.prices)
        state.improved(np.argsort(-worth, kind="stable")[: state.site_n].astype(np.int64))
        bound = min(bound, state.base + found.value)
        if state.is_stopped(found.value) or not state.fix(found.value, worth):
            return bound
    return min(bound, _settled_bound(state))


def _settled_bound(state: _State) -> float:
    """Return the bound where no weight is left to cover: what sites are left only keep rules."""
    if state.is_void:
        return float(state.known) if state.known >= 0 else -np.inf
    if state.rows.is_binding:
        bound = state.base + _solve_rest(state, state.budget)
        return max(float(state.known), bound) if state.known >= 0 else bound
    return float(max(state.base, state.known))


def _prove_rest(state: _State, bound: float, search: Search | None) -> float:
    """Return a bound on every choice of the state's problem, its base included."""
    while not state.is_done:
        # bound holds for every choice; each round's problem is smaller than the one before
        if state.budget.is_over:
            return bound
        if state.rows.is_binding:
            return min(bound, state.base + _solve_rest(state, state.budget, known=state.held()))
        relaxed = _relax(state)
        bound = min(bound, state.base + relaxed.bound)
        if state.is_closed(relaxed.bound):
            return bound
        elite = _led_by(state, relaxed)
        if state.is_stopped(relaxed.bound):
            return bound
        log.debug(
            "relaxation: %d candidates, %d cuts, bound %.4f %% above the incumbent",
            state.problem.candidate_n,
            len(relaxed.triples),
            100 * (bound - state.known) / max(state.known, 1),
        )
        before = replace(state)
        if state.fix(relaxed.bound, relaxed.worth):
            continue
        vars(state).update(vars(before))  # where it does not pay, the relaxation fits the problem
        return min(bound, state.base + _finish(state, relaxed, elite, search))
    return min(bound, _settled_bound(state))


def _relax(state: _State) -> Relaxed:
    """Return the relaxation with cuts; where the work does not last, multipliers alone make it."""
    problem, site_n, target = state.problem, state.site_n, state.target
    budget = state.budget.part(RELAXED_SHARE)
    relaxed = tighten(problem, site_n, target=target, budget=budget)
    if relaxed is not None:
        return relaxed
    found = find_bound(problem, site_n, target=target, round_n=LONG_ROUNDS, budget=budget)
    worth = candidate_worth(problem, found.prices)
    opened = np.zeros(problem.candidate_n)
    opened[np.argsort(-worth, kind="stable")[:site_n]] = 1.0
    triples = np.empty((0, 3), dtype=np.int32)
    return Relaxed(found.value, worth, opened, triples, is_solved=False)


def _led_by(state: _State, relaxed: Relaxed) -> list[IntArray]:
    """Return good choices that swaps among the candidates that the relaxation opens lead to."""
    is_open = relaxed.opened > OPEN
    banned = ~is_open if int(is_open.sum()) > state.site_n else np.zeros_like(is_open)
    order = np.argsort(-np.where(banned, -1.0, relaxed.opened), kind="stable")
    return state.improved(order[: state.site_n].astype(np.int64), banned)


def _finish(state: _State, relaxed: Relaxed, elite: list[IntArray], search: Search | None) -> float:
    """Return the bound after branching, or after a search where branching has not closed it."""
    bound = relaxed.bound
    is_large = state.problem.pair_n >= SEARCHED_PAIRS and search is not None
    is_small = state.problem.pair_n <= LARGEST_BRANCHED or not state.is_far(bound)
    if relaxed.is_solved and is_small and not (is_large and state.is_far(bound)):
        budget = state.budget.part(BRANCH_SHARE if is_large else 1.0)
        bound = min(bound, _branch(state, relaxed, elite, budget))
    starts = [*elite, *state.held()]
    if search is not None and is_large and starts and not state.is_stopped(bound):
        found = search(
            state.problem,
            starts,
            seed=state.seed + 1000,
            budget=state.budget,
            is_over=lambda best: state.is_closed(bound, best) or bool(state.is_broken),
            accepts=state.accepts,
        )
        for choice in found:
            state.offer(choice)
    return bound


def _branch(state: _State, relaxed: Relaxed, elite: list[IntArray], budget: Budget) -> float:
    """Return the bound after branching, first on the union of good choices, then on all."""
    rows, problem = state.rows, state.problem
    sound = [one for one in [*elite, *state.held()] if not len(rows.broken_by(problem, one))]
    union = np.unique(np.concatenate([*sound, np.flatnonzero(relaxed.opened > HALF)]))
    if sound and len(union) > state.site_n:
        is_outside = np.ones(problem.candidate_n, dtype=np.bool_)
        is_outside[union] = False
        _solve_rest(state, budget.part(BRANCH_SHARE), relaxed.triples, sound, is_outside)
    if state.is_closed(relaxed.bound) or state.is_broken or budget.is_over:
        return relaxed.bound
    return _solve_rest(state, budget, relaxed.triples, [*sound, *state.held()])


def _solve_rest(
    state: _State,
    budget: Budget,
    triples: IndexArray | None = None,
    known: list[IntArray] | None = None,
    is_outside: BoolArray | None = None,
) -> float:
    """Return HiGHS's bound on the present problem with the cuts as rows, and offer its choice."""
    problem, site_n = state.problem, state.site_n
    start = max(known or [], key=problem.objective, default=None)
    upper = 1.0 if is_outside is None else (~is_outside).astype(np.float64)
    stated = Stated.of(problem, losses=problem.weights / state.unit, upper=upper)
    cut_n = 0 if triples is None else len(triples)
    if triples is not None:
        stated.add_cuts(triples)
    stated.add_number(site_n)
    stated.add_rules(state.rows.active())
    answer = stated.maximise(budget, gap=0.999, start=start, pace=CUT_PACE if cut_n else 1.0)
    if answer.status == "infeasible":
        if start is None:
            return -np.inf
        msg = "HiGHS finds no choice of sites where one is known"
        raise SolverError(msg)
    chosen = answer.chosen(stated.sites)
    if chosen is not None and len(chosen) < site_n:
        chosen = choose_greedily(problem, site_n, fixed=chosen)
    state.offer(chosen)
    bound = int(problem.weights.sum()) + answer.bound * state.unit
    return bound if chosen is None else max(bound, float(problem.objective(chosen)))
