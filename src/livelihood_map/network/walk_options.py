"""How places are joined to the streets and walked to: what every measurement of a run shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from livelihood_map.core.errors import JoinError
from livelihood_map.network.walking_kernels import MAX_CUTOFF_M

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

MAX_PAIRS_N: Final = 50_000_000
"""Pairs that one call may return, about 2 GB as a table; beyond it the cut-off is too long."""


@dataclass(frozen=True, kw_only=True)
class WalkOptions:
    """How places are joined to the streets and walked to, the same for all measurements of a run.

    Parameters
    ----------
    limit_m
        Longest way between a place, or the gate that leads to it, and the street, metres.
    at
        Time of day, ``HH:MM``: only facilities and gates that are then open count. Hours are left
        out of account when None. Give the same time to `join_demand`.
    barriers
        Table ``barriers`` in the CRS of the network: what the way between a place and its street
        never crosses; walls are the areas of kind ``wall``, named after their compounds.
    gates
        Table ``gates``, through which places are reached that a wall shuts in; nothing is reached
        through gates when None.
    own
        Facilities that serve the residents of their compound alone, with the demand points of
        these, as `list_own` gives them: facility_id, demand_id, walk_m. All serve everyone when
        None.
    max_pairs_n
        Most walks to facilities of one kind that are kept at once, about 40 bytes each.

    Examples
    --------
    >>> WalkOptions(limit_m=100, at="06:30").max_pairs_n
    50000000
    """

    limit_m: float
    at: str | None = None
    barriers: gpd.GeoDataFrame | None = None
    gates: gpd.GeoDataFrame | None = None
    own: pd.DataFrame | None = None
    max_pairs_n: int = MAX_PAIRS_N


def require_cutoff(cutoff_m: float) -> None:
    """Check that walks may be searched so far.

    Parameters
    ----------
    cutoff_m
        Longest walk, metres.

    Raises
    ------
    JoinError
        When it is not above 0 and at most 20,000.
    """
    if not 0 < cutoff_m <= MAX_CUTOFF_M:
        raise JoinError("network.cutoff_range", cutoff_m=cutoff_m, limit_m=MAX_CUTOFF_M)
