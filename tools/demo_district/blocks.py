"""The land between main roads: blocks with the streets around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from demo_district.arterials import remoteness
from demo_district.chance import Chance
from demo_district.courses import taken_ground
from demo_district.plan import METRES_PER_DRAWN_KM, TOWNS, town_of

if TYPE_CHECKING:
    from demo_district.lines import Street, StreetBook

_SMALLEST_M2: Final = 6_000.0
_SHARED_M: Final = 70.0
_LARGEST_M2: Final = 9_000_000.0
# Half the width of a road with its sidewalks, and of an inner street.
_ROOM_M: Final = {"primary": 24.0, "secondary": 20.0, "tertiary": 13.0}
_INNER_ROOM_M: Final = 7.5
WALK_M: Final = 12.0


@dataclass(slots=True, eq=False)
class Block:
    """A piece of land with the streets at it and in it; `walks` are their sidewalks in it."""

    number: int
    land: shapely.Polygon
    town: int
    streets: list[Street]
    walks: dict[int, Street] = field(default_factory=dict)
    use: str = "open"
    score: float = 0.0

    @property
    def centre(self) -> tuple[float, float]:
        """Return a place inside."""
        middle = self.land.centroid
        if not self.land.contains(middle):
            middle = self.land.representative_point()
        return round(middle.x, 2), round(middle.y, 2)

    @property
    def road(self) -> str:
        """Return the name of its first main road."""
        return self.streets[0].road

    def ground(self) -> shapely.Geometry:
        """Return the land that its streets leave."""
        rooms = [s.line.buffer(room(s), quad_segs=2) for s in self.streets]
        return self.land.difference(shapely.union_all(rooms))


def room(street: Street) -> float:
    """Return half the width that a street takes, metres."""
    return _ROOM_M.get(street.kind, _INNER_ROOM_M)


def find_blocks(book: StreetBook) -> list[Block]:
    """Return the blocks between the streets laid so far, from west to east.

    Parameters
    ----------
    book
        The main roads.
    """
    streets = list(book.streets)
    paths = [book.path(street) for street in streets]
    edges = shapely.get_parts(shapely.node(shapely.multilinestrings(paths)))
    faces = shapely.get_parts(shapely.polygonize(edges))
    faces = faces[shapely.area(faces) < _LARGEST_M2]
    parts, owner = shapely.get_parts(shapely.difference(faces, taken_ground()), return_index=True)
    is_large = shapely.area(parts) > _SMALLEST_M2
    parts, owner = parts[is_large], owner[is_large]
    middles = np.round(shapely.get_coordinates(shapely.point_on_surface(parts)), 1)
    order = np.lexsort((middles[:, 1], middles[:, 0]))
    tree = shapely.STRtree(paths)
    blocks = []
    towns = town_of(middles)
    for number, at in enumerate(order.tolist()):
        wide = shapely.buffer(parts[at], 32.0, quad_segs=1)
        near = np.sort(tree.query(wide, predicate="intersects"))
        inside = shapely.length(shapely.intersection(np.array(paths)[near], wide))
        own = [streets[k] for k, length in zip(near, inside, strict=True) if length > _SHARED_M]
        own = [s for s in own if not {"bridge", "tunnel"} & dict(s.tags).keys()]
        if own:
            blocks.append(Block(number, parts[at], int(towns[at]), own))
    _score(blocks)
    return blocks


def _score(blocks: list[Block]) -> None:
    """Give each block its distance from the nearest centre of its town, in km, shaken a little."""
    chance = Chance("score")
    for block in blocks:
        noise = 0.9 * chance.share() + 1.6 * chance.bumps(*block.centre, size=1400.0)
        if block.town < 0:
            block.score = max(remoteness(block.centre), 2.0) + noise
            continue
        x, y = (at / METRES_PER_DRAWN_KM for at in block.centre)
        far = [(x - a) ** 2 + (y - b) ** 2 for a, b in TOWNS[block.town].centres]
        block.score = min(far) ** 0.5 + noise
