"""Compounds, villages and workplaces: their walls, gates and inner ways."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from demo_district.cells import Cell, reach_street
from demo_district.chance import Chance
from demo_district.lattice import SIDES, Block

if TYPE_CHECKING:
    from demo_district.lines import StreetBook, Tags

Place = tuple[float, float]
_PRIVATE: Final[Tags] = (("highway", "service"), ("access", "private"))
_LANE: Final[Tags] = (("highway", "living_street"), ("access", "private"))
_PATH: Final[Tags] = (("highway", "footway"),)
_TRACK: Final[Tags] = (("highway", "unclassified"),)
_GATE_NAMES: Final = {"S": "南门", "N": "北门", "W": "西门", "E": "东门"}
_SPACING_M: Final = 44.0


@dataclass(slots=True)
class Gate:
    """A gate in a compound's wall."""

    name: str
    place: Place
    is_open: bool
    hours: str
    node: int = -1


@dataclass(slots=True)
class Home:
    """A compound or village: its outline, gates and the block that it lies in."""

    block: Block
    corners: tuple[Place, ...]
    category: str
    gates: list[Gate] = field(default_factory=list)
    road: str = ""
    name: str = ""
    people: int = 0
    dwellings: int = 0
    elderly: int = 0
    built: int = 2000
    area_m2: float = 0.0
    middle: int = -1
    town: int = -1


@dataclass(slots=True)
class Workplace:
    """A place where people work or change trains in the morning."""

    block: Block
    place: Place
    category: str
    road: str


