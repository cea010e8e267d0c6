"""One damaged input read under guard: what came of it, and what it must not have done."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sys
import tempfile
import threading
import time
import traceback
import warnings
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import livelihood_map
from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.labels import LANGS, use_lang

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "a-secret-that-nobody-may-read"  # noqa: S105  (a mark that is looked for)
_PACKAGE = Path(livelihood_map.__file__).resolve().parent
_OURS = tuple(
    os.path.realpath(place)
    for place in (sys.prefix, sys.base_prefix, _PACKAGE, _PACKAGE.parents[1] / "data")
)
_SYSTEM = ("/proc/", "/sys/", "/dev/", "/usr/lib", "/usr/share", "/etc/")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_TEXT_MAX = 60_000
"""Characters of the longest message; a hundred faults at most are told at once."""
_STARTS = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname")
_STARTS += ("subprocess.Popen", "os.system", "os.exec", "os.spawn", "os.posix_spawn")


@dataclass(frozen=True)
class Outcome:
    """What came of one damaged input.

    Parameters
    ----------
    end
        ``read``, ``refused`` or ``failed``.
    detail
        What failed; empty otherwise.
    cpu_s
        Processor time of the reading alone.
    texts
        The refusal in each language.
    """

    end: str
    detail: str = ""
    cpu_s: float = 0.0
    texts: tuple[str, ...] = ()


class Trap:
    """A server on this machine that must not be asked anything."""

    def __init__(self):
        self.asked = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}/a.geojson"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        """Note whoever comes, and answer with nothing."""
        while True:
            try:
                guest, _ = self.server.accept()
            except OSError:
                return
            self.asked.append(guest.recv(200))
            with contextlib.suppress(OSError):
                guest.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            guest.close()

    def close(self):
        """Take the trap away."""
        with contextlib.suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        self.thread.join()


class _Watch:
    """Notes each file opened outside a folder and each way out of the process, while it is on."""

    def __init__(self):
        self.folder = ""
        self.noted: list[str] = []
        self.thread = 0
        self.is_hooked = False

    def hook(self, event: str, args: tuple[object, ...]) -> None:
        """Note an event of the interpreter that a reader must not cause."""
        if not self.folder or threading.get_ident() != self.thread:
            return
        if event == "open":
            if isinstance(args[0], (str, bytes)) and not self._may_open(os.fsdecode(args[0])):
                self.noted.append(f"open {args[0]!r}")
        elif event.startswith(_STARTS):
            self.noted.append(f"{event} {args!r}"[:200])

    def unraisable(self, told: object) -> None:
        """Note what a library could only print."""
        self.noted.append(f"printed: {told.exc_value!r}"[:200])

    def _may_open(self, path: str) -> bool:
        """Return whether a file lies in the folder or belongs to Python or the package."""
        if path.startswith(_SYSTEM):
            return not path.startswith(("/etc/passwd", "/etc/shadow"))
        return os.path.realpath(path).startswith((self.folder, *_OURS))


_WATCH = _Watch()


@contextlib.contextmanager
def watched(folder: Path):
    """Return a context that gives the list of what is done beyond the folder within it."""
    if not _WATCH.is_hooked:
        sys.addaudithook(_WATCH.hook)
        _WATCH.is_hooked = True
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    hook, sys.unraisablehook = sys.unraisablehook, _WATCH.unraisable
    _WATCH.folder, _WATCH.noted = os.path.realpath(folder), []
    _WATCH.thread = threading.get_ident()
    try:
        yield _WATCH.noted
    finally:
        _WATCH.folder, tempfile.tempdir = "", before
        sys.unraisablehook = hook


def outcome(read: Callable[[Path], object], folder: Path, *, named: str) -> Outcome:
    """Return what comes of reading a folder of damaged files, and whether that may be.

    Parameters
    ----------
    read
        Reads the folder through a public door of the package.
    folder
        The folder.
    named
        What the message of a refusal must hold: the name of the file.
    """
    began = time.process_time()
    error: BaseException | None = None
    with watched(folder) as noted, warnings.catch_warnings(), use_lang("zh"):
        warnings.simplefilter("error")
        # what a library will drop some day is no matter of the file
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            result = read(folder)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as raised:  # noqa: BLE001  (whatever it is, it is told below)
            error = raised
    cpu_s = time.process_time() - began
    if noted:
        return Outcome("failed", f"beyond reading: {noted[:3]}", cpu_s)
    if isinstance(error, LivelihoodMapError):
        texts, fault = _told(error, named)
        return Outcome("failed" if fault else "refused", fault, cpu_s, texts)
    if error is not None:
        return Outcome("failed", _last_lines(error), cpu_s)
    fault = unsound(result)
    return Outcome("failed" if fault else "read", fault, cpu_s)


def _told(error: LivelihoodMapError, named: str) -> tuple[tuple[str, ...], str]:
    """Return the words of a refusal in each language, and what is wrong with them."""
    try:
        texts = tuple(error.text(lang) for lang in LANGS)
    except Exception as fault:  # noqa: BLE001  (a message that cannot be written)
        return (), f"no words for {error.key}: {_last_lines(fault)}"
    for text in texts:
        if named not in text:
            return texts, f"{error.key} does not name {named}: {text[:300]}"
        if SECRET in text:
            return texts, f"{error.key} tells the secret"
        if len(text) > _TEXT_MAX:
            return texts, f"{error.key} takes {len(text)} characters"
    if not _HAN.search(texts[LANGS.index("zh")]):
        return texts, f"{error.key} is not Chinese"
    return texts, ""


def _last_lines(error: BaseException) -> str:
    """Return the class of an error, what it says, and where in the package it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [
        f"{Path(one.filename).name}:{one.lineno}" for one in frames if "livelihood" in one.filename
    ]
    return f"{type(error).__name__}: {str(error)[:200]} at {' > '.join(places[-3:])}"


