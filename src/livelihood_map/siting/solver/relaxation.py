r"""The linear relaxation of maximal covering, tightened by odd-cover cuts.

Of any three demand points, one site covers at most two unless it covers all three, so

.. math::
    y_a + y_b + y_c \le 1 + x(N_a \cup N_b \cup N_c) + x(N_a \cap N_b \cap N_c)

holds for every choice (add the three rows :math:`y \le x(N)` and :math:`\sum y \le 3`, halve and
round: a zero-half cut, Caprara & Fischetti 1996). The relaxation breaks many of these where sites
overlap, which is where its bound is weak.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy import sparse

from livelihood_map.core.highs import IntegerProgramme, is_infeasible
from livelihood_map.siting.solver import kernels

if TYPE_CHECKING:
    from livelihood_map.core.highs import Columns
    from livelihood_map.siting.solver.cover_problem import (
        CoverProblem,
        FloatArray,
        IndexArray,
        IntArray,
    )
    from livelihood_map.siting.solver.rows import RuleRows

CUTS_A_ROUND: Final = 2000
LEAST_PROGRESS: Final = 2e-5
"""Cut rounds end when the bound falls by less than this share of itself."""
ZERO: Final = 1e-7


@dataclass(frozen=True)
class Relaxed:
    """A proven bound with the multipliers and the cuts that prove it.

    Attributes
    ----------
    bound : float
        No choice covers more (recomputed from the multipliers, not taken from the solver); -inf
        when the solver says that none keeps the rules.
    worth : float64 array, shape (candidates,)
        What each candidate is worth at the multipliers; see :func:`fix_candidates`.
    opened : float64 array, shape (candidates,)
        The relaxation's fractional choice.
    triples : int32 array, shape (cuts, 3)
        Demand points of the cuts that bind.
    is_solved : bool
        False when it was too large to solve and multipliers alone prove the bound.
    """

    bound: float
    worth: FloatArray
    opened: FloatArray
    triples: IndexArray
    is_solved: bool = True


def cut_rows(problem: CoverProblem, triples: IndexArray) -> sparse.csr_array:
    """Return the cuts' factors of the candidates, one row per triple.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    triples : int32 array, shape (cuts, 3)
        Demand points.

    Raises
    ------
    IndexError
        When a triple names a demand point that is not there.
    """
    pointers, columns, factors = kernels.triple_rows(
        triples, problem.reach_ptr, problem.reach_idx, problem.candidate_n
    )
    return sparse.csr_array((factors, columns, pointers), shape=(len(triples), problem.candidate_n))


def add_cuts(
    programme: IntegerProgramme,
    problem: CoverProblem,
    triples: IndexArray,
    sites: Columns,
    missed: Columns,
) -> None:
    """Add the cuts of triples as rows over candidates and uncovered points.

    Parameters
    ----------
    programme : IntegerProgramme
        The programme.
    problem : CoverProblem
        Who covers whom.
    triples : int32 array, shape (cuts, 3)
        Demand points.
    sites, missed : Columns
        Blocks of the candidates and of the demand points.

    Raises
    ------
    IndexError
        When a triple names a demand point that is not there.
    """
    factors = {sites: cut_rows(problem, triples), missed: _eyes(problem, triples)}
    programme.add_rows(factors, lower=2.0)


def add_rules(programme: IntegerProgramme, rows: RuleRows, sites: Columns, missed: Columns) -> None:
    """Add the active rules as rows over candidates and uncovered points.

    Parameters
    ----------
    programme : IntegerProgramme
        The programme.
    rows : RuleRows
        The rules.
    sites, missed : Columns
        Blocks of the candidates and of the demand points.

    Raises
    ------
    ValueError
        When the rules do not fit the blocks.
    """
    if not rows.is_binding:
        return
    active = rows.active()
    whole = np.asarray(active.people.sum(axis=1)).ravel()
    programme.add_rows(
        {sites: active.sites, missed: -active.people},
        lower=active.lower - whole,
        upper=active.upper - whole,
    )


def _eyes(problem: CoverProblem, triples: IndexArray) -> sparse.csr_array:
    """Return ones at the three demand points of each triple, shape (cuts, demand)."""
    where = (np.repeat(np.arange(len(triples)), 3), triples.ravel())
    return sparse.csr_array((np.ones(triples.size), where), shape=(len(triples), problem.demand_n))


def proven_bound(
    problem: CoverProblem,
    site_n: int,
    prices: FloatArray,
    triples: IndexArray,
    cut_prices: FloatArray,
    rows: RuleRows | None = None,
    rule_prices: FloatArray | None = None,
) -> tuple[float, FloatArray]:
    """Return the bound that multipliers of rows and cuts prove, and the worth of each candidate.

    Valid for any multipliers: negative ones are set to 0, and everything is recomputed here.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    site_n : int
        Number of sites.
    prices : float64 array, shape (demand,)
        Multipliers of the covering rows.
    triples : int32 array, shape (cuts, 3)
        Demand points of the cuts.
    cut_prices : float64 array, shape (cuts,)
        Multipliers of the cuts.
    rows : RuleRows, optional
        Rules; the active ones have multipliers.
    rule_prices : float64 array, shape (active rows,), optional
        Multipliers of the active rules: above 0 for what a row's lower end costs, below 0 for its
        upper end.

    Raises
    ------
    ValueError
        When the arrays do not fit one another.
    """
    row = np.maximum(prices, 0.0)
    cut = np.maximum(cut_prices, 0.0)
    left = (problem.weights - row).astype(np.float64)
    np.subtract.at(left, triples.ravel(), np.repeat(cut, 3))
    worth = kernels.sums(problem.cover_ptr, problem.cover_idx, row)
    if len(triples):
        worth = worth + cut_rows(problem, triples).T @ cut
    paid = 0.0
    if rows is not None and rule_prices is not None and len(rule_prices):
        active = rows.active()
        end = np.where(rule_prices > 0, active.lower, active.upper)
        price = np.where(np.isfinite(end), rule_prices, 0.0)
        paid = float(price @ np.where(np.isfinite(end), end, 0.0))
        left = left + active.people.T @ price
        worth = worth + active.sites.T @ price
    top = np.sort(worth)[::-1][:site_n]
    return float(np.maximum(left, 0.0).sum() + top.sum() + cut.sum() - paid), worth


def tighten(
    problem: CoverProblem,
    site_n: int,
    *,
    target: float,
    deadline: float,
    rows: RuleRows | None = None,
) -> Relaxed | None:
    """Return the relaxation after rounds of cuts; None when not even the first one ends in time.

    Parameters
    ----------
    problem : CoverProblem
        A presolved problem.
    site_n : int
        Number of sites, at most the number of candidates.
    target : float
        Weight of a known choice: rounds end when the bound comes down to it.
    deadline : float
        ``time.monotonic()`` at which to stop.
    rows : RuleRows, optional
        Rules; the active ones are rows of the relaxation.

    Raises
    ------
    SolverError
        When HiGHS refuses the model.
    """
    solver = _first_model(problem, site_n, rows)
    triples = np.empty((0, 3), dtype=np.int32)
    best: Relaxed | None = None
    search_s = 0.0
    while True:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            return best
        solver.setOptionValue("time_limit", float(solver.getRunTime()) + left_s)
        solver.run()
        if is_infeasible(solver):
            nothing = np.zeros(problem.candidate_n)
            return Relaxed(-np.inf, nothing, nothing, triples[:0])
        point = solver.getSolution()
        if not point.value_valid or not point.dual_valid:
            return best
        now = _read(problem, site_n, point, triples, rows)
        progress = best is None or best.bound - now.bound > LEAST_PROGRESS * now.bound
        if best is None or now.bound < best.bound:
            best = now
        begun = time.monotonic()
        if now.bound < target + 1 or not progress or begun + search_s >= deadline:
            return best  # no new cuts where the last search for them took longer than what is left
        new = _breaches(problem, np.array(point.col_value))
        search_s = time.monotonic() - begun
        if not len(new):
            return best
        _add(solver, problem, new)
        triples = np.concatenate([triples, new])


def _first_model(problem: CoverProblem, site_n: int, rows: RuleRows | None) -> Any:  # noqa: ANN401  (highspy has no types)
    """Return HiGHS with the relaxation: least weight not covered."""
    programme = IntegerProgramme()
    sites = programme.add_columns(problem.candidate_n)
    missed = programme.add_columns(problem.demand_n, gains=-problem.weights)
    eye = sparse.eye_array(problem.demand_n)
    programme.add_rows({sites: problem.matrix(), missed: eye}, lower=1.0)
    programme.add_rows({sites: np.ones((1, sites.count))}, lower=site_n, upper=site_n)
    if rows is not None:
        add_rules(programme, rows, sites, missed)
    solver = programme.to_solver()
    solver.setOptionValue("solver", "ipm")
    return solver


def _read(
    problem: CoverProblem,
    site_n: int,
    point: Any,  # noqa: ANN401
    triples: IndexArray,
    rows: RuleRows | None,
) -> Relaxed:
    """Return what the solver's multipliers prove."""
    dual = np.array(point.row_dual)
    rule_n = 0 if rows is None else int(rows.is_active.sum())
    first_cut = problem.demand_n + 1 + rule_n
    prices, cut_prices = np.abs(dual[: problem.demand_n]), np.abs(dual[first_cut:])
    rule_prices = -dual[problem.demand_n + 1 : first_cut]
    bound, worth = proven_bound(problem, site_n, prices, triples, cut_prices, rows, rule_prices)
    opened = np.array(point.col_value)[: problem.candidate_n]
    return Relaxed(bound, worth, opened, triples[cut_prices > ZERO])


