"""The search for good choices where bounds leave a wide gap."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from livelihood_map.siting import _kernels
from livelihood_map.siting._greedy import choose_greedily
from livelihood_map.siting._problem import build_problem
from livelihood_map.siting._searching import search_widely


def scattered(seed, *, demand_n=60, candidate_n=14, pair_n=160):
    """Return a small problem of random pairs."""
    generator = np.random.default_rng(seed)
    pairs = generator.integers(0, [[demand_n], [candidate_n]], size=(2, pair_n))
    return build_problem(*pairs, generator.integers(1, 50, demand_n), candidate_n=candidate_n)


def searched(problem, site_n, *, limit_s=1.0, is_over=lambda _: False):
    """Return the choices of a search that starts greedily."""
    return search_widely(
        problem,
        [choose_greedily(problem, site_n)],
        seed=1,
        deadline=time.monotonic() + limit_s,
        is_over=is_over,
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_search_reaches_the_best_of_all_choices_where_all_can_be_tried(seed):
    """On fourteen candidates the first choice is as good as the best of all sets of four."""
    problem = scattered(seed)
    best = max(
        problem.objective(np.array(chosen)) for chosen in itertools.combinations(range(14), 4)
    )
    found = searched(problem, 4, is_over=lambda value: value >= best)
    assert problem.objective(found[0]) == best


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
