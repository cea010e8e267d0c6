"""What a model makes of a choice, in its own figure: so that places are compared as it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import maximum_flow

from livelihood_map.siting.solver import WEIGHT_SCALE, build_problem, gradual_pairs, scale_weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.solver import BoolArray, CoverProblem, FloatArray, IntArray

FLOWS_N: Final = 8
"""Places for which the people that capacities allow are found out, the most promising ones."""
LARGEST_FLOW: Final = 2**30
"""Flows are counted in 32 bits."""
UNTOLD: Final = np.iinfo(np.int64).min
"""Stands where a figure was not found out."""


class Aim(Protocol):
    """One thing that a model makes most of, in whole numbers; more is better.

    Attributes
    ----------
    word : str
        Ending of the catalogue's ``siting.differ_…``, which tells a difference.
    unit : float
        What one of the figure's own units holds.
    metres : float
        Walk within which it counts, where it has one.
    """

    word: str
    unit: float
    metres: float

    def with_each(self, others: IntArray, own: int, may: BoolArray) -> IntArray:
        """Return what the other sites are worth with each candidate beside them.

        Parameters
        ----------
        may : bool array, shape (candidates,)
            Candidates that are asked about beside it; the figures of others mean nothing.

        Returns
        -------
        int64 array, shape (candidates,)
            In the figure's whole numbers; `UNTOLD` where it was not found out.
        """
        ...


class Covered:
    """People with an outlet; of `backup_weight` above 0 those who have two count so much more."""

    def __init__(
        self,
        problem: CoverProblem,
        metres: float,
        word: str = "people",
        *,
        served_n: IntArray | None = None,
        backup: IntArray | None = None,
    ) -> None:
        self.word, self.unit, self.metres = word, float(WEIGHT_SCALE), metres
        self._problem, self._of_candidate = problem, problem.matrix().T.tocsr()
        self._served_n = (
            np.zeros(problem.demand_n, dtype=np.int64) if served_n is None else served_n
        )
        self._backup = np.zeros(problem.demand_n, dtype=np.int64) if backup is None else backup

    def with_each(self, others: IntArray, own: int, may: BoolArray) -> IntArray:  # noqa: ARG002
        """Return what the other sites reach with each candidate beside them."""
        count = self._served_n + self._problem.counts(others)
        weights = self._problem.weights
        held = weights[count > 0].sum() + self._backup[count > 1].sum()
        more = np.select([count == 0, count == 1], [weights, self._backup], 0)
        return np.asarray(held + np.rint(self._of_candidate @ more.astype(np.float64)), np.int64)


class Walked:
    """The walk of all people together, or of the one who walks farthest: the shorter the better."""

    def __init__(
        self, walk_m: sparse.csr_array, farthest_m: FloatArray, people: FloatArray, *, is_sum: bool
    ) -> None:
        pairs = walk_m.tocoo()
        self._row, self._column, self._walk_m = pairs.row, pairs.col, pairs.data
        self._by_candidate = walk_m.tocsc()
        self._farthest_m, self._people, self._is_sum = farthest_m, people, is_sum
        self.word, self.metres = "walk" if is_sum else "longest", 0.0
        self.unit = WEIGHT_SCALE * (float(people.sum()) or 1.0 if is_sum else 1.0)

    def with_each(self, others: IntArray, own: int, may: BoolArray) -> IntArray:
        """Return, less than 0, the walk with each candidate beside the other sites."""
        asked = may.copy()
        asked[own] = True
        now = self._farthest_m.copy()
        near = self._by_candidate[:, others].tocoo()
        np.minimum.at(now, near.row, near.data)
        worth = self._summed(now) if self._is_sum else self._longest(now, asked)
        return np.rint(worth * WEIGHT_SCALE).astype(np.int64)

    def _summed(self, now: FloatArray) -> FloatArray:
        saved = np.maximum(now[self._row] - self._walk_m, 0.0) * self._people[self._row]
        by_candidate = np.bincount(self._column, saved, minlength=self._by_candidate.shape[1])
        return np.asarray(by_candidate - float(now @ self._people))

    def _longest(self, now: FloatArray, may: BoolArray) -> FloatArray:
        """Only who shortens the longest walk changes anything."""
        live = np.where(self._people > 0, now, 0.0)
        worth = np.full(len(may), -float(live.max(initial=0.0)))
        if not len(live):
            return worth
        worst = int(np.argmax(live))
        helps = self._column[(self._row == worst) & (self._walk_m < live[worst])]
        for candidate in helps[may[helps]]:
            ends = slice(*self._by_candidate.indptr[candidate : candidate + 2])
            after = live.copy()
            rows = self._by_candidate.indices[ends]
            after[rows] = np.minimum(after[rows], self._by_candidate.data[ends])
            worth[candidate] = -float(after.max())
        return worth


class Served:
    """People whom sites can serve that hold only so many."""

    def __init__(self, problem: CoverProblem, metres: float, capacity: float) -> None:
        self.word, self.metres = "capacity", metres
        self._problem = problem
        total = max(float(problem.weights.sum()), 1.0)
        self._part = max(1.0, np.ceil(total / LARGEST_FLOW))
        self._weights = np.rint(problem.weights / self._part).astype(np.int64)
        self._capacity = round(min(capacity * WEIGHT_SCALE, total) / self._part)
        self.unit = WEIGHT_SCALE / self._part

    def with_each(self, others: IntArray, own: int, may: BoolArray) -> IntArray:
        """Return whom the other sites serve with each of the candidates that reach most."""
        reached = self._problem.weighing(self._weights).matrix().T @ self._weights.astype(
            np.float64
        )
        most = np.where(may, np.minimum(reached, self._capacity), -1.0)
        worth = np.full(len(may), UNTOLD)
        for candidate in [own, *np.argsort(-most, kind="stable")[:FLOWS_N]]:
            worth[candidate] = self._flow(np.append(others, candidate))
        return worth

    def _flow(self, sites: IntArray) -> int:
        """Return the most people that can be divided among sites."""
        rows = [self._problem.covered_by(int(site)).astype(np.int64) for site in sites]
        points, place = np.unique(np.concatenate(rows), return_inverse=True)
        site = np.repeat(np.arange(len(sites)), [len(row) for row in rows])
        start, first_site, end = 0, 1 + len(points), 1 + len(points) + len(sites)
        weights = self._weights[points]
        ends = [
            (np.full(len(points), start), 1 + np.arange(len(points)), weights),
            (1 + place, first_site + site, weights[place]),
            (
                first_site + np.arange(len(sites)),
                np.full(len(sites), end),
                np.full(len(sites), self._capacity),
            ),
        ]
        tail, head, most = (np.concatenate(parts) for parts in zip(*ends, strict=True))
        graph = sparse.csr_array((most.astype(np.int32), (tail, head)), shape=(end + 1, end + 1))
        return int(maximum_flow(sparse.csr_matrix(graph), start, end).flow_value)


@dataclass(frozen=True)
class Level:
    """One walk within which people count.

    Attributes
    ----------
    problem : CoverProblem
        Who is reached by whom within it, demand points as rows.
    is_served : bool array, shape (demand,)
        Who has an outlet within it already.
    """

    metres: float
    problem: CoverProblem
    is_served: BoolArray

    def new_rows(self, ranked: IntArray) -> list[IntArray]:
        """Return the demand points that each site newly reaches when they open in this order."""
        is_reached = self.is_served.copy()
        found = []
        for site in ranked:
            rows = self.problem.covered_by(int(site)).astype(np.int64)
            found.append(rows[~is_reached[rows]])
            is_reached[rows] = True
        return found

    def sole_rows(self, ranked: IntArray) -> list[IntArray]:
        """Return the demand points that each site alone reaches."""
        count = self.problem.counts(ranked) + self.is_served
        rows = [self.problem.covered_by(int(site)).astype(np.int64) for site in ranked]
        return [own[count[own] == 1] for own in rows]


def levels_of(instance: Instance) -> list[Level]:
    """Return the walks within which people count, what goes first first.

    That of the walk within which a site serves holds the instance's own problem.
    """
    return [
        Level(metres, instance.within(level), instance.existing_m <= metres)
        for level, metres in enumerate(instance.levels_m)
    ]


def second_choices(instance: Instance) -> Aim:
    """Return what a second outlet is worth: people who have two within the walk that serves."""
    nobody = np.zeros(instance.problem.demand_n, dtype=np.int64)
    return Covered(
        instance.problem.weighing(nobody),
        instance.threshold_m,
        "second",
        served_n=instance.served_n,
        backup=scale_weights(instance.people),
    )


def aims_of(
    instance: Instance, settings: SitingSettings, levels: Sequence[Level], banned: BoolArray
) -> list[Aim]:
    """Return what the model of the settings makes most of, what goes first first.

    Parameters
    ----------
    levels : sequence of Level
        The walks within which people count; models beside covering have one.
    banned : bool array, shape (candidates,)
        Candidates that rules bar by themselves: they shorten nobody's walk.
    """
    covered: list[Aim] = [Covered(level.problem, level.metres) for level in levels]
    if settings.model == "covering" and settings.tiers_m and settings.tier_weights:
        return [Covered(instance.weighing_levels(settings.tier_weights), 0.0, "tiers")]
    if settings.model in {"p_median", "p_centre"}:
        return _walking_aims(instance, settings, covered, banned)
    if settings.model == "gradual":
        steps = list(zip(settings.tiers_m, settings.tier_weights, strict=True))
        pairs = gradual_pairs(instance.walk_m, instance.people, steps, instance.existing_m)
        problem = build_problem(*pairs, candidate_n=len(instance.candidates))
        return [Covered(problem, 0.0, "gradual")]
    if settings.model == "backup":
        people = scale_weights(instance.people)
        second = scale_weights(instance.people * settings.backup_weight)
        problem, metres = instance.problem.weighing(people), levels[0].metres
        return [Covered(problem, metres, "backup", served_n=instance.served_n, backup=second)]
    if settings.model == "capacity":
        return [Served(instance.problem, levels[0].metres, settings.capacity_people)]
    return covered


def _walking_aims(
    instance: Instance, settings: SitingSettings, covered: list[Aim], banned: BoolArray
) -> list[Aim]:
    """Return the aims of the models that make walks short."""
    walk_m = instance.walk_m
    longest_m = float(walk_m.data.max(initial=instance.threshold_m))
    farthest_m = np.fmin(instance.existing_m, longest_m)
    if settings.model == "p_median":
        return [Walked(walk_m, farthest_m, instance.people, is_sum=True)]
    pairs = walk_m.tocoo()
    is_helped = np.zeros(len(farthest_m), dtype=np.bool_)
    is_helped[pairs.row[~banned[pairs.col] & (pairs.data < farthest_m[pairs.row])]] = True
    people = np.where(is_helped, instance.people, 0.0)
    return [Walked(walk_m, farthest_m, people, is_sum=False), *covered]
