"""A project of the office program whose register of breakfast outlets has addresses alone."""

from __future__ import annotations

from small_office import register, write_csv, write_office

SETTINGS = """
[run]
lang = "zh"
[area]
name = "无坐标"
[load.towns]
path = "data/towns.geojson"
[load.streets]
path = "data/streets.osm"
[[load.residences]]
path = "data/compounds.geojson"
[[load.facilities]]
path = "data/markets.xlsx"
kind = "wet_market"
datum = "WGS-84"
[[load.facilities]]
path = "data/breakfast.csv"
kind = "breakfast"
datum = "GCJ-02"
"""
FILES = ("towns.geojson", "compounds.geojson", "streets.osm", "markets.xlsx", "breakfast.csv")


def write_unplaced(served, folder):
    """Return somebody, the address of the project and the project, its files written and named."""
    write_office(folder)
    rows = register([(1, 1), (2, 12), (9, 3)], "早餐")
    addresses = ["3号路8号", "新村2-4北门", "不知何处"]
    alone = [[*row[:3], address] for row, address in zip(rows[1:], addresses, strict=True)]
    write_csv(folder / "breakfast.csv", [rows[0][:4], *alone])
    client, base = served.project("无坐标")
    project = served.app.state.projects.find(base.rpartition("/")[2])
    for name in FILES:
        (project.data / name).write_bytes((folder / name).read_bytes())
    project.settings.path.write_text(SETTINGS, "utf-8")
    return client, base, project