def _breaches(problem: CoverProblem, values: FloatArray) -> IndexArray:
    """Return the triples whose cuts the fractional choice breaks most."""
    opened = np.where(values[: problem.candidate_n] > ZERO, values[: problem.candidate_n], 0.0)
    covered = 1.0 - values[problem.candidate_n :]
    reach_ptr, reach_idx = _only(
        problem.reach_ptr, problem.reach_idx, opened[problem.reach_idx] > 0
    )
    owner = np.repeat(np.arange(problem.candidate_n), np.diff(problem.cover_ptr))
    cover_ptr, cover_idx = _only(problem.cover_ptr, problem.cover_idx, opened[owner] > 0)
    triples, scores = kernels.best_triples(
        covered,
        problem.weights.astype(np.float64),
        opened,
        reach_ptr,
        reach_idx,
        cover_ptr,
        cover_idx,
        1e-7 * float(problem.weights.sum()),
    )
    return triples[np.argsort(-scores, kind="stable")[:CUTS_A_ROUND]]


def _only(
    pointers: IntArray,
    indices: IndexArray,
    keep: Any,  # noqa: ANN401
) -> tuple[IntArray, IndexArray]:
    """Return CSR rows with only some of their entries."""
    before = np.concatenate([[0], np.cumsum(keep)])
    return before[pointers].astype(np.int64), indices[keep]


def _add(solver: Any, problem: CoverProblem, triples: IndexArray) -> None:  # noqa: ANN401
    """Add cuts to the solver; from here on the dual simplex goes on from the last basis."""
    both = sparse.hstack([cut_rows(problem, triples), _eyes(problem, triples)]).tocsr()
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
