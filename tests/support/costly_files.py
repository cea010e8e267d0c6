"""Files under 1 MB that would cost minutes, gigabytes or the program, were they believed."""

from __future__ import annotations

import bz2
import io
import json
import random
import sqlite3
import struct
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Final

from register_files import HEADINGS, as_layer, as_text, as_xlsx, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Writer = Callable[[Path], object]

_GIGABYTE: Final = 900_000_000


def with_part(ending: str, at: int, form: str, value: int) -> Writer:
    """Return a writer of a Shapefile one of whose other files has another number at a place."""

    def write(path: Path) -> None:
        as_layer("ESRI Shapefile")(path)
        side = path.with_suffix(ending)
        content = bytearray(side.read_bytes())
        struct.pack_into(form, content, at, value)
        side.write_bytes(content)

    return write


def with_view(select: str, *, is_alone: bool = False) -> Writer:
    """Return a writer of a GeoPackage with a layer that is a query, or is nothing else."""

    def write(path: Path) -> None:
        as_layer("GPKG")(path)
        with closing(sqlite3.connect(path)) as base:
            (title,) = base.execute("SELECT table_name FROM gpkg_contents").fetchone()
            base.execute(f"CREATE VIEW query AS {select}")
            for name in ("gpkg_contents", "gpkg_geometry_columns"):
                base.execute(
                    f"UPDATE {name} SET table_name = 'query' WHERE table_name = ?",  # noqa: S608
                    (title,),
                )
            if is_alone:
                base.execute(f"DELETE FROM gpkg_extensions WHERE table_name = '{title}'")  # noqa: S608
                base.execute(f"DROP TABLE {title}")
            base.commit()

    return write


def zipped(members: Mapping[str, tuple[bytes, int, bytes]]) -> Writer:
    """Return a writer of a zip whose members are a start, so many spaces, and an end."""

    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as parts:
            for name, (start, blank_n, end) in members.items():
                with parts.open(name, "w", force_zip64=True) as part:
                    part.write(start)
                    for _ in range(blank_n // 1_000_000):
                        part.write(b" " * 1_000_000)
                    part.write(end)

    return write


def blown_up(member: str, change: Callable[[bytes], tuple[bytes, int, bytes]]) -> Writer:
    """Return a writer of a workbook one of whose parts is blown up."""

    def write(path: Path) -> None:
        as_xlsx(table())(path)
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as parts:
            members = {name: (parts.read(name), 0, b"") for name in parts.namelist()}
        members[member] = change(members[member][0])
        zipped(members)(path)

    return write


def _collection(features) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def _feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def tangled(corners_n: int) -> Writer:
    """Return a writer of a GeoJSON of one area whose corners are in no order."""
    draw = random.Random(1)  # noqa: S311
    ring = [
        [round(draw.uniform(121, 122), 5), round(draw.uniform(31, 32), 5)] for _ in range(corners_n)
    ]
    area = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    return as_text(_collection([_feature(area, name="甲")]))


def every_feature_its_own_column(count: int) -> Writer:
    """Return a writer of a GeoJSON in which no two points have a property in common."""
    at = {"type": "Point", "coordinates": [121, 31]}
    return as_text(_collection(_feature(at, **{f"p{number}": 1}) for number in range(count)))


def every_record_its_own_column(count: int) -> Writer:
    """Return a writer of a JSON list in which no two records have a field in common."""
    return as_text(json.dumps([{f"p{number}": 1} for number in range(count)]))


def wide_header(columns_n: int, rows_n: int) -> Writer:
    """Return a writer of a CSV of a wide header over many rows of one cell."""
    return as_text(",".join([*HEADINGS, *"a" * columns_n]) + "\n" + "b\n" * rows_n)


def swollen_extract(pieces_n: int) -> Writer:
    """Return a writer of an extract: so many times 100,000 nodes and 100 streets."""
    nodes = b'<node id="1" lat="31" lon="121"/>' * 100_000
    streets = b'<way id="1"><nd ref="1"/><tag k="highway" v="path"/></way>' * 100

    def write(path: Path) -> None:
        pack = bz2.compress
        path.write_bytes(
            pack(b"<osm version='0.6'>") + pack(nodes + streets) * pieces_n + pack(b"</osm>")
        )

    return write


ENDLESS: Final = (
    "WITH RECURSIVE n(fid) AS (SELECT 1 UNION ALL SELECT fid + 1 FROM n)"
    " SELECT fid, NULL AS geom FROM n"
)
COSTLY: Final[Mapping[str, tuple[str, Writer]]] = {
    "a .shp of 2 billion words": ("a.shp", with_part(".shp", 24, ">I", 0x7FFFFFFF)),
    "a .shx of 2 billion words": ("a.shp", with_part(".shx", 24, ">I", 0x7FFFFFFF)),
    "a GeoPackage that is an endless query": ("a.gpkg", with_view(ENDLESS, is_alone=True)),
    "a GeoPackage that is a blob of 900 MB": (
        "a.gpkg",
        with_view(f"SELECT 1 AS fid, zeroblob({_GIGABYTE}) AS geom", is_alone=True),
    ),
    "a zipped GeoJSON of 900 MB": (
        "a.zip",
        zipped({"a.geojson": (b'{"type":"FeatureCollection","features":[', _GIGABYTE, b"]}")}),
    ),
    "a zipped .dbf of 900 MB": (
        "a.zip",
        zipped(
            {
                "a.shp": (b"\0\0'\n", 0, b""),
                "a.dbf": (struct.pack("<IIHH20x", 3, 28_000_000, 33, 32) + b"\r", _GIGABYTE, b""),
            }
        ),
    ),
    "a sheet of 900 MB": (
        "a.xlsx",
        blown_up("xl/worksheets/sheet1.xml", lambda page: (page[:-12], _GIGABYTE, page[-12:])),
    ),
    "styles of 900 MB": (
        "a.xlsx",
        blown_up("xl/styles.xml", lambda part: (part[:-13], _GIGABYTE, part[-13:])),
    ),
    "an area of 3,000 corners in no order": ("a.geojson", tangled(3_000)),
    "an area of 43,000 corners in no order": ("a.geojson", tangled(43_000)),
    "9,000 points of as many columns": ("a.geojson", every_feature_its_own_column(9_000)),
    "65,000 records of as many columns": ("a.json", every_record_its_own_column(65_000)),
    "a header of 250,000 columns over 200,000 rows": ("a.csv", wide_header(250_000, 200_000)),
    "a header of 450,000 columns over a row": ("a.csv", wide_header(450_000, 1)),
    "tables within tables": ("a.xls", as_text("<table><tr><td>" * 60_000)),
    "140,000 tables never closed": ("a.xls", as_text("<table>" * 140_000)),
    "120,000 rows of a web page": ("a.xls", as_text("<table>" + "<tr><td>" * 120_000)),
    "100 million nodes of OpenStreetMap": ("a.osm.bz2", swollen_extract(1000)),
    "deep JSON": ("a.geojson", as_text('{"type":"FeatureCollection","features":[' * 20_000)),
}
