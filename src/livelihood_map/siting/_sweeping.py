"""Good choices by a sweep: partial choices carried along a problem, the best of each step kept.

Where streets and shores make a problem long and narrow, few demand points are within reach both
of candidates that lie behind and of such that lie ahead, and what was chosen behind matters only
by which of these it covers. So candidates are taken in order along the problem, and of all partial
choices that cover the same of these points with as many sites only the best goes on: dynamic
programming over a path decomposition (Bodlaender 1988), cut down to a beam (Lowerre 1976). With a
beam wide enough nothing is lost; with any other the sweep proves nothing, but a search from one
choice to the next must climb out of valleys that the sweep never enters.

Partial choices of unlike length are compared by what they have lost against the relaxation, in
which each candidate and each demand point has its part: a candidate chosen that is worth less than
its price, a point covered twice, a point left uncovered.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph
from scipy.sparse.linalg import ArpackError, eigsh

from livelihood_map.siting import _kernels, _sweep_kernels
from livelihood_map.siting._relaxation import point_prices

if TYPE_CHECKING:
    from collections.abc import Callable

    from livelihood_map.siting._problem import (
        BoolArray,
        CoverProblem,
        FloatArray,
        IndexArray,
        IntArray,
    )

    Seen = tuple[int, IntArray]
    """Weight and sites, ascending, of a choice."""

FIRST_WIDTH: Final = 4000
WIDER: Final = 2.0
"""How much wider each sweep is than the one before, where time allows."""
WIDEST: Final = 100_000
"""Partial choices of the widest sweep."""
SPAN: Final = 16.0
"""Partial choices that lose more than the best by so many prices of a site are dropped."""
MORE_N: Final = 2
"""Sites above the number asked for that a sweep may choose."""
TRUSTED: Final = 0.3
"""Share of a site's price by which the sweep from the other side may tell numbers of sites apart:
a narrow one has not seen all. With 0.1 and 0.3 sweeps of 8,000 found the best that is known of the
published NewYork, 100 sites, and SanFrancisco, 50; with 0 and 1 one of the two was missed."""
ANY_ORDER: Final = 10
"""In parts with fewer candidates the order does not matter."""


@dataclass(frozen=True)
class Track:
    """A problem laid out along an order of its candidates.

    Attributes
    ----------
    problem : CoverProblem
        A presolved problem.
    order : int64 array, shape (candidates,)
        Candidates as the sweep meets them.
    """

    problem: CoverProblem
    order: IntArray

    @cached_property
    def _spans(self) -> tuple[IntArray, IntArray]:
        """Steps at which each demand point meets its first and its last candidate."""
        step_n, pointers = len(self.order), self.problem.reach_ptr
        step = np.empty(step_n, dtype=np.int64)
        step[self.order] = np.arange(step_n)
        first = np.full(self.problem.demand_n, step_n)  # a point without candidates stays out
        last, has_any = first.copy(), np.diff(pointers) > 0
        met = step[self.problem.reach_idx]
        first[has_any] = np.minimum.reduceat(met, pointers[:-1][has_any])
        last[has_any] = np.maximum.reduceat(met, pointers[:-1][has_any])
        return first, last

    def _by_step(self, steps: IntArray) -> tuple[IntArray, IntArray]:
        """Return, as CSR, the demand points of each step."""
        ends = np.cumsum(np.bincount(steps, minlength=len(self.order)))[: len(self.order)]
        return np.concatenate([[0], ends]), np.argsort(steps, kind="stable")

    @cached_property
    def slots(self) -> IndexArray:
        """Number of each demand point among those open at its time, shape (demand,)."""
        first, last = self._spans
        (open_ptr, opening), (close_ptr, closing) = self._by_step(first), self._by_step(last)
        free: list[int] = []
        slots = np.full(self.problem.demand_n, -1, dtype=np.int32)
        new = 0
        for step in range(len(self.order)):
            for point in opening[open_ptr[step] : open_ptr[step + 1]]:
                if not free:
                    free, new = [new], new + 1
                slots[point] = heapq.heappop(free)
            for point in closing[close_ptr[step] : close_ptr[step + 1]]:
                heapq.heappush(free, int(slots[point]))
        return slots

    def sweep(
        self,
        site_price: float,
        prices: FloatArray,
        width: int,
        *,
        ahead: FloatArray,
        halt: BoolArray,
    ) -> tuple[list[Seen], FloatArray]:
        """Return the best choice found of each number of sites, and the least loss by step.

        Parameters
        ----------
        site_price : float
            Weight that a site must bring; about as many sites are chosen as pay.
        prices : float64 array, shape (demand,)
            What covering each point once is worth, see
            :func:`~livelihood_map.siting._relaxation.point_prices`.
        width : int
            Partial choices kept at each step.
        ahead : float64 array, shape (candidates, numbers of sites)
            What a partial choice with so many sites is thought to lose yet after each step;
            infinite for those that are not wanted. Choices have fewer sites than there are columns.
        halt : bool array, shape (1,)
            Set to end the sweep with nothing.

        Returns
        -------
        choices : list
            Weight and sites of each choice.
        least : float64 array, shape of `ahead`
            What the best partial choice found with so many sites has lost after each step.

        Raises
        ------
        ValueError
            When the arrays do not fit one another.
        """
        problem = self.problem
        worth = _kernels.sums(problem.cover_ptr, problem.cover_idx, prices)[self.order] - site_price
        # dear points first: the sum of what is covered twice soon shows too much
        covered = [problem.covered_by(int(j)) for j in self.order]
        covered = [points[np.argsort(-prices[points], kind="stable")] for points in covered]
        slot_n = int(self.slots.max()) + 1
        keys = np.random.default_rng(slot_n).integers(2**64, size=slot_n, dtype=np.uint64)
        _, last = self._spans
        tips, parents, picks, least = _sweep_kernels.sweep(
            np.cumsum([0, *map(len, covered)]),
            np.concatenate(covered),
            *self._by_step(last),
            self.slots,
            prices,
            problem.weights - prices,
            np.maximum(-worth, 0.0),
            np.maximum(worth, 0.0),
            ahead,
            SPAN * site_price,
            keys,
            width,
            halt,
        )
        # no point is open at the end: one state is left of each number of sites
        ways = [np.sort(self.order[_way(int(tip), parents, picks)]) for tip in tips]
        return [(problem.objective(way), way) for way in ways], least


@dataclass
class Sweeps:
    """Sweeps of one problem there and back, each wider than the one before.

    Each tells the next one, which comes from the other side, what is still to be lost from each
    step on with so many sites.

    Attributes
    ----------
    problem : CoverProblem
        A presolved problem.
    site_n : int
        Number of sites asked for.
    share_s : float
        Seconds that all of them together may take.
    halt : bool array, shape (1,)
        Set to end the sweep under way.
    """

    problem: CoverProblem
    site_n: int
    share_s: float
    halt: BoolArray = field(default_factory=lambda: np.zeros(1, dtype=np.bool_), init=False)
    _width: int = field(default=FIRST_WIDTH, init=False)
    _least: list[FloatArray] = field(default_factory=list, init=False)

    @cached_property
    def _tracks(self) -> tuple[Track, Track]:
        """The problem there and back."""
        order = find_order(self.problem)
        return Track(self.problem, order), Track(self.problem, order[::-1].copy())

    @property
    def are_over(self) -> bool:
        """Whether no time is left for a wider sweep than the last one."""
        return self._width == 0

    def begin(self, site_price: float) -> Callable[[], list[Seen]]:
        """Return the call of the next sweep, which may run beside other work."""
        return partial(self._sweep, site_price)

    def _sweep(self, site_price: float) -> list[Seen]:
        """Sweep, and set the width of the next one by the time that this one took."""
        begun = time.monotonic()
        track = self._tracks[len(self._least) % 2]
        choices, least = track.sweep(
            site_price,
            point_prices(self.problem, site_price),
            self._width,
            ahead=self._ahead(site_price),
            halt=self.halt,
        )
        self._least.append(least)
        took = time.monotonic() - begun
        self.share_s -= took
        wider = min(self._width * min(WIDER, self.share_s / took), WIDEST)
        self._width = int(wider) if wider > self._width else 0
        return choices

    def _ahead(self, site_price: float) -> FloatArray:
        """Return what is lost after each step, by the sweep from the other side."""
        number_n = self.site_n + MORE_N + 1
        ahead = np.zeros((self.problem.candidate_n, number_n))
        if self._least:
            lost = self._least[-1][-2::-1]  # what is lost on the other side when the two meet
            ahead[:-1] = lost.min(axis=1, keepdims=True) + TRUSTED * site_price
            as_asked = ahead[:-1, : self.site_n + 1]
            np.minimum(lost[:, self.site_n :: -1], as_asked, out=as_asked)
        return ahead


def find_order(problem: CoverProblem) -> IntArray:
    """Return the candidates in order along the longest way through the problem.

    In each part that hangs together by their place in the slowest vibration of the graph in which
    candidates that cover the same points are neighbours (its Fiedler vector; Barnard, Pothen &
    Simon 1995 on envelopes of matrices).

    Parameters
    ----------
    problem : CoverProblem
        A presolved problem.

    Raises
    ------
    ValueError
        Never for a problem made by ``build_problem``.
    """
    covers = problem.matrix()
    shared = sparse.csr_array(covers.T @ covers)
    part_n, part = csgraph.connected_components(shared, directed=False)
    place = np.zeros(problem.candidate_n)
    for each in range(part_n):
        members = np.flatnonzero(part == each)
        if len(members) >= ANY_ORDER:
            place[members] = _places(sparse.csr_array(shared[members][:, members]))
    return np.lexsort((place, part)).astype(np.int64)


def _places(shared: sparse.csr_array) -> FloatArray:
    """Return the Fiedler vector of a connected graph; zeros where it cannot be found."""
    scale = 1.0 / np.sqrt(np.asarray(shared.sum(axis=1)).ravel())
    scaled = sparse.csr_array(sparse.diags_array(scale) @ shared @ sparse.diags_array(scale))
    start = np.linspace(-1.0, 1.0, len(scale))
    try:
        _, vectors = eigsh(scaled, k=2, which="LA", v0=start, tol=1e-4)
    except ArpackError:
        return np.zeros(len(scale))  # any order is valid, this one only makes wide sweeps
    return np.asarray(vectors[:, 0] * scale)


def _way(tip: int, parents: IndexArray, picks: IndexArray) -> IntArray:
    """Return the steps at which a choice took its candidates."""
    steps = []
    while tip >= 0:
        steps.append(int(picks[tip]))
        tip = int(parents[tip])
    return np.array(steps, dtype=np.int64)
