"""Kill runs over a good one, at any moment and at named points of the change-over, and look.

``make chaos`` does 200 kills on the tests' two-town office, 80 of them at named points, and 20 on
the demo. After each kill the next start must show the old run or the new one whole, leave nothing
behind, and running again must give what an undisturbed run gives, to the byte.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import pickle
import random
import shutil
import signal
import sys
import tempfile
import time
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from small_office import write_office  # noqa: E402

from livelihood_map import pipeline  # noqa: E402
from livelihood_map.core.settings import load_settings  # noqa: E402
from livelihood_map.pipeline import changeover  # noqa: E402
from livelihood_map.pipeline.running import opened, places_of  # noqa: E402

LIGHT = """
[report]
documents = []
[mapping]
check_pages = "none"
pictures = []
"""
POINTS = ("replace", "probe", "drop", "sync", "prune")
"""Calls of the change-over that change files; a kill comes before or after one of them."""


def tree(folder: Path) -> dict[str, str]:
    """Return the hash of every file of outputs and maps; locks and times left out."""
    found = {}
    for part in ("out", "maps"):
        for path in sorted((folder / part).rglob("*")):
            if path.is_file() and path.name not in {"lock", "times.json"}:
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                found[path.relative_to(folder).as_posix()] = digest
    return found


def without_previous(files: dict[str, str]) -> dict[str, str]:
    """Return the files that a reader sees: the run before left out."""
    return {name: made for name, made in files.items() if "/.livelihood-map/previous/" not in name}


def run_quietly(folder: Path) -> None:
    """Run what lies in a folder."""
    with redirect_stdout(StringIO()):
        pipeline.run(load_settings(folder / "livelihood.toml"))


def change_inputs(folder: Path) -> None:
    """Cut a register and ask for another number of sites."""
    path = folder / "breakfast.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[: max(2, len(lines) * 2 // 3)]))
    toml = folder / "livelihood.toml"
    text = toml.read_text("utf-8")
    for before, after in (("sites_n = 83", "sites_n = 80"), ("sites_n = 3", "sites_n = 2")):
        text = text.replace(f"{before}\n", f"{after}\n")
    toml.write_text(text, "utf-8")


def die_at(number: int, *, is_after: bool) -> None:
    """Let this process be killed before or after the call of that number at a named point."""
    count = 0

    def wrapped(real):
        def call(*arguments):
            nonlocal count
            count += 1
            if count == number and not is_after:
                os.kill(os.getpid(), signal.SIGKILL)
            result = real(*arguments)
            if count == number and is_after:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call

    for name in POINTS:
        setattr(changeover, name, wrapped(getattr(changeover, name)))


def in_child(work, *, kill_after_s: float | None = None) -> int:
    """Do something in a process of its own, killed after a while; return its signal or code."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001  (the child tells by its exit code)
            os._exit(1)
        os._exit(0)
    if kill_after_s is not None:
        time.sleep(kill_after_s)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def stage(changed: Path, scratch: Path) -> tuple[Path, tuple]:
    """Return a folder in which all is ready to change over, and the change that comes next."""
    staged, told = scratch / "staged", scratch / "change.pickle"
    shutil.copytree(changed, staged)

    def stop(change) -> None:
        told.write_bytes(pickle.dumps((change.retire, change.install, change.rotates)))
        os._exit(0)

    def work() -> None:
        changeover.Change.carry_out = stop
        run_quietly(staged)

    if in_child(work) or not told.exists():
        raise SystemExit("the run to be stopped before its change-over failed")
    return staged, pickle.loads(told.read_bytes())  # noqa: S301  (from this very run)


def change_over(folder: Path, change: tuple) -> None:
    """Change over what is ready in a folder."""
    settings = load_settings(folder / "livelihood.toml")
    retire, install, rotates = change
    changeover.Change(places_of(settings), retire, install, rotates=rotates).carry_out()


def count_points(staged: Path, change: tuple, scratch: Path) -> int:
    """Return how many calls of named points one change-over of this folder makes."""
    trial, told = scratch / "count", scratch / "count.txt"
    shutil.copytree(staged, trial)

    def work() -> None:
        count = 0

        def wrapped(real):
            def call(*arguments):
                nonlocal count
                count += 1
                return real(*arguments)

            return call

        for name in POINTS:
            setattr(changeover, name, wrapped(getattr(changeover, name)))
        change_over(trial, change)
        told.write_text(str(count))

    if in_child(work):
        raise SystemExit("the change-over to count points failed")
    shutil.rmtree(trial)
    return int(told.read_text())


