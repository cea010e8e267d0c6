"""Plans for several walks, one after the other or weighted together; of near equals real premises.

What a plan reaches at a level is never given up for a later one, but for the tolerance within which
premises that exist go before any place on a street.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from livelihood_map.core.errors import Problem
from livelihood_map.siting.solver import WEIGHT_SCALE, Answer, Rule, build_problem, solve_covering

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.budget import Budget
    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.solver import CoverProblem, IntArray

STATUSES: Final = ("optimal", "feasible", "time_limit", "clock")
"""What a level can end with, the worst last: a plan is as well proved as its worst level."""
LEVELS_SHARE: Final = 0.7
"""Share of the work for the levels where premises are put first afterwards."""
PREMISES_SHARE: Final = 0.5
"""Share of the work left then for the most premises; the rest is for the plan that has them."""
ROUNDED: Final = 1e-6
"""People by which a row may be missed that says how many are reached."""


@dataclass(frozen=True)
class Level:
    """What a plan reaches within one walk, and what one could.

    Attributes
    ----------
    threshold_m : float
        Walk, metres.
    objective : float
        Weighted people that the plan newly reaches.
    best : float
        What was reached before premises that exist were put first.
    bound : float
        No plan that is as good as that at the levels before reaches more; NaN when not known.
    status : str
        How well `best` is proved.
    left, reachable_left : float
        Weighted people beyond the walk once the plan is open, and those of them whom a candidate
        that can be used would reach.
    """

    threshold_m: float
    objective: float
    best: float
    bound: float
    status: str
    left: float
    reachable_left: float

    @property
    def gap(self) -> float:
        """Distance of `bound` and `best` relative to `best`; 0 when proved, NaN when not known."""
        if self.bound == self.best:
            return 0.0
        return (self.bound - self.best) / self.best if self.best > 0 else float("inf")


@dataclass(frozen=True)
class Premises:
    """How many sites lie in premises that exist.

    Attributes
    ----------
    before_n, sites_n : int
        Of the plan that reaches most, and of the plan within the tolerance.
    bound_n : int
        No plan within the tolerance has more.
    status : str
        ``optimal`` when the two meet.
    """

    before_n: int
    sites_n: int
    bound_n: int
    status: str


@dataclass(frozen=True)
class Leveled:
    """A plan for several walks.

    Attributes
    ----------
    answer : Answer
        The plan; its figures are those of the walk that serves, its status that of the level which
        is proved worst.
    levels : list of Level
        One for each walk.
    gap : float
        Distance of bound and objective, both before premises that exist were put first, relative to
        the smaller; 0 when proved.
    premises : Premises or None
        None without a tolerance.
    """

    answer: Answer
    levels: list[Level]
    gap: float
    premises: Premises | None = None

    def moved(self, instance: Instance, chosen: IntArray) -> Leveled:
        """Return the plan with another choice that reaches no fewer at any level."""
        if np.array_equal(chosen, self.answer.chosen):
            return self
        own = instance.problem
        more = own.objective(chosen) - own.objective(self.answer.chosen)
        objective = self.answer.objective + more
        bound = max(self.answer.bound, objective)
        levels = [
            replace(
                now,
                best=max(one.best, now.objective),
                bound=np.maximum(one.bound, now.objective),
                status=one.status,
            )
            for one, now in zip(self.levels, measure_levels(instance, chosen), strict=True)
        ]
        premises = self.premises
        if premises is not None:
            sites_n = int(np.count_nonzero(instance.is_premises[chosen]))
            bound_n = max(premises.bound_n, sites_n)
            premises = replace(premises, sites_n=sites_n, bound_n=bound_n)
        answer = replace(self.answer, chosen=chosen, objective=objective, bound=bound)
        return replace(self, answer=answer, levels=levels, premises=premises)


def weigh_levels(
    instance: Instance,
    rules: Sequence[Rule],
    settings: SitingSettings,
    *,
    seed: int,
    budget: Budget,
    starts: Sequence[IntArray],
) -> Leveled:
    """Return the plan with most people when the levels are added up, each by its weight.

    Raises
    ------
    InfeasibleError
        When no choice keeps the rules, or none was found within the budget.
    """
    weighted = instance.weighing_levels(settings.tier_weights)
    answer = solve_covering(
        weighted, settings.sites_n, rules=rules, starts=starts, seed=seed, budget=budget
    )
    return Leveled(answer, measure_levels(instance, answer.chosen), answer.gap)


def measure_levels(instance: Instance, chosen: IntArray) -> list[Level]:
    """Return what a choice reaches at each level, with nothing proved of it."""
    usable = instance.stack.counts(np.flatnonzero(~instance.banned)) > 0
    reached = instance.stack.counts(chosen) > 0
    levels = []
    for level, metres in enumerate(instance.levels_m):
        weights = instance.of_level(level).weights
        newly, left = weights[reached].sum(), weights[~reached].sum()
        could = weights[usable & ~reached].sum()
        people = [float(one) / WEIGHT_SCALE for one in (newly, left, could)]
        levels.append(Level(metres, people[0], people[0], np.nan, "feasible", *people[1:]))
    return levels


def solve_levels(
    instance: Instance,
    rules: Sequence[Rule],
    settings: SitingSettings,
    *,
    seed: int,
    budget: Budget,
    starts: Sequence[IntArray] = (),
    held: Sequence[float] = (),
) -> Leveled:
    """Return the plan that reaches most people at the first level, equal there at the next.

    Parameters
    ----------
    held : sequence of float
        People that must be reached at each level for the sake of later ones, in place of the most
        that can be, where these are no fewer: what another plan reaches, so that the two can be
        compared level by level.

    Raises
    ------
    InfeasibleError
        When no choice keeps the rules, or none was found within the budget.
    """
    can_choose = instance.is_premises[~instance.banned].any()
    has_tolerance = settings.premises_tolerance_share > 0 and can_choose
    part = budget.part(LEVELS_SHARE) if has_tolerance else budget
    answers = _in_turn(
        instance, rules, settings.sites_n, seed=seed, budget=part, starts=starts, held=held
    )
    worst = max((one.status for one in answers), key=STATUSES.index)
    chosen, premises = answers[-1].chosen, None
    if has_tolerance:
        chosen, premises = _prefer_premises(instance, rules, settings, answers, seed, budget)
    levels = [
        replace(
            level,
            best=one.objective / WEIGHT_SCALE,
            bound=one.bound / WEIGHT_SCALE,
            status=one.status,
        )
        for level, one in zip(measure_levels(instance, chosen), answers, strict=True)
    ]
    own = answers[instance.own_level]
    objective = instance.problem.objective(chosen)
    answer = Answer(chosen, objective, max(own.bound, objective), worst)
    return Leveled(answer, levels, own.gap, premises)


def _in_turn(
    instance: Instance,
    rules: Sequence[Rule],
    site_n: int,
    *,
    seed: int,
    budget: Budget,
    starts: Sequence[IntArray],
    held: Sequence[float],
) -> list[Answer]:
    """Return the answer of each level, those before not given up."""
    kept, answers = list(rules), list[Answer]()
    for level in range(len(instance.levels_m)):
        problem = instance.of_level(level)
        # the last answer reaches as much at each level before as the rules added for it demand
        known = [*starts, *(one.chosen for one in answers[-1:])]
        part = budget.part(1 / (len(instance.levels_m) - level))
        answer = solve_covering(problem, site_n, rules=kept, starts=known, seed=seed, budget=part)
        answers.append(answer)
        found = answer.objective / WEIGHT_SCALE
        kept.append(_at_least(problem, min(held[level], found) if held else found))
    return answers


def _prefer_premises(
    instance: Instance,
    rules: Sequence[Rule],
    settings: SitingSettings,
    answers: Sequence[Answer],
    seed: int,
    budget: Budget,
) -> tuple[IntArray, Premises]:
    """Return the plan within the tolerance with most premises, of such the one that reaches most.

    People count once for each level at which they are reached.
    """
    least, site_n = 1.0 - settings.premises_tolerance_share, settings.sites_n
    kept = list(rules)
    for level, one in enumerate(answers):
        kept.append(_at_least(instance.of_level(level), least * one.objective / WEIGHT_SCALE))
    start = answers[-1].chosen
    before_n = int(np.count_nonzero(instance.is_premises[start]))
    most = solve_covering(
        _counting_premises(instance),
        site_n,
        rules=kept,
        starts=[start],
        seed=seed,
        budget=budget.part(PREMISES_SHARE),
    )
    premises_n, bound_n = round(most.objective / WEIGHT_SCALE), int(most.bound // WEIGHT_SCALE)
    found = Premises(before_n, premises_n, bound_n, most.status)
    if premises_n == before_n:
        return start, found
    words = Problem("siting.rule_count", value=premises_n)
    kept.append(Rule.of_row(words, instance.is_premises.astype(np.float64), premises_n))
    last = solve_covering(
        instance.stack, site_n, rules=kept, starts=[most.chosen], seed=seed, budget=budget
    )
    return last.chosen, found


def _counting_premises(instance: Instance) -> CoverProblem:
    """Return the stack in which nobody weighs anything but a point in each of the premises."""
    stack, premises = instance.stack, np.flatnonzero(instance.is_premises)
    owner = np.repeat(np.arange(stack.candidate_n), np.diff(stack.cover_ptr))
    return build_problem(
        np.concatenate([stack.cover_idx, stack.demand_n + np.arange(len(premises))]),
        np.concatenate([owner, premises]),
        np.repeat(np.array([0, WEIGHT_SCALE]), [stack.demand_n, len(premises)]),
        candidate_n=stack.candidate_n,
    )


def _at_least(problem: CoverProblem, people: float) -> Rule:
    """Return the rule that so many of a level's people are reached."""
    words = Problem("siting.rule_count", value=people)
    none = np.zeros(problem.candidate_n)
    return Rule.of_row(words, none, people - ROUNDED, people=problem.weights / WEIGHT_SCALE)
