"""Every question that is asked of a run, and which stage or question makes which table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import SettingsError
from livelihood_map.pipeline.reporting import write_reject_list
from livelihood_map.pipeline.stability import try_stability
from livelihood_map.pipeline.stage import MARKS, altered, declare
from livelihood_map.pipeline.stages import (
    AREAS,
    CANDIDATES,
    COVERAGE,
    LOAD,
    NETWORK,
    SITING,
    STAGES,
)
from livelihood_map.pipeline.streetwork import report_areas, report_network, try_edits
from livelihood_map.pipeline.telling import load_lines
from livelihood_map.pipeline.yearly import QUESTIONS

if TYPE_CHECKING:
    from livelihood_map.pipeline.stage import Stage
    from livelihood_map.pipeline.workspace import Workspace


def _check(work: Workspace) -> list[str]:
    """Return what the inputs hold, in words; the rows that were not taken in are listed."""
    write_reject_list(work, folder=work.folder / "check")
    return load_lines(work)


CHECK: Final = declare(
    "check", _check, needs=" ".join(LOAD.makes), settings=f"{MARKS} load.corrections"
)
STABILITY: Final = declare(
    "stability",
    try_stability,
    needs=f"{' '.join(SITING.needs)} sites",
    makes="stability",
    settings=f"{MARKS} {' '.join(SITING.settings)} network.start stability",
)
STREETS_CHECK: Final = declare(
    "network",
    report_network,
    needs=" ".join(COVERAGE.needs),
    settings=f"{MARKS} {' '.join(COVERAGE.settings)} network.start",
)
EDITS: Final = declare(
    "edits",
    try_edits,
    needs=f"{' '.join(COVERAGE.needs)} known_gates",
    settings=f"{MARKS} {' '.join((*COVERAGE.settings, *NETWORK.settings))} network.elevation",
    files="run.standard network.edits network.elevation",
)
AREAS_ASKED: Final = declare(
    "areas",
    report_areas,
    needs=" ".join((*AREAS.needs, *AREAS.makes)),
    may_need=" ".join(AREAS.may_need),
    settings=" ".join(AREAS.settings),
)

ASKED: Final = {
    f"ask_{question.name}": altered(question, name=f"ask_{question.name}")
    for question in (CHECK, STABILITY, STREETS_CHECK, EDITS, AREAS_ASKED, *QUESTIONS.values())
}
"""Question by its name in the run record, which no stage bears."""

REVIEW: Final = declare(
    "ask_review",
    list,
    needs=f"{' '.join(SITING.needs)} edges zones sites plan",
    makes=" ".join(("review", *CANDIDATES.makes, *SITING.makes)),
    settings=" ".join((MARKS, *SITING.settings, *CANDIDATES.settings)),
    files=" ".join(CANDIDATES.files),
)
"""The towns' review: a plan of its own, in a folder of its own."""

MAKERS: Final = {
    table: name
    for name, stage in ((REVIEW.name, REVIEW), *ASKED.items(), *STAGES.items())
    for table in stage.makes
}
"""Stage or question by the table that it makes."""


def find_question(name: str) -> Stage:
    """Return a question by the name of its command.

    Raises
    ------
    SettingsError
        When there is no such question.
    """
    key = f"ask_{name}"
    if key not in ASKED:
        names = ", ".join(one.removeprefix("ask_") for one in ASKED)
        raise SettingsError("programme.question_unknown", question=name, questions=names)
    return ASKED[key]
