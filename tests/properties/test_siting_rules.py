"""Plans under rules, against every choice that could be made."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import sparse
from small_district import THRESHOLD_M, draw_district, draw_rules

from livelihood_map.core.errors import InfeasibleError, Problem
from livelihood_map.core.settings import SitingRules, SitingSettings
from livelihood_map.siting.constraints import build_rules
from livelihood_map.siting.instance import ask
from livelihood_map.siting.solver import Rule
from livelihood_map.siting.solver.cover_problem import build_problem
from livelihood_map.siting.solver.infeasibility import Clash, find_clash, find_relaxations
from livelihood_map.siting.solver.rows import RuleRows
from livelihood_map.siting.verification import covered_by_town


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
    assert tuple(plan.levels["objective"]) == pytest.approx(max(scores))
    assert plan.levels["status"].tolist() == ["optimal", "optimal"]


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


def worst_share(district, choice):
    """Return the share of people reached in the town served worst."""
    share = covered_by_town(
        choice,
        district.demand,
        district.walks,
        district.coverage,
        settings=settings_of(),
        threshold_m=THRESHOLD_M,
    )
    return float(share.min())


@pytest.mark.parametrize("seed", range(3))
def test_fair_plans_raise_the_town_served_worst(seed):
    """No choice serves its worst town better, nor, of those as good, covers more people."""
    district = draw_district(seed)
    plan = district.plan(settings_of(is_fair=True))

    choices = district.sound_choices(settings_of())
    best = max(worst_share(district, choice) for choice in choices)
    assert worst_share(district, plan.sites) == pytest.approx(best, abs=1e-6)
    equal = [choice for choice in choices if worst_share(district, choice) >= best - 1e-6]
    assert plan.objective == pytest.approx(max(district.reached(choice) for choice in equal))


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


def rules_asked(district, settings):
    """Return the question and the rules of settings."""
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
    given = {"towns": district.towns, "facilities": district.facilities}
    return question, build_rules(question, settings, **given)


def misses(problem, rules):
    """Return how far every choice of any number of candidates is from every rule."""
    table, every = RuleRows.of(problem, rules), range(problem.candidate_n)
    return np.array(
        [
            table.missed_by(problem, np.array(chosen, dtype=np.int64), len(rules))
            for n in range(problem.candidate_n + 1)
            for chosen in combinations(every, n)
        ]
    )


def smallest_clash(missed):
    """Return the size of the smallest set of rules that every choice breaks one of."""
    broken = missed != 0
    return next(
        n
        for n in range(1, broken.shape[1] + 1)
        if any(
            broken[:, list(rules)].any(axis=1).all()
            for rules in combinations(range(broken.shape[1]), n)
        )
    )


def least_change(missed, rules):
    """Return the least sum over the rules of the change that lets a choice keep them all."""
    cost = (missed != 0).astype(float)
    for k, rule in enumerate(rules):
        base = float(rule.values.get("base", 0.0))
        if rule.slack and base > 0:
            cost[:, k] = np.minimum(1.0, np.abs(missed[:, k]) * rule.scale / base)
        if rule.is_given:
            cost[:, k] = np.where(missed[:, k] != 0, np.inf, 0.0)
    return cost.sum(axis=1).min()


@pytest.mark.parametrize("plans_n", [10, pytest.param(50, marks=pytest.mark.long)])
def test_impossible_plans_get_the_smallest_explanation_and_the_cheapest_way_out(plans_n):
    """The rules named clash, no fewer do, and no smaller change would make a plan possible."""
    sizes = set()
    for seed, district, settings, error in impossible_plans(plans_n):
        question, rules = rules_asked(district, settings)
        missed = misses(question.problem, rules)
        clash = find_clash(question.problem, rules)
        assert clash.is_smallest, seed
        assert (missed[:, clash.rules] != 0).any(axis=1).all(), seed
        assert len(clash.rules) == smallest_clash(missed), seed
        ways = find_relaxations(question.problem, rules)
        assert sum(way.cost for way in ways) == pytest.approx(least_change(missed, rules)), seed
        assert {way.rule for way in ways} & set(clash.rules), seed
        assert all(error.text(lang) for lang in ("zh", "en"))
        sizes.add(len(clash.rules))
    assert len(sizes) > 1


def test_the_smallest_clash_is_found_where_leaving_out_rules_finds_a_larger_one():
    """Two rules clash, four others do too: the two are named, though they come last."""
    candidate_n = 6
    problem = build_problem(
        np.arange(candidate_n), np.arange(candidate_n), np.ones(6, int), candidate_n=candidate_n
    )

    def rule(name, columns, least, most):
        row = np.zeros((1, candidate_n))
        row[0, columns] = 1.0
        ends = np.array([float(least)]), np.array([float(most)])
        return Rule(Problem("siting.rule_fixed", candidate=name), sparse.csr_array(row), *ends)

    rules = [
        rule("b-least", [5], 1, 1),
        rule("b-most", [5], 0, 0),
        rule("all", range(5), 4, 5),
        rule("first", [0, 1], 0, 1),
        rule("second", [2, 3], 0, 1),
        rule("third", [4], 0, 1),
    ]
    assert find_clash(problem, rules) == Clash([0, 1], is_smallest=True)
    assert find_clash(problem, rules[2:]) == Clash([0, 1, 2], is_smallest=True)


def test_without_time_for_the_proof_the_clash_is_irreducible_and_says_so():
    """A clash found by leaving out one rule after the other is not called the smallest."""
    for seed, district, settings, _ in impossible_plans(5):
        question, rules = rules_asked(district, settings)
        clash = find_clash(question.problem, rules, limit_s=0.0)
        broken = misses(question.problem, rules) != 0
        assert not clash.is_smallest
        assert broken[:, clash.rules].any(axis=1).all(), seed
        for k in clash.rules:
            rest = [one for one in clash.rules if one != k]
            assert not broken[:, rest].any(axis=1).all(), seed


def test_fair_plans_hold_on_to_known_sites():
    """Of plans as fair that cover the same, one that holds more of an earlier list is taken."""
    held = 0
    for seed in (3, 4):
        district = draw_district(seed)
        settings = settings_of(is_fair=True)
        plan = district.plan(settings)
        worst = worst_share(district, plan.sites)
        for choice in district.sound_choices(settings_of()):
            is_equal = worst_share(district, choice) >= worst - 1e-6
            if not is_equal or district.reached(choice) != plan.objective:
                continue
            known = set(choice["candidate_id"])
            again = district.plan(settings, known=known)
            assert again.objective == plan.objective
            assert worst_share(district, again.sites) == pytest.approx(worst, abs=1e-6)
            kept = len(known & set(again.sites["candidate_id"]))
            before = len(known & set(plan.sites["candidate_id"]))
            assert kept >= before
            held += kept > before
    assert held > 0
