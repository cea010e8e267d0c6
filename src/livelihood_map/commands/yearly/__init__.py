"""The questions of the year's plan, each answered from the tables of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.commands.yearly.comparisons import report_comparison
from livelihood_map.commands.yearly.markets import (
    report_layout,
    report_phases,
    report_schedule,
)
from livelihood_map.commands.yearly.outlets import (
    report_centres,
    report_delivery,
    report_demonstration,
    report_mix,
)
from livelihood_map.commands.yearly.plan_progress import report_progress
from livelihood_map.commands.yearly.survey_sheets import report_survey, report_survey_sheets

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["YEARLY"]

YEARLY: Final[dict[str, Callable[..., list[str]]]] = {
    "progress": report_progress,
    "phases": report_phases,
    "schedule": report_schedule,
    "layout": report_layout,
    "demonstration": report_demonstration,
    "centres": report_centres,
    "mix": report_mix,
    "delivery": report_delivery,
    "survey": report_survey_sheets,
    "survey-read": report_survey,
    "compare": report_comparison,
}
"""What answers a question on the year's plan, by the name of its command."""
