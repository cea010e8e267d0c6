"""Towns drawn as pictures: every sign is 100 m wide and high.

``-`` and ``|`` are streets across and up, ``+`` a junction, ``=`` a bridge, ``:`` a footpath and
``%`` a private way, each from the middle of its sign to the middle of the signs beside it. Letters
are homes that stand on the street there, named after the sign: 10 people each, 100 in a capital
one. A blank or a dot is no street.
"""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import MultiPolygon, Point, box

from livelihood_map.core import tables
from livelihood_map.core.crs import local_transverse_mercator
from livelihood_map.network import build_network, join_points

CRS = local_transverse_mercator(121.4666667)
EAST, NORTH, STEP_M = 490_000.0, 3_440_000.0, 100.0
ACROSS, UP = "-", "|"
KINDS = {"=": "bridge", ":": "footway", "%": "private"}


class DrawnTown:
    """The tables of a picture, its network, and its people joined to it."""

    def __init__(self, picture, *, halves=False):
        rows = [line for line in picture.split("\n") if line.strip()]
        self.signs = {
            (len(rows) - 1 - r, c): sign
            for r, line in enumerate(rows)
            for c, sign in enumerate(line)
            if sign not in " ."
        }
        self.nodes, self.edges = self._streets()
        self.network = build_network(self.nodes, self.edges)
        self.demand = self._people()
        self.joins = join_points(self.network, self.demand, id_column="demand_id", limit_m=1.0)
        wide = max(c for _, c in self.signs) + 1
        high = len(rows)
        cuts = [-1.0, wide / 2 - 0.5, wide] if halves else [-1.0, wide]
        shapes = [
            MultiPolygon([box(*self._xy(-1, west), *self._xy(high, east))])
            for west, east in pairwise(cuts)
        ]
        names = ["west", "east"][: len(shapes)]
        self.towns = tables.TOWNS.conform(
            gpd.GeoDataFrame(
                {"town_id": names, "town_name": names, "aliases": ""}, geometry=shapes, crs=CRS
            )
        )

    @staticmethod
    def _xy(row, column):
        return EAST + column * STEP_M, NORTH + row * STEP_M

    def place(self, point):
        """Return (row, column) of a point, in signs."""
        return (round((point.y - NORTH) / STEP_M, 3), round((point.x - EAST) / STEP_M, 3))

    def _streets(self):
        """Return nodes and edges: neighbours that both lead to one another are joined."""
        edges = []
        for (row, column), sign in self.signs.items():
            for other, ways in (((row, column + 1), ACROSS), ((row + 1, column), UP)):
                next_sign = self.signs.get(other)
                if (
                    next_sign is None
                    or not self._leads(sign, ways)
                    or not self._leads(next_sign, ways)
                ):
                    continue
                kinds = {KINDS[one] for one in (sign, next_sign) if one in KINDS}
                kind = kinds.pop() if kinds else "street"
                edges.append(((row, column), other, kind))
        places = sorted({place for a, b, _ in edges for place in (a, b)})
        names = {place: f"n{place[0]}_{place[1]}" for place in places}
        lines = [shapely.LineString([self._xy(*a), self._xy(*b)]) for a, b, _ in edges]
        kinds = pd.Series([kind for _, _, kind in edges])
        table = gpd.GeoDataFrame(
            {
                "u": [names[a] for a, _, _ in edges],
                "v": [names[b] for _, b, _ in edges],
                "key": 0,
                "length_m": STEP_M,
                "highway": np.where(kinds == "footway", "footway", "residential"),
                "is_bridge": kinds == "bridge",
                "is_tunnel": False,
                "access": pd.Series(np.where(kinds == "private", "private", None), dtype="str"),
            },
            geometry=lines,
            crs=CRS,
        )
        nodes = gpd.GeoDataFrame(
            {"node_id": list(names.values())},
            geometry=[Point(self._xy(*p)) for p in places],
            crs=CRS,
        )
        return tables.NODES.conform(nodes), tables.EDGES.conform(table)

    @staticmethod
    def _leads(sign, ways):
        """Return whether a sign leads across, or up: but for streets they lead both ways."""
        return sign in ways or sign == "+" or sign in KINDS or sign.isalnum()

    def _people(self):
        """Return table demand of the homes."""
        homes = sorted((sign, place) for place, sign in self.signs.items() if sign.isalnum())
        return tables.DEMAND.conform(
            gpd.GeoDataFrame(
                {
                    "demand_id": [sign for sign, _ in homes],
                    "residence_id": None,
                    "town_id": "west",
                    "name": [sign for sign, _ in homes],
                    "place_kind": "home",
                    "population": [100.0 if sign.isupper() else 10.0 for sign, _ in homes],
                    "workers": 0.0,
                    "passengers": 0.0,
                },
                geometry=[Point(self._xy(*place)) for _, place in homes],
                crs=CRS,
            )
        )
