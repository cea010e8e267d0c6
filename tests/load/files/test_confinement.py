"""What the program that reads files is denied."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import ctypes, json, os, socket, subprocess, sys
from pathlib import Path
from livelihood_map.load.files.confinement import confine, leave_network
leave_network()
confine(Path.cwd())
foreign = sys.argv[1]
ends = {}
def attempt(name, act):
    try:
        act()
    except Exception as error:
        ends[name] = type(error).__name__
    else:
        ends[name] = ""
attempt("socket", socket.socket)
attempt("name", lambda: socket.getaddrinfo("example.org", 80))
attempt("program", lambda: subprocess.run([sys.executable]))
attempt("shell", lambda: os.system("true"))
attempt("read", lambda: open(foreign).read())
attempt("passwords", lambda: open("/etc/passwd").read())
attempt("write", lambda: open(foreign, "w"))
attempt("write python", lambda: open(os.path.join(sys.prefix, "x"), "w"))
attempt("remove", lambda: os.remove(foreign))
attempt("own write", lambda: Path("own").write_text("x"))
attempt("own read", lambda: Path("own").read_text())
attempt("own remove", lambda: os.remove("own"))
attempt("import", lambda: __import__("wave"))
libc = ctypes.CDLL(None)
ends["C"] = libc.open(os.fsencode(foreign), 0) < 0 if hasattr(libc, "open") else None
sys.__stdout__.write(json.dumps(ends))
"""


@pytest.fixture(scope="module")
def ends(tmp_path_factory):
    """Return how everything ended that a confined program tried."""
    foreign = tmp_path_factory.mktemp("office") / "secret.txt"
    foreign.write_text("x")
    done = subprocess.run(
        [sys.executable, "-P", "-c", SCRIPT, str(foreign)],
        cwd=tmp_path_factory.mktemp("room"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert foreign.read_text() == "x"
    return json.loads(done.stdout)


@pytest.mark.parametrize("attempt", ["socket", "name", "program", "shell"])
def test_neither_network_nor_programs_can_be_had(ends, attempt):
    """A confined program opens no socket, asks for no address and starts nothing."""
    assert ends[attempt] == "PermissionError"


@pytest.mark.parametrize("attempt", ["read", "write", "write python", "remove", "passwords"])
def test_files_outside_the_folder_cannot_be_had(ends, attempt):
    """A confined program neither reads nor changes a file outside its folder."""
    assert ends[attempt] == "PermissionError"


@pytest.mark.parametrize("attempt", ["own write", "own read", "own remove", "import"])
def test_its_own_folder_and_its_own_modules_can(ends, attempt):
    """A confined program works in its folder and can still import."""
    assert not ends[attempt]


def test_libraries_in_c_are_refused_by_the_system(ends):
    """Where Linux has Landlock, a library cannot open a foreign file past Python either."""
    if not Path("/sys/kernel/security/landlock").exists() and not ends["C"]:
        pytest.skip("this system has no Landlock")
    assert ends["C"]
