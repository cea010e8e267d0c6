"""The awkward files: one fault each, with what must become of every row."""

from __future__ import annotations

import datetime as dt
import json
import struct
import zipfile

import numpy as np
import openpyxl
from pyproj import Transformer
from register_files import (
    HEADINGS,
    NAMES,
    POINTS,
    ROWS,
    Case,
    as_csv,
    as_html,
    as_layer,
    as_text,
    as_xls,
    as_xlsx,
    renamed,
    table,
    without,
)
from shapely import MultiPoint, Point

from livelihood_map.core import datum

LON = [row[5] for row in ROWS]
LAT = [row[6] for row in ROWS]


def shifted(convert):
    """Return the sound register with coordinates in another datum, to a centimetre."""
    lon, lat = convert(LON, LAT)
    return table(经度=np.round(lon, 7).tolist(), 纬度=np.round(lat, 7).tolist())


def projected(epsg, *, first="X坐标", second="Y坐标", is_north_first=True):
    """Return the sound register in metres of a CRS; Chinese tables call north X."""
    way = Transformer.from_crs(4326, epsg, always_xy=True)
    east, north = way.transform(LON, LAT)
    one, two = (north, east) if is_north_first else (east, north)
    rows = [[*row[:5], a, b] for row, a, b in zip(ROWS, one, two, strict=True)]
    return table([*HEADINGS[:5], first, second], rows)


def dms(value):
    """Return an angle in degrees, minutes and seconds."""
    minutes, seconds = divmod(round(value * 3600, 2), 60)
    return f"{int(minutes // 60)}°{int(minutes % 60):02d}′{seconds:05.2f}″"


SOUND = table()
LINES = "\r\n".join(",".join(map(str, row)) for row in SOUND)

FORMATS = [
    Case("UTF-8 without BOM", "a.csv", as_csv(SOUND)),
    Case("UTF-8 with BOM", "a.csv", as_csv(SOUND, "utf-8-sig")),
    Case("GB18030", "a.csv", as_csv(SOUND, "gb18030")),
    Case(
        "a four-byte GB18030 character",
        "a.csv",
        as_csv(table(网点名称=["甲㐂早餐", "乙记早餐", "丙记早餐"]), "gb18030"),
        taken=("甲㐂早餐", *NAMES[1:]),
    ),
    Case("Unicode text of Excel (UTF-16, tabs)", "a.txt", as_csv(SOUND, "utf-16", "\t")),
    Case("UTF-16 without its mark", "a.csv", as_csv(SOUND, "utf-16-le")),
    Case("UTF-16 of the other order", "a.csv", as_csv(SOUND, "utf-16-be")),
    Case("semicolons", "a.csv", as_csv(SOUND, delimiter=";")),
    Case("tabs", "a.tsv", as_csv(SOUND, delimiter="\t")),
    Case(
        "bytes of no known encoding",
        "a.csv",
        lambda p: p.write_bytes(b"\x81\x20\xff" * 9),
        refused="load.encoding_unreadable",
    ),
    Case(
        "an encoding that does not exist",
        "a.csv",
        as_csv(SOUND),
        {"encoding": "gbk99"},
        refused="load.encoding_unknown",
    ),
    Case("HTML saved as .xls", "a.xls", as_html(SOUND)),
    Case(
        "HTML in GBK with a town over two rows",
        "a.xls",
        as_html(SOUND, "gb18030", spans=[(1, 1, 2)]),
        shows={"town_id": ("310112006", "310112006", "310112102")},
    ),
    Case("HTML in UTF-16", "a.xls", as_html(SOUND, "utf-16")),
    Case("HTML in UTF-16 without its mark", "a.xls", as_html(SOUND, "utf-16-be")),
    Case(
        "HTML without a table",
        "a.xls",
        as_text("<html><p>无权访问</p></html>"),
        refused="load.workbook_broken",
    ),
    Case("Excel 97 (BIFF8)", "a.xls", as_xls(SOUND)),
    Case(
        "xlsx named .xls",
        "a.xls",
        lambda p: (as_xlsx(SOUND)(p.with_suffix(".xlsx")), p.with_suffix(".xlsx").rename(p)),
    ),
    Case(
        "a damaged workbook",
        "a.xlsx",
        lambda p: p.write_bytes(b"PK\x03\x04 broken"),
        refused="load.workbook_broken",
    ),
    Case("a PDF", "a.pdf", lambda p: p.write_bytes(b"%PDF-1.4"), refused="load.format_unknown"),
    Case(
        "a file of no bytes", "a.csv", lambda p: p.write_bytes(b""), refused="load.empty_register"
    ),
    Case(
        "a header and nothing below", "a.xlsx", as_xlsx([HEADINGS]), refused="load.empty_register"
    ),
    Case("an empty sheet", "a.xlsx", as_xlsx([]), refused="load.empty_register"),
    Case("a file that is not there", "a.csv", lambda p: None, refused="load.no_file"),
    Case(
        "JSON records",
        "a.json",
        as_text('{"total": 1, "list": [{"名称": "甲记早餐", "lng": 121.39, "lat": 31.14}]}'),
        taken=NAMES[:1],
    ),
    Case(
        "JSON in which no two records have a field in common",
        "a.json",
        as_text(json.dumps([{f"p{number}": 1} for number in range(3000)])),
        refused="load.sheet_too_large",
    ),
    Case("broken JSON", "a.geojson", as_text('{"features": ['), refused="load.json_broken"),
]


