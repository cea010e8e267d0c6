"""Rows of each town in the tables of a city, and service areas as rings."""

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


def list_rings(areas: gpd.GeoDataFrame) -> AreaRings:
    """Return service areas as rings.

    Parameters
    ----------
    areas
        Table ``service_areas`` in a metric CRS.
    """
    parts, owner = shapely.get_parts(areas.geometry.to_numpy(), return_index=True)
    is_ground = shapely.area(parts) > 0
    parts, owner = parts[is_ground], owner[is_ground]
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
