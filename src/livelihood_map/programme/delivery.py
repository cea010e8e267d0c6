"""Delivery and opening hours: beside walking coverage, never mixed into it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from livelihood_map.core.hours import is_within
from livelihood_map.programme.model import ProgrammeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

log = logging.getLogger(__name__)
DEFAULT_RADIUS_M: Final = 3000.0
"""How far an outlet delivers when its register does not say; ours, no norm found."""
_MINUTES_PER_DAY: Final = 24 * 60


def measure_delivery(
    demand: gpd.GeoDataFrame,
    outlets: gpd.GeoDataFrame,
    *,
    walking_ids: set[str],
    radius_m: float = DEFAULT_RADIUS_M,
) -> pd.DataFrame:
    """Return for each demand point how many outlets deliver to it; a measure of its own.

    Delivery has no walk and is measured by straight line; it never counts as walking coverage.

    Parameters
    ----------
    demand
        demand_id, people and points, metric CRS.
    outlets
        facility_id and points of outlets that deliver, same CRS; a column delivery_radius_m
        overrides `radius_m` where it is given.
    walking_ids
        demand_id of those who have an outlet in walking reach.
    radius_m
        How far an outlet delivers, metres.

    Returns
    -------
    demand_id, people, delivered_by_n, has_walking, is_only_delivered (delivered to and without an
    outlet in walking reach).

    Raises
    ------
    ProgrammeError
        When a radius is not positive.
    """
    from scipy.spatial import cKDTree

    radius = np.full(len(outlets), radius_m)
    if "delivery_radius_m" in outlets.columns:
        own = outlets["delivery_radius_m"].to_numpy(float)
        radius = np.where(np.isnan(own), radius, own)
    if (radius <= 0).any() or radius_m <= 0:
        raise ProgrammeError("programme.radius_wrong", value=f"{min(radius_m, *radius):g}")
    count = np.zeros(len(demand), dtype=np.int64)
    tree = cKDTree(np.column_stack([demand.geometry.x, demand.geometry.y]))
    places = np.column_stack([outlets.geometry.x, outlets.geometry.y]).reshape(-1, 2)
    for place, reach in zip(places, radius, strict=True):
        count[tree.query_ball_point(place, reach)] += 1
    has_walking = demand["demand_id"].isin(walking_ids).to_numpy(bool)
    log.info("delivery: %d outlets, %d of %d points", len(outlets), (count > 0).sum(), len(count))
    return pd.DataFrame(
        {
            "demand_id": demand["demand_id"].to_numpy(),
            "people": demand["people"].to_numpy(float),
            "delivered_by_n": count,
            "has_walking": has_walking,
            "is_only_delivered": (count > 0) & ~has_walking,
        }
    )


def measure_hours(
    demand: pd.DataFrame,
    walks: pd.DataFrame,
    outlets: pd.DataFrame,
    *,
    times: Sequence[str],
    threshold_m: float,
) -> pd.DataFrame:
    """Return coverage at given times of the day, from the opening hours and stops of outlets.

    A mobile truck is one row a stop with the hours it stands there. An outlet without hours counts
    as open all day and is counted apart. Hours may run over midnight; an outlet is open from its
    opening minute up to, not at, its closing minute.

    Parameters
    ----------
    demand
        demand_id and people.
    walks
        Table ``walks`` from demand to outlets, at least all within the threshold.
    outlets
        facility_id, opens_at and closes_at (``HH:MM``, missing where unknown).
    times
        Times of the day, ``HH:MM``.
    threshold_m
        Longest walk, metres.

    Returns
    -------
    time, open_n, unknown_n (without hours, counted as open), covered_people, covered_share.

    Raises
    ------
    ProgrammeError
        When a time is not ``HH:MM``.
    """
    near = walks[walks["walk_m"] <= threshold_m]
    people = demand.set_index("demand_id")["people"].astype(float)
    hours = zip(outlets["opens_at"], outlets["closes_at"], strict=True)
    spells = [(_minute(opens), _minute(closes)) for opens, closes in hours]
    rows = []
    for time in times:
        minute = _minute(time) or 0
        is_open = np.array(
            [a is None or b is None or is_within(a, b, minute) for a, b in spells], dtype=bool
        )
        ids = set(outlets.loc[is_open, "facility_id"])
        served = near.loc[near["dest_id"].isin(ids), "origin_id"].unique()
        covered = float(people[people.index.isin(served)].sum())
        rows.append(
            {
                "time": time,
                "open_n": int(is_open.sum()),
                "unknown_n": sum(None in spell for spell in spells),
                "covered_people": covered,
                "covered_share": covered / float(people.sum()),
            }
        )
    return pd.DataFrame(rows)


def _minute(text: object) -> int | None:
    """Return the minute of the day of ``HH:MM``; None where it is missing."""
    if not isinstance(text, str):
        return None
    hour, colon, minute = text.partition(":")
    is_time = bool(colon) and hour.isdecimal() and minute.isdecimal()
    value = int(hour) * 60 + int(minute) if is_time else -1
    if not 0 <= value <= _MINUTES_PER_DAY:
        raise ProgrammeError("programme.time_wrong", value=text)
    return value
