"""The program that runs one district: a process of its own, of limited memory.

It is told what to do on its standard input, and writes what came of it to a file, as JSON. It
ends when whoever started it does.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

_DIE_WITH_PARENT: Final = 1


def main() -> int:
    """Return 0 when it could be told what came of it."""
    task = json.loads(sys.stdin.read())
    _tie_to_parent(task["parent"])
    limit_memory(task["memory_gb"])
    outcome = do(task)
    Path(task["told"]).write_text(json.dumps(outcome, ensure_ascii=False), encoding="utf-8")
    return 0


def do(task: dict[str, Any]) -> dict[str, Any]:
    """Return what came of a district, in words.

    Parameters
    ----------
    task
        ``settings``, the path of its settings file, and ``lang``.
    """
    from livelihood_map.core.errors import LivelihoodMapError
    from livelihood_map.core.faults import keep_trace, one_line, problem_of
    from livelihood_map.core.labels import label, use_lang
    from livelihood_map.load.files.limited import limited_reading

    with use_lang(task["lang"]):
        try:
            with limited_reading():
                return {"status": "done", **_run(task["settings"], task["lang"])}
        except LivelihoodMapError as error:
            said = error.text()
        except Exception as error:  # noqa: BLE001  (another district must not suffer from it)
            problem = problem_of(error)
            said = one_line(error) if problem is None else problem.text()
            path = keep_trace(error, heading=task["settings"])
            said = label("cli.trace_kept" if path else "cli.trace_lost", text=said, path=path)
        return {"status": "failed", "message": said}


def _run(path: str, lang: Any) -> dict[str, Any]:  # noqa: ANN401  (a language)
    """Run a district and return what it took."""
    from livelihood_map import pipeline
    from livelihood_map.core.labels import label
    from livelihood_map.core.memory import peak_bytes
    from livelihood_map.core.settings import load_settings

    begun = time.perf_counter()
    work = pipeline.run(load_settings(path, lang=lang))
    kept = {label("freshness.kept", stage=name) for name in pipeline.STAGES}
    return {
        "message": "",
        "computed_n": sum(step not in kept for step in work.steps),
        "seconds": round(time.perf_counter() - begun, 1),
        "processor_s": round(time.process_time(), 1),
        "memory_gb": round(peak_bytes() / 1e9, 2),
    }


def limit_memory(memory_gb: float | None) -> None:
    """Let this process, and each that it starts, have no more memory; on Linux alone.

    Parameters
    ----------
    memory_gb
        Most memory for data, GB; any when None.
    """
    if memory_gb is not None and sys.platform == "linux":
        import resource

        most = int(memory_gb * 1e9)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def _tie_to_parent(parent: int) -> None:
    """Have the system end this process with the one that started it; on Linux alone."""
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it has ended meanwhile
            os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
