"""From a good choice to a proved one: bounds, fixing, cuts, branching."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

import numba
import numpy as np
from scipy import sparse

from livelihood_map.core.faults import SolverError
from livelihood_map.core.highs import IntegerProgramme
from livelihood_map.siting.solver.lagrangian import (
    Bound,
    candidate_worth,
    find_bound,
    rounding_slack,
)
from livelihood_map.siting.solver.local_search import choose_greedily, improve_by_swaps
from livelihood_map.siting.solver.presolve import shrink
from livelihood_map.siting.solver.relaxation import Relaxed, add_cuts, add_rules, tighten
from livelihood_map.siting.solver.rows import RuleRows

if TYPE_CHECKING:
    from collections.abc import Callable

    from livelihood_map.siting.solver.cover_problem import (
        BoolArray,
        CoverProblem,
        FloatArray,
        IndexArray,
        IntArray,
    )
    from livelihood_map.siting.solver.presolve import Presolved

log = logging.getLogger(__name__)

BOUND_ROUNDS: Final = 3000
QUICK_ROUNDS: Final = 30
"""Subgradient steps that tell how long one takes; they must do where no time is left."""
FEW_ROUNDS: Final = 500
"""Subgradient steps where the relaxation follows anyway."""
HALF: Final = 0.5
CUT_RESERVE: Final = 0.5
SIDE_RESERVE: Final = 0.1
"""Shares of the time left that the relaxation leaves to the search, after it and beside it."""
LARGEST_RELAXATION: Final = 2_500_000
"""Covering pairs above which the relaxation is not solved by HiGHS."""
ENOUGH_FIXED: Final = 0.85
"""The relaxation is solved again when fixing leaves less than this share of the candidates."""
FIRST_STEPS: Final = 100_000
ELITE_STEPS: Final = 6_000_000
STEPS_PER_CANDIDATE: Final = 2000
STEPS_PER_S: Final = 500_000
"""Swaps in a second of the time left, about as fast as they are."""
WIDE_GAP: Final = 1e-3
"""With a smaller gap than this branching starts at once, before the search instead of after it."""
BRANCH_SHARE: Final = 0.5
"""Share of the time left that branching before the search may take."""
SEARCH_SHARE: Final = 0.75
"""Share of the time left that the wide search may take before branching."""
FAR_GAP: Final = 2e-3
"""With a wider gap than this branching brings nothing in time: the search may take all of it."""
LARGEST_BRANCHED: Final = 500_000
"""Covering pairs above which HiGHS does not branch on all where the gap is wide."""
SEARCHED_PAIRS: Final = 20_000
"""Covering pairs below which branching starts at once, however wide the gap."""
SIDE_PAIRS: Final = 300_000
"""Covering pairs above which the search runs beside the relaxation."""
ELITE_SHARE: Final = 0.5
"""Share of the time left that branching on the union of good choices may take."""


class Search(Protocol):
    """A search for good choices of a problem."""

    def __call__(
        self,
        problem: CoverProblem,
        starts: list[IntArray],
        *,
        seed: int,
        deadline: float,
        is_over: Callable[[int], bool],
        accepts: Callable[[IntArray], bool],
        rows: RuleRows,
        thread_n: int | None = None,
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
    broken : int64 array
        Rules, not active yet, that better choices break; the proof ended there.
    """

    chosen: IntArray | None
    objective: int
    bound: float
    broken: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))


