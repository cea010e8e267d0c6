"""The office's rules as rows of any model's integer programme."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from livelihood_map.siting._problem import CoverProblem, build_problem
from livelihood_map.siting._ruled import Rows, cover_rows, merge_demand, rule_rows
from livelihood_map.siting._under_rules import solve_best
from livelihood_map.siting.exact import Answer, solve_covering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.siting._problem import IntArray
    from livelihood_map.siting.rules import Rule


@dataclass(frozen=True)
class Office:
    """What the office demands of a model's answer.

    Attributes
    ----------
    rules : sequence of Rule
        All rules, the number of sites first where it is given.
    problem : CoverProblem
        Who is reached by whom, for the rules on people.
    """

    rules: Sequence[Rule]
    problem: CoverProblem

    @property
    def is_on_people(self) -> bool:
        """Whether any rule is about who is reached."""
        return any(rule.people is not None for rule in self.rules)

    def rows(self) -> Rows:
        """Return the rules over candidates and, where they ask for them, uncovered points.

        Raises
        ------
        ValueError
            When the rules do not fit the problem.
        """
        if not self.is_on_people:
            none = np.empty(0)
            empty = sparse.csr_array((0, self.problem.candidate_n))
            return Rows(
                sparse.vstack([empty, *(rule.sites for rule in self.rules)]).tocsr(),
                np.concatenate([none, *(rule.lower for rule in self.rules)]),
                np.concatenate([none, *(rule.upper for rule in self.rules)]),
            )
        small = merge_demand(self.problem, self.rules)
        rows, covers = rule_rows(small, self.rules), cover_rows(small.problem, 0)
        point_n = covers.shape[0]
        return Rows(
            sparse.vstack([rows.matrix, covers]).tocsr(),
            np.concatenate([rows.lower, np.ones(point_n)]),
            np.concatenate([rows.upper, np.full(point_n, np.inf)]),
        )


def join_rows(own: Rows, demanded: Rows | None, *, candidate_n: int) -> Rows:
    """Return a model's rows over (candidates, own columns) with those of the office below.

    Columns of the office that are not candidates come last.

    Parameters
    ----------
    own : Rows
        Rows of the model.
    demanded : Rows or None
        Rows of the office.
    candidate_n : int
        Number of candidates: the first columns of both.

    Raises
    ------
    ValueError
        When the rows do not fit.
    """
    if demanded is None:
        return own
    more_n = demanded.matrix.shape[1] - candidate_n
    own_n = own.matrix.shape[1] - candidate_n
    office = demanded.matrix.tocsc()
    parts = [office[:, :candidate_n], sparse.csc_array((office.shape[0], own_n))]
    below = sparse.hstack([*parts, office[:, candidate_n:]])
    above = sparse.hstack([own.matrix, sparse.csc_array((own.matrix.shape[0], more_n))])
    return Rows(
        sparse.vstack([above, below]).tocsr(),
        np.concatenate([own.lower, demanded.lower]),
        np.concatenate([own.upper, demanded.upper]),
    )


def number_row(site_n: int, candidate_n: int) -> Rows:
    """Return the one row that so many sites are chosen."""
    number = np.array([float(site_n)])
    return Rows(sparse.csr_array(np.ones((1, candidate_n))), number, number)


def cover_most(
    rows: IntArray,
    columns: IntArray,
    weights: IntArray,
    site_n: int,
    *,
    office: Office | None,
    candidate_n: int,
    seed: int,
    time_limit_s: float,
) -> Answer:
    """Return the answer of maximal covering on a list of pairs, under the office's rules.

    Parameters
    ----------
    rows, columns : int64 arrays
        Demand points and the candidates that cover them.
    weights : int64 array
        Weight of each demand point.
    site_n : int
        Number of sites.
    office : Office or None
        Rules; none.
    candidate_n : int
        Number of candidates.
    seed : int
        Seed of all random steps.
    time_limit_s : float
        Seconds.

    Raises
    ------
    ValueError
        When there are fewer candidates than sites.
    InfeasibleError
        When no choice keeps the rules, or none was found in time.
    """
    if office is None:
        return solve_covering(
            build_problem(rows, columns, weights, candidate_n=candidate_n),
            site_n,
            fixed=np.empty(0, dtype=np.int64),
            banned=np.zeros(candidate_n, dtype=np.bool_),
            starts=[],
            seed=seed,
            time_limit_s=time_limit_s,
        )
    if not office.is_on_people:
        stack, own = build_problem(rows, columns, weights, candidate_n=candidate_n), None
    else:
        reached = office.problem
        owner = np.repeat(np.arange(candidate_n), np.diff(reached.cover_ptr))
        stack = build_problem(
            np.concatenate([reached.cover_idx, rows + reached.demand_n]),
            np.concatenate([owner, columns]),
            np.concatenate([reached.weights, weights]),
            candidate_n=candidate_n,
        )
        own = np.concatenate([np.zeros(reached.demand_n, dtype=np.int64), weights])
    return solve_best(
        stack,
        office.rules,
        site_n,
        starts=[],
        seed=seed,
        deadline=time.monotonic() + time_limit_s,
        weights=own,
    )
