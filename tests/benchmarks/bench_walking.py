"""Walking beside other tools: speed, memory, growth and exactness, on the same streets and points.

Run: ``make bench-walking``. Comparators that are not installed are left out and named; pandana and
igraph come with ``pip install --group bench``. What would take hours is measured on a sample and
multiplied, and the table says so. Seconds are the best of three for what takes under a minute.
Elapsed seconds use all cores, processor seconds count every thread, so the second ratio leaves the
cores out; ratios are what to hold on to. Where a ratio was promised, the table says whether both
meet it. Nearest is timed from tables of joins to a table of walks with the names of points and
facilities, 20 km far, and again from joins that were read beforehand: the others begin with their
nodes at hand. networkx names the facility of every point by the start of its path, as the table
asks; igraph returns lengths alone, and ego_graph ends at 1,000 m. pandana, whose preprocessing
takes minutes there, is left out on 500,000 nodes. Writes its section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import math
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from section import write_section
from shapely import LineString, Point

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from walk_oracle import (  # noqa: E402  (the tests' folder is no package)
    edges_table,
    oracle_walks,
    split_graph,
    xian_streets,
)

from livelihood_map import network as walking  # noqa: E402

CRS = "EPSG:32651"
WITHIN_M = 1000.0
LIMIT_M = 200.0
NEAREST = (10_000, 2_456)
DEMO_PER_NODE = (1_467 / 55_273, 2_627 / 55_273)
"""Demand points and facilities for each node of the demonstration district, all kinds."""
PAIRS = (20_000, 10_000)
AREAS_N = 1_000
SEED = 20230215
PANDANA_NODES = 60_000
"""On more nodes pandana takes minutes: there it is measured with one number of points alone, and
not at all on 500,000, where its preprocessing took 409 s and its query 174 s."""
READ = "livelihood_map, joins read"
EXACTNESS = (
    "Largest difference from networkx on the graph with every edge split at every point, and how "
    "far walks are off when points are joined to nodes, as pandana and OSMnx join them."
)


class Took(NamedTuple):
    """Elapsed and processor seconds; all threads count in the latter."""

    elapsed: float
    processor: float

    def times(self, factor):
        """Return the seconds of so many times the work."""
        return Took(self.elapsed * factor, self.processor * factor)

    def plus(self, other):
        """Return the seconds of both."""
        return Took(self.elapsed + other.elapsed, self.processor + other.processor)


class Row(NamedTuple):
    """One line of a table: what, its seconds, a remark, and the ratio that was promised."""

    name: str
    took: Took
    note: str = ""
    promised: float | None = None


def clock(work, *, times=3):
    """Return the least seconds of a piece of work, and its result."""
    best, result = Took(math.inf, math.inf), None
    for _ in range(times):
        started, worked = time.perf_counter(), time.process_time()
        result = work()
        took = Took(time.perf_counter() - started, time.process_time() - worked)
        best = Took(min(best.elapsed, took.elapsed), min(best.processor, took.processor))
        if took.elapsed > 60:
            break
    return best, result


def is_there(name):
    """Return whether a comparator is installed."""
    return importlib.util.find_spec(name) is not None


def superblocks(side, *, spacing_m=60.0, seed=SEED):
    """Return nodes and edges of `side` × `side` corners, a quarter of the streets missing."""
    rng = np.random.default_rng(seed)
    number = np.arange(side * side).reshape(side, side)
    xy = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2) * spacing_m
    xy = xy + rng.normal(0, 6, xy.shape) + np.array([300_000, 3_400_000])
    pairs = np.concatenate(
        [
            np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], 1),
            np.stack([number[:-1].ravel(), number[1:].ravel()], 1),
        ]
    )
    pairs = pairs[rng.random(len(pairs)) < 0.75]
    used = np.unique(pairs)
    ids = np.array([f"n{k}" for k in range(side * side)], object)
    lines = shapely.linestrings(xy[pairs])
    nodes = gpd.GeoDataFrame({"node_id": ids[used]}, geometry=shapely.points(xy[used]), crs=CRS)
    table = pd.DataFrame(
        {
            "u": ids[pairs[:, 0]], "v": ids[pairs[:, 1]], "key": 0,
            "length_m": shapely.length(lines), "geometry": lines,
        }
    )  # fmt: skip
    return nodes, edges_table(table, CRS)


def demo_streets():
    """Return nodes and edges of the demonstration district."""
    from livelihood_map import pipeline
    from livelihood_map.core.settings import load_settings

    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(pipeline.write_example(Path(folder), is_demo=True))
        work = pipeline.run(settings, first="load", last="load")
        return work["nodes"], work["edges"]


def joined(network, nodes, points_n, *, seed, prefix):
    """Return random points near the streets, and their joins."""
    rng = np.random.default_rng(seed)
    at = nodes.geometry.iloc[rng.integers(0, len(nodes), points_n)]
    x, y = (
        at.x.to_numpy() + rng.normal(0, 20, points_n),
        at.y.to_numpy() + rng.normal(0, 20, points_n),
    )
    ids = [f"{prefix}{k:06d}" for k in range(points_n)]
    points = gpd.GeoDataFrame({"id": ids}, geometry=gpd.points_from_xy(x, y), crs=nodes.crs)
    return walking.join_points(network, points, id_column="id", limit_m=LIMIT_M)


def simple_graph(edges):
    """Return the streets as a networkx graph, the shorter of parallel edges."""
    graph = nx.Graph()
    for u, v, length_m in edges[["u", "v", "length_m"]].itertuples(index=False):
        if not graph.has_edge(u, v) or graph[u][v]["weight"] > length_m:
            graph.add_edge(u, v, weight=length_m)
    return graph


def nearest_nodes(nodes, joins):
    """Return the id of the node nearest to each joined point: what node-based tools join to."""
    tree = shapely.STRtree(nodes.geometry.to_numpy())
    places = shapely.points(joins["x_m"].to_numpy(), joins["y_m"].to_numpy())
    return nodes["node_id"].to_numpy()[tree.nearest(places)]


def pandana_network(nodes, edges):
    """Return a pandana network and node numbers by id; building it is its preprocessing."""
    import pandana

    number = pd.Series(np.arange(len(nodes)), index=nodes["node_id"].to_numpy())
    net = pandana.Network(
        pd.Series(nodes.geometry.x.to_numpy()), pd.Series(nodes.geometry.y.to_numpy()),
        pd.Series(number[edges["u"]].to_numpy()), pd.Series(number[edges["v"]].to_numpy()),
        pd.DataFrame({"length": edges["length_m"].to_numpy()}),
    )  # fmt: skip
    return net, number


def bench_nearest(nodes, edges, *, points_n, shops_n, with_pandana=True):
    """Return rows of the nearest facility for every demand point."""
    network = walking.build_network(nodes, edges, through_private=True)
    demand = joined(network, nodes, points_n, seed=1, prefix="d")
    shops = joined(network, nodes, shops_n, seed=2, prefix="f")
    walking.measure_nearest(network, demand.iloc[:9], shops.iloc[:9], cutoff_m=500)  # compiles
    own, walks = clock(
        lambda: walking.measure_nearest(network, demand, shops, cutoff_m=20_000.0), times=25
    )
    rows = [Row("livelihood_map", own, f"{len(walks):,} walks, edge-exact")]
    read = [walking.read_accesses(network, joins) for joins in (demand, shops)]
    own, _ = clock(lambda: walking.measure_nearest(network, *read, cutoff_m=20_000.0), times=25)
    rows.append(Row(READ, own, "names of edges looked up beforehand"))
    graph = simple_graph(edges)
    shop_at = dict(zip(nearest_nodes(nodes, shops), shops["point_id"], strict=True))
    sources = set(shop_at)
    starts = dict(zip(demand["point_id"], nearest_nodes(nodes, demand), strict=True))
    seconds, _ = clock(lambda: by_networkx(graph, starts, shop_at))
    rows.append(Row("networkx, multi-source", seconds, "the same table, joined to nodes", 20))
    seconds, _ = clock(
        lambda: nx.multi_source_dijkstra_path_length(graph, sources, weight="weight")
    )
    rows.append(Row("networkx, lengths to nodes alone", seconds, "no facility, no points"))
    sample = sorted(sources)[:: max(1, len(sources) // 20)][:20]
    both_ways = nx.MultiDiGraph(graph)  # what OSMnx holds streets in
    seconds, _ = clock(
        lambda: [nx.ego_graph(both_ways, s, radius=WITHIN_M, distance="weight") for s in sample],
    )
    seconds = seconds.times(len(shops) / len(sample))
    note = f"{len(sample)} measured, multiplied"
    rows.append(Row("OSMnx habit: ego_graph per facility", seconds, note, 1_000))
    if with_pandana:
        built, (net, number) = clock(lambda: pandana_network(nodes, edges), times=1)
        at = nodes.set_index("node_id").geometry[nearest_nodes(nodes, shops)]
        net.set_pois("shop", 20_000, 1, at.x.reset_index(drop=True), at.y.reset_index(drop=True))
        seconds, _ = clock(lambda: net.nearest_pois(20_000, "shop", num_pois=1), times=1)
        rows.append(Row("pandana, query", seconds, "every node, joined to nodes", 10))
        rows.append(Row("pandana, with preprocessing", seconds.plus(built), "", 500))
    if is_there("igraph"):
        import igraph

        number = pd.Series(np.arange(len(nodes)), index=nodes["node_id"].to_numpy())
        tips = np.column_stack([number[edges["u"]], number[edges["v"]]])
        hub = len(nodes)
        spokes = np.column_stack([np.full(len(sources), hub), number[sorted(sources)]])
        weights = [*edges["length_m"], *([0.0] * len(sources))]
        star = igraph.Graph(hub + 1, np.concatenate([tips, spokes]).tolist())
        seconds, _ = clock(lambda: star.distances(hub, weights=weights))
        rows.append(Row("igraph, from a hub joined to all", seconds, "joined to nodes"))
    return rows


def by_networkx(graph, starts, shop_at):
    """Return the nearest facility of every point and the walk to it, searched by networkx."""
    lengths, paths = nx.multi_source_dijkstra(graph, set(shop_at), weight="weight")
    found = [
        (point, shop_at[paths[node][0]], lengths[node])
        for point, node in starts.items()
        if node in lengths
    ]
    return pd.DataFrame(found, columns=["origin_id", "dest_id", "walk_m"])


def nearest_tables(name, nodes, edges, *, densities, with_pandana):
    """Return the tables of the nearest facility on one network, for each number of points."""
    lines = []
    for number, (points_n, shops_n) in enumerate(densities):
        title = f"Nearest of {shops_n:,} facilities for {points_n:,} points, {name}, "
        title += f"{len(nodes):,} nodes"
        rows = bench_nearest(
            nodes, edges, points_n=points_n, shops_n=shops_n,
            with_pandana=with_pandana and (number == 0 or len(nodes) < PANDANA_NODES),
        )  # fmt: skip
        lines += as_table(title, rows)
    return lines


def as_in_demo(nodes):
    """Return as many points and facilities for each node as the demonstration district has."""
    return tuple(round(len(nodes) * share) for share in DEMO_PER_NODE)


def bench_pairs(nodes, edges, *, with_pandana, with_others=True, with_slow=True):
    """Return rows of all walks within 1,000 m between candidates and demand.

    The slow comparators, and what was promised, belong to the network of 100,000 nodes.
    """
    promised = 20 if with_slow else None
    scale = len(nodes) / 100_000
    network = walking.build_network(nodes, edges, through_private=True)
    candidates = joined(network, nodes, int(PAIRS[0] * scale), seed=3, prefix="c")
    demand = joined(network, nodes, int(PAIRS[1] * scale), seed=4, prefix="d")
    walking.measure_walks(network, demand.iloc[:9], candidates.iloc[:9], cutoff_m=500)
    own, walks = clock(
        lambda: walking.measure_walks(network, demand, candidates, cutoff_m=WITHIN_M)
    )
    rows = [Row("livelihood_map", own, f"{len(walks):,} pairs")]
    if not with_others:
        return rows
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import dijkstra

    number = pd.Series(np.arange(len(nodes)), index=nodes["node_id"].to_numpy())
    u, v = number[edges["u"]].to_numpy(), number[edges["v"]].to_numpy()
    matrix = coo_matrix((edges["length_m"], (u, v)), (len(nodes), len(nodes))).tocsr()
    start = number[nearest_nodes(nodes, demand)].to_numpy()
    goal = number[nearest_nodes(nodes, candidates)].to_numpy()
    sample = start[:2000]

    def by_scipy():
        found = 0
        for chunk in np.array_split(sample, 8):
            dist = dijkstra(matrix, directed=False, indices=chunk, limit=WITHIN_M)
            found += int(np.isfinite(dist[:, goal]).sum())
        return found

    seconds, found = clock(by_scipy, times=1)
    share = len(start) / len(sample)
    note = f"{found * share:,.0f} pairs; {len(sample):,} origins measured"
    note += ", multiplied" if share > 1 else ""
    rows.append(Row("scipy, dijkstra with limit, in chunks", seconds.times(share), note, promised))
    if with_pandana:
        net, _ = pandana_network(nodes, edges)
        seconds, found = clock(lambda: net.nodes_in_range(start.tolist(), WITHIN_M), times=1)
        note = f"{len(found):,} pairs of nodes"
        rows.append(Row("pandana, nodes_in_range", seconds, note, promised))
    if not with_slow:
        return rows
    graph = simple_graph(edges)
    few = nearest_nodes(nodes, demand.iloc[:50])
    seconds, _ = clock(
        lambda: [nx.single_source_dijkstra_path_length(graph, s, cutoff=WITHIN_M, weight="weight")
                 for s in few], times=1,
    )  # fmt: skip
    rows.append(Row("networkx", seconds.times(len(start) / 50), "50 origins measured, multiplied"))
    if is_there("igraph"):
        import igraph

        own_graph = igraph.Graph(len(nodes), np.column_stack([u, v]).tolist())
        weights = edges["length_m"].tolist()
        seconds, _ = clock(
            lambda: own_graph.distances(
                start[:20].tolist(), np.unique(goal).tolist(), weights=weights
            ),
            times=1,
        )
        note = "no cut-off; 20 origins measured, multiplied"
        rows.append(Row("igraph", seconds.times(len(start) / 20), note))
    return rows


def osmnx_recipe(graph, centre):
    """Return one isochrone as OSMnx's example notebook draws it (edge_buff=25, node_buff=0)."""
    part = nx.ego_graph(graph, centre, radius=WITHIN_M, distance="length")
    corners = [Point((data["x"], data["y"])) for _, data in part.nodes(data=True)]
    table = gpd.GeoDataFrame({"id": list(part.nodes)}, geometry=corners).set_index("id")
    lines = []
    for start, stop in part.edges():
        a, b = table.loc[start].geometry, table.loc[stop].geometry
        lines.append(graph.get_edge_data(start, stop)[0].get("geometry", LineString([a, b])))
    shapes = [*table.buffer(0).geometry, *gpd.GeoSeries(lines).buffer(25).geometry]
    return gpd.GeoSeries(shapes).union_all()


