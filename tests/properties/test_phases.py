"""The order of opening, against every order that could be taken."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from small_district import THRESHOLD_M, draw_district

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.settings import SitingRules, SitingSettings
from livelihood_map.siting.phases import open_in_phases
from livelihood_map.siting.solver.cover_problem import WEIGHT_SCALE, build_problem


def draw_problem(seed, *, candidate_n=7, demand_n=15):
    """Return a covering problem drawn at random."""
    generator = np.random.default_rng(seed)
    rows, columns = np.nonzero(generator.random((demand_n, candidate_n)) < 0.35)
    weights = generator.integers(1, 60, demand_n) * WEIGHT_SCALE
    return build_problem(rows, columns, weights, candidate_n=candidate_n)


def splits(places, sizes):
    """Return every way to open places in phases of these sizes."""
    if not sizes:
        yield []
        return
    for first in combinations(places, sizes[0]):
        for rest in splits(sorted(set(places) - set(first)), sizes[1:]):
            yield [list(first), *rest]


def best_of_all(problem, chosen, sizes, lengths):
    """Return the greatest sum over the phases of people covered times length."""
    best = 0.0
    for split in splits(chosen, sizes):
        opened, total = [], 0.0
        for sites, length in zip(split, lengths, strict=True):
            opened += sites
            total += length * problem.objective(np.array(opened)) / WEIGHT_SCALE
        best = max(best, total)
    return best


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(
    ("sizes", "lengths"), [([2, 4], [1, 1]), ([1, 2, 3], [6, 3, 12]), ([3, 3], [0.5, 2.5])]
)
def test_no_order_covers_more_over_the_phases(seed, sizes, lengths):
    """The order's sum of people times length is the greatest of all orders, and proved."""
    problem = draw_problem(seed)
    chosen = np.delete(np.arange(7), seed % 7)
    phasing = open_in_phases(problem, chosen, sizes, lengths=lengths, time_limit_s=20.0)
    best = best_of_all(problem, chosen.tolist(), sizes, lengths)
    assert phasing.objective == pytest.approx(best)
    assert (phasing.status, phasing.bound) == ("optimal", phasing.objective)
    assert sorted(phasing.order.tolist()) == chosen.tolist()
    assert np.bincount(phasing.phase)[1:].tolist() == sizes
    ends = np.cumsum(sizes)
    told = [problem.objective(phasing.order[:end]) / WEIGHT_SCALE for end in ends]
    assert phasing.covered.tolist() == pytest.approx(told)
    assert phasing.objective == pytest.approx(np.dot(told, lengths))


def test_the_best_pair_opens_before_the_best_site():
    """A site that reaches most by itself waits when two others together reach more."""
    problem = build_problem(
        np.array([0, 1, 0, 2, 1, 3]),
        np.array([0, 0, 1, 1, 2, 2]),
        np.array([5, 5, 4, 4]) * WEIGHT_SCALE,
        candidate_n=3,
    )
    phasing = open_in_phases(problem, np.arange(3), [2, 1], lengths=[1, 1], time_limit_s=9.0)
    assert phasing.order.tolist() == [1, 2, 0]
    assert phasing.objective == 36.0


def test_an_order_cut_short_is_not_called_optimal():
    """Without time the greedy order stands, below a bound that holds."""
    problem = draw_problem(5, candidate_n=80, demand_n=900)
    phasing = open_in_phases(
        problem, np.arange(80), [9, 12, 20, 39], lengths=[1, 2, 3, 4], time_limit_s=0.0
    )
    assert phasing.status == "time_limit"
    assert phasing.bound > phasing.objective


@pytest.mark.parametrize("seed", range(3))
def test_a_plan_in_phases_ranks_phase_by_phase(seed):
    """Ranks, phases and cumulative shares agree: what is reached by each phase is recounted."""
    district = draw_district(seed)
    plan = district.plan(SitingSettings(sites_n=4, phases=[1, 3], phase_lengths=[2.0, 1.0]))
    plain = district.plan(SitingSettings(sites_n=4))
    assert plan.sites["phase"].tolist() == [1, 2, 2, 2]
    assert set(plan.sites["candidate_id"]) == set(plain.sites["candidate_id"])
    first, every = plan.sites.head(1), plan.sites
    told = 2 * district.reached(first) + district.reached(every)
    assert plan.phasing.objective == pytest.approx(told)
    assert plan.sites["cumulative_share"].is_monotonic_increasing
    population = district.demand["population"]
    served = population[(district.coverage["walk_m"] <= THRESHOLD_M).to_numpy()].sum()
    share = (served + district.reached(first)) / population.sum()
    assert plan.sites["cumulative_share"].iloc[0] == pytest.approx(share)
    row = plan.as_table().iloc[0]
    assert (row["phases_objective"], row["phases_status"]) == (plan.phasing.objective, "optimal")


def test_phases_keep_the_rules_that_set_a_most():
    """What opens first is a part of the plan: it breaks no rule that sets a most."""
    district = draw_district(1)
    rules = SitingRules(town_max={"*": 2}, spacing_m=200.0)
    plan = district.plan(SitingSettings(sites_n=3, phases=[2, 1], rules=rules))
    first = plan.sites.head(2)
    assert not district.breaches(first, SitingSettings(sites_n=2, rules=rules))


def test_lengths_must_fit_the_phases():
    """Two phases and three lengths are refused, in words."""
    settings = SitingSettings(sites_n=3, phases=[2, 1], phase_lengths=[1, 2, 3])
    with pytest.raises(InfeasibleError, match="phase_lengths"):
        draw_district(1).plan(settings)
