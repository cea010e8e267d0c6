"""The questions of the year's plan, each answered from the tables of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.commands.yearly import (
    comparisons,
    markets,
    outlets,
    plan_progress,
    survey_sheets,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["YEARLY"]

YEARLY: Final[dict[str, Callable[..., list[str]]]] = {
    "progress": plan_progress.report_progress,
    "phases": markets.report_phases,
    "schedule": markets.report_schedule,
    "layout": markets.report_layout,
    "demonstration": outlets.report_demonstration,
    "centres": outlets.report_centres,
    "mix": outlets.report_mix,
    "delivery": outlets.report_delivery,
    "survey": survey_sheets.report_survey_sheets,
    "survey-read": survey_sheets.report_survey,
    "compare": comparisons.report_comparison,
}
"""What answers a question on the year's plan, by the name of its command."""
