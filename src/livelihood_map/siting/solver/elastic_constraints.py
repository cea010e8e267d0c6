"""Which rules give way so that the others can be kept, by one integer programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

from livelihood_map.siting.solver.programmes import Stated, merge_demand
from livelihood_map.siting.solver.rows import RuleRows

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from livelihood_map.core.budget import Budget
    from livelihood_map.core.highs import Columns, ProgrammeStatus
    from livelihood_map.siting.solver.cover_problem import CoverProblem, FloatArray, IntArray
    from livelihood_map.siting.solver.rows import Rule

WHOLE_GAP: Final = 0.999
"""Gap at which a whole number is settled."""


@dataclass(frozen=True)
class Yielding:
    """A choice of sites and what it takes from the rules.

    Attributes
    ----------
    status : str
        ``optimal``, ``infeasible`` (the firm rules clash) or ``time_limit``.
    chosen : int64 array or None
        Positions of the chosen candidates; None when no choice is known.
    """

    status: ProgrammeStatus
    chosen: IntArray | None


def yield_least(
    problem: CoverProblem,
    rules: Sequence[Rule],
    *,
    firm: Collection[int],
    by_degrees: bool,
    budget: Budget,
) -> Yielding:
    r"""Return a choice that keeps the firm rules and takes least from the others.

    .. math::
        \min \sum_r (t_r + s_r) \quad \text{s.t.} \quad
        l_r - M_r t_r - b_r s_r \le A_r x + P_r y \le u_r + M_r t_r + b_r s_r, \;
        t_r \in \{0, 1\}, \; 0 \le s_r \le 1

    with :math:`t_r = 1` for a rule that is dropped and :math:`s_r` for the share of its own number
    :math:`b_r` by which a rule is relaxed in its own direction.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    rules : sequence of Rule
        All rules.
    firm : collection of int
        Positions of rules that must be kept.
    by_degrees : bool
        Whether a rule may give way by a share of its number; otherwise it is kept or dropped.
    budget : Budget
        Work that may be done.

    Raises
    ------
    SolverError
        When HiGHS refuses the model.
    """
    small = merge_demand(problem, rules)
    stated = Stated.of(small.problem)
    sites, missed, programme = stated.sites, stated.missed, stated.programme
    unit = np.array([own_number(rule) for rule in rules])
    loose = np.isin(np.arange(len(rules)), list(firm), invert=True)
    relaxed = loose & (unit > 0) & by_degrees
    drops = programme.add_columns(len(rules), gains=-1.0, upper=loose, is_whole=True)
    gives = programme.add_columns(len(rules), gains=-1.0, upper=relaxed)
    rows_of = [RuleRows.of(problem, [rule]).on(small).factors(sites, missed) for rule in rules]
    for side, sign in (("lower", 1.0), ("upper", -1.0)):
        for k, (factors, *ends) in enumerate(rows_of):
            scale = unit[k] if unit[k] > 0 else 1.0
            scaled = {block: sparse.csr_array(part / scale) for block, part in factors.items()}
            end = ends[side == "upper"] / scale
            room = np.maximum(sign * (end - _farthest(scaled, side)), 0.0) * loose[k]
            given = relaxed[k] and rules[k].slack != ("up" if side == "lower" else "down")
            scaled[drops] = _column(k, sign * room, len(rules))
            scaled[gives] = _column(k, np.full(len(end), sign * given), len(rules))
            real = np.isfinite(end)
            programme.add_rows(
                {block: part[real] for block, part in scaled.items()}, **{side: end[real]}
            )
    answer = programme.maximise(budget, absolute_gap=1e-6 if by_degrees else WHOLE_GAP)
    return Yielding(answer.status, answer.chosen(sites))


def own_number(rule: Rule) -> float:
    """Return the number of a rule that can be relaxed, in the unit of its row; else 0.

    Raises
    ------
    KeyError
        When the rule can be relaxed and does not tell its number: a mistake in the program.
    """
    if not rule.slack:
        return 0.0
    return float(str(rule.values["base"])) / rule.scale


def _farthest(factors: Mapping[Columns, sparse.csr_array], side: str) -> FloatArray:
    """Return the least or the most that rows over columns from 0 to 1 can come to."""
    ends = [part.minimum(0) if side == "lower" else part.maximum(0) for part in factors.values()]
    return np.asarray(sum(np.asarray(end.sum(axis=1)).ravel() for end in ends))


def _column(position: int, factors: FloatArray, column_n: int) -> sparse.csr_array:
    """Return rows that have a factor in one column alone."""
    where = (np.arange(len(factors)), np.full(len(factors), position))
    return sparse.csr_array((factors, where), shape=(len(factors), column_n))
