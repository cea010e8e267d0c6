"""A layer opens in its colours: the style inside the GeoPackage, and the project beside it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from xml.etree import ElementTree as ET

import geopandas as gpd
import pytest
from shapely import Point

from livelihood_map.core.io import write_geopackage
from livelihood_map.core.qgis_style import ProjectLayer, StyleClass, project_content
from livelihood_map.load.files.layers import read_layer

DAY = dt.date(2023, 6, 30)
CLASSES = [
    StyleClass("500 米内", "tier_m", 500.0, "#aab5df", "#777f9c"),
    StyleClass("1000 米内", "tier_m", 1000.0, "#e87d1e", "#a25715"),
]
NAMES = (
    "id f_table_catalog f_table_schema f_table_name f_geometry_column styleName styleQML styleSLD"
    " useAsDefault description owner ui update_time"
)


@pytest.fixture
def layer(tmp_path):
    """Return a GeoPackage of two discs with its style."""
    discs = [Point(121.4, 31.1).buffer(0.01 * size) for size in (1, 2)]
    table = gpd.GeoDataFrame({"tier_m": [500.0, 1000.0]}, geometry=discs, crs=4326)
    path = tmp_path / "areas.gpkg"
    return write_geopackage(table, path, date=DAY, style=("步行范围", CLASSES))


def test_the_style_table_is_the_one_that_qgis_reads(layer):
    """Its columns bear QGIS's names, it is registered, and the style is the layer's default."""
    with sqlite3.connect(layer) as book:
        columns = [row[1] for row in book.execute("PRAGMA table_info(layer_styles)")]
        told = book.execute("SELECT * FROM layer_styles").fetchall()
        kind = book.execute(
            "SELECT data_type, srs_id FROM gpkg_contents WHERE table_name = 'layer_styles'"
        ).fetchone()
        (geometry,) = book.execute("SELECT column_name FROM gpkg_geometry_columns").fetchone()
    book.close()
    assert columns == NAMES.split()
    (row,) = (dict(zip(columns, one, strict=True)) for one in told)
    assert kind == ("attributes", 0)
    assert (row["f_table_name"], row["f_geometry_column"]) == ("areas", geometry)
    assert (row["f_table_catalog"], row["f_table_schema"], row["useAsDefault"]) == ("", "", 1)


def test_both_styles_hold_every_class_with_its_colour(layer):
    """Each class is a rule with its filter, text and fill, in QGIS's form and in SLD."""
    with sqlite3.connect(layer) as book:
        qml, sld = book.execute("SELECT styleQML, styleSLD FROM layer_styles").fetchone()
    book.close()
    root = ET.fromstring(qml)  # noqa: S314  (ours)
    rules = root.findall(".//rule")
    assert [rule.get("filter") for rule in rules] == ['"tier_m" = 500', '"tier_m" = 1000']
    assert [rule.get("label") for rule in rules] == ["500 米内", "1000 米内"]
    fills = [one.get("value") for one in root.findall(".//Option[@name='color']")]
    assert fills == ["170,181,223,255", "232,125,30,255"]
    space = {"sld": "http://www.opengis.net/sld"}
    shown = ET.fromstring(sld).findall(".//sld:CssParameter[@name='fill']", space)  # noqa: S314
    assert [one.text for one in shown] == ["#e87d1e", "#aab5df"]


def test_a_styled_layer_is_read_and_written_as_before(layer, tmp_path):
    """The layer holds its rows, and a second writing gives the same bytes."""
    assert len(read_layer(layer, layer=None, encoding=None).cells) == 2
    table = gpd.read_file(layer, layer="areas")
    assert table["tier_m"].tolist() == [500.0, 1000.0]
    (tmp_path / "again").mkdir()
    again = write_geopackage(
        table, tmp_path / "again" / "areas.gpkg", date=DAY, style=("步行范围", CLASSES)
    )
    assert again.read_bytes() == layer.read_bytes()


def test_a_project_names_layers_beside_it():
    """Each layer of the project leads to a file beside it, and one is shown at first."""
    layers = [
        ProjectLayer(name, f"areas.gpkg|layername=areas|subset={name}", CLASSES, is_shown=shown)
        for name, shown in (("甲", True), ("乙", False))
    ]
    root = ET.fromstring(project_content("区", layers))  # noqa: S314  (ours)
    sources = [one.text for one in root.findall(".//maplayer/datasource")]
    assert all(source.startswith("./areas.gpkg|layername=areas") for source in sources)
    shown = [one.get("checked") for one in root.findall(".//layer-tree-layer")]
    assert shown == ["Qt::Checked", "Qt::Unchecked"]
