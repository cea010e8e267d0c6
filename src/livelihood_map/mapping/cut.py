"""A town out of the district: what its check page needs, and nothing more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.mapping.town_index import index_towns
from livelihood_map.mapping.town_rows import list_rings

if TYPE_CHECKING:
    import pandas as pd

    from livelihood_map.mapping.inputs import MapTables
    from livelihood_map.mapping.town_rows import AreaRings

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
    index = tables.by_town or index_towns(replace(tables, towns=towns, areas=None))
    own: dict[str, Any] = {}
    for name in index.rows:
        table = getattr(tables, name)
        own[name] = table.iloc[index.of(name, town_id)]
        own[name].attrs = table.attrs
    used = {*own["coverage"]["facility_id"].dropna()}
    if "grid_coverage" in own:
        used |= {*own["grid_coverage"]["facility_id"].dropna()}
    is_shown = tables.facilities["facility_id"].isin(used).to_numpy(copy=True)
    is_shown[tables.facilities.sindex.query(around, predicate="intersects")] = True
    near: dict[str, Any] = {name: _near(getattr(tables, name), around) for name in _AROUND}
    return replace(
        tables,
        towns=towns.reset_index(drop=True),
        facilities=tables.facilities[is_shown].reset_index(drop=True),
        town_coverage=town_coverage,
        reached=reached,
        by_town=None,
        **{name: _numbered(name, table) for name, table in own.items()},
        **near,
    )


def _numbered(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a table that others are told from with its rows numbered anew."""
    return table.reset_index(drop=True) if name in {"residences", "counted"} else table


def _near(table: gpd.GeoDataFrame | None, around: shapely.Geometry) -> gpd.GeoDataFrame | None:
    """Return the rows of a table that touch the surroundings."""
    if table is None:
        return None
    rows = np.sort(table.sindex.query(around, predicate="intersects"))
    return table.iloc[rows].reset_index(drop=True)


def clip_areas(tables: MapTables, rings: AreaRings | None = None) -> MapTables:
    """Return a town's tables with the service areas clipped to a box around it, 1,000 m wider.

    Parameters
    ----------
    tables
        Tables cut to a town, its areas still those of the whole.
    rings
        The areas of the whole, where they are at hand as rings.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    if rings is None and tables.areas is not None:
        rings = list_rings(tables.areas)
    if rings is None or tables.towns.empty:
        return tables
    west, south, east, north = tables.towns.total_bounds
    box = shapely.box(west, south, east, north).buffer(_MARGIN_M, join_style="mitre")
    near, row = rings.near(box)
    crossing = ~shapely.covers(box, near)
    near[crossing] = shapely.intersection(near[crossing], box)
    inside, piece = shapely.get_parts(near, return_index=True)
    is_area = shapely.area(inside) > 0
    kept, owner = np.unique(row[piece[is_area]], return_inverse=True)
    clipped = shapely.multipolygons(inside[is_area], indices=owner)
    areas = gpd.GeoDataFrame(rings.table.iloc[kept], geometry=clipped, crs=rings.crs)
    return replace(tables, areas=areas)
