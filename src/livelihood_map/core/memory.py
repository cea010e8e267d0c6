"""How much memory this process has taken."""

from __future__ import annotations

import sys


def peak_bytes() -> int:
    """Return the most memory that this process has held so far; 0 where the system does not say.

    Examples
    --------
    >>> block = bytearray(10_000_000)
    >>> peak_bytes() == 0 or peak_bytes() > 10_000_000
    True
    """
    if sys.platform == "win32":
        return _peak_on_windows()
    import resource

    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held if sys.platform == "darwin" else held * 1024


def _peak_on_windows() -> int:
    """Return what Windows calls the peak working set."""
    import ctypes

    words = (ctypes.c_size_t * 8)()  # two 32-bit words, then the peak and six other sizes
    library: object = getattr(ctypes, "windll").kernel32  # noqa: B009  (Windows alone has it)
    library.GetCurrentProcess.restype = ctypes.c_void_p  # type: ignore[attr-defined]
    process = library.GetCurrentProcess()  # type: ignore[attr-defined]
    if not library.K32GetProcessMemoryInfo(  # type: ignore[attr-defined]
        ctypes.c_void_p(process), words, ctypes.sizeof(words)
    ):
        return 0
    peak = 1 if ctypes.sizeof(ctypes.c_size_t) == 8 else 2  # noqa: PLR2004  (bytes of a word)
    return int(words[peak])
