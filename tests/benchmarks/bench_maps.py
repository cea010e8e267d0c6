"""Size, time and memory of our pages beside plain folium and GeoDataFrame.explore.

All are drawn from the same tables of the demonstration district and opened in the same Chromium
with the network cut. The scripts that the plain pages link to are handed to them from the vendored
files, so no time is lost to a network there. Usable means: the page's script has ended and two
frames were painted; once more with a processor four times as slow. Then the planner's map is drawn
with 500,000 streets, as vector tiles and as lines, and the maps of a large city, whole and by town.
Run: ``make bench-maps``; ``--run FOLDER`` takes the tables of a finished run, ``--part`` one part.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from bench_walking import superblocks
from section import tell_machine, write_section
from synthetic_city import lay_city

from livelihood_map import pipeline
from livelihood_map.core.settings import load_settings
from livelihood_map.mapping import MapTables, assets, draw_check_page, draw_map
from livelihood_map.pipeline.drawing import page_tables

if TYPE_CHECKING:
    from collections.abc import Callable

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
TIMES = 5
SLOWER = 4
"""How many times slower the processor is made."""
CITY_SIDE = 4
CITY_TOWNS = 5
"""How many of the city's towns are drawn: those with most compounds."""
MANY_SIDE = 578
"""Corners along a side of the large network: half a million streets."""
_IS_READY = "document.documentElement.dataset.ready === '1'"
_HAS_STREETS = f"{_IS_READY} && !planner.layers.streets.isLoading()"
_CLOSER = "void planner.map.setView(planner.map.getCenter(), 15, { animate: false })"
_SETTLED = """new Promise((done) => {
  const end = () => done(performance.now());
  const settle = () => requestAnimationFrame(() => requestAnimationFrame(end));
  const wait = () => (IS_READY ? settle() : setTimeout(wait, 5));
  wait();
})"""


