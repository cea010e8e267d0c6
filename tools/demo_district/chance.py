"""Repeatable chance: uniform draws only, so that no library version changes the district."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

SEED: Final = 310112
Item = TypeVar("Item")


class Chance:
    """A named stream of draws.

    Only the raw uniform doubles of PCG64 are used: unlike the distributions of numpy they are the
    same in every version and on every platform. Each part of the district has a stream of its own,
    so a change in one part leaves the others as they were.

    Parameters
    ----------
    name
        Name of the stream.
    """

    def __init__(self, name: str) -> None:
        self._draws = np.random.Generator(np.random.PCG64([SEED, zlib.crc32(name.encode())]))

    def shares(self, count: int) -> npt.NDArray[np.float64]:
        """Return `count` draws from 0 (included) to 1 (excluded)."""
        return self._draws.random(count)

    def share(self) -> float:
        """Return one draw from 0 (included) to 1 (excluded)."""
        return float(self._draws.random())

    def between(self, low: float, high: float) -> float:
        """Return one draw from `low` to `high`."""
        return low + (high - low) * self.share()

    def whole(self, low: int, high: int) -> int:
        """Return one whole number from `low` to `high`, both included."""
        return low + int(self.share() * (high - low + 1))

    def is_hit(self, share: float) -> bool:
        """Return True in about `share` of the draws."""
        return self.share() < share

    def pick(self, items: Sequence[Item]) -> Item:
        """Return one of the items."""
        return items[self.whole(0, len(items) - 1)]

    def weighted(self, items: Sequence[tuple[Item, float]]) -> Item:
        """Return one of the items, the likelier the larger its weight."""
        mark = self.share() * sum(weight for _, weight in items)
        for item, weight in items:
            mark -= weight
            if mark < 0:
                return item
        return items[-1][0]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return the items in a new order."""
        order = np.argsort(self.shares(len(items)), kind="stable")
        return [items[position] for position in order]

    def bumps(self, x: float, y: float, *, size: float) -> float:
        """Return a smooth hilly field between 0 and 1 at a place.

        Parameters
        ----------
        x, y
            Place, metres of the district's plane.
        size
            Width of a hill, metres.
        """
        if not hasattr(self, "_heights"):
            self._heights = self.shares(64 * 64).reshape(64, 64)
        column, row = x / size + 32.0, y / size + 32.0
        left, low = int(column), int(row)
        a, b = column - left, row - low
        heights = self._heights
        return float(
            heights[low % 64, left % 64] * (1 - a) * (1 - b)
            + heights[low % 64, (left + 1) % 64] * a * (1 - b)
            + heights[(low + 1) % 64, left % 64] * (1 - a) * b
            + heights[(low + 1) % 64, (left + 1) % 64] * a * b
        )
