"""Time and memory of the whole job on the demo district, and of reading streets beside OSMnx.

Every line is measured in a process of its own: processor seconds, elapsed seconds and the largest
memory, imports included. OSMnx reads the same extract as its users do: converted to XML, filtered
by its walk rules, as a graph that can be walked both ways. It stops at ways that an extract has
cut, so it is given the extract mended. Run: ``make bench-demo``.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from section import tell_machine, write_section

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data" / "cities" / "las_palmas_2023.osm.pbf"
DEMO = ROOT / "data" / "demo" / "streets.osm.pbf"
STAGES = ("load", "network", "coverage", "gaps", "candidates", "siting", "report", "areas",
          "mapping")  # fmt: skip
OSMNX_NOT_WALKED = re.compile(
    "abandoned|bus_guideway|construction|cycleway|motor|no|planned|platform|proposed|raceway|"
    "razed|rest_area|services"
)
SEPARATE = ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")


def run_stages(folder: str) -> dict[str, float]:
    """Do the whole job and return the processor seconds of each stage."""
    from livelihood_map import pipeline
    from livelihood_map.core.settings import load_settings

    settings = load_settings(pipeline.write_example(Path(folder), is_demo=True))
    seconds = {}
    for stage in STAGES:
        started = time.process_time()
        pipeline.run(settings, first=stage, last=stage)
        seconds[stage] = time.process_time() - started
    return seconds


def run_whole(folder: str) -> dict[str, float]:
    """Do the whole job in one go."""
    from livelihood_map import pipeline
    from livelihood_map.core.settings import load_settings

    work = pipeline.run(load_settings(pipeline.write_example(Path(folder), is_demo=True)))
    return {"sites": len(work["sites"]), "edges": len(work["edges"])}


def run_again(folder: str) -> dict[str, float]:
    """Run once more what has run, as it lies there, and count the stages that were computed."""
    from livelihood_map import pipeline
    from livelihood_map.core.settings import load_settings

    work = pipeline.run(load_settings(Path(folder) / "livelihood.toml"))
    pipeline.summarise(work)
    return {"computed": sum("（" in step for step in work.steps), "stages": len(work.steps)}


def run_other_sites(folder: str) -> dict[str, float]:
    """Run with another number of sites over what has run."""
    path = Path(folder) / "livelihood.toml"
    path.write_text(path.read_text("utf-8").replace("sites_n = 83", "sites_n = 80"), "utf-8")
    return run_again(folder)


def replay_whole(folder: str) -> dict[str, float]:
    """Make the recorded run again and count the files that came out equal."""
    from livelihood_map.commands.replay import replay

    (line, *_) = replay(Path(folder) / "out" / "run.json")
    return {"files": float(re.search(r"(\d+) 个文件", line)[1])}


def read_ours(path: str) -> dict[str, float]:
    """Read an extract as this package does."""
    import osmium
    import pyproj
    import shapely

    from livelihood_map.core.crs import metric_crs
    from livelihood_map.core.settings import StreetSource
    from livelihood_map.load.osm.streets import load_streets

    header = osmium.io.Reader(path).header().box()
    west, east = (header.bottom_left.lon, header.top_right.lon) if header.valid() else (-16, -15)
    crs = metric_crs("auto", centre_lon=(west + east) / 2)
    area = shapely.box(-1e6, 0, 2e6, 9e6)
    streets = load_streets(
        StreetSource(path=path), area=area, margin_m=1, crs=pyproj.CRS(crs), base="."
    )
    return {
        "edges": streets.report.edges_n,
        "km": streets.report.length_m / 1000,
        "parts": streets.report.parts_n,
    }


def read_osmnx(path: str) -> dict[str, float]:
    """Read an extract as a user of OSMnx does; writing its XML is left out of the time."""
    import osmnx

    xml = as_xml(path)
    started = time.process_time()
    graph = osmnx.graph_from_xml(xml, bidirectional=True, simplify=True, retain_all=True)
    seconds = time.process_time() - started
    Path(xml).unlink()
    lengths = sum(length for *_, length in graph.edges(data="length"))
    return {"edges": graph.number_of_edges() / 2, "km": lengths / 2000, "reading": seconds}


def as_xml(path: str) -> str:
    """Write what OSMnx's walk filter keeps of an extract as XML, cut ways mended."""
    import osmium

    from livelihood_map.load.osm.ways import write_extract

    nodes, ways = {}, []
    source = osmium.FileProcessor(path).with_locations()
    for item in source.with_filter(osmium.filter.KeyFilter("highway")):
        tags = {tag.k: tag.v for tag in item.tags}
        if not item.is_way() or not is_walked_by_osmnx(tags):
            continue
        known = [node for node in item.nodes if node.location.valid()]
        nodes |= {node.ref: (node.lat, node.lon) for node in known}
        if len(known) > 1:
            refs = [node.ref for node in known]
            ways.append({"type": "way", "id": item.id, "nodes": refs, "tags": tags})
    points = [{"type": "node", "id": n, "lat": p[0], "lon": p[1]} for n, p in nodes.items()]
    with tempfile.NamedTemporaryFile(suffix=".osm", delete=False) as file:
        write_extract([{"elements": points + ways}], Path(file.name))
        return file.name


