r"""The linear relaxation of maximal covering, tightened by odd-cover cuts.

Of any three demand points, one site covers at most two unless it covers all three, so

.. math::
    y_a + y_b + y_c \le 1 + x(N_a \cup N_b \cup N_c) + x(N_a \cap N_b \cap N_c)

holds for every choice (add the three rows :math:`y \le x(N)` and :math:`\sum y \le 3`, halve and
round: a zero-half cut, Caprara & Fischetti 1996). The relaxation breaks many of these where sites
overlap, which is where its bound is weak.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy import sparse

from livelihood_map.core.highs import is_infeasible, run_by_clock
from livelihood_map.siting.solver import cut_kernels
from livelihood_map.siting.solver.constants import (
    CUTS_A_ROUND,
    ENTRY_S,
    FIRST_ITERATIONS,
    LEAST_PROGRESS,
    LOOK_S,
)
from livelihood_map.siting.solver.cover_problem import CoverProblem
from livelihood_map.siting.solver.lagrangian import candidate_worth, find_bound
from livelihood_map.siting.solver.programmes import Stated, cut_rows

if TYPE_CHECKING:
    from livelihood_map.core.budget import Budget
    from livelihood_map.siting.solver.cover_problem import (
        BoolArray,
        FloatArray,
        IndexArray,
        IntArray,
    )
    from livelihood_map.siting.solver.rows import RuleRows

ZERO: Final = 1e-7
"""HiGHS's tolerance: what is smaller is 0."""


@dataclass(frozen=True)
class Relaxed:
    """A proven bound with what it says of each candidate.

    Attributes
    ----------
    bound : float
        No choice covers more (recomputed from the multipliers, not taken from the solver); -inf
        when none keeps the rules.
    worth : float64 array, shape (candidates,)
        What each candidate is worth at the multipliers: its reduced cost but for the sign and what
        the number of sites costs.
    opened : float64 array, shape (candidates,)
        The relaxation's fractional choice.
    triples : int32 array, shape (cuts, 3)
        Demand points of the cuts that bind.
    """

    bound: float
    worth: FloatArray
    opened: FloatArray
    triples: IndexArray


def price(
    problem: CoverProblem, site_n: int, *, target: float, round_n: int, budget: Budget
) -> Relaxed:
    """Return what multipliers alone prove; the sites of most worth are the choice."""
    found = find_bound(problem, site_n, target=int(target), round_n=round_n, budget=budget)
    worth = candidate_worth(problem, found.prices)
    opened = np.zeros(problem.candidate_n)
    opened[np.argsort(-worth, kind="stable")[:site_n]] = 1.0
    return Relaxed(found.value, worth, opened, np.empty((0, 3), dtype=np.int32))


def tighten(
    problem: CoverProblem,
    site_n: int,
    *,
    rows: RuleRows,
    triples: IndexArray,
    target: float,
    budget: Budget,
) -> Relaxed | None:
    """Return the relaxation after rounds of cuts; None when the budget is too small for the first.

    Rounds end when the bound comes down to `target`, the weight of a known choice.
    """
    stated = Stated.of(problem, losses=problem.weights, is_whole=False)
    stated.add_number(site_n)
    stated.add_rules(rows)
    stated.add_cuts(triples)
    solver, entry_n = stated.programme.to_solver(), stated.programme.entry_n
    solver.setOptionValue("solver", "ipm")
    best: Relaxed | None = None
    round_s = ENTRY_S * entry_n * FIRST_ITERATIONS
    while budget.left_s >= round_s and not budget.is_over:
        # best is the least bound so far, triples all cuts that stand in the solver
        before_s = budget.left_s
        point = _solve(solver, entry_n, budget)
        if is_infeasible(solver):
            return _nothing(problem)
        if not point.value_valid or not point.dual_valid:
            break
        now = _read(problem, site_n, rows, triples, point)
        has_progress = best is None or best.bound - now.bound > LEAST_PROGRESS * now.bound
        if best is None or now.bound < best.bound:
            best = now
        if now.bound < target + 1 or not has_progress:
            break
        new = _breaches(problem, np.array(point.col_value), budget)
        if not len(new):
            break
        entry_n += _add(solver, problem, new)
        triples = np.concatenate([triples, new])
        round_s = before_s - budget.left_s if len(triples) > len(new) else 0.0
    return best


