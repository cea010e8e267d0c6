"""The walking network of a run as bytes that a page can carry and walk on by the same rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.hours import is_within_hours
from livelihood_map.core.units import MM_PER_M
from livelihood_map.coverage import measure_reach
from livelihood_map.mapping.payload import clean_text
from livelihood_map.mapping.walk_columns import Columns, fit_projection
from livelihood_map.network.editing import SAME_M, SNAP_M
from livelihood_map.network.entrances import WALL
from livelihood_map.network.snapping import OFF_NETWORK_M
from livelihood_map.network.walk_network import MAIN_PART_M
from livelihood_map.network.walking_kernels import TICKS_PER_M, TICKS_PER_MM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from livelihood_map.core.arrays import Floats, Longs
    from livelihood_map.core.people import Group
    from livelihood_map.core.standards import PlanningStandard, Walker
    from livelihood_map.network import WalkNetwork, WalkOptions

MAX_EDGES_N: Final = 120_000
"""Most edges that a page carries. On the demonstration district (50,138) they take 0.8 MB of the
page and a path added 0.07 s of processor time; both grow with the edges. Above it no page carries
any, and the planner's page shows what it showed before."""
PEOPLE_PARTS: Final = 1000
"""Parts of a person in which people are weighed, those of the siting."""
CROWDS: Final = ("population", "workers", "passengers")


@dataclass(frozen=True, kw_only=True)
class SitingTold:
    """What a site is chosen by.

    Parameters
    ----------
    candidates
        The candidates that can be used.
    premises
        Sources of candidates that are premises which exist.
    levels_m
        Walks within which people count, metres, the one that goes first first.
    weights, people
        Weight of each group of people, and weighted people by demand_id.
    tolerance_share
        What premises that exist may cost.
    has_rules
        Whether the office has rules besides, which a single place does not know.
    """

    candidates: gpd.GeoDataFrame
    premises: Sequence[str]
    levels_m: Sequence[float]
    weights: Mapping[Group, float]
    people: pd.Series[float]
    tolerance_share: float
    has_rules: bool


@dataclass(frozen=True, kw_only=True)
class WalkTables:
    """What a page needs to walk as the run has walked.

    Parameters
    ----------
    network
        Streets.
    demand, gates
        Tables of the run.
    outlets
        The facilities that count, as `select_facilities` gives them.
    sites
        Suggested sites, None where there are none.
    site_kind
        Kind of the sites.
    options
        How the run has joined places to the streets.
    start
        ``gate`` or ``dwelling``.
    homes, facilities
        Ids of compounds and facilities in the order in which the page shows them.
    towns
        Ids of the towns in that order.
    mark
        Mark of the run.
    siting
        What a site is chosen by; None where nothing is sited.
    """

    network: WalkNetwork
    demand: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    outlets: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame | None
    site_kind: str
    options: WalkOptions
    start: str
    homes: Sequence[str]
    facilities: Sequence[str]
    towns: Sequence[str]
    mark: str = ""
    siting: SitingTold | None = None


def pack_walks(
    told: WalkTables,
    *,
    standard: PlanningStandard,
    kinds: Sequence[str],
    walker: Walker,
    cutoff_m: float,
) -> bytes | None:
    """Return the walking network, the demand and the outlets of a run as bytes for a page.

    Parameters
    ----------
    told
        Tables of the run, all in the CRS of the network.
    standard
        Planning standard of the run.
    kinds
        Kinds that were measured.
    walker
        The first walker of the settings.
    cutoff_m
        How far the nearest outlet is searched for, metres.

    Returns
    -------
    bytes or None
        None where a page cannot walk as the engine does: this walker's speed counts (slopes,
        waits, steps), or the streets have more than `MAX_EDGES_N` edges.

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    KeyError
        When a table lacks a column.
    """
    network = told.network
    if walker.mode != "distance" or walker.avoids_steps or network.edges_n > MAX_EDGES_N:
        return None
    columns = Columns(network.crs, fit_projection(network.crs, network.edges.geometry))
    kinds = [*kinds, *({told.site_kind} - set(kinds) if told.sites is not None else ())]
    _keep_streets(columns, network)
    barrier_kinds = _keep_barriers(columns, told)
    people = _keep_demand(columns, told)
    _keep_gates(columns, told)
    outlets = _keep_outlets(columns, told, kinds)
    _keep_inner(columns, told, outlets)
    siting = _keep_candidates(columns, told)
    return columns.packed(
        {
            "rules": _rules(told),
            "kinds": [_kind(standard, kind, walker, cutoff_m) for kind in kinds],
            "barrier_kinds": barrier_kinds,
            "towns": list(told.towns),
            "people": people,
            "outlet_ids": outlets + _site_ids(told.sites),
            "home_ids": list(told.homes),
            "mark": told.mark,
            **siting,
        }
    )


