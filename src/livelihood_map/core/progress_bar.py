"""Progress on the screen for what takes more than two seconds; silent without a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from livelihood_map.core.labels import label

if TYPE_CHECKING:
    from collections.abc import Iterable

Item = TypeVar("Item")


def track(items: Iterable[Item], description: str, *, total: int | None = None) -> Iterable[Item]:
    """Return `items` unchanged, with a progress bar on the error stream while they are taken.

    Parameters
    ----------
    items
        What is worked through.
    description
        Catalogue key of the words beside the bar.
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
    from rich.console import Console
    from rich.progress import track as rich_track

    return rich_track(
        items, description=words, total=total, console=Console(stderr=True), transient=True
    )