class Builder:
    """Puts compounds, villages and workplaces into cells, with their ways.

    Parameters
    ----------
    book
        Nodes and ways are added to it.
    """

    def __init__(self, book: StreetBook) -> None:
        self._book = book
        self._chance = Chance("homes")

    def compound(self, cell: Cell, category: str, *, is_linked: bool = True) -> Home:
        """Return a walled compound; without `is_linked` no gate leads to a street."""
        chance, home = self._chance, _home_in(cell, category)
        grid = self._inner_grid(cell)
        columns, rows = len(grid), len(grid[0])
        sides = chance.shuffled(SIDES)
        gates_n = chance.weighted(((1, 0.2), (2, 0.4), (3, 0.25), (4, 0.15)))
        for order, side in enumerate(sides[:gates_n]):
            along = chance.whole(0, (columns if side in "SN" else rows) - 1)
            is_open = order == 0 or not chance.is_hit(0.22)
            gate = self._gate(cell, grid, side, along, is_open=is_open and is_linked)
            home.gates.append(gate)
        home.road = cell.faces[sides[0]].road
        home.middle = grid[columns // 2][rows // 2]
        return home

    def _inner_grid(self, cell: Cell) -> list[list[int]]:
        """Return the inner nodes by column and row, and lay the ways between them."""
        book, chance = self._book, self._chance
        low_left = cell.block.place(cell.west, cell.south)
        low_right = cell.block.place(cell.east, cell.south)
        high_left = cell.block.place(cell.west, cell.north)
        columns = min(max(round(_apart(low_left, low_right) / _SPACING_M), 2), 9)
        rows = min(max(round(_apart(low_left, high_left) / _SPACING_M), 2), 9)
        grid = [
            [book.add_node(_inside(cell, (i + 0.5) / columns, (j + 0.5) / rows))
             for j in range(rows)]
            for i in range(columns)
        ]  # fmt: skip
        for j in range(rows):
            book.add_way([grid[i][j] for i in range(columns)], _LANE if j % 2 else _PRIVATE)
        for i in range(columns):
            for j in range(rows - 1):
                if i == 0 or chance.is_hit(0.66):
                    book.add_way([grid[i][j], grid[i][j + 1]], _PRIVATE)
                else:
                    end = _inside(cell, (i + 0.5) / columns, (j + 0.92) / rows)
                    book.add_way([grid[i][j], book.add_node(end)], _PRIVATE)
        return grid

    def _gate(
        self, cell: Cell, grid: list[list[int]], side: str, along: int, *, is_open: bool
    ) -> Gate:
        """Return a gate on one side; an open one gets its way out to the street."""
        book = self._book
        columns, rows = len(grid), len(grid[0])
        inner = {
            "S": lambda: grid[along][0], "N": lambda: grid[along][rows - 1],
            "W": lambda: grid[0][along], "E": lambda: grid[columns - 1][along],
        }[side]()  # fmt: skip
        share = (along + 0.5) / (columns if side in "SN" else rows)
        a, b = {"S": (share, 0.0), "N": (share, 1.0), "W": (0.0, share), "E": (1.0, share)}[side]
        place = _inside(cell, a, b)
        if not is_open:
            stop = _inside(cell, 0.05 + 0.9 * a, 0.05 + 0.9 * b)
            book.add_way([inner, book.add_node(stop)], _PRIVATE)
            return Gate(_GATE_NAMES[side], place, is_open=False, hours="")
        node = book.add_node(place, (("barrier", "gate"), ("foot", "yes")))
        if side in "SN":
            along_street = cell.west + (cell.east - cell.west) * share
            length = _apart(cell.block.place(0, 0), cell.block.place(1, 0))
        else:
            along_street = cell.south + (cell.north - cell.south) * share
            length = _apart(cell.block.place(0, 0), cell.block.place(0, 1))
        out = reach_street(book, cell.faces[side], along_street, length)
        book.add_way([inner, node], _PRIVATE)
        book.add_way([node, *out], (("highway", "service"),))
        hours = "06:00-22:00" if self._chance.is_hit(0.3) else "00:00-24:00"
        return Gate(_GATE_NAMES[side], place, is_open=True, hours=hours, node=node)

    def village(self, block: Block, *, has_streets: bool = True, is_linked: bool = True) -> Home:
        """Return an unwalled village in the middle of a block, with a lane and dead ends."""
        book, chance = self._book, self._chance
        corners = tuple(
            block.place(*at) for at in ((0.32, 0.34), (0.7, 0.34), (0.7, 0.7), (0.32, 0.7))
        )
        home = Home(block, corners, "农村村宅", road=block.roads["S"])
        if not has_streets:
            return home
        spine = [book.add_node(block.place(0.5, 0.34 + 0.06 * step)) for step in range(7)]
        book.add_way(spine, _TRACK)
        home.middle = spine[3]
        for position, node in enumerate(spine):
            v = 0.34 + 0.06 * position
            for reach in (-chance.between(0.08, 0.18), chance.between(0.08, 0.2)):
                if chance.is_hit(0.8):
                    end = book.add_node(block.place(0.5 + reach, v))
                    book.add_way([node, end], (("highway", "residential"),))
        if is_linked:
            for side, node in (("S", spine[0]), ("N", spine[-1])):
                if side == "S" or chance.is_hit(0.5):
                    street = book.attach(block.sides[side], 0.5)
                    book.add_way([node, street], _TRACK)
        return home

    def fields(self, block: Block) -> None:
        """Lay a farm track that ends among the fields."""
        book, chance = self._book, self._chance
        side = chance.pick(SIDES)
        share = chance.between(0.3, 0.7)
        u, v = {"S": (share, 0.0), "N": (share, 1.0), "W": (0.0, share), "E": (1.0, share)}[side]
        nodes = [book.attach(block.sides[side], share)]
        nodes += [
            book.add_node(block.place(u + (0.5 - u) * part, v + (0.5 - v) * part))
            for part in (0.3, 0.55)
        ]
        book.add_way(nodes, (("highway", "track"),))

    def grounds(self, cell: Cell, category: str) -> Workplace:
        """Return a workplace, or a park when `category` is empty, crossed by public paths."""
        book, chance = self._book, self._chance
        middle = book.add_node(_inside(cell, 0.5, 0.5))
        for side in chance.shuffled(SIDES)[: 2 if category == "学校" else 3]:
            a, b = {"S": (0.5, 0.0), "N": (0.5, 1.0), "W": (0.0, 0.5), "E": (1.0, 0.5)}[side]
            is_level = side in "SN"
            share = (cell.west + cell.east) / 2 if is_level else (cell.south + cell.north) / 2
            end = cell.block.place(1, 0) if is_level else cell.block.place(0, 1)
            length = _apart(cell.block.place(0, 0), end)
            edge = book.add_node(_inside(cell, a, b))
            way = [middle, edge, *reach_street(book, cell.faces[side], share, length)]
            book.add_way(way, _PATH)
        place = _inside(cell, 0.5, 0.5)
        road = cell.faces[chance.pick(SIDES)].road
        return Workplace(cell.block, place, category, road)


def _home_in(cell: Cell, category: str) -> Home:
    corners = tuple(_inside(cell, *at) for at in ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
    return Home(cell.block, corners, category)


def _inside(cell: Cell, a: float, b: float) -> Place:
    """Return the place at two shares of a cell."""
    u = cell.west + (cell.east - cell.west) * a
    v = cell.south + (cell.north - cell.south) * b
    return cell.block.place(u, v)


def _apart(one: Place, other: Place) -> float:
    return float(((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2) ** 0.5)
