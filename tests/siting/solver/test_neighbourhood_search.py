"""The search for good choices where bounds leave a wide gap."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from livelihood_map.core.budget import Budget
from livelihood_map.siting.solver.cover_problem import build_problem
from livelihood_map.siting.solver.local_search import choose_greedily
from livelihood_map.siting.solver.neighbourhood_search import _Merging, search_widely


def scattered(seed, *, demand_n=60, candidate_n=14, pair_n=160):
    """Return a small problem of random pairs."""
    generator = np.random.default_rng(seed)
    pairs = generator.integers(0, [[demand_n], [candidate_n]], size=(2, pair_n))
    return build_problem(*pairs, generator.integers(1, 50, demand_n), candidate_n=candidate_n)


def searched(problem, site_n, *, limit_s=1.0, is_over=lambda _: False, accepts=lambda _: True):
    """Return the choices of a search that starts greedily."""
    return search_widely(
        problem,
        [choose_greedily(problem, site_n)],
        seed=1,
        budget=Budget(limit_s),
        is_over=is_over,
        accepts=accepts,
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
    found = searched(problem, 4, limit_s=0.3, accepts=lambda _: False)
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


def blocks(gains):
    """Return a problem of separate places: candidate k of a place brings what its list says."""
    weights = np.array([gain for place in gains for gain in place])
    each = np.arange(len(weights))
    return build_problem(each, each, weights, candidate_n=len(weights))


def merging_of(problem, site_n, seen):
    """Return merging that was told of choices."""
    merging = _Merging(problem, site_n, 1)
    for one in seen:
        merging.add((problem.objective(np.array(one)), np.array(one)))
    return merging


def test_what_two_choices_have_in_different_places_is_merged():
    """One is best in one place and one in the other: together they make the best of all."""
    problem = blocks([[50, 40, 9], [70, 60, 8]])
    first, second = [0, 1, 5], [2, 3, 4]
    merging = merging_of(problem, 3, [first, second])
    chosen = merging.merge(np.array(first), Budget(5.0))
    assert sorted(chosen.tolist()) == [0, 3, 4]
    assert problem.objective(chosen) > problem.objective(np.array(second))


def test_merging_takes_the_best_choices_first():
    """Where all are too many candidates, those of the poorest choices stay out."""
    problem = blocks([[90, 80, 70, 60, 5, 4, 3, 2, 1]])
    merging = merging_of(problem, 2, [[4, 5], [0, 3], [1, 2]])
    merging.per_site = 2.0
    is_open = merging._candidates([one for _, one in merging.seen])
    assert np.flatnonzero(is_open).tolist() == [0, 1, 2, 3]
