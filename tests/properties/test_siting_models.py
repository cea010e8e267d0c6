"""The other models, with and without rules, against every choice that could be made."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from every_choice import EveryChoice
from small_district import THRESHOLD_M, draw_district, draw_rules

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.highs import IntegerProgramme, ProgrammeAnswer
from livelihood_map.core.settings import SitingRules, SitingSettings
from livelihood_map.siting.solver import models
from livelihood_map.siting.verification import covered_by_town

SITES_N = 3
ASKED = {
    "p_median": {},
    "p_centre": {},
    "capacity": {"capacity_people": 60.0},
    "backup": {"backup_weight": 0.5},
    "gradual": {"tiers_m": [150.0, 300.0], "tier_weights": [1.0, 0.5]},
}
RULES = {
    "none": {},
    "town_min": {"town_min": {"西镇": 2}},
    "town_max": {"town_max": {"*": 2, "east": 1}},
    "town_floor_share": {"town_floor_share": {"west": 0.5, "east": 0.4}},
    "spacing_m": {"spacing_m": 350.0},
    "existing_spacing_m": {"existing_spacing_m": 350.0},
    "host_min_share": {"host_min_share": {"wet_market": 0.6}},
    "host_max_share": {"host_max_share": {"street": 0.3}},
    "fixed": {"fixed": ["c1", "c4"]},
    "excluded": {"excluded": ["c0", "c3"]},
    "budget": {"costs": {"wet_market": 1.0, "convenience": 3.0, "*": 5.0}, "budget": 8.0},
}
CASES = [
    *((name, 5) for name in RULES),
    ("existing_spacing_m", 3),
    ("town_floor_share", 3),
    ("several", 7),
    ("several", 8),
]


@cache
def town_of(seed):
    """Return the town of a seed, with a second outlet somewhere for the model backup."""
    district = draw_district(seed, demand_n=12)
    old = district.coverage["walk_m"].to_numpy()
    second = np.random.default_rng(seed).uniform(0, 900, len(old)).round(3)
    return EveryChoice(district, np.vstack([old, np.maximum(old, second)]), ASKED)


@cache
def rules_of(seed, name):
    """Return rules by name, three drawn ones under the name ``several``."""
    return SitingRules(**(draw_rules(seed) if name == "several" else RULES[name]))


@cache
def sound_choices(seed, name):
    """Return every choice of three that keeps the rules."""
    return list(town_of(seed).sound(rules_of(seed, name), [SITES_N]))


def plan_of(seed, model, rules, **more):
    """Return the plan of one model."""
    settings = SitingSettings(
        sites_n=SITES_N, model=model, rules=rules, time_limit_s=20.0, **ASKED.get(model, {}), **more
    )
    town = town_of(seed)
    return town.district.plan(settings, outlet_walks=town.outlets)


@pytest.mark.parametrize(("name", "seed"), CASES)
@pytest.mark.parametrize("model", ASKED)
def test_every_model_keeps_every_rule_at_its_best(model, name, seed):
    """No choice that the independent check accepts is better; where there is none, it is said."""
    town, rules, sound = town_of(seed), rules_of(seed, name), sound_choices(seed, name)
    if not sound:
        with pytest.raises(InfeasibleError):
            plan_of(seed, model, rules)
        return
    plan = plan_of(seed, model, rules)
    best = max(town.score(model, choice, rules) for choice in sound)
    assert plan.objective == pytest.approx(abs(best), rel=1e-6, abs=1e-2)
    assert plan.status == "optimal"
    assert not town.district.breaches(plan.sites, SitingSettings(sites_n=SITES_N, rules=rules))
    ids = town.district.candidates["candidate_id"].tolist()
    chosen = [ids.index(one) for one in plan.sites["candidate_id"]]
    assert town.score(model, chosen, rules) == pytest.approx(best, rel=1e-6, abs=1e-2)


@pytest.mark.parametrize(("name", "seed"), CASES)
def test_of_plans_with_the_shortest_longest_walk_the_one_that_covers_most_is_taken(name, seed):
    """Whom nobody can help decides nothing: no plan as good for the rest covers more people."""
    town, rules, sound = town_of(seed), rules_of(seed, name), sound_choices(seed, name)
    if not sound:
        return
    plan = plan_of(seed, "p_centre", rules)
    equal = [choice for choice in sound if town.longest(choice, rules) <= plan.objective + 1e-6]
    most = max(town.covered(choice) for choice in equal)
    assert plan.levels["objective"].tolist() == pytest.approx([most])
    assert plan.levels[["threshold_m", "status"]].to_numpy().tolist() == [[THRESHOLD_M, "optimal"]]
    ids = town.district.candidates["candidate_id"].tolist()
    chosen = [ids.index(one) for one in plan.sites["candidate_id"]]
    assert town.covered(chosen) == pytest.approx(most)


@pytest.mark.parametrize("model", ["capacity", "backup"])
@pytest.mark.parametrize(("name", "seed"), [("none", 5), ("spacing_m", 5), ("several", 7)])
def test_a_plan_is_there_when_no_time_is_left(model, name, seed, monkeypatch):
    """Where HiGHS finds nothing the first plan stands, keeps the rules and claims what it can."""
    town, rules, sound = town_of(seed), rules_of(seed, name), sound_choices(seed, name)
    nothing = ProgrammeAnswer("time_limit", None, -np.inf, np.inf)

    class Silent(IntegerProgramme):
        """A programme to which HiGHS finds nothing."""

        def maximise(self, *_, **__):
            return nothing

    monkeypatch.setattr(models, "IntegerProgramme", Silent)
    plan = plan_of(seed, model, rules)
    best = max(town.score(model, choice, rules) for choice in sound)
    ids = town.district.candidates["candidate_id"].tolist()
    chosen = [ids.index(one) for one in plan.sites["candidate_id"]]
    assert 0 < plan.objective <= town.score(model, chosen, rules) + 1e-6
    assert plan.bound >= best - 1e-6
    assert plan.status == "time_limit" or plan.objective == pytest.approx(best)
    assert not town.district.breaches(plan.sites, SitingSettings(sites_n=SITES_N, rules=rules))
    if name == "none":
        assert plan.objective >= 0.6 * best


def test_the_rules_leave_something_to_choose():
    """Each rule by itself leaves some choices and takes some away."""
    every = len(sound_choices(5, "none"))
    for name in RULES.keys() - {"none"}:
        assert 0 < len(sound_choices(5, name)) < every, name


@pytest.mark.parametrize(("name", "seed"), CASES)
def test_set_covering_keeps_every_rule_with_the_fewest_sites(name, seed):
    """No smaller choice keeps the rules and reaches all whom a candidate not barred can reach."""
    town, rules = town_of(seed), rules_of(seed, name)
    near = town.walk <= THRESHOLD_M
    must = near[:, town.allowed(rules)].any(axis=1) & ~town.served
    sizes = range(1, near.shape[1] + 1)
    enough = town.sound(rules, sizes, lambda choice: near[must][:, choice].any(axis=1).all())
    fewest = next(map(len, enough), None)
    if fewest is None or not must.any():
        with pytest.raises(InfeasibleError):
            plan_of(seed, "set_cover", rules)
        return
    plan = plan_of(seed, "set_cover", rules)
    assert (len(plan.sites), plan.objective, plan.status) == (fewest, fewest, "optimal")
    settings = SitingSettings(sites_n=fewest, rules=rules)
    assert not town.district.breaches(plan.sites, settings)


@pytest.mark.parametrize("model", ASKED)
def test_every_model_can_be_fair(model):
    """The town served worst is served as well as can be; of such choices the model's best."""
    seed = 3
    town = town_of(seed)
    plan = plan_of(seed, model, SitingRules(), is_fair=True)

    def worst(choice):
        share = covered_by_town(
            town.district.candidates.iloc[choice],
            town.district.demand,
            town.district.walks,
            town.district.coverage,
            settings=SitingSettings(sites_n=SITES_N),
            threshold_m=THRESHOLD_M,
        )
        return float(share.min())

    choices = sound_choices(seed, "none")
    fairest = max(worst(choice) for choice in choices)
    equal = [choice for choice in choices if worst(choice) >= fairest - 1e-6]
    best = max(town.score(model, choice, SitingRules()) for choice in equal)
    assert plan.objective == pytest.approx(abs(best), rel=1e-6, abs=1e-2)


