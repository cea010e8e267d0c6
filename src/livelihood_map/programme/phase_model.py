"""The integer programme behind the phases of renovation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from livelihood_map.programme.integer_programme import maximise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from livelihood_map.programme.integer_programme import Row

TIED: Final = 0.5
"""People are whole: a bound within half a person of the value proves it."""


@dataclass(frozen=True)
class Group:
    """People whose markets are all due: positions of the markets in `due`, and how many people."""

    markets: tuple[int, ...]
    people: float


class PhaseModel:
    """The integer programme: starts, stranded groups, and the worst month.

    Parameters
    ----------
    length
        Months that each market is shut, shape (markets,).
    earliest
        Position of the first month in which each may shut, shape (markets,).
    groups
        People who can be stranded.
    months_n
        Months of the plan.
    at_a_time
        Most markets shut in one month; None for no limit.
    """

    def __init__(
        self,
        length: NDArray[np.int64],
        earliest: NDArray[np.int64],
        groups: list[Group],
        *,
        months_n: int,
        at_a_time: int | None,
    ) -> None:
        self._months_n = months_n
        self._length = length
        self._groups = groups
        self._starts = [
            (k, t)
            for k in range(len(length))
            for t in range(int(earliest[k]), months_n - int(length[k]) + 1)
        ]
        self._stranded_at = len(self._starts)
        self._worst_at = self._stranded_at + len(groups) * months_n
        self._at_a_time = at_a_time
        self._rows = list(self._list_rows())
        self.worst, self.person_months = np.zeros((2, self._worst_at + 1))
        self.worst[self._worst_at] = 1.0
        people = [group.people for group in groups]
        self.person_months[self._stranded_at : self._worst_at] = np.repeat(people, months_n)

    def _stranded(self, group: int, month: int) -> int:
        return self._stranded_at + group * self._months_n + month

    def _shut(self, market: int, month: int) -> list[int]:
        """Return the starts with which a market is shut in a month."""
        length = int(self._length[market])
        return [
            at for at, (k, t) in enumerate(self._starts) if k == market and t <= month < t + length
        ]

    def _list_rows(self) -> Iterator[Row]:
        """Return the constraints: factors by variable, lower and upper end."""
        markets = range(len(self._length))
        for k in markets:
            yield {at: 1.0 for at, (m, _) in enumerate(self._starts) if m == k}, 1.0, 1.0
        for t in range(self._months_n):
            shut = {at: 1.0 for k in markets for at in self._shut(k, t)}
            yield shut, -np.inf, float(self._at_a_time or len(self._length))
            stranded = {self._stranded(g, t): -v.people for g, v in enumerate(self._groups)}
            yield {self._worst_at: 1.0, **stranded}, 0.0, np.inf
            for g, group in enumerate(self._groups):
                terms = {at: -1.0 for k in group.markets for at in self._shut(k, t)}
                yield {**terms, self._stranded(g, t): 1.0}, 1.0 - len(group.markets), np.inf

    def _least(
        self, aim: NDArray[np.float64], *, worst: float = np.inf, time_limit_s: float
    ) -> tuple[NDArray[np.float64] | None, float, float]:
        """Return the variables with which an aim is least, its value and its bound, negative."""
        whole, high = np.zeros(len(aim)), np.ones(len(aim))
        whole[: self._stranded_at] = 1
        high[self._worst_at] = worst
        return maximise(-aim, self._rows, whole=whole, high=high, time_limit_s=time_limit_s)

    def solve(self, *, time_limit_s: float) -> tuple[float, float, NDArray[np.int64] | None]:
        """Return the worst month found, the bound proved, and the start month of each market.

        Without an answer in time, or with none at all, the starts are None.
        """
        found, value, bound = self._least(self.worst, time_limit_s=time_limit_s)
        if found is None:
            return np.inf, 0.0, None
        return -value, -bound, self._read(found)

    def improve(self, *, worst: float, time_limit_s: float) -> NDArray[np.int64] | None:
        """Return the starts with the fewest people added up over the months, None if not found.

        The worst month stays within `worst`.
        """
        limits = {"worst": worst + TIED, "time_limit_s": time_limit_s}
        found, _, _ = self._least(self.person_months, **limits)
        return None if found is None else self._read(found)

    def pull_earlier(self, starts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return starts that are as early as they can be, market by market, at no cost.

        Neither the worst month nor the people added up over the months become more.
        """
        pulled, has_moved = starts.copy(), True
        worst, total = self._cost(pulled)
        while has_moved:
            has_moved = False
            for k, t in self._starts:
                if t >= pulled[k]:
                    continue
                trial = pulled.copy()
                trial[k] = t
                now_worst, now_total = self._cost(trial)
                if self._fits(trial) and now_worst <= worst and now_total <= total:
                    pulled, worst, total, has_moved = trial, now_worst, now_total, True
        return pulled

    def _cost(self, starts: NDArray[np.int64]) -> tuple[float, float]:
        """Return the worst month and the people added up over the months."""
        stranded = find_stranded(self._groups, starts, self._length, months_n=self._months_n)
        people = np.array([group.people for group in self._groups])
        by_month = people @ stranded if len(people) else np.zeros(self._months_n)
        return float(by_month.max()), float(by_month.sum())

    def _fits(self, starts: NDArray[np.int64]) -> bool:
        """Return whether no month has more markets shut than allowed."""
        shut = find_shut(starts, self._length, months_n=self._months_n)
        return bool(shut.sum(axis=0).max() <= (self._at_a_time or len(starts)))

    def _read(self, x: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the start month of each market."""
        starts = np.zeros(len(self._length), dtype=np.int64)
        for at, (k, t) in enumerate(self._starts):
            if x[at] > 0.5:  # noqa: PLR2004  (a binary read from floats)
                starts[k] = t
        return starts


def find_shut(
    starts: NDArray[np.int64], length: NDArray[np.int64], *, months_n: int
) -> NDArray[np.bool_]:
    """Return for each market and month whether it is shut, shape (markets, months).

    Parameters
    ----------
    starts
        Position of the month in which each market shuts, shape (markets,).
    length
        Months that each is shut, shape (markets,).
    months_n
        Months of the plan.

    Examples
    --------
    >>> find_shut(np.array([0, 2]), np.array([2, 1]), months_n=3).astype(int).tolist()
    [[1, 1, 0], [0, 0, 1]]
    """
    month = np.arange(months_n)
    return (month >= starts[:, None]) & (month < (starts + length)[:, None])


def find_stranded(
    groups: list[Group],
    starts: NDArray[np.int64],
    length: NDArray[np.int64],
    *,
    months_n: int,
) -> NDArray[np.bool_]:
    """Return for each group and month whether all its markets are shut, shape (groups, months).

    Parameters
    ----------
    groups
        People who can be stranded.
    starts
        Position of the month in which each market shuts, shape (markets,).
    length
        Months that each is shut, shape (markets,).
    months_n
        Months of the plan.
    """
    shut = find_shut(starts, length, months_n=months_n)
    rows = [shut[list(group.markets)].all(axis=0) for group in groups]
    return np.array(rows, dtype=bool).reshape(len(groups), months_n)
