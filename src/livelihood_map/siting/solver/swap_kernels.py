"""Compiled swaps of one site for another, annealed and polished.

Candidates are j, demand points i; a slot s holds one chosen site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from livelihood_map.network.walking_kernels import kernel

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Bools, Ints, Longs
    from livelihood_map.siting.solver.cover_problem import CoverProblem as Cover


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
def swap(cover: Cover, choice: Choice, s: int, j: int | np.int64) -> None:
    """Put j into slot s."""
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
def polish(cover: Cover, choice: Choice, pool: Longs) -> None:
    """Swap in candidates of the pool until none of them helps."""
    has_moved = True
    while has_moved:
        # every swap adds weight, so the loop ends
        has_moved = False
        for j in pool:
            if choice.is_shut[j]:
                continue
            s, change = best_slot(cover, choice, least_loss(choice), j)
            if change > 0:
                swap(cover, choice, s, j)
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
        s, change = best_slot(cover, choice, low, j)
        if change < least:
            continue
        swap(cover, choice, s, j)
        low = least_loss(choice)
        lead += change
        if lead > best_lead:
            best_lead = lead
            best[:] = choice.now
    for s in range(len(best)):
        leave(cover, choice, s)
    for s in range(len(best)):
        enter(cover, choice, s, best[s])
    polish(cover, choice, pool)
    return choice.now
