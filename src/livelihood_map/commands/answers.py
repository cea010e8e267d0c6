"""What answers each question, and the one way to ask it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from livelihood_map.commands.changes import try_edits, try_edits_with_sites
from livelihood_map.commands.check import check_inputs
from livelihood_map.commands.directions import find_directions
from livelihood_map.commands.stability import try_stability
from livelihood_map.commands.street_checks import report_areas, report_network
from livelihood_map.commands.yearly import YEARLY
from livelihood_map.core.altering import altered
from livelihood_map.core.errors import SettingsError
from livelihood_map.pipeline.questions import ASKED
from livelihood_map.pipeline.running import answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from livelihood_map.core.settings import Settings
    from livelihood_map.pipeline.stage import Stage

ANSWERS: Final[dict[str, Callable[..., list[str]]]] = {
    "check": check_inputs,
    "stability": try_stability,
    "network": report_network,
    "edits": try_edits,
    "edits-with-sites": try_edits_with_sites,
    "route": find_directions,
    "areas": report_areas,
    **YEARLY,
}
"""What answers a question, by the name of its command; each writes its files and returns lines."""
_ONE_FILE: Final = frozenset({"route"})
"""Questions that always write the same file: the last answer takes the place of the one before."""


def find_question(name: str) -> Stage:
    """Return a question, with what answers it, by the name of its command.

    Raises
    ------
    SettingsError
        When there is no such question.
    """
    if name not in ANSWERS:
        names = ", ".join(ANSWERS)
        raise SettingsError("programme.question_unknown", question=name, questions=names)
    return altered(ASKED[f"ask_{name}"], run=ANSWERS[name])


def ask(
    settings: Settings, question: str, *, maps: Path | None = None, **arguments: object
) -> list[str]:
    """Return the answer to a question in words; its files are put in place together.

    What the question reads is made fresh: where nothing has run yet, the stages that it needs are
    run; what has become stale is computed for this answer alone when that takes a moment. The
    stored run stays as it is.

    Parameters
    ----------
    settings
        Settings of the run.
    question
        Name of its command.
    maps
        Folder of the maps, when it is not that of the settings.
    **arguments
        What the question asks for beside the settings; with ``has_sites`` it reads the sites of
        the plan too.

    Raises
    ------
    SettingsError
        When there is no such question.
    StaleError
        When computing what is stale would take longer; names what has changed and what to run.
    BusyError
        When another process works in the folder.
    LivelihoodMapError
        When an input cannot be used, or the question has no answer.
    """
    if arguments.pop("has_sites", False):
        question = f"{question}-with-sites"
    asked = find_question(question)
    if question in _ONE_FILE:
        asked, arguments = altered(asked, run=partial(asked.run, **arguments)), {}
    return answer(settings, asked, maps=maps, is_of_inputs=question == "check", **arguments)
