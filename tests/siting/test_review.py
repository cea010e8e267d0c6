"""What the towns' views mean for the plan, on the lattice town."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from lattice_siting import lattice_candidates, lattice_question

from livelihood_map.core.settings import SitingRules
from livelihood_map.siting import choose_sites, mark_views, price_refusals
from livelihood_map.siting.solver import build_problem
from livelihood_map.siting.tie_breaking import settle

CROSSES = [(1, 1), (3, 3), (0, 0)]


def priced(town, refused, **settings):
    """Return the prices of refusals when two of three crosses are open."""
    candidates, *_, choose = lattice_question(
        town, candidates=lattice_candidates(town, CROSSES), sites_n=2, **settings
    )
    plan = choose()
    table = price_refusals(
        candidates, refused, plan.as_table(), plan.as_levels(), plan.sites, choose
    )
    return table.set_index("candidate_id")


def test_price_is_the_people_that_the_next_best_plan_lacks(grid_town):
    """Crosses (1,1) and (3,3) reach 100; (0,0) saves 10 beside the first, 30 beside the second."""
    table = priced(grid_town, ["c3_3", "c1_1"])
    assert table["price_population"].to_dict() == {"c3_3": 40.0, "c1_1": 20.0}
    assert table["price_population_max"].tolist() == table["price_population"].tolist()
    assert table["is_proved"].all()
    assert table["substitutes"].tolist() == ["c0_0", "c0_0"]


def test_refusal_without_another_plan_is_told(grid_town):
    """When a rule needs both crosses, refusing one leaves no plan, and the rule is named."""
    rules = SitingRules(fixed=["c1_1", "c3_3"])
    table = priced(grid_town, ["c3_3"], rules=rules)
    assert np.isnan(table.loc["c3_3", "price_population"])
    assert "c3_3" in table.loc["c3_3", "problem"]


def test_views_mark_candidates(grid_town):
    """Agreed candidates are fixed; refused ones are rejected by the town and not fixed any more."""
    candidates = lattice_candidates(grid_town, CROSSES, is_fixed=[True, False, False])
    marked = mark_views(candidates, agreed=["c3_3"], refused=["c1_1"]).set_index("candidate_id")
    assert marked["is_fixed"].to_dict() == {"c1_1": False, "c3_3": True, "c0_0": False}
    assert marked["is_rejected"].to_dict() == {"c1_1": True, "c3_3": False, "c0_0": False}
    assert marked.loc["c1_1", "excluded_by"] == "town"


def test_agreed_stay_and_refused_go(grid_town):
    """The new plan holds what was agreed and none that was refused."""
    candidates, *_, choose = lattice_question(
        grid_town, candidates=lattice_candidates(grid_town, CROSSES), sites_n=2
    )
    plan = choose(mark_views(candidates, agreed=["c0_0"], refused=["c3_3"]))
    assert sorted(plan.sites["candidate_id"]) == ["c0_0", "c1_1"]
    everything = mark_views(candidates, agreed=[], refused=["c3_3", "c1_1"])
    assert choose(everything).sites["candidate_id"].tolist() == ["c0_0"]


@pytest.mark.parametrize("pair", [("c1_1", "c3_3"), ("c1_3", "c3_1"), ("c1_1", "c3_2")])
def test_of_equal_plans_the_known_one_is_kept(grid_town, pair):
    """Many pairs of crosses reach ten corners; the plan with known sites is the known one."""
    candidates, demand, walks, coverage, settings, _ = lattice_question(grid_town, sites_n=2)
    plan = choose_sites(
        candidates,
        demand,
        walks,
        coverage,
        settings=settings,
        threshold_m=100.0,
        seed=1,
        known=pair,
    )
    assert set(plan.sites["candidate_id"]) == set(pair)
    assert (plan.objective, plan.status) == (100.0, "optimal")


def test_settling_never_loses_anybody_nor_moves_what_is_fixed():
    """A known candidate that covers less stays out; a fixed one is not exchanged."""
    problem = build_problem(
        np.array([0, 1, 1, 0, 1]), np.array([0, 0, 1, 2, 2]), np.array([5, 7]), candidate_n=3
    )
    candidates = pd.DataFrame({"candidate_id": ["a", "b", "c"]})

    def settled(known, fixed=(), find_breach=lambda _: None, *, keeps_premises=False):
        instance = SimpleNamespace(
            stack=problem,
            level_of=np.zeros(2, dtype=np.int64),
            levels_m=(100.0,),
            is_premises=np.array([True, False, False]),
            candidates=candidates,
            banned=np.zeros(3, dtype=bool),
            fixed=np.array(fixed, dtype=np.int64),
        )
        given = {"keeps_premises": keeps_premises}
        return settle(instance, np.array([0]), [known], find_breach, **given).tolist()

    assert settled("b") == [0]
    assert settled("c") == [2]
    assert settled("c", fixed=[0]) == [0]
    assert settled("c", find_breach=lambda _: "a rule") == [0]
    assert settled("c", keeps_premises=True) == [0]
