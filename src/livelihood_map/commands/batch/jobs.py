"""Districts as jobs: each run by a child process, those that fail once more."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import FIRST_COMPLETED, CancelledError, wait
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.faults import one_line
from livelihood_map.core.labels import Lang, label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor, Future

_CHILD: Final = "livelihood_map.commands.batch.child"
_TRIES_N: Final = 2


@dataclass(frozen=True)
class Job:
    """What a district's process is told.

    Parameters
    ----------
    name
        The district.
    settings
        Path of its settings file.
    lang
        Language of its outputs and messages.
    memory_gb
        Memory that it may take, GB; any when None.
    """

    name: str
    settings: str
    lang: Lang
    memory_gb: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of a district.

    Parameters
    ----------
    name
        The district.
    status
        ``done`` or ``failed``.
    message
        Why it failed, in words.
    computed_n
        Stages that were computed; the others were kept.
    seconds, processor_s, memory_gb
        What its process took: elapsed, of processors, and the most memory.
    tries_n
        How often it was tried.
    """

    name: str
    status: str
    message: str = ""
    computed_n: int = 0
    seconds: float = 0.0
    processor_s: float = 0.0
    memory_gb: float = 0.0
    tries_n: int = 1


def run_job(job: Job) -> dict[str, Any]:
    """Return what came of a district, as `Outcome` holds it; run by this computer or a worker.

    Parameters
    ----------
    job
        The district.
    """
    with TemporaryDirectory(prefix="livelihood-map-") as folder:
        told = Path(folder) / "outcome.json"
        task = {**asdict(job), "told": str(told), "parent": os.getpid()}
        done = subprocess.run(  # noqa: S603  (our own program)
            [sys.executable, "-P", "-m", _CHILD],
            input=json.dumps(task),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        try:
            outcome: dict[str, Any] = json.loads(told.read_text("utf-8"))
        except (OSError, ValueError):
            last = (done.stderr or "").strip().splitlines()[-1:]
            key = "batch.child_killed" if done.returncode < 0 else "batch.child_died"
            said = label(key, job.lang, code=abs(done.returncode), said="".join(last))
            outcome = {"status": "failed", "message": said}
    return {"name": job.name, **outcome}


def run_jobs(
    jobs: Sequence[Job], executor: Executor, *, tell: Callable[[str], object]
) -> list[Outcome]:
    """Return what came of each district, in their order; those that fail are tried once more.

    Parameters
    ----------
    jobs
        The districts.
    executor
        What runs them.
    tell
        Is told one line when a district is done, or will be tried again.
    """
    found: dict[str, Outcome] = {}
    waiting = {executor.submit(run_job, job): (job, 1) for job in jobs}
    while waiting:
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            job, tries_n = waiting.pop(future)
            outcome = Outcome(**_taken(future, job), tries_n=tries_n)
            if outcome.status != "done" and tries_n < _TRIES_N:
                tell(label("batch.again", name=job.name, why=outcome.message))
                again = _submitted(executor, job)
                if again is not None:
                    waiting[again] = (job, tries_n + 1)
                    continue
            found[job.name] = outcome
            tell(tell_outcome(outcome))
    return [found[job.name] for job in jobs]


def _submitted(executor: Executor, job: Job) -> Future[dict[str, Any]] | None:
    """Return the second try of a district; None where nothing runs jobs any more."""
    try:
        return executor.submit(run_job, job)
    except Exception:  # noqa: BLE001  (whatever an engine raises when it is gone)
        return None


def _taken(future: Future[dict[str, Any]], job: Job) -> dict[str, Any]:
    """Return what came of a district, also where the worker that ran it is lost."""
    try:
        return future.result()
    except CancelledError:
        said = label("batch.worker_lost", detail="cancelled")
    except Exception as error:  # noqa: BLE001  (of the engine; ours come back as words)
        said = label("batch.worker_lost", detail=one_line(error))
    return {"name": job.name, "status": "failed", "message": said}


def tell_outcome(outcome: Outcome) -> str:
    """Return what came of a district in words, one line.

    Parameters
    ----------
    outcome
        What came of it.
    """
    if outcome.status != "done":
        return label("batch.failed", name=outcome.name, why=outcome.message)
    if outcome.computed_n == 0:
        return label("batch.fresh", name=outcome.name)
    return label(
        "batch.done",
        name=outcome.name,
        stages=outcome.computed_n,
        seconds=f"{outcome.seconds:.0f}",
        memory=f"{outcome.memory_gb:.1f}",
    )
