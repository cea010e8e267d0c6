"""Facilities and tiers -> table ``service_areas``: the ground within a walk, as polygons."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from livelihood_map.core.tables import DISTRICT_ID, SERVICE_AREAS
from livelihood_map.coverage.measuring import measure_reach
from livelihood_map.coverage.selection import select_facilities
from livelihood_map.coverage.walker_walks import fit_walker
from livelihood_map.network import (
    build_service_areas,
    join_facilities,
    merge_joins,
    unite_areas,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from livelihood_map.core.standards import KindRow, PlanningStandard, Walker
    from livelihood_map.coverage.walker_walks import WalkerWalks
    from livelihood_map.network import Network, WalkOptions

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Outline:
    """How service areas are outlined.

    Parameters
    ----------
    strip_m
        Half the width of the strip along a street, metres.
    simplify_m
        How far a simplified outline may lie from the exact one, metres.
    is_merged
        Whether the facilities of a kind share one area per tier, ``facility_id`` then ``ALL``.
    """

    strip_m: float = 25.0
    simplify_m: float = 1.0
    is_merged: bool = True


def build_areas(
    network: Network,
    facilities: gpd.GeoDataFrame,
    options: WalkOptions,
    *,
    standard: PlanningStandard,
    kinds: Sequence[str],
    walker: str,
    planned: gpd.GeoDataFrame | None = None,
    outline: Outline | None = None,
) -> gpd.GeoDataFrame:
    """Return table ``service_areas``: by kind and tier the strips along the streets within a walk.

    A piece of street belongs to an area when the walk from it to a facility, measured as
    `measure_coverage` measures it, is no longer than the tier. Facilities for the residents of
    their compound alone serve no area. The tiers of a kind are those of the standard's row, its
    threshold and its target.

    Parameters
    ----------
    network
        Streets, or the straight-line estimate, whose areas are circles.
    facilities
        Table ``facilities`` in the CRS of the network.
    options
        How facilities are joined to the streets and walked to.
    standard
        Planning standard with a row for each kind and the walker.
    kinds
        Rows of the standard to outline.
    walker
        Row of the standard: who walks.
    planned
        Facilities that a plan would open. Merged, their kinds have rows with ``is_planned`` for
        all facilities, old and new, together; otherwise each of them has its own.
    outline
        Strip, tolerance, and whether areas are merged; 25 m, 1 m and merged when None.

    Returns
    -------
    One row per kind, tier and, unless merged, facility, sorted; none where no street is reached.

    Raises
    ------
    StandardError
        When the standard lacks a kind or the walker.
    CrsError
        When facilities and network differ in CRS.
    JoinError
        When a tier or the limit is out of range.
    ValueError
        When the strip has no width.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> from livelihood_map.network import WalkOptions
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> areas = build_areas(
    ...     network, town.facilities, WalkOptions(limit_m=100), standard=standard,
    ...     kinds=["breakfast"], walker="standard",
    ... )
    >>> areas[["facility_id", "tier_m", "facilities_n"]].values.tolist()
    [['ALL', 300.0, 1], ['ALL', 500.0, 1], ['ALL', 1000.0, 1]]
    """
    outline, at = outline or Outline(), options.at
    counted = _list_public(facilities, standard=standard, kinds=kinds, at=at)
    if planned is not None:
        opened = _list_public(planned, standard=standard, kinds=kinds, at=at)
        counted = pd.concat([counted, opened.assign(is_planned=True)], ignore_index=True)
    places = join_facilities(network, counted, options, id_column="facility_id")
    who = standard.walker(walker)
    walks = fit_walker(network, places, places, who, options)
    groups = _group(counted, is_merged=outline.is_merged)
    parts = [SERVICE_AREAS.empty(network.crs)]
    for limits, of_kinds in _limits_of(standard, kinds, who).items():
        chosen = groups[groups["kind"].isin(of_kinds)]
        if len(chosen):
            parts.append(_outline(walks, chosen, dict(limits), outline).assign(walker=walker))
    table = pd.concat(parts, ignore_index=True)
    if outline.is_merged:
        table = _open_planned(table)
    table["area_m2"] = table.geometry.area.round(1)
    areas = SERVICE_AREAS.conform(table.sort_values(list(SERVICE_AREAS.key), ignore_index=True))
    log.info("service areas: %d facilities, %d areas", len(counted), len(areas))
    return areas


def _list_public(
    facilities: gpd.GeoDataFrame,
    *,
    standard: PlanningStandard,
    kinds: Sequence[str],
    at: str | None,
) -> gpd.GeoDataFrame:
    """Return id, kind and place of the facilities that count and serve everyone."""
    counted = select_facilities(facilities, standard=standard, kinds=kinds, at=at)
    if "is_residents_only" in counted.columns:
        counted = counted[~counted["is_residents_only"].eq(other=True)]
    return counted[["facility_id", "kind", "geometry"]].assign(is_planned=False)


def _group(counted: gpd.GeoDataFrame, *, is_merged: bool) -> pd.DataFrame:
    """Return the facilities with the name of the area that each belongs to."""
    listed = pd.DataFrame(counted[["facility_id", "kind", "is_planned"]])
    together = ["kind", "is_planned"] if is_merged else ["kind", "is_planned", "facility_id"]
    return listed.assign(group=listed.groupby(together).ngroup().map("{:07d}".format))


def _limits_of(
    standard: PlanningStandard, kinds: Sequence[str], who: Walker
) -> Mapping[tuple[tuple[float, float], ...], list[str]]:
    """Return the kinds by their tiers, each with the metres that the walker makes within it."""
    kinds_of: dict[tuple[tuple[float, float], ...], list[str]] = {}
    for kind in kinds:
        kinds_of.setdefault(_limits(standard.kind(kind), who), []).append(kind)
    return kinds_of


def _limits(row: KindRow, who: Walker) -> tuple[tuple[float, float], ...]:
    """Return limit and tier of every tier of a kind, rising."""
    reach = measure_reach(row, who)
    limit_of = dict(zip(reach.tiers_m, reach.limits_m, strict=True))
    for tier_m in (row.threshold_m, row.aim_m):
        limit_of.setdefault(
            tier_m, measure_reach(replace(row, threshold_m=tier_m), who).threshold_m
        )
    return tuple(sorted((limit_m, tier_m) for tier_m, limit_m in limit_of.items()))


def _outline(
    walks: WalkerWalks,
    groups: pd.DataFrame,
    tier_of: Mapping[float, float],
    outline: Outline,
) -> gpd.GeoDataFrame:
    """Return the areas of groups of facilities within limits, named by their tiers.

    A walk whose waits are capped is the shorter of two, see `WalkerWalks`: its area is the union.
    """
    joins = walks.places.merge(groups[["facility_id", "group"]], left_on="point_id",
                               right_on="facility_id")  # fmt: skip
    joins = merge_joins(joins[walks.places.columns], joins["group"])
    build = partial(
        build_service_areas, joins=joins, buffer_m=outline.strip_m, simplify_m=outline.simplify_m
    )
    areas = build(walks.network, tiers_m=[*tier_of])
    areas["tier_m"] = areas["tier_m"].map(tier_of)
    if walks.without_waits is not None:
        shorter = {
            limit_m - walks.cap_m: tier_m
            for limit_m, tier_m in tier_of.items()
            if limit_m > walks.cap_m
        }
        if shorter:
            capped = build(walks.without_waits, tiers_m=[*shorter])
            capped["tier_m"] = capped["tier_m"].map(shorter)
            areas = pd.concat([areas, capped]).dissolve(["point_id", "tier_m"], as_index=False)
    named = groups.groupby("group").agg(
        kind=("kind", "first"),
        is_planned=("is_planned", "first"),
        facility_id=("facility_id", "first"),
        facilities_n=("facility_id", "size"),
    )
    return areas.merge(named, left_on="point_id", right_index=True).drop(columns="point_id")


def _open_planned(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return merged areas, those of planned facilities united with what there is of their kind.

    The ground within a walk of any of several facilities is the union of what each reaches.
    """
    areas = areas.assign(facility_id=DISTRICT_ID)
    sites, today = areas[areas["is_planned"]], areas[~areas["is_planned"]]
    if sites.empty:
        return today
    same = ["kind", "walker", "facility_id", "tier_m"]
    old = pd.DataFrame(today[today["kind"].isin(sites["kind"])])
    both = old.merge(sites, on=same, how="outer", suffixes=("", "_new"))
    shapes = both["geometry"].combine_first(both["geometry_new"])
    added = both["geometry_new"].combine_first(both["geometry"])
    facilities_n = both["facilities_n"].add(both["facilities_n_new"], fill_value=0)
    opened = gpd.GeoDataFrame(
        both[same].assign(is_planned=True, facilities_n=facilities_n.astype(np.int64)),
        geometry=[unite_areas(*pair) for pair in zip(shapes, added, strict=True)],
        crs=areas.crs,
    )
    return pd.concat([today, opened], ignore_index=True)
