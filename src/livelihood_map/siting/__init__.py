"""Choose the sites: by clustering, greedily, or proved; each with its reason."""

from __future__ import annotations

from livelihood_map.siting.cost_matrix import MatrixChoice, solve_mclp
from livelihood_map.siting.curve import measure_curve
from livelihood_map.siting.instance import people_of
from livelihood_map.siting.plan import choose_sites
from livelihood_map.siting.review import mark_views, price_refusals
from livelihood_map.siting.site_plan import SitePlan
from livelihood_map.siting.solver import load_kernels_aside
from livelihood_map.siting.stability import measure_survival, shift_points

__all__ = [
    "MatrixChoice",
    "SitePlan",
    "choose_sites",
    "load_kernels_aside",
    "mark_views",
    "measure_curve",
    "measure_survival",
    "people_of",
    "price_refusals",
    "shift_points",
    "solve_mclp",
]
