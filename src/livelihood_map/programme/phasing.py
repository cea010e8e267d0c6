"""In which month each market closes for renovation, so that the worst month is the least bad."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.programme.model import ProgrammeError
from livelihood_map.programme.phase_model import TIED, Group, PhaseModel, find_shut, find_stranded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PhasePlan:
    """When each market is renovated, and how sure it is that no order is better.

    Parameters
    ----------
    schedule
        One row a market: facility_id, months_n, starts (first month shut), ends (last month shut).
    by_month
        month, closed_n, stranded_people: those whose every market within the threshold is shut.
    worst_people
        Most people stranded in one month: what the order makes as small as it can be.
    bound
        No order can have fewer in its worst month.
    status
        ``optimal`` when `worst_people` equals `bound`, else ``time_limit``.
    person_months
        Stranded people added up over the months; the second aim.
    unavoidable_person_months
        The part of it that any order has: people with a single market within the threshold.
    together_people
        People stranded in a month if all were shut at once, for comparison.
    solve_s
        Seconds that the solver took.
    """

    schedule: pd.DataFrame
    by_month: pd.DataFrame
    worst_people: float
    bound: float
    status: str
    person_months: float
    unavoidable_person_months: float
    together_people: float
    solve_s: float = 0.0


def phase_renovations(
    demand: pd.DataFrame,
    walks: pd.DataFrame,
    due: pd.DataFrame,
    *,
    open_ids: Sequence[str],
    months: Sequence[str],
    threshold_m: float,
    at_a_time: int | None = None,
    time_limit_s: float = 30.0,
) -> PhasePlan:
    """Return the order of renovations with the fewest people stranded in the worst month.

    A person is stranded in a month when every market within the threshold is shut. The integer
    programme: ``s[k,t] = 1`` when market k starts in month t, each market once; ``shut[k,t]`` adds
    up the starts that reach into t; a group g of people with the same markets M(g), all of them
    due, is stranded when ``y[g,t] >= sum(shut[k,t], k in M(g)) - |M(g)| + 1``. First the worst
    month ``W >= sum(people[g] * y[g,t])`` is made least, then, with it held, the people added up
    over the months; last, each market is pulled to the earliest month that worsens neither. Two
    neighbours are thus shut at once only where that strands nobody more than it must. Solved by
    HiGHS through :func:`scipy.optimize.milp` (a min-max variant of project scheduling, Pritsker,
    Waiters, Wolfe 1969, *Management Science* 16:93-108).

    Parameters
    ----------
    demand
        demand_id and people.
    walks
        Table ``walks`` from demand to markets, at least all within the threshold.
    due
        facility_id, months_n (months shut), and where known earliest (first month allowed,
        ``YYYY-MM``) and standin_id (a temporary market, in `walks`, open while this one is shut).
    open_ids
        Markets open all year beside those due; those due need not be among them.
    months
        The months of the plan as ``YYYY-MM``, rising.
    threshold_m
        Longest walk to a market, metres.
    at_a_time
        Most markets shut in one month; as many as needed when None.
    time_limit_s
        Longest time for each of the two solves, seconds.

    Raises
    ------
    ProgrammeError
        When a market is due twice or `due` is empty.
    InfeasibleError
        When the renovations do not fit into the months.
    """
    _check(due, months=months, at_a_time=at_a_time)
    started = time.perf_counter()
    groups = _find_groups(demand, walks, due, open_ids=open_ids, threshold_m=threshold_m)
    model = PhaseModel(
        due["months_n"].to_numpy(int),
        _earliest(due, months),
        groups,
        months_n=len(months),
        at_a_time=at_a_time,
    )
    worst, bound, starts = model.solve(time_limit_s=time_limit_s)
    if starts is None:
        raise InfeasibleError("programme.phasing_too_many", count=len(due), months=len(months))
    # The second aim never worsens the first; without an answer in time the first stands.
    better = model.improve(worst=worst, time_limit_s=time_limit_s)
    starts = model.pull_earlier(starts if better is None else better)
    plan = _describe(due, groups, starts, months=months, bound=bound)
    took = time.perf_counter() - started
    log.info("phasing: %d markets, %d groups, %s, %.1f s", len(due), len(groups), plan.status, took)
    return replace(plan, solve_s=took)


def _check(due: pd.DataFrame, *, months: Sequence[str], at_a_time: int | None) -> None:
    """Refuse what cannot be planned."""
    if due.empty:
        raise ProgrammeError("programme.phasing_empty")
    repeated = due.loc[due["facility_id"].duplicated(), "facility_id"]
    if len(repeated):
        raise ProgrammeError("programme.phasing_repeated", names=", ".join(repeated))
    too_long = due[due["months_n"] + _earliest(due, months) > len(months)]
    if len(too_long):
        names = ", ".join(too_long["facility_id"])
        raise InfeasibleError("programme.phasing_too_long", names=names, months=len(months))
    needed = int(due["months_n"].sum())
    if at_a_time is not None and needed > at_a_time * len(months):
        raise InfeasibleError(
            "programme.phasing_capacity", needed=needed, given=at_a_time * len(months)
        )


def _earliest(due: pd.DataFrame, months: Sequence[str]) -> NDArray[np.int64]:
    """Return the position of the first month in which each market may shut."""
    if "earliest" not in due.columns:
        return np.zeros(len(due), dtype=np.int64)
    wished = due["earliest"].fillna(months[0])
    return np.array([sum(month < wish for month in months) for wish in wished], dtype=np.int64)


def _find_groups(
    demand: pd.DataFrame,
    walks: pd.DataFrame,
    due: pd.DataFrame,
    *,
    open_ids: Sequence[str],
    threshold_m: float,
) -> list[Group]:
    """Return the people who can be stranded at all, grouped by the markets that they have."""
    near = walks[walks["walk_m"] <= threshold_m]
    position = {name: number for number, name in enumerate(due["facility_id"])}
    always = set(open_ids) - set(position)
    safe = set(near.loc[near["dest_id"].isin(always), "origin_id"])
    own = near[near["dest_id"].isin(position) & ~near["origin_id"].isin(safe)]
    markets = own.groupby("origin_id")["dest_id"].agg(
        lambda ids: tuple(sorted({position[name] for name in ids}))
    )
    markets = markets[[not stood for stood in _stood_in(markets, near, due)]]
    people = demand.set_index("demand_id")["people"].reindex(markets.index).fillna(0.0)
    added: dict[tuple[int, ...], float] = {}
    for key, count in zip(markets, people, strict=True):
        added[key] = added.get(key, 0.0) + float(count)
    return [Group(key, added[key]) for key in sorted(added) if added[key] > 0]


def _stood_in(markets: pd.Series[Any], near: pd.DataFrame, due: pd.DataFrame) -> list[bool]:
    """Return who is never stranded: a market of theirs has a stand-in within their reach."""
    if "standin_id" not in due.columns:
        return [False] * len(markets)
    reach = near.groupby("origin_id")["dest_id"].agg(set)
    standins = due["standin_id"].tolist()
    return [any(standins[k] in reach[origin] for k in own) for origin, own in markets.items()]


def _describe(
    due: pd.DataFrame,
    groups: list[Group],
    starts: NDArray[np.int64],
    *,
    months: Sequence[str],
    bound: float,
) -> PhasePlan:
    """Return the plan of given starts, its figures counted anew from the starts alone."""
    length = due["months_n"].to_numpy(int)
    stranded = find_stranded(groups, starts, length, months_n=len(months))
    people = np.array([group.people for group in groups])
    by_month = people @ stranded if len(groups) else np.zeros(len(months))
    shut = find_shut(starts, length, months_n=len(months))
    worst = float(by_month.max())
    is_proved = worst <= bound + TIED
    alone = sum(g.people * int(length[g.markets[0]]) for g in groups if len(g.markets) == 1)
    schedule = due[["facility_id", "months_n"]].reset_index(drop=True)
    schedule["starts"] = [months[start] for start in starts]
    schedule["ends"] = [months[end] for end in starts + length - 1]
    return PhasePlan(
        schedule=schedule,
        by_month=pd.DataFrame(
            {"month": list(months), "closed_n": shut.sum(axis=0), "stranded_people": by_month}
        ),
        worst_people=worst,
        bound=worst if is_proved else bound,
        status="optimal" if is_proved else "time_limit",
        person_months=float(by_month.sum()),
        unavoidable_person_months=float(alone),
        together_people=float(people.sum()),
    )
