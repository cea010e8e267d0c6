"""Where an outlet could stand: hosts of the registers, listed parcels, street points."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from livelihood_map.candidates.exclusion import mark_excluded
from livelihood_map.candidates.hosts import find_hosts, list_parcels
from livelihood_map.candidates.place_names import name_places
from livelihood_map.candidates.street_places import find_street_places
from livelihood_map.candidates.zone_points import (
    find_zone_centres,
    list_stand_ins,
    space_street_points,
)
from livelihood_map.core.crs import require_metric
from livelihood_map.core.tables import CANDIDATES

if TYPE_CHECKING:
    from livelihood_map.candidates.street_places import Asking
    from livelihood_map.core.settings import CandidateSettings

log = logging.getLogger(__name__)


def propose_candidates(  # noqa: PLR0913  (one table per stage before this one)
    facilities: gpd.GeoDataFrame,
    gaps: pd.DataFrame,
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame | None,
    towns: gpd.GeoDataFrame,
    *,
    kind: str,
    threshold_m: float,
    settings: CandidateSettings,
    listed: gpd.GeoDataFrame | None = None,
    excluded_areas: gpd.GeoDataFrame | None = None,
    asking: Asking | None = None,
) -> gpd.GeoDataFrame:
    """Return the places where an outlet could stand, the excluded ones with the reason.

    In this order: listed parcels, hosts of the registers, the people-weighted centres of the gap
    zones (their nearest demand point), the dominating places of every street that those who ask
    can reach (:func:`~livelihood_map.network.dominance.find_dominating`), points along the streets
    of the zones. A later place too near to an earlier one is left out, but for the dominating ones:
    no place on such a street reaches anybody whom one of these does not, all others with them.
    ``excluded_by`` of a rejected candidate is ``listed``, ``unlisted``, ``closed``, ``outside``,
    ``has_outlet``, ``area`` (an exclusion area), ``duplicate``, ``no_frontage`` or ``no_gap_near``;
    ``excluded_area`` names the areas, and :func:`tell_exclusion` writes both.

    Parameters
    ----------
    facilities
        All facilities; those of ``settings.host_kinds`` other than `kind` may host.
    gaps
        Gaps; those of `kind` are read.
    zones
        Gap zones; those of `kind` are read.
    demand
        Demand points.
    edges
        Streets. Without them the uncovered demand points of the zones stand in for street points.
    towns
        Towns; a candidate outside all of them is rejected.
    kind
        Kind of the new outlets.
    threshold_m
        Walk within which a site serves, metres: nothing uncovered within this in a straight line
        rejects a host as ``no_gap_near``.
    settings
        Host kinds and spacings.
    listed
        Parcels named by the office: name, optional listed_id, is_fixed, is_rejected; any geometry.
    excluded_areas
        Areas in which nothing may be opened, with their ``name`` where they have one.
    asking
        Who is uncovered and walks on which streets; no street beyond the zones is looked at
        without it.

    Returns
    -------
    Candidates table, ordered by candidate_id, in the CRS of `demand`.

    Raises
    ------
    CrsError
        When the tables are not in a metric CRS.
    SchemaError
        When the result breaks its schema.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> joins = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> coverage = lm.measure_coverage(
    ...     network, joins, town.facilities, standard=standard, kinds=["breakfast"],
    ...     walkers=["standard"], cutoff_m=3000, limit_m=100,
    ... )
    >>> gaps = lm.find_gaps(coverage, town.demand, joins, kind="breakfast", threshold_m=500)
    >>> from livelihood_map.core.settings import CandidateSettings, GapSettings, SitingSettings
    >>> gaps, zones = lm.find_zones(
    ...     gaps, town.demand, town.residences, town.towns, settings=GapSettings(zone_population=10)
    ... )
    >>> candidates = lm.propose_candidates(
    ...     town.facilities, gaps, zones, town.demand, town.edges, town.towns,
    ...     kind="breakfast", threshold_m=500, settings=CandidateSettings(),
    ... )
    >>> bool(candidates["is_rejected"].any())
    False
    """
    require_metric(demand.crs, what="demand")
    uncovered = demand[demand["demand_id"].isin(gaps.loc[gaps["kind"] == kind, "demand_id"])]
    own_zones = zones[zones["kind"] == kind]
    parts = [list_parcels(listed, demand.crs), find_hosts(facilities, kind, settings)]
    parts.append(find_zone_centres(own_zones, gaps, demand))
    if asking is not None:
        frontage = settings.frontage
        parts.append(find_street_places(asking, towns, classes=frontage, areas=excluded_areas))
    if edges is not None and len(edges):
        parts.append(space_street_points(edges, own_zones, settings))
    else:
        parts.append(list_stand_ins(own_zones, gaps, demand))
    table = gpd.GeoDataFrame(
        pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True),
        geometry="geometry",
        crs=demand.crs,
    )
    table = _drop_repeats(table)
    _place(table, towns)
    table["name"] = name_places(table, demand, edges)
    spots = uncovered.geometry.to_numpy() if asking is None else asking.spots
    reach_m = threshold_m if asking is None else max(threshold_m, asking.longest_m)
    mark_excluded(table, facilities, spots, excluded_areas, kind, reach_m, settings)
    if settings.is_listed_only:
        others = table["source"].ne("listed") & table["excluded_by"].isna()
        table.loc[others, "excluded_by"] = "unlisted"
    table["is_rejected"] = table["excluded_by"].notna()
    table["is_fixed"] &= ~table["is_rejected"]
    table = table.sort_values("candidate_id", kind="stable")
    log.info(
        "propose_candidates: %d facilities and %d zones in, %d candidates out, %d of them rejected",
        len(facilities),
        len(own_zones),
        len(table),
        int(table["is_rejected"].sum()),
    )
    return CANDIDATES.conform(table.drop(columns="spacing_m"))


def _drop_repeats(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table without points too near to an earlier one; hosts are marked instead."""
    spots = shapely.get_coordinates(table.geometry.to_numpy())
    spacing = table["spacing_m"].to_numpy(dtype=np.float64)
    is_out = table["excluded_by"].notna().to_numpy()
    is_host = (table["source"] == "host").to_numpy()
    host = pd.factorize(table["host_kind"], use_na_sentinel=False)[0]
    tree = cKDTree(spots)
    stands = np.ones(len(table), dtype=np.bool_)
    repeated = np.zeros(len(table), dtype=np.bool_)
    near = tree.query_ball_point(spots, spacing, return_sorted=True)
    for place, others in enumerate(near):
        earlier = [k for k in others if k < place and stands[k] and not is_out[k]]
        if is_host[place]:  # a rule may tell hosts of different kinds apart
            earlier = [k for k in earlier if host[k] == host[place]]
        if spacing[place] > 0 and earlier and not is_out[place]:
            stands[place] = False
            repeated[place] = is_host[place]
    table = table.copy()
    table.loc[repeated, "excluded_by"] = "duplicate"
    return table[stands | repeated].reset_index(drop=True)


def _place(table: gpd.GeoDataFrame, towns: gpd.GeoDataFrame) -> None:
    """Set the town of every candidate, missing outside all of them."""
    tree = shapely.STRtree(towns.geometry.to_numpy())
    rows, found = tree.query(table.geometry.to_numpy(), predicate="intersects")
    ids = towns["town_id"].to_numpy(dtype=str)
    first = pd.Series(ids[found], index=rows).groupby(level=0).min()
    table["town_id"] = first.reindex(range(len(table))).astype(object).to_numpy()
