"""The verbs as analysts call them: frames, graphs or paths in, the same index out.

They bring what they are given into the tables of the stages and call these; nothing is measured
here. :func:`from_osmnx` and the other bridges lead from the objects of OSMnx, momepy and spopt.
"""

from __future__ import annotations

from livelihood_map.analysis.chosen_plan import Plan
from livelihood_map.analysis.given_streets import from_osmnx
from livelihood_map.analysis.map_verbs import draw_map
from livelihood_map.analysis.measured import Measured
from livelihood_map.analysis.register_verbs import load_facilities
from livelihood_map.analysis.site_verbs import choose_sites
from livelihood_map.analysis.walk_verbs import find_gaps, measure_coverage, measure_nearest
from livelihood_map.analysis.way_verbs import find_route, service_areas

__all__ = [
    "Measured",
    "Plan",
    "choose_sites",
    "draw_map",
    "find_gaps",
    "find_route",
    "from_osmnx",
    "load_facilities",
    "measure_coverage",
    "measure_nearest",
    "service_areas",
]
