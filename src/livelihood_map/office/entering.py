"""The way in: the link that opens the program, the token, the language, the way out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.labels import LANGS
from livelihood_map.mapping.assets import read_asset
from livelihood_map.office.handling import jobs, one
from livelihood_map.office.pages import LANG_COOKIE, error_page, render

if TYPE_CHECKING:
    from starlette.requests import Request

_WRONG_S = 1.0
"""Pause after a wrong token, so that guessing takes for ever."""


def open_once(request: Request, typed: dict[str, list[str]]) -> Response:
    """Let a browser in by the link that was made for it, once."""
    del typed
    if not request.app.state.keys.redeem(request.query_params.get("key", "")):
        return error_page(LivelihoodMapError("office.refused_stranger"), 401)
    # A page of ours leads on: a redirect would still count as coming from elsewhere, and the
    # cookie would not go with it.
    return _let_in(request, render("opened.html", {}))


def show_login(request: Request, typed: dict[str, list[str]]) -> Response:
    """Show where the office's own token is asked for."""
    del request, typed
    return render("login.html", {})


def log_in(request: Request, typed: dict[str, list[str]]) -> Response:
    """Let somebody in who knows the office's own token."""
    if request.app.state.keys.is_own(one(typed, "token")):
        return _let_in(request, RedirectResponse("/", status_code=303))
    time.sleep(_WRONG_S)
    return error_page(LivelihoodMapError("office.token_wrong"), 401)


def _let_in(request: Request, response: Response) -> Response:
    response.set_cookie(
        request.app.state.cookie,
        request.app.state.keys.session,
        httponly=True,
        samesite="strict",
        path="/",
    )
    return response


def choose_lang(request: Request, typed: dict[str, list[str]]) -> Response:
    """Change the language of the pages and go back to where one was."""
    lang, back = one(typed, "lang"), one(typed, "back")
    is_own = back.startswith("/") and not back.startswith(("//", "/\\"))
    response = RedirectResponse(back if is_own and back.isprintable() else "/", status_code=303)
    if lang in LANGS:
        response.set_cookie(LANG_COOKIE, lang, samesite="strict", httponly=True, max_age=31_536_000)
    del request
    return response


def leave(request: Request, typed: dict[str, list[str]]) -> Response:
    """End the program: its tasks stop, its pages answer no more."""
    del typed
    jobs(request).close()
    request.app.state.leave()
    return render("left.html", {})


def static(request: Request, typed: dict[str, list[str]]) -> Response:
    """Hand over a style sheet or script; each has its name here and no other is there."""
    del typed
    name = request.path_params["name"]
    if name == "htmx.js":
        return Response(read_asset("htmx/htmx.min.js"), media_type="text/javascript")
    own = request.app.state.own_files
    if name in own:
        kind, content = own[name]
        return Response(content, media_type=kind)
    return error_page(LivelihoodMapError("office.not_there"), 404)
