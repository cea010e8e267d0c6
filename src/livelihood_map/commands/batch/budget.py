"""One number of new sites for all districts: who gets how many, and how far that is from the best.

Each district's run leaves a curve: what 0, 1, 2, … sites surely reach, and what no choice of so
many can exceed. Districts do not share demand points, so the best for the city is a sum over
districts; both ends of it are found exactly by adding one district after the other (a knapsack of
many choices, Bellman 1957).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from livelihood_map.core.arrays import Floats, Longs


@dataclass(frozen=True)
class Shares:
    """How many sites each district gets.

    Parameters
    ----------
    table
        district, sites_n, sites_max_n (the last number of its curve), reached_population_today,
        reached_population (with these sites), next_population (people that one site more would
        reach; missing at the end of the curve).
    reached_population
        People reached in all districts together.
    bound
        People that no way of sharing out the sites, and no choice of places, can exceed, as long as
        no district gets more than the last number of its curve.
    """

    table: pd.DataFrame
    reached_population: float
    bound: float

    @property
    def gap_share(self) -> float:
        """Return by what share at most the shares lie below the best."""
        return 1.0 - self.reached_population / self.bound if self.bound > 0 else 0.0


def share_sites(curves: Mapping[str, pd.DataFrame], sites_n: int) -> Shares:
    """Return the best shares of a number of sites by the districts' curves.

    Parameters
    ----------
    curves
        Table ``curve`` of each district.
    sites_n
        Sites for all; fewer are given where all curves end before.

    Examples
    --------
    >>> import pandas as pd
    >>> def curve(*people):
    ...     return pd.DataFrame({
    ...         "sites_n": range(len(people)), "covered_population": people,
    ...         "covered_population_max": people,
    ...     })
    >>> shares = share_sites({"a": curve(0, 5, 7), "b": curve(0, 4, 8)}, 2)
    >>> shares.table["sites_n"].tolist(), shares.reached_population
    ([1, 1], 9.0)
    """
    ordered = [curve.sort_values("sites_n") for curve in curves.values()]
    # a plan under rules may lie below what fewer sites reach: nobody must open all that he may
    reached = [np.maximum.accumulate(one["covered_population"].to_numpy(float)) for one in ordered]
    most = [one["covered_population_max"].to_numpy(float) for one in ordered]
    total, given = _fill(reached, sites_n)
    bound, _ = _fill([np.maximum.accumulate(one) for one in most], sites_n)
    last = [len(one) - 1 for one in reached]
    table = pd.DataFrame(
        {
            "district": list(curves),
            "sites_n": given,
            "sites_max_n": last,
            "reached_population_today": [one[0] for one in reached],
            "reached_population": [one[n] for one, n in zip(reached, given, strict=True)],
            "next_population": [
                one[n + 1] - one[n] if n < end else np.nan
                for one, n, end in zip(reached, given, last, strict=True)
            ],
        }
    )
    return Shares(table, total, max(bound, total))


def _fill(worth: Sequence[Floats], sites_n: int) -> tuple[float, Longs]:
    """Return the most that districts are worth together, and the sites of each.

    Of shares that are worth the same, earlier districts get fewer sites.
    """
    best = np.zeros(1)
    choices = []
    for own in worth:
        size = min(len(best) + len(own) - 1, sites_n + 1)
        found, taken = np.full(size, -np.inf), np.zeros(size, np.int64)
        for n in range(min(len(own), size)):
            stop = min(n + len(best), size)
            tried = best[: stop - n] + own[n]
            is_better = tried > found[n:stop]
            found[n:stop][is_better] = tried[is_better]
            taken[n:stop][is_better] = n
        choices.append(taken)
        best = found
    left = int(np.argmax(best))
    total = float(best[left])
    given = np.zeros(len(worth), np.int64)
    for number in range(len(worth) - 1, -1, -1):
        given[number] = choices[number][left]
        left -= int(given[number])
    return total, given
