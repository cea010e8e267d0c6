"""Coverage -> what each compound has around it, and how it is spread over the towns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from livelihood_map.core.ordering import in_order
from livelihood_map.pipeline.walking import pairs_within

if TYPE_CHECKING:
    from livelihood_map.pipeline.reads import CoverageReads
    from livelihood_map.pipeline.workspace import Workspace


def take_measures(
    work: Workspace[CoverageReads | Literal["coverage", "residence_coverage"]],
) -> dict[str, pd.DataFrame]:
    """Return the tables of measures of the first walker of the settings, by their names.

    Parameters
    ----------
    work
        A workspace that holds ``coverage`` and ``residence_coverage``.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run, or the standard lacks a kind or walker.
    """
    from livelihood_map import coverage as measuring

    settings, standard = work.settings.coverage, work.standard
    walker, kinds = standard.walker(settings.walkers[0]), work.kinds
    demand, towns, residences = work["demand"], work["towns"], work["residences"]
    coverage = work["coverage"]
    given: dict[str, Any] = {"standard": standard, "walker": walker.id}
    circle = measuring.complete_homes(work["residence_coverage"], walker=walker.id)
    reach = {kind: measuring.measure_reach(standard.kind(kind), walker) for kind in kinds}
    thresholds_m = {kind: own.threshold_m for kind, own in reach.items()}
    farthest_m = max(limit for own in reach.values() for limit in (own.threshold_m, *own.limits_m))
    walks = pairs_within(work, work["joins"], kinds=kinds, cutoff_m=farthest_m)
    middle = measuring.select_middle(coverage[coverage["walker"] == walker.id], demand, residences)
    listed = measuring.list_supply(
        walks, work["facilities"], demand, thresholds_m=thresholds_m, at=settings.at, **given
    )
    spread = measuring.spread_supply(
        walks, listed, demand, standard=standard, thresholds_m=thresholds_m
    )
    cutoff_m = settings.cutoff_m
    equity = [
        measuring.compare_walks(coverage, demand, towns, cutoff_m=cutoff_m, **given),
        measuring.compare_supply(spread, demand, towns),
    ]
    measures: dict[str, pd.DataFrame] = {
        "residence_tiers": measuring.count_homes(walks, middle, standard=standard, walker=walker),
        "residence_nearest": _name_nearest(work, walks, middle, cutoff_m=max(cutoff_m, farthest_m)),
        "residence_circle": circle,
        "residence_supply": measuring.average_homes(spread, demand, residences),
        "facility_supply": listed,
        "town_circle": measuring.complete_towns(
            coverage, demand, circle, residences, towns, walker=walker.id
        ),
        "town_walks": measuring.distribute_walks(
            coverage, demand, towns, cutoff_m=cutoff_m, **given
        ),
        "town_supply": measuring.summarise_supply(
            listed, spread, demand, towns, kinds=kinds, walker=walker.id
        ),
        "town_equity": pd.concat([part for part in equity if len(part)], ignore_index=True),
    }
    for name in ("residence_tiers", "residence_nearest", "residence_supply"):
        measures[name] = in_order(measures[name], residence_id=None, kind=kinds)
    measures["town_walks"] = in_order(measures["town_walks"], town_id=None, kind=kinds)
    measures["town_equity"] = in_order(measures["town_equity"], measure=None, kind=kinds)
    return measures


def _name_nearest(
    work: Workspace[CoverageReads], walks: pd.DataFrame, middle: pd.DataFrame, *, cutoff_m: float
) -> pd.DataFrame:
    """Return table ``residence_nearest``; only where too few are near is the search widened."""
    from livelihood_map.coverage import name_nearest

    settings, joins = work.settings.coverage, work["joins"]
    walker = work.standard.walker(settings.walkers[0])
    parts = []
    for kind in work.kinds:
        near = walks[walks["kind"] == kind]
        homes = middle.loc[middle["kind"] == kind, "demand_id"]
        near_n = near["origin_id"].value_counts().reindex(homes, fill_value=0)
        lacking = near_n.index[near_n < settings.nearest_n]
        own = joins[joins["point_id"].isin(lacking)]
        wider = pairs_within(work, own, kinds=[kind], cutoff_m=cutoff_m)
        parts += [near[~near["origin_id"].isin(lacking)], wider]
    nearest = pd.concat(parts, ignore_index=True)
    return name_nearest(nearest, middle, k=settings.nearest_n, walker=walker)
