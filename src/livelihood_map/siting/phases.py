"""Which of the chosen sites open first: coverage as early as possible over the phases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse

from livelihood_map.core.budget import Budget
from livelihood_map.core.highs import IntegerProgramme
from livelihood_map.siting.solver import WEIGHT_SCALE, choose_greedily, shrink, status_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.siting.solver import CoverProblem, FloatArray, IntArray, Status

HALF: Final = 0.5


@dataclass(frozen=True)
class Phasing:
    """In which phase each site opens, and how sure it is that no other order is better.

    Attributes
    ----------
    order : int64 array
        Sites by rank: phase after phase, within a phase the site of most people first.
    phase : int64 array
        Phase of each site of `order`, from 1.
    covered : float64 array, shape (phases,)
        Weighted people newly covered while each phase is the last that has opened.
    objective : float
        Sum of `covered` times the length of each phase: people times length.
    bound : float
        No order of these sites has more.
    status : str
        ``optimal`` only with a proof, otherwise ``time_limit`` or ``clock``.
    """

    order: IntArray
    phase: IntArray
    covered: FloatArray
    objective: float
    bound: float
    status: Status


def open_in_phases(
    problem: CoverProblem,
    chosen: IntArray,
    sizes: Sequence[int],
    *,
    lengths: Sequence[float],
    time_limit_s: float,
) -> Phasing:
    r"""Return the order of opening that covers most people over all phases together.

    .. math::
        \max \sum_k T_k \sum_i w_i y_{ik} \quad \text{s.t.} \quad
        y_{ik} \le \sum_{j \ni i} x_{jk}, \; x_{jk} \le x_{j,k+1}, \; \sum_j x_{jk} = n_k, \;
        x_{jk} \in \{0, 1\}, \; 0 \le y_{ik} \le 1

    with :math:`x_{jk} = 1` for a site open in phase k, :math:`n_k` sites open by then and
    :math:`T_k` the time until the next phase opens: maximal covering nested over periods (Schilling
    1980). In the last phase all sites are open. Rules that set a most hold in every phase, since
    a part of the plan is open; rules that set a least hold once all sites are open.

    Parameters
    ----------
    sizes : sequence of int
        Sites that open in each phase; their sum is the number of sites.
    lengths : sequence of float
        Length of each phase, in any unit, > 0.
    time_limit_s : float
        Seconds.

    Raises
    ------
    ValueError
        When the sizes do not add up to the sites, or there is no length for each.

    Examples
    --------
    >>> from livelihood_map.siting.solver import build_problem
    >>> problem = build_problem(np.array([0, 1, 2]), np.array([0, 1, 2]),
    ...                         np.array([5000, 9000, 7000]), candidate_n=3)
    >>> phasing = open_in_phases(problem, np.arange(3), [1, 2], lengths=[1, 1], time_limit_s=9)
    >>> phasing.order.tolist(), phasing.covered.tolist(), phasing.objective, phasing.status
    ([1, 2, 0], [9.0, 21.0], 30.0, 'optimal')
    """
    if sum(sizes) != len(chosen) or len(lengths) != len(sizes):
        msg = f"{sizes} with lengths {lengths} for {len(chosen)} sites"
        raise ValueError(msg)
    length = np.asarray(lengths, dtype=np.float64)
    start = choose_greedily(problem, len(chosen), banned=_all_but(problem, chosen))
    first, known = _measure(problem, start, sizes, length)
    bound, order = known, start
    status: Status = "optimal"
    if len(sizes) > 1:
        budget = Budget(time_limit_s)
        found, ceiling, is_proved = _solve(problem, start, sizes, length, budget)
        better, value = _measure(problem, found, sizes, length)
        if value > known:
            first, known, order = better, value, found
        bound = known if is_proved else max(known, ceiling)
        status = status_of(budget, is_proved=is_proved or bound <= known)
    return Phasing(
        order,
        np.repeat(np.arange(1, len(sizes) + 1), sizes),
        first / WEIGHT_SCALE,
        known / WEIGHT_SCALE,
        bound / WEIGHT_SCALE,
        status,
    )


def reached_in_order(problem: CoverProblem, order: IntArray) -> IntArray:
    """Return what the first 0, 1, 2, … candidates of an order cover together.

    Examples
    --------
    >>> from livelihood_map.siting.solver import build_problem
    >>> problem = build_problem(np.array([0, 1, 1, 2]), np.array([0, 0, 1, 1]),
    ...                         np.array([5, 7, 1]), candidate_n=2)
    >>> reached_in_order(problem, np.array([1, 0])).tolist()
    [0, 8, 13]
    """
    is_covered = np.zeros(problem.demand_n, dtype=np.bool_)
    reached = np.zeros(len(order) + 1, dtype=np.int64)
    for number, candidate in enumerate(order, start=1):
        rows = problem.covered_by(int(candidate))
        new = rows[~is_covered[rows]]
        is_covered[new] = True
        reached[number] = reached[number - 1] + int(problem.weights[new].sum())
    return reached


def _all_but(problem: CoverProblem, chosen: IntArray) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Return all candidates but these, marked."""
    mark = np.ones(problem.candidate_n, dtype=np.bool_)
    mark[chosen] = False
    return mark


