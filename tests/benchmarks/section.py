"""Sections of docs/benchmarks.md: each benchmark writes its own and keeps the others.

A long benchmark keeps notes, one JSON line for each thing measured, from which its section can be
written when all are there.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"


def tell_machine() -> str:
    """Return in words how many cores there are and how much else runs on them now."""
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    state = "shared with other programs" if load > cores else "quiet"
    return f"{cores} cores, {state} (load {load:.1f})."


def write_section(name: str, lines: list[str]) -> None:
    """Write the section `name` of docs/benchmarks.md."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Benchmarks\n"
    section = "\n".join([begin, *lines, end])
    if begin in text:
        head, rest = text.split(begin, 1)
        text = head + section + rest.split(end, 1)[1]
    else:
        text = text.rstrip() + "\n\n" + section + "\n"
    PAGE.write_text(text, encoding="utf-8")


def keep_note(path: Path | None, part: str, name: str, told: Any) -> None:
    """Add what was measured of one thing of a part to a file of notes, where there is one."""
    if path is not None:
        with path.open("a", encoding="utf-8") as notes:
            print(json.dumps([part, name, told], ensure_ascii=False), file=notes)


def read_notes(path: Path) -> dict[str, dict[str, Any]]:
    """Return what a file of notes holds by part and name, the last of each."""
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for line in path.read_text(encoding="utf-8").splitlines():
        part, name, told = json.loads(line)
        found[part][name] = told
    return dict(found)
