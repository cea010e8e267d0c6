"""Every choice that could be made in a small district, with what each model makes of it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.optimize import linprog
from small_district import THRESHOLD_M

from livelihood_map.core.settings import SitingSettings
from livelihood_map.siting.verification import covered_by_town

if TYPE_CHECKING:
    from small_district import SmallDistrict


class EveryChoice:
    """A small district in arrays, with the score of every model.

    Attributes
    ----------
    district : SmallDistrict
        Its tables.
    outlets : DataFrame
        Walks from demand points to existing outlets, as ``choose_sites`` takes them.
    """

    def __init__(self, district: SmallDistrict, outlet_m, asked) -> None:
        """Take the walks to existing outlets, shape (outlets, demand), and each model's settings.

        The walk to the nearest outlet is that of the district's coverage; NaN where there is none.
        """
        self.district, self.asked = district, asked
        walks, demand = district.walks, district.demand
        walk = walks.pivot_table(index="origin_id", columns="dest_id", values="walk_m")
        walk = walk.reindex(index=demand["demand_id"], columns=district.candidates["candidate_id"])
        self.walk = walk.fillna(np.inf).to_numpy()
        self.people = demand["population"].to_numpy()
        self.nearest_old = district.coverage["walk_m"].fillna(np.inf).to_numpy()
        self.old = np.minimum(self.nearest_old, walks["walk_m"].max())
        self.served = self.nearest_old <= THRESHOLD_M
        self.left = np.where(self.served, 0.0, self.people)
        self.outlets = pd.DataFrame(
            {
                "origin_id": np.tile(demand["demand_id"], len(outlet_m)),
                "dest_id": np.repeat([f"f{k}" for k in range(len(outlet_m))], len(demand)),
                "walk_m": np.asarray(outlet_m, dtype=np.float64).ravel(),
            }
        )
        self.outlets_n = (np.asarray(outlet_m).reshape(-1, len(demand)) <= THRESHOLD_M).sum(axis=0)

    def allowed(self, rules):
        """Return which candidates no rule bars by themselves."""
        candidates = self.district.candidates
        barred = candidates["is_rejected"] | candidates["candidate_id"].isin(rules.excluded)
        for outlet in self.district.facilities.geometry:
            barred |= candidates.distance(outlet) < rules.existing_spacing_m
        return ~barred.to_numpy()

    def longest(self, choice, rules):
        """Return the longest walk of those whose walk an allowed candidate shortens."""
        nearest = np.minimum(self.walk[:, choice].min(axis=1), self.old)
        is_helped = self.walk[:, self.allowed(rules)].min(axis=1, initial=np.inf) < self.old
        return nearest[is_helped].max(initial=0.0)

    def covered(self, choice, reach_m=THRESHOLD_M):
        """Return the people whom a choice newly covers."""
        is_new = (self.walk[:, choice] <= reach_m).any(axis=1) & (self.nearest_old > reach_m)
        return float(self.people[is_new].sum())

    def score(self, model, choice, rules):
        """Return what a model makes of a choice; more is better."""
        nearest = self.walk[:, choice].min(axis=1)
        near = self.walk[:, choice] <= THRESHOLD_M
        if model == "covering":
            return self.covered(choice)
        if model == "p_median":
            return -(self.people * np.minimum(nearest, self.old)).sum()
        if model == "p_centre":
            return -self.longest(choice, rules)
        if model == "capacity":
            return self.flow(near)
        if model == "backup":
            count = self.outlets_n + near.sum(axis=1)
            weight = self.asked["backup"]["backup_weight"]
            return float((self.people * ((count >= 1) + weight * (count >= 2))).sum())
        return self.gradual(np.minimum(nearest, self.old)) - self.gradual(self.old)

    def gradual(self, walk):
        """Return the people, each counted by the weight of the first step that the walk keeps to.

        The steps ascend and their weights fall, so a walk is worth the most of those it keeps to.
        """
        given = self.asked["gradual"]
        steps = zip(given["tiers_m"], given["tier_weights"], strict=True)
        worth = np.max([weight * (walk <= reach_m) for reach_m, weight in steps], axis=0)
        return float((self.people * worth).sum())

    def flow(self, near):
        """Return the greatest flow of people to sites through their capacities."""
        rows, columns = np.nonzero(near)
        if not len(rows):
            return 0.0
        limits = np.zeros((len(self.left) + near.shape[1], len(rows)))
        limits[rows, np.arange(len(rows))] = 1.0
        limits[len(self.left) + columns, np.arange(len(rows))] = self.left[rows]
        most = np.full(near.shape[1], self.asked["capacity"]["capacity_people"])
        ceiling = np.concatenate([np.ones(len(self.left)), most])
        return -linprog(-self.left[rows], A_ub=limits, b_ub=ceiling, bounds=(0, 1)).fun

    def worst_share(self, choice):
        """Return the share of people reached in the town served worst."""
        district = self.district
        share = covered_by_town(
            district.candidates.iloc[list(choice)],
            district.demand,
            district.walks,
            district.coverage,
            settings=SitingSettings(),
            threshold_m=THRESHOLD_M,
        )
        return float(share.min())

    def sound(self, rules, sizes, is_good=lambda _: True):
        """Yield every good choice of these sizes that the independent check accepts."""
        candidates = self.district.candidates
        for n in sizes:
            settings = SitingSettings(sites_n=n, rules=rules)
            for rows in map(list, combinations(range(len(candidates)), n)):
                if is_good(rows) and not self.district.breaches(candidates.iloc[rows], settings):
                    yield rows
