"""Sites that nobody new needs: second outlets, where most people gain a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from livelihood_map.siting.phases import reached_in_order
from livelihood_map.siting.solver import WEIGHT_SCALE, choose_greedily, scale_weights

if TYPE_CHECKING:
    from collections.abc import Callable

    from livelihood_map.core.errors import Problem
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.solver import CoverProblem, IntArray

TRIED_N: Final = 200
"""Places that are tried against the rules before a spare site stays where it is."""


def place_second_outlets(
    instance: Instance,
    chosen: IntArray,
    find_breach: Callable[[IntArray], Problem | None],
    *,
    keeps_premises: bool,
) -> IntArray:
    """Return the choice in which sites that bring nobody new stand where most gain a second outlet.

    In the order in which the sites open greedily, those that reach nobody new at any level are free
    to stand anywhere. One after the other goes where most people with one outlet within the walk
    that serves gain another, as far as the rules allow; of equal places the first is taken.

    Parameters
    ----------
    keeps_premises : bool
        Whether a site in premises that exist makes room for another in premises alone.
    """
    problem = instance.problem
    is_out = np.ones(problem.candidate_n, dtype=np.bool_)
    is_out[chosen] = False
    order = choose_greedily(instance.stack, len(chosen), banned=is_out)
    is_spare = (np.diff(reached_in_order(instance.stack, order)) == 0) & ~np.isin(
        order, instance.fixed
    )
    sites = np.concatenate([order[~is_spare], order[is_spare]])
    people = scale_weights(instance.people)
    for place in range(int(np.count_nonzero(~is_spare)), len(sites)):
        others = np.delete(sites, place)
        # those behind this place have not been placed yet
        count = instance.served_n + problem.counts(sites[:place])
        gain = second_gains(problem, people, count)
        may = ~instance.banned
        may[others] = False
        if keeps_premises and instance.is_premises[sites[place]]:
            may &= instance.is_premises
        for site in np.flatnonzero(may)[np.argsort(-gain[may], kind="stable")][:TRIED_N]:
            if gain[site] <= gain[sites[place]]:
                break
            moved = sites.copy()
            moved[place] = site
            if find_breach(np.sort(moved)) is None:
                sites = moved
                break
    return np.sort(sites)


def rank_spare_sites(instance: Instance, order: IntArray) -> IntArray:
    """Return an order of opening in which sites that bring nobody new stand by whom they serve.

    Of these the one that gives most people a second outlet takes the place of the first, and so on.
    """
    places = np.flatnonzero(np.diff(reached_in_order(instance.stack, order)) == 0)
    ranked, left = order.copy(), list(order[places])
    people = scale_weights(instance.people)
    for place in places if len(places) > 1 else []:
        count = instance.served_n + instance.problem.counts(ranked[:place])
        gain = second_gains(instance.problem, people, count)
        ranked[place] = left.pop(int(np.argmax(gain[left])))
    return ranked


def second_gains(problem: CoverProblem, people: IntArray, count: IntArray) -> IntArray:
    """Return how many people with one outlet each candidate would give another.

    Parameters
    ----------
    people : int64 array, shape (demand,)
        People of each demand point, thousandths.
    count : int64 array, shape (demand,)
        Outlets that reach each.
    """
    gains = problem.matrix().T @ np.where(count == 1, people, 0)
    return np.asarray(gains, dtype=np.int64)


def tell_second_choices(instance: Instance, order: IntArray, *, has_spare: bool) -> pd.DataFrame:
    """Return which sites are second outlets, and who gains a choice, in the order of opening.

    Parameters
    ----------
    has_spare : bool
        Whether a site that reaches nobody new is a second outlet; in models that count walks it
        need not be.

    Returns
    -------
    DataFrame
        is_second: nobody is newly reached at any level; second_population: people (as the objective
        counts them) who have one outlet within the walk that serves when the site opens and gain
        another.
    """
    people, count = scale_weights(instance.people), instance.served_n.copy()
    gained = []
    for site in order:
        near = instance.problem.covered_by(int(site))
        gained.append(float(people[near[count[near] == 1]].sum()) / WEIGHT_SCALE)
        count[near] += 1
    is_second = np.diff(reached_in_order(instance.stack, order)) == 0
    return pd.DataFrame({"is_second": is_second & has_spare, "second_population": gained})
