"""Every reader of outside files: sound inputs, and the public door through which it reads them."""

from __future__ import annotations

import datetime as dt
import io
import json
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import openpyxl
import osmium
import pandas as pd
import rasterio
from fuzz_guard import SECRET, Outcome, outcome
from mutations import damaged
from register_files import CRS, ROWS, as_csv, as_html, as_xls, as_xlsx, table, take, towns_of_two
from reported_town import report_context, report_tables
from shapely import LineString, Point, box

import livelihood_map as lm
from livelihood_map.core.example import example_town
from livelihood_map.core.io import data_path, read_table, write_table
from livelihood_map.core.labels import label, use_lang
from livelihood_map.core.settings import (
    CentreSource,
    ResidenceSource,
    StreetSource,
    TotalsSource,
    TownSource,
    load_settings,
)
from livelihood_map.core.standards import load_standard
from livelihood_map.core.survey_form import COLUMNS, choices, heading
from livelihood_map.core.tables import DEMAND, FACILITIES, TOWNS
from livelihood_map.load.centres import load_centres
from livelihood_map.load.edits import load_edits
from livelihood_map.load.event_lists import read_renovations, read_schedule
from livelihood_map.load.inspect import inspect_file
from livelihood_map.load.location.geocode_cache import GeocodeCache
from livelihood_map.load.osm.base_features import load_base_features
from livelihood_map.load.osm.elevation import grade_streets
from livelihood_map.load.osm.streets import load_barriers, load_streets
from livelihood_map.load.parcels import load_excluded_areas, load_parcels
from livelihood_map.load.site_feedback import COLUMNS as VIEWED
from livelihood_map.load.site_feedback import read_views
from livelihood_map.load.survey_returns import read_returns
from livelihood_map.pipeline.changeover import Places, recover
from livelihood_map.pipeline.record import files_of, read_record
from livelihood_map.pipeline.stored import Stored
from livelihood_map.programme import load_programme
from livelihood_map.report.briefs import render
from livelihood_map.report.content import Brief, Picture, make_figures, write_brief_content
from livelihood_map.report.templates import build_template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

AREA = box(*towns_of_two().to_crs(CRS).total_bounds)
DAY = dt.date(2023, 6, 30)
KNOWN_IDS = {"facility_id": ["a", "b", "c"], "name": ["甲记早餐", "乙记早餐", "丙记早餐"]}


@dataclass(frozen=True)
class Door:
    """One sound input and the public function that reads it.

    Parameters
    ----------
    files
        Content by name; the first is the one that messages name.
    read
        Reads the folder.
    rows_n
        Gives how many rows the first file holds and how many the result tells of, where both can
        be known; the two must be equal.
    """

    files: Mapping[str, bytes]
    read: Callable[[Path], object]
    rows_n: Callable[[bytes, object], tuple[int, int] | None] | None = None


@dataclass(frozen=True)
class Reader:
    """One reader.

    Parameters
    ----------
    name
        Its name.
    doors
        Makes the sound inputs.
    small_n
        Cases in the tests; the quicker the reader, the more.
    """

    name: str
    doors: Callable[[], list[Door]]
    small_n: int


def content_of(write: Callable[[Path], object], name: str) -> dict[str, bytes]:
    """Return what a writer leaves in an empty folder; the file of the name goes first."""
    with tempfile.TemporaryDirectory() as place:
        write(Path(place) / name)
        files = {path.name: path.read_bytes() for path in sorted(Path(place).iterdir())}
    return {name: files.pop(name), **files}


# ---- through the doors ----


def facilities(name: str, **settings: object) -> Callable[[Path], object]:
    """Return a reading of a register."""
    return lambda folder: take(folder, name, **settings)


def towns(name: str) -> Callable[[Path], object]:
    """Return a reading of boundaries."""
    return lambda folder: lm.load_towns(TownSource(path=name), base=folder)


def residences(name: str, **more: object) -> Callable[[Path], object]:
    """Return a reading of compounds."""
    source = ResidenceSource(path=name, **{"datum": "WGS-84", **more})
    return lambda folder: lm.load_residences([source], towns=towns_of_two(), crs=CRS, base=folder)


