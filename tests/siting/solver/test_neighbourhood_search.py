"""The search for good choices where bounds leave a wide gap."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import sparse

from livelihood_map.core.budget import Budget
from livelihood_map.core.errors import Problem
from livelihood_map.siting.solver.branch_and_bound import Proving
from livelihood_map.siting.solver.cover_problem import build_problem
from livelihood_map.siting.solver.local_search import choose_greedily
from livelihood_map.siting.solver.neighbourhood_search import _Merging, search_widely
from livelihood_map.siting.solver.rows import Rule, RuleRows


def scattered(seed, *, demand_n=60, candidate_n=14, pair_n=160):
    """Return a small problem of random pairs."""
    generator = np.random.default_rng(seed)
    pairs = generator.integers(0, [[demand_n], [candidate_n]], size=(2, pair_n))
    return build_problem(*pairs, generator.integers(1, 50, demand_n), candidate_n=candidate_n)


def searched(problem, site_n, *, limit_s=1.0, bound=np.inf, rows=None):
    """Return what is known after a search that starts with a greedy choice."""
    start = choose_greedily(problem, site_n)
    rows = RuleRows.of(problem, (), site_n) if rows is None else rows
    state = Proving(problem, site_n, rows, problem.objective(start), 1, Budget(limit_s))
    state.lower(bound)
    search_widely(state, state.budget, 0.0)
    return state


@pytest.mark.parametrize("seed", range(4))
def test_the_search_reaches_the_best_of_all_choices_where_all_can_be_tried(seed):
    """On fourteen candidates what is found is as good as the best of all sets of four."""
    problem = scattered(seed)
    best = max(
        problem.objective(np.array(chosen)) for chosen in itertools.combinations(range(14), 4)
    )
    found = searched(problem, 4, limit_s=120.0, bound=float(best))
    assert found.known == best
    if found.best is not None:
        assert len(set(found.best.tolist())) == 4
        assert problem.objective(found.best) == best


def test_no_choice_that_breaks_a_rule_is_taken_and_the_search_ends():
    """What breaks a rule is left out, however good it is; that it does is noted."""
    problem = scattered(3)
    none = sparse.csr_array((1, problem.candidate_n))
    end, words = np.ones(1), Problem("siting.rule_count", value=1)
    rows = RuleRows.of(problem, [Rule(words, none, end, end)])
    found = searched(problem, 4, limit_s=30.0, rows=rows)
    assert found.best is None
    assert found.is_broken


def test_a_search_that_is_over_gives_back_what_it_was_given():
    """Nothing is run when the start closes the gap."""
    problem = scattered(3)
    start = choose_greedily(problem, 4)
    found = searched(problem, 4, bound=float(problem.objective(start)))
    assert (found.best, found.budget.left_s) == (None, 1.0)


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
