"""A plan with everything that is claimed of it, and its claims as tables."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from livelihood_map.core.tables import LEVELS, PLAN
from livelihood_map.siting.solve_levels import Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from livelihood_map.siting.phases import Phasing
    from livelihood_map.siting.solve_levels import Premises
    from livelihood_map.siting.solver import Status


@dataclass(frozen=True)
class SitePlan:
    """A chosen set of sites with everything that is claimed of it.

    Attributes
    ----------
    sites : GeoDataFrame
        Sites table, by rank.
    assignment : DataFrame
        demand_id, candidate_id, walk_m: the nearest site of every demand point newly covered.
    objective : float
        Weighted people newly covered by the sites together within the walk that serves; of models
        beside covering their own figure (sites, metres, people times metres, people served).
    bound : float
        No plan of this size that is as good at the levels before has a better objective.
    gap : float
        Distance of the bound and what was reached before premises that exist were put first,
        relative to the smaller; 0 when proved.
    status : str
        ``optimal`` only with a proof at every level, otherwise ``feasible``, ``time_limit``
        (counted in work, so the same again) or ``clock`` (stopped by the clock, so that another run
        may differ).
    method : str
        ``cluster``, ``greedy`` or ``optimal``.
    threshold_m : float
        Walk within which a site serves.
    levels : DataFrame
        threshold_m, objective, best, bound, gap_share, status, left, reachable_left of each level
        in the order in which they go, see :class:`~livelihood_map.siting.solve_levels.Level`; of
        the model ``p_centre`` what is covered, which decides between plans of equal longest walk;
        without rows for other models.
    premises : Premises or None
        How many sites lie in premises that exist; None without a tolerance for them.
    tolerance_share : float
        Share of the people at every level that was given up for such premises at most.
    phasing : Phasing or None
        How the sites open in phases, with what is proved of the order; None without phases.
    """

    sites: gpd.GeoDataFrame
    assignment: pd.DataFrame
    objective: float
    bound: float
    gap: float
    status: Status
    method: str
    seed: int
    threshold_m: float
    kind: str
    levels: pd.DataFrame
    premises: Premises | None = None
    tolerance_share: float = 0.0
    phasing: Phasing | None = None

    @property
    def reached(self) -> float:
        """Return the objective before premises that exist were put first."""
        own = self.levels.loc[self.levels["threshold_m"] == self.threshold_m, "best"]
        return float(own.iloc[0]) if self.premises is not None else self.objective

    def as_table(self) -> pd.DataFrame:
        """Return the plan's claims as a table of one row.

        Raises
        ------
        SchemaError
            When the row breaks the table's schema: a mistake in the program.
        """
        row = {
            "kind": self.kind,
            "method": self.method,
            "status": self.status,
            "sites_n": len(self.sites),
            "threshold_m": self.threshold_m,
            "objective": self.objective,
            "bound": self.bound,
            "gap_share": min(self.gap, 1.0),
            "best": self.reached,
            "seed": self.seed,
            "second_n": int(self.sites["is_second"].sum()),
        }
        if self.premises is not None:
            row |= {
                "tolerance_share": self.tolerance_share,
                "premises_n": self.premises.sites_n,
                "premises_before_n": self.premises.before_n,
                "premises_bound_n": self.premises.bound_n,
                "premises_status": self.premises.status,
            }
        if self.phasing is not None:
            row |= {
                "phases_objective": self.phasing.objective,
                "phases_bound": self.phasing.bound,
                "phases_status": self.phasing.status,
            }
        return PLAN.conform(pd.DataFrame([row]))

    def as_levels(self) -> pd.DataFrame:
        """Return what the plan reaches at each level as a table, a row for each.

        Raises
        ------
        SchemaError
            When a row breaks the table's schema: a mistake in the program.
        """
        told = self.levels.assign(method=self.method, level=np.arange(1, len(self.levels) + 1))
        return LEVELS.conform(told.assign(gap_share=told["gap_share"].clip(upper=1.0)))


def level_rows(levels: Sequence[Level]) -> pd.DataFrame:
    """Return levels as rows, numbers missing that are not known."""
    names = [*(one.name for one in fields(Level)), "gap_share"]
    return pd.DataFrame([(*astuple(one), one.gap) for one in levels], columns=names)
