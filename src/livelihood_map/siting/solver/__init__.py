"""The solver's one door: covering problems and rules in, an answer with its proof out.

It works on arrays and knows no table. What lies behind this door is imported from within this
folder alone.
"""

from __future__ import annotations

from livelihood_map.siting.solver.asked import Asked, walk_matrix
from livelihood_map.siting.solver.cover_problem import (
    WEIGHT_SCALE,
    BoolArray,
    CoverProblem,
    FloatArray,
    IntArray,
    build_problem,
    scale_weights,
)
from livelihood_map.siting.solver.covering import (
    Answer,
    Status,
    bound_choice,
    solve_covering,
    status_of,
)
from livelihood_map.siting.solver.infeasibility import explain_clash
from livelihood_map.siting.solver.lagrangian import bounds_of_prices, close_bound, find_bound
from livelihood_map.siting.solver.loading import load_kernels, load_kernels_aside
from livelihood_map.siting.solver.local_search import choose_greedily, improve_by_swaps
from livelihood_map.siting.solver.models import (
    cover_gradually,
    cover_twice,
    cover_with_capacity,
    gradual_pairs,
    least_walk,
)
from livelihood_map.siting.solver.presolve import shrink
from livelihood_map.siting.solver.programmes import fairest_share, is_possible, nearest_choice
from livelihood_map.siting.solver.reaching_all import cover_everyone, shortest_longest_walk
from livelihood_map.siting.solver.rows import Rule, breach_finder, forced, keeps

__all__ = [
    "WEIGHT_SCALE",
    "Answer",
    "Asked",
    "BoolArray",
    "CoverProblem",
    "FloatArray",
    "IntArray",
    "Rule",
    "Status",
    "bound_choice",
    "bounds_of_prices",
    "breach_finder",
    "build_problem",
    "choose_greedily",
    "close_bound",
    "cover_everyone",
    "cover_gradually",
    "cover_twice",
    "cover_with_capacity",
    "explain_clash",
    "fairest_share",
    "find_bound",
    "forced",
    "gradual_pairs",
    "improve_by_swaps",
    "is_possible",
    "keeps",
    "least_walk",
    "load_kernels",
    "load_kernels_aside",
    "nearest_choice",
    "scale_weights",
    "shortest_longest_walk",
    "shrink",
    "solve_covering",
    "status_of",
    "walk_matrix",
]