def is_walked_by_osmnx(tags: dict[str, str]) -> bool:
    """Return whether OSMnx's filter for walking keeps a way."""
    return not (
        "yes" in tags.get("area", "")
        or "private" in tags.get("access", "")
        or OSMNX_NOT_WALKED.search(tags["highway"])
        or "no" in tags.get("foot", "")
        or "private" in tags.get("service", "")
        or any("separate" in tags.get(key, "") for key in SEPARATE)
    )


TASKS = {
    "whole": run_whole,
    "stages": run_stages,
    "again": run_again,
    "sites": run_other_sites,
    "replay": replay_whole,
    "ours": read_ours,
    "osmnx": read_osmnx,
}


RUNS = {
    "whole job": "whole",
    "nothing changed": "again",
    "replayed": "replay",
    "80 sites for 83": "sites",
}
HEAD = [
    "## Runs of the demo district",
    "",
    "Run: `make bench-demo`. Each in a process of its own, its start included.",
    "",
    "| run | stages computed | cpu s | elapsed s | peak MB |",
    "|---|---|--:|--:|--:|",
]


def measure(task: str, argument: str) -> dict[str, float]:
    """Return what a task gives in a process of its own, with its seconds and megabytes."""
    words = [sys.executable, __file__, task, argument]
    started = time.perf_counter()
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return {**found, "elapsed_s": time.perf_counter() - started}


def measured_line(name: str, task: str, folder: str) -> str:
    """Print a run's figures and return them as a line of the table."""
    figures = measure(task, folder)
    show(f"demo, {name}", figures)
    computed = (
        f"{figures['computed']:.0f} of {figures['stages']:.0f}" if "stages" in figures else "all"
    )
    times = " | ".join(f"{figures[key]:,.1f}" for key in ("cpu_s", "elapsed_s"))
    return f"| {name} | {computed} | {times} | {figures['peak_mb']:,.0f} |"


def main() -> int:
    """Measure all and print; or do one task and print what it gives as JSON."""
    if len(sys.argv) > 1:
        found = TASKS[sys.argv[1]](sys.argv[2])
        used = resource.getrusage(resource.RUSAGE_SELF)
        found |= {"cpu_s": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}
        print(json.dumps(found))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        lines = [measured_line(name, task, f"{folder}/whole") for name, task in RUNS.items()]
        show("demo, stage by stage (cpu s)", measure("stages", f"{folder}/stages"))
    write_section("runs", [*HEAD, *lines, "", tell_machine()])
    for path in (DEMO, REAL):
        if path.exists():
            ours, theirs = measure("ours", str(path)), measure("osmnx", str(path))
            show(f"{path.name}, this package", ours)
            show(f"{path.name}, OSMnx", theirs)
            print(f"  OSMnx takes {theirs['peak_mb'] / ours['peak_mb']:.1f} times the memory")
    return 0


def show(name: str, found: dict[str, float]) -> None:
    """Print one line of figures."""
    print(f"{name}: " + ", ".join(f"{key} {value:,.1f}" for key, value in found.items()))


if __name__ == "__main__":
    sys.exit(main())
