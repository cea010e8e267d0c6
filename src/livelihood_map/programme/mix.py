"""The mix of basic outlets in reach of each compound and in each circle of 30,000-50,000 people."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

log = logging.getLogger(__name__)
_ANYBODY: Final = 1e-9
"""Weight of a home without people, so that a circle of such homes has a middle."""


@dataclass(frozen=True)
class KindNeed:
    """What a kind must reach.

    Parameters
    ----------
    threshold_m
        Longest walk, metres.
    share
        Share of a circle's people that must have one in reach, 0-1.
    """

    threshold_m: float
    share: float


@dataclass(frozen=True)
class Mix:
    """What is there and what is missing.

    Parameters
    ----------
    by_home
        demand_id, residence_id, circle_id, people; for each kind ``{kind}_n`` outlets in reach and
        ``{kind}_types_n`` different subtypes of them; missing (kinds without any, ``;``-joined).
    by_circle
        circle_id, town_id, people, is_in_range (30,000-50,000 or as given); for each kind
        ``{kind}_n`` outlets in reach of anyone in it, ``{kind}_types_n`` and ``{kind}_share`` of
        its people with one in reach; missing (kinds below their share, ``;``-joined).
    """

    by_home: pd.DataFrame
    by_circle: pd.DataFrame


def measure_mix(
    demand: gpd.GeoDataFrame,
    walks: pd.DataFrame,
    facilities: pd.DataFrame,
    *,
    needs: Mapping[str, KindNeed],
    low: float = 30_000.0,
    high: float = 50_000.0,
) -> Mix:
    """Return number, types and gaps of the outlets of each kind, by home and by circle.

    Parameters
    ----------
    demand
        demand_id, residence_id, town_id, people and points of the homes, metric CRS.
    walks
        Table ``walks`` from the homes to the facilities, at least all within the thresholds.
    facilities
        facility_id, kind and subtype of the facilities that count.
    needs
        What each kind must reach, by kind.
    low, high
        Fewest and most people in a circle.

    Raises
    ------
    ValueError
        When `low` is above `high`.
    """
    homes = demand.sort_values("demand_id").reset_index(drop=True)
    circle = build_circles(homes, low=low, high=high)
    known = facilities.set_index("facility_id")[["kind", "subtype"]]
    near = walks.join(known, on="dest_id", how="inner")
    limit = near["kind"].map({kind: need.threshold_m for kind, need in needs.items()})
    near = near[near["walk_m"] <= limit]
    circle_of = dict(zip(homes["demand_id"], circle, strict=True))
    near = near.assign(circle_id=near["origin_id"].map(circle_of))
    by_home = pd.DataFrame(homes[["demand_id", "residence_id", "people"]]).assign(circle_id=circle)
    for kind in needs:
        own = near[near["kind"] == kind]
        by_home = _count(by_home, own, kind, by="demand_id", origin="origin_id")
    by_home["missing"] = _join([(kind, by_home[f"{kind}_n"] == 0) for kind in needs], len(by_home))
    by_circle = _by_circle(homes, circle, by_home, near, needs=needs, limits=(low, high))
    log.info("mix: %d homes, %d circles", len(by_home), len(by_circle))
    return Mix(by_home, by_circle)


def _count(
    table: pd.DataFrame, own: pd.DataFrame, kind: str, *, by: str, origin: str
) -> pd.DataFrame:
    """Return the table with the number of outlets of a kind and of their subtypes."""
    groups = own.groupby(origin)
    counts = {
        f"{kind}_n": groups["dest_id"].nunique(),
        f"{kind}_types_n": groups["subtype"].nunique(),
    }
    return table.assign(
        **{
            name: table[by].map(count).fillna(0).astype(int).to_numpy()
            for name, count in counts.items()
        }
    )


def _join(flags: Sequence[tuple[str, pd.Series[bool]]], rows_n: int) -> list[str]:
    """Return for each row the names whose flag is set, ``;``-joined."""
    columns = [(name, flag.to_numpy(bool)) for name, flag in flags]
    return [";".join(name for name, flag in columns if flag[row]) for row in range(rows_n)]


def _by_circle(
    homes: gpd.GeoDataFrame,
    circle: list[str],
    by_home: pd.DataFrame,
    near: pd.DataFrame,
    *,
    needs: Mapping[str, KindNeed],
    limits: tuple[float, float],
) -> pd.DataFrame:
    """Return one row a circle."""
    low, high = limits
    groups = by_home.assign(town_id=homes["town_id"].to_numpy()).groupby("circle_id", sort=True)
    table = groups.agg(town_id=("town_id", "first"), people=("people", "sum")).reset_index()
    table["is_in_range"] = (table["people"] >= low) & (table["people"] <= high)
    flags = []
    for kind, need in needs.items():
        own = near[near["kind"] == kind]
        table = _count(table, own, kind, by="circle_id", origin="circle_id")
        reached = by_home["people"].where(by_home[f"{kind}_n"] > 0, 0.0)
        sums = reached.groupby(np.asarray(circle)).sum().reindex(table["circle_id"]).to_numpy()
        table[f"{kind}_share"] = sums / table["people"].where(table["people"] > 0)
        flags.append((kind, ~(table[f"{kind}_share"] >= need.share)))
    table["missing"] = _join(flags, len(table))
    return table


def find_centres(
    homes: gpd.GeoDataFrame, circles: Sequence[str], centres: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return the commercial centre nearest to each circle, in a straight line.

    The distance is measured from where the circle's people are on average; it is 0 within the area
    of a centre. Of two at the same distance the one with the smaller id is named.

    Parameters
    ----------
    homes
        people and points of the homes, metric CRS.
    circles
        circle_id of each home, in the same order.
    centres
        Table ``centres``, same CRS; at least one.

    Returns
    -------
    circle_id, centre_name, centre_level, centre_m.

    Raises
    ------
    ValueError
        When there is no centre.
    """
    places = pd.DataFrame(
        {
            "circle_id": list(circles),
            "x": homes.geometry.x.to_numpy(),
            "y": homes.geometry.y.to_numpy(),
            "people": np.maximum(homes["people"].to_numpy(float), _ANYBODY),
        }
    )
    ordered = centres.sort_values("centre_id", ignore_index=True)
    rows = []
    for circle, own in places.groupby("circle_id", sort=True):
        middle = [float(np.average(own[axis], weights=own["people"])) for axis in ("x", "y")]
        distance = shapely.distance(ordered.geometry.to_numpy(), shapely.Point(middle))
        best = int(np.argmin(distance))
        names = ordered["name"][best], ordered["level"][best]
        rows.append((circle, *names, float(distance[best])))
    return pd.DataFrame(rows, columns=["circle_id", "centre_name", "centre_level", "centre_m"])


