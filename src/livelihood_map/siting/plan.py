"""Choose the sites: tables in, a complete plan out."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from livelihood_map.core.errors import InfeasibleError
from livelihood_map.core.tables import PLAN, SITES
from livelihood_map.core.units import round_mm
from livelihood_map.siting._bound import find_bound
from livelihood_map.siting._greedy import choose_greedily, improve_by_swaps
from livelihood_map.siting._presolve import shrink
from livelihood_map.siting._problem import WEIGHT_SCALE, build_problem, scale_weights
from livelihood_map.siting.clustering import choose_by_clusters
from livelihood_map.siting.exact import Answer, close_bound, solve_covering
from livelihood_map.siting.explain import SiteFacts, write_reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from livelihood_map.core.settings import Group, SitingSettings
    from livelihood_map.siting._problem import BoolArray, CoverProblem, FloatArray, IntArray
    from livelihood_map.siting.exact import Status

log = logging.getLogger(__name__)

SWAP_STEPS: Final = 300_000
BOUND_ROUNDS: Final = 1000


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
        Weighted people newly covered by the sites together.
    bound : float
        No plan of this size covers more.
    gap : float
        (bound - objective) / objective; 0 when proved.
    status : str
        ``optimal`` only with a proof, otherwise ``feasible`` or ``time_limit``.
    method : str
        ``cluster``, ``greedy`` or ``optimal``.
    seed : int
        Seed of all random steps.
    threshold_m : float
        Walk within which a site serves.
    kind : str
        Kind of the new outlets.
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
            "seed": self.seed,
        }
        return PLAN.conform(pd.DataFrame([row]))


@dataclass(frozen=True)
class _Question:
    """The tables as arrays; position k of a table is row k."""

    problem: CoverProblem
    candidates: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    near: pd.DataFrame
    is_served: BoolArray
    fixed: IntArray
    banned: BoolArray
    zone_of: IntArray
    zone_ids: list[str]


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
    facilities: gpd.GeoDataFrame | None = None,
    existing_walks: pd.DataFrame | None = None,
    walker: str = "standard",
) -> SitePlan:
    """Return the plan: exactly ``settings.sites_n`` sites, ranked by people newly covered.

    Existing outlets are respected: who is within the threshold of one already counts for nothing.
    A site serves the demand points with a walk of at most the threshold (metres, rounded to 1 mm).

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
    facilities : GeoDataFrame, optional
        Facilities, for the nearest existing outlet of each site.
    existing_walks : DataFrame, optional
        Walks from candidates to their nearest existing outlet; straight lines without it.
    walker : str
        Walker of the standard.

    Raises
    ------
    InfeasibleError
        When fewer candidates can be used than sites are wanted, or more are fixed.
    SchemaError
        When the sites break the table's schema.
    """
    question = _ask(
        candidates,
        demand,
        walks,
        coverage,
        gaps,
        settings=settings,
        threshold_m=threshold_m,
        walker=walker,
    )
    _check_number(question, settings.sites_n)
    answer = _solve(question, settings, seed)
    ranked = choose_greedily(
        question.problem,
        settings.sites_n,
        banned=~np.isin(np.arange(question.problem.candidate_n), answer.chosen),
    )
    near = _nearest_existing(question.candidates, facilities, existing_walks, settings.kind)
    sites = _site_table(question, ranked, near, threshold_m)
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
        assignment=_assign(question, sites),
        objective=answer.objective / WEIGHT_SCALE,
        bound=answer.bound / WEIGHT_SCALE,
        gap=answer.gap,
        status=answer.status,
        method=settings.method,
        seed=seed,
        threshold_m=threshold_m,
        kind=settings.kind,
    )


def people_of(demand: gpd.GeoDataFrame, weights: Mapping[Group, float]) -> FloatArray:
    """Return the weighted people of every demand point.

    Parameters
    ----------
    demand : GeoDataFrame
        Demand points.
    weights : dict
        Weight of each of population, workers, elderly_n; residents alone when empty. Missing
        figures count 0.

    Raises
    ------
    KeyError
        When a group is not a column of `demand`.
    """
    people = np.zeros(len(demand))
    for group, weight in sorted((weights or {"population": 1.0}).items()):
        people += weight * demand[group].fillna(0.0).to_numpy(dtype=np.float64)
    return people


def _ask(
    candidates: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    walks: pd.DataFrame,
    coverage: pd.DataFrame,
    gaps: pd.DataFrame | None,
    *,
    settings: SitingSettings,
    threshold_m: float,
    walker: str,
) -> _Question:
    """Return the question in arrays, tables sorted by id so that row order changes nothing."""
    places = candidates.sort_values("candidate_id", ignore_index=True)
    points = demand.sort_values("demand_id", ignore_index=True)
    own = coverage[(coverage["kind"] == settings.kind) & (coverage["walker"] == walker)]
    walk = points["demand_id"].map(own.set_index("demand_id")["walk_m"]).astype("float64")
    is_served = (walk <= threshold_m).to_numpy()
    near = walks[round_mm(walks["walk_m"]) <= threshold_m]
    rows = pd.Index(points["demand_id"]).get_indexer(pd.Index(near["origin_id"]))
    columns = pd.Index(places["candidate_id"]).get_indexer(pd.Index(near["dest_id"]))
    known = (rows >= 0) & (columns >= 0)
    people = np.where(is_served, 0.0, people_of(points, settings.weights))
    problem = build_problem(
        rows[known], columns[known], scale_weights(people), candidate_n=len(places)
    )
    zone_of, zone_ids = _zones_of(points, gaps, settings.kind)
    return _Question(
        problem=problem,
        candidates=places,
        demand=points,
        near=near[known],
        is_served=is_served,
        fixed=np.flatnonzero(places["is_fixed"]).astype(np.int64),
        banned=places["is_rejected"].to_numpy(dtype=np.bool_),
        zone_of=zone_of,
        zone_ids=zone_ids,
    )


def _zones_of(
    demand: gpd.GeoDataFrame, gaps: pd.DataFrame | None, kind: str
) -> tuple[IntArray, list[str]]:
    """Return the zone number of every demand point (-1 for none) and the zones' ids."""
    if gaps is None:
        return np.full(len(demand), -1, dtype=np.int64), []
    own = gaps[(gaps["kind"] == kind) & gaps["zone_id"].notna()]
    ids = sorted(own["zone_id"].unique())
    number = {zone_id: k for k, zone_id in enumerate(ids)}
    zone = demand["demand_id"].map(own.set_index("demand_id")["zone_id"]).map(number)
    return zone.fillna(-1).to_numpy(dtype=np.int64), ids