def _nothing(problem: CoverProblem) -> Relaxed:
    """Return that no choice keeps the rules."""
    none = np.zeros(problem.candidate_n)
    return Relaxed(-np.inf, none, none, np.empty((0, 3), dtype=np.int32))


def _solve(solver: Any, entry_n: int, budget: Budget) -> Any:  # noqa: ANN401  (highspy has no types)
    """Return the solution of the relaxation as it stands, and charge what it took."""
    run_by_clock(solver, budget)
    info = solver.getInfo()
    pivot_n = max(info.simplex_iteration_count, 0) + max(info.crossover_iteration_count, 0)
    inner_n = max(info.ipm_iteration_count, 0)
    budget.charge(entry_n * (ENTRY_S * inner_n + LOOK_S * pivot_n))
    return solver.getSolution()


def _read(
    problem: CoverProblem,
    site_n: int,
    rows: RuleRows,
    triples: IndexArray,
    point: Any,  # noqa: ANN401
) -> Relaxed:
    """Return what the solver's multipliers prove, however good they are.

    Each point's weight, and each candidate's worth, less what rows, rules and cuts charge for it;
    the best that is left, and what the multipliers' own sides come to, bound every choice.
    """
    dual, first = -np.array(point.row_dual), problem.demand_n + 1
    row, rule, cut = np.split(dual, [problem.demand_n, first + rows.row_n])
    row, rule, cut = np.maximum(row, 0.0), rule[1:], np.maximum(cut, 0.0)
    end = np.where(rule > 0, rows.lower, rows.upper)
    rule = np.where(np.isfinite(end), rule, 0.0)
    left = problem.weights - row + rows.people.T @ rule
    np.subtract.at(left, triples.ravel(), np.repeat(cut, 3))
    worth = candidate_worth(problem, row) + rows.sites.T @ rule
    if len(triples):
        worth = worth + cut_rows(problem, triples)[0].T @ cut
    top = np.sort(worth)[::-1][:site_n].sum()
    paid = rule @ np.where(np.isfinite(end), end, 0.0)
    bound = float(np.maximum(left, 0.0).sum() + top + cut.sum() - paid)
    opened = np.array(point.col_value)[: problem.candidate_n]
    return Relaxed(bound, worth, opened, triples[cut > ZERO])


def _breaches(problem: CoverProblem, values: FloatArray, budget: Budget) -> IndexArray:
    """Return the triples whose cuts the fractional choice breaks most."""
    opened = np.where(values[: problem.candidate_n] > ZERO, values[: problem.candidate_n], 0.0)
    covered = 1.0 - values[problem.candidate_n :]
    owner = np.repeat(np.arange(problem.candidate_n), np.diff(problem.cover_ptr))
    cover = CoverProblem(
        problem.weights,
        *_only(problem.cover_ptr, problem.cover_idx, opened[owner] > 0),
        *_only(problem.reach_ptr, problem.reach_idx, opened[problem.reach_idx] > 0),
    )
    least = 1e-7 * float(problem.weights.sum())
    triples, scores, looked_n = cut_kernels.best_triples(cover, covered, opened, least)
    budget.charge(LOOK_S * looked_n)
    return triples[np.argsort(-scores, kind="stable")[:CUTS_A_ROUND]]


def _only(pointers: IntArray, indices: IndexArray, keep: BoolArray) -> tuple[IntArray, IndexArray]:
    """Return compressed rows with only some of their entries."""
    before = np.concatenate([[0], np.cumsum(keep)])
    return before[pointers].astype(np.int64), indices[keep]


def _add(solver: Any, problem: CoverProblem, triples: IndexArray) -> int:  # noqa: ANN401
    """Add cuts; the dual simplex goes on from the last basis. Return how many entries they have."""
    both = sparse.hstack(cut_rows(problem, triples)).tocsr()
    solver.addRows(
        len(triples),
        np.full(len(triples), 2.0),
        np.full(len(triples), np.inf),
        both.nnz,
        both.indptr[:-1].astype(np.int32),
        both.indices.astype(np.int32),
        both.data,
    )
    solver.setOptionValue("solver", "simplex")
    return int(both.nnz)
