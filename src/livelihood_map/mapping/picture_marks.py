"""Marks of suggested sites in a static map: larger where they bring more, none over another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from livelihood_map.mapping.palette import SITE_MARK

if TYPE_CHECKING:
    import geopandas as gpd

_RADII_PT: Final = {False: (4.4, 6.6), True: (5.4, 8.6)}
"""Radius of the smallest and the largest mark, points, of a district and of a town."""
_APART_PT: Final = 0.8
_LETTERS: Final = 0.92
"""Height of the letters to the radius."""
_MIDDLE: Final = shapely.Point(0, 0)
_LETTER_WIDTH: Final = 0.3
"""Half the width of a digit to the height of the letters."""


@dataclass(frozen=True)
class SiteMark:
    """The mark of a site and of those behind it, in points."""

    row: int
    x: float
    y: float
    radius: float
    others_n: int
    text: str

    @property
    def half_width(self) -> float:
        """Return half the width of the mark."""
        return max(self.radius, len(self.text) * self.radius * _LETTERS * _LETTER_WIDTH + 2.4)


def gather_marks(
    sites: gpd.GeoDataFrame, *, points_a_metre: float, is_town: bool, least_pt: float = 0.0
) -> list[SiteMark]:
    """Return the marks of sites, the best first; none touches another.

    Where two would touch, the better one stands for both: ``3 +2`` is the third site and two more.

    Parameters
    ----------
    sites
        Table ``sites`` in a metric CRS.
    points_a_metre
        Scale of the picture.
    is_town
        Whether the picture shows one town.
    least_pt
        Least radius of a mark, so that its number can be read.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    small, large = (max(radius, least_pt) for radius in _RADII_PT[is_town])
    gained = sites["gained_population"].fillna(0).to_numpy(np.float64)
    share = np.sqrt(gained / max(gained.max(initial=0), 1))
    xy = shapely.get_coordinates(sites.geometry.to_numpy()) * points_a_metre
    ranks = sites["rank"].to_numpy()
    marks = [
        SiteMark(
            row, xy[row, 0], xy[row, 1], small + share[row] * (large - small), 0, str(ranks[row])
        )
        for row in np.argsort(ranks, kind="stable").tolist()
    ]
    before = -1
    while before != len(marks):
        before, marks = len(marks), _join(marks, ranks)
    return marks


def _join(marks: list[SiteMark], ranks: np.ndarray) -> list[SiteMark]:
    """Return the marks of which each that touched a better one is now behind it."""
    kept: list[SiteMark] = []
    for mark in marks:
        for place, host in enumerate(kept):
            if _touch(host, mark):
                count = host.others_n + 1 + mark.others_n
                text = f"{ranks[host.row]} +{count}"
                kept[place] = SiteMark(host.row, host.x, host.y, host.radius, count, text)
                break
        else:
            kept.append(mark)
    return kept


def _touch(first: SiteMark, second: SiteMark) -> bool:
    """Return whether two marks touch."""
    near_x = first.half_width + second.half_width + _APART_PT
    near_y = first.radius + second.radius + _APART_PT
    return abs(first.x - second.x) < near_x and abs(first.y - second.y) < near_y


def draw_marks(axes: Any, sites: gpd.GeoDataFrame, marks: list[SiteMark]) -> None:  # noqa: ANN401  (Matplotlib's axes)
    """Draw the marks: black, those of hosts hollow.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    from matplotlib.path import Path

    places = shapely.get_coordinates(sites.geometry.to_numpy())
    for mark in marks:
        x, y = places[mark.row]
        is_host = sites["source"].iloc[mark.row] == "host"
        ink, face = (SITE_MARK, "#ffffff") if is_host else ("#ffffff", SITE_MARK)
        wide, radius = mark.half_width, mark.radius
        spine = shapely.LineString([(radius - wide, 0), (wide - radius, 0)])
        pill = shapely.get_coordinates(shapely.buffer(spine if wide > radius else _MIDDLE, radius))
        shape, size = Path(pill, closed=True), (2 * wide) ** 2
        axes.scatter(x, y, marker=shape, s=size, c=face, edgecolors=ink, linewidths=0.6, zorder=6)
        axes.text(x, y, mark.text, fontsize=radius * _LETTERS, color=ink, ha="center",
                  va="center_baseline", zorder=6.1, clip_on=True)  # fmt: skip
