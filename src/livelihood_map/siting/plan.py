"""Choose the sites: tables in, a complete plan out."""

from __future__ import annotations

import logging
from dataclasses import astuple, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from livelihood_map.core.tables import LEVELS, PLAN, SITES
from livelihood_map.siting.constraints import build_rules
from livelihood_map.siting.fitting import fit_number
from livelihood_map.siting.instance import ask, list_levels_m
from livelihood_map.siting.phases import open_in_phases
from livelihood_map.siting.second_outlets import (
    place_second_outlets,
    rank_spare_sites,
    tell_second_choices,
)
from livelihood_map.siting.site_table import Told, assign, nearest_existing, site_table
from livelihood_map.siting.solve import solve
from livelihood_map.siting.solve_levels import Level, measure_levels
from livelihood_map.siting.solver import WEIGHT_SCALE, breach_finder, forced
from livelihood_map.siting.spacing import Walked
from livelihood_map.siting.substitutes import find_substitutes
from livelihood_map.siting.tie_breaking import settle
from livelihood_map.siting.verification import find_breaches
from livelihood_map.siting.worth import aims_of, levels_of, second_choices

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    import geopandas as gpd

    from livelihood_map.core.errors import Problem
    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting.instance import Instance
    from livelihood_map.siting.phases import Phasing
    from livelihood_map.siting.solve_levels import Leveled, Premises
    from livelihood_map.siting.solver import Answer, IntArray, Status

log = logging.getLogger(__name__)


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
    seed : int
        Seed of all random steps.
    threshold_m : float
        Walk within which a site serves.
    kind : str
        Kind of the new outlets.
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
    levels_m = list_levels_m(settings, threshold_m)
    threshold_m = threshold_m if threshold_m in levels_m else levels_m[0]
    instance = ask(
        candidates,
        demand,
        walks,
        coverage,
        gaps,
        settings=settings,
        threshold_m=threshold_m,
        walker=walker,
        outlet_walks=outlet_walks,
    )
    walked = None
    if settings.rules.spacing_by == "walk":
        walked = Walked.of(candidate_walks, existing_walks)
    given: dict[str, Any] = {"towns": towns, "facilities": facilities, "walked": walked}
    fitted = fit_number(instance, settings, seed=seed, **given)
    made: dict[str, Any] = {"seed": seed, "threshold_m": threshold_m}
    made |= {"kind": settings.kind, "method": settings.method}
    if fitted is None:
        return _without_sites(instance, **made)
    settings = fitted
    rules = build_rules(instance, settings, **given)
    solved = solve(
        instance, walks, rules, settings, threshold_m=threshold_m, seed=seed, towns=towns, held=held
    )
    leveled, find_breach = solved.leveled, breach_finder(instance.stack, solved.rules)
    if settings.model == "set_cover":
        settings = replace(settings, sites_n=len(leveled.answer.chosen))
    if settings.model == "covering":
        leveled = _settled(instance, leveled, settings, known, find_breach)
    answer = leveled.answer
    _, barred = forced(solved.rules, instance.problem.candidate_n)
    levels = levels_of(instance, walks, settings, threshold_m)
    told = Told(
        levels=levels,
        aims=aims_of(instance, walks, settings, levels, barred),
        second=second_choices(instance, threshold_m),
        rivals=(),
        near=nearest_existing(instance.candidates, facilities, existing_walks, settings.kind),
        weights=settings.weights,
        zone_names={} if zones is None else dict(zip(zones["zone_id"], zones["name"], strict=True)),
        brought=pd.DataFrame(),
        between=candidate_walks,
    )
    sites, phasing = _ranked(instance, leveled, settings, told, find_breach)
    assignment = assign(instance, sites)
    _check(instance, answer, assignment, settings)
    breaches = find_breaches(
        sites,
        candidates,
        demand,
        walks,
        coverage,
        settings=settings,
        threshold_m=threshold_m,
        walker=walker,
        **given,
    )
    if breaches:
        msg = f"the plan breaks {breaches}"
        raise RuntimeError(msg)
    log.info(
        "choose_sites: %d candidates in, %d sites out, %s, %s, gap %.4f %%",
        len(candidates),
        len(sites),
        settings.method,
        answer.status,
        answer.gap * 100,
    )
    return SitePlan(
        sites=sites,
        assignment=assignment,
        objective=answer.objective / WEIGHT_SCALE,
        bound=answer.bound / WEIGHT_SCALE,
        gap=leveled.gap,
        status=answer.status,
        phasing=phasing if settings.phases else None,
        levels=_level_rows(leveled.levels),
        premises=leveled.premises,
        tolerance_share=settings.premises_tolerance_share if leveled.premises else 0.0,
        **made,
    )


