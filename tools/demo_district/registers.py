"""The rows of the registers as an office keeps them, small faults included."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from demo_district.chance import Chance
from demo_district.plan import TOWNS, degrees
from demo_district.words import company_name, person_name
from livelihood_map.core.datum import wgs84_to_gcj02

if TYPE_CHECKING:
    from demo_district.outlets import Outlet

Row = dict[str, object]
AS_OF: Final = dt.date(2023, 6, 30)
_EXCEL_ZERO: Final = dt.date(1899, 12, 30)
_RENOVATED_THIS_YEAR: Final = 13
_DONE_IN: Final = (3, 4, 4, 6)
_AT_WORK_N: Final = 2
_FATES: Final = (("new", 0.027), ("gone", 0.013), ("coming", 0.008), ("old", 0.952))
_FULL_WIDTH: Final = str.maketrans("0123456789", "０１２３４５６７８９")


def market_rows(outlets: list[Outlet]) -> list[Row]:
    """Return the register of wet markets, coordinates in WGS-84."""
    chance, rows = Chance("market rows"), list[Row]()
    due = renovations(len(outlets))
    for number, outlet in enumerate(outlets):
        is_standard = not chance.is_hit(0.14)
        area = chance.whole(900, 3400) if is_standard else chance.whole(280, 900)
        opened = _day(chance, 1996, 2021)
        chance.share()
        status = {3: "停业", 41: "停业", 5: "筹建", 66: "筹建"}.get(number, "营业")
        renovated = _renovated(chance, opened)
        if number in due:
            status, renovated = _work_state(due.index(number))
        rows.append(
            {
                "街镇": TOWNS[outlet.town].name,
                "市场名称": outlet.name,
                "地址": _address(chance, outlet),
                "营业面积（㎡）": area,
                "摊位数": area // chance.whole(11, 18),
                "经营单位": company_name(chance),
                "负责人": person_name(chance),
                "联系电话": float(10_000_000 + chance.whole(1, 8_999_999)),
                "开业时间": "" if status == "筹建" else _written(chance, opened, is_workbook=True),
                "改造年份": renovated,
                "类型": "标准化" if is_standard else "非标",
                "智慧菜场": "是" if is_standard and chance.is_hit(0.15) else "否",
                "状态": status,
                "营业时间": chance.pick(("05:30-18:30", "06:00-19:00", "5:00—18:00")),
                **_lonlat(outlet),
                "备注": "列入2023年改造计划" if number in due else "",
            }
        )
    rows[17]["营业面积（㎡）"] = str(rows[17]["营业面积（㎡）"]).translate(_FULL_WIDTH)
    rows[22]["经度"] = rows[22]["纬度"] = ""
    rows[70]["经度"], rows[70]["纬度"] = rows[70]["纬度"], rows[70]["经度"]
    rows[30]["街镇"], rows[55]["街镇"] = _alias(rows[30]["街镇"]), _alias(rows[55]["街镇"])
    rows[87]["街镇"] = TOWNS[(_town_number(rows[87]["街镇"]) + 5) % len(TOWNS)].name
    rows.insert(57, dict(rows[12]))
    return rows


def renovations(markets_n: int) -> list[int]:
    """Return the positions of the markets that are to be renovated this year."""
    spared = {3, 5, 12, 22, 41, 66, 70}
    usable = [number for number in range(markets_n) if number not in spared]
    return sorted(Chance("renovations").shuffled(usable)[:_RENOVATED_THIS_YEAR])


def renovation_rows(outlets: list[Outlet]) -> list[Row]:
    """Return the list of this year's renovations with the months that each takes."""
    chance = Chance("renovation rows")
    return [
        {
            "街镇": TOWNS[outlets[number].town].name,
            "市场名称": outlets[number].name,
            "工期（月）": chance.whole(2, 4),
            "最早开工": f"{AS_OF.year}-{chance.whole(1, 4):02d}",
        }
        for number in renovations(len(outlets))
    ]


