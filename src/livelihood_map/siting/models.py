"""Other questions than maximal covering, each with its integer programme.

Each keeps the office's rules where ``office`` states them: their rows stand in the model's own
integer programme. A rule on people counts who has a site within the walk of ``office.problem``,
whatever the model itself counts.

They take arrays: ``walk_m`` is a sparse matrix (demand points, candidates) of walks in metres, with
an entry only where a walk is known; a walk of 0 m is stored as a small positive number by
:func:`walk_matrix`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

from livelihood_map.core.errors import InfeasibleError, Problem
from livelihood_map.core.integer_programme import IntegerProgramme
from livelihood_map.siting._office import cover_most
from livelihood_map.siting._problem import WEIGHT_SCALE, scale_weights
from livelihood_map.siting._rows import forced
from livelihood_map.siting._starting import Doubled, Filled, first_plan
from livelihood_map.siting.rules import Rule

if TYPE_CHECKING:
    from livelihood_map.core.integer_programme import Columns, ProgrammeAnswer
    from livelihood_map.siting._office import Office
    from livelihood_map.siting._problem import BoolArray, FloatArray, IntArray
    from livelihood_map.siting.exact import Answer

NEAR_ZERO_M: Final = 1e-9
FIRST_LEVELS: Final = 16
SUMMED_SHARE: Final = 1e-8
"""Share of a total walk that floating-point sums may hide; a smaller gap is none."""


@dataclass(frozen=True)
class ModelAnswer:
    """The answer of one model.

    Attributes
    ----------
    chosen : int64 array
        Positions of the chosen candidates, ascending.
    objective : float
        The model's objective.
    bound : float
        Bound on it: an upper one where the model maximises, a lower one where it minimises.
    status : str
        ``optimal`` only with a proof, of the second aim too where there is one, otherwise
        ``time_limit``.
    second : Answer or None
        What the plan covers, where several plans are equal in the model's own figure.
    """

    chosen: IntArray
    objective: float
    bound: float
    status: str
    second: Answer | None = None


def walk_matrix(
    rows: IntArray, columns: IntArray, walk_m: FloatArray, *, shape: tuple[int, int]
) -> sparse.csr_array:
    """Return walks as a sparse matrix in which a walk of 0 m is not lost.

    Parameters
    ----------
    rows, columns : int64 arrays
        Positions of demand points and candidates.
    walk_m : float64 array
        Metres.
    shape : tuple
        Demand points, candidates.

    Raises
    ------
    ValueError
        When a position lies outside the shape.
    """
    return sparse.csr_array((np.maximum(walk_m, NEAR_ZERO_M), (rows, columns)), shape=shape)


def cover_everyone(
    walk_m: sparse.csr_array,
    reach_m: float,
    *,
    must: BoolArray,
    time_limit_s: float,
    office: Office | None = None,
) -> ModelAnswer:
    r"""Return the fewest sites that reach all who can be reached: set covering.

    .. math:: \min \sum_j x_j \quad \text{s.t.} \quad \sum_{j: d_{ij} \le r} x_j \ge 1 \; \forall i

    (Toregas, Swain, ReVelle & Bergman 1971). Demand points that no candidate reaches are left out,
    and those that only candidates reach which a rule bars.

    Parameters
    ----------
    walk_m : csr_array
        Walks.
    reach_m : float
        Walk within which a site serves.
    must : bool array, shape (demand,)
        Who must be reached.
    time_limit_s : float
        Seconds.
    office : Office, optional
        Rules.

    Raises
    ------
    InfeasibleError
        When HiGHS finds no cover in time.
    """
    near = _within(_allowed(walk_m, office), reach_m)
    answer, chosen = _fewest(near, (np.diff(near.indptr) > 0) & must, office, time_limit_s)
    if chosen is None:
        raise InfeasibleError("siting.no_plan_in_time")
    bound = float(np.ceil(-answer.bound - 1e-6))
    bound = float(len(chosen)) if answer.status == "optimal" else min(bound, float(len(chosen)))
    return ModelAnswer(chosen, float(len(chosen)), bound, _status(len(chosen) == bound))


def _fewest(
    near: sparse.csr_array, must: BoolArray, office: Office | None, time_limit_s: float
) -> tuple[ProgrammeAnswer, IntArray | None]:
    """Return HiGHS's answer to the fewest sites that reach all who must be, and the sites."""
    programme = IntegerProgramme()
    sites = programme.add_columns(near.shape[1], gains=-1.0, is_whole=True)
    programme.add_rows({sites: near[np.flatnonzero(must)]}, lower=1.0)
    if office is not None:
        office.add_to(programme, sites)
    answer = programme.maximise(time_limit_s=time_limit_s, absolute_gap=0.999)
    return answer, answer.chosen(sites)


