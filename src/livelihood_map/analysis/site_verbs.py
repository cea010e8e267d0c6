"""Where the next outlets belong, in one call: homes, outlets and streets in, a plan out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.analysis.asking import (
    KIND,
    WALKER,
    meet,
    of_stage,
    one_kind,
    threshold,
)
from livelihood_map.analysis.chosen_plan import Plan
from livelihood_map.analysis.given_places import read_places, take_places
from livelihood_map.analysis.measured import covered_note
from livelihood_map.analysis.on_index import with_measures
from livelihood_map.core.errors import SchemaError
from livelihood_map.core.labels import spoken_lang
from livelihood_map.core.tables import CANDIDATES, TOWNS, ZONES

if TYPE_CHECKING:
    from livelihood_map.analysis.asking import Ground
    from livelihood_map.analysis.given_places import Places, PlacesLike
    from livelihood_map.analysis.given_streets import StreetsLike
    from livelihood_map.core.settings import SitingSettings
    from livelihood_map.siting import SitePlan

SEARCH_M: Final = 3000.0


@of_stage("siting", by="settings")
def choose_sites(  # noqa: PLR0913  (what is asked, by name)
    homes: PlacesLike,
    outlets: PlacesLike,
    streets: StreetsLike = None,
    *,
    n: int = 10,
    minutes: float = 15,
    metres: float | None = None,
    people: str | None = None,
    candidates: PlacesLike | None = None,
    time_limit_s: float = 60.0,
    seed: int = 1,
    **ground: Any,  # noqa: ANN401  (kind, barriers, limit_m, crs, standard)
) -> Plan:
    """Return the `n` places that newly cover most people, with bound, status and reasons.

    It is the stage :func:`livelihood_map.siting.choose_sites`, which a call with ``settings`` (and
    its tables) reaches directly. Who is within the walk of an outlet already counts for nothing.

    Parameters
    ----------
    homes, outlets, streets, minutes, metres, people, **ground
        As for :func:`livelihood_map.measure_coverage`.
    n
        How many sites; fewer where fewer reach everyone.
    candidates
        Where an outlet could stand; when None every street that the uncovered can reach, as the few
        places on it of which none reaches less than another.
    time_limit_s
        Longest work for the solver, as the seconds that it takes on an ordinary computer.
    seed
        Seed of all random steps.

    Raises
    ------
    SchemaError, CrsError, SourceError
        When what was given cannot be used; the message names the call to make.
    InfeasibleError
        When no plan is possible.

    Examples
    --------
    >>> from livelihood_map import example_town
    >>> town = example_town()
    >>> plan = choose_sites(town.residences, town.facilities, (town.nodes, town.edges), n=1)
    >>> plan.status, plan.objective, plan.bound
    ('optimal', 50.0, 50.0)
    >>> plan.homes["is_covered_after"].tolist()
    [True, True]
    """
    from livelihood_map.core.settings import SitingSettings

    on = meet(homes, outlets, streets, **ground)
    walk = threshold(minutes, metres)
    stands = None if candidates is None else read_places(candidates, what="candidates")
    listed = None if stands is None else take_places(stands, on.network.crs, what="candidates")
    settings = SitingSettings(
        kind=KIND,
        sites_n=n,
        time_limit_s=time_limit_s,
        is_needed_only=True,
        premises_tolerance_share=0.0,
    )
    plan, coverage = _chosen(on, on.demand(people), listed, walk, settings, seed)
    return _told(on, plan, coverage, listed, people, walk)


def _chosen(
    on: Ground,
    demand: gpd.GeoDataFrame,
    listed: Places | None,
    walk: tuple[float, float],
    settings: SitingSettings,
    seed: int,
) -> tuple[SitePlan, pd.DataFrame]:
    """Return the stage's plan, and table ``coverage`` of today."""
    from livelihood_map.coverage import measure_coverage
    from livelihood_map.gaps import find_gaps
    from livelihood_map.network import join_points, measure_walks
    from livelihood_map.siting import choose_sites as choose

    (walk_m, walk_min), joins, facilities = walk, on.joined(on.require_homes()), on.facilities()
    to_street: dict[str, Any] = {"limit_m": on.limit_m, "barriers": on.barriers}
    coverage = measure_coverage(
        on.network,
        joins,
        facilities,
        standard=one_kind(on.standard, metres=walk_m, minutes=walk_min),
        kinds=[KIND],
        walkers=[WALKER],
        cutoff_m=max(SEARCH_M, walk_m),
        **to_street,
    )
    gaps = find_gaps(coverage, demand, joins, kind=KIND, threshold_m=walk_m)
    if listed is None:
        candidates = _proposed(on, demand, joins, coverage, gaps, walk_m)
    else:
        candidates = _listed(listed)
    reached = join_points(on.network, candidates, id_column="candidate_id", **to_street)
    plan = choose(
        candidates,
        demand,
        measure_walks(on.network, joins, reached, cutoff_m=walk_m),
        coverage,
        settings=settings,
        threshold_m=walk_m,
        seed=seed,
        gaps=gaps,
        facilities=facilities,
    )
    return plan, coverage


