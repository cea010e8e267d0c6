"""Choose the sites: tables in, a complete plan out."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from livelihood_map.core.tables import SITES
from livelihood_map.siting.constraints import build_rules
from livelihood_map.siting.fitting import fit_number
from livelihood_map.siting.instance import ask
from livelihood_map.siting.phases import open_in_phases
from livelihood_map.siting.second_outlets import place_second_outlets, rank_spare_sites
from livelihood_map.siting.site_plan import SitePlan, level_rows
from livelihood_map.siting.site_table import assign, nearest_existing, site_table, tell
from livelihood_map.siting.solve import solve
from livelihood_map.siting.solve_levels import Leveled, measure_levels
from livelihood_map.siting.solver import WEIGHT_SCALE, Answer, breach_finder
from livelihood_map.siting.spacing import Walked
from livelihood_map.siting.tie_breaking import settle
from livelihood_map.siting.verification import find_breaches

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import geopandas as gpd
    import pandas as pd

    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.phases import Phasing
    from livelihood_map.siting.solver import IntArray, Rule

log = logging.getLogger(__name__)


def choose_sites(  # noqa: PLR0913  (one table per stage before this one)
    candidates: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    walks: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    settings: SitingSettings,
    threshold_m: float,
    seed: int,
    gaps: pd.DataFrame | None = None,
    zones: gpd.GeoDataFrame | None = None,
    towns: gpd.GeoDataFrame | None = None,
    facilities: gpd.GeoDataFrame | None = None,
    existing_walks: pd.DataFrame | None = None,
    candidate_walks: pd.DataFrame | None = None,
    outlet_walks: pd.DataFrame | None = None,
    walker: str = "standard",
    known: Collection[str] = (),
    held: Sequence[float] = (),
) -> SitePlan:
    """Return the plan: ``settings.sites_n`` sites, ranked by people newly covered.

    Existing outlets are respected: who is within the threshold of one already counts for nothing.
    A site serves the demand points with a walk of at most the threshold (metres, rounded to 1 mm).
    With ``settings.tiers_m`` each of these walks is a level: most people are reached at the first,
    of plans equal there at the next; where none of them is the threshold, the first tier takes its
    place. Of the plans within ``settings.premises_tolerance_share`` of that the one with most sites
    in premises that exist is taken. Sites that nobody new needs stand where most people gain a
    second outlet. There are fewer sites where there are fewer candidates, none where nothing can
    be chosen. Every plan is checked against the raw walks and by
    :func:`livelihood_map.siting.verification.find_breaches`.

    Parameters
    ----------
    candidates : GeoDataFrame
        Candidates; rejected ones are never chosen, fixed ones always.
    demand : GeoDataFrame
        Demand points.
    walks : DataFrame
        Walks from demand points to candidates (origin_id demand, dest_id candidate).
    coverage : DataFrame
        Coverage by the existing outlets; rows of ``settings.kind`` and `walker` are read.
    settings : SitingSettings
        Kind, number, method, weights, time limit.
    threshold_m : float
        Walk within which an outlet serves, metres.
    seed : int
        Seed of all random steps.
    gaps : DataFrame, optional
        Gaps with their zones; needed by the method ``cluster``, names each site's zone.
    zones : GeoDataFrame, optional
        Gap zones, for their names in the reasons.
    towns : GeoDataFrame, optional
        Towns, for the names in rules.
    facilities : GeoDataFrame, optional
        Facilities, for the nearest existing outlet of each site.
    existing_walks : DataFrame, optional
        Walks from candidates to their nearest existing outlet; straight lines without it.
    candidate_walks : DataFrame, optional
        Walks between candidates up to ``rules.spacing_m``. With these and `existing_walks` the
        spacing is measured on foot when ``rules.spacing_by`` is ``walk``; straight without them.
    outlet_walks : DataFrame, optional
        Walks from demand points to all existing outlets within the threshold, for the model
        ``backup``; without it a demand point has one outlet already or none.
    walker : str
        Walker of the standard.
    known : collection of str
        Candidates of an earlier plan: of plans that cover the same, one that holds more of them.
        Plans of weighted tiers are left as they are.
    held : sequence of float
        Weighted people that must be reached at each level for the sake of later ones, in place of
        the most that can be: what another plan reaches, with which this one is compared.

    Raises
    ------
    InfeasibleError
        When no plan keeps the rules; it names those that clash and the cheapest way out.
    SchemaError
        When the sites break the table's schema.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> joins = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> coverage = lm.measure_coverage(
    ...     network, joins, town.facilities, standard=standard, kinds=["breakfast"],
    ...     walkers=["standard"], cutoff_m=3000, limit_m=100,
    ... )
    >>> gaps = lm.find_gaps(coverage, town.demand, joins, kind="breakfast", threshold_m=500)
    >>> from livelihood_map.core.settings import CandidateSettings, GapSettings, SitingSettings
    >>> gaps, zones = lm.find_zones(
    ...     gaps, town.demand, town.residences, town.towns, settings=GapSettings(zone_population=10)
    ... )
    >>> candidates = lm.propose_candidates(
    ...     town.facilities, gaps, zones, town.demand, town.edges, town.towns,
    ...     kind="breakfast", threshold_m=500, settings=CandidateSettings(),
    ... )
    >>> places = lm.join_points(network, candidates, id_column="candidate_id", limit_m=100)
    >>> plan = lm.choose_sites(
    ...     candidates, town.demand, lm.measure_walks(network, joins, places, cutoff_m=3000),
    ...     coverage, settings=SitingSettings(sites_n=1), threshold_m=500, seed=1, gaps=gaps,
    ... )
    >>> plan.status, plan.sites["gained_population"].tolist()
    ('optimal', [50.0])
    """
    tables = candidates, demand, walks, coverage
    told: dict[str, Any] = {"settings": settings, "threshold_m": threshold_m, "walker": walker}
    instance = ask(*tables, gaps, outlet_walks=outlet_walks, **told)
    on_foot = settings.rules.spacing_by == "walk"
    walked = Walked.of(candidate_walks, existing_walks) if on_foot else None
    given: dict[str, Any] = {"towns": towns, "facilities": facilities, "walked": walked}
    fitted = fit_number(instance, settings, seed=seed, **given)
    if fitted is None:
        return _without_sites(instance, settings, seed)
    rules = build_rules(instance, fitted, **given)
    leveled, rules = solve(instance, rules, fitted, seed=seed, towns=towns, held=held)
    if fitted.model == "set_cover":
        fitted = replace(fitted, sites_n=len(leveled.answer.chosen))
    leveled = _settled(instance, leveled, rules, fitted, known)
    phasing = _open(instance, leveled.answer.chosen, fitted)
    reasons = tell(
        instance,
        fitted,
        rules,
        phasing.order,
        near=nearest_existing(instance.candidates, facilities, existing_walks, settings.kind),
        zones=zones,
        between=candidate_walks,
        keeps_premises=leveled.premises is not None,
    )
    sites = site_table(instance, phasing.order, reasons)
    if fitted.phases:
        sites["phase"] = phasing.phase
    plan = _claim(instance, leveled, sites, fitted, seed, phasing if fitted.phases else None)
    _check(instance, plan, fitted)
    _refuse_breaches(plan, *tables, settings=fitted, walker=walker, **given)
    words = "choose_sites: %d candidates in, %d sites out, %s, %s, gap %.4f %%"
    log.info(words, len(candidates), len(sites), plan.method, plan.status, leveled.answer.gap * 100)
    return plan


def _without_sites(instance: Instance, settings: SitingSettings, seed: int) -> SitePlan:
    """Return the plan without a site: there is nowhere to choose from, or nobody to choose for."""
    none = np.empty(0, dtype=np.int64)
    levels = [replace(one, bound=0.0, status="optimal") for one in measure_levels(instance, none)]
    leveled = Leveled(Answer(none, 0.0, 0.0, "optimal"), levels, 0.0)
    return _claim(instance, leveled, SITES.empty(instance.demand.crs), settings, seed, None)


def _claim(
    instance: Instance,
    leveled: Leveled,
    sites: gpd.GeoDataFrame,
    settings: SitingSettings,
    seed: int,
    phasing: Phasing | None,
) -> SitePlan:
    """Return the plan of an answer with its sites in their order."""
    answer = leveled.answer
    return SitePlan(
        sites=sites,
        assignment=assign(instance, sites),
        objective=answer.objective / WEIGHT_SCALE,
        bound=answer.bound / WEIGHT_SCALE,
        gap=leveled.gap,
        status=answer.status,
        method=settings.method,
        seed=seed,
        threshold_m=instance.threshold_m,
        kind=settings.kind,
        levels=level_rows(leveled.levels),
        premises=leveled.premises,
        tolerance_share=settings.premises_tolerance_share if leveled.premises else 0.0,
        phasing=phasing,
    )


def _settled(
    instance: Instance,
    leveled: Leveled,
    rules: Sequence[Rule],
    settings: SitingSettings,
    known: Collection[str],
) -> Leveled:
    """Return the plan moved towards a known one, and its spare sites to where a second one helps.

    Neither loses anybody at any level, nor premises that were put first. Only maximal covering
    leaves sites spare.
    """
    if settings.model != "covering":
        return leveled
    find_breach = breach_finder(instance.stack, rules)
    given: dict[str, Any] = {"keeps_premises": leveled.premises is not None}
    chosen = leveled.answer.chosen
    if known and not settings.tier_weights:
        chosen = settle(instance, chosen, known, find_breach, **given)
    chosen = place_second_outlets(instance, chosen, find_breach, **given)
    return leveled.moved(instance, chosen)


def _open(instance: Instance, chosen: IntArray, settings: SitingSettings) -> Phasing:
    """Return the order in which the sites open, spare ones by whom they give a second outlet."""
    phasing = open_in_phases(
        instance.stack,
        chosen,
        settings.phases or [len(chosen)],
        lengths=settings.phase_lengths or [1.0] * max(1, len(settings.phases)),
        time_limit_s=settings.time_limit_s,
    )
    return replace(phasing, order=rank_spare_sites(instance, phasing.order))


def _check(instance: Instance, plan: SitePlan, settings: SitingSettings) -> None:
    """Refuse an answer that the raw walks do not bear out: a mistake in the program."""
    is_reached = instance.demand["demand_id"].isin(plan.assignment["demand_id"]).to_numpy()
    reached = round(float(instance.people[is_reached].sum()), 3)
    is_own = settings.model == "covering" and not (settings.tiers_m and settings.tier_weights)
    if is_own and abs(reached - plan.objective) > 0.001 * max(1, len(plan.assignment)):
        msg = f"the walks give {reached} people, the solver {plan.objective}"
        raise RuntimeError(msg)


def _refuse_breaches(plan: SitePlan, *tables: Any, **asked: Any) -> None:  # noqa: ANN401
    """Refuse a plan that breaks a rule by the tables: a mistake in the program."""
    if breaches := find_breaches(plan.sites, *tables, threshold_m=plan.threshold_m, **asked):
        msg = f"the plan breaks {breaches}"
        raise RuntimeError(msg)
