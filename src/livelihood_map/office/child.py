"""The child process in which everything is read and computed: ``-m livelihood_map.office.child``.

It says what it does as lines of JSON on its output, the last of them how it ended. Whatever
happens to it, a crash of a library included, the program that started it goes on.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from livelihood_map.core.crew import crew
from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.faults import keep_trace, problem_of
from livelihood_map.core.labels import label, use_lang
from livelihood_map.load.files.limited import limited_reading
from livelihood_map.office import tasks

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code of one task: 0 when it went well, 1 when the user can mend it.

    Parameters
    ----------
    arguments
        One text of JSON: folder of the project, name of the task, language, what it asks for.
    """
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", lambda **_: None)(encoding="utf-8", errors="replace")
    asked = json.loads((sys.argv[1:] if arguments is None else arguments)[0])
    task = tasks.Asked(**asked)
    with use_lang(task.lang), limited_reading(), crew():
        try:
            lines = tasks.TASKS[task.task](task, _say)
        except Exception as error:  # noqa: BLE001  (told below, whatever it is)
            _say("failed", text=task.shortened(_text_of(error)))
            return 1
        _say("done", lines=[*map(task.shortened, lines)])
    return 0


def _text_of(error: Exception) -> str:
    """Return an error in words, with where its trace lies when it is a mistake of ours."""
    if isinstance(error, LivelihoodMapError):
        return error.text()
    problem = problem_of(error)
    path = keep_trace(error, heading="livelihood-map serve")
    if problem is not None:
        return problem.text()
    return label("office.our_mistake", path=path or "–", error=type(error).__name__)


def _say(event: str, /, **values: Any) -> None:  # noqa: ANN401  (what JSON holds)
    """Write one line for the program."""
    sys.stdout.write(json.dumps({"event": event, **values}, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
