"""What the survey of wet markets asks: columns, the words to choose from, and their headings."""

from __future__ import annotations

from typing import Final

from livelihood_map.core.labels import Lang, label

KNOWN: Final = ("facility_id", "town_name", "name", "address")
"""Columns that tell which market is meant; printed, not asked."""
ASKED: Final = (
    "area_m2",
    "stalls_n",
    "operator_form",
    "hours",
    "condition",
    "is_position_checked",
    "lon",
    "lat",
    "surveyed_on",
    "note",
)
"""What is asked. What the register knows is filled in, to be confirmed or corrected."""
OPERATOR_FORMS: Final = ("state", "collective", "private", "contractor", "other")
CONDITIONS: Final = ("good", "fair", "poor")
COLUMNS: Final = (*KNOWN, *ASKED)


def heading(column: str, lang: Lang | None = None) -> str:
    """Return the heading of a column of the survey.

    Raises
    ------
    KeyError
        When there is no such column.
    """
    return label(f"survey.col_{column}", lang)


def choices(column: str, lang: Lang | None = None) -> dict[str, str]:
    """Return what may be filled in, word by value; empty where any text may be."""
    values = {
        "operator_form": OPERATOR_FORMS,
        "condition": CONDITIONS,
        "is_position_checked": ("yes", "no"),
    }
    return {value: label(f"survey.{column}_{value}", lang) for value in values.get(column, ())}
