"""Shrink a covering problem without changing its optimum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from livelihood_map.network.dominance_kernels import find_outdone
from livelihood_map.siting.solver.cover_problem import BoolArray, CoverProblem, IntArray, problem_of


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
    kept : bool array, optional
        Candidates that a rule tells from others: none is dropped, nor any for one of them.
    named : bool array, shape (demand,), optional
        Demand points that a rule names; they stay though they weigh nothing.
    """
    is_safe = np.zeros(problem.candidate_n, dtype=np.bool_) if kept is None else kept
    live = problem.weights > 0 if named is None else (problem.weights > 0) | named
    is_left = np.ones(problem.candidate_n, dtype=np.bool_) if banned is None else ~banned
    candidates = np.flatnonzero(is_left).astype(np.int64)
    demand_to = np.where(live, np.arange(problem.demand_n, dtype=np.int64), -1)
    now = problem
    while True:
        # demand_to leads to the points of now, whose candidates that are left are `candidates`
        now, mapping = _merge_demand(now, is_left, live)
        demand_to[demand_to >= 0] = mapping[demand_to[demand_to >= 0]]
        live = np.ones(now.demand_n, dtype=np.bool_)
        is_left = ~_dominated(now, is_safe[candidates])
        if is_left.all():
            return Presolved(now, candidates, demand_to)
        candidates = candidates[is_left]


def _merge_demand(
    problem: CoverProblem, is_left: BoolArray, live: BoolArray
) -> tuple[CoverProblem, IntArray]:
    """Return the problem on some candidates with equal live demand points added up.

    Also each point's new position, -1 for those without a candidate.
    """
    reach = problem.matrix()[:, np.flatnonzero(is_left)]
    used = np.flatnonzero(live & (np.diff(reach.indptr) > 0))
    reach = reach[used]
    generator = np.random.default_rng(20230215)
    keys = generator.integers(1, 2**62, size=(reach.shape[1], 2), dtype=np.int64)
    prints = np.column_stack([reach.astype(np.int64) @ keys, np.diff(reach.indptr)])
    _, first, inverse = np.unique(prints, axis=0, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    mapping = np.full(problem.demand_n, -1, dtype=np.int64)
    mapping[used] = rank[inverse.ravel()]
    weights = np.zeros(len(first), dtype=np.int64)
    np.add.at(weights, mapping[used], problem.weights[used])
    return problem_of(reach[np.sort(first)], weights), mapping


def _dominated(problem: CoverProblem, is_safe: BoolArray) -> BoolArray:
    """Return which candidates another makes superfluous; safe ones neither go nor make go."""
    number = np.arange(1, problem.candidate_n + 1, dtype=np.int32)
    group = np.where(is_safe, number, np.int32(0))
    width = np.zeros(problem.candidate_n, dtype=np.int64)
    is_outdone: BoolArray = find_outdone(*problem[1:], group, width)
    is_outdone |= (np.diff(problem.cover_ptr) == 0) & ~is_safe
    return is_outdone
