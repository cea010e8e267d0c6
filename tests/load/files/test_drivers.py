"""A layer is opened only as what its name says, and nothing in it leads elsewhere."""

from __future__ import annotations

import json
import sqlite3
import warnings
import zipfile
from contextlib import suppress

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from fuzz_guard import Trap
from register_files import as_layer, take

from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import LANGS
from livelihood_map.load.files.layers import read_layer
from livelihood_map.load.osm.elevation import _heights

POINT = {"type": "Point", "coordinates": [121.39, 31.14]}
COLLECTION = {
    "type": "FeatureCollection",
    "features": [{"type": "Feature", "properties": {"网点名称": "甲记"}, "geometry": POINT}],
}
VRT = """<OGRVRTDataSource><OGRVRTLayer name="secret">
<SrcDataSource>{target}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""
RASTER = """<VRTDataset rasterXSize="2" rasterYSize="2"><VRTRasterBand dataType="Float32" band="1">
<SimpleSource><SourceFilename>{target}</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"""


@pytest.fixture
def trap():
    """Return a server that must not be asked, and see that it was not."""
    trap = Trap()
    yield trap
    trap.close()
    assert trap.asked == []


@pytest.fixture
def secret(tmp_path):
    """Return a file outside the folder of the office, of the kind that could be read."""
    (tmp_path / "outside").mkdir()
    path = tmp_path / "outside" / "secret.geojson"
    path.write_text(json.dumps(COLLECTION), "utf-8")
    return str(path)


@pytest.fixture
def office(tmp_path):
    """Return the folder of the office."""
    (tmp_path / "office").mkdir()
    return tmp_path / "office"


def read(path, layer=None):
    """Return the layer of a file."""
    return read_layer(path, layer=layer, encoding=None)


def refusal(action):
    """Return the error with which something is refused."""
    with pytest.raises(SourceError) as caught:
        action()
    return caught.value


def linked(crs, **more):
    """Return the collection with a statement of its coordinate system."""
    return json.dumps({**COLLECTION, "crs": crs, **more})


def test_the_trap_snaps(tmp_path, secret):
    """The trap and the file outside are real: GDAL by itself follows a VRT to either."""
    trap = Trap()
    for name, target in (("a.gpkg", secret), ("b.gpkg", f"/vsicurl/{trap.url}")):
        (tmp_path / name).write_text(VRT.format(target=target), "utf-8")
    assert len(gpd.list_layers(tmp_path / "a.gpkg")) == 1
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("ignore")
        gpd.read_file(tmp_path / "b.gpkg")
    trap.close()
    assert trap.asked


@pytest.mark.parametrize("suffix", ["gpkg", "geojson", "json", "shp", "zip", "vrt", "kml"])
@pytest.mark.parametrize("is_far", [True, False])
def test_a_vrt_under_any_name_is_refused(office, trap, secret, suffix, is_far):
    """A file that only points elsewhere is refused in words, whatever its ending."""
    target = f"/vsicurl/{trap.url}" if is_far else secret
    path = office / f"a.{suffix}"
    path.write_text(VRT.format(target=target), "utf-8")
    refused = refusal(lambda: read(path))
    assert all(path.name in refused.text(lang) for lang in LANGS)


def test_a_vrt_in_a_zip_is_refused(office, trap, secret):
    """A zip gives only layers of the known formats, each tested as if it stood alone."""
    for name in ("a.vrt", "a.gpkg", "a.geojson", "a.shp"):
        with zipfile.ZipFile(office / "a.zip", "w") as parts:
            parts.writestr(name, VRT.format(target=secret))
            parts.writestr("b.vrt", VRT.format(target=f"/vsicurl/{trap.url}"))
        assert refusal(lambda: read(office / "a.zip"))


@pytest.mark.parametrize("place", ["collection", "shape", "twice"])
def test_a_link_to_a_coordinate_system_is_not_followed(office, trap, place):
    """A crs link to the network is refused, wherever it stands; the remedy is another export."""
    link = {"type": "link", "properties": {"href": trap.url, "type": "proj4"}}
    if place == "collection":
        text = linked(link)
    elif place == "shape":
        feature = {"type": "Feature", "properties": {}, "geometry": {**POINT, "crs": link}}
        text = json.dumps({**COLLECTION, "features": [feature]})
    else:
        text = linked(link)[:-1] + ', "crs": null}'
    (office / "a.geojson").write_text(text, "utf-8")
    found = refusal(lambda: read(office / "a.geojson")).key
    assert found == ("load.json_broken" if place == "twice" else "load.crs_link")


@pytest.mark.parametrize("name", ["{url}", "{secret}", "/vsicurl/{url}", "IMPORT_FROM_WKT:{url}"])
def test_a_name_of_a_coordinate_system_is_no_path(office, trap, secret, name):
    """A name that is an address or a path is refused as a link is."""
    named = {"type": "name", "properties": {"name": name.format(url=trap.url, secret=secret)}}
    (office / "a.geojson").write_text(linked(named), "utf-8")
    assert refusal(lambda: read(office / "a.geojson")).key == "load.crs_link"


@pytest.mark.parametrize(
    "name",
    ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4549", "EPSG:4490", "OGC:CRS84"],
)
def test_a_plain_name_of_a_coordinate_system_is_taken(office, name):
    """What programs write by themselves is read as before."""
    named = {"type": "name", "properties": {"name": name}}
    (office / "a.geojson").write_text(linked(named), "utf-8")
    assert read(office / "a.geojson").crs is not None


@pytest.mark.parametrize(
    "bait",
    [
        VRT.format(target="{secret}").replace('"', "'"),
        "gdal_streamed_alg",
        "<kml><NetworkLink>",
    ],
)
def test_other_formats_are_not_seen_in_the_texts_of_a_collection(office, secret, bait):
    """A cell that holds the mark of another format is a cell, and reads as it stands."""
    text = json.dumps({"网点名称": bait.format(secret=secret)}, ensure_ascii=False)
    feature = {"type": "Feature", "properties": json.loads(text), "geometry": POINT}
    (office / "a.geojson").write_text(json.dumps({**COLLECTION, "features": [feature]}), "utf-8")
    table = read(office / "a.geojson")
    assert table.cells["网点名称"].tolist() == [bait.format(secret=secret)]


def test_a_streamed_command_is_no_collection(office, trap, secret):
    """JSON that tells GDAL to run a command elsewhere is refused, with features or without."""
    for target in (trap.url, secret):
        command = {
            "type": "gdal_streamed_alg",
            "command_line": f"gdal vector pipeline ! read {target} ! write streamed_dataset",
            "features": COLLECTION["features"],
        }
        (office / "a.geojson").write_text(json.dumps(command), "utf-8")
        assert refusal(lambda: read(office / "a.geojson")).key == "load.geojson_no_features"


def test_a_geopackage_whose_tables_lead_out_is_refused(office, secret):
    """A GeoPackage with a table that stands for another file is refused by the table's name."""
    as_layer("GPKG")(office / "a.gpkg")
    assert len(read(office / "a.gpkg").cells) == 3
    base = sqlite3.connect(office / "a.gpkg")
    base.execute("PRAGMA writable_schema = 1")
    base.execute(
        "INSERT INTO sqlite_master VALUES ('table', 'lure', 'lure', 0, ?)",
        (f"CREATE VIRTUAL TABLE lure USING VirtualOGR('{secret}')",),
    )
    base.commit()
    base.close()
    refused = refusal(lambda: read(office / "a.gpkg"))
    assert refused.key == "load.layer_leads_out"
    assert "lure" in refused.text("zh")