def _measure(
    problem: CoverProblem, order: IntArray, sizes: Sequence[int], length: FloatArray
) -> tuple[FloatArray, float]:
    """Return what is covered in each phase of an order, and its sum over time, thousandths."""
    covered = np.array([problem.objective(order[:end]) for end in np.cumsum(sizes)], dtype=float)
    return covered, float(covered @ length)


def _solve(
    problem: CoverProblem, start: IntArray, sizes: Sequence[int], length: FloatArray, budget: Budget
) -> tuple[IntArray, float, bool]:
    """Return HiGHS's order, its bound on the sum over time, and whether the order is proved."""
    sites = np.sort(start)
    kept = np.ones(problem.candidate_n, dtype=np.bool_)
    small = shrink(problem, banned=_all_but(problem, sites), kept=kept).problem
    site_n, phase_n = len(sites), len(sizes) - 1
    covers, each = small.matrix(), sparse.eye_array(phase_n)
    later = sparse.csr_array(np.diff(np.eye(phase_n), axis=0))
    ends = np.cumsum(sizes)[:-1]
    programme = IntegerProgramme()
    opened = programme.add_columns(phase_n * site_n, is_whole=True)
    reached = programme.add_columns(
        phase_n * small.demand_n, gains=np.kron(length[:-1], small.weights.astype(np.float64))
    )
    programme.add_rows(
        {opened: sparse.kron(each, covers), reached: -sparse.eye_array(reached.count)}, lower=0.0
    )
    programme.add_rows({opened: sparse.kron(later, sparse.eye_array(site_n))}, lower=0.0)
    programme.add_rows({opened: sparse.kron(each, np.ones((1, site_n)))}, lower=ends, upper=ends)
    place = np.searchsorted(sites, start)
    is_opened = np.zeros((phase_n, site_n))
    for phase, end in enumerate(ends):
        is_opened[phase, place[:end]] = 1.0
    is_reached = np.minimum(1.0, is_opened @ covers.T.toarray())
    answer = programme.maximise(
        budget,
        absolute_gap=HALF * min(1.0, float(length.min())),
        start={opened: is_opened.ravel(), reached: is_reached.ravel()},
    )
    last = float(problem.objective(sites)) * float(length[-1])
    if answer.values is None:
        return start, answer.bound + last, False
    is_open = opened.of(answer.values).reshape(phase_n, site_n) > HALF
    order = np.empty(0, dtype=np.int64)
    for row in [*is_open, np.ones(site_n, dtype=np.bool_)]:
        now = sites[row]
        order = choose_greedily(problem, len(now), fixed=order, banned=_all_but(problem, now))
    return order, answer.bound + last, answer.status == "optimal"
