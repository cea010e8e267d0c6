"""Good choices where bounds leave a wide gap: anneal, and merge exactly what was seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from livelihood_map.siting.solver.branch_and_bound import prove
from livelihood_map.siting.solver.constants import (
    MERGED,
    MERGED_MORE,
    MOST_MERGED_PAIRS,
    RUNS,
    RUNS_A_MERGING,
    TRIAL_SHARE,
)
from livelihood_map.siting.solver.local_search import (
    choose_greedily,
    improve_by_swaps,
    step_seconds,
)
from livelihood_map.siting.solver.presolve import shrink

if TYPE_CHECKING:
    from livelihood_map.core.budget import Budget
    from livelihood_map.siting.solver.branch_and_bound import Proving
    from livelihood_map.siting.solver.cover_problem import BoolArray, CoverProblem, IntArray

    Seen: TypeAlias = tuple[int, IntArray]
    """Weight of a choice, and the choice."""


@dataclass
class _Merging:
    """Exact choices among the candidates of what was seen, one after the other.

    As good tours are merged (Cook & Seymour 2003): what one choice has in one place and another in
    another fits together. The best are taken until their candidates are as many as can be proved;
    every other time those that were seen lately, without the best known, so that other valleys are
    searched to their ground.
    """

    problem: CoverProblem
    site_n: int
    seed: int
    seen: list[Seen] = field(default_factory=list)
    lately: list[Seen] = field(default_factory=list)
    per_site: float = MERGED
    turn: int = 0

    def add(self, seen: Seen) -> None:
        """Take a choice that was seen."""
        self.seen = ranked([*self.seen, seen])
        self.lately = ranked([*self.lately, seen])

    def merge(self, best: IntArray, budget: Budget) -> IntArray:
        """Return the best choice of the candidates of what was seen, none worse than its start."""
        self.turn += 1
        is_late = self.turn % 2 == 0
        choices = [one for _, one in (self.lately if is_late else self.seen)]
        choices = choices if is_late else [best, *choices]
        self.lately = []
        is_open = self._candidates(choices)
        found, is_proved = _choose_among(self.problem, choices[0], is_open, self.seed, budget)
        if not is_late:
            self.per_site *= MERGED_MORE if is_proved else 1.0 / MERGED_MORE
        return found

    def _candidates(self, choices: list[IntArray]) -> BoolArray:
        """Return the candidates of the first choices, up to a number per site."""
        is_open = np.zeros(self.problem.candidate_n, dtype=np.bool_)
        for choice in choices:
            more = is_open.copy()
            more[choice] = True
            if is_open.any() and np.count_nonzero(more) > self.per_site * self.site_n:
                break
            is_open = more
        return is_open


def search_widely(state: Proving, budget: Budget, share: float) -> None:
    """Offer good choices until the work is done or the best lies a share below the bound.

    Annealing runs follow one another; after some of them the best choice among all candidates that
    they lead to is found exactly.
    """
    problem = state.problem
    start = choose_greedily(problem, state.site_n)
    run_s = 0.5 * budget.left_s / RUNS
    step_n = int(run_s / step_seconds(problem))
    merging, turn = _Merging(problem, state.site_n, state.seed), 0

    def take(found: IntArray) -> None:
        merging.add((problem.objective(found), found))
        state.offer(found)

    while not (state.is_stopped or budget.is_over or state.is_within(share)):
        # merging knows all choices that were seen, state the best that keeps every rule
        turn += 1
        seed = state.seed + turn
        take(improve_by_swaps(problem, start, seed=seed, step_n=step_n, budget=budget))
        if turn % RUNS_A_MERGING == 0:
            held = state.held()
            best = held if held is not None else merging.seen[0][1]
            take(merging.merge(best, budget.part(TRIAL_SHARE)))


def ranked(seen: list[Seen]) -> list[Seen]:
    """Return choices without repeats, best first, of equal ones those that came first."""
    unlike: dict[bytes, Seen] = {}
    for one in seen:
        unlike.setdefault(np.sort(one[1]).tobytes(), one)
    return sorted(unlike.values(), key=lambda one: -one[0])


def _choose_among(
    problem: CoverProblem, chosen: IntArray, is_open: BoolArray, seed: int, budget: Budget
) -> tuple[IntArray, bool]:
    """Return a choice among the open candidates at least as good, and whether that is proved."""
    small = shrink(problem, banned=~is_open)
    if small.problem.pair_n > MOST_MERGED_PAIRS:
        return chosen, False
    site_n = min(len(chosen), small.problem.candidate_n)
    known = problem.objective(chosen)
    start = np.flatnonzero(np.isin(small.candidates, chosen)).astype(np.int64)
    start = choose_greedily(small.problem, site_n, fixed=start)
    proof = prove(small.problem, site_n, known=known, seed=seed, budget=budget, start=start)
    is_proved = proof.bound < proof.known + 1
    if proof.best is None or proof.known <= known:
        return chosen, is_proved
    found = choose_greedily(problem, len(chosen), fixed=small.candidates[proof.best])
    return found, is_proved
