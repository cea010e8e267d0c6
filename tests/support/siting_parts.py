"""The parts of the siting engine, each with a switch that turns it off: the one place that knows.

Benchmarks and tests that need the engine's inside import it from here.
"""

from __future__ import annotations

import inspect
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from livelihood_map.core.errors import Problem
from livelihood_map.core.highs import IntegerProgramme
from livelihood_map.siting import (
    _bound,
    _greedy,
    _kernels,
    _presolve,
    _proving,
    _relaxation,
    _rows,
    _ruled,
    _searching,
    _settling,
    _solving,
    exact,
    plan,
)
from livelihood_map.siting._greedy import choose_greedily
from livelihood_map.siting._problem import WEIGHT_SCALE, CoverProblem, build_problem
from livelihood_map.siting.exact import solve_covering
from livelihood_map.siting.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "PARTS",
    "WEIGHT_SCALE",
    "CoverProblem",
    "Part",
    "Problem",
    "Rule",
    "build_problem",
    "choose_greedily",
    "count_processor_seconds",
    "line_n",
    "solve_covering",
]


@dataclass(frozen=True)
class Part:
    """One part of the engine.

    Attributes
    ----------
    words : str
        What it does.
    switch_off : callable
        Turns it off in this process, for good.
    code : tuple
        Functions, classes and modules that would go with it.
    """

    words: str
    switch_off: Callable[[], None]
    code: tuple[object, ...] = ()


def line_n(part: Part) -> int:
    """Return how many lines of source would go with a part."""
    sources = (inspect.getsource(getattr(one, "py_func", one)) for one in part.code)
    return sum(len(source.splitlines()) for source in sources)


def count_processor_seconds() -> None:
    """Let limits count this process's own processor seconds, so that a busy machine takes none.

    HiGHS has a clock of its own on the wall: its limits are stretched by how much slower than the
    processor's that one went so far.
    """
    clock, wall, before = time.process_time, time.perf_counter, IntegerProgramme.to_solver
    used, begun = clock(), wall()

    def to_solver(self):
        solver = before(self)
        set_option = solver.setOptionValue

        def stretched(name, value):
            if name == "time_limit":
                ran_s = float(solver.getRunTime())
                slower = max(1.0, (wall() - begun) / max(clock() - used, 0.01))
                value = ran_s + slower * (value - ran_s)
            return set_option(name, value)

        solver.setOptionValue = stretched
        return solver

    IntegerProgramme.to_solver = to_solver
    time.monotonic = clock


def _set(module: object, name: str, value: object) -> Callable[[], None]:
    """Return the switch that sets a name of a module or class."""
    return lambda: setattr(module, name, value)


def _unmerged(problem, columns, candidate_n, live):
    """Return the problem on what is left, each demand point by itself."""
    demand, candidate = _presolve._pairs(problem)
    new = columns[candidate]
    use = (new >= 0) & live[demand]
    left = np.unique(demand[use])
    mapping = np.full(problem.demand_n, -1, dtype=np.int64)
    mapping[left] = np.arange(len(left))
    pairs = mapping[demand[use]], new[use]
    return build_problem(*pairs, problem.weights[left], candidate_n=candidate_n), mapping


def _none_dominated(*given):
    """Return that no candidate is dominated."""
    return np.zeros(len(given[0]) - 1, dtype=np.bool_)


def _anneal(change: Callable[[tuple], tuple | None]) -> Callable[[], None]:
    """Return the switch that changes the arguments of annealing; None gives the start back."""
    before = _kernels.anneal

    def anneal(*given):
        changed = change(given)
        return given[5].copy() if changed is None else before(*changed)

    return _set(_kernels, "anneal", anneal)


def _without_steps(given: tuple) -> tuple:
    """Return the arguments of annealing with no step before the polish."""
    return (*given[:9], 0, *given[10:])


def _unless_ruled(given: tuple) -> tuple | None:
    """Return the arguments of annealing, None under rules."""
    return None if len(given[12].lower) else given


