"""A town out of the district: what its check page needs, and nothing more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from livelihood_map.core.tables import DISTRICT_ID

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.mapping.inputs import MapTables

_OF_HOMES: Final = ("coverage", "after", "gates", "reasons")
_AROUND: Final = ("zones", "sites", "edges", "base", "problems", "centres")
_MARGIN_M: Final = 1000.0
"""How far beyond the town streets, outlets and sites are shown: the 15-minute walk."""


def cut_to_town(tables: MapTables, town_id: str) -> MapTables:
    """Return the tables of one town, with what lies within 1,000 m around it.

    Outlets that any of its compounds or cells walk to are kept however far they lie.

    Parameters
    ----------
    tables
        Tables of the district, in one metric CRS.
    town_id
        The town; without such a town all tables are empty.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    towns = tables.towns[tables.towns["town_id"] == town_id]
    outline = shapely.union_all(towns.geometry.to_numpy())
    around = shapely.buffer(outline, _MARGIN_M)
    shapely.prepare(around)
    town_coverage = tables.town_coverage
    if town_coverage is not None:
        town_coverage = town_coverage[town_coverage["town_id"].isin([town_id, DISTRICT_ID])]
    reached = tables.reached
    if reached is not None:
        reached = reached[reached["town_id"] == town_id]
    homes = tables.residences[tables.residences["town_id"] == town_id]
    ids = homes["residence_id"]
    of_homes: dict[str, Any] = {
        name: table[table["residence_id"].isin(ids)]
        for name in _OF_HOMES
        if (table := getattr(tables, name)) is not None
    }
    of_homes |= _counted_in(tables, town_id)
    grid, grid_coverage = tables.grid, tables.grid_coverage
    if grid is not None and grid_coverage is not None:
        steps = grid.attrs
        grid = grid[shapely.contains_xy(outline, grid.geometry.x, grid.geometry.y)]
        grid.attrs = steps
        grid_coverage = grid_coverage[grid_coverage["demand_id"].isin(grid["demand_id"])]
    used = {*of_homes["coverage"]["facility_id"].dropna()}
    if grid_coverage is not None:
        used |= {*grid_coverage["facility_id"].dropna()}
    is_near = shapely.intersects(around, tables.facilities.geometry.to_numpy())
    facilities = tables.facilities[is_near | tables.facilities["facility_id"].isin(used)]
    near: dict[str, Any] = {name: _near(getattr(tables, name), around) for name in _AROUND}
    return replace(
        tables,
        towns=towns.reset_index(drop=True),
        residences=homes.reset_index(drop=True),
        facilities=facilities.reset_index(drop=True),
        grid=grid,
        grid_coverage=grid_coverage,
        town_coverage=town_coverage,
        reached=reached,
        **of_homes,
        **near,
    )


def _counted_in(tables: MapTables, town_id: str) -> dict[str, Any]:
    """Return the counted places of a town and their walks."""
    if tables.counted is None:
        return {}
    counted = tables.counted[tables.counted["town_id"] == town_id].reset_index(drop=True)
    kept: dict[str, Any] = {"counted": counted}
    for name in ("counted_coverage", "counted_after"):
        table = getattr(tables, name)
        if table is not None:
            kept[name] = table[table["residence_id"].isin(counted["demand_id"])]
    return kept


def _near(table: gpd.GeoDataFrame | None, around: shapely.Geometry) -> gpd.GeoDataFrame | None:
    """Return the rows of a table that touch the surroundings."""
    if table is None:
        return None
    rows = np.sort(table.sindex.query(around, predicate="intersects"))
    return table.iloc[rows].reset_index(drop=True)


def clip_areas(tables: MapTables) -> MapTables:
    """Return a town's tables with the service areas clipped to a box around it, 1,000 m wider.

    Parameters
    ----------
    tables
        Tables cut to a town, its areas still those of the whole.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    areas = tables.areas
    if areas is None or tables.towns.empty:
        return tables
    west, south, east, north = tables.towns.total_bounds
    box = shapely.box(west, south, east, north).buffer(_MARGIN_M, join_style="mitre")
    parts, row = shapely.get_parts(areas.geometry.to_numpy(), return_index=True)
    is_near = shapely.intersects(box, parts)
    near = parts[is_near]
    crossing = ~shapely.covers(box, near)
    near[crossing] = shapely.intersection(near[crossing], box)
    inside, piece = shapely.get_parts(near, return_index=True)
    is_area = shapely.get_type_id(inside) == shapely.GeometryType.POLYGON
    owner = row[is_near][piece[is_area]]
    clipped = shapely.multipolygons(inside[is_area], indices=owner)
    return replace(tables, areas=areas.iloc[np.unique(owner)].set_geometry(clipped))
