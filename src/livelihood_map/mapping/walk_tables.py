"""What of a run a page is told so that it can walk as the run did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd

    from livelihood_map.core.people import Group
    from livelihood_map.mapping.walk_streets import Box, WalkStreets
    from livelihood_map.network import WalkOptions


@dataclass(frozen=True, kw_only=True)
class SitingTold:
    """What a site is chosen by.

    Parameters
    ----------
    candidates
        The candidates that can be used.
    premises
        Sources of candidates that are premises which exist.
    levels_m
        Walks within which people count, metres, the one that goes first first.
    weights, people
        Weight of each group of people, and weighted people by demand_id.
    tolerance_share
        What premises that exist may cost.
    has_rules
        Whether the office has rules besides, which a single place does not know.
    """

    candidates: gpd.GeoDataFrame
    premises: Sequence[str]
    levels_m: Sequence[float]
    weights: Mapping[Group, float]
    people: pd.Series[float]
    tolerance_share: float
    has_rules: bool


@dataclass(frozen=True, kw_only=True)
class WalkTables:
    """What a page needs to walk as the run has walked.

    Parameters
    ----------
    streets
        Streets of the run.
    demand, gates
        Tables of the run.
    outlets
        The facilities that count, as `select_facilities` gives them.
    sites
        Suggested sites, None where there are none.
    site_kind
        Kind of the sites.
    options
        How the run has joined places to the streets.
    start
        ``gate`` or ``dwelling``.
    homes, facilities
        Ids of compounds and facilities in the order in which the page shows them.
    towns
        Ids of the towns in that order.
    mark
        Mark of the run.
    siting
        What a site is chosen by; None where nothing is sited.
    extent
        Box of the town that the page shows, within which walks begin; None for the whole.
    """

    streets: WalkStreets
    demand: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    outlets: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame | None
    site_kind: str
    options: WalkOptions
    start: str
    homes: Sequence[str]
    facilities: Sequence[str]
    towns: Sequence[str]
    mark: str = ""
    siting: SitingTold | None = None
    extent: Box | None = None
