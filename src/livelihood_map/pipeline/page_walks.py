"""The walking network of a run, packed for the pages that walk on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livelihood_map.pipeline.walking import measured_options

if TYPE_CHECKING:
    from livelihood_map.pipeline.reads import MapReads
    from livelihood_map.pipeline.workspace import Workspace


def pack_page_walks(work: Workspace[MapReads]) -> bytes | None:
    """Return what the planner's page walks on; None where it cannot walk as the run did.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the plan.

    Raises
    ------
    StandardError
        When the standard lacks a kind or a walker.
    """
    from livelihood_map.coverage import select_facilities
    from livelihood_map.mapping.walk_pack import WalkTables, pack_walks
    from livelihood_map.network import StraightNetwork

    network, settings, facilities = work.network, work.settings, work["facilities"]
    if isinstance(network, StraightNetwork):
        return None
    kinds = list(dict.fromkeys([*work.kinds, settings.siting.kind]))
    told = WalkTables(
        network=network,
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
    )
    return pack_walks(
        told,
        standard=work.standard,
        kinds=work.kinds,
        walker=work.standard.walker(settings.coverage.walkers[0]),
        cutoff_m=settings.coverage.cutoff_m,
    )
