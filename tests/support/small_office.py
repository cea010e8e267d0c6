"""What a very small office would hand over: two towns, a lattice of streets, registers."""

from __future__ import annotations

import csv
import json
from xml.sax.saxutils import quoteattr

import openpyxl
from pyproj import Transformer

from livelihood_map.core.crs import local_transverse_mercator

EAST, NORTH = 490_000.0, 3_440_000.0
SIDE_N, STEP_M = 16, 150.0
TO_DEGREES = Transformer.from_crs(local_transverse_mercator(121.4666667), 4326, always_xy=True)
HEADINGS = ("序号", "街镇", "网点名称", "地址", "业态", "经度", "纬度")

SETTINGS = """
[run]
lang = "zh"
date = "2023-06-30"

[area]
name = "小区"

[load.towns]
path = "towns.geojson"

[[load.residences]]
path = "compounds.geojson"
datum = "WGS-84"

[[load.facilities]]
path = "breakfast.csv"
kind = "breakfast"
datum = "WGS-84"

[[load.facilities]]
path = "markets.xlsx"
sheet = "菜市场"
kind = "wet_market"
datum = "WGS-84"

[[load.facilities]]
path = "hosts.csv"
kind = "convenience"
datum = "WGS-84"

[load.streets]
path = "streets.osm"

[coverage]
kinds = ["breakfast", "wet_market"]

[programme]
name = "minhang-2023"

[siting]
kind = "breakfast"
sites_n = 3
"""


def degrees(column, row):
    """Return longitude and latitude of a lattice place, rounded as offices write them."""
    lon, lat = TO_DEGREES.transform(EAST + column * STEP_M, NORTH + row * STEP_M)
    return round(lon, 6), round(lat, 6)


def square(column, row, half):
    """Return a square polygon around a lattice place as GeoJSON; `half` is in lattice steps."""
    corners = ((-half, -half), (half, -half), (half, half), (-half, half), (-half, -half))
    return {
        "type": "Polygon",
        "coordinates": [[degrees(column + x, row + y) for x, y in corners]],
    }


def write_features(path, features):
    """Write [(geometry, properties)] as GeoJSON."""
    listed = [{"type": "Feature", "geometry": g, "properties": p} for g, p in features]
    content = {"type": "FeatureCollection", "features": listed}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def write_towns(folder):
    """Write a western and an eastern town, each half of the lattice."""
    last, middle = SIDE_N - 0.5, SIDE_N / 2 - 0.5
    features = []
    for name, west, east in (("西镇", -0.5, middle), ("东镇", middle, last)):
        corners = ((west, -0.5), (east, -0.5), (east, last), (west, last), (west, -0.5))
        shape = {"type": "Polygon", "coordinates": [[degrees(*place) for place in corners]]}
        features.append((shape, {"街镇名称": name}))
    write_features(folder / "towns.geojson", features)


def write_compounds(folder):
    """Write a compound in every second block, with dwellings and people."""
    features = []
    for row in range(0, SIDE_N - 1, 2):
        for column in range(0, SIDE_N - 1, 2):
            people = 200 + 10 * ((row * 7 + column * 3) % 11)
            named = {"小区名称": f"新村{row}-{column}", "户数": people // 3, "常住人口": people}
            features.append((square(column + 0.5, row + 0.5, 0.3), named))
    write_features(folder / "compounds.geojson", features)


def register(places, name):
    """Return the rows of a register with its heading: one outlet at each lattice place."""
    rows = [list(HEADINGS)]
    for number, place in enumerate(places, start=1):
        town = "西镇" if place[0] < SIDE_N / 2 - 0.5 else "东镇"
        rows.append([number, town, f"{name}{number}", f"{number}号", "", *degrees(*place)])
    return rows


def write_csv(path, rows):
    """Write rows as a spreadsheet program does."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)


def write_xlsx(path, rows, sheet="菜市场"):
    """Write rows as a workbook of one sheet."""
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(path)


def write_streets(folder, *, east=0.0):
    """Write the lattice of streets as OpenStreetMap XML, moved `east` by so many steps."""
    nodes, ways = [], []
    for row in range(SIDE_N):
        for column in range(SIDE_N):
            lon, lat = degrees(column + east, row)
            nodes.append(
                f'<node id="{row * 100 + column + 1}" version="1" lat="{lat}" lon="{lon}"/>'
            )
    lines = [[row * 100 + column + 1 for column in range(SIDE_N)] for row in range(SIDE_N)]
    for number, line in enumerate([*lines, *map(list, zip(*lines, strict=True))], start=1):
        inner = "".join(f'<nd ref="{ref}"/>' for ref in line)
        name = quoteattr(f"{number}号路")
        inner += f'<tag k="highway" v="residential"/><tag k="name" v={name}/>'
        ways.append(f'<way id="{number}" version="1">{inner}</way>')
    body = "".join(nodes + ways)
    text = f'<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">{body}</osm>'
    (folder / "streets.osm").write_text(text, encoding="utf-8")


def write_office(folder):
    """Write the whole folder and return the path of its settings."""
    folder.mkdir(parents=True, exist_ok=True)
    write_towns(folder)
    write_compounds(folder)
    write_streets(folder)
    write_csv(folder / "breakfast.csv", register([(1, 1), (2, 12), (9, 3)], "早餐"))
    write_xlsx(folder / "markets.xlsx", register([(3, 3), (12, 11)], "菜市场"))
    hosts = [(column, row) for row in range(1, SIDE_N, 5) for column in range(2, SIDE_N, 4)]
    write_csv(folder / "hosts.csv", register(hosts, "便利店"))
    path = folder / "livelihood.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path
