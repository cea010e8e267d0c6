"""Names of edges: every edge is found by its name, and by no other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from livelihood_map.network.edge_index import find_edges, index_edges


def numbered(seed, *, nodes_n=60, edges_n=300):
    """Return ids of nodes, and ends and keys of random edges, parallels among them."""
    rng = np.random.default_rng(seed)
    ids = pd.Series([f"{'路口' if k % 3 else 'n'}{k * 7}" for k in range(nodes_n)], dtype="str")
    ends = rng.integers(0, nodes_n, (edges_n, 2)).astype(np.int32)
    key = pd.DataFrame(ends).groupby([0, 1]).cumcount().to_numpy()
    return ids, ends, key


@pytest.mark.parametrize("seed", range(3))
def test_every_edge_is_found_by_its_name(seed):
    """Looked up by u, v and key, each edge gives its own number, in any order of asking."""
    ids, ends, key = numbered(seed)
    names = index_edges(ids, ends, key)
    asked = np.random.default_rng(seed).permutation(len(key))
    u, v = (ids.iloc[ends[asked, side]] for side in (0, 1))
    assert (find_edges(names, u, v, key[asked]) == asked).all()


def test_no_other_name_finds_an_edge():
    """Ends the wrong way round, an unknown node, another key and a missing name find nothing."""
    ids, ends = pd.Series(["a", "b", "ab"], dtype="str"), np.array([[0, 1]], np.int32)
    names = index_edges(ids, ends, np.array([0]))
    u = pd.Series(["b", "a", "a", "", None, "a"], dtype="str")
    v = pd.Series(["a", "c", "b", "ab", "b", "b"], dtype="str")
    assert find_edges(names, u, v, np.array([0, 0, 1, 0, 0, 0])).tolist() == [-1] * 5 + [0]


def test_a_network_without_edges_knows_no_name():
    """Where there are no edges nothing is found, and nothing asked for gives nothing."""
    ids = pd.Series(["a", "b"], dtype="str")
    names = index_edges(ids, np.empty((0, 2), np.int32), np.empty(0, np.int64))
    assert find_edges(names, ids, ids, np.array([0, 0])).tolist() == [-1, -1]
    assert find_edges(names, ids[:0], ids[:0], np.empty(0, np.int64)).size == 0
