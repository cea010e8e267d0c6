"""Build the folder for a stick: verified wheels of one system, the start, and its words."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from kit.instructions import write_instructions
from supply_chain.locks import read_lock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from supply_chain.locks import Pin

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
PYTHON: Final = "3.12"
"""The one version of Python that the kits are for."""
EXTRAS: Final = ("office",)
"""What of the optional libraries goes with them."""
MOST: Final = 350_000_000
"""Bytes that a kit may have."""


@dataclass(frozen=True)
class System:
    """A system that there is a kit for."""

    name: str
    """As Python's ``platform.system()`` calls it."""
    tags: tuple[str, ...]
    """Its platforms as wheels name them."""
    markers: Mapping[str, str]
    """What the lock asks about it."""
    start: str
    """File of `HERE` that starts it."""
    started_as: str
    """Name of that file in the kit."""
    installer: str
    """What brings Python to it."""


SYSTEMS: Final = (
    System(
        "Windows",
        ("win_amd64",),
        {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
        "start.bat",
        "开始.bat",
        "python-3.12.10-amd64.exe",
    ),
    System(
        "Linux",
        (*(f"manylinux_2_{minor}_x86_64" for minor in range(12, 29)), "manylinux2014_x86_64"),
        {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
        "start.sh",
        "start.sh",
        "python3.12",
    ),
)


def build_kit(system: System, target: Path) -> tuple[Path, int]:
    """Return the folder of a kit and its bytes.

    Parameters
    ----------
    system
        What it is for.
    target
        Folder of the kits; wheels that were fetched before are kept in it.

    Raises
    ------
    subprocess.CalledProcessError
        When our wheel cannot be built, or another cannot be fetched as it was locked.
    ValueError
        When a wheel brings modules that unpacking would not find, or the kit is too large.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wheels = [_build_own(target), *_fetch(choose_pins(project, system), system, target)]
    folder = target / f"{project['name']}-{project['version']}-{system.name.lower()}"
    shutil.rmtree(folder, ignore_errors=True)
    inside = folder / "kit"
    (inside / "wheels").mkdir(parents=True)
    for wheel in wheels:
        shutil.copyfile(wheel, inside / "wheels" / wheel.name)
    parts = describe(project, system, wheels)
    words = tomllib.loads((HERE / "words.toml").read_text("utf-8"))
    write_start(folder, system, parts, words)
    write_instructions(folder, ROOT / "docs")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    if size > MOST:
        raise ValueError(f"{folder.name}: {size:,} bytes are more than {MOST:,}")
    return folder, size


def write_start(
    folder: Path, system: System, parts: Mapping[str, Any], words: Mapping[str, Any]
) -> None:
    """Write what starts a kit beside its wheels.

    Parameters
    ----------
    folder
        Folder of the kit.
    system
        What it is for.
    parts
        As of `describe`.
    words
        Text by key and language.
    """
    inside = folder / "kit"
    inside.mkdir(exist_ok=True)
    shutil.copyfile(HERE / "start.py", inside / "start.py")
    for name, content in (("kit.json", parts), ("words.json", words)):
        (inside / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    none = words[f"no_python_{system.name.lower()}"]
    said = [
        none[lang].format(python=PYTHON, installer=system.installer, found="–")
        for lang in ("zh", "en")
    ]
    (inside / "no-python.txt").write_text("\n".join(said) + "\n", "utf-8")
    ending = "\r\n" if system.name == "Windows" else "\n"
    start = folder / system.started_as
    start.write_text((HERE / system.start).read_text("ascii"), "ascii", newline=ending)
    start.chmod(0o755)


def choose_pins(project: Mapping[str, Any], system: System) -> list[Pin]:
    """Return the pins of the run lock that the program needs on a system, and no others."""
    machine = {"python_full_version": f"{PYTHON}.0", "python_version": PYTHON, **system.markers}
    wanted = set(_names(project, EXTRAS))
    pins = [
        pin
        for pin in read_lock(ROOT / "requirements.lock")
        if pin.marker is None or pin.marker.evaluate(machine)
    ]
    chosen: dict[str, Pin] = {}
    while True:
        more = {p.name: p for p in pins if p.name in wanted or p.via & chosen.keys()}
        if more.keys() == chosen.keys():
            return sorted(chosen.values(), key=lambda pin: pin.name)
        chosen = more


def _names(project: Mapping[str, Any], extras: tuple[str, ...]) -> list[str]:
    """Return the names of what the project itself asks for."""
    lines = [*project["dependencies"]]
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return [str(canonicalize_name(Requirement(line).name)) for line in lines]


def _build_own(target: Path) -> Path:
    """Return our own wheel, built anew."""
    folder = target / "own"
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  (our own build)
    return next(folder.glob("*.whl"))


def _fetch(pins: list[Pin], system: System, target: Path) -> list[Path]:
    """Return the wheels of the pins, fetched where they were not, each of a locked checksum."""
    folder = target / "wheels" / system.name.lower()
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{pin.name}=={pin.version} " + " ".join(f"--hash=sha256:{one}" for one in pin.sha256)
        for pin in pins
    ]
    asked = folder / "asked.txt"
    asked.write_text("\n".join(lines) + "\n", "utf-8")
    short = "cp" + PYTHON.replace(".", "")
    command = [
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "-qq", "download"),
        *("--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(asked)),
        *("--dest", str(folder), "--find-links", str(folder), "--python-version", PYTHON),
        *("--implementation", "cp", "--abi", short, "--abi", "abi3", "--abi", "none"),
        *(part for tag in system.tags for part in ("--platform", tag)),
    ]
    subprocess.run(command, check=True)  # noqa: S603  (pip)
    locked = {checksum for pin in pins for checksum in pin.sha256}
    wheels = [path for path in sorted(folder.glob("*.whl")) if _sha256(path) in locked]
    if len(wheels) != len(pins):
        raise ValueError(f"{folder}: {len(wheels)} wheels for {len(pins)} pins")
    return wheels


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def describe(project: Mapping[str, Any], system: System, wheels: list[Path]) -> dict[str, Any]:
    """Return what the start needs to know: checksums, room, paths, imports.

    Raises
    ------
    ValueError
        When a wheel brings modules that unpacking would not find.
    """
    checksums, unpacked, longest = {}, 0, 0
    for wheel in wheels:
        checksums[wheel.name] = _sha256(wheel)
        with zipfile.ZipFile(wheel) as content:
            for member in content.infolist():
                top, _, rest = member.filename.partition("/")
                if top.endswith(".data") and rest.startswith(("purelib/", "platlib/")):
                    raise ValueError(f"{wheel.name}: {member.filename}")
                unpacked += member.file_size
                cached = len("__pycache__/.cpython-312") if member.filename.endswith(".py") else 0
                longest = max(longest, len(member.filename) + cached)
    listed = json.dumps(checksums, sort_keys=True).encode()
    wanted = set(_names(project, EXTRAS))
    homes = packages_distributions().items()
    modules = {name for name, by in homes if wanted & {canonicalize_name(one) for one in by}}
    return {
        "id": hashlib.sha256(listed).hexdigest()[:12],
        "version": project["version"],
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "system": system.name,
        "python": PYTHON,
        "installer": system.installer,
        "unpacked": unpacked,
        "longest": longest,
        "imports": ["livelihood_map.office.serving", *sorted(n for n in modules if n[0] != "_")],
        "wheels": checksums,
    }