def bench_areas(nodes, edges):
    """Return rows of service areas of 1,000 facilities."""
    network = walking.build_network(nodes, edges, through_private=True)
    shops = joined(network, nodes, AREAS_N, seed=5, prefix="f")
    walking.build_service_areas(network, shops.iloc[:2], tiers_m=[100.0])
    own, areas = clock(lambda: walking.build_service_areas(network, shops, tiers_m=[WITHIN_M]))
    lines_s, _ = clock(lambda: walking.find_service_lines(network, shops, tiers_m=[WITHIN_M]))
    graph = nx.MultiDiGraph()
    for name, place in zip(nodes["node_id"], nodes.geometry, strict=True):
        graph.add_node(name, x=place.x, y=place.y)
    for row in edges.itertuples():
        graph.add_edge(row.u, row.v, length=row.length_m, geometry=row.geometry)
        graph.add_edge(row.v, row.u, length=row.length_m, geometry=row.geometry)
    centres = nearest_nodes(nodes, shops.iloc[:10])
    seconds, _ = clock(lambda: [osmnx_recipe(graph, c) for c in centres], times=1)
    return [
        Row("livelihood_map, polygons", own, f"{len(areas):,} areas, cut at the exact metre"),
        Row("livelihood_map, pieces of street", lines_s),
        Row("OSMnx example recipe", seconds.times(AREAS_N / 10), "10 measured, multiplied", 20),
    ], raster_error(network, shops.iloc[:20])


