"""Which neighbourhood centres should host a housekeeping point."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from livelihood_map.programme.integer_programme import maximise
from livelihood_map.programme.schedule import locate_walks

if TYPE_CHECKING:
    from numpy.typing import NDArray

log = logging.getLogger(__name__)
_HALF: Final = 0.5
_ROUNDING: Final = 1e-9


@dataclass(frozen=True)
class CentrePlan:
    """The centres that should host a point, and what that brings.

    Parameters
    ----------
    chosen
        facility_id, town_id, name, rank (by communities newly covered, one after the other),
        gained_residences_n, gained_people.
    residences
        residence_id, is_covered_before, is_covered_after, has_centre (a centre lies within the
        threshold, with or without a point).
    share_before, share_after
        Share of communities covered.
    attainable_share
        The same if every centre hosted a point.
    target_share
        What was asked for.
    least_n
        No fewer centres reach as many communities as asked for (or as can be reached).
    status
        ``optimal`` or ``time_limit``.
    """

    chosen: pd.DataFrame
    residences: pd.DataFrame
    share_before: float
    share_after: float
    attainable_share: float
    target_share: float
    least_n: int
    status: str

    @property
    def is_reached(self) -> bool:
        """Return whether the target is reached."""
        return self.share_after >= self.target_share - _ROUNDING


def choose_centres(
    centres: pd.DataFrame,
    demand: pd.DataFrame,
    walks: pd.DataFrame,
    *,
    covered_ids: set[str],
    threshold_m: float,
    target_share: float,
    time_limit_s: float = 30.0,
) -> CentrePlan:
    """Return the fewest centres that lift the covered communities to the target share.

    A community is covered when at least half of its people are within the threshold of a point.
    With ``x[j] = 1`` for a centre that hosts a point, ``y[i] <= sum(x[j] within reach)`` for demand
    and ``people/2 * z[r] <= sum(people[i] * y[i])`` for communities, first ``sum(x)`` is made least
    with ``sum(z)`` at the target, then ``sum(z)`` largest with that many centres (location set
    covering with partial cover, Daskin & Owen 1999, *Geographical Analysis* 31:217-235). Where even
    all centres miss the target, as many communities as they can reach are asked for instead.

    Parameters
    ----------
    centres
        facility_id, town_id and name of the centres that could host a point and do not yet.
    demand
        demand_id, residence_id and people of the homes.
    walks
        Table ``walks`` from demand to centres, at least all within the threshold.
    covered_ids
        demand_id of those whom existing points cover.
    threshold_m
        Longest walk, metres.
    target_share
        Share of communities to cover, 0-1.
    time_limit_s
        Longest time for each of the two solves, seconds.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    usable = centres.sort_values("facility_id").reset_index(drop=True)
    homes = demand[demand["residence_id"].notna()].sort_values("demand_id").reset_index(drop=True)
    reach = _Reach(usable, homes, walks, covered_ids=covered_ids, threshold_m=threshold_m)
    none, every = np.zeros(len(usable), dtype=bool), np.ones(len(usable), dtype=bool)
    before, most = reach.covered(none), reach.covered(every)
    wanted_n = min(math.ceil(target_share * len(before) - _ROUNDING), int(most.sum()))
    x, status = none, "optimal"
    if wanted_n > int(before.sum()):
        x, status = _solve(reach, wanted_n=wanted_n, time_limit_s=time_limit_s)
    after = reach.covered(x)
    residences = pd.DataFrame(
        {
            "residence_id": reach.residence_ids,
            "is_covered_before": before,
            "is_covered_after": after,
            "has_centre": reach.has_centre(),
        }
    )
    log.info("centres: %d of %d host a point, %s", int(x.sum()), len(usable), status)
    return CentrePlan(
        chosen=_rank(usable, reach, x),
        residences=residences,
        share_before=float(before.mean()),
        share_after=float(after.mean()),
        attainable_share=float(most.mean()),
        target_share=target_share,
        least_n=int(x.sum()),
        status=status,
    )


