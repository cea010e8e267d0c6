"""A helper of a crew: ``python -m livelihood_map.core.crew_member``.

It does one task after the other until nobody asks any more, and never fails aloud: what it cannot
do, whoever asks does himself, and meets the same error there.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import sys
from typing import TYPE_CHECKING, Any

from livelihood_map.core.crew import Answered, Asked
from livelihood_map.core.labels import use_lang

if TYPE_CHECKING:
    from typing import BinaryIO


class _Said(logging.Handler):
    """Keeps what the package logs, to be said by whoever asked."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        self.lines.append((record.levelno, record.getMessage()))


def main() -> None:
    """Answer until there is nobody to ask."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks sees to it
    answers = _own_output()
    said = _Said()
    package = logging.getLogger("livelihood_map")
    package.addHandler(said)
    package.setLevel(logging.INFO)
    package.propagate = False
    given: Any = None
    while True:
        try:
            asked: Asked = pickle.load(sys.stdin.buffer)  # noqa: S301  (from our own program)
        except EOFError:
            return
        if asked.given is not None:
            given = None  # the old is let go before the new comes
            given = pickle.loads(asked.given)  # noqa: S301
        said.lines.clear()
        answer = _answer(asked, given)
        pickle.dump(answer._replace(said=tuple(said.lines)), answers, pickle.HIGHEST_PROTOCOL)
        answers.flush()


def _answer(asked: Asked, given: object) -> Answered:
    """Return the result of a task, or that there is none."""
    try:
        with use_lang(asked.lang):
            return Answered(is_done=True, result=asked.task(given, asked.key))
    except Exception:  # noqa: BLE001  (whoever asked meets the same)
        return Answered(is_done=False)


def _own_output() -> BinaryIO:
    """Return the output, which no library can write to any more."""
    own = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(own, "wb")


if __name__ == "__main__":
    main()
