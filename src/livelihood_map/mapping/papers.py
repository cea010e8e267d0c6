"""Sheets of paper for pictures: upright or across, where the map lies, at which scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

if TYPE_CHECKING:
    import geopandas as gpd

Paper = Literal["A4", "A3"]
SIZES_IN: Final[dict[Paper, tuple[float, float]]] = {"A4": (11.69, 8.27), "A3": (16.54, 11.69)}
"""Long and short side of each paper, inches."""
_ENLARGED: Final[dict[Paper, float]] = {"A4": 1.0, "A3": 1.25}
_MARGIN_IN: Final = 0.24
_HEAD_IN: Final = 0.5
_COLUMN_IN: Final = 2.5
STRIP_IN: Final = 2.45
_STEPS: Final = (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10)
METRES_AN_INCH: Final = 0.0254
_ROOM: Final = 1.04
"""A map shows a little more than its area."""


@dataclass(frozen=True)
class Sheet:
    """A sheet of paper and the places on it, all in inches from its lower left corner."""

    paper: Paper
    is_wide: bool
    foot_in: float
    """Height of the notes below."""
    strip_in: float = STRIP_IN
    """Height of the strip below an upright map that holds legend and title block, as on A4."""

    @property
    def size(self) -> tuple[float, float]:
        """Return width and height."""
        long, short = SIZES_IN[self.paper]
        return (long, short) if self.is_wide else (short, long)

    @property
    def least_mark_pt(self) -> float:
        """Return the least radius of the mark of a site."""
        return 0.0

    @property
    def enlarged(self) -> float:
        """Return how much larger than on A4 its frame is written."""
        return _ENLARGED[self.paper]

    @property
    def map_box(self) -> tuple[float, float, float, float]:
        """Return left, bottom, width and height of the map."""
        (width, height), k = self.size, self.enlarged
        column, strip = (_COLUMN_IN * k, 0.0) if self.is_wide else (0.0, self.strip_in * k)
        bottom = _MARGIN_IN + self.foot_in + strip
        return (
            _MARGIN_IN,
            bottom,
            width - 2 * _MARGIN_IN - column,
            height - bottom - _HEAD_IN * k - _MARGIN_IN / 2,
        )

    @property
    def legend_corner(self) -> tuple[float, float]:
        """Return the upper left corner of the legend."""
        left, bottom, width, height = self.map_box
        if self.is_wide:
            return left + width + 0.08, bottom + height
        return left, bottom - 0.08

    @property
    def block_box(self) -> tuple[float, float, float]:
        """Return left, bottom and width of the title block."""
        width, k = self.size[0], self.enlarged
        room = _COLUMN_IN * k - 0.1
        return width - _MARGIN_IN - room, _MARGIN_IN + self.foot_in + 0.04, room

    def fit_scale(self, towns: gpd.GeoDataFrame) -> float:
        """Return the round scale, as its denominator, at which the towns fill the map.

        Raises
        ------
        ValueError
            When there are no towns.
        """
        west, south, east, north = towns.total_bounds
        _, _, width, height = self.map_box
        per_inch = _ROOM * max((east - west) / width, (north - south) / height)
        return round_scale(per_inch / METRES_AN_INCH)

    def view(self, towns: gpd.GeoDataFrame) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the range of x and of y that the map shows at the round scale, metres.

        Raises
        ------
        ValueError
            When there are no towns.
        """
        per_inch = self.fit_scale(towns) * METRES_AN_INCH
        west, south, east, north = towns.total_bounds
        _, _, width, height = self.map_box
        x, y = (west + east) / 2, (south + north) / 2
        wide, tall = width * per_inch / 2, height * per_inch / 2
        return (x - wide, x + wide), (y - tall, y + tall)


def round_scale(denominator: float) -> float:
    """Return the next round denominator of a scale.

    Examples
    --------
    >>> round_scale(131_000), round_scale(9_001)
    (140000.0, 10000.0)
    """
    power = 10.0 ** np.floor(np.log10(denominator))
    step = next(one for one in _STEPS if one * power >= denominator * (1 - 1e-9))
    return float(round(step * power))
