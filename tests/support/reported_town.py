"""A lattice town, 400 m between corners, with one market, two breakfast shops and a plan."""

from __future__ import annotations

import datetime as dt
from functools import cache

import geopandas as gpd
import pandas as pd
from grid import build_grid_town
from measured_town import measure_town

from livelihood_map import network
from livelihood_map.core import tables
from livelihood_map.core.settings import (
    AreaSettings,
    CoverageSettings,
    LoadSettings,
    RunSettings,
    Settings,
    TownSource,
)
from livelihood_map.core.standards import load_standard
from livelihood_map.coverage import measure_coverage, summarise_residences, summarise_towns
from livelihood_map.gaps import find_gaps, find_zones
from livelihood_map.report import ReportContext, ReportTables

DATE = dt.date(2023, 6, 30)
KINDS = ["wet_market", "breakfast"]
AFTER = ("covered_share", "covered_residences_share", "covered_area_share", "covered_population")
AFTER += ("median_walk_min", "p90_walk_min", "facilities_n", "population")


@cache
def report_context() -> ReportContext:
    """Return what reports on the lattice town must know."""
    settings = Settings(
        area=AreaSettings(name="格子区"),
        load=LoadSettings(towns=TownSource(path="towns.geojson")),
        run=RunSettings(date=DATE, is_synthetic=True),
        coverage=CoverageSettings(kinds=KINDS, walkers=["standard", "elderly"], cutoff_m=2000),
    )
    return ReportContext(settings=settings, standard=load_standard("cn-15min"), date=DATE)


@cache
def report_tables() -> ReportTables:
    """Return the tables of a whole run on the lattice town; one site is suggested in the east."""
    context = report_context()
    town = build_grid_town(size=5, spacing_m=400)
    standard, walkers = context.standard, context.settings.coverage.walkers
    facilities = pd.concat(
        [
            town.facilities((0, 0), (4, 4), kind="wet_market", area_m2=[1000.0, None]),
            town.facilities((2, 0), (4, 1), kind="breakfast"),
        ],
        ignore_index=True,
    )
    streets = network.build_network(town.nodes, town.edges)
    joins = network.join_demand(streets, town.demand, town.gates, limit_m=200)

    def measure(outlets):
        coverage = measure_coverage(
            streets,
            joins,
            outlets,
            standard=standard,
            kinds=KINDS,
            walkers=walkers,
            cutoff_m=context.settings.coverage.cutoff_m,
            limit_m=200,
        )
        by_town = summarise_towns(
            coverage, town.demand, town.residences, outlets, town.towns, standard=standard
        )
        return coverage, summarise_residences(coverage, town.demand, town.residences), by_town

    coverage, homes, by_town = measure(facilities)
    gaps = find_gaps(coverage, town.demand, joins, kind="breakfast", threshold_m=500)
    _, zones = find_zones(
        gaps, town.demand, town.residences, town.towns, settings=context.settings.gaps
    )
    sites = tables.SITES.conform(
        gpd.GeoDataFrame(
            {
                "rank": [1],
                "candidate_id": ["c1"],
                "town_id": ["east"],
                "name": ["=东镇广场"],
                "source": ["street"],
                "host_kind": [None],
                "zone_id": [None],
                "gained_population": [50.0],
                "gained_workers": [30.0],
                "gained_passengers": [7.0],
                "gained_weight": [87.0],
                "gained_share": [0.2],
                "cumulative_share": [0.6],
                "nearest_existing_m": [1200.0],
                "reason_zh": ["周边居民步行 500 米内没有早餐网点"],
                "reason_en": ["no breakfast outlet within 500 m on foot"],
                "is_second": [False],
            },
            geometry=[town.at(2, 4)],
            crs=town.demand.crs,
        )
    )
    opened = town.facilities((2, 4), kind="breakfast").assign(facility_id="site:c1")
    after, homes_after, later = measure(pd.concat([facilities, opened], ignore_index=True))
    key = ["town_id", "kind", "walker"]
    later = later[[*key, *AFTER]].rename(columns={name: f"{name}_after" for name in AFTER})
    plan = pd.DataFrame(
        {
            "kind": ["breakfast"],
            "method": ["optimal"],
            "status": ["optimal"],
            "sites_n": [1],
            "threshold_m": [500.0],
            "objective": [50.0],
            "bound": [50.0],
            "gap_share": [0.0],
            "best": [50.0],
            "seed": [1],
        }
    )
    rejects = pd.DataFrame(
        {
            "source": ["早餐.xlsx"] * 2,
            "sheet": ["Sheet1"] * 2,
            "row": [4, 9],
            "field": ["经度", "经度"],
            "value": ["12l.4", ""],
            "problem": ["不是数字", "没有坐标"],
            "remedy": ["请改正", "请补充"],
            "raw": ["{}", "{}"],
        }
    )
    return ReportTables(
        towns=town.towns,
        residences=town.residences,
        demand=town.demand,
        joins=joins,
        coverage=coverage,
        residence_coverage=homes,
        town_coverage=by_town.merge(later, on=key),
        **measure_town(town, facilities, settings=context.settings)[0],
        rejects=tables.REJECTS.conform(rejects),
        zones=zones,
        sites=sites,
        plan=tables.PLAN.conform(plan),
        coverage_after=after,
        residence_coverage_after=homes_after,
    )
