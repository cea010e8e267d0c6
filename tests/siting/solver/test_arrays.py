"""The solver's parts on arrays: problem, greedy choice, swaps, presolve, bound, HiGHS."""

from __future__ import annotations

from threading import Thread

import numpy as np
import pytest

from livelihood_map.core import budget as budgets
from livelihood_map.core.budget import Budget
from livelihood_map.siting.clustering import share_out
from livelihood_map.siting.solver import branch_and_bound, covering, swap_kernels
from livelihood_map.siting.solver.cover_problem import build_problem, scale_weights
from livelihood_map.siting.solver.covering import Answer, solve_covering
from livelihood_map.siting.solver.lagrangian import bounds_of_prices, close_bound, find_bound
from livelihood_map.siting.solver.loading import load_kernels
from livelihood_map.siting.solver.local_search import (
    choose_greedily,
    improve_by_swaps,
)
from livelihood_map.siting.solver.presolve import shrink


def street(covers, weights=None):
    """Return the problem in which candidate k covers the demand points of the k-th word."""
    letters = sorted({letter for word in covers for letter in word})
    pairs = [(letters.index(letter), k) for k, word in enumerate(covers) for letter in word]
    rows, columns = np.array(pairs).T
    weight = np.ones(len(letters), dtype=np.int64) if weights is None else np.array(weights)
    return build_problem(rows, columns, weight, candidate_n=len(covers))


def solve(problem, site_n, *, limit_s=10.0):
    """Return the exact answer without rules."""
    return solve_covering(problem, site_n, seed=1, budget=Budget(limit_s))


def test_repeated_pairs_count_once():
    """A pair listed twice is one pair, in both directions of the matrix."""
    problem = build_problem(
        np.array([0, 0, 1]), np.array([0, 0, 0]), np.array([3, 4]), candidate_n=1
    )
    assert problem.pair_n == 2
    assert problem.objective(np.array([0])) == 7
    assert problem.reach_idx.tolist() == [0, 0]


def test_pairs_outside_the_tables_are_refused():
    """A position beyond the demand points or candidates is an error."""
    with pytest.raises(ValueError, match="exceeds"):
        build_problem(np.array([2]), np.array([0]), np.array([1, 1]), candidate_n=1)
    with pytest.raises(ValueError, match="length"):
        build_problem(np.array([0]), np.array([0, 1]), np.array([1]), candidate_n=2)


def test_weights_must_be_people():
    """Negative and missing people are refused."""
    for bad in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="finite"):
            scale_weights(np.array([bad]))


def test_greedy_takes_the_greatest_gain_and_ties_go_to_the_first():
    """Abc first (three points), then of the equal rest the first."""
    assert choose_greedily(street(["de", "abc", "fg", "ad"]), 3).tolist() == [1, 0, 2]


def test_greedy_falls_into_the_textbook_trap_and_a_swap_leads_out():
    """Greedy takes the middle and covers 6 of 8; swaps find the two halves."""
    problem = street(["abcd", "efgh", "bcdefg"])
    greedy = choose_greedily(problem, 2)
    assert problem.objective(greedy) == 7
    better = improve_by_swaps(problem, greedy, seed=1, step_n=0)
    assert sorted(better.tolist()) == [0, 1]


def test_swaps_keep_the_fixed_and_avoid_the_banned():
    """A fixed site stays although a swap would help; a banned one never enters."""
    problem = street(["abcd", "efgh", "bcdefg"])
    start = np.array([2, 0])
    kept = improve_by_swaps(problem, start, seed=1, step_n=500, fixed=np.array([2]))
    assert 2 in kept
    banned = np.array([False, True, False])
    assert 1 not in improve_by_swaps(problem, start, seed=1, step_n=500, banned=banned)


def test_equal_seeds_give_equal_swaps():
    """The annealing depends on its seed and on nothing else."""
    generator = np.random.default_rng(4)
    pairs = generator.integers(0, [[300], [80]], size=(2, 1500))
    problem = build_problem(*pairs, generator.integers(1, 50, 300), candidate_n=80)
    start = choose_greedily(problem, 10)
    runs = [improve_by_swaps(problem, start, seed=7, step_n=5000).tolist() for _ in range(2)]
    assert runs[0] == runs[1]
    assert problem.objective(np.array(runs[0])) >= problem.objective(start)