def totals(folder: Path) -> object:
    """Read compounds with a census beside them."""
    return lm.load_residences(
        [ResidenceSource(path="homes.csv", datum="WGS-84")],
        towns=towns_of_two(),
        crs=CRS,
        base=folder,
        totals=TotalsSource(path="census.csv", method="spread"),
    )


def centres(name: str) -> Callable[[Path], object]:
    """Return a reading of commercial centres."""
    source = CentreSource(path=name, datum="WGS-84")
    return lambda folder: load_centres(source, towns=towns_of_two(), crs=CRS, base=folder)


def streets(name: str) -> Callable[[Path], object]:
    """Return a reading of streets."""
    source = StreetSource(path=name)

    def read(folder: Path) -> object:
        held = load_streets(source, area=AREA, margin_m=100, crs=CRS, base=folder)
        return [held.nodes, held.edges]

    return read


def barriers(name: str) -> Callable[[Path], object]:
    """Return a reading of barriers and of water and green."""
    given = {"area": AREA, "margin_m": 100, "crs": CRS}

    def read(folder: Path) -> object:
        source = StreetSource(path=name)
        return [f(source, base=folder, **given) for f in (load_barriers, load_base_features)]

    return read


# ---- sound content ----

OSM = """<?xml version="1.0" encoding="UTF-8"?>
<osm version="0.6">
 <node id="1" version="1" lat="31.14" lon="121.39"><tag k="shop" v="bakery"/><tag k="name" v="甲"/>
 </node>
 <node id="11" lat="31.150" lon="121.350"/><node id="12" lat="31.150" lon="121.351"/>
 <node id="13" lat="31.151" lon="121.351"/><node id="14" lat="31.151" lon="121.350"/>
 <way id="21"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="14"/><nd ref="11"/>
  <tag k="shop" v="supermarket"/><tag k="landuse" v="forest"/></way>
 <way id="22"><nd ref="11"/><nd ref="12"/><nd ref="13"/><tag k="highway" v="residential"/></way>
 <way id="23"><nd ref="11"/><nd ref="13"/><tag k="waterway" v="river"/></way>
 <way id="24"><nd ref="11"/><nd ref="12"/><nd ref="13"/><nd ref="11"/></way>
 <way id="25"><nd ref="11"/><nd ref="12"/><nd ref="14"/><nd ref="11"/>
  <tag k="building" v="apartments"/><tag k="building:levels" v="6"/></way>
 <relation id="31"><member type="way" ref="24" role="outer"/>
  <tag k="type" v="multipolygon"/><tag k="shop" v="mall"/><tag k="natural" v="water"/></relation>
</osm>
"""


