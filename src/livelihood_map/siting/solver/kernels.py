"""Compiled kernels on compressed rows: greedy choice, swaps, subgradient, cuts.

They take the arrays of a :class:`~livelihood_map.siting.solver.CoverProblem` and know nothing of
tables. Candidates are j, demand points i; a slot s holds one chosen site.
"""

# ruff: noqa: PLR0913, PLR0917, PLR2004

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from livelihood_map.network.walking_kernels import kernel
from livelihood_map.siting.solver.constants import LAST_PACE, ROUNDING

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Bools, Floats, Ints, Longs


class Cover(NamedTuple):
    """The arrays of a covering problem, as :class:`CoverProblem` describes them."""

    weights: Longs
    cover_ptr: Longs
    cover_idx: Ints
    reach_ptr: Longs
    reach_idx: Ints


class Limits(NamedTuple):
    """Rows ``lower <= value <= upper`` that swaps must keep, by column of sites and of points.

    `value` is what the present choice comes to, `change` what the swap tried last would add.
    """

    site_ptr: Longs
    site_idx: Ints
    site_factor: Floats
    point_ptr: Longs
    point_idx: Ints
    point_factor: Floats
    lower: Floats
    upper: Floats
    value: Floats
    change: Floats


class Choice(NamedTuple):
    """A choice on the move.

    `now` holds the site of each slot, `is_movable` whether it may leave, `loss` the weight that it
    covers alone; `cover_n` how many sites cover each point and `sole` the exclusive or of their
    slots, which is the slot itself where only one does; `is_shut` the candidates that may not
    enter. `shared` is all 0 between calls, `touched` is scratch.
    """

    now: Longs
    is_movable: Bools
    loss: Longs
    cover_n: Ints
    sole: Ints
    is_shut: Bools
    shared: Longs
    touched: Longs


@kernel
def greedy(cover: Cover, start: Longs, barred: Bools, site_n: int) -> Longs:
    """Return the candidates in greedy order, those of `start` first."""
    candidate_n = len(cover.cover_ptr) - 1
    gain = np.zeros(candidate_n, dtype=np.int64)
    for j in range(candidate_n):
        for k in range(cover.cover_ptr[j], cover.cover_ptr[j + 1]):
            gain[j] += cover.weights[cover.cover_idx[k]]
    is_covered = np.zeros(len(cover.weights), dtype=np.bool_)
    is_chosen = np.zeros(candidate_n, dtype=np.bool_)
    order = np.empty(site_n, dtype=np.int64)
    for rank in range(site_n):
        # gain[j] is the weight that j covers and order[:rank] does not
        best = -1
        if rank < len(start):
            best = start[rank]
        else:
            for j in range(candidate_n):
                if not is_chosen[j] and not barred[j] and (best < 0 or gain[j] > gain[best]):
                    best = j
        order[rank] = best
        is_chosen[best] = True
        for k in range(cover.cover_ptr[best], cover.cover_ptr[best + 1]):
            i = cover.cover_idx[k]
            if not is_covered[i]:
                is_covered[i] = True
                for q in range(cover.reach_ptr[i], cover.reach_ptr[i + 1]):
                    gain[cover.reach_idx[q]] -= cover.weights[i]
    return order


@kernel
def drawn(state: np.uint64) -> np.uint64:
    """Return the next state of a xorshift generator (Marsaglia 2003)."""
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    state ^= state << np.uint64(17)
    return state


@kernel
def enter(cover: Cover, choice: Choice, s: int, j: int | np.int64) -> None:
    """Open candidate j in an empty slot."""
    choice.loss[s] = 0
    for k in range(cover.cover_ptr[j], cover.cover_ptr[j + 1]):
        i = cover.cover_idx[k]
        if choice.cover_n[i] == 0:
            choice.loss[s] += cover.weights[i]
        elif choice.cover_n[i] == 1:
            choice.loss[choice.sole[i]] -= cover.weights[i]
        choice.cover_n[i] += 1
        choice.sole[i] ^= s
    choice.now[s] = j
    choice.is_shut[j] = True


