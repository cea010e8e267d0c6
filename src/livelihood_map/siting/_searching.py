"""Good choices where bounds leave a wide gap: anneal, choose exactly nearby, merge the best."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import numba
import numpy as np

from livelihood_map.siting import _kernels
from livelihood_map.siting._greedy import choose_greedily, improve_by_swaps
from livelihood_map.siting._presolve import shrink
from livelihood_map.siting._proving import prove

if TYPE_CHECKING:
    from collections.abc import Callable

    from livelihood_map.siting._problem import BoolArray, CoverProblem, IntArray

BATCH_N: Final = 6
"""Annealing runs between one merging and the next."""
BATCHES: Final = 8
"""Runs are so long that annealing takes half of the time when there are this many batches."""
TRIAL_STEPS: Final = 100_000
LONGEST_STEPS: Final = 10_000_000
MERGED: Final = (10, 20, 30, 45)
"""How many of the best choices are merged, one number after the other while proofs close."""
NEARBY: Final = (0.1, 0.2, 0.3)
"""A candidate is near when its best swap costs less than this share of a site's mean loss."""
MOST_OPEN: Final = 0.6
MOST_PAIRS: Final = 100_000
"""Share of candidates, and covering pairs, above which a choice among them is not soon exact."""
EXACT_SHARE: Final = 0.05
"""Share of the whole time that one exact choice nearby or among the best may take."""


def search_widely(
    problem: CoverProblem,
    starts: list[IntArray],
    *,
    seed: int,
    deadline: float,
    is_over: Callable[[int], bool],
    thread_n: int | None = None,
) -> list[IntArray]:
    """Return good choices, the best first, none worse than the best of the starts.

    Batches of annealing runs side by side. After each the best choices so far are merged: the best
    choice among all their candidates is found exactly, as good tours are merged (Cook & Seymour
    2003). That brings far more than longer runs. The best is then chosen anew among the candidates
    whose best swap costs it little, in widening circles.

    Parameters
    ----------
    problem : CoverProblem
        A presolved problem.
    starts : list of int64 arrays
        Known choices, at least one, all of the same number of sites.
    seed : int
        Seed of the annealing runs.
    deadline : float
        ``time.monotonic()`` at which to stop.
    is_over : callable
        Takes the weight of the best choice and tells whether the search may end before.
    thread_n : int, optional
        Annealing runs side by side; by default as many as numba has threads.

    Raises
    ------
    RuntimeError
        When HiGHS refuses a model.
    """
    exact_s = EXACT_SHARE * (deadline - time.monotonic())
    side_n = thread_n or numba.get_num_threads()
    greedy = choose_greedily(problem, len(starts[0]))
    step_n = _step_n(problem, greedy, seed, deadline, side_n)
    elite = _best(problem, starts)

    def ended() -> bool:
        return time.monotonic() >= deadline or is_over(problem.objective(elite[0]))

    def run(number: int) -> IntArray:
        return improve_by_swaps(problem, greedy, seed=seed + number, step_n=step_n)

    done_n, settled = 0, -1
    with ThreadPoolExecutor(side_n) as pool:
        while not ended():
            found = pool.map(run, range(done_n, done_n + BATCH_N))
            done_n += BATCH_N
            elite = _best(problem, [*elite, *found])
            if not ended():
                elite = _merge(problem, elite, seed, exact_s, deadline)
            if not ended() and problem.objective(elite[0]) > settled:
                near = _choose_nearby(problem, elite[0], seed, exact_s, deadline)
                elite = _best(problem, [*elite, near])
                settled = problem.objective(elite[0])
    return elite


def _step_n(problem: CoverProblem, start: IntArray, seed: int, deadline: float, side_n: int) -> int:
    """Return the steps of one annealing run, from the time that a short one takes."""
    improve_by_swaps(problem, start, seed=seed, step_n=1)  # compiled from here on
    begun = time.monotonic()
    improve_by_swaps(problem, start, seed=seed, step_n=TRIAL_STEPS)
    step_s = (time.monotonic() - begun) / TRIAL_STEPS
    run_s = 0.5 * (deadline - time.monotonic()) / BATCHES * side_n / BATCH_N
    return int(np.clip(run_s / step_s, TRIAL_STEPS, LONGEST_STEPS))


def _best(problem: CoverProblem, choices: list[IntArray]) -> list[IntArray]:
    """Return the best choices without repeats, best first."""
    unlike = {tuple(sorted(choice.tolist())): choice for choice in choices}
    return sorted(unlike.values(), key=problem.objective, reverse=True)[: MERGED[-1]]


def _choose_nearby(
    problem: CoverProblem, chosen: IntArray, seed: int, exact_s: float, deadline: float
) -> IntArray:
    """Return the best choice among near candidates, in circles as wide as can be proved in time."""
    now = chosen
    for share in NEARBY:
        change, mean_loss = _kernels.swap_changes(
            problem.weights, problem.cover_ptr, problem.cover_idx, now
        )
        is_open = change >= -share * mean_loss
        if is_open.mean() > MOST_OPEN:
            break
        until = min(deadline, time.monotonic() + exact_s)
        now, is_proved = _choose_among(problem, now, is_open, seed, until)
        if not is_proved:
            break
    return now


def _merge(
    problem: CoverProblem, elite: list[IntArray], seed: int, exact_s: float, deadline: float
) -> list[IntArray]:
    """Return the choices with the best among their candidates, of as many as can be proved."""
    for part_n in MERGED:
        is_open = np.zeros(problem.candidate_n, dtype=np.bool_)
        is_open[np.concatenate(elite[:part_n])] = True
        until = min(deadline, time.monotonic() + exact_s)
        merged, is_proved = _choose_among(problem, elite[0], is_open, seed, until)
        elite = _best(problem, [*elite, merged])
        if not is_proved or part_n >= len(elite):
            break
    return elite


def _choose_among(
    problem: CoverProblem, chosen: IntArray, is_open: BoolArray, seed: int, until: float
) -> tuple[IntArray, bool]:
    """Return a choice among the open candidates at least as good, and whether that is proved."""
    small = shrink(problem, banned=~is_open)
    if small.problem.pair_n > MOST_PAIRS:
        return chosen, False
    site_n = min(len(chosen), small.problem.candidate_n)
    known = problem.objective(chosen)
    proof = prove(small.problem, site_n, known=known, seed=seed, deadline=until)
    is_proved = proof.bound < max(known, proof.objective) + 1
    if proof.chosen is None:
        return chosen, is_proved
    found = choose_greedily(problem, len(chosen), fixed=small.candidates[proof.chosen])
    return found, is_proved
