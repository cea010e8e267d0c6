"""Who is counted: residents, morning workers and station passengers, three figures kept apart.

One person may be counted at home, at work and at a station, so a sum of the three counts visits
rather than heads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    import pandas as pd

Crowd: TypeAlias = Literal["population", "workers", "passengers"]
CROWDS: Final[tuple[Crowd, ...]] = ("population", "workers", "passengers")
"""Columns of ``demand``: residents, morning workers, station passengers."""


def everyone(demand: pd.DataFrame) -> pd.Series[float]:
    """Return residents, workers and passengers together.

    Parameters
    ----------
    demand
        A table with the three columns, people.

    Raises
    ------
    KeyError
        When a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> everyone(pd.DataFrame({"population": [90.0], "workers": [8.0], "passengers": [2.0]})).item()
    100.0
    """
    people: pd.Series[float] = demand[list(CROWDS)].sum(axis="columns")
    return people
