"""Checked tables -> the parts of a page's payload, in degrees and in the page's language."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.names import town_names
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.telling import tell_kind, tell_metres, tell_minutes_of, tell_people
from livelihood_map.mapping.base import encode_parts, with_shapes
from livelihood_map.mapping.borders import border_lines
from livelihood_map.mapping.palette import coverage_bands
from livelihood_map.mapping.payload import (
    clean_number,
    clean_text,
    column_list,
    encode_points,
    encode_shape,
)
from livelihood_map.mapping.pinyin import syllables
from livelihood_map.mapping.site_sections import site_ids
from livelihood_map.mapping.town_labels import place_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from livelihood_map.core.labels import Lang
    from livelihood_map.core.standards import KindRow
    from livelihood_map.mapping.inputs import MapTables, PageInputs

Section = dict[str, Any]
SITE_PREFIX: Final = "site:"
"""Start of the id of a facility that is a suggested site."""


def shown_towns(towns: pd.DataFrame) -> dict[str, str]:
    """Return the name to show for every town id; towns of one name are told apart by their ids.

    Raises
    ------
    KeyError
        When a column is missing.

    Examples
    --------
    >>> ids, names = ["1", "2", "3"], ["城关镇", "城关镇", "河口镇"]
    >>> shown_towns(pd.DataFrame({"town_id": ids, "town_name": names}))
    {'1': '城关镇（1）', '2': '城关镇（2）', '3': '河口镇'}
    """
    names = {str(town_id): clean_text(name) for town_id, name in town_names(towns).items()}
    shared = Counter(names.values())
    return {
        town_id: name
        if shared[name] == 1
        else label("mapping.town_of_one_name", name=name, town_id=clean_text(town_id))
        for town_id, name in names.items()
    }


def town_section(
    towns: gpd.GeoDataFrame, sites: gpd.GeoDataFrame | None, tolerance_m: float
) -> list[Section]:
    """Return name, outline and place of the name for every town; shared borders stay shared.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    outlines = towns.geometry.to_numpy()
    if tolerance_m > 0:
        outlines = shapely.coverage_simplify(outlines, tolerance_m * 3)
    shapes = gpd.GeoSeries(outlines, crs=towns.crs).to_crs(STORAGE_CRS)
    places = gpd.GeoSeries(place_names(towns, sites), crs=towns.crs).to_crs(STORAGE_CRS)
    names = shown_towns(towns).values()
    return [
        {"name": name, "shape": encode_shape(shape), "label": encode_points([place])}
        for name, shape, place in zip(names, shapes, places, strict=True)
    ]


def border_section(towns: gpd.GeoDataFrame, tolerance_m: float) -> list[str]:
    """Return the borders of the towns as encoded lines, each stretch once.

    Neighbours would else draw theirs over one another, dash beside dash, as one dark line.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    outlines = towns.geometry.to_numpy()
    if tolerance_m > 0:
        outlines = shapely.coverage_simplify(outlines, tolerance_m * 3)
    lines = gpd.GeoSeries(border_lines(outlines), crs=towns.crs).to_crs(STORAGE_CRS)
    return encode_parts(lines.to_numpy())


def residence_section(
    residences: gpd.GeoDataFrame, towns: Mapping[str, str], tolerance_m: float
) -> list[Section]:
    """Return name, town, people and outline (or point) of every compound.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    return [
        {
            "name": clean_text(one.name),
            "town": towns.get(str(one.town_id), ""),
            "population": clean_number(one.population),
        }
        | (
            {"point": encode_points([shape])}
            if shape.geom_type == "Point"
            else {"shape": encode_shape(shape)}
        )
        for one, shape in with_shapes(residences, tolerance_m)
    ]


def kind_section(row: KindRow, *, cutoff_m: float, lang: Lang) -> Section:
    """Return name, whom it counts, legend classes, distances in metres, and standard of a kind.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    limits = (*row.tiers_m, row.threshold_m)
    bands = coverage_bands(limits, row.aim_m, cutoff_m=cutoff_m, lang=lang)
    return {
        "name": name_of("core.kind", row.id, lang),
        "people": tell_people(row, lang),
        "measure": tell_kind(row, lang),
        "classes": [vars(band) for band in bands],
        "aim_m": row.aim_m,
        "threshold_m": row.threshold_m,
        "standard": standard_row(row, lang=lang),
        "target_m": row.target_m,
        "crowds_n": len(row.crowds),
    }


def standard_row(row: KindRow, *, lang: Lang) -> str:
    """Return in words the row of the standard by which a kind was measured.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    words = {
        "kind": name_of("core.kind", row.id, lang),
        "threshold": tell_metres(row.threshold_m, lang),
        "minutes": tell_minutes_of(row, row.threshold_m),
        "status": name_of("core.evidence", row.threshold_status or row.status, lang),
        "source": row.tell_source("threshold", lang),
    }
    if row.target_m is None:
        return label("mapping.standard_row_single", lang, **words)
    aim_status = name_of("core.evidence", row.target_status or row.status, lang)
    aim = tell_metres(row.aim_m, lang)
    return label("mapping.standard_row", lang, aim=aim, aim_status=aim_status, **words)