def with_many_streets(tables: MapTables) -> MapTables:
    """Return the tables with half a million invented streets over the district for their own."""
    _, edges = superblocks(MANY_SIDE, spacing_m=60)
    corner = edges["u"].str[1:].astype(int)
    line = np.where(edges.geometry.bounds.eval("maxx - minx > maxy - miny"),
                    corner // MANY_SIDE, corner % MANY_SIDE)  # fmt: skip
    ranks = [line % 24 == 0, line % 12 == 0, line % 6 == 0, line % 3 == 0]
    highway = np.select(ranks, ["trunk", "primary", "tertiary", "residential"], "footway")
    middle = np.subtract(_middle(tables.towns), _middle(edges))
    placed = edges.geometry.translate(*middle).set_crs(tables.towns.crs, allow_override=True)
    edges = edges.assign(highway=highway).set_geometry(placed)
    return replace(tables, edges=edges, walks=None)


def _middle(table: Any) -> np.ndarray:
    """Return the centre of a table's extent."""
    west, south, east, north = table.total_bounds
    return np.array([(west + east) / 2, (south + north) / 2])


def draw_plain_folium(tables: MapTables) -> str:
    """Return a folium map with one GeoJson layer a table."""
    import folium

    sheet = folium.Map(location=[31.1, 121.4], zoom_start=11, tiles=None, prefer_canvas=True)
    edges, homes, outlets = tables.edges, tables.residences, tables.facilities
    folium.GeoJson(
        edges[["highway", "geometry"]].to_crs(4326),
        name="streets",
        style_function=lambda _: {"color": "#bbbbbb", "weight": 1},
    ).add_to(sheet)
    walks = tables.coverage.query("kind == 'breakfast'").set_index("residence_id")["walk_m"]
    coloured = homes[["residence_id", "name", "population", "geometry"]].assign(
        walk_m=homes["residence_id"].map(walks).fillna(-1)
    )
    folium.GeoJson(
        coloured.to_crs(4326),
        name="compounds",
        style_function=lambda one: {
            "fillColor": "#08519c" if one["properties"]["walk_m"] <= 500 else "#b8460e",
            "weight": 1,
        },
        tooltip=folium.GeoJsonTooltip(["name", "population", "walk_m"]),
    ).add_to(sheet)
    folium.GeoJson(
        outlets[["kind", "name", "address", "geometry"]].to_crs(4326),
        name="outlets",
        marker=folium.CircleMarker(radius=4),
        tooltip=folium.GeoJsonTooltip(["kind", "name", "address"]),
    ).add_to(sheet)
    for name in ("zones", "sites", "towns"):
        table = getattr(tables, name)
        marker = folium.CircleMarker(radius=6)
        folium.GeoJson(table.to_crs(4326), name=name, marker=marker).add_to(sheet)
    folium.LayerControl().add_to(sheet)
    return str(sheet.get_root().render())


def draw_explore(tables: MapTables) -> str:
    """Return a map made by GeoDataFrame.explore, table upon table."""
    walks = tables.coverage.query("kind == 'breakfast'").set_index("residence_id")["walk_m"]
    homes = tables.residences[["residence_id", "name", "population", "geometry"]]
    homes = homes.assign(walk_m=homes["residence_id"].map(walks))
    sheet: Any = tables.edges[["highway", "geometry"]].explore(
        tiles=None, color="#bbbbbb", name="streets", prefer_canvas=True
    )
    homes.explore(m=sheet, column="walk_m", name="compounds", legend=False)
    tables.facilities[["kind", "name", "address", "geometry"]].explore(
        m=sheet, column="kind", name="outlets", legend=False
    )
    for name in ("zones", "sites", "towns"):
        getattr(tables, name).explore(m=sheet, name=name)
    return str(sheet.get_root().render())


def timed(draw: Callable[[], str]) -> tuple[str, float]:
    """Return a page and the seconds that it took to draw."""
    started = time.perf_counter()
    page = draw()
    return page, time.perf_counter() - started


def open_page(
    browser: Any, path: Path, is_ready: str, then: str | None = None, *, slower: int = 1
) -> dict[str, float]:
    """Return milliseconds until usable, and after `then`, and megabytes of script memory.

    ``busy_ms`` is the processor time of the page's main thread, which says most where other
    programs run beside. With `slower` the processor is made that many times slower.
    """
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    tab = context.new_page()
    tab.route(re.compile("^https?:"), _hand_over)
    faults: list[str] = []
    tab.on("pageerror", lambda fault: faults.append(str(fault)))
    tools = context.new_cdp_session(tab)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.goto(path.as_uri(), wait_until="commit")
    usable = tab.evaluate(_SETTLED.replace("IS_READY", is_ready))
    busy = _metrics(tools)["TaskDuration"] * 1000
    closer = {}
    if then:
        started = tab.evaluate("performance.now()")
        tab.evaluate(then)
        ended = tab.evaluate(_SETTLED.replace("IS_READY", is_ready))
        closer = {"closer_ms": ended - started}
    tools.send("HeapProfiler.collectGarbage")
    heap = _metrics(tools)["JSHeapUsedSize"] / 1e6
    context.close()
    if faults:
        raise RuntimeError(f"{path.name}: {faults[0]}")
    return {"usable_ms": usable, "busy_ms": busy, **closer, "heap_mb": heap}


def _metrics(tools: Any) -> dict[str, float]:
    """Return what Chromium counts of a page, by name."""
    return {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}


def _hand_over(route: Any) -> None:
    """Answer a link of folium's with the vendored file, or with nothing."""
    with suppress(OSError):
        text = assets.text_for(route.request.url, scripts="")
        if text is not None:
            kind = "text/css" if route.request.url.endswith(".css") else "text/javascript"
            route.fulfill(body=text, content_type=kind)
            return
    route.fulfill(body="", content_type="text/javascript")


def measure(tables: MapTables, settings: Any, standard: Any, folder: Path) -> list[dict[str, Any]]:
    """Return one row a page: size, seconds to draw, milliseconds to usable, memory."""
    plain = "document.readyState === 'complete'"
    town = tables.towns["town_id"].iloc[0]
    asked = {"settings": settings, "standard": standard}
    rows = measure_pages(
        [
            ("planner's map", lambda: draw_map(tables, **asked), _IS_READY),
            ("check page, district", lambda: draw_check_page(tables, **asked), _IS_READY),
            ("check page, town", lambda: draw_check_page(tables, town_id=town, **asked), _IS_READY),
            ("plain folium GeoJson layers", lambda: draw_plain_folium(tables), plain),
            ("GeoDataFrame.explore", lambda: draw_explore(tables), plain),
        ],
        folder,
    )
    slow = (
        "planner's map, processor four times slower",
        lambda: draw_map(tables, **asked),
        _IS_READY,
    )
    return rows + measure_pages([slow], folder, slower=SLOWER)


def measure_many(
    tables: MapTables, settings: Any, standard: Any, folder: Path
) -> list[dict[str, Any]]:
    """Return the same of the planner's map with very many streets, as tiles and as lines."""
    many = with_many_streets(tables)

    def draw(limit: int) -> str:
        mapping_settings = replace(settings.mapping, tiles_above_n=limit)
        asked = replace(settings, mapping=mapping_settings)
        return draw_map(many, settings=asked, standard=standard)

    pages = [
        (f"{len(many.edges):,} streets as {name}", lambda limit=limit: draw(limit), _HAS_STREETS)
        for name, limit in (("vector tiles", 0), ("lines", 10**9))
    ]
    return measure_pages(pages, folder, then=_CLOSER)


def measure_city(
    tables: MapTables, settings: Any, standard: Any, folder: Path
) -> list[dict[str, Any]]:
    """Return the same of the maps of a large city: the whole, and its largest towns."""
    city = lay_city(tables, CITY_SIDE)
    towns = city.residences["town_id"].value_counts().index[:CITY_TOWNS]
    asked = {"settings": settings, "standard": standard}
    pages: list[tuple[str, Callable[[], str], str]] = [
        (city_title(city), lambda: draw_map(city, **asked), _IS_READY),
        ("its check page", lambda: draw_check_page(city, **asked), _IS_READY),
    ]
    pages += [
        (
            f"a town of {count} compounds",
            lambda town=town: draw_map(city, town_id=town, **asked),
            _IS_READY,
        )
        for town in towns
        if (count := (city.residences["town_id"] == town).sum())
    ]
    return measure_pages(pages, folder)


def city_title(city: MapTables) -> str:
    """Return in words how large a city is."""
    counts = {"compounds": city.residences, "outlets": city.facilities, "towns": city.towns,
              "sites": city.sites, "streets": city.edges}  # fmt: skip
    return ", ".join(f"{len(table):,} {name}" for name, table in counts.items())


def measure_pages(
    pages: list[tuple[str, Callable[[], str], str]],
    folder: Path,
    then: str | None = None,
    *,
    slower: int = 1,
) -> list[dict[str, Any]]:
    """Return one row a page, each opened several times in turn."""
    from playwright.sync_api import sync_playwright

    rows: list[dict[str, Any]] = []
    opened: list[list[dict[str, float]]] = [[] for _ in pages]
    for number, (name, draw, _) in enumerate(pages):
        page, seconds = timed(draw)
        path = folder / f"page{number}.html"
        path.write_text(page, encoding="utf-8", newline="\n")
        rows.append({"page": name, "size_mb": path.stat().st_size / 1e6, "draw_s": seconds})
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        # In turn, so that whatever else the machine does falls on all alike.
        for _ in range(TIMES):
            for number, (_, _, is_ready) in enumerate(pages):
                path = folder / f"page{number}.html"
                opened[number].append(open_page(browser, path, is_ready, then, slower=slower))
        browser.close()
    for row, times in zip(rows, opened, strict=True):
        row |= {key: statistics.median(one[key] for one in times) for key in times[0]}
    return rows


def describe(rows: list[dict[str, Any]], tables: MapTables) -> list[str]:
    """Return the rows as a Markdown table, and how far ours is ahead of the plain ones."""
    measured = (
        f"{len(tables.residences):,} compounds, {len(tables.facilities):,} facilities, "
        f"{len(tables.edges):,} edges of the demo district; median of {TIMES} openings in turn, "
        f"network cut. {tell_machine()} Main thread: its processor time alone."
    )
    lines = [
        "## Maps",
        "",
        measured,
        "",
        *page_lines(rows),
    ]
    ours = rows[0]
    lines += [
        "",
        *(
            f"The planner's map is {row['size_mb'] / ours['size_mb']:.1f} x smaller and opens "
            f"{row['usable_ms'] / ours['usable_ms']:.1f} x faster than {row['page']}."
            for row in rows[-3:-1]
        ),
    ]
    return lines


def page_lines(rows: list[dict[str, Any]]) -> list[str]:
    """Return rows of pages as a Markdown table."""
    return [
        "| page | size MB | drawn in s | usable after ms | of it main thread | script memory MB |",
        "|---|--:|--:|--:|--:|--:|",
        *(
            f"| {row['page']} | {row['size_mb']:.2f} | {row['draw_s']:.1f} | "
            f"{row['usable_ms']:.0f} | {row['busy_ms']:.0f} | {row['heap_mb']:.0f} |"
            for row in rows
        ),
    ]


def describe_city(rows: list[dict[str, Any]]) -> list[str]:
    """Return the rows of a large city as a section."""
    return [
        "### The maps of a large city",
        "",
        f"{CITY_SIDE**2} demo districts side by side, their largest compounds halved.",
        f"Median of {TIMES} openings in turn, network cut. Towns: those with most compounds.",
        tell_machine(),
        "",
        *page_lines(rows),
    ]


def describe_many(rows: list[dict[str, Any]]) -> list[str]:
    """Return the rows with very many streets as a Markdown table."""
    return [
        "### The planner's map with very many streets",
        "",
        "Usable means here that the streets are drawn too; closer is the first view at zoom 15.",
        "",
        "| streets | size MB | drawn in s | usable after ms | closer after ms | script memory MB |",
        "|---|--:|--:|--:|--:|--:|",
        *(
            f"| {row['page']} | {row['size_mb']:.2f} | {row['draw_s']:.1f} | "
            f"{row['usable_ms']:.0f} | {row['closer_ms']:.0f} | {row['heap_mb']:.0f} |"
            for row in rows
        ),
    ]


def broken_bounds(rows: list[dict[str, Any]]) -> list[str]:
    """Return in words every bound that the pages of the demo do not keep."""
    ours, slow = rows[0], rows[-1]
    limits = [
        (ours, "size_mb", 4.5),
        (ours, "usable_ms", 2000.0),
        (rows[1], "size_mb", 1.5),
        (rows[1], "usable_ms", 1000.0),
        (rows[2], "size_mb", 0.5),
        (slow, "usable_ms", 2500.0),
        *((row, "draw_s", 10.0) for row in rows[:3]),
    ]
    broken = over_bounds(limits)
    for row in rows[-3:-1]:
        for key, factor in (("size_mb", 4.0), ("usable_ms", 3.0)):
            if row[key] < factor * ours[key]:
                broken.append(f"{row['page']}: {key} is below {factor:g} x ours")
    return broken


def broken_city_bounds(rows: list[dict[str, Any]]) -> list[str]:
    """Return in words every bound that the pages of the city do not keep."""
    limits = [(row, "size_mb", 8.0 if row in rows[:2] else 3.0) for row in rows]
    return over_bounds([*limits, *((row, "usable_ms", 3000.0) for row in rows)])


def over_bounds(limits: list[tuple[dict[str, Any], str, float]]) -> list[str]:
    """Return in words every limit that a row exceeds."""
    return [
        f"{row['page']}: {key} is {row[key]:.2f}, the bound is {limit:g}"
        for row, key, limit in limits
        if row[key] > limit
    ]


def main() -> int:
    """Measure and print; 0 when every bound holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, help="folder with the settings of a finished run")
    parser.add_argument("--part", choices=["demo", "many", "city"], help="one part alone")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if chosen.run is None:
            path = pipeline.write_example(folder / "demo", is_demo=True)
            pipeline.run(load_settings(path), last="areas")
        else:
            path = chosen.run / "livelihood.toml"
        work = pipeline.open_workspace(load_settings(path))
        tables = page_tables(work)
        given = (tables, work.settings, work.standard, folder)
        found: dict[str, list[dict[str, Any]]] = {
            name: measured(*given)
            for name, measured in (
                ("demo", measure), ("many", measure_many), ("city", measure_city)
            )
            if chosen.part in (None, name)
        }  # fmt: skip
    return report(found, tables, is_json=chosen.json)


def report(found: dict[str, list[dict[str, Any]]], tables: MapTables, *, is_json: bool) -> int:
    """Print what was measured, write it down, and return 0 when every bound holds."""
    if is_json:
        print(json.dumps(found, indent=1))
    broken: list[str] = []
    if rows := found.get("demo"):
        write_section("maps", describe(rows, tables))
        broken += broken_bounds(rows)
    if rows := found.get("many"):
        write_section("maps with many streets", describe_many(rows))
    if rows := found.get("city"):
        write_section("maps of a city", describe_city(rows))
        broken += broken_city_bounds(rows)
    print("\n".join(broken))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
