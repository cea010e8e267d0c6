"""Awkward files for every reader: one fault each, with what must be said of it.

The registers of outlets have their own in `awkward_cases`, the Word templates in
`awkward_templates`.
"""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import struct
import zipfile
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import rasterio
from fuzzed_readers import (
    OSM,
    barriers,
    centres,
    csv_of,
    doors_of,
    facilities,
    layer_readings,
    layer_tables,
    osm_pbf,
    residences,
    sheet_of,
    streets,
    totals,
    write_raster,
)
from register_files import as_csv, as_text

from livelihood_map.core.errors import LivelihoodMapError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class AwkwardFile:
    """One awkward file.

    Parameters
    ----------
    reader
        Who reads it.
    fault
        The one thing that is awkward about it.
    file
        Its name.
    write
        Writes it.
    read
        Reads its folder.
    told
        Key of what is said of it: of the refusal, of one of its problems, or of the row that is
        rejected or noted; empty where it is read as if nothing were.
    """

    reader: str
    fault: str
    file: str
    write: Callable[[Path], object]
    read: Callable[[Path], object]
    told: str


def keys_of(result: object) -> set[str]:
    """Return the keys of all that is said of a file, in a refusal or beside its rows."""
    if isinstance(result, LivelihoodMapError):
        inner = [one.key for one in result.problems]
        return {result.key, *inner}
    if isinstance(result, (list, tuple)):
        return set().union(*map(keys_of, result))
    tables = [getattr(result, name, None) for name in ("rejects", "notes", "slips")]
    keys: set[str] = set()
    for table in tables:
        if isinstance(table, pd.DataFrame):
            column = "problem_key" if "problem_key" in table.columns else "slip"
            keys |= set(table[column]) if column in table.columns else set(table["problem"])
    return keys


def changed(content: bytes, *pairs: tuple[str, str]) -> Callable[[Path], object]:
    """Return a writer of a content in which texts are replaced by others."""
    for old, new in pairs:
        assert old.encode() in content, old
        content = content.replace(old.encode(), new.encode())
    return lambda path: path.write_bytes(content)


def held(content: bytes) -> Callable[[Path], object]:
    """Return a writer of a content."""
    return lambda path: path.write_bytes(content)


# ---- OpenStreetMap ----

THINGS = facilities("a.osm", tags={"shop": ["*"]})
HOMES = residences("a.osm", population_total=1000.0)


def osm(fault: str, told: str, *pairs: tuple[str, str], read=THINGS) -> AwkwardFile:
    """Return an awkward extract in XML."""
    return AwkwardFile("OSM XML", fault, "a.osm", changed(OSM.encode(), *pairs), read, told)


OSM_XML = [
    osm("an id that is no number", "load.extract_broken", ('id="21"', 'id="x"')),
    osm(
        "an id beyond 64 bits",
        "streets.osm_broken",
        ('id="22"', f'id="{9 * 10**22}"'),
        read=streets("a.osm"),
    ),
    osm("a latitude of NaN", "load.extract_broken", ('lat="31.14"', 'lat="NaN"')),
    osm("a point off the globe", "no_shape", ('lat="31.14"', 'lat="91"')),
    osm("a tag of 70,000 characters", "load.extract_broken", ('v="bakery"', f'v="{"a" * 70_000}"')),
    osm("an end that is missing", "load.extract_broken", ("</osm>", "")),
    osm("an area whose way is missing", "no_shape", ('ref="24" role', 'ref="99" role')),
    osm(
        "an entity of its own",
        "load.extract_broken",
        ("<osm ", '<!DOCTYPE a [<!ENTITY x "y">]><osm '),
    ),
    osm(
        "no street at all",
        "streets.none_near",
        ('v="residential"', 'v="proposed"'),
        read=streets("a.osm"),
    ),
    osm(
        "buildings without people",
        "load.no_people",
        ('k="building"', 'k="was:building"'),
        read=HOMES,
    ),
    AwkwardFile(
        "OSM XML",
        "a web page named .osm",
        "a.osm",
        as_text("<html><p>503</p></html>"),
        THINGS,
        "load.extract_broken",
    ),
    AwkwardFile(
        "OSM XML",
        "GBK without saying so",
        "a.osm",
        held(OSM.encode("gb18030")),
        THINGS,
        "load.extract_broken",
    ),
]