def test_a_candidate_fixed_in_the_table_is_a_site_of_every_model():
    """What the office marks in its list of parcels is kept like a rule."""
    town = town_of(3)
    free = town.district.candidates.query("not is_rejected")["candidate_id"].iloc[-1]
    is_fixed = town.district.candidates["candidate_id"] == free
    district = replace(town.district, candidates=town.district.candidates.assign(is_fixed=is_fixed))
    for model, more in ASKED.items():
        settings = SitingSettings(sites_n=2, model=model, time_limit_s=20.0, **more)
        assert free in set(district.plan(settings).sites["candidate_id"]), model


def test_what_has_no_meaning_for_set_covering_is_refused():
    """Fairness and phases of given sizes are refused in both languages, with a way out."""
    for more, word in (({"is_fair": True}, "is_fair"), ({"phases": [1, 2]}, "phases")):
        with pytest.raises(InfeasibleError, match=word) as caught:
            plan_of(0, "set_cover", SitingRules(), **more)
        assert f"siting.{word}" in caught.value.text("en")


def test_set_covering_says_which_rule_stops_it():
    """Where a rule forbids to reach everybody, the clash names the rule and everybody."""
    with pytest.raises(InfeasibleError) as caught:
        plan_of(2, "set_cover", SitingRules(town_max={"*": 1}))
    assert "需求点全部覆盖" in str(caught.value)
    assert "至多新增 1 个" in str(caught.value)


def test_set_covering_chooses_nothing_when_nobody_is_left():
    """Where all have an outlet already the plan has no site, and that is the best."""
    district = town_of(3).district
    served = replace(district, coverage=district.coverage.assign(walk_m=10.0))
    plan = served.plan(SitingSettings(model="set_cover"))
    assert (len(plan.sites), plan.objective, plan.status) == (0, 0.0, "optimal")
