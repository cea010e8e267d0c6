"""Maximal covering under the office's rules, by HiGHS."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from livelihood_map.core.highs import IntegerProgramme
from livelihood_map.siting.solver.presolve import Presolved, shrink
from livelihood_map.siting.solver.rows import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.highs import Columns, ProgrammeAnswer
    from livelihood_map.siting.solver.cover_problem import (
        BoolArray,
        CoverProblem,
        FloatArray,
        IntArray,
    )


@dataclass(frozen=True)
class Stated:
    """Maximal covering under rules as an integer programme, with the blocks of its columns.

    Attributes
    ----------
    programme : IntegerProgramme
        The programme.
    sites : Columns
        Whether each candidate is chosen.
    missed : Columns
        Whether each demand point is left uncovered.
    small : Presolved
        The problem with demand merged, whose points `missed` is about.
    """

    programme: IntegerProgramme
    sites: Columns
    missed: Columns
    small: Presolved

    def maximise(
        self, *, time_limit_s: float, absolute_gap: float, start: IntArray | None = None
    ) -> ProgrammeAnswer:
        """Return HiGHS's answer, from a choice that keeps the rules where one is known."""
        return self.programme.maximise(
            time_limit_s=time_limit_s,
            absolute_gap=absolute_gap,
            start=None if start is None else self.point(start),
        )

    def add_rules(self, rules: Sequence[Rule], below: Columns | None = None) -> None:
        """Add the rows of rules; what each comes to, less the column `below`, is in its range."""
        for rule in rules:
            factors, lower, upper = rule_rows(self.small, rule, self.sites, self.missed)
            if below is not None:
                factors[below] = -np.ones((len(lower), 1))
            self.programme.add_rows(factors, lower=lower, upper=upper)

    def point(self, chosen: IntArray) -> dict[Columns, FloatArray]:
        """Return a choice as values of candidates and uncovered points."""
        sites = np.zeros(self.sites.count)
        sites[chosen] = 1.0
        missed = self.small.problem.counts(chosen) == 0
        return {self.sites: sites, self.missed: missed.astype(np.float64)}


def is_possible(
    problem: CoverProblem, rules: Sequence[Rule], *, time_limit_s: float = 60.0
) -> bool:
    """Return whether any choice keeps the rules; True when HiGHS cannot tell in time.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        The rules.
    time_limit_s : float
        Seconds.

    Raises
    ------
    SolverError
        When HiGHS refuses the model.
    """
    stated = state(_only_named(problem, rules), rules)
    answer = stated.maximise(time_limit_s=time_limit_s, absolute_gap=0.5)
    return answer.status != "infeasible"


def fairest_share(
    problem: CoverProblem,
    rules: Sequence[Rule],
    towns: Sequence[tuple[FloatArray, float, float]],
    *,
    deadline: float,
) -> tuple[float, bool, IntArray | None]:
    """Return the greatest share that every town can reach at once, its proof, and such a choice.

    The share is NaN when no choice keeps the rules, 0 when none was found in time.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        The rules.
    towns : sequence of (people, served, total)
        For each town the people of every demand point that new sites may reach, the people served
        already, and all its people.
    deadline : float
        ``time.monotonic()`` at which to stop.

    Raises
    ------
    SolverError
        When HiGHS refuses the model.
    """
    fair = [
        Rule(
            rules[0].problem,
            sparse.csr_array((1, problem.candidate_n)),
            np.array([-served / total]),
            np.array([np.inf]),
            people=sparse.csr_array((people / total)[None, :]),
        )
        for people, served, total in towns
    ]
    stated = state(merge_demand(problem, [*rules, *fair]), rules)
    share_column = stated.programme.add_columns(1, gains=1.0)
    stated.add_rules(fair, below=share_column)
    answer = stated.maximise(time_limit_s=deadline - time.monotonic(), absolute_gap=1e-6)
    if answer.status == "infeasible":
        return float("nan"), True, None
    chosen = answer.chosen(stated.sites)
    if chosen is None:
        return 0.0, False, None
    reached = problem.counts(chosen) > 0
    share = min((served + people[reached].sum()) / total for people, served, total in towns)
    return float(share), answer.status == "optimal", chosen


