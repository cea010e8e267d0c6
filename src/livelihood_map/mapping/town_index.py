"""Where each town's rows lie in the tables of a city, found once for all towns.

A city has hundreds of towns. Looking through every table for each of them would take time that
grows with the square of the city.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from livelihood_map.core.arrays import Floats, Longs, Shapes
    from livelihood_map.mapping.inputs import MapTables

_OF_HOMES: Final = ("coverage", "after", "gates", "reasons")
_OF_COUNTED: Final = ("counted_coverage", "counted_after")
_NONE: Final = np.empty(0, np.int64)

TownRows = dict[str, "Longs"]
"""Rows of each town, rising."""


@dataclass(frozen=True)
class AreaRings:
    """Service areas as rings, of which a town needs the near ones.

    Parameters
    ----------
    table
        Table ``service_areas`` without its geometry.
    crs
        Metric CRS of the points.
    xy, ring_head
        Points of all rings, shape (points, 2), metres, and where each ring starts in them.
    shell, part
        First ring of each polygon, and the polygon of each ring.
    owner
        Row of `table` of each polygon.
    bounds
        West, south, east and north of each ring, shape (rings, 4).
    """

    table: pd.DataFrame
    crs: Any
    xy: Floats
    ring_head: Longs
    shell: Longs
    part: Longs
    owner: Longs
    bounds: Floats

    def near(self, box: shapely.Geometry) -> tuple[Shapes, Longs]:
        """Return the polygons near a box without the holes that lie away from it, and their rows.

        Parameters
        ----------
        box
            A rectangle along the axes.
        """
        west, south, east, north = shapely.bounds(box)
        left, low, right, high = self.bounds.T
        is_near = (left <= east) & (right >= west) & (low <= north) & (high >= south)
        parts = np.flatnonzero(is_near[self.shell])
        is_part = np.zeros(self.shell.size, np.bool_)
        is_part[parts] = True
        rings = np.flatnonzero(is_near & is_part[self.part])
        heads, size = self.ring_head[rings], self.ring_head[rings + 1] - self.ring_head[rings]
        starts = np.append(0, np.cumsum(size))
        points = np.repeat(heads - starts[:-1], size) + np.arange(starts[-1])
        bounds = np.searchsorted(self.part[rings], np.append(parts, self.shell.size))
        polygon = shapely.GeometryType.POLYGON
        made = shapely.from_ragged_array(polygon, self.xy[points], (starts, bounds))
        return made, self.owner[parts]


@dataclass(frozen=True)
class TownIndex:
    """Rows of each town by table, and the service areas.

    Parameters
    ----------
    rows
        Rows of each town by the name of the table.
    areas
        The service areas; None where there are none.
    """

    rows: Mapping[str, TownRows]
    areas: AreaRings | None = None

    def of(self, name: str, town_id: str) -> Longs:
        """Return the rows of a town in a table, rising.

        Parameters
        ----------
        name
            Name of the table.
        town_id
            The town.
        """
        return self.rows[name].get(town_id, _NONE)


def index_towns(tables: MapTables) -> TownIndex:
    """Return where the rows of each town lie.

    Parameters
    ----------
    tables
        Tables of the whole; the index holds for these and no others.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    homes = tables.residences
    town_of = homes.drop_duplicates("residence_id").set_index("residence_id")["town_id"]
    rows = {"residences": _rows_by(homes["town_id"])}
    for name in _OF_HOMES:
        table = getattr(tables, name)
        if table is not None:
            rows[name] = _rows_by(table["residence_id"].map(town_of))
    if tables.counted is not None:
        rows["counted"] = _rows_by(tables.counted["town_id"])
        counted = tables.counted.drop_duplicates("demand_id").set_index("demand_id")["town_id"]
        for name in _OF_COUNTED:
            table = getattr(tables, name)
            if table is not None:
                rows[name] = _rows_by(table["residence_id"].map(counted))
    rows |= _grid_rows(tables)
    areas = None if tables.areas is None else list_rings(tables.areas)
    return TownIndex(rows, areas)


def _rows_by(names: pd.Series[Any]) -> TownRows:
    """Return the rows of each name, rising."""
    return {str(name): np.sort(rows) for name, rows in names.reset_index(drop=True).groupby(
        names.to_numpy(), sort=False).indices.items()}  # fmt: skip


def _grid_rows(tables: MapTables) -> dict[str, TownRows]:
    """Return the rows of each town in the lattice and in its coverage."""
    grid, coverage = tables.grid, tables.grid_coverage
    if grid is None or coverage is None:
        return {}
    found: dict[str, TownRows] = {"grid": {}, "grid_coverage": {}}
    tree = shapely.STRtree(grid.geometry.to_numpy())
    point = pd.Index(grid["demand_id"]).get_indexer(pd.Index(coverage["demand_id"]))
    order = np.argsort(point, kind="stable")
    head = np.searchsorted(point[order], np.arange(len(grid) + 1))
    for town_id, towns in tables.towns.groupby("town_id"):
        outline = shapely.union_all(towns.geometry.to_numpy())
        inside = np.sort(tree.query(outline, predicate="contains"))
        found["grid"][str(town_id)] = inside
        rows = [order[a:z] for a, z in zip(head[inside], head[inside + 1], strict=True)]
        found["grid_coverage"][str(town_id)] = np.sort(np.concatenate([_NONE, *rows]))
    return found


def list_rings(areas: gpd.GeoDataFrame) -> AreaRings:
    """Return service areas as rings.

    Parameters
    ----------
    areas
        Table ``service_areas`` in a metric CRS.
    """
    parts, owner = shapely.get_parts(areas.geometry.to_numpy(), return_index=True)
    _, xy, (ring_head, part_head) = shapely.to_ragged_array(
        parts if parts.size else np.array([shapely.Polygon()])
    )
    starts = ring_head[:-1]
    edges = [edge.reduceat(xy, starts, axis=0) for edge in (np.minimum, np.maximum)] * (len(xy) > 0)
    return AreaRings(
        table=pd.DataFrame(areas.drop(columns=areas.geometry.name)),
        crs=areas.crs,
        xy=xy,
        ring_head=ring_head,
        shell=part_head[:-1][: parts.size],
        part=np.repeat(np.arange(part_head.size - 1), np.diff(part_head)),
        owner=owner,
        bounds=np.hstack(edges) if edges else np.empty((0, 4)),
    )
