"""Which facilities count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from livelihood_map.network.hours import is_within, minutes_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from livelihood_map.core.standards import PlanningStandard


def select_facilities(
    facilities: gpd.GeoDataFrame,
    *,
    standard: PlanningStandard,
    kinds: Sequence[str],
    at: str | None = None,
) -> gpd.GeoDataFrame:
    """Return the facilities that count: of these kinds, operating, with a place to walk to.

    Parameters
    ----------
    facilities
        Table ``facilities``.
    standard
        Planning standard, whose subtypes say which have no place to walk to.
    kinds
        Kinds wanted.
    at
        Time of day, ``HH:MM``: only facilities open then, by ``opens_at`` and ``closes_at``; one
        whose hours are unknown counts as open. None leaves hours out of account.

    Raises
    ------
    KeyError
        When the table lacks a column.
    JoinError
        When a time cannot be read.
    """
    is_counted = facilities["kind"].isin(kinds) & (facilities["status"] == "operating")
    for kind in kinds:
        walkless = standard.walkless_subtypes(kind)
        is_counted &= ~((facilities["kind"] == kind) & facilities["subtype"].isin(walkless))
    selected = facilities[is_counted]
    if at is None:
        return selected
    minute = minutes_of(at)
    is_open = [
        not (isinstance(opens, str) and isinstance(closes, str))
        or is_within(minutes_of(opens), minutes_of(closes), minute)
        for opens, closes in zip(selected["opens_at"], selected["closes_at"], strict=True)
    ]
    return selected[np.array(is_open, np.bool_)]
