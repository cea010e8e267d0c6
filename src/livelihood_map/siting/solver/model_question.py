"""What every model is asked: who walks how far to which candidate, under which rules."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from scipy import sparse

from livelihood_map.siting.solver.cover_problem import WEIGHT_SCALE, build_problem
from livelihood_map.siting.solver.covering import Answer, solve_covering
from livelihood_map.siting.solver.feasibility import (
    Stated,
    add_covers,
    merge_demand,
    nearest_choice,
)
from livelihood_map.siting.solver.rows import forced, keeps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from livelihood_map.core.highs import Columns, IntegerProgramme
    from livelihood_map.siting.solver.cover_problem import CoverProblem, FloatArray, IntArray
    from livelihood_map.siting.solver.rows import Rule

NEAR_ZERO_M: Final = 1e-9
START_SHARE: Final = 0.3
"""Share of the time for moving the first plan until it keeps the rules."""


def walk_matrix(
    rows: IntArray, columns: IntArray, walk_m: FloatArray, *, shape: tuple[int, int]
) -> sparse.csr_array:
    """Return walks as a sparse matrix in which a walk of 0 m is not lost.

    Parameters
    ----------
    rows, columns : int64 arrays
        Positions of demand points and candidates.
    walk_m : float64 array
        Metres.
    shape : tuple
        Demand points, candidates.

    Raises
    ------
    ValueError
        When a position lies outside the shape.
    """
    return sparse.csr_array((np.maximum(walk_m, NEAR_ZERO_M), (rows, columns)), shape=shape)


@dataclass(frozen=True)
class Asked:
    """The question of a model.

    Attributes
    ----------
    walk_m : csr_array, shape (demand, candidates)
        Walks, metres, of :func:`walk_matrix`: an entry only where a walk is known.
    people : float64 array, shape (demand,)
        Weight of each demand point.
    site_n : int
        Number of sites.
    seed : int
        Seed of all random steps.
    deadline : float
        ``time.monotonic()`` at which to stop.
    rules : sequence of Rule
        The office's rules; without any, the number of sites alone.
    reach : CoverProblem or None
        Who is reached by whom, for the rules on people: whatever the model itself counts, such a
        rule counts who has a site within this walk.
    """

    walk_m: sparse.csr_array
    people: FloatArray
    site_n: int
    seed: int
    deadline: float
    rules: Sequence[Rule] = ()
    reach: CoverProblem | None = None

    @property
    def candidate_n(self) -> int:
        """Number of candidates."""
        return int(self.walk_m.shape[1])

    @property
    def left_s(self) -> float:
        """Seconds left, at least a tenth of one."""
        return max(0.1, self.deadline - time.monotonic())

    def within(self, reach_m: float) -> sparse.csr_array:
        """Return the 0-1 matrix of walks of at most `reach_m`, rounded to 1 mm."""
        pairs = self.walk_m.tocoo()
        keep = np.round(pairs.data, 3) <= reach_m
        ones = np.ones(int(keep.sum()))
        return sparse.csr_array((ones, (pairs.row[keep], pairs.col[keep])), shape=pairs.shape)

    def nearest(self, chosen: IntArray, farthest_m: FloatArray) -> FloatArray:
        """Return each demand point's walk to the nearest of the chosen, at most `farthest_m`."""
        walk = farthest_m.astype(np.float64).copy()
        pairs = self.walk_m[:, chosen].tocoo()
        np.minimum.at(walk, pairs.row, np.where(pairs.data <= NEAR_ZERO_M, 0.0, pairs.data))
        return walk

    def allowed(self) -> Asked:
        """Return the question without the walks to candidates that a rule bars."""
        _, banned = forced(self.rules, self.candidate_n)
        pairs = self.walk_m.tocoo()
        keep = ~banned[pairs.col]
        kept = (pairs.data[keep], (pairs.row[keep], pairs.col[keep]))
        return replace(self, walk_m=sparse.csr_array(kept, shape=pairs.shape))

    def add_rules(self, programme: IntegerProgramme, sites: Columns) -> None:
        """Add the rules to a model's programme, with columns of uncovered points where asked.

        Raises
        ------
        ValueError
            When the rules do not fit the candidates.
        """
        if self.reach is None or all(rule.people is None for rule in self.rules):
            for rule in self.rules:
                programme.add_rows({sites: rule.sites}, lower=rule.lower, upper=rule.upper)
            return
        small = merge_demand(self.reach, self.rules)
        missed = programme.add_columns(small.problem.demand_n)
        Stated(programme, sites, missed, small).add_rules(self.rules)
        add_covers(programme, small.problem, sites, missed)

    def cover_most(self, rows: IntArray, columns: IntArray, weights: IntArray) -> Answer:
        """Return the answer of maximal covering on a list of pairs, under the rules.

        Parameters
        ----------
        rows, columns : int64 arrays
            Points of weight and the candidates that cover them.
        weights : int64 array
            Weight of each point.

        Raises
        ------
        ValueError
            When there are fewer candidates than sites.
        InfeasibleError
            When no choice keeps the rules, or none was found in time.
        """
        if self.reach is not None and any(rule.people is not None for rule in self.rules):
            reach = self.reach
            owner = np.repeat(np.arange(self.candidate_n), np.diff(reach.cover_ptr))
            rows = np.concatenate([reach.cover_idx, rows + reach.demand_n])
            columns = np.concatenate([owner, columns])
            weights = np.concatenate([np.zeros(reach.demand_n, dtype=np.int64), weights])
        return solve_covering(
            build_problem(rows, columns, weights, candidate_n=self.candidate_n),
            self.site_n,
            rules=self.rules,
            seed=self.seed,
            time_limit_s=self.left_s,
        )

    def first_plan(self, new_tally: Callable[[], Tally]) -> tuple[IntArray, float] | None:
        """Return a plan found at once with its figure; None where none that keeps the rules is.

        Each site adds most of all candidates that are left; where that breaks a rule the plan is
        moved as little as the rules demand.

        Parameters
        ----------
        new_tally : callable
            Returns the tally of no sites.

        Raises
        ------
        SolverError
            When HiGHS refuses a model.
        """
        fixed, banned = forced(self.rules, self.candidate_n)
        tally = new_tally()
        chosen = [int(site) for site in fixed]
        for site in chosen:
            tally.add(site)
        while len(chosen) < self.site_n:
            gains = np.where(banned, -1.0, tally.gains())
            gains[chosen] = -1.0
            chosen.append(int(np.argmax(gains)))
            tally.add(chosen[-1])
        plan = np.sort(np.array(chosen, dtype=np.int64))
        if self.reach is None or keeps(self.reach, self.rules, plan):
            return plan, tally.total
        share_s = START_SHARE * self.left_s
        moved = nearest_choice(self.reach, self.rules, plan, time_limit_s=share_s)
        if moved is None:
            return None
        tally = new_tally()
        for site in moved:
            tally.add(int(site))
        return moved, tally.total

    def answer(
        self, chosen: IntArray, objective: float, bound: float, *, is_proved: bool
    ) -> Answer:
        """Return an answer in thousandths of the model's own figure."""
        return Answer(
            chosen,
            objective * WEIGHT_SCALE,
            bound * WEIGHT_SCALE,
            "optimal" if is_proved else "time_limit",
        )