def pbf(
    fault: str, told: str, write: Callable[[Path], object], read=None, name="a.osm.pbf"
) -> AwkwardFile:
    """Return an awkward extract in binary form."""
    return AwkwardFile(
        "OSM pbf", fault, name, write, read or facilities(name, tags={"shop": ["*"]}), told
    )


PBF = osm_pbf()
OSM_PBF = [
    pbf("cut in the middle", "load.extract_broken", held(PBF[: len(PBF) // 2])),
    pbf("cut in its first bytes", "load.extract_broken", held(PBF[:3])),
    pbf("no byte at all", "load.extract_broken", held(b"")),
    pbf("a blob of 4 GB by its head", "load.extract_broken", held(b"\xff\xff\xff\xff" + PBF[4:])),
    pbf("damage inside a packed blob", "load.extract_broken", held(PBF[:-30] + b"\0" * 30)),
    pbf("XML named .osm.pbf", "load.extract_broken", held(OSM.encode())),
    pbf("a web page named .osm.pbf", "load.extract_broken", as_text("<html></html>")),
    pbf("a zip of it", "load.extract_broken", lambda path: _zipped(path, {"a.osm.pbf": PBF})),
    pbf("damage, read as streets", "streets.osm_broken", held(PBF[:-9]), streets("a.osm.pbf")),
    pbf("damage, read as barriers", "streets.osm_broken", held(PBF[:-9]), barriers("a.osm.pbf")),
]


def _zipped(path: Path, parts: dict[str, bytes]) -> None:
    """Write a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)


# ---- layers ----

LAYERS = layer_tables()


def geojson_of(name: str) -> dict[str, object]:
    """Return a sound layer as GeoJSON."""
    content: dict[str, object] = json.loads(LAYERS[name].to_json())
    return content


def geojson(
    fault: str, told: str, name: str, change: Callable[[dict], object], **more: object
) -> AwkwardFile:
    """Return an awkward GeoJSON: a sound one with something changed."""

    def write(path: Path) -> None:
        content = {**geojson_of(name), **more}
        change(content)
        path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")

    read = layer_readings(".geojson")[name]
    return AwkwardFile("GeoJSON", fault, f"{name}.geojson", write, read, told)


def at(row: int, **parts: object) -> Callable[[dict], object]:
    """Return a change of one feature."""
    return lambda content: content["features"][row].update(parts)


def shaped(row: int, kind: str, coordinates: object) -> Callable[[dict], object]:
    """Return a change of one shape."""
    return at(row, geometry={"type": kind, "coordinates": coordinates})


def star(corners_n: int, step: int) -> list[list[list[float]]]:
    """Return a ring that jumps over its middle again and again."""
    turn = np.arange(corners_n + 1) * step % corners_n * 2 * np.pi / corners_n
    ring = np.column_stack([121.39 + 0.005 * np.cos(turn), 31.14 + 0.005 * np.sin(turn)])
    return [ring.tolist()]


def figure(row: int, **figures: object) -> Callable[[dict], object]:
    """Return a change of one feature's figures."""
    return lambda content: content["features"][row]["properties"].update(figures)


BOW = [
    [[121.389, 31.139], [121.391, 31.141], [121.391, 31.139], [121.389, 31.141], [121.389, 31.139]]
]
GEOJSON = [
    geojson(
        "an unclosed ring",
        "no_shape",
        "homes",
        lambda c: c["features"][1]["geometry"]["coordinates"][0].pop(),
    ),
    geojson("a shape that crosses itself", "shape_mended", "homes", shaped(0, "Polygon", BOW)),
    geojson(
        "3,000 corners that cross all over",
        "shape_tangled",
        "homes",
        shaped(0, "Polygon", star(3001, 1499)),
    ),
    geojson("1e300 people", "out_of_range", "homes", figure(0, 人口=1e300)),
    geojson("fewer than no people", "population_unreadable", "homes", figure(0, 人口=-5)),
    geojson(
        "a shape of one corner", "no_shape", "homes", shaped(0, "Polygon", [[[121.39, 31.14]]])
    ),
    geojson(
        "a corner at infinity",
        "no_shape",
        "homes",
        shaped(0, "Polygon", [[[1e400, 31.1], [121, 31], [121, 30], [1e400, 31.1]]]),
    ),
    geojson("no shape", "no_shape", "homes", at(0, geometry=None)),
    geojson(
        "a coordinate system behind a link",
        "load.crs_link",
        "outlets",
        lambda c: None,
        crs={"type": "link", "properties": {"href": "http://away.example/crs"}},
    ),
    geojson(
        "an item that is no feature",
        "load.geojson_no_feature",
        "outlets",
        lambda c: c["features"].append("x"),
    ),
    geojson(
        "a parcel off the earth", "load.shape_missing", "parcels", shaped(1, "Point", [1e20, 31])
    ),
    geojson("a word that is no edit", "load.edits_unknown", "edits", figure(0, 操作="挖隧道")),
    geojson(
        "a town without an area", "load.town_no_area", "towns", shaped(0, "Point", [121.4, 31.1])
    ),
    AwkwardFile(
        "GeoJSON",
        "brackets 100,000 deep",
        "outlets.geojson",
        as_text("[" * 100_000),
        layer_readings(".geojson")["outlets"],
        "load.json_broken",
    ),
]


def layered(driver: str, name: str, ending: str) -> Callable[[Path], object]:
    """Return a writer of a sound layer."""
    return lambda path: LAYERS[name].to_file(path, driver=driver)


def spoilt(driver: str, name: str, spoil: Callable[[Path], object]) -> Callable[[Path], object]:
    """Return a writer of a sound layer that is spoilt afterwards."""

    def write(path: Path) -> None:
        LAYERS[name].to_file(path, driver=driver)
        spoil(path)

    return write


def told_to(*orders: str) -> Callable[[Path], object]:
    """Return a spoiling of a GeoPackage by orders of SQL."""

    def spoil(path: Path) -> None:
        with closing(sqlite3.connect(path)) as base:
            for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
                base.create_function(name, 1, lambda _: 1)  # what the index of places asks for
            base.execute("PRAGMA writable_schema = 1")
            for order in orders:
                base.execute(order)
            base.commit()

    return spoil


def overwritten(at_byte: int, new: bytes, beside: str = "") -> Callable[[Path], object]:
    """Return a spoiling of a file, or of one beside it, by other bytes at a place."""

    def spoil(path: Path) -> None:
        path = path.with_suffix(beside) if beside else path
        content = bytearray(path.read_bytes())
        content[at_byte : at_byte + len(new)] = new
        path.write_bytes(bytes(content))

    return spoil


def gpkg(fault: str, told: str, write: Callable[[Path], object], name="outlets") -> AwkwardFile:
    """Return an awkward GeoPackage."""
    read = layer_readings(".gpkg")[name]
    return AwkwardFile("GeoPackage", fault, f"{name}.gpkg", write, read, told)


VRT = """<OGRVRTDataSource><OGRVRTLayer name='a'>
<SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""
LURE = """INSERT INTO sqlite_master VALUES
('table', 'lure', 'lure', 0, 'CREATE VIRTUAL TABLE lure USING VirtualOGR(x)')"""
GEOPACKAGE = [
    gpkg("a VRT named .gpkg", "load.layer_other_form", as_text(VRT)),
    gpkg(
        "a GeoJSON named .gpkg", "load.layer_other_form", as_text(json.dumps(geojson_of("outlets")))
    ),
    gpkg(
        "cut in the middle",
        "load.layer_broken",
        spoilt("GPKG", "outlets", lambda path: path.write_bytes(path.read_bytes()[:40_000])),
    ),
    gpkg(
        "no layer in it",
        "load.layer_no_shapes",
        spoilt("GPKG", "outlets", told_to("DELETE FROM gpkg_contents")),
    ),
    gpkg(
        "no record in it",
        "load.empty_register",
        spoilt("GPKG", "homes", told_to("DELETE FROM homes")),
        "homes",
    ),
    gpkg(
        "a table that leads out",
        "load.layer_leads_out",
        spoilt(
            "GPKG",
            "outlets",
            told_to(LURE),
        ),
    ),
    gpkg(
        "a shape of random bytes",
        "no_shape",
        spoilt("GPKG", "homes", told_to("UPDATE homes SET geom = x'00' WHERE fid = 1")),
        "homes",
    ),
    gpkg(
        "another number of the program that wrote it",
        "",
        spoilt("GPKG", "outlets", overwritten(68, b"\0\0\1\0")),
    ),
]


def shp(fault: str, told: str, write: Callable[[Path], object], name="homes") -> AwkwardFile:
    """Return an awkward Shapefile."""
    read = layer_readings(".shp")[name]
    return AwkwardFile("Shapefile", fault, f"{name}.shp", write, read, told)


def esri(spoil: Callable[[Path], object], name: str = "homes") -> Callable[[Path], object]:
    """Return a writer of a Shapefile that is spoilt afterwards."""
    return spoilt("ESRI Shapefile", name, spoil)


SHAPEFILE = [
    shp(
        "no .dbf beside it", "load.dbf_absent", esri(lambda path: path.with_suffix(".dbf").unlink())
    ),
    shp(
        "no .shx beside it",
        "load.layer_broken",
        esri(lambda path: path.with_suffix(".shx").unlink()),
    ),
    shp(
        "a .dbf of three bytes",
        "load.dbf_torn",
        esri(lambda path: path.with_suffix(".dbf").write_bytes(b"\3\0\0")),
    ),
    shp(
        "two columns of one name",
        "load.column_ambiguous",
        esri(overwritten(64, "小区".encode(), ".dbf")),
    ),
    shp("a .cpg of zeros", "", esri(lambda path: path.with_suffix(".cpg").write_text("\0"))),
    shp(
        "a .cpg that names no encoding",
        "",
        esri(lambda path: path.with_suffix(".cpg").write_text("x99")),
    ),
    shp(
        "no .prj, nothing declared",
        "load.datum_missing",
        esri(lambda path: path.with_suffix(".prj").unlink(), "towns"),
        "towns",
    ),
    shp(
        "a .prj of nonsense",
        "load.layer_broken",
        esri(lambda path: path.with_suffix(".prj").write_text("GEOGCS[")),
        "towns",
    ),
    shp("other first bytes", "load.layer_other_form", esri(overwritten(0, b"\0\0\0\0"))),
    shp(
        "cut in the middle",
        "load.no_people",
        esri(lambda path: path.write_bytes(path.read_bytes()[:150])),
    ),
    shp(
        "a ring of a million corners by its head",
        "no_shape",
        esri(overwritten(100 + 8 + 4 + 32 + 4, struct.pack("<i", 10**6))),
    ),
]

# ---- tables ----

HEAD = ["小区名称", "人口", "经度", "纬度"]


def homes_csv(fault: str, told: str, *cells: object, read=None) -> AwkwardFile:
    """Return compounds of which the first row is awkward."""
    rows = [HEAD, list(cells), ["乙苑", 200, 121.35, 31.15]]
    return AwkwardFile(
        "csv", fault, "homes.csv", as_csv(rows), read or residences("homes.csv"), told
    )


CSV = [
    homes_csv("three million people", "out_of_range", "甲苑", 3_000_000, 121.39, 31.14),
    homes_csv("NaN people", "population_unreadable", "甲苑", "NaN", 121.39, 31.14),
    homes_csv("negative people", "population_unreadable", "甲苑", "-3", 121.39, 31.14),
    homes_csv("a longitude of words", "coordinate_unreadable", "甲苑", 300, "东经", 31.14),
    homes_csv("a place beyond the earth", "row_metric", "甲苑", 300, 1211.39, 31.14),
    homes_csv("a compound twice", "residence_repeated", "乙苑", 200, 121.35, 31.15),
    AwkwardFile(
        "csv",
        "a census of 6,000,000 in one town",
        "census.csv",
        lambda path: (
            as_csv([["街镇", "常住人口"], ["七宝镇", 6_000_000]])(path),
            as_csv([HEAD, ["乙苑", 200, 121.35, 31.15]])(path.with_name("homes.csv")),
        ),
        totals,
        "out_of_range",
    ),
    AwkwardFile(
        "csv",
        "a centre of an unknown level",
        "b.csv",
        as_csv([["名称", "级别", "经度", "纬度"], ["甲", "9", 121.39, 31.14]]),
        centres("b.csv"),
        "centre_level_unknown",
    ),
]


def html(fault: str, told: str, text: str | bytes) -> AwkwardFile:
    """Return an awkward web page."""
    content = text if isinstance(text, bytes) else text.encode()
    return AwkwardFile("html", fault, "a.xls", held(content), residences("a.xls"), told)


ROW = "<tr><td>甲苑<td>300<td>121.39<td>31.14"
TOP = "<table><tr><td>小区名称<td>人口<td>经度<td>纬度"
HTML = [
    html(
        "3.8 KB over a hundred million cells",
        "load.sheet_too_large",
        TOP + "<tr><td colspan=1000 rowspan=1000>x" * 100,
    ),
    html("no table", "load.workbook_broken", "<html><p>无权访问</p></html>"),
    html("a table within a table", "", TOP + ROW.replace("甲苑", "甲苑<table><tr><td>x</table>")),
    html("a span that is no number", "", TOP + ROW.replace("<td>甲", "<td rowspan='x'>甲")),
    html(
        "ten thousand tables within one another", "load.workbook_broken", "<table><tr><td>" * 10_000
    ),
    html("no end of anything", "", TOP + ROW),
    html("UTF-16", "", (TOP + ROW).encode("utf-16")),
    html(
        "a script and a frame",
        "",
        "<script>fetch('http://away.example')</script><iframe src=file:///etc/passwd></iframe>"
        + TOP
        + ROW,
    ),
    html("three million people", "out_of_range", TOP + ROW.replace("300", "3000000") + ROW),
]


def merged(count: int) -> Callable[[Path], object]:
    """Return a writer of compounds, and of so many merged ranges below them."""

    def write(path: Path) -> None:
        rows = [HEAD, ["甲苑", 300, 121.39, 31.14], ["乙苑", 200, 121.35, 31.15]]
        with zipfile.ZipFile(io.BytesIO(sheet_of(rows))) as book:
            parts = {name: book.read(name) for name in book.namelist()}
        ranges = "".join(f'<mergeCell ref="A{n}:D{n + 1}"/>' for n in range(4, 4 + 2 * count, 2))
        sheet = "xl/worksheets/sheet1.xml"
        added = f"</sheetData><mergeCells>{ranges}</mergeCells>".encode()
        parts[sheet] = parts[sheet].replace(b"</sheetData>", added)
        _zipped(path, parts)

    return write


XLSX = [
    AwkwardFile("xlsx", "30,000 merged ranges", "m.xlsx", merged(30_000), residences("m.xlsx"), "")
]

# ---- rasters ----


def heights(fault: str, told: str, write: Callable[[Path], object]) -> AwkwardFile:
    """Return an awkward raster."""
    return AwkwardFile("raster", fault, "a.tif", write, doors_of("raster")[0].read, told)


def raster_of(value: float, **other: object) -> Callable[[Path], object]:
    """Return a writer of a raster of one height."""
    place = rasterio.Affine(30, 0, 629_400, 0, -30, 3_450_900)
    kept = {"width": 80, "height": 60, "count": 1, "dtype": "float32", "crs": "EPSG:4549"}
    kept |= {"transform": place, **other}

    def write(path: Path) -> None:
        with rasterio.open(path, "w", driver="GTiff", **kept) as file:
            file.write(np.full((60, 80), value).astype(kept["dtype"]), 1)

    return write


def spoilt_raster(spoil: Callable[[Path], object]) -> Callable[[Path], object]:
    """Return a writer of a sound raster that is spoilt afterwards."""
    return lambda path: (write_raster(path), spoil(path))


RASTER = [
    heights("a text named .tif", "load.raster_broken", as_text("x")),
    heights("no coordinate system", "load.raster_no_crs", raster_of(5, crs=None)),
    heights("heights of -9999 that are not declared", "load.elevation_range", raster_of(-9999)),
    heights("heights of 1e30", "load.elevation_range", raster_of(1e30)),
    heights("heights of infinity", "load.elevation_range", raster_of(float("inf"))),
    heights("nothing but holes", "load.elevation_short", raster_of(float("nan"))),
    heights("beside the streets", "load.elevation_short", raster_of(5, crs="EPSG:4550")),
    heights(
        "cut in the middle",
        "load.raster_broken",
        spoilt_raster(lambda path: path.write_bytes(path.read_bytes()[:5000])),
    ),
    heights(
        "a VRT named .tif",
        "load.raster_broken",
        as_text("<VRTDataset rasterXSize='2' rasterYSize='2'></VRTDataset>"),
    ),
]

# ---- what the program keeps ----

CACHE_LINE = '{"service": "amap", "address": "x", "answer": %s}\n'


def kept(fault: str, told: str, text: str) -> AwkwardFile:
    """Return an awkward file of answers of geocoders."""
    return AwkwardFile(
        "caches", fault, "geocodes.json", as_text(text), doors_of("cache")[0].read, told
    )


CACHES = [
    kept(
        "a line that is no JSON",
        "load.cache_broken",
        CACHE_LINE % "null" + "x\n" + CACHE_LINE % "null",
    ),
    kept(
        "a longitude of 1e300",
        "load.cache_broken",
        CACHE_LINE % '{"lon": 1e300, "lat": 1, "confidence": 1}',
    ),
    kept(
        "a latitude of NaN",
        "load.cache_broken",
        CACHE_LINE % '{"lon": 1, "lat": NaN, "confidence": 1}',
    ),
    kept(
        "a figure of 400 digits",
        "load.cache_broken",
        CACHE_LINE % ('{"lon": %s, "lat": 1, "confidence": 1}' % ("9" * 400)),
    ),
    kept(
        "a figure in quotes",
        "load.cache_broken",
        CACHE_LINE % '{"lon": "1", "lat": 1, "confidence": 1}',
    ),
    kept("another kind of line", "load.cache_broken", "[1, 2]\n[3]\n"),
    kept("a last line cut short", "", CACHE_LINE % "null" + '{"service": "am'),
    kept("brackets 100,000 deep", "load.cache_broken", "[" * 100_000 + "\n\n"),
    kept("no byte at all", "", ""),
]


def stored(fault: str, told: str, change: Callable[[Path], object]) -> AwkwardFile:
    """Return an awkward stored table."""
    door = doors_of("stored")[0]
    content = next(iter(door.files.values()))
    return AwkwardFile(
        "stored tables",
        fault,
        "towns.parquet",
        lambda path: (path.write_bytes(content), change(path)),
        door.read,
        told,
    )


def without(path: Path, **other: object) -> None:
    """Rewrite a stored table with columns of other values, or, where None, without them."""
    table = gpd.read_parquet(path)
    gone = [name for name, value in other.items() if value is None]
    table.assign(**{n: v for n, v in other.items() if n not in gone}).drop(columns=gone).to_parquet(
        path
    )


def noted(path: Path) -> None:
    """Spoil what a stored table says of its shapes."""
    table = pq.read_table(path)
    pq.write_table(table.replace_schema_metadata({b"geo": b"{"}), path)


STORED = [
    stored(
        "cut in the middle",
        "core.artefact_broken",
        lambda path: path.write_bytes(path.read_bytes()[:900]),
    ),
    stored("no byte at all", "core.artefact_broken", lambda path: path.write_bytes(b"")),
    stored("a text", "core.artefact_broken", lambda path: path.write_text("x")),
    stored(
        "a column gone", "core.schema_column_missing", lambda path: without(path, town_name=None)
    ),
    stored("numbers for names", "core.schema_dtype", lambda path: without(path, town_name=5)),
    stored(
        "a key twice",
        "core.schema_key_repeated",
        lambda path: pd.concat([gpd.read_parquet(path)] * 2).to_parquet(path),
    ),
    stored(
        "a table without shapes",
        "core.artefact_broken",
        lambda path: pd.DataFrame({"a": [1]}).to_parquet(path),
    ),
    stored("notes on its shapes that are no JSON", "core.artefact_broken", noted),
    stored(
        "packed again",
        "core.artefact_broken",
        lambda path: path.write_bytes(gzip.compress(path.read_bytes())),
    ),
]

# ---- what comes back ----


def survey(fault: str, told: str, change: Callable[[list[list[object]]], object]) -> AwkwardFile:
    """Return an awkward survey sheet."""
    return _returned("survey returns", "survey", fault, told, change)


def feedback(fault: str, told: str, change: Callable[[list[list[object]]], object]) -> AwkwardFile:
    """Return an awkward list of sites with the towns' views."""
    return _returned("reviews", "feedback", fault, told, change)


def _returned(reader: str, name: str, fault: str, told: str, change) -> AwkwardFile:
    door = next(one for one in doors_of(name) if "a.csv" in one.files)
    text = door.files["a.csv"].decode()
    rows: list[list[object]] = [line.split(",") for line in text.splitlines()]
    change(rows)
    return AwkwardFile(reader, fault, "a.csv", held(csv_of(rows)), door.read, told)


def cell(row: int, column: int, value: object) -> Callable[[list[list[object]]], object]:
    """Return a change of one cell."""
    return lambda rows: rows[row].__setitem__(column, value)


SURVEY = [
    survey("an area of three million", "number_range", cell(1, 4, "3000000")),
    survey("NaN stalls", "number_text", cell(1, 5, "NaN")),
    survey("a visit next year", "date_range", cell(1, 12, "2024-01-01")),
    survey("a day that there is not", "date_text", cell(1, 12, "2023-02-31")),
    survey("hours that end before they begin", "hours_text", cell(1, 7, "25:00-26:00")),
    survey("a word that was not to choose", "condition_unknown", cell(1, 8, "尚可")),
    survey(
        "a market that was not asked",
        "market_new",
        lambda rows: (cell(1, 0, "zz")(rows), cell(1, 2, "不知名市场")(rows)),
    ),
    survey(
        "a row twice with other answers",
        "repeated",
        lambda rows: rows.append([*rows[1][:4], "1200", *rows[1][5:]]),
    ),
    survey("a row that is gone", "market_absent", lambda rows: rows.pop()),
    survey("no headings", "table_absent", lambda rows: rows.pop(0)),
]
FEEDBACK = [
    feedback("a word that is no view", "不是可用的意见", cell(1, 4, "随便")),
    feedback(
        "an id that is not in the plan",
        "被审阅的计划中没有这个点位",
        lambda rows: [cell(1, at, new)(rows) for at, new in ((2, "x"), (3, "zz"), (6, "121.5"))],
    ),
    feedback(
        "an id that is not in the plan, at the place of a site",
        "已按位置",
        lambda rows: (cell(1, 3, "zz")(rows), cell(1, 2, "x")(rows)),
    ),
    feedback("a place moved by hand", "经纬度改成了", cell(1, 6, "121.5")),
    feedback(
        "a site twice with other views",
        "意见不同",
        lambda rows: rows.append([*rows[1][:4], "不同意", "远", *rows[1][6:]]),
    ),
    feedback("a refusal without a reason", "没有写理由", cell(2, 5, "")),
    feedback("a new place without a place", "无法读出", cell(4, 6, "")),
    feedback("a new place at NaN", "无法读出", cell(4, 6, "NaN")),
    feedback("a row that is gone", "少了这个点位", lambda rows: rows.pop(2)),
    feedback("no column of views", "review.no_table", cell(0, 4, "备用")),
]

FILES = (
    *(*OSM_XML, *OSM_PBF, *GEOJSON, *GEOPACKAGE, *SHAPEFILE, *CSV, *HTML, *XLSX),
    *(*RASTER, *CACHES, *STORED, *SURVEY, *FEEDBACK),
)