def with_dbf(place, form, value):
    """Return a writer of a Shapefile with another number at a place of its .dbf's header."""

    def write(path):
        as_layer("ESRI Shapefile")(path)
        side = path.with_suffix(".dbf")
        content = bytearray(side.read_bytes())
        struct.pack_into(form, content, place, value)
        side.write_bytes(content)

    return write


def in_utf16(*names, encoding="utf-16", declares=True):
    """Return a writer of a workbook in which the parts whose names say so are in UTF-16."""

    def write(path):
        as_xlsx(SOUND, others=[("附表", [["说明"]])])(path)
        with zipfile.ZipFile(path) as parts:
            members = {name: parts.read(name) for name in parts.namelist()}
        with zipfile.ZipFile(path, "w") as parts:
            for name, part in members.items():
                if any(wanted in name for wanted in names):
                    text = part.decode().partition("?>")[2] or part.decode()
                    head = '<?xml version="1.0" encoding="UTF-16"?>' if declares else ""
                    parts.writestr(name, (head + text).encode(encoding))
                else:
                    parts.writestr(name, part)

    return write


def far_cell(path):
    """Write the sound register with a stray cell in the last corner of the sheet."""
    book = openpyxl.Workbook()
    for row in SOUND:
        book.active.append(row)
    book.active["XFD1048576"] = "x"
    book.save(path)


def rewritten(rows):
    """Return a writer of the sound register whose sheet holds other XML in place of its rows."""

    def write(path):
        as_xlsx(SOUND)(path)
        with zipfile.ZipFile(path) as book:
            parts = {name: book.read(name) for name in book.namelist()}
        sheet = "xl/worksheets/sheet1.xml"
        head, _, rest = parts[sheet].partition(b"<sheetData>")
        parts[sheet] = head + rows + rest.partition(b"</sheetData>")[2]
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
            for name, content in parts.items():
                book.writestr(name, content)

    return write


def far_row(cells):
    """Return the rows of a sheet of which the last that there can be holds some cells."""
    return b'<sheetData><row r="1048576">' + cells + b"</row></sheetData>"


def merged_over_and_over():
    """Return 2,000 rows, and merged ranges of which each lies over most others."""
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(1, 2001))
    merged = b"".join(b'<mergeCell ref="A%d:A%d"/>' % (n, n + 1500) for n in range(1, 2001))
    return b"<sheetData>" + rows + b"</sheetData><mergeCells>" + merged + b"</mergeCells>"


def damaged_xls(path):
    """Write an Excel 97 register of which one cell names a column that cannot be."""
    as_xls(SOUND)(path)
    content = bytearray(path.read_bytes())
    cell = content.index(struct.pack("<HHHHH", 0x0203, 14, 3, 0, 0))
    content[cell + 6 : cell + 8] = b"\xff\xff"
    path.write_bytes(content)