def test_presolve_merges_equal_points_and_drops_dominated_candidates():
    """A and b have the same candidates; 'ab' is inside 'abc'; twins leave the first."""
    small = shrink(street(["ab", "abc", "cd", "cd"], [1, 2, 4, 8]))
    assert small.candidates.tolist() == [1, 2]
    assert small.demand_to.tolist() == [0, 0, 1, 2]
    assert small.problem.weights.tolist() == [3, 4, 8]


def test_presolve_keeps_what_rules_tell_apart():
    """A candidate that a rule tells from others is neither dropped nor the reason to drop one."""
    for kept in ([True, False], [False, True]):
        small = shrink(street(["ab", "abc"]), kept=np.array(kept))
        assert small.candidates.tolist() == [0, 1]


def test_presolve_keeps_points_that_a_rule_names():
    """A point without weight stays where a rule is about it."""
    problem = street(["ab", "c"], [0, 2, 3])
    assert shrink(problem).demand_to.tolist() == [-1, 0, 1]
    named = np.array([True, False, False])
    assert shrink(problem, named=named).problem.weights.tolist() == [2, 3]
    assert shrink(problem, named=named).demand_to.tolist() == [0, 0, 1]


def test_multipliers_prove_their_own_bound():
    """Whatever the multipliers, the bound is at least the optimum; good ones reach it."""
    problem = street(["abcd", "efgh", "bcdefg"])
    generator = np.random.default_rng(1)
    for _ in range(50):
        prices = generator.random(8)
        assert bounds_of_prices(problem, prices)[2] >= 8 - 1e-9
    found = find_bound(problem, 2, target=8, round_n=600)
    assert found.value == pytest.approx(bounds_of_prices(problem, found.prices)[2])
    assert close_bound(8, found.value) == 8


def test_a_triangle_needs_branching():
    """Three points pairwise shared: one site covers two, where the relaxation says three halves."""
    answer = solve(street(["ab", "bc", "ca"], [10, 10, 10]), 1)
    assert (answer.objective, answer.bound, answer.status) == (20, 20.0, "optimal")


def test_branching_proves_where_no_relaxation_is_solved(monkeypatch):
    """Without the relaxation multipliers alone bound the weight, and HiGHS still closes the gap."""
    monkeypatch.setattr(branch_and_bound, "tighten", lambda *_, **__: None)
    answer = solve(street(["ab", "bc", "ca"], [10, 10, 10]), 1)
    assert (answer.objective, answer.bound, answer.status) == (20, 20.0, "optimal")


def test_the_gap_is_relative_to_the_smaller_of_objective_and_bound():
    """It is 0 where the two meet, and without end where nothing is reached."""
    gaps = [
        Answer(np.arange(1), *ends, "feasible").gap for ends in [(4, 5), (5, 4), (3, 3), (0, 1)]
    ]
    assert gaps == [0.25, 0.25, 0.0, np.inf]


def test_shares_add_up_and_respect_capacity():
    """The shared-out sites add up to N, no zone gets more than it can take, none without people."""
    generator = np.random.default_rng(9)
    for _ in range(200):
        zone_n = int(generator.integers(1, 9))
        people = generator.integers(0, 50, zone_n).astype(np.float64)
        capacity = generator.integers(0, 12, zone_n)
        site_n = int(generator.integers(0, 60))
        share = share_out(site_n, people, capacity)
        assert share.sum() == min(site_n, capacity[people > 0].sum())
        assert np.all(share <= capacity)
        assert np.all(share[people == 0] == 0)


def test_a_proof_closes_with_millions_of_people_in_fractions():
    """A bound that meets the objective stays there at three thousand million thousandths."""
    assert close_bound(3_000_000_001, 3_000_000_001.0) == 3_000_000_001.0
    assert close_bound(3_000_000_001, 3_000_000_001.9) == 3_000_000_001.0


def random_problem(candidate_n=200, demand_n=400, pair_n=3000):
    """Return a problem of random pairs, whose relaxation leaves a gap."""
    generator = np.random.default_rng(6)
    pairs = generator.integers(0, [[demand_n], [candidate_n]], size=(2, pair_n))
    return build_problem(*pairs, generator.integers(1, 50, demand_n), candidate_n=candidate_n)


