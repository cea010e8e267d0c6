"""Markets, breakfast outlets, centres, housekeeping points and their possible hosts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from demo_district.chance import Chance
from demo_district.courses import METRO
from demo_district.homes import Workplace
from demo_district.plan import NEIGHBOURS, TOWNS, district, smooth, town_of
from demo_district.words import outlet_name, store_name

if TYPE_CHECKING:
    from demo_district.blocks import Block
    from demo_district.district import District

Place = tuple[float, float]
_MARKETS_N: Final = 110
_BREAKFAST_N: Final = 1180
_CENTRES_N: Final = 62
_HOUSEKEEPING_ALONE_N: Final = 21
_STORES: Final = (("便利店", 760), ("超市", 210), ("社区食堂", 56))
_OUTSIDE: Final = (("菜市场", 14), ("早餐网点", 60), ("家政服务点", 8))
_STATION_SPACING_M: Final = 1500.0
_SAME_STATION_M: Final = 620.0
_HUNGRY_BELOW: Final = {"主城区": 0.33, "新城": 0.38, "新市镇": 0.41}
"""By zone: where the field of supply lies below this, no breakfast outlet has opened yet."""
_HILL_M: Final = 1500.0
_TYPES: Final = (
    ("连锁早餐门店", 0.24), ("特色单店", 0.31), ("便利店+早餐", 0.17), ("网订柜取", 0.03),
    ("流动餐车", 0.05), ("菜场+早餐", 0.06), ("超市+早餐", 0.04), ("社区食堂", 0.04),
    ("无人早餐车", 0.02), ("外卖", 0.04),
)  # fmt: skip
_ORDINALS: Final = "零一二三四五六七八九"
_HOST_OF: Final = {"便利店+早餐": "便利店", "超市+早餐": "超市", "社区食堂": "社区食堂"}


@dataclass(slots=True)
class Outlet:
    """A row of a register; `details` are the values of the register's own columns."""

    name: str
    category: str
    place: Place
    town: int
    road: str
    number: int
    node: int
    details: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Outlets:
    """All rows of all registers."""

    markets: list[Outlet]
    breakfast: list[Outlet]
    centres: list[Outlet]
    housekeeping: list[Outlet]
    hosts: list[Outlet]
    outside: list[Outlet]


def place_outlets(district: District) -> Outlets:
    """Return every outlet of the district; stations are added to its workplaces.

    Parameters
    ----------
    district
        The district with its streets and homes.
    """
    placer = _Placer(district)
    stations = placer.stations()
    hosts = placer.hosts(stations)
    markets = placer.spread("markets", _MARKETS_N, 720.0, "菜市场", least=0.12)
    centres = placer.spread("centres", _CENTRES_N, 1050.0, "邻里中心", least=0.0)
    alone = placer.spread("housekeeping", _HOUSEKEEPING_ALONE_N, 1500.0, "家政服务站", least=0.0)
    breakfast = placer.breakfast(markets, hosts)
    housekeeping = placer.housekeeping(centres, alone)
    outside = placer.outside()
    for rows in (markets, breakfast, centres, housekeeping, hosts):
        _settle(rows)
    for rows in (breakfast, hosts, outside):
        _tell_apart(rows)
    return Outlets(markets, breakfast, centres, housekeeping, hosts, outside)


def _tell_apart(rows: list[Outlet]) -> None:
    """Give outlets of the same name a number or an address, as branches have."""
    seen: dict[str, int] = {}
    for row in rows:
        seen[row.name] = seen.get(row.name, 0) + 1
        order = seen[row.name]
        if order == 1:
            continue
        if row.name.endswith("店）") and order < len(_ORDINALS):
            row.name = f"{row.name.removesuffix('店）')}{_ORDINALS[order]}店）"
        else:
            row.name = f"{row.name}（{row.road}{row.number}号）"


def _settle(rows: list[Outlet]) -> None:
    """Name the town in which each outlet stands; one just outside keeps that of its block."""
    towns = town_of(np.array([row.place for row in rows]))
    for row, town in zip(rows, towns.tolist(), strict=True):
        row.town = town if town >= 0 else row.town