SHEETS = [
    Case("a sheet in UTF-16", "a.xlsx", in_utf16("sheet1")),
    Case("a sheet in UTF-16 without its mark", "a.xlsx", in_utf16("sheet1", encoding="utf-16-be")),
    Case("a sheet in UTF-16 that does not say so", "a.xlsx", in_utf16("sheet1", declares=False)),
    Case("a workbook all in UTF-16", "a.xlsx", in_utf16(".xml", ".rels")),
    Case(
        "a wide header over many rows of a cell",
        "a.csv",
        as_text(",".join([*HEADINGS, *"a" * 900]) + "\n" + "b\n" * 6000),
        refused="load.sheet_too_large",
    ),
    Case(
        "a stray cell in the last corner",
        "a.xlsx",
        far_cell,
        refused="load.sheet_too_large",
    ),
    Case(
        "a far cell between single quotes",
        "a.xlsx",
        rewritten(far_row(b"<c r='XFD1048576'><v>1</v></c>")),
        refused="load.sheet_too_large",
    ),
    Case(
        "a far cell with blanks about its place",
        "a.xlsx",
        rewritten(far_row(b'<c r = "XFD1048576"><v>1</v></c>')),
        refused="load.sheet_too_large",
    ),
    Case(
        "far cells without a place of their own",
        "a.xlsx",
        rewritten(far_row(b"<c><v>1</v></c>" * 9000)),
        refused="load.sheet_too_large",
    ),
    Case(
        "cells without a place below a far row, others to make up their number",
        "a.xlsx",
        rewritten(
            b'<sheetData><row r="900000"/><row>' + b"<c><v>1</v></c>" * 9000 + b"</row></sheetData>"
            b"<extLst>" + b'<x r="A1"/>' * 9000 + b"</extLst>"
        ),
        refused="load.sheet_too_large",
    ),
    Case(
        "merged ranges over one another",
        "a.xlsx",
        rewritten(merged_over_and_over()),
        refused="load.workbook_broken",
    ),
    Case(
        "a web page of a few cells over a million others",
        "a.xls",
        as_text("<table>" + "<tr><td colspan=1000 rowspan=1000>x" * 100 + "</table>"),
        refused="load.sheet_too_large",
    ),
    Case(
        "a damaged column number in Excel 97",
        "a.xls",
        damaged_xls,
        refused="load.workbook_broken",
    ),
    Case(
        "title rows above the header",
        "a.xlsx",
        as_xlsx(
            [["闵行区早餐网点一览表"], ["填报单位：某街道", None, "2023年5月"], *SOUND],
            merged=["A1:G1"],
        ),
    ),
    Case(
        "a town merged over its rows",
        "a.xlsx",
        as_xlsx(table(街镇=["古美路街道", None, "七宝镇"]), merged=["B2:B3"]),
        shows={"town_id": ("310112006", "310112006", "310112102")},
    ),
    Case(
        "a header of two rows",
        "a.xlsx",
        as_xlsx(
            [
                ["序号", "街镇", "网点名称", "地址", "业态", "坐标", None],
                [None] * 5 + ["经度", "纬度"],
                *ROWS,
            ],
            merged=["F1:G1", "A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:E2"],
        ),
    ),
    Case(
        "a totals row",
        "a.xlsx",
        as_xlsx([*SOUND, ["合计", None, 3, None, None, None, None]]),
        rejects=((5, "row_total"),),
    ),
    Case(
        "subtotals between the rows",
        "a.xlsx",
        as_xlsx([*SOUND[:3], [None, "小计", 2], SOUND[3], [None, "总计：", 3]]),
        rejects=((4, "row_total"), (6, "row_total")),
    ),
    Case(
        "blank rows between the rows",
        "a.xlsx",
        as_xlsx([HEADINGS, [None] * 7, ROWS[0], ["  ", "　"], *ROWS[1:]]),
    ),
    Case(
        "a remark below the table",
        "a.xlsx",
        as_xlsx([*SOUND, ["填表人：", "某某"], ["注：不含流动摊"]]),
        rejects=((5, "row_note"), (6, "row_note")),
    ),
    Case(
        "the header once more on the second page",
        "a.xlsx",
        as_xlsx([*SOUND[:2], HEADINGS, *SOUND[2:]]),
        rejects=((3, "row_header"),),
    ),
    Case(
        "three sheets",
        "a.xlsx",
        as_xlsx(SOUND[:2], others=[("七宝", [HEADINGS, ROWS[1]]), ("其他", [HEADINGS, ROWS[2]])]),
    ),
    Case(
        "one sheet chosen of three",
        "a.xlsx",
        as_xlsx(SOUND[:2], others=[("七宝", [HEADINGS, ROWS[2]]), ("说明", [["随便"]])]),
        {"sheet": "七宝"},
        taken=NAMES[2:],
    ),
    Case(
        "a sheet that is not a table",
        "a.xlsx",
        as_xlsx(SOUND, others=[("填表说明", [["请各街镇认真填写"], ["不得漏报"]])]),
        refused="load.no_header",
    ),
    Case("a wrong sheet", "a.xlsx", as_xlsx(SOUND), {"sheet": "菜市场"}, refused="load.no_sheet"),
    Case(
        "a hidden sheet",
        "a.xlsx",
        as_xlsx(
            SOUND,
            others=[("旧", [HEADINGS, [9, "七宝镇", "旧店", "x", "单店", 121.35, 31.13]])],
            hidden=["旧"],
        ),
    ),
    Case("empty columns at the right", "a.xlsx", as_xlsx([[*row, None, " "] for row in SOUND])),
    Case(
        "a cell with a line break",
        "a.csv",
        as_csv(table(地址=["平南路1号\n底层", "古龙路2号", "漕宝路3号"])),
        shows={"address": ("平南路1号 底层", "古龙路2号", "漕宝路3号")},
    ),
    Case(
        "a comma in an address without quotes",
        "a.csv",
        as_text(LINES.replace("古龙路2号", "古龙路2号,底层")),
        taken=("甲记早餐", "丙记早餐"),
        rejects=((3, "row_overlong"),),
    ),
    Case(
        "a quote that does not close",
        "a.csv",
        as_text(LINES.replace("乙记早餐", '"乙记早餐')),
        taken=("甲记早餐", '"乙记早餐', "丙记早餐"),
    ),
    Case(
        "quotes inside a name",
        "a.csv",
        as_text(LINES.replace("乙记早餐", '乙记"老味道"')),
        taken=("甲记早餐", '乙记"老味道"', "丙记早餐"),
    ),
    Case(
        "a thousand columns too many",
        "a.csv",
        as_text(",".join([*HEADINGS, *"a" * 1000]) + "\n" + "b\n"),
        refused="load.table_wide",
    ),
    Case("the header row given", "a.xlsx", as_xlsx([["表一"], *SOUND]), {"header_row": 2}),
    Case(
        "a header row that is not there",
        "a.xlsx",
        as_xlsx(SOUND),
        {"header_row": 99},
        refused="load.header_row_absent",
    ),
]

