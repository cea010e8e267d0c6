"""What a double click on a kit does: find Python, set the program up once, open it.

It runs from the stick before anything of ours is installed, so it needs nothing but Python, and
reads words (``words.json``) and parts (``kit.json``) from its own folder. Any Python from 3.8 on
can run it; the one that the kit was built for is then looked for by running what may be one.
Nothing is written but below the user's own folder of programs: the stick may be read-only, nobody
needs to be an administrator, and a long or Chinese path on the stick does not matter.

The program is set up aside and moved into place when its imports pass, so what is in place works.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

KIT = Path(__file__).resolve().parent
PARTS = "kit.json"
LANGS = ("zh", "en")
PROBE = "import struct, sys; print(*sys.version_info[:2], 8 * struct.calcsize('P'), sys.executable)"
ENTRY = "import sys; from livelihood_map.cli import main; sys.exit(main())"
PROBE_S = 60
STALE_S = 3600
"""What was left by a set-up that was cut off is removed after so many seconds."""
PATH_MAX = 259
"""Characters of a path that Windows opens without being asked to do more."""
MOVE_TRIES = 5


class ToldError(Exception):
    """Something that somebody can mend, by its key in the words."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def main(arguments: list[str]) -> int:
    """Start the program and return its exit code.

    Parameters
    ----------
    arguments
        Of the command ``livelihood-map``; none opens the office program.
    """
    try:
        kit = read_json(KIT / PARTS)
        python = find_python(kit, candidates(kit["python"]))
        place = ready(kit, python, home())
    except ToldError as error:
        say(error.key, **error.values)
        return 1
    say("starting", version=read_json(place / PARTS)["version"])
    return run(python, place, arguments)


def say(key: str, **values: object) -> None:
    """Tell something in both languages: nobody has chosen one yet."""
    words = read_json(KIT / "words.json")[key]
    for lang in LANGS:
        sys.stdout.write(words[lang].format(**values) + "\n")
    sys.stdout.flush()


def read_json(path: Path) -> dict[str, Any]:
    """Return what a file holds; ToldError where it is not there or damaged."""
    try:
        with path.open(encoding="utf-8") as file:
            content: dict[str, Any] = json.load(file)
            return content
    except (OSError, ValueError):
        if path.name == "words.json":
            raise
        raise ToldError("damaged", file=path.name) from None


def candidates(wanted: str) -> list[list[str]]:
    """Return the commands that may be the Python that is wanted, such as ``3.12``."""
    own = [[sys.executable], [f"python{wanted}"], ["python3"], ["python"]]
    if os.name != "nt":
        return own
    folder = "Python" + wanted.replace(".", "")
    roots = [os.environ.get("LOCALAPPDATA", ""), os.environ.get("PROGRAMFILES", "")]
    below = ["Programs\\Python", ""]
    usual = [str(Path(r, b, folder, "python.exe")) for r, b in zip(roots, below) if r]  # noqa: B905  (as of 3.10)
    return [[sys.executable], ["py", f"-{wanted}"], *([one] for one in usual), *own[1:]]


def find_python(kit: dict[str, Any], commands: list[list[str]]) -> str:
    """Return the path of the first command that is the kit's Python, 64 bit.

    Each is run: a name says nothing, least of all where a shop's stub answers to ``python``.
    """
    wanted, found = kit["python"], []
    for command in commands:
        told = probe(command)
        if told is None:
            continue
        version, bits, path = told
        if version == wanted and bits == "64":
            return path
        line = f"{version}, {bits} bit: {path}"
        if line not in found:
            found.append(line)
    key, said = f"no_python_{kit['system'].lower()}", "\n  ".join(found) or "–"
    raise ToldError(key, python=wanted, installer=kit["installer"], found=said)


