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

ROUNDS: Final = 8
"""Annealing runs are so long that this many rounds of them fit into the time."""
HEATS: Final = (0.5, 1.0)
TRIAL_STEPS: Final = 100_000
LONGEST_STEPS: Final = 30_000_000
NEARBY: Final = (0.1, 0.2, 0.3)
"""A candidate is near when its best swap costs less than this share of a site's mean loss."""
MOST_OPEN: Final = 0.6
"""Share of the candidates above which an exact choice nearby is no longer a small problem."""
EXACT_SHARE: Final = 0.05
"""Share of the whole time that one exact choice nearby or among the best may take."""
ELITE_N: Final = 10


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

    Rounds of annealing runs side by side. Each result is then chosen anew, exactly, among the
    candidates whose best swap costs it little, in widening circles, and at the end of a round among
    the union of the best so far, as good tours are merged (Cook & Seymour 2003).

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
    site_n, begun = len(starts[0]), time.monotonic()
    exact_s = EXACT_SHARE * (deadline - begun)
    greedy = choose_greedily(problem, site_n)
    step_n = _step_n(problem, greedy, seed, deadline)
    side_n = thread_n or numba.get_num_threads()
    elite = _best(problem, starts)

    def ended() -> bool:
        return time.monotonic() >= deadline or is_over(problem.objective(elite[0]))

    def run(number: int) -> IntArray:
        heat = HEATS[number // side_n % len(HEATS)]
        found = improve_by_swaps(problem, greedy, seed=seed + number, step_n=step_n, heat=heat)
        return _choose_nearby(problem, found, seed, exact_s, deadline)

    done_n = 0
    with ThreadPoolExecutor(side_n) as pool:
        while step_n >= TRIAL_STEPS and not ended():
            found = list(pool.map(run, range(done_n, done_n + side_n)))
            done_n += side_n
            elite = _best(problem, [*elite, *found])
            if not ended():
                elite = _best(problem, [*elite, _merge(problem, elite, seed, exact_s, deadline)])
    return elite


def _step_n(problem: CoverProblem, start: IntArray, seed: int, deadline: float) -> int:
    """Return the steps of one annealing run: half of a round's time, measured on a short run."""
    improve_by_swaps(problem, start, seed=seed, step_n=1)  # compiled from here on
    begun = time.monotonic()
    improve_by_swaps(problem, start, seed=seed, step_n=TRIAL_STEPS)
    step_s = (time.monotonic() - begun) / TRIAL_STEPS
    left_s = deadline - time.monotonic()
    return int(min(LONGEST_STEPS, 0.5 * left_s / ROUNDS / step_s))


def _best(problem: CoverProblem, choices: list[IntArray]) -> list[IntArray]:
    """Return the best choices without repeats, best first."""
    unlike = {tuple(sorted(choice.tolist())): choice for choice in choices}
    return sorted(unlike.values(), key=problem.objective, reverse=True)[:ELITE_N]


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
) -> IntArray:
    """Return the best choice among the candidates of the best choices."""
    is_open = np.zeros(problem.candidate_n, dtype=np.bool_)
    is_open[np.concatenate(elite)] = True
    until = min(deadline, time.monotonic() + exact_s)
    best, _ = _choose_among(problem, elite[0], is_open, seed, until)
    return best


def _choose_among(
    problem: CoverProblem, chosen: IntArray, is_open: BoolArray, seed: int, until: float
) -> tuple[IntArray, bool]:
    """Return a choice among the open candidates at least as good, and whether that is proved."""
    small = shrink(problem, banned=~is_open)
    site_n = min(len(chosen), small.problem.candidate_n)
    known = problem.objective(chosen)
    proof = prove(small.problem, site_n, known=known, seed=seed, deadline=until)
    is_proved = proof.bound < known + 1 or proof.bound <= proof.objective
    if proof.chosen is None:
        return chosen, is_proved
    found = choose_greedily(problem, len(chosen), fixed=small.candidates[proof.chosen])
    return found, is_proved