LAYERS = [
    Case(
        "GeoJSON whose points have no property in common",
        "a.geojson",
        as_text(
            json.dumps(
                {
                    "type": "FeatureCollection",
                    "features": [
                        {
                            "type": "Feature",
                            "properties": {f"p{number}": 1},
                            "geometry": {"type": "Point", "coordinates": [121.39, 31.14]},
                        }
                        for number in range(1001)
                    ],
                }
            )
        ),
        {"datum": "auto"},
        refused="load.table_wide",
    ),
    Case(
        "Shapefile in GBK without .cpg",
        "a.shp",
        as_layer("ESRI Shapefile", encoding="gbk", cpg=""),
        {"datum": "auto"},
    ),
    Case(
        "Shapefile in UTF-8 with .cpg",
        "a.shp",
        as_layer("ESRI Shapefile", encoding="utf-8"),
        {"datum": "auto"},
    ),
    Case(
        "Shapefile in UTF-8 without .cpg",
        "a.shp",
        as_layer("ESRI Shapefile", encoding="utf-8", cpg=""),
        {"datum": "auto"},
    ),
    Case(
        "Shapefile in GBK whose .cpg says UTF-8",
        "a.shp",
        as_layer("ESRI Shapefile", encoding="gbk", cpg="UTF-8"),
        {"datum": "auto"},
    ),
    Case(
        "Shapefile without .dbf",
        "a.shp",
        lambda p: (as_layer("ESRI Shapefile")(p), p.with_suffix(".dbf").unlink()),
        {"datum": "auto"},
        refused="load.dbf_absent",
    ),
    *(
        Case(
            f"Shapefile whose .dbf {fault}",
            "a.shp",
            with_dbf(place, form, value),
            {"datum": "auto"},
            refused="load.dbf_torn",
        )
        for fault, place, form, value in (
            ("claims two billion rows", 4, "<I", 2_000_000_000),
            ("claims a row too many", 4, "<I", 4),
            ("has rows of no width", 10, "<H", 0),
            ("is all header", 8, "<H", 0xFFFF),
            ("has no header", 8, "<H", 0),
        )
    ),
    Case(
        "Shapefile whose .dbf is cut off in its header",
        "a.shp",
        lambda p: (
            as_layer("ESRI Shapefile")(p),
            p.with_suffix(".dbf").write_bytes(p.with_suffix(".dbf").read_bytes()[:20]),
        ),
        {"datum": "auto"},
        refused="load.dbf_torn",
    ),
    Case(
        "Shapefile without .prj",
        "a.shp",
        lambda p: (as_layer("ESRI Shapefile")(p), p.with_suffix(".prj").unlink()),
        {"datum": "auto"},
        refused="load.datum_missing",
    ),
    Case("GeoPackage", "a.gpkg", as_layer("GPKG"), {"datum": "auto"}),
    Case(
        "GeoPackage in EPSG:4549",
        "a.gpkg",
        as_layer(
            "GPKG",
            crs=4549,
            points=[
                Point(*Transformer.from_crs(4326, 4549, always_xy=True).transform(*POINTS[n]))
                for n in NAMES
            ],
        ),
        {"datum": "auto"},
    ),
    Case(
        "GeoPackage of several layers",
        "a.gpkg",
        as_layer("GPKG", more=["b"]),
        refused="load.several_layers",
    ),
    Case(
        "a layer that is not there",
        "a.gpkg",
        as_layer("GPKG"),
        {"layer": "b"},
        refused="load.no_layer",
    ),
    Case(
        "GeoJSON with a missing and a line-like shape",
        "a.geojson",
        as_layer(
            "GeoJSON",
            points=[Point(121.39, 31.14), None, MultiPoint([(121.35, 31.15), (121.36, 31.15)])],
        ),
        taken=NAMES[:1],
        rejects=((2, "no_shape"), (3, "shape_is_line")),
    ),
    Case(
        "GeoJSON without features",
        "a.geojson",
        as_text('{"type": "FeatureCollection", "features": []}'),
        refused="load.empty_register",
    ),
    Case(
        "GeoJSON in GB18030",
        "a.geojson",
        lambda p: (as_layer("GeoJSON")(p), p.write_bytes(p.read_text("utf-8").encode("gb18030"))),
    ),
    Case(
        "a layer in degrees declared in metres",
        "a.geojson",
        as_layer("GeoJSON"),
        {"datum": "EPSG:4549"},
        refused="load.datum_contradiction",
    ),
]

