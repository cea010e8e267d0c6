"""Service areas: the streets within a walk, cut at the exact metre, and polygons from them."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numba
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.errors import JoinError
from livelihood_map.core.progress import track
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.network.accesses import compress, read_accesses
from livelihood_map.network.cutting import cut_lines, cut_rows
from livelihood_map.network.kernels import MAX_CUTOFF_M, TICKS_PER_M
from livelihood_map.network.model import Network, StraightNetwork, WalkNetwork
from livelihood_map.network.seeding import list_ends, list_seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int32]
    Longs = NDArray[np.int64]

_log = logging.getLogger(__name__)

MERGED_ID: Final = DISTRICT_ID
"""`point_id` of a service area that all points share."""
_PIECES_PER_ROW: Final = 512
_AREAS_PER_BLOCK: Final = 16
_QUARTER_SEGMENTS: Final = 8


def find_service_lines(
    network: WalkNetwork,
    joins: pd.DataFrame,
    *,
    tiers_m: Sequence[float],
    is_merged: bool = False,
) -> gpd.GeoDataFrame:
    """Return the pieces of street within each tier of each point, ending at the exact metre.

    Parameters
    ----------
    network
        Streets.
    joins
        Table ``joins`` of the points, such as facilities; their offsets count.
    tiers_m
        Walks in metres, each at most 20,000.
    is_merged
        Whether all points share one area per tier, its ``point_id`` then ``ALL``.

    Returns
    -------
    point_id, tier_m, street_m (metres of street within the walk), MultiLineString; sorted by point
    and tier. A point that reaches no street within a tier has no row.

    Raises
    ------
    JoinError
        When a tier is out of range or a join names an unknown edge.
    """
    if is_merged:
        joins = joins.assign(
            access_id=joins["point_id"] + "\n" + joins["access_id"], point_id=MERGED_ID
        )
    accesses = read_accesses(network, joins)
    for tier_m in tiers_m:
        if not 0 < tier_m <= MAX_CUTOFF_M:
            raise JoinError("network.cutoff_range", cutoff_m=tier_m, limit_m=MAX_CUTOFF_M)
    seeds = list_seeds(network, accesses, limit=round(max(tiers_m) * TICKS_PER_M))
    inner = list_ends(network, accesses, network.is_private[accesses.edge])
    at_head, at_edge = _edges_at_nodes(network)
    order = np.lexsort((accesses.along + accesses.offset, accesses.edge, accesses.point))
    _, on_one_edge = np.unique(accesses.point * network.edges_n + accesses.edge, return_counts=True)
    fixed = (
        *network.streets, *network.entering, network.wait, network.ends, network.ticks,
        at_head, at_edge,
        compress(seeds.point, accesses.points_n).astype(np.int32), seeds.node, seeds.ticks,
        compress(inner.point, accesses.points_n).astype(np.int32), inner.node, inner.ticks,
        compress(accesses.point, accesses.points_n).astype(np.int32),
        accesses.edge[order].astype(np.int32), accesses.along[order], accesses.offset[order],
        int(on_one_edge.max(initial=0)),
    )  # fmt: skip
    tables = []
    for tier_m in sorted(tiers_m):
        limit = round(tier_m * TICKS_PER_M)
        row, edge, start, stop = _cut(fixed, accesses.points_n, limit, edges_n=network.edges_n)
        tables.append(_as_table(network, accesses.ids, tier_m, (row, edge, start, stop)))
    table = pd.concat(tables, ignore_index=True)
    table = table.sort_values(["point_id", "tier_m"], kind="stable", ignore_index=True)
    return gpd.GeoDataFrame(table, geometry="geometry", crs=network.crs)


def build_service_areas(
    network: Network,
    joins: pd.DataFrame,
    *,
    tiers_m: Sequence[float],
    buffer_m: float = 25.0,
    simplify_m: float = 1.0,
    is_merged: bool = False,
) -> gpd.GeoDataFrame:
    """Return polygons round the streets within each tier of each point.

    The pieces of `find_service_lines` are widened by `buffer_m` to either side; holes between
    streets are kept, outlines simplified to `simplify_m`. Without streets the area is a circle of
    tier over detour factor.

    Parameters
    ----------
    network
        Streets, or the straight-line estimate.
    joins
        Table ``joins`` of the points.
    tiers_m
        Walks in metres.
    buffer_m
        Half the width of the strip along a street, metres.
    simplify_m
        How far a simplified outline may lie from the exact one, metres; 0 keeps it.
    is_merged
        Whether all points share one area per tier, its ``point_id`` then ``ALL``.

    Returns
    -------
    point_id, tier_m, area_m2, Polygon or MultiPolygon; sorted by point and tier.

    Raises
    ------
    JoinError
        When a tier is out of range or a join names an unknown edge.
    ValueError
        When the buffer is not positive.
    """
    if not buffer_m > 0:
        raise ValueError("buffer_m must be above 0")
    if isinstance(network, StraightNetwork):
        table = _circles(network, joins, tiers_m)
        if is_merged:
            table = table.dissolve("tier_m", as_index=False).assign(point_id=MERGED_ID)
    else:
        table = find_service_lines(network, joins, tiers_m=tiers_m, is_merged=is_merged)
        shapes = _widen(np.asarray(table.geometry), buffer_m, simplify_m)
        table = table.set_geometry(gpd.GeoSeries(shapes, crs=network.crs))
    table["area_m2"] = table.geometry.area
    _log.info("service areas: %d", len(table))
    return table[["point_id", "tier_m", "area_m2", "geometry"]].reset_index(drop=True)


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
    threads, most = numba.get_num_threads(), int(fixed[-1])
    bounds = np.linspace(0, rows_n, threads * 8 + 1).astype(int)
    blocks = [(int(a), int(b)) for a, b in pairwise(bounds) if b > a]

    cut: Callable[..., tuple[int, int]] = cut_rows

    def run(block: tuple[int, int]) -> list[Ints]:
        first, last = block
        pieces = []
        size = (last - first) * _PIECES_PER_ROW
        while first < last:
            size = min(size, (last - first) * (most + 2) * edges_n)
            out = np.empty((4, size), np.int32)
            reached, written = cut(*fixed, limit, first, last, *out)
            pieces.append(out[:, :written].copy())
            size = size * 4 if reached == first else size
            first = reached
        return pieces

    with ThreadPoolExecutor(threads) as pool:
        found = [piece for pieces in pool.map(run, blocks) for piece in pieces]
    whole = np.concatenate(found, axis=1) if found else np.empty((4, 0), np.int32)
    whole = whole[:, np.lexsort((whole[2], whole[1], whole[0]))]
    return whole[0], whole[1], whole[2], whole[3]


def _as_table(
    network: WalkNetwork,
    ids: NDArray[np.object_],
    tier_m: float,
    pieces: tuple[Ints, Ints, Ints, Ints],
) -> pd.DataFrame:
    """Return one row per point with its pieces as a MultiLineString."""
    row, edge, start, stop = pieces
    length = network.ticks[edge]
    vertices, starts = network.vertices
    coordinates, line_starts = cut_lines(vertices, starts, edge, start / length, stop / length)
    points, first, counts = np.unique(row, return_index=True, return_counts=True)
    piece_starts = np.append(first, row.size).astype(np.int64)
    shapes = shapely.from_ragged_array(
        shapely.GeometryType.MULTILINESTRING, coordinates, (line_starts, piece_starts)
    )
    share = network.lengths_m[edge] * (stop - start) / length
    street_m = np.bincount(np.repeat(np.arange(points.size), counts), weights=share)
    return pd.DataFrame(
        {
            "point_id": pd.array(ids, dtype="str").take(points),
            "tier_m": float(tier_m),
            "street_m": street_m.round(3),
            "geometry": shapes,
        }
    )


def _widen(lines: NDArray[Any], buffer_m: float, simplify_m: float) -> NDArray[Any]:
    """Return the strips along lines: each piece is widened, then those of one area are united.

    Uniting widened pieces is five times as fast as widening a MultiLineString. GEOS lets go of the
    interpreter lock, so blocks run side by side.
    """
    blocks = [
        slice(first, first + _AREAS_PER_BLOCK) for first in range(0, len(lines), _AREAS_PER_BLOCK)
    ]

    def run(block: slice) -> NDArray[Any]:
        pieces, owner = shapely.get_parts(lines[block], return_index=True)
        strips = shapely.buffer(pieces, buffer_m, quad_segs=_QUARTER_SEGMENTS)
        starts = np.searchsorted(owner, np.arange(len(lines[block]) + 1))
        shapes = np.array([shapely.union_all(strips[a:z]) for a, z in pairwise(starts)], object)
        return np.asarray(shapely.simplify(shapes, simplify_m) if simplify_m > 0 else shapes)

    with ThreadPoolExecutor(numba.get_num_threads()) as pool:
        done = list(track(pool.map(run, blocks), "network.widening", total=len(blocks)))
    return np.concatenate(done) if done else np.empty(0, object)


def _circles(
    network: StraightNetwork, joins: pd.DataFrame, tiers_m: Sequence[float]
) -> gpd.GeoDataFrame:
    """Return circles of tier over detour factor round points."""
    ids = joins["point_id"].to_numpy(dtype=object)
    places = shapely.points(joins["x_m"].to_numpy(), joins["y_m"].to_numpy())
    offsets = joins["offset_m"].to_numpy(np.float64)
    parts = []
    for tier_m in sorted(tiers_m):
        radius = np.maximum(tier_m - offsets, 0) / network.detour_factor
        rows = {"point_id": pd.array(ids, dtype="str"), "tier_m": float(tier_m)}
        parts.append(
            gpd.GeoDataFrame(rows, geometry=shapely.buffer(places, radius), crs=network.crs)
        )
    table = pd.concat(parts, ignore_index=True)
    return table.dissolve(["point_id", "tier_m"], as_index=False)
