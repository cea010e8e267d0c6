"""The drawn part of the demonstration district: towns, river, expressways, railway, canals.

All of it is schematic and drawn by hand in kilometres east and north of 121.4666667 E, 31.1 N. The
names and codes of the 14 units are real, their outlines are not: they lie in roughly the right
place and share their edges exactly. Populations of the units are made up.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import LineString, Polygon

from demo_district.chance import Chance

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

LON_0: Final = 121.4666667
LAT_0: Final = 31.1
METRES_PER_LON: Final = 95404.0
METRES_PER_LAT: Final = 110871.0
MARGIN_M: Final = 1300.0
RIVER_HALF_M: Final = 190.0
# The drawing is a little too large; at this scale the district measures about 372 km2.
METRES_PER_DRAWN_KM: Final = 967.7
POPULATION: Final = 2_650_000
_CELL_M2: Final = {
    "old": 38_000.0, "dense": 43_000.0, "new": 58_000.0, "works": 54_000.0, "rural": 50_000.0,
}  # fmt: skip

Point = tuple[float, float]

# Corners that towns share, in km.
_CORNERS: Final[dict[str, Point]] = {
    "a1": (-20.8, 12.7), "a2": (-19.4, 15.7), "a3": (-15.8, 16.6), "a4": (-13.0, 15.4),
    "a5": (-13.3, 13.3), "a6": (-16.3, 11.0), "a7": (-18.9, 10.9), "b1": (-10.9, 12.3),
    "b2": (-10.7, 9.0), "b3": (-14.0, 7.5), "b4": (-16.4, 8.6), "c1": (-9.4, 10.5),
    "c2": (-5.3, 9.9), "c3": (-5.7, 7.0), "c4": (-8.5, 6.9), "d1": (-8.7, 4.6),
    "d2": (-11.9, 4.0), "d3": (-14.2, 4.2), "e1": (-6.0, 4.2), "f1": (-6.0, 1.0),
    "f2": (-8.4, 0.4), "f3": (-11.2, 0.6), "g1": (-2.6, 6.6), "g2": (-1.6, 3.0),
    "g3": (-1.4, -0.6), "g4": (-4.0, -1.8), "h1": (-3.6, -7.4), "h2": (-7.2, -7.6),
    "h3": (-7.4, -4.6), "h5": (-10.8, -4.8), "i1": (-9.6, -8.4), "i2": (-10.6, -12.9),
    "i3": (-13.6, -13.0), "i4": (-13.8, -5.6), "j1": (-2.6, -10.6), "j2": (-6.0, -12.4),
    "k1": (-0.9, -4.0), "k2": (1.0, -6.4), "k3": (1.0, -9.6), "m3": (2.1, -1.0),
    "m4": (1.9, -4.8), "n1": (1.4, -11.6), "n2": (7.7, -11.0), "n3": (7.8, 0.6),
    "n4": (2.1, 2.7), "n5": (5.6, 2.1),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TownPlan:
    """One unit: what is real (name, code) and what is drawn or made up (the rest).

    `centres` are the places (km) around which it is built up; `industry` is the share of its blocks
    with workshops and offices beside the homes; `character` says what is built.
    """

    town_id: str
    name: str
    aliases: tuple[str, ...]
    zone: str
    corners: str
    population: int
    centres: tuple[Point, ...]
    industry: float
    character: str

    @property
    def cell_m2(self) -> float:
        """Return the usual size of a cell between its streets."""
        return _CELL_M2[self.character]

    @property
    def outline(self) -> Polygon:
        """Return the outline in metres of the plane; neighbours share their edges exactly."""
        names = self.corners.split()
        ring: list[Point] = []
        for one, other in zip(names, [*names[1:], names[0]], strict=True):
            ring += _edge(one, other)[:-1]
        return Polygon(ring)


def metres(place: Point) -> Point:
    """Return a place of the drawing in metres of the plane."""
    return place[0] * METRES_PER_DRAWN_KM, place[1] * METRES_PER_DRAWN_KM


TOWNS: Final = (
    TownPlan("310112001", "江川路街道", ("江川街道", "江川路"), "主城区",
             "i1 h2 h1 j1 j2 i2", 190_000, ((-7.6, -9.9), (-4.8, -9.6)), 0.22, "old"),
    TownPlan("310112006", "古美路街道", ("古美街道", "古美路"), "主城区",
             "c4 c3 e1 d1", 150_000, ((-7.4, 5.7),), 0.05, "dense"),
    TownPlan("310112008", "新虹街道", ("新虹",), "主城区",
             "a6 a5 b1 b2 b3 b4", 60_000, ((-13.0, 9.6),), 0.25, "works"),
    TownPlan("310112009", "浦锦街道", ("浦锦",), "主城区",
             "g2 n4 m3 m4 k2 k1 g3", 110_000, ((1.0, 1.4), (1.2, -2.6)), 0.06, "new"),
    TownPlan("310112101", "莘庄镇", ("莘庄",), "主城区",
             "d2 d1 e1 f1 f2 f3", 300_000, ((-9.2, 2.4),), 0.06, "dense"),
    TownPlan("310112102", "七宝镇", ("七宝",), "主城区",
             "b3 b2 c4 d1 d2 d3", 290_000, ((-10.9, 6.2),), 0.08, "dense"),
    TownPlan("310112103", "颛桥镇", ("颛桥",), "主城区",
             "f2 f1 g4 h1 h2 h3", 190_000, ((-5.9, -1.6), (-5.4, -5.6)), 0.16, "new"),
    TownPlan("310112106", "华漕镇", ("华漕",), "新市镇",
             "a1 a2 a3 a4 a5 a6 a7", 190_000, ((-15.4, 14.6), (-18.6, 12.8)), 0.14, "rural"),
    TownPlan("310112107", "虹桥镇", ("虹桥",), "主城区",
             "b2 c1 c2 c3 c4", 170_000, ((-7.7, 8.6),), 0.10, "dense"),
    TownPlan("310112108", "梅陇镇", ("梅陇",), "主城区",
             "c3 g1 g2 g3 g4 f1 e1", 340_000, ((-4.2, 5.0), (-3.6, 1.2)), 0.08, "dense"),
    TownPlan("310112110", "吴泾镇", ("吴泾",), "新城",
             "g4 g3 k1 k2 k3 j1 h1", 130_000, ((-2.6, -3.4), (-1.4, -8.0)), 0.20, "works"),
    TownPlan("310112112", "马桥镇", ("马桥",), "新市镇",
             "h5 h3 h2 i1 i2 i3 i4", 125_000, ((-9.4, -6.4), (-12.2, -9.6)), 0.12, "rural"),
    TownPlan("310112114", "浦江镇", ("浦江",), "新市镇",
             "n4 n5 n3 n2 n1 k3 k2 m4 m3", 330_000,
             ((4.6, 0.2), (4.4, -4.6), (4.0, -9.4)), 0.08, "rural"),
    TownPlan("310112501", "莘庄工业区", ("莘庄工业园区",), "新城",
             "f3 f2 h3 h5", 75_000, ((-9.4, -1.2),), 0.50, "works"),
)  # fmt: skip

RIVER_NAME: Final = "申江"
# The river bends between the corners that towns share with it.
RIVER: Final = ((-24.0, -13.6), (-20.4, -14.6), (-17.0, -13.6), (-13.6, -13.0), (-12.1, -13.5),
                (-10.6, -12.9), (-8.2, -12.1), (-6.0, -12.4), (-4.4, -11.9), (-2.6, -10.6),
                (-0.9, -10.7), (1.0, -9.6), (1.6, -8.0), (1.0, -6.4), (-0.4, -5.4), (-0.9, -4.0),
                (-0.8, -2.3), (-1.4, -0.6), (-2.1, 1.2), (-1.6, 3.0), (-0.4, 4.3), (-0.6, 6.0),
                (0.8, 8.5), (2.6, 10.0))  # fmt: skip
NEIGHBOURS: Final = (("徐汇区", (0.0, 9.0)), ("长宁区", (-9.0, 13.0)), ("青浦区", (-24.0, 14.0)),
                     ("松江区", (-18.0, -3.0)), ("奉贤区", (-2.0, -15.0)),
                     ("浦东新区", (11.0, -3.0)))  # fmt: skip


_STEPS: Final = 12
_WOBBLE: Final = 0.07


def smooth(points: tuple[Point, ...]) -> list[Point]:
    """Return a curve through drawn points, `_STEPS` to each, in metres rounded to centimetres."""
    known = np.array([points[0], *points, points[-1]]) * METRES_PER_DRAWN_KM
    share = (np.arange(_STEPS) / _STEPS)[:, None]
    curve = [
        0.5 * (2 * b + (c - a) * share + (2 * a - 5 * b + 4 * c - d) * share**2
               + (3 * b - a - 3 * c + d) * share**3)
        for a, b, c, d in zip(known, known[1:], known[2:], known[3:], strict=False)
    ]  # fmt: skip
    places = np.round(np.vstack([*curve, known[-1:]]), 2)
    return [(float(x), float(y)) for x, y in places]


@cache
def _edge(one: str, other: str) -> list[Point]:
    """Return the border from one corner to another: along the river, or a line that wavers."""
    if one > other:
        return _edge(other, one)[::-1]
    ends = _CORNERS[one], _CORNERS[other]
    if ends[0] in RIVER and ends[1] in RIVER:
        first, last = (RIVER.index(end) * _STEPS for end in ends)
        curve = smooth(RIVER)
        return curve[first : last + 1] if first < last else curve[last : first + 1][::-1]
    chance, line = Chance(f"edge {one} {other}"), [metres(end) for end in ends]
    for _ in range(4):
        finer = line[:1]
        for (x0, y0), (x1, y1) in itertools.pairwise(line):
            shift = chance.between(-_WOBBLE, _WOBBLE) * 2
            middle = (x0 + x1) / 2 - (y1 - y0) * shift, (y0 + y1) / 2 + (x1 - x0) * shift
            finer += [(round(middle[0], 2), round(middle[1], 2)), (x1, y1)]
        line = finer
    return line


@cache
def river_line() -> LineString:
    """Return the middle of the river, metres of the plane."""
    return LineString(smooth(RIVER))


@cache
def river_area() -> Polygon:
    """Return the river as an area, metres of the plane."""
    area = river_line().buffer(RIVER_HALF_M, quad_segs=4).simplify(4.0)
    shapely.prepare(area)
    return area


@cache
def district() -> BaseGeometry:
    """Return the whole district as one area, metres of the plane."""
    return shapely.union_all([town.outline for town in TOWNS])


def town_of(points: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return for each point the position of its town in `TOWNS`, or -1.

    Parameters
    ----------
    points
        Shape (n, 2), metres of the plane.
    """
    town_of = np.full(len(points), -1, dtype=np.int64)
    places = shapely.points(points)
    for position, town in enumerate(TOWNS):
        outline = town.outline
        shapely.prepare(outline)
        town_of[(town_of < 0) & shapely.intersects(outline, places)] = position
    return town_of


def degrees(points: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return longitude and latitude of places of the plane.

    Parameters
    ----------
    points
        Shape (n, 2), metres of the plane.

    Examples
    --------
    >>> degrees([[0.0, 0.0]]).round(4).tolist()
    [[121.4667, 31.1]]
    """
    places = np.asarray(points, dtype=float).reshape(-1, 2)
    return np.column_stack(
        [LON_0 + places[:, 0] / METRES_PER_LON, LAT_0 + places[:, 1] / METRES_PER_LAT]
    )
