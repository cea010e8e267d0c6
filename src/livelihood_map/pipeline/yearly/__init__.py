"""The questions of the year's plan, each answered from the tables of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.pipeline.stage import MARKS, WALKED, WALKS, Stage
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

_PLAN: Final = "programme.name"


def _question(
    name: str,
    run: Callable[..., list[str]],
    *more: str,
    settings: tuple[str, ...] = (),
    files: tuple[str, ...] = (),
    may_need: tuple[str, ...] = (),
    makes: tuple[str, ...] = (),
) -> Stage:
    """Return a question: it reads the walks of a run, and what else is named."""
    return Stage(
        name=name,
        run=run,
        needs=tuple(dict.fromkeys((*WALKED, "joins", "facilities", "towns", *more))),
        may_need=may_need,
        makes=makes,
        settings=tuple(
            dict.fromkeys(
                (
                    *MARKS,
                    *WALKS,
                    "coverage.kinds",
                    "coverage.walkers",
                    "coverage.cutoff_m",
                    "programme",
                    *settings,
                )
            )
        ),
        files=("run.standard", *files),
    )


QUESTIONS: Final[dict[str, Stage]] = {
    question.name: question
    for question in (
        _question(
            "progress",
            report_progress,
            "coverage",
            "residence_coverage",
            files=(_PLAN,),
            may_need=("survey",),
        ),
        _question("phases", report_phases, files=(_PLAN, "programme.renovations")),
        _question("schedule", report_schedule, files=(_PLAN, "programme.schedule")),
        _question(
            "layout",
            report_layout,
            *SITING_ANEW.needs,
            settings=SITING_ANEW.settings,
            files=SITING_ANEW.files,
        ),
        _question("demonstration", report_demonstration, files=(_PLAN,)),
        _question("centres", report_centres, "coverage"),
        _question("mix", report_mix, "centres"),
        _question("delivery", report_delivery),
        _question("survey", report_survey_sheets),
        _question("survey-read", report_survey, makes=("survey",)),
        _question(
            "compare",
            report_comparison,
            "coverage",
            files=(_PLAN, "programme.schedule"),
        ),
    )
}
"""Question by the name of its command; each writes its files and returns lines to print."""
