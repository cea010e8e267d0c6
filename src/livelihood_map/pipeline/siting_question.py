"""What the siting stage asks, as one thing that is asked again with other settings or tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from livelihood_map.core.uncovered import are_uncovered

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

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
    held
        People that must be reached at each level for the sake of later ones.
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
    held: tuple[float, ...] = ()
    candidate_walks: pd.DataFrame | None = None
    outlet_walks: pd.DataFrame | None = None
    has_streets: bool = False

    def choose(self, candidates: gpd.GeoDataFrame | None = None) -> SitePlan:
        """Return the plan.

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

        told = {name: value for name, value in vars(self).items() if name != "has_streets"}
        return choose_sites(**told | ({} if candidates is None else {"candidates": candidates}))

    @property
    def levels_m(self) -> list[float]:
        """Return the walks within which people count, metres, longest first."""
        tiers_m = self.settings.tiers_m if self.settings.model == "covering" else []
        return sorted({self.threshold_m, *tiers_m}, reverse=True)

    def uncovered(self, within_m: float) -> frozenset[str]:
        """Return the demand points where people live or work and no outlet is within a walk.

        Parameters
        ----------
        within_m
            The walk, metres.
        """
        is_asking = are_uncovered(
            self.demand,
            self.coverage,
            kind=self.settings.kind,
            walker=self.walker,
            within_m=within_m,
        )
        return frozenset(self.demand.loc[is_asking, "demand_id"])

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
        if not self.uncovered(min(self.levels_m)):
            return "nobody_uncovered"
        usable_n = int((~self.candidates["is_rejected"]).sum())
        if len(plan.sites) < min(usable_n, self.settings.sites_n) and not is_free:
            return "only_needed"
        return "few_candidates" if len(plan.sites) else "no_candidates"
