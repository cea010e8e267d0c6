"""The arterials: a jittered lattice of roads, and the blocks between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from demo_district.chance import Chance
from demo_district.plan import (
    MARGIN_M,
    METRES_PER_DRAWN_KM,
    TOWNS,
    district,
    river_area,
    town_of,
)
from demo_district.words import road_names

if TYPE_CHECKING:
    from demo_district.lines import Street, StreetBook, Tags

COLUMNS: Final = 72
ROWS: Final = 72
_WIDTH_M: Final = 540.0
_HEIGHT_M: Final = 490.0
_WEST_M: Final = -24_500.0
_SOUTH_M: Final = -16_500.0
_JITTER_M: Final = 35.0
SIDES: Final = ("S", "N", "W", "E")


@dataclass(slots=True)
class Block:
    """The land between four arterials.

    `corners` are south-west, south-east, north-east, north-west; places inside are given by two
    shares: `u` from west to east, `v` from south to north.
    """

    column: int
    row: int
    corners: tuple[tuple[float, float], ...]
    town: int
    sides: dict[str, Street]
    roads: dict[str, str]
    use: str = "open"
    score: float = 0.0
    is_wet: bool = False
    shop_lines: list[tuple[int, int]] = field(default_factory=list)

    def place(self, u: float, v: float) -> tuple[float, float]:
        """Return the place at two shares of the block."""
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = self.corners
        south = x0 + (x1 - x0) * u, y0 + (y1 - y0) * u
        north = x3 + (x2 - x3) * u, y3 + (y2 - y3) * u
        return south[0] + (north[0] - south[0]) * v, south[1] + (north[1] - south[1]) * v

    @property
    def centre(self) -> tuple[float, float]:
        """Return the place in the middle."""
        return self.place(0.5, 0.5)

    def rectangle(self, west: float, south: float, east: float, north: float) -> shapely.Polygon:
        """Return the area between shares `west`-`east` and `south`-`north`."""
        return shapely.Polygon(
            [self.place(west, south), self.place(east, south),
             self.place(east, north), self.place(west, north)]
        )  # fmt: skip


def road_class(index: int) -> str:
    """Return the highway class of a lattice line.

    Examples
    --------
    >>> [road_class(index) for index in (0, 3, 4, 8)]
    ['primary', 'tertiary', 'secondary', 'primary']
    """
    if index % 8 == 0:
        return "primary"
    return "secondary" if index % 4 == 0 else "tertiary"


def build_blocks(book: StreetBook) -> list[Block]:
    """Return the blocks of the district and of a margin around it; their arterials go into `book`.

    Parameters
    ----------
    book
        Nodes and streets are added to it.
    """
    vertices = _vertices()
    middles = (vertices[:-1, :-1] + vertices[1:, :-1] + vertices[1:, 1:] + vertices[:-1, 1:]) / 4.0
    area = district()
    near = area.buffer(MARGIN_M, quad_segs=2)
    shapely.prepare(near)
    flat = middles.reshape(-1, 2)
    is_near = shapely.contains(near, shapely.points(flat))
    towns = town_of(flat)
    drawer = _Drawer(book, vertices)
    blocks = []
    for position in np.flatnonzero(is_near):
        column, row = divmod(int(position), ROWS - 1)
        blocks.append(drawer.block(column, row, int(towns[position])))
    _score(blocks)
    return blocks


def _vertices() -> np.ndarray:
    """Return the lattice, shape (COLUMNS, ROWS, 2), turned and sheared a little."""
    chance = Chance("lattice")
    steps_x = 1.0 + 0.24 * (chance.shares(COLUMNS) - 0.5)
    steps_y = 1.0 + 0.24 * (chance.shares(ROWS) - 0.5)
    x = _WEST_M + _WIDTH_M * (np.cumsum(steps_x) - steps_x[0])
    y = _SOUTH_M + _HEIGHT_M * (np.cumsum(steps_y) - steps_y[0])
    shake = _JITTER_M * (2.0 * chance.shares(COLUMNS * ROWS * 2).reshape(COLUMNS, ROWS, 2) - 1.0)
    grid = np.empty((COLUMNS, ROWS, 2))
    grid[..., 0] = x[:, None] + 0.09 * y[None, :]
    grid[..., 1] = y[None, :] - 0.07 * x[:, None]
    return np.round(grid + shake, 2)


class _Drawer:
    """Makes each arterial once, however many blocks lie at it."""

    def __init__(self, book: StreetBook, vertices: np.ndarray) -> None:
        self._book = book
        self._vertices = vertices
        self._nodes: dict[tuple[int, int], int] = {}
        self._streets: dict[tuple[str, int, int], Street] = {}
        self._roads = road_names(COLUMNS + ROWS)

    def block(self, column: int, row: int, town: int) -> Block:
        """Return one block with its four sides."""
        spots = ((column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1))
        corners = tuple((float(x), float(y)) for x, y in (self._vertices[s] for s in spots))
        sides = {
            "S": self._street("H", column, row), "N": self._street("H", column, row + 1),
            "W": self._street("V", column, row), "E": self._street("V", column + 1, row),
        }  # fmt: skip
        roads = {
            "S": self._roads[COLUMNS + row], "N": self._roads[COLUMNS + row + 1],
            "W": self._roads[column], "E": self._roads[column + 1],
        }  # fmt: skip
        block = Block(column, row, corners, town, sides, roads)
        outline = shapely.Polygon(corners)
        block.is_wet = bool(river_area().intersects(outline))
        return block

    def _node(self, column: int, row: int) -> int:
        if (column, row) not in self._nodes:
            x, y = self._vertices[column, row]
            is_lit = column % 4 == 0 or row % 4 == 0
            tags: Tags = (("highway", "traffic_signals"),) if is_lit else ()
            self._nodes[column, row] = self._book.add_node((float(x), float(y)), tags)
        return self._nodes[column, row]

    def _street(self, direction: str, column: int, row: int) -> Street:
        key = (direction, column, row)
        if key not in self._streets:
            is_level = direction == "H"
            end = (column + 1, row) if is_level else (column, row + 1)
            index = row if is_level else column
            name = self._roads[COLUMNS + row if is_level else column]
            tags: Tags = (("highway", road_class(index)), ("name", name))
            if index % 4 == 0:
                tags = (*tags, ("sidewalk", "separate"))
            self._streets[key] = self._book.add_street(
                self._node(column, row), self._node(*end), tags, index=index
            )
        return self._streets[key]


def _score(blocks: list[Block]) -> None:
    """Give each block its distance from the nearest centre of its town, in km, shaken a little."""
    chance = Chance("score")
    for block in blocks:
        noise = 0.9 * chance.share() + 1.6 * chance.bumps(*block.centre, size=1400.0)
        if block.town < 0:
            block.score = 2.0 + noise
            continue
        x, y = block.centre[0] / METRES_PER_DRAWN_KM, block.centre[1] / METRES_PER_DRAWN_KM
        nearest = min(
            ((x - east) ** 2 + (y - north) ** 2) ** 0.5 for east, north in TOWNS[block.town].centres
        )
        block.score = nearest + noise
