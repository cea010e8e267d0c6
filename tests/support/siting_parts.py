"""The parts of the siting engine, each with a switch that turns it off: the one place that knows.

Beside them its constants, each with a switch that halves or doubles it.
Benchmarks and tests that need the engine's inside import it from here.
"""

from __future__ import annotations

import inspect
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from livelihood_map.core.budget import Budget
from livelihood_map.core.errors import Problem
from livelihood_map.siting import plan, tie_breaking
from livelihood_map.siting.solver import (
    branch_and_bound,
    constants,
    covering,
    cut_kernels,
    neighbourhood_search,
    presolve,
    programmes,
    relaxation,
    swap_kernels,
)
from livelihood_map.siting.solver.cover_problem import (
    WEIGHT_SCALE,
    CoverProblem,
    build_problem,
    problem_of,
)
from livelihood_map.siting.solver.local_search import choose_greedily
from livelihood_map.siting.solver.rows import Rule, RuleRows

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "PARTS",
    "VARIED",
    "WEIGHT_SCALE",
    "CoverProblem",
    "Part",
    "Problem",
    "Rule",
    "build_problem",
    "choose_greedily",
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


def _set(module: object, name: str, value: object) -> Callable[[], None]:
    """Return the switch that sets a name of a module or class."""
    return lambda: setattr(module, name, value)


def solve_covering(problem, site_n, *, rules=(), seed, time_limit_s):
    """Return the engine's answer to a question in arrays."""
    budget = Budget(time_limit_s)
    return covering.solve_covering(problem, site_n, rules=rules, seed=seed, budget=budget)


def _unmerged(problem, is_left, live):
    """Return the problem on what is left, each demand point by itself."""
    reach = problem.matrix()[:, np.flatnonzero(is_left)]
    used = np.flatnonzero(live & (np.diff(reach.indptr) > 0))
    mapping = np.full(problem.demand_n, -1, dtype=np.int64)
    mapping[used] = np.arange(len(used))
    return problem_of(reach[used], problem.weights[used]), mapping


def _none_dominated(_problem, is_safe):
    """Return that no candidate is dominated."""
    return np.zeros(len(is_safe), dtype=np.bool_)


def _without_steps() -> None:
    """Leave the polish alone of annealing."""
    before = swap_kernels.anneal
    swap_kernels.anneal = lambda *given: before(*given[:5], 0, *given[6:])


def _all_active() -> None:
    """Turn every rule into a row from the beginning."""
    before = RuleRows.of.__func__
    RuleRows.of = classmethod(lambda cls, *given: before(cls, *given).activated())


PARTS = {
    "nothing": Part("nothing is off", lambda: None),
    "merging demand": Part(
        "demand points with the same candidates become one",
        _set(presolve, "_merge_demand", _unmerged),
        (presolve._merge_demand,),
    ),
    "dominance": Part(
        "a candidate goes when another covers all that it covers",
        _set(presolve, "_dominated", _none_dominated),
        (presolve._dominated,),
    ),
    "fixing": Part(
        "candidates set or dropped by reduced cost",
        _set(branch_and_bound.Proving, "fix", lambda *_: False),
        (branch_and_bound.Proving.fix,),
    ),
    "triple cuts": Part(
        "odd-cover cuts on the relaxation",
        _set(relaxation, "_breaches", lambda *_: np.empty((0, 3), dtype=np.int32)),
        (relaxation._breaches, relaxation._only, relaxation._add, cut_kernels.best_triples),
    ),
    "relaxation": Part(
        "the linear relaxation by HiGHS; multipliers alone without it",
        _set(branch_and_bound, "tighten", lambda *_, **__: None),
        (relaxation,),
    ),
    "annealing": Part(
        "steps of annealing before the polish", _without_steps, (swap_kernels.anneal,)
    ),
    "lazy rules": Part("a rule becomes a row when a good choice breaks it", _all_active),
    "nearest choice": Part(
        "a choice moved as little as the rules demand",
        _set(covering, "nearest_choice", lambda *_, **__: None),
        (programmes.nearest_choice,),
    ),
    "wide search": Part(
        "annealing runs of the whole and merging of plans",
        _set(covering, "search_widely", None),
        (neighbourhood_search,),
    ),
    "merging of plans": Part(
        "the best choice among the candidates of plans seen",
        _set(neighbourhood_search._Merging, "merge", lambda _self, best, _budget: best),
        (neighbourhood_search._Merging, neighbourhood_search._choose_among),
    ),
    "branching": Part(
        "HiGHS branches on what fixing leaves",
        _set(branch_and_bound, "_branch", lambda *_: None),
        (branch_and_bound._branch,),
    ),
    "settling ties": Part(
        "of plans that cover the same, one nearer to an earlier plan",
        _set(plan, "settle", lambda _instance, answer, *_, **__: answer),
        (tie_breaking,),
    ),
}
"""By name, with `nothing` first: what every other part is compared with."""

UNVARIED = ("FIRST_ITERATIONS", "ROUNDING", "LAST_PACE", "EXPLANATION_S", "SUMMED_SHARE")
"""No choices of the search, or compiled into a loop."""


def _scaled(name: str, factor: float) -> Callable[[], None]:
    """Return the switch that multiplies a constant wherever it is read."""
    value = getattr(constants, name)

    def switch() -> None:
        for module in [*sys.modules.values()]:
            if module.__name__.startswith(constants.__package__) and hasattr(module, name):
                setattr(module, name, type(value)(value * factor))

    return switch


VARIED = {
    f"{name} {sign}": Part(f"{name} times {factor:g}", _scaled(name, factor))
    for name, value in vars(constants).items()
    if isinstance(value, (int, float)) and not name.endswith("_S") and name not in UNVARIED
    for sign, factor in (("halved", 0.5), ("doubled", 2.0))
}
"""By name: each constant of the search halved and doubled."""
