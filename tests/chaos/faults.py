"""Let the system refuse every write of the office's run in turn, and look.

Each time the command must end with exit code 1 and one line, the old run must be whole, and
nothing may be left behind. ``make chaos`` plays every write of the light office (lists and maps)
with one of six faults in turn, and every call of its change-over with each of them; ``--every``
plays every write with every fault, ``--whole`` the office with its briefs and pictures.
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

from kills import (
    LIGHT,
    change_inputs,
    change_over,
    in_child,
    look,
    run_quietly,
    stage,
    tree,
    without_previous,
)
from small_office import write_office

from livelihood_map.cli import main as command
from livelihood_map.core.errors import LivelihoodMapError

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


def change_over_command(folder: Path, change: tuple, number: int, fault: str, told: Path) -> None:
    """Change over what is ready with one call refused, and write down what it said."""
    code, said = 0, ""
    count = refuse(number, fault)
    try:
        change_over(folder, change)
    except LivelihoodMapError as error:
        code, said = 1, error.text()
    except BaseException as error:  # noqa: BLE001  (a traceback is what is looked for)
        code, said = 99, repr(error)
    told.write_bytes(f"{code}\n{count[0]}\n{said}".encode())


class Game:
    """The office's run with calls refused, and the count of what went wrong."""

    def __init__(self, start: Path, scratch: Path) -> None:
        good, self.changed = scratch / "good", scratch / "changed"
        shutil.copytree(start, good)
        if in_child(lambda: run_quietly(good)):
            raise SystemExit("the good run failed")
        self.old = without_previous(tree(good))
        shutil.copytree(good, self.changed)
        change_inputs(self.changed)
        self.staged, self.change = stage(self.changed, scratch)
        self.folder, self.told = scratch / "run", scratch / "told.txt"
        self.played = self.wrong = 0

    def play(self, number: int, fault: str, *, is_ready: bool) -> bool:
        """Play one call with one fault; return whether there is such a call."""
        shutil.copytree(self.staged if is_ready else self.changed, self.folder)
        given = (self.folder, self.change) if is_ready else (self.folder,)
        act = change_over_command if is_ready else run_command
        in_child(lambda: act(*given, number, fault, self.told))
        code, count, said = self.told.read_text("utf-8").split("\n", 2)
        is_there = int(count) >= number
        if is_there:
            self.played += 1
            new = without_previous(tree(self.folder)) if code == "0" else {}
            new = {name: made for name, made in new.items() if "/.livelihood-map/" not in name}
            state = look(self.folder, self.old, new)
            is_told = code == "1" and len(said.strip().splitlines()) == 1 and state == "old"
            if not is_told and not (code == "0" and state == "new"):
                self.wrong += 1
                print(f"  call {number} {fault}: exit {code}, {state}, said {said.strip()[:300]!r}")
        shutil.rmtree(self.folder)
        return is_there


def main() -> int:
    """Play, print, and return 1 when anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--whole", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        start = Path(temporary) / "office"
        path = write_office(start)
        if not chosen.whole:
            path.write_text(path.read_text("utf-8") + LIGHT, "utf-8")
        game = Game(start, Path(temporary) / "played")
        number = 1
        while all(game.play(number, fault, is_ready=True) for fault in FAULTS):
            number += 1
        print(f"change-over: {game.played} refused calls, wrong {game.wrong}", flush=True)
        number = 1
        while all(
            game.play(number, fault, is_ready=False)
            for fault in (FAULTS if chosen.every else (FAULTS[number % len(FAULTS)],))
        ):
            number += 1
    print(f"with the whole run: {game.played} refused calls, wrong {game.wrong}")
    return 1 if game.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
