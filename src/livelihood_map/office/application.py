"""The program as one function: routes, and the guard before them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from livelihood_map.office import data_pages, entering, place_pages, task_pages, work_pages
from livelihood_map.office.guard import Guard
from livelihood_map.office.handling import answering
from livelihood_map.office.jobs import Jobs
from livelihood_map.office.projects import Projects

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from livelihood_map.office.keys import Keys

_OWN: Final = {
    "style.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "places.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}

_SHOWN: Final = {
    "/": data_pages.show_projects,
    "/open": entering.open_once,
    "/login": entering.show_login,
    "/static/{name}": entering.static,
    "/p/{project}/data": data_pages.show_data,
    "/p/{project}/datum": data_pages.show_datum,
    "/p/{project}/check": work_pages.show_check,
    "/p/{project}/places": place_pages.show_places,
    "/p/{project}/places.xlsx": place_pages.export_places,
    "/p/{project}/question": work_pages.show_question,
    "/p/{project}/editor": work_pages.show_editor,
    "/p/{project}/run": work_pages.show_run,
    "/p/{project}/results": work_pages.show_results,
    "/p/{project}/rounds": task_pages.show_rounds,
    "/p/{project}/job/{sort}": task_pages.show_job,
    "/p/{project}/made/{made}": work_pages.open_made,
    "/p/{project}/town/{town}": work_pages.open_town,
}
"""What is shown; nothing of it changes anything."""
_CHANGED: Final = {
    "/login": entering.log_in,
    "/lang": entering.choose_lang,
    "/leave": entering.leave,
    "/projects": data_pages.new_project,
    "/p/{project}/copy": data_pages.copy_project,
    "/p/{project}/files/{file}/slot": data_pages.enter_file,
    "/p/{project}/files/{file}/columns": data_pages.choose_headings,
    "/p/{project}/files/{file}/remove": data_pages.remove_file,
    "/p/{project}/files/{file}/datum": data_pages.choose_datum,
    "/p/{project}/corrections": work_pages.correct,
    "/p/{project}/places": place_pages.set_places,
    "/p/{project}/question": work_pages.save_question,
    "/p/{project}/editor": work_pages.save_editor,
    "/p/{project}/start/{task}": task_pages.start_task,
    "/p/{project}/stop": task_pages.stop_task,
}
"""What changes something."""


def build_app(
    root: Path,
    keys: Keys,
    *,
    hosts: frozenset[str],
    leave: Callable[[], None] = lambda: None,
) -> Starlette:
    """Return the program.

    Parameters
    ----------
    root
        Folder of the projects.
    keys
        Who may use it.
    hosts
        Values of the header ``Host`` that mean this program, port included.
    leave
        Ends the program.

    Raises
    ------
    OutputError
        When the folder of the projects cannot be made.
    """
    port = next(iter(sorted(hosts))).rpartition(":")[2]
    cookie = f"livelihood_map_{port}"
    routes = [
        *(Route(path, answering(show), methods=["GET"]) for path, show in _SHOWN.items()),
        *(Route(path, answering(change), methods=["POST"]) for path, change in _CHANGED.items()),
        Route("/p/{project}/upload", data_pages.upload, methods=["POST"]),
    ]
    guard = Middleware(Guard, keys=keys, hosts=hosts, cookie=cookie)
    app = Starlette(routes=routes, middleware=[guard], lifespan=_ends_jobs)
    app.state.keys, app.state.cookie, app.state.leave = keys, cookie, leave
    app.state.projects, app.state.jobs = Projects(root), Jobs()
    folder = files("livelihood_map.office") / "assets"
    app.state.own_files = {
        name: (kind, (folder / name).read_bytes()) for name, kind in _OWN.items()
    }
    return app


@asynccontextmanager
async def _ends_jobs(app: Starlette) -> AsyncIterator[None]:
    """End the children with the program."""
    yield
    app.state.jobs.close()
