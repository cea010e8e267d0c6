"""Maximal covering under rules as one integer programme, and what is asked of it by HiGHS alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from livelihood_map.core.highs import IntegerProgramme
from livelihood_map.siting.solver.cut_kernels import triple_rows
from livelihood_map.siting.solver.presolve import Presolved, shrink
from livelihood_map.siting.solver.rows import Rule, RuleRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from livelihood_map.core.budget import Budget
    from livelihood_map.core.highs import Columns, ProgrammeAnswer
    from livelihood_map.siting.solver.cover_problem import (
        CoverProblem,
        FloatArray,
        IndexArray,
        IntArray,
    )


def cut_rows(problem: CoverProblem, triples: IndexArray) -> tuple[sparse.csr_array, ...]:
    """Return the factors of candidates and of uncovered points in the cuts of triples."""
    pointers, columns, factors = triple_rows(problem, triples)
    count = len(triples)
    where = (np.repeat(np.arange(count), 3), triples.ravel())
    return (
        sparse.csr_array((factors, columns, pointers), shape=(count, problem.candidate_n)),
        sparse.csr_array((np.ones(triples.size), where), shape=(count, problem.demand_n)),
    )


@dataclass(frozen=True)
class Stated:
    """Maximal covering as an integer programme that grows by rows.

    Attributes
    ----------
    sites : Columns
        Whether each candidate is chosen.
    missed : Columns
        Whether each demand point is left uncovered.
    """

    problem: CoverProblem
    programme: IntegerProgramme
    sites: Columns
    missed: Columns

    @classmethod
    def of(
        cls,
        problem: CoverProblem,
        *,
        losses: ArrayLike = 0.0,
        liking: ArrayLike = 0.0,
        upper: ArrayLike = 1.0,
        is_whole: bool = True,
    ) -> Stated:
        """Return the programme that a point is uncovered or has a site, without further rows.

        Parameters
        ----------
        losses : float64 array, shape (demand,), or float
            What an uncovered point costs.
        liking, upper : float64 array, shape (candidates,), or float
            What a chosen candidate brings by itself, and how far it may be chosen.
        """
        programme = IntegerProgramme()
        sites = programme.add_columns(
            problem.candidate_n, gains=liking, upper=upper, is_whole=is_whole
        )
        missed = programme.add_columns(problem.demand_n, gains=-np.asarray(losses))
        stated = cls(problem, programme, sites, missed)
        stated.add_covers()
        return stated

    def add_covers(self) -> None:
        """Add the rows that a demand point is uncovered or has a site."""
        eye = sparse.eye_array(self.problem.demand_n)
        self.programme.add_rows({self.sites: self.problem.matrix(), self.missed: eye}, lower=1.0)

    def add_number(self, site_n: int) -> None:
        """Add the row of exactly so many sites."""
        row = np.ones((1, self.sites.count))
        self.programme.add_rows({self.sites: row}, lower=site_n, upper=site_n)

    def add_rules(self, rows: RuleRows, below: Columns | None = None) -> None:
        """Add rules; what each comes to, less the column `below`, is in its range."""
        factors, lower, upper = rows.factors(self.sites, self.missed)
        if not len(lower):
            return
        if below is not None:
            factors[below] = sparse.csr_array(-np.ones((len(lower), 1)))
        self.programme.add_rows(factors, lower=lower, upper=upper)

    def add_cuts(self, triples: IndexArray) -> None:
        """Add the cuts of triples."""
        if len(triples):
            own, points = cut_rows(self.problem, triples)
            self.programme.add_rows({self.sites: own, self.missed: points}, lower=2.0)

    def point(self, chosen: IntArray) -> dict[Columns, FloatArray]:
        """Return a choice as values of candidates and uncovered points."""
        sites = np.zeros(self.sites.count)
        sites[chosen] = 1.0
        return {self.sites: sites, self.missed: (self.problem.counts(chosen) == 0).astype(float)}

    def maximise(
        self,
        budget: Budget,
        *,
        gap: float,
        start: IntArray | None = None,
        pace: float | None = None,
    ) -> ProgrammeAnswer:
        """Return HiGHS's answer, from a choice that keeps the rows where one is known.

        With a pace, see :meth:`IntegerProgramme.maximise`, it trusts pseudo costs at once.
        """
        return self.programme.maximise(
            budget,
            absolute_gap=gap,
            start=None if start is None else self.point(start),
            has_strong_branching=pace is None,
            pace=pace or 1.0,
        )


def is_possible(problem: CoverProblem, rules: Sequence[Rule], budget: Budget) -> bool:
    """Return whether any choice keeps the rules; True when HiGHS cannot tell within the budget."""
    answer = _only_named(problem, rules).maximise(budget, gap=0.5)
    return answer.status != "infeasible"


def fairest_share(
    problem: CoverProblem, rules: Sequence[Rule], floors: Sequence[Rule], budget: Budget
) -> tuple[float, bool, IntArray | None]:
    """Return the greatest share that every town can reach at once, its proof, and such a choice.

    The share is NaN when no choice keeps the rules, 0 when none was found within the budget.

    Parameters
    ----------
    floors : sequence of Rule
        For each town the rule, of one row, that a share of 0 of its people is reached: what that
        row comes to above its end is the share, in the rule's scale.
    """
    scale = np.array([floor.scale for floor in floors])
    every = RuleRows.of(problem, floors)
    people = (sparse.diags_array(scale) @ every.people).tocsr()
    every = replace(every, people=people, lower=scale * every.lower)
    small = merge_demand(problem, [*rules, *floors])
    stated = Stated.of(small.problem)
    share_column = stated.programme.add_columns(1, gains=1.0)
    stated.add_rules(RuleRows.of(problem, rules).on(small))
    stated.add_rules(every.on(small), below=share_column)
    answer = stated.maximise(budget, gap=1e-6)
    if answer.status == "infeasible":
        return float("nan"), True, None
    chosen = answer.chosen(stated.sites)
    if chosen is None:
        return 0.0, False, None
    reached = every.people @ (problem.counts(chosen) > 0).astype(np.float64)
    return float(np.min(reached - every.lower)), answer.status == "optimal", chosen


def nearest_choice(
    problem: CoverProblem,
    rules: Sequence[Rule],
    chosen: IntArray,
    budget: Budget,
    *,
    start: IntArray | None = None,
) -> IntArray | None:
    """Return a choice that keeps the rules and most of the given sites; None when there is none.

    One site more might be kept. Of choices that keep equally many, one with much weight in its
    candidates is taken.

    Parameters
    ----------
    chosen : int64 array
        Sites to keep where the rules allow.
    start : int64 array, optional
        A choice that keeps the rules; returned where no better one is found.
    """
    weight = problem.matrix().T @ problem.weights
    liking: FloatArray = 0.5 * weight / max(1.0, float(weight.sum()))
    liking[chosen] += 1.0
    stated = _only_named(problem, rules, liking)
    moved = stated.maximise(budget, gap=1.0, start=start).chosen(stated.sites)
    return start if moved is None else moved


def merge_demand(problem: CoverProblem, rules: Sequence[Rule]) -> Presolved:
    """Return the problem with demand merged; all candidates stay, and all whom a rule names."""
    named = np.zeros(problem.demand_n, dtype=np.bool_)
    for rule in rules:
        if rule.people is not None:
            named[rule.people.indices] = True
    every = np.ones(problem.candidate_n, dtype=np.bool_)
    return shrink(problem, kept=every, named=named)


def _only_named(problem: CoverProblem, rules: Sequence[Rule], liking: ArrayLike = 0.0) -> Stated:
    """Return the programme of the rules in which only those points stay whom a rule names."""
    small = merge_demand(problem.without(np.ones(problem.demand_n, dtype=np.bool_)), rules)
    stated = Stated.of(small.problem, liking=liking)
    stated.add_rules(RuleRows.of(problem, rules).on(small))
    return stated
