"""Upper bounds on the weight that a number of sites can cover (Lagrangian relaxation)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from livelihood_map.siting.solver import kernels
from livelihood_map.siting.solver.constants import LEAST_ROUNDS, LOOK_S

if TYPE_CHECKING:
    from livelihood_map.core.budget import Budget
    from livelihood_map.siting.solver.cover_problem import BoolArray, CoverProblem, FloatArray


@dataclass(frozen=True)
class Bound:
    """A proven upper bound with the multipliers that prove it.

    Attributes
    ----------
    value : float
        No choice covers more than this (thousandths of a person).
    prices : float64 array, shape (demand,)
        The multipliers: anyone can recompute ``value`` from them with :func:`bounds_of_prices`.
    """

    value: float
    prices: FloatArray


def rounding_slack(bound: float) -> float:
    """Return how far a computed bound may lie from the true one by rounding.

    A sum of n floating-point numbers is off by less than n times 1.1e-16 of itself; 1e-11 serves
    for sums of ninety thousand.

    Examples
    --------
    >>> rounding_slack(100.0), rounding_slack(2.65e9)
    (1e-06, 0.0265)
    """
    return max(1e-6, 1e-11 * abs(bound))


def close_bound(objective: int, bound: float, unit: int = 1) -> float:
    """Return the bound rounded down to the next value that can be, never below the objective.

    Parameters
    ----------
    objective : int
        Weight of a known choice.
    bound : float
        Upper bound as computed; :func:`rounding_slack` is allowed for rounding.
    unit : int
        Greatest common divisor of all weights: every choice covers a multiple of it.

    Examples
    --------
    >>> close_bound(40, 49.9, unit=5)
    45.0
    """
    whole = int(np.floor((bound + rounding_slack(bound)) / unit)) * unit
    return float(max(objective, whole))


def candidate_worth(problem: CoverProblem, prices: FloatArray) -> FloatArray:
    """Return the sum of the multipliers that each candidate covers."""
    worth: FloatArray = kernels.sums(problem, prices)
    return worth


def bounds_of_prices(
    problem: CoverProblem, prices: FloatArray, banned: BoolArray | None = None
) -> FloatArray:
    r"""Return the Lagrangian bounds that multipliers prove, for 0, 1, 2, … sites up to all.

    With multipliers :math:`0 \le \lambda_i \le w_i` on :math:`y_i \le \sum_{j \ni i} x_j`,

    .. math::
        L_p(\lambda) = \sum_i (w_i - \lambda_i)
            + \max_{|S| = p} \sum_{j \in S} \sum_{i \in j} \lambda_i

    is at least the optimum for every choice of multipliers (Galvao & ReVelle 1996).

    Parameters
    ----------
    prices : float64 array, shape (demand,)
        Multipliers; clipped into [0, weight].
    """
    clipped = np.clip(prices, 0.0, problem.weights)
    worth = candidate_worth(problem, clipped)
    if banned is not None:
        worth = np.where(banned, 0.0, worth)
    top = np.concatenate([[0.0], np.cumsum(np.sort(worth)[::-1])])
    return np.asarray((problem.weights - clipped).sum() + top)


def find_bound(
    problem: CoverProblem,
    site_n: int,
    *,
    target: int,
    round_n: int,
    budget: Budget | None = None,
    start: FloatArray | None = None,
    banned: BoolArray | None = None,
) -> Bound:
    """Return the best Lagrangian bound that a subgradient search finds.

    Parameters
    ----------
    target : int
        Weight of a known choice; the steps aim at it (Held, Wolfe & Crowder 1974).
    budget : Budget, optional
        Allows fewer steps than that, but always a few.
    start : float64 array, shape (demand,), optional
        Multipliers to start from; otherwise half of every weight.
    """
    barred = np.zeros(problem.candidate_n, dtype=np.bool_) if banned is None else banned
    if start is None:
        start = np.where(np.diff(problem.reach_ptr) > 0, problem.weights * 0.5, 0.0)
    if budget is not None:
        round_s = LOOK_S * (problem.pair_n + problem.demand_n + problem.candidate_n)
        round_n = int(np.clip(budget.left_s / max(round_s, 1e-9), LEAST_ROUNDS, round_n))
        budget.charge(round_n * round_s)
    first = np.clip(start, 0.0, problem.weights)
    prices = kernels.subgradient(problem, first, barred, site_n, float(target), round_n)
    bounds = bounds_of_prices(problem, prices, barred)
    return Bound(float(bounds[min(site_n, problem.candidate_n)]), prices)
