"""TypeScript, fetched by npm at the locked version, run by the Node.js of Playwright's wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
COMPILER: Final = Path("node_modules", "typescript", "lib", "tsc.js")
FETCHED: Final = Path("node_modules", ".package-lock.json")
REMEDY: Final = "install Node.js with npm, connect to a registry, and run it again"


class CompilerMissingError(RuntimeError):
    """The compiler is not here and cannot be fetched."""


def is_required() -> bool:
    """Return whether a missing compiler is a fault: where the checks of a change run."""
    return os.environ.get("CI") == "true"


def fetch_compiler(folder: Path = HERE) -> Path:
    """Return the compiler below a folder, fetched by npm where it is not there or another version.

    Parameters
    ----------
    folder
        Folder with ``package.json`` and its lock.

    Raises
    ------
    CompilerMissingError
        When it cannot be fetched; says why, and the remedy.
    """
    fetched, lock = folder / FETCHED, folder / "package-lock.json"
    if fetched.exists() and fetched.stat().st_mtime >= lock.stat().st_mtime:
        return folder / COMPILER
    npm = shutil.which("npm")
    if npm is None:
        raise CompilerMissingError(f"TypeScript comes through npm, which is not here: {REMEDY}")
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603  (our own arguments)
    if done.returncode:
        raise CompilerMissingError(
            f"npm could not fetch TypeScript: {REMEDY}\n{done.stderr[-300:]}"
        )
    fetched.touch()
    return folder / COMPILER


def check_types(project: Path = HERE / "tsconfig.json") -> tuple[bool, str]:
    """Return whether the types of a project hold, and what the compiler says.

    Parameters
    ----------
    project
        A ``tsconfig.json``.

    Raises
    ------
    CompilerMissingError
        When there is no compiler.
    """
    from playwright._impl._driver import compute_driver_executable

    node = os.environ.get("NODE") or str(compute_driver_executable()[0])
    command = [node, str(fetch_compiler()), "--project", str(project), "--pretty", "false"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (our own arguments)
    return done.returncode == 0, done.stdout + done.stderr
