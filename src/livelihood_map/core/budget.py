"""How long something may work: counted in work done, so that a busy machine changes no result.

Every piece of work is charged with the seconds that its operations take on the machine on which the
rates were measured, not with those that went by. The clock is looked at only as a backstop, where
work takes many times as long as that; a result that it cut short need not come out the same again,
and says so.
"""

from __future__ import annotations

import time
from typing import Final

CLOCK_TIMES: Final = 3.0
"""How many times its limit in processor seconds work may take before the clock stops it."""
WALL_TIMES: Final = 20.0
"""The same in seconds that go by, of which other programs may take most."""
LEAST_S: Final = 0.001
"""Processor seconds below which nothing is said of how busy a machine is."""


class Budget:
    """Seconds of work that may still be done, a part of another budget or one of its own.

    Parameters
    ----------
    seconds
        The limit.
    whole
        The budget that this one is a part of: what is charged here is charged there.

    Examples
    --------
    >>> whole = Budget(10.0)
    >>> part = whole.part(0.5)
    >>> part.charge(4.0)
    >>> part.left_s, whole.left_s, part.is_over, whole.is_clocked
    (1.0, 6.0, False, False)
    """

    def __init__(self, seconds: float, whole: Budget | None = None) -> None:
        self._limit_s = max(seconds, 0.0)
        self._spent_s = 0.0
        self._whole = whole
        self._begun = time.thread_time(), time.monotonic()
        self._is_clocked = False

    def part(self, share: float) -> Budget:
        """Return a budget of a share of what is left."""
        return Budget(share * self.left_s, self)

    def charge(self, seconds: float) -> None:
        """Count work that was done."""
        self._spent_s += seconds
        if self._whole is not None:
            self._whole.charge(seconds)

    @property
    def left_s(self) -> float:
        """Seconds of work left."""
        own = max(0.0, self._limit_s - self._spent_s)
        return own if self._whole is None else min(own, self._whole.left_s)

    @property
    def clock_left_s(self) -> float:
        """Seconds until the clock stops the work; 0 once it has."""
        if self._whole is not None:
            return self._whole.clock_left_s
        used_s, gone_s = self._elapsed()
        return max(
            0.0, min(CLOCK_TIMES * self._limit_s - used_s, WALL_TIMES * self._limit_s - gone_s)
        )

    @property
    def wall_left_s(self) -> float:
        """The same in seconds that go by, where a program knows no other clock.

        As many of them to a processor second as went by so far: on a busy machine many.
        """
        if self._whole is not None:
            return self._whole.wall_left_s
        used_s, gone_s = self._elapsed()
        slower = max(1.0, gone_s / max(used_s, LEAST_S))
        cpu_s = slower * (CLOCK_TIMES * self._limit_s - used_s)
        return max(0.0, min(cpu_s, WALL_TIMES * self._limit_s - gone_s))

    def _elapsed(self) -> tuple[float, float]:
        """Return the processor seconds, and those that went by, since the budget was made."""
        return time.thread_time() - self._begun[0], time.monotonic() - self._begun[1]

    @property
    def is_over(self) -> bool:
        """Whether no more work may be done; where the clock says so, it is remembered."""
        if self.left_s <= 0.0:
            return True
        if self.clock_left_s <= 0.0:
            self.stop()
        return self.is_clocked

    @property
    def is_clocked(self) -> bool:
        """Whether the clock has stopped the work."""
        return self._is_clocked if self._whole is None else self._whole.is_clocked

    def stop(self) -> None:
        """Remember that the clock has stopped the work."""
        if self._whole is not None:
            self._whole.stop()
        self._is_clocked = True