def build_circles(
    homes: gpd.GeoDataFrame, *, low: float = 30_000.0, high: float = 50_000.0
) -> list[str]:
    """Return the circle of each home: compact pieces of one town of about equal numbers of people.

    Each town is halved again and again across its longer side, by people; the number of pieces is
    the one whose mean lies nearest the middle of the range, between the fewest and the most that
    the range allows. A town below the range is one circle.

    Parameters
    ----------
    homes
        demand_id, town_id, people and points in a metric CRS.
    low, high
        Fewest and most people in a circle.

    Returns
    -------
    ``{town_id}-01`` and so on, in the order of the rows.

    Raises
    ------
    ValueError
        When `low` is above `high` or not positive.
    """
    if not 0 < low <= high:
        raise ValueError((low, high))
    circle = np.empty(len(homes), dtype=object)
    x, y = homes.geometry.x.to_numpy(), homes.geometry.y.to_numpy()
    people = homes["people"].to_numpy(float)
    towns = homes["town_id"].fillna("").to_numpy(object)
    for town in sorted(set(towns)):
        own = np.flatnonzero(towns == town)
        total = float(people[own].sum())
        fewest, most = math.ceil(total / high), math.floor(total / low)
        count = round(total / ((low + high) / 2))
        count = max(min(max(count, fewest), max(most, 1)), 1)
        parts = _halve(own, x, y, people, count)
        for number, part in enumerate(parts, start=1):
            circle[part] = f"{town}-{number:02d}"
    return [str(name) for name in circle]


def _halve(
    own: NDArray[np.int64],
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    people: NDArray[np.float64],
    count: int,
) -> list[NDArray[np.int64]]:
    """Return `count` pieces with about as many people each, cut across the longer side."""
    if count <= 1 or len(own) <= 1:
        return [own]
    is_wide = np.ptp(x[own]) >= np.ptp(y[own])
    first, second = (x, y) if is_wide else (y, x)
    order = own[np.lexsort((second[own], first[own]))]
    low_n = count // 2
    added = np.cumsum(people[order])
    middle = added - people[order] / 2
    cut = int(np.searchsorted(middle, added[-1] * low_n / count))
    cut = min(max(cut, 1), len(order) - 1)
    low_part = _halve(order[:cut], x, y, people, low_n)
    return low_part + _halve(order[cut:], x, y, people, count - low_n)
