"""Good choices where bounds leave a wide gap: anneal, and merge exactly what was seen."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

import numba
import numpy as np

from livelihood_map.siting.solver import kernels
from livelihood_map.siting.solver.branch_and_bound import prove, shrink_under
from livelihood_map.siting.solver.local_search import choose_greedily, improve_by_swaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from livelihood_map.siting.solver.cover_problem import BoolArray, CoverProblem, IntArray
    from livelihood_map.siting.solver.rows import RuleRows

    Seen: TypeAlias = tuple[int, IntArray]
    """Weight of a choice, and the choice, ascending."""

ROUND_S: Final = 0.02
"""Share of the whole time between one look at what the runs have seen and the next."""
RUNS: Final = 48
"""Annealing runs of the whole problem in half of the time."""
TRIAL_STEPS: Final = 100_000
LONGEST_STEPS: Final = 10_000_000
BEST_N: Final = 45
"""Choices that a search returns at most."""
KEPT_N: Final = 4000
"""Choices seen that are kept for merging."""
MERGED: Final = 3.0
"""Candidates of the first merging, per site. The sizes of mergings were picked on the published
NewYork instance, 100 sites, by how soon it came near its best."""
MERGED_FAR: Final = 1.4
MERGED_MORE: Final = 1.1
MERGED_LESS: Final = 0.85
"""How the number changes after a merging proved soon, proved late, and not proved."""
SOON: Final = 0.2
"""Share of its time within which a merging is proved soon."""
MERGED_LATELY: Final = 4.0
"""Candidates of a merging of what one source of runs has seen lately, per site."""
MERGING_SHARE: Final = 0.6
"""Share of the time left that one merging may take."""
LATELY_N: Final = 2
"""Mergings of what one source of runs has seen lately between two of all that was seen."""
NEARBY: Final = (0.1, 0.2, 0.3)
"""A candidate is near when its best swap costs less than this share of a site's mean loss."""
MOST_OPEN: Final = 0.6
MOST_PAIRS: Final = 100_000
"""Share of candidates, and covering pairs, above which a choice among them is not soon exact."""
EXACT_SHARE: Final = 0.05
"""Share of the time that one exact choice nearby, or a merging beside other work, may take."""


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
    rows : RuleRows or None
        Rules that every swap keeps.
    """

    problem: CoverProblem
    start: IntArray
    step_n: int
    seeds: Iterator[int]
    rows: RuleRows | None

    def go(self, until: float) -> list[Seen]:
        """Return the ends of runs, at least one, begun before ``time.monotonic()`` is `until`."""
        found: list[Seen] = []
        while not found or time.monotonic() < until:
            seed = next(self.seeds)
            end = improve_by_swaps(
                self.problem, self.start, seed=seed, step_n=self.step_n, rows=self.rows
            )
            found.append((self.problem.objective(end), np.sort(end)))
        return found


@dataclass
class _Merging:
    """Exact choices among the candidates of what was seen, one after the other.

    As good tours are merged (Cook & Seymour 2003): what one choice has in one place and another in
    another fits together. The best are taken until their candidates are as many as can be proved in
    time; in between those that one source has seen lately, without the best known, so that other
    valleys are searched to their ground.

    Attributes
    ----------
    problem : CoverProblem
        A presolved problem.
    site_n : int
        Number of sites asked for.
    seed : int
        Seed of the proofs.
    exact_s : float
        Longest time of one exact choice nearby.
    deadline : float
        ``time.monotonic()`` at which to stop.
    rows : RuleRows
        Rules.
    share : float
        Share of the time left that one merging may take.
    """

    problem: CoverProblem
    site_n: int
    seed: int
    exact_s: float
    deadline: float
    rows: RuleRows
    share: float = MERGING_SHARE
    _seen: dict[bytes, Seen] = field(default_factory=dict, init=False)
    _lately: list[list[Seen]] = field(default_factory=list, init=False)
    _per_site: float = field(default=MERGED, init=False)
    _turn: int = field(default=0, init=False)
    _settled: set[int] = field(default_factory=set, init=False)

    def add(self, seen: list[list[Seen]], aside: list[Seen]) -> None:
        """Take what each source, and other work aside, has seen; keep the best."""
        lately = self._lately or [[] for _ in seen]
        pairs = zip(lately, seen, strict=True)
        self._lately = [_ordered([*old, *new]) for old, new in pairs]
        for one in itertools.chain(*seen, aside):
            self._seen[one[1].tobytes()] = one
        self._seen = {one[1].tobytes(): one for one in _ordered(list(self._seen.values()))}

    def begin(self, best: IntArray) -> Callable[[], list[Seen]]:
        """Take the candidates of the next merging; return the call that merges them.

        The call, which may run beside :meth:`add`, returns choices of `site_n` sites.
        """
        turn, self._turn = self._turn, self._turn + 1
        part = turn % len(self._lately)
        late = [one for _, one in self._lately[part]] if turn % (1 + LATELY_N) else []
        if late:
            self._lately[part] = []
            start = late[0]
            is_open = self._candidates(late, MERGED_LATELY)
        else:
            start = best
            is_open = self._candidates(
                [best, *[one for _, one in self._seen.values()]], self._per_site
            )
        return partial(self._merge, start, is_open, is_late=bool(late))

    def _merge(self, start: IntArray, is_open: BoolArray, *, is_late: bool) -> list[Seen]:
        """Return the best choice of the candidates, and what was found near it."""
        begun = time.monotonic()
        most_s = self.share * max(0.0, self.deadline - begun)
        found, is_proved = _choose_among(
            self.problem, start, is_open, self.seed, begun + most_s, self.rows
        )
        if not is_late:
            is_soon = time.monotonic() - begun < SOON * most_s
            self._per_site *= (MERGED_FAR if is_soon else MERGED_MORE) if is_proved else MERGED_LESS
        both = [found]
        if self.problem.objective(found) not in self._settled:
            both.append(
                _choose_nearby(
                    self.problem, found, self.seed, self.exact_s, self.deadline, self.rows
                )
            )
        seen = [(self.problem.objective(one), np.sort(one)) for one in both]
        self._settled.update(weight for weight, _ in seen)
        return seen

    def _candidates(self, choices: list[IntArray], share: float) -> BoolArray:
        """Return the candidates of the first choices, up to a number per site."""
        is_open = np.zeros(self.problem.candidate_n, dtype=np.bool_)
        for choice in choices:
            more = is_open.copy()
            more[choice] = True
            if is_open.any() and np.count_nonzero(more) > share * self.site_n:
                break
            is_open = more
        return is_open


def _ordered(seen: list[Seen]) -> list[Seen]:
    """Return what was seen, of most weight first, as much as is kept."""
    return sorted(seen, key=lambda one: -one[0])[:KEPT_N]


def search_widely(
    problem: CoverProblem,
    starts: list[IntArray],
    *,
    seed: int,
    deadline: float,
    is_over: Callable[[int], bool],
    accepts: Callable[[IntArray], bool],
    rows: RuleRows,
    thread_n: int | None = None,
) -> list[IntArray]:
    """Return good choices, the best first, none worse than the best of the starts.

    Annealing runs side by side; beside them the choices seen are merged: the best choice among all
    their candidates is found exactly, and then chosen anew among the candidates whose best swap
    costs it little, in widening circles.

    Parameters
    ----------
    problem : CoverProblem
        A presolved problem.
    starts : list of int64 arrays
        Known choices, at least one, all of the same number of sites.
    seed : int
        Seed of the runs.
    deadline : float
        ``time.monotonic()`` at which to stop.
    is_over : callable
        Takes the weight of the best choice and tells whether the search may end before.
    accepts : callable
        Takes a choice better than all before and tells whether it keeps every rule.
    rows : RuleRows
        Rules; where some are active every choice seen keeps all of them, as the starts do.
    thread_n : int, optional
        Runs side by side where something else runs beside the search; otherwise as many
        as numba has threads, and merging goes on beside them.

    Raises
    ------
    SolverError
        When HiGHS refuses a model.
    """
    whole_s = deadline - time.monotonic()
    elite = _best(problem, starts)

    def ended() -> bool:
        return time.monotonic() >= deadline or is_over(problem.objective(elite[0]))

    if ended():
        return elite
    site_n, side_n = len(elite[0]), thread_n or numba.get_num_threads()
    start = elite[0] if rows.is_binding else choose_greedily(problem, site_n)
    sources = _begin_runs(problem, start, seed, side_n, whole_s, rows)
    # what runs beside the search needs the other thread, and the search ends soon after it
    share = MERGING_SHARE if thread_n is None else EXACT_SHARE
    merging = _Merging(problem, site_n, seed, EXACT_SHARE * whole_s, deadline, rows, share)
    work: Future[list[Seen]] | None = None
    with ThreadPoolExecutor(side_n + 1) as pool:
        while not ended():
            until = min(deadline, time.monotonic() + ROUND_S * whole_s)
            seen = [one.result() for one in [pool.submit(each.go, until) for each in sources]]
            aside: list[Seen] = []
            if work is not None and work.done():
                aside, work = work.result(), None
            fresh = [one for _, one in itertools.chain(*seen, aside)]
            elite = _accepted(problem, elite, fresh, accepts)
            merging.add(seen, aside)
            if work is None and not ended():
                work = pool.submit(merging.begin(elite[0]))
                if thread_n is not None:
                    wait([work])
    aside = work.result() if work is not None else []
    return _accepted(problem, elite, [one for _, one in aside], accepts)


def _accepted(
    problem: CoverProblem,
    elite: list[IntArray],
    seen: list[IntArray],
    accepts: Callable[[IntArray], bool],
) -> list[IntArray]:
    """Return the best choices with those of the seen ones that keep every rule.

    Those seen that are no better than the best known one are asked only where they might enter.
    """
    floor = min(map(problem.objective, elite)) if len(elite) == BEST_N else -1
    known = {np.sort(one).tobytes() for one in elite}
    new = {np.sort(one).tobytes(): one for one in seen if problem.objective(one) > floor}
    fresh = _best(problem, [one for key, one in new.items() if key not in known])
    return _best(problem, [*elite, *[one for one in fresh if accepts(one)]])


def _begin_runs(
    problem: CoverProblem, start: IntArray, seed: int, run_n: int, whole_s: float, rows: RuleRows
) -> list[Anneals]:
    """Return annealing runs as long as the time that a short one takes lets them be."""
    kept = rows if rows.is_binding else None
    improve_by_swaps(problem, start, seed=seed, step_n=1)  # compiled from here on
    begun = time.monotonic()
    improve_by_swaps(problem, start, seed=seed, step_n=TRIAL_STEPS, rows=kept)
    step_s = (time.monotonic() - begun) / TRIAL_STEPS
    run_s = 0.5 * whole_s * run_n / RUNS
    step_n = int(np.clip(run_s / step_s, TRIAL_STEPS, LONGEST_STEPS))
    return [
        Anneals(problem, start, step_n, itertools.count(seed + k, run_n), kept)
        for k in range(run_n)
    ]


def _best(problem: CoverProblem, choices: list[IntArray]) -> list[IntArray]:
    """Return the best choices without repeats, best first."""
    unlike = {np.sort(choice).tobytes(): choice for choice in choices}
    return sorted(unlike.values(), key=problem.objective, reverse=True)[:BEST_N]


def _choose_nearby(
    problem: CoverProblem,
    chosen: IntArray,
    seed: int,
    exact_s: float,
    deadline: float,
    rows: RuleRows,
) -> IntArray:
    """Return the best choice among near candidates, in circles as wide as can be proved in time."""
    now = chosen
    for share in NEARBY:
        change, mean_loss = kernels.swap_changes(
            problem.weights, problem.cover_ptr, problem.cover_idx, now
        )
        is_open = change >= -share * mean_loss
        if is_open.mean() > MOST_OPEN:
            break
        until = min(deadline, time.monotonic() + exact_s)
        now, is_proved = _choose_among(problem, now, is_open, seed, until, rows)
        if not is_proved:
            break
    return now


def _choose_among(
    problem: CoverProblem,
    chosen: IntArray,
    is_open: BoolArray,
    seed: int,
    until: float,
    rows: RuleRows,
) -> tuple[IntArray, bool]:
    """Return a choice among the open candidates at least as good, and whether that is proved."""
    small, own = shrink_under(problem, rows, ~is_open, len(chosen))
    if small.problem.pair_n > MOST_PAIRS:
        return chosen, False
    site_n = min(len(chosen), small.problem.candidate_n)
    known = problem.objective(chosen)
    start = np.flatnonzero(np.isin(small.candidates, chosen)).astype(np.int64)
    if not rows.is_binding:
        start = choose_greedily(small.problem, site_n, fixed=start)
    proof = prove(
        small.problem, site_n, known=known, seed=seed, deadline=until, start=start, rows=own
    )
    is_proved = proof.bound < max(known, proof.objective) + 1
    if proof.chosen is None or proof.objective <= known:
        return chosen, is_proved
    found = choose_greedily(problem, len(chosen), fixed=small.candidates[proof.chosen])
    return found, is_proved
