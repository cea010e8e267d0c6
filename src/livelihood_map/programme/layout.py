"""Wet-market layout: floor area against people, by town and by catchment."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from livelihood_map.core.names import town_names
from livelihood_map.core.tables import DISTRICT_ID

if TYPE_CHECKING:
    import geopandas as gpd

log = logging.getLogger(__name__)
UNDER: Final = 0.8
OVER: Final = 1.5
"""Below and above these ratios of floor area to need an area counts as under- and over-served;
ours, no norm found."""


@dataclass(frozen=True)
class MarketLayout:
    """How the wet markets fit the people.

    Parameters
    ----------
    by_town
        town_id, town_name, people, markets_n, standard_n, smart_n, unknown_area_n, area_m2,
        needed_m2, area_ratio (area over need), state (``none``, ``under``, ``enough``, ``over``),
        has_standard; the district (`ALL`) last.
    by_market
        facility_id, town_id, name, area_m2 (missing where unknown), people (those whose nearest
        market it is), needed_m2, area_ratio, state, alone_people (those who reach no other market
        within the threshold) and merge_with (the nearest market that could take its people, where
        closing it leaves nobody without a market).
    """

    by_town: pd.DataFrame
    by_market: pd.DataFrame


def measure_market_layout(
    markets: gpd.GeoDataFrame,
    demand: pd.DataFrame,
    walks: pd.DataFrame,
    towns: gpd.GeoDataFrame,
    *,
    threshold_m: float,
    area_m2: float = 1000.0,
    per_people: float = 12_000.0,
) -> MarketLayout:
    """Return floor area against people by town and by catchment, and which markets could merge.

    Every person belongs to the nearest market by walk, in or outside the district. A market counts
    as standard by its subtype. A market without a known floor area counts as none; how many there
    are stands beside the sum.

    Parameters
    ----------
    markets
        Table ``facilities`` of wet markets; only those that operate count.
    demand
        demand_id, town_id and people.
    walks
        Table ``walks`` from demand to markets; beyond it nobody belongs to a market.
    towns
        Table ``towns``.
    threshold_m
        Longest walk that covers, metres, for those left without a market.
    area_m2, per_people
        Floor area that so many people need.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    open_ones = markets[markets["status"] == "operating"].sort_values("facility_id")
    known = walks[walks["dest_id"].isin(open_ones["facility_id"])]
    need = area_m2 / per_people
    layout = MarketLayout(
        _by_town(open_ones, demand, towns, need=need),
        _by_market(open_ones, demand, known, threshold_m=threshold_m, need=need),
    )
    log.info("layout: %d markets, %d towns", len(open_ones), len(towns))
    return layout


def _by_town(
    open_ones: gpd.GeoDataFrame, demand: pd.DataFrame, towns: gpd.GeoDataFrame, *, need: float
) -> pd.DataFrame:
    """Return one row a town and one for the district."""
    inside = open_ones[open_ones["is_inside"]]
    rows = []
    for town_id, town_name in {**town_names(towns), DISTRICT_ID: ""}.items():
        is_all = town_id == DISTRICT_ID
        own = inside if is_all else inside[inside["town_id"] == town_id]
        people = demand["people"] if is_all else demand.loc[demand["town_id"] == town_id, "people"]
        needed = float(people.sum()) * need
        area = float(own["area_m2"].sum())
        standard_n = int((own["subtype"] == "standard").sum())
        rows.append(
            {
                "town_id": town_id,
                "town_name": town_name,
                "people": float(people.sum()),
                "markets_n": len(own),
                "standard_n": standard_n,
                "smart_n": int(own["is_smart"].sum()),
                "unknown_area_n": int(own["area_m2"].isna().sum()),
                "area_m2": area,
                "needed_m2": needed,
                "area_ratio": area / needed if needed > 0 else np.nan,
                "state": _state(area, needed),
                "has_standard": standard_n > 0,
            }
        )
    return pd.DataFrame(rows)


def _state(area: float, needed: float) -> str:
    """Return whether an area is served with floor area.

    Examples
    --------
    >>> [_state(area, 1000.0) for area in (0.0, 500.0, 1000.0, 1600.0)]
    ['none', 'under', 'enough', 'over']
    """
    if area <= 0 < needed:
        return "none"
    if area < UNDER * needed:
        return "under"
    return "over" if area > OVER * needed else "enough"


def _by_market(
    open_ones: gpd.GeoDataFrame,
    demand: pd.DataFrame,
    walks: pd.DataFrame,
    *,
    threshold_m: float,
    need: float,
) -> pd.DataFrame:
    """Return one row a market: its catchment, and with which market it could merge."""
    people = demand.set_index("demand_id")["people"].astype(float)
    ranked = walks[walks["origin_id"].isin(people.index)]
    ranked = ranked.sort_values(["origin_id", "walk_m", "dest_id"], kind="stable")
    ranked = ranked.assign(
        people=people.reindex(ranked["origin_id"]).to_numpy(float),
        order=ranked.groupby("origin_id").cumcount(),
    )
    near = ranked[ranked["walk_m"] <= threshold_m]
    alone = near[~near["origin_id"].duplicated(keep=False)]
    ids = open_ones["facility_id"]
    table = pd.DataFrame(open_ones[["facility_id", "town_id", "name", "is_inside", "area_m2"]])
    own = ranked[ranked["order"] == 0]
    table["people"] = _sums(own, ids)
    table["needed_m2"] = table["people"] * need
    ratio = table["area_m2"] / table["needed_m2"].where(table["needed_m2"] > 0)
    table["area_ratio"] = ratio
    pairs = zip(table["area_m2"], table["needed_m2"], strict=True)
    states = [None if np.isnan(area) else _state(area, needed) for area, needed in pairs]
    table["state"] = pd.Series(states, index=table.index, dtype="str")
    table["alone_people"] = _sums(alone, ids)
    table["merge_with"] = _takers(table, own, near)
    table = table[table["is_inside"]].drop(columns="is_inside")
    return table.reset_index(drop=True)


def _sums(rows: pd.DataFrame, ids: pd.Series[str]) -> list[float]:
    """Return the people of the rows by market."""
    total = rows.groupby("dest_id")["people"].sum()
    sums: list[float] = total.reindex(ids, fill_value=0.0).tolist()
    return sums


def _takers(table: pd.DataFrame, own: pd.DataFrame, near: pd.DataFrame) -> pd.Series[str]:
    """Return for each market that nobody depends on the one that most of its people go to next."""
    catchment = own[["origin_id", "dest_id"]].rename(columns={"dest_id": "home_id"})
    others = near.merge(catchment, on="origin_id")
    others = others[others["dest_id"] != others["home_id"]]
    nearest = others.sort_values(["origin_id", "walk_m", "dest_id"], kind="stable")
    nearest = nearest.drop_duplicates("origin_id")
    went = nearest.groupby(["home_id", "dest_id"])["people"].sum().reset_index()
    went = went.sort_values(["home_id", "people", "dest_id"], ascending=[True, False, True])
    taker = went.drop_duplicates("home_id").set_index("home_id")["dest_id"]
    is_free = (table["alone_people"] == 0) & (table["people"] > 0)
    return table["facility_id"].map(taker).where(is_free).astype("str")
