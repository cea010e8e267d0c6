"""What the base map shows beside the streets: areas, lines and points of an extract."""

from __future__ import annotations

import geopandas as gpd
import pytest
from geopandas.testing import assert_geodataframe_equal
from shapely import LineString, box

from livelihood_map.core.crs import local_transverse_mercator
from livelihood_map.core.errors import CrsError, SourceError
from livelihood_map.core.settings import StreetSource
from livelihood_map.load.osm.base_features import load_base_features

CRS = local_transverse_mercator(121.4666667)
_AREA = box(499_000, 3_429_000, 501_000, 3_431_000)


def _square(number: int, lon: float, lat: float, side: float, *tags: tuple[str, str]) -> str:
    corners = [(lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side)]
    first = number * 10
    nodes = "".join(
        f'<node id="{first + i}" lat="{y}" lon="{x}" version="1"/>'
        for i, (x, y) in enumerate(corners)
    )
    refs = "".join(f'<nd ref="{first + i}"/>' for i in (0, 1, 2, 3, 0))
    written = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags)
    return nodes, f'<way id="{number}" version="1">{refs}{written}</way>'


@pytest.fixture
def extract(tmp_path):
    """Return an extract with a lake, a park, a puddle, a building and a lake far away."""
    things = [
        _square(1, 121.466, 30.985, 0.002, ("natural", "water")),
        _square(2, 121.469, 30.985, 0.001, ("leisure", "park")),
        _square(3, 121.471, 30.985, 0.0001, ("natural", "water")),
        _square(4, 121.472, 30.985, 0.002, ("building", "yes")),
        _square(5, 121.900, 30.985, 0.002, ("natural", "water")),
    ]
    body = "".join(nodes for nodes, _ in things) + "".join(way for _, way in things)
    (tmp_path / "town.osm").write_text(
        f'<?xml version="1.0"?><osm version="0.6">{body}</osm>', encoding="utf-8"
    )
    return StreetSource(path="town.osm")


def _load(source, base):
    return load_base_features(source, area=_AREA, margin_m=1000, crs=CRS, base=base)


def test_lakes_and_parks_are_found_puddles_are_not(extract, tmp_path):
    """Water and green of some size near the district are kept, with their kind, in metres."""
    ground = _load(extract, tmp_path)
    assert ground["kind"].tolist() == ["park", "water"]
    assert ground.crs == CRS
    assert ground.area.tolist() == pytest.approx([95.5 * 110.9, 191 * 221.8], rel=0.02)


def test_areas_are_cut_at_the_edge_of_the_map(extract, tmp_path):
    """Nothing reaches beyond the margin."""
    ground = load_base_features(
        extract, area=box(500_000, 3_428_000, 500_100, 3_440_000), margin_m=20, crs=CRS,
        base=tmp_path,
    )  # fmt: skip
    west, _, east, _ = ground.total_bounds
    assert west >= 499_980 - 1
    assert east <= 500_120 + 1


def test_without_streets_there_is_no_base_map(tmp_path):
    """Nothing is drawn where nothing was given."""
    assert len(_load(None, tmp_path)) == 0


def test_a_layer_of_lines_gives_its_expressways(tmp_path):
    """Roads that nobody walks are drawn, with their names; tunnels and walked streets are not."""
    rows = [
        ("motorway", "绕城高速", "F", 0.000),
        ("匝道", None, "F", 0.001),
        ("motorway", "越江隧道", "T", 0.002),
        ("primary", "人民路", "F", 0.003),
    ]
    layer = gpd.GeoDataFrame(
        {
            "fclass": [kind for kind, *_ in rows],
            "Name": [name for _, name, *_ in rows],
            "tunnel": [tunnel for *_, tunnel, _ in rows],
        },
        geometry=[LineString([(121.46, 30.985 + y), (121.475, 30.985 + y)]) for *_, y in rows],
        crs=4326,
    )
    layer.to_file(tmp_path / "roads.gpkg")
    roads = _load(StreetSource(path="roads.gpkg"), tmp_path)
    assert roads["kind"].tolist() == ["expressway", "ramp"]
    assert roads["name"].fillna("").tolist() == ["绕城高速", ""]
    layer.iloc[::-1].to_file(tmp_path / "turned.gpkg")
    assert_geodataframe_equal(roads, _load(StreetSource(path="turned.gpkg"), tmp_path))