def schedule_rows(outlets: list[Outlet]) -> list[Row]:
    """Return a what-if: two markets shut for some months, two that are planned open."""
    year = AS_OF.year
    events = (
        (9, f"{year}-03-15", "停业"), (9, f"{year}-07-01", "恢复营业"),
        (5, f"{year}-05-20", "开业"), (14, f"{year}/4/1", "停业"),
        (66, f"{year}年9月1日", "开业"), (14, f"{year}-10-08", "恢复营业"),
    )  # fmt: skip
    return [
        {
            "街镇": TOWNS[outlets[number].town].name,
            "市场名称": outlets[number].name,
            "日期": day,
            "事件": event,
        }
        for number, day, event in events
    ]


def _work_state(order: int) -> tuple[str, object]:
    """Return status and 改造年份 of a market of this year's list: done, at work, or to come."""
    if order < len(_DONE_IN):
        return "营业", f"{AS_OF.year}年{_DONE_IN[order]}月"
    return ("改造", "") if order < len(_DONE_IN) + _AT_WORK_N else ("营业", "")


def breakfast_rows(outlets: list[Outlet]) -> list[Row]:
    """Return the register of breakfast outlets, coordinates in GCJ-02 (Amap)."""
    chance, rows = Chance("breakfast rows"), list[Row]()
    for outlet in outlets:
        opened, closed, status = _life(chance)
        is_chain = outlet.category == "连锁早餐门店"
        rows.append(
            {
                "街镇": TOWNS[outlet.town].name,
                "网点名称": outlet.name,
                "企业名称": company_name(chance) if is_chain or chance.is_hit(0.4) else "",
                "地址": _address(chance, outlet),
                "业态": outlet.category,
                "是否示范": "是" if is_chain and chance.is_hit(0.012) else "否",
                "状态": status,
                "营业时间": chance.pick(("05:30-10:00", "06:00-13:00", "06:00-20:00", "24小时")),
                "开业时间": "" if status == "筹建" else _written(chance, opened),
                "停业时间": closed.isoformat() if closed else "",
                **_lonlat(outlet, is_gcj02=True),
                "备注": "",
            }
        )
    for position in (100, 640):
        rows[position]["经度"] = rows[position]["纬度"] = ""
        rows[position]["备注"] = "坐标待补"
    rows[333]["经度"], rows[333]["纬度"] = rows[333]["纬度"], rows[333]["经度"]
    for position in (45, 210, 388, 777, 901):
        rows[position]["街镇"] = _alias(rows[position]["街镇"])
    for position in (150, 820):
        wrong = (_town_number(rows[position]["街镇"]) + 4) % len(TOWNS)
        rows[position]["街镇"] = TOWNS[wrong].name
    rows.insert(500, dict(rows[499]))
    return rows


def centre_rows(outlets: list[Outlet]) -> dict[str, list[Row]]:
    """Return the register of neighbourhood centres by sheet."""
    chance, sheets = Chance("centre rows"), {town.zone: list[Row]() for town in TOWNS}
    for number, outlet in enumerate(outlets):
        has_point = bool(outlet.details["has_point"])
        sheets[TOWNS[outlet.town].zone].append(
            {
                "街镇": TOWNS[outlet.town].name,
                "邻里中心名称": outlet.name,
                "地址": _address(chance, outlet),
                "建筑面积（㎡）": chance.whole(800, 5200),
                "家政服务点": "有" if has_point else "无",
                "领跑社区": "是" if has_point and number in {1, 6} else "",
                "开放时间": chance.pick(("08:30-20:30", "09:00-21:00")),
                **_lonlat(outlet),
                "备注": "",
            }
        )
    return sheets


def housekeeping_rows(outlets: list[Outlet]) -> list[Row]:
    """Return the register of housekeeping points."""
    chance = Chance("housekeeping rows")
    return [
        {
            "街镇": TOWNS[outlet.town].name,
            "服务点名称": outlet.name,
            "设置类型": outlet.category,
            "地址": _address(chance, outlet),
            "开业时间": _written(chance, _day(chance, 2016, 2022), is_workbook=True),
            "营业时间": "09:00-17:00",
            **_lonlat(outlet),
            "备注": "",
        }
        for outlet in outlets
    ]


