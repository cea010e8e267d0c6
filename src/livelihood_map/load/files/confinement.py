"""What a program that reads strangers' files is denied before it opens the first.

Everywhere, Python refuses on its own account (an audit hook): sockets, other programs, files
outside a folder. On Linux the kernel refuses the same to the libraries in C as well, as far as it
is willing: the network by a name space without any, files by Landlock. Processor time is limited on
Linux and macOS, memory on Linux. Where only Python refuses, as on Windows, there remains the time
after which the parent gives up.
"""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_REFUSED: Final = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.system",
)
_CHANGES: Final = {
    "os.chmod",
    "os.chown",
    "os.link",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.symlink",
    "os.truncate",
    "os.utime",
}
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_SYSTEM: Final = (
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/dev/null",
    "/dev/urandom",
    "/proc/self",
)
"""What libraries look at while they run; nothing of a person's."""
_GRIDS: Final = ("GDAL_DATA", "PROJ_DATA", "PROJ_LIB")
"""Where the tables of coordinate systems lie, if anywhere else than with Python."""
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000
_CREATE_RULES, _ADD_RULE, _APPLY_RULES = 444, 445, 446
_BENEATH, _NO_NEW_PRIVILEGES = 1, 38
_EVERYTHING: Final = (1 << 13) - 1
"""Every way to use a file that the first Landlock knew."""
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3


def leave_network() -> None:
    """Leave the network for good where Linux lets anybody do so; to be called before any import.

    A program with more than one thread cannot.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).unshare(_NEW_USER | _NEW_NETWORK)


def confine(folder: Path) -> None:
    """Refuse from now on, and for good, what no reader of files needs.

    Parameters
    ----------
    folder
        The one folder in which files may be read, written and removed. Python's own may be read.

    Raises
    ------
    PermissionError
        Later, from whatever tries what is refused.
    """
    sys.dont_write_bytecode = True
    grids = [path for name in _GRIDS for path in os.environ.get(name, "").split(os.pathsep)]
    readable = [sys.prefix, sys.base_prefix, *filter(None, [*sys.path, *grids]), *_SYSTEM]
    readable = [os.path.realpath(path) for path in readable if os.path.exists(path)]  # noqa: PTH110
    own = os.path.realpath(folder)
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            _restrict(own, readable)

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith(_REFUSED):
            raise PermissionError(event)
        if event == "open":
            path, mode, flags = arguments
            is_read = not (int(str(flags or 0)) & _WRITES or set(str(mode or "")) & set("wax+"))
            allowed = [own, *readable] if is_read else [own]
        elif event in _CHANGES:
            path, allowed = arguments[0], [own]
        else:
            return
        if isinstance(path, (str, bytes, os.PathLike)) and not _is_in(path, allowed):
            raise PermissionError(f"{event}: {os.fsdecode(path)}")

    sys.addaudithook(refuse)


def _is_in(path: str | bytes | os.PathLike[str], folders: Sequence[str]) -> bool:
    """Return whether a path lies in one of several folders, or is one of them."""
    real = Path(os.path.realpath(os.fsdecode(path)))
    return any(real.is_relative_to(folder) for folder in folders)


def _restrict(own: str, readable: Sequence[str]) -> None:
    """Have Linux refuse files outside a folder to this thread and those that it starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    handled = ctypes.c_uint64(_EVERYTHING)
    rules = libc.syscall(_CREATE_RULES, ctypes.byref(handled), ctypes.sizeof(handled), 0)
    if rules < 0:
        return  # before Linux 5.13, or switched off
    for path in (own, *readable):
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        reading = _READ_FILE | (_READ_FOLDER if os.path.isdir(path) else 0)  # noqa: PTH112
        uses = _EVERYTHING if path == own else reading
        rule = ctypes.create_string_buffer(
            uses.to_bytes(8, sys.byteorder) + handle.to_bytes(4, sys.byteorder)
        )
        libc.syscall(_ADD_RULE, rules, _BENEATH, rule, 0)
        os.close(handle)
    libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    libc.syscall(_APPLY_RULES, rules, 0)
    os.close(rules)


@contextmanager
def limits(*, processor_s: float, memory_bytes: int) -> Iterator[None]:
    """Hold this program to processor time and memory; it is killed, or meets a MemoryError.

    Parameters
    ----------
    processor_s
        Seconds on all threads until the system ends this program.
    memory_bytes
        What it may hold in all, with what it holds already.

    Raises
    ------
    MemoryError
        When the program asks for more memory, raised where it asks.
    """
    if sys.platform == "win32":
        yield
        return
    import resource
    import signal

    kept = resource.getrlimit(resource.RLIMIT_AS)
    if sys.platform == "linux":
        room = address_space() + max(memory_bytes - resident(), 0)
        bound = room if kept[1] == resource.RLIM_INFINITY else min(room, kept[1])
        resource.setrlimit(resource.RLIMIT_AS, (bound, kept[1]))
    signal.setitimer(signal.ITIMER_PROF, processor_s)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, kept)


def address_space() -> int:
    """Return how many bytes this program has set aside; 0 where the system does not say."""
    return _pages(0)


def resident() -> int:
    """Return how many bytes this program holds in memory; 0 where the system does not say."""
    return _pages(1)


def _pages(column: int) -> int:
    """Return a figure of Linux on this program's memory, in bytes."""
    if sys.platform != "linux":
        return 0
    figures = Path("/proc/self/statm").read_text("ascii").split()
    return int(figures[column]) * os.sysconf("SC_PAGESIZE")