def _all_active() -> None:
    """Turn every rule into a row from the beginning."""
    before = _rows.RuleRows.of.__func__

    def of(cls, *given):
        rows = before(cls, *given)
        return replace(rows, is_active=np.ones(rows.row_n, dtype=np.bool_))

    _rows.RuleRows.of = classmethod(of)


def _known_only(state, *_, **__):
    """Return the known choice, or a greedy one."""
    if state.rows.is_binding:
        return state.held()
    return state.held() or [choose_greedily(state.problem, state.site_n)]


def _no_union() -> None:
    """Branch on all that is left, never on the union of good choices before."""
    before = _proving._solve_rest

    def solve_rest(state, triples, start, banned, time_limit_s):
        if banned.any():
            return None, np.inf
        return before(state, triples, start, banned, time_limit_s)

    _proving._solve_rest = solve_rest


def _strong_branching() -> None:
    """Let HiGHS branch as it does by itself."""
    before = IntegerProgramme.maximise

    def maximise(self, **given):
        return before(self, **given | {"has_strong_branching": True})

    IntegerProgramme.maximise = maximise


def _greedy_for_clusters(question, site_n, fixed, banned, _seed):
    """Return a greedy choice in the place of that of clustering."""
    return choose_greedily(question.problem, site_n, fixed=fixed, banned=banned)


def _greedy_alone(problem, site_n, fixed, banned, _seed):
    """Return a greedy choice without swaps."""
    return choose_greedily(problem, site_n, fixed=fixed, banned=banned)


def _best_start(problem, starts, *_, **__):
    """Return the best of the starts."""
    return max(starts, key=problem.objective)


def _only_highs() -> None:
    """Presolve, every rule a row, the best start, and HiGHS for the rest."""

    def go_on(self):
        self.rows = replace(self.rows, is_active=np.ones(self.rows.row_n, dtype=np.bool_))
        small, rows = _proving.shrink_under(self.rest, self.rows, self.out, self.free_n)
        problem, site_n = small.problem, min(self.free_n, small.problem.candidate_n)
        state = _proving._State(
            problem=problem,
            site_n=site_n,
            base=0,
            positions=np.arange(problem.candidate_n),
            taken=np.empty(0, dtype=np.int64),
            known=self.objective,
            unit=max(1, int(np.gcd.reduce(problem.weights, initial=0))),
            rows=rows,
        )
        known = np.empty(0, dtype=np.int64) if self.chosen is None else self.chosen
        left = np.flatnonzero(np.isin(small.candidates, known))
        start = left.astype(np.int64) if len(left) == site_n else None
        if start is None and not rows.is_binding:
            start = choose_greedily(problem, site_n)
        none, nothing = np.empty((0, 3), np.int32), np.zeros(problem.candidate_n, dtype=np.bool_)
        left_s = self.deadline - time.monotonic()
        chosen, bound = _proving._solve_rest(state, none, start, nothing, left_s)
        if chosen is not None:
            self.offer(self._filled(small.candidates[chosen]))
        self.bound = min(self.bound, bound)
        return False

    exact._improve = _best_start
    exact._Solving.go_on = go_on


def _nearest_off() -> None:
    """Leave it to branching to find a first choice that keeps the rules."""
    for module in (exact, _solving):
        module.nearest_choice = lambda *_, start=None, **__: start


