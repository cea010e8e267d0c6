"""Questions drawn at random, asked through the public door, against every choice and other tools.

``make check-siting`` asks many more of them.
"""

from __future__ import annotations

import pytest
from drawn_questions import ASKED, Drawn, LargeDrawn
from small_district import THRESHOLD_M
from spopt_choices import Walks, spopt_longest_walk, spopt_sites_n, spopt_total_walk

SEEDS = (1, 2, 4)
NO_TIME_S = 0.01


@pytest.fixture(scope="module", params=SEEDS)
def drawn(request):
    """Return one drawn district with its rules."""
    return Drawn(request.param)


@pytest.mark.parametrize("name", ASKED)
def test_no_choice_is_better_than_the_plan_of_any_model(drawn, name):
    """A plan is proved, keeps the rules and is the best of all; where none can be, it is said."""
    drawn.check(name)


def test_the_rules_drawn_take_some_choices_away(drawn):
    """No district drawn here is one whose rules say nothing."""
    free = Drawn(drawn.seed, has_rules=False)
    assert len(drawn.sound) < len(free.sound)


@pytest.fixture(scope="module")
def large():
    """Return a district too large to try every choice, with the textbook's answers."""
    return LargeDrawn(1, candidate_n=120, demand_n=500, sites_n=12)


@pytest.mark.parametrize("name", LargeDrawn.names)
def test_nothing_is_called_optimal_without_time_to_prove_it(large, name):
    """In a hundredth of a second a plan keeps its bound and claims what the textbook bears out."""
    assert large.check_claims(name, NO_TIME_S) != "siting.no_plan_in_time"


@pytest.mark.parametrize("name", Drawn.names)
def test_under_rules_nothing_is_claimed_that_is_not_true_without_time(drawn, name):
    """A plan of a hundredth of a second keeps the rules, or it is said that there is none yet."""
    drawn.check_claims(name, NO_TIME_S)


def test_rules_that_bind_nothing_change_nothing(large):
    """Value, bound and status are those of the question without them."""
    free, ruled = large.plan("covering"), large.neutral().plan("covering")
    assert free.status == "optimal"
    assert (ruled.objective, ruled.bound) == (free.objective, free.bound)


def test_a_tiered_plan_is_never_below_the_greedy_one(large):
    """Its first tier covers as many as the greedy plan, however little time there is."""
    greedy = large.plan("covering", method="greedy").objective
    plan = large.plan("tiers", time_limit_s=NO_TIME_S)
    assert plan.levels["objective"].iloc[0] >= greedy


@pytest.mark.filterwarnings("ignore")
def test_spopt_finds_the_same_fewest_sites_and_shortest_walks():
    """LSCP, p-median and p-centre beside existing outlets agree with spopt and CBC."""
    drawn = LargeDrawn(1, candidate_n=40, demand_n=120, sites_n=6, outlet_n=3)
    tables = drawn.district
    walks = Walks.of(
        tables.candidates,
        tables.demand,
        tables.walks,
        tables.coverage.set_index("demand_id")["walk_m"],
        tables.demand.set_index("demand_id")["population"],
    )
    assert drawn.plan("set_cover").objective == spopt_sites_n(walks, THRESHOLD_M) > 1
    for name, other in (("p_median", spopt_total_walk), ("p_centre", spopt_longest_walk)):
        assert drawn.plan(name).objective == pytest.approx(other(walks, drawn.sites_n))