@kernel
def leave(cover: Cover, choice: Choice, s: int) -> None:
    """Close the site of a slot."""
    j = choice.now[s]
    for k in range(cover.cover_ptr[j], cover.cover_ptr[j + 1]):
        i = cover.cover_idx[k]
        choice.cover_n[i] -= 1
        choice.sole[i] ^= s
        if choice.cover_n[i] == 1:
            choice.loss[choice.sole[i]] += cover.weights[i]
    choice.is_shut[j] = False


@kernel
def least_loss(choice: Choice) -> int:
    """Return the movable slot whose site would be missed least, -1 where none is."""
    low = -1
    for s in range(len(choice.loss)):
        if choice.is_movable[s] and (low < 0 or choice.loss[s] < choice.loss[low]):
            low = s
    return low


@kernel
def best_slot(cover: Cover, choice: Choice, low: int, j: int | np.int64) -> tuple[int, np.int64]:
    """Return the slot that j best takes over and what the swap brings."""
    gain = np.int64(0)
    touched_n = 0
    for k in range(cover.cover_ptr[j], cover.cover_ptr[j + 1]):
        # shared[s] is the weight seen so far that j keeps covered if it takes over slot s
        i = cover.cover_idx[k]
        if choice.cover_n[i] == 0:
            gain += cover.weights[i]
        elif choice.cover_n[i] == 1 and cover.weights[i] > 0:
            s = choice.sole[i]
            if choice.shared[s] == 0:
                choice.touched[touched_n] = s
                touched_n += 1
            choice.shared[s] += cover.weights[i]
    out = low
    cost = choice.loss[low] - choice.shared[low]
    for t in range(touched_n):
        s = choice.touched[t]
        if choice.is_movable[s] and choice.loss[s] - choice.shared[s] < cost:
            out = s
            cost = choice.loss[s] - choice.shared[s]
        choice.shared[s] = 0
    return out, gain - cost


@kernel
def add_column(
    k: int | np.int64,
    sign: float,
    pointers: Longs,
    indices: Ints,
    factors: Floats,
    onto: Floats,
) -> None:
    """Add a column of a matrix, times a sign, onto values by row."""
    for q in range(pointers[k], pointers[k + 1]):
        onto[indices[q]] += sign * factors[q]


@kernel
def fill_limits(limits: Limits, choice: Choice) -> None:
    """Set the values of all rows to what a choice comes to."""
    limits.value[:] = 0.0
    if len(limits.lower) == 0:
        return
    for j in choice.now:
        add_column(j, 1.0, limits.site_ptr, limits.site_idx, limits.site_factor, limits.value)
    for i in range(len(choice.cover_n)):
        if choice.cover_n[i] > 0:
            add_column(
                i, 1.0, limits.point_ptr, limits.point_idx, limits.point_factor, limits.value
            )


@kernel
def keeps_limits(cover: Cover, choice: Choice, limits: Limits, s: int, j: int | np.int64) -> bool:
    """Return whether j in slot s keeps every row that the swap moves; leaves its `change`."""
    old, change = choice.now[s], limits.change
    change[:] = 0.0
    add_column(j, 1.0, limits.site_ptr, limits.site_idx, limits.site_factor, change)
    add_column(old, -1.0, limits.site_ptr, limits.site_idx, limits.site_factor, change)
    if len(limits.point_factor) > 0:
        ptr, idx, factor = limits.point_ptr, limits.point_idx, limits.point_factor
        for q in range(cover.cover_ptr[old], cover.cover_ptr[old + 1]):
            i = cover.cover_idx[q]
            if choice.cover_n[i] == 1:
                add_column(i, -1.0, ptr, idx, factor, change)
        for q in range(cover.cover_ptr[j], cover.cover_ptr[j + 1]):
            i = cover.cover_idx[q]
            if choice.cover_n[i] == 0 or (choice.cover_n[i] == 1 and choice.sole[i] == s):
                add_column(i, 1.0, ptr, idx, factor, change)
    for r in range(len(change)):
        value = limits.value[r] + change[r]
        if change[r] > 0.0 and value > limits.upper[r] + ROUNDING:
            return False
        if change[r] < 0.0 and value < limits.lower[r] - ROUNDING:
            return False
    return True