def supply(place: Place, town: int) -> float:
    """Return how well a place is served with breakfast; forgotten quarters lie below 0."""
    return _FIELD.bumps(*place, size=_HILL_M) - _HUNGRY_BELOW[TOWNS[town].zone]


_FIELD: Final = Chance("supply")


class _Placer:
    def __init__(self, district: District) -> None:
        self._district = district
        self._numbers = Chance("numbers")
        people: dict[int, int] = {}
        for home in district.homes:
            people[id(home.block)] = people.get(id(home.block), 0) + home.people
        self._people = people
        self._built = [b for b in district.blocks if b.use == "urban"]

    def _at(self, chance: Chance, block: Block, name: str, category: str) -> Outlet:
        """Return an outlet on one of the roads around a block, a few metres off the street."""
        street = chance.pick(block.streets)
        nodes = street.nodes()
        node = nodes[chance.whole(0, len(nodes) - 1)]
        x, y = self._district.book.places[node]
        east, north = block.centre
        far = max(((east - x) ** 2 + (north - y) ** 2) ** 0.5, 1.0)
        part = chance.between(6.0, 13.0) / far
        place = x + (east - x) * part, y + (north - y) * part
        number = 2 * self._numbers.whole(4, 900) + (id(street) in block.walks)
        return Outlet(name, category, place, block.town, street.road, number, node)

    def stations(self) -> list[Outlet]:
        """Return the stations of the metro lines; they are workplaces too."""
        middles = np.array([block.centre for block in self._built])
        stations: list[Outlet] = []
        taken: set[str] = set()
        for _, points in METRO:
            line = shapely.LineString(smooth(points))
            count = round(line.length / _STATION_SPACING_M)
            for step in range(count + 1):
                spot = line.interpolate(step / count, normalized=True)
                place = round(spot.x, 2), round(spot.y, 2)
                if not district().contains(spot) or any(
                    np.hypot(s.place[0] - spot.x, s.place[1] - spot.y) < _SAME_STATION_M
                    for s in stations
                ):
                    continue
                near = np.argsort(np.hypot(*(middles - place).T), kind="stable")
                block = self._built[int(near[0])]
                street = block.streets[0]
                node = self._district.book.attach(street, place)
                roads = [s.road for at in near[:9] for s in self._built[int(at)].streets]
                road = next(r for r in roads if r.endswith("路") and r not in taken)
                taken.add(road)
                name = road.removesuffix("路") + "站"
                station = Outlet(name, "站", place, block.town, street.road, 0, node)
                stations.append(station)
                self._district.workplaces.append(Workplace(block, place, "轨道站", road))
        self._district.stations = [(s.place, s.name) for s in stations]
        return stations

    def spread(
        self, stream: str, count: int, apart_m: float, ending: str, *, least: float
    ) -> list[Outlet]:
        """Return outlets kept apart from one another, where most people live first.

        `least` is the share of outlets that take any built-up block whatever lives there.
        """
        chance = Chance(stream)
        weights = [(self._people.get(id(b), 0) * chance.between(0.4, 1.0), b) for b in self._built]
        ordered = [b for _, b in sorted(weights, key=lambda w: (-w[0], w[1].number))]
        taken: list[Outlet] = []
        while len(taken) < count:
            for block in ordered:
                if len(taken) == count:
                    break
                spot = chance.pick(self._built) if chance.is_hit(least) else block
                outlet = self._at(chance, spot, "", ending)
                if all(_apart(outlet, other) >= apart_m for other in taken):
                    outlet.name = outlet.road.removesuffix("路") + ending
                    outlet.details["block"] = spot.number
                    taken.append(outlet)
            apart_m *= 0.9
        _tell_apart(taken)
        return taken

    def hosts(self, stations: list[Outlet]) -> list[Outlet]:
        """Return shops and canteens that could host an outlet, and the exits of the stations."""
        chance, hosts = Chance("hosts"), []
        for category, count in _STORES:
            for _ in range(count):
                host = self._at(chance, chance.pick(self._built), "", category)
                host.name = store_name(chance, category, host.road)
                size = {"便利店": (45, 140), "超市": (300, 2600), "社区食堂": (150, 600)}[category]
                host.details["area"] = chance.whole(*size)
                hosts.append(host)
        for station in stations:
            for number in range(1, chance.whole(2, 4) + 1):
                x, y = station.place
                place = x + chance.between(-45.0, 45.0), y + chance.between(-45.0, 45.0)
                name = f"{station.name}{number}号口"
                exit_ = Outlet(
                    name, "轨道站出入口", place, station.town, station.road, 0, station.node
                )
                hosts.append(exit_)
        return hosts

    def breakfast(self, markets: list[Outlet], hosts: list[Outlet]) -> list[Outlet]:
        """Return the breakfast outlets: many where supply is good, none where it is poor."""
        chance = Chance("breakfast")
        served = [
            (b, (0.15 + supply(b.centre, b.town)) * (1.0 + self._people.get(id(b), 0) / 6000.0))
            for b in self._built
            if supply(b.centre, b.town) > 0.0
        ]
        known = {id(b) for b, _ in served}
        blocks: dict[object, int] = {b.number: id(b) for b in self._built}
        rows: list[Outlet] = []
        pools = {
            category: chance.shuffled([h for h in hosts if h.category == host and self._near(h)])
            for category, host in _HOST_OF.items()
        }
        pools["菜场+早餐"] = chance.shuffled(
            [m for m in markets if blocks[m.details["block"]] in known]
        )
        while len(rows) < _BREAKFAST_N:
            category = chance.weighted(_TYPES)
            pool = pools.get(category)
            if pool is not None:
                if not pool:
                    continue
                host = pool.pop()
                place = host.place[0] + 3.0, host.place[1] + 2.0
                row = Outlet("", category, place, host.town, host.road, host.number, host.node)
            else:
                row = self._at(chance, chance.weighted(served), "", category)
            row.name = outlet_name(chance, category, row.road, row.number)
            rows.append(row)
        return rows

    def _near(self, host: Outlet) -> bool:
        """Return whether breakfast has reached the place of a host."""
        return supply(host.place, host.town) > 0.0

    def housekeeping(self, centres: list[Outlet], alone: list[Outlet]) -> list[Outlet]:
        """Return the housekeeping points: in three of five centres, and some on their own."""
        chance, rows = Chance("points"), []
        for centre in centres:
            centre.details["has_point"] = chance.is_hit(0.6)
            if centre.details["has_point"]:
                row = Outlet(
                    f"{centre.name}家政服务点", "邻里中心", centre.place, centre.town,
                    centre.road, centre.number, centre.node,
                )  # fmt: skip
                rows.append(row)
        for row in alone:
            row.category = "独立门店" if chance.is_hit(0.7) else "社区事务受理中心"
            rows.append(row)
        return rows

    def outside(self) -> list[Outlet]:
        """Return outlets of the neighbouring districts, close to the border."""
        chance, rows = Chance("outside"), list[Outlet]()
        blocks = [b for b in self._district.blocks if b.town < 0]
        for category, count in _OUTSIDE:
            first = len(rows)
            while len(rows) < first + count:
                row = self._at(chance, chance.pick(blocks), "", category)
                if town_of(np.array([row.place]))[0] >= 0:
                    continue
                stem = row.road.removesuffix("路")
                row.name = stem + {"早餐网点": "早点铺"}.get(category, category)
                row.details["district"] = _neighbour(row.place)
                rows.append(row)
        return rows


def _apart(one: Outlet, other: Outlet) -> float:
    (x, y), (east, north) = one.place, other.place
    return float(((x - east) ** 2 + (y - north) ** 2) ** 0.5)


def _neighbour(place: Place) -> str:
    """Return the neighbouring district that a place outside the border is said to be in."""
    x, y = place[0] / 1000.0, place[1] / 1000.0
    far = [(x - east) ** 2 + (y - north) ** 2 for _, (east, north) in NEIGHBOURS]
    return NEIGHBOURS[int(np.argmin(far))][0]