def _rules(told: WalkTables) -> dict[str, Any]:
    """Return the figures of the walking rules."""
    barriers = told.options.barriers
    return {
        "ticks_per_m": TICKS_PER_M,
        "ticks_per_mm": TICKS_PER_MM,
        "limit_m": told.options.limit_m,
        "off_network_m": OFF_NETWORK_M,
        "main_part_m": MAIN_PART_M,
        "snap_m": SNAP_M,
        "same_m": SAME_M,
        "start": told.start,
        "are_walled": bool(barriers is not None and (barriers["kind"] == WALL).any()),
    }


def _kind(standard: PlanningStandard, kind: str, walker: Walker, cutoff_m: float) -> dict[str, Any]:
    """Return how a kind is measured."""
    row = standard.kind(kind)
    reach = measure_reach(row, walker)
    return {
        "id": kind,
        "threshold_m": float(reach.threshold_m),
        "target_m": float(row.aim_m),
        "crowds": list(row.crowds),
        "cutoff_m": float(max(cutoff_m, reach.threshold_m, *reach.limits_m)),
    }


def _keep_streets(columns: Columns, network: WalkNetwork) -> None:
    """Keep nodes and edges in the network's order, which decides between equals."""
    columns.keep_places("node", shapely.get_coordinates(network.nodes.geometry.to_numpy()))
    low, high = network.ends.min(axis=1), network.ends.max(axis=1)
    columns.keep_rising("edge.low", low)
    columns.keep("edge.apart", high - low)
    is_turned = network.ends[:, 0] > network.ends[:, 1]
    flags = is_turned + 2 * network.is_private + 4 * network.is_pass
    columns.keep("edge.flags", flags.astype(np.int64))
    columns.keep("edge.key", network.edges["key"])
    vertices, first = network.vertices
    sizes = np.diff(first)
    columns.keep("edge.inner", sizes - 2)
    owner = np.repeat(np.arange(network.edges_n), sizes)
    is_inner = np.ones(len(vertices), np.bool_)
    is_inner[first[:-1]] = is_inner[first[1:] - 1] = False
    columns.keep_places("line", vertices, kept=is_inner)
    steps = np.sqrt((np.diff(vertices, axis=0) ** 2).sum(axis=1))
    steps[np.diff(owner) > 0] = 0.0
    length_m = np.bincount(owner[:-1], weights=steps, minlength=network.edges_n)
    columns.keep("edge.ticks", network.ticks - np.rint(length_m * TICKS_PER_M).astype(np.int64))


def _keep_barriers(columns: Columns, told: WalkTables) -> list[str]:
    """Keep what nobody steps across as lines; return the kinds."""
    barriers = told.options.barriers
    if barriers is None or barriers.empty:
        barriers = gpd.GeoDataFrame({"barrier_id": [], "kind": []}, geometry=[], crs=columns.crs)
    shapes = barriers.geometry.to_numpy().copy()
    is_area = shapely.get_dimensions(shapes) == shapely.GeometryType.LINEARRING
    shapes[is_area] = shapely.boundary(shapes[is_area])
    lines, owner = shapely.get_parts(shapes, return_index=True)
    kinds = sorted(set(barriers["kind"]))
    rows = barriers.iloc[owner]
    number = pd.Index(told.homes).get_indexer(pd.Index(rows["barrier_id"].astype("object")))
    columns.keep("barrier.kind", pd.Index(kinds).get_indexer(pd.Index(rows["kind"])))
    columns.keep("barrier.home", np.where(rows["kind"] == WALL, number, -1))
    columns.keep("barrier.size", shapely.get_num_coordinates(lines))
    columns.keep_places("barrier", shapely.get_coordinates(lines))
    return kinds


def _keep_demand(columns: Columns, told: WalkTables) -> dict[str, list[float]]:
    """Keep the demand points by id; return who is counted there."""
    demand = told.demand.sort_values("demand_id", kind="stable")
    columns.keep_places("demand", shapely.get_coordinates(demand.geometry.to_numpy()))
    columns.keep("demand.home", _rows(told.homes, demand["residence_id"]))
    columns.keep("demand.town", _rows(told.towns, demand["town_id"]))
    return {name: demand[name].fillna(0.0).tolist() for name in CROWDS}


def _rows(ids: Sequence[str], wanted: pd.Series[Any]) -> Longs:
    """Return the place of each id in a list, -1 for a missing or unknown one."""
    place = pd.Series(np.arange(len(ids)), index=pd.Index(ids, dtype="object"))
    return np.asarray(place.reindex(wanted.astype("object")).fillna(-1), np.int64)


