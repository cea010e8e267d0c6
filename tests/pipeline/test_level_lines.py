"""What is said of a plan for two walks, of premises that go first, and of second outlets."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from livelihood_map.core.labels import use_lang
from livelihood_map.core.settings import SitingSettings
from livelihood_map.pipeline.level_lines import has_given_up, level_lines, tell_at_levels
from livelihood_map.pipeline.siting_question import Asked

PLAN = {
    "method": "optimal", "sites_n": 5, "threshold_m": 500.0, "second_n": 2,
    "premises_n": 4, "premises_before_n": 1, "premises_bound_n": 4, "tolerance_share": 0.01,
    "best": 500.0,
}  # fmt: skip
LEVELS = [
    {"level": 1, "threshold_m": 1000.0, "best": 1000.0, "objective": 990.0, "status": "optimal",
     "gap_share": 0.0, "left": 60.0, "reachable_left": 10.0, "target_alone": 700.0},
    {"level": 2, "threshold_m": 500.0, "best": 500.0, "objective": 500.0, "status": "time_limit",
     "gap_share": 0.02, "left": 90.0, "reachable_left": 80.0, "target_alone": 800.0},
]  # fmt: skip


def told_of(levels=LEVELS, **plan):
    """Return the tables of a plan."""
    return {
        "plan": pd.DataFrame([PLAN | plan]),
        "levels": pd.DataFrame(levels).assign(method="optimal"),
    }


def test_the_best_figure_bears_the_proof_and_the_plan_its_own():
    """What was given up for premises stands between the two; who is left is told of the plan."""
    first, second, order, premises, spare = level_lines(told_of())
    assert (
        "求得新增 1,000 人（已证明为最优方案）；因优先利用现有场所少 10 人，本方案新增 990 人"
        in first
    )
    assert "1000 米以外还有 60 人，其中可用候选点能惠及 10 人" in first
    assert "求得新增 500 人（" in second
    assert "至多差 2.00%" in second
    assert "本方案新增 500 人，" in second
    assert "500 米内可再多 300 人，但 1000 米内将少 300 人" in order
    assert "由 1 处增至 4 处，已证明不能再多" in premises
    assert "其中 2 处为第二网点" in spare


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_plan_with_one_walk_and_nothing_given_up_needs_no_lines(lang):
    """Its figure stands in the plan's own line."""
    work = told_of(LEVELS[1:], second_n=0, premises_n=None)
    with use_lang(lang):
        assert level_lines(work) == []
    assert not has_given_up(work)


def test_fewer_premises_than_the_bound_are_not_called_proved():
    """The number that no plan exceeds is named beside the one that was found."""
    lines = level_lines(told_of(premises_bound_n=6))
    assert any("至多 6 处，未证明能否再多" in line for line in lines)


def test_people_of_all_levels_stand_in_one_line():
    """With one level alone the figure of the plan is told."""
    work = told_of()
    row = work["plan"].iloc[0]
    assert tell_at_levels(work, row, "best") == "1000 米内新增 1,000 人、500 米内新增 500 人"
    assert tell_at_levels(told_of(LEVELS[1:]), row, "best") == "新增覆盖 500 人"


def test_as_few_as_are_needed_is_no_want_of_candidates():
    """With 42 of 83 sites and 90 candidates only the setting can be the reason."""
    asked = SimpleNamespace(
        settings=SitingSettings(sites_n=83, is_needed_only=True),
        levels_m=[1000.0, 500.0],
        candidates=pd.DataFrame({"is_rejected": [False] * 90}),
        uncovered=lambda within_m: {"d1"} if within_m == 500.0 else set(),
    )
    plans = {42: "only_needed", 83: None}
    for sites_n, why in plans.items():
        plan = SimpleNamespace(sites=pd.DataFrame(index=range(sites_n)))
        assert Asked.shortfall(asked, plan) == why
