"""Other questions than maximal covering, each with its integer programme and its rules.

They answer in thousandths of their own figure: people times metres, or people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.highs import IntegerProgramme
from livelihood_map.siting.solver.asked import NEAR_ZERO_M, within
from livelihood_map.siting.solver.constants import ENTRY_S, FIRST_LEVELS, SUMMED_SHARE
from livelihood_map.siting.solver.cover_problem import WEIGHT_SCALE, scale_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.highs import Columns
    from livelihood_map.siting.solver.asked import Asked
    from livelihood_map.siting.solver.cover_problem import FloatArray, IntArray
    from livelihood_map.siting.solver.covering import Answer


def least_walk(asked: Asked, *, farthest_m: FloatArray) -> Answer:
    r"""Return the sites with the least walk of all people together: p-median.

    .. math::
        \min \sum_i w_i \Big( D_i^1 + \sum_k (D_i^{k+1} - D_i^k) z_i^k \Big) \quad \text{s.t.} \quad
        z_i^k + \sum_{j: d_{ij} \le D_i^k} x_j \ge 1, \; \sum_j x_j = p

    (Hakimi 1964, in the radius form of Cornuejols, Nemhauser & Wolsey 1980). Every step
    :math:`(i, k)` is a demand point of a maximal covering problem with weight
    :math:`w_i (D_i^{k+1} - D_i^k)`, solved as such; far steps are added only as far as the answer
    needs them (Garcia, Labbe & Marin 2011).

    Parameters
    ----------
    farthest_m : float64 array
        Walk that counts when no site is nearer: to the nearest existing outlet, or a limit.

    Raises
    ------
    ValueError
        When there are fewer candidates than sites.
    InfeasibleError
        When no choice that keeps the rules is found in time.
    """
    level_n = FIRST_LEVELS
    while True:
        # every step left out lies beyond those that are there, so covering them bounds the walk
        rows, columns, weights, worst, is_whole = _steps(asked, farthest_m, level_n)
        covered = asked.cover_most(rows, columns, weights)
        objective = total_walk(asked, covered.chosen, farthest_m=farthest_m)
        bound = min(objective, worst - covered.bound / WEIGHT_SCALE)
        is_exact = objective - (worst - covered.objective / WEIGHT_SCALE) < 0.5 / WEIGHT_SCALE
        if is_whole or is_exact or asked.budget.is_over:
            is_closed = covered.bound - covered.objective <= SUMMED_SHARE * covered.bound
            is_proved = is_closed and (is_exact or is_whole)
            bound = objective if is_proved else bound
            return asked.answer(covered.chosen, objective, bound, is_proved=is_proved)
        level_n *= 2


def total_walk(asked: Asked, chosen: IntArray, *, farthest_m: FloatArray) -> float:
    """Return the walk of all people together to their nearest outlet, people times metres."""
    return float((asked.people * asked.nearest(chosen, farthest_m)).sum())


def cover_with_capacity(asked: Asked, *, reach_m: float, capacity: float) -> Answer:
    r"""Return the sites that serve most people when each can serve only so many.

    .. math::
        \max \sum_{ij} w_i f_{ij} \quad \text{s.t.} \quad \sum_j f_{ij} \le 1, \; f_{ij} \le x_j, \;
        \sum_i w_i f_{ij} \le C x_j, \; \sum_j x_j = p

    (Current & Storbeck 1988); the people of a compound may divide between sites.

    Parameters
    ----------
    asked : Asked
        The question; people weigh 0 where existing outlets serve.

    Raises
    ------
    InfeasibleError
        When no choice that keeps the rules is found in time.
    """
    within, people = asked.within(reach_m), asked.people
    near, candidate_n = within.tocoo(), asked.candidate_n
    keep = people[near.row] > 0
    row, column = near.row[keep], near.col[keep]
    pairs = np.arange(len(row))
    programme = IntegerProgramme()
    sites = programme.add_columns(candidate_n, is_whole=True)
    parts = programme.add_columns(len(row), gains=people[row])
    own = sparse.csr_array((np.ones(len(row)), (row, pairs)), shape=(len(people), len(row)))
    load = sparse.csr_array((people[row], (column, pairs)), shape=(candidate_n, len(row)))
    link = sparse.csr_array((-np.ones(len(row)), (pairs, column)), shape=(len(row), candidate_n))
    programme.add_rows({parts: own}, upper=1.0)
    programme.add_rows({sites: -capacity * sparse.eye_array(candidate_n), parts: load}, upper=0.0)
    programme.add_rows({sites: link, parts: sparse.eye_array(len(row))}, upper=0.0)
    chosen = asked.first_choice(within, people)
    first = None if chosen is None else (chosen, _filled(within, people, capacity, chosen))
    reachable = float(people[np.unique(row)].sum())
    return _maximum(asked, programme, sites, first, min(reachable, asked.site_n * capacity))


def _filled(near: sparse.csr_array, people: FloatArray, capacity: float, chosen: IntArray) -> float:
    """Return how many people sites can surely serve, each in turn a part of those not served yet.

    A site takes the same share of all whom it reaches: a division that can be had, if not the best.
    """
    columns, left, total = near.tocsc(), people.copy(), 0.0
    for site in chosen:
        rows = columns.indices[columns.indptr[site] : columns.indptr[site + 1]]
        here = float(left[rows].sum())
        served = min(capacity, here)
        if served > 0:
            left[rows] *= 1.0 - served / here
            total += served
    return total


def cover_twice(
    asked: Asked, *, reach_m: float, served_n: IntArray, backup_weight: float
) -> Answer:
    r"""Return the sites that reach most people once, and of these most a second time.

    .. math::
        \max \sum_i w_i (y_i + \theta u_i) \quad \text{s.t.} \quad
        y_i + u_i \le e_i + \sum_{j: d_{ij} \le r} x_j, \; u_i \le y_i \le 1, \; \sum_j x_j = p

    with :math:`e_i` existing outlets within reach (BACOP2 of Hogan & ReVelle 1986).

    Parameters
    ----------
    asked : Asked
        The question, with all people.
    served_n : int64 array
        Existing outlets within reach of each demand point.
    backup_weight : float
        Weight of a second outlet, 0 to 1.

    Raises
    ------
    InfeasibleError
        When no choice that keeps the rules is found in time.
    """
    near, people = asked.within(reach_m), asked.people

    def worth(count: IntArray) -> float:
        return float((people * ((count >= 1) + backup_weight * (count > 1))).sum())

    eye = sparse.eye_array(len(people))
    programme = IntegerProgramme()
    sites = programme.add_columns(asked.candidate_n, is_whole=True)
    once = programme.add_columns(len(people), gains=people)
    twice = programme.add_columns(len(people), gains=backup_weight * people)
    programme.add_rows({sites: -near, once: eye, twice: eye}, upper=served_n)
    programme.add_rows({once: -eye, twice: eye}, upper=0.0)
    next_worth = np.select([served_n == 0, served_n == 1], [1.0, backup_weight], 0.0)
    chosen = asked.first_choice(near, people * next_worth)
    first = None
    if chosen is not None:
        first = chosen, worth(served_n + np.asarray(near[:, chosen].sum(axis=1)).ravel())
    return _maximum(asked, programme, sites, first, worth(served_n + np.diff(near.indptr)))


def cover_gradually(
    asked: Asked, *, steps: Sequence[tuple[float, float]], existing_m: FloatArray
) -> Answer:
    r"""Return the sites with most people when a longer walk counts less.

    .. math::
        \max \sum_i w_i \max_j f(d_{ij}) x_j = \max \sum_{ik} w_i (f_k - f_{k+1}) y_{ik}
        \quad \text{s.t.} \quad y_{ik} \le \sum_{j: d_{ij} \le r_k} x_j, \; \sum_j x_j = p

    with a falling step function f (Berman, Krass & Drezner 2003), less what the walk to the nearest
    existing outlet counts already: a maximal covering problem with one demand point for each step.

    Parameters
    ----------
    asked : Asked
        The question, with all people.
    steps : sequence of (metres, share)
        Rising walks with the falling share that counts within them.
    existing_m : float64 array
        Walk to the nearest existing outlet, NaN for none: what counts at that walk already counts
        for nothing, what a shorter one adds does.

    Raises
    ------
    ValueError
        When the steps do not rise and fall, or there are fewer candidates than sites.
    InfeasibleError
        When no choice that keeps the rules is found in time.
    """
    metres = [step[0] for step in steps]
    shares = [step[1] for step in steps]
    if metres != sorted(metres) or shares != sorted(shares, reverse=True):
        msg = "the walks must rise and the shares fall"
        raise ValueError(msg)
    pairs = gradual_pairs(asked.walk_m, asked.people, steps, existing_m)
    return asked.cover_most(*pairs)


def gradual_pairs(
    walk_m: sparse.csr_array,
    people: FloatArray,
    steps: Sequence[tuple[float, float]],
    existing_m: FloatArray,
) -> tuple[IntArray, IntArray, IntArray]:
    """Return covering pairs and weights in which each demand point stands once for each step.

    Its weight there is what its people count for within the step and not within the next, nothing
    where an existing outlet is within the step.
    """
    rows, columns, weights = [], [], []
    drops = -np.diff([*(share for _, share in steps), 0.0])
    for number, ((reach_m, _), drop) in enumerate(zip(steps, drops, strict=True)):
        near = within(walk_m, reach_m).tocoo()
        rows.append(near.row + number * len(people))
        columns.append(near.col)
        weights.append(scale_weights(np.where(existing_m <= reach_m, 0.0, people) * drop))
    return np.concatenate(rows), np.concatenate(columns), np.concatenate(weights)


def _steps(
    asked: Asked, farthest_m: FloatArray, level_n: int
) -> tuple[IntArray, IntArray, IntArray, float, bool]:
    """Return covering pairs and weights of the first steps of every demand point.

    Also the total walk when no step is reached (a lower bound of it where steps were left out), and
    whether all steps are there.
    """
    row, column, metres = _nearer_walks(asked.walk_m, farthest_m)
    is_new = (np.diff(row, prepend=-1) != 0) | (np.diff(metres, prepend=-1.0) != 0)
    step = np.cumsum(is_new) - 1
    point, step_m = row[is_new], metres[is_new]
    # point and step_m are the demand point and the walk of every step, step the one of each walk
    point_step_n = np.bincount(point, minlength=len(farthest_m))
    first = np.cumsum(point_step_n) - point_step_n
    level = np.arange(len(point)) - first[point]
    is_kept, is_last = level < level_n, level == point_step_n[point] - 1
    next_m = np.where(is_last, farthest_m[point], np.append(step_m[1:], 0.0))
    drops = ((next_m - step_m) * asked.people[point])[is_kept]
    # a walk covers its own step and all later ones of its point that are kept
    near = is_kept[step]
    count = np.minimum(point_step_n[row[near]], level_n) - level[step[near]]
    begin = (np.cumsum(is_kept) - 1)[step[near]] - (np.cumsum(count) - count)
    rows = np.repeat(begin, count) + np.arange(count.sum())
    is_more = point_step_n > level_n
    last_m = farthest_m.astype(np.float64)
    last_m[is_more] = step_m[first[is_more] + level_n]
    asked.budget.charge(ENTRY_S * (len(row) + len(rows)))
    weights = np.rint(drops * WEIGHT_SCALE).astype(np.int64)
    worst = float(asked.people @ last_m)
    return rows, np.repeat(column[near], count), weights, worst, not is_more.any()


def _nearer_walks(
    walk_m: sparse.csr_array, farthest_m: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Return the walks that are nearer than the farthest that counts, by point, shortest first."""
    pairs = walk_m.tocoo()
    metres = np.where(pairs.data <= NEAR_ZERO_M, 0.0, pairs.data)
    near = np.flatnonzero(metres < farthest_m[pairs.row])
    near = near[np.lexsort((metres[near], pairs.row[near]))]
    return pairs.row[near].astype(np.int64), pairs.col[near].astype(np.int64), metres[near]


def _maximum(
    asked: Asked,
    programme: IntegerProgramme,
    sites: Columns,
    first: tuple[IntArray, float] | None,
    ceiling: float,
) -> Answer:
    """Return HiGHS's answer to a model under the rules, or the first plan where none is as good."""
    if asked.rules:
        asked.add_rules(programme, sites)
    else:
        every = np.ones((1, sites.count))
        programme.add_rows({sites: every}, lower=asked.site_n, upper=asked.site_n)
    start = None
    if first is not None:
        start = {sites: np.isin(np.arange(sites.count), first[0]).astype(np.float64)}
    said = programme.maximise(asked.budget, absolute_gap=1e-4, start=start)
    bound, chosen = min(said.bound, ceiling), said.chosen(sites)
    if first is not None and (chosen is None or said.objective < first[1]):
        return asked.answer(*first, max(bound, first[1]), is_proved=bound <= first[1])
    if chosen is None:
        raise InfeasibleError("siting.no_plan_in_time")
    is_proved = said.status == "optimal"
    bound = said.objective if is_proved else max(bound, said.objective)
    return asked.answer(chosen, said.objective, bound, is_proved=is_proved)
