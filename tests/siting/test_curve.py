"""The curve of what each number of new outlets can reach."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from lattice_siting import lattice_question

from livelihood_map.core.settings import SitingRules
from livelihood_map.core.tables import CURVE
from livelihood_map.siting import measure_curve


def curve_of(town, **settings):
    """Return the curve of the lattice, and its plan."""
    served = settings.pop("served", ())
    candidates, demand, walks, coverage, asked, choose = lattice_question(
        town, served=served, **settings
    )
    plan = choose()
    return measure_curve(candidates, demand, walks, coverage, plan, settings=asked), plan


def test_first_crosses_reach_five_corners_each(grid_town):
    """One site reaches a cross of five corners, two reach ten; nobody can reach more."""
    curve, _ = curve_of(grid_town, sites_n=5, curve_n=25)
    CURVE.check(curve)
    assert curve["sites_n"].tolist() == list(range(26))
    assert curve["covered_population"].tolist()[:3] == [0.0, 50.0, 100.0]
    assert curve["covered_share"].tolist()[:3] == [0.0, 0.2, 0.4]
    assert curve["is_proved"].tolist()[:3] == [True, True, True]
    assert curve["covered_population"].iloc[-1] == 250.0
    assert curve["is_proved"].iloc[-1]


def test_plan_has_its_own_row(grid_town):
    """The row of the plan bears its number, its figure and its proof: 21 corners with 5 sites."""
    curve, plan = curve_of(grid_town, sites_n=5)
    row = curve[curve["is_plan"]]
    assert row["sites_n"].tolist() == [5]
    assert row["covered_population"].tolist() == [plan.objective] == [210.0]
    assert row["covered_population_max"].tolist() == [210.0]
    assert row["is_proved"].tolist() == [True]


def test_ends_hold_the_truth_between_them(grid_town):
    """The best of all choices of up to three sites lies between the two ends of its row."""
    curve, _ = curve_of(grid_town, sites_n=4, served=("d2_2", "d0_0"))
    reach = {
        (r, c): {
            (i, j)
            for i in range(5)
            for j in range(5)
            if abs(i - r) + abs(j - c) <= 1 and (i, j) not in {(2, 2), (0, 0)}
        }
        for r in range(5)
        for c in range(5)
    }
    for number in range(4):
        best = max(len(set().union(*chosen)) for chosen in combinations(reach.values(), number))
        row = curve.iloc[number]
        assert row["covered_population"] <= 20 + 10 * best <= row["covered_population_max"]
        if row["is_proved"]:
            assert row["covered_population"] == 20 + 10 * best


def test_curve_rises_less_and_less_at_its_upper_end(grid_town):
    """Both ends rise, the lower never passes the upper, and no share exceeds one."""
    curve, _ = curve_of(grid_town, sites_n=5, curve_n=25)
    lower, upper = curve["covered_population"], curve["covered_population_max"]
    assert (lower <= upper).all()
    assert (np.diff(lower) >= 0).all()
    assert (curve["covered_share_max"] <= 1).all()


def test_rules_show_as_a_point_below_the_curve(grid_town):
    """A plan bound to two bad corners reaches six; its row says so and stays proved."""
    rules = SitingRules(fixed=["c0_0", "c4_4"])
    curve, _ = curve_of(grid_town, sites_n=2, rules=rules)
    row = curve[curve["is_plan"]].iloc[0]
    assert (row["covered_population"], row["is_proved"]) == (60.0, True)
    assert curve.iloc[1]["covered_population"] == 50.0
    assert curve.iloc[3]["covered_population"] >= 140.0


def test_excluded_candidates_stay_out(grid_town):
    """With one candidate left the curve ends at one site."""
    out = [f"c{r}_{c}" for r in range(5) for c in range(5) if (r, c) != (2, 2)]
    curve, _ = curve_of(grid_town, sites_n=1, rules=SitingRules(excluded=out))
    assert curve["sites_n"].tolist() == [0, 1]
    assert curve["covered_population"].tolist() == [0.0, 50.0]


@pytest.mark.parametrize("model", ["set_cover", "p_median", "p_centre", "capacity", "backup"])
def test_plans_of_other_models_are_marked_but_claim_no_proof(grid_town, model):
    """The row of a plan that asked another question bears what it reaches, without a proof."""
    curve, plan = curve_of(grid_town, sites_n=5, model=model)
    row = curve[curve["is_plan"]].iloc[0]
    assert row["sites_n"] == len(plan.sites)
    assert row["covered_population"] == plan.sites["gained_weight"].sum()
    assert row["covered_population"] <= row["covered_population_max"]
    assert not row["is_proved"]


def test_nobody_makes_no_share(grid_town):
    """Where no person is counted there are no shares, and no error."""
    curve, _ = curve_of(grid_town, sites_n=2, weights={"workers": 1.0})
    assert curve["covered_population"].tolist() == [0.0] * len(curve)
    assert curve["covered_share"].isna().all()


def test_demo_curve_is_narrow_and_marks_83(demo_run):
    """On the demo district the ends differ by less than 1 % and the plan's point is its own."""
    curve, plan = demo_run["curve"], demo_run["plan"].iloc[0]
    assert curve["sites_n"].tolist() == list(range(151))
    row = curve[curve["is_plan"]].iloc[0]
    assert row["sites_n"] == 83
    gained = row["covered_population"] - curve["covered_population"].iloc[0]
    assert gained == pytest.approx(plan["objective"], abs=0.01)
    other = curve[~curve["is_plan"]]
    assert (other["covered_share_max"] - other["covered_share"] < 0.01).all()
    first = demo_run["levels"].query("method == 'optimal' and level == 1").iloc[0]
    near = row["firm_population"] - curve["firm_population"].iloc[0]
    assert near == pytest.approx(first["objective"], abs=0.01)
    assert (curve["firm_population"] <= curve["firm_population_max"]).all()
