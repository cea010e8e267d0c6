"""What a map shows below the data: land use, water, rail, expressways, stations and places."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from livelihood_map.core.crs import STORAGE_CRS, require_metric
from livelihood_map.core.tables import BASE_FEATURES
from livelihood_map.load.files.extracts import open_extract
from livelihood_map.load.osm.coast import sea_areas
from livelihood_map.load.osm.damage import extract_faults
from livelihood_map.load.osm.features import is_extract, outline_of, street_file
from livelihood_map.load.osm.line_layers import read_motor_roads
from livelihood_map.load.osm.walkable import MOTOR_ONLY, NOT_TRUE, TRUNK, not_walked_reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from livelihood_map.core.settings import StreetSource

log = logging.getLogger(__name__)

_Kinds = dict[str, dict[str, tuple[str, ...]]]
"""Values by key of OpenStreetMap, by the kind that they make."""
_AREA_VALUES: Final[_Kinds] = {
    "water": {
        "natural": ("water",),
        "waterway": ("riverbank", "dock"),
        "landuse": ("reservoir", "basin"),
    },
    "park": {"leisure": ("park", "garden", "nature_reserve", "golf_course")},
    "green": {
        "landuse": ("forest", "grass", "meadow", "recreation_ground", "cemetery"),
        "natural": ("wood", "scrub", "heath", "grassland"),
    },
    "civic": {"amenity": ("school", "college", "university", "hospital")},
    "industrial": {"landuse": ("industrial", "railway", "port", "quarry")},
    "commercial": {"landuse": ("commercial", "retail")},
    "farmland": {"landuse": ("farmland", "orchard", "vineyard", "greenhouse_horticulture")},
    "residential": {"landuse": ("residential",)},
}
_LINE_VALUES: Final[_Kinds] = {
    "river": {"waterway": ("river",)},
    "canal": {"waterway": ("canal",)},
    "stream": {"waterway": ("stream",)},
    "metro": {"railway": ("subway", "light_rail", "monorail", "tram")},
    "railway": {"railway": ("rail", "narrow_gauge")},
}
_PLACES: Final = ("city", "town", "borough", "suburb", "quarter", "village")
_NOT_AT_GRADE: Final = frozenset(("river", "canal", "stream", "railway", "expressway", "ramp"))
"""Not drawn where a tunnel hides them; the tunnels of the metro are."""
_COAST: Final = "coast"
_AREA: Final = 2
_AREA_MIN_M2: Final = 2000.0
"""Smaller ponds and lawns are left out: they would only clutter a map of a district."""


def load_base_features(
    source: StreetSource | None,
    *,
    area: shapely.Geometry,
    margin_m: float,
    crs: object,
    base: Path,
) -> gpd.GeoDataFrame:
    """Return what the base map shows in and around the district beside the walked streets.

    Parameters
    ----------
    source
        The streets: an OpenStreetMap extract, or a layer of lines, which holds roads alone.
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
    Table ``base_features``, by kind and the largest first; empty without streets. Of a layer of
    lines it holds the roads that nobody walks.

    Raises
    ------
    CrsError
        When `crs` is not metric.
    SchemaError
        When an extract numbers things as no extract does.
    SourceError
        When the file is absent or damaged.
    """
    require_metric(crs, what="crs")
    if source is None:
        return BASE_FEATURES.empty(crs)
    path = street_file(base, source)
    read = _read_features(path) if is_extract(path) else _read_roads(source, path)
    features = read.to_crs(crs)
    around = shapely.buffer(area, margin_m)
    shapely.prepare(around)
    features = features[shapely.intersects(features.geometry.to_numpy(), around)]
    features = features.set_geometry(_clip(features.geometry.to_numpy(), around), crs=crs)
    sea = sea_areas(features.geometry[features["kind"] == _COAST].to_numpy(), around)
    features = _with_sea(features[features["kind"] != _COAST], sea)
    shapes = features.geometry.to_numpy()
    is_area = shapely.get_dimensions(shapes) == _AREA
    is_kept = ~shapely.is_empty(shapes) & (~is_area | (shapely.area(shapes) >= _AREA_MIN_M2))
    features = features[is_kept].drop_duplicates("feature_id")
    size = -np.maximum(features.area, features.length).to_numpy()
    order = np.lexsort((features["feature_id"], size, features["kind"]))
    log.info("base map: %d features from %s", len(features), path.name)
    return BASE_FEATURES.conform(features.iloc[order])


def _clip(shapes: Any, around: shapely.Geometry) -> Any:  # noqa: ANN401  (arrays of shapes)
    """Return shapes cut to the surroundings: no sliver of a lower dimension stays of an area."""
    clipped = shapely.intersection(shapely.make_valid(shapes), around)
    is_area = shapely.get_dimensions(shapes) == _AREA
    is_lower = is_area & (shapely.get_dimensions(clipped) < _AREA)
    clipped[is_lower] = shapely.Polygon()
    is_mixed = shapely.get_type_id(clipped) == shapely.GeometryType.GEOMETRYCOLLECTION.value
    clipped[is_mixed] = [
        shapely.multipolygons([p for p in shapely.get_parts(one) if p.geom_type == "Polygon"])
        for one in clipped[is_mixed]
    ]
    return clipped


def _with_sea(features: gpd.GeoDataFrame, sea: list[shapely.Polygon]) -> gpd.GeoDataFrame:
    """Return the features with the sea as water."""
    if not sea:
        return features
    columns = {"feature_id": [f"sea{i}" for i in range(len(sea))], "kind": "water"}
    rows = gpd.GeoDataFrame(columns, geometry=sea, crs=features.crs)
    together = gpd.pd.concat([features, rows], ignore_index=True)
    return gpd.GeoDataFrame(together, crs=features.crs)


def area_kind(tags: Mapping[str, str]) -> str | None:
    """Return what an area is drawn as, or None when the base map leaves it out.

    Parameters
    ----------
    tags
        Tags of a closed way or multipolygon of OpenStreetMap.

    Examples
    --------
    >>> area_kind({"leisure": "park"}), area_kind({"building": "yes"})
    ('park', None)
    """
    return _kind_of(tags, _AREA_VALUES)


def line_kind(tags: Mapping[str, str]) -> str | None:
    """Return what a way is drawn as, or None when it is no line of the base map.

    Parameters
    ----------
    tags
        Tags of a way of OpenStreetMap.

    Examples
    --------
    >>> line_kind({"highway": "motorway", "bridge": "yes"}), line_kind({"highway": "service"})
    ('expressway', None)
    """
    kind = _kind_of(tags, _LINE_VALUES)
    if tags.get("natural") == "coastline":
        kind = _COAST
    elif "highway" in tags and not_walked_reason(tags) == "motor":
        kind = "ramp" if tags["highway"].endswith("_link") else "expressway"
    is_hidden = kind in _NOT_AT_GRADE and tags.get("tunnel", "") not in NOT_TRUE
    return None if is_hidden else kind


def point_kind(tags: Mapping[str, str]) -> str | None:
    """Return what a node with a name is drawn as: station, place, or None.

    Parameters
    ----------
    tags
        Tags of a node of OpenStreetMap.

    Examples
    --------
    >>> point_kind({"railway": "station", "name": "莘庄"}), point_kind({"place": "town"})
    ('station', None)
    """
    if "name" not in tags:
        return None
    if tags.get("railway") in {"station", "halt"} or tags.get("station") == "subway":
        return "station"
    return "place" if tags.get("place") in _PLACES else None


def _kind_of(tags: Mapping[str, str], kinds: _Kinds) -> str | None:
    """Return the first kind one of whose values is among the tags."""
    return next(
        (
            kind
            for kind, wanted in kinds.items()
            if any(tags.get(key) in values for key, values in wanted.items())
        ),
        None,
    )


def _wanted() -> list[tuple[str, str]]:
    """Return the tags of which a thing must have one."""
    pairs = [
        (key, value)
        for kinds in (_AREA_VALUES, _LINE_VALUES)
        for wanted in kinds.values()
        for key, values in wanted.items()
        for value in values
    ]
    roads = [("highway", value) for value in sorted(MOTOR_ONLY | TRUNK)]
    stations = [("railway", "station"), ("railway", "halt"), ("station", "subway")]
    places = [("place", value) for value in _PLACES]
    return [*pairs, *roads, *stations, *places, ("motorroad", "yes"), ("natural", "coastline")]


def _read_features(path: Path) -> gpd.GeoDataFrame:
    """Return the features of an extract, in degrees."""
    import osmium

    factory = osmium.geom.WKBFactory()
    rows: list[dict[str, str | None]] = []
    shapes: list[Any] = []
    with extract_faults(path, key="load.extract_broken", shown=path.name):
        opened = osmium.FileProcessor(open_extract(path))
        wanted = osmium.filter.TagFilter(*_wanted())
        things: Any = opened.with_areas(wanted).with_filter(wanted)
        for thing in things:
            tags = {tag.k: tag.v for tag in thing.tags}
            kind, shape = _take(thing, tags, factory)
            if kind is not None and shape is not None:
                rows.append(_row(thing, kind, tags))
                shapes.append(shape)
    columns = ["feature_id", "kind", "name", "name_en"]
    table = gpd.pd.DataFrame(rows, columns=columns)
    return gpd.GeoDataFrame(table, geometry=shapes, crs=STORAGE_CRS)


def _read_roads(source: StreetSource, path: Path) -> gpd.GeoDataFrame:
    """Return the expressways and ramps of a layer of lines, in degrees."""
    lines, tags = read_motor_roads(source, path)
    kinds = [line_kind(one) for one in tags]
    names = [one.get("name") for one in tags]
    english = [one.get("name_en") for one in tags]
    rows = {
        "feature_id": [f"l{number}" for number in range(len(lines))],
        "kind": kinds,
        "name": names,
        "name_en": english,
    }
    table = gpd.GeoDataFrame(rows, geometry=lines, crs=lines.crs)
    return table[table["kind"].notna()]


def _take(thing: Any, tags: Mapping[str, str], factory: Any) -> tuple[str | None, Any]:  # noqa: ANN401  (osmium's)
    """Return kind and shape of a thing; nothing when it is not drawn or has no place."""
    if thing.is_area():
        kind = area_kind(tags)
        outline = outline_of(thing, factory) if kind or point_kind(tags) == "station" else None
        if outline is None:
            return None, None
        shape = shapely.from_wkb(outline)
        return (kind, shape) if kind else ("station", shapely.centroid(shape))
    if thing.is_node() and thing.location.valid():
        return point_kind(tags), shapely.Point(thing.location.lon, thing.location.lat)
    if not thing.is_way():
        return None, None
    places = [(n.location.lon, n.location.lat) for n in thing.nodes if n.location.valid()]
    return line_kind(tags), shapely.LineString(places) if len(places) > 1 else None


def _row(thing: Any, kind: str, tags: Mapping[str, str]) -> dict[str, str | None]:  # noqa: ANN401  (osmium's)
    """Return id, kind and names of a feature."""
    letter, number = thing.type_str(), thing.id
    if thing.is_area():
        letter, number = "w" if thing.from_way() else "r", thing.orig_id()
    name = tags.get("name:zh") or tags.get("name") or tags.get("ref")
    return {
        "feature_id": f"{letter}{number}",
        "kind": kind,
        "name": name,
        "name_en": tags.get("name:en"),
    }