HEADING_FAULTS = [
    Case(
        "headings cut to ten bytes by a Shapefile",
        "a.csv",
        as_csv(
            [["序号", "所属街", "网点名", "详细地", "经营业", "经度", "纬度"], *ROWS],
        ),
    ),
    Case(
        "headings with spaces, stars, units and line breaks",
        "a.xlsx",
        as_xlsx(
            renamed(网点名称="*网点\n名称", 经度=" 经 度（°E）", 纬度="纬度(°N)", 街镇="街 镇")
        ),
    ),
    Case(
        "English headings",
        "a.csv",
        as_csv([["No.", "Town", "Name", "Address", "Subtype", "Longitude", "Latitude"], *ROWS]),
    ),
    Case("full-width headings", "a.csv", as_csv(renamed(经度="ＬＮＧ", 纬度="ＬＡＴ"))),
    Case(
        "two columns that may be the name",
        "a.csv",
        as_csv(table(店名=["a", "b", "c"])),
        refused="load.column_ambiguous",
    ),
    Case(
        "two columns with the same heading",
        "a.csv",
        as_csv([[*HEADINGS, "网点名称"], *[[*row, "x"] for row in ROWS]]),
        refused="load.column_ambiguous",
    ),
    Case(
        "two name columns, one chosen",
        "a.csv",
        as_csv(table(店名=["a", "b", "c"])),
        {"columns": {"name": "网点名称"}},
    ),
    Case(
        "a name column that is not recognised",
        "a.csv",
        as_csv(renamed(网点名称="老板叫它")),
        refused="load.no_name_column",
    ),
    Case(
        "an unusual name column, told",
        "a.csv",
        as_csv(renamed(网点名称="老板叫它")),
        {"columns": {"name": "老板叫它"}},
    ),
    Case(
        "a column in the settings that is not there",
        "a.csv",
        as_csv(SOUND),
        {"columns": {"name": "店铺"}},
        refused="load.no_column",
    ),
    Case(
        "a field in the settings that does not exist",
        "a.csv",
        as_csv(SOUND),
        {"columns": {"nmae": "网点名称"}},
        refused="load.fields_unknown",
    ),
    Case("no header at all", "a.csv", as_csv(ROWS), refused="load.no_header"),
    Case(
        "no coordinate columns and no address",
        "a.csv",
        as_csv(without("经度", "纬度", "地址")),
        refused="load.no_coordinate_columns",
    ),
    Case("columns of no use", "a.csv", as_csv(table(备用1=["x", None, 3], 网格=[1, 2, 3]))),
]