def probe(command: list[str]) -> tuple[str, str, str] | None:
    """Return version, bits and path of what a command runs; None where it is no Python."""
    try:
        done = subprocess.run(  # noqa: S603  (what may be Python)
            [*command, "-c", PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PROBE_S,
            env=clean_environment(),
            check=False,
        )
        major, minor, bits, path = done.stdout.decode("utf-8").strip().split(" ", 3)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return (f"{major}.{minor}", bits, path) if done.returncode == 0 else None


def clean_environment(**more: str) -> dict[str, str]:
    """Return the environment without what would lead Python elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return dict(kept, PYTHONUTF8="1", PYTHONNOUSERSITE="1", **more)


def home() -> Path:
    """Return the folder of the programs, of this user alone."""
    if os.name == "nt":
        base = os.environ.get("LOCALAPPDATA") or str(Path.home() / "AppData" / "Local")
    else:
        base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "livelihood-map-programs"


def ready(kit: dict[str, Any], python: str, folder: Path) -> Path:
    """Return the folder of the program: the one in place, or the kit's after it was set up.

    A newer kit goes over an older one; an older kit starts the newer program that is there.
    """
    there = in_place(folder, kit["python"], kit["system"])
    newest = there[0] if there else None
    if newest and (newest.name == kit["id"] or read_json(newest / PARTS)["made"] > kit["made"]):
        if newest.name != kit["id"]:
            say("older_kit")
        return newest
    if kit["system"] != platform.system():
        raise ToldError("other_system", system=kit["system"])
    say("setting_up", version=kit["version"], folder=folder)
    place = set_up(kit, python, folder)
    for old in there[1:]:  # the one before may still be at work
        shutil.rmtree(str(old), ignore_errors=True)
    return place


def in_place(folder: Path, python: str, system: str) -> list[Path]:
    """Return the programs that were set up for a Python, the newest first."""
    found = []
    for path in folder.glob("*/" + PARTS):
        try:
            parts = read_json(path)
            if (parts["python"], parts["system"]) == (python, system):
                found.append((parts["made"], path.parent))
        except (ToldError, KeyError, TypeError):
            continue
    return [place for _, place in sorted(found, reverse=True)]


def set_up(kit: dict[str, Any], python: str, folder: Path) -> Path:
    """Return the folder of the program after it was unpacked aside, tried, and moved into place."""
    aside, place = folder / f"next-{os.getpid()}", folder / str(kit["id"])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob("next-*"):
            if time.time() - left.stat().st_mtime > STALE_S:
                shutil.rmtree(str(left), ignore_errors=True)
        aside.mkdir()
    except OSError as error:
        raise ToldError("not_writable", folder=folder, detail=error) from None
    try:
        require_room(kit, aside)
        unpack(kit, aside)
        try_imports(kit, python, aside)
        shutil.copyfile(str(KIT / PARTS), str(aside / PARTS))
        move(aside, place)
    except OSError as error:
        raise ToldError("not_writable", folder=folder, detail=error) from None
    finally:
        shutil.rmtree(str(aside), ignore_errors=True)
    return place


def require_room(kit: dict[str, Any], aside: Path) -> None:
    """Refuse a folder whose disk or whose name is too small for the program."""
    free, wanted = shutil.disk_usage(str(aside)).free, int(kit["unpacked"] * 1.2)
    if free < wanted:
        raise ToldError("no_room", folder=aside.parent, free=free >> 20, wanted=wanted >> 20)
    if os.name == "nt" and len(str(aside)) + 1 + kit["longest"] > PATH_MAX:
        raise ToldError("too_long", folder=aside.parent)


def unpack(kit: dict[str, Any], aside: Path) -> None:
    """Unpack the wheels, each after its checksum was compared; what is damaged is named."""
    for number, (name, sha256) in enumerate(sorted(kit["wheels"].items()), 1):
        content = read_wheel(KIT / "wheels" / name)
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ToldError("damaged", file=name)
        with zipfile.ZipFile(io.BytesIO(content)) as wheel:
            parts = [
                name for name in wheel.namelist() if ".data/" not in name[: name.find("/") + 1]
            ]
            wheel.extractall(str(aside), parts)
        sys.stdout.write(f"\r{number}/{len(kit['wheels'])} ")
        sys.stdout.flush()
    sys.stdout.write("\n")


def read_wheel(path: Path) -> bytes:
    """Return the bytes of a file, on Windows also below a path of more than 259 characters."""
    try:
        with open(f"\\\\?\\{path}" if os.name == "nt" else str(path), "rb") as file:  # noqa: PTH123  (no Path of such a name)
            return file.read()
    except OSError:
        raise ToldError("damaged", file=path.name) from None


def try_imports(kit: dict[str, Any], python: str, aside: Path) -> None:
    """Refuse a program whose parts cannot be imported on this computer."""
    done = subprocess.run(  # noqa: S603  (our own program)
        [python, "-P", "-c", "import " + ", ".join(kit["imports"])],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=clean_environment(PYTHONPATH=str(aside)),
        check=False,
    )
    if done.returncode:
        last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise ToldError("no_import", detail=last[0] if last else done.returncode)


def move(aside: Path, place: Path) -> None:
    """Move the program into place; a scanner or a sync program may hold it for a moment."""
    for tried in range(MOVE_TRIES):
        try:
            aside.replace(place)
        except OSError as error:
            if (place / PARTS).is_file():  # another start was faster
                return
            if tried == MOVE_TRIES - 1:
                raise ToldError("held", folder=place, detail=error) from None
            shutil.rmtree(str(place), ignore_errors=True)
            time.sleep(tried)
        else:
            return


def run(python: str, place: Path, arguments: list[str]) -> int:
    """Run a command of the program and return its exit code."""
    command = [python, "-P", "-c", ENTRY, *(arguments or ["serve"])]
    where = os.getcwd() if arguments else str(Path.home())  # noqa: PTH109  (a stick in use cannot be taken out)
    try:
        return subprocess.call(command, cwd=where, env=clean_environment(PYTHONPATH=str(place)))  # noqa: S603  (our own program)
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    sys.exit(main(sys.argv[1:]))
