"""Compiled swaps of one site for another, annealed and polished, with rows to keep or without.

Candidates are j, demand points i; a slot s holds one chosen site.
"""

# ruff: noqa: PLR0913, PLR0917

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from livelihood_map.network.walking_kernels import kernel
from livelihood_map.siting.solver.constants import ROUNDING

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Bools, Floats, Ints, Longs
    from livelihood_map.siting.solver.kernels import Cover


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
    k: int | np.int64, sign: float, pointers: Longs, indices: Ints, factors: Floats, onto: Floats
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
