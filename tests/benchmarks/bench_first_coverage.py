"""The first coverage from Python: a new interpreter, real streets, with and without stored loops.

Las Palmas: every building to groceries, streets from the extract, and from the graph that OSMnx
makes of it. Run: ``make bench-first`` with the folder of real data.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench_demo import as_xml
from section import tell_machine, write_section

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[2]
EXTRACT: Final = ROOT.parent / "shared" / "data" / "cities" / "las_palmas_2023.osm.pbf"
IS_SHOP: Final = '"shop"=>"(?:supermarket|convenience)"'
PROMISED_S: Final = {"loops stored": 8.0, "no loop stored": 20.0}


def read_places() -> tuple[Any, Any]:
    """Return buildings and groceries as an analyst reads them."""
    import geopandas as gpd

    given: dict[str, Any] = {"where": "building IS NOT NULL", "on_invalid": "ignore"}
    homes = gpd.read_file(EXTRACT, layer="multipolygons", **given)
    points = gpd.read_file(EXTRACT, layer="points")
    shops = points[points["other_tags"].str.contains(IS_SHOP, na=False)]
    return homes.loc[homes.geometry.notna(), ["geometry"]], shops[["geometry"]]


IMPORT = """
import time
begun = time.perf_counter()
import livelihood_map
print(time.perf_counter() - begun)
"""
"""Tells what the import alone takes, where nothing else was imported before."""


def first() -> dict[str, float]:
    """Return what the first coverage takes in this interpreter, and what the import."""
    imported = float(subprocess.check_output([sys.executable, "-c", IMPORT]))
    started, begun = time.perf_counter(), time.process_time()
    import livelihood_map as lm

    homes, shops = read_places()
    read, read_cpu = time.perf_counter(), time.process_time()
    coverage = lm.measure_coverage(homes, shops, EXTRACT, minutes=15)
    done, done_cpu = time.perf_counter(), time.process_time()
    coverage.explore().save(Path(tempfile.mkdtemp()) / "map.html")
    return {
        "import": imported,
        "inputs": read - started,
        "coverage": done - read,
        "coverage_cpu": done_cpu - read_cpu,
        "map": time.perf_counter() - done,
        "all_cpu": time.process_time() - begun,
        "homes": len(homes),
        "share": float(coverage["is_covered"].mean()),
    }


def by_osmnx() -> dict[str, float]:
    """Return the same coverage on OSMnx's own graph of the extract."""
    import osmnx

    import livelihood_map as lm

    xml = as_xml(str(EXTRACT))
    graph = osmnx.graph_from_xml(xml, bidirectional=True, simplify=True, retain_all=True)
    Path(xml).unlink()
    homes, shops = read_places()
    started = time.process_time()
    network = lm.from_osmnx(graph)
    built = time.process_time()
    coverage = lm.measure_coverage(homes, shops, network, minutes=15)
    done = time.process_time()
    frames = lm.measure_coverage(homes, shops, osmnx.graph_to_gdfs(graph), minutes=15)
    return {
        "edges": network.edges_n,
        "from_osmnx": built - started,
        "coverage": done - built,
        "share": float(coverage["is_covered"].mean()),
        "share_frames": float(frames["is_covered"].mean()),
    }


def in_child(what: str, folder: str) -> dict[str, float]:
    """Return what a part tells from an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, __file__, what],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"NUMBA_CACHE_DIR": folder},
    )
    told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return told


def table(runs: dict[str, dict[str, float]]) -> Iterator[str]:
    """Yield the head of the section and its table."""
    homes = runs["loops stored"]["homes"]
    yield "## First coverage from Python"
    yield ""
    yield f"Run: `make bench-first`. Las Palmas, {homes:,} buildings to groceries, newly started."
    yield f"Elapsed seconds, processor seconds in brackets; {tell_machine()}"
    yield ""
    yield "| | import | reading places | first coverage | its map | promised |"
    yield "|---|--:|--:|--:|--:|--:|"
    for name, run in runs.items():
        cells = (
            name,
            f"{run['import']:.3f}",
            f"{run['inputs']:.1f}",
            f"{run['coverage']:.1f} ({run['coverage_cpu']:.1f})",
            f"{run['map']:.1f}",
            f"{PROMISED_S[name]:g}",
        )
        yield f"| {' | '.join(cells)} |"


def beside(graph: dict[str, float], share: float) -> Iterator[str]:
    """Yield the sentence on OSMnx's own graph."""
    yield ""
    yield f"OSMnx's own graph of the same extract, {graph['edges']:,} edges kept: processor time of"
    yield f"`from_osmnx` {graph['from_osmnx']:.1f} s, of the coverage {graph['coverage']:.1f} s."
    yield f"Covered are {graph['share']:.1%} of the buildings, by OSMnx's frames"
    yield f"{graph['share_frames']:.1%}, by our own reading of the extract {share:.1%}."


def main() -> None:
    """Measure and write the section."""
    with tempfile.TemporaryDirectory() as folder:
        runs = {"no loop stored": in_child("first", folder)}
        runs["loops stored"] = in_child("first", folder)
        graph = in_child("osmnx", folder)
    lines = list(table(runs)) + list(beside(graph, runs["loops stored"]["share"]))
    write_section("first coverage", lines)
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    parts = {"first": first, "osmnx": by_osmnx}
    if len(sys.argv) > 1:
        sys.stdout.write(json.dumps(parts[sys.argv[1]]()) + "\n")
    else:
        main()