@dataclass
class _State:
    """A shrinking problem: sites set, candidates left, the way back to the first problem."""

    problem: CoverProblem
    site_n: int
    base: int
    positions: IntArray
    taken: IntArray
    known: int
    unit: int
    rows: RuleRows
    best: IntArray | None = None
    broken: set[int] = field(default_factory=set)
    is_void: bool = False
    """Whether fewer candidates are left than sites: no choice beats the known one."""

    def accepts(self, chosen: IntArray) -> bool:
        """Return whether a choice of the present problem keeps all rules; note which it breaks."""
        broken = self.rows.broken_by(self.problem, chosen)
        self.broken.update(broken.tolist())
        return not len(broken)

    def offer(self, chosen: IntArray) -> None:
        """Take a choice of the present problem when it beats the known one and keeps all rules."""
        value = self.base + self.problem.objective(chosen)
        if value > self.known and self.accepts(chosen):
            self.known = value
            self.best = np.concatenate([self.taken, self.positions[chosen]])

    def improved(self, start: IntArray, **settings: Any) -> IntArray | None:  # noqa: ANN401
        """Return a choice that swaps reach from a start, or from the known one where rules bind."""
        if not self.rows.is_binding:
            return improve_by_swaps(self.problem, start, **settings)
        if len(self.rows.broken_by(self.problem, start)):
            held = self.held()
            if not held:
                return None
            start = held[0]
        return improve_by_swaps(self.problem, start, rows=self.rows, **settings)

    def held(self) -> list[IntArray]:
        """Return the best choice as one of the present problem, if fixing left all its sites."""
        if self.best is None:
            return []
        left = np.flatnonzero(np.isin(self.positions, self.best)).astype(np.int64)
        is_whole = len(left) == self.site_n and np.isin(self.taken, self.best).all()
        return [left] if is_whole else []

    @property
    def target(self) -> int:
        """Weight that a choice of the present problem must beat."""
        return self.known - self.base

    def is_closed(self, bound: float, best: int | None = None) -> bool:
        """Return whether a bound leaves no room above the best choice, by default the known one."""
        if bound == -np.inf:
            return True
        slack = rounding_slack(bound)
        return bound + slack < (self.target if best is None else best) + self.unit

    def is_wide(self, bound: float) -> bool:
        """Return whether a bound lies far above the known choice."""
        return bound - self.target > WIDE_GAP * self.known

    def is_far(self, bound: float) -> bool:
        """Return whether a bound lies so far above the known choice that branching is hopeless."""
        return bound - self.target > FAR_GAP * self.known

    def fix(self, bound: float, worth: FloatArray) -> None:
        """Drop the candidates of no better choice, take those of every better one."""
        order = np.argsort(-worth, kind="stable")
        is_top = np.zeros(len(worth), dtype=np.bool_)
        is_top[order[: self.site_n]] = True
        last_in = worth[order[self.site_n - 1]]
        first_out = worth[order[self.site_n]] if self.site_n < len(worth) else -np.inf
        slack = rounding_slack(bound)
        must_beat = self.target + self.unit - slack
        is_no = ~is_top & (bound - (last_in - worth) < must_beat)
        is_yes = is_top & (bound - (worth - first_out) < must_beat)
        yes = np.flatnonzero(is_yes).astype(np.int64)
        is_covered = self.problem.counts(yes) > 0
        gained = int(self.problem.weights[is_covered].sum())
        rest_n = self.site_n - len(yes)
        rest = self.problem.without(is_covered)
        rows = self.rows.settled(yes, is_covered)
        small, self.rows = shrink_under(rest, rows, is_no | is_yes, rest_n)
        self.taken = np.concatenate([self.taken, self.positions[yes]])
        self.positions = self.positions[small.candidates]
        self.problem = small.problem
        self.base += gained
        self.site_n = min(rest_n, small.problem.candidate_n)
        self.is_void = self.rows.is_binding and self.site_n < rest_n


def prove(
    problem: CoverProblem,
    site_n: int,
    *,
    known: int,
    seed: int,
    deadline: float,
    search: Search | None = None,
    start: IntArray | None = None,
    rows: RuleRows | None = None,
) -> Proof:
    """Return a proof for a presolved problem, and a better choice where one is found.

    A Lagrangian bound fixes candidates by reduced cost; the relaxation with odd-cover cuts fixes
    more, its fractional choice leads the swaps; where the gap stays wide good choices are searched
    for; HiGHS branches on the union of good choices, then on all that is left. Whatever was dropped
    could not beat the choice known at that moment.

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
    deadline : float
        ``time.monotonic()`` at which to stop.
    search : function, optional
        Called where the gap is wide, see :class:`Search`.
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
        base=0,
        positions=np.arange(problem.candidate_n),
        taken=np.empty(0, dtype=np.int64),
        known=known,
        unit=max(1, int(np.gcd.reduce(problem.weights, initial=0))),
        rows=RuleRows.of(problem, (), site_n) if rows is None else rows,
    )
    if start is not None and problem.objective(start) >= known:
        state.known, state.best = problem.objective(start), start
    bound = _by_prices(state, seed, deadline)
    if not state.is_closed(bound - state.base) and not state.broken:
        bound = min(bound, _prove_rest(state, bound, seed, deadline, search))
    broken = np.array(sorted(state.broken), dtype=np.int64)
    is_none = state.known < 0 and bound == -np.inf
    bound = bound if is_none else max(float(state.known), bound)
    return Proof(state.best, state.known, bound, broken)


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

    Raises
    ------
    ValueError
        When the rules do not fit the problem.
    """
    named = np.diff(rows.people.tocsc().indptr) > 0
    told = rows.told_apart()
    small = shrink(problem, banned=banned, kept=told, named=named)
    if rows.is_binding and np.count_nonzero(~told[small.candidates]) < site_n:
        every = np.ones(problem.candidate_n, dtype=np.bool_)
        small = shrink(problem, banned=banned, kept=every, named=named)
    return small, rows.on(small)


