"""Order of points along a space-filling curve, so that near points lie near in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BITS: Final = 16


def hilbert_index(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return each point's position along a Hilbert curve over the points' bounding square.

    Parameters
    ----------
    x, y
        Coordinates in metres, shape (n,).

    Raises
    ------
    ValueError
        When a coordinate is not finite.

    References
    ----------
    Skilling, J. (2004). Programming the Hilbert curve. AIP Conference Proceedings 707, 381-387.

    Examples
    --------
    >>> hilbert_index(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 1.0, 0.0])).argsort()
    array([0, 1, 2, 3])
    """
    if x.size == 0:
        return np.empty(0, np.int64)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("coordinates must be finite")
    span = max(float(np.ptp(x)), float(np.ptp(y))) or 1.0
    top = (1 << _BITS) - 1
    column = np.floor((x - x.min()) / span * top).astype(np.int64)
    row = np.floor((y - y.min()) / span * top).astype(np.int64)
    position = np.zeros(x.size, np.int64)
    side = 1 << (_BITS - 1)
    while side:
        right = (column & side) > 0
        upper = (row & side) > 0
        position += side * side * ((3 * right) ^ upper)
        mirrored = ~upper & right
        column = np.where(mirrored, top - column, column)
        row = np.where(mirrored, top - row, row)
        column, row = np.where(upper, column, row), np.where(upper, row, column)
        side >>= 1
    return position
