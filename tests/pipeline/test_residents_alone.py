"""The plan for residents alone, beside one that counts others too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.people import CROWDS
from livelihood_map.pipeline.residents_alone import ask_residents_alone
from livelihood_map.pipeline.site_selection import prepare


@pytest.fixture(scope="module")
def asked(demo_run):
    """Return the question of the demo's siting stage, with few sites."""
    question = prepare(demo_run)
    return replace(
        question,
        settings=replace(question.settings, sites_n=5, tiers_m=[], premises_tolerance_share=0.0),
    )


def test_the_price_of_counting_workers_and_passengers_is_recounted_from_walks(asked):
    """No plan reaches more residents; its people are those of the walks, counted as asked."""
    plan = asked.choose()
    told = ask_residents_alone(asked, plan)
    alone = replace(asked, settings=replace(asked.settings, weights={"population": 1.0})).choose()
    near = asked.walks[asked.walks["dest_id"].isin(alone.sites["candidate_id"])]
    own = asked.coverage.query("kind == 'breakfast' and walker == @asked.walker")
    served = set(own.loc[own["walk_m"] <= asked.threshold_m, "demand_id"])
    new = set(near.loc[near["walk_m"].round(3) <= asked.threshold_m, "origin_id"]) - served
    people = asked.demand.set_index("demand_id").loc[sorted(new)]
    residents, everybody = people["population"].sum(), people[list(CROWDS)].to_numpy().sum()
    assert told["residents_more"] == [
        pytest.approx(residents - plan.sites["gained_population"].sum())
    ]
    assert told["people_more"] == [pytest.approx(everybody - plan.objective)]
    assert told["residents_more"][0] >= 0 >= told["people_more"][0]
    assert told["residents_status"] == ["optimal"]


def test_a_plan_for_residents_needs_no_other_beside_it(asked):
    """Where nobody else counts, or another model is asked, nothing is added."""
    plan = asked.choose()
    for settings in (
        replace(asked.settings, weights={"population": 1.0}),
        replace(asked.settings, model="p_median"),
    ):
        other = replace(asked, settings=settings)
        assert ask_residents_alone(other, plan) == {}


def test_a_plan_that_no_rule_allows_is_left_out(asked, monkeypatch):
    """Where residents alone cannot keep the rules the columns stay missing."""

    def refuse(_):
        raise InfeasibleError("siting.no_plan_in_time")

    plan = asked.choose()
    monkeypatch.setattr(type(asked), "choose", refuse)
    assert ask_residents_alone(asked, plan) == {}