@kernel
def best_kept_slot(
    cover: Cover, choice: Choice, limits: Limits, j: int | np.int64
) -> tuple[int, np.int64]:
    """Return the same as best_slot among the swaps that keep the rows; slot -1 where none does."""
    gain = np.int64(0)
    for k in range(cover.cover_ptr[j], cover.cover_ptr[j + 1]):
        i = cover.cover_idx[k]
        if choice.cover_n[i] == 0:
            gain += cover.weights[i]
        elif choice.cover_n[i] == 1:
            choice.shared[choice.sole[i]] += cover.weights[i]
    out = -1
    cost = np.int64(0)
    for s in range(len(choice.now)):
        # out is the cheapest slot before s whose swap keeps the rows
        is_less = out < 0 or choice.loss[s] - choice.shared[s] < cost
        if choice.is_movable[s] and is_less and keeps_limits(cover, choice, limits, s, j):
            out = s
            cost = choice.loss[s] - choice.shared[s]
    choice.shared[:] = 0
    if out >= 0:
        keeps_limits(cover, choice, limits, out, j)
    return out, gain - cost


@kernel
def swap(cover: Cover, choice: Choice, limits: Limits, s: int, j: int | np.int64) -> None:
    """Put j into slot s; the rows move by the `change` of the swap tried last."""
    limits.value[:] += limits.change
    leave(cover, choice, s)
    enter(cover, choice, s, j)


@kernel
def begin(cover: Cover, start: Longs, kept: Bools, barred: Bools) -> Choice:
    """Return the choice of a start in which kept sites stay and barred ones stay out."""
    site_n, demand_n = len(start), len(cover.weights)
    choice = Choice(
        start.copy(),
        ~kept[start],
        np.zeros(site_n, dtype=np.int64),
        np.zeros(demand_n, dtype=np.int32),
        np.zeros(demand_n, dtype=np.int32),
        barred.copy(),
        np.zeros(site_n, dtype=np.int64),
        np.empty(site_n, dtype=np.int64),
    )
    for s in range(site_n):
        enter(cover, choice, s, start[s])
    return choice


@kernel
def polish(cover: Cover, choice: Choice, limits: Limits, pool: Longs) -> None:
    """Swap in candidates of the pool until none of them helps."""
    has_moved = True
    while has_moved:
        # every swap adds weight, so the loop ends
        has_moved = False
        for j in pool:
            if choice.is_shut[j]:
                continue
            if len(limits.lower) > 0:
                s, change = best_kept_slot(cover, choice, limits, j)
            else:
                s, change = best_slot(cover, choice, least_loss(choice), j)
            if s >= 0 and change > 0:
                swap(cover, choice, limits, s, j)
                has_moved = True


@kernel
def neighbour(cover: Cover, choice: Choice, state: np.uint64) -> tuple[np.int64, np.uint64]:
    """Return a candidate that covers a point that a drawn site covers, -1 where it covers none."""
    draw = state >> np.uint64(11)
    site = choice.now[np.int64(draw % np.uint64(len(choice.now)))]
    point_n = cover.cover_ptr[site + 1] - cover.cover_ptr[site]
    if point_n == 0:
        return np.int64(-1), state
    state = drawn(state)
    draw = state >> np.uint64(11)
    i = cover.cover_idx[cover.cover_ptr[site] + np.int64(draw % np.uint64(point_n))]
    draw = draw // np.uint64(point_n)
    other_n = cover.reach_ptr[i + 1] - cover.reach_ptr[i]
    return np.int64(
        cover.reach_idx[cover.reach_ptr[i] + np.int64(draw % np.uint64(other_n))]
    ), state


