"""One run at a time in a folder: a lock of the system, which dies with its holder."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import sys
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, Final

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.io import told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LOCK: Final = "lock"
_FAR: Final = 1 << 30
"""Byte that Windows locks: beyond the text, so that others can read who holds the lock."""


class BusyError(LivelihoodMapError):
    """Another process works in the same folder."""


@contextmanager
def locked(folders: Iterable[Path]) -> Iterator[None]:
    """Return a context in which no other process works in these folders.

    The system frees the lock when its holder ends, however that happens: a lock file that is left
    behind holds nobody up.

    Parameters
    ----------
    folders
        Folders in which the lock files lie; made when they are not there.

    Raises
    ------
    BusyError
        When another process holds one; names process, machine and since when.
    """
    with ExitStack() as stack:
        for folder in sorted(set(folders)):
            with told(folder):
                folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_held(folder / LOCK))
        yield


@contextmanager
def _held(path: Path) -> Iterator[None]:
    with path.open("a+", encoding="utf-8") as file:
        if not _take(file):
            raise BusyError("freshness.busy", folder=path.parent.parent, **_holder(path))
        file.truncate(0)
        now = dt.datetime.now(tz=dt.UTC).astimezone()
        who = {
            "process": os.getpid(),
            "machine": platform.node(),
            "since": now.strftime("%Y-%m-%d %H:%M:%S"),
        }
        file.write(json.dumps(who, ensure_ascii=False))
        file.flush()
        try:
            yield
        finally:
            with suppress(OSError):
                file.truncate(0)


def _holder(path: Path) -> dict[str, Any]:
    """Return who holds a lock, as far as the file says."""
    unknown = {"process": "?", "machine": "?", "since": "?"}
    try:
        holder = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return unknown
    if not isinstance(holder, dict):
        return unknown
    return {name: holder.get(name, "?") for name in unknown}


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[str]) -> bool:
        """Return whether the lock is ours now."""
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(file: IO[str]) -> bool:
        """Return whether the lock is ours now."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
