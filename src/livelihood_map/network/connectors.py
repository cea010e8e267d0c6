"""Joins as arrays: points numbered by id, each with its accesses to the graph."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from livelihood_map.core.errors import JoinError
from livelihood_map.network.walk_network import to_ticks
from livelihood_map.network.walking_kernels import FAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from livelihood_map.core.arrays import Bools, Floats, Ints, Longs
    from livelihood_map.network.walk_network import WalkNetwork


class Seeds(NamedTuple):
    """Where points hang on the graph, sorted by point.

    Parameters
    ----------
    node, ticks, point
        Node, ticks between point and node, and the point.
    """

    node: Ints
    ticks: Ints
    point: Ints


@dataclass(frozen=True)
class Accesses:
    """Joins that have been read: where points meet the graph of one network.

    Parameters
    ----------
    network
        The network that they belong to.
    ids
        Ids of the points in ascending order; a point's number is its place here.
    point, edge
        Point and edge of each access, sorted by point.
    to_u, to_v
        Ticks from the point through the access to either end of the edge and half through it.
    along, offset
        Ticks from u to the access along the edge, and from the point to the access.
    """

    network: WalkNetwork = field(repr=False)
    ids: pd.api.extensions.ExtensionArray
    point: Longs
    edge: Longs
    to_u: Longs
    to_v: Longs
    along: Longs
    offset: Longs

    @property
    def points_n(self) -> int:
        """Return the number of points, those without an access among them."""
        return len(self.ids)

    @cached_property
    def is_private(self) -> Bools:
        """Return which accesses lie on private ways, shape (accesses,)."""
        return self.network.is_private[self.edge]

    @cached_property
    def street_ends(self) -> Seeds:
        """Return where accesses on streets hang."""
        return self.ends(~self.is_private if self.is_private.any() else slice(None))

    @cached_property
    def by_edge(self) -> tuple[Longs, Longs]:
        """Return where the accesses of each edge start, and the accesses sorted by edge."""
        counts = np.bincount(self.edge, minlength=self.network.edges_n)
        return compress_counts(counts), np.argsort(self.edge)

    def ends(self, chosen: Bools | slice) -> Seeds:
        """Return both ends of the edges that chosen accesses lie on.

        Parameters
        ----------
        chosen
            Which accesses, shape (accesses,), or a slice of them.
        """
        node = self.network.ends[self.edge[chosen]].ravel()
        ticks = np.empty((node.size // 2, 2), np.int32)
        ticks[:, 0] = np.minimum(self.to_u[chosen], FAR)
        ticks[:, 1] = np.minimum(self.to_v[chosen], FAR)
        point = np.repeat(self.point[chosen].astype(np.int32), 2)
        return Seeds(node.astype(np.int32, copy=False), ticks.ravel(), point)

    def only(self, chosen: Bools) -> Accesses:
        """Return chosen accesses; the points keep their numbers, those without one as well.

        Parameters
        ----------
        chosen
            Which accesses, shape (accesses,).
        """
        names = ("point", "edge", "to_u", "to_v", "along", "offset")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})


def read_accesses(network: WalkNetwork, joins: pd.DataFrame | Accesses) -> Accesses:
    """Return the accesses that a table ``joins`` describes.

    Whoever measures the same points many times reads them once and gives the accesses in place of
    the table.

    Parameters
    ----------
    network
        The network that the joins were made on, or one with the same edges.
    joins
        Table ``joins``; rows without an edge are points without an access. What was read on this
        network before is returned as it is.

    Raises
    ------
    JoinError
        When a row names an edge that the network does not have, or the joins were read on another
        network.

    Examples
    --------
    >>> from livelihood_map import build_network, example_town, join_points, measure_nearest
    >>> town = example_town()
    >>> network = build_network(town.nodes, town.edges)
    >>> outlets = join_points(network, town.facilities, id_column="facility_id", limit_m=100)
    >>> read = read_accesses(network, outlets)
    >>> measure_nearest(network, read, read, cutoff_m=500).values.tolist()
    [['f1', 'f1', 0.0]]
    """
    if isinstance(joins, Accesses):
        if joins.network is not network:
            raise JoinError("network.joins_of_another")
        return joins
    ids = pd.array(joins["point_id"], dtype="str")
    point = np.arange(len(ids))
    if not np.asarray(ids[1:] > ids[:-1]).all():  # one access each, in order, need no sorting
        names, point = np.unique(ids.to_numpy(dtype=object), return_inverse=True)
        ids = pd.array(names, dtype="str")
    is_joined = joins["u"].notna().to_numpy()
    rows = joins if is_joined.all() else joins[is_joined]
    edge = network.edge_numbers(rows["u"], rows["v"], rows["key"])
    if (edge < 0).any():
        row = rows.iloc[int(np.argmax(edge < 0))]
        raise JoinError("network.edge_unknown", point=row["point_id"], u=row["u"], v=row["v"])
    point = point[is_joined]
    length = network.lengths_m[edge]
    along_m = rows["along_m"].to_numpy(np.float64)
    share = np.divide(along_m, length, out=np.zeros_like(along_m), where=length > 0)
    along = np.rint(np.clip(share, 0, 1) * network.ticks[edge]).astype(np.int64)
    offset = np.minimum(to_ticks(rows["offset_m"].to_numpy(np.float64)), FAR)
    usable = network.is_usable[edge]
    order = np.flatnonzero(usable)[np.argsort(point[usable], kind="stable")]
    point, edge, along, offset = point[order], edge[order], along[order], offset[order]
    wait_u, wait_v = network.wait[network.ends[edge]].T
    return Accesses(
        network=network,
        ids=ids,
        point=point,
        edge=edge,
        to_u=offset + along + wait_u,
        to_v=offset + network.ticks[edge] - along + wait_v,
        along=along,
        offset=offset,
    )


def compress(row: NDArray[np.integer], rows_n: int) -> Longs:
    """Return where each row starts in arrays that are sorted by row, shape (rows_n + 1,).

    Parameters
    ----------
    row
        Row numbers, ascending.
    rows_n
        Number of rows.

    Examples
    --------
    >>> compress(np.array([0, 0, 2]), 3)
    array([0, 2, 2, 3])
    """
    return compress_counts(np.bincount(row, minlength=rows_n))


def compress_counts(counts: NDArray[np.integer]) -> Longs:
    """Return where each row starts, given how many entries each has.

    Parameters
    ----------
    counts
        Entries of each row.

    Examples
    --------
    >>> compress_counts(np.array([2, 0, 1]))
    array([0, 2, 2, 3])
    """
    start = np.zeros(counts.size + 1, np.int64)
    np.cumsum(counts, out=start[1:])
    return start


def list_entries(first: Longs, counts: Longs) -> Longs:
    """Return the places of the entries of rows, row after row.

    Parameters
    ----------
    first, counts
        Where the entries of each row start, and how many there are.

    Examples
    --------
    >>> list_entries(np.array([5, 0]), np.array([2, 3]))
    array([5, 6, 0, 1, 2])
    """
    start = compress_counts(counts)
    return np.arange(start[-1]) + np.repeat(first - start[:-1], counts)


_BITS: Final = 16


def hilbert_index(x: Floats, y: Floats) -> Longs:
    """Return each point's position along a Hilbert curve over the points' bounding square.

    Parameters
    ----------
    x, y
        Coordinates in metres, shape (n,).

    Raises
    ------
    ValueError
        When a coordinate is not finite.

    References
    ----------
    Skilling, J. (2004). Programming the Hilbert curve. AIP Conference Proceedings 707, 381-387.

    Examples
    --------
    >>> hilbert_index(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 1.0, 0.0])).argsort()
    array([0, 1, 2, 3])
    """
    if x.size == 0:
        return np.empty(0, np.int64)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("coordinates must be finite")
    span = max(float(np.ptp(x)), float(np.ptp(y))) or 1.0
    top = (1 << _BITS) - 1
    column = np.floor((x - x.min()) / span * top).astype(np.int64)
    row = np.floor((y - y.min()) / span * top).astype(np.int64)
    position = np.zeros(x.size, np.int64)
    side = 1 << (_BITS - 1)
    while side:
        right = (column & side) > 0
        upper = (row & side) > 0
        position += side * side * ((3 * right) ^ upper)
        mirrored = ~upper & right
        column = np.where(mirrored, top - column, column)
        row = np.where(mirrored, top - row, row)
        column, row = np.where(upper, column, row), np.where(upper, row, column)
        side >>= 1
    return position
