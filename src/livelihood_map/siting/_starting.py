"""Plans of models beside covering that are there at once: one site after the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from livelihood_map.siting._rows import forced, keeps
from livelihood_map.siting._ruled import nearest_choice

if TYPE_CHECKING:
    from collections.abc import Callable

    from scipy import sparse

    from livelihood_map.siting._office import Office
    from livelihood_map.siting._problem import FloatArray, IntArray

START_SHARE: Final = 0.3
"""Share of the time for moving the first plan until it keeps the rules."""


class Tally(Protocol):
    """What the sites so far come to in a model's own figure."""

    @property
    def total(self) -> float:
        """The figure."""

    def gains(self) -> FloatArray:
        """Return what each candidate would add."""

    def add(self, candidate: int) -> None:
        """Open a candidate."""


@dataclass
class Filled:
    """People served when each site serves only so many.

    A site takes the same share of all whom it reaches and nobody serves yet: a division that can
    be had, if not the best.

    Attributes
    ----------
    near : csc_array, shape (demand, candidates)
        Ones where a candidate reaches a demand point.
    left : float64 array
        People not served yet; changed.
    capacity : float
        People that one site can serve.
    total : float
        People served.
    """

    near: sparse.csc_array
    left: FloatArray
    capacity: float
    total: float = field(default=0.0, init=False)

    def gains(self) -> FloatArray:
        """Return how many people each candidate could serve."""
        return np.asarray(np.minimum(self.capacity, self.near.T @ self.left))

    def add(self, candidate: int) -> None:
        """Open a candidate."""
        rows = self.near.indices[self.near.indptr[candidate] : self.near.indptr[candidate + 1]]
        here = float(self.left[rows].sum())
        served = min(self.capacity, here)
        if served > 0:
            self.left[rows] *= 1.0 - served / here
            self.total += served


@dataclass
class Doubled:
    """People reached once, and with a weight those reached twice.

    Attributes
    ----------
    near : csc_array, shape (demand, candidates)
        Ones where a candidate reaches a demand point.
    people : float64 array
        People at each demand point.
    weight : float
        Weight of a second outlet.
    count : int64 array
        Outlets within reach of each demand point; changed.
    """

    near: sparse.csc_array
    people: FloatArray
    weight: float
    count: IntArray

    @property
    def total(self) -> float:
        """People reached, those reached twice with the weight of a second outlet more."""
        worth = (self.count >= 1) + self.weight * (self.count > 1)
        return float((self.people * worth).sum())

    def gains(self) -> FloatArray:
        """Return what each candidate would add."""
        next_worth = np.select([self.count == 0, self.count == 1], [1.0, self.weight], 0.0)
        return np.asarray(self.near.T @ (self.people * next_worth))

    def add(self, candidate: int) -> None:
        """Open a candidate."""
        ends = self.near.indptr[candidate : candidate + 2]
        self.count[self.near.indices[ends[0] : ends[1]]] += 1


def first_plan(
    new_tally: Callable[[], Tally],
    site_n: int,
    *,
    office: Office | None,
    candidate_n: int,
    time_limit_s: float,
) -> tuple[IntArray, float] | None:
    """Return a plan found at once with its figure; None where none that keeps the rules was found.

    Each site adds most of all candidates that are left; where that breaks a rule the plan is moved
    as little as the rules demand.

    Parameters
    ----------
    new_tally : callable
        Returns the tally of no sites.
    site_n : int
        Number of sites.
    office : Office or None
        Rules; none.
    candidate_n : int
        Number of candidates.
    time_limit_s : float
        Seconds that the model has in all.

    Raises
    ------
    SolverError
        When HiGHS refuses a model.
    """
    fixed, banned = forced(office.rules if office else (), candidate_n)
    tally = new_tally()
    chosen = [int(site) for site in fixed]
    for site in chosen:
        tally.add(site)
    while len(chosen) < site_n:
        gains = np.where(banned, -1.0, tally.gains())
        gains[chosen] = -1.0
        chosen.append(int(np.argmax(gains)))
        tally.add(chosen[-1])
    plan = np.sort(np.array(chosen, dtype=np.int64))
    if office is None or keeps(office.problem, office.rules, plan):
        return plan, tally.total
    moved = nearest_choice(
        office.problem, office.rules, plan, time_limit_s=START_SHARE * time_limit_s
    )
    if moved is None:
        return None
    tally = new_tally()
    for site in moved:
        tally.add(int(site))
    return moved, tally.total
