"""What figures can be at all: beyond these ranges a figure is a slip, whoever wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Range:
    """What a figure can be.

    Parameters
    ----------
    low, high
        Closed range, in the unit of the field.
    reason
        Catalogue key of the reason, which stands in the message.
    """

    low: float
    high: float
    reason: str


YEARS: Final = (1900, 2100)
"""No outlet that is open was opened before, and no plan reaches further."""
RANGES: Final[Mapping[tuple[str, str], Range]] = {
    ("residences", "population"): Range(0, 1_000_000, "load.range_compound_people"),
    ("residences", "elderly_n"): Range(0, 1_000_000, "load.range_compound_people"),
    ("residences", "households_n"): Range(0, 500_000, "load.range_compound_dwellings"),
    ("residences", "dwellings_n"): Range(0, 500_000, "load.range_compound_dwellings"),
    ("residences", "floor_area_m2"): Range(0, 50_000_000, "load.range_compound_floor"),
    ("residences", "area_m2"): Range(0, 100_000_000, "load.range_compound_land"),
    ("totals", "population"): Range(0, 5_000_000, "load.range_town_people"),
    ("totals", "elderly_n"): Range(0, 5_000_000, "load.range_town_people"),
    ("workplaces", "workers"): Range(0, 1_000_000, "load.range_workers"),
    ("workplaces", "passengers"): Range(0, 1_000_000, "load.range_passengers"),
    ("facilities", "area_m2"): Range(0, 10_000_000, "load.range_outlet_area"),
    ("facilities", "stalls_n"): Range(0, 200_000, "load.range_stalls"),
    ("facilities", "seats_n"): Range(0, 100_000, "load.range_seats"),
    ("centres", "radius_m"): Range(1, 50_000, "load.range_radius"),
}
"""Ranges by section and field: an order above the largest that is known, so that nothing true is
refused."""
