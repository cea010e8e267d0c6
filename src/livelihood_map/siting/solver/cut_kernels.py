"""Compiled search for odd-cover cuts, which are about triples of demand points.

Candidates are j, demand points i and k.
"""

# ruff: noqa: PLR2004

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from livelihood_map.network.walking_kernels import kernel

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Floats, Ints, Longs
    from livelihood_map.siting.solver.cover_problem import CoverProblem as Cover


@kernel
def mark(side: Ints, cover: Cover, i: int | np.int32, amount: int) -> None:
    """Add an amount to the side of every candidate that covers a point."""
    for q in range(cover.reach_ptr[i], cover.reach_ptr[i + 1]):
        side[cover.reach_idx[q]] += amount


@kernel
def union_of(cover: Cover, k: int | np.int32, opened: Floats, side: Ints) -> tuple[float, float]:
    """Return what is opened among the sites of k on no side yet, and among those on both sides."""
    outside = inside = 0.0
    for q in range(cover.reach_ptr[k], cover.reach_ptr[k + 1]):
        j = cover.reach_idx[q]
        if side[j] == 0:
            outside += opened[j]
        elif side[j] == 3:
            inside += opened[j]
    return outside, inside


@kernel
def heavier_neighbours(
    cover: Cover, i: int, covered: Floats, opened: Floats, seen: Ints, near: Ints
) -> int:
    """Write into `near` the heavier half-covered points that share a site with i; return how many.

    Sites that are wholly open lead to no cut.
    """
    near_n = 0
    weights = cover.weights
    for q in range(cover.reach_ptr[i], cover.reach_ptr[i + 1]):
        j = cover.reach_idx[q]
        if opened[j] > 1.0 - 1e-6:
            continue
        for t in range(cover.cover_ptr[j], cover.cover_ptr[j + 1]):
            # seen[k] is i for each point that was written down
            k = cover.cover_idx[t]
            if k == i or seen[k] == i or covered[k] < 0.34:
                continue
            if weights[k] > weights[i] or (weights[k] == weights[i] and k > i):
                seen[k] = i
                near[near_n] = k
                near_n += 1
    return near_n


@kernel
def best_triples(
    cover: Cover, covered: Floats, opened: Floats, min_score: float
) -> tuple[Ints, Floats, int]:
    """Return for each point the triple of which it is the lightest whose cut is broken most.

    Also by how much, times its weight, and how many sites of points were looked at on the way.
    """
    demand_n = len(covered)
    triples = np.empty((demand_n, 3), dtype=np.int32)
    scores = np.empty(demand_n)
    found = looked_n = 0
    seen = np.full(demand_n, -1, dtype=np.int32)
    side = np.zeros(len(cover.cover_ptr) - 1, dtype=np.int32)
    near = np.empty(demand_n, dtype=np.int32)
    for i in range(demand_n):
        # side is all 0 here; below 1 marks the sites of i, 2 those of k, 3 those of both
        if covered[i] < 0.34 or cover.weights[i] <= 0:
            continue
        near_n = heavier_neighbours(cover, i, covered, opened, seen, near)
        own, _ = union_of(cover, i, opened, side)
        mark(side, cover, i, 1)
        best, second, third = 0.0, -1, -1
        for a in range(near_n):
            k = near[a]
            pair = own + union_of(cover, k, opened, side)[0]
            if covered[i] + covered[k] - pair < 1e-3:
                continue
            mark(side, cover, k, 2)
            for b in range(a):
                looked_n += cover.reach_ptr[near[b] + 1] - cover.reach_ptr[near[b]]
            for b in range(a):
                outside, inside = union_of(cover, near[b], opened, side)
                breach = covered[i] + covered[k] + covered[near[b]] - 1.0 - pair - outside - inside
                if breach > best:
                    best, second, third = breach, k, near[b]
            mark(side, cover, k, -2)
        mark(side, cover, i, -1)
        if best * cover.weights[i] > min_score:
            triples[found, 0] = i
            triples[found, 1] = second
            triples[found, 2] = third
            scores[found] = best * cover.weights[i]
            found += 1
    return triples[:found], scores[:found], looked_n


@kernel
def triple_rows(cover: Cover, triples: Ints) -> tuple[Longs, Ints, Floats]:
    """Return the cuts' factors of the candidates in compressed rows."""
    ptr, idx = cover.reach_ptr, cover.reach_idx
    most = 0
    for i in triples.ravel():
        most += ptr[i + 1] - ptr[i]
    pointers = np.zeros(len(triples) + 1, dtype=np.int64)
    columns = np.empty(most, dtype=np.int32)
    factors = np.empty(most)
    times = np.zeros(len(cover.cover_ptr) - 1, dtype=np.int8)
    end = 0
    for t in range(len(triples)):
        # times is all 0 here; below it counts in how many of the three reaches a site stands
        start = end
        for e in range(3):
            for q in range(ptr[triples[t, e]], ptr[triples[t, e] + 1]):
                j = idx[q]
                if times[j] == 0:
                    columns[end] = j
                    end += 1
                times[j] += 1
        for k in range(start, end):
            factors[k] = 2.0 if times[columns[k]] == 3 else 1.0
            times[columns[k]] = 0
        pointers[t + 1] = end
    return pointers, columns[:end], factors[:end]