def test_an_absent_extract_is_named(tmp_path):
    """The message names the file."""
    with pytest.raises(SourceError, match=r"none\.osm"):
        _load(StreetSource(path="none.osm"), tmp_path)


def test_a_damaged_extract_is_named(tmp_path):
    """A file that is not OpenStreetMap data is refused by name."""
    (tmp_path / "bad.osm").write_text("<osm version='0.6'><node", encoding="utf-8")
    with pytest.raises(SourceError, match=r"bad\.osm"):
        _load(StreetSource(path="bad.osm"), tmp_path)


def _way(number: int, places: list[tuple[float, float]], **tags: str) -> str:
    first = number * 10
    nodes = "".join(
        f'<node id="{first + i}" lat="{y}" lon="{x}" version="1"/>'
        for i, (x, y) in enumerate(places)
    )
    refs = "".join(f'<nd ref="{first + i}"/>' for i in range(len(places)))
    return nodes, f'<way id="{number}" version="1">{refs}{_tagged(tags)}</way>'


def _tagged(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key.replace("_", ":")}" v="{v}"/>' for key, v in tags.items())


def _write(folder, things: list[tuple[str, str]], *nodes: str) -> StreetSource:
    body = "".join((*nodes, *(one for one, _ in things), *(way for _, way in things)))
    text = f'<?xml version="1.0"?><osm version="0.6">{body}</osm>'
    (folder / "lines.osm").write_text(text, encoding="utf-8")
    return StreetSource(path="lines.osm")


_ACROSS = [(121.462, 30.99), (121.472, 30.99)]


def test_lines_have_kind_and_names(tmp_path):
    """A metro line in its tunnel, an elevated road and a river are there, with both names."""
    source = _write(
        tmp_path,
        [
            _way(1, _ACROSS, railway="subway", tunnel="yes", name="1号线", name_en="Line 1"),
            _way(2, _ACROSS, highway="motorway", bridge="yes", name="沪闵高架路"),
            _way(3, _ACROSS, waterway="river", name="蒲汇塘"),
        ],
    )
    lines = _load(source, tmp_path).set_index("kind")
    assert lines["name"].to_dict() == {
        "expressway": "沪闵高架路",
        "metro": "1号线",
        "river": "蒲汇塘",
    }
    assert lines.loc["metro", "name_en"] == "Line 1"


def test_what_a_tunnel_hides_is_left_out(tmp_path):
    """A stream under the ground and a road through a tunnel are not drawn; nor is a walked way."""
    source = _write(
        tmp_path,
        [
            _way(1, _ACROSS, waterway="stream", tunnel="culvert"),
            _way(2, _ACROSS, highway="motorway_link", tunnel="yes"),
            _way(3, _ACROSS, highway="trunk"),
        ],
    )
    assert len(_load(source, tmp_path)) == 0


def test_stations_and_places_are_points(tmp_path):
    """A station is one whether it is mapped as a point or as an area."""
    node = '<node id="7" lat="30.989" lon="121.467" version="1"><tag k="{}" v="{}"/>{}</node>'
    named = '<tag k="name" v="莘庄"/>'
    source = _write(
        tmp_path,
        [_square(2, 121.468, 30.986, 0.001, ("railway", "station"), ("name", "春申路"))],
        node.format("railway", "station", named),
        node.replace("7", "8", 1).format("place", "suburb", named),
    )
    points = _load(source, tmp_path)
    assert sorted(zip(points["kind"], points["name"], strict=True)) == [
        ("place", "莘庄"),
        ("station", "春申路"),
        ("station", "莘庄"),
    ]
    assert set(points.geom_type) == {"Point"}


def test_the_sea_lies_to_the_right_of_its_shore(tmp_path):
    """Where an extract has a coast, the side on its right hand is water."""
    source = _write(tmp_path, [_way(1, [(121.4, 30.99), (121.6, 30.99)], natural="coastline")])
    sea = _load(source, tmp_path)
    assert sea["kind"].tolist() == ["water"]
    assert sea.total_bounds[3] == pytest.approx(3_430_120, abs=300)
    assert sea.total_bounds[1] == pytest.approx(3_428_000, abs=1)


def test_a_geographic_crs_is_refused(extract, tmp_path):
    """Areas are measured, so the CRS must be metric."""
    with pytest.raises(CrsError):
        load_base_features(extract, area=_AREA, margin_m=1000, crs="EPSG:4326", base=tmp_path)
