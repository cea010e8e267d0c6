"""The other models against every choice that could be made."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from small_district import THRESHOLD_M, draw_district

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.settings import SitingRules, SitingSettings

SEEDS = range(5)
SITES_N = 3
LIMIT_M = 600.0


def plan_of(district, model, **more):
    """Return the plan of one model for three sites."""
    settings = SitingSettings(sites_n=SITES_N, model=model, time_limit_s=20.0, **more)
    return district.plan(settings)


def arrays_of(district):
    """Return walks (inf where none), people, walks to the old outlet, and the usable columns."""
    walk = district.walks.pivot_table(index="origin_id", columns="dest_id", values="walk_m")
    walk = walk.reindex(
        index=district.demand["demand_id"], columns=district.candidates["candidate_id"]
    )
    people = district.demand["population"].to_numpy()
    old = np.minimum(district.coverage["walk_m"].to_numpy(), district.walks["walk_m"].max())
    usable = np.flatnonzero(~district.candidates["is_rejected"])
    return walk.fillna(np.inf).to_numpy(), people, old, usable


def best_of(usable, score, *, sites_n=SITES_N):
    """Return the greatest score over all choices of usable candidates."""
    return max(score(list(choice)) for choice in combinations(usable, sites_n))


@pytest.mark.parametrize("seed", SEEDS)
def test_set_covering_finds_the_fewest_sites(seed):
    """No smaller choice reaches all uncovered people whom any candidate reaches."""
    district = draw_district(seed)
    walk, _, _, usable = arrays_of(district)
    near = walk[:, usable] <= THRESHOLD_M
    must = near.any(axis=1) & (district.coverage["walk_m"].to_numpy() > THRESHOLD_M)
    fewest = next(
        n
        for n in range(len(usable) + 1)
        if any(
            near[must][:, list(choice)].any(axis=1).all()
            for choice in combinations(range(len(usable)), n)
        )
    )
    plan = plan_of(district, "set_cover")
    assert (len(plan.sites), plan.objective, plan.status) == (fewest, fewest, "optimal")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_p_median_has_the_least_walk(seed):
    """No choice makes all people together walk less to their nearest outlet, old or new."""
    district = draw_district(seed)
    walk, people, old, usable = arrays_of(district)
    plan = plan_of(district, "p_median")
    best = best_of(usable, lambda c: -(people * np.minimum(walk[:, c].min(axis=1), old)).sum())
    assert plan.objective == pytest.approx(-best, rel=1e-6)
    assert plan.status == "optimal"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_p_centre_has_the_shortest_longest_walk(seed):
    """No choice makes the longest walk to an outlet shorter."""
    district = draw_district(seed)
    walk, _, old, usable = arrays_of(district)
    plan = plan_of(district, "p_centre")
    best = best_of(usable, lambda c: -np.minimum(walk[:, c].min(axis=1), old).max())
    assert plan.objective == pytest.approx(-best)
    assert plan.status == "optimal"


@pytest.mark.parametrize("seed", SEEDS)
def test_capacities_are_kept(seed):
    """The people served equal the greatest flow of any choice through its capacities."""
    from scipy.optimize import linprog

    district = draw_district(seed, demand_n=10)
    walk, people, _, usable = arrays_of(district)
    left = np.where(district.coverage["walk_m"] <= THRESHOLD_M, 0.0, people)
    capacity = 60.0

    def served(choice):
        near = walk[:, choice] <= THRESHOLD_M
        rows, columns = np.nonzero(near)
        if not len(rows):
            return 0.0
        limits = np.zeros((len(left) + len(choice), len(rows)))
        limits[rows, np.arange(len(rows))] = 1.0
        limits[len(left) + columns, np.arange(len(rows))] = left[rows]
        ceiling = np.concatenate([np.ones(len(left)), np.full(len(choice), capacity)])
        return -linprog(-left[rows], A_ub=limits, b_ub=ceiling, bounds=(0, 1)).fun

    plan = plan_of(district, "capacity", capacity_people=capacity)
    assert plan.objective == pytest.approx(best_of(usable, served), abs=1e-2)
    assert plan.objective <= SITES_N * capacity + 1e-2


@pytest.mark.parametrize("seed", SEEDS)
def test_backup_covering_counts_a_second_outlet(seed):
    """First outlets count fully, second ones with their weight; no choice has more."""
    district = draw_district(seed)
    walk, people, _, usable = arrays_of(district)
    old = (district.coverage["walk_m"] <= THRESHOLD_M).to_numpy().astype(int)

    def score(choice):
        count = old + (walk[:, choice] <= THRESHOLD_M).sum(axis=1)
        return float((people * ((count >= 1) + 0.5 * (count >= 2))).sum())

    plan = plan_of(district, "backup", backup_weight=0.5)
    assert plan.objective == pytest.approx(best_of(usable, score), abs=1e-2)


@pytest.mark.parametrize("seed", SEEDS)
def test_gradual_covering_counts_longer_walks_less(seed):
    """A walk within 150 m counts fully, within 300 m half; no choice has more."""
    district = draw_district(seed)
    walk, people, _, usable = arrays_of(district)
    left = np.where(district.coverage["walk_m"] <= THRESHOLD_M, 0.0, people)

    def score(choice):
        nearest = walk[:, choice].min(axis=1)
        return float((left * (0.5 * (nearest <= 150) + 0.5 * (nearest <= 300))).sum())

    plan = plan_of(district, "gradual", tiers_m=[150.0, 300.0], tier_weights=[1.0, 0.5])
    assert plan.objective == pytest.approx(best_of(usable, score))
    assert plan.status == "optimal"


def test_other_models_refuse_rules():
    """Only maximal covering keeps rules; the others say so rather than pass them over."""
    with pytest.raises(InfeasibleError, match="p_median"):
        plan_of(draw_district(1), "p_median", rules=SitingRules(spacing_m=100.0))
