"""The search for good choices where bounds leave a wide gap."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from livelihood_map.siting import _kernels
from livelihood_map.siting._greedy import choose_greedily
from livelihood_map.siting._problem import build_problem
from livelihood_map.siting._rows import RuleRows
from livelihood_map.siting._searching import Walk, _Merging, search_widely


def scattered(seed, *, demand_n=60, candidate_n=14, pair_n=160):
    """Return a small problem of random pairs."""
    generator = np.random.default_rng(seed)
    pairs = generator.integers(0, [[demand_n], [candidate_n]], size=(2, pair_n))
    return build_problem(*pairs, generator.integers(1, 50, demand_n), candidate_n=candidate_n)


def searched(problem, site_n, *, limit_s=1.0, is_over=lambda _: False, accepts=lambda _: True):
    """Return the choices of a search that starts greedily.

    The first call on a machine spends seconds of its limit on compiling the kernels.
    """
    return search_widely(
        problem,
        [choose_greedily(problem, site_n)],
        seed=1,
        deadline=time.monotonic() + limit_s,
        is_over=is_over,
        accepts=accepts,
        rows=RuleRows.of(problem, (), site_n),
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_search_reaches_the_best_of_all_choices_where_all_can_be_tried(seed):
    """On fourteen candidates the first choice is as good as the best of all sets of four."""
    problem = scattered(seed)
    best = max(
        problem.objective(np.array(chosen)) for chosen in itertools.combinations(range(14), 4)
    )
    found = searched(problem, 4, limit_s=120.0, is_over=lambda value: value >= best)
    assert problem.objective(found[0]) == best


def test_no_choice_that_is_not_accepted_is_given_back():
    """What breaks a rule is left out, however good it is; the start stays."""
    problem = scattered(3)
    start = choose_greedily(problem, 4)
    found = searched(problem, 4, limit_s=0.3, accepts=lambda chosen: chosen[0] > chosen[-1])
    assert sorted(found[0].tolist()) == sorted(start.tolist())


def test_choices_come_best_first_without_repeats_and_hold_as_many_sites():
    """The list falls in weight, no set of sites stands twice, each has four different ones."""
    problem = scattered(9)
    found = searched(problem, 4, limit_s=0.5)
    values = [problem.objective(chosen) for chosen in found]
    assert values == sorted(values, reverse=True)
    assert len({tuple(sorted(chosen.tolist())) for chosen in found}) == len(found)
    assert all(len(set(chosen.tolist())) == 4 for chosen in found)


def test_a_search_that_is_over_gives_back_what_it_was_given():
    """Nothing is run when the start closes the gap."""
    problem = scattered(3)
    found = searched(problem, 4, is_over=lambda _: True)
    assert [chosen.tolist() for chosen in found] == [choose_greedily(problem, 4).tolist()]


def test_the_change_of_a_swap_is_what_the_best_swap_brings():
    """For every candidate outside: the best of all exchanges for one site, counted anew."""
    problem = scattered(5)
    chosen = np.array([0, 3, 7, 11])
    change, mean_loss = _kernels.swap_changes(
        problem.weights, problem.cover_ptr, problem.cover_idx, chosen
    )
    value = problem.objective(chosen)
    without = [problem.objective(np.delete(chosen, s)) for s in range(4)]
    assert mean_loss == pytest.approx(np.mean([value - rest for rest in without]))
    for j in range(problem.candidate_n):
        swaps = [problem.objective(np.append(np.delete(chosen, s), j)) for s in range(4)]
        assert change[j] == (0 if j in chosen else max(swaps) - value)


def stood(steps, *, seed=1):
    """Return a walk over a random problem after so many steps, and what it saw."""
    problem = scattered(6, demand_n=400, candidate_n=60, pair_n=2500)
    walk = Walk(problem, 9, choose_greedily(problem, 9), price=500.0, heat=200.0, seed=seed)
    clock = iter([*[0.0] * steps, 1.0])
    return walk, walk.go(1.0, now=lambda: next(clock))


def test_a_walk_keeps_near_the_number_of_sites_asked_for():
    """What it saw holds different sites, up to two more or less, and weighs what it says."""
    walk, seen = stood(60)
    assert {len(choice) for _, choice in seen} == {7, 8, 9, 10, 11}
    for weight, choice in seen:
        assert weight == walk.problem.objective(choice)
        assert choice.tolist() == sorted(set(choice.tolist()))
    assert walk.chosen.tolist() == seen[-1][1].tolist()


def test_a_walk_is_the_same_for_the_same_seed():
    """Equal seeds go the same way, others do not."""
    (first, seen), (again, seen_again), (_, other) = stood(30), stood(30), stood(30, seed=2)
    assert first.chosen.tolist() == again.chosen.tolist()
    ways = [[choice.tolist() for _, choice in one] for one in (seen, seen_again, other)]
    assert ways[0] == ways[1]
    assert ways[0] != ways[2]


def blocks(gains):
    """Return a problem of separate places: candidate k of a place brings what its list says."""
    weights = np.array([gain for place in gains for gain in place])
    each = np.arange(len(weights))
    return build_problem(each, each, weights, candidate_n=len(weights))


def merged(problem, seen, *, site_n, price):
    """Return what merging makes of one choice seen by a walk and of others found aside."""
    chosen = np.array(seen[0])
    merging = _Merging(
        problem, site_n, 1, 1.0, time.monotonic() + 5.0, RuleRows.of(problem, (), site_n)
    )
    ordered = [np.array(sorted(one)) for one in seen]
    first, *others = [(problem.objective(one), one) for one in ordered]
    merging.add([[first]], price, others)
    return merging.begin(chosen)()


def test_what_one_choice_gained_and_another_saved_is_merged():
    """A choice with a site more and one with a site less make one better than both."""
    problem = blocks([[50, 40, 9], [70, 60, 8]])
    known, more, less = [0, 2, 3], [0, 2, 3, 4], [0, 3]
    found = merged(problem, [known, more, less], site_n=3, price=30.0)
    weight, chosen = found[0]
    assert chosen.tolist() == [0, 3, 4]
    assert weight == problem.objective(chosen) > problem.objective(np.array(known))


def test_merging_takes_the_choices_of_most_worth():
    """Where all are too many candidates, those that bring less than a site's price stay out."""
    problem = blocks([[90, 80, 70, 60, 5, 4, 3, 2, 1]])
    best, dear, poor = [0, 3], [0, 1, 2], [4, 5]
    merging = _Merging(problem, 2, 1, 1.0, time.monotonic() + 5.0, RuleRows.of(problem, (), 2))
    seen = [(problem.objective(np.array(one)), np.array(one)) for one in (poor, best, dear)]
    merging.add([seen], 30.0, [])
    is_open = merging._candidates([one for _, one in merging._seen.values()], 2.0)
    assert np.flatnonzero(is_open).tolist() == [0, 1, 2, 3]


def test_a_region_is_the_sites_nearest_by_shared_points():
    """Along a row in which neighbours share a point, a region grows to both sides."""
    demand, candidate = [], []
    for j in range(9):
        demand += [j, j + 1]
        candidate += [j, j]
    problem = build_problem(np.array(demand), np.array(candidate), np.ones(10, int), candidate_n=9)
    arrays = problem.cover_ptr, problem.cover_idx, problem.reach_ptr, problem.reach_idx
    chosen = np.array([0, 2, 4, 6, 8])
    assert _kernels.around(*arrays, chosen, 4, 1).tolist() == [2]
    assert sorted(_kernels.around(*arrays, chosen, 4, 3).tolist()) == [1, 2, 3]
    assert sorted(_kernels.around(*arrays, chosen, 8, 9).tolist()) == [0, 1, 2, 3, 4]
