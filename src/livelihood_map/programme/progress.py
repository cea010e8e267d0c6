"""How far the year has come: opened, closed, gross and net, by town and month."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from livelihood_map.core.names import town_names
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.programme.model import COUNTED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import geopandas as gpd

    from livelihood_map.programme.model import Programme, Target

log = logging.getLogger(__name__)
_EVENT_COLUMNS: Final = ("target_id", "facility_id", "town_id", "month", "event")


@dataclass(frozen=True)
class Progress:
    """How far the year has come.

    Parameters
    ----------
    by_target
        One row a target: goal, opened_n, closed_n, net_n, reached (count or share), reached_share,
        expected (the goal's part that the days gone by stand for), is_behind.
    by_town
        One row a town and counted target, the district's row (`ALL`) last: quota_n (missing where
        the programme has none), opened_n, closed_n, net_n, expected_n, is_behind.
    by_month
        One row a month and counted target: opened_n, closed_n and both added up from the start of
        the year (gross_n, net_n).
    """

    by_target: pd.DataFrame
    by_town: pd.DataFrame
    by_month: pd.DataFrame


def measure_progress(
    facilities: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame,
    programme: Programme,
    *,
    as_of: dt.date,
    shares: Mapping[str, float] | None = None,
) -> Progress:
    """Return how far the year has come on a day.

    Gross counts what opened (or was renovated, or is flagged a demonstration outlet); net takes off
    what closed. A register that holds only the year of an event has the first of January, one that
    holds the month the first of that month. Facilities beyond the border do not count.

    Parameters
    ----------
    facilities
        Table ``facilities``, with ``renovated_on`` where renovations are to be counted.
    towns
        Table ``towns``.
    programme
        The year's plan.
    as_of
        The day; later events do not count yet.
    shares
        Reached share, 0-1, of the targets that are shares, by target id; one left out is missing.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    last = min(as_of, programme.ends_on)
    events = _find_events(facilities, programme, last=last)
    days_n = (programme.ends_on - programme.starts_on).days + 1
    elapsed = min(max(((last - programme.starts_on).days + 1) / days_n, 0.0), 1.0)
    progress = Progress(
        _by_target(events, programme, elapsed=elapsed, shares=shares or {}),
        _by_town(events, towns, programme, elapsed=elapsed),
        _by_month(events, programme, last=last),
    )
    log.info("progress: %d facilities, %d events up to %s", len(facilities), len(events), last)
    return progress


def _find_events(
    facilities: gpd.GeoDataFrame, programme: Programme, *, last: dt.date
) -> pd.DataFrame:
    """Return what happened in the year up to a day, one row an event of a target."""
    first_text, last_text = programme.starts_on.isoformat(), last.isoformat()
    inside = facilities[facilities["is_inside"]]
    parts = []
    for target in programme.targets:
        if target.measure not in COUNTED:
            continue
        own = inside[inside["kind"] == target.kind]
        for event, rows, dates in _dated(own, target, first=first_text):
            is_due = dates.notna() & (dates >= first_text) & (dates <= last_text)
            table = rows.loc[is_due, ["facility_id", "town_id"]].assign(
                target_id=target.id, event=event, month=dates[is_due].str[:7]
            )
            parts.append(table[list(_EVENT_COLUMNS)])
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in _EVENT_COLUMNS})
    return pd.concat(parts, ignore_index=True)


def _dated(
    own: pd.DataFrame, target: Target, *, first: str
) -> list[tuple[str, pd.DataFrame, pd.Series[str]]]:
    """Return the events that a target counts: name of the event, rows, dates as ISO text."""
    if target.measure == "opened":
        begun = own[own["status"] != "planned"]
        return [("opened", begun, begun["opened_on"]), ("closed", own, own["closed_on"])]
    if target.measure == "renovated":
        done = own[own["status"] == "operating"]
        if "renovated_on" not in done.columns:
            return []
        return [("opened", done, done["renovated_on"])]
    # A demonstration flag has no date of its own: an outlet flagged counts from its opening, one
    # that was there before from the first of the year.
    flagged = own[own["is_demonstration"] & (own["status"] == "operating")]
    dates = flagged["opened_on"].fillna(first)
    return [("opened", flagged, dates.where(dates > first, first))]


