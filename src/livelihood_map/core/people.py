"""Who is counted: residents, morning workers and station passengers, three figures kept apart.

One person may be counted at home, at work and at a station, so a sum of the three counts visits
rather than heads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from livelihood_map.core.labels import label

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from livelihood_map.core.labels import Lang

Crowd: TypeAlias = Literal["population", "workers", "passengers"]
CROWDS: Final[tuple[Crowd, ...]] = ("population", "workers", "passengers")
"""Columns of ``demand``: residents, morning workers, station passengers."""
Group: TypeAlias = Literal["population", "workers", "passengers", "elderly_n"]
GROUPS: Final[tuple[Group, ...]] = (*CROWDS, "elderly_n")
"""Whom an objective may weigh: the three, and older residents among the first."""


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


def tell_counted(weights: Mapping[Group, float], lang: Lang | None = None) -> str:
    """Return whom an objective counts, in words.

    Parameters
    ----------
    weights
        Weight of each group of people; residents alone when empty.
    lang
        Language; None for the current one.

    Examples
    --------
    >>> tell_counted({"workers": 0.5, "population": 1.0}, "en")
    'residents, morning workers × 0.5 together'
    >>> tell_counted({}, "en")
    'residents'
    """
    counted = {group: weight for group, weight in weights.items() if weight} or {"population": 1.0}
    names = []
    for group in GROUPS:
        name = label(f"core.group_{group}", lang)
        if counted.get(group, 1.0) != 1.0:
            name = label("core.group_weighted", lang, group=name, weight=f"{counted[group]:g}")
        names += [name] if group in counted else []
    told = label("siting.list_comma", lang).join(names)
    return label("core.groups_together", lang, groups=told) if len(names) > 1 else told
