"""The runner-up of each site, against every other place that it could have."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from every_choice import EveryChoice
from small_district import THRESHOLD_M, draw_district

from livelihood_map.core.settings import SitingRules, SitingSettings
from livelihood_map.siting.substitutes import APART_M

SITES_N = 3
RULES = SitingRules()
ASKED = {
    "covering": {},
    "levels": {"tiers_m": [300.0, 150.0]},
    "p_median": {},
    "p_centre": {},
    "capacity": {"capacity_people": 60.0},
    "backup": {"backup_weight": 0.5},
    "gradual": {"tiers_m": [150.0, 300.0], "tier_weights": [1.0, 0.5]},
}
NAMED = re.compile(r"（候选点(\w+)，直线距离([\d,]+)米）")
CASES = [
    *((model, "optimal") for model in ASKED),
    ("covering", "cluster"),
    ("covering", "greedy"),
]


@cache
def town_of(seed):
    """Return the town of a seed."""
    district = draw_district(seed, candidate_n=9, demand_n=10)
    return EveryChoice(district, [district.coverage["walk_m"].to_numpy()], ASKED)


def score(town, model, choice):
    """Return what a model makes of a choice, its second aim behind the first."""
    if model == "levels":
        return tuple(round(town.covered(choice, tier_m), 3) for tier_m in ASKED[model]["tiers_m"])
    own = round(town.score(model, choice, RULES), 3)
    return (own, round(town.covered(choice), 3)) if model == "p_centre" else (own,)


def with_two(town, choice):
    """Return the people who have two outlets within the walk that serves."""
    count = town.outlets_n + (town.walk[:, choice] <= THRESHOLD_M).sum(axis=1)
    return float(town.people[count >= 2].sum())


def elsewhere(town, chosen, site):
    """Return the candidates that are open and another place, with how far they are."""
    candidates = town.district.candidates
    away = candidates.distance(candidates.geometry.iloc[site]).to_numpy()
    is_open = ~candidates["is_rejected"].to_numpy()
    is_open[chosen] = False
    return [k for k in np.flatnonzero(is_open) if away[k] >= APART_M], away


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("model", "method"), CASES)
def test_the_runner_up_is_the_best_other_place_by_the_model_itself(model, method, seed):
    """No other place is better; of equals the nearest is named; equal is said of equals alone."""
    town = town_of(seed)
    settings = SitingSettings(
        sites_n=SITES_N,
        model="covering" if model == "levels" else model,
        method=method,
        premises_tolerance_share=0.0,
        time_limit_s=20.0,
        **ASKED[model],
    )
    plan = town.district.plan(settings, outlet_walks=town.outlets)
    ids = town.district.candidates["candidate_id"].tolist()
    chosen = [ids.index(one) for one in plan.sites["candidate_id"]]
    for place, row in enumerate(plan.sites.itertuples()):
        rivals, away = elsewhere(town, chosen, chosen[place])

        def worth(k, place=place, is_second=row.is_second):
            choice = [*chosen[:place], k, *chosen[place + 1 :]]
            second = (with_two(town, choice),) if is_second else ()
            return score(town, model, choice) + second

        own, moved = worth(chosen[place]), {k: worth(k) for k in rivals}
        found = NAMED.search(row.reason_zh)
        if not moved:
            assert found is None
            continue
        best = max(moved.values())
        named = ids.index(found[1])
        assert moved[named] == pytest.approx(best)
        assert away[named] == pytest.approx(
            min(away[k] for k in rivals if moved[k] == moved[named])
        )
        assert found[2] == f"{away[named]:,.0f}"
        is_equal = moved[named] == pytest.approx(own)
        assert ("效果相同" in row.reason_zh) == is_equal
        assert ("an equal alternative" in row.reason_en) == is_equal
        if not is_equal:
            word = "次优点位为" if moved[named] < own else "若改选"
            assert word in row.reason_zh


@pytest.mark.parametrize(
    ("columns", "is_named"),
    [
        ({"source": "street", "host_kind": None, "name": "某路"}, False),
        ({"source": "host", "host_kind": "canteen", "name": "某食堂"}, True),
        ({"source": "host", "host_kind": "canteen", "name": ""}, False),
    ],
)
def test_a_place_at_the_same_spot_is_no_runner_up(columns, is_named):
    """A street place, or the same premises twice, 20 m from a site are that site; others not."""
    district = draw_district(1)
    settings = SitingSettings(sites_n=1)
    site = district.plan(settings).sites["candidate_id"].iloc[0]
    own = district.candidates[district.candidates["candidate_id"] == site]
    twin = own.assign(candidate_id="c99", **columns).set_geometry(own.translate(20.0, 0.0))
    walks = district.walks[district.walks["dest_id"] == site].assign(dest_id="c99")
    twinned = replace(
        district,
        candidates=pd.concat([district.candidates, twin], ignore_index=True),
        walks=pd.concat([district.walks, walks], ignore_index=True),
    )
    assert ("c99" in twinned.plan(settings).sites["reason_zh"].iloc[0]) == is_named
