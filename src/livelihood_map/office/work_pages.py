"""The pages of mistakes, of the question, of a run and of what it made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.responses import FileResponse, Response

from livelihood_map.core.errors import SettingsError
from livelihood_map.office.answers import read_answer
from livelihood_map.office.correcting import enter_corrections, read_corrected
from livelihood_map.office.handling import jobs, one, project_of, to_page
from livelihood_map.office.looking import keep_going
from livelihood_map.office.pages import render
from livelihood_map.office.placing import find_unplaced
from livelihood_map.office.projects import id_of
from livelihood_map.office.question import fill, list_inputs
from livelihood_map.office.results import GROUPS, by_town, find_made, list_made, name_town, zip_town
from livelihood_map.office.slots import find_sources

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from livelihood_map.core.errors import Problem
    from livelihood_map.office.projects import Project

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
            "unplaced_n": len(find_unplaced(project)),
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
    enter_corrections(project, faults, changed, version)
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
    ready = _ready(request, project)
    outlook = jobs(request).state(project, "look")
    if ready["finished"] is not None and not ready["job"].is_running:
        outlook = keep_going(jobs(request), project, "outlook", _mark_of_run(project))
    is_told = outlook.task == "outlook" and outlook.mark == _mark_of_run(project)
    shown = {**ready, "outlook": outlook if is_told else None}
    return render("run.html", {**shown, "project": project, "step": "run"})


def _mark_of_run(project: Project) -> str:
    """Return a mark of all that a run of the project is made of, and of the last one."""
    files = [(path.name, path.stat().st_mtime_ns) for path in project.files()]
    return id_of(repr((project.settings.version(), files, project.finished())))


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
        "unplaced_n": len(find_unplaced(project)),
        "finished": project.finished(),
    }


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
