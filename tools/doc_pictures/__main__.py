"""``python -m doc_pictures``, with `tools` on the path: take the pictures of README and docs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from doc_pictures import take_pictures

ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as work:
        for name, is_new in take_pictures(
            ROOT / "data" / "demo", Path(work), ROOT / "docs" / "images"
        ):
            sys.stdout.write(f"{name}: {'written' if is_new else 'as before'}\n")
