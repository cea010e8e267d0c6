"""What the siting stage asks, as one thing: asked again with other settings or other tables."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, Never, get_args

import pandas as pd

from livelihood_map.core import tables
from livelihood_map.core.crew import do_each
from livelihood_map.core.settings import Method
from livelihood_map.pipeline.residents_alone import ask_residents_alone
from livelihood_map.pipeline.siting_question import Asked
from livelihood_map.pipeline.street_bounds import BESIDE, ask_beside
from livelihood_map.pipeline.unreached import list_unreached
from livelihood_map.pipeline.walking import (
    join_places,
    measure,
    pairs_within,
    summarise_coverage,
    walks_within,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from livelihood_map.core.people import Group
    from livelihood_map.pipeline.reads import SitingReads
    from livelihood_map.pipeline.workspace import Workspace
    from livelihood_map.siting import SitePlan

METHODS: Final[tuple[Method, ...]] = get_args(Method)


def beside_others(asked: Asked, plan: SitePlan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return tables ``plan`` and ``levels``: the plan's, then each other method's on its question.

    Parameters
    ----------
    asked
        What the plan was chosen from.
    plan
        The plan.

    Raises
    ------
    InfeasibleError
        When no plan keeps the rules.
    """
    is_comparable = asked.settings.model == "covering" and len(plan.sites) > 0
    others = [method for method in METHODS if is_comparable and method != plan.method]
    best = plan
    if "optimal" in others:  # what other questions are held beside
        others.remove("optimal")
        best = _choose_by(asked, "optimal")
    questions: list[Callable[[Asked], Any]] = [
        partial(ask_beside, best=best),
        partial(ask_residents_alone, plan=plan),
        *(partial(_choose_by, method=method) for method in others),
    ]
    beside, residents, *found = do_each(_answer, asked, questions)
    by_method = {plan.method: plan, best.method: best, **dict(zip(others, found, strict=True))}
    plans = [plan, *(by_method[one] for one in METHODS if one in by_method and one != plan.method)]
    rows = pd.concat([one.as_table() for one in plans], ignore_index=True)
    rows = rows.assign(**beside.plan, shortfall=asked.shortfall(plan))
    if "streets_bound" in beside.plan:
        # another method's plan may reach fewer at the levels before, and more at this one
        is_bounded = (rows["method"] == best.method) | (len(best.levels) <= 1)
        reached = pd.Series([one.reached for one in plans])
        rows["streets_bound"] = rows["streets_bound"].clip(lower=reached).where(is_bounded)
        rows["streets_gap_share"] = _gap_share(reached, rows["streets_bound"])
    levels = pd.concat([one.as_levels() for one in plans], ignore_index=True)
    for own_method, told in ((best.method, beside.levels), (plan.method, residents)):
        for name, values in told.items():
            levels.loc[levels["method"] == own_method, name] = values
    if "streets_bound" in beside.levels:  # of the first level for every method
        levels.loc[levels["level"] == 1, "streets_bound"] = beside.levels["streets_bound"][0]
    levels["streets_gap_share"] = _gap_share(levels["best"], levels["streets_bound"])
    return tables.PLAN.conform(rows), tables.LEVELS.conform(levels)


def _answer(asked: Asked, question: Callable[[Asked], Any]) -> Any:  # noqa: ANN401
    """Return what a question beside the plan gives."""
    return question(asked)


def _choose_by(asked: Asked, method: Method) -> SitePlan:
    """Return the plan of another method, without premises put first."""
    settings = replace(asked.settings, method=method, premises_tolerance_share=0.0)
    return replace(asked, settings=settings).choose()


def _gap_share(reached: pd.Series[float], bound: pd.Series[float]) -> pd.Series[float]:
    """Return how far what is reached lies below a bound; missing where there is none."""
    share = (1.0 - reached / bound.where(bound > 0)).fillna(0.0)
    return share.clip(lower=0.0).where(bound.notna())


def siting_threshold_m(work: Workspace[Never]) -> float:
    """Return the walk within which a new site serves.

    Parameters
    ----------
    work
        Workspace of the run.

    Raises
    ------
    StandardError
        When the standard lacks the kind.
    """
    siting = work.settings.siting
    return siting.threshold_m or work.standard.kind(siting.kind).aim_m


def siting_levels_m(work: Workspace[Never]) -> list[float]:
    """Return the walks within which a plan reaches as many as it can, one after the other.

    Parameters
    ----------
    work
        Workspace of the run.

    Raises
    ------
    StandardError
        When the standard lacks the kind.
    """
    siting, target_m = work.settings.siting, siting_threshold_m(work)
    if siting.tiers_m or siting.model != "covering":
        return list(siting.tiers_m)
    firm_m = work.standard.kind(siting.kind).firm_m
    if not siting.is_firm_first or firm_m is None or firm_m <= target_m:
        return []
    return [firm_m, target_m]


def siting_weights(work: Workspace[Never]) -> dict[Group, float]:
    """Return the weight of each group of people: the settings', else whom the standard counts.

    Parameters
    ----------
    work
        Workspace of the run.

    Raises
    ------
    StandardError
        When the standard lacks the kind.
    """
    siting = work.settings.siting
    if siting.weights:
        return dict(siting.weights)
    return dict.fromkeys(work.standard.kind(siting.kind).crowds, 1.0)


