"""Who may use the program: a link that opens it once, a cookie after that, a token of one's own."""

from __future__ import annotations

import hmac
import secrets
import time
from threading import Lock
from typing import Final

from livelihood_map.core.errors import SettingsError

TOKEN_MIN: Final = 16
"""Shortest token of one's own, characters."""
LINK_S: Final = 600.0
"""How long a link that was not used stays good."""


class Keys:
    """The secrets of one start of the program; none of them is ever shown or logged.

    Parameters
    ----------
    own
        Token of the office's own, which other computers are asked for; None on this one alone.

    Raises
    ------
    SettingsError
        When the office's own token is too short to be one.
    """

    def __init__(self, own: str | None = None) -> None:
        if own is not None and len(own) < TOKEN_MIN:
            raise SettingsError("office.token_short", least=TOKEN_MIN)
        self._own = own
        self._session = secrets.token_urlsafe(32)
        self._links: dict[str, float] = {}
        self._lock = Lock()

    def __repr__(self) -> str:
        """Return nothing of the secrets."""
        return "Keys(**********)"

    @property
    def has_own(self) -> bool:
        """Return whether the office gave a token of its own."""
        return self._own is not None

    @property
    def session(self) -> str:
        """Return what the cookie of somebody who was let in holds."""
        return self._session

    def new_link(self) -> str:
        """Return a key that lets one browser in, once."""
        key = secrets.token_urlsafe(24)
        with self._lock:
            self._links[key] = time.monotonic()
        return key

    def redeem(self, key: str) -> bool:
        """Return whether a link's key is good; it is not a second time."""
        with self._lock:
            made = self._links.pop(key, None)
        return made is not None and time.monotonic() - made <= LINK_S

    def is_own(self, typed: str) -> bool:
        """Return whether somebody typed the office's own token."""
        return self._own is not None and _same(typed, self._own)

    def is_session(self, cookie: str) -> bool:
        """Return whether a cookie is that of somebody who was let in."""
        return _same(cookie, self._session)


def _same(given: str, wanted: str) -> bool:
    """Return whether two texts are the same, in a time that tells nothing."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode("utf-8"))
