"""What quantities of settings, standards and programmes can be: kinds of numbers with a range.

An infinite distance, a speed below nought or a step of a billionth of a metre is a slip of the pen,
which is told by its range before anything is computed with it.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

DISTANCE_MAX_M: Final = 100_000
"""No district is wider, so that no distance in it means anything beyond."""
NUMBER_MAX: Final = 2**31 - 1
"""What every solver and generator of random numbers can hold."""
Metres = Annotated[float, Field(ge=0.01, le=DISTANCE_MAX_M)]
MetresOrNone = Annotated[float, Field(ge=0, le=DISTANCE_MAX_M)]
Step = Annotated[float, Field(ge=5, le=DISTANCE_MAX_M)]
"""Side or distance of places that cover a district: millions of them serve nobody."""
People = Annotated[float, Field(gt=0, le=100_000_000)]
Seconds = Annotated[float, Field(gt=0, le=1_000_000)]
Weight = Annotated[float, Field(ge=0, le=1_000_000)]
Money = Annotated[float, Field(ge=0, le=1e15)]
Count = Annotated[int, Field(ge=0, le=NUMBER_MAX)]
Number = Annotated[int, Field(ge=1, le=NUMBER_MAX)]
Share = Annotated[float, Field(ge=0, le=1)]
Speed = Annotated[float, Field(ge=0.1, le=10)]
"""Metres a second of somebody on foot."""
Factor = Annotated[float, Field(ge=1, le=10)]
"""How much longer a walk is than the straight line."""
Wait = Annotated[float, Field(ge=0, le=3_600)]
"""Seconds at one crossing."""
Minutes = Annotated[float, Field(gt=0, le=1_440)]
Year = Annotated[int, Field(ge=1900, le=2100)]
Measure = Annotated[float, Field(ge=0, le=1e9)]
"""What a rule of a standard asks for: square metres, outlets or a share."""
