"""Compiled kernels on compressed rows: greedy choice, what candidates are worth, multipliers.

They know nothing of tables. Candidates are j, demand points i.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from livelihood_map.network.walking_kernels import kernel
from livelihood_map.siting.solver.constants import LAST_PACE

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Bools, Floats, Longs
    from livelihood_map.siting.solver.cover_problem import CoverProblem as Cover


@kernel
def greedy(cover: Cover, start: Longs, barred: Bools, site_n: int) -> Longs:
    """Return the candidates in greedy order, those of `start` first."""
    candidate_n = len(cover.cover_ptr) - 1
    gain = np.zeros(candidate_n, dtype=np.int64)
    for j in range(candidate_n):
        for k in range(cover.cover_ptr[j], cover.cover_ptr[j + 1]):
            gain[j] += cover.weights[cover.cover_idx[k]]
    is_covered = np.zeros(len(cover.weights), dtype=np.bool_)
    is_chosen = np.zeros(candidate_n, dtype=np.bool_)
    order = np.empty(site_n, dtype=np.int64)
    for rank in range(site_n):
        # gain[j] is the weight that j covers and order[:rank] does not
        best = -1
        if rank < len(start):
            best = start[rank]
        else:
            for j in range(candidate_n):
                if not is_chosen[j] and not barred[j] and (best < 0 or gain[j] > gain[best]):
                    best = j
        order[rank] = best
        is_chosen[best] = True
        for k in range(cover.cover_ptr[best], cover.cover_ptr[best + 1]):
            i = cover.cover_idx[k]
            if not is_covered[i]:
                is_covered[i] = True
                for q in range(cover.reach_ptr[i], cover.reach_ptr[i + 1]):
                    gain[cover.reach_idx[q]] -= cover.weights[i]
    return order


@kernel
def sums(cover: Cover, prices: Any) -> Any:  # noqa: ANN401  (whole or not, as the prices)
    """Return what each candidate is worth at prices of the points it covers."""
    worth = np.zeros(len(cover.cover_ptr) - 1, dtype=prices.dtype)
    for j in range(len(worth)):
        for k in range(cover.cover_ptr[j], cover.cover_ptr[j + 1]):
            worth[j] += prices[cover.cover_idx[k]]
    return worth


@kernel
def price(cover: Cover, prices: Floats, barred: Bools, site_n: int, taken: Floats) -> float:
    """Return the bound of prices; `taken` becomes how often each point is covered less 1.

    The sites are those of most worth; of equal ones at the edge the first are taken.
    """
    worth = sums(cover, prices)
    worth[barred] = 0.0
    taken_n = min(site_n, len(worth))
    least = np.partition(worth, len(worth) - taken_n)[len(worth) - taken_n] if taken_n else 0.0
    equal_n = taken_n - np.sum(worth > least)
    value = np.sum(cover.weights - prices)
    taken[:] = -1.0
    for j in range(len(worth)):
        # equal_n of the candidates of least worth are still to be taken
        if taken_n == 0 or worth[j] < least or (worth[j] == least and equal_n == 0):
            continue
        if worth[j] == least:
            equal_n -= 1
        value += worth[j]
        for k in range(cover.cover_ptr[j], cover.cover_ptr[j + 1]):
            taken[cover.cover_idx[k]] += 1.0
    return value


@kernel
def subgradient(
    cover: Cover, start: Floats, barred: Bools, site_n: int, target: float, round_n: int
) -> Floats:
    """Return the prices of the least bound that steps along the subgradient meet."""
    weights = cover.weights
    prices = start.copy()
    best = start.copy()
    best_value = 1e300
    direction = np.zeros(len(weights))
    taken = np.zeros(len(weights))
    for turn in range(round_n):
        # best_value is the least bound so far, that of the prices `best`
        value = price(cover, prices, barred, site_n, taken)
        if value < best_value:
            best_value = value
            best[:] = prices
        norm = 0.0
        for i in range(len(weights)):
            step = taken[i]
            if (prices[i] <= 0.0 and step > 0.0) or (prices[i] >= weights[i] and step < 0.0):
                step = 0.0
            direction[i] = 0.8 * direction[i] + 0.2 * step
            norm += weights[i] * direction[i] * direction[i]
        if value <= target or norm <= 0.0:
            break
        length = np.exp(np.log(LAST_PACE) * turn / round_n) * (value - target) / norm
        for i in range(len(weights)):
            moved = prices[i] - length * weights[i] * direction[i]
            prices[i] = min(max(moved, 0.0), weights[i])
    return best