def _check_number(question: _Question, site_n: int) -> None:
    """Refuse a number of sites that the candidates cannot give."""
    usable = int(np.count_nonzero(~question.banned))
    if usable < site_n:
        raise InfeasibleError(
            "siting.too_few_candidates",
            sites_n=site_n,
            usable_n=usable,
            total_n=len(question.banned),
            rejected_n=len(question.banned) - usable,
        )
    if len(question.fixed) > site_n:
        raise InfeasibleError("siting.too_many_fixed", sites_n=site_n, fixed_n=len(question.fixed))


def _solve(question: _Question, settings: SitingSettings, seed: int) -> Answer:
    """Return the answer of the method that the settings name."""
    problem, site_n = question.problem, settings.sites_n
    fixed, banned = question.fixed, question.banned
    greedy = choose_greedily(problem, site_n, fixed=fixed, banned=banned)
    if settings.method == "greedy":
        better = improve_by_swaps(
            problem, greedy, seed=seed, step_n=SWAP_STEPS, fixed=fixed, banned=banned
        )
        return _with_bound(problem, better, fixed, banned)
    clusters = choose_by_clusters(
        problem,
        site_n,
        zone_of=question.zone_of,
        demand_xy=shapely.get_coordinates(question.demand.geometry.to_numpy()),
        candidate_xy=shapely.get_coordinates(question.candidates.geometry.to_numpy()),
        fixed=fixed,
        banned=banned,
        seed=seed,
    )
    if settings.method == "cluster":
        return _with_bound(problem, clusters, fixed, banned)
    return solve_covering(
        problem,
        site_n,
        fixed=fixed,
        banned=banned,
        starts=[greedy, clusters],
        seed=seed,
        time_limit_s=settings.time_limit_s,
    )


def _with_bound(
    problem: CoverProblem, chosen: IntArray, fixed: IntArray, banned: BoolArray
) -> Answer:
    """Return a heuristic choice with a Lagrangian bound; optimal only when the two meet."""
    objective = problem.objective(chosen)
    is_covered = problem.counts(fixed) > 0
    base = int(problem.weights[is_covered].sum())
    out = banned.copy()
    out[fixed] = True
    small = shrink(problem.without(is_covered), banned=out).problem
    free_n = len(chosen) - len(fixed)
    target = max(objective - base, 0)
    bound = find_bound(small, free_n, target=target, round_n=BOUND_ROUNDS).value
    bound = base + close_bound(target, bound)
    gap_closed = bound == objective
    return Answer(np.sort(chosen), objective, bound, "optimal" if gap_closed else "feasible")


