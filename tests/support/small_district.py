"""A district of a dozen candidates, small enough to try every choice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point, box

from livelihood_map.core.crs import local_transverse_mercator
from livelihood_map.core.tables import CANDIDATES, COVERAGE, DEMAND, FACILITIES, TOWNS
from livelihood_map.siting import choose_sites
from livelihood_map.siting.verification import find_breaches

if TYPE_CHECKING:
    from livelihood_map.core.settings import SitingSettings

CRS = local_transverse_mercator(121.4666667)
THRESHOLD_M = 300.0
HOSTS = ("wet_market", "convenience", None)


@dataclass(frozen=True)
class SmallDistrict:
    """Tables of a small district, with the choices that can be made in it."""

    candidates: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    walks: pd.DataFrame
    coverage: pd.DataFrame
    towns: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame

    def plan(self, settings: SitingSettings, *, tolerance_share=0.0, **more):
        """Return the plan for the given settings, premises that exist put first by so much."""
        settings = replace(settings, premises_tolerance_share=tolerance_share)
        return choose_sites(
            self.candidates,
            self.demand,
            self.walks,
            self.coverage,
            settings=settings,
            threshold_m=THRESHOLD_M,
            seed=3,
            towns=self.towns,
            facilities=self.facilities,
            **more,
        )

    def to_outlets(self):
        """Return the walk of every demand point to every outlet, shape (outlets, demand)."""
        places = self.facilities.geometry
        return np.array([self.demand.distance(place).round(3) for place in places])

    def breaches(self, sites, settings):
        """Return the rules that a list of sites breaks."""
        return find_breaches(
            sites,
            self.candidates,
            self.demand,
            self.walks,
            self.coverage,
            settings=settings,
            threshold_m=THRESHOLD_M,
            towns=self.towns,
            facilities=self.facilities,
        )

    def sound_choices(self, settings):
        """Return every choice that keeps the rules, as tables of candidates."""
        every = combinations(range(len(self.candidates)), settings.sites_n)
        tables = (self.candidates.iloc[list(rows)] for rows in every)
        return [table for table in tables if not self.breaches(table, settings)]

    def reached(self, sites, reach_m=THRESHOLD_M):
        """Return the people newly within reach of the sites."""
        walk = self.coverage.set_index("demand_id")["walk_m"]
        old = set(walk.index[walk <= reach_m])
        near = self.walks[
            self.walks["dest_id"].isin(sites["candidate_id"]) & (self.walks["walk_m"] <= reach_m)
        ]
        new = self.demand["demand_id"].isin(set(near["origin_id"]) - old)
        return float(self.demand.loc[new, "population"].sum())


def draw_district(
    seed: int, *, candidate_n: int = 7, demand_n: int = 16, outlet_n: int = 1, side_m: int = 1000
) -> SmallDistrict:
    """Return a district of two towns, by default 1,000 m wide, whose walks are straight lines."""
    middle = side_m / 2
    generator = np.random.default_rng(seed)
    spots = generator.uniform(0, side_m, (candidate_n, 2)).round(1)
    homes = generator.uniform(0, side_m, (demand_n, 2)).round(1)
    hosts = [HOSTS[k] for k in generator.integers(0, len(HOSTS), candidate_n)]
    candidates = gpd.GeoDataFrame(
        {
            "candidate_id": [f"c{k}" for k in range(candidate_n)],
            "town_id": np.where(spots[:, 0] < middle, "west", "east"),
            "name": "",
            "source": ["street" if host is None else "host" for host in hosts],
            "host_kind": hosts,
            "is_fixed": False,
            "is_rejected": generator.random(candidate_n) < 0.1,
        },
        geometry=[Point(*spot) for spot in spots],
        crs=CRS,
    )
    demand = gpd.GeoDataFrame(
        {
            "demand_id": [f"d{k:02}" for k in range(demand_n)],
            "town_id": np.where(homes[:, 0] < middle, "west", "east"),
            "name": [f"小区{k}" for k in range(demand_n)],
            "place_kind": "home",
            "population": generator.integers(1, 60, demand_n).astype(float),
            "workers": 0.0,
            "passengers": 0.0,
        },
        geometry=[Point(*home) for home in homes],
        crs=CRS,
    )
    walk = np.hypot(*(homes[:, None, :] - spots[None, :, :]).transpose(2, 0, 1)).round(3)
    rows, columns = np.nonzero(walk <= 600)
    walks = pd.DataFrame(
        {
            "origin_id": demand["demand_id"].to_numpy()[rows],
            "dest_id": candidates["candidate_id"].to_numpy()[columns],
            "walk_m": walk[rows, columns],
        }
    )
    outlets = generator.uniform(0, side_m, (outlet_n, 2)).round(1)
    to_each = np.hypot(*(homes[:, None, :] - outlets[None, :, :]).transpose(2, 0, 1)).round(3)
    to_outlet = to_each.min(axis=1, initial=np.inf)
    coverage = pd.DataFrame(
        {
            "demand_id": demand["demand_id"],
            "kind": "breakfast",
            "walker": "standard",
            "walk_m": np.where(np.isinf(to_outlet), np.nan, to_outlet),
            "facilities_n": outlet_n,
            "is_covered": to_outlet <= THRESHOLD_M,
        }
    )
    towns = gpd.GeoDataFrame(
        {"town_id": ["west", "east"], "town_name": ["西镇", "东镇"], "aliases": ""},
        geometry=[box(0, 0, middle, side_m), box(middle, 0, side_m, side_m)],
        crs=CRS,
    )
    facilities = gpd.GeoDataFrame(
        {
            "facility_id": [f"f{k}" for k in range(outlet_n)],
            "kind": "breakfast",
            "name": "老店",
            "status": "operating",
            "is_demonstration": False,
            "is_smart": False,
            "is_inside": True,
            "source": "drawn",
        },
        geometry=[Point(*outlet) for outlet in outlets],
        crs=CRS,
    )
    return SmallDistrict(
        candidates=CANDIDATES.conform(candidates),
        demand=DEMAND.conform(demand),
        walks=walks,
        coverage=COVERAGE.conform(coverage),
        towns=TOWNS.conform(towns),
        facilities=FACILITIES.conform(facilities),
    )


def draw_rules(seed: int, *, is_harsh: bool = False) -> dict[str, object]:
    """Return a few rules drawn at random; harsh ones often clash."""
    generator = np.random.default_rng(seed)
    top = 5 if is_harsh else 2
    offers: dict[str, object] = {
        "town_min": {str(generator.choice(["west", "东镇", "*"])): int(generator.integers(1, top))},
        "town_max": {str(generator.choice(["east", "西镇", "*"])): int(generator.integers(1, 4))},
        "town_floor_share": {
            str(generator.choice(["west", "east"])): float(generator.uniform(0.2, 0.9))
        },
        "spacing_m": float(generator.uniform(100, 600)),
        "existing_spacing_m": float(generator.uniform(50, 400)),
        "host_min_share": {str(generator.choice(["wet_market", "street"])): 0.5},
        "host_max_share": {str(generator.choice(["convenience", "street"])): 0.4},
        "fixed": [f"c{generator.integers(0, 4)}"],
        "excluded": [f"c{generator.integers(4, 7)}"],
        "budget": float(generator.integers(4, 12)),
    }
    names = generator.choice(list(offers), size=4 if is_harsh else 3, replace=False)
    rules = {str(name): offers[str(name)] for name in names}
    if "budget" in rules:
        rules["costs"] = {"wet_market": 1.0, "convenience": 3.0, "*": 5.0}
    return rules
