"""Questions about small districts, drawn by number, each checked against every choice.

A district has seven to nine candidates, up to three existing outlets and rules drawn at random;
every model, tiers and fairness are asked of it through ``choose_sites``.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pytest
from every_choice import EveryChoice
from small_district import THRESHOLD_M, draw_district, draw_rules
from textbook_siting import textbook_best

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.settings import SitingRules, SitingSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

TIERS_M = [THRESHOLD_M, 150.0]
ASKED: dict[str, dict[str, object]] = {
    "covering": {},
    "tiers": {"tiers_m": TIERS_M},
    "weighted tiers": {"tiers_m": TIERS_M, "tier_weights": [1.0, 2.0]},
    "fair": {"is_fair": True},
    "set_cover": {},
    "p_median": {},
    "p_centre": {},
    "capacity": {"capacity_people": 60.0},
    "backup": {"backup_weight": 0.5},
    "gradual": {"tiers_m": [150.0, 300.0], "tier_weights": [1.0, 0.5]},
}
"""Settings of each question; the first four are about maximal covering."""
LARGE = ("covering", "tiers", "set_cover", "p_median", "p_centre", "capacity", "backup", "gradual")
"""Questions asked of districts too large to try every choice."""
SMALLER_IS_BETTER = ("p_median", "p_centre", "set_cover")
MEASURED = ("covering", "tiers", "weighted tiers", "fair", "p_median", "p_centre", "set_cover")
"""Questions whose plans claim what the walks give; other models may claim less than that."""
LEAST = 1e-2
NEAR = {"rel": 1e-6, "abs": LEAST}
NOT_MODELS = ("tiers", "weighted tiers", "fair")
WIDE = 0.8
"""Area of the circles around all sites as a share of a large district."""
FAIR = 1e-6
"""What the share of the town served worst may be off."""


class Drawn:
    """One district with its rules, and what is true of them."""

    names = tuple(name for name in ASKED if name != "set_cover")
    """Questions whose claims can be checked at any time limit."""
    asked = ASKED
    is_small = True
    """Whether all choices can be tried."""

    def __init__(self, seed: int, *, has_rules: bool = True) -> None:
        self.seed, self.name = seed, f"district {seed}"
        generator = np.random.default_rng(seed)
        self.district = draw_district(
            seed,
            candidate_n=int(generator.integers(7, 10)),
            demand_n=int(generator.integers(8, 17)),
            outlet_n=int(generator.integers(0, 4)),
        )
        self.sites_n = int(generator.integers(2, 5))
        self.rules = SitingRules(**(draw_rules(seed) if has_rules else {}))
        self.town = EveryChoice(self.district, self.district.to_outlets(), self.asked)

    @cached_property
    def sound(self) -> list[list[int]]:
        """Every choice that keeps the rules."""
        return list(self.town.sound(self.rules, [self.sites_n]))

    def settings(self, name: str, **more) -> SitingSettings:
        """Return the settings of a question."""
        given = {"time_limit_s": 60.0} | self.asked[name] | more
        model = "covering" if name in NOT_MODELS else name
        return SitingSettings(sites_n=self.sites_n, model=model, rules=self.rules, **given)

    def plan(self, name: str, **more):
        """Return the plan of a question."""
        outlets = {"outlet_walks": self.town.outlets} if name == "backup" else {}
        return self.district.plan(self.settings(name, **more), **outlets)

    def positions(self, plan) -> list[int]:
        """Return the positions of a plan's sites."""
        ids = self.district.candidates["candidate_id"].tolist()
        return [ids.index(one) for one in plan.sites["candidate_id"]]

    def check(self, name: str) -> bool:
        """Refuse a plan that is not the best of all, or none where one can be; return if any is."""
        if name == "set_cover":
            return self._check_fewest()
        if not self.sound:
            self._check_refused(name)
            return False
        plan = self.plan(name)
        chosen = self.positions(plan)
        worth, best = self._worth(name, chosen), self._best(name)
        told = f"{chosen} worth {worth}, best {best}; {plan.status}, {plan.objective}, {plan.bound}"
        assert sorted(chosen) in self.sound, told
        assert (plan.status, plan.gap) == ("optimal", 0), told
        assert worth == pytest.approx(best, **NEAR), told
        first = worth[1] if name == "fair" else worth[0]
        assert plan.objective == pytest.approx(abs(first), **NEAR), told
        return True

    def check_claims(self, name: str, limit_s: float) -> str:
        """Refuse a plan that claims more than is true of it; return its status.

        No plan at all is an honest answer where there was no time to find one.
        """
        try:
            plan = self.plan(name, time_limit_s=limit_s)
        except InfeasibleError as error:
            plan, key = None, error.key
        if plan is None:
            assert key == "siting.no_plan_in_time" or not self.can_be(name)
            return key
        worth = self._worth(name, self.positions(plan))[-1 if name == "fair" else 0]
        told = f"{name}: worth {worth}; {plan.status}, {plan.objective}, bound {plan.bound}"
        assert not self.breached(plan), told
        if name in MEASURED:
            assert plan.objective == pytest.approx(abs(worth), **NEAR), told
        sign = -1 if name in SMALLER_IS_BETTER else 1
        value, bound = sign * plan.objective, sign * plan.bound
        assert value <= worth + LEAST, told
        assert value <= bound + LEAST, told
        if plan.status == "optimal" or (self.is_small and name != "fair"):
            best = self.best_of_all(name)
            assert bound >= best - LEAST - 1e-6 * abs(best), f"{told}; best {best}"
        if plan.status == "optimal":
            assert plan.gap == 0, told
            assert value == pytest.approx(best, **NEAR), f"{told}; best {best}"
        return str(plan.status)

    def can_be(self, name: str) -> bool:
        """Return whether any choice keeps the rules."""
        return bool(self.sound)

    def best_of_all(self, name: str) -> float:
        """Return the value of a best choice, that of its last aim for a fair plan."""
        return self._best(name)[-1 if name == "fair" else 0]

    def breached(self, plan) -> bool:
        """Return whether a plan breaks a rule."""
        return bool(self.district.breaches(plan.sites, self.settings("covering")))

    def _worth(self, name: str, chosen: Sequence[int]) -> list[float]:
        """Return what a question makes of a choice, the first aim first; more is better."""
        town = self.town
        if name == "tiers":
            return [town.covered(chosen, tier_m) for tier_m in TIERS_M]
        if name == "weighted tiers":
            weights = ASKED[name]["tier_weights"]
            pairs = zip(TIERS_M, weights, strict=True)
            return [sum(weight * town.covered(chosen, tier_m) for tier_m, weight in pairs)]
        if name == "fair":
            return [town.worst_share(chosen), town.covered(chosen)]
        if name == "p_centre":
            return [town.score(name, chosen, self.rules), town.covered(chosen)]
        if name == "set_cover":
            return [-len(chosen)]
        return [town.score(name, chosen, self.rules)]

    def _best(self, name: str) -> list[float]:
        """Return the most that any sound choice is worth, a later aim among those equal before."""
        left = [self._worth(name, chosen) for chosen in self.sound]
        best = []
        for aim in range(len(left[0])):
            best.append(max(worth[aim] for worth in left))
            left = [worth for worth in left if worth[aim] >= best[aim] - FAIR]
        return best

    def _check_refused(self, name: str) -> None:
        """Refuse a plan where no choice keeps the rules, or a refusal without words."""
        with pytest.raises(InfeasibleError) as caught:
            self.plan(name)
        assert all(caught.value.text(lang) for lang in ("zh", "en"))

    def _check_fewest(self) -> bool:
        """Refuse a plan of set covering for which fewer sites, or any, would do."""
        town = self.town
        near = town.walk <= THRESHOLD_M
        must = near[:, town.allowed(self.rules)].any(axis=1) & ~town.served & (town.people > 0)
        sizes = range(1, near.shape[1] + 1) if must.any() else []

        def is_enough(chosen: list[int]) -> bool:
            return bool(near[must][:, chosen].any(axis=1).all())

        fewest = next(town.sound(self.rules, sizes, is_enough), None)
        if fewest is None:
            self._check_refused("set_cover")
            return False
        plan = self.plan("set_cover")
        chosen = self.positions(plan)
        n = len(fewest)
        assert (len(chosen), plan.objective, plan.status) == (n, n, "optimal")
        assert is_enough(chosen)
        settings = SitingSettings(sites_n=n, rules=self.rules)
        assert not self.district.breaches(plan.sites, settings)
        return True