def _add_demands(
    programme: IntegerProgramme, sites: Columns, office: Office | None, site_n: int
) -> None:
    """Add the office's rules, or the number of sites alone without them."""
    if office is None:
        programme.add_rows({sites: np.ones((1, sites.count))}, lower=site_n, upper=site_n)
    else:
        office.add_to(programme, sites)


def _allowed(walk_m: sparse.csr_array, office: Office | None) -> sparse.csr_array:
    """Return the walks without those to candidates that a rule bars."""
    if office is None:
        return walk_m
    _, banned = forced(office.rules, walk_m.shape[1])
    pairs = walk_m.tocoo()
    keep = ~banned[pairs.col]
    return sparse.csr_array(
        (pairs.data[keep], (pairs.row[keep], pairs.col[keep])), shape=walk_m.shape
    )


def least_walk(
    walk_m: sparse.csr_array,
    people: FloatArray,
    site_n: int,
    *,
    farthest_m: FloatArray,
    seed: int,
    time_limit_s: float,
    office: Office | None = None,
) -> ModelAnswer:
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
    walk_m : csr_array
        Walks.
    people : float64 array
        Weight of each demand point.
    site_n : int
        Number of sites.
    farthest_m : float64 array
        Walk that counts when no site is nearer: to the nearest existing outlet, or a limit.
    seed : int
        Seed.
    time_limit_s : float
        Seconds.
    office : Office, optional
        Rules.

    Raises
    ------
    ValueError
        When there are fewer candidates than sites.
    InfeasibleError
        When no choice that keeps the rules is found in time.
    """
    deadline = time.monotonic() + time_limit_s
    level_n = FIRST_LEVELS
    while True:
        rows, columns, weights, worst, is_whole = _steps(walk_m, people, farthest_m, level_n)
        answer = cover_most(
            rows,
            columns,
            weights,
            site_n,
            office=office,
            candidate_n=walk_m.shape[1],
            seed=seed,
            time_limit_s=max(0.1, deadline - time.monotonic()),
        )
        objective = total_walk(walk_m, people, answer.chosen, farthest_m=farthest_m)
        bound = min(objective, worst - answer.bound / WEIGHT_SCALE)
        is_exact = objective - (worst - answer.objective / WEIGHT_SCALE) < 0.5 / WEIGHT_SCALE
        is_done = is_whole or is_exact or time.monotonic() >= deadline
        if is_done:
            is_closed = answer.bound - answer.objective <= SUMMED_SHARE * answer.bound
            is_proved = is_closed and (is_exact or is_whole)
            return ModelAnswer(
                answer.chosen, objective, objective if is_proved else bound, _status(is_proved)
            )
        level_n *= 2


def total_walk(
    walk_m: sparse.csr_array, people: FloatArray, chosen: IntArray, *, farthest_m: FloatArray
) -> float:
    """Return the walk of all people together to their nearest outlet, people times metres.

    Parameters
    ----------
    walk_m : csr_array
        Walks.
    people : float64 array
        Weight of each demand point.
    chosen : int64 array
        Sites.
    farthest_m : float64 array
        Walk that counts when no site is nearer.

    Raises
    ------
    IndexError
        When a position is not there.
    """
    return float((people * _nearest(walk_m, chosen, farthest_m)).sum())


def shortest_longest_walk(
    walk_m: sparse.csr_array,
    site_n: int,
    *,
    must: BoolArray,
    farthest_m: FloatArray,
    time_limit_s: float,
    office: Office | None = None,
    start: IntArray | None = None,
) -> ModelAnswer:
    r"""Return the sites with which the longest walk is shortest: p-centre.

    .. math:: \min r \quad \text{s.t.} \quad \sum_{j: d_{ij} \le r} x_j \ge 1 \; \forall i
        \text{ with } d_{i0} > r, \; \sum_j x_j = p

    (Hakimi 1965) by set covering at each length that a walk can have, halving (Minieka 1970).
    Demand points whose walk no allowed candidate shortens are left out: no plan helps them.

    Parameters
    ----------
    walk_m : csr_array
        Walks.
    site_n : int
        Number of sites.
    must : bool array, shape (demand,)
        Whose walk counts.
    farthest_m : float64 array
        Walk to the nearest existing outlet, or a limit, per demand point.
    time_limit_s : float
        Seconds for all coverings together.
    office : Office, optional
        Rules.
    start : int64 array, optional
        A plan that keeps them.

    Raises
    ------
    SolverError
        When HiGHS refuses a model.
    """
    deadline = time.monotonic() + time_limit_s
    live = np.flatnonzero(must & can_be_helped(walk_m, farthest_m, office))
    walks = _allowed(walk_m, office)[live].tocsr()
    limit = farthest_m[live]
    lengths = np.unique(np.concatenate([walks.data, limit]))
    if start is None:
        start = _cover_within(walks, limit, np.inf, site_n, office, deadline)
    if start is None:
        raise InfeasibleError("siting.no_plan_in_time")
    chosen = start
    longest_m = float(_nearest(walks, chosen, limit).max(initial=0.0))
    low, high = 0, int(np.searchsorted(lengths, longest_m))
    is_proved = True
    while low < high:
        middle = (low + high) // 2
        found = _cover_within(walks, limit, float(lengths[middle]), site_n, office, deadline)
        if found is None:
            is_proved = False
            break
        if len(found):
            chosen, high = found, middle
        else:
            low = middle + 1
    objective = float(_nearest(walks, chosen, limit).max(initial=0.0))
    bound = objective if is_proved else float(lengths[low])
    return ModelAnswer(chosen, objective, min(bound, objective), _status(is_proved))


def can_be_helped(
    walk_m: sparse.csr_array, farthest_m: FloatArray, office: Office | None
) -> BoolArray:
    """Return for each demand point whether a candidate that no rule bars shortens its walk.

    Parameters
    ----------
    walk_m : csr_array
        Walks.
    farthest_m : float64 array
        Walk to the nearest existing outlet, or a limit, per demand point.
    office : Office or None
        Rules.
    """
    every = np.arange(walk_m.shape[1], dtype=np.int64)
    return _nearest(_allowed(walk_m, office), every, farthest_m) < farthest_m


def within_rule(
    walk_m: sparse.csr_array, longest_m: float, *, must: BoolArray, farthest_m: FloatArray
) -> Rule | None:
    """Return the rule that nobody's walk is longer than a length; None where nobody's can be.

    Parameters
    ----------
    walk_m : csr_array
        Walks.
    longest_m : float
        The length, metres.
    must : bool array, shape (demand,)
        Whose walk counts.
    farthest_m : float64 array
        Walk to the nearest existing outlet, or a limit, per demand point.
    """
    far = np.flatnonzero(must & (farthest_m > longest_m))
    if not len(far):
        return None
    near = _within(walk_m[far].tocsr(), longest_m)
    ones = np.ones(len(far))
    return Rule(Problem("siting.rule_longest", metres=longest_m), near, ones, ones * np.inf)


def longest_walk(
    walk_m: sparse.csr_array, chosen: IntArray, *, must: BoolArray, farthest_m: FloatArray
) -> float:
    """Return the longest walk of those whose walk counts, metres.

    Parameters
    ----------
    walk_m : csr_array
        Walks.
    chosen : int64 array
        Sites.
    must : bool array, shape (demand,)
        Whose walk counts.
    farthest_m : float64 array
        Walk to the nearest existing outlet, or a limit, per demand point.

    Raises
    ------
    IndexError
        When a position is not there.
    """
    return float(_nearest(walk_m, chosen, farthest_m)[must].max(initial=0.0))


def cover_with_capacity(
    walk_m: sparse.csr_array,
    people: FloatArray,
    site_n: int,
    *,
    reach_m: float,
    capacity: float,
    time_limit_s: float,
    office: Office | None = None,
) -> ModelAnswer:
    r"""Return the sites that serve most people when each can serve only so many.

    .. math::
        \max \sum_{ij} w_i f_{ij} \quad \text{s.t.} \quad \sum_j f_{ij} \le 1, \; f_{ij} \le x_j, \;
        \sum_i w_i f_{ij} \le C x_j, \; \sum_j x_j = p

    (Current & Storbeck 1988); the people of a compound may divide between sites.

    Parameters
    ----------
    walk_m : csr_array
        Walks.
    people : float64 array
        Weight of each demand point, 0 where existing outlets serve.
    site_n : int
        Number of sites.
    reach_m : float
        Walk within which a site serves.
    capacity : float
        People that one site can serve.
    time_limit_s : float
        Seconds.
    office : Office, optional
        Rules.

    Raises
    ------
    InfeasibleError
        When no choice that keeps the rules is found in time.
    """
    deadline = time.monotonic() + time_limit_s
    within = _within(walk_m, reach_m)
    near, candidate_n = within.tocoo(), walk_m.shape[1]
    first = first_plan(
        lambda: Filled(within.tocsc(), people.copy(), capacity),
        site_n,
        office=office,
        candidate_n=candidate_n,
        time_limit_s=time_limit_s,
    )
    keep = people[near.row] > 0
    row, column = near.row[keep], near.col[keep]
    pairs = np.arange(len(row))
    programme = IntegerProgramme()
    sites = programme.add_columns(candidate_n, is_whole=True)
    parts = programme.add_columns(len(row), gains=people[row])
    own = sparse.csr_array((np.ones(len(row)), (row, pairs)), shape=(walk_m.shape[0], len(row)))
    load = sparse.csr_array((people[row], (column, pairs)), shape=(candidate_n, len(row)))
    link = sparse.csr_array((-np.ones(len(row)), (pairs, column)), shape=(len(row), candidate_n))
    programme.add_rows({parts: own}, upper=1.0)
    programme.add_rows({sites: -capacity * sparse.eye_array(candidate_n), parts: load}, upper=0.0)
    programme.add_rows({sites: link, parts: sparse.eye_array(len(row))}, upper=0.0)
    _add_demands(programme, sites, office, site_n)
    answer = _from_first(programme, sites, first, deadline)
    reachable = float(people[np.unique(row)].sum())
    return _maximum(answer, sites, first, min(reachable, site_n * capacity))


def cover_twice(
    walk_m: sparse.csr_array,
    people: FloatArray,
    site_n: int,
    *,
    reach_m: float,
    served_n: IntArray,
    backup_weight: float,
    time_limit_s: float,
    office: Office | None = None,
) -> ModelAnswer:
    r"""Return the sites that reach most people once, and of these most a second time.

    .. math::
        \max \sum_i w_i (y_i + \theta u_i) \quad \text{s.t.} \quad
        y_i + u_i \le e_i + \sum_{j: d_{ij} \le r} x_j, \; u_i \le y_i \le 1, \; \sum_j x_j = p

    with :math:`e_i` existing outlets within reach (BACOP2 of Hogan & ReVelle 1986).

    Parameters
    ----------
    walk_m : csr_array
        Walks.
    people : float64 array
        Weight of each demand point, all of them.
    site_n : int
        Number of sites.
    reach_m : float
        Walk within which a site serves.
    served_n : int64 array
        Existing outlets within reach of each demand point.
    backup_weight : float
        Weight of a second outlet, 0 to 1.
    time_limit_s : float
        Seconds.
    office : Office, optional
        Rules.

    Raises
    ------
    InfeasibleError
        When no choice that keeps the rules is found in time.
    """
    deadline = time.monotonic() + time_limit_s
    near = _within(walk_m, reach_m)
    demand_n, candidate_n = walk_m.shape
    first = first_plan(
        lambda: Doubled(near.tocsc(), people, backup_weight, served_n.copy()),
        site_n,
        office=office,
        candidate_n=candidate_n,
        time_limit_s=time_limit_s,
    )
    eye = sparse.eye_array(demand_n)
    programme = IntegerProgramme()
    sites = programme.add_columns(candidate_n, is_whole=True)
    once = programme.add_columns(demand_n, gains=people)
    twice = programme.add_columns(demand_n, gains=backup_weight * people)
    programme.add_rows({sites: -near, once: eye, twice: eye}, upper=served_n)
    programme.add_rows({once: -eye, twice: eye}, upper=0.0)
    _add_demands(programme, sites, office, site_n)
    answer = _from_first(programme, sites, first, deadline)
    most = Doubled(near.tocsc(), people, backup_weight, served_n + np.diff(near.indptr))
    return _maximum(answer, sites, first, most.total)


def cover_gradually(
    walk_m: sparse.csr_array,
    people: FloatArray,
    site_n: int,
    *,
    steps: list[tuple[float, float]],
    existing_m: FloatArray,
    seed: int,
    time_limit_s: float,
    office: Office | None = None,
) -> ModelAnswer:
    r"""Return the sites with most people when a longer walk counts less.

    .. math::
        \max \sum_i w_i \max_j f(d_{ij}) x_j = \max \sum_{ik} w_i (f_k - f_{k+1}) y_{ik}
        \quad \text{s.t.} \quad y_{ik} \le \sum_{j: d_{ij} \le r_k} x_j, \; \sum_j x_j = p

    with a falling step function f (Berman, Krass & Drezner 2003), less what the walk to the nearest
    existing outlet counts already: a maximal covering problem with one demand point for each step.

    Parameters
    ----------
    walk_m : csr_array
        Walks.
    people : float64 array
        Weight of each demand point, all of them.
    site_n : int
        Number of sites.
    steps : list of (metres, share)
        Rising walks with the falling share that counts within them.
    existing_m : float64 array
        Walk to the nearest existing outlet, NaN for none: what counts at that walk already counts
        for nothing, what a shorter one adds does.
    seed : int
        Seed.
    time_limit_s : float
        Seconds.
    office : Office, optional
        Rules.

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
    for number, (reach_m, share) in enumerate(steps):
        near = _within(walk_m, reach_m).tocoo()
        rows.append(near.row + number * walk_m.shape[0])
        columns.append(near.col)
        drop = share - (shares[number + 1] if number + 1 < len(shares) else 0.0)
        new = np.where(existing_m <= reach_m, 0.0, people)
        weights.append(scale_weights(new * drop))
    answer = cover_most(
        np.concatenate(rows),
        np.concatenate(columns),
        np.concatenate(weights),
        site_n,
        office=office,
        candidate_n=walk_m.shape[1],
        seed=seed,
        time_limit_s=time_limit_s,
    )
    return ModelAnswer(
        answer.chosen,
        answer.objective / WEIGHT_SCALE,
        answer.bound / WEIGHT_SCALE,
        _status(answer.status == "optimal"),
    )


