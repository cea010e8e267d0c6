"""Walked lines out of a street layer: GeoJSON, GeoPackage, Shapefile and the like."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.errors import CrsError, SourceError
from livelihood_map.load.files.layers import read_layer
from livelihood_map.load.location.datums import AUTO, datum_of_crs, read_datum
from livelihood_map.load.osm.polylines import TAG_COLUMNS, Polylines
from livelihood_map.load.osm.walkable import not_walked_reason, way_tags
from livelihood_map.load.osm.ways import WayCounts

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyproj

    from livelihood_map.core.arrays import Floats, Longs, Shapes
    from livelihood_map.core.settings import StreetSource
    from livelihood_map.load.location.datums import Datum


HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "highway": ("highway", "fclass", "道路等级", "道路类型", "道路类别", "class", "type"),
    "name": ("name", "道路名称", "路名", "名称", "road_name"),
    "name_en": ("name_en", "name:en", "英文名", "英文名称"),
    "is_bridge": ("is_bridge", "bridge", "桥梁"),
    "is_tunnel": ("is_tunnel", "tunnel", "隧道"),
    "access": ("access",),
    "foot": ("foot",),
    "sidewalk": ("sidewalk", "人行道"),
}
"""Headings under which a column is looked for, without regard to upper and lower case."""

CHINESE_CLASSES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("高速公路", "高速路", "高速"), "motorway"),
    **dict.fromkeys(("快速路", "城市快速路", "高架路"), "motorway"),
    **dict.fromkeys(("匝道", "高速匝道"), "motorway_link"),
    **dict.fromkeys(("国道", "省道", "主干路", "主干道", "城市主干路"), "primary"),
    **dict.fromkeys(("县道", "次干路", "次干道", "城市次干路"), "secondary"),
    **dict.fromkeys(("支路", "城市支路", "街坊路"), "residential"),
    **dict.fromkeys(("乡道", "村道", "乡村道路"), "unclassified"),
    **dict.fromkeys(("内部道路", "小区道路", "小区内部道路"), "service"),
    **dict.fromkeys(("人行道", "步行道", "人行步道", "人行天桥", "人行地道"), "footway"),
    **dict.fromkeys(("步行街",), "pedestrian"),
    **dict.fromkeys(("自行车道", "非机动车道"), "cycleway"),
    **dict.fromkeys(("在建", "在建道路", "规划", "规划道路"), "construction"),
}
"""Road classes of Chinese layers as OpenStreetMap's; others are kept as they are and walked."""

_DIGITS: Final = 8
_LONGEST_HEADING: Final = 10
_LARGEST_LON: Final = 180
_LARGEST_LAT: Final = 90


def read_lines(
    path: Path,
    *,
    layer: str | None,
    datum: str,
    columns: Mapping[str, str],
    crs: pyproj.CRS,
) -> tuple[Polylines, WayCounts]:
    """Return the walked lines of a street layer and how many nobody walks.

    Lines meet where they share a vertex, at their ends or midway; a bridge or tunnel that shares
    none touches nothing that it passes. Vertices are the same place when their longitudes and
    latitudes agree to eight digits (a millimetre).

    Parameters
    ----------
    path
        The file.
    layer
        Layer of a file that has several; None for the only one.
    datum
        ``auto`` (as the file states), WGS-84, CGCS2000, GCJ-02, BD-09 or an EPSG code.
    columns
        Heading in the file by our name (the keys of :data:`HEADINGS`), where it is not recognised.
    crs
        The metric CRS.

    Raises
    ------
    SourceError
        When the file cannot be read, lacks the layer or a named column, has no lines, or the
        datum is unknown.
    CrsError
        When the datum is `auto` and the file states none, or declares degrees for metres.
    """
    table = read_layer(path, layer=layer, encoding=None)
    declared = _declared(datum, table.crs, path=path)
    tags = _tags(table.cells, columns, path=path)
    return _walked_lines(np.asarray(table.geometry), tags, declared, path=path, crs=crs)


def take_lines(frame: gpd.GeoDataFrame, *, crs: pyproj.CRS) -> tuple[Polylines, WayCounts]:
    """Return the walked lines of a frame, as `read_lines` does those of a file.

    Parameters
    ----------
    frame
        Lines in any CRS that it states, their columns named as in a street layer.
    crs
        The metric CRS.

    Raises
    ------
    SourceError
        When there are no lines.
    CrsError
        When the frame states no CRS.
    """
    named = Path("GeoDataFrame")
    declared = _declared(AUTO, frame.crs, path=named)
    cells = pd.DataFrame(frame.drop(columns=frame.geometry.name)).reset_index(drop=True)
    tags = _tags(cells.astype(object), {}, path=named)
    return _walked_lines(np.asarray(frame.geometry.array), tags, declared, path=named, crs=crs)


def _walked_lines(
    geometry: Shapes,
    tags: list[dict[str, str]],
    declared: Datum,
    *,
    path: Path,
    crs: pyproj.CRS,
) -> tuple[Polylines, WayCounts]:
    """Return the walked lines of shapes with their tags, and how many nobody walks."""
    parts, row = shapely.get_parts(geometry, return_index=True)
    is_line = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING.value
    if not is_line.any():
        raise SourceError("streets.no_lines", path=str(path), count=len(tags))
    reasons = np.array([not_walked_reason(way) or "" for way in tags], dtype=object)
    is_walked = is_line & (reasons == "")[row]
    # In the order of the shapes themselves: the order of the file's rows must not matter.
    order = sorted(np.flatnonzero(is_walked), key=list(shapely.to_wkb(parts)).__getitem__)
    kept = pd.DataFrame([way_tags(tags[position]) for position in row[order]], columns=TAG_COLUMNS)
    vertices, line = shapely.get_coordinates(parts[order], return_index=True)
    lon, lat = _to_wgs84(*vertices.T, datum=declared, path=path)
    lines = _polylines(lon, lat, line.astype(np.int64), tags=kept, crs=crs)
    names, counts = np.unique(reasons[reasons != ""].astype(str), return_counts=True)
    not_walked = dict(zip(names.tolist(), counts.tolist(), strict=True))
    return lines, WayCounts(len(tags), not_walked, 0, int((~is_line).sum()))


