"""Seconds that registers, datums and buildings take to be taken in, beside what is promised.

Processor seconds, the best of three. Run: ``make bench-registers``; writes its section of
docs/benchmarks.md.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from section import write_section

if TYPE_CHECKING:
    from collections.abc import Callable

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from large_register import write_large
from register_files import take

from livelihood_map.core import datum

ROOT = Path(__file__).resolve().parents[2]
POINTS_N = 1_000_000
ROWS_N = 30_000
REPEATS = 3


def best_of(job: Callable[[], object]) -> tuple[float, float]:
    """Return the fewest processor seconds and elapsed seconds of several runs of a job."""
    spent = []
    for _ in range(REPEATS):
        elapsed, processor = time.perf_counter(), time.process_time()
        job()
        spent.append((time.process_time() - processor, time.perf_counter() - elapsed))
    return min(cpu for cpu, _ in spent), min(wall for _, wall in spent)


def measure() -> list[tuple[str, float, float, str]]:
    """Return what was measured: name, processor seconds, elapsed seconds, promise."""
    random = np.random.default_rng(1)
    lon = random.uniform(120.9, 122.0, POINTS_N)
    lat = random.uniform(30.7, 31.9, POINTS_N)
    rows = [
        (
            "1 million points to GCJ-02 and back",
            *best_of(lambda: datum.gcj02_to_wgs84(*datum.wgs84_to_gcj02(lon, lat))),
            "2 s",
        ),
        (
            "1 million points to BD-09 and back",
            *best_of(lambda: datum.bd09_to_wgs84(*datum.wgs84_to_bd09(lon, lat))),
            "2 s",
        ),
    ]
    with tempfile.TemporaryDirectory() as folder:
        write_large(Path(folder) / "a.xlsx", ROWS_N)
        took = best_of(lambda: take(Path(folder), "a.xlsx"))
        rows.append(("30,000 rows of xlsx taken in", *took, "5 s"))
    return rows


def main() -> None:
    """Measure, print and write the section."""
    lines = [
        "## Registers",
        "",
        "| | processor, s | elapsed, s | promised |",
        "|---|--:|--:|--:|",
        *(f"| {name} | {cpu:.2f} | {wall:.2f} | {bar} |" for name, cpu, wall, bar in measure()),
    ]
    print("\n".join(lines))
    write_section("registers", lines)


if __name__ == "__main__":
    main()
