"""The walking network of a run as bytes that a page can carry and walk on by the same rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.hours import is_within_hours
from livelihood_map.coverage import measure_reach
from livelihood_map.mapping.walk_columns import Columns, fit_projection
from livelihood_map.mapping.walk_cut import AROUND_M
from livelihood_map.mapping.walk_outlets import (
    keep_candidates,
    keep_inner,
    keep_outlets,
    name_unshown,
    rows_of,
    site_ids,
)
from livelihood_map.network.editing import SAME_M, SNAP_M
from livelihood_map.network.entrances import WALL
from livelihood_map.network.snapping import OFF_NETWORK_M
from livelihood_map.network.walk_network import MAIN_PART_M
from livelihood_map.network.walking_kernels import TICKS_PER_M, TICKS_PER_MM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.standards import PlanningStandard, Walker
    from livelihood_map.mapping.walk_streets import Box, WalkStreets
    from livelihood_map.mapping.walk_tables import WalkTables

CROWDS: Final = ("population", "workers", "passengers")


def pack_walks(
    told: WalkTables,
    *,
    standard: PlanningStandard,
    kinds: Sequence[str],
    walker: Walker,
    cutoff_m: float,
) -> bytes:
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
        The first walker of the settings, of whom distances count.
    cutoff_m
        How far the nearest outlet is searched for, metres.

    Returns
    -------
    bytes
        The whole, or where tables were cut to a town, that town.

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    KeyError
        When a table lacks a column.
    """
    streets = told.streets
    columns = Columns(streets.crs, fit_projection(streets.crs, _extent_of(told)))
    kinds = _kinds_told(told, kinds)
    _keep_streets(columns, streets)
    barrier_kinds = _keep_barriers(columns, told)
    people = _keep_demand(columns, told)
    _keep_gates(columns, told)
    outlets = keep_outlets(columns, told, kinds)
    keep_inner(columns, told, outlets)
    siting = keep_candidates(columns, told)
    return columns.packed(
        {
            "rules": _rules(told),
            "kinds": [_kind(standard, kind, walker, cutoff_m) for kind in kinds],
            "barrier_kinds": barrier_kinds,
            "towns": list(told.towns),
            "people": people,
            "outlet_ids": outlets + site_ids(told.sites),
            "outlet_names": name_unshown(told, outlets),
            "home_ids": list(told.homes),
            "mark": told.mark,
            **siting,
        }
    )


def farthest_m(
    told: WalkTables,
    *,
    standard: PlanningStandard,
    kinds: Sequence[str],
    walker: Walker,
    cutoff_m: float,
) -> float:
    """Return the longest walk that is searched for on a page, metres.

    Parameters
    ----------
    told, standard, kinds, walker, cutoff_m
        As for `pack_walks`.

    Raises
    ------
    StandardError
        When the standard lacks a kind.
    """
    asked = [_kind(standard, kind, walker, cutoff_m) for kind in _kinds_told(told, kinds)]
    return max([cutoff_m, *(float(one["cutoff_m"]) for one in asked)])


def _kinds_told(told: WalkTables, kinds: Sequence[str]) -> list[str]:
    """Return the kinds that were measured, with that of the sites."""
    return [*kinds, *({told.site_kind} - set(kinds) if told.sites is not None else ())]


def _extent_of(told: WalkTables) -> Box:
    """Return the box around the streets."""
    west, south = told.streets.vertices.min(axis=0)
    east, north = told.streets.vertices.max(axis=0)
    return float(west), float(south), float(east), float(north)


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
        "curve": list(told.streets.curve),
        "ties": [list(tie) for tie in told.streets.ties],
        "elsewhere_m": told.streets.elsewhere_m,
        "extent": told.extent,
        "around_m": AROUND_M,
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


def _keep_streets(columns: Columns, streets: WalkStreets) -> None:
    """Keep nodes and edges in the network's order, which decides between equals."""
    columns.keep_places("node", streets.places)
    low, high = streets.ends.min(axis=1), streets.ends.max(axis=1)
    columns.keep_rising("edge.low", low)
    columns.keep("edge.apart", high - low)
    is_turned = streets.ends[:, 0] > streets.ends[:, 1]
    flags = is_turned + 2 * streets.is_private + 4 * streets.is_pass
    columns.keep("edge.flags", flags.astype(np.int64))
    columns.keep("edge.key", streets.key)
    vertices, first = streets.vertices, streets.first
    sizes = np.diff(first)
    columns.keep("edge.inner", sizes - 2)
    owner = np.repeat(np.arange(streets.edges_n), sizes)
    is_inner = np.ones(len(vertices), np.bool_)
    is_inner[first[:-1]] = is_inner[first[1:] - 1] = False
    columns.keep_places("line", vertices, kept=is_inner)
    steps = np.sqrt((np.diff(vertices, axis=0) ** 2).sum(axis=1))
    steps[np.diff(owner) > 0] = 0.0
    length_m = np.bincount(owner[:-1], weights=steps, minlength=streets.edges_n)
    columns.keep("edge.ticks", streets.ticks - np.rint(length_m * TICKS_PER_M).astype(np.int64))


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
    columns.keep("demand.home", rows_of(told.homes, demand["residence_id"]))
    columns.keep("demand.town", rows_of(told.towns, demand["town_id"]))
    return {name: demand[name].fillna(0.0).tolist() for name in CROWDS}


def _keep_gates(columns: Columns, told: WalkTables) -> None:
    """Keep the gates by id, those without a compound of the page left out."""
    gates = told.gates.sort_values("gate_id", kind="stable")
    at = told.options.at
    in_hours = np.ones(len(gates), np.int64)
    if at is not None:
        in_hours = np.array(is_within_hours(gates["hours"].tolist(), at), np.int64)
    columns.keep_places("gate", shapely.get_coordinates(gates.geometry.to_numpy()))
    columns.keep("gate.home", rows_of(told.homes, gates["residence_id"]))
    columns.keep("gate.open", gates["is_open"].astype(np.int64))
    columns.keep("gate.in_hours", in_hours)
