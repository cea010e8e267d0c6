"""Other questions than maximal covering, each with its integer programme and its rules.

They answer in thousandths of their own figure: sites, metres, people times metres, people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from livelihood_map.core.errors import InfeasibleError, Problem
from livelihood_map.core.highs import IntegerProgramme
from livelihood_map.siting.solver.constants import (
    BRANCH_SHARE,
    FIRST_LEVELS,
    REPAIR_SHARE,
    SUMMED_SHARE,
)
from livelihood_map.siting.solver.cover_problem import WEIGHT_SCALE, build_problem, scale_weights
from livelihood_map.siting.solver.covering import Answer, solve_covering, status_of
from livelihood_map.siting.solver.local_search import choose_greedily
from livelihood_map.siting.solver.programmes import Stated, merge_demand, nearest_choice
from livelihood_map.siting.solver.rows import Rule, RuleRows, forced, keeps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.budget import Budget
    from livelihood_map.core.highs import Columns, ProgrammeAnswer
    from livelihood_map.siting.solver.cover_problem import (
        BoolArray,
        CoverProblem,
        FloatArray,
        IntArray,
    )

NEAR_ZERO_M = 1e-9
"""A walk of 0 m, so that a sparse matrix does not lose it."""


def walk_matrix(
    rows: IntArray, columns: IntArray, walk_m: FloatArray, *, shape: tuple[int, int]
) -> sparse.csr_array:
    """Return walks (metres) of demand points and candidates as a matrix that keeps those of 0 m."""
    return sparse.csr_array((np.maximum(walk_m, NEAR_ZERO_M), (rows, columns)), shape=shape)


@dataclass(frozen=True)
class Asked:
    """The question of a model.

    Attributes
    ----------
    walk_m : csr_array, shape (demand, candidates)
        Walks, metres, of :func:`walk_matrix`: an entry only where a walk is known.
    people : float64 array, shape (demand,)
        Weight of each demand point.
    site_n : int
        Number of sites.
    seed : int
        Seed of all random steps.
    budget : Budget
        Work that may be done.
    rules : sequence of Rule
        The office's rules; without any, the number of sites alone.
    reach : CoverProblem or None
        Who is reached by whom, for the rules on people: whatever the model itself counts, such a
        rule counts who has a site within this walk.
    """

    walk_m: sparse.csr_array
    people: FloatArray
    site_n: int
    seed: int
    budget: Budget
    rules: Sequence[Rule] = ()
    reach: CoverProblem | None = None

    @property
    def candidate_n(self) -> int:
        """Number of candidates."""
        return int(self.walk_m.shape[1])

    def within(self, reach_m: float) -> sparse.csr_array:
        """Return the 0-1 matrix of walks of at most `reach_m`, rounded to 1 mm."""
        pairs = self.walk_m.tocoo()
        keep = np.round(pairs.data, 3) <= reach_m
        ones = np.ones(int(keep.sum()))
        return sparse.csr_array((ones, (pairs.row[keep], pairs.col[keep])), shape=pairs.shape)

    def nearest(self, chosen: IntArray, farthest_m: FloatArray) -> FloatArray:
        """Return each demand point's walk to the nearest of the chosen, at most `farthest_m`."""
        walk = farthest_m.astype(np.float64).copy()
        pairs = self.walk_m[:, chosen].tocoo()
        np.minimum.at(walk, pairs.row, np.where(pairs.data <= NEAR_ZERO_M, 0.0, pairs.data))
        return walk

    def allowed(self) -> Asked:
        """Return the question without the walks to candidates that a rule bars."""
        _, banned = forced(self.rules, self.candidate_n)
        pairs = self.walk_m.tocoo()
        keep = ~banned[pairs.col]
        kept = (pairs.data[keep], (pairs.row[keep], pairs.col[keep]))
        return replace(self, walk_m=sparse.csr_array(kept, shape=pairs.shape))

    def add_rules(self, programme: IntegerProgramme, sites: Columns) -> None:
        """Add the rules to a model's programme, with columns of uncovered points where asked."""
        if self.reach is None or all(rule.people is None for rule in self.rules):
            for rule in self.rules:
                programme.add_rows({sites: rule.sites}, lower=rule.lower, upper=rule.upper)
            return
        small = merge_demand(self.reach, self.rules)
        missed = programme.add_columns(small.problem.demand_n)
        stated = Stated(small.problem, programme, sites, missed)
        stated.add_covers()
        stated.add_rules(RuleRows.of(self.reach, self.rules).on(small))

    def cover_most(self, rows: IntArray, columns: IntArray, weights: IntArray) -> Answer:
        """Return the answer of maximal covering on a list of pairs, under the rules.

        Parameters
        ----------
        rows, columns : int64 arrays
            Points of weight and the candidates that cover them.
        weights : int64 array
            Weight of each point.
        """
        if self.reach is not None and any(rule.people is not None for rule in self.rules):
            reach = self.reach
            owner = np.repeat(np.arange(self.candidate_n), np.diff(reach.cover_ptr))
            rows = np.concatenate([reach.cover_idx, rows + reach.demand_n])
            columns = np.concatenate([owner, columns])
            weights = np.concatenate([np.zeros(reach.demand_n, dtype=np.int64), weights])
        problem = build_problem(rows, columns, weights, candidate_n=self.candidate_n)
        return solve_covering(
            problem, self.site_n, rules=self.rules, seed=self.seed, budget=self.budget
        )

    def first_choice(self, near: sparse.csr_array, weights: FloatArray) -> IntArray | None:
        """Return a choice found at once; None where none that keeps the rules is.

        The greedy one of covering, moved as little as the rules demand.

        Parameters
        ----------
        near : csr_array, shape (demand, candidates)
            Ones where a candidate serves a demand point.
        weights : float64 array, shape (demand,)
            What it is worth that a site serves a demand point.
        """
        pairs = near.tocoo()
        problem = build_problem(
            pairs.row, pairs.col, scale_weights(weights), candidate_n=self.candidate_n
        )
        fixed, banned = forced(self.rules, self.candidate_n)
        chosen = np.sort(choose_greedily(problem, self.site_n, fixed=fixed, banned=banned))
        if self.reach is None or keeps(self.reach, self.rules, chosen):
            return chosen
        return nearest_choice(self.reach, self.rules, chosen, self.budget.part(REPAIR_SHARE))

    def answer(
        self, chosen: IntArray, objective: float, bound: float, *, is_proved: bool
    ) -> Answer:
        """Return an answer in thousandths of the model's own figure."""
        status = status_of(self.budget, is_proved=is_proved)
        return Answer(chosen, objective * WEIGHT_SCALE, bound * WEIGHT_SCALE, status)


