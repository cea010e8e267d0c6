"""What every model beside covering is asked: who walks how far to whom, under which rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from livelihood_map.siting.solver.constants import TRIAL_SHARE
from livelihood_map.siting.solver.cover_problem import WEIGHT_SCALE, build_problem, scale_weights
from livelihood_map.siting.solver.covering import Answer, solve_covering, status_of
from livelihood_map.siting.solver.local_search import choose_greedily
from livelihood_map.siting.solver.programmes import Stated, merge_demand, nearest_choice
from livelihood_map.siting.solver.rows import Rule, RuleRows, forced, keeps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.budget import Budget
    from livelihood_map.core.highs import Columns, IntegerProgramme
    from livelihood_map.siting.solver.cover_problem import CoverProblem, FloatArray, IntArray

NEAR_ZERO_M = 1e-9
"""A walk of 0 m, so that a sparse matrix does not lose it."""


def walk_matrix(
    rows: IntArray, columns: IntArray, walk_m: FloatArray, *, shape: tuple[int, int]
) -> sparse.csr_array:
    """Return walks (metres) of demand points and candidates as a matrix that keeps those of 0 m."""
    return sparse.csr_array((np.maximum(walk_m, NEAR_ZERO_M), (rows, columns)), shape=shape)


def within(walk_m: sparse.csr_array, reach_m: float) -> sparse.csr_array:
    """Return the 0-1 matrix of walks of at most so many metres, rounded to 1 mm."""
    pairs = walk_m.tocoo()
    keep = np.round(pairs.data, 3) <= reach_m
    ones = np.ones(int(keep.sum()))
    return sparse.csr_array((ones, (pairs.row[keep], pairs.col[keep])), shape=pairs.shape)


@dataclass(frozen=True)
class Asked:
    """The question of a model.

    Attributes
    ----------
    walk_m : csr_array, shape (demand, candidates)
        Walks, metres, of :func:`walk_matrix`: an entry only where a walk is known.
    people : float64 array, shape (demand,)
        Weight of each demand point.
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
    budget: Budget
    rules: Sequence[Rule] = ()
    reach: CoverProblem | None = None

    @property
    def candidate_n(self) -> int:
        """Number of candidates."""
        return int(self.walk_m.shape[1])

    def within(self, reach_m: float) -> sparse.csr_array:
        """Return the 0-1 matrix of walks of at most `reach_m`."""
        return within(self.walk_m, reach_m)

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
        """Add the rules to a model's programme, with columns of uncovered points where asked."""
        if self.reach is None or all(rule.people is None for rule in self.rules):
            for rule in self.rules:
                programme.add_rows({sites: rule.sites}, lower=rule.lower, upper=rule.upper)
            return
        small = merge_demand(self.reach, self.rules)
        missed = programme.add_columns(small.problem.demand_n)
        stated = Stated(small.problem, programme, sites, missed)
        stated.add_covers()
        stated.add_rules(RuleRows.of(self.reach, self.rules).on(small))

    def cover_most(self, rows: IntArray, columns: IntArray, weights: IntArray) -> Answer:
        """Return the answer of maximal covering on a list of pairs, under the rules.

        Parameters
        ----------
        rows, columns : int64 arrays
            Points of weight and the candidates that cover them.
        weights : int64 array
            Weight of each point.
        """
        if self.reach is not None and any(rule.people is not None for rule in self.rules):
            reach = self.reach
            owner = np.repeat(np.arange(self.candidate_n), np.diff(reach.cover_ptr))
            rows = np.concatenate([reach.cover_idx, rows + reach.demand_n])
            columns = np.concatenate([owner, columns])
            weights = np.concatenate([np.zeros(reach.demand_n, dtype=np.int64), weights])
        problem = build_problem(rows, columns, weights, candidate_n=self.candidate_n)
        return solve_covering(
            problem, self.site_n, rules=self.rules, seed=self.seed, budget=self.budget
        )

    def first_choice(self, near: sparse.csr_array, weights: FloatArray) -> IntArray | None:
        """Return a choice found at once; None where none that keeps the rules is.

        The greedy one of covering, moved as little as the rules demand.

        Parameters
        ----------
        near : csr_array, shape (demand, candidates)
            Ones where a candidate serves a demand point.
        weights : float64 array, shape (demand,)
            What it is worth that a site serves a demand point.
        """
        pairs = near.tocoo()
        problem = build_problem(
            pairs.row, pairs.col, scale_weights(weights), candidate_n=self.candidate_n
        )
        fixed, banned = forced(self.rules, self.candidate_n)
        chosen = np.sort(choose_greedily(problem, self.site_n, fixed=fixed, banned=banned))
        if self.reach is None or keeps(self.reach, self.rules, chosen):
            return chosen
        return nearest_choice(self.reach, self.rules, chosen, self.budget.part(TRIAL_SHARE))

    def answer(
        self, chosen: IntArray, objective: float, bound: float, *, is_proved: bool
    ) -> Answer:
        """Return an answer in thousandths of the model's own figure."""
        status = status_of(self.budget, is_proved=is_proved)
        return Answer(chosen, objective * WEIGHT_SCALE, bound * WEIGHT_SCALE, status)
