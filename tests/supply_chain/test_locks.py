"""What is installed is what was locked."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from supply_chain.locks import read_lock

ROOT = Path(__file__).resolve().parents[2]
LOCKS = {path.name: read_lock(path) for path in ROOT.glob("requirements*.lock")}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MACHINES = [
    {
        "python_full_version": f"{version}.1",
        "python_version": version,
        "sys_platform": system,
        "platform_system": name,
        "os_name": "nt" if system == "win32" else "posix",
        "platform_machine": "x86_64",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    for version in ("3.11", "3.12", "3.13")
    for system, name in (("linux", "Linux"), ("win32", "Windows"), ("darwin", "Darwin"))
]
"""What the pins have to serve."""


def asked_for(lock):
    """Return the requirements of ours that a lock has to fulfil."""
    groups = PROJECT["dependency-groups"]
    lines = [line for name in groups for line in groups[name] if isinstance(line, str)]
    if lock == "requirements-build.lock":
        lines = PROJECT["build-system"]["requires"]
    else:
        lines = lines if lock == "requirements-dev.lock" else []
        lines = [*lines, *PROJECT["project"]["dependencies"]]
        for extra in PROJECT["project"]["optional-dependencies"].values():
            lines += extra
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m["python_version"] + m["sys_platform"])
@pytest.mark.parametrize("lock", sorted(LOCKS))
def test_each_machine_gets_one_version_of_what_we_ask_for(lock, machine):
    """On each Python and system a lock pins one version of a part, within our bounds."""
    versions = {}
    for pin in LOCKS[lock]:
        if pin.marker is None or pin.marker.evaluate(machine):
            assert pin.name not in versions
            versions[pin.name] = pin.version
    for requirement in asked_for(lock):
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier


def test_running_building_and_developing_are_locked_apart_and_alike():
    """Whoever develops has all that runs and builds, at the same versions and checksums."""
    assert set(LOCKS) == {f"requirements{part}.lock" for part in ("", "-build", "-dev")}
    developing = {(pin.name, pin.version, pin.sha256) for pin in LOCKS["requirements-dev.lock"]}
    for name in ("requirements.lock", "requirements-build.lock"):
        assert {(pin.name, pin.version, pin.sha256) for pin in LOCKS[name]} < developing
    assert {pin.name for pin in LOCKS["requirements.lock"]}.isdisjoint({"pytest", "mypy", "uv"})


@pytest.mark.parametrize("name", ["Makefile", ".ci/run"])
def test_set_up_installs_by_checksum_alone(name):
    """Every call of pip asks for checksums, or installs our own code and nothing else."""
    text = (ROOT / name).read_text("utf-8")
    calls = re.findall(r"^.*(?:pip|\$\(PIP\)) install .*$", text, re.MULTILINE)
    assert calls
    for call in calls:
        assert "--require-hashes" in call or "--no-deps" in call, call


@pytest.mark.parametrize(
    "line", ["numpy==2.0\n", "numpy>=2\n", "-r other.lock\n", "numpy==2.0 \\\n    --hash=md5:00\n"]
)
def test_a_line_without_a_checksum_is_refused(tmp_path, line):
    """A lock holds pins with their checksums and nothing else: no address, no open version."""
    (tmp_path / "a.lock").write_text(line)
    with pytest.raises(ValueError, match=r"a\.lock"):
        read_lock(tmp_path / "a.lock")