class _Reach:
    """Which communities a set of centres covers, together with what is there already."""

    def __init__(
        self,
        centres: pd.DataFrame,
        homes: pd.DataFrame,
        walks: pd.DataFrame,
        *,
        covered_ids: set[str],
        threshold_m: float,
    ) -> None:
        self.home, self.centre = locate_walks(
            walks, homes["demand_id"], centres["facility_id"], threshold_m=threshold_m
        )
        self.centres_n = len(centres)
        codes, ids = pd.factorize(homes["residence_id"], sort=True)
        self.residence, self.residence_ids = np.asarray(codes), list(ids)
        self.is_covered = homes["demand_id"].isin(covered_ids).to_numpy(bool)
        people = homes["people"].to_numpy(float)
        total = np.bincount(self.residence, weights=people)
        # A community without people is judged by its points instead.
        self.weight = np.where(total[self.residence] > 0, people, 1.0)
        self.total = np.bincount(self.residence, weights=self.weight)
        self.people = total

    def covered(self, x: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which communities are covered, shape (communities,)."""
        served = self.is_covered.copy()
        served[self.home[x[self.centre]]] = True
        reached = np.bincount(
            self.residence, weights=self.weight * served, minlength=len(self.total)
        )
        return np.asarray(reached >= self.total * _HALF)

    def has_centre(self) -> NDArray[np.bool_]:
        """Return which communities have a centre within the threshold."""
        is_near = np.zeros(len(self.total), dtype=bool)
        is_near[self.residence[self.home]] = True
        return is_near


def _solve(reach: _Reach, *, wanted_n: int, time_limit_s: float) -> tuple[NDArray[np.bool_], str]:
    """Return the centres that host a point and whether that is proved."""
    n, homes_n, communities_n = reach.centres_n, len(reach.residence), len(reach.total)
    size = n + homes_n + communities_n
    least = np.zeros(size)
    least[:n] = -1.0
    found, value, bound = _run(
        reach, least, count=None, wanted_n=wanted_n, time_limit_s=time_limit_s
    )
    if found is None:
        return _all_that_help(reach), "time_limit"
    x = np.asarray(found[:n] > _HALF)
    is_proved = bound - value < 1.0 - 1e-6
    most = np.zeros(size)
    most[n + homes_n :] = 1.0
    most[:n] = -_HALF * np.arange(n) / (n * n)
    found, value, bound = _run(
        reach, most, count=int(x.sum()), wanted_n=wanted_n, time_limit_s=time_limit_s
    )
    if found is not None:
        x = np.asarray(found[:n] > _HALF)
        is_proved &= bound - value < 1.0
    return x, "optimal" if is_proved else "time_limit"


def _all_that_help(reach: _Reach) -> NDArray[np.bool_]:
    """Return every centre that reaches somebody uncovered: an answer when the solver has none."""
    x = np.zeros(reach.centres_n, dtype=bool)
    x[reach.centre[~reach.is_covered[reach.home]]] = True
    return x


def _run(
    reach: _Reach,
    aim: NDArray[np.float64],
    *,
    count: int | None,
    wanted_n: int,
    time_limit_s: float,
) -> tuple[NDArray[np.float64] | None, float, float]:
    """Return the solver's answer for an aim, with at most `count` centres."""
    n, homes_n, communities_n = reach.centres_n, len(reach.residence), len(reach.total)
    communities = range(n + homes_n, n + homes_n + communities_n)
    served: list[dict[int, float]] = [{n + home: 1.0} for home in range(homes_n)]
    for home, centre in zip(reach.home, reach.centre, strict=True):
        if not reach.is_covered[home]:
            served[home][int(centre)] = -1.0
    half = [{at: total * _HALF} for at, total in zip(communities, reach.total, strict=True)]
    for home, (community, weight) in enumerate(zip(reach.residence, reach.weight, strict=True)):
        half[community][n + home] = -weight
    rows = [
        *(
            (row, -np.inf, float(is_in))
            for row, is_in in zip(served, reach.is_covered, strict=True)
        ),
        *((row, -np.inf, 0.0) for row in half),
        (dict.fromkeys(communities, 1.0), float(wanted_n), np.inf),
        (dict.fromkeys(range(n), 1.0), 0.0, float(n if count is None else count)),
    ]
    whole = np.ones(len(aim))
    whole[n : n + homes_n] = 0
    return maximise(aim, rows, whole=whole, time_limit_s=time_limit_s)


def _rank(usable: pd.DataFrame, reach: _Reach, x: NDArray[np.bool_]) -> pd.DataFrame:
    """Return the chosen centres, the one that newly covers most communities first."""
    left, taken = [int(at) for at in np.flatnonzero(x)], np.zeros(len(x), dtype=bool)
    rows = []
    covered = reach.covered(taken)
    while left:
        gains = []
        for at in left:
            taken[at] = True
            new = reach.covered(taken) & ~covered
            taken[at] = False
            gains.append((int(new.sum()), float(reach.people[new].sum()), -at))
        best = max(gains)
        at = -best[2]
        left.remove(at)
        taken[at] = True
        covered = reach.covered(taken)
        rows.append((at, best[0], best[1]))
    order = [at for at, _, _ in rows]
    chosen = usable.loc[order, ["facility_id", "town_id", "name"]].reset_index(drop=True)
    chosen.insert(0, "rank", np.arange(1, len(rows) + 1))
    chosen["gained_residences_n"] = [count for _, count, _ in rows]
    chosen["gained_people"] = [people for _, _, people in rows]
    return chosen
