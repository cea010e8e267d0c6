"""Boundaries of the towns (街镇): names, aliases, both code systems."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.errors import SourceError
from livelihood_map.core.tables import TOWNS
from livelihood_map.load.files.headings import Headings
from livelihood_map.load.files.intake import Intake
from livelihood_map.load.files.paths import existing_file
from livelihood_map.load.files.readers import read_tables
from livelihood_map.load.files.shapes import CROSSINGS_MAX, valid_areas
from livelihood_map.load.location.coordinates import datum_of
from livelihood_map.load.location.datums import project
from livelihood_map.load.location.town_lookup import (
    is_known_district,
    known_writings,
    shipped_code,
    short_code,
)
from livelihood_map.load.osm.boundaries import boundary_table
from livelihood_map.load.osm.features import is_extract

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from livelihood_map.core.settings import TownSource

log = logging.getLogger(__name__)


def load_towns(source: TownSource, *, base: Path) -> gpd.GeoDataFrame:
    """Return the towns table in EPSG:4326.

    Parameters
    ----------
    source
        Where the boundaries are, in which datum, and what their headings mean.
    base
        Folder that the path starts from.

    Returns
    -------
    geopandas.GeoDataFrame
        Sorted by `town_id`: the code of the statistical system where the file or the shipped
        table of writings gives one, otherwise the name. Parts with the same id are joined.

    Raises
    ------
    SourceError
        When the file is absent, damaged, empty, has no town name, or a town without an area.

    Examples
    --------
    >>> from livelihood_map.core.io import data_path
    >>> demo = data_path("demo")
    >>> from livelihood_map.core.settings import TownSource
    >>> len(load_towns(TownSource(path="towns.geojson"), base=demo))
    14
    """
    started = time.perf_counter()
    main = existing_file(base, source.path)
    if is_extract(main):
        table = boundary_table(main, admin_level=source.admin_level, within=source.within)
        towns = _taken(Intake(table, Headings("towns", source.columns)), source.datum)
    else:
        towns = _read(main, source.columns, source.layer, source.datum)
    if source.supplement is not None:
        path = existing_file(base, source.supplement)
        towns = cut_in(towns, _read(path, source.supplement_columns, None, "auto"))
    log.info("towns: %d, %.1f s", len(towns), time.perf_counter() - started)
    return TOWNS.conform(towns)


def _read(
    path: Path, columns: Mapping[str, str], layer: str | None, datum: str
) -> gpd.GeoDataFrame:
    """Return the towns of one file in EPSG:4326, parts of one town joined."""
    headings = Headings("towns", columns)
    intake = Intake(read_tables(path, headings, layer=layer)[0], headings)
    if intake.table.geometry is None:
        raise SourceError("load.layer_no_shapes", path=path.name)
    return _taken(intake, datum)


def _taken(intake: Intake, datum: str) -> gpd.GeoDataFrame:
    """Return the towns of a layer in EPSG:4326, parts of one town joined."""
    if not intake.has("name"):
        raise intake.refusal("load.no_name_column", field="town_name")
    lonlat = project(_areas(intake), datum_of(intake, datum))
    names, ids, aliases, zones = _columns(intake)
    towns = gpd.GeoDataFrame(
        {"town_id": ids, "town_name": names, "aliases": aliases, "zone": zones},
        geometry=lonlat,
        crs=STORAGE_CRS,
    )
    return _joined(towns)


def cut_in(towns: gpd.GeoDataFrame, others: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the towns with the units that only a second file has, cut out of their hosts.

    A unit of the second file whose id the first lacks is cut out of the one town that it overlaps
    most, so that the district stays as it is and every place belongs to one unit. This builds the
    14 units of Minhang from a file without the industrial zone and one that has it.

    Parameters
    ----------
    towns
        The towns, an exact partition, EPSG:4326.
    others
        Units of the second file, EPSG:4326.

    Raises
    ------
    SourceError
        When a unit of the second file lies in none of the towns.
    """
    towns = towns.copy()
    for unit in others[~others["town_id"].isin(towns["town_id"])].itertuples(index=False):
        shared = shapely.area(shapely.intersection(towns.geometry.to_numpy(), unit.geometry))
        host = int(np.argmax(shared))
        if shared[host] == 0:
            raise SourceError("load.unit_outside", name=unit.town_name)
        whole = towns.geometry.iloc[host]
        rest = _as_areas(whole.difference(unit.geometry))
        part = _as_areas(whole.intersection(unit.geometry))
        towns = towns.set_geometry(
            [rest if n == host else shape for n, shape in enumerate(towns.geometry)], crs=towns.crs
        )
        added = gpd.GeoDataFrame([unit._asdict()], geometry=[part], crs=towns.crs)
        towns = gpd.GeoDataFrame(pd.concat([towns, added], ignore_index=True), crs=towns.crs)
    return towns.sort_values("town_id", ignore_index=True)


def _as_areas(shape: shapely.Geometry) -> shapely.MultiPolygon:
    """Return the polygons of a shape, lines and points dropped."""
    parts = [part for part in shapely.get_parts([shape]) if part.geom_type == "Polygon"]
    return shapely.MultiPolygon(parts)


def _areas(intake: Intake) -> np.ndarray:
    """Return the shapes of a layer of areas, made valid."""
    shapes = np.asarray(intake.table.geometry, dtype=object)
    for tangle in intake.rejects[:1]:
        limit = f"{CROSSINGS_MAX:,}"
        raise SourceError("load.layer_tangled", path=tangle.source, row=tangle.row, limit=limit)
    is_area = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    if not is_area.all():
        position = int(np.flatnonzero(~is_area)[0])
        raise SourceError(
            "load.town_no_area",
            path=intake.table.source,
            row=int(intake.table.rows[position]),
            value=intake.raw_of(position),
        )
    return valid_areas(shapes)


def _columns(intake: Intake) -> tuple[list[str], list[str], list[str], list[str | None]]:
    """Return names, ids, aliases and zones of the towns."""
    names = intake.texts("name")
    codes = [short_code(code) for code in intake.texts("code")]
    unnamed = [number for number, name in enumerate(names) if not name]
    if unnamed:
        raise SourceError(
            "load.town_no_name",
            path=intake.table.source,
            row=int(intake.table.rows[unnamed[0]]),
            field=intake.heading("name"),
        )
    is_known = is_known_district(names, codes)
    shipped = [shipped_code(name) if is_known else "" for name in names]
    ids = [code or known or name for name, code, known in zip(names, codes, shipped, strict=True)]
    aliases = []
    for name, code, given in zip(names, codes, intake.texts("aliases"), strict=True):
        own = [text.strip() for text in given.replace("；", ";").replace("、", ";").split(";")]
        both = dict.fromkeys([*own, *(known_writings(name, code) if is_known else ())])
        aliases.append(";".join(text for text in both if text and text != name))
    zones = [text or None for text in intake.texts("zone")]
    return names, ids, aliases, zones


def _joined(towns: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one row a town, sorted by id, areas as multipolygons."""
    merged = towns.dissolve("town_id", as_index=False, sort=True)
    merged = merged[["town_id", "town_name", "aliases", "zone", "geometry"]]
    merged["zone"] = pd.array(merged["zone"].tolist(), dtype="str")
    shapes = [
        shapely.multipolygons([shape]) if shape.geom_type == "Polygon" else shape
        for shape in merged.geometry
    ]
    return merged.set_geometry(gpd.GeoSeries(shapes, crs=towns.crs))
