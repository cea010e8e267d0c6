"""Compounds, gates, outlets and candidates made up along real streets."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from engine_tables import EngineTables, with_network
from shapely import Point, affinity, box
from walked_district import KINDS

from livelihood_map.core.tables import BARRIERS, DEMAND, FACILITIES, GATES
from livelihood_map.network import WalkOptions, build_network


def make_up_tables(nodes, edges, barriers, *, seed: int, compounds_n: int = 400) -> EngineTables:
    """Return the tables of made-up walled compounds on real streets.

    Parameters
    ----------
    nodes, edges, barriers
        Streets and barriers in one metric CRS; barriers None where none are known.
    seed
        Seed of all that is made up.
    compounds_n
        Number of compounds; a third as many outlets of each kind.
    """
    rng = np.random.default_rng(seed)
    crs = edges.crs
    places = _near_streets(rng, edges, compounds_n, spread_m=120)
    areas = [_area(rng, place) for place in places]
    homes = [f"r{number:04d}" for number in range(compounds_n)]
    gates = _gates(rng, homes, areas, crs)
    demand = _demand(rng, homes, areas, crs)
    outlets = _outlets(_near_streets(rng, edges, compounds_n, spread_m=40), crs)
    walled = [home in set(gates["residence_id"]) for home in homes]
    walls = gpd.GeoDataFrame({"barrier_id": homes, "kind": "wall"}, geometry=areas, crs=crs)[walled]
    known = BARRIERS.empty(crs) if barriers is None else barriers
    both = BARRIERS.conform(pd.concat([known, walls], ignore_index=True))
    return with_network(
        build_network(nodes, edges),
        demand=demand,
        gates=gates,
        outlets=outlets,
        sites=None,
        site_kind="breakfast",
        options=WalkOptions(limit_m=200.0, barriers=both, gates=gates),
        start="gate",
        homes=homes,
        facilities=outlets["facility_id"].tolist(),
        towns=["t"],
    )


def _near_streets(rng, edges, count: int, *, spread_m: float) -> np.ndarray:
    """Return places near streets, shape (count, 2)."""
    lines = edges.geometry.to_numpy()[rng.integers(len(edges), size=count)]
    at = shapely.line_interpolate_point(lines, rng.random(count), normalized=True)
    return shapely.get_coordinates(at) + rng.normal(0, spread_m, (count, 2))


def _area(rng, place):
    """Return a turned rectangle around a place."""
    width, height = rng.uniform(60, 180, 2) / 2
    x, y = place
    return affinity.rotate(box(x - width, y - height, x + width, y + height), rng.uniform(0, 90))


def _gates(rng, homes, areas, crs):
    """Return one to three gates on the outlines of nine compounds in ten, some shut."""
    rows = []
    for home, area in zip(homes, areas, strict=True):
        count = int(rng.integers(1, 4)) if rng.random() < 0.9 else 0
        for number in range(count):
            place = area.exterior.interpolate(rng.random(), normalized=True)
            rows.append((f"{home}:{number}", home, bool(rng.random() < 0.85), place))
    frame = pd.DataFrame(rows, columns=["gate_id", "residence_id", "is_open", "geometry"])
    frame = frame.assign(hours=None, is_inferred=False)
    return GATES.conform(gpd.GeoDataFrame(frame, geometry="geometry", crs=crs))


def _demand(rng, homes, areas, crs):
    """Return two demand points in each compound."""
    rows = [
        (f"{home}:{part}", home, Point(np.array(area.centroid.coords[0]) + rng.normal(0, 15, 2)))
        for home, area in zip(homes, areas, strict=True)
        for part in range(2)
    ]
    frame = pd.DataFrame(rows, columns=["demand_id", "residence_id", "geometry"]).assign(
        town_id="t", name="x", place_kind="home", workers=0.0, passengers=0.0,
        population=rng.integers(100, 3000, len(rows)).astype(float),
    )  # fmt: skip
    return DEMAND.conform(gpd.GeoDataFrame(frame, geometry="geometry", crs=crs))


def _outlets(places, crs):
    """Return outlets of all kinds in turn."""
    frame = pd.DataFrame({"facility_id": [f"f{number:04d}" for number in range(len(places))]})
    frame = frame.assign(
        kind=[KINDS[number % len(KINDS)] for number in range(len(places))], name="x",
        status="operating", is_demonstration=False, is_smart=False, is_inside=True, source="drawn",
    )  # fmt: skip
    shapes = [Point(*place) for place in places]
    return FACILITIES.conform(gpd.GeoDataFrame(frame, geometry=shapes, crs=crs))
