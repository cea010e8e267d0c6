"""Damaged files for every reader: read or refused in words, by little time and memory, alone.

Run with ``make fuzz``, or ``python tests/benchmarks/fuzz_readers.py --cases 2000 --reader csv``.
A case is named by reader, seed and number, and drawn from these alone: ``--only 17`` repeats one.
What fails is kept in the folder that ``--keep`` names.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import multiprocessing
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

SLOW_S = 5.0
"""Processor time that no case may take."""
ROOM_BYTES = 2 * 2**30
"""Memory beyond what a worker has at its start that no case may ask for."""
SILENT_S = 900
"""A worker that says nothing for so long is stuck, whatever it does."""
BATCH = 50


@dataclass
class Tally:
    """What came of the cases of one reader."""

    ends: Counter[str] = field(default_factory=Counter)
    slowest_s: float = 0.0
    most_mb: float = 0.0
    faults: list[str] = field(default_factory=list)


def work(*given, **more) -> None:
    """Run the cases that come through a pipe until it ends."""
    with contextlib.suppress(EOFError, BrokenPipeError):
        run_cases(*given, **more)


def run_cases(pipe, folder: Path, seed: int, *, is_traced: bool) -> None:
    """Run the cases that come through a pipe, and tell of each before it begins and at its end."""
    from fuzz_guard import Trap
    from fuzzed_readers import doors_of, run_case

    if is_traced:
        faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    trap, is_limited = Trap(), set()
    while (task := pipe.recv()) is not None:
        name, numbers = task
        doors_of(name)
        if not is_limited:
            size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (size + ROOM_BYTES, resource.RLIM_INFINITY))
        is_limited.add(name)
        for number in numbers:
            pipe.send(("begun", name, number))
            used = time.process_time()
            resource.setrlimit(
                resource.RLIMIT_CPU, (int(used + SLOW_S) + 2, resource.RLIM_INFINITY)
            )
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            place = folder / f"{name}-{seed}-{number}"
            place.mkdir()
            chance = Random(f"{name}:{seed}:{number}")
            ended = run_case(name, chance, place, url=trap.url)
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            detail = ended.detail
            if trap.asked:
                detail, trap.asked = f"asked the trap: {trap.asked[:1]}", []
            elif ended.cpu_s > SLOW_S:
                detail = f"{ended.cpu_s:.1f} s of processor"
            if not detail:
                shutil.rmtree(place)
            pipe.send(("ended", name, number, ended.end, detail, ended.cpu_s, grown))
        pipe.send(("idle",))


class Pool:
    """Long-lived workers; one that dies is replaced, and its case is a failure."""

    def __init__(self, folder: Path, tasks: list[tuple[str, list[int]]], options) -> None:
        self.folder = folder
        self.tasks = tasks
        self.options = options
        self.tallies: dict[str, Tally] = {}
        self.workers: dict[object, list[object]] = {}
        self.started = time.monotonic()

    def run(self) -> None:
        """Run every task, or those that the minutes allow."""
        for _ in range(self.options.workers):
            self._start()
        while self.workers:
            ready = wait(list(self.workers), timeout=1)
            for pipe in ready:
                try:
                    self._hear(pipe, pipe.recv())
                except (EOFError, ConnectionResetError):
                    self._bury(pipe, "the worker died")
            for pipe, worker in list(self.workers.items()):
                if time.monotonic() - worker[2] > SILENT_S:
                    self._bury(pipe, f"nothing for {SILENT_S} s")

    def _start(self) -> None:
        """Start one worker where there is something left to do."""
        ours, theirs = multiprocessing.Pipe()
        given = (theirs, self.folder, self.options.seed)
        process = multiprocessing.get_context("spawn").Process(
            target=work,
            args=given,
            kwargs={"is_traced": self.options.only is not None},
            daemon=True,
        )
        process.start()
        theirs.close()
        self.workers[ours] = [process, None, time.monotonic(), [], ""]
        self._hand(ours)

    def _hand(self, pipe) -> None:
        """Hand a worker its next batch; send it home where there is none."""
        is_late = time.monotonic() - self.started > self.options.minutes * 60
        if not self.tasks or is_late:
            pipe.send(None)
            self.workers.pop(pipe)[0].join()
            return
        task = self.tasks.pop()
        self.workers[pipe][3:] = [list(task[1]), task[0]]
        pipe.send(task)

    def _hear(self, pipe, said: tuple[object, ...]) -> None:
        """Take what a worker says."""
        worker = self.workers[pipe]
        worker[2] = time.monotonic()
        if said[0] == "begun":
            worker[1] = said[1:3]
        elif said[0] == "ended":
            _, name, number, end, detail, cpu_s, grown = said
            worker[1] = None
            worker[3].remove(number)
            self._count(name, number, end, detail, cpu_s, grown)
        else:
            self._hand(pipe)

    def _bury(self, pipe, why: str) -> None:
        """Count the case of a dead worker as a failure, and start another for the rest."""
        process, case, _, left, task = self.workers.pop(pipe)
        if process.is_alive():
            process.kill()
        process.join()
        code = process.exitcode
        told = {-signal.SIGXCPU: f"over {SLOW_S:g} s of processor", -signal.SIGSEGV: "crash"}
        if case is not None:
            name, number = case
            self._count(name, number, "failed", f"{told.get(code, why)} ({code})", SLOW_S, 0.0)
            left.remove(number)
        if left:
            self.tasks.append((task, left))
        self._start()

    def _count(self, name, number, end, detail, cpu_s, grown) -> None:
        """Count one case."""
        tally = self.tallies.setdefault(name, Tally())
        tally.ends["failed" if detail else end] += 1
        tally.slowest_s = max(tally.slowest_s, cpu_s)
        tally.most_mb = max(tally.most_mb, grown)
        if detail:
            tally.faults.append(detail)
            print(f"FAILED {name} {self.options.seed} {number}: {detail}", flush=True)
        done = sum(sum(one.ends.values()) for one in self.tallies.values())
        if done % 5000 == 0:
            print(f"{done} cases, {time.monotonic() - self.started:.0f} s", flush=True)


def tasks_of(options) -> list[tuple[str, list[int]]]:
    """Return the cases in batches, readers in turn, the first at the end."""
    from fuzzed_readers import READERS

    names = [one.name for one in READERS if options.reader in {None, one.name}]
    if options.only is not None:
        return [(name, [options.only]) for name in names]
    each = -(-options.cases // len(names))
    starts = range(0, each, BATCH)
    return [
        (name, list(range(start, min(start + BATCH, each))))
        for start in reversed(starts)
        for name in reversed(names)
    ]


def main() -> int:
    """Return 0 when no case failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--reader")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int)
    parser.add_argument("--minutes", type=float, default=1e6)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        pool = Pool(Path(name), tasks_of(options), options)
        pool.run()
        if options.keep is not None:
            shutil.copytree(name, options.keep, dirs_exist_ok=True)
    print("reader           cases    read  refused  failed  slowest s  most MB")
    for name, tally in pool.tallies.items():
        ends = tally.ends
        print(
            f"{name:14}{sum(ends.values()):8}{ends['read']:8}{ends['refused']:9}"
            f"{ends['failed']:8}{tally.slowest_s:11.2f}{tally.most_mb:9.0f}"
        )
    whole = sum((tally.ends for tally in pool.tallies.values()), Counter())
    took = time.monotonic() - pool.started
    print(f"{sum(whole.values())} cases in {took:.0f} s, {whole['failed']} failed")
    return 1 if whole["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
