"""A kit of Linux in a fresh root without network: first start, demo, the map, the office program.

``python tests/benchmarks/start_kit.py KIT PYTHON``: the folder of a kit and the folder of a Python
that it is for, such as ``/usr``. Needs root and ``unshare``. In the fresh root lie nothing but the
system's libraries, that Python, and the stick, read-only; only loopback is up.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

FRESH = """
set -e
mount -t tmpfs -o size=6g none "$ROOT"
for part in usr lib lib64 bin sbin etc; do
    if [ -e "/$part" ]; then mkdir -p "$ROOT/$part"; mount --rbind -o ro "/$part" "$ROOT/$part"; fi
done
STICK="$ROOT/stick/早餐 规划"
mkdir -p "$ROOT/proc" "$ROOT/dev" "$ROOT/tmp" "$ROOT/office" "$ROOT/python" "$STICK"
mount --bind /dev "$ROOT/dev"
mount -t proc none "$ROOT/proc"
mount --bind "$PYTHON" "$ROOT/python"
mount --bind "$KIT" "$STICK"
mount -o remount,bind,ro "$STICK"
if [ "$PYTHON" != /usr ] && [ -d /usr/local ]; then mount -t tmpfs none "$ROOT/usr/local"; fi
ip link set lo up
export HOME=/office PATH=/python/bin:/usr/sbin:/usr/bin:/bin LANG=C.UTF-8
export LD_LIBRARY_PATH=/python/lib
cp "$OWN" "$ROOT/office/inside.py"
exec chroot "$ROOT" /python/bin/python3 /office/inside.py "/stick/早餐 规划/start.sh"
"""
"""What makes the fresh root and goes into it."""

INSIDE = """
import re, subprocess, sys, time, urllib.error, urllib.request
from pathlib import Path
start = sys.argv[1]
home = Path("/office")

def timed(name, *arguments):
    began = time.monotonic()
    done = subprocess.run([start, *arguments], cwd=home, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{name}: {done.returncode}\\n{done.stdout}\\n{done.stderr}")
    print(f"{name}: {time.monotonic() - began:.1f} s", flush=True)
    return done.stdout

try:
    urllib.request.urlopen("http://192.0.2.1", timeout=3)
    sys.exit("there is a network")
except urllib.error.URLError as error:
    print("network:", error.reason)
timed("first start (version)", "--version")
timed("second start (version)", "--version")
timed("demo", "demo", "demo")
planner = home / "demo" / "maps" / "planner.html"
print(f"map: {planner.name}, {planner.stat().st_size / 1e6:.1f} MB, "
      f"{sum(1 for _ in (home / 'demo').rglob('*.docx'))} documents")
began = time.monotonic()
serving = subprocess.Popen(
    [start, "serve", "projects", "--no-browser"], cwd=home, text=True, stdout=subprocess.PIPE
)
for line in serving.stdout:
    link = re.search(r"http://127[.]0[.]0[.]1:\\d+/open[?]key=\\S+", line)
    if link:
        break
page = urllib.request.urlopen(link[0]).read().decode()
print(f"office program answers: {time.monotonic() - began:.1f} s, {len(page):,} characters")
serving.terminate()
used = sum(path.stat().st_size for path in home.joinpath(".local").rglob("*") if path.is_file())
print(f"set up: {used / 1e6:,.0f} MB")
"""


def main(kit: Path, python: Path) -> None:
    """Go through it and print how long each step took."""
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "inside.py"
        own.write_text(INSIDE, "utf-8")
        root = Path(folder) / "root"
        root.mkdir()
        began = time.perf_counter()
        subprocess.run(
            ["unshare", "--mount", "--net", "--pid", "--fork", "bash", "-c", FRESH],  # noqa: S607
            env={"ROOT": str(root), "KIT": str(kit.resolve()), "PYTHON": str(python.resolve()),
                 "OWN": str(own), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            check=True,
        )  # fmt: skip
        print(f"in all: {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
