"""The walking network: build it, join points to it, measure walks on it."""

from __future__ import annotations

from livelihood_map.network.barriers import find_crossed
from livelihood_map.network.build import build_network, build_straight_network
from livelihood_map.network.connectors import Accesses, read_accesses
from livelihood_map.network.dominance import find_dominating
from livelihood_map.network.editing import apply_edits
from livelihood_map.network.entrances import join_demand, join_facilities
from livelihood_map.network.gates import infer_gates
from livelihood_map.network.isochrone_unions import unite_areas
from livelihood_map.network.isochrones import build_service_areas, find_service_lines, merge_joins
from livelihood_map.network.outline_loading import load_outlines_aside
from livelihood_map.network.quality import FINDINGS, Limits, inspect_network
from livelihood_map.network.routes import draw_routes, find_route
from livelihood_map.network.routing import Joins, measure_nearest, measure_walks
from livelihood_map.network.snapping import join_points
from livelihood_map.network.walk_network import Network, StraightNetwork, WalkNetwork
from livelihood_map.network.walk_options import MAX_PAIRS_N, WalkOptions
from livelihood_map.network.walkers import (
    add_slopes,
    add_waits,
    avoid_steps,
    has_signals,
    rejoin,
    tobler_factor,
)

__all__ = [
    "FINDINGS",
    "MAX_PAIRS_N",
    "Accesses",
    "Joins",
    "Limits",
    "Network",
    "StraightNetwork",
    "WalkNetwork",
    "WalkOptions",
    "add_slopes",
    "add_waits",
    "apply_edits",
    "avoid_steps",
    "build_network",
    "build_service_areas",
    "build_straight_network",
    "draw_routes",
    "find_crossed",
    "find_dominating",
    "find_route",
    "find_service_lines",
    "has_signals",
    "infer_gates",
    "inspect_network",
    "join_demand",
    "join_facilities",
    "join_points",
    "load_outlines_aside",
    "measure_nearest",
    "measure_walks",
    "merge_joins",
    "read_accesses",
    "rejoin",
    "tobler_factor",
    "unite_areas",
]
