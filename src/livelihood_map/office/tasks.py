"""What a child process does for the program: reads files, weighs datums, checks, runs, asks."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from livelihood_map import commands, pipeline
from livelihood_map.core.altering import altered
from livelihood_map.core.errors import SettingsError
from livelihood_map.core.labels import Lang, use_lang
from livelihood_map.core.settings import load_settings
from livelihood_map.load.files.refusals import InputsError
from livelihood_map.office.answers import write_answer
from livelihood_map.office.confined import require_inside
from livelihood_map.office.projects import Project, Projects

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.settings import Settings
    from livelihood_map.pipeline.job import Step
    from livelihood_map.pipeline.workspace import Workspace

SHOWN: Final = ("source", "sheet", "setting", "row", "field", "value", "problem", "remedy", "raw")
"""Columns of a row with a fault that a page shows."""
FAULTS_MAX: Final = 2_000
"""Rows with a fault that the page of mistakes lists; all stand in the workbook."""


@dataclass(frozen=True)
class Asked:
    """What a task is asked.

    Parameters
    ----------
    folder
        Folder of the project.
    task
        Name of the task.
    lang
        Language of the pages.
    given
        What the task asks for beside the project.
    """

    folder: str
    task: str
    lang: Lang
    given: dict[str, str] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        """Return the project."""
        return Project(Path(self.folder))

    def shortened(self, text: str) -> str:
        """Return a text without the way to the project's folder, which nobody needs to read."""
        for folder in (Path(self.folder), Path(self.folder).resolve()):
            text = text.replace(f"{folder}{os.sep}", "")
        return text

    def settings(self) -> Settings:
        """Return the settings of the project, which lead nowhere out of it.

        Raises
        ------
        SettingsError
            When they have mistakes, or name a file outside the project.
        """
        settings = load_settings(self.project.settings.path)
        require_inside(settings, self.project.folder)
        return settings


class Say(Protocol):
    """Tells the program something, as one event."""

    def __call__(self, event: str, /, **values: Any) -> None:  # noqa: ANN401  (what JSON holds)
        """Tell it."""


def recognise(asked: Asked, say: Say) -> list[str]:
    """Look at every file that was handed over, as the settings would read it."""
    from livelihood_map.office.looking import look_at_files

    del say
    write_answer(asked.project, "files", look_at_files(asked.project))
    return []


def weigh(asked: Asked, say: Say) -> list[str]:
    """Set down the points of every file under each datum that is possible."""
    from livelihood_map.office.weighing import weigh_files

    del say
    write_answer(asked.project, "datums", weigh_files(asked.project))
    return []


def place(asked: Asked, say: Say) -> list[str]:
    """Look for where the rows without a place may lie."""
    from livelihood_map.office.placing import look_for_places

    del say
    write_answer(asked.project, "places", look_for_places(asked.project, asked.settings()))
    return []


def outlook(asked: Asked, say: Say) -> list[str]:
    """Tell what a run would keep and what it would compute, stage by stage."""
    settings = asked.settings()
    with use_lang(settings.run.lang):
        for step in pipeline.foresee(settings):
            _tell_step(say, step)
    return []


def check(asked: Asked, say: Say) -> list[str]:
    """Find the mistakes of all files at once."""
    del say
    settings, found = asked.settings(), dict[str, Any]()

    def tell(work: Workspace[Any], answer: Callable[..., list[str]]) -> list[str]:
        found["faults"] = _records(work["rejects"])
        found["oddities"] = _records(work["oddities"])
        return answer(work)

    with use_lang(settings.run.lang):
        question = commands.find_question("check")
        asking = altered(question, run=partial(tell, answer=question.run))
        try:
            lines = pipeline.answer(settings, asking, is_of_inputs=True)
        except InputsError as error:
            found = {
                "refused": [asked.shortened(one.text()) for one in error.refused],
                "faults": _records(error.rejects),
            }
            lines = []
    told = {"lines": [*map(asked.shortened, lines)], "version": asked.project.settings.version()}
    write_answer(asked.project, "check", told | found)
    return lines


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows with a fault as JSON holds them, with their own cells."""
    first = rows.reindex(columns=[*SHOWN, "problem_key"]).head(FAULTS_MAX)
    filled = first.astype(object).where(first.notna(), "")
    return [{**row, "cells": json.loads(row["raw"])} for row in filled.to_dict("records")]


def run(asked: Asked, say: Say) -> list[str]:
    """Do the main job and tell each stage as it comes.

    Raises
    ------
    SettingsError
        When nobody has stated yet how many sites are wanted.
    """
    settings = asked.settings()
    if asked.project.setting("siting.sites_n") is None:
        raise SettingsError("office.sites_wanted")

    with use_lang(settings.run.lang):
        work = pipeline.run(settings, on_step=partial(_tell_step, say))
        return pipeline.summarise(work)


def _tell_step(say: Say, step: Step) -> None:
    say("stage", stage=step.name, is_kept=not step.reasons, text=step.text())


def ask(asked: Asked, say: Say) -> list[str]:
    """Ask a question of the run."""
    del say
    settings = asked.settings()
    with use_lang(settings.run.lang):
        return commands.ask(settings, asked.given["question"])


def review(asked: Asked, say: Say) -> list[str]:
    """Read the towns' opinions back and solve again."""
    from livelihood_map.commands.review import review as read_review

    del say
    settings = asked.settings()
    path = asked.project.file(asked.given["file"])
    with use_lang(settings.run.lang):
        return read_review(settings, path)


def compare(asked: Asked, say: Say) -> list[str]:
    """Compare the run with that of another project."""
    del say
    settings = asked.settings()
    other = Projects(asked.project.folder.parent).find(asked.given["other"])
    output = other.place("output")
    with use_lang(settings.run.lang):
        return commands.ask(settings, "compare", other=output)


def try_out(asked: Asked, say: Say) -> list[str]:
    """Tell what a file of changes would bring, with the plan's sites open or without them."""
    del say
    settings, path = asked.settings(), asked.project.file(asked.given["file"])
    with use_lang(settings.run.lang):
        return commands.ask(settings, "edits", path=path, has_sites=bool(asked.given["with_sites"]))


def what_if(asked: Asked, say: Say) -> list[str]:
    """Do the whole job with a file of changes, in a folder of its own beside the results."""
    settings = asked.settings()
    aside = pipeline.set_aside(settings, asked.project.file(asked.given["file"]), None)
    with use_lang(settings.run.lang):
        work = pipeline.run(aside, on_step=partial(_tell_step, say))
        return pipeline.summarise(work)


def survey_read(asked: Asked, say: Say) -> list[str]:
    """Read the survey sheets that came back."""
    del say
    settings = asked.settings()
    with tempfile.TemporaryDirectory() as folder, use_lang(settings.run.lang):
        for file_id in asked.given["files"].split(","):
            shutil.copy(asked.project.file(file_id), folder)
        return commands.ask(settings, "survey-read", folder=Path(folder))


def back(asked: Asked, say: Say) -> list[str]:
    """Put the run before in its place again."""
    from livelihood_map.commands.replay import go_back

    del say
    settings = asked.settings()
    with use_lang(settings.run.lang):
        return go_back(settings)


TASKS: Final[dict[str, Callable[[Asked, Say], list[str]]]] = {
    "recognise": recognise,
    "weigh": weigh,
    "place": place,
    "outlook": outlook,
    "check": check,
    "run": run,
    "ask": ask,
    "review": review,
    "compare": compare,
    "try_out": try_out,
    "what_if": what_if,
    "survey_read": survey_read,
    "back": back,
}
"""Task by its name; each returns what it has to say."""
