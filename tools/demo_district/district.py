"""The district put together: blocks get their use, homes their people, streets their cuts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import shapely

from demo_district.cells import Cell, blocked_ground, divide
from demo_district.chance import Chance
from demo_district.homes import Builder, Home, Workplace
from demo_district.lattice import Block, build_blocks
from demo_district.lines import StreetBook, Way
from demo_district.plan import BRIDGES, METRES_PER_DRAWN_KM, POPULATION, TOWNS, town_of
from demo_district.words import EstateNames

_HOMES_N: Final = 1100
_VILLAGES_N: Final = 66
_DETACHED_N: Final = 6
_OFF_STREETS_N: Final = 2
_OUTSIDE_BELOW: Final = 2.75
_SMALLEST_M2: Final = 9000.0
_CATEGORIES: Final = (("商品房", 0.5), ("售后公房", 0.24), ("动迁安置", 0.2), ("公寓宿舍", 0.06))
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
    """All that the office's files are written from; places are metres of the plane."""

    book: StreetBook
    ways: list[Way]
    blocks: list[Block]
    homes: list[Home] = field(default_factory=list)
    workplaces: list[Workplace] = field(default_factory=list)


def build_district() -> District:
    """Return the demonstration district, the same on every call."""
    book = StreetBook()
    blocks = build_blocks(book)
    place = District(book, [], blocks)
    filler = _Filler(place)
    filler.fill()
    _add_bridges(book, blocks)
    place.ways = book.cut()
    _add_people(place.homes)
    return place


class _Filler:
    """Gives each block its use, town by town from the centres outwards."""

    def __init__(self, place: District) -> None:
        self._place = place
        self._builder = Builder(place.book)
        self._chance = Chance("fill")
        self._ground = blocked_ground()

    def fill(self) -> None:
        """Fill every block of the district, then those of the margin."""
        for number, town in enumerate(TOWNS):
            own = sorted(
                (b for b in self._place.blocks if b.town == number and not b.is_wet),
                key=lambda b: (b.score, b.column, b.row),
            )
            share = town.population / POPULATION
            wanted = round((_HOMES_N - _VILLAGES_N) * share)
            rest = self._built_up(own, wanted, town.industry)
            self._outskirts(rest, town.industry)
        self._villages()
        self._countryside()
        for block in self._place.blocks:
            if block.town < 0 and not block.is_wet and block.score < _OUTSIDE_BELOW:
                block.use = "outside"
                for cell in self._clear_cells(block):
                    self._builder.grounds(cell, "")

    def _clear_cells(self, block: Block) -> list[Cell]:
        """Return the cells of a block on which something can be built."""
        cells = divide(self._place.book, block, self._chance)
        return [
            c for c in cells
            if c.area.area > _SMALLEST_M2 and not shapely.intersects(self._ground, c.area)
        ]  # fmt: skip

    def _built_up(self, blocks: list[Block], wanted: int, industry: float) -> list[Block]:
        """Build compounds and what stands between them; return the blocks that are left."""
        built = 0
        for position, block in enumerate(blocks):
            if built >= wanted:
                return blocks[position:]
            if self._chance.is_hit(industry * 0.6):
                self._industry(block)
                continue
            block.use = "urban"
            for cell in self._clear_cells(block):
                if built < wanted and self._chance.is_hit(0.8):
                    category = self._chance.weighted(_CATEGORIES)
                    self._place.homes.append(self._builder.compound(cell, category))
                    built += 1
                else:
                    self._grounds(cell)
        return []

    def _grounds(self, cell: Cell) -> None:
        kinds = (("写字楼", 0.36), ("学校", 0.36), ("医院", 0.05), ("", 0.23))
        category = self._chance.weighted(kinds)
        workplace = self._builder.grounds(cell, category)
        if category:
            self._place.workplaces.append(workplace)

    def _industry(self, block: Block) -> None:
        block.use = "industry"
        cells = self._clear_cells(block)
        for position, cell in enumerate(cells):
            workplace = self._builder.grounds(cell, "产业园区")
            if position == 0:
                self._place.workplaces.append(workplace)

    def _outskirts(self, blocks: list[Block], industry: float) -> None:
        for block in blocks:
            if self._chance.is_hit(industry):
                self._industry(block)

    def _villages(self) -> None:
        """Build the villages in open blocks, some on lanes of their own, some off any street."""
        chance = self._chance
        open_blocks = [
            b for b in self._place.blocks
            if b.town >= 0 and b.use == "open" and not b.is_wet
            and not shapely.intersects(self._ground, b.rectangle(0.25, 0.25, 0.75, 0.75))
        ]  # fmt: skip
        for position, block in enumerate(chance.shuffled(open_blocks)[:_VILLAGES_N]):
            block.use = "village"
            home = self._builder.village(
                block,
                has_streets=position >= _OFF_STREETS_N,
                is_linked=position >= _OFF_STREETS_N + _DETACHED_N,
            )
            self._place.homes.append(home)

    def _countryside(self) -> None:
        """Thin out the small roads between open blocks and lay farm tracks there."""
        chance, uses = self._chance, dict[int, set[str]]()
        for block in self._place.blocks:
            for street in block.sides.values():
                uses.setdefault(id(street), set()).add(block.use)
        book = self._place.book
        is_thin = {
            id(s) for s in book.streets
            if uses.get(id(s)) == {"open"} and ("highway", "tertiary") in s.tags
            and chance.is_hit(0.3)
        }  # fmt: skip
        for block in self._place.blocks:
            sides = {id(street) for street in block.sides.values()}
            if block.use == "open" and not block.is_wet and not sides & is_thin:
                self._builder.fields(block)
        book.streets = [s for s in book.streets if id(s) not in is_thin]


def _add_bridges(book: StreetBook, blocks: list[Block]) -> None:
    """Lay the road bridges over the river from arterial to arterial."""
    corners = sorted({street.start for b in blocks if not b.is_wet for street in b.sides.values()})
    places = np.array([book.places[node] for node in corners])
    for west, east, name in BRIDGES:
        ends = []
        for bank in (west, east):
            spot = np.array(bank) * METRES_PER_DRAWN_KM
            far = ((places - spot) ** 2).sum(axis=1)
            is_west = bank is west
            side = places[:, 0] < spot[0] if is_west else places[:, 0] > spot[0]
            ends.append(corners[int(np.argmin(np.where(side, far, np.inf)))])
        tags = (("highway", "secondary"), ("name", name), ("bridge", "yes"), ("layer", "1"),
                ("foot", "yes"), ("sidewalk", "both"))  # fmt: skip
        book.bridges.append(Way(tuple(ends), tags))


def _settle(homes: list[Home]) -> None:
    """Name the town in which the middle of each home lies."""
    middles = np.array([np.mean(home.corners, axis=0) for home in homes])
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