@cache
def osm_pbf() -> bytes:
    """Return the extract in binary form."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "a.osm").write_text(OSM, "utf-8")
        with osmium.SimpleWriter(str(folder / "a.osm.pbf")) as writer:
            for thing in osmium.FileProcessor(str(folder / "a.osm")):
                writer.add(thing)
        return (folder / "a.osm.pbf").read_bytes()


def osm_doors(name: str, content: bytes) -> list[Door]:
    """Return the readings of an extract."""
    readings = [
        facilities(name, tags={"shop": ["*"]}),
        residences(name, population_total=1000.0),
        streets(name),
        barriers(name),
    ]
    return [Door({name: content}, read) for read in readings]


def layer_tables() -> dict[str, gpd.GeoDataFrame]:
    """Return a sound layer for each purpose, three rows at most."""
    places = [Point(row[5], row[6]) for row in ROWS]
    squares = [place.buffer(0.001, quad_segs=2) for place in places]
    line = LineString([(121.35, 31.15), (121.351, 31.15), (121.352, 31.151)])
    two = towns_of_two()
    names = [row[2] for row in ROWS]
    columns: dict[str, tuple[dict[str, list[object]], list[object]]] = {
        "towns": ({"名称": two["town_name"].tolist()}, two.geometry.tolist()),
        "outlets": (
            {"名称": names, "街镇": [row[1] for row in ROWS], "面积": [9.5, 8.0, 7.0]},
            places,
        ),
        "homes": ({"小区": names, "户数": [30, 40, 50], "人口": [90, 100, 120]}, squares),
        "gates": ({"小区": names, "开放": ["是", "否", ""]}, places),
        "centres": ({"名称": names, "级别": ["1", "7", "X"], "半径": [800, 500, 500]}, places),
        "parcels": ({"name": names, "必选": ["是", "否", ""]}, squares),
        "edits": ({"操作": ["新增道路"]}, [line]),
        "streets": ({"highway": ["residential"], "name": ["某路"]}, [line]),
    }
    return {
        name: gpd.GeoDataFrame(cells, geometry=shapes, crs="EPSG:4326")
        for name, (cells, shapes) in columns.items()
    }


def layer_readings(ending: str) -> dict[str, Callable[[Path], object]]:
    """Return how a layer of each purpose is read, its file ending so."""
    given = {"crs": CRS}
    return {
        "towns": towns(f"towns{ending}"),
        "outlets": facilities(f"outlets{ending}"),
        "homes": residences(f"homes{ending}"),
        "centres": centres(f"centres{ending}"),
        "parcels": lambda folder: [
            load(f"parcels{ending}", base=folder, **given)
            for load in (load_parcels, load_excluded_areas)
        ],
        "edits": lambda folder: load_edits(f"edits{ending}", base=folder, **given),
        "streets": streets(f"streets{ending}"),
    }


def layer_doors(driver: str, ending: str) -> list[Door]:
    """Return the readings of layers of one format."""
    tables = layer_tables()
    rows_n = {".geojson": features_n, ".gpkg": records_n}.get(ending)
    counted = {"outlets", "centres"}
    return [
        Door(
            content_of(
                lambda path, held=tables[name]: held.to_file(path, driver=driver), f"{name}{ending}"
            ),
            read,
            rows_n if name in counted else None,
        )
        for name, read in layer_readings(ending).items()
    ]


def told_n(result: object) -> int:
    """Return how many rows a result with counts tells of."""
    return int(result.counts["rows_n"].sum())


def features_n(content: bytes, result: object) -> tuple[int, int] | None:
    """Return features in a GeoJSON and rows told of."""
    try:
        return len(json.loads(content.decode("utf-8"))["features"]), told_n(result)
    except (ValueError, LookupError, TypeError):
        return None


def records_n(content: bytes, result: object) -> tuple[int, int] | None:
    """Return records of a GeoPackage of one sound layer and rows told of."""
    with tempfile.NamedTemporaryFile(suffix=".gpkg") as file:
        file.write(content)
        file.flush()
        try:
            with closing(sqlite3.connect(file.name)) as base:
                if base.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                    return None
                rows = base.execute("SELECT table_name FROM gpkg_contents").fetchall()
                count = base.execute(f'SELECT count(*) FROM "{rows[0][0]}"').fetchone()[0]  # noqa: S608
        except (sqlite3.Error, LookupError, UnicodeError):
            return None
    return count, told_n(result)


def geojson_doors() -> list[Door]:
    """Return the readings of GeoJSON, gates among them."""
    held = layer_tables()
    gates = content_of(lambda path: held["gates"].to_file(path, driver="GeoJSON"), "gates.geojson")
    homes = content_of(lambda path: held["homes"].to_file(path, driver="GeoJSON"), "homes.geojson")
    read = residences("homes.geojson", gates="gates.geojson")
    return [*layer_doors("GeoJSON", ".geojson"), Door({**gates, **homes}, read)]


CENTRE_ROWS = [
    ["名称", "级别", "经度", "纬度"],
    ["甲中心", "1", 121.39, 31.14],
    ["乙中心", "7", 121.35, 31.15],
]
HOME_ROWS = [
    ["小区名称", "人口", "户数", "经度", "纬度"],
    ["甲苑", 300, 100, 121.39, 31.14],
    ["乙苑", 200, 80, 121.35, 31.15],
]
CENSUS_ROWS = [["街镇", "常住人口"], ["七宝镇", 5000], ["古美路街道", 4000]]


def xlsx_doors() -> list[Door]:
    """Return the readings of workbooks."""
    register = content_of(as_xlsx(table(), merged=["B2:B3"]), "a.xlsx")
    return [
        Door(register, facilities("a.xlsx")),
        Door(register, lambda folder: inspect_file(folder / "a.xlsx")),
        Door(content_of(as_xlsx(CENTRE_ROWS), "b.xlsx"), centres("b.xlsx")),
        Door(content_of(as_xlsx(HOME_ROWS), "c.xlsx"), residences("c.xlsx")),
    ]


def xls_doors() -> list[Door]:
    """Return the readings of workbooks of Excel 97."""
    return [
        Door(content_of(as_xls(table()), "a.xls"), facilities("a.xls")),
        Door(content_of(as_xls(HOME_ROWS), "c.xls"), residences("c.xls")),
    ]


def csv_doors() -> list[Door]:
    """Return the readings of texts."""
    census = content_of(as_csv(CENSUS_ROWS), "census.csv")
    homes = content_of(as_csv(HOME_ROWS), "homes.csv")
    records = [dict(zip(table()[0], row, strict=True)) for row in ROWS]
    return [
        Door(content_of(as_csv(table()), "a.csv"), facilities("a.csv")),
        Door(content_of(as_csv(table(), "gb18030", "\t"), "a.txt"), facilities("a.txt")),
        Door(content_of(as_csv(CENTRE_ROWS), "b.csv"), centres("b.csv")),
        Door(homes, residences("homes.csv")),
        Door({**census, **homes}, totals),
        Door({"a.json": json.dumps(records, ensure_ascii=False).encode()}, facilities("a.json")),
    ]


def html_doors() -> list[Door]:
    """Return the readings of web pages saved as workbooks."""
    return [
        Door(content_of(as_html(table(), spans=[(1, 1, 2)]), "a.xls"), facilities("a.xls")),
        Door(content_of(as_html(HOME_ROWS, "gb18030"), "c.xls"), residences("c.xls")),
    ]


def toml_doors() -> list[Door]:
    """Return the readings of settings, standards and programmes."""
    settings = (data_path("demo") / "livelihood.toml").read_bytes()
    standard = (data_path("standards") / "cn-15min.toml").read_bytes()
    programme = (data_path("programme") / "minhang-2023.toml").read_bytes()
    return [
        Door({"a.toml": settings}, lambda folder: load_settings(folder / "a.toml")),
        Door({"b.toml": standard}, lambda folder: load_standard("b.toml", base=folder)),
        Door({"c.toml": programme}, lambda folder: load_programme("c.toml", base=folder)),
    ]


def write_raster(path: Path) -> None:
    """Write heights of a plane under the example town."""
    heights = np.add.outer(np.arange(60.0), np.arange(80.0)).astype("float32")
    place = rasterio.Affine(30, 0, 629_400, 0, -30, 3_450_900)
    options = {"driver": "GTiff", "width": 80, "height": 60, "count": 1, "dtype": "float32"}
    with rasterio.open(
        path, "w", crs="EPSG:4549", transform=place, nodata=-9999, **options
    ) as file:
        file.write(heights, 1)


def raster_doors() -> list[Door]:
    """Return the readings of heights."""
    edges = example_town().edges
    heights = content_of(write_raster, "a.tif")
    return [Door(heights, lambda folder: grade_streets(edges, "a.tif", base=folder))]


@cache
def held_brief() -> Brief:
    """Return the brief of a small town, with one picture."""
    with use_lang("zh"):
        return write_brief_content(
            report_tables(),
            make_figures(report_tables(), context=report_context()),
            town_id="east",
            context=report_context(),
            plan_lines=["方案"],
            pictures=[Picture(caption="图", content=_dot())],
        )


def template_doors() -> list[Door]:
    """Return the readings of Word templates."""
    with use_lang("zh"):
        ours = build_template("town"), build_template("district")

    def read(folder: Path) -> object:
        content = (folder / "a.docx").read_bytes()
        return render(held_brief(), content, date=DAY, name="a.docx")

    held_brief()
    return [Door({"a.docx": one}, read) for one in ours]


def _dot() -> bytes:
    """Return the smallest picture."""
    from PIL import Image

    held = io.BytesIO()
    Image.new("RGB", (2, 2)).save(held, "PNG")
    return held.getvalue()


def cache_doors() -> list[Door]:
    """Return the readings of kept answers of geocoders, of both forms."""
    lines = [
        {
            "service": "amap",
            "address": "平南路1号",
            "answer": {"lon": 121.4, "lat": 31.1, "confidence": 1},
        },
        {"service": "amap", "address": "不知何处", "answer": None},
        {
            "service": "tianditu",
            "address": "x",
            "answer": {"lon": 121, "lat": 31, "confidence": 0.5},
        },
    ]
    own = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    former = json.dumps({"amap": {"平南路1号": [121.4, 31.1, 1.0], "x": None}}).encode()

    def read(folder: Path) -> object:
        held = GeocodeCache(folder / "geocodes.json")
        held["amap", "新地址"] = (121.4, 31.1, 0.9)
        return str(held._known)

    return [Door({"geocodes.json": own}, read), Door({"geocodes.json": former}, read)]


def stored_doors() -> list[Door]:
    """Return the readings of stored tables."""
    town = example_town()
    tables = {
        "towns": (town.towns, TOWNS),
        "demand": (town.demand, DEMAND),
        "outlets": (town.facilities, FACILITIES),
    }
    return [
        Door(
            content_of(
                lambda path, one=held, form=schema: write_table(one, path, form), f"{name}.parquet"
            ),
            lambda folder, file=f"{name}.parquet", form=schema: read_table(folder / file, form),
        )
        for name, (held, schema) in tables.items()
    ]


def record_doors() -> list[Door]:
    """Return the readings of a run's record and of the journal of a change-over."""
    outputs = {"output/tables/load/towns.parquet": "h"}
    entry = {"program": "p", "settings": {}, "files": {}, "needs": {"a/b": None}, "remarks": ["x"]}
    entry |= {"makes": {"towns": {"hash": "h"}}, "outputs": outputs}
    record = {"form": 1, "base": ".", "maps": "maps", "settings": {}, "programs": {"p": {}}}
    record |= {"stages": {"load": entry, "network": entry}, "date": "2023-06-30"}
    journal = {"state": "install", "maps": "maps", "retire": [*outputs], "install": ["maps/a"]}
    journal |= {"source": "next", "rotates": True}

    def read(folder: Path) -> object:
        held = read_record(folder)
        return str((files_of(held), held and Stored(Places(folder, folder), held["stages"])("no")))

    def go_on(folder: Path) -> object:
        places = Places(folder, folder / "maps")
        places.journal.parent.mkdir()
        (folder / "change.json").replace(places.journal)
        return recover(places)

    return [
        Door({"run.json": json.dumps(record).encode()}, read),
        Door({"change.json": json.dumps(journal).encode()}, go_on),
    ]