@kernel
def anneal(
    cover: Cover,
    limits: Limits,
    choice: Choice,
    worth: Longs,
    pool: Longs,
    seed: np.uint64,
    step_n: int,
    hot: float,
    cold: float,
) -> Longs:
    """Return the best choice seen by annealed swaps, polished until no swap helps.

    Candidates of the `pool` may enter; `worth` is the weight that each covers.
    """
    low = least_loss(choice)
    best = choice.now.copy()
    if low < 0 or len(pool) == 0:
        return best
    fill_limits(limits, choice)
    temperature = first = max(hot * choice.loss.sum() / len(best), 1e-9)
    lead = best_lead = np.int64(0)
    state = seed
    for step in range(step_n):
        # lead is the weight of the present choice less that of the start, best_lead that of best
        if step % 1024 == 0:
            temperature = first * np.exp(np.log(cold / hot) * step / step_n)
        state = drawn(state)
        j = np.int64(pool[np.int64((state >> np.uint64(11)) % np.uint64(len(pool)))])
        if step % 2 == 1:
            j, state = neighbour(cover, choice, state)
        if j < 0 or choice.is_shut[j]:
            continue
        state = drawn(state)
        chance = (np.float64(state >> np.uint64(11)) + 1.0) / 9007199254740993.0
        least = temperature * np.log(chance)
        if worth[j] - choice.loss[low] < least:
            continue  # no swap brings more than the candidate's weight less the least loss
        if len(limits.lower) > 0:
            s, change = best_kept_slot(cover, choice, limits, j)
        else:
            s, change = best_slot(cover, choice, low, j)
        if s < 0 or change < least:
            continue
        swap(cover, choice, limits, s, j)
        low = least_loss(choice)
        lead += change
        if lead > best_lead:
            best_lead = lead
            best[:] = choice.now
    for s in range(len(best)):
        leave(cover, choice, s)
    for s in range(len(best)):
        enter(cover, choice, s, best[s])
    fill_limits(limits, choice)
    polish(cover, choice, limits, pool)
    return choice.now


@kernel
def sums(cover: Cover, prices: Any) -> Any:  # noqa: ANN401  (whole or not, as the prices)
    """Return what each candidate is worth at prices of the points it covers."""
    worth = np.zeros(len(cover.cover_ptr) - 1, dtype=prices.dtype)
    for j in range(len(worth)):
        for k in range(cover.cover_ptr[j], cover.cover_ptr[j + 1]):
            worth[j] += prices[cover.cover_idx[k]]
    return worth


@kernel
def price(cover: Cover, prices: Floats, barred: Bools, site_n: int, taken: Floats) -> float:
    """Return the bound of prices; `taken` becomes how often each point is covered less 1.

    The sites are those of most worth; of equal ones at the edge the first are taken.
    """
    worth = sums(cover, prices)
    worth[barred] = 0.0
    taken_n = min(site_n, len(worth))
    least = np.partition(worth, len(worth) - taken_n)[len(worth) - taken_n] if taken_n else 0.0
    equal_n = taken_n - np.sum(worth > least)
    value = np.sum(cover.weights - prices)
    taken[:] = -1.0
    for j in range(len(worth)):
        # equal_n of the candidates of least worth are still to be taken
        if taken_n == 0 or worth[j] < least or (worth[j] == least and equal_n == 0):
            continue
        if worth[j] == least:
            equal_n -= 1
        value += worth[j]
        for k in range(cover.cover_ptr[j], cover.cover_ptr[j + 1]):
            taken[cover.cover_idx[k]] += 1.0
    return value


@kernel
def subgradient(
    cover: Cover,
    start: Floats,
    barred: Bools,
    site_n: int,
    target: float,
    round_n: int,
) -> Floats:
    """Return the prices of the least bound that steps along the subgradient meet."""
    weights = cover.weights
    prices = start.copy()
    best = start.copy()
    best_value = 1e300
    direction = np.zeros(len(weights))
    taken = np.zeros(len(weights))
    for turn in range(round_n):
        # best_value is the least bound so far, that of the prices `best`
        value = price(cover, prices, barred, site_n, taken)
        if value < best_value:
            best_value = value
            best[:] = prices
        norm = 0.0
        for i in range(len(weights)):
            step = taken[i]
            if (prices[i] <= 0.0 and step > 0.0) or (prices[i] >= weights[i] and step < 0.0):
                step = 0.0
            direction[i] = 0.8 * direction[i] + 0.2 * step
            norm += weights[i] * direction[i] * direction[i]
        if value <= target or norm <= 0.0:
            break
        length = np.exp(np.log(LAST_PACE) * turn / round_n) * (value - target) / norm
        for i in range(len(weights)):
            moved = prices[i] - length * weights[i] * direction[i]
            prices[i] = min(max(moved, 0.0), weights[i])
    return best


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
