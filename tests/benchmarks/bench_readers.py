"""What reading in a child program costs, and what files made to do harm cost there.

Every file is read in a process of its own, so that its memory is its own. Run:
``make bench-readers``; writes its section of docs/benchmarks.md.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path

from section import write_section

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from costly_files import COSTLY
from large_register import write_large
from register_files import take

from livelihood_map.core.errors import LivelihoodMapError
from livelihood_map.core.labels import use_lang
from livelihood_map.load.files.extracts import open_extract
from livelihood_map.load.files.layers import read_layer
from livelihood_map.load.files.limited import limited_reading
from livelihood_map.load.files.paths import LAYERS
from livelihood_map.load.files.readers import read_grids

DEMO = Path(__file__).resolve().parents[2] / "data" / "demo"
LARGE = "30,000 rows of xlsx"
SOUND = {
    "wet_markets.xlsx of the demo": lambda path: path.write_bytes(
        (DEMO / "wet_markets.xlsx").read_bytes()
    ),
    "compounds.gpkg of the demo": lambda path: path.write_bytes(
        (DEMO / "compounds.gpkg").read_bytes()
    ),
    LARGE: lambda path: write_large(path, 30_000),
}
FILES = {name: (f"a.{name.split()[0].split('.')[-1]}", write) for name, write in SOUND.items()}
FILES[LARGE] = ("a.xlsx", SOUND[LARGE])
MB = 1_000_000


def read(path: Path, name: str) -> None:
    """Read a sound file; take a costly one in as a register."""
    if name in COSTLY:
        _ = open_extract(path) if ".osm" in path.name else take(path.parent, path.name)
    elif path.suffix in LAYERS:
        read_layer(path, layer=None, encoding=None)
    else:
        read_grids(path)


def measure(name: str, *, is_limited: bool) -> dict[str, object]:
    """Return what reading one file cost this process and its child, and how it ended."""
    file, write = (COSTLY | FILES)[name]
    end = ""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file
        write(path)
        size = sum(part.stat().st_size for part in Path(folder).iterdir())
        began = time.process_time()
        with limited_reading() if is_limited else nullcontext(), use_lang("en"):
            try:
                read(path, name)
            except LivelihoodMapError as error:
                end = error.key.removeprefix("load.")
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "size": size,
        "own_s": time.process_time() - began,
        "child_s": child.ru_utime + child.ru_stime,
        "own_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB,
        "child_mb": child.ru_maxrss * 1024 / MB,
        "end": end,
    }


def measured(name: str, *, is_limited: bool) -> dict[str, object]:
    """Return the same, measured in a new process."""
    command = [sys.executable, __file__, name, str(int(is_limited))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, object] = json.loads(done.stdout)
    return figures


def lines() -> list[str]:
    """Return the section."""
    sound = []
    for name in FILES:
        here, there = (measured(name, is_limited=is_limited) for is_limited in (False, True))
        sound.append(
            f"| {name} | {here['size'] / MB:.2f} | {here['own_s']:.2f}"
            f" | {there['own_s'] + there['child_s']:.2f} | {there['child_mb']:.0f} |"
        )
    costly = []
    for name in COSTLY:
        one = measured(name, is_limited=True)
        costly.append(
            f"| {name} | {one['size'] / MB:.2f} | {one['child_s']:.1f} | {one['child_mb']:.0f}"
            f" | {one['own_s']:.1f} | {one['end'] or 'read'} |"
        )
    return [
        "## Readers",
        "",
        "Files read by the program itself, and by the child that the commands use: processor",
        "seconds, with the start of the child; one child reads all files of a command.",
        "",
        "| | MB | itself, s | with a child, s | child, MB |",
        "|---|--:|--:|--:|--:|",
        *sound,
        "",
        "Files made to do harm, each under 1 MB, taken in as registers. Promised: 5 processor",
        "seconds and 1 GB in the child, its start included, and an end in words.",
        "",
        "| | MB | child, s | child, MB | itself, s | end |",
        "|---|--:|--:|--:|--:|---|",
        *costly,
    ]


def main() -> None:
    """Measure one file for another process; without arguments all, print and write the section."""
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1], is_limited=sys.argv[2] == "1")))
        return
    text = lines()
    print("\n".join(text))
    write_section("readers", text)


if __name__ == "__main__":
    main()