class LargeDrawn(Drawn):
    """A district too large to try every choice, with outlets and no rules."""

    names = LARGE
    is_small = False
    asked = ASKED | {"capacity": {"capacity_people": 800.0}}

    def __init__(
        self, seed: int, candidate_n: int, demand_n: int, sites_n: int, *, outlet_n: int = 20
    ) -> None:
        """Draw a district so wide that so many sites reach a good half of it."""
        self.seed, self.sites_n, self.rules = seed, sites_n, SitingRules()
        self.name = f"{demand_n:,} x {candidate_n:,}, {sites_n} sites"
        side_m = round((sites_n * np.pi * THRESHOLD_M**2 / WIDE) ** 0.5)
        self.district = draw_district(
            seed, candidate_n=candidate_n, demand_n=demand_n, outlet_n=outlet_n, side_m=side_m
        )
        self.town = EveryChoice(self.district, self.district.to_outlets(), self.asked)
        self._best_known: dict[str, float] = {}

    def neutral(self) -> LargeDrawn:
        """Return the same question under rules of every kind that bind nothing."""
        rules = SitingRules(
            town_min={"*": 0},
            town_max={"*": self.sites_n},
            town_floor_share={"*": 0.0001},
            spacing_m=0.001,
            existing_spacing_m=0.001,
            host_max_share={"street": 1.0},
            costs={"*": 1.0},
            budget=10.0 * self.sites_n,
        )
        other = copy(self)
        other.rules = rules
        return other

    def can_be(self, name: str) -> bool:
        """Return that some choice can be made: there are no rules."""
        return True

    def best_of_all(self, name: str) -> float:
        """Return the value of a best choice, by the textbook's programme."""
        if name not in self._best_known:
            self._best_known[name] = textbook_best(self.town, name, self.sites_n)
        return self._best_known[name]

    def breached(self, plan) -> bool:
        """Return whether a plan breaks a rule; set covering takes as many sites as it needs."""
        settings = replace(self.settings("covering"), sites_n=len(plan.sites))
        return bool(self.district.breaches(plan.sites, settings))