def sheet_of(rows: list[list[object]]) -> bytes:
    """Return a workbook of one sheet."""
    book, held = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(held)
    return held.getvalue()


def csv_of(rows: list[list[object]]) -> bytes:
    """Return rows as text."""
    return content_of(as_csv(rows), "a.csv")["a.csv"]


def survey_doors() -> list[Door]:
    """Return the readings of survey sheets that came back."""
    answers = {"area_m2": 900, "stalls_n": 40, "hours": "6:00-18:00"}
    answers |= {"surveyed_on": "2023-06-01", "lon": 121.39, "lat": 31.14}
    known = pd.DataFrame({**KNOWN_IDS, "town_id": "t", "town_name": "七宝镇", "address": "某路1号"})
    known = known.assign(**{**dict.fromkeys(COLUMNS[4:]), "lon": 121.39, "lat": 31.14})
    with use_lang("zh"):
        head = [heading(name) for name in COLUMNS]
        words = {name: list(choices(name).values()) for name in COLUMNS}
        answers |= {name: several[0] for name, several in words.items() if several}
    rows = [[{**row, **answers}.get(name) for name in COLUMNS] for row in known.to_dict("records")]
    read = {
        name: lambda folder, name=name: read_returns([folder / name], known, as_of=DAY)
        for name in ("a.xlsx", "a.csv")
    }
    return [
        Door({"a.xlsx": sheet_of([["调查表"], head, *rows])}, read["a.xlsx"]),
        Door({"a.csv": csv_of([head, *rows])}, read["a.csv"]),
    ]


