"""The whole job on synthetic cities of growing size, from files to maps: time, memory, growth.

``python tests/benchmarks/bench_city.py 62500 250000`` takes the numbers of street corners; figures
go to docs/benchmarks.md. Cities and results lie under out/city.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from itertools import pairwise
from math import log
from pathlib import Path

from lattice_city import write_city
from section import tell_machine, write_section

OUT = Path(__file__).resolve().parents[2] / "out" / "city"
SIZES = (62_500, 250_000)
LEAST_S = 1.0
"""A stage that takes less at the smaller size has no growth to speak of."""


def run_city(corners_n: int) -> dict:
    """Return times and memory of a run on a city of so many corners."""
    folder = OUT / str(corners_n)
    settings = write_city(folder, corners_n)
    words = [sys.executable, "-m", "livelihood_map.cli", "run", str(settings), "--from", "load"]
    begun, used, held = time.perf_counter(), os.times(), [0.0]
    with subprocess.Popen([*words, "-v"]) as process:
        threading.Thread(target=watch_memory, args=(process.pid, held), daemon=True).start()
    if process.returncode:
        sys.exit(process.returncode)
    after = os.times()
    times = json.loads((folder / "out" / "times.json").read_text("utf-8"))
    times["elapsed"] = time.perf_counter() - begun
    times["processor"] = sum(after[2:4]) - sum(used[2:4])
    pages = [path.stat().st_size for path in (folder / "maps").rglob("*.html")]
    return times | {"page_mb": max(pages) / 1e6, "all_gb": max(held)}


def watch_memory(root: int, held: list[float]) -> None:
    """Note every second what a process and those below it hold, GB, shared pages counted by each.

    On Linux alone.
    """
    proc = Path("/proc")
    while (proc / str(root) / "stat").exists():
        parents, sizes = {}, {}
        for folder in proc.glob("[0-9]*"):
            with suppress(OSError, ValueError):
                parents[folder.name] = (folder / "stat").read_text().rpartition(")")[2].split()[1]
        family = {str(root)}
        for _ in range(4):  # generations
            family |= {own for own, parent in parents.items() if parent in family}
        for own in family:
            with suppress(OSError, IndexError):  # to ask for shares of pages would stop a large one
                sizes[own] = int((proc / own / "statm").read_text().split()[1])
        held.append(sum(sizes.values()) * os.sysconf("SC_PAGE_SIZE") / 1e9)
        time.sleep(1.0)


def growth(small: float, large: float, times: float) -> str:
    """Return the exponent by which a figure grows with the number of corners."""
    return f"{log(large / small) / log(times):.2f}" if small >= LEAST_S else "–"


def table(sizes: list[int], runs: list[dict]) -> list[str]:
    """Return the lines of the table: a stage a row."""
    heads = [f"{size:,}: s | GB" for size in sizes]
    ways = [f"{a:,} → {b:,}" for a, b in pairwise(sizes)]
    lines = [
        f"| stage | {' | '.join([*heads, *ways])} |",
        "|---" * (1 + 2 * len(sizes) + len(ways)) + "|",
    ]
    for stage in runs[0]["processor_s"]:
        taken = [run["processor_s"][stage] for run in runs]
        cells = [
            f"{s:.1f} | {run['memory_mb'][stage] / 1000:.1f}"
            for s, run in zip(taken, runs, strict=True)
        ]
        cells += [
            growth(taken[n], taken[n + 1], sizes[n + 1] / sizes[n]) for n in range(len(sizes) - 1)
        ]
        lines.append(f"| {stage} | {' | '.join(cells)} |")
    held = [f"  | {run['all_gb']:.1f}" for run in runs]
    lines.append(f"| all processes together | {' | '.join(held)} |" + " |" * (len(sizes) - 1))
    for name in ("elapsed", "processor"):
        cells = [f"{run[name]:.0f} | " for run in runs]
        cells += [
            growth(runs[n][name], runs[n + 1][name], sizes[n + 1] / sizes[n])
            for n in range(len(sizes) - 1)
        ]
        lines.append(f"| all, {name} s | {' | '.join(cells)} |")
    return lines


def main() -> None:
    """Run the cities and write the section."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES))
    sizes = parser.parse_args().sizes
    machine = tell_machine()
    runs = [run_city(size) for size in sizes]
    lines = ["## A city, from files to maps", "", *table(sizes, runs), ""]
    largest = max(run["page_mb"] for run in runs)
    lines.append(
        "Synthetic cities of so many street corners, with 25,000 compounds, 15,000 outlets, 225 "
        "towns and 1,000 sites to a million corners; settings as they are by default. Seconds are "
        "of processors, over all processes. A city of fewer than 3,000 compounds has no maps of "
        "its towns, so that stage `mapping` grows by a step there. Memory is the most that the "
        "main process had held by the end of the stage, in the last row what all processes held at "
        "a time; the growth is the exponent of these seconds. "
        f"Largest page {largest:.1f} MB. {machine} Measured by `make bench-city`."
    )
    write_section("city", lines)
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
