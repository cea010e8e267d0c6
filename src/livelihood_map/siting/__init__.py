"""Choose the sites: by clustering, greedily, or proved; each with its reason."""

from __future__ import annotations

from livelihood_map.siting.curve import measure_curve
from livelihood_map.siting.plan import SitePlan, choose_sites

__all__ = ["SitePlan", "choose_sites", "measure_curve"]
