"""The question in arrays: who could be served by which candidate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from livelihood_map.core.uncovered import nearest_walks
from livelihood_map.core.units import round_mm
from livelihood_map.siting.solver import WEIGHT_SCALE, build_problem, scale_weights, walk_matrix

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from scipy import sparse

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
    threshold_m : float
        The walk that serves: the threshold, or the first tier where none of the tiers is that.
    problem : CoverProblem
        Who is reached by whom within it; weight 0 where an outlet does already.
    candidates, demand : GeoDataFrame
        The tables, by id.
    walks, near : DataFrame
        Walks from demand points to candidates, and those within the walk that serves.
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

    threshold_m: float
    problem: CoverProblem
    candidates: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    walks: pd.DataFrame
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
        return self.levels_m.index(self.threshold_m)

    @cached_property
    def walk_m(self) -> sparse.csr_array:
        """All walks, metres rounded to 1 mm, shape (demand, candidates)."""
        rows, columns, metres, known = _positions(self.demand, self.candidates, self.walks)
        shape = (len(self.demand), len(self.candidates))
        return walk_matrix(rows[known], columns[known], metres[known], shape=shape)

    def of_level(self, level: int) -> CoverProblem:
        """Return the stack in which the people of one level alone weigh anything."""
        return self.stack.weighing(np.where(self.level_of == level, self.stack.weights, 0))

    def weighing_levels(self, factors: Sequence[float]) -> CoverProblem:
        """Return the stack in which people count so many times, by the level."""
        factor = np.array(factors)[self.level_of]
        return self.stack.weighing(scale_weights(self.stack.weights / WEIGHT_SCALE * factor))

    def within(self, level: int) -> CoverProblem:
        """Return who is reached by whom at one level, demand points as rows."""
        if level == self.own_level:
            return self.problem
        return self.stack.part(np.flatnonzero(self.level_of == level))


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
        Walk within which an outlet serves, metres: the only level without tiers.
    walker
        Walker of the standard.
    outlet_walks
        Walks from demand points to existing outlets; without it a demand point has one or none.
    """
    places = candidates.sort_values("candidate_id", ignore_index=True)
    points = demand.sort_values("demand_id", ignore_index=True)
    is_tiered = settings.model == "covering" and settings.tiers_m
    levels_m = tuple(settings.tiers_m) if is_tiered else (threshold_m,)
    threshold_m = threshold_m if threshold_m in levels_m else levels_m[0]
    existing_m = nearest_walks(points, coverage, kind=settings.kind, walker=walker).to_numpy()
    is_served = existing_m <= threshold_m
    people = people_of(points, settings.weights)
    rows, columns, metres, known = _positions(points, places, walks)
    order = sorted(range(len(levels_m)), key=lambda level: levels_m[level] != threshold_m)
    near = [known & (metres <= levels_m[level]) for level in order]
    weights = [scale_weights(np.where(existing_m <= levels_m[k], 0.0, people)) for k in order]
    stack = build_problem(
        np.concatenate([rows[own] + k * len(points) for k, own in enumerate(near)]),
        np.concatenate([columns[own] for own in near]),
        np.concatenate(weights),
        candidate_n=len(places),
    )
    zone_of, zone_ids = _zones_of(points, gaps, settings.kind)
    return Instance(
        threshold_m=threshold_m,
        problem=stack if len(order) == 1 else stack.part(np.arange(len(points))),
        candidates=places,
        demand=points,
        walks=walks,
        near=walks[near[0]],
        people=people,
        existing_m=existing_m.astype(np.float64),
        is_served=is_served,
        served_n=_count_outlets(points, is_served, outlet_walks, threshold_m),
        fixed=np.flatnonzero(places["is_fixed"]).astype(np.int64),
        banned=places["is_rejected"].to_numpy(dtype=np.bool_),
        zone_of=zone_of,
        zone_ids=zone_ids,
        is_premises=places["source"].isin(PREMISES).to_numpy(dtype=np.bool_),
        levels_m=levels_m,
        stack=stack,
        level_of=np.repeat(np.array(order), len(points)),
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


def _positions(
    demand: gpd.GeoDataFrame, candidates: gpd.GeoDataFrame, walks: pd.DataFrame
) -> tuple[IntArray, IntArray, FloatArray, BoolArray]:
    """Return demand point, candidate and metres of each walk, and whether both are there."""
    rows = pd.Index(demand["demand_id"]).get_indexer(pd.Index(walks["origin_id"]))
    columns = pd.Index(candidates["candidate_id"]).get_indexer(pd.Index(walks["dest_id"]))
    metres = round_mm(walks["walk_m"].to_numpy(dtype=np.float64))
    return rows, columns, metres, (rows >= 0) & (columns >= 0)


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
