"""Parcels and exclusion areas are read from layers that the office draws."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import Point, Polygon, box

from livelihood_map.core.crs import local_transverse_mercator
from livelihood_map.core.errors import SourceError
from livelihood_map.load.parcels import load_excluded_areas, load_parcels

CRS = local_transverse_mercator(121.4666667)
HERE = Point(121.46, 31.1)


def write(folder, *rows):
    """Write a layer of (columns, shape) in longitude and latitude, and return its name."""
    table = gpd.GeoDataFrame(
        [columns for columns, _ in rows], geometry=[shape for _, shape in rows], crs=4326
    )
    table.to_file(folder / "drawn.geojson")
    return "drawn.geojson"


def test_parcels_keep_names_ids_and_marks(tmp_path):
    """Chinese headings are read; what is not written is numbered, or means no."""
    name = write(
        tmp_path,
        ({"名称": "莘庄地块", "地块编号": "A7", "必选": "是", "排除": None}, HERE),
        (
            {"名称": None, "地块编号": None, "必选": None, "排除": "√"},
            box(121.4, 31.1, 121.41, 31.11),
        ),
    )
    parcels = load_parcels(name, crs=CRS, base=tmp_path)
    assert parcels.drop(columns="geometry").to_numpy().tolist() == [
        ["A7", "莘庄地块", True, False],
        ["2", "", False, True],
    ]
    assert parcels.crs == CRS


def test_nothing_is_read_without_a_layer(tmp_path):
    """Without a setting there is neither parcel nor area."""
    assert load_parcels(None, crs=CRS, base=tmp_path) is None
    assert load_excluded_areas(None, crs=CRS, base=tmp_path) is None


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([({"编号": "a"}, HERE), ({"编号": "a"}, HERE)], "第 2 行.*“a”重复"),
        ([({"必选": "也许"}, HERE)], "第 1 行“必选”列.*也许"),
        ([({"名称": "x"}, HERE), ({"名称": "y"}, None)], "第 2 行：没有图形"),
    ],
)
def test_a_faulty_parcel_is_named(rows, said, tmp_path):
    """A repeated id, an unreadable mark and a missing shape are shown with their row."""
    with pytest.raises(SourceError, match=said):
        load_parcels(write(tmp_path, *rows), crs=CRS, base=tmp_path)


def test_an_exclusion_area_must_be_an_area(tmp_path):
    """A point cannot exclude anything; its row and what it is are named."""
    area = {"名称": "保护区"}, box(121.4, 31.1, 121.41, 31.11)
    found = load_excluded_areas(write(tmp_path, area), crs=CRS, base=tmp_path)
    assert found["name"].tolist() == ["保护区"]
    with pytest.raises(SourceError, match=r"第 2 行.*Point"):
        load_excluded_areas(write(tmp_path, area, ({"名称": "点"}, HERE)), crs=CRS, base=tmp_path)


def test_an_area_is_mended_where_it_is_measured(tmp_path):
    """An area that crosses itself only once it is laid out in metres is mended all the same."""
    bow = Polygon([(121.351, 31.15), (121.35, 31.149), (0, 31.149), (121.349, 31.1500001)])
    found = load_excluded_areas(write(tmp_path, ({"名称": "长条"}, bow)), crs=CRS, base=tmp_path)
    assert found.geometry.is_valid.all()
