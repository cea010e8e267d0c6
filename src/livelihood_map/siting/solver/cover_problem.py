"""The covering problem on arrays: what every solver of this folder takes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from livelihood_map.core.errors import InfeasibleError

IntArray = NDArray[np.int64]
IndexArray = NDArray[np.int32]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

WEIGHT_SCALE = 1000
"""Solvers count in thousandths of a person, as integers: sums are exact in any order."""

MOST_PEOPLE = 10**11
"""Most weighted people: in thousandths, times metres, they still fit into 64 bits."""


class CoverProblem(NamedTuple):
    """A 0-1 covering matrix in both directions with the weight of every demand point.

    Compiled loops take it as it is.

    Attributes
    ----------
    weights : int64 array, shape (demand,)
        Weight of each demand point, thousandths of a person, >= 0.
    cover_ptr, cover_idx : int64 array (candidates + 1,), int32 array (pairs,)
        CSR: the demand points covered by each candidate, ascending.
    reach_ptr, reach_idx : int64 array (demand + 1,), int32 array (pairs,)
        CSR: the candidates that cover each demand point, ascending.
    """

    weights: IntArray
    cover_ptr: IntArray
    cover_idx: IndexArray
    reach_ptr: IntArray
    reach_idx: IndexArray

    @property
    def demand_n(self) -> int:
        """Number of demand points."""
        return len(self.weights)

    @property
    def candidate_n(self) -> int:
        """Number of candidates."""
        return len(self.cover_ptr) - 1

    @property
    def pair_n(self) -> int:
        """Number of (demand point, candidate) pairs."""
        return len(self.cover_idx)

    def covered_by(self, candidate: int) -> IndexArray:
        """Return the demand points that one candidate covers, ascending."""
        return self.cover_idx[self.cover_ptr[candidate] : self.cover_ptr[candidate + 1]]

    def matrix(self) -> sparse.csr_array:
        """Return ones where a candidate covers a demand point, shape (demand, candidates)."""
        shape = (self.demand_n, self.candidate_n)
        return sparse.csr_array((np.ones(self.pair_n), self.reach_idx, self.reach_ptr), shape=shape)

    def counts(self, chosen: IntArray) -> IntArray:
        """Return how many of the chosen candidates cover each demand point."""
        count = np.zeros(self.demand_n, dtype=np.int64)
        for candidate in chosen:
            count[self.covered_by(int(candidate))] += 1
        return count

    def without(self, is_covered: BoolArray) -> CoverProblem:
        """Return the problem in which the marked demand points weigh nothing."""
        return self._replace(weights=np.where(is_covered, 0, self.weights))

    def weighing(self, weights: IntArray) -> CoverProblem:
        """Return the problem with other weights."""
        return self._replace(weights=weights)

    def part(self, points: IntArray) -> CoverProblem:
        """Return the problem on some of the demand points, in this order."""
        return problem_of(self.matrix()[points], self.weights[points])

    def objective(self, chosen: IntArray) -> int:
        """Return the weight covered by at least one of the chosen candidates."""
        return int(self.weights[self.counts(chosen) > 0].sum())


def scale_weights(people: FloatArray) -> IntArray:
    """Return weights in thousandths of a person, rounded to the nearest integer.

    Parameters
    ----------
    people : float64 array
        People per demand point, >= 0, finite.

    Raises
    ------
    ValueError
        If a value is negative or not finite.
    InfeasibleError
        If they are too many to be counted exactly, together.

    Examples
    --------
    >>> scale_weights(np.array([1.0, 0.25])).tolist()
    [1000, 250]
    """
    if not np.all(np.isfinite(people)) or np.any(people < 0):
        msg = "weights must be finite and not negative"
        raise ValueError(msg)
    total = float(people.sum())
    if total > MOST_PEOPLE:
        raise InfeasibleError(
            "siting.too_many_people", total=f"{total:.3g}", most=f"{MOST_PEOPLE:,}"
        )
    return np.rint(people * WEIGHT_SCALE).astype(np.int64)


def build_problem(
    demand_pos: NDArray[np.integer],
    candidate_pos: NDArray[np.integer],
    weights: IntArray,
    *,
    candidate_n: int,
) -> CoverProblem:
    """Return the covering problem of a list of covering pairs; repeated pairs count once.

    Parameters
    ----------
    demand_pos, candidate_pos : integer arrays, shape (pairs,)
        Positions: ``demand_pos[k]`` is covered by ``candidate_pos[k]``.
    weights : int64 array, shape (demand,)
        Weights, thousandths of a person.
    candidate_n : int
        Number of candidates, also those that cover nothing.

    Raises
    ------
    ValueError
        If the pair arrays differ in length or point outside the tables (SciPy says where).

    Examples
    --------
    >>> problem = build_problem(np.array([0, 1, 1]), np.array([0, 0, 1]),
    ...                         np.array([5, 7]), candidate_n=2)
    >>> problem.covered_by(0).tolist(), problem.objective(np.array([1]))
    ([0, 1], 7)
    """
    ones = np.ones(len(demand_pos), dtype=np.int8)
    reach = sparse.csr_array((ones, (demand_pos, candidate_pos)), shape=(len(weights), candidate_n))
    return problem_of(reach, np.asarray(weights, dtype=np.int64))


def problem_of(reach: sparse.csr_array, weights: IntArray) -> CoverProblem:
    """Return the problem of a matrix without repeats, shape (demand, candidates), and weights."""
    cover = reach.tocsc()  # its rows come out ascending, and so do those turned back
    back = cover.tocsr()
    return CoverProblem(
        weights,
        cover.indptr.astype(np.int64),
        cover.indices.astype(np.int32),
        back.indptr.astype(np.int64),
        back.indices.astype(np.int32),
    )
