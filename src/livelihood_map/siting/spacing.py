"""Which places stand too near to one another or to what is there: on foot or in a straight line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from livelihood_map.siting.solver import BoolArray, FloatArray, IntArray

_ENDS: Final = ("origin_id", "dest_id")


@dataclass(frozen=True)
class Walked:
    """Walks that stand in the place of straight lines.

    Attributes
    ----------
    between : DataFrame
        Walks between candidates within the spacing, each candidate on the streets to itself too.
    to_existing : DataFrame
        Walk of each candidate to its nearest existing outlet.
    """

    between: pd.DataFrame
    to_existing: pd.DataFrame

    @classmethod
    def of(cls, between: pd.DataFrame | None, to_existing: pd.DataFrame | None) -> Walked | None:
        """Return the walks where both tables are there."""
        return None if between is None or to_existing is None else cls(between, to_existing)

    def on_streets(self, ids: pd.Series[str]) -> BoolArray:
        """Return which candidates join the streets; the others are measured in a straight line."""
        joined: BoolArray = ids.isin(self.between["origin_id"]).to_numpy(dtype=np.bool_)
        return joined


def near_pairs(spots: FloatArray, reach_m: float) -> IntArray:
    """Return every pair of places nearer than `reach_m` in a straight line."""
    if not len(spots):
        return np.empty((0, 2), dtype=np.int64)
    pairs: IntArray = cKDTree(spots).query_pairs(reach_m, output_type="ndarray").astype(np.int64)
    if not len(pairs):
        return np.empty((0, 2), dtype=np.int64)
    apart = np.hypot(*(spots[pairs[:, 0]] - spots[pairs[:, 1]]).T)
    near: IntArray = pairs[apart < reach_m]
    return near


def walked_pairs(candidates: gpd.GeoDataFrame, walked: Walked, reach_m: float) -> IntArray:
    """Return every pair of candidates nearer than `reach_m` on foot.

    A candidate that joins no street has no walk: its pairs are those of the straight line.
    """
    ids = pd.Index(candidates["candidate_id"])
    near = walked.between[walked.between["walk_m"] < reach_m]
    ends = np.column_stack([ids.get_indexer(pd.Index(near[end])) for end in _ENDS])
    known = ends[(ends >= 0).all(axis=1) & (ends[:, 0] != ends[:, 1])]
    is_off = ~walked.on_streets(candidates["candidate_id"])
    straight = near_pairs(shapely.get_coordinates(candidates.geometry.to_numpy()), reach_m)
    straight = straight[is_off[straight].any(axis=1)]
    both = np.sort(np.concatenate([known, straight]).astype(np.int64), axis=1)
    return np.unique(both, axis=0)


def near_groups(pairs: IntArray) -> list[IntArray]:
    """Return groups of places, all of them near to one another, that hold every near pair.

    Examples
    --------
    >>> near_groups(near_pairs(np.array([[0.0, 0.0], [5.0, 0.0], [9.0, 0.0]]), 10.0))
    [array([0, 1, 2])]
    """
    near: dict[int, set[int]] = {}
    open_pairs = {(min(a, b), max(a, b)) for a, b in pairs.tolist()}
    for a, b in open_pairs:
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    groups = []
    for a, b in sorted(open_pairs):
        if (a, b) not in open_pairs:
            continue
        group = [a, b]
        both = near[a] & near[b]
        for c in sorted(both):
            if c in both:
                group.append(c)
                both &= near[c]
        open_pairs.difference_update(_pairs_of(group))
        groups.append(np.array(sorted(group), dtype=np.int64))
    return groups


def _pairs_of(group: list[int]) -> Iterable[tuple[int, int]]:
    """Return every pair of a group, the smaller first."""
    return ((min(c, d), max(c, d)) for k, c in enumerate(group) for d in group[:k])


def near_existing(
    candidates: gpd.GeoDataFrame,
    existing: gpd.GeoDataFrame,
    reach_m: float,
    *,
    walked: Walked | None,
) -> BoolArray:
    """Return which candidates are nearer than `reach_m` to an existing outlet."""
    if not len(existing):
        return np.zeros(len(candidates), dtype=np.bool_)
    tree = cKDTree(shapely.get_coordinates(existing.geometry.to_numpy()))
    straight_m, _ = tree.query(shapely.get_coordinates(candidates.geometry.to_numpy()))
    is_near: BoolArray = np.asarray(straight_m) < reach_m
    if walked is None:
        return is_near
    walk_m = candidates["candidate_id"].map(walked.to_existing.groupby("origin_id")["walk_m"].min())
    on_foot = (walk_m < reach_m).to_numpy()
    return np.where(walked.on_streets(candidates["candidate_id"]), on_foot, is_near)
