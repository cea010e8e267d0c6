"""Very many streets as vector tiles: one PMTiles archive a class, inside the page.

A page that holds its streets as lines unpacks them all before it draws one; with archives it reads
the tiles that the reader looks at. GDAL writes them, the pmtiles library reads them in the page.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from livelihood_map.mapping.base import line_style, merge_streets, street_section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from livelihood_map.core.settings import MappingSettings

TILE_CRS: Final = "EPSG:3857"
LAST_ZOOM: Final = 13
"""Closest tiles of an archive: one step of their coordinates is about a metre, as fine as an
encoded line; the page draws closer views from them."""
_CELLS_A_TILE: Final = 4
_WORLD_M: Final = 2 * np.pi * 6_378_137
_HOW: Final = {
    "MAX_SIZE": 10**9,  # else GDAL coarsens a large tile
    "MAX_FEATURES": 10**9,
    "BUFFER": 32,  # four pixels: half the widest line with its edge
    "SIMPLIFICATION": 4.0,  # half a pixel
    "SIMPLIFICATION_MAX_ZOOM": 0.0,
}
"""A tile has 4,096 steps for 512 pixels."""
_LIBRARIES: Final = (
    ("pmtiles", "/pmtiles@4.5.0/dist/pmtiles.js"),
    ("pbf", "/pbf@5.1.2/dist/pbf.js"),
    ("point_geometry", "/@mapbox/point-geometry@1.1.0/index.js"),
    ("vector_tile", "/@mapbox/vector-tile@3.0.0/index.js"),
)


@dataclass(frozen=True)
class Streets:
    """The streets of a page."""

    section: list[dict[str, Any]]
    """What the script draws: one entry a class, with its lines or the name of its archive."""
    elements: str = ""
    """The page's elements that hold the archives."""

    def scripts(self, own: Sequence[str]) -> list[tuple[str, str]]:
        """Return name and link of every script: the page's own, and what reads the archives.

        Examples
        --------
        >>> Streets([]).scripts(("common", "layers"))
        [('common', 'own:common.js'), ('layers', 'own:layers.js')]
        """
        links = [(name, f"own:{name}.js") for name in own]
        if not self.elements:
            return links
        after = own.index("layers") + 1
        return [*_LIBRARIES, *links[:after], ("tiles", "own:tiles.js"), *links[after:]]


def page_streets(
    edges: gpd.GeoDataFrame | None,
    tolerance_m: float,
    *,
    settings: MappingSettings,
    is_light: bool = False,
) -> Streets:
    """Return the streets of a page: as lines, or as archives above the stated number.

    Parameters
    ----------
    edges, tolerance_m, is_light
        As in :func:`livelihood_map.mapping.base.merge_streets`.
    settings
        ``tiles_above_n`` is the most streets that a page holds as lines.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    if edges is None or len(edges) <= settings.tiles_above_n:
        return Streets(street_section(edges, tolerance_m, is_light=is_light))
    section, elements = [], []
    for one, lines in merge_streets(edges, tolerance_m, is_light=is_light):
        name = f"streets-{one.name}"
        archive = write_archive(lines, name=name, first_zoom=one.first_zoom)
        section.append({**line_style(one), "archive": name, "lastZoom": LAST_ZOOM})
        text = base64.b64encode(archive).decode("ascii")
        elements.append(f'<script type="application/json" id="{name}">"{text}"</script>')
    return Streets(section, "".join(elements))


def write_archive(lines: gpd.GeoSeries, *, name: str, first_zoom: int) -> bytes:
    """Return lines as a PMTiles archive of Mapbox vector tiles with one layer and no attributes.

    The same lines give the same bytes. No line is left out, however large a tile grows; closest
    tiles hold the lines as they are, farther ones simplified by half a pixel.

    Parameters
    ----------
    lines
        LineStrings in any CRS.
    name
        Name of archive and layer.
    first_zoom
        First zoom of the map at which the lines are drawn. A tile stands for 512 pixels, so that
        tiles run from the zoom before it to :data:`LAST_ZOOM`.

    Raises
    ------
    ValueError
        When `lines` has no CRS.
    pyogrio.errors.DataSourceError
        When GDAL lacks its PMTiles driver.

    Notes
    -----
    PMTiles Version 3 Specification, Protomaps; Mapbox Vector Tile Specification 2.1.
    """
    archive = io.BytesIO()
    pyogrio.write_dataframe(
        _by_cell(lines.to_crs(TILE_CRS)),
        archive,
        driver="PMTiles",
        layer=name,
        dataset_options={
            "NAME": name,
            "MINZOOM": min(first_zoom - 1, LAST_ZOOM),
            "MAXZOOM": LAST_ZOOM,
            **_HOW,
        },
    )
    return archive.getvalue()


def _by_cell(lines: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Return the lines gathered into one shape a quarter of a tile: fewer and smaller features."""
    shapes = lines.to_numpy()
    middles = shapely.get_coordinates(shapely.line_interpolate_point(shapes, 0.5, normalized=True))
    cells = np.floor(middles / (_WORLD_M / 2**LAST_ZOOM / _CELLS_A_TILE)).astype(np.int64)
    owner = np.unique(cells, axis=0, return_inverse=True)[1].ravel()
    order = np.argsort(owner, kind="stable")
    gathered = shapely.multilinestrings(shapes[order], indices=owner[order])
    return gpd.GeoDataFrame(geometry=gathered, crs=lines.crs)