def cover_everyone(asked: Asked, reach_m: float, *, must: BoolArray) -> Answer:
    r"""Return the fewest sites that reach all who can be reached: set covering.

    .. math:: \min \sum_j x_j \quad \text{s.t.} \quad \sum_{j: d_{ij} \le r} x_j \ge 1 \; \forall i

    (Toregas, Swain, ReVelle & Bergman 1971). Demand points that no candidate reaches are left out,
    and those that only candidates reach which a rule bars.

    Parameters
    ----------
    asked : Asked
        The question; its number of sites is not read.
    reach_m : float
        Walk within which a site serves.
    must : bool array, shape (demand,)
        Who must be reached.

    Raises
    ------
    InfeasibleError
        When HiGHS finds no cover in time.
    """
    near = asked.allowed().within(reach_m)
    said, chosen = _fewest(asked, near, (np.diff(near.indptr) > 0) & must)
    if chosen is None:
        raise InfeasibleError("siting.no_plan_in_time")
    bound = float(np.ceil(-said.bound - 1e-6))
    bound = float(len(chosen)) if said.status == "optimal" else min(bound, float(len(chosen)))
    return asked.answer(chosen, len(chosen), bound, is_proved=len(chosen) == bound)


def _fewest(
    asked: Asked, near: sparse.csr_array, must: BoolArray
) -> tuple[ProgrammeAnswer, IntArray | None]:
    """Return HiGHS's answer to the fewest sites that reach all who must be, and the sites."""
    programme = IntegerProgramme()
    sites = programme.add_columns(near.shape[1], gains=-1.0, is_whole=True)
    programme.add_rows({sites: near[np.flatnonzero(must)]}, lower=1.0)
    asked.add_rules(programme, sites)
    said = programme.maximise(asked.budget, absolute_gap=0.999)
    return said, said.chosen(sites)


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
    asked : Asked
        The question.
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


def shortest_longest_walk(asked: Asked, *, must: BoolArray, farthest_m: FloatArray) -> Answer:
    r"""Return the sites with which the longest walk is shortest, of such those that cover most.

    .. math:: \min r \quad \text{s.t.} \quad \sum_{j: d_{ij} \le r} x_j \ge 1 \; \forall i
        \text{ with } d_{i0} > r, \; \sum_j x_j = p

    (p-centre, Hakimi 1965) by set covering at each length that a walk can have, halving (Minieka
    1970). Demand points whose walk no allowed candidate shortens are left out: no plan helps them.
    The second aim is maximal covering of the people within reach.

    Parameters
    ----------
    asked : Asked
        The question, with whom a site reaches.
    must : bool array, shape (demand,)
        Whose walk counts.
    farthest_m : float64 array
        Walk to the nearest existing outlet, or a limit, per demand point.

    Raises
    ------
    InfeasibleError
        When no plan is found within the budget.
    """
    reach = asked.reach
    assert reach is not None  # noqa: S101  (the second aim is about it)
    every = np.arange(asked.candidate_n, dtype=np.int64)
    must = must & (asked.allowed().nearest(every, farthest_m) < farthest_m)
    half = replace(asked, budget=asked.budget.part(BRANCH_SHARE))
    start = half.first_choice(reach.matrix(), reach.weights / WEIGHT_SCALE)
    shortest = _halve(half, np.flatnonzero(must), farthest_m, start)
    longest_m = shortest.objective / WEIGHT_SCALE
    far = np.flatnonzero(must & (farthest_m > longest_m))
    words, ones = Problem("siting.rule_longest", metres=longest_m), np.ones(len(far))
    within = Rule(words, asked.within(longest_m)[far].tocsr(), ones, ones * np.inf)
    second = solve_covering(
        reach,
        asked.site_n,
        rules=[*asked.rules, *([within] if len(far) else [])],
        starts=[shortest.chosen],
        seed=asked.seed,
        budget=asked.budget,
    )
    longest_m = float(asked.nearest(second.chosen, farthest_m)[must].max(initial=0.0))
    own = asked.answer(
        second.chosen,
        longest_m,
        min(shortest.bound / WEIGHT_SCALE, longest_m),
        is_proved=shortest.status == second.status == "optimal",
    )
    return replace(own, second=second)


