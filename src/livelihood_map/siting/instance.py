"""The question in arrays: who could be served by which candidate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from livelihood_map.core.uncovered import nearest_walks
from livelihood_map.core.units import round_mm
from livelihood_map.siting.solver import build_problem, scale_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from livelihood_map.core.people import Group
    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting.solver import BoolArray, CoverProblem, FloatArray, IntArray


PREMISES: Final = ("host", "listed")
"""Sources of candidates that are premises which exist, and no mere stretch of street."""


@dataclass(frozen=True)
class Instance:
    """The tables as arrays; position k of a table is row k.

    Attributes
    ----------
    problem : CoverProblem
        Who is reached by whom within the walk that serves; weight 0 where an outlet does already.
    candidates, demand : GeoDataFrame
        The tables, by id.
    near : DataFrame
        Walks within the walk that serves.
    people, existing_m : float64 arrays, shape (demand,)
        Weighted people, and the walk to the nearest existing outlet, metres, NaN for none.
    is_served, served_n : arrays, shape (demand,)
        Whether existing outlets are within the walk that serves, and how many.
    fixed : int64 array
        Candidates that must be sites.
    banned, is_premises : bool arrays, shape (candidates,)
        Candidates that must not be sites, and those in premises that exist: hosts, listed parcels.
    zone_of, zone_ids
        Number of the zone of each demand point, -1 for none, and the zones' ids.
    levels_m : tuple of float
        Walks within which people count, the one that goes first first.
    stack, level_of : CoverProblem, int64 array
        The problem in which every demand point stands once for each level, in the order of
        `problem` at the walk that serves before all others, and the level of each of its points.
    """

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
    is_premises: BoolArray
    levels_m: tuple[float, ...]
    stack: CoverProblem
    level_of: IntArray

    @property
    def own_level(self) -> int:
        """Level of the walk that serves."""
        return int(self.level_of[0]) if len(self.level_of) else 0

    def of_level(self, level: int) -> CoverProblem:
        """Return the stack in which the people of one level alone weigh anything."""
        return self.stack.weighing(np.where(self.level_of == level, self.stack.weights, 0))


def list_levels_m(settings: SitingSettings, threshold_m: float) -> tuple[float, ...]:
    """Return the walks within which a plan reaches as many as it can, one after the other.

    Parameters
    ----------
    settings : SitingSettings
        Model and tiers.
    threshold_m : float
        Walk within which an outlet serves, metres: the only level without tiers.
    """
    is_tiered = settings.model == "covering" and settings.tiers_m
    return tuple(settings.tiers_m) if is_tiered else (threshold_m,)


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
    walk = nearest_walks(points, coverage, kind=settings.kind, walker=walker)
    is_served = (walk <= threshold_m).to_numpy()
    near = walks[round_mm(walks["walk_m"]) <= threshold_m]
    rows = pd.Index(points["demand_id"]).get_indexer(pd.Index(near["origin_id"]))
    columns = pd.Index(places["candidate_id"]).get_indexer(pd.Index(near["dest_id"]))
    known = (rows >= 0) & (columns >= 0)
    people = people_of(points, settings.weights)
    weights = np.where(is_served, 0, scale_weights(people))
    problem = build_problem(rows[known], columns[known], weights, candidate_n=len(places))
    levels_m = list_levels_m(settings, threshold_m)
    stack, level_of = _stack(points, places, walks, walk.to_numpy(), people, levels_m, threshold_m)
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
        is_premises=places["source"].isin(PREMISES).to_numpy(dtype=np.bool_),
        levels_m=levels_m,
        stack=stack,
        level_of=level_of,
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
    levels_m: Sequence[float],
    threshold_m: float,
) -> tuple[CoverProblem, IntArray]:
    """Return the problem in which every demand point stands once for each level, and the level.

    Rules on people are about the first demand points: those of the walk that serves.
    """
    rows = pd.Index(demand["demand_id"]).get_indexer(pd.Index(walks["origin_id"]))
    columns = pd.Index(candidates["candidate_id"]).get_indexer(pd.Index(walks["dest_id"]))
    metres = round_mm(walks["walk_m"]).to_numpy()
    known = (rows >= 0) & (columns >= 0)
    order = sorted(range(len(levels_m)), key=lambda level: levels_m[level] != threshold_m)
    row_parts, column_parts, weight_parts = [], [], []
    for number, level in enumerate(order):
        near = known & (metres <= levels_m[level])
        row_parts.append(rows[near] + number * len(demand))
        column_parts.append(columns[near])
        weight_parts.append(scale_weights(np.where(walk_m <= levels_m[level], 0.0, people)))
    stack = build_problem(
        np.concatenate(row_parts),
        np.concatenate(column_parts),
        np.concatenate(weight_parts),
        candidate_n=len(candidates),
    )
    return stack, np.repeat(np.array(order), len(demand))


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
