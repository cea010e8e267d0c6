"""Two schedules of openings and closings side by side: coverage by month, who gains, who loses."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from livelihood_map.programme.compare import Comparison, compare_runs
from livelihood_map.programme.schedule import end_of_month, find_open

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    import geopandas as gpd

log = logging.getLogger(__name__)
_SIDES: Final = ("before", "after")


@dataclass(frozen=True)
class ScenarioComparison:
    """Two schedules side by side.

    Parameters
    ----------
    by_month
        month, open_before_n, open_after_n, covered_before, covered_after (people), share_before,
        share_after, gained_people and lost_people (between the schedules, in that month).
    at_end
        Who gained and who lost at the end of the last month.
    """

    by_month: pd.DataFrame
    at_end: Comparison


def compare_schedules(  # noqa: PLR0913  (two schedules, and what each is judged by)
    demand: pd.DataFrame,
    walks: pd.DataFrame,
    facilities: pd.DataFrame,
    *,
    before: pd.DataFrame,
    after: pd.DataFrame,
    towns: gpd.GeoDataFrame,
    kind: str,
    walker: str,
    months: Sequence[str],
    threshold_m: float,
    first: dt.date,
) -> ScenarioComparison:
    """Return coverage by month under two schedules, and who gained and lost at the end.

    A month is judged on its last day, as in :func:`measure_schedule`.

    Parameters
    ----------
    demand
        demand_id, town_id, name and people (the people counted).
    walks
        Table ``walks`` from demand (origin_id) to facilities (dest_id), at least all within the
        threshold.
    facilities
        Table ``facilities`` of the kind.
    before, after
        The schedules, as events of :func:`find_open`.
    towns
        Table ``towns``.
    kind, walker
        What the comparison is named by.
    months
        Months as ``YYYY-MM``, rising; at least one.
    threshold_m
        Longest walk that covers, metres.
    first
        The day of the register.

    Raises
    ------
    ProgrammeError
        When an event names an unknown facility or is neither opening nor closing.
    IndexError
        When there is no month.
    """
    rows, parts = [], []
    for month in months:
        day = end_of_month(month)
        row: dict[str, object] = {"month": month}
        states = []
        for side, events in zip(_SIDES, (before, after), strict=True):
            is_open = find_open(facilities, events, on=day, first=first)
            row[f"open_{side}_n"] = int(is_open.sum())
            open_ids = set(facilities.loc[is_open, "facility_id"])
            nearest = walks[walks["dest_id"].isin(open_ids)].groupby("origin_id")["walk_m"].min()
            state = pd.DataFrame({"demand_id": demand["demand_id"], "kind": kind, "walker": walker})
            state["walk_m"] = state["demand_id"].map(nearest).astype(float)
            states.append(state.assign(is_covered=state["walk_m"] <= threshold_m))
        then, now = states
        parts.append(compare_runs(then, now, demand, towns))
        whole = parts[-1].by_town.iloc[-1]
        names = ("covered", "share")
        row |= {f"{name}_{side}": whole[f"{name}_{side}"] for name in names for side in _SIDES}
        row |= {name: whole[name] for name in ("gained_people", "lost_people")}
        rows.append(row)
    log.info("scenarios: %d months, %d and %d events", len(rows), len(before), len(after))
    return ScenarioComparison(pd.DataFrame(rows), parts[-1])