def _counts(events: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return opened_n and closed_n by these columns."""
    flags = events.assign(
        opened_n=(events["event"] == "opened").astype(int),
        closed_n=(events["event"] == "closed").astype(int),
    )
    return flags.groupby(by)[["opened_n", "closed_n"]].sum()


def _by_target(
    events: pd.DataFrame, programme: Programme, *, elapsed: float, shares: Mapping[str, float]
) -> pd.DataFrame:
    """Return one row a target."""
    ids = [target.id for target in programme.targets]
    counts = _counts(events, ["target_id"]).reindex(ids, fill_value=0)
    rows = []
    for target in programme.targets:
        is_counted = target.measure in COUNTED
        opened, closed = counts.loc[target.id].tolist()
        reached = float(opened) if is_counted else shares.get(target.id, np.nan)
        # A share is a state, not something done bit by bit: it is compared with the whole goal.
        expected = target.goal * elapsed if is_counted else target.goal
        rows.append(
            {
                "target_id": target.id,
                "kind": target.kind,
                "goal": target.goal,
                "opened_n": opened,
                "closed_n": closed,
                "net_n": opened - closed,
                "reached": reached,
                "reached_share": reached / target.goal,
                "expected": expected,
                "is_behind": bool(reached < expected),
            }
        )
    return pd.DataFrame(rows)


def _by_town(
    events: pd.DataFrame, towns: gpd.GeoDataFrame, programme: Programme, *, elapsed: float
) -> pd.DataFrame:
    """Return one row a town and counted target, then the district's."""
    counted = [target.id for target in programme.targets if target.measure in COUNTED]
    counts = _counts(events, ["target_id", "town_id"])
    wanted = pd.MultiIndex.from_product(
        [counted, towns["town_id"].tolist()], names=["target_id", "town_id"]
    )
    table = counts.reindex(wanted, fill_value=0).reset_index()
    quotas = {(quota.target, quota.town_id): quota.count_n for quota in programme.quotas}
    keys = zip(table["target_id"], table["town_id"], strict=True)
    table["quota_n"] = [quotas.get(key, np.nan) for key in keys]
    whole = _counts(events, ["target_id"]).reindex(counted, fill_value=0).reset_index()
    whole["town_id"] = DISTRICT_ID
    whole["quota_n"] = [programme.target(target).goal for target in counted]
    table = pd.concat([table, whole], ignore_index=True)
    table["net_n"] = table["opened_n"] - table["closed_n"]
    table["expected_n"] = table["quota_n"] * elapsed
    table["is_behind"] = table["opened_n"] < table["expected_n"]
    table.insert(2, "town_name", table["town_id"].map(town_names(towns)).fillna(""))
    return table


def _by_month(events: pd.DataFrame, programme: Programme, *, last: dt.date) -> pd.DataFrame:
    """Return one row a month up to the day and counted target."""
    counted = [target.id for target in programme.targets if target.measure in COUNTED]
    months = list_months(programme.starts_on, last)
    wanted = pd.MultiIndex.from_product([counted, months], names=["target_id", "month"])
    table = _counts(events, ["target_id", "month"]).reindex(wanted, fill_value=0).reset_index()
    groups = table.groupby("target_id")
    table["gross_n"] = groups["opened_n"].cumsum()
    table["net_n"] = table["gross_n"] - groups["closed_n"].cumsum()
    return table


def list_months(first: dt.date, last: dt.date) -> list[str]:
    """Return the months from one day to another, both included, as ``YYYY-MM``.

    Examples
    --------
    >>> import datetime as dt
    >>> list_months(dt.date(2022, 12, 31), dt.date(2023, 2, 1))
    ['2022-12', '2023-01', '2023-02']
    """
    start, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return [f"{month // 12}-{month % 12 + 1:02d}" for month in range(start, end + 1)]


def share_quotas(weights: pd.Series[float], *, count_n: int) -> pd.Series[int]:
    """Return whole quotas that add up to `count_n`, shared out by weight (largest remainders).

    Parameters
    ----------
    weights
        Weight by town, such as the people still uncovered; not negative, not all zero.
    count_n
        What is shared out.

    Raises
    ------
    ValueError
        When a weight is negative or all are zero.

    Examples
    --------
    >>> share_quotas(pd.Series({"a": 5.0, "b": 3.0, "c": 2.0}), count_n=4).to_dict()
    {'a': 2, 'b': 1, 'c': 1}
    """
    total = float(weights.sum())
    if total <= 0 or bool((weights < 0).any()):
        raise ValueError(weights.to_dict())
    exact = weights.to_numpy(float) / total * count_n
    quotas = np.floor(exact).astype(np.int64)
    short = count_n - int(quotas.sum())
    order = np.lexsort((weights.index.to_numpy(str), -(exact - quotas)))
    quotas[order[:short]] += 1
    return pd.Series(quotas, index=weights.index, name="quota_n")
