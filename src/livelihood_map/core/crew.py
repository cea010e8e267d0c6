"""A crew: other processes of this computer that do a part of the work beside this one.

There is one helper less than the computer has processors. Each is a program of its own
(:mod:`livelihood_map.core.crew_member`), started with the first task that it is given; tasks and
results cross as pickles. What a helper cannot do, for whatever reason, this process does itself:
so an error is raised here and nowhere else, and a crew changes nothing but the time it takes.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from livelihood_map.core.labels import current_lang

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from livelihood_map.core.labels import Lang

Given = TypeVar("Given")
Key = TypeVar("Key")
Result = TypeVar("Result")

log = logging.getLogger(__name__)

_MEMBER: Final = "livelihood_map.core.crew_member"
_FEW: Final = 4
"""Fewer tasks than these are done before a helper has started."""


class Asked(NamedTuple):
    """What a helper is asked: a task for one key.

    Parameters
    ----------
    task
        Function of a module, called with what all its tasks are given, and the key.
    key
        What it is done for.
    lang
        Language of texts.
    given
        Pickle of what its tasks are given; None where that is what was given last.
    """

    task: Callable[[Any, Any], Any]
    key: Any
    lang: Lang
    given: bytes | None


class Answered(NamedTuple):
    """What a helper answers.

    Parameters
    ----------
    is_done
        Whether there is a result.
    result
        What the task returned.
    said
        Level and words of what was logged on the way.
    """

    is_done: bool
    result: Any = None
    said: tuple[tuple[int, str], ...] = ()


class _Member:
    """One helper: started when it is asked first, and not again when it has died."""

    def __init__(self) -> None:
        self.is_lost = False
        self._process: subprocess.Popen[bytes] | None = None
        self._holds = 0

    def ask(self, asked: Asked, *, given_number: int) -> Answered:
        """Return what the helper answers; that it is not done where it cannot be asked."""
        try:
            process = self._process or self._start()
            if self._holds == given_number:
                asked = asked._replace(given=None)
            pickle.dump(asked, process.stdin, pickle.HIGHEST_PROTOCOL)  # type: ignore[arg-type]
            process.stdin.flush()  # type: ignore[union-attr]
            self._holds = given_number
            answered: Answered = pickle.load(process.stdout)  # type: ignore[arg-type]  # noqa: S301
        except Exception as error:  # noqa: BLE001  (it has died, or cannot be told)
            log.debug("a helper is lost: %r", error)
            self.end()
            return Answered(is_done=False)
        return answered

    def _start(self) -> subprocess.Popen[bytes]:
        """Return a new helper."""
        package = str(Path(__file__).resolve().parents[2])
        paths = filter(None, [package, os.environ.get("PYTHONPATH")])
        self._process = subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, "-P", "-m", _MEMBER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        )
        if self.is_lost:  # ended while it was started
            self.end()
        return self._process

    def end(self) -> None:
        """End the helper, whatever it does at this moment."""
        self.is_lost = True
        if self._process is not None:
            self._process.kill()
            with suppress(OSError), self._process:
                pass


class _Crew:
    """The helpers, each with a thread that asks it."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._members = [_Member() for _ in range(size)]
        self._idle: SimpleQueue[_Member] = SimpleQueue()
        for member in self._members:
            self._idle.put(member)
        self._threads = ThreadPoolExecutor(size)
        self._numbers = count(1)

    def begin(
        self,
        task: Callable[[Given, Key], Result],
        given: Given,
        todo: deque[tuple[int, Key]],
        news: SimpleQueue[tuple[int, Answered]],
    ) -> None:
        """Have the helpers take tasks as long as there are any; every answer goes to `news`."""
        lang, number = current_lang(), next(self._numbers)
        packed = pickle.dumps(given, pickle.HIGHEST_PROTOCOL)

        def work() -> None:
            member = self._idle.get()
            while not member.is_lost:
                try:
                    position, key = todo.popleft()
                except IndexError:
                    break
                asked = Asked(task, key, lang, packed)
                news.put((position, member.ask(asked, given_number=number)))
            self._idle.put(member)

        for _ in range(min(self.size, len(todo))):
            self._threads.submit(work)

    def close(self) -> None:
        """End all helpers."""
        for member in self._members:
            member.end()
        self._threads.shutdown(cancel_futures=True)


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
    size = _processors() - 1 if size is None else size
    if size < 1 or _CURRENT.get() is not None:
        yield
        return
    own = _Crew(size)
    token = _CURRENT.set(own)
    try:
        yield
    finally:
        _CURRENT.reset(token)
        own.close()


def _processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def begin_aside(task: Callable[[], object]) -> None:
    """Have a helper begin a task of which nothing is awaited; without a crew nothing happens.

    Parameters
    ----------
    task
        Function of a module.
    """
    current = _CURRENT.get()
    if current is not None:
        current.begin(_call, task, deque([(0, None)]), SimpleQueue())


def _call(task: Callable[[], object], _: None) -> None:
    """Do a task that is given itself."""
    task()


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
    if current is None or len(keys) < _FEW:
        yield from (task(given, key) for key in keys)
        return
    todo, news = deque(enumerate(keys)), SimpleQueue[tuple[int, Answered]]()
    done: dict[int, Result] = {}
    current.begin(task, given, todo, news)
    try:
        for number in range(len(keys)):
            while number not in done:
                if todo and news.empty():
                    with suppress(IndexError):  # a helper was quicker
                        own, key = todo.popleft()
                        done[own] = task(given, key)
                    continue
                position, answer = news.get()
                for level, words in answer.said:
                    log.log(level, "%s", words)
                done[position] = answer.result if answer.is_done else task(given, keys[position])
            yield done.pop(number)
    finally:
        todo.clear()
