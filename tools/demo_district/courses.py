"""What the streets of the district cross or follow: canals, railway, expressways, metro.

All of it is drawn by hand in kilometres, as in `plan`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import shapely
from shapely.geometry import LineString

from demo_district.plan import Point, river_area, smooth

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

# Road bridges over the river that can be walked: where, and the name.
BRIDGES: Final = (
    ((-1.7, 2.4), "浦锦大桥"), ((-0.9, -3.1), "景联大桥"), ((1.5, -8.0), "吴浦大桥"),
    ((-4.2, -11.8), "南浦江大桥"), ((-9.0, -12.3), "马江大桥"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Barrier:
    """A line that arterials pass, and other streets but each `every`-th; none where that is 0.

    `half_m` is half the width of the strip that it takes.
    """

    name: str
    points: tuple[Point, ...]
    every: int
    tags: tuple[tuple[str, str], ...]
    passage: str
    half_m: float

    @property
    def line(self) -> LineString:
        """Return the line in metres of the plane."""
        return _curve(self.points)

    def lets_pass(self, index: int) -> bool:
        """Return whether the street with this number of its lattice line passes."""
        return index % 4 == 0 or (self.every > 0 and index % self.every > 0)


_MOTORWAY: Final = (("highway", "motorway"), ("oneway", "yes"))
ELEVATED_TAGS: Final = (("highway", "motorway"), ("layer", "2"), ("bridge", "viaduct"))
_RAIL: Final = (("railway", "rail"), ("layer", "1"))
_CANAL: Final = (("waterway", "canal"),)
_CANALS: Final = (
    ("春申河", ((-24.0, 3.7), (-19.0, 2.2), (-15.0, 2.5), (-12.2, 3.3), (-9.0, 2.7), (-6.6, 3.0),
             (-4.0, 2.1), (-1.2, 1.4))),
    ("周浦塘", ((6.2, 4.6), (5.1, 1.0), (5.5, -2.0), (6.3, -5.2), (5.6, -8.0), (5.9, -10.4),
             (5.2, -13.6))),
    ("北横泾", ((-17.3, 18.4), (-16.8, 14.6), (-17.6, 12.0), (-17.1, 9.6), (-18.6, 6.8))),
    ("六磊塘", ((-24.0, -1.4), (-17.0, -2.2), (-13.0, -1.5), (-9.6, -2.3), (-6.4, -1.9),
             (-3.6, -2.9), (-0.6, -2.5))),
    ("俞景塘", ((-14.4, -4.0), (-11.0, -4.3), (-8.6, -5.4), (-5.6, -5.0), (-3.4, -5.7),
             (-0.9, -5.0))),
    ("华樟港", ((-12.6, 5.4), (-12.9, 1.8), (-12.2, -1.0), (-12.8, -4.0), (-12.0, -7.4),
             (-12.4, -10.6), (-11.6, -13.4))),
    ("小涞浦", ((-13.6, 17.2), (-13.9, 13.6), (-13.1, 11.4), (-13.6, 8.6), (-12.5, 6.0))),
    ("许浦港", ((-22.0, 10.2), (-18.0, 11.6), (-14.6, 12.3), (-10.6, 11.3), (-7.4, 11.6))),
    ("横沥浦", ((-5.0, 4.6), (-5.5, 1.6), (-4.7, -1.2), (-5.2, -4.4), (-4.4, -7.6),
             (-4.9, -12.2))),
    ("三林江", ((-0.2, -0.9), (1.6, -0.2), (3.6, -0.9), (6.4, -0.2), (9.4, -0.8))),
    ("大治浦", ((1.0, -6.0), (3.0, -5.5), (5.6, -6.1), (9.8, -5.3))),
    ("姚家泾", ((1.3, -8.8), (3.4, -8.9), (5.8, -8.3), (9.6, -8.9))),
    ("三友塘", ((2.9, 4.0), (3.3, 0.4), (2.7, -2.6), (3.4, -5.5), (2.9, -9.0), (3.2, -13.0))),
    ("漕溪浜", ((-11.6, 8.2), (-8.9, 7.7), (-6.4, 8.4), (-3.0, 7.6))),
)  # fmt: skip

BARRIERS: Final = (
    Barrier("申浦高速", ((-24.0, -6.0), (-16.0, -7.0), (-10.0, -7.2), (-4.0, -6.2), (0.0, -7.4),
                      (5.0, -7.1), (12.0, -6.4)), 0, _MOTORWAY, "tunnel", 28.0),
    Barrier("沪南铁路", ((-24.0, 14.6), (-15.0, 10.1), (-11.5, 5.3), (-9.6, 1.8), (-6.8, -1.2),
                      (-4.9, -4.5), (-4.3, -9.0), (-4.9, -16.0)), 0, _RAIL, "tunnel", 22.0),
    *(Barrier(name, points, 3, _CANAL, "bridge", 16.0) for name, points in _CANALS),
)  # fmt: skip
# Roads that run aslant: an elevated road (its name, "" for none) above an arterial (its name).
RADIALS: Final = (
    ("环城高架路", "环城路", ((-22.0, 9.8), (-16.0, 8.3), (-12.4, 7.1), (-9.4, 6.5), (-4.0, 5.8),
                       (-1.9, 5.0), (2.0, 4.9), (10.5, 3.4))),
    ("南北高架路", "中春路", ((-8.0, 13.2), (-7.2, 9.0), (-7.0, 4.0), (-8.4, 0.4), (-7.9, -3.0),
                       (-6.6, -6.0), (-7.2, -9.4), (-6.6, -12.0))),
    ("", "闵申公路", ((-2.8, 7.4), (-5.0, 4.9), (-8.9, 2.7), (-10.6, 0.2), (-10.0, -3.4),
                   (-10.8, -7.8), (-14.2, -10.4))),
    ("", "浦星公路", ((0.2, 3.4), (2.0, 1.0), (3.9, -3.0), (3.9, -7.2), (5.0, -12.4))),
)  # fmt: skip
NEIGHBOURS: Final = (
    ("云泾镇", (-12.9, 2.2)),
    ("双桂镇", (-16.7, 7.0)),
    ("新沙镇", (-11.4, 14.4)),
    ("长浜镇", (-3.7, 8.6)),
    ("东蒲镇", (8.9, -4.6)),
    ("望江镇", (3.2, -12.7)),
    ("南汀镇", (-9.6, -14.3)),
    ("石皋镇", (-15.0, -9.4)),
)
"""Places beyond the border, all made up: name and where it is written."""
METRO: Final = (
    ("轨道交通31号线", ((-3.2, 7.0), (-6.0, 4.6), (-9.2, 2.4), (-9.0, -0.8), (-6.0, -2.4),
                   (-5.6, -5.8), (-7.4, -9.8))),
    ("轨道交通32号线", ((-20.4, 13.3), (-15.4, 14.2), (-13.0, 9.6), (-10.6, 8.6), (-7.7, 8.5),
                   (-3.6, 8.3))),
    ("轨道交通33号线", ((-13.4, 5.6), (-10.8, 6.1), (-7.4, 5.7), (-4.4, 5.2), (-1.2, 4.0),
                   (2.0, 3.2), (4.6, 0.2), (4.2, -4.6), (4.6, -9.6))),
    ("轨道交通34号线", ((-6.0, 10.4), (-7.6, 7.4), (-4.4, 3.0), (-3.4, 0.6), (-2.8, -3.6),
                   (-1.6, -8.2), (-5.0, -9.8), (-8.4, -9.7), (-12.2, -9.4))),
    ("轨道交通35号线", ((-14.0, 1.4), (-9.6, 1.6), (-5.4, 1.0), (-3.4, 1.4), (0.9, 1.2),
                   (5.6, 0.4))),
)  # fmt: skip


@cache
def _curve(points: tuple[Point, ...]) -> LineString:
    line = LineString(smooth(points))
    shapely.prepare(line)
    return line


@cache
def taken_ground() -> BaseGeometry:
    """Return the ground that river, canals, expressway and railway take."""
    strips = [barrier.line.buffer(barrier.half_m, quad_segs=2) for barrier in BARRIERS]
    ground = shapely.union_all([*strips, river_area().buffer(30.0, quad_segs=2)])
    shapely.prepare(ground)
    return ground
