"""The p-median as maximal covering of steps: what stands in it, and what making it costs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from livelihood_map.core.budget import Budget
from livelihood_map.siting.solver.asked import Asked, walk_matrix
from livelihood_map.siting.solver.models import _steps


def drawn(seed, *, demand_n=12, candidate_n=8, pair_n=50):
    """Return a question of random walks of 0 to 14 m, many of them equal, and what counts at most.

    Some points have no walk at all, some none that is short enough.
    """
    generator = np.random.default_rng(seed)
    places = np.unique(generator.integers(0, demand_n * candidate_n, pair_n))
    metres = generator.integers(0, 15, len(places)).astype(float)
    walk_m = walk_matrix(*np.divmod(places, candidate_n), metres, shape=(demand_n, candidate_n))
    people = generator.integers(1, 9, demand_n).astype(float)
    asked = Asked(walk_m, people, site_n=2, seed=1, budget=Budget(9.0))
    return asked, generator.integers(1, 20, demand_n).astype(float)


def told_one_by_one(asked, farthest_m, level_n):
    """Return each step's candidates and weight, and the walk without any step, point by point."""
    steps, worst, is_whole = [], 0.0, True
    dense = np.full(asked.walk_m.shape, np.inf)
    pairs = asked.walk_m.tocoo()
    dense[pairs.row, pairs.col] = np.round(pairs.data, 3)
    for i, row in enumerate(dense):
        levels = sorted({float(metres) for metres in row if metres < farthest_m[i]})
        is_whole &= len(levels) <= level_n
        ends = [*levels, float(farthest_m[i])][: level_n + 1]
        for level, end in pairwise(ends):
            weight = round((end - level) * asked.people[i] * 1000)
            steps.append((np.flatnonzero(row <= level).tolist(), weight))
        worst += asked.people[i] * ends[-1]
    return steps, worst, is_whole


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("level_n", [1, 3, 99])
def test_a_step_weighs_what_a_nearer_site_saves_and_is_covered_by_all_within_it(seed, level_n):
    """Candidates, weight and the walk that is left are those that each point has by itself."""
    asked, farthest_m = drawn(seed)
    rows, columns, weights, worst, is_whole = _steps(asked, farthest_m, level_n)
    found = [(sorted(columns[rows == k].tolist()), int(weights[k])) for k in range(len(weights))]
    steps, least, is_all = told_one_by_one(asked, farthest_m, level_n)
    assert found == steps
    assert worst == pytest.approx(least)
    assert is_whole == is_all


def test_making_the_steps_is_work():
    """Whoever asks for twice as many walks has less of the limit left."""
    few, many = drawn(1, pair_n=20), drawn(1, pair_n=90)
    for asked, farthest_m in (few, many):
        _steps(asked, farthest_m, 16)
    assert many[0].budget.left_s < few[0].budget.left_s < 9.0
