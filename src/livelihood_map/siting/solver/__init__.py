"""The solver's one door: covering problems and rules in, an answer with its proof out.

It works on arrays and knows no table. Whatever lies behind this door is imported from within this
folder alone.
"""

from __future__ import annotations

from livelihood_map.siting.solver.cover_problem import (
    WEIGHT_SCALE,
    BoolArray,
    CoverProblem,
    FloatArray,
    IntArray,
    build_problem,
    scale_weights,
)
from livelihood_map.siting.solver.covering import Answer, Status, close_bound, solve_covering
from livelihood_map.siting.solver.feasibility import fairest_share, is_possible, nearest_choice
from livelihood_map.siting.solver.infeasibility import explain_clash
from livelihood_map.siting.solver.lagrangian import candidate_worth, find_bound
from livelihood_map.siting.solver.local_search import choose_greedily, improve_by_swaps
from livelihood_map.siting.solver.model_question import Asked, Doubled, walk_matrix
from livelihood_map.siting.solver.models import (
    can_be_helped,
    cover_everyone,
    cover_gradually,
    cover_twice,
    cover_with_capacity,
    least_walk,
    shortest_longest_walk,
    within_rule,
)
from livelihood_map.siting.solver.presolve import shrink
from livelihood_map.siting.solver.rows import Rule, broken_rule, forced, keeps

__all__ = [
    "WEIGHT_SCALE",
    "Answer",
    "Asked",
    "BoolArray",
    "CoverProblem",
    "Doubled",
    "FloatArray",
    "IntArray",
    "Rule",
    "Status",
    "broken_rule",
    "build_problem",
    "can_be_helped",
    "candidate_worth",
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
    "improve_by_swaps",
    "is_possible",
    "keeps",
    "least_walk",
    "nearest_choice",
    "scale_weights",
    "shortest_longest_walk",
    "shrink",
    "solve_covering",
    "walk_matrix",
    "within_rule",
]
