"""The district put together: blocks get their use, homes their people, streets their cuts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely

from demo_district.arterials import lay_arterials
from demo_district.blocks import Block, find_blocks
from demo_district.cells import Cell, Divider
from demo_district.chance import Chance
from demo_district.homes import Builder, Home, Workplace
from demo_district.lines import StreetBook, Way
from demo_district.plan import POPULATION, TOWNS, TownPlan, town_of
from demo_district.words import EstateNames, RoadNames

_HOMES_N: Final = 1100
_VILLAGES_N: Final = 66
_DETACHED_N: Final = 6
_OFF_STREETS_N: Final = 2
_OUTSIDE_BELOW: Final = 3.5
_SMALLEST_M2: Final = 9000.0
_HOMES_SHARE: Final = 0.58
_CELL_M2: Final = 55_000.0
_PLANT_M2: Final = 100_000.0
_VILLAGE_GROUND_M2: Final = 24_000.0
_FIELDS_SHARE: Final = 0.6
_KINDS: Final = ("商品房", "售后公房", "动迁安置", "公寓宿舍")
# By character of the town: how its compounds divide into the four kinds.
_CATEGORIES: Final = {
    character: tuple(zip(_KINDS, shares, strict=True))
    for character, shares in {
        "old": (0.36, 0.46, 0.14, 0.04), "dense": (0.52, 0.3, 0.13, 0.05),
        "new": (0.66, 0.06, 0.24, 0.04), "works": (0.34, 0.26, 0.22, 0.18),
        "rural": (0.46, 0.08, 0.4, 0.06),
    }.items()
}  # fmt: skip
# People per square metre of compound, before the town's total is met.
_DENSITY: Final = {
    "商品房": 1.0, "售后公房": 1.45, "动迁安置": 1.3, "公寓宿舍": 1.5, "农村村宅": 0.55,
}  # fmt: skip
_PER_DWELLING: Final = {
    "商品房": 2.6, "售后公房": 2.3, "动迁安置": 2.9, "公寓宿舍": 2.0, "农村村宅": 3.1,
}  # fmt: skip
_ELDERLY: Final = {
    "商品房": 0.19, "售后公房": 0.36, "动迁安置": 0.27, "公寓宿舍": 0.03, "农村村宅": 0.31,
}  # fmt: skip


@dataclass(slots=True)
class District:
    """All that the office's files are written from; places are metres of the plane.

    `grounds` are what stands between the compounds: kind ("" for a park), land and road; `stations`
    are those of the metro, with their names.
    """

    book: StreetBook
    ways: list[Way]
    blocks: list[Block]
    homes: list[Home] = field(default_factory=list)
    workplaces: list[Workplace] = field(default_factory=list)
    grounds: list[tuple[str, shapely.Polygon, str]] = field(default_factory=list)
    stations: list[tuple[tuple[float, float], str]] = field(default_factory=list)


def build_district() -> District:
    """Return the demonstration district, the same on every call."""
    book, names = StreetBook(), RoadNames()
    lay_arterials(book, names)
    place = District(book, [], find_blocks(book))
    _Filler(place, names).fill()
    place.ways = book.cut()
    _add_people(place.homes)
    return place


class _Filler:
    """Gives each block its use, town by town from the centres outwards."""

    def __init__(self, place: District, names: RoadNames) -> None:
        self._place = place
        self._builder = Builder(place.book)
        self._chance = Chance("fill")
        self._divider = Divider(place.book, names, Chance("divide"))

    def fill(self) -> None:
        """Fill every block of the district, then those of the margin."""
        for number, town in enumerate(TOWNS):
            own = sorted(
                (b for b in self._place.blocks if b.town == number),
                key=lambda b: (b.score, b.number),
            )
            share = town.population / POPULATION
            wanted = round((_HOMES_N - _VILLAGES_N) * share)
            rest = self._built_up(own, wanted, town)
            self._outskirts(rest, town.industry)
        self._villages()
        for block in self._place.blocks:
            if block.use == "open" and self._chance.is_hit(_FIELDS_SHARE):
                self._builder.fields(block)
            elif block.town < 0 and block.score < _OUTSIDE_BELOW:
                block.use = "outside"
                for cell in self._cells(block, _CELL_M2):
                    self._grounds(cell, is_counted=False)

    def _cells(self, block: Block, size_m2: float) -> list[Cell]:
        """Return the cells of a block on which something can be built."""
        cells = self._divider.divide(block, size_m2)
        return [c for c in cells if c.land.area > _SMALLEST_M2 and _is_compact(c.land)]

    def _built_up(self, blocks: list[Block], wanted: int, town: TownPlan) -> list[Block]:
        """Build compounds and what stands between them; return the blocks that are left."""
        built = 0
        for position, block in enumerate(blocks):
            if built >= wanted:
                return blocks[position:]
            if self._chance.is_hit(town.industry * 0.6):
                self._industry(block)
                continue
            block.use = "urban"
            for cell in self._cells(block, town.cell_m2):
                home = None
                if built < wanted and self._chance.is_hit(_HOMES_SHARE):
                    kind = self._chance.weighted(_CATEGORIES[town.character])
                    if town.outline.contains(cell.land.representative_point()):
                        home = self._builder.compound(cell, kind)
                if home is not None:
                    self._place.homes.append(home)
                    built += 1
                else:
                    self._grounds(cell)
        return []

    def _grounds(self, cell: Cell, *, is_counted: bool = True) -> None:
        kinds = (("写字楼", 0.36), ("学校", 0.36), ("医院", 0.05), ("", 0.23))
        category = self._chance.weighted(kinds)
        workplace = self._builder.grounds(cell, category)
        self._place.grounds.append((category, cell.land, workplace.road))
        if category and is_counted:
            self._place.workplaces.append(workplace)

    def _industry(self, block: Block) -> None:
        block.use = "industry"
        for position, cell in enumerate(self._cells(block, _PLANT_M2)):
            workplace = self._builder.grounds(cell, "产业园区")
            self._place.grounds.append(("产业园区", cell.land, workplace.road))
            if position == 0:
                self._place.workplaces.append(workplace)

    def _outskirts(self, blocks: list[Block], industry: float) -> None:
        for block in blocks:
            if self._chance.is_hit(industry):
                self._industry(block)

    def _villages(self) -> None:
        """Build the villages in open blocks, some on lanes of their own, some off any street."""
        chance, _book = self._chance, self._place.book
        grounds = {}
        for block in self._place.blocks:
            if block.town >= 0 and block.use == "open":
                parts = shapely.get_parts(block.ground().buffer(-45.0))
                if len(parts):
                    grounds[block.number] = parts[int(np.argmax(shapely.area(parts)))]
        blocks = [b for b in self._place.blocks if b.number in grounds]
        blocks = [b for b in blocks if grounds[b.number].area > _VILLAGE_GROUND_M2]
        for position, block in enumerate(chance.shuffled(blocks)[:_VILLAGES_N]):
            block.use = "village"
            home = self._builder.village(
                block,
                grounds[block.number],
                has_streets=position >= _OFF_STREETS_N,
                is_linked=position >= _OFF_STREETS_N + _DETACHED_N,
            )
            self._place.homes.append(home)


def _is_compact(land: shapely.Polygon) -> bool:
    """Return whether land is no sliver: it fills most of its box and is not too long."""
    box = shapely.minimum_rotated_rectangle(land)
    return bool(land.area > 0.55 * box.area and land.area > 0.02 * land.length**2)


def _middle(home: Home) -> tuple[float, float]:
    middle = shapely.Polygon(home.corners).representative_point()
    return middle.x, middle.y


def _settle(homes: list[Home]) -> None:
    """Name the town in which the middle of each home lies."""
    middles = np.array([_middle(home) for home in homes])
    for home, town in zip(homes, town_of(middles).tolist(), strict=True):
        home.town = town if town >= 0 else home.block.town


def _add_people(homes: list[Home]) -> None:
    """Give each home its people so that each town meets its total, and names."""
    chance, names = Chance("people"), EstateNames()
    _settle(homes)
    for home in homes:
        home.area_m2 = float(shapely.Polygon(home.corners).area)
        years = (1978, 1998) if home.category == "售后公房" else (1996, 2021)
        home.built = chance.whole(*years)
        home.name = names.draw(home.town, home.category)
    for number, town in enumerate(TOWNS):
        own = [home for home in homes if home.town == number]
        weights = np.array(
            [h.area_m2**0.8 * _DENSITY[h.category] * chance.between(0.7, 1.3) for h in own]
        )
        exact = town.population * weights / weights.sum()
        people = np.floor(exact).astype(int)
        short = town.population - int(people.sum())
        for position in np.argsort(people - exact, kind="stable")[:short]:
            people[position] += 1
        for home, count in zip(own, people, strict=True):
            home.people = int(count)
            per_dwelling = _PER_DWELLING[home.category] * chance.between(0.9, 1.1)
            home.dwellings = round(count / per_dwelling)
            home.elderly = round(count * _ELDERLY[home.category] * chance.between(0.7, 1.3))
