"""Loading of the compiled loops before a clock runs."""

from __future__ import annotations

from functools import cache

import numpy as np

from livelihood_map.core.budget import Budget
from livelihood_map.core.crew import begin_aside
from livelihood_map.network.walking_kernels import is_stored
from livelihood_map.siting.solver.cover_problem import WEIGHT_SCALE, build_problem
from livelihood_map.siting.solver.covering import solve_covering
from livelihood_map.siting.solver.swap_kernels import anneal


@cache
def load_kernels() -> None:
    """Have the loops of a search compiled, or their stored code loaded, by a small question.

    The first time on a computer this takes longer than a short limit allows for, and is no work of
    the search that is asked for.
    """
    drawn = np.random.default_rng(0)
    pairs = drawn.integers(0, 100, 400), drawn.integers(0, 50, 400)
    weights = drawn.integers(1, 5000, 100) * WEIGHT_SCALE
    solve_covering(build_problem(*pairs, weights, candidate_n=50), 8, seed=0, budget=Budget(60.0))


def load_kernels_aside() -> None:
    """Have a helper compile the loops where their compiled code is not stored yet."""
    if not is_stored(anneal):
        begin_aside(load_kernels)
