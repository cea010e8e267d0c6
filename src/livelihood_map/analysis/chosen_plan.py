"""Chosen sites as a verb returns them: with their proof, and a map of whom they reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from livelihood_map.analysis.measured import Measured
from livelihood_map.core.labels import label, name_of, spoken_lang

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

    from livelihood_map.mapping.shown_map import ShownMap
    from livelihood_map.siting import SitePlan


@dataclass(frozen=True)
class Plan:
    """Chosen sites with their proof, and who they reach.

    Parameters
    ----------
    sites
        The sites by rank, on the index of the candidates where given: name, gained_people,
        cumulative_share (of all people, existing outlets included), reason.
    homes
        The homes on their own index: walk_m, is_covered (today), is_covered_after, site (the index
        label of the nearest site of those newly covered).
    detail
        The plan as the stage returns it.
    """

    sites: gpd.GeoDataFrame
    homes: Measured
    detail: SitePlan

    @property
    def objective(self) -> float:
        """Return the people newly covered."""
        return self.detail.objective

    @property
    def bound(self) -> float:
        """Return what no plan of so many sites can exceed."""
        return self.detail.bound

    @property
    def status(self) -> str:
        """Return ``optimal`` when the bound proves the plan, else why the solver stopped."""
        return self.detail.status

    @property
    def gap(self) -> float:
        """Return how far the bound lies above the objective, relative to it; 0 when proved."""
        return self.detail.gap

    @property
    def notes(self) -> list[str]:
        """Return what is claimed of the plan and how it was measured, a sentence each."""
        lang = spoken_lang()
        claim = label(
            "analysis.plan",
            lang,
            sites=len(self.sites),
            people=f"{self.objective:,.0f}",
            bound=f"{self.bound:,.0f}",
            status=name_of("siting.status", self.status, lang),
        )
        return [claim, *self.homes.notes]

    def _repr_html_(self) -> str:
        """Return the claims and the sites as a notebook shows them."""
        from livelihood_map.mapping import list_notes

        table = pd.DataFrame(self.sites.drop(columns="geometry"))
        return list_notes(self.notes) + str(table.to_html(max_rows=20, notebook=True))

    def explore(self, **options: Any) -> ShownMap:  # noqa: ANN401  (handed on)
        """Return a map of homes with the sites open, outlets and sites; it needs no internet.

        Parameters
        ----------
        **options
            See :func:`livelihood_map.mapping.show_frames`.
        """
        return self._after().explore(*self.homes.beside[0], self.sites, **options)

    def plot(self, **options: Any) -> Axes:  # noqa: ANN401  (handed on)
        """Return the axes of a static map of the same.

        Parameters
        ----------
        **options
            See :func:`livelihood_map.mapping.plot_frames`.
        """
        return self._after().plot(*self.homes.beside[0], self.sites, **options)

    def _after(self) -> Measured:
        """Return the homes with the sites open."""
        outlets, streets = self.homes.beside
        frame = self.homes.assign(is_covered=self.homes["is_covered_after"])
        return Measured.of(frame, (), outlets=next(iter(outlets), None), streets=streets)
