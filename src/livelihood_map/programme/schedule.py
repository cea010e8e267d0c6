"""What-if: openings and closings with dates -> coverage month by month."""

from __future__ import annotations

import calendar
import datetime as dt
import logging
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from livelihood_map.programme.model import ProgrammeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

log = logging.getLogger(__name__)
EVENTS: Final = ("opens", "closes")


def find_open(
    facilities: pd.DataFrame, events: pd.DataFrame, *, on: dt.date, first: dt.date
) -> NDArray[np.bool_]:
    """Return for each facility whether it is open on a day.

    Before the first event of a facility its register says: open when it operates and is not due to
    open or close by date. From its first event on, the last event up to the day decides.

    Parameters
    ----------
    facilities
        Table ``facilities`` (facility_id, status, opened_on, closed_on).
    events
        facility_id, date (a date), event (``opens`` or ``closes``); several of one facility may
        follow each other. On one day the later row counts.
    on
        The day.
    first
        The day of the register; dates in the register after it are plans and count as events.

    Raises
    ------
    ProgrammeError
        When an event names an unknown facility or is neither opening nor closing.
    """
    _check_events(facilities, events)
    state = _register_state(facilities, on=on, first=first)
    position = {name: number for number, name in enumerate(facilities["facility_id"])}
    due = events[np.array([day <= on for day in events["date"]], dtype=bool)]
    for row in due.sort_values("date", kind="stable").itertuples():
        state[position[row.facility_id]] = row.event == "opens"
    return state


def _check_events(facilities: pd.DataFrame, events: pd.DataFrame) -> None:
    """Refuse events that mean nothing."""
    unknown = sorted(set(events["facility_id"]) - set(facilities["facility_id"]))
    if unknown:
        raise ProgrammeError("programme.event_unknown", names=", ".join(unknown[:5]))
    wrong = sorted(set(events["event"]) - set(EVENTS))
    if wrong:
        raise ProgrammeError("programme.event_wrong", names=", ".join(map(str, wrong)))


def _register_state(facilities: pd.DataFrame, *, on: dt.date, first: dt.date) -> NDArray[np.bool_]:
    """Return who is open on a day by the register alone, its later dates taken as plans."""
    begin, day = first.isoformat(), on.isoformat()
    opened = facilities["opened_on"].fillna("").astype(str)
    closed = facilities["closed_on"].fillna("").astype(str)
    state = (facilities["status"] == "operating").to_numpy(bool)
    opens_later = ((opened > begin) & (facilities["status"] != "closed")).to_numpy(bool)
    state = np.where(opens_later, (opened <= day).to_numpy(bool), state)
    has_closed = ((closed != "") & (closed > begin) & (closed <= day)).to_numpy(bool)
    closes_later = ((closed != "") & (closed > day)).to_numpy(bool)
    was_open = (facilities["status"] == "closed").to_numpy(bool) & closes_later
    return np.asarray((state | was_open) & ~has_closed, dtype=bool)


def end_of_month(month: str) -> dt.date:
    """Return the last day of a month given as ``YYYY-MM``.

    Raises
    ------
    ValueError
        When `month` is not a month.

    Examples
    --------
    >>> end_of_month("2024-02")
    datetime.date(2024, 2, 29)
    """
    year, number = map(int, month.split("-"))
    return dt.date(year, number, calendar.monthrange(year, number)[1])


def measure_schedule(
    demand: pd.DataFrame,
    walks: pd.DataFrame,
    facilities: pd.DataFrame,
    events: pd.DataFrame,
    *,
    months: Sequence[str],
    threshold_m: float,
    first: dt.date,
) -> pd.DataFrame:
    """Return coverage month by month while facilities of one kind open and close.

    A month is judged on its last day. The figures equal those of a separate run with the
    facilities that are open on that day.

    Parameters
    ----------
    demand
        demand_id and people (the people counted).
    walks
        Table ``walks`` from demand (origin_id) to facilities (dest_id), at least all within the
        threshold.
    facilities
        Table ``facilities`` of the kind.
    events
        As for :func:`find_open`.
    months
        Months as ``YYYY-MM``, rising.
    threshold_m
        Longest walk that covers, metres.
    first
        The day of the register.

    Returns
    -------
    month, open_n, covered_people, covered_share, gained_people and lost_people (those covered now
    and not the month before, and the reverse; the first month is compared with day `first`).

    Raises
    ------
    ProgrammeError
        When an event names an unknown facility or is neither opening nor closing.
    """
    people = demand["people"].to_numpy(float)
    origin, goal = locate_walks(
        walks, demand["demand_id"], facilities["facility_id"], threshold_m=threshold_m
    )

    def covered(is_open: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which demand has an open facility in reach."""
        return np.bincount(origin[is_open[goal]], minlength=len(people)) > 0

    before = covered(find_open(facilities, events, on=first, first=first))
    rows = []
    for month in months:
        is_open = find_open(facilities, events, on=end_of_month(month), first=first)
        now = covered(is_open)
        rows.append(
            {
                "month": month,
                "open_n": int(is_open.sum()),
                "covered_people": float(people[now].sum()),
                "covered_share": float(people[now].sum() / people.sum()),
                "gained_people": float(people[now & ~before].sum()),
                "lost_people": float(people[~now & before].sum()),
            }
        )
        before = now
    log.info("schedule: %d months, %d events", len(rows), len(events))
    return pd.DataFrame(rows)


def locate_walks(
    walks: pd.DataFrame,
    origin_ids: pd.Series[str],
    dest_ids: pd.Series[str],
    *,
    threshold_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places in two lists of both ends of every walk within a threshold.

    Walks with an end that is in neither list are left out.

    Raises
    ------
    KeyError
        When the walks lack a column.
    """
    near = walks[walks["walk_m"] <= threshold_m]
    origin = pd.Index(origin_ids).get_indexer(near["origin_id"])
    dest = pd.Index(dest_ids).get_indexer(near["dest_id"])
    is_known = (origin >= 0) & (dest >= 0)
    return origin[is_known], dest[is_known]
