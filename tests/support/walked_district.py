"""A drawn district in which every walking rule decides something.

A lattice of streets with shaken corners. Compounds fill blocks: walled, with private ways inside
that meet the street at gates of which some are shut. A river with few bridges crosses the
district, one short path hangs on nothing, and one canteen serves its compound alone.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from engine_tables import EngineTables, with_network
from shapely import LineString, Point, box

from livelihood_map.core.crs import local_transverse_mercator
from livelihood_map.core.standards import load_standard
from livelihood_map.core.tables import BARRIERS, CANDIDATES, DEMAND, EDGES, FACILITIES, GATES, NODES
from livelihood_map.coverage import list_own
from livelihood_map.mapping.walk_tables import SitingTold
from livelihood_map.network import WalkOptions, build_network

CRS = local_transverse_mercator(121.4666667)
EAST, NORTH, BLOCK_M, SIDE_N = 490_000.0, 3_440_000.0, 180.0, 9
RIVER_ROW = 4
KINDS = ("wet_market", "breakfast", "housekeeping")
STANDARD = load_standard("cn-15min")
CUTOFF_M = 1500.0


def _frame(rows, schema) -> gpd.GeoDataFrame:
    return schema.conform(gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS))


class _Streets:
    """Nodes and edges as they are drawn."""

    def __init__(self, rng) -> None:
        self.rng = rng
        self.places: dict[str, tuple[float, float]] = {}
        self.rows: list[dict] = []

    def node(self, name, x, y) -> str:
        self.places[name] = (x, y)
        return name

    def edge(self, u, v, *, access=None, is_bridge=False, key=0, bend_m=0.0) -> None:
        ends = [self.places[u], self.places[v]]
        if bend_m:
            middle = np.mean(ends, axis=0) + self.rng.normal(0, bend_m, 2)
            ends.insert(1, tuple(middle))
        line = LineString(ends)
        self.rows.append(
            {"u": u, "v": v, "key": key, "length_m": line.length, "highway": "residential",
             "is_bridge": is_bridge, "is_tunnel": False, "access": access, "name": None,
             "geometry": line}
        )  # fmt: skip

    def tables(self):
        nodes = {
            "node_id": list(self.places),
            "geometry": [Point(*at) for at in self.places.values()],
        }
        return _frame(nodes, NODES), _frame(pd.DataFrame(self.rows), EDGES)


def _lattice(streets: _Streets, side_n: int) -> None:
    """Draw the streets; few cross the river, and those on bridges."""
    for row in range(side_n):
        for column in range(side_n):
            x, y = EAST + column * BLOCK_M, NORTH + row * BLOCK_M
            streets.node(
                f"n{row}_{column}", x + streets.rng.normal(0, 9), y + streets.rng.normal(0, 9)
            )
    for row in range(side_n):
        for column in range(side_n):
            if column + 1 < side_n:
                streets.edge(f"n{row}_{column}", f"n{row}_{column + 1}", bend_m=6)
            if row + 1 < side_n and (row != RIVER_ROW or column % 4 == 1):
                is_bridge = row == RIVER_ROW
                streets.edge(
                    f"n{row}_{column}", f"n{row + 1}_{column}", is_bridge=is_bridge, bend_m=6
                )
    streets.edge("n0_0", "n0_1", key=1, bend_m=20)
    streets.node("lone0", EAST - 120, NORTH + 500)
    streets.node("lone1", EAST - 118, NORTH + 560)
    streets.edge("lone0", "lone1")


def _compound(streets: _Streets, row: int, column: int, number: int):
    """Return area and gates of a compound in a block; every sixth one has no inner ways."""
    x, y = EAST + column * BLOCK_M, NORTH + row * BLOCK_M
    area = box(x + 30, y + 30, x + BLOCK_M - 30, y + BLOCK_M - 30)
    middle = streets.node(f"c{number}m", x + BLOCK_M / 2, y + BLOCK_M / 2)
    gates = []
    top = y + BLOCK_M
    sides = (
        ("s", f"n{row}_{column}", x + 70, y + 30, x + 70, y + 4),
        ("n", f"n{row + 1}_{column}", x + 110, top - 30, x + 110, top - 4),
    )
    for side, corner, gate_x, gate_y, out_x, out_y in sides:
        door = streets.node(f"c{number}{side}", gate_x, gate_y)
        out = streets.node(f"c{number}{side}o", out_x, out_y)
        streets.edge(out, corner)
        if number % 6 != 2:
            streets.edge(middle, door, access="private", bend_m=4)
            streets.edge(door, out, access="private" if number % 2 else None)
        gates.append((f"g{number}{side}", gate_x + 0.4, gate_y, number % 5 != 3 or side == "s"))
    return area, gates


def build_walked_district(seed: int = 7, *, side_n: int = SIDE_N) -> EngineTables:
    """Return the tables that a page would carry, drawn by a seed, with so many streets each way."""
    rng = np.random.default_rng(seed)
    streets = _Streets(rng)
    _lattice(streets, side_n)
    homes, gates, areas, demand = [], [], [], []
    number = 0
    for row in range(side_n - 1):
        for column in range(side_n - 1):
            if row == RIVER_ROW or rng.random() < 0.35:
                continue
            area, doors = _compound(streets, row, column, number)
            home = f"r{number:02d}"
            homes.append(home)
            areas.append(area)
            if number % 7:
                gates += [(gate, home, is_open, Point(x, y)) for gate, x, y, is_open in doors]
            for part in range(2):
                at = area.centroid.coords[0] + rng.normal(0, 25, 2)
                demand.append((f"d{number:02d}{part}", home, Point(at)))
            number += 1
    demand += [(f"w{k}", None, Point(EAST + rng.uniform(0, 1400), NORTH + rng.uniform(0, 1400)))
               for k in range(12)]  # fmt: skip
    nodes, edges = streets.tables()
    residences = gpd.GeoDataFrame({"residence_id": homes}, geometry=areas, crs=CRS)
    points = _demand(demand)
    places = _frame(
        pd.DataFrame(gates, columns=["gate_id", "residence_id", "is_open", "geometry"]).assign(
            hours=None, is_inferred=False
        ),
        GATES,
    )
    outlets = _outlets(rng, areas)
    barriers = _barriers(residences, places)
    options = WalkOptions(
        limit_m=90.0, barriers=barriers, gates=places, own=list_own(outlets, residences, points)
    )
    return with_network(
        build_network(nodes, edges),
        demand=points,
        gates=places,
        outlets=outlets,
        sites=_sites(rng),
        site_kind="breakfast",
        options=options,
        start="dwelling",
        homes=homes,
        facilities=outlets["facility_id"].tolist(),
        towns=["t0", "t1"],
        siting=_siting(rng, points),
    )


def _siting(rng, points) -> SitingTold:
    """Return candidates all over the district, every third one premises that exist."""
    places = [
        Point(EAST + rng.uniform(-60, 1500), NORTH + rng.uniform(-60, 1500)) for _ in range(70)
    ]
    numbers = range(len(places))
    frame = pd.DataFrame({"candidate_id": [f"k{number:02d}" for number in numbers]}).assign(
        name="x", source=["street" if number % 3 else "host" for number in numbers],
        is_fixed=False, is_rejected=False, town_id="t0", geometry=places,
    )  # fmt: skip
    weights = {"population": 1.0, "workers": 0.5}
    people = points["population"] + 0.5 * points["workers"]
    people.index = points["demand_id"].to_numpy()
    return SitingTold(
        candidates=_frame(frame, CANDIDATES), premises=("host", "listed"), weights=weights,
        levels_m=(400.0, 200.0), people=people, tolerance_share=0.05, has_rules=False,
    )  # fmt: skip


def _demand(rows) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows, columns=["demand_id", "residence_id", "geometry"])
    is_home = frame["residence_id"].notna()
    count = np.arange(len(frame)) + 1.0
    return _frame(
        frame.assign(
            town_id=[f"t{k % 2}" for k in range(len(frame))], name="x",
            place_kind=np.where(is_home, "home", "office"),
            population=np.where(is_home, count, 0.0),
            workers=np.where(is_home, 0.0, count), passengers=0.0,
        ),
        DEMAND,
    )  # fmt: skip


def _outlets(rng, areas) -> gpd.GeoDataFrame:
    rows = [
        (f"f{k:02d}", KINDS[k % 3], False,
         Point(EAST + rng.uniform(0, 1400), NORTH + rng.uniform(0, 1400)))
        for k in range(18)
    ]  # fmt: skip
    rows.append(("f90", "breakfast", False, areas[3].centroid))
    rows.append(("f91", "breakfast", True, Point(np.array(areas[5].centroid.coords[0]) + 12)))
    west, south, _, _ = areas[2].bounds  # no inner way: reached through the gates alone
    rows.append(("f92", "housekeeping", False, Point(west + 45, south + 14)))
    frame = pd.DataFrame(rows, columns=["facility_id", "kind", "is_residents_only", "geometry"])
    frame = frame.assign(
        name="x", status="operating", is_demonstration=False, is_smart=False, is_inside=True,
        source="drawn",
    )  # fmt: skip
    return _frame(frame, FACILITIES)


def _barriers(residences, gates) -> gpd.GeoDataFrame:
    is_walled = residences["residence_id"].isin(gates["residence_id"])
    walls = residences[is_walled].rename(columns={"residence_id": "barrier_id"}).assign(kind="wall")
    y = NORTH + (RIVER_ROW + 0.5) * BLOCK_M
    river = LineString([(EAST - 500, y - 20), (EAST + 700, y + 10), (EAST + 2500, y - 15)])
    rivers = gpd.GeoDataFrame({"barrier_id": ["v"], "kind": ["river"]}, geometry=[river], crs=CRS)
    return BARRIERS.conform(pd.concat([rivers, walls], ignore_index=True))


def _sites(rng) -> gpd.GeoDataFrame:
    places = [Point(EAST + rng.uniform(0, 1400), NORTH + rng.uniform(0, 1400)) for _ in range(4)]
    return gpd.GeoDataFrame(
        {"rank": [1, 2, 3, 4], "candidate_id": ["a", "b", "c", "d"]}, geometry=places, crs=CRS
    )