def _status(is_proved: bool) -> str:  # noqa: FBT001  (a private word for one flag)
    """Return the status word."""
    return "optimal" if is_proved else "time_limit"


def _within(walk_m: sparse.csr_array, reach_m: float) -> sparse.csr_array:
    """Return the 0-1 matrix of walks of at most `reach_m`, rounded to 1 mm."""
    pairs = walk_m.tocoo()
    keep = np.round(pairs.data, 3) <= reach_m
    return sparse.csr_array(
        (np.ones(int(keep.sum())), (pairs.row[keep], pairs.col[keep])), shape=walk_m.shape
    )


def _nearest(walk_m: sparse.csr_array, chosen: IntArray, farthest_m: FloatArray) -> FloatArray:
    """Return the walk of each demand point to the nearest of the chosen, at most `farthest_m`."""
    walk = farthest_m.astype(np.float64).copy()
    pairs = walk_m[:, chosen].tocoo()
    np.minimum.at(walk, pairs.row, np.where(pairs.data <= NEAR_ZERO_M, 0.0, pairs.data))
    return walk


def _steps(
    walk_m: sparse.csr_array, people: FloatArray, farthest_m: FloatArray, level_n: int
) -> tuple[IntArray, IntArray, IntArray, float, bool]:
    """Return covering pairs and weights of the first steps of every demand point.

    Also the total walk when no step is reached (a lower bound of it where steps were left out), and
    whether all steps are there.
    """
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


