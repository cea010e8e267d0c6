"""The exact method: maximal covering solved by HiGHS on what presolve leaves."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from livelihood_map.siting._bound import find_bound, rounding_slack
from livelihood_map.siting._greedy import choose_greedily, improve_by_swaps
from livelihood_map.siting._presolve import shrink
from livelihood_map.siting._proving import prove
from livelihood_map.siting._searching import search_widely

if TYPE_CHECKING:
    from livelihood_map.siting._problem import BoolArray, CoverProblem, IntArray

log = logging.getLogger(__name__)

Status = Literal["optimal", "feasible", "time_limit"]
SWAP_STEPS: Final = 1_500_000
STEPS_PER_CANDIDATE: Final = 100
STEPS_PER_S: Final = 100_000
"""Swaps for each second of the time limit: with 2 to 3 microseconds each a quarter of it."""
LEAST_STEPS: Final = 5000
"""With fewer swaps than these the time is not even enough for the polish that follows them."""
QUICK_ROUNDS: Final = 30
"""Subgradient steps for a bound where no time is left."""
SWAP_HEATS: Final = (1.0,)
RESERVE: Final = 0.04
"""Share of the time limit kept back for steps that cannot be broken off."""


@dataclass(frozen=True)
class Answer:
    """A choice with its proof.

    Attributes
    ----------
    chosen : int64 array
        Positions of the chosen candidates, ascending.
    objective : int
        Weight they cover, thousandths of a person.
    bound : float
        No choice covers more than this.
    status : str
        ``optimal`` only when the bound proves it.
    """

    chosen: IntArray
    objective: int
    bound: float
    status: Status

    @property
    def gap(self) -> float:
        """Relative distance from the objective to the bound, 0 when proved."""
        return relative_gap(*sorted((float(self.objective), float(self.bound))))


def relative_gap(objective: float, bound: float) -> float:
    """Return how far the bound lies above the objective, relative to the objective.

    Parameters
    ----------
    objective, bound : float
        Covered weight and its upper bound, same unit.

    Raises
    ------
    ValueError
        When the bound lies below the objective: a mistake in the program.

    Examples
    --------
    >>> relative_gap(200.0, 201.0)
    0.005
    """
    if bound < objective:
        msg = f"bound {bound} below objective {objective}"
        raise ValueError(msg)
    if bound == objective:
        return 0.0
    return (bound - objective) / objective if objective > 0 else float("inf")


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

    Raises
    ------
    OverflowError
        When the bound is not finite.

    Examples
    --------
    >>> close_bound(40, 49.9, unit=5)
    45.0
    """
    whole = int(np.floor((bound + rounding_slack(bound)) / unit)) * unit
    return float(max(objective, whole))


def solve_covering(
    problem: CoverProblem,
    site_n: int,
    *,
    fixed: IntArray,
    banned: BoolArray,
    starts: list[IntArray],
    seed: int,
    time_limit_s: float,
) -> Answer:
    r"""Return a best choice of sites for maximal covering (Church & ReVelle 1974), with its proof.

    .. math::
        \max \sum_i w_i y_i \quad \text{s.t.} \quad y_i \le \sum_{j \ni i} x_j, \;
        \sum_j x_j = p, \; x_j \in \{0, 1\}, \; 0 \le y_i \le 1

    Parameters
    ----------
    problem : CoverProblem
        Who covers whom; weight 0 where existing outlets cover.
    site_n : int
        Number of sites p, fixed ones included.
    fixed : int64 array
        Candidates that must be chosen.
    banned : bool array
        Candidates that must not be chosen.
    starts : list of int64 arrays
        Known choices of `site_n` candidates.
    seed : int
        Seed of the swaps.
    time_limit_s : float
        Longest time, seconds.

    Raises
    ------
    ValueError
        When there are fewer candidates than sites.
    """
    deadline = time.monotonic() + (1 - RESERVE) * time_limit_s
    is_covered = problem.counts(fixed) > 0
    base = int(problem.weights[is_covered].sum())
    out = banned.copy()
    out[fixed] = True
    open_n = int(np.count_nonzero(~out))
    free_n = site_n - len(fixed)
    if open_n < free_n:
        msg = f"{free_n} sites asked of {open_n} candidates"
        raise ValueError(msg)
    rest = problem.without(is_covered)
    known = [np.setdiff1d(start, fixed) for start in starts]
    known.append(choose_greedily(rest, free_n, banned=out))
    most_n = round(STEPS_PER_S * time_limit_s)
    chosen = _improve(rest, known, out, seed, most_n)
    if time.monotonic() >= deadline:
        return _unproved(rest, chosen, fixed=fixed, banned=out, base=base)
    small = shrink(rest, banned=out)
    small_n = min(free_n, small.problem.candidate_n)
    better = _improve(small.problem, [choose_greedily(small.problem, small_n)], None, seed, most_n)
    if small.problem.objective(better) > rest.objective(chosen):
        chosen = _fill(rest, small.candidates[better], free_n, out)
    objective = rest.objective(chosen)
    proof = prove(
        small.problem,
        small_n,
        known=objective,
        seed=seed,
        deadline=deadline,
        search=search_widely,
    )
    if proof.chosen is not None:
        chosen = _fill(rest, small.candidates[proof.chosen], free_n, out)
        objective = rest.objective(chosen)
    unit = max(1, int(np.gcd.reduce(small.problem.weights, initial=0)))
    bound = close_bound(objective, proof.bound, unit)
    status: Status = "optimal" if bound == objective else "time_limit"
    sites = np.sort(np.concatenate([fixed, chosen])).astype(np.int64)
    return Answer(sites, base + objective, base + bound, status)


def _unproved(
    problem: CoverProblem, chosen: IntArray, *, fixed: IntArray, banned: BoolArray, base: int
) -> Answer:
    """Return an answer without time for a proof, with the bound of a few multipliers."""
    objective = problem.objective(chosen)
    found = find_bound(problem, len(chosen), target=objective, round_n=QUICK_ROUNDS, banned=banned)
    bound = close_bound(objective, found.value)
    sites = np.sort(np.concatenate([fixed, chosen])).astype(np.int64)
    status: Status = "optimal" if bound == objective else "time_limit"
    return Answer(sites, base + objective, base + bound, status)


def _improve(
    problem: CoverProblem,
    starts: list[IntArray],
    banned: BoolArray | None,
    seed: int,
    most_n: int,
) -> IntArray:
    """Return the best choice that annealed swaps, `most_n` at most, reach from any of the starts.

    None at all where the time is too short for the polish behind them.
    """
    step_n = min(SWAP_STEPS, STEPS_PER_CANDIDATE * problem.candidate_n, most_n)
    if step_n < LEAST_STEPS:
        return max(starts, key=problem.objective)
    tried = [
        improve_by_swaps(problem, start, seed=seed + turn, step_n=step_n, banned=banned, heat=heat)
        for turn, start in enumerate(starts)
        for heat in SWAP_HEATS
    ]
    return max([*starts, *tried], key=problem.objective)


def _fill(problem: CoverProblem, chosen: IntArray, site_n: int, banned: BoolArray) -> IntArray:
    """Return the choice made up to the number of sites by the best of the rest."""
    return choose_greedily(problem, site_n, fixed=chosen, banned=banned)
