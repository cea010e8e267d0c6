"""Readers in a child program of limited means: no file costs more than it is worth.

Workbooks and layers are read by libraries in C, C++ and Rust. A damaged or hostile file can make
them work for hours, ask for all memory or end the program. So, where this is asked for, a child
reads such files, one after the other.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, Final, ParamSpec, TypeVar, cast

from livelihood_map.load.files.reader_child import ReaderChild

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

P = ParamSpec("P")
R = TypeVar("R")

_CURRENT: Final[ContextVar[ReaderChild | None]] = ContextVar("reader_child", default=None)


@contextmanager
def limited_reading() -> Iterator[None]:
    """Have a child program of limited means read all files that could do harm.

    The commands do so by themselves. Inside another such context this one changes nothing.

    Examples
    --------
    >>> with limited_reading():
    ...     pass  # load_facilities(...), load_towns(...)
    """
    if _CURRENT.get() is not None:
        yield
        return
    child = ReaderChild()
    token = _CURRENT.set(child)
    try:
        yield
    finally:
        _CURRENT.reset(token)
        child.close()


def is_limited() -> bool:
    """Return whether a child reads what could do harm."""
    return _CURRENT.get() is not None


def limited(read: Callable[Concatenate[Path, P], R]) -> Callable[Concatenate[Path, P], R]:
    """Return a reader that a child calls where :func:`limited_reading` says so.

    Parameters
    ----------
    read
        Function of a path and named arguments that the child knows.
    """

    @wraps(read)
    def either(path: Path, *others: P.args, **options: P.kwargs) -> R:
        child = _CURRENT.get()
        if child is None:
            return read(path, *others, **options)
        from livelihood_map.load.files.exchange import read_exchange
        from livelihood_map.load.files.raw import Grid, RawTable

        made = child.read(read.__name__, path, options, read_exchange)
        one = RawTable(**made) if isinstance(made, dict) else [Grid(**sheet) for sheet in made]
        return cast("R", one)

    return cast("Callable[Concatenate[Path, P], R]", either)
