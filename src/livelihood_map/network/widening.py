"""Strips along streets: polygons of service areas, built from shared parts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numba
import numpy as np
import shapely

from livelihood_map.core.progress import track
from livelihood_map.network.pieces import Pieces, draw_pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from livelihood_map.network.model import WalkNetwork

    Longs = NDArray[np.int64]
    Shapes = NDArray[Any]

FAN: Final = 4
"""Strips of this many neighbouring edges make a group, so many groups a larger one, and so on."""
_QUARTER_SEGMENTS: Final = 4
_ROWS_PER_BLOCK: Final = 16


def widen(
    network: WalkNetwork, pieces: Pieces, *, buffer_m: float, simplify_m: float
) -> tuple[Longs, Shapes]:
    """Return rows of pieces and the polygon round each.

    Neighbouring edges have neighbouring numbers. Where a row holds all edges of a group, the
    group's polygon, made once for all rows, stands for them; only what is left is united row by
    row. GEOS lets go of the interpreter lock, so rows are united side by side.

    Parameters
    ----------
    network
        Streets.
    pieces
        Pieces of its edges.
    buffer_m
        Half the width of the strip, metres.
    simplify_m
        How far a simplified outline may lie from the exact one, metres.

    Raises
    ------
    Nothing.
    """
    is_whole = (pieces.start == 0) & (pieces.stop == network.ticks[pieces.edge])
    rows = np.unique(pieces.row)
    sizes = _level_sizes(network.edges_n)
    bounds = np.searchsorted(pieces.row, np.append(rows, pieces.row[-1] + 1 if rows.size else 0))
    plans = [_plan(pieces.edge[a:z][is_whole[a:z]], sizes) for a, z in pairwise(bounds)]
    with ThreadPoolExecutor(numba.get_num_threads()) as pool:
        groups = _build_groups(network, plans, sizes, buffer_m, pool)
        coordinates, starts = draw_pieces(network, pieces)
        blocks = [range(k, min(k + _ROWS_PER_BLOCK, rows.size))
                  for k in range(0, rows.size, _ROWS_PER_BLOCK)]  # fmt: skip

        def run(block: range) -> list[Any]:
            shapes = []
            for number in block:
                cut = np.flatnonzero(~is_whole[bounds[number] : bounds[number + 1]])
                lines = _lines(coordinates, starts, cut + bounds[number])
                strips = shapely.buffer(lines, buffer_m, quad_segs=_QUARTER_SEGMENTS)
                shared = [groups[level][own] for level, own in enumerate(plans[number])]
                shapes.append(shapely.union_all(np.concatenate([strips, *shared])))
            return shapes

        done = track(pool.map(run, blocks), "network.widening", total=len(blocks))
        shapes = np.array([None, *(shape for part in done for shape in part)], object)[1:]
    return rows, _simplify(shapes, simplify_m) if simplify_m > 0 else shapes


def _simplify(shapes: Shapes, tolerance_m: float) -> Shapes:
    """Return simplified polygons; one that the fast way breaks goes the slow way."""
    simple = np.asarray(shapely.simplify(shapes, tolerance_m, preserve_topology=False))
    is_broken = ~shapely.is_valid(simple) | shapely.is_empty(simple)
    simple[is_broken] = shapely.simplify(shapes[is_broken], tolerance_m)
    return simple


def _level_sizes(edges_n: int) -> list[int]:
    """Return how many groups there are on each level; level 0 are the edges."""
    sizes = [edges_n]
    while sizes[-1] > 1:
        sizes.append(-(-sizes[-1] // FAN))
    return sizes


def _plan(edges: Longs, sizes: list[int]) -> list[Longs]:
    """Return the largest groups that hold only these edges, level by level."""
    plan = []
    members = np.unique(edges)
    for level in range(len(sizes) - 1):
        group, n = np.unique(members // FAN, return_counts=True)
        full = group[n == np.minimum(FAN, sizes[level] - group * FAN)]
        plan.append(members[~np.isin(members // FAN, full)])
        members = full
    plan.append(members)
    return plan


def _build_groups(
    network: WalkNetwork,
    plans: list[list[Longs]],
    sizes: list[int],
    buffer_m: float,
    pool: ThreadPoolExecutor,
) -> list[Shapes]:
    """Return the polygons of the groups that plans ask for, level by level."""
    nothing = np.empty(0, np.int64)
    wanted = [
        np.unique(np.concatenate([nothing, *(plan[level] for plan in plans)]))
        for level in range(len(sizes))
    ]
    for level in range(len(sizes) - 1, 0, -1):
        members = (wanted[level][:, None] * FAN + np.arange(FAN)).ravel()
        wanted[level - 1] = np.union1d(wanted[level - 1], members[members < sizes[level - 1]])
    groups: list[Shapes] = []
    for level, numbers in enumerate(wanted):
        shapes = np.full(sizes[level], None, object)
        if level == 0:
            lines = network.lines[numbers]
            shapes[numbers] = shapely.buffer(lines, buffer_m, quad_segs=_QUARTER_SEGMENTS)
        elif numbers.size:
            below = groups[-1]
            united = pool.map(
                lambda number, below=below: shapely.union_all(
                    below[number * FAN : (number + 1) * FAN]
                ),
                numbers.tolist(),
            )
            shapes[numbers] = np.array([None, *united], object)[1:]
        groups.append(shapes)
    return groups


def _lines(coordinates: NDArray[np.float64], starts: Longs, chosen: Longs) -> Shapes:
    """Return chosen pieces as lines."""
    if chosen.size == 0:
        return np.empty(0, object)
    n = starts[chosen + 1] - starts[chosen]
    owner = np.repeat(np.arange(chosen.size), n)
    inner = np.arange(owner.size) - np.repeat(np.cumsum(n) - n, n)
    own = coordinates[np.repeat(starts[chosen], n) + inner]
    return (
        np.asarray(shapely.linestrings(own, indices=owner))
        if chosen.size
        else chosen.astype(object)
    )
