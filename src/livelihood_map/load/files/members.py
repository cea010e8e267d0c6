"""What the rows of a file name, by its id or by a name that only one has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livelihood_map.load.files.credit_code import shown_code
from livelihood_map.load.files.raw import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def plain_name(name: object) -> str:
    """Return a name without spaces, to compare with.

    Examples
    --------
    >>> plain_name(" 春申　菜市场 "), plain_name(None)
    ('春申菜市场', '')
    """
    return "".join(text_of(name).split())


class Members:
    """Things that rows may name.

    Parameters
    ----------
    ids, names
        Id and name of each.
    key
        Gives the form in which two names are compared.
    codes
        Credit code of each, where known; several may share one.
    """

    def __init__(
        self,
        ids: Iterable[str],
        names: Iterable[str],
        *,
        key: Callable[[str], str] = plain_name,
        codes: Iterable[object] = (),
    ) -> None:
        self._key = key
        self._by_name: dict[str, list[str]] = {}
        ids, self._by_code = list(ids), dict[str, list[str]]()
        for own, code in zip(ids, codes, strict=False):
            if isinstance(code, str) and code:
                self._by_code.setdefault(code, []).append(own)
        for own, name in zip(ids, names, strict=True):
            self._by_name.setdefault(key(name), []).append(own)
        self._ids = {own for several in self._by_name.values() for own in several}

    def find(self, written: str) -> list[str]:
        """Return the one with this id, or all with this credit code or name."""
        if written in self._ids:
            return [written]
        return self._by_code.get(shown_code(written)) or self.named(written)

    def named(self, name: str) -> list[str]:
        """Return all with this name."""
        return self._by_name.get(self._key(name), [])
