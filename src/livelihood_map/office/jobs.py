"""Tasks of projects in child processes: started, watched, stopped; one of a sort at a time."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.labels import current_lang, label

if TYPE_CHECKING:
    from pathlib import Path

    from livelihood_map.office.projects import Project

LOOKING: Final = ("recognise", "weigh", "place", "outlook")
"""Tasks that look at files only and may go on beside a run."""
RUNNING_MAX: Final = 4
"""Tasks of all projects at a time."""
_LOG_MAX: Final = 2_000_000
_STOP_S: Final = 5.0


class BusyJobError(LivelihoodMapError):
    """A task is at work already."""


@dataclass(frozen=True)
class JobState:
    """How a task stands.

    Parameters
    ----------
    task
        Its name; empty when there was none.
    status
        none, running, done, failed, stopped or crashed.
    started
        When it began.
    mark
        What it was asked about, where that matters.
    stages
        Stages told so far: name, whether it was kept, in words.
    lines
        What it had to say at the end.
    text
        Why it failed.
    """

    task: str = ""
    status: str = "none"
    started: str = ""
    mark: str = ""
    stages: list[dict[str, Any]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    text: str = ""

    @property
    def is_running(self) -> bool:
        """Return whether it is at work."""
        return self.status == "running"


class Jobs:
    """The children of this program."""

    def __init__(self) -> None:
        self._children: dict[tuple[str, str], subprocess.Popen[bytes]] = {}
        self._stopped: set[int] = set()
        self._lock = Lock()

    def start(
        self, project: Project, task: str, given: dict[str, str] | None = None, mark: str = ""
    ) -> None:
        """Start a task of a project.

        Raises
        ------
        BusyJobError
            When one of its sort is at work, or too many are.
        """
        sort = sort_of(task)
        asked = {
            "folder": str(project.folder),
            "task": task,
            "lang": current_lang(),
            "given": given or {},
        }
        now = dt.datetime.now(tz=dt.UTC).astimezone().isoformat(timespec="seconds")
        with self._lock:
            if self._is_alive(project, sort):
                raise BusyJobError("office.busy")
            if sum(child.poll() is None for child in self._children.values()) >= RUNNING_MAX:
                raise BusyJobError("office.too_busy", most=RUNNING_MAX)
            about = {"task": task, "started": now, "mark": mark}
            (project.own / f"{sort}.json").write_text(json.dumps(about), "utf-8")
            with (project.own / f"{sort}.jsonl").open("wb") as log:
                self._children[project.id, sort] = subprocess.Popen(  # noqa: S603  (our own program)
                    [sys.executable, "-P", "-m", "livelihood_map.office.child", json.dumps(asked)],
                    cwd=project.folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.DEVNULL,
                    **_apart(),
                )

    def state(self, project: Project, sort: str) -> JobState:
        """Return how the last task of a sort stands."""
        try:
            about = json.loads((project.own / f"{sort}.json").read_text("utf-8"))
        except (OSError, ValueError):
            return JobState()
        events = _events(project.own / f"{sort}.jsonl")
        stages = [event for event in events if event["event"] == "stage"]
        known: dict[str, Any] = {
            "task": about["task"],
            "started": about["started"],
            "mark": about["mark"],
        }
        child = self._children.get((project.id, sort))
        if child is not None and child.poll() is None:
            return JobState(**known, status="running", stages=stages)
        last: dict[str, Any] = events[-1] if events else {"event": ""}
        if last["event"] == "done":
            return JobState(**known, status="done", stages=stages, lines=last["lines"])
        if last["event"] == "failed":
            return JobState(**known, status="failed", stages=stages, text=last["text"])
        if child is not None and child.pid in self._stopped:
            text = label("office.job_stopped")
            return JobState(**known, status="stopped", stages=stages, text=text)
        code = "?" if child is None else child.returncode
        text = label("office.job_crashed", code=code)
        return JobState(**known, status="crashed", stages=stages, text=text)

    def stop(self, project: Project, sort: str) -> None:
        """Stop a task with all that it has started; what stood before it still stands."""
        child = self._children.get((project.id, sort))
        if child is not None and child.poll() is None:
            self._stopped.add(child.pid)
            _end(child)

    def close(self) -> None:
        """Stop all tasks."""
        for child in self._children.values():
            if child.poll() is None:
                _end(child)

    def _is_alive(self, project: Project, sort: str) -> bool:
        child = self._children.get((project.id, sort))
        return child is not None and child.poll() is None


def sort_of(task: str) -> str:
    """Return the sort of a task: look or work."""
    return "look" if task in LOOKING else "work"


def _events(path: Path) -> list[dict[str, Any]]:
    """Return what a child has said so far; a line that is not whole yet is left for later."""
    try:
        with path.open("rb") as file:
            text = file.read(_LOG_MAX).decode("utf-8", "replace")
    except OSError:
        return []
    events = []
    for line in text.splitlines():
        with suppress(ValueError):
            event = json.loads(line)
            if isinstance(event, dict) and "event" in event:
                events.append(event)
    return events


def _apart() -> dict[str, Any]:
    """Return how a child is kept apart, so that all that it starts can be ended with it."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a child and what it has started."""
    for how in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        with suppress(OSError):
            if sys.platform == "win32":
                child.kill()
            else:
                os.killpg(child.pid, how)
        with suppress(subprocess.TimeoutExpired):
            child.wait(_STOP_S)
            return
