"""Upper bounds on the weight that a number of sites can cover (Lagrangian relaxation)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from livelihood_map.siting.solver import kernels

if TYPE_CHECKING:
    from livelihood_map.siting.solver.cover_problem import BoolArray, CoverProblem, FloatArray


@dataclass(frozen=True)
class Bound:
    """A proven upper bound with the multipliers that prove it.

    Attributes
    ----------
    value : float
        No choice covers more than this (thousandths of a person).
    prices : float64 array, shape (demand,)
        The multipliers: anyone can recompute ``value`` from them with ``bound_of_prices``.
    """

    value: float
    prices: FloatArray


def rounding_slack(bound: float) -> float:
    """Return how far a computed bound may lie from the true one by rounding.

    A sum of n floating-point numbers is off by less than n times 1.1e-16 of itself; 1e-11 serves
    for sums of ninety thousand.

    Parameters
    ----------
    bound : float
        The bound, thousandths of a person.

    Examples
    --------
    >>> rounding_slack(100.0), rounding_slack(2.65e9)
    (1e-06, 0.0265)
    """
    return max(1e-6, 1e-11 * abs(bound))


def bound_of_prices(problem: CoverProblem, prices: FloatArray, site_n: int) -> float:
    r"""Return the Lagrangian bound that multipliers prove.

    With multipliers :math:`0 \le \lambda_i \le w_i` on :math:`y_i \le \sum_{j \ni i} x_j`,

    .. math::
        L(\lambda) = \sum_i (w_i - \lambda_i)
            + \max_{|S| = p} \sum_{j \in S} \sum_{i \in j} \lambda_i

    is at least the optimum for every choice of multipliers (Galvao & ReVelle 1996).

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    prices : float64 array, shape (demand,)
        Multipliers; clipped into [0, weight].
    site_n : int
        Number of sites p.

    Raises
    ------
    ValueError
        If the multipliers do not fit the demand points.
    """
    if len(prices) != problem.demand_n:
        msg = "one multiplier per demand point is needed"
        raise ValueError(msg)
    clipped = np.clip(prices, 0.0, problem.weights)
    worth = candidate_worth(problem, clipped)
    top = np.sort(worth)[::-1][:site_n]
    return float((problem.weights - clipped).sum() + top.sum())


def candidate_worth(problem: CoverProblem, prices: FloatArray) -> FloatArray:
    """Return the sum of the multipliers that each candidate covers.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    prices : float64 array, shape (demand,)
        Multipliers.

    Raises
    ------
    IndexError
        If there are fewer multipliers than demand points.
    """
    worth: FloatArray = kernels.sums(problem.cover_ptr, problem.cover_idx, prices)
    return worth


def find_bound(
    problem: CoverProblem,
    site_n: int,
    *,
    target: int,
    round_n: int = 600,
    start: FloatArray | None = None,
    banned: BoolArray | None = None,
) -> Bound:
    """Return the best Lagrangian bound that a subgradient search finds.

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom.
    site_n : int
        Number of sites.
    target : int
        Weight of a known choice; the steps aim at it (Held, Wolfe & Crowder 1974).
    round_n : int
        Number of subgradient steps.
    start : float64 array, optional
        Multipliers to start from.
    banned : bool array, optional
        Candidates that may not be chosen.

    Raises
    ------
    ValueError
        If ``start`` does not fit the demand points.
    """
    if start is not None and len(start) != problem.demand_n:
        msg = "one multiplier per demand point is needed"
        raise ValueError(msg)
    barred = np.zeros(problem.candidate_n, dtype=np.bool_) if banned is None else banned
    first = _even_prices(problem) if start is None else start
    prices = kernels.subgradient(
        problem.weights.astype(np.float64),
        problem.cover_ptr,
        problem.cover_idx,
        np.clip(first, 0.0, problem.weights),
        barred,
        site_n,
        float(target),
        round_n,
    )
    open_only = np.where(barred, 0.0, candidate_worth(problem, prices))
    top = np.sort(open_only)[::-1][:site_n]
    return Bound(float((problem.weights - prices).sum() + top.sum()), prices)


def _even_prices(problem: CoverProblem) -> FloatArray:
    """Return half of every weight, none where nothing can cover the point."""
    degree = np.diff(problem.reach_ptr)
    return np.where(degree > 0, problem.weights * 0.5, 0.0)