def _listed(places: Places) -> gpd.GeoDataFrame:
    """Return places as table ``candidates``."""
    points = places.points.rename(columns={"place_id": "candidate_id"})
    return CANDIDATES.conform(
        points.assign(name=places.names, source="listed", is_fixed=False, is_rejected=False)
    )


def _proposed(
    on: Ground,
    demand: gpd.GeoDataFrame,
    joins: pd.DataFrame,
    coverage: pd.DataFrame,
    gaps: pd.DataFrame,
    walk_m: float,
) -> gpd.GeoDataFrame:
    """Return the places on every street that the uncovered can reach, as table ``candidates``."""
    from livelihood_map.candidates import Asking, list_asked, propose_candidates
    from livelihood_map.core.settings import CandidateSettings
    from livelihood_map.network import StraightNetwork

    if isinstance(on.network, StraightNetwork):
        raise SchemaError("analysis.candidates_needed")
    corners = shapely.multipoints(shapely.get_coordinates(demand.geometry))
    around = shapely.convex_hull(corners).buffer(2 * walk_m)
    whole = gpd.GeoDataFrame(
        {"town_id": ["all"], "town_name": [""], "aliases": [""]}, geometry=[around], crs=demand.crs
    )
    asked = list_asked(demand, coverage, kind=KIND, walker=WALKER, within_m=[walk_m])
    return propose_candidates(
        on.facilities(),
        gaps,
        ZONES.empty(demand.crs),
        demand,
        None,
        TOWNS.conform(whole),
        kind=KIND,
        threshold_m=walk_m,
        settings=CandidateSettings(),
        asking=Asking(network=on.network, joins=joins, asked=asked),
    )


def _told(
    on: Ground,
    plan: SitePlan,
    coverage: pd.DataFrame,
    listed: Places | None,
    people: str | None,
    walk: tuple[float, float],
) -> Plan:
    """Return the plan on the index of what was given, in the CRS of the homes."""
    places = on.require_homes()
    counted = places.people(people)
    sites = plan.sites
    named = sites["candidate_id"]
    labels = sites["rank"] if listed is None else listed.labels_of(named)
    shown = gpd.GeoDataFrame(
        {
            "rank": sites["rank"],
            "name": sites["name"],
            "gained_people": sites["gained_population"],
            "cumulative_share": sites["cumulative_share"],
            "reason": sites[f"reason_{spoken_lang()}"],
        },
        geometry=sites.geometry.to_crs(places.frame.crs),
    )
    shown.index = pd.Index(
        labels.tolist(), name="rank" if listed is None else listed.frame.index.name
    )
    shown = shown.rename_axis("site") if listed is None else shown
    label_of = dict(zip(named, shown.index, strict=True))
    rows = coverage.set_index("demand_id").reindex(places.ids)
    nearest = plan.assignment.set_index("demand_id")["candidate_id"].reindex(places.ids)
    is_covered = rows["is_covered"].to_numpy(np.bool_)
    measures = pd.DataFrame(
        {
            "walk_m": rows["walk_m"].to_numpy(),
            "is_covered": is_covered,
            "is_covered_after": is_covered | nearest.notna().to_numpy(),
            "site": [label_of.get(one) for one in nearest],
        }
    )
    metres, minutes = walk
    note = covered_note(
        measures["is_covered_after"].to_numpy(), counted, metres=metres, minutes=minutes
    )
    frame = with_measures(places.frame, measures)
    return Plan(shown, on.told(frame, note, metres=metres), plan)
