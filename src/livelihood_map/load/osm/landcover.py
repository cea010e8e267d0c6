"""What lies below the streets on a map: water and green of an extract."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from livelihood_map.core.crs import STORAGE_CRS, require_metric
from livelihood_map.load.files.extracts import open_extract
from livelihood_map.load.osm.damage import extract_faults
from livelihood_map.load.osm.features import is_extract, outline_of, street_file

if TYPE_CHECKING:
    from livelihood_map.core.settings import StreetSource

log = logging.getLogger(__name__)

GREEN_TAGS: Final = (
    *(("leisure", value) for value in ("park", "garden", "nature_reserve", "golf_course")),
    *(("landuse", value) for value in ("forest", "grass", "meadow", "recreation_ground")),
    *(("natural", value) for value in ("wood", "scrub", "heath", "grassland")),
)
WATER_TAGS: Final = (
    *(("natural", "water"), ("waterway", "riverbank"), ("waterway", "dock")),
    *(("landuse", "reservoir"), ("landuse", "basin")),
)
_AREA: Final = 2
_AREA_MIN_M2: Final = 2000.0
"""Smaller ponds and lawns are left out: they would only clutter a map of a district."""


def load_ground(
    source: StreetSource | None,
    *,
    area: shapely.Geometry,
    margin_m: float,
    crs: object,
    base: Path,
) -> gpd.GeoDataFrame:
    """Return water and green around the district, for the base map.

    Parameters
    ----------
    source
        The streets; only an OpenStreetMap extract holds more than streets.
    area
        The district in `crs`.
    margin_m
        How far beyond it the base map reaches, metres.
    crs
        The metric CRS.
    base
        Folder that a relative path starts from.

    Returns
    -------
    kind (``green`` or ``water``) and area, the largest of a kind first; empty without an extract.

    Raises
    ------
    CrsError
        When `crs` is not metric.
    SourceError
        When the extract is absent or damaged.
    """
    require_metric(crs, what="crs")
    if source is None or not is_extract(Path(source.path)):
        return gpd.GeoDataFrame({"kind": []}, geometry=[], crs=crs)
    path = street_file(base, source)
    areas = _read_areas(path).to_crs(crs)
    areas = areas[areas.area >= _AREA_MIN_M2]
    around = shapely.buffer(area, margin_m)
    clipped = shapely.intersection(shapely.make_valid(areas.geometry.to_numpy()), around)
    areas = areas.set_geometry(gpd.GeoSeries(clipped, index=areas.index, crs=crs))
    areas = areas[(shapely.get_dimensions(clipped) == _AREA) & ~areas.geometry.is_empty]
    order = np.lexsort((-areas.area.to_numpy(), areas["kind"].to_numpy().astype(str)))
    areas = areas.iloc[order].reset_index(drop=True)
    log.info("ground: %d areas from %s", len(areas), path.name)
    return areas


def _read_areas(path: Path) -> gpd.GeoDataFrame:
    """Return the areas of water and green of an extract, in degrees."""
    import osmium

    wanted = osmium.filter.TagFilter(*WATER_TAGS, *GREEN_TAGS)
    factory = osmium.geom.WKBFactory()
    water = frozenset(WATER_TAGS)
    kinds: list[str] = []
    shapes: list[bytes] = []
    with extract_faults(path, key="load.extract_broken", shown=path.name):
        opened = osmium.FileProcessor(open_extract(path))
        things: Any = opened.with_areas(wanted).with_filter(wanted)
        for thing in things:
            outline = outline_of(thing, factory) if thing.is_area() else None
            if outline is not None:
                is_water = any((tag.k, tag.v) in water for tag in thing.tags)
                kinds.append("water" if is_water else "green")
                shapes.append(outline)
    return gpd.GeoDataFrame({"kind": kinds}, geometry=shapely.from_wkb(shapes), crs=STORAGE_CRS)
