"""The office's rules on small pictures, and what is said when they clash."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse
from small_district import THRESHOLD_M, draw_district

from livelihood_map.core.budget import Budget
from livelihood_map.core.errors import InfeasibleError, Problem
from livelihood_map.core.settings import SitingRules, SitingSettings
from livelihood_map.siting.constraints import build_rules
from livelihood_map.siting.instance import ask
from livelihood_map.siting.solve import solve
from livelihood_map.siting.solver import Rule, covering
from livelihood_map.siting.solver.branch_and_bound import Proving
from livelihood_map.siting.solver.cover_problem import build_problem
from livelihood_map.siting.solver.covering import solve_covering
from livelihood_map.siting.solver.local_search import choose_greedily
from livelihood_map.siting.solver.programmes import nearest_choice
from livelihood_map.siting.solver.rows import keeps
from livelihood_map.siting.spacing import near_groups, near_pairs


def plan_of(rules, *, seed=2, sites_n=3, **more):
    """Return the plan of a small district under rules."""
    settings = SitingSettings(sites_n=sites_n, rules=SitingRules(**rules), **more)
    return draw_district(seed).plan(settings)


def test_towns_are_known_by_id_and_by_name():
    """West and 西镇 are the same town; an unknown one is refused with the known ones named."""
    by_id = plan_of({"town_max": {"west": 1}})
    by_name = plan_of({"town_max": {"西镇": 1}})
    assert by_id.sites["candidate_id"].tolist() == by_name.sites["candidate_id"].tolist()
    with pytest.raises(InfeasibleError, match="西镇"):
        plan_of({"town_min": {"南镇": 1}})


def test_an_unknown_candidate_is_refused():
    """A rule on a candidate that is not there names it."""
    with pytest.raises(InfeasibleError, match="c99"):
        plan_of({"fixed": ["c99"]})


def test_too_many_for_a_town_are_explained_with_its_candidates():
    """西镇 needs nine, fewer candidates are left: the clash names both and the way out."""
    district = draw_district(2)
    west = district.candidates.query("town_id == 'west' and not is_rejected")
    with pytest.raises(InfeasibleError) as caught:
        plan_of({"town_min": {"西镇": 9}}, sites_n=3)
    text = str(caught.value)
    assert "西镇至少新增 9 个" in text
    assert f"可用候选点 {len(west)} 个" in text
    assert "改动最小的办法" in text
    assert "needs at least 9" in caught.value.text("en")


def test_fixed_and_excluded_at_once_clash():
    """A candidate cannot be both fixed and excluded: exactly these two rules are named."""
    with pytest.raises(InfeasibleError) as caught:
        plan_of({"fixed": ["c1"], "excluded": ["c1"]})
    assert len(caught.value.problems) == 2
    assert "c1" in str(caught.value)


def test_a_rule_that_moves_a_site_is_named_in_its_reason():
    """Where another place would be better but for a rule, the reason says which rule."""
    moved = 0
    for seed in range(12):
        try:
            plan = plan_of({"town_min": {"west": 2}}, seed=seed)
        except InfeasibleError:
            continue
        moved += int(plan.sites["reason_zh"].str.contains("因规则“西镇至少新增 2 个").sum())
    assert moved > 0


def test_phases_open_the_best_sites_first():
    """Phases take the ranked sites in order and must add up to the number of sites."""
    plan = plan_of({}, phases=[1, 2])
    assert plan.sites["phase"].tolist() == [1, 2, 2]
    with pytest.raises(InfeasibleError, match="4"):
        plan_of({}, phases=[2, 2])


def test_what_is_lost_without_a_site_is_what_it_alone_reaches():
    """The reason's loss equals the people whom only this site reaches, recounted from walks."""
    district = draw_district(3)
    plan = district.plan(SitingSettings(sites_n=3))
    for row in range(3):
        without = plan.sites.drop(index=row)
        lost = district.reached(plan.sites) - district.reached(without)
        said = "若取消此点位" in plan.sites["reason_zh"][row]
        assert said == (lost > 0)
        if said:
            assert f"居民约{lost:,.0f}人步行300米内将没有网点" in plan.sites["reason_zh"][row]


def test_near_groups_hold_every_near_pair():
    """Every pair below the distance shares a group, and no group holds a pair at or above it."""
    spots = np.random.default_rng(5).uniform(0, 1000, (80, 2))
    groups = near_groups(near_pairs(spots, 150.0))
    apart = np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))
    together = np.zeros_like(apart, dtype=bool)
    for group in groups:
        assert apart[np.ix_(group, group)].max() < 150.0
        together[np.ix_(group, group)] = True
    assert np.array_equal(together | np.eye(80, dtype=bool), apart < 150.0)


def hard_problem():
    """Return a covering problem with much overlap that no solver proves in a second."""
    generator = np.random.default_rng(1)
    spots = generator.uniform(0, 9000, (3000, 2))
    homes = generator.uniform(0, 9000, (4000, 2))
    near = np.abs(homes[:, None, 0] - spots[None, :, 0]) + np.abs(
        homes[:, None, 1] - spots[None, :, 1]
    )
    rows, columns = np.nonzero(near <= 900)
    return build_problem(rows, columns, generator.integers(1, 99, 4000), candidate_n=3000)


