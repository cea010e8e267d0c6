"""People spread over places so that they add up exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


def spread(total: float, weights: npt.ArrayLike, keys: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return whole people a place, in proportion to weights, that add up to the total.

    Largest remainders: each place gets the whole part of its share, and the people left over go to
    the places with the largest fractions; among equal fractions the smaller key comes first, so
    that the order of the places changes nothing.

    Parameters
    ----------
    total
        People; rounded to a whole number.
    weights
        Dwellings, floor area or the like, one a place, not negative, at least one above zero.
    keys
        Ids of the places.

    Raises
    ------
    ValueError
        When no weight is above zero or one is negative or missing.

    Examples
    --------
    >>> spread(10, [1.0, 1.0, 1.0], ["a", "b", "c"]).tolist()
    [4.0, 3.0, 3.0]
    """
    parts = np.asarray(weights, float)
    if not (parts >= 0).all() or parts.sum() <= 0:
        raise ValueError(weights)
    people = round(total)
    shares = people * (parts / parts.sum())
    whole: npt.NDArray[np.float64] = np.floor(shares)
    left = people - int(whole.sum())
    fractions = np.round(shares - whole, 9)
    order = np.lexsort((np.asarray(keys, dtype=str), -fractions))
    whole[order[:left]] += 1
    return whole