def _keep_gates(columns: Columns, told: WalkTables) -> None:
    """Keep the gates by id, those without a compound of the page left out."""
    gates = told.gates.sort_values("gate_id", kind="stable")
    at = told.options.at
    in_hours = np.ones(len(gates), np.int64)
    if at is not None:
        in_hours = np.array(is_within_hours(gates["hours"].tolist(), at), np.int64)
    columns.keep_places("gate", shapely.get_coordinates(gates.geometry.to_numpy()))
    columns.keep("gate.home", _rows(told.homes, gates["residence_id"]))
    columns.keep("gate.open", gates["is_open"].astype(np.int64))
    columns.keep("gate.in_hours", in_hours)


def _keep_outlets(columns: Columns, told: WalkTables, kinds: Sequence[str]) -> list[str]:
    """Keep the outlets by id, the sites behind them; return the ids of the outlets."""
    outlets = told.outlets[told.outlets["kind"].isin(kinds)]
    outlets = outlets.sort_values("facility_id", kind="stable")
    ids: list[str] = outlets["facility_id"].tolist()
    own = told.options.own
    inner = outlets["facility_id"].isin([] if own is None else own["facility_id"])
    metres = shapely.get_coordinates(outlets.geometry.to_numpy())
    kind = pd.Index(kinds).get_indexer(pd.Index(outlets["kind"]))
    row = _rows(told.facilities, outlets["facility_id"])
    sites_n = 0 if told.sites is None else len(told.sites)
    if told.sites is not None and sites_n:
        sites = told.sites.sort_values("rank", kind="stable")
        metres = np.concatenate([metres, shapely.get_coordinates(sites.geometry.to_numpy())])
        kind = np.concatenate([kind, np.full(sites_n, list(kinds).index(told.site_kind))])
        row = np.concatenate([row, sites["rank"].to_numpy(np.int64)])
    columns.keep_places("outlet", _shaped(metres))
    columns.keep("outlet.kind", kind)
    columns.keep("outlet.row", row)
    columns.keep("outlet.site", np.repeat([0, 1], [len(ids), sites_n]))
    columns.keep("outlet.inner", np.concatenate([inner, np.zeros(sites_n)]).astype(np.int64))
    return ids


def _keep_candidates(columns: Columns, told: WalkTables) -> dict[str, Any]:
    """Keep the candidates by id, and whom they are chosen for; return what the header tells."""
    siting, points = told.siting, sorted(told.demand["demand_id"])
    people, candidates = np.zeros(len(points)), told.demand.iloc[:0]
    if siting is not None:
        candidates = siting.candidates.sort_values("candidate_id", kind="stable")
        people = siting.people.reindex(points).fillna(0.0).to_numpy(np.float64)
    metres = shapely.get_coordinates(candidates.geometry.to_numpy())
    premises = [] if siting is None else candidates["source"].isin(siting.premises)
    columns.keep_places("candidate", metres)
    columns.keep("candidate.premises", np.asarray(premises, np.int64))
    columns.keep("demand.weight", np.rint(people * PEOPLE_PARTS))
    return {
        "candidate_ids": [] if siting is None else candidates["candidate_id"].tolist(),
        "candidate_names": []
        if siting is None
        else [clean_text(one) for one in candidates["name"]],
        "siting": siting
        and {
            "kind": told.site_kind,
            "levels_m": [float(metres) for metres in siting.levels_m],
            "tolerance_share": siting.tolerance_share,
            "has_rules": siting.has_rules,
        },
    }


def _site_ids(sites: gpd.GeoDataFrame | None) -> list[str]:
    """Return the ids of the candidates that sites are, by rank."""
    if sites is None:
        return []
    return [str(one) for one in sites.sort_values("rank", kind="stable")["candidate_id"]]


def _shaped(metres: Floats) -> Floats:
    """Return coordinates in two columns, also where there are none."""
    return metres.reshape(-1, 2)


def _keep_inner(columns: Columns, told: WalkTables, outlets: Sequence[str]) -> None:
    """Keep who goes to outlets that serve the residents of their compound alone."""
    own = told.options.own
    pairs: Mapping[str, Any] = {"facility_id": [], "demand_id": [], "walk_m": []}
    frame = pd.DataFrame(pairs) if own is None else own.dropna(subset="demand_id")
    points = sorted(told.demand["demand_id"])
    outlet, demand = _rows(outlets, frame["facility_id"]), _rows(points, frame["demand_id"])
    is_known = (outlet >= 0) & (demand >= 0)
    walk_mm = np.rint(frame["walk_m"].to_numpy(np.float64) * MM_PER_M).astype(np.int64)
    columns.keep("inner.outlet", outlet[is_known])
    columns.keep("inner.demand", demand[is_known])
    columns.keep("inner.mm", walk_mm[is_known])
