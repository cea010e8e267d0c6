"""What holds for every covering problem, checked against all choices."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from choice_rules import choice_rules
from hypothesis import given, settings
from hypothesis import strategies as st

from livelihood_map.core.budget import Budget
from livelihood_map.siting.solver.cover_problem import build_problem
from livelihood_map.siting.solver.covering import solve_covering
from livelihood_map.siting.solver.lagrangian import find_bound
from livelihood_map.siting.solver.local_search import choose_greedily, improve_by_swaps
from livelihood_map.siting.solver.presolve import shrink


@st.composite
def covering_problems(draw, candidates=12, demand=14):
    """Draw a problem of at most 12 candidates, a number of sites, fixed and banned candidates."""
    candidate_n = draw(st.integers(1, candidates))
    demand_n = draw(st.integers(1, demand))
    is_pair = draw(
        st.lists(
            st.lists(st.booleans(), min_size=candidate_n, max_size=candidate_n),
            min_size=demand_n,
            max_size=demand_n,
        )
    )
    weights = draw(st.lists(st.integers(0, 40), min_size=demand_n, max_size=demand_n))
    rows, columns = np.nonzero(np.array(is_pair))
    problem = build_problem(rows, columns, np.array(weights), candidate_n=candidate_n)
    order = draw(st.permutations(range(candidate_n)))
    site_n = draw(st.integers(1, candidate_n))
    fixed_n = draw(st.integers(0, min(2, site_n)))
    banned_n = draw(st.integers(0, min(2, candidate_n - site_n)))
    fixed = np.array(sorted(order[:fixed_n]), dtype=np.int64)
    banned = np.zeros(candidate_n, dtype=np.bool_)
    banned[list(order[fixed_n : fixed_n + banned_n])] = True
    return problem, site_n, fixed, banned


def best_of_all(problem, site_n, fixed, banned):
    """Return the greatest objective over all allowed choices."""
    free = [j for j in range(problem.candidate_n) if not banned[j] and j not in fixed]
    return max(
        problem.objective(np.array([*fixed, *rest], dtype=np.int64))
        for rest in combinations(free, site_n - len(fixed))
    )


@settings(max_examples=150, deadline=None)
@given(covering_problems())
def test_the_exact_answer_equals_brute_force(drawn):
    """With at most 12 candidates the proved answer is the best of all choices."""
    problem, site_n, fixed, banned = drawn
    rules = choice_rules(problem.candidate_n, fixed=fixed, banned=np.flatnonzero(banned))
    answer = solve_covering(problem, site_n, rules=rules, seed=1, budget=Budget(20.0))
    assert answer.objective == best_of_all(problem, site_n, fixed, banned) == answer.bound
    assert answer.status == "optimal"
    assert answer.objective == problem.objective(answer.chosen)
    assert len(set(answer.chosen.tolist())) == site_n
    assert set(fixed) <= set(answer.chosen)
    assert not banned[answer.chosen].any()


@settings(max_examples=150, deadline=None)
@given(covering_problems())
def test_presolve_keeps_the_optimum(drawn):
    """The best value is the same before and after merging and dropping."""
    problem, site_n, _, _ = drawn
    none = np.empty(0, dtype=np.int64)
    small = shrink(problem).problem
    before = best_of_all(problem, site_n, none, np.zeros(problem.candidate_n, dtype=np.bool_))
    if small.candidate_n == 0:
        assert before == 0
        return
    after = best_of_all(
        small, min(site_n, small.candidate_n), none, np.zeros(small.candidate_n, dtype=np.bool_)
    )
    assert after == before


@settings(max_examples=150, deadline=None)
@given(covering_problems())
def test_no_bound_lies_below_the_optimum(drawn):
    """The Lagrangian bound holds, and greedy keeps its guarantee of 1 - 1/e."""
    problem, site_n, _, _ = drawn
    none = np.empty(0, dtype=np.int64)
    best = best_of_all(problem, site_n, none, np.zeros(problem.candidate_n, dtype=np.bool_))
    greedy = choose_greedily(problem, site_n)
    assert problem.objective(greedy) >= (1 - 1 / np.e) * best - 1e-9
    bound = find_bound(problem, site_n, target=problem.objective(greedy), round_n=600).value
    assert bound >= best - 1e-6


@settings(max_examples=150, deadline=None)
@given(covering_problems(), st.integers(0, 2**31))
def test_swaps_never_lose(drawn, seed):
    """Swaps return the same number of different sites and never a worse value."""
    problem, site_n, fixed, banned = drawn
    start = choose_greedily(problem, site_n, fixed=fixed, banned=banned)
    better = improve_by_swaps(problem, start, seed=seed, step_n=200, fixed=fixed, banned=banned)
    assert problem.objective(better) >= problem.objective(start)
    assert len(set(better.tolist())) == site_n
    assert set(fixed) <= set(better)
    assert not banned[better].any()
