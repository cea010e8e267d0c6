"""A crew: other processes of this computer that do a part of the work beside this one.

There is one helper less than the computer has processors, each started when there is first work
for it. What a helper cannot do, for whatever reason, this process does itself: so an error is
raised here and nowhere else, and a crew changes nothing but the time that work takes.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import tempfile
import time
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from multiprocessing import active_children, get_context
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar

from livelihood_map.core.labels import current_lang, use_lang

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from livelihood_map.core.labels import Lang

Given = TypeVar("Given")
Key = TypeVar("Key")
Result = TypeVar("Result")

_Answer: TypeAlias = tuple[Result, list[tuple[int, str]], float]
"""Result, what was logged (level and words), processor seconds."""

log = logging.getLogger(__name__)

_FEW: Final = 4
"""Fewer tasks than these are done before a helper has started."""


class _Crew:
    """The helpers; `processor_s` is what their tasks have taken."""

    def __init__(self, size: int) -> None:
        self.size, self.processor_s = size, 0.0
        self._others = set(active_children())
        self._pool = ProcessPoolExecutor(size, get_context("spawn"), _begin)

    def ask(self, task: Callable[..., Result], *given: object) -> Future[Result]:
        """Return what a helper will make of a task; a failure where all are lost."""
        try:
            return self._pool.submit(task, *given)
        except RuntimeError as error:  # broken, or shut down
            failed = Future[Result]()
            failed.set_exception(error)
            return failed

    def keep(self, most: int) -> None:
        """Have at most so many helpers for what comes; those that work now come to an end."""
        if most < self.size:
            self.size = most
            self._pool.shutdown(wait=False)
            self._pool = ProcessPoolExecutor(max(most, 1), get_context("spawn"), _begin)

    def end(self) -> None:
        """End all helpers, whatever they do at this moment."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for helper in set(active_children()) - self._others:
            helper.kill()


_CURRENT: Final[ContextVar[_Crew | None]] = ContextVar("crew", default=None)


@contextmanager
def crew(size: int | None = None) -> Iterator[None]:
    """Have helpers do a part of what can be done side by side.

    The commands do so by themselves. Inside another such context this one changes nothing.

    Parameters
    ----------
    size
        Number of helpers; one less than there are processors when None.
    """
    size = processors() - 1 if size is None else size
    if size < 1 or _CURRENT.get() is not None:
        yield
        return
    own = _Crew(size)
    token = _CURRENT.set(own)
    try:
        yield
    finally:
        _CURRENT.reset(token)
        own.end()


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def keep_helpers(most: int) -> int:
    """Return how many helpers there are from now on: at most so many.

    Parameters
    ----------
    most
        Number of helpers, 0 for none.
    """
    current = _CURRENT.get()
    if current is None:
        return 0
    current.keep(most)
    return current.size


def processor_s() -> float:
    """Return the processor seconds of this process and of what helpers have done for it so far."""
    current = _CURRENT.get()
    return time.process_time() + (0.0 if current is None else current.processor_s)


def begin_aside(task: Callable[[], object]) -> None:
    """Have a helper begin a task of which nothing is awaited; without a crew nothing happens.

    Parameters
    ----------
    task
        Function of a module.
    """
    current = _CURRENT.get()
    if current is not None and current.size:
        current.ask(task)


def do_each(
    task: Callable[[Given, Key], Result], given: Given, keys: Sequence[Key]
) -> Iterator[Result]:
    """Return what a task makes for each key, in the order of the keys.

    With a crew the keys are shared out, to this process as well, in their order: so the longest
    tasks come first where their length is known.

    Parameters
    ----------
    task
        Function of a module; what it is given, its keys and results can be pickled.
    given
        Its first argument.
    keys
        Its second argument, one after the other.

    Raises
    ------
    Exception
        What a task raises.

    Examples
    --------
    >>> list(do_each(pow, 2, [1, 2, 3]))
    [2, 4, 8]
    """
    current = _CURRENT.get()
    if current is None or not current.size or len(keys) < _FEW:
        yield from (task(given, key) for key in keys)
        return
    todo, news = deque(enumerate(keys)), SimpleQueue[tuple[int, Future[_Answer[Result]]]]()
    done: dict[int, Result] = {}
    with _handed(given) as path:
        for _ in range(current.size):
            _feed(current, partial(_answer, task, current_lang(), path), todo, news)
        try:
            for position in range(len(keys)):
                while position not in done:
                    if todo and news.empty():
                        with suppress(IndexError):  # a helper has just taken the last one
                            own, key = todo.popleft()
                            done[own] = task(given, key)
                        continue
                    other, answer = news.get()
                    done[other] = _taken(current, answer, partial(task, given, keys[other]))
                yield done.pop(position)
        finally:
            todo.clear()


def _feed(
    current: _Crew,
    answer: Callable[[Key], _Answer[Result]],
    todo: deque[tuple[int, Key]],
    news: SimpleQueue[tuple[int, Future[_Answer[Result]]]],
) -> None:
    """Give a helper the next key, and whenever it is done with one the next, while it lives.

    No task is ever called back: on Python 3.11 a pool that loses a helper trips over those.
    """

    def tell(position: int, future: Future[_Answer[Result]]) -> None:
        news.put((position, future))
        if not (future.cancelled() or isinstance(future.exception(), RuntimeError)):
            _feed(current, answer, todo, news)

    with suppress(IndexError):
        position, key = todo.popleft()
        current.ask(answer, key).add_done_callback(partial(tell, position))


def _taken(current: _Crew, answer: Future[_Answer[Result]], make: Callable[[], Result]) -> Result:
    """Return a helper's result, or what is made here where it has none."""
    try:
        result, said, used_s = answer.result()
    except Exception as error:  # noqa: BLE001  (whatever it is, it is met here again)
        log.debug("a helper could not: %r", error)
        return make()
    current.processor_s += used_s
    for level, words in said:
        log.log(level, "%s", words)
    return result


@contextmanager
def _handed(given: object) -> Iterator[str]:
    """Yield the path of a file from which each helper takes what its tasks are given, once."""
    descriptor, path = tempfile.mkstemp(prefix="livelihood-map-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            pickle.dump(given, file, pickle.HIGHEST_PROTOCOL)
        yield path
    finally:
        with suppress(OSError):  # on Windows while a helper still reads it
            Path(path).unlink()


# In a helper -----------------------------------------------------------------------------------

_SAID: Final[list[tuple[int, str]]] = []
"""Level and words of what a task has logged."""
_HELD: Final[dict[str, Any]] = {}
"""What tasks are given, by the file that it came from: one at a time."""


class _Keeper(logging.Handler):
    """Keeps what the package logs, to be said by whoever asked."""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        _SAID.append((record.levelno, record.getMessage()))


def _begin() -> None:
    """Set a helper up: it says nothing by itself, and whoever asked sees to an interruption."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        os.dup2(2, 1)
    package = logging.getLogger("livelihood_map")
    package.addHandler(_Keeper())
    package.setLevel(logging.INFO)
    package.propagate = False


def _answer(
    task: Callable[[Given, Key], Result], lang: Lang, path: str, key: Key
) -> _Answer[Result]:
    """Return the result of a task, what it has logged and the processor seconds that it took."""
    used = time.process_time()
    if path not in _HELD:
        _HELD.clear()  # the old is let go before the new comes
        _HELD[path] = pickle.loads(Path(path).read_bytes())  # noqa: S301  (from our own program)
    _SAID.clear()
    with use_lang(lang):
        result = task(_HELD[path], key)
    return result, _SAID.copy(), time.process_time() - used