def _cover_within(
    walk_m: sparse.csr_array,
    limit: FloatArray,
    reach_m: float,
    site_n: int,
    office: Office | None,
    deadline: float,
) -> IntArray | None:
    """Return sites that reach all within a length, none when there are none, None out of time."""
    must = limit > reach_m
    near = _within(walk_m, reach_m)
    if np.any(must & (np.diff(near.indptr) == 0)):
        return np.empty(0, dtype=np.int64)
    if time.monotonic() >= deadline:
        return None
    answer, chosen = _fewest(near, must, office, max(0.1, deadline - time.monotonic()))
    if answer.status == "infeasible" or -answer.bound > site_n + 1e-6:
        return np.empty(0, dtype=np.int64)
    if chosen is None or len(chosen) > site_n:
        return None
    return _filled(chosen, site_n, walk_m.shape[1])


def _filled(chosen: IntArray, site_n: int, candidate_n: int) -> IntArray:
    """Return a choice made up to the number of sites by the first others."""
    spare = np.setdiff1d(np.arange(candidate_n), chosen)[: site_n - len(chosen)]
    return np.sort(np.concatenate([chosen, spare])).astype(np.int64)


def _from_first(
    programme: IntegerProgramme,
    sites: Columns,
    first: tuple[IntArray, float] | None,
    deadline: float,
) -> ProgrammeAnswer:
    """Return HiGHS's answer, which begins with the first plan where there is one."""
    start = None
    if first is not None:
        start = {sites: np.isin(np.arange(sites.count), first[0]).astype(np.float64)}
    return programme.maximise(
        time_limit_s=deadline - time.monotonic(), absolute_gap=1e-4, start=start
    )


def _maximum(
    answer: ProgrammeAnswer,
    sites: Columns,
    first: tuple[IntArray, float] | None,
    ceiling: float,
) -> ModelAnswer:
    """Return HiGHS's answer to a maximisation, or the first plan where it found none as good."""
    bound, chosen = min(answer.bound, ceiling), answer.chosen(sites)
    if first is not None and (chosen is None or answer.objective < first[1]):
        return ModelAnswer(*first, max(bound, first[1]), _status(bound <= first[1]))
    if chosen is None:
        raise InfeasibleError("siting.no_plan_in_time")
    is_proved = answer.status == "optimal"
    bound = answer.objective if is_proved else max(bound, answer.objective)
    return ModelAnswer(chosen, answer.objective, bound, _status(is_proved))
