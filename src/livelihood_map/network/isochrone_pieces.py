"""Pieces of street within a walk, as arrays: cut on all threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numba
import numpy as np

from livelihood_map.network.connectors import compress, read_accesses
from livelihood_map.network.isochrone_kernels import (
    CutAccesses,
    CutStreets,
    cut_lines,
    cut_rows,
)
from livelihood_map.network.od_matrix import list_blocks, list_seeds
from livelihood_map.network.walk_options import require_cutoff
from livelihood_map.network.walking_kernels import TICKS_PER_M, Entries

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd
    from pandas.api.extensions import ExtensionArray

    from livelihood_map.core.arrays import Floats, Ints, Longs
    from livelihood_map.network.walk_network import WalkNetwork


_PIECES_PER_ROW: Final = 512


class Pieces(NamedTuple):
    """Pieces of edges, sorted by row, edge and start.

    Parameters
    ----------
    ids, tier_m
        Point and tier of each row.
    row, edge, start, stop
        Row and edge of each piece, and where it starts and stops in ticks from u.
    """

    ids: ExtensionArray
    tier_m: Floats
    row: Longs
    edge: Longs
    start: Ints
    stop: Ints


def cut_pieces(network: WalkNetwork, joins: pd.DataFrame, *, tiers_m: Sequence[float]) -> Pieces:
    """Return the pieces of street within each tier of each point, rows by point and tier.

    Parameters
    ----------
    network
        Streets.
    joins
        Table ``joins``.
    tiers_m
        Walks in metres.

    Raises
    ------
    JoinError
        When a tier is out of range or a join names an unknown edge.
    """
    for tier_m in tiers_m:
        require_cutoff(tier_m)
    accesses = read_accesses(network, joins)
    seeds = list_seeds(network, accesses, limit=round(max(tiers_m) * TICKS_PER_M))
    inner = accesses.ends(accesses.is_private)
    order = np.lexsort((accesses.along + accesses.offset, accesses.edge, accesses.point))
    _, on_one_edge = np.unique(accesses.point * network.edges_n + accesses.edge, return_counts=True)

    def heads(point: Ints | Longs) -> Ints:
        return compress(point, accesses.points_n).astype(np.int32)

    fixed = (
        CutStreets(
            network.streets, network.entering, network.wait, network.ends, network.ticks,
            *_edges_at_nodes(network),
        ),
        Entries(heads(seeds.point), seeds.node, seeds.ticks),
        Entries(heads(inner.point), inner.node, inner.ticks),
        CutAccesses(
            heads(accesses.point), accesses.edge[order].astype(np.int32),
            accesses.along[order], accesses.offset[order],
        ),
        int(on_one_edge.max(initial=0)),
    )  # fmt: skip
    tiers = sorted(tiers_m)
    cuts = [
        _cut(fixed, accesses.points_n, round(tier_m * TICKS_PER_M), edges_n=network.edges_n)
        for tier_m in tiers
    ]
    row = np.concatenate([cut[0].astype(np.int64) * len(tiers) + k for k, cut in enumerate(cuts)])
    edge, start, stop = (np.concatenate([cut[k] for cut in cuts]) for k in (1, 2, 3))
    order = np.lexsort((start, edge, row))
    return Pieces(
        accesses.ids.repeat(len(tiers)),
        np.tile(np.array(tiers, np.float64), accesses.points_n),
        row[order],
        edge[order].astype(np.int64),
        start[order],
        stop[order],
    )


def draw_pieces(network: WalkNetwork, pieces: Pieces) -> tuple[Floats, Longs]:
    """Return the coordinates of pieces, and where each piece starts in them.

    Parameters
    ----------
    network
        Streets.
    pieces
        Pieces of its edges.
    """
    length = network.ticks[pieces.edge]
    vertices, starts = network.vertices
    return cut_lines(vertices, starts, pieces.edge, pieces.start / length, pieces.stop / length)


def _edges_at_nodes(network: WalkNetwork) -> tuple[Ints, Ints]:
    """Return the usable edges at each node, loops once, in compressed rows."""
    edge = np.flatnonzero(network.is_usable)
    u, v = network.ends[edge].T
    is_loop = u == v
    node = np.concatenate([u, v[~is_loop]])
    edge = np.concatenate([edge, edge[~is_loop]])
    order = np.lexsort((edge, node))
    return compress(node[order], network.nodes_n).astype(np.int32), edge[order].astype(np.int32)


def _cut(
    fixed: tuple[Any, ...], rows_n: int, limit: int, *, edges_n: int
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return row, edge, start and stop of all pieces; every thread cuts its own rows."""
    most = int(fixed[-1])
    cut: Callable[..., tuple[int, int]] = cut_rows

    def run(block: tuple[int, int]) -> list[Ints]:
        first, last = block
        pieces = []
        size = (last - first) * _PIECES_PER_ROW
        while first < last:
            size = min(size, (last - first) * (most + 2) * edges_n)
            out = np.empty((4, size), np.int32)
            reached, written = cut(*fixed, limit, (first, last), tuple(out))
            pieces.append(out[:, :written].copy())
            size = size * 4 if reached == first else size
            first = reached
        return pieces

    with ThreadPoolExecutor(numba.get_num_threads()) as pool:
        parts = [piece for pieces in pool.map(run, list_blocks(rows_n)) for piece in pieces]
    row, edge, start, stop = np.concatenate([np.empty((4, 0), np.int32), *parts], axis=1)
    return row, edge, start, stop
