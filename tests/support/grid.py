"""The small town whose answers are arithmetic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
from shapely import LineString, MultiPolygon, Point, box

from livelihood_map.core import tables
from livelihood_map.core.crs import local_transverse_mercator

if TYPE_CHECKING:
    import pandas as pd

CRS = local_transverse_mercator(121.4666667)
EAST, NORTH = 490_000.0, 3_440_000.0


@dataclass(frozen=True)
class GridTown:
    """A lattice of streets: `size` × `size` corners, `spacing_m` apart.

    Corner (row, column) is node ``n{row}_{column}``, row 0 in the south. At every corner stands one
    residence with 10 people and its demand point ``d{row}_{column}``. The western columns are the
    town ``west``, the others ``east``.
    """

    size: int
    spacing_m: float
    towns: gpd.GeoDataFrame
    residences: gpd.GeoDataFrame
    demand: gpd.GeoDataFrame
    gates: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    edges: gpd.GeoDataFrame

    def at(self, row: float, column: float) -> Point:
        """Return the place of a corner, or of any point between corners."""
        return Point(EAST + column * self.spacing_m, NORTH + row * self.spacing_m)

    def facilities(self, *places: tuple[float, float], kind: str = "breakfast", **columns):
        """Return one operating facility ``f0, f1, …`` at each (row, column)."""
        return tables.FACILITIES.conform(
            gpd.GeoDataFrame(
                {
                    "facility_id": [f"{kind}{number}" for number in range(len(places))],
                    "kind": kind,
                    "name": [f"{kind} {number}" for number in range(len(places))],
                    "status": "operating",
                    "is_demonstration": False,
                    "is_smart": False,
                    "is_inside": True,
                    "source": "grid",
                    **columns,
                },
                geometry=[self.at(*place) for place in places],
                crs=CRS,
            )
        )

    def picture(self, values: pd.Series, by: str = "demand_id") -> str:
        """Return the lattice as text, north up: ``#`` where `values` (indexed by id) is true."""
        rows = []
        for row in reversed(range(self.size)):
            marks = [bool(values[f"{by[0]}{row}_{column}"]) for column in range(self.size)]
            rows.append("".join("#" if mark else "." for mark in marks))
        return "\n".join(rows)


def build_grid_town(size: int = 5, spacing_m: float = 100.0) -> GridTown:
    """Return a lattice town of `size` × `size` corners."""
    corners = [(row, column) for row in range(size) for column in range(size)]
    points = [Point(EAST + c * spacing_m, NORTH + r * spacing_m) for r, c in corners]
    names = [f"{r}_{c}" for r, c in corners]
    town_ids = ["west" if c < (size + 1) // 2 else "east" for _, c in corners]
    nodes = gpd.GeoDataFrame({"node_id": [f"n{n}" for n in names]}, geometry=points, crs=CRS)
    steps = [((r, c), (r, c + 1)) for r, c in corners if c + 1 < size]
    steps += [((r, c), (r + 1, c)) for r, c in corners if r + 1 < size]
    place = dict(zip(corners, points, strict=True))
    edges = gpd.GeoDataFrame(
        {
            "u": [f"n{a[0]}_{a[1]}" for a, _ in steps],
            "v": [f"n{b[0]}_{b[1]}" for _, b in steps],
            "key": 0,
            "length_m": spacing_m,
            "highway": "residential",
            "is_bridge": False,
            "is_tunnel": False,
        },
        geometry=[LineString([place[a], place[b]]) for a, b in steps],
        crs=CRS,
    )
    half = spacing_m / 2
    residences = gpd.GeoDataFrame(
        {
            "residence_id": [f"r{n}" for n in names],
            "town_id": town_ids,
            "name": [f"小区{n}" for n in names],
            "dwellings_n": 4.0,
            "population": 10.0,
            "elderly_n": 2.0,
            "area_m2": spacing_m**2,
            "source": "grid",
        },
        geometry=[box(p.x - half, p.y - half, p.x + half, p.y + half) for p in points],
        crs=CRS,
    )
    demand = gpd.GeoDataFrame(
        {
            "demand_id": [f"d{n}" for n in names],
            "residence_id": [f"r{n}" for n in names],
            "town_id": town_ids,
            "name": [f"小区{n}" for n in names],
            "place_kind": "home",
            "population": 10.0,
            "workers": 0.0,
            "passengers": 0.0,
            "elderly_n": 2.0,
        },
        geometry=points,
        crs=CRS,
    )
    cut = EAST + ((size + 1) // 2 - 0.5) * spacing_m
    last = (size - 0.5) * spacing_m
    outlines = {
        "west": box(EAST - half, NORTH - half, cut, NORTH + last),
        "east": box(cut, NORTH - half, EAST + last, NORTH + last),
    }
    towns = gpd.GeoDataFrame(
        {"town_id": list(outlines), "town_name": ["西镇", "东镇"], "aliases": ["西", "东"]},
        geometry=[MultiPolygon([outline]) for outline in outlines.values()],
        crs=CRS,
    )
    return GridTown(
        size=size,
        spacing_m=spacing_m,
        towns=tables.TOWNS.conform(towns),
        residences=tables.RESIDENCES.conform(residences),
        demand=tables.DEMAND.conform(demand),
        gates=tables.GATES.empty(CRS),
        nodes=tables.NODES.conform(nodes),
        edges=tables.EDGES.conform(edges),
    )
