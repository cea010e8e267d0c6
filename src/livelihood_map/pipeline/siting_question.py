"""What the siting stage asks, as one thing that is asked again with other settings or tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate
from typing import TYPE_CHECKING

import pandas as pd

from livelihood_map.core import tables
from livelihood_map.core.units import round_mm

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting import SitePlan


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The tables and settings that a plan is chosen from.

    Parameters
    ----------
    candidates, demand, walks, coverage, gaps, zones, towns
        As :func:`livelihood_map.siting.choose_sites` takes them.
    facilities
        Outlets of the kind that are there.
    existing_walks
        Walks from candidates to the nearest of them.
    candidate_walks
        Walks between candidates within the spacing; None where it is measured straight.
    outlet_walks
        Walks from demand points to existing outlets; None where the model does not count these.
    has_streets
        Whether the candidates hold the dominating places of all streets.
    settings
        Settings of the siting, weights filled in.
    threshold_m
        Walk within which a site serves.
    seed
        Seed of all random steps.
    walker
        Walker of the standard.
    known
        Candidates of an earlier plan, preferred among plans that cover the same.
    """

    candidates: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    walks: pd.DataFrame
    coverage: pd.DataFrame
    gaps: pd.DataFrame
    zones: gpd.GeoDataFrame
    towns: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    existing_walks: pd.DataFrame
    settings: SitingSettings
    threshold_m: float
    seed: int
    walker: str
    known: frozenset[str] = frozenset()
    candidate_walks: pd.DataFrame | None = None
    outlet_walks: pd.DataFrame | None = None
    has_streets: bool = False

    def choose(self, candidates: gpd.GeoDataFrame | None = None) -> SitePlan:
        """Return the plan: of fewer sites where there are fewer candidates, of none where none.

        Parameters
        ----------
        candidates
            Candidates with other marks; their places are those of the question.

        Raises
        ------
        InfeasibleError
            When no plan keeps the rules.
        """
        from livelihood_map.siting import choose_sites

        table = self.candidates if candidates is None else candidates
        usable_n = int((~table["is_rejected"]).sum())
        if not usable_n or (self.settings.model == "set_cover" and not self._reachable(table)):
            return self._empty_plan()
        told = {name: value for name, value in vars(self).items() if name != "has_streets"}
        told |= {"candidates": table, "settings": _of_fewer(self.settings, usable_n)}
        return choose_sites(**told)

    @property
    def uncovered(self) -> frozenset[str]:
        """Return the demand points where people live or work and no outlet is within reach."""
        from livelihood_map.candidates import list_asked

        asked = list_asked(
            self.demand,
            self.coverage,
            kind=self.settings.kind,
            walker=self.walker,
            within_m=[self.threshold_m],
        )
        return frozenset(asked["point_id"])

    def _reachable(self, candidates: gpd.GeoDataFrame) -> frozenset[str]:
        """Return the uncovered demand points that a candidate reaches which can be used."""
        usable = candidates.loc[~candidates["is_rejected"], "candidate_id"]
        near = self.walks[round_mm(self.walks["walk_m"]) <= self.threshold_m]
        return self.uncovered & set(near.loc[near["dest_id"].isin(usable), "origin_id"])

    def shortfall(self, plan: SitePlan) -> str | None:
        """Return why a plan has fewer sites than were asked for; None where it has as many.

        Parameters
        ----------
        plan
            Plan of the question.
        """
        is_free = self.settings.model == "set_cover"
        if len(plan.sites) >= (1 if is_free else self.settings.sites_n):
            return None
        if not self.uncovered:
            return "nobody_uncovered"
        return "few_candidates" if len(plan.sites) else "no_candidates"

    def _empty_plan(self) -> SitePlan:
        """Return the plan without a site: there is nowhere to choose from."""
        from livelihood_map.siting import SitePlan

        sites = tables.SITES.empty(self.demand.crs)
        walks = pd.DataFrame({"demand_id": [], "candidate_id": [], "walk_m": []})
        return SitePlan(
            sites=sites,
            assignment=walks.astype({"demand_id": "str", "candidate_id": "str"}),
            objective=0.0,
            bound=0.0,
            gap=0.0,
            status="optimal",
            method=self.settings.method,
            seed=self.seed,
            threshold_m=self.threshold_m,
            kind=self.settings.kind,
            tiers=pd.DataFrame(columns=["tier_m", "objective", "bound", "status"]),
        )


def _of_fewer(settings: SitingSettings, usable_n: int) -> SitingSettings:
    """Return settings that ask for no more sites than there are, the last phases cut first."""
    if settings.model == "set_cover" or settings.sites_n <= usable_n:
        return settings
    opened = [min(total, usable_n) for total in accumulate(settings.phases)]
    sizes = [now - before for before, now in zip([0, *opened], opened, strict=False)]
    phases = [size for size in sizes if size]
    return replace(
        settings,
        sites_n=usable_n,
        phases=phases,
        phase_lengths=settings.phase_lengths[: len(phases)],
    )
