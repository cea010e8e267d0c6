"""The question in arrays: who could be served by which candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from livelihood_map.core.units import round_mm
from livelihood_map.siting.solver import build_problem, scale_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from livelihood_map.core.settings import Group, SitingSettings
    from livelihood_map.siting.solver import BoolArray, CoverProblem, FloatArray, IntArray


@dataclass(frozen=True)
class Instance:
    """The tables as arrays; position k of a table is row k."""

    problem: CoverProblem
    candidates: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    near: pd.DataFrame
    people: FloatArray
    existing_m: FloatArray
    is_served: BoolArray
    served_n: IntArray
    fixed: IntArray
    banned: BoolArray
    zone_of: IntArray
    zone_ids: list[str]
    stack: CoverProblem
    tier_of: IntArray
    counts_workers: bool


def people_of(demand: gpd.GeoDataFrame, weights: Mapping[Group, float]) -> FloatArray:
    """Return the weighted people of every demand point.

    Parameters
    ----------
    demand : GeoDataFrame
        Demand points.
    weights : dict
        Weight of each of population, workers, elderly_n; residents alone when empty. Missing
        figures count 0.

    Raises
    ------
    KeyError
        When a group is not a column of `demand`.
    """
    people = np.zeros(len(demand))
    for group, weight in sorted((weights or {"population": 1.0}).items()):
        people += weight * demand[group].fillna(0.0).to_numpy(dtype=np.float64)
    return people


def ask(  # noqa: PLR0913  (the tables of the question)
    candidates: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    walks: pd.DataFrame,
    coverage: pd.DataFrame,
    gaps: pd.DataFrame | None,
    *,
    settings: SitingSettings,
    threshold_m: float,
    walker: str,
    outlet_walks: pd.DataFrame | None = None,
) -> Instance:
    """Return the question in arrays, tables sorted by id so that row order changes nothing.

    Parameters
    ----------
    candidates, demand, walks, coverage, gaps
        As given to :func:`livelihood_map.siting.choose_sites`.
    settings
        Kind, weights and tiers.
    threshold_m
        Walk within which an outlet serves, metres.
    walker
        Walker of the standard.
    outlet_walks
        Walks from demand points to existing outlets; without it a demand point has one or none.
    """
    places = candidates.sort_values("candidate_id", ignore_index=True)
    points = demand.sort_values("demand_id", ignore_index=True)
    own = coverage[(coverage["kind"] == settings.kind) & (coverage["walker"] == walker)]
    walk = points["demand_id"].map(own.set_index("demand_id")["walk_m"]).astype("float64")
    is_served = (walk <= threshold_m).to_numpy()
    near = walks[round_mm(walks["walk_m"]) <= threshold_m]
    rows = pd.Index(points["demand_id"]).get_indexer(pd.Index(near["origin_id"]))
    columns = pd.Index(places["candidate_id"]).get_indexer(pd.Index(near["dest_id"]))
    known = (rows >= 0) & (columns >= 0)
    people = people_of(points, settings.weights)
    weights = np.where(is_served, 0, scale_weights(people))
    problem = build_problem(rows[known], columns[known], weights, candidate_n=len(places))
    stack, tier_of = _stack(points, places, walks, walk.to_numpy(), people, settings.tiers_m)
    zone_of, zone_ids = _zones_of(points, gaps, settings.kind)
    return Instance(
        problem=problem,
        candidates=places,
        demand=points,
        near=near[known],
        people=people,
        existing_m=walk.to_numpy(dtype=np.float64),
        is_served=is_served,
        served_n=_count_outlets(points, is_served, outlet_walks, threshold_m),
        fixed=np.flatnonzero(places["is_fixed"]).astype(np.int64),
        banned=places["is_rejected"].to_numpy(dtype=np.bool_),
        zone_of=zone_of,
        zone_ids=zone_ids,
        stack=stack,
        tier_of=tier_of,
        counts_workers=settings.weights.get("workers", 0.0) > 0,
    )


def _count_outlets(
    demand: gpd.GeoDataFrame,
    is_served: BoolArray,
    outlet_walks: pd.DataFrame | None,
    threshold_m: float,
) -> IntArray:
    """Return how many existing outlets are within the threshold of every demand point."""
    least = is_served.astype(np.int64)
    if outlet_walks is None:
        return least
    near = outlet_walks[round_mm(outlet_walks["walk_m"]) <= threshold_m]
    outlets_n = near.groupby("origin_id")["dest_id"].nunique()
    counted = demand["demand_id"].map(outlets_n).fillna(0).to_numpy(dtype=np.int64)
    return np.asarray(np.maximum(counted, least))


def _stack(
    demand: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    walks: pd.DataFrame,
    walk_m: FloatArray,
    people: FloatArray,
    tiers_m: Sequence[float],
) -> tuple[CoverProblem, IntArray]:
    """Return the problem in which every demand point stands once for each tier, and the tier."""
    rows = pd.Index(demand["demand_id"]).get_indexer(pd.Index(walks["origin_id"]))
    columns = pd.Index(candidates["candidate_id"]).get_indexer(pd.Index(walks["dest_id"]))
    metres = round_mm(walks["walk_m"]).to_numpy()
    row_parts, column_parts, weight_parts = [], [], []
    for number, tier_m in enumerate(tiers_m):
        near = (metres <= tier_m) & (rows >= 0) & (columns >= 0)
        row_parts.append(rows[near] + number * len(demand))
        column_parts.append(columns[near])
        weight_parts.append(scale_weights(np.where(walk_m <= tier_m, 0.0, people)))
    none = [np.empty(0, dtype=np.int64)]
    stack = build_problem(
        np.concatenate(row_parts or none),
        np.concatenate(column_parts or none),
        np.concatenate(weight_parts or none),
        candidate_n=len(candidates),
    )
    return stack, np.repeat(np.arange(len(tiers_m)), len(demand))


def _zones_of(
    demand: gpd.GeoDataFrame, gaps: pd.DataFrame | None, kind: str
) -> tuple[IntArray, list[str]]:
    """Return the zone number of every demand point (-1 for none) and the zones' ids."""
    if gaps is None:
        return np.full(len(demand), -1, dtype=np.int64), []
    own = gaps[(gaps["kind"] == kind) & gaps["zone_id"].notna()]
    ids = sorted(own["zone_id"].unique())
    number = {zone_id: k for k, zone_id in enumerate(ids)}
    zone = demand["demand_id"].map(own.set_index("demand_id")["zone_id"]).map(number)
    return zone.fillna(-1).to_numpy(dtype=np.int64), ids
