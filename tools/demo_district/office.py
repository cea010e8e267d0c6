"""The files that the office hands over, and the settings that go with them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from demo_district.chance import Chance
from demo_district.plan import TOWNS, degrees, town_of
from demo_district.registers import (
    AS_OF,
    Row,
    breakfast_rows,
    centre_rows,
    host_rows,
    housekeeping_rows,
    market_rows,
    outside_rows,
    renovation_rows,
    schedule_rows,
)
from livelihood_map.core.io import layer_content, write_bytes, write_text, writing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from demo_district.district import District
    from demo_district.homes import Home
    from demo_district.outlets import Outlets

_SYNTHETIC: Final = "合成示例数据"
_WORKERS: Final = {
    "写字楼": (400, 5200), "产业园区": (500, 4200), "轨道站": (1500, 9000),
    "学校": (120, 420), "医院": (300, 1900),
}  # fmt: skip


def write_towns(path: Path) -> None:
    """Write the 14 units as GeoJSON.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    features = [
        _feature(
            {"街镇名称": town.name, "街镇代码": town.town_id, "别名": ";".join(town.aliases),
             "片区": town.zone},
            {"type": "Polygon", "coordinates": [_ring(list(town.outline.exterior.coords))]},
        )
        for town in TOWNS
    ]  # fmt: skip
    _write_features(path, features)


def write_gates(homes: Sequence[Home], path: Path) -> None:
    """Write the compounds' gates as GeoJSON.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    features = []
    for number, home in enumerate(homes, start=1):
        for order, gate in enumerate(home.gates, start=1):
            (place,) = _ring([gate.place])
            features.append(
                _feature(
                    {"门编号": f"{_code(number)}-{order}", "小区编号": _code(number),
                     "门名": gate.name, "是否开放": "是" if gate.is_open else "否",
                     "开放时间": gate.hours},
                    {"type": "Point", "coordinates": place},
                )
            )  # fmt: skip
    _write_features(path, features)


def write_compounds(homes: Sequence[Home], path: Path) -> None:
    """Write the compounds as a GeoPackage in CGCS2000, the same bytes every time.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    import geopandas as gpd
    from shapely.geometry import Polygon

    columns: dict[str, list[object]] = {
        "小区编号": [_code(number) for number in range(1, len(homes) + 1)],
        "小区名称": [home.name for home in homes],
        "街镇": [TOWNS[home.town].name for home in homes],
        "户数": [home.dwellings for home in homes],
        "常住人口": [home.people for home in homes],
        "老年人口": [home.elderly for home in homes],
        "建成年份": [home.built for home in homes],
        "类型": [home.category for home in homes],
    }
    outlines = [Polygon(_ring(list(home.corners))) for home in homes]
    compounds = gpd.GeoDataFrame(columns, geometry=outlines, crs="EPSG:4490")
    write_bytes(layer_content(compounds, driver="GPKG", layer="compounds", date=AS_OF), path)


