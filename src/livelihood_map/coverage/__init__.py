"""Who reaches what on foot, within which tier, for which walker."""

from __future__ import annotations

from livelihood_map.coverage.comparing import compare_coverage, compare_walkers
from livelihood_map.coverage.equity import (
    measure_gini,
    measure_palma,
    measure_worst_decile,
    summarise_equity,
)
from livelihood_map.coverage.measures import (
    count_in_tiers,
    gaussian_decay,
    measure_completeness,
    measure_distribution,
    measure_supply,
    select_k_nearest,
)
from livelihood_map.coverage.measuring import measure_coverage
from livelihood_map.coverage.selecting import list_own, select_facilities
from livelihood_map.coverage.summaries import summarise_residences, summarise_towns

__all__ = [
    "compare_coverage",
    "compare_walkers",
    "count_in_tiers",
    "gaussian_decay",
    "list_own",
    "measure_completeness",
    "measure_coverage",
    "measure_distribution",
    "measure_gini",
    "measure_palma",
    "measure_supply",
    "measure_worst_decile",
    "select_facilities",
    "select_k_nearest",
    "summarise_equity",
    "summarise_residences",
    "summarise_towns",
]
