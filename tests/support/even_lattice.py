"""An even lattice, where nearly everything lies exactly as far from several things."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from engine_tables import EngineTables, with_network
from shapely import LineString, Point
from walked_district import CRS, EAST, KINDS, NORTH

from livelihood_map.core.tables import DEMAND, EDGES, FACILITIES, GATES, NODES
from livelihood_map.network import WalkOptions, build_network

STEP_M, SIDE_N = 100.0, 6


def build_even_lattice(seed: int = 3) -> EngineTables:
    """Return even streets, some of them private and some doubled, with places on halves of blocks.

    Names of nodes and the directions of edges are drawn by a seed, so that neither tells the order.
    """
    rng = np.random.default_rng(seed)
    at = [(column, row) for column in range(SIDE_N) for row in range(SIDE_N)]
    names = dict(zip(at, rng.permutation([f"n{k:02d}" for k in range(len(at))]), strict=True))
    rows = []
    for column, row in at:
        for other in ((column + 1, row), (column, row + 1)):
            if other not in names:
                continue
            ends = [(column, row), other]
            if rng.random() < 0.5:
                ends.reverse()
            for key in range(1 + int(rng.random() < 0.3)):
                access = "private" if rng.random() < 0.4 else None
                rows.append((names[ends[0]], names[ends[1]], key, access, _line(*ends)))
    edges = pd.DataFrame(rows, columns=["u", "v", "key", "access", "geometry"]).assign(
        length_m=STEP_M, highway="residential", is_bridge=False, is_tunnel=False, name=None
    )
    nodes = {"node_id": list(names.values()), "geometry": [_place(*one) for one in names]}
    network = build_network(_frame(nodes, NODES), _frame(edges, EDGES))
    halves = [(a / 2, b / 2) for a in range(2 * SIDE_N - 1) for b in range(2 * SIDE_N - 1)]
    return with_network(
        network,
        demand=_demand(halves),
        gates=GATES.empty(CRS),
        outlets=_outlets(rng, halves),
        sites=None,
        site_kind=KINDS[0],
        options=WalkOptions(limit_m=90.0, gates=GATES.empty(CRS)),
        start="gate",
        homes=[],
        facilities=[],
        towns=["t"],
    )


def _frame(rows, schema) -> gpd.GeoDataFrame:
    return schema.conform(gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS))


def _place(column: float, row: float) -> Point:
    return Point(EAST + column * STEP_M, NORTH + row * STEP_M)


def _line(start, stop) -> LineString:
    return LineString([_place(*start), _place(*stop)])


def _demand(places) -> gpd.GeoDataFrame:
    frame = pd.DataFrame({"demand_id": [f"d{k:03d}" for k in range(len(places))]}).assign(
        residence_id=None, town_id="t", name="x", place_kind="office", population=0.0, workers=1.0,
        passengers=0.0, geometry=[_place(*one) for one in places],
    )  # fmt: skip
    return _frame(frame, DEMAND)


def _outlets(rng, places) -> gpd.GeoDataFrame:
    chosen = rng.choice(len(places), 18, replace=False)
    frame = pd.DataFrame({"facility_id": [f"f{k:02d}" for k in range(18)]}).assign(
        kind=[KINDS[k % 3] for k in range(18)], name="x", status="operating",
        is_residents_only=False, is_demonstration=False, is_smart=False, is_inside=True,
        source="drawn", geometry=[_place(*places[k]) for k in chosen],
    )  # fmt: skip
    return _frame(frame, FACILITIES)
