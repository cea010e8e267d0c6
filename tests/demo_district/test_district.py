from __future__ import annotations

import csv
import io
import itertools
from collections import Counter

import geopandas as gpd
import numpy as np
import pytest
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from demo_district import FILES, build_demo
from demo_district.chance import Chance
from demo_district.courses import BARRIERS
from demo_district.district import build_district
from demo_district.outlets import place_outlets
from demo_district.plan import TOWNS, district, river_area
from livelihood_map.core.datum import gcj02_to_wgs84
from livelihood_map.core.io import data_path


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """Return a folder that has just been generated."""
    folder = tmp_path_factory.mktemp("demo")
    build_demo(folder)
    return folder


@pytest.fixture(scope="module")
def place():
    """Return the district before it is written."""
    return build_district()


@pytest.fixture(scope="module")
def outlets(place):
    """Return the outlets of the district."""
    return place_outlets(place)


@pytest.fixture(scope="module")
def streets(place):
    """Return node places, segments and their lengths of the walkable ways."""
    places = np.array(place.book.places)
    pairs = [pair for way in place.ways for pair in itertools.pairwise(way.nodes)]
    segments = np.array(pairs)
    ends = places[segments]
    return places, segments, np.hypot(*(ends[:, 0] - ends[:, 1]).T)


def graph(streets):
    """Return the streets as a sparse matrix of lengths."""
    places, segments, lengths = streets
    shape = (len(places), len(places))
    return coo_matrix((lengths, (segments[:, 0], segments[:, 1])), shape=shape).tocsr()


def walks(place, streets, rows):
    """Return for each home the walk from its best open gate to the nearest row, metres."""
    nodes = sorted({row.node for row in rows})
    reach = dijkstra(graph(streets), directed=False, indices=nodes, min_only=True)
    best = []
    for home in place.homes:
        starts = [gate.node for gate in home.gates if gate.is_open]
        starts = starts or ([home.middle] if home.middle >= 0 else [])
        best.append(min((reach[start] for start in starts), default=np.inf))
    return np.array(best)


