"""``python -m doc_notebooks FOLDER``: run every notebook on the demo and keep it with its output.

The notebooks run in their order in one folder, as a reader would run them. Where real streets are
at hand (``../shared/data``) the fifth runs on them.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data" / "cities" / "las_palmas_2023.osm.pbf"
LONGEST_S = 900


def execute(target: Path) -> None:
    """Write every notebook with its output into a folder."""
    target.mkdir(parents=True, exist_ok=True)
    if REAL.exists():
        os.environ["LAS_PALMAS"] = str(REAL)
    with TemporaryDirectory() as folder:
        for source in sorted((ROOT / "notebooks").glob("*.ipynb")):
            started = time.perf_counter()
            notebook = nbformat.read(source, as_version=4)
            where = {"metadata": {"path": folder}}
            NotebookClient(notebook, timeout=LONGEST_S, resources=where).execute()
            nbformat.write(notebook, target / source.name)
            sys.stdout.write(f"{source.name}: {time.perf_counter() - started:.0f} s\n")
            sys.stdout.flush()


if __name__ == "__main__":
    execute(Path(sys.argv[1]))