def coverage_section(
    coverage: pd.DataFrame,
    residence_ids: Sequence[str],
    facility_ids: Sequence[str],
    rows: Sequence[KindRow],
    *,
    walker: str,
    site_ids: Sequence[str] = (),
) -> dict[str, Section]:
    """Return walks, legend class and nearest facility by kind, in the order of the compounds.

    A facility is its place in `facility_ids`; a suggested site, named ``site:`` and its candidate
    id as the coverage with the sites names it, is -1, -2 … by its place in `site_ids`.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    position = {facility_id: index for index, facility_id in enumerate(facility_ids)}
    position |= {f"{SITE_PREFIX}{site_id}": -1 - index for index, site_id in enumerate(site_ids)}
    one_walker = coverage
    if "walker" in coverage.columns:
        one_walker = coverage[coverage["walker"] == walker]
    sections: dict[str, Section] = {}
    for row in rows:
        of_kind = one_walker[one_walker["kind"] == row.id].set_index("residence_id")
        if of_kind.empty and len(residence_ids):
            continue
        ordered = of_kind.reindex(list(residence_ids))
        is_measured = pd.Index(residence_ids).isin(of_kind.index)
        walk_m = ordered["walk_m"].astype("float64").to_numpy()
        facility = ordered["facility_id"].map(position)
        sections[row.id] = {
            "walk_m": column_list(walk_m.tolist()),
            "walk_min": column_list(ordered["walk_min"].astype("float64").tolist(), 1),
            "band": _bands(walk_m, is_measured, row),
            "facility": column_list(facility.astype("float64").tolist()),
            "dwelling_m": column_list(_dwelling(ordered)),
        }
    return sections


def _dwelling(coverage: pd.DataFrame) -> list[float]:
    """Return the walks from the dwelling; nothing where no compound has one."""
    if "dwelling_walk_m" not in coverage.columns or coverage["dwelling_walk_m"].isna().all():
        return []
    walks: list[float] = coverage["dwelling_walk_m"].astype("float64").tolist()
    return walks


def plan_sections(page: PageInputs, rows: Sequence[KindRow]) -> tuple[Section, Section]:
    """Return the coverage of today and that with the suggested sites, empty without these.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    tables = page.tables
    orders = tables.residences["residence_id"].tolist(), tables.facilities["facility_id"].tolist()
    before = coverage_section(tables.coverage, *orders, rows, walker=page.walker)
    if tables.after is None:
        return before, {}
    numbers = site_ids(tables.sites)
    return before, coverage_section(
        tables.after, *orders, rows, walker=page.walker, site_ids=numbers
    )


def bounds_section(towns: gpd.GeoDataFrame) -> list[list[float]]:
    """Return the south-western and the north-eastern corner of the towns, latitude first.

    Raises
    ------
    ValueError
        When the table has no CRS.
    """
    west, south, east, north = towns.to_crs(STORAGE_CRS).total_bounds.round(5).tolist()
    return [[south, west], [north, east]]


def _bands(walk_m: np.ndarray, is_measured: np.ndarray, row: KindRow) -> list[int]:
    """Return the legend class of every walk."""
    limits = sorted({*row.tiers_m, row.threshold_m, row.aim_m})
    band = np.searchsorted(np.asarray(limits), walk_m, side="left")
    band = np.where(np.isnan(walk_m), len(limits) + 1, band)
    return [int(one) for one in np.where(is_measured, band, len(limits) + 2)]


def town_row_section(
    town_coverage: pd.DataFrame | None,
    kinds: Sequence[str],
    names: Mapping[str, str],
    *,
    walker: str,
    lang: Lang,
) -> list[Section]:
    """Return the share of people covered by town and kind, the district last.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    if town_coverage is None:
        return []
    rows = town_coverage[town_coverage["walker"] == walker]
    shares = [name for name in ("covered_share", "covered_share_after") if name in rows.columns]
    sections: dict[str, Section] = {}
    for one in rows.itertuples(index=False):
        is_district = one.town_id == DISTRICT_ID
        town = names.get(str(one.town_id), clean_text(one.town_name))
        name = label("core.district", lang) if is_district else town
        section = sections.setdefault(
            str(one.town_id), {"name": name, "is_district": is_district, "shares": {}}
        )
        if one.kind in kinds:
            section["shares"][one.kind] = [clean_number(getattr(one, name), 5) for name in shares]
    return sorted(sections.values(), key=lambda section: bool(section["is_district"]))


def spelling_section(tables: MapTables) -> dict[str, list[str]]:
    """Return how the names of towns, compounds, outlets and sites may be typed, in table order.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    sites = [] if tables.sites is None else tables.sites.sort_values("rank")["name"]
    return {
        name: [syllables(clean_text(value)) for value in values]
        for name, values in (
            ("towns", tables.towns["town_name"]),
            ("residences", tables.residences["name"]),
            ("facilities", tables.facilities["name"]),
            ("sites", sites),
        )
    }
