"""What stands between a browser and the program: every request passes here or is refused.

Loopback is not trust: any page in the same browser can send requests to this computer, and on a
terminal server so can other users. So the name of the host, where a change comes from, the cookie
and the size are looked at before anything else sees a request.
"""

from __future__ import annotations

import asyncio
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

from livelihood_map.core.labels import label

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from livelihood_map.office.keys import Keys

BODY_MAX: Final = 2_000_000
"""Bytes of a request that is no upload."""
UPLOAD_MAX: Final = 600_000_000
"""Bytes of one upload with all its files."""
STALL_S: Final = 30.0
"""A request whose next part does not come within so many seconds is given up."""
SAFE: Final = ("GET", "HEAD")
OPEN_PATHS: Final = ("/open", "/login")
"""Pages for somebody who was not let in yet; the static files are for everybody too."""
STATIC: Final = "/static/"
UPLOADS: Final = "/upload"
"""End of the paths that take files."""
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}
"""Headers of every answer that has none of its own under the name."""


class TooLargeError(Exception):
    """A request holds more than it may."""


class StalledError(Exception):
    """A request came to a standstill."""


class Guard:
    """Middleware that lets good requests through and refuses all others.

    Parameters
    ----------
    app
        The program.
    keys
        Who may use it.
    hosts
        Values of the header ``Host`` that mean this program, port included.
    cookie
        Name of the cookie.
    """

    def __init__(self, app: ASGIApp, *, keys: Keys, hosts: frozenset[str], cookie: str) -> None:
        self.app, self.keys, self.hosts, self.cookie = app, keys, hosts, cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        sent = _Sent(send)
        refused = self._refusal(scope)
        if refused is not None:
            status, key = refused
            await self._refuse(status, key, scope, receive, sent)
            return
        limit = UPLOAD_MAX if scope["path"].endswith(UPLOADS) else BODY_MAX
        try:
            await self.app(scope, _limited(receive, limit), sent)
        except (TooLargeError, StalledError) as error:
            if not sent.has_begun:
                is_large = isinstance(error, TooLargeError)
                status, key = (
                    (413, "office.refused_size") if is_large else (408, "office.refused_slow")
                )
                await self._refuse(status, key, scope, receive, sent)

    async def _refuse(
        self, status: int, key: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Answer with the reason, in both languages: nobody has chosen one yet."""
        text = "\n\n".join(label(key, lang) for lang in ("zh", "en"))
        headers = {"connection": "close"} if status in {408, 413} else {}
        await PlainTextResponse(text, status, headers)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return status and reason for a request that is refused; None for a good one."""
        headers, path, method = Headers(scope=scope), scope["path"], scope["method"]
        if len(headers.getlist("host")) != 1 or headers["host"].lower() not in self.hosts:
            return 400, "office.refused_host"
        if method not in {*SAFE, "POST"}:
            return 405, "office.refused_method"
        if method == "POST" and not _is_own_page(headers):
            return 403, "office.refused_origin"
        if _too_long(headers, UPLOAD_MAX if path.endswith(UPLOADS) else BODY_MAX):
            return 413, "office.refused_size"
        if path in OPEN_PATHS or path.startswith(STATIC) or self._is_let_in(headers):
            return None
        return 401, "office.refused_stranger" if not self.keys.has_own else "office.refused_login"

    def _is_let_in(self, headers: Headers) -> bool:
        try:
            jar: SimpleCookie = SimpleCookie(headers.get("cookie", ""))
        except CookieError:
            return False
        morsel = jar.get(self.cookie)
        return morsel is not None and self.keys.is_session(morsel.value)


class _Sent:
    """Sends an answer with the headers of safety, and knows whether it has begun."""

    def __init__(self, send: Send) -> None:
        self._send, self.has_begun = send, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _is_own_page(headers: Headers) -> bool:
    """Return whether a change was asked for by a page of this program."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    own = f"http://{headers['host']}".lower()
    if origin is not None and origin.lower() != own:
        return False
    return site == "same-origin" if site is not None else origin is not None


def _too_long(headers: Headers, limit: int) -> bool:
    """Return whether a request says of itself that it is too long, or lies about it."""
    said = headers.get("content-length")
    if said is None:
        return False
    return not (said.isascii() and said.isdigit()) or int(said) > limit


def _limited(receive: Receive, limit: int) -> Callable[[], Awaitable[Message]]:
    """Return what receives a request and gives up when it is too much or too slow."""
    count, is_whole = 0, False

    async def next_part() -> Message:
        nonlocal count, is_whole
        if is_whole:  # whoever waits now waits for the browser to leave
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), STALL_S)
        except TimeoutError as error:
            raise StalledError from error
        if message["type"] == "http.request":
            count += len(message.get("body", b""))
            if count > limit:
                raise TooLargeError
            is_whole = not message.get("more_body", False)
        return message

    return next_part
