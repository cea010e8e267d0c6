"""Which rules give way so that the others can be kept, by one integer programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

from livelihood_map.siting._highs import maximise
from livelihood_map.siting._ruled import HALF, cover_rows, merge_demand, rule_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from livelihood_map.siting._highs import HighsStatus
    from livelihood_map.siting._problem import CoverProblem, FloatArray, IntArray
    from livelihood_map.siting.rules import Rule

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

    status: HighsStatus
    chosen: IntArray | None


def yield_least(
    problem: CoverProblem,
    rules: Sequence[Rule],
    *,
    firm: Collection[int],
    by_degrees: bool,
    time_limit_s: float,
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
    time_limit_s : float
        Seconds.

    Raises
    ------
    SolverError
        When HiGHS refuses the model.
    """
    small = merge_demand(problem, rules)
    rows = rule_rows(small, rules)
    owner = np.repeat(np.arange(len(rules)), [len(rule.lower) for rule in rules])
    unit = np.array([own_number(rule) for rule in rules])
    scale = 1.0 / np.where(unit > 0, unit, 1.0)[owner]
    matrix = sparse.csr_array(sparse.diags_array(scale) @ rows.matrix)
    lower, upper = rows.lower * scale, rows.upper * scale
    least = np.asarray(matrix.minimum(0).sum(axis=1)).ravel()
    most = np.asarray(matrix.maximum(0).sum(axis=1)).ravel()
    loose = np.isin(np.arange(len(rules)), list(firm), invert=True)
    relaxed = loose & (unit > 0) & by_degrees
    slack = np.array([rule.slack for rule in rules])
    drop_low = _column_per_rule(owner, np.maximum(lower - least, 0.0) * loose[owner])
    drop_high = _column_per_rule(owner, np.maximum(most - upper, 0.0) * loose[owner])
    give_low = _column_per_rule(owner, (relaxed & (slack != "up"))[owner].astype(np.float64))
    give_high = _column_per_rule(owner, (relaxed & (slack != "down"))[owner].astype(np.float64))
    above, below = np.isfinite(lower), np.isfinite(upper)
    covers = cover_rows(small.problem, 2 * len(rules))
    every = sparse.vstack(
        [
            covers,
            sparse.hstack([matrix, drop_low, give_low]).tocsr()[above],
            sparse.hstack([matrix, -drop_high, -give_high]).tocsr()[below],
        ]
    ).tocsc()
    inf = np.inf
    column_n, candidate_n = every.shape[1], problem.candidate_n
    drop_at = column_n - 2 * len(rules)
    is_integer = np.arange(column_n) < candidate_n
    is_integer[drop_at : drop_at + len(rules)] = True
    gains = np.zeros(column_n)
    gains[drop_at:] = -1.0
    limits = np.ones(column_n)
    limits[drop_at:] = np.concatenate([loose, relaxed])
    answer = maximise(
        gains,
        every,
        np.concatenate([np.ones(covers.shape[0]), lower[above], np.full(int(below.sum()), -inf)]),
        np.concatenate([np.full(covers.shape[0] + int(above.sum()), inf), upper[below]]),
        np.zeros(column_n),
        limits,
        is_integer,
        time_limit_s=time_limit_s,
        absolute_gap=1e-6 if by_degrees else WHOLE_GAP,
    )
    if answer.values is None:
        return Yielding(answer.status, None)
    chosen = np.flatnonzero(answer.values[:candidate_n] > HALF).astype(np.int64)
    return Yielding(answer.status, chosen)


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


def _column_per_rule(owner: IntArray, factors: FloatArray) -> sparse.csr_array:
    """Return a matrix with one column for each rule that holds its rows' factors."""
    shape = (len(owner), int(owner.max(initial=-1)) + 1)
    return sparse.csr_array((factors, (np.arange(len(owner)), owner)), shape=shape)
