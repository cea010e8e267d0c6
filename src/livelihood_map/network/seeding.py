"""Where points hang on the streets: at both ends of their edge, or where their private ways end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from livelihood_map.core.errors import JoinError
from livelihood_map.network.connectors import Seeds
from livelihood_map.network.od_matrix import MAX_PAIRS_N, Pairs, search_sparse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from livelihood_map.network.connectors import Accesses
    from livelihood_map.network.walk_network import WalkNetwork

    Longs = NDArray[np.int64]

BLOCK_N: Final = 4_000_000
"""Pairs on one edge that are looked at together, about 200 MB."""


def list_seeds(network: WalkNetwork, accesses: Accesses, *, limit: int) -> Seeds:
    """Return where points hang on the streets, sorted by point.

    An access on a street hangs on both ends of its edge. One on a private way hangs on every node
    within the limit where the private ways around it meet the streets.

    Parameters
    ----------
    network
        The network of the accesses.
    accesses
        Accesses of points.
    limit
        Longest walk, ticks.

    Raises
    ------
    Nothing.
    """
    seeds = accesses.street_ends
    if not accesses.is_private.any():
        return seeds
    inner = accesses.ends(accesses.is_private)
    gateways = np.flatnonzero(network.is_gateway).astype(np.int32)
    number = np.arange(gateways.size, dtype=np.int32)
    found = search_sparse(
        network.leaving, inner, Seeds(gateways, np.zeros_like(gateways), number),
        rows_n=accesses.points_n, columns_n=gateways.size, limit=limit,
    )  # fmt: skip
    point = np.repeat(np.arange(accesses.points_n, dtype=np.int32), found.row_n)
    both = Seeds(
        np.concatenate([seeds.node, gateways[found.column]]),
        np.concatenate([seeds.ticks, found.ticks]),
        np.concatenate([seeds.point, point]),
    )
    order = np.argsort(both.point, kind="stable")
    return Seeds(both.node[order], both.ticks[order], both.point[order])


def list_directs(
    network: WalkNetwork,
    origins: Accesses,
    goals: Accesses,
    *,
    limit: int,
    max_pairs_n: int = MAX_PAIRS_N,
) -> Pairs:
    """Return the pairs whose walk need not touch the streets.

    These share an edge, or lie on private ways that hang together.

    Parameters
    ----------
    network
        The network of the accesses.
    origins, goals
        Accesses of points.
    limit
        Longest walk, ticks.
    max_pairs_n
        Most pairs that may be found, which bounds the memory.

    Raises
    ------
    JoinError
        When there are more pairs.
    """
    along = _on_one_edge(origins, goals, limit, max_pairs_n)
    if not (origins.is_private.any() and goals.is_private.any()):
        return along
    found = search_sparse(
        network.leaving,
        origins.ends(origins.is_private),
        goals.ends(goals.is_private),
        rows_n=origins.points_n, columns_n=goals.points_n, limit=limit, max_pairs_n=max_pairs_n,
    )  # fmt: skip
    row = np.repeat(np.arange(origins.points_n), found.row_n)
    return Pairs(
        np.concatenate([along.row, row]),
        np.concatenate([along.column, found.column.astype(np.int64)]),
        np.concatenate([along.ticks, found.ticks.astype(np.int64)]),
    )


def _on_one_edge(origins: Accesses, goals: Accesses, limit: int, max_pairs_n: int) -> Pairs:
    """Return the pairs within the limit that share an edge, walked along that edge."""
    head, by_edge = goals.by_edge
    first, n = head[origins.edge], head[origins.edge + 1]
    shared = np.flatnonzero(n > first)
    first, n = first[shared], n[shared] - first[shared]
    parts: list[tuple[Longs, Longs, Longs]] = []
    pairs_n = 0
    for block in np.split(np.arange(shared.size), _borders(np.cumsum(n))):
        size = n[block]
        row = np.repeat(shared[block], size)
        place = np.arange(row.size) - np.repeat(np.cumsum(size) - size, size)
        goal = by_edge[place + np.repeat(first[block], size)]
        ticks = np.abs(origins.along[row] - goals.along[goal]) + (
            origins.offset[row] + goals.offset[goal]
        )
        near = ticks <= limit
        parts.append((origins.point[row[near]], goals.point[goal[near]], ticks[near]))
        pairs_n += int(near.sum())
        if pairs_n > max_pairs_n:
            raise JoinError("network.pairs_too_many", limit=max_pairs_n)
    return Pairs(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _borders(ends: Longs) -> NDArray[np.intp]:
    """Return where to part accesses so that each part has few pairs; `ends` counts them up."""
    total = int(ends[-1]) if ends.size else 0
    return np.unique(np.searchsorted(ends, np.arange(BLOCK_N, total, BLOCK_N)))
