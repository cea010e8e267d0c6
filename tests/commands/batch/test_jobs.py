"""A district's process that dies costs that district one try, and the others nothing."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from livelihood_map.commands.batch import jobs
from livelihood_map.commands.batch.jobs import Job, run_job, run_jobs

SUPPORT = Path(__file__).resolve().parents[2] / "support"


@pytest.fixture
def dying(monkeypatch):
    """Have districts run by processes that the system ends."""
    monkeypatch.setattr(jobs, "_CHILD", "dying_child")
    monkeypatch.setenv("PYTHONPATH", str(SUPPORT))


def test_a_killed_process_is_told_and_its_district_tried_again(dying, tmp_path):
    """The second try counts, and what was said of the first names the signal."""
    said = []
    with ThreadPoolExecutor(2) as pool:
        found = run_jobs([Job("a", str(tmp_path / "a"), "zh")], pool, tell=said.append)
    assert [(one.status, one.tries_n, one.computed_n) for one in found] == [("done", 2, 3)]
    assert "信号 9" in said[0]


def test_a_process_killed_twice_stops_no_other_district(dying, tmp_path):
    """What fails twice is failed; the districts keep their order."""
    (tmp_path / "a").write_text("always")
    (tmp_path / "b").write_text("once")
    with ThreadPoolExecutor(2) as pool:
        asked = [Job(name, str(tmp_path / name), "en") for name in "ab"]
        found = run_jobs(asked, pool, tell=lambda _: None)
    assert [(one.name, one.status, one.tries_n) for one in found] == [
        ("a", "failed", 2),
        ("b", "done", 1),
    ]
    assert "signal 9" in found[0].message


class Losing:
    """An engine that loses the worker of its first job, and later itself."""

    def __init__(self, *, is_gone):
        self.is_gone, self.asked_n = is_gone, 0

    def submit(self, task, job):
        """Return a future that failed, or the job's result at the second try."""
        self.asked_n += 1
        future = Future()
        if self.asked_n == 1:
            future.set_exception(RuntimeError("worker tcp://10.0.0.5 died"))
        elif self.is_gone:
            raise OSError
        else:
            future.set_result(task(job))
        return future


@pytest.mark.parametrize("is_gone", [False, True])
def test_a_lost_worker_is_told_by_what_the_engine_says(dying, tmp_path, is_gone):
    """Its district is tried again where anything is left that could run it."""
    (tmp_path / "a").write_text("once")
    asked = [Job("a", str(tmp_path / "a"), "en")]
    found = run_jobs(asked, Losing(is_gone=is_gone), tell=lambda _: None)
    assert found[0].status == ("failed" if is_gone else "done")
    assert not is_gone or "10.0.0.5" in found[0].message


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_a_process_gets_no_more_memory_than_it_may_take():
    """What asks for more meets an error of its own, not the end of the computer."""
    code = (
        "from livelihood_map.commands.batch.child import limit_memory as limit\n"
        "limit(0.2)\ntry:\n    bytearray(400_000_000)\nexcept MemoryError:\n    print('held')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "held\n"


def test_a_mistake_in_a_district_comes_back_in_words(tmp_path):
    """Settings that are not there are told by their path, in the language that was asked for."""
    outcome = run_job(Job("a", str(tmp_path / "none.toml"), "en"))
    assert outcome["status"] == "failed"
    assert "none.toml" in outcome["message"]