def write_workplaces(district: District, path: Path) -> None:
    """Write the places where people work or change trains in the morning, as CSV.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    chance, rows = Chance("workers"), list[Row]()
    towns = town_of(np.array([work.place for work in district.workplaces])).tolist()
    inside = [(w, t) for w, t in zip(district.workplaces, towns, strict=True) if t >= 0]
    for number, (work, town) in enumerate(inside, start=1):
        (lon, lat), *_ = degrees([work.place]).tolist()
        low, high = _WORKERS[work.category]
        ending = {"写字楼": "商务楼", "产业园区": "科创园", "轨道站": "站"}.get(
            work.category, work.category
        )
        rows.append(
            {
                "序号": number,
                "名称": f"{work.road.removesuffix('路')}{ending}",
                "类型": work.category,
                "街镇": TOWNS[town].name,
                "早高峰人数": chance.whole(low, high),
                "经度": round(lon, 6),
                "纬度": round(lat, 6),
            }
        )
    _write_csv(rows, path, encoding="utf-8-sig")


def write_registers(outlets: Outlets, folder: Path) -> None:
    """Write all registers of outlets.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    _write_workbook(
        folder / "wet_markets.xlsx",
        {"菜市场一览表": _numbered(market_rows(outlets.markets))},
        title=f"闵行区菜市场基本情况一览表（{_SYNTHETIC}）",
        note="填报单位：某某经济委员会　　统计日期：2023年6月30日",
        sums=("营业面积（㎡）", "摊位数"),
    )
    _write_workbook(
        folder / "neighbourhood_centres.xlsx",
        {sheet: _numbered(rows) for sheet, rows in centre_rows(outlets.centres).items()},
        title=f"闵行区邻里中心一览表（{_SYNTHETIC}）",
    )
    _write_workbook(
        folder / "housekeeping.xlsx",
        {"家政服务点": _numbered(housekeeping_rows(outlets.housekeeping))},
        title=f"闵行区家政服务点一览表（{_SYNTHETIC}）",
        sums=(),
    )
    breakfast = _numbered(breakfast_rows(outlets.breakfast))
    blank: Row = dict.fromkeys(breakfast[0], "")
    breakfast.insert(700, blank)
    _write_csv(breakfast, folder / "breakfast.csv", encoding="gb18030")
    _write_csv(
        _numbered(renovation_rows(outlets.markets)),
        folder / "renovations.csv",
        encoding="utf-8-sig",
    )
    _write_csv(
        _numbered(schedule_rows(outlets.markets)), folder / "schedule.csv", encoding="utf-8-sig"
    )
    _write_csv(_numbered(host_rows(outlets.hosts)), folder / "hosts.csv", encoding="utf-8-sig")
    _write_csv(
        _numbered(outside_rows(outlets.outside)), folder / "outside.csv", encoding="utf-8-sig"
    )


def _numbered(rows: list[Row]) -> list[Row]:
    return [{"序号": number, **row} for number, row in enumerate(rows, start=1)]


def _code(number: int) -> str:
    return f"MH{number:04d}"


def _ring(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(round(lon, 7), round(lat, 7)) for lon, lat in degrees(places).tolist()]


def _feature(properties: Row, geometry: dict[str, object]) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _write_features(path: Path, features: Sequence[dict[str, object]]) -> None:
    """Write a FeatureCollection, one feature a line."""
    lines = ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":")) for f in features)
    text = f'{{"type":"FeatureCollection","name":"{path.stem}","features":[\n{lines}\n]}}\n'
    write_text(text, path)


def _write_csv(rows: Sequence[Row], path: Path, *, encoding: str) -> None:
    """Write rows as a CSV with Windows line ends, as Excel saves it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    write_bytes(text.getvalue().encode(encoding), path)


def _write_workbook(
    path: Path,
    sheets: dict[str, list[Row]],
    *,
    title: str,
    note: str = "",
    sums: tuple[str, ...] | None = None,
) -> None:
    """Write a register with a merged title above the headings and, with `sums`, a totals row."""
    import xlsxwriter

    with writing(path) as draft, xlsxwriter.Workbook(str(draft)) as book:
        created = dt.datetime(AS_OF.year, AS_OF.month, AS_OF.day)  # noqa: DTZ001  (a file property)
        book.set_properties({"created": created, "comments": _SYNTHETIC})
        head = book.add_format({"bold": True, "border": 1, "align": "center"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        big = book.add_format({"bold": True, "font_size": 16, "align": "center"})
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            headings = list(rows[0])
            page.merge_range(0, 0, 0, len(headings) - 1, title, big)
            top = 1
            if note:
                page.merge_range(1, 0, 1, len(headings) - 1, note)
                top = 2
            page.write_row(top, 0, headings, head)
            page.set_column(0, len(headings) - 1, 13)
            for line, row in enumerate(rows, start=top + 1):
                for column, heading in enumerate(headings):
                    _write_cell(page, line, column, row[heading], day)
            if sums is not None:
                end = top + 1 + len(rows)
                page.write_string(end, 0, "合计")
                for heading in sums:
                    values = [row[heading] for row in rows if isinstance(row[heading], int)]
                    page.write_number(end, headings.index(heading), sum(values))  # type: ignore[arg-type]


def _write_cell(page: Any, line: int, column: int, value: object, day: Any) -> None:  # noqa: ANN401
    """Write one cell by the type of its value."""
    if isinstance(value, dt.date):
        page.write_datetime(line, column, dt.datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
    elif isinstance(value, (int, float)):
        page.write_number(line, column, value)
    elif value != "":
        page.write_string(line, column, str(value))
