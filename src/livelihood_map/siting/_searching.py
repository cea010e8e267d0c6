"""Good choices where bounds leave a wide gap: choose regions anew, merge what was seen exactly."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numba
import numpy as np

from livelihood_map.siting import _kernels
from livelihood_map.siting._greedy import choose_greedily, improve_by_swaps
from livelihood_map.siting._presolve import shrink
from livelihood_map.siting._proving import prove

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from livelihood_map.siting._problem import BoolArray, CoverProblem, IntArray

ROUND_S: Final = 0.04
"""Share of the whole time between one merging and the next."""
WALKED_PAIRS: Final = 300_000
"""Covering pairs above which the whole problem is annealed: there walks showed no gain."""
RUNS: Final = 48
"""Annealing runs of the whole problem in half of the time."""
TRIAL_STEPS: Final = 100_000
LONGEST_STEPS: Final = 10_000_000
REGION: Final = (12, 40)
"""Least and most sites of a region that is chosen anew. This, the steps and the heat were picked
from some ten settings by how soon the published NewYork instance, 100 sites, came near its best."""
REGION_STEPS: Final = 1500
"""Annealing steps per site of a region."""
HEAT: Final = 0.011
"""What a walk may lose in a step, as a share of a site's mean loss."""
PRICE_CHANGE: Final = 0.005
"""How much the price of a site follows each step that leaves one too many or too few."""
MERGED: Final = (10, 20, 30, 45)
"""How many of the choices last seen are merged, one number after the other while proofs close."""
NEARBY: Final = (0.1, 0.2, 0.3)
"""A candidate is near when its best swap costs less than this share of a site's mean loss."""
MOST_OPEN: Final = 0.6
MOST_PAIRS: Final = 100_000
"""Share of candidates, and covering pairs, above which a choice among them is not soon exact."""
EXACT_SHARE: Final = 0.05
"""Share of the whole time that one exact choice nearby or among the last seen may take."""


@dataclass
class Anneals:
    """Annealing runs of the whole problem, one after the other.

    Attributes
    ----------
    problem : CoverProblem
        A presolved problem.
    start : int64 array
        Where each run starts.
    step_n : int
        Steps of a run.
    seeds : iterator of int
        Seeds of the runs.
    """

    problem: CoverProblem
    start: IntArray
    step_n: int
    seeds: Iterator[int]

    def go(self, until: float) -> list[IntArray]:
        """Return the ends of runs, at least one, begun before ``time.monotonic()`` is `until`."""
        found: list[IntArray] = []
        while not found or time.monotonic() < until:
            seed = next(self.seeds)
            found.append(improve_by_swaps(self.problem, self.start, seed=seed, step_n=self.step_n))
        return found


