"""Spacing on foot and in a straight line, against every choice that could be made."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import shapely
from small_district import THRESHOLD_M, draw_district

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.settings import SitingRules, SitingSettings
from livelihood_map.siting.spacing import Walked
from livelihood_map.siting.verification import find_breaches

SITES_N = 3
WALK = {"spacing_by": "walk"}


def around_the_corner(a, b):
    """Return the way north and then east between places, metres."""
    return np.abs(a[:, None] - b[None]).sum(axis=2).round(3)


def walks_of(district, *, off_street=()):
    """Return walks between candidates and to the old outlet, those off the streets left out."""
    spots = shapely.get_coordinates(district.candidates.geometry)
    old = shapely.get_coordinates(district.facilities.geometry)
    ids = district.candidates["candidate_id"].to_numpy()
    on = ~np.isin(ids, off_street)
    between = around_the_corner(spots, spots)[np.ix_(on, on)]
    pairs = pd.DataFrame(between, index=ids[on], columns=ids[on]).rename_axis("origin_id")
    pairs = pairs.melt(ignore_index=False, var_name="dest_id", value_name="walk_m").reset_index()
    to_old = pd.DataFrame(
        {
            "origin_id": ids[on],
            "dest_id": district.facilities["facility_id"].iloc[0],
            "walk_m": around_the_corner(spots, old)[on, 0],
        }
    )
    return {"candidate_walks": pairs, "existing_walks": to_old}


def best_apart(district, apart, from_old, rules):
    """Return the most people that usable places far enough apart reach; None without any."""
    free = np.flatnonzero(~district.candidates["is_rejected"])
    found = [
        district.reached(district.candidates.iloc[list(rows)])
        for rows in combinations(free, SITES_N)
        if all(apart[a, b] >= rules["spacing_m"] for a, b in combinations(rows, 2))
        and all(from_old[a] >= rules["existing_spacing_m"] for a in rows)
    ]
    return max(found, default=None)


def plan_of(district, rules, **walks):
    """Return the plan under rules on distances."""
    settings = SitingSettings(sites_n=SITES_N, rules=SitingRules(**rules), time_limit_s=20.0)
    return district.plan(settings, **walks)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("way", ["straight", "walk"])
def test_the_best_plan_keeps_its_distances(seed, way):
    """No choice of places far enough apart, measured as asked for, reaches more people."""
    district = draw_district(seed)
    rules = {"spacing_m": 450.0, "existing_spacing_m": 250.0, "spacing_by": way}
    spots = shapely.get_coordinates(district.candidates.geometry)
    old = shapely.get_coordinates(district.facilities.geometry)
    if way == "walk":
        apart, from_old = around_the_corner(spots, spots), around_the_corner(spots, old)[:, 0]
    else:
        apart = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
        from_old = np.hypot(*(spots - old).T)
    best = best_apart(district, apart, from_old, rules)
    if best is None:
        with pytest.raises(InfeasibleError, match="步行距离" if way == "walk" else "直线距离"):
            plan_of(district, rules, **walks_of(district))
        return
    plan = plan_of(district, rules, **walks_of(district))
    assert plan.objective == pytest.approx(best)
    assert plan.status == "optimal"


def test_some_plan_is_possible_only_on_foot():
    """The two ways of measuring are not the same: round a corner is farther than straight."""
    rules = {"spacing_m": 450.0, "existing_spacing_m": 250.0}
    differ = 0
    for seed in range(8):
        district = draw_district(seed)
        reached = []
        for way in ("straight", "walk"):
            try:
                plan = plan_of(district, rules | {"spacing_by": way}, **walks_of(district))
                reached.append(plan.objective)
            except InfeasibleError:
                reached.append(-1.0)
        assert reached[0] <= reached[1]
        differ += reached[0] < reached[1]
    assert differ > 0


def test_without_walks_the_spacing_is_straight_and_says_so():
    """A run without streets measures straight, whatever the settings ask for."""
    district = draw_district(2)
    rules = {"spacing_m": 5000.0, **WALK}
    with pytest.raises(InfeasibleError, match="直线距离") as caught:
        plan_of(district, rules)
    assert "straight line" in caught.value.text("en")
    with pytest.raises(InfeasibleError, match="步行距离"):
        plan_of(district, rules, **walks_of(district))


def test_places_off_the_streets_are_measured_straight():
    """A candidate without a walk is held apart in a straight line, and the check sees it."""
    for seed in range(6):
        district = draw_district(seed)
        ids = district.candidates["candidate_id"].tolist()
        walks = walks_of(district, off_street=ids)
        rules = {"spacing_m": 350.0, "existing_spacing_m": 100.0}
        told = [
            plan_of(district, rules | {"spacing_by": way}, **walks).objective
            for way in ("straight", "walk")
        ]
        assert told[0] == told[1]


def test_the_check_finds_sites_too_near_on_foot():
    """The independent check refuses what the walks forbid, and names the way of measuring."""
    district = draw_district(4)
    walks = walks_of(district)
    settings = SitingSettings(
        sites_n=7, rules=SitingRules(spacing_m=400.0, existing_spacing_m=400.0, **WALK)
    )
    broken = find_breaches(
        district.candidates,
        district.candidates,
        district.demand,
        district.walks,
        district.coverage,
        settings=settings,
        threshold_m=THRESHOLD_M,
        facilities=district.facilities,
        walked=Walked(walks["candidate_walks"], walks["existing_walks"]),
    )
    keys = {problem.key for problem in broken}
    assert {"siting.rule_spacing_walk", "siting.rule_existing_spacing_walk"} <= keys
