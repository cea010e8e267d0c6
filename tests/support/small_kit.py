"""A kit of one wheel, whose program says where it lies and what it was asked."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import replace
from pathlib import Path

from kit.building import HERE, SYSTEMS, write_start

SYSTEM = next((one for one in SYSTEMS if one.name == platform.system()), SYSTEMS[1])
WORDS = tomllib.loads((HERE / "words.toml").read_text("utf-8"))
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
SAYING = """
import os, sys

def main():
    print("asked", sys.argv[1:], "at", __file__, "in", os.getcwd())
    return 0
"""


def write_kit(folder, *, made="2026-01-01", system=SYSTEM, **other):
    """Return a kit's folder; `other` stands in place of what its parts say."""
    wheels = folder / "kit" / "wheels"
    wheels.mkdir(parents=True)
    wheel = wheels / "livelihood_map-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as content:
        content.writestr("livelihood_map/__init__.py", f"MADE = {made!r}")
        content.writestr("livelihood_map/cli.py", SAYING)
        content.writestr("livelihood_map-1.data/scripts/never", "x")
    checksum = hashlib.sha256(wheel.read_bytes()).hexdigest()
    parts = {
        "id": checksum[:12],
        "version": made,
        "made": made,
        "system": platform.system(),
        "python": PYTHON,
        "installer": system.installer,
        "unpacked": 1000,
        "longest": 60,
        "imports": ["livelihood_map.cli"],
        "wheels": {wheel.name: checksum},
    }
    write_start(folder, replace(system), parts | other, WORDS)
    return folder


def start(folder, *arguments, home, python=sys.executable, **environment):
    """Return what a start of a kit says and its exit code."""
    return subprocess.run(
        [python, str(folder / "kit" / "start.py"), *arguments],
        env={**os.environ, "XDG_DATA_HOME": str(home), "LOCALAPPDATA": str(home), **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def everything_in(folder):
    """Return each file below a folder with its content."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def fake_python(path, said, code=0):
    """Write a command that says something and ends with a code, whatever it is asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{said}'\nexit {code}\n", "utf-8")
    path.chmod(0o755)
    return path


def programs_in(home):
    """Return the names of the folders of programs."""
    return sorted(path.name for path in (Path(home) / "livelihood-map-programs").glob("*"))


def parts_of(folder):
    """Return what a kit says of itself."""
    return json.loads((folder / "kit" / "kit.json").read_text("utf-8"))