def host_rows(outlets: list[Outlet]) -> list[Row]:
    """Return the list of shops, canteens and station exits."""
    chance = Chance("host rows")
    return [
        {
            "名称": outlet.name,
            "类型": outlet.category,
            "街镇": TOWNS[outlet.town].name,
            "地址": _address(chance, outlet) if outlet.number else outlet.road,
            "营业面积（㎡）": outlet.details.get("area", ""),
            **_lonlat(outlet),
        }
        for outlet in outlets
    ]


def outside_rows(outlets: list[Outlet]) -> list[Row]:
    """Return the outlets of the neighbouring districts."""
    return [
        {
            "名称": outlet.name,
            "类型": outlet.category,
            "区": outlet.details["district"],
            "地址": f"{outlet.road}{outlet.number}号",
            **_lonlat(outlet),
        }
        for outlet in outlets
    ]


def _lonlat(outlet: Outlet, *, is_gcj02: bool = False) -> Row:
    (lon, lat), *_ = degrees([outlet.place]).tolist()
    if is_gcj02:
        lon, lat = (float(value) for value in wgs84_to_gcj02(lon, lat))
    return {"经度": round(lon, 6), "纬度": round(lat, 6)}


def _address(chance: Chance, outlet: Outlet) -> str:
    """Return an address in one of the shapes that registers hold."""
    road, number = outlet.road, outlet.number
    shapes = (
        (f"{road}{number}号", 0.62),
        (f"{road}{number}弄{chance.whole(1, 60)}号", 0.16),
        (f"闵行区{road}{number}号", 0.08),
        (f"{road}{number}号-{chance.whole(1, 4)}", 0.06),
        (f"{road}{number}弄{chance.whole(1, 9)}-{chance.whole(10, 14)}号底层", 0.04),
        (f"{road}{number}号112、113室", 0.04),
    )
    return chance.weighted(shapes)


def _day(chance: Chance, first: int, last: int) -> dt.date:
    start = dt.date(first, 1, 1).toordinal()
    return dt.date.fromordinal(chance.whole(start, dt.date(last, 12, 31).toordinal()))


def _life(chance: Chance) -> tuple[dt.date, dt.date | None, str]:
    """Return when a breakfast outlet opened and closed, and its status."""
    fate = chance.weighted(_FATES)
    this_year = dt.date(AS_OF.year, 1, 3).toordinal(), AS_OF.toordinal() - 2
    if fate == "new":
        return dt.date.fromordinal(chance.whole(*this_year)), None, "营业"
    opened = _day(chance, 2008, 2022)
    if fate == "gone":
        return opened, dt.date.fromordinal(chance.whole(*this_year)), "停业"
    return opened, None, "筹建" if fate == "coming" else "营业"


def _written(chance: Chance, day: dt.date, *, is_workbook: bool = False) -> object:
    """Return a date in one of the ways in which offices write dates."""
    shapes: list[tuple[object, float]] = [
        (day.isoformat(), 0.55),
        (f"{day.year}/{day.month}/{day.day}", 0.15),
        (f"{day.year}年{day.month}月{day.day}日", 0.1),
        (f"{day.year}年{day.month}月", 0.1),
        (f"{day.year}.{day.month}", 0.1),
    ]
    if is_workbook:
        shapes += [((day - _EXCEL_ZERO).days, 0.15), (day, 0.3)]
    return chance.weighted(shapes)


def _renovated(chance: Chance, opened: dt.date) -> object:
    first = max(opened.year + 4, 2008)
    last = AS_OF.year - 1
    return chance.whole(first, last) if first <= last and chance.is_hit(0.6) else ""


def _alias(town: object) -> str:
    return TOWNS[_town_number(town)].aliases[0]


def _town_number(name: object) -> int:
    return next(number for number, town in enumerate(TOWNS) if town.name == name)