def _nearest_existing(
    candidates: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame | None,
    existing_walks: pd.DataFrame | None,
    kind: str,
) -> pd.DataFrame:
    """Return distance, name and way of measuring to each candidate's nearest existing outlet."""
    table = pd.DataFrame({"nearest_m": np.nan, "name": ""}, index=candidates["candidate_id"])
    table["is_straight"] = existing_walks is None
    if facilities is None:
        return table
    own = facilities[(facilities["kind"] == kind) & (facilities["status"] == "operating")]
    own = own.sort_values("facility_id", ignore_index=True)
    if existing_walks is not None:
        first = existing_walks.sort_values(["walk_m", "dest_id"]).drop_duplicates("origin_id")
        first = first.set_index("origin_id").reindex(table.index)
        names = first["dest_id"].map(own.set_index("facility_id")["name"])
        return table.assign(nearest_m=first["walk_m"], name=names.fillna(""))
    if len(own):
        tree = cKDTree(shapely.get_coordinates(own.geometry.to_numpy()))
        metres, row = tree.query(shapely.get_coordinates(candidates.geometry.to_numpy()))
        table["nearest_m"] = round_mm(metres)
        table["name"] = own["name"].to_numpy()[row]
    return table


def _site_table(
    question: _Question, ranked: IntArray, near: pd.DataFrame, threshold_m: float
) -> gpd.GeoDataFrame:
    """Return the sites table of the chosen candidates in rank order."""
    demand, problem = question.demand, question.problem
    population = demand["population"].to_numpy(dtype=np.float64)
    covered = float(population[question.is_served].sum())
    total = float(population.sum())
    is_covered = question.is_served.copy()
    rows: list[dict[str, Any]] = []
    for rank, position in enumerate(ranked, start=1):
        place = question.candidates.iloc[int(position)]
        new = problem.covered_by(int(position))
        new = new[~is_covered[new]]
        is_covered[new] = True
        gained = float(population[new].sum())
        covered += gained
        nearest = near.loc[place["candidate_id"]]
        facts = SiteFacts(
            people=float(problem.weights[new].sum()) / WEIGHT_SCALE,
            places=_place_names(demand.iloc[new], problem.weights[new]),
            threshold_m=threshold_m,
            nearest_m=None if np.isnan(nearest["nearest_m"]) else float(nearest["nearest_m"]),
            nearest_name=str(nearest["name"]),
            is_straight=bool(nearest["is_straight"]),
            is_fixed=bool(place["is_fixed"]),
        )
        rows.append(
            {
                "rank": rank,
                "candidate_id": place["candidate_id"],
                "town_id": place["town_id"],
                "name": place["name"],
                "source": place["source"],
                "host_kind": place["host_kind"],
                "zone_id": _zone_served(question, int(position), new),
                "gained_population": round(gained, 3),
                "gained_share": gained / total if total else None,
                "cumulative_share": min(covered / total, 1.0) if total else None,
                "nearest_existing_m": facts.nearest_m,
                "reason_zh": write_reason(facts, "zh"),
                "reason_en": write_reason(facts, "en"),
                "gained_weight": facts.people,
                "gained_workers": float(demand["workers"].iloc[new].sum()),
                "geometry": place["geometry"],
            }
        )
    table = gpd.GeoDataFrame(rows, geometry="geometry", crs=demand.crs)
    return SITES.conform(table.astype(dict.fromkeys(("town_id", "host_kind", "zone_id"), "str")))


def _zone_served(question: _Question, position: int, new: NDArray[np.integer]) -> str | None:
    """Return the zone in which a site serves most people, of all it reaches when none is new."""
    rows: NDArray[np.integer] = new if len(new) else question.problem.covered_by(position)
    zones = question.zone_of[rows]
    if not np.any(zones >= 0):
        return None
    weights = question.problem.weights[rows] + 1
    by_zone = np.bincount(zones[zones >= 0], weights=weights[zones >= 0])
    return question.zone_ids[int(np.argmax(by_zone))]


def _place_names(demand: gpd.GeoDataFrame, weights: IntArray) -> list[str]:
    """Return the names of demand points, most people first, each once."""
    people = pd.Series(weights, index=demand["name"].fillna("").astype(str)).groupby(level=0).sum()
    people = people[(people.index != "") & (people > 0)]
    order = np.lexsort((people.index.to_numpy(dtype=str), -people.to_numpy()))
    return [str(name) for name in people.index[order]]


def _assign(question: _Question, sites: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the nearest site of every demand point newly covered."""
    rank = sites.set_index("candidate_id")["rank"]
    served = set(question.demand.loc[question.is_served, "demand_id"])
    pairs = question.near[question.near["dest_id"].isin(rank.index)]
    pairs = pairs[~pairs["origin_id"].isin(served)]
    pairs = pairs.assign(rank=pairs["dest_id"].map(rank))
    first = pairs.sort_values(["origin_id", "walk_m", "rank"]).drop_duplicates("origin_id")
    renamed = first.rename(columns={"origin_id": "demand_id", "dest_id": "candidate_id"})
    return renamed[["demand_id", "candidate_id", "walk_m"]].reset_index(drop=True)
