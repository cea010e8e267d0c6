"""Units: metres are summed, minutes are read."""

from __future__ import annotations

from typing import Any, Final, TypeVar

import numpy as np

Lengths = TypeVar("Lengths", bound=Any)

MM_PER_M: Final = 1000
"""Walks are rounded to this many parts of a metre before they are compared."""
HALF_MM: Final = 0.0005
"""A length may lie this many metres above a limit and still be rounded to it."""

SECONDS_PER_MIN: Final = 60
STANDARD_SPEED_M_PER_MIN: Final = 1000 / 15
"""Metres a minute of the distance mode: 15 minutes are 1,000 m, 商流通函〔2021〕176号."""


def round_mm(length_m: Lengths) -> Lengths:
    """Return lengths rounded to the nearest millimetre.

    Parameters
    ----------
    length_m
        Metres, a number or an array of any shape; NaN stays NaN.

    Raises
    ------
    TypeError
        When `length_m` is not numeric.

    Examples
    --------
    >>> float(round_mm(999.99987))
    1000.0
    """
    rounded: Lengths = np.round(length_m, 3)
    return rounded


def walk_minutes(walk_m: Lengths, *, speed_m_per_min: float = STANDARD_SPEED_M_PER_MIN) -> Lengths:
    """Return the minutes that a walk takes, for reading only.

    Parameters
    ----------
    walk_m
        Metres, a number or an array of any shape; NaN stays NaN.
    speed_m_per_min
        Walking speed in metres a minute.

    Raises
    ------
    TypeError
        When `walk_m` is not numeric.

    Examples
    --------
    >>> round(walk_minutes(1000.0), 9)
    15.0
    """
    minutes: Lengths = walk_m / speed_m_per_min
    return minutes
