"""Two walks one after the other, premises among near equals, and sites that nobody new needs."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from small_district import THRESHOLD_M, draw_district, draw_rules

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.settings import SitingRules, SitingSettings
from livelihood_map.siting.instance import PREMISES

LEVELS_M = [450.0, THRESHOLD_M]
SITES_N = 3
SEEDS = range(4)


def settings_of(**more):
    """Return the settings of the mission's question: the longer walk first."""
    return SitingSettings(**{"sites_n": SITES_N, "tiers_m": LEVELS_M, "time_limit_s": 20.0} | more)


def worth(district, sites):
    """Return whom a choice newly reaches within each walk."""
    return tuple(district.reached(sites, level) for level in LEVELS_M)


def premises_n(sites):
    """Return how many sites are in premises that exist."""
    return int(sites["source"].isin(PREMISES).sum())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("has_rules", [False, True])
def test_the_default_question_equals_brute_force_at_both_levels(seed, has_rules):
    """No sound choice reaches more at the first walk, nor, equal there, more at the second."""
    district = draw_district(seed)
    rules = SitingRules(**(draw_rules(seed) if has_rules else {}))
    settings = settings_of(rules=rules)
    sound = district.sound_choices(settings)
    if not sound:
        with pytest.raises(InfeasibleError):
            district.plan(settings)
        return
    plan = district.plan(settings)
    best = max(worth(district, choice) for choice in sound)
    assert tuple(plan.levels["objective"]) == tuple(plan.levels["bound"]) == best
    assert (plan.threshold_m, plan.objective, plan.status) == (THRESHOLD_M, best[1], "optimal")
    assert worth(district, plan.sites) == best
    lived = district.demand["population"].sum()
    walk = district.coverage["walk_m"]
    for level, reached, left in zip(LEVELS_M, best, plan.levels["left"], strict=True):
        served = district.demand.loc[(walk <= level).to_numpy(), "population"].sum()
        assert left == lived - served - reached


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("tolerance", [0.02, 0.3])
def test_of_plans_within_the_tolerance_none_has_more_premises(seed, tolerance):
    """Every level keeps its share, hosts are most, and of such the people of both levels."""
    district = draw_district(seed, candidate_n=8)
    settings = settings_of()
    sound = district.sound_choices(settings)
    best = max(worth(district, choice) for choice in sound)
    plan = district.plan(settings, tolerance_share=tolerance)
    near = [
        choice
        for choice in sound
        if all(
            now >= (1 - tolerance) * most - 1e-6
            for now, most in zip(worth(district, choice), best, strict=True)
        )
    ]
    most_n = max(map(premises_n, near))
    assert premises_n(plan.sites) == most_n
    if plan.premises is not None:
        assert plan.premises.sites_n == plan.premises.bound_n == most_n
        assert plan.premises.status == "optimal"
    assert tuple(plan.levels["best"]) == best
    assert (plan.status, plan.gap, plan.reached) == ("optimal", 0.0, best[1])
    if plan.premises is None or plan.premises.before_n == most_n:
        assert worth(district, plan.sites) == best
        return
    equals = [sum(worth(district, one)) for one in near if premises_n(one) == most_n]
    assert sum(worth(district, plan.sites)) == max(equals)


@pytest.mark.parametrize("seed", SEEDS)
def test_sites_that_nobody_new_needs_stand_where_most_gain_a_second_outlet(seed):
    """They are marked, lose nobody, and no move of one of them gives more people a second."""
    district = draw_district(seed, candidate_n=12, demand_n=6)
    plan = district.plan(settings_of(sites_n=8))
    sites = plan.sites
    assert worth(district, sites) == tuple(plan.levels["best"])
    spare = sites[sites["is_second"]]
    assert len(spare)
    assert (spare[["gained_weight", "firm_population"]] == 0).to_numpy().all()
    needed = sites[~sites["is_second"]]
    assert worth(district, needed) == worth(district, sites)
    assert ((needed["gained_weight"] > 0) | (needed["firm_population"] > 0)).all()
    near = district.walks[district.walks["walk_m"] <= THRESHOLD_M]
    served = district.coverage.set_index("demand_id")["walk_m"] <= THRESHOLD_M
    people = district.demand.set_index("demand_id")["population"]
    usable = district.candidates.loc[~district.candidates["is_rejected"], "candidate_id"]
    chosen = needed["candidate_id"].tolist()
    for row in spare.itertuples():

        def gained(place, before):
            count = near[near["dest_id"].isin(before)].groupby("origin_id")["dest_id"].nunique()
            count = count.reindex(served.index).fillna(0) + served
            own = near.loc[near["dest_id"] == place, "origin_id"].unique()
            return float(people[[one for one in own if count[one] == 1]].sum())

        most = max(gained(place, chosen) for place in set(usable) - set(chosen))
        assert row.second_population == gained(row.candidate_id, chosen) == most
        chosen.append(row.candidate_id)


@pytest.mark.parametrize("seed", SEEDS)
def test_only_as_many_sites_are_asked_for_as_are_needed(seed):
    """With `is_needed_only` the plan reaches all whom any could, and no fewer sites would."""
    district = draw_district(seed, candidate_n=9, demand_n=8)
    usable = district.candidates[~district.candidates["is_rejected"]]
    every = worth(district, usable)
    plan = district.plan(settings_of(sites_n=9, is_needed_only=True))
    assert worth(district, plan.sites) == every
    fewer = combinations(range(len(usable)), len(plan.sites) - 1)
    assert all(worth(district, usable.iloc[list(rows)]) != every for rows in fewer)
    assert not plan.sites["is_second"].any()


@pytest.mark.parametrize("seed", SEEDS)
def test_held_people_are_enough_for_the_levels_before(seed):
    """With nobody held the last level is as good as when it is asked alone."""
    district = draw_district(seed)
    free = district.plan(settings_of(), held=[0.0, 0.0])
    alone = district.plan(settings_of(tiers_m=[]))
    assert free.objective == alone.objective
    kept = district.plan(settings_of())
    assert free.levels["best"].iloc[0] == kept.levels["best"].iloc[0]
    assert np.all(free.levels["objective"].iloc[1:] >= kept.levels["objective"].iloc[1:])
