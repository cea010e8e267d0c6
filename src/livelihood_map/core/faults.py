"""Faults of disks, files and libraries, each in words with a remedy.

They are told by number or by the name of their class, so that nothing heavy is imported to look.
"""

from __future__ import annotations

import errno
import os
import tempfile
import traceback
from pathlib import Path
from typing import Final

from livelihood_map.core.errors import LivelihoodMapError, Problem

_SORTS: Final = {
    "full": ("ENOSPC", "EDQUOT"),
    "read_only": ("EROFS",),
    "locked": ("EACCES", "EPERM", "EBUSY", "ETXTBSY"),
    "misplaced": ("EISDIR", "ENOTDIR", "EEXIST"),
    "too_long": ("ENAMETOOLONG",),
    "too_large": ("EFBIG",),
    "device": ("EIO", "ENXIO", "ENODEV", "ESTALE"),
    "absent": ("ENOENT",),
}
"""Names of the system's error numbers, by sort of fault."""
_SORTS_WINDOWS: Final = {
    "full": (39, 112, 1295),
    "read_only": (19,),
    "locked": (32, 33),
    "too_long": (111, 206),
    "device": (21, 23, 53, 55, 59, 64, 67, 1117),
}
"""Windows' own numbers, which say more than those they are translated to."""
_SORT_OF: Final = {name: sort for sort, names in _SORTS.items() for name in names}
_SORT_OF_WINDOWS: Final = {n: sort for sort, numbers in _SORTS_WINDOWS.items() for n in numbers}

_CLASSES: Final = {
    "core.fault_memory": ("builtins.MemoryError",),
    "core.fault_solver": ("livelihood_map.core.faults.SolverError",),
    "core.fault_network": (
        "builtins.ConnectionError",
        "builtins.TimeoutError",
        "requests.exceptions.RequestException",
        "socket.gaierror",
        "socket.herror",
        "ssl.SSLError",
        "urllib.error.URLError",
        "urllib3.exceptions.HTTPError",
    ),
    "core.fault_table": ("pyarrow.lib.ArrowException",),
    "core.fault_layer": (
        "pyogrio.errors.CRSError",
        "pyogrio.errors.DataLayerError",
        "pyogrio.errors.DataSourceError",
        "pyogrio.errors.FieldError",
    ),
}
"""Classes of errors by what they mean; a class below one of them means the same."""


class SolverError(RuntimeError):
    """HiGHS refuses a model or ends without an answer."""


def problem_of(error: BaseException) -> Problem | None:
    """Return a fault of the machine, the network or a library in words, with the remedy.

    Parameters
    ----------
    error
        Anything that was raised.

    Returns
    -------
    None for a mistake of ours, and for a LivelihoodMapError, which speaks for itself.
    """
    if isinstance(error, LivelihoodMapError):
        return None
    for key, names in _CLASSES.items():
        if is_a(error, *names):
            return Problem(key, detail=one_line(error))
    if not isinstance(error, OSError):
        return None
    if not isinstance(error.filename, (str, bytes)):
        return Problem("core.files_failed", reason=reason_of(error))
    path = Path(os.fsdecode(error.filename))
    return Problem("core.file_failed", path=str(path), reason=reason_of(error, path))


def keep_trace(error: BaseException, *, heading: str) -> Path | None:
    """Return a new file in the system's temporary folder that holds the error's traceback.

    Parameters
    ----------
    error
        The error.
    heading
        First line of the file.

    Returns
    -------
    None where the file cannot be written.
    """
    path = None
    try:
        handle, name = tempfile.mkstemp(prefix=f"livelihood-map-{os.getpid()}-", suffix=".log")
        path = Path(name)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines([heading, "\n", *traceback.format_exception(error)])
    except (OSError, MemoryError):
        if path is not None:
            path.unlink(missing_ok=True)
        return None
    return path


def is_a(error: BaseException, *names: str) -> bool:
    """Return whether an error is of a class, or of one below it, given by full name.

    Parameters
    ----------
    error
        The error.
    *names
        Such as ``xlsxwriter.exceptions.FileCreateError``.
    """
    return any(f"{kind.__module__}.{kind.__qualname__}" in names for kind in type(error).__mro__)


def one_line(error: object) -> str:
    """Return what an error says, as one line without a full stop; its class where it is silent."""
    return " ".join(str(error).split()).rstrip(".。") or type(error).__name__


def reason_of(error: OSError, path: Path | None = None) -> Problem:
    """Return why a file could not be read or written, and the remedy.

    Parameters
    ----------
    error
        What the system raised.
    path
        The file, where it is known.
    """
    code = error.errno
    if code is None and isinstance(error, PermissionError):
        code = errno.EACCES
    sort = _SORT_OF_WINDOWS.get(getattr(error, "winerror", None) or 0)
    sort = sort or _SORT_OF.get(errno.errorcode.get(code or 0, ""), "other")
    if sort == "misplaced":
        return _misplaced(path)
    if sort == "too_long":
        return _too_long(path or Path())
    detail = one_line(error.strerror or error)
    return Problem(f"core.fault_{sort}", detail=detail)


def _misplaced(path: Path | None) -> Problem:
    """Return the fault of a folder where a file should be, or of a file in place of a folder."""
    for parent in () if path is None else path.parents:
        if parent.is_file():
            return Problem("core.fault_parent_is_file", parent=str(parent))
    return Problem("core.fault_is_folder")


def _too_long(path: Path) -> Problem:
    """Return the fault of a name or path that is too long, with the lengths."""
    part_n = max((len(os.fsencode(part)) for part in path.parts), default=0)
    return Problem("core.fault_too_long", part_n=part_n, path_n=len(str(path.absolute())))