def read_motor_roads(
    source: StreetSource, path: Path
) -> tuple[gpd.GeoSeries, list[dict[str, str]]]:
    """Return the lines of a street layer that only motor traffic uses, with their tags.

    Parameters
    ----------
    source
        The street layer: its layer, datum and headings.
    path
        The file.

    Returns
    -------
    Lines in EPSG:4326, in the order of their shapes, and for each its values under
    OpenStreetMap's names.

    Raises
    ------
    SourceError, CrsError
        As :func:`read_lines`.
    """
    table = read_layer(path, layer=source.layer, encoding=None)
    declared = _declared(source.datum, table.crs, path=path)
    tags = _tags(table.cells, source.columns, path=path)
    parts, row = shapely.get_parts(table.geometry, return_index=True)
    is_line = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING.value
    is_motor = np.array([not_walked_reason(way) == "motor" for way in tags], dtype=bool)
    kept = np.flatnonzero(is_line & is_motor[row])
    kept = kept[np.argsort(shapely.to_wkb(parts[kept], hex=True), kind="stable")]
    vertices, line = shapely.get_coordinates(parts[kept], return_index=True)
    degrees = np.column_stack(_to_wgs84(*vertices.T, datum=declared, path=path))
    lines = shapely.linestrings(degrees, indices=line) if len(kept) else []
    return gpd.GeoSeries(lines, crs=STORAGE_CRS), [tags[position] for position in row[kept]]


def _tags(cells: pd.DataFrame, columns: Mapping[str, str], *, path: Path) -> list[dict[str, str]]:
    """Return each row's values under OpenStreetMap's names."""
    rows: list[dict[str, str]] = [{} for _ in range(len(cells))]
    for ours, heading in _headings(cells, columns, path=path).items():
        key = ours.removeprefix("is_")
        for row, value in zip(rows, cells[heading].tolist(), strict=True):
            if isinstance(value, str) and value.strip():
                row[key] = value.strip()
            elif isinstance(value, (bool, int)):
                row[key] = str(value)
    for row in rows:
        row["highway"] = CHINESE_CLASSES.get(row.get("highway", "road"), row.get("highway", "road"))
    return rows


def _headings(cells: pd.DataFrame, columns: Mapping[str, str], *, path: Path) -> dict[str, str]:
    """Return the heading under which each of our columns stands, by choice or by its words."""
    headings = [str(name) for name in cells.columns]
    for ours, heading in columns.items():
        if ours not in HEADINGS or heading not in headings:
            raise SourceError(
                "streets.column_absent",
                path=str(path),
                column=ours,
                heading=heading,
                known=", ".join(headings),
                ours=", ".join(HEADINGS),
            )
    by_lower = {name.lower(): name for name in reversed(headings)}
    recognised = {}
    for ours, known in HEADINGS.items():
        cut = [name.encode()[:_LONGEST_HEADING].decode(errors="ignore") for name in known]
        named = [by_lower[name] for name in (*known, *cut) if name in by_lower]
        if named:
            recognised[ours] = named[0]
    return recognised | dict(columns)


def _polylines(
    lon: Floats, lat: Floats, line: Longs, *, tags: pd.DataFrame, crs: pyproj.CRS
) -> Polylines:
    """Return lines whose vertices are the same place where their rounded degrees agree."""
    from pyproj import Transformer

    degrees = np.round(np.column_stack([lon, lat]), _DIGITS) + 0.0
    places, place = np.unique(degrees, axis=0, return_inverse=True)
    x, y = Transformer.from_crs(STORAGE_CRS, crs, always_xy=True).transform(*degrees.T)

    def node_id(wanted: Longs) -> list[str]:
        return [f"{a:.{_DIGITS}f},{b:.{_DIGITS}f}" for a, b in places[wanted].tolist()]

    return Polylines(line, place.astype(np.int64), x, y, tags, node_id, np.empty(0, np.int64))


def _declared(datum: str, stated: pyproj.CRS | None, *, path: Path) -> Datum:
    """Return the datum of the settings, or that of the file where they leave it to the file."""
    if datum != AUTO:
        return read_datum(datum)
    if stated is None:
        raise CrsError("streets.datum_absent", path=str(path))
    return datum_of_crs(stated)


def _to_wgs84(lon: Floats, lat: Floats, *, datum: Datum, path: Path) -> tuple[Floats, Floats]:
    """Return WGS-84 degrees of coordinates in a datum."""
    lon, lat = datum.to_wgs84(lon, lat)
    is_degrees = (np.abs(lon) <= _LARGEST_LON) & (np.abs(lat) <= _LARGEST_LAT)
    if not is_degrees.all():
        example = f"{lon[~is_degrees][0]:g}, {lat[~is_degrees][0]:g}"
        raise CrsError("streets.not_degrees", path=str(path), datum=datum.name, example=example)
    return lon, lat
