"""LSCP, p-median and p-centre by spopt with CBC, on the tables that ``choose_sites`` takes.

Existing outlets are one more site, already open, that everybody has at the walk of the coverage;
who has none has one as far as the longest walk known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pulp
from spopt.locate import LSCP, PCenter, PMedian

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


@dataclass(frozen=True)
class Walks:
    """Who walks how far to what.

    Attributes
    ----------
    to_sites : float64 array, shape (demand, candidates)
        Walks in metres, infinite where none is known.
    to_outlets : float64 array, shape (demand,)
        Walks to the nearest existing outlet.
    people : float64 array, shape (demand,)
        Weight of each demand point.
    """

    to_sites: np.ndarray
    to_outlets: np.ndarray
    people: np.ndarray

    @classmethod
    def of(
        cls,
        candidates: gpd.GeoDataFrame,
        demand: gpd.GeoDataFrame,
        walks: pd.DataFrame,
        old_m: pd.Series,
        people: pd.Series,
    ) -> Walks:
        """Return the walks of tables; `old_m` and `people` by demand_id."""
        usable = candidates.loc[~candidates["is_rejected"], "candidate_id"]
        table = walks.pivot_table(index="origin_id", columns="dest_id", values="walk_m")
        table = table.reindex(index=demand["demand_id"], columns=usable).round(3)
        to_sites = table.fillna(np.inf).to_numpy()
        old = old_m.reindex(demand["demand_id"]).fillna(np.inf).to_numpy()
        longest = to_sites[np.isfinite(to_sites)].max()
        return cls(
            to_sites,
            np.minimum(old, longest),
            people.reindex(demand["demand_id"]).to_numpy(dtype=np.float64),
        )


def _solved(model):
    """Return a model solved by CBC."""
    solver = pulp.PULP_CBC_CMD(msg=False)
    solved = model.solve(solver)
    assert pulp.LpStatus[solved.problem.status] == "Optimal"
    return solved


def spopt_sites_n(walks: Walks, reach_m: float) -> float:
    """Return fewest sites for all who have no outlet within reach and can have one."""
    near = walks.to_sites <= reach_m
    must = near.any(axis=1) & (walks.to_outlets > reach_m) & (walks.people > 0)
    cost = np.where(near[must], 0.0, 2.0)
    return float(_solved(LSCP.from_cost_matrix(cost, 1.0)).problem.objective.value())


def spopt_total_walk(walks: Walks, sites_n: int) -> float:
    """Return the least sum of people times their walk."""
    cost = _with_outlets(walks)
    model = PMedian.from_cost_matrix(
        cost,
        walks.people,
        p_facilities=sites_n + 1,
        predefined_facilities_arr=_open(cost.shape[1]),
    )
    return float(_solved(model).problem.objective.value())


def spopt_longest_walk(walks: Walks, sites_n: int) -> float:
    """Return the shortest longest walk of those whose walk any candidate shortens."""
    must = (walks.to_sites.min(axis=1) < walks.to_outlets) & (walks.people > 0)
    cost = _with_outlets(walks)[must]
    model = PCenter.from_cost_matrix(
        cost, p_facilities=sites_n + 1, predefined_facilities_arr=_open(cost.shape[1])
    )
    return float(_solved(model).problem.objective.value())


def _with_outlets(walks: Walks) -> np.ndarray:
    """Return the walks with one more column for what is there, no walk longer than that."""
    both = np.minimum(walks.to_sites, walks.to_outlets[:, None])
    return np.column_stack([both, walks.to_outlets])


def _open(column_n: int) -> np.ndarray:
    """Return that only the last column is open already."""
    return (np.arange(column_n) == column_n - 1).astype(int)
