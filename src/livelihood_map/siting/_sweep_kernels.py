"""Compiled kernel of the sweep: partial choices across a problem, the best of each step kept.

Its caller, :mod:`~livelihood_map.siting._sweeping`, holds the documentation.
"""

# ruff: noqa: C901, PLR0912, PLR0913, PLR0915, PLR0917

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from livelihood_map.network.walking_kernels import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from livelihood_map.siting._problem import BoolArray, FloatArray, IndexArray, IntArray

    Bits = NDArray[np.uint64]

CELLS: Final = 16_384
"""Cells of the histogram that finds the last state kept."""
ONE: Final = np.uint64(1)
COUNT_KEY: Final = np.uint64(0x9E3779B97F4A7C15)


@kernel
def collect(parents: IndexArray, picks: IndexArray, used: int, tips: IndexArray) -> int:
    """Drop the entries that no tip goes back to; return how many are left."""
    is_live = np.zeros(used, dtype=np.bool_)
    for tip in tips:
        if tip >= 0:
            is_live[tip] = True
    for k in range(used - 1, -1, -1):
        if is_live[k] and parents[k] >= 0:
            is_live[parents[k]] = True
    moved = np.full(used, -1, dtype=np.int32)
    left = 0
    for k in range(used):
        if is_live[k]:
            parents[left] = moved[parents[k]] if parents[k] >= 0 else -1
            picks[left] = picks[k]
            moved[k] = left
            left += 1
    for a in range(len(tips)):
        if tips[a] >= 0:
            tips[a] = moved[tips[a]]
    return left


@kernel
def longer(array: IndexArray, used: int) -> IndexArray:
    """Return an array twice as long with the entries used."""
    new = np.empty(2 * len(array), dtype=np.int32)
    new[:used] = array[:used]
    return new


@kernel
def sweep(
    cover_ptr: IntArray,
    cover_idx: IndexArray,
    close_ptr: IntArray,
    close_idx: IntArray,
    slots: IndexArray,
    prices: FloatArray,
    forgone: FloatArray,
    taken: FloatArray,
    passed: FloatArray,
    ahead: FloatArray,
    span: float,
    keys: Bits,
    width: int,
    halt: BoolArray,
) -> tuple[IndexArray, IndexArray, IndexArray, FloatArray]:
    step_n, most_n = ahead.shape
    word_n = (len(keys) + 63) // 64
    covered = np.zeros((2, width, word_n), dtype=np.uint64)
    prints = np.zeros((2, width), dtype=np.uint64)
    losses = np.zeros((2, width), dtype=np.float64)
    counts = np.zeros((2, width), dtype=np.int32)
    tips = np.full((2, width), -1, dtype=np.int32)
    kept, added = np.empty(width, dtype=np.float64), np.empty(width, dtype=np.float64)
    parents, picks = np.empty(8 * width, dtype=np.int32), np.empty(8 * width, dtype=np.int32)
    table_n = 1
    while table_n < 4 * width:
        table_n *= 2
    table = np.empty(table_n, dtype=np.int32)
    tally = np.empty(CELLS, dtype=np.int64)
    one = np.zeros(word_n, dtype=np.uint64)
    least = np.full((step_n, most_n), np.inf)
    used, alive, now = 0, 1, 0
    for j in range(step_n):
        if halt[0] or alive == 0:
            alive = 0
            break
        first, last = cover_ptr[j], cover_ptr[j + 1]
        shut, end = close_ptr[j], close_ptr[j + 1]
        # what each state loses without and with the candidate, and will lose at least
        low, high = np.inf, -np.inf
        for a in range(alive):
            low = min(low, losses[now, a] + ahead[j, counts[now, a]])
            loss = losses[now, a] + passed[j]
            for k in range(shut, end):
                s = slots[close_idx[k]]
                if not (covered[now, a, s >> 6] >> np.uint64(s & 63)) & ONE:
                    loss += forgone[close_idx[k]]
            kept[a] = loss + ahead[j, counts[now, a]]
            low, high = min(low, kept[a]), max(high, kept[a])
        cut = low + span
        if alive == width:
            cut = min(cut, max(high, low + span / CELLS))
        size = max(cut - low, span / CELLS) / CELLS
        tally[:] = 0
        for a in range(alive):
            more = counts[now, a] + 1
            added[a] = np.inf
            if kept[a] < cut:
                tally[int((kept[a] - low) / size)] += 1
            if more == most_n:
                continue
            loss = losses[now, a] + taken[j] + ahead[j, more]
            k = first
            while k < last and loss < cut:
                s = slots[cover_idx[k]]
                if (covered[now, a, s >> 6] >> np.uint64(s & 63)) & ONE:
                    loss += prices[cover_idx[k]]
                k += 1
            added[a] = loss
            if loss < cut:
                tally[max(0, int((loss - low) / size))] += 1
        total = 0
        for c in range(CELLS):
            total += tally[c]
            if total > width:
                cut = low + max(c, 1) * size
                break
        if used + 2 * width > len(parents):
            used = collect(parents, picks, used, tips[now, :alive])
            if used + 2 * width > len(parents) // 2:
                parents, picks = longer(parents, used), longer(picks, used)
        # the survivors, without twins
        table[:] = -1
        new, next_n = 1 - now, 0
        for a in range(alive):
            for is_taken in range(2):
                rank = added[a] if is_taken else kept[a]
                if rank >= cut:
                    continue
                count = counts[now, a] + is_taken
                loss = rank - ahead[j, count]
                mark = prints[now, a]
                for w in range(word_n):
                    one[w] = covered[now, a, w]
                if is_taken:
                    mark += COUNT_KEY
                    for k in range(first, last):
                        s = slots[cover_idx[k]]
                        bit = ONE << np.uint64(s & 63)
                        if not one[s >> 6] & bit:
                            one[s >> 6] |= bit
                            mark += keys[s]
                for k in range(shut, end):
                    s = slots[close_idx[k]]
                    bit = ONE << np.uint64(s & 63)
                    if one[s >> 6] & bit:
                        one[s >> 6] ^= bit
                        mark -= keys[s]
                place = np.int64((mark ^ (mark >> np.uint64(32))) & np.uint64(table_n - 1))
                while table[place] >= 0 and prints[new, table[place]] != mark:
                    place = (place + 1) & (table_n - 1)
                at = table[place]
                if at < 0 and next_n == width:
                    continue
                if at < 0:
                    at = next_n
                    next_n += 1
                    table[place] = at
                    prints[new, at], counts[new, at] = mark, count
                    for w in range(word_n):
                        covered[new, at, w] = one[w]
                elif loss >= losses[new, at]:
                    continue
                losses[new, at] = loss
                least[j, count] = min(least[j, count], loss)
                tips[new, at] = tips[now, a]
                if is_taken:
                    parents[used], picks[used] = tips[now, a], j
                    tips[new, at] = used
                    used += 1
        now, alive = new, next_n
    return tips[now, :alive], parents, picks, least
