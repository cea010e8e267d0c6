"""The inside of a block: inner streets, sidewalks, and the cells that compounds stand in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import shapely

from demo_district.lattice import SIDES, Block
from demo_district.plan import BARRIERS, river_area

if TYPE_CHECKING:
    from demo_district.chance import Chance
    from demo_district.lines import Street, StreetBook

_SIDEWALK_M: Final = 12.0
_WALL_M: Final = 18.0
_INNER_WALL_M: Final = 7.0
_CLEAR_M: Final = 22.0


@dataclass(slots=True)
class Face:
    """One side of a cell: the street outside, and the sidewalk between, if there is one."""

    street: Street
    sidewalk: Street | None
    is_inner: bool
    road: str


@dataclass(slots=True)
class Cell:
    """A piece of a block between streets; bounds are shares of the block, inside the wall."""

    block: Block
    west: float
    south: float
    east: float
    north: float
    faces: dict[str, Face]

    @property
    def area(self) -> shapely.Polygon:
        """Return the land inside the wall."""
        return self.block.rectangle(self.west, self.south, self.east, self.north)


def blocked_ground() -> shapely.Geometry:
    """Return the ground on which nothing is built: river, canals, expressways, railway."""
    lines = [barrier.line.buffer(_CLEAR_M, quad_segs=1) for barrier in BARRIERS]
    ground = shapely.union_all([*lines, river_area()])
    shapely.prepare(ground)
    return ground


def divide(book: StreetBook, block: Block, chance: Chance) -> list[Cell]:
    """Return the cells of a built-up block; its inner streets and sidewalks go into `book`.

    Parameters
    ----------
    book
        Nodes and streets are added to it.
    block
        The block.
    chance
        Stream of draws.
    """
    pattern = chance.weighted((("cross", 0.46), ("column", 0.19), ("row", 0.2), ("whole", 0.15)))
    size = _size(block)
    walks = {side: _sidewalk(book, block, side, size) for side in SIDES}
    faces = {
        side: Face(block.sides[side], walks[side], is_inner=False, road=block.roads[side])
        for side in SIDES
    }
    u, v = chance.between(0.42, 0.58), chance.between(0.42, 0.58)
    column = row = None
    if pattern in {"cross", "column"}:
        column = _inner(book, faces["S"], faces["N"], u, size)
    if pattern in {"cross", "row"}:
        row = _inner(book, faces["W"], faces["E"], v, size[::-1])
    if column is not None and row is not None:
        _join(book, column, row, u, v, block)
    spans_u = [(0.0, u), (u, 1.0)] if column else [(0.0, 1.0)]
    spans_v = [(0.0, v), (v, 1.0)] if row else [(0.0, 1.0)]
    return [
        _cell(block, span_u, span_v, faces, column, row, size)
        for span_u in spans_u
        for span_v in spans_v
    ]


def _size(block: Block) -> tuple[float, float]:
    """Return width and height of a block in metres."""
    west, east = block.place(0, 0.5), block.place(1, 0.5)
    south, north = block.place(0.5, 0), block.place(0.5, 1)
    width = ((east[0] - west[0]) ** 2 + (east[1] - west[1]) ** 2) ** 0.5
    height = ((north[0] - south[0]) ** 2 + (north[1] - south[1]) ** 2) ** 0.5
    return width, height


def _sidewalk(
    book: StreetBook, block: Block, side: str, size: tuple[float, float]
) -> Street | None:
    """Return the sidewalk along a main road, joined to both crossings; None beside small roads."""
    street = block.sides[side]
    if ("sidewalk", "separate") not in street.tags:
        return None
    du, dv = _SIDEWALK_M / size[0], _SIDEWALK_M / size[1]
    ends = {
        "S": ((du, dv), (1 - du, dv)), "N": ((du, 1 - dv), (1 - du, 1 - dv)),
        "W": ((du, dv), (du, 1 - dv)), "E": ((1 - du, dv), (1 - du, 1 - dv)),
    }[side]  # fmt: skip
    first, last = (book.add_node(block.place(*end)) for end in ends)
    tags = (("highway", "footway"), ("footway", "sidewalk"))
    walk = book.add_street(first, last, tags)
    crossing = (("highway", "footway"), ("footway", "crossing"))
    book.add_way([first, street.start], crossing)
    book.add_way([last, street.end], crossing)
    return walk


def _walk_share(share: float, length: float) -> float:
    """Return the share along a sidewalk that lies opposite a share of the street."""
    margin = _SIDEWALK_M / length
    return (share - margin) / (1 - 2 * margin)


def reach_street(book: StreetBook, face: Face, share: float, length: float) -> list[int]:
    """Return the nodes from a wall outwards: the sidewalk's, if there is one, then the street's.

    Parameters
    ----------
    book
        Nodes are added to it.
    face
        The side of the cell.
    share
        Where along the street, 0-1.
    length
        Length of the street, metres.
    """
    nodes = []
    if face.sidewalk is not None:
        nodes.append(book.attach(face.sidewalk, _walk_share(share, length)))
    return [*nodes, book.attach(face.street, share)]


def _inner(
    book: StreetBook, low: Face, high: Face, share: float, size: tuple[float, float]
) -> Street:
    """Return an inner street from one side to the other; `size` is across it and along it."""
    across, length = size
    start = reach_street(book, low, share, across)
    end = reach_street(book, high, share, across)
    tags = (("highway", "residential"),)
    inner = book.add_street(start[-1], end[-1], tags)
    if len(start) > 1:
        book.attach(inner, _SIDEWALK_M / length, start[0])
    if len(end) > 1:
        book.attach(inner, 1 - _SIDEWALK_M / length, end[0])
    return inner


def _join(book: StreetBook, column: Street, row: Street, u: float, v: float, block: Block) -> None:
    """Let two inner streets meet."""
    node = book.attach(column, v, book.add_node(block.place(u, v)))
    book.attach(row, u, node)


def _cell(
    block: Block,
    span_u: tuple[float, float],
    span_v: tuple[float, float],
    faces: dict[str, Face],
    column: Street | None,
    row: Street | None,
    size: tuple[float, float],
) -> Cell:
    """Return a cell with its walls set back from the streets around it."""
    own = dict(faces)
    road = block.roads["S"].removesuffix("路") + "支路"
    if column is not None:
        side = "E" if span_u[0] == 0.0 else "W"
        own[side] = Face(column, None, is_inner=True, road=road)
    if row is not None:
        side = "N" if span_v[0] == 0.0 else "S"
        own[side] = Face(row, None, is_inner=True, road=road)
    back = {side: _INNER_WALL_M if face.is_inner else _WALL_M for side, face in own.items()}
    return Cell(
        block,
        span_u[0] + back["W"] / size[0], span_v[0] + back["S"] / size[1],
        span_u[1] - back["E"] / size[0], span_v[1] - back["N"] / size[1],
        own,
    )  # fmt: skip
