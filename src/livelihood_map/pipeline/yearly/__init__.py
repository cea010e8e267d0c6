"""The questions of the year's plan, each answered from the tables of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import SettingsError
from livelihood_map.core.labels import label
from livelihood_map.pipeline.stages import measured
from livelihood_map.pipeline.yearly.answers import (
    report_centres,
    report_delivery,
    report_demonstration,
    report_mix,
)
from livelihood_map.pipeline.yearly.comparing import report_comparison, report_scenarios
from livelihood_map.pipeline.yearly.markets import (
    report_layout,
    report_phases,
    report_schedule,
)
from livelihood_map.pipeline.yearly.progressing import report_progress
from livelihood_map.pipeline.yearly.surveys import report_survey, report_survey_sheets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from livelihood_map.core.settings import Settings
    from livelihood_map.pipeline.workspace import Workspace

QUESTIONS: Final[dict[str, Callable[[Workspace], list[str]]]] = {
    "progress": report_progress,
    "phases": report_phases,
    "schedule": report_schedule,
    "layout": report_layout,
    "demonstration": report_demonstration,
    "centres": report_centres,
    "mix": report_mix,
    "delivery": report_delivery,
    "survey": report_survey_sheets,
}
"""Question by the name of its command; each writes its files and returns lines to print."""

__all__ = ["QUESTIONS", "ask", "compare_runs", "read_survey"]


def ask(settings: Settings, question: str) -> list[str]:
    """Return the answer to a question of the year's plan, in words; its files are written.

    What an earlier run left in the output folder is used; where there is nothing, the stages up to
    coverage are run first.

    Parameters
    ----------
    settings
        Settings of the run.
    question
        A key of `QUESTIONS`.

    Raises
    ------
    SettingsError
        When there is no such question.
    LivelihoodMapError
        When an input cannot be used, or the question has no answer.
    """
    if question not in QUESTIONS:
        names = ", ".join(QUESTIONS)
        raise SettingsError("programme.question_unknown", question=question, questions=names)
    work = measured(settings)
    return _with_files(work, QUESTIONS[question](work))


def compare_runs(settings: Settings, other: Path) -> list[str]:
    """Return who gained and lost against another run or schedule, in words; files are written.

    Parameters
    ----------
    settings
        Settings of the later run, or those that name the schedule to judge.
    other
        Output folder of the earlier run; or another schedule, csv or workbook.

    Raises
    ------
    LivelihoodMapError
        When an input cannot be used, or the other folder holds no coverage.
    """
    work = measured(settings)
    if other.is_file() or (other.suffix and not other.exists()):
        return _with_files(work, report_scenarios(work, other))
    return _with_files(work, report_comparison(work, other))


def read_survey(settings: Settings, folder: Path) -> list[str]:
    """Return what the survey sheets that came back say, in words; its files are written.

    Parameters
    ----------
    settings
        Settings of the run.
    folder
        Folder of the workbooks that came back.

    Raises
    ------
    SourceError
        When the folder holds no workbook.
    LivelihoodMapError
        When an input cannot be used.
    """
    work = measured(settings)
    return _with_files(work, report_survey(work, folder))


def _with_files(work: Workspace, lines: list[str]) -> list[str]:
    return [*lines, *(label("pipeline.written", path=path) for path in work.written)]