def is_spaced_on_foot(work: Workspace[Literal["edges"]]) -> bool:
    """Return whether distances between outlets are walks: asked for, and there are streets.

    Parameters
    ----------
    work
        Workspace of the run.

    Raises
    ------
    LivelihoodMapError
        When the load stage has not run.
    """
    return work.settings.siting.rules.spacing_by == "walk" and not work.is_estimated


def prepare(work: Workspace[SitingReads]) -> Asked:
    """Return what the siting stage asks: walks to every usable candidate are measured here.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the candidates.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map import network
    from livelihood_map.coverage import select_facilities

    siting = replace(
        work.settings.siting, weights=siting_weights(work), tiers_m=siting_levels_m(work)
    )
    cutoff_m = work.settings.coverage.cutoff_m
    candidates = work["candidates"]
    is_asked = ~candidates["is_rejected"] | candidates["excluded_by"].isin(BESIDE)
    usable = candidates[is_asked]
    joins = join_places(work, usable, id_column="candidate_id")
    existing = select_facilities(work["facilities"], standard=work.standard, kinds=[siting.kind])
    existing_joins = join_places(work, existing, id_column="facility_id")
    between = None
    if is_spaced_on_foot(work):
        between = walks_within(work, joins, joins, cutoff_m=max(siting.rules.spacing_m, 1.0))
    return Asked(
        candidates=candidates,
        demand=work["demand"],
        walks=walks_within(work, work["joins"], joins, cutoff_m=cutoff_m),
        coverage=work["coverage"],
        gaps=work["gaps"],
        zones=work["zones"],
        towns=work["towns"],
        facilities=existing,
        existing_walks=network.measure_nearest(
            work.network,
            joins,
            existing_joins,
            cutoff_m=max(cutoff_m, siting.rules.existing_spacing_m),
        ),
        candidate_walks=between,
        outlet_walks=_outlet_walks(work),
        settings=siting,
        threshold_m=siting_threshold_m(work),
        seed=work.settings.run.seed,
        walker=work.settings.coverage.walkers[0],
        has_streets=not work.is_estimated,
    )


def _outlet_walks(work: Workspace[SitingReads]) -> pd.DataFrame | None:
    """Return the walks to existing outlets, where a second one counts or is told of.

    Twice as far as they serve, so that the question can be asked again with a longer walk.
    """
    siting = work.settings.siting
    if siting.model not in {"covering", "backup"}:
        return None
    reach_m = 2.0 * siting_threshold_m(work)
    return pairs_within(work, work["joins"], kinds=[siting.kind], cutoff_m=reach_m)


def keep_plan(work: Workspace[SitingReads], asked: Asked, plan: SitePlan) -> None:
    """Keep a plan with its curve, and the coverage as if its sites were open.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the candidates.
    asked
        What the plan was chosen from.
    plan
        The plan.

    Raises
    ------
    SchemaError
        When a table breaks its schema: a mistake in the program.
    """
    from livelihood_map.siting import measure_curve

    rows, levels = beside_others(asked, plan)
    work.told["solver"] = _proof(rows)

    opened = as_facilities(plan.sites, kind=plan.kind)
    facilities = pd.concat([work["facilities"], opened], ignore_index=True)
    after = measure(work, facilities)
    by_home, by_town = summarise_coverage(work, after, facilities)
    work.keep(
        sites=plan.sites,
        plan=rows,
        levels=levels,
        unreached=list_unreached(asked, work["joins"]),
        curve=measure_curve(
            asked.candidates,
            asked.demand,
            asked.walks,
            asked.coverage,
            plan,
            settings=asked.settings,
            walker=asked.walker,
        ),
        coverage_after=after,
        residence_coverage_after=by_home,
        town_coverage_after=_beside(work["town_coverage"], by_town),
    )


def _proof(rows: pd.DataFrame) -> dict[str, Any]:
    """Return how well a plan is proved, for the run record."""
    first = rows.iloc[0]
    words = [*rows["status"], *rows["phases_status"].dropna()]
    return {
        "method": str(first["method"]),
        "status": str(first["status"]),
        "gap_share": float(first["gap_share"]),
        "is_stopped_by_clock": "clock" in words,
    }


def as_facilities(sites: gpd.GeoDataFrame, *, kind: str) -> gpd.GeoDataFrame:
    """Return sites as the facilities that they would be once they are open.

    Parameters
    ----------
    sites
        Table ``sites``.
    kind
        Kind of the facilities.

    Raises
    ------
    SchemaError
        When `sites` breaks its schema.
    """
    opened: gpd.GeoDataFrame = sites[["town_id", "name", "geometry"]].assign(
        facility_id="site:" + sites["candidate_id"],
        kind=kind,
        status="operating",
        is_demonstration=False,
        is_smart=False,
        is_inside=True,
        source="plan",
    )
    return tables.FACILITIES.conform(opened)


def _beside(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the figures by town with those after the plan beside them, as ``*_after``."""
    key = list(tables.TOWN_COVERAGE.key)
    own = [column.name for column in tables.TOWN_COVERAGE.columns]
    kept = {*key, "town_name", "residences_n", "dwelling_covered_share"}
    measures = [name for name in own if name not in kept]
    later = after[[*key, *measures]].rename(columns={name: f"{name}_after" for name in measures})
    return before[own].merge(later, on=key, how="left", validate="one_to_one")