VALUES = [
    Case(
        "full-width digits",
        "a.csv",
        as_csv(table(经度=["１２１．３９", *LON[1:]], 营业面积=["１２００㎡", None, "５０"])),
        shows={"area_m2": (1200.0, np.nan, 50.0)},
    ),
    Case(
        "areas with units",
        "a.csv",
        as_csv(table(**{"营业面积（平方米）": ["约1,200平方米", "0.12万㎡", "3亩"]})),
        shows={"area_m2": (1200.0, 1200.0, 2000.0)},
    ),
    Case(
        "an area that is a word",
        "a.csv",
        as_csv(table(营业面积=["很大", 80, -5])),
        notes=((2, "area_unreadable"), (4, "area_unreadable")),
        shows={"area_m2": (np.nan, 80.0, np.nan)},
    ),
    Case(
        "seats",
        "a.csv",
        as_csv(table(**{"座位数（个）": [36, "２０", None]})),
        shows={"seats_n": (36.0, 20.0, np.nan)},
    ),
    Case(
        "dates as texts",
        "a.csv",
        as_csv(table(开业时间=["2023年5月", "2021/3/8", "二〇二二年十二月"])),
        shows={"opened_on": ("2023-05-01", "2021-03-08", "2022-12-01")},
    ),
    Case(
        "dates as serials, numbers and dates",
        "a.xlsx",
        as_xlsx(table(开业时间=[44263, 2023.5, dt.date(2022, 1, 31)])),
        shows={"opened_on": ("2021-03-08", "2023-05-01", "2022-01-31")},
    ),
    Case(
        "2023.1 that may have been 2023.10",
        "a.xlsx",
        as_xlsx(table(开业时间=[2023.1, 2019, "2023.10"])),
        notes=((2, "date_unreadable"),),
        shows={"opened_on": (np.nan, "2019-01-01", "2023-10-01")},
    ),
    Case(
        "31 February",
        "a.csv",
        as_csv(table(开业时间=["2023-02-31", None, None])),
        notes=((2, "date_unreadable"),),
    ),
    Case(
        "opening hours in all writings",
        "a.csv",
        as_csv(table(营业时间=["6：00～9：30", "早6点至晚8点半", "全天"])),
        shows={"opens_at": ("06:00", "06:00", "00:00"), "closes_at": ("09:30", "20:30", "24:00")},
    ),
    Case(
        "opening hours that are none",
        "a.csv",
        as_csv(table(营业时间=["看心情", "6-10", "25:00-26:00"])),
        notes=((2, "hours_unreadable"), (4, "hours_unreadable")),
        shows={"opens_at": (np.nan, "06:00", np.nan)},
    ),
    Case(
        "yes and no in Chinese",
        "a.csv",
        as_csv(table(是否示范=["√", "否", "有"])),
        shows={"is_demonstration": (True, False, True)},
    ),
    Case(
        "neither yes nor no",
        "a.csv",
        as_csv(table(是否示范=["待定", None, "是"])),
        notes=((2, "yes_no_unreadable"),),
        shows={"is_demonstration": (False, False, True)},
    ),
    Case(
        "statuses in all words",
        "a.csv",
        as_csv(table(营业状态=["正常营业", "筹建中", "已停业（2022）"])),
        shows={"status": ("operating", "planned", "closed")},
    ),
    Case(
        "an unknown status",
        "a.csv",
        as_csv(table(状态=["营业", "神秘", None])),
        taken=("甲记早餐", "丙记早餐"),
        rejects=((3, "status_unknown"),),
    ),
    Case(
        "an unknown status, explained",
        "a.csv",
        as_csv(table(状态=["营业", "神秘", None])),
        {"values": {"神秘": "closed"}},
        shows={"status": ("operating", "closed", "operating")},
    ),
    Case(
        "a closing date that cannot be read",
        "a.csv",
        as_csv(table(停业时间=["去年", None, "2022.6"])),
        taken=NAMES[1:],
        rejects=((2, "closing_unreadable"),),
    ),
    Case(
        "subtypes in free text",
        "a.csv",
        as_csv(table(业态=["连锁早餐门店（含外卖）", "超市＋早餐", "无人早餐车"])),
        shows={"subtype": ("delivery", "supermarket", "vending")},
    ),
    Case(
        "a subtype of no rule",
        "a.csv",
        as_csv(table(业态=["奶茶", "CVS", None])),
        notes=((2, "subtype_unknown"),),
        shows={"subtype": (np.nan, "cvs", np.nan)},
    ),
    Case(
        "no name",
        "a.csv",
        as_csv(table(网点名称=["甲记早餐", "  ", "丙记早餐"])),
        taken=("甲记早餐", "丙记早餐"),
        rejects=((3, "no_name"),),
    ),
    Case(
        "no name but a company",
        "a.csv",
        as_csv(table(网点名称=["甲记早餐", None, "丙记早餐"], 企业名称=["甲", "乙公司", "丙"])),
        taken=("甲记早餐", "乙公司", "丙记早餐"),
    ),
    Case(
        "names of persons and telephone numbers",
        "a.xlsx",
        as_xlsx(
            table(
                负责人=["张三", "李四", None],
                联系电话=[13812345678.0, "021-1234", None],
                纬度=[31.14, "无", 31.15],
                备注=["电话13912345678", "找13712345678", None],
            )
        ),
        taken=("甲记早餐", "丙记早餐"),
        rejects=((3, "coordinate_unreadable"),),
    ),
    Case(
        "a name that looks like a formula",
        "a.xlsx",
        as_csv(table(网点名称=["=1+1", "乙记早餐", "丙记早餐"])),
        refused="load.workbook_broken",
    ),
]

