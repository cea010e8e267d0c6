"""Rules as rows: what is settled and merged keeps saying the same of every choice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from livelihood_map.core.budget import Budget
from livelihood_map.siting.solver.branch_and_bound import prove, shrink_under
from livelihood_map.siting.solver.cover_problem import build_problem
from livelihood_map.siting.solver.rows import RuleRows


def drawn(seed, *, candidate_n=9, demand_n=12, row_n=3):
    """Return a random problem, a choice of four sites, and active rows that it keeps."""
    generator = np.random.default_rng(seed)
    pairs = generator.integers(0, [[demand_n], [candidate_n]], size=(2, 30))
    weights = generator.integers(0, 50, demand_n)
    problem = build_problem(*pairs, weights, candidate_n=candidate_n)
    chosen = generator.choice(candidate_n, 4, replace=False)
    sites = sparse.csr_array((generator.random((row_n, candidate_n)) < 0.4) * 1.0)
    people = sparse.csr_array((generator.random((row_n, demand_n)) < 0.4) * (seed % 2) * 2.0)
    x, y = np.isin(np.arange(candidate_n), chosen), problem.counts(chosen) > 0
    value = sites @ x.astype(float) + people @ y.astype(float)
    upper = np.where(generator.random(row_n) < 0.5, np.inf, value + 1)
    lower, every = value - generator.integers(0, 2, row_n), np.ones(row_n, dtype=bool)
    return problem, chosen, RuleRows(sites, people, lower, upper, np.arange(row_n), every)


@pytest.mark.parametrize("seed", range(12))
def test_settled_and_merged_rows_say_the_same(seed):
    """With sites set and demand merged the rest breaks the rules that the whole breaks."""
    problem, _, rows = drawn(seed)
    generator = np.random.default_rng(seed)
    first, *others = generator.permutation(problem.candidate_n)
    taken = np.array([first])
    is_reached = problem.counts(taken) > 0
    out = np.isin(np.arange(problem.candidate_n), taken)
    small, rest = shrink_under(problem.without(is_reached), rows.settled(taken, is_reached), out, 3)
    for _ in range(20):
        left = generator.choice(len(small.candidates), 3, replace=False)
        whole = np.concatenate([taken, small.candidates[left]])
        assert (
            rest.broken_by(small.problem, left).tolist() == rows.broken_by(problem, whole).tolist()
        )
    assert len(others) == problem.candidate_n - 1


def test_rules_are_active_only_when_they_are_asked_for():
    """Presolve may drop what only rules at rest tell apart, and nothing that active ones do."""
    problem = build_problem(
        np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([2, 3]), candidate_n=2
    )
    row = RuleRows(
        sparse.csr_array(np.array([[1.0, 0.0]])),
        sparse.csr_array((1, 2)),
        np.zeros(1),
        np.ones(1),
        np.array([7]),
        np.zeros(1, dtype=bool),
    )
    nobody = np.zeros(2, dtype=bool)
    assert shrink_under(problem, row, nobody, 1)[0].candidates.tolist() == [1]
    active = row.activated()
    assert shrink_under(problem, active, nobody, 1)[0].candidates.tolist() == [0, 1]


def test_a_choice_that_fixing_completes_is_offered_if_it_keeps_the_rows():
    """Where every site of a better choice is fixed, nothing is left to branch on but to take it."""
    problem = build_problem(np.arange(3), np.arange(3), np.array([9, 7, 1]), candidate_n=3)
    every, ends = sparse.csr_array(np.ones((1, 3))), (np.zeros(1), np.array([2.0]))
    none = sparse.csr_array((1, 3))
    rows = RuleRows(every, none, *ends, np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.bool_))
    start, budget = np.array([0, 2]), Budget(30.0)
    proof = prove(problem, 2, known=10, seed=1, budget=budget, start=start, rows=rows)
    assert (sorted(proof.best.tolist()), proof.known, proof.bound) == ([0, 1], 16, 16.0)
    barred = replace(rows, sites=sparse.csr_array(np.array([[1.0, 1.0, 0.0]])), upper=np.ones(1))
    proof = prove(problem, 2, known=10, seed=1, budget=budget, start=start, rows=barred)
    assert (sorted(proof.best.tolist()), proof.known, proof.bound) == ([0, 2], 10, 10.0)
