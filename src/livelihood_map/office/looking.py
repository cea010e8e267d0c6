"""Files that were handed over, as the settings would read them: what the page of data shows."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.faults import problem_of
from livelihood_map.load.inspect import SECTIONS
from livelihood_map.load.recognition import preview_file, recognise_file
from livelihood_map.office.answers import read_answer
from livelihood_map.office.jobs import BusyJobError
from livelihood_map.office.projects import DATA
from livelihood_map.office.slots import KINDS, find_sources

if TYPE_CHECKING:
    from pathlib import Path

    from livelihood_map.office.jobs import Jobs, JobState
    from livelihood_map.office.projects import Project
    from livelihood_map.office.slots import Source

BESIDE: Final = (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qmd", ".xml")
"""Endings of the parts of a Shapefile beside the one that is named."""


def is_part(path: Path) -> bool:
    """Return whether a file is a part of a Shapefile that lies beside it."""
    return path.suffix.lower() in BESIDE and path.with_suffix(".shp").is_file()


def mark_of(path: Path, source: Source | None) -> str:
    """Return a mark of a file and of how it is read; what was found under another is not true."""
    state = path.stat()
    how = "" if source is None else f"{source.slot} {sorted(source.columns.items())}"
    return f"{state.st_size} {state.st_mtime_ns} {how}"


def sources_by_name(project: Project) -> dict[str, Source]:
    """Return what the settings name in the folder of data, by file name."""
    named = find_sources(project.content())
    return {s.path.removeprefix(f"{DATA}/"): s for s in named if s.path.startswith(f"{DATA}/")}


def keep_going(jobs: Jobs, project: Project, task: str, mark: str) -> JobState:
    """Return how a task of looking stands, after starting it where what it found is not true.

    Parameters
    ----------
    jobs
        The tasks at work.
    project
        The project.
    task
        Name of the task.
    mark
        What it has to look at; empty where what it found last is true.
    """
    state = jobs.state(project, "look")
    is_asked = state.task == task and state.mark == mark
    if mark and not state.is_running and not is_asked:
        try:
            jobs.start(project, task, mark=mark)
        except BusyJobError:
            return state
        state = jobs.state(project, "look")
    return state


def look_at_files(project: Project) -> dict[str, Any]:
    """Return what every file holds, by name; one that was looked at before is not read again."""
    before, sources = read_answer(project, "files"), sources_by_name(project)
    found = {}
    for path in project.files():
        if is_part(path):
            continue
        source = sources.get(path.name)
        mark = mark_of(path, source)
        old = before.get(path.name, {})
        found[path.name] = old if old.get("mark") == mark else {"mark": mark, **_look(path, source)}
    return found


def _look(path: Path, source: Source | None) -> dict[str, Any]:
    """Return what one file holds, or why it cannot be read."""
    try:
        if source is None and path.stem.lower().startswith("rejects"):
            slot, sheets = "corrections", []
        elif source is None:
            seen = recognise_file(path)
            slot, sheets = _slot_of(seen.section, seen.kind), seen.sheets
        else:
            readable = source.section if source.section in SECTIONS else ""
            slot, sheets = source.slot, preview_file(path, readable, source.columns)
    except LivelihoodMapError as error:
        return {"slot": "", "sheets": [], "error": error.text()}
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            raise
        return {"slot": "", "sheets": [], "error": problem.text()}
    return {"slot": slot, "sheets": [asdict(sheet) for sheet in sheets], "error": ""}


def _slot_of(section: str, kind: str) -> str:
    """Return the slot that a file seems to belong to."""
    if section != "facilities":
        return section
    return f"facilities:{kind}" if kind in KINDS else "facilities:"