def look(folder: Path, old: dict[str, str], new: dict[str, str]) -> str:
    """Return what the next start finds: old, new, or what is wrong."""
    with start_of(folder):
        pass
    found = without_previous(tree(folder))
    state = "old" if found == old else "new" if found == new else "mixture"
    left = [
        name for name in tree(folder) if "/.livelihood-map/" in name and "/previous/" not in name
    ]
    return f"left {left}" if left else state


def start_of(folder: Path):
    """Return the context of a start that does nothing: it clears up."""
    settings = load_settings(folder / "livelihood.toml")
    return opened(settings, places_of(settings))


def play(start: Path, kills_n: int, points_n: int, scratch: Path, seed: int) -> int:
    """Kill so many runs and return how many went wrong; one line each on the screen."""
    good, changed = scratch / "good", scratch / "changed"
    shutil.copytree(start, good)
    if in_child(lambda: run_quietly(good)):
        raise SystemExit("the good run failed")
    old = without_previous(tree(good))
    shutil.copytree(good, changed)
    change_inputs(changed)
    undisturbed = scratch / "undisturbed"
    shutil.copytree(changed, undisturbed)
    started = time.monotonic()
    if in_child(lambda: run_quietly(undisturbed)):
        raise SystemExit("the undisturbed run failed")
    whole_s = time.monotonic() - started
    new, new_with_previous = without_previous(tree(undisturbed)), tree(undisturbed)
    staged, change = stage(changed, scratch)
    points = count_points(staged, change, scratch)
    draw = random.Random(seed)
    named = [(draw.randint(1, points), draw.random() < 0.5) for _ in range(points_n)]
    moments = [draw.uniform(0.0, whole_s * 1.05) for _ in range(kills_n - points_n)]
    print(f"{start.name}: a run takes {whole_s:.1f} s, its change-over has {points} named points")
    counts: dict[str, int] = {}
    wrong = 0
    for number, kill in enumerate([*named, *moments]):
        folder = scratch / f"kill{number}"
        shutil.copytree(staged if isinstance(kill, tuple) else changed, folder)
        if isinstance(kill, tuple):

            def work(folder=folder, kill=kill) -> None:
                die_at(kill[0], is_after=kill[1])
                change_over(folder, change)

            code = in_child(work)
        else:
            code = in_child(lambda folder=folder: run_quietly(folder), kill_after_s=kill)
        state = look(folder, old, new)
        again = in_child(lambda folder=folder: run_quietly(folder))
        same = again == 0 and tree(folder) == new_with_previous
        counts[state] = counts.get(state, 0) + 1
        if state not in {"old", "new"} or not same or code == 1:
            wrong += 1
            print(f"  kill {number} {kill}: exit {code}, {state}, rerun {again}, equal {same}")
        shutil.rmtree(folder)
    print(f"{start.name}: {kills_n} kills, {points_n} at named points: {counts}, wrong {wrong}")
    return wrong


def main() -> int:
    """Play, print, and return 1 when anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--points", type=int, default=80)
    parser.add_argument("--demo-kills", type=int, default=20)
    parser.add_argument("--demo-points", type=int, default=10)
    parser.add_argument("--seed", type=int, default=20230215)
    parser.add_argument("--whole", action="store_true", help="with briefs and pictures")
    chosen = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as temporary:
        if chosen.kills:
            start = Path(temporary) / "office"
            path = write_office(start)
            if not chosen.whole:
                path.write_text(path.read_text("utf-8") + LIGHT, "utf-8")
            scratch = Path(temporary) / "office_kills"
            wrong += play(start, chosen.kills, chosen.points, scratch, chosen.seed)
        if chosen.demo_kills:
            start = Path(temporary) / "demo"
            pipeline.write_example(start, is_demo=True)
            scratch = Path(temporary) / "demo_kills"
            wrong += play(start, chosen.demo_kills, chosen.demo_points, scratch, chosen.seed)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
