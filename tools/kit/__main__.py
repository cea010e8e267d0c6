"""``python -m kit [FOLDER]``, with `tools` on the path: build the kits and tell their sizes."""

from __future__ import annotations

import sys
from pathlib import Path

from kit.building import ROOT, SYSTEMS, build_kit

if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "out" / "kit"
    for system in SYSTEMS:
        folder, size = build_kit(system, target)
        wheels_n = sum(1 for _ in (folder / "kit" / "wheels").iterdir())
        sys.stdout.write(f"{folder}: {size / 1e6:,.1f} MB, {wheels_n} wheels\n")
