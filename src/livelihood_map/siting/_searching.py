"""Good choices where bounds leave a wide gap: choose regions anew, merge what was seen exactly."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import numba
import numpy as np

from livelihood_map.siting import _kernels
from livelihood_map.siting._greedy import choose_greedily, improve_by_swaps
from livelihood_map.siting._proving import prove, shrink_under
from livelihood_map.siting._sweeping import Sweeps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from livelihood_map.siting._problem import BoolArray, CoverProblem, IntArray
    from livelihood_map.siting._rows import RuleRows
    from livelihood_map.siting._sweeping import Seen

ROUND_S: Final = 0.02
"""Share of the whole time between one look at what walks or runs have seen and the next."""
WALKED_PAIRS: Final = 300_000
"""Covering pairs above which the whole problem is annealed: there walks showed no gain."""
RUNS: Final = 48
"""Annealing runs of the whole problem in half of the time."""
TRIAL_STEPS: Final = 100_000
LONGEST_STEPS: Final = 10_000_000
REGION: Final = (12, 40)
"""Least and most sites of a region that is chosen anew. This, the steps, the heats and the sizes of
mergings were picked on the published NewYork instance, 100 sites, by how soon it came near its
best."""
REGION_STEPS: Final = 1500
"""Annealing steps per site of a region."""
HEATS: Final = (0.011, 0.0165)
"""What walks, in turn, may lose in a step, as a share of a site's mean loss."""
PRICE_CHANGE: Final = 0.0025
"""How much the price of a site follows each step for each site too many or too few."""
MOST_OFF: Final = 2
"""Sites that a walk may stand above or below the number asked for."""
SWEEPING_SHARE: Final = 0.3
"""Share of the time in which sweeps, before mergings, go on beside the walks."""
BEST_N: Final = 45
"""Choices that a search returns at most."""
KEPT_N: Final = 4000
"""Choices seen that are kept for merging."""
MERGED: Final = 3.0
"""Candidates of the first merging, per site."""
MERGED_FAR: Final = 1.4
MERGED_MORE: Final = 1.1
MERGED_LESS: Final = 0.85
"""How the number changes after a merging proved soon, proved late, and not proved."""
SOON: Final = 0.2
"""Share of its time within which a merging is proved soon."""
MERGED_LATELY: Final = 4.0
"""Candidates of a merging of what one walk has seen lately, per site."""
MERGING_SHARE: Final = 0.6
"""Share of the time left that one merging may take."""
LATELY_N: Final = 2
"""Mergings of what one walk has seen lately between two of all that was seen."""
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

    price: float = field(default=0.0, init=False)
    """Every run has as many sites as asked for."""

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
class Walk:
    """One walk through good choices, a region at a time.

    A step takes the sites around a random one away, chooses as many there anew, or one more or
    less, by a short annealing run, and goes there unless the weight falls too far: a large-step
    Markov chain (Martin, Otto & Felten 1991). A choice with sites too many or too few is paid
    for by the price of a site, which follows so that the walk is found on both sides as often:
    one more in one place and, later, one less in another is how sites move across the map.

    Attributes
    ----------
    problem : CoverProblem
        A presolved problem.
    site_n : int
        Number of sites asked for.
    chosen : int64 array
        Where the walk stands: `site_n` sites, or up to :data:`MOST_OFF` more or less.
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

    def go(self, until: float, now: Callable[[], float] = time.monotonic) -> list[Seen]:
        """Walk until the clock says `until`; return the choices gone to, in order."""
        seen: list[Seen] = []
        weight = self.problem.objective(self.chosen)
        while now() < until:
            self._step += 1
            found = self._choose_anew(weight)
            if found is not None:
                weight, self.chosen = found
                seen.append(found)
            self.price *= 1.0 + PRICE_CHANGE * (len(self.chosen) - self.site_n)
        return seen

    def _choose_anew(self, weight: int) -> Seen | None:
        """Choose a region anew; return the choice when the walk goes there."""
        draw = np.random.default_rng([self.seed, self._step])
        problem, now = self.problem, self.chosen
        arrays = problem.cover_ptr, problem.cover_idx, problem.reach_ptr, problem.reach_idx
        most = int(draw.integers(*REGION, endpoint=True))
        region = _kernels.around(*arrays, now, int(draw.choice(now)), most)
        change = int(draw.integers(-1, 2))
        if abs(len(now) + change - self.site_n) > MOST_OFF:
            change = -change
        kept = np.delete(now, region)
        rest = problem.without(problem.counts(kept) > 0)
        banned = np.zeros(problem.candidate_n, dtype=np.bool_)
        banned[kept] = True
        new_n = len(region) + change
        if not 0 < new_n <= problem.candidate_n - len(kept):
            return None
        start = choose_greedily(rest, new_n, banned=banned)
        seed, step_n = int(draw.integers(2**62)), REGION_STEPS * new_n
        found = improve_by_swaps(rest, start, seed=seed, step_n=step_n, banned=banned)
        new = np.sort(np.concatenate([kept, found]))
        new_weight = problem.objective(new)
        gain = new_weight - weight - self.price * change
        return (new_weight, new) if gain >= self.heat * np.log(1.0 - draw.random()) else None


@dataclass
class _Merging:
    """Exact choices among the candidates of what was seen, one after the other.

    As good tours are merged (Cook & Seymour 2003), but of choices with a site more or less too:
    what one has gained and another has saved fits together. The best by worth, a site paid for at
    the price of the walks, are taken until their candidates are as many as can be proved in time;
    in between those that one walk has seen lately, without the best known, so that other valleys
    are searched to their ground.

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

    def add(self, seen: list[list[Seen]], price: float, aside: list[Seen]) -> None:
        """Take what each source, and other work aside, has seen; keep the best at this price."""
        lately = self._lately or [[] for _ in seen]
        pairs = zip(lately, seen, strict=True)
        self._lately = [self._ordered([*old, *new], price) for old, new in pairs]
        for one in itertools.chain(*seen, aside):
            self._seen[one[1].tobytes()] = one
        kept = self._ordered(list(self._seen.values()), price)
        self._seen = {one[1].tobytes(): one for one in kept}

    def begin(self, best: IntArray) -> Callable[[], list[Seen]]:
        """Take the candidates of the next merging; return the call that merges them.

        The call, which may run beside :meth:`add`, returns choices of `site_n` sites.
        """
        turn, self._turn = self._turn, self._turn + 1
        part = turn % len(self._lately)
        late = [one for _, one in self._lately[part]] if turn % (1 + LATELY_N) else []
        full = [one for one in late if len(one) == self.site_n]
        if full:
            self._lately[part] = []
            start = max(full, key=self.problem.objective)
            is_open = self._candidates([start, *late], MERGED_LATELY)
        else:
            start = best
            is_open = self._candidates(
                [best, *[one for _, one in self._seen.values()]], self._per_site
            )
        return partial(self._merge, start, is_open, is_late=bool(full))

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

    def _ordered(self, seen: list[Seen], price: float) -> list[Seen]:
        """Return what was seen, of most worth first, as much as is kept."""
        return sorted(seen, key=lambda one: price * len(one[1]) - one[0])[:KEPT_N]

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

    Walks side by side, or annealing runs where the problem is large. Beside them, after sweeps
    along the problem at the price of a site to which the walks have come, the choices seen are
    merged: the best choice among all their candidates is found exactly, and then chosen anew among
    the candidates whose best swap costs it little, in widening circles.

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
    accepts : callable
        Takes a choice better than all before and tells whether it keeps every rule.
    rows : RuleRows
        Rules; where some are active every choice seen keeps all of them, as the starts do.
    thread_n : int, optional
        Walks or runs side by side where something else runs beside the search; otherwise as many
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
    sources: list[Walk] | list[Anneals]
    is_walked = problem.pair_n <= WALKED_PAIRS and not rows.is_binding
    if is_walked:
        sources = _begin_walks(problem, elite[0], seed, side_n)
    else:
        start = elite[0] if rows.is_binding else choose_greedily(problem, site_n)
        sources = _begin_runs(problem, start, seed, side_n, whole_s, rows)
    # what runs beside the search needs the other thread, and the search ends soon after it
    share = MERGING_SHARE if thread_n is None else EXACT_SHARE
    merging = _Merging(problem, site_n, seed, EXACT_SHARE * whole_s, deadline, rows, share)
    sweeps = Sweeps(problem, site_n, SWEEPING_SHARE * whole_s)
    work: Future[list[Seen]] | None = None
    with ThreadPoolExecutor(side_n + 1) as pool:
        while not ended():
            until = min(deadline, time.monotonic() + ROUND_S * whole_s)
            seen = [one.result() for one in [pool.submit(each.go, until) for each in sources]]
            aside: list[Seen] = []
            if work is not None and work.done():
                aside, work = work.result(), None
            full = [one for _, one in itertools.chain(*seen, aside) if len(one) == site_n]
            elite = _accepted(problem, elite, full, accepts)
            price = float(np.mean([each.price for each in sources]))
            merging.add(seen, price, aside)
            if work is None and not ended():
                is_swept = is_walked and thread_n is None and not sweeps.are_over
                work = pool.submit(sweeps.begin(price) if is_swept else merging.begin(elite[0]))
                if thread_n is not None:
                    wait([work])
        sweeps.halt[0] = True
    aside = work.result() if work is not None else []
    full = [one for _, one in aside if len(one) == site_n]
    return _accepted(problem, elite, full, accepts)


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


def _begin_walks(problem: CoverProblem, start: IntArray, seed: int, walk_n: int) -> list[Walk]:
    """Return walks from one choice; a site costs at first what the best further one brings."""
    more_n = min(len(start) + 1, problem.candidate_n)
    more = choose_greedily(problem, more_n, fixed=start)
    price = max(1.0, float(problem.objective(more) - problem.objective(start)))
    _, mean_loss = _kernels.swap_changes(
        problem.weights, problem.cover_ptr, problem.cover_idx, start
    )
    return [
        Walk(problem, len(start), start, price, HEATS[k % len(HEATS)] * mean_loss, seed + k)
        for k in range(walk_n)
    ]


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
        change, mean_loss = _kernels.swap_changes(
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
