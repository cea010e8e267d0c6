"""Compiled kernels on CSR arrays: greedy choice, swaps, subgradient, dominance.

They take the arrays of a :class:`~livelihood_map.siting.solver.CoverProblem` and know nothing of
tables. Their callers hold the documentation.
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917, PLR2004

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from livelihood_map.network.walking_kernels import kernel

if TYPE_CHECKING:
    from livelihood_map.siting.solver.cover_problem import (
        BoolArray,
        FloatArray,
        IndexArray,
        IntArray,
    )


LAST_PACE: Final = 0.01
"""Last length of a step towards the target as a share of the first; measured on 1 to 3 million
pairs: a bound twice to five times as close to the relaxation as halving when progress stalls."""


ROUNDING: Final = 1e-9
"""What a sum may be off before a row counts as broken."""


class Limits(NamedTuple):
    """Rows ``lower <= value <= upper`` that swaps must keep, by column of sites and of points."""

    site_ptr: IntArray
    site_idx: IndexArray
    site_factor: FloatArray
    point_ptr: IntArray
    point_idx: IndexArray
    point_factor: FloatArray
    lower: FloatArray
    upper: FloatArray
    value: FloatArray
    change: FloatArray


@kernel
def greedy(
    weights: IntArray,
    cover_ptr: IntArray,
    cover_idx: IndexArray,
    reach_ptr: IntArray,
    reach_idx: IndexArray,
    start: IntArray,
    barred: BoolArray,
    site_n: int,
) -> IntArray:
    """Return the candidates in greedy order, those of `start` first."""
    candidate_n = len(cover_ptr) - 1
    gain = np.zeros(candidate_n, dtype=np.int64)
    for j in range(candidate_n):
        for k in range(cover_ptr[j], cover_ptr[j + 1]):
            gain[j] += weights[cover_idx[k]]
    is_covered = np.zeros(len(weights), dtype=np.bool_)
    is_chosen = np.zeros(candidate_n, dtype=np.bool_)
    order = np.empty(site_n, dtype=np.int64)
    for rank in range(site_n):
        best = -1
        if rank < len(start):
            best = start[rank]
        else:
            for j in range(candidate_n):
                if not is_chosen[j] and not barred[j] and (best < 0 or gain[j] > gain[best]):
                    best = j
        order[rank] = best
        is_chosen[best] = True
        for k in range(cover_ptr[best], cover_ptr[best + 1]):
            i = cover_idx[k]
            if not is_covered[i]:
                is_covered[i] = True
                for q in range(reach_ptr[i], reach_ptr[i + 1]):
                    gain[reach_idx[q]] -= weights[i]
    return order


@kernel
def drawn(state: np.uint64) -> np.uint64:
    """Return the next state of a xorshift generator (Marsaglia 2003)."""
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    state ^= state << np.uint64(17)
    return state


@kernel
def enter(
    j: int | np.int64,
    slot: int,
    weights: IntArray,
    cover_ptr: IntArray,
    cover_idx: IndexArray,
    count: IndexArray,
    sole: IndexArray,
    loss: IntArray,
) -> None:
    """Open candidate j in a slot; keep counts, sole sites and losses up to date."""
    loss[slot] = 0
    for k in range(cover_ptr[j], cover_ptr[j + 1]):
        i = cover_idx[k]
        if count[i] == 0:
            loss[slot] += weights[i]
        elif count[i] == 1:
            loss[sole[i]] -= weights[i]
        count[i] += 1
        sole[i] ^= slot


@kernel
def leave(
    j: int | np.int64,
    slot: int,
    weights: IntArray,
    cover_ptr: IntArray,
    cover_idx: IndexArray,
    count: IndexArray,
    sole: IndexArray,
    loss: IntArray,
) -> None:
    """Close the candidate of a slot, likewise."""
    for k in range(cover_ptr[j], cover_ptr[j + 1]):
        i = cover_idx[k]
        count[i] -= 1
        sole[i] ^= slot
        if count[i] == 1:
            loss[sole[i]] += weights[i]


@kernel
def least_loss(loss: IntArray, movable: BoolArray) -> int:
    """Return the movable slot whose site would be missed least, -1 where none is."""
    low = -1
    for s in range(len(loss)):
        if movable[s] and (low < 0 or loss[s] < loss[low]):
            low = s
    return low


@kernel
def best_swap(
    j: int | np.int64,
    low: int,
    weights: IntArray,
    cover_ptr: IntArray,
    cover_idx: IndexArray,
    count: IndexArray,
    sole: IndexArray,
    loss: IntArray,
    movable: BoolArray,
    shared: IntArray,
    touched: IntArray,
) -> tuple[int, np.int64]:
    """Return the slot that j best takes over and what the swap brings."""
    # `shared` is all 0 on entry and on return
    gain = np.int64(0)
    touched_n = 0
    for k in range(cover_ptr[j], cover_ptr[j + 1]):
        i = cover_idx[k]
        if count[i] == 0:
            gain += weights[i]
        elif count[i] == 1 and weights[i] > 0:
            s = sole[i]
            if shared[s] == 0:
                touched[touched_n] = s
                touched_n += 1
            shared[s] += weights[i]
    out = low
    cost = loss[low] - shared[low]
    for t in range(touched_n):
        s = touched[t]
        if movable[s] and loss[s] - shared[s] < cost:
            out = s
            cost = loss[s] - shared[s]
        shared[s] = 0
    return out, gain - cost


@kernel
def add_column(
    k: int | np.int64,
    sign: float,
    pointers: IntArray,
    indices: IndexArray,
    factors: FloatArray,
    onto: FloatArray,
) -> None:
    """Add a column of a matrix, times a sign, onto values by row."""
    for q in range(pointers[k], pointers[k + 1]):
        onto[indices[q]] += sign * factors[q]


@kernel
def fill_limits(limits: Limits, now: IntArray, count: IndexArray) -> None:
    """Set the values of all rows to what a choice comes to."""
    limits.value[:] = 0.0
    if len(limits.lower) == 0:
        return
    for j in now:
        add_column(j, 1.0, limits.site_ptr, limits.site_idx, limits.site_factor, limits.value)
    for i in range(len(count)):
        if count[i] > 0:
            add_column(
                i, 1.0, limits.point_ptr, limits.point_idx, limits.point_factor, limits.value
            )


@kernel
def keeps_limits(
    j: int | np.int64,
    k: int | np.int64,
    slot: int,
    cover_ptr: IntArray,
    cover_idx: IndexArray,
    count: IndexArray,
    sole: IndexArray,
    limits: Limits,
) -> bool:
    """Return whether j in the place of k keeps every row that the swap moves."""
    # what j for k in its slot changes stands in `change` until the next call
    change = limits.change
    change[:] = 0.0
    add_column(j, 1.0, limits.site_ptr, limits.site_idx, limits.site_factor, change)
    add_column(k, -1.0, limits.site_ptr, limits.site_idx, limits.site_factor, change)
    if len(limits.point_factor) > 0:
        ptr, idx, factor = limits.point_ptr, limits.point_idx, limits.point_factor
        for q in range(cover_ptr[k], cover_ptr[k + 1]):
            i = cover_idx[q]
            if count[i] == 1:
                add_column(i, -1.0, ptr, idx, factor, change)
        for q in range(cover_ptr[j], cover_ptr[j + 1]):
            i = cover_idx[q]
            if count[i] == 0 or (count[i] == 1 and sole[i] == slot):
                add_column(i, 1.0, ptr, idx, factor, change)
    for r in range(len(change)):
        value = limits.value[r] + change[r]
        if change[r] > 0.0 and value > limits.upper[r] + ROUNDING:
            return False
        if change[r] < 0.0 and value < limits.lower[r] - ROUNDING:
            return False
    return True


@kernel
def best_kept_swap(
    j: int | np.int64,
    weights: IntArray,
    cover_ptr: IntArray,
    cover_idx: IndexArray,
    count: IndexArray,
    sole: IndexArray,
    loss: IntArray,
    movable: BoolArray,
    shared: IntArray,
    now: IntArray,
    limits: Limits,
) -> tuple[int, np.int64]:
    """Return the same as best_swap among swaps that keep the rows; slot -1 where none does."""
    # as best_swap, of the swaps that keep the limits; slot -1 where none does
    gain = np.int64(0)
    for k in range(cover_ptr[j], cover_ptr[j + 1]):
        i = cover_idx[k]
        if count[i] == 0:
            gain += weights[i]
        elif count[i] == 1:
            shared[sole[i]] += weights[i]
    out = -1
    cost = np.int64(0)
    for s in range(len(now)):
        is_less = out < 0 or loss[s] - shared[s] < cost
        if (
            movable[s]
            and is_less
            and keeps_limits(j, now[s], s, cover_ptr, cover_idx, count, sole, limits)
        ):
            out = s
            cost = loss[s] - shared[s]
    shared[:] = 0
    if out >= 0:
        keeps_limits(j, now[out], out, cover_ptr, cover_idx, count, sole, limits)
    return out, gain - cost


@kernel
def anneal(
    weights: IntArray,
    cover_ptr: IntArray,
    cover_idx: IndexArray,
    reach_ptr: IntArray,
    reach_idx: IndexArray,
    start: IntArray,
    kept: BoolArray,
    barred: BoolArray,
    seed: np.uint64,
    step_n: int,
    hot: float,
    cold: float,
    limits: Limits,
) -> IntArray:
    """Return the best choice seen by annealed swaps, polished until no swap helps."""
    candidate_n = len(cover_ptr) - 1
    site_n = len(start)
    is_limited = len(limits.lower) > 0
    count = np.zeros(len(weights), dtype=np.int32)
    sole = np.zeros(len(weights), dtype=np.int32)
    worth = np.zeros(candidate_n, dtype=np.int64)
    loss = np.zeros(site_n, dtype=np.int64)
    shared = np.zeros(site_n, dtype=np.int64)
    touched = np.empty(site_n, dtype=np.int64)
    movable = np.ones(site_n, dtype=np.bool_)
    is_shut = barred.copy()
    now = start.copy()
    for each in range(candidate_n):
        for k in range(cover_ptr[each], cover_ptr[each + 1]):
            worth[each] += weights[cover_idx[k]]
    pool = np.flatnonzero(~barred & (worth > 0))
    for s in range(site_n):
        movable[s] = not kept[now[s]]
        is_shut[now[s]] = True
        enter(now[s], s, weights, cover_ptr, cover_idx, count, sole, loss)
    low = least_loss(loss, movable)
    if low < 0 or len(pool) == 0:
        return now
    fill_limits(limits, now, count)
    mean_loss = loss.sum() / site_n
    first = max(hot * mean_loss, 1e-9)
    fall = np.log(cold / hot)
    temperature = first
    lead = np.int64(0)
    best_lead = np.int64(0)
    best = now.copy()
    state = seed
    for step in range(step_n):
        if step % 1024 == 0:
            temperature = first * np.exp(fall * step / step_n)
        state = drawn(state)
        draw = state >> np.uint64(11)
        j = np.int64(pool[np.int64(draw % np.uint64(len(pool)))])
        if step % 2 == 1:
            # one that covers a point that a site covers
            site = now[np.int64(draw % np.uint64(site_n))]
            point_n = cover_ptr[site + 1] - cover_ptr[site]
            if point_n == 0:
                continue
            state = drawn(state)
            draw = state >> np.uint64(11)
            i = cover_idx[cover_ptr[site] + np.int64(draw % np.uint64(point_n))]
            draw = draw // np.uint64(point_n)
            other_n = reach_ptr[i + 1] - reach_ptr[i]
            j = np.int64(reach_idx[reach_ptr[i] + np.int64(draw % np.uint64(other_n))])
        if is_shut[j]:
            continue
        state = drawn(state)
        chance = (np.float64(state >> np.uint64(11)) + 1.0) / 9007199254740993.0
        least = temperature * np.log(chance)
        if worth[j] - loss[low] < least:
            continue  # more than its own weight less the least loss it cannot bring
        if is_limited:
            s, change = best_kept_swap(
                j, weights, cover_ptr, cover_idx, count, sole, loss, movable, shared, now, limits
            )
        else:
            s, change = best_swap(
                j, low, weights, cover_ptr, cover_idx, count, sole, loss, movable, shared, touched
            )
        if s < 0 or change < least:
            continue
        limits.value[:] += limits.change
        is_shut[now[s]] = False
        leave(now[s], s, weights, cover_ptr, cover_idx, count, sole, loss)
        enter(j, s, weights, cover_ptr, cover_idx, count, sole, loss)
        now[s] = j
        is_shut[j] = True
        low = least_loss(loss, movable)
        lead += change
        if lead > best_lead:
            best_lead = lead
            best[:] = now
    # back to the best choice, then swaps until none helps
    for s in range(site_n):
        leave(now[s], s, weights, cover_ptr, cover_idx, count, sole, loss)
        is_shut[now[s]] = False
    for s in range(site_n):
        now[s] = best[s]
        is_shut[now[s]] = True
        enter(now[s], s, weights, cover_ptr, cover_idx, count, sole, loss)
    fill_limits(limits, now, count)
    moved = True
    while moved:
        moved = False
        for q in range(len(pool)):
            j = np.int64(pool[q])
            if is_shut[j]:
                continue
            if is_limited:
                s, change = best_kept_swap(
                    j, weights, cover_ptr, cover_idx, count, sole, loss, movable, shared, now,
                    limits,
                )  # fmt: skip
            else:
                low = least_loss(loss, movable)
                s, change = best_swap(
                    j, low, weights, cover_ptr, cover_idx, count, sole, loss, movable, shared,
                    touched,
                )  # fmt: skip
            if s >= 0 and change > 0:
                limits.value[:] += limits.change
                is_shut[now[s]] = False
                leave(now[s], s, weights, cover_ptr, cover_idx, count, sole, loss)
                enter(j, s, weights, cover_ptr, cover_idx, count, sole, loss)
                now[s] = j
                is_shut[j] = True
                moved = True
    return now


@kernel
def sums(
    cover_ptr: IntArray,
    cover_idx: IndexArray,
    prices: FloatArray,
) -> FloatArray:
    """Return what each candidate is worth at prices of the points it covers."""
    worth = np.zeros(len(cover_ptr) - 1)
    for j in range(len(worth)):
        total = 0.0
        for k in range(cover_ptr[j], cover_ptr[j + 1]):
            total += prices[cover_idx[k]]
        worth[j] = total
    return worth


@kernel
def subgradient(
    weights: FloatArray,
    cover_ptr: IntArray,
    cover_idx: IndexArray,
    start: FloatArray,
    barred: BoolArray,
    site_n: int,
    target: float,
    round_n: int,
) -> FloatArray:
    """Return the prices of the least bound that steps along the subgradient meet."""
    demand_n = len(weights)
    prices = start.copy()
    best = start.copy()
    best_value = 1e300
    direction = np.zeros(demand_n)
    taken = np.zeros(demand_n)
    fall = np.log(LAST_PACE)
    for turn in range(round_n):
        worth = sums(cover_ptr, cover_idx, prices)
        worth[barred] = 0.0
        taken_n = min(site_n, len(worth))
        least = np.partition(worth, len(worth) - taken_n)[len(worth) - taken_n] if taken_n else 0.0
        equal_n = taken_n - np.sum(worth > least)
        value = np.sum(weights - prices)
        taken[:] = -1.0
        for j in range(len(worth)):
            if taken_n == 0 or worth[j] < least or (worth[j] == least and equal_n == 0):
                continue
            if worth[j] == least:
                equal_n -= 1
            value += worth[j]
            for k in range(cover_ptr[j], cover_ptr[j + 1]):
                taken[cover_idx[k]] += 1.0
        if value < best_value:
            best_value = value
            best[:] = prices
        norm = 0.0
        for i in range(demand_n):
            step = taken[i]
            if (prices[i] <= 0.0 and step > 0.0) or (prices[i] >= weights[i] and step < 0.0):
                step = 0.0
            direction[i] = 0.8 * direction[i] + 0.2 * step
            norm += weights[i] * direction[i] * direction[i]
        if value <= target or norm <= 0.0:
            break
        length = np.exp(fall * turn / round_n) * (value - target) / norm
        for i in range(demand_n):
            moved = prices[i] - length * weights[i] * direction[i]
            prices[i] = min(max(moved, 0.0), weights[i])
    return best


@kernel
def dominated(
    cover_ptr: IntArray,
    cover_idx: IndexArray,
    reach_ptr: IntArray,
    reach_idx: IndexArray,
    group: IntArray,
    safe: BoolArray,
) -> BoolArray:
    """Return which candidates another one of the same group makes superfluous."""
    candidate_n = len(cover_ptr) - 1
    gone = np.zeros(candidate_n, dtype=np.bool_)
    for j in range(candidate_n):
        size = cover_ptr[j + 1] - cover_ptr[j]
        if safe[j]:
            continue
        if size == 0:
            gone[j] = True
            continue
        rarest = cover_idx[cover_ptr[j]]
        for k in range(cover_ptr[j], cover_ptr[j + 1]):
            i = cover_idx[k]
            if reach_ptr[i + 1] - reach_ptr[i] < reach_ptr[rarest + 1] - reach_ptr[rarest]:
                rarest = i
        for q in range(reach_ptr[rarest], reach_ptr[rarest + 1]):
            other = reach_idx[q]
            other_size = cover_ptr[other + 1] - cover_ptr[other]
            if other == j or gone[other] or other_size < size or group[other] != group[j]:
                continue
            if other_size == size and other > j and not safe[other]:
                continue
            a = cover_ptr[j]
            b = cover_ptr[other]
            end_a = cover_ptr[j + 1]
            end_b = cover_ptr[other + 1]
            while a < end_a and b < end_b and end_a - a <= end_b - b:
                if cover_idx[a] == cover_idx[b]:
                    a += 1
                    b += 1
                elif cover_idx[b] < cover_idx[a]:
                    b += 1
                else:
                    break
            if a == end_a:
                gone[j] = True
                break
    return gone


@kernel
def best_triples(
    covered: FloatArray,
    weights: FloatArray,
    opened: FloatArray,
    reach_ptr: IntArray,
    reach_idx: IndexArray,
    cover_ptr: IntArray,
    cover_idx: IndexArray,
    min_score: float,
) -> tuple[IndexArray, FloatArray]:
    """Return for each point the triple of which it is the lightest whose cut is broken most."""
    demand_n = len(covered)
    triples = np.empty((demand_n, 3), dtype=np.int32)
    scores = np.empty(demand_n)
    found = 0
    seen = np.full(demand_n, -1, dtype=np.int32)
    side = np.zeros(len(cover_ptr) - 1, dtype=np.int8)
    near = np.empty(demand_n, dtype=np.int32)
    for i in range(demand_n):
        if covered[i] < 0.34 or weights[i] <= 0.0:
            continue
        near_n = 0
        own = 0.0
        for q in range(reach_ptr[i], reach_ptr[i + 1]):
            j = reach_idx[q]
            side[j] = 1
            own += opened[j]
            if opened[j] > 1.0 - 1e-6:
                continue
            for t in range(cover_ptr[j], cover_ptr[j + 1]):
                k = cover_idx[t]
                if k == i or seen[k] == i or covered[k] < 0.34:
                    continue
                if weights[k] > weights[i] or (weights[k] == weights[i] and k > i):
                    seen[k] = i
                    near[near_n] = k
                    near_n += 1
        best = 0.0
        second = -1
        third = -1
        for a in range(near_n):
            k = near[a]
            pair = own
            for q in range(reach_ptr[k], reach_ptr[k + 1]):
                if side[reach_idx[q]] == 0:
                    pair += opened[reach_idx[q]]
            if covered[i] + covered[k] - pair < 1e-3:
                continue
            for q in range(reach_ptr[k], reach_ptr[k + 1]):
                side[reach_idx[q]] += 2
            for b in range(a):
                other = near[b]
                union = pair
                shared = 0.0
                for q in range(reach_ptr[other], reach_ptr[other + 1]):
                    j = reach_idx[q]
                    if side[j] == 0:
                        union += opened[j]
                    elif side[j] == 3:
                        shared += opened[j]
                breach = covered[i] + covered[k] + covered[other] - 1.0 - union - shared
                if breach > best:
                    best = breach
                    second = k
                    third = other
            for q in range(reach_ptr[k], reach_ptr[k + 1]):
                side[reach_idx[q]] -= 2
        for q in range(reach_ptr[i], reach_ptr[i + 1]):
            side[reach_idx[q]] = 0
        if best * weights[i] > min_score:
            triples[found, 0] = i
            triples[found, 1] = second
            triples[found, 2] = third
            scores[found] = best * weights[i]
            found += 1
    return triples[:found], scores[:found]


@kernel
def triple_rows(
    triples: IndexArray, reach_ptr: IntArray, reach_idx: IndexArray, candidate_n: int
) -> tuple[IntArray, IndexArray, FloatArray]:
    """Return the cuts' factors of the candidates in compressed rows."""
    most = 0
    for t in range(len(triples)):
        for e in range(3):
            most += reach_ptr[triples[t, e] + 1] - reach_ptr[triples[t, e]]
    pointers = np.zeros(len(triples) + 1, dtype=np.int64)
    columns = np.empty(most, dtype=np.int32)
    factors = np.empty(most)
    times = np.zeros(candidate_n, dtype=np.int8)
    end = 0
    for t in range(len(triples)):
        start = end
        for e in range(3):
            for q in range(reach_ptr[triples[t, e]], reach_ptr[triples[t, e] + 1]):
                j = reach_idx[q]
                if times[j] == 0:
                    columns[end] = j
                    end += 1
                times[j] += 1
        for k in range(start, end):
            factors[k] = 2.0 if times[columns[k]] == 3 else 1.0
            times[columns[k]] = 0
        pointers[t + 1] = end
    return pointers, columns[:end], factors[:end]


@kernel
def swap_changes(
    weights: IntArray,
    cover_ptr: IntArray,
    cover_idx: IndexArray,
    chosen: IntArray,
) -> tuple[IntArray, float]:
    """Return what the best swap for each candidate changes, and the mean loss of a site."""
    site_n = len(chosen)
    count = np.zeros(len(weights), dtype=np.int32)
    sole = np.zeros(len(weights), dtype=np.int32)
    loss = np.zeros(site_n, dtype=np.int64)
    shared = np.zeros(site_n, dtype=np.int64)
    touched = np.empty(site_n, dtype=np.int64)
    movable = np.ones(site_n, dtype=np.bool_)
    for s in range(site_n):
        enter(chosen[s], s, weights, cover_ptr, cover_idx, count, sole, loss)
    low = least_loss(loss, movable)
    change = np.empty(len(cover_ptr) - 1, dtype=np.int64)
    for j in range(len(change)):
        _, change[j] = best_swap(
            j, low, weights, cover_ptr, cover_idx, count, sole, loss, movable, shared, touched
        )
    for s in range(site_n):
        change[chosen[s]] = 0
    return change, loss.sum() / site_n