def _by_prices(state: _State, seed: int, deadline: float) -> float:
    """Return the Lagrangian bound, after rounds of fixing by it as long as they shrink the problem.

    The candidates of most worth at the multipliers are a choice too, offered after some swaps.
    """
    bound = float("inf")
    while state.site_n > 0 and state.problem.demand_n > 0 and not state.is_void:
        problem = state.problem
        found = _bound_in_time(state, FEW_ROUNDS, deadline)
        worth = candidate_worth(problem, found.prices)
        start = np.argsort(-worth, kind="stable")[: state.site_n].astype(np.int64)
        step_n = min(FIRST_STEPS, STEPS_PER_CANDIDATE * problem.candidate_n)
        better = state.improved(start, seed=seed, step_n=step_n)
        if better is not None:
            state.offer(better)
        bound = min(bound, state.base + found.value)
        if state.is_closed(found.value) or state.broken or time.monotonic() >= deadline:
            return bound
        before = problem.candidate_n
        state.fix(found.value, worth)
        if state.problem.candidate_n > ENOUGH_FIXED * before:
            return bound
    return min(bound, _settled_bound(state, deadline))


def _settled_bound(state: _State, deadline: float) -> float:
    """Return the bound where no weight is left to cover: what sites are left only keep rules."""
    if not state.is_void and state.rows.is_binding:
        none = np.empty((0, 3), dtype=np.int32)
        nothing = np.zeros(state.problem.candidate_n, dtype=np.bool_)
        chosen, bound = _solve_rest(state, none, None, nothing, deadline - time.monotonic())
        if chosen is not None:
            state.offer(chosen)
        return max(float(state.known), state.base + bound) if state.known >= 0 else bound
    if state.is_void:
        return float(state.known) if state.known >= 0 else -np.inf
    return float(max(state.base, state.known))


def _bound_in_time(state: _State, round_n: int, deadline: float) -> Bound:
    """Return the bound of so many subgradient steps, or of as many as there is time for."""
    problem, begun = state.problem, time.monotonic()
    found = find_bound(problem, state.site_n, target=state.target, round_n=QUICK_ROUNDS)
    now = time.monotonic()
    timely_n = int((deadline - now) * QUICK_ROUNDS / max(now - begun, 1e-9))
    if timely_n <= QUICK_ROUNDS:
        return found
    return find_bound(problem, state.site_n, target=state.target, round_n=min(round_n, timely_n))


def _prove_rest(
    state: _State, bound: float, seed: int, deadline: float, search: Search | None
) -> float:
    """Return a bound on every choice of the state's problem, its base included."""
    while state.site_n > 0 and state.problem.demand_n > 0 and not state.is_void:
        if time.monotonic() >= deadline:
            return bound
        relaxed, elite = _relax(state, bound - state.base, seed, deadline, search)
        bound = min(bound, state.base + relaxed.bound)
        if state.is_closed(relaxed.bound):
            return bound
        elite += _led_by(state, relaxed, seed, deadline, turn_n=1)
        if state.is_closed(relaxed.bound) or state.broken or time.monotonic() >= deadline:
            return bound
        log.debug(
            "relaxation: %d candidates, %d cuts, bound %.4f %% above the known choice",
            state.problem.candidate_n,
            len(relaxed.triples),
            100 * (state.base + relaxed.bound - state.known) / max(state.known, 1),
        )
        if _has_shrunk(state, relaxed):
            continue
        is_large = state.problem.pair_n >= SEARCHED_PAIRS
        if search is not None and is_large and state.is_wide(relaxed.bound):
            elite = _searched(state, relaxed, elite, seed, deadline, search)
            search = None
            if state.is_closed(relaxed.bound) or state.broken:
                return bound
            if _has_shrunk(state, relaxed):
                continue
        else:
            elite += _led_by(state, relaxed, seed, deadline, turn_n=2)
        return _finish(state, relaxed, elite, seed, deadline, search if is_large else None)
    return _settled_bound(state, deadline)


