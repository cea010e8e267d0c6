"""The pages of projects, of their files, and of the datum of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from livelihood_map.core.errors import LivelihoodMapError, SettingsError
from livelihood_map.core.labels import current_lang, use_lang
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.inspect import SECTIONS
from livelihood_map.load.location.datums import read_datum
from livelihood_map.load.recognition import choosable_fields
from livelihood_map.office import slots
from livelihood_map.office.answers import read_answer
from livelihood_map.office.handling import jobs, one, project_of, projects, to_page, told
from livelihood_map.office.looking import is_part, keep_going, mark_of, sources_by_name
from livelihood_map.office.pages import error_page, lang_of, render
from livelihood_map.office.projects import DATA, NotThereError, id_of
from livelihood_map.office.receiving import keep_file, read_form

if TYPE_CHECKING:
    from starlette.requests import Request

    from livelihood_map.office.projects import Project

_UNWEIGHED: Final = {"choices": [], "error": "", "evidence": "", "points_n": 0, "named_n": 0}
DATUMS_OFFERED: Final = ("WGS-84", "CGCS2000", "GCJ-02", "BD-09")


def show_projects(request: Request, typed: dict[str, list[str]]) -> Response:
    """Show all projects, and where a new one begins."""
    del typed
    return render("projects.html", {"projects": projects(request).every()})


def new_project(request: Request, typed: dict[str, list[str]]) -> Response:
    """Make a new project and show where its files go."""
    return to_page(projects(request).new(one(typed, "title")), "data")


def copy_project(request: Request, typed: dict[str, list[str]]) -> Response:
    """Make a copy of a project under another name."""
    copied = projects(request).copy(project_of(request), one(typed, "title"))
    return to_page(copied, "data")


def show_data(request: Request, typed: dict[str, list[str]]) -> Response:
    """Show every file that was handed over: what it is, its first rows, its headings."""
    del typed
    project = project_of(request)
    sources, seen = sources_by_name(project), read_answer(project, "files")
    paths = [path for path in project.files() if not is_part(path)]
    marks = {path.name: mark_of(path, sources.get(path.name)) for path in paths}
    is_stale = any(seen.get(name, {}).get("mark") != mark for name, mark in marks.items())
    state = keep_going(jobs(request), project, "recognise", _mark(marks) if is_stale else "")
    files = [_shown_file(path.name, sources, seen, marks) for path in paths]
    missing = [slot for slot in ("towns", "residences") if slot not in _slots_in(sources)]
    return render(
        "data.html",
        {
            "project": project,
            "step": "data",
            "files": files,
            "job": state,
            "missing": missing,
            "has_streets": "streets" in _slots_in(sources),
            "version": project.settings.version(),
        },
    )


def _mark(marks: dict[str, str]) -> str:
    return id_of(repr((sorted(marks.items()), current_lang()))) if marks else ""


def _slots_in(sources: dict[str, slots.Source]) -> set[str]:
    return {source.slot for source in sources.values()}


def _shown_file(
    name: str,
    sources: dict[str, slots.Source],
    seen: dict[str, Any],
    marks: dict[str, str],
) -> dict[str, Any]:
    """Return a file as the page shows it."""
    source, found = sources.get(name), seen.get(name, {})
    is_fresh = found.get("mark") == marks[name]
    slot = source.slot if source else found.get("slot", "")
    section = slot.partition(":")[0]
    return {
        "id": id_of(name),
        "name": name,
        "is_entered": source is not None,
        "slot": slot,
        "is_seen": is_fresh,
        "error": found.get("error", "") if is_fresh else "",
        "sheets": found.get("sheets", []),
        "fields": choosable_fields(section) if section in SECTIONS else {},
        "own_slots": [slot] if slot and slot not in slots.SLOTS else [],
    }


async def upload(request: Request) -> Response:
    """Take the files that were dropped or chosen."""
    with use_lang(lang_of(request)):
        try:
            project = await run_in_threadpool(project_of, request)
            form = await read_form(request)
            try:
                uploads = [part for part in form.getlist("files") if not isinstance(part, str)]
                await run_in_threadpool(_keep_all, project, [u for u in uploads if u.filename])
            finally:
                await form.close()
        except NotThereError as error:
            return error_page(error, 404)
        except LivelihoodMapError as error:
            return error_page(error, 422)
        except OSError as error:
            return told(error)
        return to_page(project, "data")


def _keep_all(project: Project, uploads: list[Any]) -> None:
    if project.data.is_symlink():
        raise NotThereError("office.not_there")
    for part in uploads:
        keep_file(part, project.data)


def enter_file(request: Request, typed: dict[str, list[str]]) -> Response:
    """Enter a file as what it is."""
    project = project_of(request)
    path = project.file(request.path_params["file"])
    slot = one(typed, "slot")
    project.settings.change(
        lambda document: slots.enter(document, path.name, slot), one(typed, "version")
    )
    return to_page(project, "data")


def remove_file(request: Request, typed: dict[str, list[str]]) -> Response:
    """Take a file out of the settings and out of the project."""
    project = project_of(request)
    path = project.file(request.path_params["file"])
    project.settings.change(
        lambda document: slots.take_out(document, f"{DATA}/{path.name}"), one(typed, "version")
    )
    parts = [other for other in project.files() if is_part(other) and other.stem == path.stem]
    for each in [path, *(parts if path.suffix.lower() == ".shp" else [])]:
        each.unlink(missing_ok=True)
    return to_page(project, "data")


def choose_headings(request: Request, typed: dict[str, list[str]]) -> Response:
    """State what headings mean that were taken for something else or for nothing.

    Raises
    ------
    SettingsError
        When two headings are to mean the same.
    """
    project = project_of(request)
    path = project.file(request.path_params["file"])
    section = _source_of(project, path.name).section
    known = Headings(section, {})
    pairs = zip(typed.get("heading", []), typed.get("field", []), strict=False)
    chosen = [(heading, field) for heading, field in pairs if field]
    fields = [field for _, field in chosen]
    twice = {field for field in fields if fields.count(field) > 1}
    if twice:
        raise SettingsError("office.field_twice", fields="、".join(sorted(twice)))
    alike = [known.fields_of(heading) for heading in typed.get("heading", [])]
    columns = {
        field: heading
        for heading, field in chosen
        if known.fields_of(heading) != {field} or sum(field in group for group in alike) > 1
    }

    def state(document: Any) -> None:  # noqa: ANN401  (TOML with its comments)
        slots.state_columns(_source_in(document, path.name), columns)

    project.settings.change(state, one(typed, "version"))
    return to_page(project, "data")


def _source_of(project: Project, name: str) -> slots.Source:
    return _source_in(project.content(), name)


def _source_in(document: Any, name: str) -> slots.Source:  # noqa: ANN401
    """Return the source of a file in the settings; NotThereError where there is none."""
    for source in slots.find_sources(document):
        if source.path == f"{DATA}/{name}":
            return source
    raise NotThereError("office.not_there")


def show_datum(request: Request, typed: dict[str, list[str]]) -> Response:
    """Show the points of each file under every datum that is possible."""
    del typed
    project = project_of(request)
    sources = sources_by_name(project)
    asked = {
        name: source
        for name, source in sources.items()
        if source.section in SECTIONS and source.section not in {"towns", "totals"}
    }
    seen = read_answer(project, "datums")
    marks = {name: mark_of(project.data / name, s) for name, s in sources.items()
             if (project.data / name).is_file()}  # fmt: skip
    found = seen.get("files", {})
    has_towns, streets = "towns" in _slots_in(sources), "streets" in _slots_in(sources)
    state = keep_going(
        jobs(request), project, "weigh", _mark(marks) if has_towns and (asked or streets) else ""
    )
    previews = read_answer(project, "files")
    files = [
        {
            "id": id_of(name),
            "name": name,
            "slot": source.slot,
            "datum": source.datum,
            "said": _datum_said(previews.get(name, {})),
            **(_UNWEIGHED | found.get(name, {})),
            "coordinates": _coordinates(previews.get(name, {})),
        }
        for name, source in asked.items()
    ]
    return render(
        "datum.html",
        {
            "project": project,
            "step": "datum",
            "files": [one for one in files if one["coordinates"] not in {"", "shapes"}],
            "has_towns": has_towns,
            "has_streets": seen.get("has_streets", False),
            "extent": seen.get("extent"),
            "offered": DATUMS_OFFERED,
            "job": state,
            "version": project.settings.version(),
        },
    )


def _coordinates(seen: dict[str, Any]) -> str:
    return next((s["coordinates"] for s in seen.get("sheets", []) if s["coordinates"]), "")


def _datum_said(seen: dict[str, Any]) -> str:
    return next((s["datum_said"] for s in seen.get("sheets", []) if s["datum_said"]), "")


def choose_datum(request: Request, typed: dict[str, list[str]]) -> Response:
    """State the datum of a file, as somebody has decided it."""
    project = project_of(request)
    path = project.file(request.path_params["file"])
    datum = read_datum(one(typed, "datum") or one(typed, "other")).name

    def state(document: Any) -> None:  # noqa: ANN401  (TOML with its comments)
        slots.state_datum(_source_in(document, path.name), datum)

    project.settings.change(state, one(typed, "version"))
    return RedirectResponse(f"/p/{project.id}/datum#f{id_of(path.name)}", status_code=303)
