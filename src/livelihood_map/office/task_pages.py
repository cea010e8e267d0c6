"""Tasks: started with what they ask for, stopped, looked after; and the page of round trips."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import has_label, label
from livelihood_map.load.files.paths import LAYERS, WORKBOOKS
from livelihood_map.office.handling import jobs, one, project_of, projects, to_page
from livelihood_map.office.jobs import sort_of
from livelihood_map.office.pages import render
from livelihood_map.office.projects import DATA, NotThereError, id_of
from livelihood_map.office.slots import find_sources

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from livelihood_map.office.projects import Project

QUESTIONS: Final = (
    "progress", "phases", "schedule", "layout", "demonstration", "centres", "mix", "delivery",
    "survey", "stability", "network", "areas",
)  # fmt: skip
"""Questions that are asked of a run without anything else."""


def start_task(request: Request, typed: dict[str, list[str]]) -> Response:
    """Start a task, with what it asks for."""
    project, task = project_of(request), request.path_params["task"]
    given, page = _given(request, project, task, typed)
    jobs(request).start(project, task, given)
    return to_page(project, page)


def _given(
    request: Request,
    project: Project,
    task: str,
    typed: dict[str, list[str]],
) -> tuple[dict[str, str], str]:
    """Return what a task asks for, and the page that shows it."""
    if task in {"run", "check", "back"}:
        return {}, "check" if task == "check" else "run"
    if task == "ask" and one(typed, "question") in QUESTIONS:
        return {"question": one(typed, "question")}, "rounds"
    if task == "review":
        return {"file": id_of(project.file(one(typed, "file")).name)}, "rounds"
    if task in {"try_out", "what_if"}:
        file = id_of(project.file(one(typed, "file")).name)
        return {"file": file, "with_sites": one(typed, "with_sites")}, "rounds"
    if task == "survey_read" and typed.get("files"):
        files = [id_of(project.file(each).name) for each in typed["files"]]
        return {"files": ",".join(files)}, "rounds"
    if task == "compare":
        other = projects(request).find(one(typed, "other"))
        return {"other": other.id}, "rounds"
    raise NotThereError("office.not_there")


def stop_task(request: Request, typed: dict[str, list[str]]) -> Response:
    """Stop the task that is at work; what stood before it still stands."""
    del typed
    project = project_of(request)
    state = jobs(request).state(project, "work")
    jobs(request).stop(project, "work")
    page = {"check": "check", "run": "run", "back": "run"}.get(state.task, "rounds")
    return to_page(project, page)


def show_job(request: Request, typed: dict[str, list[str]]) -> Response:
    """Show how a task stands, for a page that asks again and again.

    Raises
    ------
    NotThereError
        When there is no such sort of task.
    """
    del typed
    project, sort = project_of(request), request.path_params["sort"]
    if sort not in {sort_of("run"), sort_of("recognise")}:
        raise NotThereError("office.not_there")
    state = jobs(request).state(project, sort)
    page = render("job.html", {"project": project, "job": state, "sort": sort})
    if not state.is_running:
        page.headers["HX-Refresh"] = "true"
    return page


def show_rounds(request: Request, typed: dict[str, list[str]]) -> Response:
    """Show what comes back from towns and surveys, the year's questions, and other projects."""
    del typed
    project = project_of(request)
    others = [other for other in projects(request).every() if other.id != project.id]
    named = {source.path for source in find_sources(project.content())}
    loose = [path.name for path in project.files() if f"{DATA}/{path.name}" not in named]
    files = [
        {"id": id_of(name), "name": name, "ending": Path(name).suffix.lower()} for name in loose
    ]
    questions = [
        (name, label(f"cli.help_{name}")) for name in QUESTIONS if has_label(f"cli.help_{name}")
    ]
    shown = {
        "others": [other for other in others if other.finished() is not None],
        "files": files,
        "books": [each for each in files if each["ending"] in WORKBOOKS],
        "layers": [each for each in files if each["ending"] in LAYERS],
        "questions": questions,
        "job": jobs(request).state(project, "work"),
        "finished": project.finished(),
    }
    return render("rounds.html", {"project": project, "step": "rounds", **shown})