def raster_error(network, joins):
    """Return the largest relative difference of an area from its cells of 1 m."""
    lines = walking.find_service_lines(network, joins, tiers_m=[WITHIN_M])
    areas = walking.build_service_areas(network, joins, tiers_m=[WITHIN_M])
    areas = areas.set_index("point_id")["area_m2"]
    worst = 0.0
    for row in lines.iloc[:5].itertuples():
        west, south, east, north = np.floor(shapely.bounds(row.geometry.buffer(30)))
        x, y = np.meshgrid(np.arange(west, east) + 0.5, np.arange(south, north) + 0.5)
        tree = shapely.STRtree(shapely.get_parts(row.geometry))
        cells = shapely.points(x.ravel(), y.ravel())
        near = tree.query_nearest(cells, max_distance=25.0, all_matches=False)[0]
        worst = max(worst, abs(areas[row.point_id] / np.unique(near).size - 1))
    return worst


def bench_exactness(name, nodes, edges):
    """Return name, pairs, largest difference from the split graph, and from node joins."""
    network = walking.build_network(nodes, edges, through_private=True)
    points = joined(network, nodes, 1_500, seed=6, prefix="p")
    origins, dests = points.iloc[:300], points.iloc[300:]
    walks = walking.measure_walks(network, origins, dests, cutoff_m=8_000)
    rng = np.random.default_rng(SEED)
    picked = walks.iloc[np.sort(rng.permutation(len(walks))[:10_000])]
    graph = split_graph(edges, points)
    known = oracle_walks(graph, picked["origin_id"].unique(), set(picked["dest_id"]), 8_001)
    expected = [known[pair] for pair in zip(picked["origin_id"], picked["dest_id"], strict=True)]
    worst = float(np.abs(picked["walk_m"].to_numpy() - np.array(expected)).max())
    few = picked[picked["origin_id"].isin(picked["origin_id"].unique()[:40])]
    plain, node_of = (
        simple_graph(edges),
        dict(zip(points["point_id"], nearest_nodes(nodes, points), strict=True)),
    )
    by_node = []
    for origin, part in few.groupby("origin_id"):
        reached = nx.single_source_dijkstra_path_length(plain, node_of[origin], weight="weight")
        by_node += [reached.get(node_of[dest], np.nan) for dest in part["dest_id"]]
    few = few.sort_values("origin_id", kind="stable")
    gap = np.abs(few["walk_m"].to_numpy() - np.array(by_node))
    return {
        "name": name,
        "pairs": len(picked),
        "worst_mm": worst * 1000,
        "node_median_m": float(np.nanmedian(gap)),
        "node_p95_m": float(np.nanquantile(gap, 0.95)),
    }


