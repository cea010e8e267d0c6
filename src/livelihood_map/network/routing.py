"""Walk lengths between joined points: rules 5, 7 and 8 of the walking rules in docs/method.md."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from livelihood_map.core.errors import JoinError
from livelihood_map.core.units import MM_PER_M
from livelihood_map.network.connectors import Accesses, read_accesses
from livelihood_map.network.od_matrix import Rows, list_directs, list_seeds, search_sparse
from livelihood_map.network.straight import estimate_nearest, estimate_pairs
from livelihood_map.network.walk_network import Network, StraightNetwork, WalkNetwork
from livelihood_map.network.walk_options import MAX_PAIRS_N, require_cutoff
from livelihood_map.network.walking_kernels import (
    GOAL_BITS,
    TICKS_PER_MM,
    keep_nearest,
    search_nearest,
    transpose_rows,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pandas.api.extensions import ExtensionArray

    from livelihood_map.core.arrays import Floats

log = logging.getLogger(__name__)

Joins: TypeAlias = "pd.DataFrame | Accesses"
"""Joined points: a table ``joins``, or what `read_accesses` made of one."""


def measure_nearest(
    network: Network, origins: Joins, destinations: Joins, *, cutoff_m: float
) -> pd.DataFrame:
    """Return table ``walks`` with the nearest destination of each origin, where one is reached.

    The walk is offset + way along the streets + offset, the shortest over all accesses of both
    points; two points on one edge may walk along it. Of destinations equally near, the lower id
    is taken.

    Parameters
    ----------
    network
        The network that the joins were made on.
    origins, destinations
        Tables ``joins``, or what `read_accesses` made of them.
    cutoff_m
        Longest walk, metres, at most 20,000.

    Returns
    -------
    origin_id, dest_id, walk_m (rounded to 1 mm), sorted by origin.

    Raises
    ------
    JoinError
        When the cut-off is out of range, a join names an unknown edge or was read on another
        network.

    Examples
    --------
    >>> from livelihood_map import build_network, example_town, join_demand, join_points
    >>> town = example_town()
    >>> network = build_network(town.nodes, town.edges)
    >>> homes = join_demand(network, town.demand, town.gates, limit_m=100)
    >>> outlets = join_points(network, town.facilities, id_column="facility_id", limit_m=100)
    >>> measure_nearest(network, homes, outlets, cutoff_m=2000).values.tolist()
    [['d1', 'f1', 0.0], ['d2', 'f1', 1200.0]]
    """
    limit = _limit_ticks(cutoff_m)
    if isinstance(network, StraightNetwork):
        return estimate_nearest(network, *_tables(origins, destinations), cutoff_m=cutoff_m)
    starts, goals = read_accesses(network, origins), read_accesses(network, destinations)
    ends = list_seeds(network, goals, limit=limit)
    order = np.argsort(ends.node)  # along the curve: near nodes share memory
    key = search_nearest(
        network.streets, ends.node[order], ends.ticks[order], ends.point[order], limit
    )
    seeds = list_seeds(network, starts, limit=limit)
    directs = list_directs(network, starts, goals, limit=limit)
    # one number holds walk and goal, so that its least is the nearest goal with the lowest number
    best = np.full(starts.points_n, np.iinfo(np.int64).max)
    keep_nearest(best, key, *seeds)
    np.minimum.at(best, directs.row, (directs.ticks << GOAL_BITS) | directs.column)
    reached = np.flatnonzero(best >> GOAL_BITS <= limit)
    walk, goal = best[reached] >> GOAL_BITS, best[reached] & ((1 << GOAL_BITS) - 1)
    return _walks(starts.ids, reached, goals.ids, goal, walk)


def measure_walks(
    network: Network,
    origins: Joins,
    destinations: Joins,
    *,
    cutoff_m: float,
    max_pairs_n: int = MAX_PAIRS_N,
) -> pd.DataFrame:
    """Return table ``walks`` with every pair of origin and destination within the cut-off.

    The searches start from whichever side has fewer points; the result is the same.

    Parameters
    ----------
    network
        The network that the joins were made on.
    origins, destinations
        Tables ``joins``, or what `read_accesses` made of them.
    cutoff_m
        Longest walk, metres, at most 20,000.
    max_pairs_n
        Most pairs that may be returned, about 40 bytes each: the bound on memory.

    Returns
    -------
    origin_id, dest_id, walk_m (rounded to 1 mm), sorted by origin and destination.

    Raises
    ------
    JoinError
        When the cut-off is out of range, a join names an unknown edge or was read on another
        network, or more pairs lie within the cut-off than `max_pairs_n`.

    Examples
    --------
    >>> from livelihood_map import build_network, example_town, join_demand, join_points
    >>> town = example_town()
    >>> network = build_network(town.nodes, town.edges)
    >>> homes = join_demand(network, town.demand, town.gates, limit_m=100)
    >>> outlets = join_points(network, town.facilities, id_column="facility_id", limit_m=100)
    >>> measure_walks(network, homes, outlets, cutoff_m=1000).values.tolist()
    [['d1', 'f1', 0.0]]
    """
    limit = _limit_ticks(cutoff_m)
    if isinstance(network, StraightNetwork):
        return estimate_pairs(network, *_tables(origins, destinations), cutoff_m=cutoff_m)
    starts, goals = read_accesses(network, origins), read_accesses(network, destinations)
    is_turned = goals.points_n < starts.points_n
    sides = (goals, starts) if is_turned else (starts, goals)
    rows = _search(network, *sides, limit, max_pairs_n)
    goal, ticks = rows.column, rows.ticks
    counts = rows.row_n.astype(np.int64)
    if is_turned:
        counts = np.bincount(goal, minlength=starts.points_n)
        goal, ticks = transpose_rows(rows.row_n, goal, ticks, starts.points_n)
    point = np.repeat(np.arange(starts.points_n), counts)
    log.info("walks: %d x %d points, %d pairs", starts.points_n, goals.points_n, point.size)
    return _walks(starts.ids, point, goals.ids, goal, ticks)


def walk_between(
    network: WalkNetwork, starts: Accesses, goals: Accesses, *, cutoff_m: float
) -> Floats:
    """Return the walk from each start to the goal of the same number, metres.

    Parameters
    ----------
    network
        Streets.
    starts, goals
        As many points on either side.
    cutoff_m
        Longest walk, metres.

    Returns
    -------
    Shape (points,), NaN where the walk is longer than the cut-off.

    Raises
    ------
    JoinError
        When the cut-off is out of range.
    """
    rows = _search(network, starts, goals, _limit_ticks(cutoff_m))
    number = np.repeat(np.arange(starts.points_n), rows.row_n)
    is_own = rows.column == number
    walk_m = np.full(starts.points_n, np.nan)
    walk_m[number[is_own]] = rows.ticks[is_own] / (TICKS_PER_MM * MM_PER_M)
    return walk_m


def _tables(*joins: Joins) -> list[pd.DataFrame]:
    """Return tables ``joins`` for a network without streets, where nothing else was read."""
    tables = [table for table in joins if isinstance(table, pd.DataFrame)]
    if len(tables) < len(joins):
        raise JoinError("network.joins_of_another")
    return tables


def _limit_ticks(cutoff_m: float) -> int:
    """Return the longest sum of ticks that rounds to at most the cut-off."""
    require_cutoff(cutoff_m)
    return round(cutoff_m * MM_PER_M) * TICKS_PER_MM + TICKS_PER_MM // 2 - 1


def _search(
    network: WalkNetwork,
    starts: Accesses,
    goals: Accesses,
    limit: int,
    max_pairs_n: int = MAX_PAIRS_N,
) -> Rows:
    """Return the walks from every start to the goals within reach, as sparse rows."""
    return search_sparse(
        network.streets,
        list_seeds(network, starts, limit=limit),
        list_seeds(network, goals, limit=limit),
        directs=list_directs(network, starts, goals, limit=limit, max_pairs_n=max_pairs_n),
        rows_n=starts.points_n, columns_n=goals.points_n, limit=limit, max_pairs_n=max_pairs_n,
    )  # fmt: skip


def _walks(
    origin_ids: ExtensionArray,
    origin: NDArray[np.integer],
    dest_ids: ExtensionArray,
    dest: NDArray[np.integer],
    ticks: NDArray[np.integer],
) -> pd.DataFrame:
    """Return table ``walks``, whole millimetres."""
    half = TICKS_PER_MM // 2
    walk_mm = (ticks.astype(np.int64) + half) // TICKS_PER_MM
    return pd.DataFrame(
        {
            "origin_id": origin_ids.take(origin),
            "dest_id": dest_ids.take(dest),
            "walk_m": walk_mm / MM_PER_M,
        },
        copy=False,
    )
