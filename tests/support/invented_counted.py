"""Invented workplaces, schools and stations, and who forms the gap zones, for map tests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from invented_district import CRS, walk_straight

from livelihood_map.core.people import CROWDS
from livelihood_map.core.tables import PLACE_KINDS
from livelihood_map.mapping.gap_members import CAUSES, outline_zones

if TYPE_CHECKING:
    from livelihood_map.mapping import MapTables

_KINDS = PLACE_KINDS[1:]


def with_counted(tables: MapTables, *, counted_n: int = 60, seed: int = 11) -> MapTables:
    """Return the tables of an invented district with further places where people are counted.

    Places lie at random; the last zone of the district holds some of them and no compound.
    """
    rng = np.random.default_rng(seed)
    west, south, east, north = tables.towns.total_bounds
    spots = gpd.points_from_xy(
        rng.uniform(west, east, counted_n), rng.uniform(south, north, counted_n)
    )
    towns = tables.towns.sindex.query(spots, predicate="within")[1]
    counted = gpd.GeoDataFrame(
        {
            "demand_id": [f"d{at:03d}" for at in range(counted_n)],
            "residence_id": None,
            "town_id": tables.towns["town_id"].to_numpy()[towns],
            "name": [f"场所{at}号" for at in range(counted_n)],
            "place_kind": [_KINDS[at % len(_KINDS)] for at in range(counted_n)],
            "population": 0.0,
            "workers": rng.integers(20, 3000, counted_n).astype(float),
            "passengers": [0.0, 0.0, 400.0, 0.0, 0.0] * (counted_n // 5) + [0.0] * (counted_n % 5),
        },
        geometry=spots,
        crs=CRS,
    )
    places = counted.rename(columns={"residence_id": "_", "demand_id": "residence_id"})
    kinds = sorted(tables.coverage["kind"].unique())
    walks = walk_straight(places, tables.facilities, kinds)
    zones = _worker_zone(tables.zones, counted)
    members = _members(zones, tables.residences, counted, tables.sites)
    homes = tables.residences.assign(demand_id="h" + tables.residences["residence_id"])
    demand = pd.concat([homes, counted], ignore_index=True)
    return replace(
        tables,
        zones=outline_zones(_summed(zones, members), members, demand, tables.residences),
        members=members,
        counted=counted,
        counted_coverage=walks,
        counted_after=walks,
    )


def _worker_zone(zones: gpd.GeoDataFrame, counted: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the zones and one more around the first three counted places."""
    around = counted.geometry.iloc[:3].buffer(50).union_all()
    more = zones.iloc[:1].assign(zone_id="zw", name="就业片区").set_geometry([around], crs=CRS)
    return pd.concat([zones, more], ignore_index=True)


def _members(
    zones: gpd.GeoDataFrame,
    residences: gpd.GeoDataFrame,
    counted: gpd.GeoDataFrame,
    sites: gpd.GeoDataFrame,
) -> pd.DataFrame:
    """Return who lies in which zone, causes in turn, one site in turn for each zone."""
    homes = residences.assign(
        demand_id="h" + residences["residence_id"], workers=0.0, passengers=0.0
    )
    homes = homes.set_geometry(homes.centroid)
    places = pd.concat([homes, counted], ignore_index=True)[
        ["demand_id", "residence_id", *CROWDS, "geometry"]
    ]
    parts = []
    for at, (zone_id, shape) in enumerate(zip(zones["zone_id"], zones.geometry, strict=True)):
        inside = places[places.within(shape) & ((zone_id != "zw") | places["residence_id"].isna())]
        site = sites["candidate_id"].iloc[at % len(sites)]
        parts.append(inside.assign(zone_id=zone_id, candidate_id=site))
    table = pd.concat(parts, ignore_index=True).drop(columns="geometry")
    causes = [CAUSES[at % len(CAUSES)] for at in range(len(table))]
    return pd.DataFrame(table).assign(kind="breakfast", cause=causes)


def _summed(zones: gpd.GeoDataFrame, members: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the zones with the people and places of their members."""
    groups = members.groupby("zone_id")
    sums = groups[list(CROWDS)].sum().reindex(zones["zone_id"]).fillna(0.0)
    counts = groups.size().reindex(zones["zone_id"]).fillna(0).to_numpy(dtype=int)
    return zones.assign(**{name: sums[name].to_numpy() for name in CROWDS}, demand_n=counts)