def cells(path):
    """Return the cells of a workbook by sheet."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    return {page.title: list(page.iter_rows(values_only=True)) for page in book}


def street_content(path):
    """Return nodes and ways of an OSM extract."""
    import osmium

    nodes, ways = [], []
    for item in osmium.FileProcessor(str(path)):
        tags = sorted((tag.k, tag.v) for tag in item.tags)
        if item.is_node():
            nodes.append((item.id, round(item.lon, 7), round(item.lat, 7), tags))
        else:
            ways.append((item.id, [ref.ref for ref in item.nodes], tags))
    return nodes, ways


def test_the_folder_holds_exactly_the_files_that_are_named(fresh):
    """The committed folder, a fresh one and the list of files agree."""
    assert sorted(path.name for path in fresh.iterdir()) == sorted(FILES)
    assert sorted(path.name for path in data_path("demo").iterdir()) == sorted(FILES)


def test_the_demo_stays_small():
    """Each file stays below 3 MB and the folder below 6 MB."""
    sizes = [path.stat().st_size for path in data_path("demo").iterdir()]
    assert max(sizes) < 3_000_000
    assert sum(sizes) < 6_000_000


@pytest.mark.parametrize("name", [n for n in FILES if n.endswith((".csv", ".geojson", ".toml"))])
def test_committed_text_files_are_those_that_the_script_writes(fresh, name):
    """Text files are the same to the byte."""
    assert (fresh / name).read_bytes() == data_path("demo", name).read_bytes()


@pytest.mark.parametrize("name", [n for n in FILES if n.endswith(".xlsx")])
def test_committed_workbooks_are_those_that_the_script_writes(fresh, name):
    """Workbooks hold the same cells; their zip bytes may differ between library versions."""
    assert cells(fresh / name) == cells(data_path("demo", name))


def test_committed_compounds_are_those_that_the_script_writes(fresh):
    """The GeoPackage holds the same rows; its bytes may differ between GDAL versions."""
    ours, theirs = (
        gpd.read_file(folder / "compounds.gpkg") for folder in (fresh, data_path("demo"))
    )
    assert ours.crs == theirs.crs == "EPSG:4490"
    assert ours.drop(columns="geometry").equals(theirs.drop(columns="geometry"))
    assert ours.geometry.geom_equals_exact(theirs.geometry, 1e-9).all()


def test_committed_streets_are_those_that_the_script_writes(fresh):
    """The street extract holds the same nodes and ways; its bytes may differ between zlibs."""
    name = "streets.osm.pbf"
    if (fresh / name).read_bytes() == data_path("demo", name).read_bytes():
        return
    assert street_content(fresh / name) == street_content(data_path("demo", name))


@pytest.mark.long
def test_two_generations_are_the_same_to_the_byte(fresh, tmp_path):
    """On one machine a second generation gives the same bytes, binary files included."""
    build_demo(tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (fresh / name).read_bytes(), name


def test_towns_divide_the_district_exactly():
    """The 14 units overlap nowhere and leave nothing between them; the district has 372 km²."""
    assert len(TOWNS) == 14
    total = sum(town.outline.area for town in TOWNS)
    assert total == pytest.approx(district().area, rel=1e-9)
    assert district().geom_type == "Polygon"
    assert total / 1e6 == pytest.approx(372, abs=1)


def test_people_add_up_by_town_and_to_the_district(place):
    """Each town meets its own total and the district has 2.65 million residents."""
    by_town = Counter()
    for home in place.homes:
        by_town[TOWNS[home.town].name] += home.people
    assert by_town == Counter({town.name: town.population for town in TOWNS})
    assert sum(by_town.values()) == 2_650_000


def test_the_district_has_the_size_of_minhang(place, outlets):
    """Compounds, markets, outlets, centres and workplaces come in Minhang's numbers."""
    assert 1050 <= len(place.homes) <= 1150
    assert len(outlets.markets) == 110
    assert 900 <= len(outlets.breakfast) <= 1500
    assert len({row.category for row in outlets.breakfast}) == 10
    assert len(outlets.centres) == 62
    assert 20 < sum(bool(row.details["has_point"]) for row in outlets.centres) < 55
    assert {row.category for row in outlets.hosts} == {"便利店", "超市", "社区食堂", "轨道站出入口"}
    assert {row.category for row in outlets.outside} == {"菜市场", "早餐网点", "家政服务点"}
    assert all(row.town < 0 for row in outlets.outside)
    kinds = Counter(work.category for work in place.workplaces)
    assert set(kinds) == {"写字楼", "产业园区", "轨道站", "学校", "医院"}


def test_compounds_lie_in_their_towns_and_never_overlap(place):
    """Every outline lies inside the district, off the river, and touches no other."""
    outlines = np.array([shapely.Polygon(home.corners) for home in place.homes])
    assert shapely.is_valid(outlines).all()
    pairs = shapely.STRtree(outlines).query(outlines, predicate="overlaps")
    assert pairs.shape[1] == 0
    assert not shapely.intersects(river_area(), outlines).any()


def test_some_compounds_share_a_name_across_towns_but_never_within_one(place):
    """A name alone does not tell which compound is meant; with its town it does."""
    names = Counter(home.name for home in place.homes)
    pairs = Counter((home.town, home.name) for home in place.homes)
    assert max(pairs.values()) == 1
    assert sum(count > 1 for count in names.values()) >= 3


def test_streets_have_the_size_of_a_district(place, streets):
    """There are 60,000-100,000 walkable segments, dead ends, and a few detached islands."""
    _, segments, lengths = streets
    assert 60_000 <= len(segments) <= 100_000
    assert lengths.min() > 0.1
    degree = np.bincount(segments.ravel())
    assert (degree == 1).sum() > 1000
    _, parts = connected_components(graph(streets), directed=False)
    sizes = np.bincount(parts[np.unique(segments)])
    assert 5 <= (sizes > 0).sum() <= 40
    assert sizes.max() / sizes.sum() > 0.98


