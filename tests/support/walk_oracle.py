"""Independent answers about walks: streets split at every point, searched by networkx.

Also the ways to street tables that need no loader: real lines that join where they share a vertex,
and drawn networks of random shape.
"""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely
from shapely import LineString, Point

CRS_XIAN = "EPSG:32649"


def streets_of_lines(lines, crs):
    """Return nodes and edges of lines that join where they share a vertex."""
    shapes = np.asarray(lines.geometry)
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    names = pd.Series([f"{x:.2f},{y:.2f}" for x, y in coordinates])
    is_end = np.r_[True, owner[1:] != owner[:-1]] | np.r_[owner[1:] != owner[:-1], True]
    is_node = is_end | (names.map(names.value_counts()) > 1).to_numpy()
    edges, places = [], {}
    for number in np.unique(owner):
        rows = np.flatnonzero(owner == number)
        cuts = rows[is_node[rows]]
        for start, stop in pairwise(cuts):
            part = LineString(coordinates[start : stop + 1])
            edges.append((names[start], names[stop], part.length, part))
            places[names[start]] = Point(coordinates[start])
            places[names[stop]] = Point(coordinates[stop])
    table = pd.DataFrame(edges, columns=["u", "v", "length_m", "geometry"])
    table["key"] = table.groupby(["u", "v"]).cumcount()
    return nodes_table(places, crs), edges_table(table, crs)


def nodes_table(places, crs):
    """Return table nodes of a mapping from id to point."""
    return gpd.GeoDataFrame({"node_id": list(places)}, geometry=list(places.values()), crs=crs)


def edges_table(table, crs):
    """Return table edges of rows with u, v, key, length_m, geometry."""
    rows = {"highway": "footway", "is_bridge": False, "is_tunnel": False, "access": None}
    rows = {name: value for name, value in rows.items() if name not in table.columns}
    shaped = gpd.GeoDataFrame(table.assign(**rows, name=None), geometry="geometry", crs=crs)
    return shaped.astype({"access": "str", "name": "str"})


def xian_streets(folder):
    """Return nodes and edges of Xi'an's streets."""
    lines = gpd.read_file(folder / "cities" / "xian_roads.geojson").to_crs(CRS_XIAN)
    return streets_of_lines(lines.explode(ignore_index=True), CRS_XIAN)


def random_streets(seed, *, nodes_n=30, edges_n=50, crs="EPSG:32651", side_m=600.0):
    """Return nodes and edges of a random network with parallels, loops and edges of no length."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, side_m, (nodes_n, 2)) + np.array([350_000, 3_440_000])
    xy[1] = xy[0]  # two nodes in one place: an edge of no length lies between them
    places = {f"p{number:03d}": Point(*xy[number]) for number in range(nodes_n)}
    pairs = [(0, 1), (2, 2), (3, 4), (3, 4), (4, 3)]
    pairs += [tuple(rng.integers(0, nodes_n, 2)) for _ in range(edges_n)]
    rows = []
    for u, v in pairs:
        bend = xy[[u, v]].mean(0) + rng.normal(0, 30, 2)
        is_straight = (u, v) == (0, 1) or (u != v and rng.random() < 0.5)
        line = LineString([xy[u], xy[v]] if is_straight else [xy[u], bend, xy[v]])
        if rng.random() < 0.3:
            line = line.reverse()
        rows.append((f"p{u:03d}", f"p{v:03d}", line.length, line))
    table = pd.DataFrame(rows, columns=["u", "v", "length_m", "geometry"])
    table["key"] = table.groupby(["u", "v"]).cumcount()
    return nodes_table(places, crs), edges_table(table, crs)


def random_points(seed, points_n, bounds, crs, *, prefix="p", margin_m=20.0):
    """Return points spread at random over a box and a margin round it."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(bounds[0] - margin_m, bounds[2] + margin_m, points_n)
    y = rng.uniform(bounds[1] - margin_m, bounds[3] + margin_m, points_n)
    ids = [f"{prefix}{number:04d}" for number in range(points_n)]
    return gpd.GeoDataFrame({"point_id": ids}, geometry=gpd.points_from_xy(x, y), crs=crs)


def split_graph(edges, *joins):
    """Return a networkx graph in which every edge is split at every joined point.

    Points are nodes ``("point", point_id)``; the edge to their place on the street is the offset.
    """
    graph = nx.Graph()
    stops = {}
    for table in joins:
        for row in table[table["u"].notna()].itertuples():
            stops.setdefault((row.u, row.v, int(row.key)), []).append(row)
    for row in edges.itertuples():
        at = sorted(stops.get((row.u, row.v, int(row.key)), []), key=lambda stop: stop.along_m)
        chain = [(row.u, 0.0)]
        for number, stop in enumerate(at):
            place = (row.u, row.v, int(row.key), number)
            chain.append((place, stop.along_m))
            _link(graph, ("point", stop.point_id), place, stop.offset_m)
        chain.append((row.v, row.length_m))
        for (a, start), (b, end) in pairwise(chain):
            _link(graph, a, b, end - start)
    return graph


def _link(graph, a, b, weight):
    """Add an edge, or keep the shorter of two parallel ones."""
    if a == b:
        graph.add_node(a)
    elif not graph.has_edge(a, b) or graph[a][b]["weight"] > weight:
        graph.add_edge(a, b, weight=weight)


def oracle_walks(graph, origins, dests, cutoff_m):
    """Return {(origin, dest): metres} for every pair within the cut-off, by networkx."""
    found = {}
    for origin in origins:
        if ("point", origin) not in graph:
            continue
        # a walk may not lead through another point's front door: offsets are dead ends already
        lengths = nx.single_source_dijkstra_path_length(
            graph, ("point", origin), cutoff=cutoff_m, weight="weight"
        )
        found |= {(origin, d): lengths["point", d] for d in dests if ("point", d) in lengths}
    return found
