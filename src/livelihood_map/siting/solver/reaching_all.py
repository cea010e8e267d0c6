"""The models in which nobody may be left out: fewest sites, and shortest longest walk.

They answer in thousandths of their own figure, sites or metres.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from livelihood_map.core.errors import InfeasibleError, Problem
from livelihood_map.core.highs import IntegerProgramme
from livelihood_map.siting.solver.constants import PROOF_SHARE
from livelihood_map.siting.solver.cover_problem import WEIGHT_SCALE
from livelihood_map.siting.solver.covering import Answer, solve_covering
from livelihood_map.siting.solver.rows import Rule

if TYPE_CHECKING:
    from scipy import sparse

    from livelihood_map.core.highs import ProgrammeAnswer
    from livelihood_map.siting.solver.asked import Asked
    from livelihood_map.siting.solver.cover_problem import BoolArray, FloatArray, IntArray


def cover_everyone(asked: Asked, reach_m: float, *, must: BoolArray) -> Answer:
    r"""Return the fewest sites that reach all who can be reached: set covering.

    .. math:: \min \sum_j x_j \quad \text{s.t.} \quad \sum_{j: d_{ij} \le r} x_j \ge 1 \; \forall i

    (Toregas, Swain, ReVelle & Bergman 1971). Demand points that no candidate reaches are left out,
    and those that only candidates reach which a rule bars.

    Parameters
    ----------
    asked : Asked
        The question; its number of sites is not read.
    reach_m : float
        Walk within which a site serves.
    must : bool array, shape (demand,)
        Who must be reached.

    Raises
    ------
    InfeasibleError
        When HiGHS finds no cover in time.
    """
    near = asked.allowed().within(reach_m)
    said, chosen = fewest_sites(asked, near, (np.diff(near.indptr) > 0) & must)
    if chosen is None:
        raise InfeasibleError("siting.no_plan_in_time")
    bound = float(np.ceil(-said.bound - 1e-6))
    bound = float(len(chosen)) if said.status == "optimal" else min(bound, float(len(chosen)))
    return asked.answer(chosen, len(chosen), bound, is_proved=len(chosen) == bound)


def fewest_sites(
    asked: Asked, near: sparse.csr_array, must: BoolArray
) -> tuple[ProgrammeAnswer, IntArray | None]:
    """Return HiGHS's answer to the fewest sites that reach all who must be, and the sites."""
    programme = IntegerProgramme()
    sites = programme.add_columns(near.shape[1], gains=-1.0, is_whole=True)
    programme.add_rows({sites: near[np.flatnonzero(must)]}, lower=1.0)
    asked.add_rules(programme, sites)
    said = programme.maximise(asked.budget, absolute_gap=0.999)
    return said, said.chosen(sites)


def shortest_longest_walk(asked: Asked, *, must: BoolArray, farthest_m: FloatArray) -> Answer:
    r"""Return the sites with which the longest walk is shortest, of such those that cover most.

    .. math:: \min r \quad \text{s.t.} \quad \sum_{j: d_{ij} \le r} x_j \ge 1 \; \forall i
        \text{ with } d_{i0} > r, \; \sum_j x_j = p

    (p-centre, Hakimi 1965) by set covering at each length that a walk can have, halving (Minieka
    1970). Demand points whose walk no allowed candidate shortens are left out: no plan helps them.
    The second aim is maximal covering of the people within reach.

    Parameters
    ----------
    asked : Asked
        The question, with whom a site reaches.
    must : bool array, shape (demand,)
        Whose walk counts.
    farthest_m : float64 array
        Walk to the nearest existing outlet, or a limit, per demand point.

    Raises
    ------
    InfeasibleError
        When no plan is found within the budget.
    """
    reach = asked.reach
    assert reach is not None  # noqa: S101  (the second aim is about it)
    every = np.arange(asked.candidate_n, dtype=np.int64)
    must = must & (asked.allowed().nearest(every, farthest_m) < farthest_m)
    half = replace(asked, budget=asked.budget.part(PROOF_SHARE))
    start = half.first_choice(reach.matrix(), reach.weights / WEIGHT_SCALE)
    shortest = _halve(half, np.flatnonzero(must), farthest_m, start)
    longest_m = shortest.objective / WEIGHT_SCALE
    far = np.flatnonzero(must & (farthest_m > longest_m))
    words, ones = Problem("siting.rule_longest", metres=longest_m), np.ones(len(far))
    within = Rule(words, asked.within(longest_m)[far].tocsr(), ones, ones * np.inf)
    second = solve_covering(
        reach,
        asked.site_n,
        rules=[*asked.rules, *([within] if len(far) else [])],
        starts=[shortest.chosen],
        seed=asked.seed,
        budget=asked.budget,
    )
    longest_m = float(asked.nearest(second.chosen, farthest_m)[must].max(initial=0.0))
    own = asked.answer(
        second.chosen,
        longest_m,
        min(shortest.bound / WEIGHT_SCALE, longest_m),
        is_proved=shortest.status == second.status == "optimal",
    )
    return replace(own, second=second)


def _halve(asked: Asked, live: IntArray, farthest_m: FloatArray, start: IntArray | None) -> Answer:
    """Return the first aim's answer for some demand points, from a plan where one is known."""
    own = replace(asked, walk_m=asked.allowed().walk_m[live].tocsr())
    limit = farthest_m[live]
    lengths = np.unique(np.concatenate([own.walk_m.data, limit]))
    chosen = _cover_within(own, limit, np.inf) if start is None else start
    if chosen is None:
        raise InfeasibleError("siting.no_plan_in_time")
    longest_m = float(own.nearest(chosen, limit).max(initial=0.0))
    low, high = 0, int(np.searchsorted(lengths, longest_m))
    is_proved = True
    while low < high:
        # lengths[high] can be had, no length before low can
        middle = (low + high) // 2
        found = _cover_within(own, limit, float(lengths[middle]))
        if found is None:
            is_proved = False
            break
        if len(found):
            chosen, high = found, middle
        else:
            low = middle + 1
    objective = float(own.nearest(chosen, limit).max(initial=0.0))
    bound = objective if is_proved else min(float(lengths[low]), objective)
    return asked.answer(chosen, objective, bound, is_proved=is_proved)


def _cover_within(asked: Asked, limit: FloatArray, reach_m: float) -> IntArray | None:
    """Return sites that reach all within a length, none when there are none, None out of work."""
    must = limit > reach_m
    near = asked.within(reach_m)
    if np.any(must & (np.diff(near.indptr) == 0)):
        return np.empty(0, dtype=np.int64)
    if asked.budget.is_over:
        return None
    said, chosen = fewest_sites(asked, near, must)
    if said.status == "infeasible" or -said.bound > asked.site_n + 1e-6:
        return np.empty(0, dtype=np.int64)
    if chosen is None or len(chosen) > asked.site_n:
        return None
    spare = np.setdiff1d(np.arange(asked.candidate_n), chosen)[: asked.site_n - len(chosen)]
    return np.sort(np.concatenate([chosen, spare])).astype(np.int64)