def _without_sites(instance: Instance, **made: Any) -> SitePlan:  # noqa: ANN401  (of the plan)
    """Return the plan without a site: there is nowhere to choose from, or nobody to choose for."""
    none = np.empty(0, dtype=np.int64)
    levels = [replace(one, bound=0.0, status="optimal") for one in measure_levels(instance, none)]
    sites = SITES.empty(instance.demand.crs)
    return SitePlan(
        sites=sites,
        assignment=assign(instance, sites),
        objective=0.0,
        bound=0.0,
        gap=0.0,
        status="optimal",
        levels=_level_rows(levels),
        **made,
    )


def _level_rows(levels: Sequence[Level]) -> pd.DataFrame:
    """Return levels as rows, numbers missing that are not known."""
    names = [*(one.name for one in fields(Level)), "gap_share"]
    return pd.DataFrame([(*astuple(one), one.gap) for one in levels], columns=names)


def _settled(
    instance: Instance,
    leveled: Leveled,
    settings: SitingSettings,
    known: Collection[str],
    find_breach: Callable[[IntArray], Problem | None],
) -> Leveled:
    """Return the plan moved towards a known one, and its spare sites to where a second one helps.

    Neither loses anybody at any level, nor premises that were put first.
    """
    given: dict[str, Any] = {"keeps_premises": leveled.premises is not None}
    chosen = leveled.answer.chosen
    if known and not settings.tier_weights:
        chosen = settle(instance, chosen, known, find_breach, **given)
    chosen = place_second_outlets(instance, chosen, find_breach, **given)
    return leveled.moved(instance, chosen)


def _ranked(
    instance: Instance,
    leveled: Leveled,
    settings: SitingSettings,
    told: Told,
    find_breach: Callable[[IntArray], Problem | None],
) -> tuple[gpd.GeoDataFrame, Phasing]:
    """Return the sites in the order of opening, each with its reason, and how sure the order is."""
    phasing = open_in_phases(
        instance.stack,
        leveled.answer.chosen,
        settings.phases or [len(leveled.answer.chosen)],
        lengths=settings.phase_lengths or [1.0] * max(1, len(settings.phases)),
        time_limit_s=settings.time_limit_s,
    )
    order = rank_spare_sites(instance, phasing.order)
    brought = tell_second_choices(instance, order, has_spare=settings.model == "covering")
    rivals = find_substitutes(
        told.aims,
        order,
        instance.candidates,
        banned=instance.banned,
        find_breach=find_breach,
        is_spare=brought["is_second"].to_numpy(dtype=np.bool_),
        spare_aim=told.second,
        is_strict=settings.model == "set_cover",
        keeps_premises=leveled.premises is not None,
    )
    told = replace(told, rivals=rivals, brought=brought)
    sites = site_table(instance, order, told)
    if settings.phases:
        sites["phase"] = phasing.phase
    return sites, phasing


def _check(
    instance: Instance, answer: Answer, assignment: pd.DataFrame, settings: SitingSettings
) -> None:
    """Refuse an answer that the raw walks do not bear out: a mistake in the program."""
    is_reached = instance.demand["demand_id"].isin(assignment["demand_id"]).to_numpy()
    reached = round(float(instance.people[is_reached].sum()), 3)
    claimed = answer.objective / WEIGHT_SCALE
    is_own = settings.model == "covering" and not (settings.tiers_m and settings.tier_weights)
    if is_own and abs(reached - claimed) > 0.001 * max(1, len(assignment)):
        msg = f"the walks give {reached} people, the solver {claimed}"
        raise RuntimeError(msg)