def unsound(result: object) -> str:
    """Return what is wrong with the tables of a result; nothing where they are sound.

    Rows read are rows taken and rejected; every fault has its words; figures are finite, shapes
    valid; and nothing of the secret is in it.
    """
    if isinstance(result, (list, tuple)):
        return next(filter(None, map(unsound, result)), "")
    if isinstance(result, pd.DataFrame):
        return _unsound_table(result)
    if not is_dataclass(result) or isinstance(result, type):
        return "the secret" if SECRET in str(result)[:100_000] else ""
    held = {one.name: getattr(result, one.name) for one in fields(result)}
    counts, rejects = held.get("counts"), held.get("rejects")
    if isinstance(counts, pd.DataFrame) and isinstance(rejects, pd.DataFrame):
        sums = counts[["rows_n", "taken_n", "rejects_n"]].sum()
        if sums["rows_n"] != sums["taken_n"] + sums["rejects_n"]:
            return f"rows lost: {dict(sums)}"
        if sums["rejects_n"] != len(rejects):
            return f"{len(rejects)} rejects, {sums['rejects_n']} counted"
    return next((f"{n}: {why}" for n, one in held.items() if (why := _part(one))), "")


def _part(value: object) -> str:
    """Return what is wrong with one part of a result."""
    return _unsound_table(value) if isinstance(value, pd.DataFrame) else ""


def _unsound_table(table: pd.DataFrame) -> str:
    """Return what is wrong with one table."""
    if {"problem", "remedy"} <= set(table.columns):
        told = table[["problem", "remedy"]]
        if told.isna().any(axis=None) or (told.map(str).map(str.strip) == "").any(axis=None):
            return "a fault without words"
    for name in table.select_dtypes("number").columns:
        values = table[name].to_numpy(dtype=float, na_value=np.nan)
        if np.isinf(values).any():
            return f"{name} is infinite"
    if isinstance(table, gpd.GeoDataFrame) and len(table):
        shapes = np.asarray(table.geometry.array)
        if not np.isfinite(shapely.get_coordinates(shapes)).all():
            return "a place that is no number"
        if not shapely.is_valid(shapes[~shapely.is_missing(shapes)]).all():
            return "a shape that crosses itself"
        table = pd.DataFrame(table.drop(columns=table.geometry.name))
    return "the secret" if SECRET in table.to_csv()[:200_000] else ""