def _halve(asked: Asked, live: IntArray, farthest_m: FloatArray, start: IntArray | None) -> Answer:
    """Return the first aim's answer for some demand points, from a plan where one is known."""
    own = replace(asked, walk_m=asked.allowed().walk_m[live].tocsr())
    limit = farthest_m[live]
    lengths = np.unique(np.concatenate([own.walk_m.data, limit]))
    chosen = _cover_within(own, limit, np.inf) if start is None else start
    if chosen is None:
        raise InfeasibleError("siting.no_plan_in_time")
    longest_m = float(own.nearest(chosen, limit).max(initial=0.0))
    low, high = 0, int(np.searchsorted(lengths, longest_m))
    is_proved = True
    while low < high:
        # lengths[high] can be had, no length before low can
        middle = (low + high) // 2
        found = _cover_within(own, limit, float(lengths[middle]))
        if found is None:
            is_proved = False
            break
        if len(found):
            chosen, high = found, middle
        else:
            low = middle + 1
    objective = float(own.nearest(chosen, limit).max(initial=0.0))
    bound = objective if is_proved else min(float(lengths[low]), objective)
    return asked.answer(chosen, objective, bound, is_proved=is_proved)


def _cover_within(asked: Asked, limit: FloatArray, reach_m: float) -> IntArray | None:
    """Return sites that reach all within a length, none when there are none, None out of work."""
    must = limit > reach_m
    near = asked.within(reach_m)
    if np.any(must & (np.diff(near.indptr) == 0)):
        return np.empty(0, dtype=np.int64)
    if asked.budget.is_over:
        return None
    said, chosen = _fewest(asked, near, must)
    if said.status == "infeasible" or -said.bound > asked.site_n + 1e-6:
        return np.empty(0, dtype=np.int64)
    if chosen is None or len(chosen) > asked.site_n:
        return None
    spare = np.setdiff1d(np.arange(asked.candidate_n), chosen)[: asked.site_n - len(chosen)]
    return np.sort(np.concatenate([chosen, spare])).astype(np.int64)


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
    reach_m : float
        Walk within which a site serves.
    capacity : float
        People that one site can serve.

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
    reach_m : float
        Walk within which a site serves.
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
    rows, columns, weights = [], [], []
    for number, (reach_m, drop) in enumerate(zip(metres, -np.diff([*shares, 0.0]), strict=True)):
        near = asked.within(reach_m).tocoo()
        rows.append(near.row + number * len(asked.people))
        columns.append(near.col)
        weights.append(scale_weights(np.where(existing_m <= reach_m, 0.0, asked.people) * drop))
    return asked.cover_most(np.concatenate(rows), np.concatenate(columns), np.concatenate(weights))


def _steps(
    asked: Asked, farthest_m: FloatArray, level_n: int
) -> tuple[IntArray, IntArray, IntArray, float, bool]:
    """Return covering pairs and weights of the first steps of every demand point.

    Also the total walk when no step is reached (a lower bound of it where steps were left out), and
    whether all steps are there.
    """
    walk_m, people = asked.walk_m, asked.people
    rows, columns, weights = [], [], []
    worst = 0.0
    is_whole = True
    step_n = 0
    for i in range(walk_m.shape[0]):
        ends = slice(walk_m.indptr[i], walk_m.indptr[i + 1])
        metres = np.where(walk_m.data[ends] <= NEAR_ZERO_M, 0.0, walk_m.data[ends])
        own = walk_m.indices[ends]
        own, metres = own[metres < farthest_m[i]], metres[metres < farthest_m[i]]
        levels = np.unique(metres)
        if len(levels) > level_n:
            is_whole = False
            last, levels = float(levels[level_n]), levels[:level_n]
        else:
            last = float(farthest_m[i])
        worst += people[i] * last
        drops = np.diff(np.append(levels, last)) * people[i]
        for level, drop in zip(levels, drops, strict=True):
            near = own[metres <= level]
            rows.append(np.full(len(near), step_n))
            columns.append(near)
            weights.append(round(drop * WEIGHT_SCALE))
            step_n += 1
    none = [np.empty(0, dtype=np.int64)]
    return (
        np.concatenate(rows or none),
        np.concatenate(columns or none).astype(np.int64),
        np.array(weights, dtype=np.int64),
        worst,
        is_whole,
    )


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
