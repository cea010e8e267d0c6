"""The questions of the year's plan, each answered from the tables of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.pipeline.stage import MARKS, MEASURED, WALKED, WALKS, Stage, declare
from livelihood_map.pipeline.stages import SITING_ANEW
from livelihood_map.pipeline.yearly.answers import (
    report_centres,
    report_delivery,
    report_demonstration,
    report_mix,
)
from livelihood_map.pipeline.yearly.comparing import report_comparison
from livelihood_map.pipeline.yearly.markets import (
    report_layout,
    report_phases,
    report_schedule,
)
from livelihood_map.pipeline.yearly.progressing import report_progress
from livelihood_map.pipeline.yearly.surveys import report_survey, report_survey_sheets

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["QUESTIONS"]

_PLAN: Final = "run.standard programme.name"


def _question(name: str, run: Callable[..., list[str]], **more: str) -> Stage:
    """Return a question: it reads the walks of a run, and what else is named."""
    more["needs"] = f"{WALKED} joins facilities towns {more.get('needs', '')}"
    more["settings"] = f"{MARKS} {WALKS} {MEASURED} programme {more.get('settings', '')}"
    return declare(name, run, **more)


QUESTIONS: Final[dict[str, Stage]] = {
    question.name: question
    for question in (
        _question(
            "progress",
            report_progress,
            needs="coverage residence_coverage",
            may_need="survey",
            files=_PLAN,
        ),
        _question("phases", report_phases, files=f"{_PLAN} programme.renovations"),
        _question("schedule", report_schedule, files=f"{_PLAN} programme.schedule"),
        _question(
            "layout",
            report_layout,
            needs=" ".join(SITING_ANEW.needs),
            settings=" ".join(SITING_ANEW.settings),
            files=" ".join(SITING_ANEW.files),
        ),
        _question("demonstration", report_demonstration, files=_PLAN),
        _question("centres", report_centres, needs="coverage"),
        _question("mix", report_mix, needs="centres"),
        _question("delivery", report_delivery),
        _question("survey", report_survey_sheets),
        _question("survey-read", report_survey, makes="survey"),
        _question(
            "compare",
            report_comparison,
            needs="coverage",
            files=f"{_PLAN} programme.schedule",
        ),
    )
}
"""Question by the name of its command; each writes its files and returns lines to print."""