def test_no_time_means_the_greedy_choice_with_a_bound(monkeypatch):
    """Where the time is over at once neither swaps nor proofs begin, and the bound still holds."""
    problem = random_problem()

    def fail(*_, **__):
        pytest.fail("begun after the time was over")

    monkeypatch.setattr(swap_kernels, "anneal", fail)
    for name in ("shrink_under", "prove"):
        monkeypatch.setattr(covering, name, fail)
    answer = solve(problem, 10, limit_s=1e-5)
    assert answer.objective == problem.objective(choose_greedily(problem, 10))
    assert (answer.status != "optimal", answer.bound > answer.objective) == (True, True)
    assert answer.bound < problem.weights.sum()


@pytest.mark.parametrize(("far_gap", "expected"), [(0.0, ["search"]), (1.0, ["branch", "search"])])
def test_a_search_begins_however_small_the_gap(far_gap, expected, monkeypatch):
    """Where the gap is too wide to branch the search goes first; else it begins where that ends."""
    problem, taken = random_problem(), []

    def search(state, budget, _share):
        assert not state.is_closed
        assert budget.left_s > 0
        taken.append("search")
        budget.charge(budget.left_s)

    def branch(state, budget):
        budget.charge(budget.left_s)
        taken.append("branch")

    monkeypatch.setattr(branch_and_bound, "SEARCHED_PAIRS", 0)
    monkeypatch.setattr(branch_and_bound, "FAR_GAP", far_gap)
    monkeypatch.setattr(branch_and_bound, "_branch", branch)
    known = problem.objective(choose_greedily(problem, 10))
    budget = Budget(30.0)
    proof = branch_and_bound.prove(problem, 10, known=known, seed=1, budget=budget, search=search)
    assert taken == expected
    assert proof.bound > proof.known >= known


def test_a_search_that_narrows_the_gap_makes_room_for_branching(monkeypatch):
    """Once a better choice is found the relaxation fixes by it, and branching has its turn."""
    problem, taken = random_problem(), []
    relax = branch_and_bound._relax

    def search(state, _budget, _share):
        taken.append(("search", state.known))
        start = choose_greedily(state.problem, state.site_n)
        state.offer(improve_by_swaps(state.problem, start, seed=1, step_n=2000))

    def noted(state):
        taken.append(("relax", state.known))
        return relax(state)

    monkeypatch.setattr(branch_and_bound, "SEARCHED_PAIRS", 0)
    monkeypatch.setattr(branch_and_bound, "FAR_GAP", 0.0)
    monkeypatch.setattr(branch_and_bound, "_relax", noted)
    monkeypatch.setattr(
        branch_and_bound, "_branch", lambda state, _: taken.append(("branch", state.known))
    )
    monkeypatch.setattr(branch_and_bound.Proving, "round_off", lambda *_: None)
    monkeypatch.setattr(branch_and_bound.Proving, "fix", lambda *_: False)
    known = problem.objective(np.arange(10))
    proof = branch_and_bound.prove(
        problem, 10, known=known, seed=1, budget=Budget(30.0), search=search
    )
    best = proof.known
    assert best > known
    assert taken == [
        ("relax", known),
        ("search", known),
        ("relax", best),
        ("branch", best),
        ("search", best),
    ]


def test_equal_limits_give_equal_answers(monkeypatch):
    """What ends a search is counted work: a run that is slowed down gives the same answer."""
    problem = random_problem(candidate_n=400, demand_n=900, pair_n=12_000)

    def answer_of():
        answer = solve(problem, 30, limit_s=0.3)
        return answer.chosen.tolist(), answer.bound, answer.status

    for clock in ("WALL_TIMES", "CLOCK_TIMES"):  # however busy the machine of the test is
        monkeypatch.setattr(budgets, clock, np.inf)
    load_kernels()
    first = answer_of()
    busy = [Thread(target=sum, args=(range(10_000_000),)) for _ in range(2)]
    for one in busy:
        one.start()
    again = answer_of()
    for one in busy:
        one.join()
    assert again == first
    assert first[2] == "time_limit"
