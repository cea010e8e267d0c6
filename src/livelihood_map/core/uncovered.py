"""Who has no outlet within reach: the one definition, for gaps, candidates and plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livelihood_map.core.people import everyone

if TYPE_CHECKING:
    import pandas as pd


def nearest_walks(
    demand: pd.DataFrame, coverage: pd.DataFrame, *, kind: str, walker: str
) -> pd.Series[float]:
    """Return the walk of every demand point to its nearest outlet, metres; NaN for none.

    Parameters
    ----------
    demand
        Demand points.
    coverage
        Coverage table; the rows of `kind` and `walker` are read.
    kind
        Kind of facility.
    walker
        Walker of the standard.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    own = coverage[(coverage["kind"] == kind) & (coverage["walker"] == walker)]
    return demand["demand_id"].map(own.set_index("demand_id")["walk_m"]).astype("float64")


def are_uncovered(
    demand: pd.DataFrame, coverage: pd.DataFrame, *, kind: str, walker: str, within_m: float
) -> pd.Series[bool]:
    """Return at which demand points people are counted that have no outlet within a walk.

    Parameters
    ----------
    demand, coverage, kind, walker
        As :func:`nearest_walks` takes them.
    within_m
        Longest walk that counts as covered, metres, inclusive.

    Raises
    ------
    KeyError
        When a table lacks a column.

    Examples
    --------
    >>> import pandas as pd
    >>> demand = pd.DataFrame(
    ...     {"demand_id": ["a", "b", "c", "d"], "population": [9, 9, 9, 0], "workers": 0,
    ...      "passengers": 0}
    ... )
    >>> coverage = pd.DataFrame(
    ...     {"demand_id": ["a", "b"], "kind": "breakfast", "walker": "standard",
    ...      "walk_m": [500.0, 501.0]}
    ... )
    >>> asked = {"kind": "breakfast", "walker": "standard", "within_m": 500.0}
    >>> are_uncovered(demand, coverage, **asked).tolist()
    [False, True, True, False]
    """
    walk = nearest_walks(demand, coverage, kind=kind, walker=walker)
    return ~(walk <= within_m) & (everyone(demand) > 0)
