"""Progress on the screen for what takes more than two seconds; silent without a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sized
from typing import TYPE_CHECKING, Final, TypeVar

from livelihood_map.core.labels import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Item = TypeVar("Item")
_LINE: Final = 60
"""Places on a line that the words and figures stay within."""


def track(items: Iterable[Item], description: str, *, total: int | None = None) -> Iterable[Item]:
    """Return `items` unchanged, counted on the error stream while they are taken.

    Parameters
    ----------
    items
        What is worked through.
    description
        Catalogue key of the words beside the count.
    total
        Number of items, where `items` has no length.

    Raises
    ------
    KeyError
        When the catalogue lacks the description.
    """
    words = label(description)
    if not sys.stderr.isatty():
        return items
    return _counted(items, words, len(items) if isinstance(items, Sized) else total)


def _counted(items: Iterable[Item], words: str, total: int | None) -> Iterator[Item]:
    """Return the items one by one; a line, wiped at the end, tells how many were taken."""
    wiped = f"\r{' ' * _LINE}\r"
    of_all = "" if total is None else f"/{total}"
    try:
        for number, item in enumerate(items):
            sys.stderr.write(f"{wiped}{words} {number}{of_all}\r")
            sys.stderr.flush()
            yield item
    finally:
        sys.stderr.write(wiped)
        sys.stderr.flush()
