"""Shrink a covering problem without changing its optimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from livelihood_map.siting.solver import kernels
from livelihood_map.siting.solver.cover_problem import (
    BoolArray,
    CoverProblem,
    IntArray,
    build_problem,
)


@dataclass(frozen=True)
class Presolved:
    """A smaller problem with the way back.

    Attributes
    ----------
    problem : CoverProblem
        Merged demand points, candidates that are left.
    candidates : int64 array, shape (candidates left,)
        Position of each remaining candidate in the problem before.
    demand_to : int64 array, shape (demand before,)
        Position of the merged demand point, -1 where it was dropped.
    """

    problem: CoverProblem
    candidates: IntArray
    demand_to: IntArray

    def gather(self) -> sparse.csr_array:
        """Return ones where a demand point went, shape (demand before, demand)."""
        left = np.flatnonzero(self.demand_to >= 0)
        return sparse.csr_array(
            (np.ones(len(left)), (left, self.demand_to[left])),
            shape=(len(self.demand_to), self.problem.demand_n),
        )


def shrink(
    problem: CoverProblem,
    *,
    banned: BoolArray | None = None,
    kept: BoolArray | None = None,
    named: BoolArray | None = None,
) -> Presolved:
    """Return the problem with demand merged and dominated candidates dropped.

    Demand points with the same candidates become one, whatever rules are about them: they are
    reached alike. Those without weight that no rule names go, and those without a candidate. A
    candidate goes when another one covers all that it covers (of twins the first stays). Both steps
    keep the optimum of maximal covering with a fixed number of sites, as long as no fewer
    candidates are left than sites are wanted, which the caller ensures.

    Parameters
    ----------
    problem : CoverProblem
        The problem before.
    banned : bool array, optional
        Candidates that may not be chosen.
    kept : bool array, optional
        Candidates that a rule tells from others: none is dropped, nor any for one of them.
    named : bool array, shape (demand,), optional
        Demand points that a rule names; they stay though they weigh nothing.
    """
    alive = np.ones(problem.candidate_n, dtype=np.bool_) if banned is None else ~banned
    safe = np.zeros(problem.candidate_n, dtype=np.bool_) if kept is None else kept
    live = problem.weights > 0 if named is None else (problem.weights > 0) | named
    candidates = np.flatnonzero(alive).astype(np.int64)
    demand_to = np.arange(problem.demand_n, dtype=np.int64)
    now = problem
    while True:
        columns = np.full(now.candidate_n, -1, dtype=np.int64)
        if now is problem:
            columns[candidates] = np.arange(len(candidates))
        else:
            columns[:] = np.arange(now.candidate_n)
        merged, mapping = _merge_demand(now, columns, len(candidates), live)
        live = np.ones(merged.demand_n, dtype=np.bool_)
        demand_to[demand_to >= 0] = mapping[demand_to[demand_to >= 0]]
        dominated = kernels.dominated(merged.arrays, safe[candidates])
        if not dominated.any():
            return Presolved(merged, candidates, demand_to)
        left = np.flatnonzero(~dominated)
        candidates = candidates[left]
        columns = np.full(merged.candidate_n, -1, dtype=np.int64)
        columns[left] = np.arange(len(left))
        now = _take(merged, columns, len(left))


def _pairs(problem: CoverProblem) -> tuple[IntArray, IntArray]:
    """Return every covering pair as (demand positions, candidate positions)."""
    owners = np.repeat(np.arange(problem.candidate_n), np.diff(problem.cover_ptr))
    return problem.cover_idx.astype(np.int64), owners.astype(np.int64)


def _take(problem: CoverProblem, columns: IntArray, candidate_n: int) -> CoverProblem:
    """Return the problem on the candidates whose new position is not -1."""
    demand, candidate = _pairs(problem)
    new = columns[candidate]
    return build_problem(demand[new >= 0], new[new >= 0], problem.weights, candidate_n=candidate_n)


def _merge_demand(
    problem: CoverProblem, columns: IntArray, candidate_n: int, live: BoolArray
) -> tuple[CoverProblem, IntArray]:
    """Return the problem with equal demand rows added up, and each row's new position."""
    demand, candidate = _pairs(problem)
    new = columns[candidate]
    use = (new >= 0) & live[demand]
    demand, new = demand[use], new[use]
    generator = np.random.default_rng(20230215)
    keys = generator.integers(1, 2**62, size=(2, max(candidate_n, 1)), dtype=np.int64)
    prints = np.zeros((3, problem.demand_n), dtype=np.int64)
    np.add.at(prints[0], demand, keys[0, new])
    np.add.at(prints[1], demand, keys[1, new])
    np.add.at(prints[2], demand, 1)
    left = np.flatnonzero(prints[2] > 0)
    _, first, inverse = np.unique(prints[:, left], axis=1, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    mapping = np.full(problem.demand_n, -1, dtype=np.int64)
    mapping[left] = rank[inverse.ravel()]
    weights = np.zeros(len(first), dtype=np.int64)
    np.add.at(weights, mapping[left], problem.weights[left])
    is_first = np.zeros(problem.demand_n, dtype=np.bool_)
    is_first[left[first]] = True
    use = is_first[demand]
    merged = build_problem(mapping[demand[use]], new[use], weights, candidate_n=candidate_n)
    return merged, mapping
