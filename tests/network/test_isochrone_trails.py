"""Trails: every piece is walked once, without a jump, in as few trails as there can be."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest

from livelihood_map.network.isochrone_trails import find_trails


def least_trails(ends):
    """Return how few trails walk all pieces: half the odd places of each part, at least one."""
    graph = nx.MultiGraph(ends.tolist())
    odd = [
        sum(graph.degree(place) % 2 for place in part) for part in nx.connected_components(graph)
    ]
    return sum(max(1, n // 2) for n in odd)


@pytest.mark.parametrize("seed", range(20))
def test_trails_walk_every_piece_once_and_never_jump(seed):
    """On random streets each piece occurs once, and begins where the one before it ends."""
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, 15, (rng.integers(1, 40), 2)).astype(np.int64)
    order, heads = find_trails(ends)
    assert sorted(order // 2) == list(range(len(ends)))
    for first, last in pairwise(heads):
        trail = order[first:last]
        assert all(
            ends[a // 2, 1 - a % 2] == ends[b // 2, b % 2] for a, b in pairwise(trail.tolist())
        )
    assert least_trails(ends) <= len(heads) - 1 <= len(ends)


def test_a_cross_is_two_trails_and_a_ring_is_one():
    """Four streets that meet are walked in two lines, the four sides of a block in one."""
    cross = np.array([[0, 1], [0, 2], [0, 3], [0, 4]])
    ring = np.array([[0, 1], [2, 1], [2, 3], [0, 3]])
    assert [len(find_trails(ends)[1]) - 1 for ends in (cross, ring)] == [2, 1]


def test_no_pieces_make_no_trails():
    """Without pieces there is nothing to walk."""
    order, heads = find_trails(np.empty((0, 2), np.int64))
    assert order.size == 0
    assert heads.tolist() == [0]