def feedback_doors() -> list[Door]:
    """Return the readings of the towns' views on sites."""
    sites = pd.DataFrame(
        {
            "candidate_id": ["s1", "s2", "s3"],
            "rank": [1, 2, 3],
            "name": ["甲", "乙", "丙"],
            "town_name": ["七宝镇", "七宝镇", "古美路街道"],
            "lon": [121.39, 121.385, 121.35],
            "lat": [31.14, 31.135, 31.15],
        }
    )
    with use_lang("zh"):
        head = [label(f"report.site_{name}") for name in VIEWED]
    said = [("同意", ""), ("不同意", "太近"), ("", "")]
    rows = [
        [{**row, "agreed": verdict, "remark": remark}.get(name) for name in VIEWED]
        for row, (verdict, remark) in zip(sites.to_dict("records"), said, strict=True)
    ]
    rows.append([None, "七宝镇", "新点", None, "新增", "要", 121.36, 31.14])
    return [
        Door(
            {"a.xlsx": sheet_of([head, *rows])}, lambda folder: read_views(folder / "a.xlsx", sites)
        ),
        Door({"a.csv": csv_of([head, *rows])}, lambda folder: read_views(folder / "a.csv", sites)),
    ]


def office_doors() -> list[Door]:
    """Return the readings of the office's short lists."""
    known = pd.DataFrame(KNOWN_IDS)
    renovations = [
        ["市场名称", "工期", "最早开工"],
        ["甲记早餐", "3个月", "2023-07"],
        ["乙记早餐", 2, None],
    ]
    schedule = [
        ["网点名称", "日期", "事件"],
        ["甲记早餐", "2023-05-01", "开业"],
        ["丙记早餐", "2023-06-01", "停业"],
    ]
    return [
        Door(
            {"a.csv": csv_of(renovations)}, lambda folder: read_renovations(folder / "a.csv", known)
        ),
        Door(
            {"a.xlsx": sheet_of(renovations)},
            lambda folder: read_renovations(folder / "a.xlsx", known),
        ),
        Door({"b.csv": csv_of(schedule)}, lambda folder: read_schedule(folder / "b.csv", known)),
    ]


