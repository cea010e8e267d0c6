"""Sections of docs/benchmarks.md: each benchmark writes its own and keeps the others."""

from __future__ import annotations

import os
from pathlib import Path

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
