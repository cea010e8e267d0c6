"""Water and green below the streets."""

from __future__ import annotations

import pytest
from shapely import box

from livelihood_map.core.crs import local_transverse_mercator
from livelihood_map.core.errors import CrsError, SourceError
from livelihood_map.core.settings import StreetSource
from livelihood_map.load.osm.landcover import load_ground

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
    return load_ground(source, area=_AREA, margin_m=1000, crs=CRS, base=base)


def test_lakes_and_parks_are_found_puddles_are_not(extract, tmp_path):
    """Water and green of some size near the district are kept, with their kind, in metres."""
    ground = _load(extract, tmp_path)
    assert ground["kind"].tolist() == ["green", "water"]
    assert ground.crs == CRS
    assert ground.area.tolist() == pytest.approx([95.5 * 110.9, 191 * 221.8], rel=0.02)


def test_areas_are_cut_at_the_edge_of_the_map(extract, tmp_path):
    """Nothing reaches beyond the margin."""
    ground = load_ground(
        extract, area=box(500_000, 3_428_000, 500_100, 3_440_000), margin_m=20, crs=CRS,
        base=tmp_path,
    )  # fmt: skip
    west, _, east, _ = ground.total_bounds
    assert west >= 499_980 - 1
    assert east <= 500_120 + 1


@pytest.mark.parametrize("source", [None, StreetSource(path="streets.geojson")])
def test_without_an_extract_there_is_no_ground(source, tmp_path):
    """Street layers hold streets only; the base map then has neither water nor green."""
    assert len(_load(source, tmp_path)) == 0


def test_an_absent_extract_is_named(tmp_path):
    """The message names the file."""
    with pytest.raises(SourceError, match=r"none\.osm"):
        _load(StreetSource(path="none.osm"), tmp_path)


def test_a_damaged_extract_is_named(tmp_path):
    """A file that is not OpenStreetMap data is refused by name."""
    (tmp_path / "bad.osm").write_text("<osm version='0.6'><node", encoding="utf-8")
    with pytest.raises(SourceError, match=r"bad\.osm"):
        _load(StreetSource(path="bad.osm"), tmp_path)


def test_a_geographic_crs_is_refused(extract, tmp_path):
    """Areas are measured, so the CRS must be metric."""
    with pytest.raises(CrsError):
        load_ground(extract, area=_AREA, margin_m=1000, crs="EPSG:4326", base=tmp_path)
