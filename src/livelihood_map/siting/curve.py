"""The marginal curve: what each number of new outlets can reach, from none to many."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pandas as pd

from livelihood_map.core.tables import CURVE
from livelihood_map.siting.instance import ask
from livelihood_map.siting.phases import reached_in_order
from livelihood_map.siting.solver import (
    WEIGHT_SCALE,
    bounds_of_prices,
    choose_greedily,
    close_bound,
    find_bound,
    shrink,
)

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.site_plan import SitePlan
    from livelihood_map.siting.solver import BoolArray, CoverProblem, FloatArray, IntArray

log = logging.getLogger(__name__)

BOUNDS_N: Final = 24
"""Numbers of sites at which a bound is searched; each bound holds for every other number too."""
BOUND_ROUNDS: Final = 600


def measure_curve(
    candidates: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    walks: pd.DataFrame,
    coverage: pd.DataFrame,
    plan: SitePlan,
    *,
    settings: SitingSettings,
    walker: str = "standard",
) -> pd.DataFrame:
    """Return table ``curve``: people reached by old outlets and 0, 1, 2, … new ones.

    Each number has what is surely reached and what no choice can exceed; where the two meet the
    point is proved. What is reached comes from the greedy choice, from the plan's first sites and
    from the plan made longer greedily, whichever is most. The upper end comes from Lagrangian
    multipliers (Galvao & ReVelle 1996), each set of which bounds every number of sites at once.
    Candidates that are rejected or excluded stay out; the other rules, the levels that go first and
    premises that exist hold for the plan's own row alone, which bears the plan's own figures, so
    that it can lie below the curve. Where another level goes first, its own curve stands beside.

    Parameters
    ----------
    candidates, demand, walks, coverage
        As given to :func:`livelihood_map.siting.choose_sites`.
    plan
        The plan to mark.
    settings
        As given there; ``curve_n`` is the last number of the curve, the plan's when that is more.
    walker
        Walker of the standard.

    Raises
    ------
    SchemaError
        When the result breaks its schema: a mistake in the program.
    """
    instance = ask(
        candidates,
        demand,
        walks,
        coverage,
        None,
        settings=settings,
        threshold_m=plan.threshold_m,
        walker=walker,
    )
    ids = instance.candidates["candidate_id"]
    banned = instance.banned | ids.isin(settings.rules.excluded).to_numpy()
    ranked = plan.sites.sort_values("rank")["candidate_id"]
    chosen = pd.Index(ids).get_indexer(pd.Index(ranked)).astype(np.int64)
    longest_n = min(max(settings.curve_n, len(chosen)), int(np.count_nonzero(~banned)))
    is_plan = np.arange(longest_n + 1) == len(chosen)
    own = _ends(instance.problem, chosen, longest_n, banned=banned)
    # with one level the plan's own proof may be closer than that of all numbers at once
    is_covering = settings.model == "covering"
    is_own = is_covering and len(plan.levels) == 1 and plan.reached == plan.objective
    claimed = round(plan.bound * WEIGHT_SCALE) if is_own else np.inf
    own = own._replace(most=np.where(is_plan, np.minimum(own.most, claimed), own.most))
    is_proved = (own.reached == own.most) & (is_covering | ~is_plan)
    table = _curve(instance, own).assign(is_proved=is_proved, is_plan=is_plan)
    if instance.own_level:
        ends = _ends(instance.of_level(0), chosen, longest_n, banned=banned)
        near = float(instance.people[instance.existing_m <= instance.levels_m[0]].sum())
        firm = ends.people(near, float(instance.people.sum()))
        table["firm_population"], table["firm_population_max"] = firm
    log.info(
        "measure_curve: %d candidates in, %d numbers out, %d of them proved",
        len(candidates),
        len(table),
        int(table["is_proved"].sum()),
    )
    return CURVE.conform(table)


class _Ends(NamedTuple):
    """What 0, 1, 2, … sites surely reach newly, and what no choice exceeds, thousandths."""

    reached: IntArray
    most: FloatArray

    def people(self, served: float, total: float) -> tuple[FloatArray, FloatArray]:
        """Return both with those who are served already, people, at most all there are."""
        most = np.minimum(served + self.most / WEIGHT_SCALE, max(total, served))
        least = np.minimum(served + self.reached / WEIGHT_SCALE, most)
        return least.round(3).astype(np.float64), most.round(3).astype(np.float64)


def _curve(instance: Instance, own: _Ends) -> pd.DataFrame:
    """Return the ends of the curve in people and shares, a row for each number of sites."""
    served, total = float(instance.people[instance.is_served].sum()), float(instance.people.sum())
    people, most = own.people(served, total)
    return pd.DataFrame(
        {
            "sites_n": np.arange(len(people)),
            "covered_population": people,
            "covered_share": people / total if total else np.nan,
            "covered_population_max": most,
            "covered_share_max": most / total if total else np.nan,
        }
    )


def _ends(problem: CoverProblem, chosen: IntArray, longest_n: int, *, banned: BoolArray) -> _Ends:
    """Return both ends of the curve of one level; the plan's own number has its own figure."""
    reached = reached_by_number(problem, chosen, longest_n, banned=banned)
    most = bound_by_number(problem, reached, banned=banned)
    reached[len(chosen)] = problem.objective(chosen)
    return _Ends(reached, np.maximum(most, reached))


def reached_by_number(
    problem: CoverProblem, chosen: IntArray, longest_n: int, *, banned: BoolArray
) -> IntArray:
    """Return what 0 to `longest_n` sites surely cover, by the best of three nested orders.

    Parameters
    ----------
    longest_n : int
        Last number, at most the number of candidates that may be chosen.

    Raises
    ------
    ValueError
        When there are fewer candidates than `longest_n`.
    """
    best = reached_in_order(problem, choose_greedily(problem, longest_n, banned=banned))
    longer = choose_greedily(problem, longest_n, fixed=chosen, banned=banned)
    both: IntArray = np.maximum(best, reached_in_order(problem, longer))
    return both


def bound_by_number(problem: CoverProblem, reached: IntArray, *, banned: BoolArray) -> FloatArray:
    """Return what no choice of 0, 1, 2, … sites can exceed, never below what is reached."""
    small = shrink(problem, banned=banned).problem
    last = len(reached) - 1
    bound = _up_to(small, small.weights.astype(np.float64), last)
    if last >= 1:
        spaced = np.geomspace(1, last, min(BOUNDS_N, last))
        starts: list[FloatArray | None] = [None]
        for number in np.unique(np.rint(spaced).astype(np.int64)):
            for start in starts:
                found = find_bound(
                    small,
                    int(number),
                    target=int(reached[number]),
                    round_n=BOUND_ROUNDS,
                    start=start,
                )
                bound = np.minimum(bound, _up_to(small, found.prices, last))
            starts = [None, found.prices]
    bound[0] = 0.0
    unit = max(1, int(np.gcd.reduce(small.weights, initial=0)))
    return np.array(
        [close_bound(int(low), float(high), unit) for low, high in zip(reached, bound, strict=True)]
    )


def _up_to(problem: CoverProblem, prices: FloatArray, last: int) -> FloatArray:
    """Return the bound that one set of multipliers proves for each of 0 to `last` sites."""
    bounds = bounds_of_prices(problem, prices)
    most = bounds[np.minimum(np.arange(last + 1), problem.candidate_n)]
    return np.minimum(most, float(problem.weights.sum()))
