"""The office's rules as rows of any model's integer programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from livelihood_map.siting._problem import CoverProblem, build_problem
from livelihood_map.siting._ruled import Stated, add_covers, merge_demand
from livelihood_map.siting.exact import Answer, solve_covering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.integer_programme import Columns, IntegerProgramme
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

    def add_to(self, programme: IntegerProgramme, sites: Columns) -> None:
        """Add the rules to a model's programme, with columns of uncovered points where asked.

        Raises
        ------
        ValueError
            When the rules do not fit the problem.
        """
        if not self.is_on_people:
            for rule in self.rules:
                programme.add_rows({sites: rule.sites}, lower=rule.lower, upper=rule.upper)
            return
        small = merge_demand(self.problem, self.rules)
        missed = programme.add_columns(small.problem.demand_n)
        Stated(programme, sites, missed, small).add_rules(self.rules)
        add_covers(programme, small.problem, sites, missed)


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
    if office is None or not office.is_on_people:
        asked = build_problem(rows, columns, weights, candidate_n=candidate_n)
    else:
        reached = office.problem
        owner = np.repeat(np.arange(candidate_n), np.diff(reached.cover_ptr))
        asked = build_problem(
            np.concatenate([reached.cover_idx, rows + reached.demand_n]),
            np.concatenate([owner, columns]),
            np.concatenate([np.zeros(reached.demand_n, dtype=np.int64), weights]),
            candidate_n=candidate_n,
        )
    return solve_covering(
        asked,
        site_n,
        rules=() if office is None else office.rules,
        seed=seed,
        time_limit_s=time_limit_s,
    )