def test_barriers_are_crossed_only_at_bridges_and_tunnels(place):
    """Nothing crosses river, canals, expressway or railway but a tagged bridge or tunnel."""
    places = np.array(place.book.places)
    plain = [way for way in place.ways if not {"bridge", "tunnel"} & dict(way.tags).keys()]
    lines = np.array([shapely.LineString(places[list(way.nodes)]) for way in plain])
    for barrier in [*(b.line for b in BARRIERS), river_area()]:
        assert not shapely.intersects(barrier, lines).any()
    over_river = [
        way for way in place.ways
        if river_area().intersects(shapely.LineString(places[list(way.nodes)]))
    ]  # fmt: skip
    assert len(over_river) == 5
    assert all(dict(way.tags)["bridge"] == "yes" for way in over_river)


def test_a_closed_gate_leads_to_no_street(place):
    """Closed gates are no street nodes; every compound has an open one."""
    gated = [home for home in place.homes if home.gates]
    assert all(any(gate.is_open for gate in home.gates) for home in gated)
    closed = [gate for home in gated for gate in home.gates if not gate.is_open]
    assert len(closed) > 100
    assert all(gate.node == -1 for gate in closed)


def test_about_a_fifth_lack_a_breakfast_outlet_within_500_metres(place, outlets, streets):
    """Walked along the streets, 75-85 % have an outlet within 500 m and some lack one in 1 km."""
    people = np.array([home.people for home in place.homes])
    outside = [row for row in outlets.outside if row.category == "早餐网点"]
    rows = [row for row in outlets.breakfast if row.category != "外卖"] + outside
    walk = walks(place, streets, rows)
    within = {limit: people[walk <= limit].sum() / people.sum() for limit in (500, 1000)}
    assert 0.75 < within[500] < 0.85
    assert 0.88 < within[1000] < 0.97
    assert np.isinf(walk).sum() == 8


def test_breakfast_is_declared_in_gcj02_and_lies_in_its_towns():
    """Shifted back from GCJ-02, all but the few planted rows lie in the town that they name."""
    text = data_path("demo", "breakfast.csv").read_bytes().decode("gb18030")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["经度"]]
    lon, lat = (np.array([float(row[name]) for row in rows]) for name in ("经度", "纬度"))
    points = shapely.points(np.column_stack(gcj02_to_wgs84(lon, lat)))
    towns = gpd.read_file(data_path("demo", "towns.geojson")).set_index("街镇名称").geometry
    named = np.array([row["街镇"] in towns.index for row in rows])
    far = [
        shapely.distance(towns[row["街镇"]], point)
        for row, point, is_named in zip(rows, points, named, strict=True)
        if is_named
    ]
    assert (~named).sum() == 5
    assert 3 <= sum(distance > 0.003 for distance in far) <= 6


def test_streams_of_chance_do_not_disturb_one_another():
    """A stream gives the same draws however much another one is used."""
    alone = Chance("one").shares(5)
    Chance("two").shares(1000)
    assert (Chance("one").shares(5) == alone).all()
    assert not (Chance("two").shares(5) == alone).any()


def test_streets_run_in_many_directions(streets):
    """No tenth of a right angle holds a fifth of the streets' length, as in a grid it would."""
    places, segments, lengths = streets
    steps = places[segments[:, 1]] - places[segments[:, 0]]
    turns = np.degrees(np.arctan2(steps[:, 1], steps[:, 0])) % 90.0
    shares = np.bincount((turns // 9.0).astype(int), weights=lengths) / lengths.sum()
    assert shares.max() < 0.2


def test_the_extract_holds_what_a_map_is_drawn_from():
    """River, canals, parks, works, metro with stations are in it, and most streets have a name."""
    nodes, ways = street_content(data_path("demo", "streets.osm.pbf"))
    tags = [dict(tags) for *_, tags in [*nodes, *ways]]
    counts = Counter(pair for tag in tags for pair in tag.items())
    assert counts["railway", "subway"] == 5
    assert counts["railway", "station"] >= 40
    assert counts["waterway", "canal"] >= 10
    for pair in (("natural", "water"), ("leisure", "park"), ("landuse", "industrial")):
        assert counts[pair] >= 50, pair
    classes = {"primary", "secondary", "tertiary", "residential", "unclassified"}
    streets = [tag for tag in tags if tag.get("highway") in classes]
    assert sum("name" in tag for tag in streets) > 0.7 * len(streets)
    stations = [tag["name"] for tag in tags if tag.get("railway") == "station"]
    assert len(set(stations)) == len(stations)
