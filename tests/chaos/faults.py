"""Let the system refuse every write of the office's run in turn, and look.

Each time the command must end with exit code 1 and one line, the old run must be whole, and
nothing may be left behind. ``make chaos`` plays every write with every fault on a light office
(lists and maps), and every write with one fault, in turn, on the whole office.
"""

from __future__ import annotations

import argparse
import errno
import os
import shutil
import sys
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kills import LIGHT, change_inputs, in_child, look, run_quietly, tree, without_previous
from small_office import write_office

from livelihood_map.cli import main as command

FAULTS = ("ENOSPC", "EROFS", "ENOTDIR", "EISDIR", "EFBIG", "EACCES")
CALLS = ("replace", "rename", "mkdir", "unlink")
"""Calls of `Path` by which a run writes; what goes to a file is given its place by the first."""


def refuse(number: int, fault: str) -> list[int]:
    """Let the call of that number be refused; return where the calls are counted."""
    count = [0]

    def wrapped(real, name):
        def call(self, *arguments, **options):
            is_ours = "/out" in str(self) or "/maps" in str(self)
            if is_ours and not (name == "mkdir" and self.is_dir()):
                count[0] += 1
                if count[0] == number:
                    code = getattr(errno, fault)
                    raise OSError(code, os.strerror(code), str(self))
            return real(self, *arguments, **options)

        return call

    for name in CALLS:
        setattr(Path, name, wrapped(getattr(Path, name), name))
    return count


def run_command(folder: Path, number: int, fault: str, told: Path) -> None:
    """Run the command with one call refused, and write down what it said."""
    count = refuse(number, fault)
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = command(["run", str(folder / "livelihood.toml")])
            said = err.getvalue()
        except BaseException as error:  # noqa: BLE001  (a traceback is what is looked for)
            code, said = 99, repr(error)
    with told.open("w", encoding="utf-8") as file:
        file.write(f"{code}\n{count[0]}\n{said}")


def play(start: Path, scratch: Path, faults: tuple[str, ...], *, is_each: bool) -> tuple[int, int]:
    """Return how many runs with a refused call were played, and how many went wrong."""
    good = scratch / "good"
    shutil.copytree(start, good)
    if in_child(lambda: run_quietly(good)):
        raise SystemExit("the good run failed")
    old = without_previous(tree(good))
    changed = scratch / "changed"
    shutil.copytree(good, changed)
    change_inputs(changed)
    told = scratch / "told.txt"
    played = wrong = number = 0
    while True:
        number += 1
        reached = True
        for fault in faults if is_each else (faults[number % len(faults)],):
            folder = scratch / "run"
            shutil.copytree(changed, folder)
            in_child(lambda f=folder, n=number, x=fault: run_command(f, n, x, told))
            code, count, said = told.read_text("utf-8").split("\n", 2)
            if int(count) < number:
                reached = False
                shutil.rmtree(folder)
                break
            played += 1
            lines = said.strip().splitlines()
            new = without_previous(tree(folder)) if code == "0" else {}
            state = look(folder, old, new)
            is_told = code == "1" and len(lines) == 1 and state == "old"
            if not is_told and not (code == "0" and state == "new"):
                wrong += 1
                print(f"  call {number} {fault}: exit {code}, {state}, said {said.strip()[:300]!r}")
            shutil.rmtree(folder)
        if not reached:
            return played, wrong


def main() -> int:
    """Play, print, and return 1 when anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--light-only", action="store_true")
    chosen = parser.parse_args()
    wrong = 0
    for name, more, is_each in (("light", LIGHT, True), ("whole", "", False)):
        if chosen.light_only and name == "whole":
            continue
        with tempfile.TemporaryDirectory() as temporary:
            start = Path(temporary) / "office"
            path = write_office(start)
            path.write_text(path.read_text("utf-8") + more, "utf-8")
            played, bad = play(start, Path(temporary) / "played", FAULTS, is_each=is_each)
        print(f"{name} office: {played} refused calls, wrong {bad}")
        wrong += bad
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
