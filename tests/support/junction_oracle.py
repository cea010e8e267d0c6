"""The best sites at street junctions, found without the package: scipy's walks, HiGHS's optimum.

A junction is every node at which a public street with a front ends that is no bridge or tunnel.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse.csgraph import dijkstra

PRIVATE = {"private", "residents", "permit"}
CLOSED = PRIVATE | {"no", "customers"}
CHUNK_N = 100


def junctions(edges, classes):
    """Return the ids of all junctions, sorted."""
    front = edges[edges["highway"].isin(classes) & ~edges["access"].isin(CLOSED)]
    front = front[~front["is_bridge"] & ~front["is_tunnel"]]
    return np.unique(front[["u", "v"]].to_numpy(dtype=str))


def reached_pairs(edges, joins, places, within_m):
    """Return (point, place) of every walk within `within_m`, rounded to 1 mm.

    Private ways are walked outwards only: they are nodes of their own, left where streets begin.
    """
    names = pd.Index(np.unique(edges[["u", "v"]].to_numpy(dtype=str)))
    nodes_n = len(names)
    ends = np.column_stack([names.get_indexer(edges[end].to_numpy(dtype=str)) for end in "uv"])
    is_private = edges["access"].isin(PRIVATE).to_numpy()
    is_street = np.zeros(nodes_n, bool)
    is_street[ends[~is_private].ravel()] = True
    length = edges["length_m"].to_numpy()
    both = np.vstack([ends, ends[:, ::-1]])
    cost, inner = np.tile(length, 2), np.tile(is_private, 2)
    leaves = inner & ~is_street[both[:, 0]]
    row = np.concatenate(
        [both[~inner, 0], both[leaves, 0] + nodes_n, np.flatnonzero(is_street) + nodes_n]
    )
    column = np.concatenate([both[~inner, 1], both[leaves, 1] + nodes_n, np.flatnonzero(is_street)])
    metres = np.concatenate([cost[~inner], cost[leaves], np.zeros(is_street.sum())])
    own = joins[joins["u"].notna()]
    points = pd.Index(np.unique(own["point_id"].to_numpy(dtype=str)))
    by_name = {
        tuple(key): k for k, key in enumerate(edges[["u", "v", "key"]].astype(str).to_numpy())
    }
    at = np.array(
        [by_name[key] for key in map(tuple, own[["u", "v", "key"]].astype(str).to_numpy())]
    )
    start = points.get_indexer(own["point_id"].to_numpy(dtype=str)) + 2 * nodes_n
    along, offset = own["along_m"].to_numpy(), own["offset_m"].to_numpy()
    shift = np.where(is_private[at], nodes_n, 0)
    row = np.concatenate([row, start, start])
    column = np.concatenate([column, ends[at, 0] + shift, ends[at, 1] + shift])
    metres = np.concatenate([metres, offset + along, offset + length[at] - along])
    graph = _shortest(row, column, np.maximum(metres, 1e-7), 2 * nodes_n + len(points))
    wanted = names.get_indexer(places)
    found = []
    for first in range(0, len(points), CHUNK_N):
        few = np.arange(first, min(first + CHUNK_N, len(points)))
        walk = dijkstra(graph, indices=few + 2 * nodes_n, limit=within_m + 0.01)[:, wanted]
        point, place = np.nonzero(np.round(walk, 3) <= within_m)
        found.append(np.column_stack([few[point], place]))
    pairs = np.concatenate(found) if found else np.empty((0, 2), int)
    return pd.DataFrame({"point_id": points[pairs[:, 0]], "place": places[pairs[:, 1]]})


def _shortest(row, column, metres, size):
    """Return the graph; of parallel edges the shortest."""
    table = pd.DataFrame({"row": row, "column": column, "metres": metres})
    table = table.groupby(["row", "column"], as_index=False)["metres"].min()
    return sparse.csr_matrix((table["metres"], (table["row"], table["column"])), (size, size))


def best_cover(pairs, people, sites_n, *, held=None, seconds=120.0):
    """Return value and bound of covering most people with a number of places, by HiGHS.

    `people` is a series by point; places that reach the same points count once. `held` are pairs
    and people of a walk that goes first, and how many of these must be reached.
    """
    levels = [(pairs, people), *([held[:2]] if held else [])]
    asked = pd.concat(
        [
            own[own["point_id"].isin(weight.index[weight > 0])].assign(level=level)
            for level, (own, weight) in enumerate(levels)
        ]
    )
    asked["point"] = list(zip(asked["level"], asked["point_id"], strict=True))
    sets = asked.groupby("place")["point"].agg(lambda one: tuple(sorted(one))).unique()
    points = sorted({point for one in sets for point in one})
    if not points:
        return 0.0, 0.0
    number = {point: k for k, point in enumerate(points)}
    places_n, points_n = len(sets), len(points)
    row = np.array([number[point] for one in sets for point in one])
    column = np.repeat(np.arange(places_n), [len(one) for one in sets])
    covers = sparse.csr_matrix((np.ones(len(row)), (row, column)), (points_n, places_n))
    rows = sparse.hstack([-covers, sparse.eye(points_n)]).tocsr()
    level = np.array([point[0] for point in points])
    weight = np.array([levels[one][1][point] for one, point in points], dtype=float)
    none = np.zeros(places_n)
    constraints = [
        LinearConstraint(rows, ub=np.zeros(points_n)),
        LinearConstraint(
            np.concatenate([none + 1.0, np.zeros(points_n)])[None, :], ub=min(sites_n, places_n)
        ),
    ]
    if held:
        first = np.concatenate([none, np.where(level == 1, weight, 0.0)])
        constraints.append(LinearConstraint(first[None, :], lb=held[2] - 1e-6))
    answer = milp(
        np.concatenate([none, np.where(level == 0, -weight, 0.0)]),
        constraints=constraints,
        bounds=Bounds(0, 1),
        integrality=np.concatenate([none + 1.0, np.zeros(points_n)]),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    value = 0.0 if answer.x is None else -answer.fun
    return value, -answer.mip_dual_bound