@dataclass
class Walk:
    """One walk through good choices, a region at a time.

    A step takes the sites around a random one away, chooses as many there anew, or one more or
    less, by a short annealing run, and goes there unless the weight falls too far: a large-step
    Markov chain (Martin, Otto & Felten 1991). A choice with one site too many or too few is paid
    for by the price of a site, which follows so that the walk is found on both sides as often.

    Attributes
    ----------
    problem : CoverProblem
        A presolved problem.
    site_n : int
        Number of sites asked for.
    chosen : int64 array
        Where the walk stands: `site_n` sites, or one more or less.
    price : float
        Weight that a site must bring.
    heat : float
        Weight that a step may lose, on average.
    seed : int
        Seed of the steps.
    """

    problem: CoverProblem
    site_n: int
    chosen: IntArray
    price: float
    heat: float
    seed: int
    _step: int = field(default=0, init=False)

    def go(self, until: float, now: Callable[[], float] = time.monotonic) -> list[IntArray]:
        """Walk until the clock says `until`; return the choices of `site_n` sites in order."""
        seen = []
        while now() < until:
            self._step += 1
            if self._has_moved() and len(self.chosen) == self.site_n:
                seen.append(self.chosen)
            too_many = np.sign(len(self.chosen) - self.site_n)
            self.price *= 1.0 + PRICE_CHANGE * too_many
        return seen

    def _has_moved(self) -> bool:
        """Choose a region anew, and return whether the walk goes there."""
        draw = np.random.default_rng([self.seed, self._step])
        problem, now = self.problem, self.chosen
        arrays = problem.cover_ptr, problem.cover_idx, problem.reach_ptr, problem.reach_idx
        most = int(draw.integers(*REGION, endpoint=True))
        region = _kernels.around(*arrays, now, int(draw.choice(now)), most)
        change = int(draw.integers(-1, 2))
        if abs(len(now) + change - self.site_n) > 1:
            change = -change
        kept = np.delete(now, region)
        rest = problem.without(problem.counts(kept) > 0)
        banned = np.zeros(problem.candidate_n, dtype=np.bool_)
        banned[kept] = True
        new_n = len(region) + change
        if not 0 < new_n <= problem.candidate_n - len(kept):
            return False
        start = choose_greedily(rest, new_n, banned=banned)
        seed, step_n = int(draw.integers(2**62)), REGION_STEPS * new_n
        found = improve_by_swaps(rest, start, seed=seed, step_n=step_n, banned=banned)
        new = np.concatenate([kept, found])
        gain = problem.objective(new) - problem.objective(now) - self.price * change
        if gain < self.heat * np.log(1.0 - draw.random()):
            return False
        self.chosen = new
        return True


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

    Walks side by side, or annealing runs where the problem is large. Now and then the choices last
    seen, or the best runs, are merged: the best choice among all their candidates is found exactly,
    as good tours are merged (Cook & Seymour 2003). The best is then chosen anew among the
    candidates whose best swap costs it little, in widening circles.

    Parameters
    ----------
    problem : CoverProblem
        A presolved problem.
    starts : list of int64 arrays
        Known choices, at least one, all of the same number of sites.
    seed : int
        Seed of walks and runs.
    deadline : float
        ``time.monotonic()`` at which to stop.
    is_over : callable
        Takes the weight of the best choice and tells whether the search may end before.
    thread_n : int, optional
        Walks or runs side by side where something else runs beside the search; otherwise as many
        as numba has threads, and merging goes on beside them.

    Raises
    ------
    RuntimeError
        When HiGHS refuses a model.
    """
    whole_s = deadline - time.monotonic()
    exact_s, round_s = EXACT_SHARE * whole_s, ROUND_S * whole_s
    elite = _best(problem, starts)

    def ended() -> bool:
        return time.monotonic() >= deadline or is_over(problem.objective(elite[0]))

    if ended():
        return elite
    is_walked = problem.pair_n <= WALKED_PAIRS
    side_n = thread_n or numba.get_num_threads()
    sources: list[Walk] | list[Anneals]
    if is_walked:
        sources = _begin_walks(problem, elite[0], seed, side_n)
    else:
        sources = _begin_runs(problem, len(elite[0]), seed, side_n, whole_s)
    seen: list[IntArray] = []
    settled = -1
    with ThreadPoolExecutor(side_n) as pool:
        while not ended():
            until = min(deadline, time.monotonic() + round_s)
            going = [pool.submit(source.go, until) for source in sources]
            if thread_n is not None:  # what runs beside the search needs the thread of merging
                wait(going)
                until = min(deadline, time.monotonic() + exact_s)
            if seen and not ended():
                good = [elite[0], *seen[: MERGED[-1]]] if is_walked else elite
                elite = _best(problem, [*elite, _merge(problem, good, seed, exact_s, until)])
                if problem.objective(elite[0]) > settled:
                    near = _choose_nearby(problem, elite[0], seed, exact_s, until)
                    elite = _best(problem, [*elite, near])
                    settled = problem.objective(elite[0])
            seen = [choice for one in going for choice in reversed(one.result())]
            elite = _best(problem, [*elite, *seen])
    return elite


def _begin_walks(problem: CoverProblem, start: IntArray, seed: int, walk_n: int) -> list[Walk]:
    """Return walks from one choice; a site costs at first what the best further one brings."""
    more_n = min(len(start) + 1, problem.candidate_n)
    more = choose_greedily(problem, more_n, fixed=start)
    price = max(1.0, float(problem.objective(more) - problem.objective(start)))
    _, mean_loss = _kernels.swap_changes(
        problem.weights, problem.cover_ptr, problem.cover_idx, start
    )
    heat = HEAT * mean_loss
    return [Walk(problem, len(start), start, price, heat, seed + k) for k in range(walk_n)]


def _begin_runs(
    problem: CoverProblem, site_n: int, seed: int, run_n: int, whole_s: float
) -> list[Anneals]:
    """Return annealing runs as long as the time that a short one takes lets them be."""
    start = choose_greedily(problem, site_n)
    improve_by_swaps(problem, start, seed=seed, step_n=1)  # compiled from here on
    begun = time.monotonic()
    improve_by_swaps(problem, start, seed=seed, step_n=TRIAL_STEPS)
    step_s = (time.monotonic() - begun) / TRIAL_STEPS
    run_s = 0.5 * whole_s * run_n / RUNS
    step_n = int(np.clip(run_s / step_s, TRIAL_STEPS, LONGEST_STEPS))
    return [Anneals(problem, start, step_n, itertools.count(seed + k, run_n)) for k in range(run_n)]


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
    problem: CoverProblem, choices: list[IntArray], seed: int, exact_s: float, deadline: float
) -> IntArray:
    """Return the best among the candidates of the choices, of as many as can be proved in time."""
    best = choices[0]
    for part_n in MERGED:
        is_open = np.zeros(problem.candidate_n, dtype=np.bool_)
        is_open[np.concatenate([best, *choices[:part_n]])] = True
        until = min(deadline, time.monotonic() + exact_s)
        best, is_proved = _choose_among(problem, best, is_open, seed, until)
        if not is_proved or part_n >= len(choices):
            break
    return best


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