PARTS = {
    "nothing": Part("nothing is off", lambda: None),
    "merging demand": Part(
        "demand points with the same candidates become one",
        _set(_presolve, "_merge_demand", _unmerged),
        (_presolve._merge_demand,),
    ),
    "dominance": Part(
        "a candidate goes when another covers all that it covers",
        _set(_kernels, "dominated", _none_dominated),
        (_kernels.dominated,),
    ),
    "fixing": Part(
        "candidates set or dropped by reduced cost, of multipliers and of the relaxation",
        _set(_proving._State, "fix", lambda *_: None),
        (_proving._State.fix, _proving._has_shrunk),
    ),
    "fixing, relaxation": Part(
        "fixing again by the relaxation",
        _set(_proving, "_has_shrunk", lambda *_: False),
        (_proving._has_shrunk,),
    ),
    "triple cuts": Part(
        "odd-cover cuts on the relaxation",
        _set(_relaxation, "_breaches", lambda *_: np.empty((0, 3), dtype=np.int32)),
        (
            _relaxation._breaches,
            _relaxation._only,
            _relaxation._add,
            _relaxation._eyes,
            _relaxation.cut_rows,
            _relaxation.add_cuts,
            _kernels.best_triples,
            _kernels.triple_rows,
        ),
    ),
    "relaxation": Part(
        "the linear relaxation by HiGHS; multipliers alone without it",
        _set(_proving, "tighten", lambda *_, **__: None),
        (_relaxation,),
    ),
    "annealing": Part(
        "steps of annealing before the polish",
        _anneal(_without_steps),
        (_kernels.anneal, _kernels.drawn),
    ),
    "all swaps": Part(
        "annealing and polish",
        _anneal(lambda _: None),
        (
            _kernels.anneal,
            _kernels.drawn,
            _kernels.enter,
            _kernels.leave,
            _kernels.least_loss,
            _kernels.best_swap,
            _greedy.improve_by_swaps,
        ),
    ),
    "annealing under rules": Part(
        "annealed swaps that keep the rules",
        _anneal(_unless_ruled),
        (
            _kernels.Limits,
            _kernels.add_column,
            _kernels.fill_limits,
            _kernels.keeps_limits,
            _kernels.best_kept_swap,
            _greedy._limits,
        ),
    ),
    "lazy rules": Part(
        "a rule becomes a row when a good choice breaks it",
        _all_active,
        (_rows.RuleRows.activated, _rows.RuleRows.active),
    ),
    "nearest choice": Part(
        "a choice moved as little as the rules demand", _nearest_off, (_ruled.nearest_choice,)
    ),
    "led by relaxation": Part(
        "swaps among the candidates that the relaxation opens",
        _set(_proving, "_led_by", _known_only),
        (_proving._led_by,),
    ),
    "wide search": Part(
        "annealing runs of the whole and merging of plans",
        _set(exact, "search_widely", None),
        (_searching, _proving._searched, _kernels.swap_changes),
    ),
    "merging of plans": Part(
        "the best choice among the candidates of plans seen",
        _set(_searching._Merging, "_merge", lambda *_, **__: []),
        (_searching._Merging, _searching._choose_nearby, _searching._choose_among),
    ),
    "choosing nearby": Part(
        "the best choice among candidates whose best swap costs little",
        _set(_searching, "_choose_nearby", lambda _, chosen, *__: chosen),
        (_searching._choose_nearby, _kernels.swap_changes),
    ),
    "search beside relaxation": Part(
        "the wide search runs while HiGHS solves a large relaxation",
        _set(_proving, "SIDE_PAIRS", 10**12),
    ),
    "branching": Part(
        "HiGHS branches on what fixing leaves",
        _set(_proving, "_can_branch", lambda *_: False),
        (_proving._branch, _proving._can_branch),
    ),
    "branching on the union": Part("HiGHS branches first on the union of good choices", _no_union),
    "pseudo costs": Part("HiGHS trusts pseudo costs from the first node on", _strong_branching),
    "start by clusters": Part(
        "a start from the clusters of the gaps",
        _set(_solving, "_clusters", _greedy_for_clusters),
    ),
    "swaps of greedy": Part(
        "swaps of the greedy plan with which tiers begin",
        _set(_solving, "_swapped", _greedy_alone),
        (_solving._swapped,),
    ),
    "settling ties": Part(
        "of plans that cover the same, one nearer to an earlier plan",
        _set(plan, "_settled", lambda _question, _rules, answer, _known: answer),
        (_settling, plan._settled),
    ),
    "all but presolve and HiGHS": Part(
        "multipliers, fixing, cuts, annealing, search: HiGHS alone, with the best start",
        _only_highs,
        (_bound, _searching, _relaxation, _kernels.anneal, _kernels.subgradient),
    ),
}
"""By name, with `nothing` first: what every other part is compared with."""