COORDINATES = [
    Case("GCJ-02", "a.csv", as_csv(shifted(datum.wgs84_to_gcj02)), {"datum": "GCJ-02"}),
    Case("BD-09", "a.csv", as_csv(shifted(datum.wgs84_to_bd09)), {"datum": "百度"}),
    Case("EPSG:4549 with X north", "a.csv", as_csv(projected(4549)), {"datum": "EPSG:4549"}),
    Case(
        "EPSG:4549 with X east",
        "a.csv",
        as_csv(projected(4549, is_north_first=False)),
        {"datum": "EPSG:4549"},
        refused="load.layer_swapped",
    ),
    Case(
        "EPSG:4549 with X east, told",
        "a.csv",
        as_csv(projected(4549, is_north_first=False)),
        {"datum": "EPSG:4549", "columns": {"east": "X坐标", "north": "Y坐标"}},
    ),
    Case("EPSG:4528 with zone number", "a.csv", as_csv(projected(4528)), {"datum": "EPSG:4528"}),
    Case(
        "EPSG:4550",
        "a.csv",
        as_csv(projected(4550, first="北坐标", second="东坐标")),
        {"datum": "epsg 4550"},
    ),
    Case(
        "EPSG:4550 read as UTM 51N",
        "a.csv",
        as_csv(projected(4550)),
        {"datum": "EPSG:32651"},
        notes=((4, "town_outside"),),
    ),
    Case(
        "degrees, minutes and seconds",
        "a.csv",
        as_csv(table(经度=[dms(v) + "E" for v in LON], 纬度=["北纬" + dms(v) for v in LAT])),
    ),
    Case(
        "both coordinates in one cell",
        "a.csv",
        as_csv(
            table([*HEADINGS[:5], "经纬度"], [[*row[:5], f"{row[5]}，{row[6]}"] for row in ROWS])
        ),
    ),
    Case(
        "a coordinate that is a word",
        "a.csv",
        as_csv(table(经度=["暂无", *LON[1:]])),
        taken=NAMES[1:],
        rejects=((2, "coordinate_unreadable"),),
    ),
    Case(
        "half a coordinate",
        "a.csv",
        as_csv(table(纬度=[LAT[0], None, LAT[2]])),
        taken=("甲记早餐", "丙记早餐"),
        rejects=((3, "coordinate_half"),),
    ),
    Case(
        "0, 0",
        "a.csv",
        as_csv(table(经度=[0, *LON[1:]], 纬度=[0, *LAT[1:]])),
        taken=NAMES[1:],
        rejects=((2, "no_coordinates"),),
    ),
    Case(
        "one row swapped",
        "a.csv",
        as_csv(table(经度=[LAT[0], *LON[1:]], 纬度=[LON[0], *LAT[1:]])),
        taken=NAMES[1:],
        rejects=((2, "row_swapped"),),
    ),
    Case(
        "all rows swapped", "a.csv", as_csv(table(经度=LAT, 纬度=LON)), refused="load.layer_swapped"
    ),
    Case(
        "one row in metres",
        "a.csv",
        as_csv(table(经度=[628000.5, *LON[1:]], 纬度=[3445000.1, *LAT[1:]])),
        taken=NAMES[1:],
        rejects=((2, "row_metric"),),
    ),
    Case(
        "all rows in metres",
        "a.csv",
        as_csv(projected(4549, first="纬度", second="经度")),
        refused="load.layer_metric",
    ),
    Case(
        "the Shanghai local grid",
        "a.csv",
        as_csv(table(经度=[-7123.4, -7600.2, -10900.8], 纬度=[-9911.7, -10466.1, -8802.3])),
        refused="load.layer_local_grid",
    ),
    Case(
        "the Shanghai local grid by name",
        "a.csv",
        as_csv(SOUND),
        {"datum": "上海城市坐标系"},
        refused="load.local_grid",
    ),
    Case(
        "one row in Beijing",
        "a.csv",
        as_csv(table(经度=[116.4, *LON[1:]], 纬度=[39.9, *LAT[1:]])),
        taken=NAMES[1:],
        rejects=((2, "row_far"),),
    ),
    Case(
        "all rows in Beijing",
        "a.csv",
        as_csv(table(经度=[116.4] * 3, 纬度=[39.9, 39.8, 39.7])),
        refused="load.layer_far",
    ),
    Case(
        "a row without coordinates but with an address",
        "a.csv",
        as_csv(table(经度=[None, *LON[1:]], 纬度=[None, *LAT[1:]])),
        taken=NAMES[1:],
        rejects=((2, "no_coordinates"),),
    ),
    Case(
        "a row with neither",
        "a.csv",
        as_csv(
            table(经度=[None, *LON[1:]], 纬度=[None, *LAT[1:]], 地址=[None, "x路1号", "y路2号"])
        ),
        taken=NAMES[1:],
        rejects=((2, "no_place"),),
    ),
    Case(
        "an address list without coordinate columns",
        "a.csv",
        as_csv(without("经度", "纬度")),
        taken=(),
        rejects=((2, "no_coordinates"), (3, "no_coordinates"), (4, "no_coordinates")),
    ),
    Case(
        "no datum declared", "a.csv", as_csv(SOUND), {"datum": "auto"}, refused="load.datum_missing"
    ),
    Case(
        "an unknown datum",
        "a.csv",
        as_csv(SOUND),
        {"datum": "GPS-85"},
        refused="load.datum_unknown",
    ),
]

