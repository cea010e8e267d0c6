"""A town out of what a page walks on: all that its walks can come to, and nothing beyond."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd
import shapely

from livelihood_map.network.entrances import WALL
from livelihood_map.network.snapping import OFF_NETWORK_M

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from livelihood_map.mapping.walk_streets import Box
    from livelihood_map.mapping.walk_tables import SitingTold, WalkTables

AROUND_M: Final = 1000.0
"""How far beyond the extent of its town a page takes changes: as far as it shows outlets."""


def cut_walks(
    told: WalkTables, *, town_id: str, outline: shapely.Geometry, farthest_m: float
) -> WalkTables:
    """Return what a town's page walks on: its people, with all that their walks can come to.

    A walk is no shorter than the straight line, so that the walks of the town's people within
    `farthest_m`, and where places on their ways join the streets, are those of the whole.

    Parameters
    ----------
    told
        Tables of the run; compounds, facilities and towns those that the page shows.
    town_id
        The town.
    outline
        Its outline, in the CRS of the tables.
    farthest_m
        Longest walk that is searched for, metres.
    """
    demand = told.demand[told.demand["town_id"] == town_id]
    own = told.gates["residence_id"].isin(demand["residence_id"].dropna())
    extent = _extent([outline, *demand.geometry, *told.gates.geometry[own]])
    reach_m = max(farthest_m + told.options.limit_m, AROUND_M + OFF_NETWORK_M)
    around = _widened(extent, reach_m)
    area = shapely.box(*around)
    barriers = told.options.barriers
    if barriers is not None:
        barriers = _touching(barriers, area)
    behind = _walled(barriers)
    gates = told.gates[own | told.gates["residence_id"].isin(behind)]
    others = sorted(set(gates["residence_id"]) - set(told.homes))
    return replace(
        told,
        streets=told.streets.within(around),
        demand=demand,
        gates=gates,
        outlets=_touching(told.outlets, area),
        sites=None if told.sites is None else _touching(told.sites, area),
        options=replace(told.options, barriers=barriers),
        homes=[*told.homes, *others],
        siting=None if told.siting is None else _of_town(told.siting, town_id),
        extent=extent,
    )


def _extent(shapes: Sequence[shapely.Geometry]) -> Box:
    """Return the box around shapes."""
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return west, south, east, north


def _widened(box: Box, metres: float) -> Box:
    """Return a box that is wider on all sides."""
    west, south, east, north = box
    return west - metres, south - metres, east + metres, north + metres


def _touching(table: gpd.GeoDataFrame, area: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return the rows that touch an area."""
    return table[table.intersects(area)]


def _walled(barriers: gpd.GeoDataFrame | None) -> pd.Series[str]:
    """Return the compounds whose walls are among barriers."""
    names = [] if barriers is None else barriers.loc[barriers["kind"] == WALL, "barrier_id"]
    return pd.Series(names, dtype="str")


def _of_town(siting: SitingTold, town_id: str) -> SitingTold:
    """Return the candidates of a town."""
    candidates: gpd.GeoDataFrame = siting.candidates
    return replace(siting, candidates=candidates[candidates["town_id"] == town_id])