def child(name):
    """Return what one measurement in a process of its own prints."""
    code = [sys.executable, __file__, "--child", name]
    done = subprocess.run(code, check=True, capture_output=True, text=True, env=os.environ)
    return json.loads(done.stdout.splitlines()[-1])


def peak_mb():
    """Return the largest memory of this process so far, MB; its parent's does not count."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def child_pairs_memory():
    """Print the memory that all walks within 1,000 m take above the network."""
    nodes, edges = superblocks(317)
    network = walking.build_network(nodes, edges, through_private=True)
    candidates = joined(network, nodes, PAIRS[0], seed=3, prefix="c")
    demand = joined(network, nodes, PAIRS[1], seed=4, prefix="d")
    walking.measure_walks(network, demand.iloc[:9], candidates.iloc[:9], cutoff_m=500)
    before = peak_mb()
    walks = walking.measure_walks(network, demand, candidates, cutoff_m=WITHIN_M)
    print(json.dumps({"mb": peak_mb() - before, "pairs": len(walks)}))


def child_coverage():
    """Print seconds and memory of the coverage stage on the demo, three kinds, four walkers."""
    from livelihood_map import pipeline
    from livelihood_map.core.settings import load_settings
    from livelihood_map.pipeline import stages

    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(pipeline.write_example(Path(folder), is_demo=True))
        walkers = ["standard", "adult", "elderly", "pram"]
        settings = replace(settings, coverage=replace(settings.coverage, walkers=walkers))
        work = pipeline.run(settings, first="load", last="network")
        run = lambda: stages.STAGES["coverage"].run(work)  # noqa: E731  (measured below)
        first, _ = clock(run, times=1)
        best, _ = clock(run)
        rows = work["coverage"]
    print(
        json.dumps(
            {"first_s": first.elapsed, "best_s": best.elapsed, "mb": peak_mb(), "rows": len(rows)}
        )
    )


def as_table(title, rows):
    """Return rows as a Markdown table, with the ratios to the first and what was promised."""
    own = rows[0].took
    read = next((row.took for row in rows if row.name == READ), own)
    lines = [f"### {title}", ""]
    lines += ["| | elapsed, s | ratio | processor, s | ratio | promised | met | |"]
    lines += ["|---|--:|--:|--:|--:|--:|---|---|"]
    for name, took, note, promised in rows:
        ratios = took.elapsed / own.elapsed, took.processor / own.processor
        figures = f"{took.elapsed:.3g} | {ratios[0]:,.1f} | {took.processor:.3g} | {ratios[1]:,.1f}"
        bar = "" if promised is None else f"{promised:,}"
        met = "" if promised is None else verdict(took, own, read, promised)
        lines += [f"| {name} | {figures} | {bar} | {met} | {note} |"]
    return [*lines, ""]


def verdict(took, own, read, promised):
    """Return in words whether others take so many times as long, by elapsed and processor time."""
    ratios = [(took.elapsed / one.elapsed, took.processor / one.processor) for one in (own, read)]
    if min(ratios[0]) >= promised:
        return "yes"
    if min(ratios[1]) >= promised:
        return f"yes, joins read ({min(ratios[1]):,.1f})"
    if ratios[0][0] >= promised:
        return "elapsed alone"
    return "**no**" if read is own else f"**no**, joins read {min(ratios[1]):,.1f}"


def promise(is_met, text):
    """Return a promise and whether it is met."""
    return f"({text}: {'met' if is_met else '**not met**'})"


def main():
    """Measure everything and write the section."""
    with_pandana = is_there("pandana")
    lines = [
        "## Walking",
        "",
        __doc__.split("\n\n")[1].replace("\n", " ").replace("``", "`"),
    ]
    lines += [
        "",
        f"Python {platform.python_version()}, {os.cpu_count()} cores. Not installed: "
        + (", ".join(n for n in ("pandana", "igraph") if not is_there(n)) or "nothing")
        + ".",
        "",
    ]
    small = {"demo district": demo_streets()}
    real = ROOT.parent / "shared" / "data"
    if real.is_dir():
        small["Xi'an"] = xian_streets(real)
    nodes, edges = superblocks(317)
    large_nodes, large_edges = superblocks(709)
    for name, streets in small.items():
        counts = [NEAREST, as_in_demo(streets[0])]
        lines += nearest_tables(name, *streets, densities=counts, with_pandana=with_pandana)
    lines += nearest_tables(
        "superblocks", nodes, edges, densities=[NEAREST], with_pandana=with_pandana
    )
    factor = len(large_nodes) / len(nodes)
    as_dense = tuple(round(count * factor) for count in NEAREST)
    lines += nearest_tables(
        "superblocks", large_nodes, large_edges, densities=[NEAREST, as_dense], with_pandana=False
    )
    pairs = bench_pairs(nodes, edges, with_pandana=with_pandana)
    lines += as_table(f"All walks within 1,000 m, {PAIRS[0]:,} × {PAIRS[1]:,}, superblocks", pairs)
    memory = child("pairs_memory")
    lines += [
        f"Memory above the network: {memory['mb']:.0f} MB for {memory['pairs']:,} pairs "
        + promise(memory["mb"] < 300, "promised below 300 MB")
        + ".",
        "",
    ]
    for name, streets in small.items():
        rows = bench_pairs(*streets, with_pandana=with_pandana, with_slow=False)
        lines += as_table(f"All walks within 1,000 m, {name}, points as dense", rows)
    areas, error = bench_areas(nodes, edges)
    lines += as_table(f"Service areas of {AREAS_N:,} facilities, 1,000 m", areas)
    lines += [
        f"Largest difference from cells of 1 m by the same rule: {error:.2%} "
        + promise(error < 0.01, "promised below 1%")
        + ".",
        "",
    ]
    large = bench_pairs(large_nodes, large_edges, with_pandana=False, with_others=False)
    own, grown = pairs[0].took.processor, large[0].took.processor
    exponent = math.log(grown / own) / math.log(factor)
    text = (
        f"{len(large_nodes):,} nodes, points as dense: {large[0].took.elapsed:.3g} s elapsed for "
    )
    text += f"{large[0].note}; exponent {exponent:.2f} "
    lines += ["### Growth", "", text + promise(exponent <= 1.1, "promised at most 1.1") + ".", ""]
    found = [bench_exactness("superblocks", nodes, edges)]
    found += [bench_exactness(name, *streets) for name, streets in small.items()]
    lines += ["### Exactness", "", EXACTNESS, ""]
    lines += ["| streets | pairs | largest difference, mm | promised | met "]
    lines[-1] += "| node joins: median, m | 95th, m |"
    lines += ["|---|--:|--:|--:|---|--:|--:|"]
    for row in found:
        met = "yes" if row["worst_mm"] <= 1 else "**no**"
        own = f"| {row['name']} | {row['pairs']:,} | {row['worst_mm']:.2f} | 1 | {met} | "
        lines += [f"{own}{row['node_median_m']:.1f} | {row['node_p95_m']:.1f} |"]
    stage = child("coverage")
    took = f"{stage['best_s']:.2f} s ({stage['first_s']:.2f} s the first time)"
    is_met = stage["first_s"] < 5 and stage["mb"] < 1000
    lines += ["", "### The coverage stage on the demo district", ""]
    lines += [
        f"Three kinds, four walkers, {stage['rows']:,} rows, with all summaries and measures of "
        f"compounds and towns and every table written: {took}, {stage['mb']:.0f} MB "
        + promise(is_met, "promised below 5 s and 1 GB")
        + "."
    ]
    write_section("walking", lines)
    print("\n".join(lines))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--child", choices=("pairs_memory", "coverage"))
    chosen = parser.parse_args().child
    {"pairs_memory": child_pairs_memory, "coverage": child_coverage, None: main}[chosen]()
