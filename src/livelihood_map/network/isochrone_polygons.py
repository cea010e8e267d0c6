"""Strips along streets: polygons of service areas.

A strip is what lies within a stated distance of a piece of street. Most of the outline of a service
area are the holes inside blocks. They are made once for all areas: a block all of whose streets are
reached is filled, its hole is kept beside it, and only the streets at the rim are widened area by
area, strung into trails; then the holes are put back.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numba
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.progress_bar import track
from livelihood_map.network.connectors import compress, list_entries
from livelihood_map.network.isochrone_outlines import simplify_outline
from livelihood_map.network.isochrone_pieces import Pieces, draw_pieces
from livelihood_map.network.isochrone_trails import string_pieces
from livelihood_map.network.isochrone_unions import put_holes

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Bools, Longs, Shapes
    from livelihood_map.network.walk_network import WalkNetwork


_QUARTER_SEGMENTS: Final = 4
_ROWS_PER_BLOCK: Final = 16
_SAME_M: Final = 0.001
_ARC_SHARE: Final = 0.02
"""A chord of a quarter circle in four parts lies this share of the radius inside the arc."""


class Blocks(NamedTuple):
    """The blocks between the streets that any area reaches.

    Parameters
    ----------
    faces
        The blocks as polygons, street to street.
    streets_n
        Number of streets round and inside each block.
    face_head, face_of
        Blocks beside or round each edge, in compressed rows.
    is_rim
        Edges with one side outside all blocks.
    ring_head, rings
        What no strip reaches inside each block, as rings in compressed rows.
    is_plain
        Blocks whose holes have no islands in them.
    """

    faces: Shapes
    streets_n: Longs
    face_head: Longs
    face_of: Longs
    is_rim: Bools
    ring_head: Longs
    rings: Shapes
    is_plain: Bools


def widen(
    network: WalkNetwork, pieces: Pieces, *, buffer_m: float, simplify_m: float
) -> tuple[Longs, Shapes]:
    """Return rows of pieces and the polygon round each.

    GEOS lets go of the interpreter lock, so rows are worked on side by side.

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
    """
    starts_at_u, stops_at_v = pieces.start == 0, pieces.stop == network.ticks[pieces.edge]
    is_whole = starts_at_u & stops_at_v
    number = network.nodes_n + np.arange(2 * pieces.edge.size).reshape(-1, 2)
    ends = np.where(
        np.column_stack([starts_at_u, stops_at_v]), network.ends[pieces.edge], number
    )  # an end within an edge is a place of its own
    rows = np.unique(pieces.row)
    bounds = np.searchsorted(pieces.row, np.append(rows, pieces.row[-1] + 1 if rows.size else 0))
    coordinates, starts = draw_pieces(network, pieces)
    blocks = _find_blocks(network, np.unique(pieces.edge), buffer_m)

    def run(block: range) -> list[Any]:
        shapes = []
        for number in block:
            span = np.arange(bounds[number], bounds[number + 1])
            full, is_loose = _fill_blocks(blocks, pieces.edge[span], is_whole[span])
            trails = shapely.get_parts(string_pieces(coordinates, starts, ends, span[is_loose]))
            strips = shapely.buffer(trails, buffer_m, quad_segs=_QUARTER_SEGMENTS)
            shapes.append(_unite(blocks, full, shapely.disjoint_subset_union_all(strips)))
        return [simplify_outline(one, simplify_m) for one in shapes] if simplify_m > 0 else shapes

    threads = numba.get_num_threads()
    step = max(1, min(_ROWS_PER_BLOCK, rows.size // (4 * threads)))
    parts = [range(k, min(k + step, rows.size)) for k in range(0, rows.size, step)]
    with ThreadPoolExecutor(threads) as pool:
        done = track(pool.map(run, parts), "network.widening", total=len(parts))
        shapes = np.array([None, *(shape for part in done for shape in part)], object)[1:]
    return rows, shapes


def _find_blocks(network: WalkNetwork, edges: Longs, buffer_m: float) -> Blocks:
    """Return the blocks between some edges.

    A point inside a block that lies near a street outside it lies as near to the block's border,
    which the way there crosses. So a block needs only the streets round and inside it, and a
    street between two filled blocks needs no strip.
    """
    lines = network.lines[edges]
    tree = shapely.STRtree(lines)
    bits = shapely.get_parts(shapely.union_all(lines))
    faces = shapely.get_parts(shapely.polygonize(bits))
    middles = shapely.line_interpolate_point(bits, 0.5, normalized=True)
    sides = shapely.STRtree(faces).query(middles, predicate="dwithin", distance=_SAME_M)
    owners = tree.query(middles, predicate="dwithin", distance=_SAME_M)
    sides_n = np.bincount(sides[0], minlength=bits.size)
    pairs = pd.DataFrame({"bit": sides[0], "face": sides[1]}).merge(
        pd.DataFrame({"bit": owners[0], "edge": edges[owners[1]]}), on="bit"
    )
    pairs = pairs[["edge", "face"]].drop_duplicates().sort_values(["edge", "face"])
    # a street with one side is at the rim, unless it is a dead end inside a block
    single = np.flatnonzero(sides_n[sides[0]] == 1)
    borders = shapely.boundary(faces[sides[1][single]])
    is_inside = shapely.distance(borders, middles[sides[0][single]]) > _SAME_M
    is_rim_bit = sides_n == 0
    is_rim_bit[sides[0][single[~is_inside]]] = True
    is_rim = np.zeros(network.edges_n, np.bool_)
    is_rim[edges[owners[1][is_rim_bit[owners[0]]]]] = True
    holes, owner = _find_holes(faces, lines, tree, buffer_m)
    ring_order = np.argsort(owner, kind="stable")
    is_plain = np.ones(faces.size, np.bool_)
    is_plain[owner[shapely.get_num_interior_rings(holes) > 0]] = False
    return Blocks(
        faces=faces,
        streets_n=np.bincount(pairs["face"], minlength=faces.size),
        face_head=compress(pairs["edge"].to_numpy(), network.edges_n),
        face_of=pairs["face"].to_numpy(),
        is_rim=is_rim,
        ring_head=compress(owner[ring_order], faces.size),
        rings=shapely.get_exterior_ring(holes[ring_order]),
        is_plain=is_plain,
    )


def _find_holes(
    faces: Shapes, lines: Shapes, tree: shapely.STRtree, buffer_m: float
) -> tuple[Shapes, Longs]:
    """Return what no strip reaches inside faces, as polygons, and the face of each."""
    inner = shapely.buffer(faces, -buffer_m, quad_segs=_QUARTER_SEGMENTS)
    # dead ends inside a block, and streets beyond a narrow one, reach farther in than its border
    deep = buffer_m * (1 - _ARC_SHARE)
    face, street = tree.query(inner, predicate="dwithin", distance=deep)
    order = np.argsort(face, kind="stable")
    reached, first = np.unique(face[order], return_index=True)
    strips = shapely.buffer(lines[street[order]], buffer_m, quad_segs=_QUARTER_SEGMENTS)
    bounds = list(pairwise(np.append(first, face.size)))

    def cut(part: slice) -> None:
        for number, (a, z) in zip(reached[part], bounds[part], strict=True):
            inner[number] = shapely.difference(inner[number], shapely.union_all(strips[a:z]))

    threads = numba.get_num_threads()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(cut, [slice(k, None, threads) for k in range(threads)]))
    holes, owner = shapely.get_parts(inner, return_index=True)
    is_there = shapely.area(holes) > 0
    return holes[is_there], owner[is_there]


def _fill_blocks(blocks: Blocks, edge: Longs, is_whole: Bools) -> tuple[Longs, Bools]:
    """Return the blocks all of whose streets are reached, and the pieces that need a strip."""
    head = blocks.face_head
    n = np.where(is_whole, head[edge + 1] - head[edge], 0)
    owner = np.repeat(np.arange(edge.size), n)
    near = blocks.face_of[list_entries(head[edge], n)]
    face, count = np.unique(near, return_counts=True)
    full = face[(count == blocks.streets_n[face]) & blocks.is_plain[face]]
    is_open = np.bincount(owner, weights=~np.isin(near, full), minlength=edge.size) > 0
    return full, is_open | (n == 0) | blocks.is_rim[edge]


def _unite(blocks: Blocks, full: Longs, strips: Any) -> Any:  # noqa: ANN401  (polygons)
    """Return strips and full blocks as one polygon with the holes of these blocks."""
    if full.size == 0:
        return strips
    filled = shapely.union(strips, shapely.coverage_union_all(blocks.faces[full]))
    is_full = np.repeat(np.isin(np.arange(blocks.faces.size), full), np.diff(blocks.ring_head))
    # A hole keeps a strip's width from the border of its block, which the filled area covers.
    return put_holes(filled, blocks.rings[is_full])
