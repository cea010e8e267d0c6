"""The office's rules as rows over candidates and reached points, as every step of solving has them.

Rules are lazy: every choice that is offered keeps them, but only once a good choice breaks one
they are *active*, which means that they stand in programmes and keep presolve from merging what
they tell apart. A bound without them is a bound with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from livelihood_map.siting.solver.constants import ROUNDING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from livelihood_map.core.errors import Problem
    from livelihood_map.core.highs import Columns
    from livelihood_map.siting.solver.cover_problem import (
        BoolArray,
        CoverProblem,
        FloatArray,
        IntArray,
    )
    from livelihood_map.siting.solver.presolve import Presolved


@dataclass(frozen=True)
class Rule:
    """One demand on a plan: rows ``lower <= sites @ x + people @ y <= upper``.

    Attributes
    ----------
    problem : Problem
        The rule in words.
    sites : csr_array, shape (rows, candidates)
        Factors of the candidates.
    lower, upper : float64 arrays, shape (rows,)
        Ranges; infinite for none.
    people : csr_array, shape (rows, demand), optional
        Factors of the demand points that new sites reach.
    slack : str
        ``down`` when a smaller lower bound relaxes the rule, ``up`` when a larger upper bound does,
        ``both`` for an exact number, empty when it can only be dropped.
    scale : float
        What one unit of slack means in the rule's own number (a share, a count, money).
    relaxed_key : str
        Catalogue key of the relaxation, with placeholder ``value``; empty when it can only be
        dropped.
    values : mapping
        Values of the relaxation's other placeholders; ``base`` is the rule's own number.
    is_given : bool
        Whether the rule states a fact that no office can change by asking for less.
    """

    problem: Problem
    sites: sparse.csr_array
    lower: FloatArray
    upper: FloatArray
    people: sparse.csr_array | None = None
    slack: str = ""
    scale: float = 1.0
    relaxed_key: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    is_given: bool = False

    @classmethod
    def of_row(
        cls,
        problem: Problem,
        sites: FloatArray,
        lower: float,
        upper: float = np.inf,
        *,
        people: FloatArray | None = None,
        **more: Any,  # noqa: ANN401  (how it gives way)
    ) -> Rule:
        """Return the rule of one row: factors of all candidates, and of all demand points."""
        row = None if people is None else sparse.csr_array(people[None, :])
        ends = np.array([lower]), np.array([upper])
        return cls(problem, sparse.csr_array(sites[None, :]), *ends, people=row, **more)


def keeps(problem: CoverProblem, rules: Sequence[Rule], chosen: IntArray) -> bool:
    """Return whether a choice keeps all rules, by their rows."""
    return not len(RuleRows.of(problem, rules).broken_by(problem, chosen))


def breach_finder(
    problem: CoverProblem, rules: Sequence[Rule]
) -> Callable[[IntArray], Problem | None]:
    """Return the function naming the first rule that a choice breaks, None where it keeps all."""
    rows = RuleRows.of(problem, rules)

    def find_breach(chosen: IntArray) -> Problem | None:
        broken = rows.broken_by(problem, chosen)
        return rules[broken[0]].problem if len(broken) else None

    return find_breach


def forced(rules: Sequence[Rule], candidate_n: int) -> tuple[IntArray, BoolArray]:
    """Return the candidates that single rules force in, and whether each is forced out."""
    fixed: set[int] = set()
    banned = np.zeros(candidate_n, dtype=np.bool_)
    for rule in rules:
        if not _is_single(rule):
            continue
        if rule.lower[0] >= 1 and rule.sites.nnz == 1:
            fixed.add(int(rule.sites.indices[0]))
        if rule.upper[0] <= 0:
            banned[rule.sites.indices] = True
    return np.array(sorted(fixed), dtype=np.int64), banned


def _is_single(rule: Rule) -> bool:
    """Return whether a rule is one row on candidates with no negative factor."""
    return rule.people is None and len(rule.lower) == 1 and not np.any(rule.sites.data < 0)


@dataclass(frozen=True)
class RuleRows:
    """Rows ``lower <= sites @ x + people @ y <= upper``.

    The number of sites and rules that only fix or exclude candidates are no rows.

    Attributes
    ----------
    sites : csr_array, shape (rows, candidates)
        Factors of the candidates.
    people : csr_array, shape (rows, demand)
        Factors of the demand points that are reached.
    lower, upper : float64 arrays, shape (rows,)
        Ranges; infinite for none.
    owner : int64 array, shape (rows,)
        Position of the rule that each row is of.
    is_active : bool array, shape (rows,)
        Rows that stand in relaxations.
    """

    sites: sparse.csr_array
    people: sparse.csr_array
    lower: FloatArray
    upper: FloatArray
    owner: IntArray
    is_active: BoolArray

    @classmethod
    def of(
        cls, problem: CoverProblem, rules: Sequence[Rule], site_n: int | None = None
    ) -> RuleRows:
        """Return the rows of rules, none of them active.

        Parameters
        ----------
        problem : CoverProblem
            What the rules are about; those on people are about its first demand points.
        site_n : int, optional
            With a number of sites, that number and what :func:`forced` says of single candidates
            are left to the caller; without one every rule has its rows.
        """
        is_row = [site_n is None or not _is_elsewhere(rule, site_n) for rule in rules]
        parts = [(k, rule) for k, rule in enumerate(rules) if is_row[k]]
        sites = [sparse.csr_array((0, problem.candidate_n)), *(rule.sites for _, rule in parts)]
        people = [sparse.csr_array((0, problem.demand_n))]
        for _, rule in parts:
            own, shape = rule.people, (len(rule.lower), problem.demand_n)
            wide = (own.data, own.indices, own.indptr) if own is not None else shape
            people.append(sparse.csr_array(wide, shape=shape))
        sizes = [len(rule.lower) for _, rule in parts]
        none = np.empty(0)
        return cls(
            sparse.vstack(sites).tocsr(),
            sparse.vstack(people).tocsr(),
            np.concatenate([none, *(rule.lower for _, rule in parts)]),
            np.concatenate([none, *(rule.upper for _, rule in parts)]),
            np.repeat(np.array([k for k, _ in parts], dtype=np.int64), sizes),
            np.zeros(sum(sizes), dtype=np.bool_),
        )

    @property
    def row_n(self) -> int:
        """Number of rows."""
        return len(self.lower)

    @property
    def is_binding(self) -> bool:
        """Whether any row is active."""
        return bool(self.is_active.any())

    def off_by(self, problem: CoverProblem, chosen: IntArray) -> FloatArray:
        """Return how far a choice lies above (> 0) or below (< 0) each row's range; 0 within it."""
        sites = np.zeros(problem.candidate_n)
        sites[chosen] = 1.0
        value = self.sites @ sites
        if self.people.nnz:
            value = value + self.people @ (problem.counts(chosen) > 0).astype(np.float64)
        off = np.maximum(value - self.upper, 0.0) - np.maximum(self.lower - value, 0.0)
        return np.where(np.abs(off) > ROUNDING, off, 0.0)

    def missed_by(self, problem: CoverProblem, chosen: IntArray, rule_n: int) -> FloatArray:
        """Return the same by rule, of several rows the one that is missed most."""
        off, missed = self.off_by(problem, chosen), np.zeros(rule_n)
        order = np.argsort(np.abs(off), kind="stable")
        missed[self.owner[order]] = off[order]
        return missed

    def broken_by(self, problem: CoverProblem, chosen: IntArray) -> IntArray:
        """Return the rules that a choice breaks, ascending."""
        if not self.row_n:
            return np.empty(0, dtype=np.int64)
        return np.unique(self.owner[self.off_by(problem, chosen) != 0.0])

    def activated(self) -> RuleRows:
        """Return the rows with all of them active."""
        return replace(self, is_active=np.ones_like(self.is_active))

    def active(self) -> RuleRows:
        """Return the active rows alone."""
        at = self.is_active
        return RuleRows(
            self.sites[at], self.people[at], self.lower[at], self.upper[at], self.owner[at], at[at]
        )

    def settled(self, chosen: IntArray, is_reached: BoolArray) -> RuleRows:
        """Return the rows for the rest where some sites are set and the points they reach."""
        done = np.asarray(self.sites[:, chosen].sum(axis=1)).ravel()
        done = done + self.people @ is_reached.astype(np.float64)
        is_left = np.ones(self.sites.shape[1])
        is_left[chosen] = 0.0
        return replace(
            self,
            sites=_without_zeros(self.sites @ sparse.diags_array(is_left)),
            people=_without_zeros(self.people @ sparse.diags_array((~is_reached).astype(float))),
            lower=self.lower - done,
            upper=self.upper - done,
        )

    def on(self, small: Presolved) -> RuleRows:
        """Return the rows on the candidates and merged demand points that presolve leaves."""
        return replace(
            self,
            sites=self.sites[:, small.candidates].tocsr(),
            people=(self.people @ small.gather()).tocsr(),
        )

    def factors(
        self, sites: Columns, missed: Columns
    ) -> tuple[dict[Columns, sparse.csr_array], FloatArray, FloatArray]:
        """Return the rows over candidates and points *not* reached, and their ends."""
        whole = np.asarray(self.people.sum(axis=1)).ravel()
        over = {sites: self.sites, missed: -self.people}
        return over, self.lower - whole, self.upper - whole

    def told_apart(self) -> BoolArray:
        """Return whether an active row tells each candidate from others."""
        told: BoolArray = np.diff(self.active().sites.tocsc().indptr) > 0
        return told


def _is_elsewhere(rule: Rule, site_n: int) -> bool:
    """Return whether a rule only fixes or excludes candidates or is the number of sites."""
    if not _is_single(rule):
        return False
    if rule.upper[0] <= 0 and not rule.lower[0] > 0:
        return True
    is_exact = rule.lower[0] == rule.upper[0]
    is_all = rule.sites.nnz == rule.sites.shape[1] and bool(np.all(rule.sites.data == 1.0))
    is_number = is_exact and is_all and rule.lower[0] == site_n
    return is_number or bool(rule.lower[0] == 1 == rule.upper[0] and rule.sites.nnz == 1)


def _without_zeros(matrix: sparse.sparray) -> sparse.csr_array:
    """Return a matrix without stored zeros."""
    rows = sparse.csr_array(matrix)
    rows.eliminate_zeros()
    return rows
