"""Who reaches what on foot, within which tier, for which walker."""

from __future__ import annotations

from livelihood_map.coverage.accessibility import (
    count_in_tiers,
    measure_completeness,
    measure_distribution,
    select_k_nearest,
)
from livelihood_map.coverage.circle import (
    complete_homes,
    complete_towns,
    count_homes,
    name_nearest,
)
from livelihood_map.coverage.comparing import (
    compare_coverage,
    compare_towns,
    compare_walkers,
)
from livelihood_map.coverage.equity import (
    measure_gini,
    measure_palma,
    measure_worst_decile,
    summarise_equity,
)
from livelihood_map.coverage.equity_tables import compare_supply, compare_walks, distribute_walks
from livelihood_map.coverage.floating_catchment import (
    average_homes,
    list_supply,
    spread_supply,
    summarise_supply,
)
from livelihood_map.coverage.journeys import find_journeys
from livelihood_map.coverage.measuring import measure_coverage, measure_pairs, measure_reach
from livelihood_map.coverage.selection import count_people, list_own, select_facilities
from livelihood_map.coverage.service_areas import Outline, build_areas
from livelihood_map.coverage.summaries import (
    select_middle,
    summarise_residences,
    summarise_towns,
)
from livelihood_map.coverage.supply import gaussian_decay, measure_asking, measure_supply

__all__ = [
    "Outline",
    "average_homes",
    "build_areas",
    "compare_coverage",
    "compare_supply",
    "compare_towns",
    "compare_walkers",
    "compare_walks",
    "complete_homes",
    "complete_towns",
    "count_homes",
    "count_in_tiers",
    "count_people",
    "distribute_walks",
    "find_journeys",
    "gaussian_decay",
    "list_own",
    "list_supply",
    "measure_asking",
    "measure_completeness",
    "measure_coverage",
    "measure_distribution",
    "measure_gini",
    "measure_pairs",
    "measure_palma",
    "measure_reach",
    "measure_supply",
    "measure_worst_decile",
    "name_nearest",
    "select_facilities",
    "select_k_nearest",
    "select_middle",
    "spread_supply",
    "summarise_equity",
    "summarise_residences",
    "summarise_supply",
    "summarise_towns",
]
