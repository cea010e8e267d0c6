"""Eight districts on two workers of dask.distributed, one of them killed: equal to one by one.

``python tests/benchmarks/bench_batch.py`` needs the extra ``cluster``. It runs the tests' two-town
office as eight districts with different numbers of sites, first one after the other, then on a
cluster of two worker processes of which one is killed midway, then with a broken register and with
a scheduler that is not there. It prints what came of each and ends with 1 when anything is wrong.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from distributed import LocalCluster
from small_office import write_office

from livelihood_map.commands.batch import batch
from livelihood_map.core.errors import LivelihoodMapError

DISTRICTS_N = 8
LIGHT = """
[report]
documents = []
[mapping]
check_pages = "none"
pictures = []
grid_m = 0
"""
NO_AREAS = "[coverage]\narea_strip_m = 0"
BROKEN = "d5"
LIST = "districts.toml"


def write_districts(folder: Path) -> Path:
    """Return the list of eight districts, their files beside it."""
    lines = ["[city]", 'name = "八区"', 'output = "city"', "sites_n = 12"]
    for number in range(DISTRICTS_N):
        path = write_office(folder / f"d{number}")
        text = path.read_text("utf-8").replace(
            "sites_n = 3", f"sites_n = {number + 1}\ncurve_n = 9"
        )
        text = text.replace("[coverage]", NO_AREAS)
        path.write_text(text + LIGHT, "utf-8")
        lines += ["[[districts]]", f'name = "d{number}"', f'settings = "d{number}/{path.name}"']
    path = folder / LIST
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def tree(folder: Path) -> dict[str, str]:
    """Return the hash of every result of all districts and of the city; times left out."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {"lock", "times.json", "city.xlsx"}
    }


def kill_one(cluster: LocalCluster, moment: threading.Event) -> None:
    """Kill the process of one worker once the first district is done."""
    moment.wait()
    worker = next(iter(cluster.workers.values()))
    print("killed", worker.pid, flush=True)
    os.kill(worker.pid, signal.SIGKILL)


def on_cluster(listed: Path) -> list[str]:
    """Return what was said of a batch on two workers of which one is killed."""
    moment, said = threading.Event(), []

    def tell(line: str) -> None:
        said.append(line)
        print(" ", line, flush=True)
        moment.set()

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        killer = threading.Thread(target=kill_one, args=(cluster, moment), daemon=True)
        killer.start()
        batch(listed, tell=tell, scheduler=cluster.scheduler_address)
        killer.join()
    return said


def told(listed: Path, **how: object) -> str:
    """Return the error of a batch in words."""
    try:
        batch(listed, tell=print, **how)
    except LivelihoodMapError as error:
        return error.text()
    return ""


def main() -> int:
    """Play, print, and return 1 when anything was wrong."""
    with tempfile.TemporaryDirectory() as temporary:
        one, two = (Path(temporary) / name for name in ("one", "two"))
        write_districts(one)
        shutil.copytree(one, two)  # the same inputs to the byte: a workbook holds its clock
        begun = time.perf_counter()
        batch(one / LIST, tell=lambda line: print(" ", line, flush=True))
        print(f"one by one: {time.perf_counter() - begun:.0f} s", flush=True)
        begun = time.perf_counter()
        said = on_cluster(two / LIST)
        print(f"two workers, one killed: {time.perf_counter() - begun:.0f} s", flush=True)
        expected, found = tree(one), tree(two)
        other = [name for name in expected.keys() | found.keys()
                 if expected.get(name) != found.get(name)]  # fmt: skip
        print(f"{len(expected)} files, {len(other)} differ {other[:3]}; {len(said)} lines")
        (one / BROKEN / "breakfast.csv").write_bytes(b"\x00\xff")
        broken = told(one / LIST)
        absent = told(one / LIST, scheduler="tcp://127.0.0.1:9")
        print(broken, absent, sep="\n")
        lines_n = absent.count("\n") + 1
    is_right = not other and BROKEN in broken and lines_n == 1
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main())