PLACES = [
    Case(
        "a town by an old name",
        "a.csv",
        as_csv(table(街镇=["古美街道", "上海市闵行区古美", "七宝"])),
    ),
    Case(
        "a town by its twelve-digit code",
        "a.csv",
        as_csv(table(街镇=["310112006000", 310112006, "310112102"])),
    ),
    Case(
        "a town that disagrees with the place",
        "a.csv",
        as_csv(table(街镇=["七宝镇", "古美路街道", "七宝镇"])),
        notes=((2, "town_differs"),),
        shows={"town_id": ("310112006", "310112006", "310112102")},
    ),
    Case(
        "a town nobody knows",
        "a.csv",
        as_csv(table(街镇=["幸福镇", "古美路街道", "七宝镇"])),
        notes=((2, "town_unknown"),),
        shows={"town_id": ("310112006", "310112006", "310112102")},
    ),
    Case(
        "a point within 50 m of its town's border",
        "a.csv",
        as_csv(table(街镇=["七宝镇", "古美路街道", "七宝镇"], 经度=[121.3702, *LON[1:]])),
        shows={"town_id": ("310112102", "310112006", "310112102")},
    ),
    Case(
        "outlets outside the district",
        "a.csv",
        as_csv(table(经度=[121.42, 121.55, LON[2]], 街镇=[None, "七宝镇", "七宝镇"])),
        notes=((3, "town_outside"),),
        shows={"is_inside": (False, False, True), "town_id": (np.nan, np.nan, "310112102")},
    ),
    Case(
        "an exact repetition",
        "a.csv",
        as_csv([*SOUND, [4, *ROWS[1][1:]]]),
        rejects=((5, "duplicate"),),
    ),
    Case(
        "a repetition with other spaces, a few metres off",
        "a.csv",
        as_csv([*SOUND, [4, "古美", "乙记 早餐", None, None, 121.385100, 31.135050]]),
        rejects=((5, "duplicate"),),
    ),
    Case(
        "two branches of a chain in one mall",
        "a.csv",
        as_csv([*SOUND, [4, "七宝", "丙记早餐（二楼店）", "漕宝路3号", "单店", 121.35, 31.15]]),
        taken=(*NAMES, "丙记早餐（二楼店）"),
        notes=((5, "duplicate_likely"),),
    ),
    Case(
        "kinds by a column",
        "a.csv",
        as_csv(
            table(
                [*HEADINGS[:4], "类型", *HEADINGS[5:]],
                [
                    [*r[:4], k, *r[5:]]
                    for r, k in zip(ROWS, ("菜市场", "便利店", "早餐网点"), strict=True)
                ],
            )
        ),
        {"kind": None},
        shows={"kind": ("wet_market", "convenience", "breakfast")},
    ),
    Case(
        "an unknown kind",
        "a.csv",
        as_csv(
            table(
                [*HEADINGS[:4], "类型", *HEADINGS[5:]],
                [[*r[:4], k, *r[5:]] for r, k in zip(ROWS, ("菜市场", "网吧", None), strict=True)],
            )
        ),
        {"kind": None},
        taken=NAMES[:1],
        rejects=((3, "kind_unknown"), (4, "no_kind")),
    ),
    Case(
        "no kind anywhere",
        "a.csv",
        as_csv(without("业态")),
        {"kind": None},
        refused="load.no_kind_column",
    ),
]

CASES = [*FORMATS, *SHEETS, *LAYERS, *HEADING_FAULTS, *VALUES, *COORDINATES, *PLACES]
