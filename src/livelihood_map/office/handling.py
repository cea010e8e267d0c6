"""What all answers share: the language, errors in words, forms, and the way back to a page."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from livelihood_map.core.errors import LivelihoodMapError, SettingsError
from livelihood_map.core.faults import keep_trace, problem_of
from livelihood_map.core.labels import use_lang
from livelihood_map.office.guard import StalledError, TooLargeError
from livelihood_map.office.pages import error_page, lang_of
from livelihood_map.office.projects import NotThereError
from livelihood_map.office.toml_file import MovedOnError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from livelihood_map.office.jobs import Jobs
    from livelihood_map.office.projects import Project, Projects

    Handler = Callable[[Request, dict[str, list[str]]], Response]

T = TypeVar("T")


def answering(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Return a route of a function that answers a request with its fields, in a thread.

    What somebody can mend becomes a page that says so; a link that leads nowhere becomes 404.

    Raises
    ------
    TooLargeError
        When a request holds more than it may; the guard answers.
    StalledError
        When a request came to a standstill; the guard answers.
    """

    @wraps(handler)
    async def route(request: Request) -> Response:
        with use_lang(lang_of(request)):
            try:
                typed = await read_typed(request) if request.method == "POST" else {}
                return await run_in_threadpool(handler, request, typed)
            except (TooLargeError, StalledError):
                raise
            except NotThereError as error:
                return error_page(error, 404)
            except MovedOnError as error:
                return error_page(error, 409)
            except LivelihoodMapError as error:
                return error_page(error, 422)
            except Exception as error:  # noqa: BLE001  (the program outlives a mistake of ours)
                return told(error)

    return route


def told(error: Exception) -> Response:
    """Return the page of a fault of the machine, or of a mistake of ours with its trace."""
    problem = problem_of(error)
    if problem is not None:
        return error_page(LivelihoodMapError.of(problem), 500)
    path, name = keep_trace(error, heading="livelihood-map serve"), type(error).__name__
    return error_page(LivelihoodMapError("office.our_mistake", path=path or "–", error=name), 500)


async def read_typed(request: Request) -> dict[str, list[str]]:
    """Return the fields of a plain form, all values of each.

    Raises
    ------
    SettingsError
        When it is no such form.
    """
    body, kind = await request.body(), request.headers.get("content-type", "")
    if body and not kind.startswith("application/x-www-form-urlencoded"):
        raise SettingsError("office.form_broken")
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=5000)
    except (UnicodeDecodeError, ValueError) as error:
        raise SettingsError("office.form_broken") from error
    typed: dict[str, list[str]] = {}
    for name, value in pairs:
        typed.setdefault(name, []).append(value)
    return typed


def one(typed: dict[str, list[str]], name: str) -> str:
    """Return the value of a field; an empty text when it is not there."""
    return typed.get(name, [""])[0]


def projects(request: Request) -> Projects:
    """Return the projects."""
    found: Projects = request.app.state.projects
    return found


def jobs(request: Request) -> Jobs:
    """Return the tasks at work."""
    found: Jobs = request.app.state.jobs
    return found


def project_of(request: Request) -> Project:
    """Return the project that the address names.

    Raises
    ------
    NotThereError
        When there is none.
    """
    return projects(request).find(request.path_params["project"])


def to_page(project: Project, step: str, **asked: Any) -> Response:  # noqa: ANN401
    """Return the way to a page of a project."""
    query = "".join(f"?{name}={value}" for name, value in asked.items())
    return RedirectResponse(f"/p/{project.id}/{step}{query}", status_code=303)
