"""A town out of the district: what its check page needs, and nothing more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import shapely

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
    homes = tables.residences[tables.residences["town_id"] == town_id]
    ids = homes["residence_id"]
    of_homes: dict[str, Any] = {
        name: table[table["residence_id"].isin(ids)]
        for name in _OF_HOMES
        if (table := getattr(tables, name)) is not None
    }
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
        **of_homes,
        **near,
    )


def _near(table: gpd.GeoDataFrame | None, around: shapely.Geometry) -> gpd.GeoDataFrame | None:
    """Return the rows of a table that touch the surroundings."""
    if table is None:
        return None
    return table[shapely.intersects(around, table.geometry.to_numpy())].reset_index(drop=True)