def test_a_run_cut_short_never_says_optimal():
    """One second is not enough for a hard instance: the status says so, the bound stays above."""
    problem = hard_problem()
    answer = solve_covering(problem, 60, seed=1, budget=Budget(1.0))
    assert answer.status == "time_limit"
    assert answer.bound > answer.objective == problem.objective(answer.chosen)
    assert answer.gap > 0


def test_a_run_cut_short_under_rules_keeps_them():
    """Without time for more the first choice that keeps the rules stands, and is not proved."""
    problem = hard_problem()
    half = np.zeros((1, problem.candidate_n))
    half[0, ::2] = 1.0
    every = np.ones_like(half)
    number, most = np.array([60.0]), np.array([20.0])
    rules = [
        Rule(Problem("siting.rule_count", value=60), sparse.csr_array(every), number, number),
        Rule(Problem("siting.rule_count", value=20), sparse.csr_array(half), -most, most),
    ]
    free = choose_greedily(problem, 60)
    assert not keeps(problem, rules, free)
    start = nearest_choice(problem, rules, free, Budget(60.0))
    answer = solve_covering(problem, 60, rules=rules, starts=[start], seed=1, budget=Budget(1e-5))
    assert answer.status in {"time_limit", "clock"}
    assert keeps(problem, rules, answer.chosen)
    assert answer.bound > answer.objective >= problem.objective(start)


def count_rule(problem, number):
    """Return the rule of the number of sites, and one that never binds."""
    every = sparse.csr_array(np.ones((1, problem.candidate_n)))
    at, most = np.array([float(number)]), np.array([float(problem.candidate_n)])
    return [
        Rule(Problem("siting.rule_count", value=number), every, at, at),
        Rule(Problem("siting.rule_count", value=problem.candidate_n), every, -most, most),
    ]


def test_a_rule_that_does_not_bind_costs_neither_time_nor_people(monkeypatch):
    """What no good choice breaks stands in no relaxation; the proof has all the time there is."""
    problem, asked = hard_problem(), []

    def prove(small, site_n, *, known, seed, budget, rows, **_):
        asked.append((budget.left_s, rows.row_n, rows.is_binding))
        state = Proving(small, site_n, rows, known, seed, budget)
        state.lower(float(small.weights.sum()))
        return state

    monkeypatch.setattr(covering, "prove", prove)
    answer = solve_covering(
        problem, 60, rules=count_rule(problem, 60), seed=1, budget=Budget(100.0)
    )
    assert answer.objective >= problem.objective(choose_greedily(problem, 60))
    [(left_s, row_n, is_binding)] = asked
    assert (row_n, is_binding) == (1, False)
    assert left_s > 95.0


def test_a_proved_answer_that_keeps_the_rules_is_the_answer():
    """Where the rules do not bind the plan is that without them, with its proof."""
    problem = draw_problem()
    answer = solve_covering(problem, 4, rules=count_rule(problem, 4), seed=1, budget=Budget(20.0))
    free = solve_covering(problem, 4, seed=1, budget=Budget(20.0))
    assert (answer.status, answer.objective) == ("optimal", free.objective)


def draw_problem():
    """Return a small covering problem of random pairs."""
    generator = np.random.default_rng(2)
    pairs = generator.integers(0, [[60], [14]], size=(2, 160))
    return build_problem(*pairs, generator.integers(1, 50, 60), candidate_n=14)


@pytest.mark.parametrize("weights", [[], [1.0, 2.0]])
def test_a_tiered_plan_is_never_below_the_greedy_one(weights):
    """With no time to speak of tiers cover at least what the greedy plan covers."""
    district = draw_district(1, candidate_n=150, demand_n=600)
    more = {"sites_n": 9, "tiers_m": [60.0, 40.0], "time_limit_s": 0.02}
    tiered = district.plan(SitingSettings(tier_weights=weights, **more))
    greedy = district.plan(SitingSettings(method="greedy", **more))
    reached = [
        [district.reached(plan.sites, tier_m) for tier_m in (60.0, 40.0)]
        for plan in (tiered, greedy)
    ]
    if weights:
        assert np.dot(reached[0], weights) >= np.dot(reached[1], weights)
    else:
        assert reached[0] >= reached[1]
    assert tiered.levels["objective"].tolist() == reached[0]


def test_rules_of_a_fair_plan_leave_the_callers_list_alone():
    """The list that was given holds afterwards what it held before."""
    district = draw_district(3)
    settings = SitingSettings(sites_n=3, is_fair=True)
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
    rules = build_rules(question, settings, towns=district.towns, facilities=district.facilities)
    before = list(rules)
    _, kept = solve(question, rules, settings, seed=1, towns=district.towns)
    assert rules == before
    assert len(kept) > len(rules)


def test_more_people_than_can_be_counted_are_refused():
    """Totals beyond 64 bits do not wrap round: the message names the settings to change."""
    district = draw_district(3)
    demand = district.demand.assign(population=district.demand["population"] * 1e15)
    for more in (
        {},
        {"model": "p_median"},
        {"model": "gradual", "tiers_m": [150.0, 300.0], "tier_weights": [1.0, 0.5]},
    ):
        with pytest.raises(InfeasibleError, match=r"siting\.weights"):
            replace(district, demand=demand).plan(SitingSettings(sites_n=3, **more))
    many = replace(district, demand=district.demand.assign(population=1e6))
    with pytest.raises(InfeasibleError, match=r"siting\.tier_weights"):
        many.plan(SitingSettings(sites_n=3, tiers_m=[300.0, 150.0], tier_weights=[1e6, 1.0]))
