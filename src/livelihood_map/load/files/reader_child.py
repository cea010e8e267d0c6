"""The child program that reads files for another, and what one file may cost it.

It is given a copy to read, and what it made of it comes back as an Arrow file. When it dies, that
is one fault of one file, and the next file has a new child.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock, Timer
from typing import IO, TYPE_CHECKING, Any, Final, TypeVar, cast

from livelihood_map.core.errors import Problem, SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")

_CHILD: Final = "livelihood_map.load.files.child"
_SMALL: Final = 1_000_000
_PROCESSOR_S: Final = 4.0
_MEMORY: Final = 1_000_000_000
_PROCESSOR_S_PER_BYTE: Final = 4 / 1_000_000
_MEMORY_PER_BYTE: Final = 50
_BESIDE: Final = {
    ".shp": (".shx", ".dbf", ".prj", ".cpg"),
    ".gpkg": (".gpkg-wal",),
}
"""Files of the same name that belong to a layer."""
_FEW_THREADS: Final = {
    "GDAL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OSMIUM_POOL_THREADS": "1",
}
"""Each thread sets memory aside, which counts against the limit whether it is used or not."""
_START_S: Final = 120.0
_TIME_IS_UP: Final = getattr(signal, "SIGPROF", 0)


@dataclass(frozen=True, slots=True)
class Budget:
    """What reading one file may cost.

    Parameters
    ----------
    processor_s
        Processor seconds.
    memory_bytes
        Memory of the child in all.
    """

    processor_s: float
    memory_bytes: int

    @classmethod
    def of(cls, size: int) -> Budget:
        """Return the budget of a file: the same up to 1 MB, then more by its size.

        Parameters
        ----------
        size
            Bytes, with the files beside it.

        Examples
        --------
        >>> Budget.of(20_000) == Budget.of(1_000_000)
        True
        >>> Budget.of(3_000_000)
        Budget(processor_s=12.0, memory_bytes=1100000000)
        """
        more = max(size - _SMALL, 0)
        return cls(_PROCESSOR_S + more * _PROCESSOR_S_PER_BYTE, _MEMORY + more * _MEMORY_PER_BYTE)

    @property
    def elapsed_s(self) -> float:
        """Seconds after which an answer is no longer awaited, on a machine however busy."""
        return 60 + 20 * self.processor_s


class ReaderChild:
    """A child program that reads files, started when the first is asked for."""

    def __init__(self) -> None:
        self._home: TemporaryDirectory[str] | None = None
        self._process: subprocess.Popen[str] | None = None
        self._one_at_a_time = RLock()

    def read(
        self,
        reader: str,
        path: Path,
        options: Mapping[str, object],
        receive: Callable[[Path], T],
    ) -> T:
        """Return what a reader makes of a file.

        Parameters
        ----------
        reader
            Name of the function in the child.
        path
            The file.
        options
            Arguments of the function by name.
        receive
            Reads the answer, an Arrow file, before it is removed.

        Raises
        ------
        SourceError
            What the reader raised, or that the file cost too much or ended the child.
        """
        with self._one_at_a_time, TemporaryDirectory(dir=self._folder) as room:
            copy, size = _copied(path, Path(room) / "file")
            budget = Budget.of(size)
            answer = Path(room) / "answer.arrow"
            asked = {
                "reader": reader,
                "path": str(copy),
                "options": options,
                "answer": str(answer),
                "processor_s": budget.processor_s,
                "memory_bytes": budget.memory_bytes,
            }
            said = self._ask(asked, path.name, budget)
            if "fault" in said:
                raise SourceError.of(_problem(said["fault"]))
            if "memory" in said:
                memory = round(budget.memory_bytes / 1e9, 1)
                raise SourceError("load.reader_memory", path=path.name, memory=memory)
            if "failed" in said:
                raise SourceError("load.reader_failed", path=path.name, detail=said["failed"])
            return receive(answer)

    def close(self) -> None:
        """End the child and remove what it left."""
        self._end()
        if self._home is not None:
            self._home.cleanup()

    @property
    def _folder(self) -> Path:
        """The one folder that the child can use."""
        if self._home is None:
            self._home = TemporaryDirectory(prefix="livelihood-map-", ignore_cleanup_errors=True)
        return Path(self._home.name)

    def _ask(self, asked: Mapping[str, Any], name: str, budget: Budget) -> dict[str, Any]:
        """Return the child's answer on one file."""
        process = self._process or self._start()
        try:
            said, is_late = _answer_to(process, json.dumps(asked) + "\n", budget.elapsed_s)
        except BaseException:  # whoever interrupts must not leave an answer to be read as another's
            self._end()
            raise
        if said is None:
            code = self._end()
            if is_late or code == -_TIME_IS_UP:
                seconds = ceil(budget.elapsed_s if is_late else budget.processor_s)
                raise SourceError("load.reader_slow", path=name, seconds=seconds)
            raise SourceError("load.reader_failed", path=name, detail=self._last_words(code))
        if "memory" in said or said["resident"] > budget.memory_bytes / 2:
            self._end()  # the next one has all its memory
        return said

    def _start(self) -> subprocess.Popen[str]:
        """Return a new child."""
        package = str(Path(__file__).resolve().parents[3])
        paths = filter(None, [package, os.environ.get("PYTHONPATH")])
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603  (our own program)
                [sys.executable, "-P", "-m", _CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=self._folder,
                env=os.environ | _FEW_THREADS | {"PYTHONPATH": os.pathsep.join(paths)},
                encoding="ascii",
            )
        said, _ = _answer_to(self._process, "", _START_S)
        if said is None:
            raise SourceError("load.reader_unstarted", detail=self._last_words(self._end()))
        return self._process

    def _end(self) -> int:
        """Return how the child ended, ended now if it had not; 0 when there is none."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.kill()
        with suppress(OSError), process:
            pass
        return process.wait()

    @property
    def _errors(self) -> Path:
        """File of what the child says beside its answers."""
        return self._folder / "errors.txt"

    def _last_words(self, code: int) -> str:
        """Return why a child ended, as far as that is known."""
        if code < 0:
            with suppress(ValueError):
                return signal.Signals(-code).name
        lines = self._errors.read_text("utf-8", "replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), str(code))


def _copied(path: Path, folder: Path) -> tuple[Path, int]:
    """Return the copy of a file, which those that belong to it lie beside, and their size."""
    folder.mkdir()
    endings = _BESIDE.get(path.suffix.lower(), ())
    small = {path.with_suffix(ending) for ending in endings}
    beside = small | {path.with_suffix(ending.upper()) for ending in endings}
    present = [path, *sorted(side for side in beside if side.is_file())]
    copies = [Path(shutil.copyfile(part, folder / part.name)) for part in present]
    return copies[0], sum(copy.stat().st_size for copy in copies)


def _answer_to(
    process: subprocess.Popen[str], ask: str, within_s: float
) -> tuple[dict[str, Any] | None, bool]:
    """Return what a child answers, None when it dies of it, and whether its time was over."""
    late: list[bool] = []

    def give_up() -> None:
        late.append(True)
        process.kill()

    timer = Timer(within_s, give_up)
    timer.start()
    try:
        with suppress(OSError):  # it is dead already
            _pipe(process.stdin).write(ask)
            _pipe(process.stdin).flush()
        line = _pipe(process.stdout).readline()
        if not line.endswith("\n"):
            process.wait()
            return None, bool(late)
    finally:
        timer.cancel()
    return json.loads(line), False


def _pipe(pipe: IO[str] | None) -> IO[str]:
    """Return a pipe that was asked for when the child was started."""
    return cast("IO[str]", pipe)


def _problem(written: Sequence[Any]) -> Problem:
    """Return a fault from how the child wrote it."""
    key, values = written
    return Problem(key, **{name: _value(value) for name, value in values.items()})


def _value(written: object) -> object:
    """Return a value of a fault, which may itself be one."""
    return _problem(written["fault"]) if isinstance(written, dict) else written
