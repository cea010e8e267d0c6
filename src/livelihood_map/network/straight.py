"""Walks estimated from straight lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.spatial import KDTree

from livelihood_map.core.schema import stack_rows
from livelihood_map.core.units import HALF_MM, round_mm

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Floats
    from livelihood_map.network.walk_network import StraightNetwork

_BLOCK = 2_000


def estimate_pairs(
    network: StraightNetwork,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    cutoff_m: float,
) -> pd.DataFrame:
    """Return table ``walks`` with every pair within the cut-off: straight line x factor.

    Offsets of the joins (the way to a gate) are added as they are. Of several accesses of a
    point the shortest walk counts.

    Parameters
    ----------
    network
        The straight-line estimate.
    origins, destinations
        Tables ``joins`` made on it.
    cutoff_m
        Longest walk, metres.

    Raises
    ------
    KeyError
        When the joins lack x_m and y_m.
    """
    parts = [
        _shortest(_pairs(network, origins.iloc[a : a + _BLOCK], destinations, cutoff_m))
        for a in range(0, max(len(origins), 1), _BLOCK)
    ]
    return _shortest(stack_rows(*parts))


def estimate_nearest(
    network: StraightNetwork,
    origins: pd.DataFrame,
    destinations: pd.DataFrame,
    *,
    cutoff_m: float,
) -> pd.DataFrame:
    """Return table ``walks`` with the nearest destination of each origin: straight line x factor.

    Parameters
    ----------
    network
        The straight-line estimate.
    origins, destinations
        Tables ``joins`` made on it.
    cutoff_m
        Longest walk, metres.

    Raises
    ------
    KeyError
        When the joins lack x_m and y_m.
    """
    walks = estimate_pairs(network, origins, destinations, cutoff_m=cutoff_m)
    walks = walks.sort_values(["origin_id", "walk_m", "dest_id"], kind="stable")
    return walks.drop_duplicates("origin_id").reset_index(drop=True)


def _pairs(
    network: StraightNetwork, origins: pd.DataFrame, destinations: pd.DataFrame, cutoff_m: float
) -> pd.DataFrame:
    """Return all pairs of accesses within the cut-off."""
    starts = origins[origins["reason"].isna()]
    goals = destinations[destinations["reason"].isna()]
    reach = (cutoff_m + HALF_MM) / network.detour_factor
    near = KDTree(_places(starts)).sparse_distance_matrix(
        KDTree(_places(goals)), reach, output_type="ndarray"
    )
    row, column = near["i"], near["j"]
    walk = round_mm(
        near["v"] * network.detour_factor
        + starts["offset_m"].to_numpy(np.float64)[row]
        + goals["offset_m"].to_numpy(np.float64)[column]
    )
    kept = walk <= cutoff_m
    return pd.DataFrame(
        {
            "origin_id": starts["point_id"].array.take(row[kept]),
            "dest_id": goals["point_id"].array.take(column[kept]),
            "walk_m": walk[kept],
        }
    )


def _places(joins: pd.DataFrame) -> Floats:
    """Return the accesses' positions, shape (n, 2)."""
    return np.asarray(joins[["x_m", "y_m"]], np.float64)


def _shortest(walks: pd.DataFrame) -> pd.DataFrame:
    """Return each pair once, with its shortest walk, sorted."""
    walks = walks.sort_values(["origin_id", "dest_id", "walk_m"], kind="stable")
    return walks.drop_duplicates(["origin_id", "dest_id"]).reset_index(drop=True)
