"""Twenty users of the office program, each a page every 5 s, while a job runs: times and memory.

``python tests/benchmarks/bench_office.py [SECONDS]``: the program is served by its own command from
a project of the demo district; jobs (the plan with another number of sites each time, then the
check) run one after the other all the while.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

from section import tell_machine, write_section
from served_office import Client, version_in

from doc_pictures.office import write_project

DEMO = Path(__file__).resolve().parents[2] / "data" / "demo"
USERS_N, EVERY_S, SECONDS = 20, 5.0, 300.0
PAGES = ("data", "datum", "check", "question", "editor", "run", "results", "rounds")
MOST_MS = 500


def let_in(link):
    """Return a client that came by the one-time link of the command."""
    parts = urlsplit(link)
    client = Client(parts.port)
    assert client.get(f"{parts.path}?{parts.query}").status == 200
    return client


def resident_mb(pid):
    """Return the memory that a process holds, MB."""
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


class Users:
    """Everybody who asks, and what came of it."""

    def __init__(self, port, cookies, base, ends):
        self.port, self.cookies, self.base, self.ends = port, cookies, base, ends
        self.took, self.failed, self.jobs = [], [], []

    def look_around(self, seed):
        """Open a page every few seconds until the end."""
        drawn, client = random.Random(seed), Client(self.port, dict(self.cookies))
        time.sleep(drawn.uniform(0, EVERY_S))
        while time.monotonic() < self.ends:
            page = "/" if drawn.random() < 0.1 else f"{self.base}/{drawn.choice(PAGES)}"
            began = time.monotonic()
            try:
                answer = client.get(page)
                if answer.status != 200:
                    self.failed.append((page, answer.status))
            except OSError as error:
                self.failed.append((page, repr(error)))
            spent = time.monotonic() - began
            self.took.append(spent * 1000)
            time.sleep(max(0.0, EVERY_S - spent))

    def keep_busy(self):
        """Run one job after the other until the end."""
        client, sites_n = Client(self.port, dict(self.cookies)), 20
        while time.monotonic() < self.ends:
            sites_n += 1
            version = version_in(client.get(f"{self.base}/question"))
            client.post(
                f"{self.base}/question", **{"version": version, "siting.sites_n": str(sites_n)}
            )
            for task in ("run", "check"):
                client.post(f"{self.base}/start/{task}")
                self.jobs.append(task)
                while time.monotonic() < self.ends:
                    if "hx-get" not in client.get(f"{self.base}/{task}").text:
                        break
                    time.sleep(1)


def main(seconds):
    """Serve the demo, let everybody ask, print and keep the figures."""
    with tempfile.TemporaryDirectory() as root:
        write_project(DEMO, Path(root))
        command = [sys.executable, "-m", "livelihood_map.cli", "serve", root, "--no-browser"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
            link = next(
                found[0]
                for line in serving.stdout
                if (found := re.search(r"http://\S+/open\?key=\S+", line))
            )
            client = let_in(link)
            base = re.search(r'href="(/p/\w+)/', client.get("/").text)[1]
            client.settle(f"{base}/data")
            client.settle(f"{base}/datum")
            users = Users(client.port, client.cookies, base, time.monotonic() + seconds)
            asking = [
                *(threading.Thread(target=users.look_around, args=(n,)) for n in range(USERS_N)),
                threading.Thread(target=users.keep_busy),
            ]
            for thread in asking:
                thread.start()
            held = []
            while time.monotonic() < users.ends:
                time.sleep(min(30.0, seconds / 10))
                held.append(resident_mb(serving.pid))
            for thread in asking:
                thread.join()
            serving.terminate()
    tell(users, held, seconds)


def tell(users, held, seconds):
    """Print the figures, write them down, and fail where one is not as promised."""
    half, most, top = np.percentile(users.took, [50, 95, 100])
    said = (
        "`make bench-office`: one program on loopback with the demo district, 20 users, each a page"
    )
    told = "every 5 s, while runs and checks follow one another."
    heads = ("seconds", "pages", "errors", "jobs begun", "median", "95 % below", "longest")
    cells = (f"{seconds:.0f}", f"{len(users.took):,}", len(users.failed), len(users.jobs))
    times = (f"{half:.0f} ms", f"{most:.0f} ms", f"{top:.0f} ms")
    memory = (f"{held[0]:.0f} MB", f"{held[-1]:.0f} MB")
    rows = [(*heads, "memory at begin", "at end"), ("--:",) * 9, (*cells, *times, *memory)]
    table = ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    title = "## The office program: 20 users while a job runs"
    lines = [title, "", tell_machine(), "", f"{said} {told}", "", *table]
    print("\n".join(lines))
    print("memory, MB:", [round(one) for one in held])
    assert users.failed == [], users.failed[:5]
    assert users.jobs
    assert most < MOST_MS
    if seconds >= SECONDS:
        write_section("office", lines)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
