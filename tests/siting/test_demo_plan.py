"""The plan of the demonstration district, recounted and under all rules."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest

from livelihood_map import network
from livelihood_map.core.settings import SitingRules
from livelihood_map.pipeline.site_selection import prepare
from livelihood_map.pipeline.walking import join_places
from livelihood_map.siting.verification import find_breaches


@pytest.fixture(scope="module")
def asked(demo_run):
    """Return the question of the demo's siting stage."""
    return prepare(demo_run)


def test_the_demo_plan_is_proved(demo_run):
    """83 sites, existing outlets kept: optimal with gap 0, the other methods beside it lower."""
    plans = demo_run["plan"].set_index("method")
    assert plans.index[0] == "optimal"
    assert plans.loc["optimal", ["sites_n", "status", "gap_share"]].tolist() == [83, "optimal", 0]
    assert plans.loc["cluster", "objective"] < plans.loc["greedy", "objective"]
    assert plans.loc["greedy", "objective"] <= plans.loc["optimal", "objective"]
    assert (plans["objective"] <= plans["bound"]).all()


def test_coverage_walked_again_from_the_list_gives_the_reported_people(demo_run, asked):
    """From sites.geojson through joins and walks comes the reported gain, to the person."""
    written = gpd.read_file(demo_run.folder / "sites.geojson").to_crs(demo_run["demand"].crs)
    assert len(written) == 83
    places = written[["geometry"]].assign(site_id=[f"s{k}" for k in range(len(written))])
    joins = join_places(demo_run, places, id_column="site_id")
    walks = network.measure_walks(
        demo_run.network, demo_run["joins"], joins, cutoff_m=asked.threshold_m
    )
    demand = demo_run["demand"].set_index("demand_id")
    rows = demo_run["coverage"].query("kind == 'breakfast' and walker == @asked.walker")
    old = set(rows.loc[rows["walk_m"] <= asked.threshold_m, "demand_id"])
    new = demand.loc[sorted(set(walks["origin_id"]) - old)]
    assert new["population"].sum() == pytest.approx(
        demo_run["sites"]["gained_population"].sum(), abs=0.5
    )
    weighted = sum(new[group] * weight for group, weight in asked.settings.weights.items())
    assert weighted.sum() == pytest.approx(demo_run["plan"]["objective"].iloc[0], abs=0.5)


def test_all_rules_at_once_are_kept_and_proved(asked):
    """Quotas, floors, spacing, shares and a budget together: proved, and nothing is broken."""
    rules = SitingRules(
        town_min={"*": 2},
        town_max={"*": 14},
        town_floor_share={"*": 0.75},
        spacing_m=300.0,
        existing_spacing_m=150.0,
        host_min_share={"convenience": 0.2, "wet_market": 0.02},
        host_max_share={"street": 0.5},
        costs={"street": 3.0, "*": 1.0},
        budget=180.0,
    )
    settings = replace(asked.settings, rules=rules)
    plan = replace(asked, settings=settings).choose()
    assert (plan.status, plan.gap) == ("optimal", 0.0)
    assert not find_breaches(
        plan.sites,
        asked.candidates,
        asked.demand,
        asked.walks,
        asked.coverage,
        settings=settings,
        threshold_m=asked.threshold_m,
        towns=asked.towns,
        facilities=asked.facilities,
        walker=asked.walker,
    )


def test_without_existing_outlets_the_gap_is_small(asked):
    """With no outlet at all the 83 best sites are found within 0.3 % of the bound."""
    coverage = asked.coverage.assign(walk_m=np.nan)
    plan = replace(asked, coverage=coverage).choose()
    assert plan.gap <= 0.003
