"""Plans under rules, against every choice that could be made."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from small_district import THRESHOLD_M, draw_district, draw_rules

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.settings import SitingRules, SitingSettings
from livelihood_map.siting._question import ask
from livelihood_map.siting._solving import keeps
from livelihood_map.siting.conflicts import find_clash, find_relaxations
from livelihood_map.siting.rules import build_rules


def settings_of(sites_n=3, **more):
    """Return settings with rules given as keywords of `rules`."""
    return SitingSettings(sites_n=sites_n, time_limit_s=20.0, **more)


@pytest.mark.parametrize("seed", range(16))
def test_the_best_plan_under_rules_equals_brute_force(seed):
    """No choice that the independent check accepts reaches more people; if none is, say so."""
    district = draw_district(seed)
    settings = settings_of(rules=SitingRules(**draw_rules(seed)))
    sound = district.sound_choices(settings)
    if not sound:
        with pytest.raises(InfeasibleError):
            district.plan(settings)
        return
    plan = district.plan(settings)
    best = max(district.reached(choice) for choice in sound)
    assert plan.objective == pytest.approx(best)
    assert plan.status == "optimal"
    assert plan.bound == plan.objective
    assert not district.breaches(plan.sites, settings)
    assert district.reached(plan.sites) == pytest.approx(plan.objective)


@pytest.mark.parametrize("method", ["cluster", "greedy"])
@pytest.mark.parametrize("seed", range(60, 63))
def test_every_method_keeps_the_rules(seed, method):
    """Clustering and greedy plans keep every rule too and stay below their bound."""
    district = draw_district(seed)
    settings = settings_of(rules=SitingRules(**draw_rules(seed)), method=method)
    if not district.sound_choices(settings):
        with pytest.raises(InfeasibleError):
            district.plan(settings)
        return
    plan = district.plan(settings)
    assert not district.breaches(plan.sites, settings)
    assert plan.objective <= plan.bound


@pytest.mark.parametrize("seed", range(4))
def test_tiers_are_counted_one_after_the_other(seed):
    """No choice covers more in the first tier, nor, equal there, more in the second."""
    district = draw_district(seed)
    tiers = [THRESHOLD_M, 150.0]
    plan = district.plan(settings_of(tiers_m=tiers))
    scores = [
        tuple(district.reached(choice, tier) for tier in tiers)
        for choice in district.sound_choices(settings_of())
    ]
    assert tuple(plan.tiers["objective"]) == pytest.approx(max(scores))
    assert plan.tiers["status"].tolist() == ["optimal", "optimal"]


@pytest.mark.parametrize("seed", range(4))
def test_weighted_tiers_add_up(seed):
    """With weights the plan has the greatest weighted sum of all choices."""
    district = draw_district(seed)
    tiers, weights = [THRESHOLD_M, 150.0], [1.0, 2.0]
    plan = district.plan(settings_of(tiers_m=tiers, tier_weights=weights))
    scores = [
        sum(w * district.reached(choice, tier) for tier, w in zip(tiers, weights, strict=True))
        for choice in district.sound_choices(settings_of())
    ]
    assert plan.objective == pytest.approx(max(scores))


@pytest.mark.parametrize("seed", range(3))
def test_fair_plans_raise_the_town_served_worst(seed):
    """No choice serves its worst town better, nor, of those as good, covers more people."""
    from livelihood_map.siting.checking import covered_by_town

    district = draw_district(seed)
    plan = district.plan(settings_of(is_fair=True))

    def worst(choice):
        share = covered_by_town(
            choice,
            district.demand,
            district.walks,
            district.coverage,
            settings=settings_of(),
            threshold_m=THRESHOLD_M,
        )
        return float(share.min())

    choices = district.sound_choices(settings_of())
    best = max(worst(choice) for choice in choices)
    assert worst(plan.sites) == pytest.approx(best, abs=1e-6)
    equal = [choice for choice in choices if worst(choice) >= best - 1e-6]
    assert plan.objective == pytest.approx(max(district.reached(choice) for choice in equal))


def clashes(problem, rules, site_choices):
    """Return whether no choice of any number of candidates keeps these rules."""
    return not any(keeps(problem, rules, choice) for choice in site_choices)


def impossible_plans(number):
    """Return the first refused plans among those drawn: (seed, district, settings, error)."""
    found = []
    seed = 1000
    while len(found) < number:
        district = draw_district(seed, demand_n=10)
        rules = draw_rules(seed, is_harsh=True)
        settings = settings_of(rules=SitingRules(**rules))
        try:
            district.plan(settings)
        except InfeasibleError as error:
            found.append((seed, district, settings, error))
        seed += 1
    return found


def test_fifty_impossible_plans_get_a_true_minimal_explanation():
    """The rules named clash, without any one of them they do not, and the way out works."""
    every = [np.array(rows, dtype=np.int64) for n in range(8) for rows in combinations(range(7), n)]
    for seed, district, settings, error in impossible_plans(50):
        question = ask(
            district.candidates,
            district.demand,
            district.walks,
            district.coverage,
            None,
            settings=settings,
            threshold_m=THRESHOLD_M,
            walker="standard",
        )
        rules = build_rules(
            question, settings, towns=district.towns, facilities=district.facilities
        )
        clash = find_clash(question.problem, rules)
        named = [rules[k] for k in clash]
        assert named, seed
        assert clashes(question.problem, named, every), seed
        for k in range(len(named)):
            assert not clashes(question.problem, named[:k] + named[k + 1 :], every), seed
        ways = find_relaxations(question.problem, rules, clash)
        assert len(ways) == len(clash)
        assert all(error.text(lang) for lang in ("zh", "en"))