def _finish(
    state: _State,
    relaxed: Relaxed,
    elite: list[IntArray],
    seed: int,
    deadline: float,
    search: Search | None,
) -> float:
    """Return the bound after branching, and after a search where branching has not closed it."""
    if state.is_closed(relaxed.bound):
        return state.base + relaxed.bound
    if _can_branch(state, relaxed):
        share = 1.0 if search is None else BRANCH_SHARE
        until = deadline - (1.0 - share) * (deadline - time.monotonic())
        bound = _branch(state, relaxed, elite, until)
        relaxed = replace(relaxed, bound=min(relaxed.bound, bound - state.base))
    if search is not None and not state.is_closed(relaxed.bound) and not state.broken:
        _searched(state, relaxed, [*elite, *state.held()], seed, deadline, search)
    return state.base + relaxed.bound


def _can_branch(state: _State, relaxed: Relaxed) -> bool:
    """Return whether HiGHS can be expected to bring anything by branching on all that is left."""
    is_small = state.problem.pair_n <= LARGEST_BRANCHED or not state.is_wide(relaxed.bound)
    return relaxed.is_solved and is_small


def _has_shrunk(state: _State, relaxed: Relaxed) -> bool:
    """Return whether fixing by the relaxation pays; if not, the state is left as it was."""
    before = state.problem.candidate_n
    old = replace(state)
    state.fix(relaxed.bound, relaxed.worth)
    if state.problem.candidate_n <= ENOUGH_FIXED * before:
        return True
    vars(state).update(vars(old))
    return False


def _relax(
    state: _State, bound: float, seed: int, deadline: float, search: Search | None
) -> tuple[Relaxed, list[IntArray]]:
    """Return the relaxation with cuts, and the choices that a search beside it found.

    Where it is too large or time too short for HiGHS, multipliers alone make the relaxation.
    """
    problem, site_n, target = state.problem, state.site_n, state.target
    left_s, rows = deadline - time.monotonic(), state.rows
    relaxed: Relaxed | None = None
    elite: list[IntArray] = []
    if problem.pair_n <= LARGEST_RELAXATION:
        is_aside = search is not None and problem.pair_n >= SIDE_PAIRS and state.is_wide(bound)
        if search is None or not is_aside or (rows.is_binding and not state.held()):
            until = deadline - CUT_RESERVE * left_s
            relaxed = tighten(problem, site_n, target=target, deadline=until, rows=rows)
        else:
            until = deadline - SIDE_RESERVE * left_s
            with ThreadPoolExecutor(1) as pool:
                future = pool.submit(
                    tighten, problem, site_n, target=target, deadline=until, rows=rows
                )
                elite = search(
                    problem,
                    state.held() if rows.is_binding else [choose_greedily(problem, site_n)],
                    seed=seed,
                    deadline=until,
                    is_over=lambda _: future.done() or bool(state.broken),
                    accepts=state.accepts,
                    rows=rows,
                    thread_n=max(1, numba.get_num_threads() - 1),
                )
                relaxed = future.result()
    for choice in elite:
        state.offer(choice)
    return relaxed or _priced(state, deadline), elite


def _priced(state: _State, deadline: float) -> Relaxed:
    """Return the bound and worth that many steps of multipliers bring, as a relaxation."""
    problem = state.problem
    found = _bound_in_time(state, BOUND_ROUNDS, deadline)
    worth = candidate_worth(problem, found.prices)
    opened = np.zeros(problem.candidate_n)
    opened[np.argsort(-worth, kind="stable")[: state.site_n]] = 1.0
    triples = np.empty((0, 3), dtype=np.int32)
    return Relaxed(found.value, worth, opened, triples, is_solved=False)


def _searched(
    state: _State,
    relaxed: Relaxed,
    elite: list[IntArray],
    seed: int,
    deadline: float,
    search: Search,
) -> list[IntArray]:
    """Return the choices of a wide search that starts from those known."""
    left_s = deadline - time.monotonic()
    is_branched = _can_branch(state, relaxed) and not state.is_far(relaxed.bound)
    is_first = state.is_wide(relaxed.bound)
    until = time.monotonic() + (SEARCH_SHARE if is_branched and is_first else 1.0) * left_s
    if not elite:
        return []
    found = search(
        state.problem,
        elite,
        seed=seed + 1000,
        deadline=until,
        is_over=lambda best: state.is_closed(relaxed.bound, best) or bool(state.broken),
        accepts=state.accepts,
        rows=state.rows,
    )
    for choice in found:
        state.offer(choice)
    return found


