"""Numbers of edges by their names: a hash table over the bytes of the names, compiled.

Points are joined to edges by name, so every measurement begins with looking names up. In tables of
Python texts that takes longer than the search of the streets itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from livelihood_map.network.walking_kernels import kernel

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from livelihood_map.core.arrays import Ints, Longs

    Bytes = NDArray[np.uint8]

_FIRST: Final = -3_750_763_034_362_895_579
_FACTOR: Final = 1_099_511_628_211
"""Start and factor of the hash FNV-1a of 64 bits, the start read as a signed number."""


class EdgeNames(NamedTuple):
    """The names of edges, ready to be looked up.

    Parameters
    ----------
    nodes, node_hash
        Ids of the nodes, and a hash of each.
    ends, key
        Node numbers of u and v, and the key, of each edge.
    table
        Edge numbers by hash, -1 where a place is empty; its size is a power of two.
    """

    nodes: pa.LargeStringArray
    node_hash: Longs
    ends: Ints
    key: Longs
    table: Ints


def index_edges(node_ids: pd.Series[Any], ends: Ints, key: Longs) -> EdgeNames:
    """Return the names of edges, ready to be looked up.

    Parameters
    ----------
    node_ids
        Ids of the nodes.
    ends, key
        Node numbers of u and v, and the key, of each edge.
    """
    nodes = _texts(node_ids)
    node_hash = _hash(nodes)
    table = np.full(1 << (2 * key.size).bit_length(), -1, np.int32)
    fill_table(node_hash, ends, key, table)
    return EdgeNames(nodes, node_hash, ends, key, table)


def find_edges(names: EdgeNames, u: pd.Series[Any], v: pd.Series[Any], key: Longs) -> Longs:
    """Return the number of each named edge, -1 where there is none of that name.

    Edges are found by hash and their names then compared as texts.

    Parameters
    ----------
    names
        The names of the edges.
    u, v, key
        The names to look up; a missing text names nothing.

    Examples
    --------
    >>> import pandas as pd
    >>> ids, ends = pd.Series(["a", "b"]), np.array([[0, 1]], np.int32)
    >>> names = index_edges(ids, ends, np.array([0]))
    >>> find_edges(names, pd.Series(["a", "b"]), pd.Series(["b", "a"]), np.array([0, 0])).tolist()
    [0, -1]
    """
    given = _texts(u), _texts(v)
    edge: Longs = look_up(*names[1:], _hash(given[0]), _hash(given[1]), key)
    if key.size and names.key.size:
        for end, texts in zip(names.ends[edge].T, given, strict=True):
            is_same = pc.equal(names.nodes.take(pa.array(end)), texts)
            edge[~np.asarray(is_same.fill_null(False), np.bool_)] = -1
    return edge


def _texts(column: pd.Series[Any]) -> pa.LargeStringArray:
    """Return a column as texts in one row of bytes."""
    texts = pa.array(column, pa.large_string(), from_pandas=True)
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def _hash(texts: pa.LargeStringArray) -> Longs:
    """Return a hash of each text; a missing one counts as empty."""
    _, head, data = texts.buffers()
    first, last = texts.offset, texts.offset + len(texts) + 1
    hashes: Longs = hash_texts(
        np.frombuffer(head, np.int64)[first:last],
        np.frombuffer(data if data is not None else b"", np.uint8),
    )
    return hashes


@kernel
def hash_texts(head: Longs, data: Bytes) -> Longs:
    """Return a hash of each text.

    Parameters
    ----------
    head, data
        Where each text starts in the bytes, shape (texts + 1,), and the bytes.
    """
    out = np.empty(head.size - 1, np.int64)
    # `value` is the hash of the bytes so far, modulo 2**64; texts lie in one row of bytes, so that
    # no text is ever made.
    for k in range(out.size):
        value = np.int64(_FIRST)
        for place in range(head[k], head[k + 1]):
            value = (value ^ np.int64(data[place])) * np.int64(_FACTOR)
        out[k] = value
    return out


@kernel
def fill_table(node_hash: Longs, ends: Ints, key: Longs, table: Ints) -> None:
    """Write every edge number into the first empty place from its hash on.

    Parameters
    ----------
    node_hash, ends, key
        Hashes of the nodes, and node numbers and key of each edge.
    table
        Written; -1 everywhere before.
    """
    mask = table.size - 1
    # No place between an edge's hash and its own is empty. The table is at most half full, so that
    # the next empty place is near.
    for edge in range(key.size):
        place = _mix(node_hash[ends[edge, 0]], node_hash[ends[edge, 1]], key[edge]) & mask
        while table[place] >= 0:
            place = (place + 1) & mask
        table[place] = edge


@kernel
def look_up(
    node_hash: Longs,
    ends: Ints,
    key: Longs,
    table: Ints,
    u_hash: Longs,
    v_hash: Longs,
    wanted: Longs,
) -> Longs:
    """Return the number of each named edge, -1 where no edge has its hashes.

    Parameters
    ----------
    node_hash, ends, key, table
        The names of the edges, as in `EdgeNames`.
    u_hash, v_hash, wanted
        Hashes of the names to look up, and their keys.
    """
    mask = table.size - 1
    out = np.empty(wanted.size, np.int64)
    # The first empty place from the hash on ends the search: no edge of that name lies beyond it.
    for k in range(out.size):
        place = _mix(u_hash[k], v_hash[k], wanted[k]) & mask
        edge = np.int64(table[place])
        while edge >= 0:
            u, v = node_hash[ends[edge, 0]], node_hash[ends[edge, 1]]
            if u == u_hash[k] and v == v_hash[k] and key[edge] == wanted[k]:
                break
            place = (place + 1) & mask
            edge = np.int64(table[place])
        out[k] = edge
    return out


@kernel
def _mix(u: np.int64, v: np.int64, key: np.int64) -> np.int64:
    """Return one hash of two hashes and a key."""
    value = (u * 31 + v) * np.int64(_FACTOR) + key
    return value ^ (value >> 32)
