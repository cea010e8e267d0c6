"""What every question that is asked of a run reads and makes; `commands` gives the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Never, NoReturn

from livelihood_map.pipeline import reads, stages
from livelihood_map.pipeline.stage import MARKS, MEASURED, WALKS, UndeclaredError, declare

if TYPE_CHECKING:
    from livelihood_map.pipeline.stage import Stage
    from livelihood_map.pipeline.workspace import Workspace

_PLAN: Final = "run.standard programme.name"


def _unanswered(work: Workspace[Never]) -> NoReturn:
    """Refuse a question that was not asked through `commands`."""
    raise UndeclaredError(str(work.folder))


def _question(name: str, reads: object, **lists: str) -> Stage:
    return declare(f"ask_{name}", _unanswered, reads=reads, **lists)


def _of_year(name: str, reads: object = reads.YearReads, **more: str) -> Stage:
    """Return a question on the year's plan."""
    more["settings"] = f"{MARKS} {WALKS} {MEASURED} programme {more.get('settings', '')}"
    return _question(name, reads, **more)


ASKED: Final = {
    question.name: question
    for question in (
        _question("check", reads.Loaded, settings=f"{MARKS} load.corrections"),
        _question(
            "stability",
            reads.StabilityReads,
            makes="stability",
            settings=f"{MARKS} {' '.join(stages.SITING.settings)} stability",
        ),
        _question(
            "network",
            reads.CoverageReads,
            settings=f"{MARKS} {' '.join(stages.COVERAGE.settings)}",
        ),
        _question(
            "edits",
            reads.CoverageReads,
            settings=f"{MARKS} {' '.join(stages.COVERAGE.settings)} network.elevation",
            files="run.standard network.elevation",
        ),
        _question(
            "edits-with-sites",
            reads.WhatIfReads,
            settings=f"{MARKS} {' '.join(stages.COVERAGE.settings)} network.elevation siting.kind",
            files="run.standard network.elevation",
        ),
        _question(
            "route",
            reads.CoverageReads,
            settings=f"{MARKS} {' '.join(stages.COVERAGE.settings)}",
        ),
        _question(
            "areas",
            reads.OutlinedReads,
            may_need=" ".join(stages.AREAS.may_need),
            settings=" ".join(stages.AREAS.settings),
        ),
        _of_year("progress", reads.ProgressReads, may_need="survey", files=_PLAN),
        _of_year("phases", files=f"{_PLAN} programme.renovations"),
        _of_year("schedule", files=f"{_PLAN} programme.schedule"),
        _of_year(
            "layout",
            reads.AnewReads,
            settings=" ".join(stages.SITING_ANEW.settings),
            files=" ".join(stages.SITING_ANEW.files),
        ),
        _of_year("demonstration", files=_PLAN),
        _of_year("centres", reads.CoveredReads),
        _of_year("mix", reads.MixReads),
        _of_year("delivery"),
        _of_year("survey"),
        _of_year("survey-read", makes="survey"),
        _of_year("compare", reads.CoveredReads, files=f"{_PLAN} programme.schedule"),
    )
}
"""Question by its name in the run record, which no stage bears."""

REVIEW: Final = _question(
    "review",
    reads.ReviewReads,
    makes=" ".join(("review", *stages.CANDIDATES.makes, *stages.SITING.makes)),
    settings=" ".join((MARKS, *stages.SITING.settings, *stages.CANDIDATES.settings)),
    files=" ".join(stages.CANDIDATES.files),
)
"""The towns' review: a plan of its own, in a folder of its own."""

MAKERS: Final = {
    table: name
    for name, stage in ((REVIEW.name, REVIEW), *ASKED.items(), *stages.STAGES.items())
    for table in stage.makes
}
"""Stage or question by the table that it makes."""
