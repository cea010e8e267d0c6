"""The pages of mistakes, of the question, of a run and of what it made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.responses import FileResponse, Response

from livelihood_map.core.errors import SettingsError
from livelihood_map.core.labels import has_label, label
from livelihood_map.office.answers import read_answer
from livelihood_map.office.correcting import read_corrected, write_corrections
from livelihood_map.office.handling import jobs, one, project_of, projects, to_page
from livelihood_map.office.jobs import sort_of
from livelihood_map.office.pages import render
from livelihood_map.office.projects import DATA, NotThereError, id_of
from livelihood_map.office.question import fill, list_inputs
from livelihood_map.office.results import GROUPS, by_town, find_made, list_made, name_town, zip_town
from livelihood_map.office.slots import find_sources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from livelihood_map.core.errors import Problem
    from livelihood_map.office.projects import Project

QUESTIONS: Final = (
    "progress", "phases", "schedule", "layout", "demonstration", "centres", "mix", "delivery",
    "survey", "stability", "network", "areas",
)  # fmt: skip
"""Questions that are asked of a run without anything else."""
FAULTS_SHOWN: Final = 200
_SANDBOX: Final = "sandbox allow-scripts allow-downloads allow-modals allow-popups"
"""Policy of pages that were made: their scripts run, and reach nothing of this program."""


def show_check(request: Request, typed: dict[str, list[str]]) -> Response:
    """Show the mistakes of all files at once, each with the cell to correct."""
    del typed
    project = project_of(request)
    found, state = read_answer(project, "check"), jobs(request).state(project, "work")
    faults = found.get("faults", [])
    version = project.settings.version()
    return render(
        "check.html",
        {
            "project": project,
            "step": "check",
            "job": state,
            "found": {"refused": [], "oddities": [], "lines": []} | found,
            "is_checked": bool(found),
            "faults": list(enumerate(faults[:FAULTS_SHOWN])),
            "faults_n": len(faults),
            "is_old": bool(found) and found.get("version") != version,
            "version": version,
        },
    )


def correct(request: Request, typed: dict[str, list[str]]) -> Response:
    """Keep the corrected cells as a list of corrections, and check again.

    Raises
    ------
    SettingsError
        When the settings have changed since the check, or no cell was changed.
    """
    project = project_of(request)
    found, version = read_answer(project, "check"), one(typed, "version")
    if found.get("version") != version:
        raise SettingsError("office.check_old")
    faults = found.get("faults", [])[:FAULTS_SHOWN]
    changed = read_corrected(faults, typed)
    if not changed:
        raise SettingsError("office.nothing_corrected")
    path = write_corrections(project, faults, changed)

    def enter(document: Any) -> None:  # noqa: ANN401  (TOML with its comments)
        given = document["load"].get("corrections", [])
        document["load"]["corrections"] = [*([given] if isinstance(given, str) else given), path]

    project.settings.change(enter, version)
    jobs(request).start(project, "check")
    return to_page(project, "check")


def show_question(request: Request, typed: dict[str, list[str]]) -> Response:
    """Show the settings as a form."""
    del typed
    project = project_of(request)
    return _question(project, project.content(), [])


def _question(project: Project, content: Mapping[str, Any], faults: list[Problem]) -> Response:
    groups = list_inputs(content)
    where = {str(fault.values.get("where", "")): fault.text() for fault in faults}
    return render(
        "question.html",
        {
            "project": project,
            "step": "question",
            "groups": groups,
            "faults": where,
            "version": project.settings.version(),
        },
        422 if faults else 200,
    )


def save_question(request: Request, typed: dict[str, list[str]]) -> Response:
    """Put what was typed into the settings file.

    Raises
    ------
    SettingsError
        When the settings file is not TOML.
    """
    project = project_of(request)
    document = project.settings.document()
    faults = fill(document, typed)
    if not faults:
        try:
            project.settings.change(lambda now: _refill(now, typed), one(typed, "version"))
        except SettingsError as error:
            faults = list(error.problems)
            if not faults:
                raise
    if faults:
        return _question(project, document.unwrap(), faults)
    return to_page(project, "question", saved=1)


def _refill(document: Any, typed: dict[str, list[str]]) -> None:  # noqa: ANN401
    fill(document, typed)


def show_editor(request: Request, typed: dict[str, list[str]]) -> Response:
    """Show the settings file as it stands."""
    del typed
    project = project_of(request)
    settings = project.settings
    shown = {"text": settings.text(), "version": settings.version(), "faults": []}
    return render("editor.html", {"project": project, "step": "question", **shown})


def save_editor(request: Request, typed: dict[str, list[str]]) -> Response:
    """Put another text in the place of the settings file, if it has no mistake."""
    project = project_of(request)
    text, version = one(typed, "text"), one(typed, "version")
    try:
        project.settings.replace(text, version)
    except SettingsError as error:
        shown = {"text": text, "version": version, "faults": error.text().splitlines()}
        return render("editor.html", {"project": project, "step": "question", **shown}, 422)
    return to_page(project, "editor")


def show_run(request: Request, typed: dict[str, list[str]]) -> Response:
    """Show where a run begins, how far it is, and how the last one ended."""
    del typed
    project = project_of(request)
    return render("run.html", {**_ready(request, project), "project": project, "step": "run"})


def _ready(request: Request, project: Project) -> dict[str, Any]:
    """Return how the run stands and what it still lacks."""
    slots = {source.slot for source in find_sources(project.content())}
    kind = project.setting("siting.kind", "breakfast")
    lacks = [slot for slot in ("towns", "residences", f"facilities:{kind}") if slot not in slots
             and not (slot.startswith("facilities:") and "facilities:" in slots)]  # fmt: skip
    return {
        "job": jobs(request).state(project, "work"),
        "lacks": lacks,
        "has_sites": project.setting("siting.sites_n") is not None,
        "has_streets": "streets" in slots,
        "finished": project.finished(),
    }


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


def show_results(request: Request, typed: dict[str, list[str]]) -> Response:
    """Show what the run has made, one click each."""
    del typed
    project = project_of(request)
    made = list_made(project)
    files_of = by_town(made)
    towns = [
        {"id": id_of(stem), "name": name_town(stem), "files": files}
        for stem, files in files_of.items()
    ]
    of_towns = {each.id for files in files_of.values() for each in files}
    groups = {
        group: [each for each in made if each.group == group and each.id not in of_towns]
        for group in GROUPS
    }
    state = jobs(request).state(project, "work")
    shown = {"groups": groups, "towns": towns, "finished": project.finished(), "job": state}
    return render("results.html", {"project": project, "step": "results", **shown})


def open_made(request: Request, typed: dict[str, list[str]]) -> Response:
    """Hand over a file that was made; a page among them is sandboxed."""
    del typed
    made = find_made(project_of(request), request.path_params["made"])
    how = "inline" if made.is_shown else "attachment"
    headers = {"content-disposition": f"{how}; filename*=UTF-8''{quote(made.path.name)}"}
    if made.is_page:
        headers["content-security-policy"] = _SANDBOX
    elif made.is_shown:
        headers["content-security-policy"] = "sandbox"
    return FileResponse(made.path, media_type=made.kind, headers=headers)


def open_town(request: Request, typed: dict[str, list[str]]) -> Response:
    """Hand over all files of a town in one archive."""
    del typed
    name, content = zip_town(project_of(request), request.path_params["town"])
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type="application/zip", headers=headers)


def show_rounds(request: Request, typed: dict[str, list[str]]) -> Response:
    """Show what comes back from towns and surveys, the year's questions, and other projects."""
    del typed
    project = project_of(request)
    others = [other for other in projects(request).every() if other.id != project.id]
    named = {source.path for source in find_sources(project.content())}
    loose = [path.name for path in project.files() if f"{DATA}/{path.name}" not in named]
    files = [{"id": id_of(name), "name": name} for name in loose]
    questions = [
        (name, label(f"cli.help_{name}")) for name in QUESTIONS if has_label(f"cli.help_{name}")
    ]
    shown = {
        "others": [other for other in others if other.finished() is not None],
        "files": files,
        "questions": questions,
        "job": jobs(request).state(project, "work"),
        "finished": project.finished(),
    }
    return render("rounds.html", {"project": project, "step": "rounds", **shown})