READERS = (
    Reader("osm_xml", lambda: osm_doors("a.osm", OSM.encode()), 40),
    Reader("osm_pbf", lambda: osm_doors("a.osm.pbf", osm_pbf()), 30),
    Reader("geojson", geojson_doors, 40),
    Reader("geopackage", lambda: layer_doors("GPKG", ".gpkg"), 25),
    Reader("shapefile", lambda: layer_doors("ESRI Shapefile", ".shp"), 25),
    Reader("xlsx", xlsx_doors, 25),
    Reader("xls", xls_doors, 25),
    Reader("csv", csv_doors, 25),
    Reader("html", html_doors, 25),
    Reader("toml", toml_doors, 420),
    Reader("raster", raster_doors, 40),
    Reader("template", template_doors, 10),
    Reader("cache", cache_doors, 500),
    Reader("stored", stored_doors, 120),
    Reader("records", record_doors, 200),
    Reader("survey", survey_doors, 60),
    Reader("feedback", feedback_doors, 110),
    Reader("office_lists", office_doors, 300),
)
"""All readers; their cases in the tests add up to 2,000."""


@cache
def doors_of(name: str) -> list[Door]:
    """Return the sound inputs of a reader, made once."""
    return next(reader for reader in READERS if reader.name == name).doors()


def run_case(name: str, chance: Random, folder: Path, *, url: str = "") -> Outcome:
    """Return what comes of one damaged input of a reader, drawn at random.

    Parameters
    ----------
    name
        The reader.
    chance
        Draws the input and its damage.
    folder
        An empty folder; the damaged files stay in it.
    url
        Address of the trap.
    """
    door = chance.choice(doors_of(name))
    first = next(iter(door.files))
    victim = first if chance.random() < 0.7 else chance.choice(list(door.files))
    secret = folder.parent / "secret.geojson"
    if not secret.exists():
        secret.write_text(json.dumps({"type": "FeatureCollection", "features": [], "name": SECRET}))
    for file, content in door.files.items():
        wrong = damaged(file, content, chance) if file == victim else content
        wrong = wrong.replace(b"{trap}", url.encode()).replace(b"{secret}", str(secret).encode())
        (folder / file).write_bytes(wrong)
    held: list[object] = []

    def read(place: Path) -> object:
        held.append(door.read(place))
        return held[0]

    whole = outcome(read, folder, named=Path(victim).stem)
    if whole.end == "read" and door.rows_n is not None:
        counts = door.rows_n((folder / first).read_bytes(), held[0])
        if counts is not None and counts[0] != counts[1]:
            return Outcome(
                "failed", f"{counts[0]} rows in the file, {counts[1]} told of", whole.cpu_s
            )
    return whole
