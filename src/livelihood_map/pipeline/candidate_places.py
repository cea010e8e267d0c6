"""The candidates stage: from uncovered people, hosts and streets to where an outlet could stand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import pandas as pd

from livelihood_map.pipeline.site_selection import siting_levels_m, siting_threshold_m

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.candidates import Asking
    from livelihood_map.pipeline.reads import CandidateReads
    from livelihood_map.pipeline.workspace import Workspace

ROUND_SEGMENTS: Final = 64
"""Pieces of a quarter of a circle."""
WATERS: Final = ("water", "river", "canal")
"""Areas of the base map in which nothing can stand."""
SEA: Final = "sea"
"""How ids of the base map begin that stand for the sea."""


def walks_that_count(work: Workspace[Literal["edges"]]) -> list[float]:
    """Return the walks within which a plan counts who is reached, metres, ascending.

    Parameters
    ----------
    work
        Workspace of the run.

    Raises
    ------
    StandardError
        When the standard lacks the kind.
    """
    return sorted({siting_threshold_m(work), *siting_levels_m(work)})


def find_candidates(
    work: Workspace[CandidateReads],
    *,
    listed: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return table ``candidates``: where an outlet of the kind that is sited could stand.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the zones.
    listed
        Places that are looked at alone; hosts, zones, streets and the parcels of the settings when
        None.

    Raises
    ------
    LivelihoodMapError
        When a layer of parcels or of excluded areas cannot be used, or no register of the kind was
        given.
    """
    from livelihood_map.candidates import propose_candidates
    from livelihood_map.load.parcels import load_excluded_areas, load_parcels

    work.require_register(work.settings.siting.kind)
    settings = work.settings.candidates
    given: dict[str, Any] = {"crs": work["demand"].crs, "base": Path(work.settings.base)}
    hosts, zones = work["facilities"], work["zones"]
    if listed is None:
        edges, asking = work["edges"], asking_of(work)
    else:
        hosts, zones, edges, asking = hosts.iloc[:0], zones.iloc[:0], None, None
    return propose_candidates(
        hosts,
        work["gaps"],
        zones,
        work["demand"],
        edges,
        work["towns"],
        kind=work.settings.siting.kind,
        threshold_m=siting_threshold_m(work),
        settings=settings,
        listed=load_parcels(settings.listed, **given) if listed is None else listed,
        excluded_areas=load_excluded_areas(settings.excluded_areas, **given),
        asking=asking,
    )


def asking_of(work: Workspace[CandidateReads]) -> Asking | None:
    """Return who has no outlet within the walks that count, with the streets; None without streets.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the coverage.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map.candidates import Asking, list_asked
    from livelihood_map.network import StraightNetwork

    network, settings = work.network, work.settings
    if isinstance(network, StraightNetwork):
        return None
    asked = list_asked(
        work["demand"],
        work["coverage"],
        kind=settings.siting.kind,
        walker=settings.coverage.walkers[0],
        within_m=walks_that_count(work),
    )
    barred = [_waters(work["base_features"])]
    rules, apart_m = settings.siting.rules, settings.siting.rules.spacing_m
    if rules.spacing_by == "walk":
        apart_m = max(apart_m, rules.existing_spacing_m)
    if rules.existing_spacing_m > 0 and rules.spacing_by == "straight":
        barred.append(_around_outlets(work, rules.existing_spacing_m))
    return Asking(
        network=network,
        joins=work["joins"],
        asked=asked,
        barred=pd.concat(barred, ignore_index=True),
        apart_m=apart_m,
    )


def _waters(features: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the inland waters of the base map that are areas.

    The sea is left out: its outline is put together from shores alone, and no street lies in it.
    """
    is_area = features.geometry.geom_type.isin(["Polygon", "MultiPolygon"])
    is_sea = features["feature_id"].str.startswith(SEA)
    shapes: gpd.GeoSeries = features.geometry[is_area & features["kind"].isin(WATERS) & ~is_sea]
    return shapes[shapes.is_valid]


def _around_outlets(work: Workspace[Literal["facilities"]], spacing_m: float) -> gpd.GeoSeries:
    """Return what lies nearer to an existing outlet than the office allows, in a straight line."""
    from livelihood_map.coverage import select_facilities

    kind = work.settings.siting.kind
    own = select_facilities(work["facilities"], standard=work.standard, kinds=[kind])
    outside = spacing_m / math.cos(math.pi / (4 * ROUND_SEGMENTS))  # no chord cuts the circle
    around: gpd.GeoSeries = own.geometry.buffer(outside, quad_segs=ROUND_SEGMENTS)
    return around