def _led_by(
    state: _State, relaxed: Relaxed, seed: int, deadline: float, *, turn_n: int
) -> list[IntArray]:
    """Return good choices found by swaps among the candidates that the relaxation opens.

    One turn is short and cool; more are longer and hotter.
    """
    problem = state.problem
    is_open = relaxed.opened > 1e-6  # noqa: PLR2004  (HiGHS's tolerance)
    banned = ~is_open if int(is_open.sum()) > state.site_n else np.zeros_like(is_open)
    order = np.argsort(-np.where(banned, -1.0, relaxed.opened), kind="stable")
    start = order[: state.site_n].astype(np.int64)
    most = FIRST_STEPS if turn_n == 1 else ELITE_STEPS
    timely_n = int(STEPS_PER_S * max(0.0, deadline - time.monotonic()))
    step_n = min(most, STEPS_PER_CANDIDATE * problem.candidate_n, timely_n)
    elite = []
    for turn in range(turn_n):
        found = state.improved(
            start, seed=seed + turn, step_n=step_n, banned=banned, heat=2.0**turn / 2
        )
        if found is None:
            break
        polished = state.improved(found, seed=seed, step_n=0)
        if polished is not None:
            state.offer(polished)
            elite.append(polished)
    return elite


def _branch(state: _State, relaxed: Relaxed, elite: list[IntArray], deadline: float) -> float:
    """Return the bound after branching, first on the union of good choices, then on all."""
    rows, problem = state.rows, state.problem
    elite = [one for one in [*elite, *state.held()] if not len(rows.broken_by(problem, one))]
    union = np.unique(np.concatenate([*elite, np.flatnonzero(relaxed.opened > HALF)]))
    outside = np.ones(state.problem.candidate_n, dtype=np.bool_)
    outside[union] = False
    best = max(elite, key=problem.objective, default=None)
    left_s = deadline - time.monotonic()
    if left_s > 0 and best is not None and len(union) > state.site_n:
        part_s = ELITE_SHARE * left_s
        chosen, _ = _solve_rest(state, relaxed.triples, best, outside, part_s)
        if chosen is not None:
            state.offer(chosen)
            if not len(rows.broken_by(problem, chosen)):
                best = max(chosen, best, key=problem.objective)
    if state.is_closed(relaxed.bound) or state.broken:
        return state.base + relaxed.bound
    left_s = deadline - time.monotonic()
    if left_s <= 0:
        return state.base + relaxed.bound
    nothing = np.zeros_like(outside)
    chosen, bound = _solve_rest(state, relaxed.triples, best, nothing, left_s)
    if chosen is not None:
        state.offer(chosen)
    return state.base + min(bound, relaxed.bound)


def _solve_rest(
    state: _State,
    triples: IndexArray,
    start: IntArray | None,
    banned: np.ndarray,
    time_limit_s: float,
) -> tuple[IntArray | None, float]:
    """Return HiGHS's best choice and its bound on the present problem with the cuts as rows."""
    problem, site_n, programme = state.problem, state.site_n, IntegerProgramme()
    sites = programme.add_columns(
        problem.candidate_n, upper=(~banned).astype(np.float64), is_whole=True
    )
    missed = programme.add_columns(problem.demand_n, gains=-problem.weights / state.unit)
    eye = sparse.eye_array(problem.demand_n)
    programme.add_rows({sites: problem.matrix(), missed: eye}, lower=1.0)
    if len(triples):
        add_cuts(programme, problem, triples, sites, missed)
    programme.add_rows({sites: np.ones((1, sites.count))}, lower=site_n, upper=site_n)
    add_rules(programme, state.rows, sites, missed)
    point = None
    if start is not None:
        is_chosen = np.isin(np.arange(problem.candidate_n), start).astype(np.float64)
        point = {sites: is_chosen, missed: (problem.counts(start) == 0).astype(np.float64)}
    answer = programme.maximise(
        time_limit_s=time_limit_s, absolute_gap=0.999, start=point, has_strong_branching=False
    )
    total = int(problem.weights.sum())
    if answer.status == "infeasible":
        if start is None:
            return None, -np.inf
        msg = "HiGHS finds no choice of sites where one is known"
        raise SolverError(msg)
    bound = total + answer.bound * state.unit
    chosen = answer.chosen(sites)
    if chosen is None:
        return None, bound
    if len(chosen) < site_n:
        chosen = choose_greedily(problem, site_n, fixed=chosen)
    return chosen, max(bound, float(problem.objective(chosen)))
