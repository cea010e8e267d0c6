"""Bridges of a map: where streets cross water, marked by dark edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.mapping.base import encode_parts, line_style, merge_streets

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

    from livelihood_map.mapping.base import Section, StreetClass
    from livelihood_map.mapping.inputs import MapTables

BRIDGE_EDGE: Final = "#57503f"
"""Colour of the edges of a bridge."""
BRIDGE_EDGE_PX: Final = 3.4
"""What both edges of a bridge add to the width of its road, pixels."""
_FIRST_ZOOM: Final = 11
_WATERS: Final = ("water", "river", "canal", "stream")


def find_bridges(tables: MapTables) -> gpd.GeoDataFrame | None:
    """Return the rows of table ``edges`` that are bridges over water; None without streets.

    Where the base map holds no water at all, as that out of a layer of street lines, every bridge
    of a street is returned.

    Parameters
    ----------
    tables
        Tables of the map.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    edges, base = tables.edges, tables.base
    if edges is None or edges.empty:
        return None
    bridges = edges[edges["is_bridge"].to_numpy(bool)]
    if base is not None and base["kind"].isin(_WATERS).any():
        waters = shapely.STRtree(base.geometry[base["kind"].isin(_WATERS)].to_numpy())
        over = waters.query(bridges.geometry.to_numpy(), predicate="intersects")[0]
        bridges = bridges.iloc[np.unique(over)]
    return bridges


def merge_bridges(tables: MapTables) -> Iterator[tuple[StreetClass, gpd.GeoSeries]]:
    """Return the bridges of streets over water, merged by class, thin streets first.

    Parameters
    ----------
    tables
        As in :func:`find_bridges`.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    yield from merge_streets(find_bridges(tables), 0.0)


def bridge_section(tables: MapTables) -> list[Section]:
    """Return the bridges as encoded lines; they lie above the streets of a page.

    Parameters
    ----------
    tables
        As in :func:`find_bridges`.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    style = {"casing": BRIDGE_EDGE, "edge": BRIDGE_EDGE_PX}
    return [
        {
            **line_style(one),
            **style,
            "minZoom": max(one.first_zoom, _FIRST_ZOOM),
            "lines": encode_parts(lines.to_crs(STORAGE_CRS).to_numpy()),
        }
        for one, lines in merge_bridges(tables)
    ]
