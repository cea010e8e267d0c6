"""Who reaches what on foot, within which tier, for which walker."""

from __future__ import annotations

from livelihood_map.coverage.measuring import measure_coverage
from livelihood_map.coverage.selecting import select_facilities
from livelihood_map.coverage.summaries import summarise_residences, summarise_towns

__all__ = [
    "measure_coverage",
    "select_facilities",
    "summarise_residences",
    "summarise_towns",
]