def nearest_choice(
    problem: CoverProblem,
    rules: Sequence[Rule],
    chosen: IntArray,
    *,
    time_limit_s: float,
    start: IntArray | None = None,
) -> IntArray | None:
    """Return a choice that keeps the rules and most of the given sites; None when there is none.

    One site more might be kept. Of choices that keep equally many, one with much weight in its
    candidates is taken.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        The rules.
    chosen : int64 array
        Sites to keep where the rules allow.
    time_limit_s : float
        Seconds.
    start : int64 array, optional
        A choice that keeps the rules.

    Raises
    ------
    SolverError
        When HiGHS refuses the model.
    """
    weight = np.bincount(
        np.repeat(np.arange(problem.candidate_n), np.diff(problem.cover_ptr)),
        weights=problem.weights[problem.cover_idx],
        minlength=problem.candidate_n,
    )
    liking: FloatArray = 0.5 * weight.astype(np.float64) / max(1.0, float(weight.sum()))
    liking[chosen] += 1.0
    stated = state(_only_named(problem, rules), rules, liking=liking)
    answer = stated.maximise(time_limit_s=time_limit_s, absolute_gap=1.0, start=start)
    moved = answer.chosen(stated.sites)
    return start if moved is None else moved


def _named(problem: CoverProblem, rules: Sequence[Rule]) -> BoolArray:
    """Return whether a rule is about each demand point."""
    named = np.zeros(problem.demand_n, dtype=np.bool_)
    for rule in rules:
        if rule.people is not None:
            named[rule.people.indices] = True
    return named


def _only_named(problem: CoverProblem, rules: Sequence[Rule]) -> Presolved:
    """Return the problem with demand merged in which only those stay whom a rule names."""
    return merge_demand(problem.without(np.ones(problem.demand_n, dtype=np.bool_)), rules)


def merge_demand(problem: CoverProblem, rules: Sequence[Rule]) -> Presolved:
    """Return the problem with demand merged; all candidates stay, and all whom a rule names.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        The rules.

    Raises
    ------
    ValueError
        When a rule is about more demand points than there are.
    """
    every = np.ones(problem.candidate_n, dtype=np.bool_)
    return shrink(problem, kept=every, named=_named(problem, rules))


def state(
    small: Presolved,
    rules: Sequence[Rule],
    *,
    gains: FloatArray | float = 0.0,
    liking: FloatArray | float = 0.0,
) -> Stated:
    """Return maximal covering under rules as an integer programme.

    Parameters
    ----------
    small : Presolved
        What :func:`merge_demand` makes of the problem.
    rules : sequence of Rule
        The rules.
    gains : float64 array, shape (demand,), or float
        What an uncovered point costs.
    liking : float64 array, shape (candidates,), or float
        What a chosen candidate brings by itself.

    Raises
    ------
    ValueError
        When a rule is about more demand points than there are.
    """
    programme, problem = IntegerProgramme(), small.problem
    sites = programme.add_columns(problem.candidate_n, gains=liking, is_whole=True)
    missed = programme.add_columns(problem.demand_n, gains=-gains)
    add_covers(programme, problem, sites, missed)
    stated = Stated(programme, sites, missed, small)
    stated.add_rules(rules)
    return stated


def add_covers(
    programme: IntegerProgramme, problem: CoverProblem, sites: Columns, missed: Columns
) -> None:
    """Add the rows that a demand point is uncovered or has a site.

    Parameters
    ----------
    programme : IntegerProgramme
        The programme.
    problem : CoverProblem
        Who covers whom.
    sites, missed : Columns
        Blocks of the candidates and of the demand points.

    Raises
    ------
    ValueError
        When the blocks do not fit the problem.
    """
    eye = sparse.eye_array(problem.demand_n)
    programme.add_rows({sites: problem.matrix(), missed: eye}, lower=1.0)


def rule_rows(
    small: Presolved, rule: Rule, sites: Columns, missed: Columns
) -> tuple[dict[Columns, sparse.csr_array], FloatArray, FloatArray]:
    """Return a rule's factors, lower and upper ends, people turned from covered into uncovered.

    Parameters
    ----------
    small : Presolved
        What :func:`merge_demand` makes of the problem.
    rule : Rule
        The rule.
    sites, missed : Columns
        Blocks of the candidates and of the demand points.

    Raises
    ------
    ValueError
        When the rule is about more demand points than there are.
    """
    if rule.people is None:
        return {sites: rule.sites}, rule.lower, rule.upper
    people = -(_padded(rule.people, len(small.demand_to)) @ small.gather())
    moved = np.asarray(people.sum(axis=1)).ravel()
    return {sites: rule.sites, missed: people}, rule.lower + moved, rule.upper + moved


def _padded(people: sparse.csr_array, demand_n: int) -> sparse.csr_array:
    """Return people rows with columns for all demand points; rules know the first ones."""
    return sparse.csr_array(
        (people.data, people.indices, people.indptr), shape=(people.shape[0], demand_n)
    )
