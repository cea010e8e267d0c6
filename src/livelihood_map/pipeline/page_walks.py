"""The walking network of a run, for the pages that walk on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from livelihood_map.core.settings import SitingRules
from livelihood_map.pipeline.site_selection import (
    siting_levels_m,
    siting_threshold_m,
    siting_weights,
)
from livelihood_map.pipeline.walking import measured_options

if TYPE_CHECKING:
    from livelihood_map.mapping.walk_tables import SitingTold, WalkTables
    from livelihood_map.pipeline.reads import MapReads
    from livelihood_map.pipeline.workspace import Workspace


def page_walk_tables(work: Workspace[MapReads]) -> WalkTables | None:
    """Return the tables that pages walk on; None without streets.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the plan.

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    """
    from livelihood_map.coverage import select_facilities
    from livelihood_map.mapping.walk_streets import read_streets
    from livelihood_map.mapping.walk_tables import WalkTables
    from livelihood_map.network import StraightNetwork

    network, settings, facilities = work.network, work.settings, work["facilities"]
    if isinstance(network, StraightNetwork):
        return None
    kinds = list(dict.fromkeys([*work.kinds, settings.siting.kind]))
    return WalkTables(
        streets=read_streets(network),
        demand=work["demand"],
        gates=work["gates"],
        outlets=select_facilities(
            facilities, standard=work.standard, kinds=kinds, at=settings.coverage.at
        ),
        sites=work["sites"] if len(work["sites"]) else None,
        site_kind=settings.siting.kind,
        options=measured_options(work, facilities),
        start=settings.network.start,
        homes=work["residences"]["residence_id"].tolist(),
        facilities=facilities["facility_id"].tolist(),
        towns=work["towns"]["town_id"].tolist(),
        mark=work.mark,
        siting=_siting_told(work),
    )


def _siting_told(work: Workspace[MapReads]) -> SitingTold | None:
    """Return what one site more would be chosen by; None where walks count or are weighed."""
    from livelihood_map.mapping.walk_tables import SitingTold
    from livelihood_map.siting import people_of
    from livelihood_map.siting.instance import PREMISES

    siting, candidates, demand = work.settings.siting, work["candidates"], work["demand"]
    if siting.model != "covering" or siting.tier_weights or siting.kind not in work.kinds:
        return None
    weights = siting_weights(work)
    people = people_of(demand, weights)
    return SitingTold(
        candidates=candidates[~candidates["is_rejected"]],
        premises=PREMISES,
        levels_m=siting_levels_m(work) or [siting_threshold_m(work)],
        weights=weights,
        people=pd.Series(people, index=demand["demand_id"].to_numpy()),
        tolerance_share=siting.premises_tolerance_share,
        has_rules=siting.rules != SitingRules(),
    )