@pytest.mark.parametrize(
    "path", ["/vsicurl/{url}", "/vsizip/vsicurl/{url}", "{url}", "GeoJSON:{url}"]
)
def test_an_address_is_no_path(office, trap, path):
    """A register named by an address is a file that is not there."""
    assert refusal(lambda: take(office, path.format(url=trap.url))).key == "load.no_file"


@pytest.mark.parametrize("is_far", [True, False])
def test_heights_come_from_a_geotiff_alone(office, trap, secret, is_far):
    """A raster that only points elsewhere is refused in words, under the name of a GeoTIFF."""
    target = f"/vsicurl/{trap.url}" if is_far else secret
    (office / "a.tif").write_text(RASTER.format(target=target), "utf-8")
    assert (
        refusal(
            lambda: _heights(office / "a.tif", np.zeros((1, 2)), rasterio.CRS.from_epsg(4326))
        ).key
        == "load.raster_broken"
    )


def test_a_zip_gives_its_layer_as_the_file_alone_does(office):
    """A Shapefile in a zip, in a folder of it or not, is read as beside the settings."""
    as_layer("ESRI Shapefile")(office / "outlets.shp")
    alone = read(office / "outlets.shp")
    with zipfile.ZipFile(office / "a.zip", "w") as parts:
        for part in office.glob("outlets.*"):
            parts.write(part, f"资料/{part.name}")
        parts.writestr("说明.txt", "…")
    zipped = read(office / "a.zip", "outlets")
    assert zipped.cells.equals(alone.cells)
    assert (zipped.source, zipped.sheet) == ("a.zip", "outlets")
    assert refusal(lambda: read(office / "a.zip", "roads")).key == "load.no_layer"


@pytest.mark.parametrize("wrong", [{"type": None, "geometry": POINT}, [], "x", {"type": "Point"}])
def test_what_is_no_feature_is_not_dropped_without_a_word(office, wrong):
    """An item that GDAL would pass over is named by its number."""
    text = json.dumps({**COLLECTION, "features": [*COLLECTION["features"], wrong]})
    (office / "a.geojson").write_text(text, "utf-8")
    refused = refusal(lambda: read(office / "a.geojson"))
    assert refused.key == "load.geojson_no_feature"
    assert refused.values["row"] == 2