class Tally(Protocol):
    """What the sites so far come to in a model's own figure."""

    @property
    def total(self) -> float:
        """The figure."""

    def gains(self) -> FloatArray:
        """Return what each candidate would add."""

    def add(self, candidate: int) -> None:
        """Open a candidate."""


@dataclass
class Filled:
    """People served when each site serves only so many.

    A site takes the same share of all whom it reaches and nobody serves yet: a division that can
    be had, if not the best.

    Attributes
    ----------
    near : csc_array, shape (demand, candidates)
        Ones where a candidate reaches a demand point.
    left : float64 array
        People not served yet; changed.
    capacity : float
        People that one site can serve.
    total : float
        People served.
    """

    near: sparse.csc_array
    left: FloatArray
    capacity: float
    total: float = field(default=0.0, init=False)

    def gains(self) -> FloatArray:
        """Return how many people each candidate could serve."""
        return np.asarray(np.minimum(self.capacity, self.near.T @ self.left))

    def add(self, candidate: int) -> None:
        """Open a candidate."""
        rows = self.near.indices[self.near.indptr[candidate] : self.near.indptr[candidate + 1]]
        here = float(self.left[rows].sum())
        served = min(self.capacity, here)
        if served > 0:
            self.left[rows] *= 1.0 - served / here
            self.total += served


@dataclass
class Doubled:
    """People reached once, and with a weight those reached twice.

    Attributes
    ----------
    near : csc_array, shape (demand, candidates)
        Ones where a candidate reaches a demand point.
    people : float64 array
        People at each demand point.
    weight : float
        Weight of a second outlet.
    count : int64 array
        Outlets within reach of each demand point; changed.
    """

    near: sparse.csc_array
    people: FloatArray
    weight: float
    count: IntArray

    @property
    def total(self) -> float:
        """People reached, those reached twice with the weight of a second outlet more."""
        worth = (self.count >= 1) + self.weight * (self.count > 1)
        return float((self.people * worth).sum())

    def gains(self) -> FloatArray:
        """Return what each candidate would add."""
        next_worth = np.select([self.count == 0, self.count == 1], [1.0, self.weight], 0.0)
        return np.asarray(self.near.T @ (self.people * next_worth))

    def add(self, candidate: int) -> None:
        """Open a candidate."""
        ends = self.near.indptr[candidate : candidate + 2]
        self.count[self.near.indices[ends[0] : ends[1]]] += 1
