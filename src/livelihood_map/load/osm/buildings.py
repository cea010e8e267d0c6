"""Homes from an OpenStreetMap extract, for a district that has no register of compounds.

A residential area (``landuse=residential``) of at most `AREA_MAX_M2` is one place; other
residential buildings are gathered in squares. The district's people are spread by floor area:
footprint times ``building:levels``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.apportion import spread
from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import label
from livelihood_map.load.osm.features import read_things

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from livelihood_map.core.arrays import Bools, Floats, Longs, Shapes
    from livelihood_map.core.settings import ResidenceSource
    from livelihood_map.load.location.town_lookup import TownFinder


AREA_MAX_M2: Final = 100_000.0
"""A larger residential area is divided into squares, like buildings outside of any."""
FOOTPRINT_MIN_M2: Final = 20.0
"""A smaller building is taken for a shed."""
BUILT_SHARE: Final = 0.25
"""Share of a residential area that is built on, where its buildings are not mapped."""
LOW_LEVELS: Final = 2.0
_LOW: Final = frozenset(
    {
        "house",
        "detached",
        "semidetached_house",
        "terrace",
        "bungalow",
        "farm",
        "cabin",
        "hut",
        "villa",
    }
)
_HIGH: Final = frozenset({"residential", "apartments", "dormitory"})
_OTHER_USES: Final = frozenset(
    {
        "industrial",
        "commercial",
        "retail",
        "military",
        "cemetery",
        "railway",
        "port",
        "quarry",
        "landfill",
        "construction",
        "brownfield",
        "greenfield",
        "garages",
        "education",
        "institutional",
        "religious",
        "farmyard",
        "farmland",
        "greenhouse_horticulture",
        "depot",
        "harbour",
        "reservoir",
    }
)
_NOT_HOMES: Final = (
    "amenity",
    "shop",
    "office",
    "leisure",
    "tourism",
    "craft",
    "industrial",
    "military",
    "aeroway",
    "railway",
    "man_made",
    "historic",
    "public_transport",
)
_LEVELS: Final = re.compile(r"\d+(?:\.\d+)?")


def read_homes(
    path: Path,
    source: ResidenceSource,
    finder: TownFinder,
    *,
    is_spread: bool = False,
) -> gpd.GeoDataFrame:
    """Return places where people live, from the buildings and areas of an extract.

    Parameters
    ----------
    path
        The extract.
    source
        How to read it, with the people of the whole district.
    finder
        The towns, in the metric CRS of the result; what lies outside of them is left out.
    is_spread
        Whether people come from town totals instead.

    Raises
    ------
    SourceError
        When the extract is damaged, has no home inside the towns, or the total is not given.
    """
    if source.population_total is None and not is_spread:
        raise SourceError("load.population_total_missing", path=path.name)
    things = read_things(path, ("building", "landuse"))
    lonlat = gpd.GeoSeries(things.shapes, crs=STORAGE_CRS)
    shapes = np.asarray(lonlat.to_crs(finder.crs).array, dtype=object)
    is_area = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004  (areas)
    landuse = np.array([tags.get("landuse", "") for tags in things.tags], dtype=object)
    is_small = shapely.area(shapes) <= AREA_MAX_M2
    living = np.flatnonzero(is_area & (landuse == "residential"))
    small = living[is_small[living]]
    other = np.flatnonzero(is_area & np.isin(landuse, sorted(_OTHER_USES)))
    buildings = _homes(things.tags, shapes, is_area, shapes[living], shapes[other])
    floors = _floor_area(things.tags, shapes, buildings, source.levels_default)
    centres = shapely.centroid(shapes[buildings])
    area_of = first_holder(centres, shapes[small])
    places = pd.concat(
        [
            _areas(things.osm_ids, things.tags, shapes, small, floors, area_of, source),
            _squares(shapes[buildings], centres, floors, area_of < 0, source.cell_m),
        ],
        ignore_index=True,
    )
    return _finished(places, path, source, finder)


def _homes(
    tags: list[Mapping[str, str]], shapes: Shapes, is_area: Bools, living: Shapes, other: Shapes
) -> Longs:
    """Return the positions of buildings in which people live."""
    kinds = np.array([own.get("building", "") for own in tags], dtype=object)
    is_home = np.isin(kinds, sorted(_LOW | _HIGH))
    is_plain = (kinds == "yes") & ~np.array(
        [any(key in own for key in _NOT_HOMES) for own in tags], bool
    )
    is_big = shapely.area(shapes) >= FOOTPRINT_MIN_M2
    buildings = np.flatnonzero(is_area & is_big & (is_home | is_plain))
    centres = shapely.centroid(shapes[buildings])
    is_in_living = first_holder(centres, living) >= 0
    is_in_other = first_holder(centres, other) >= 0
    is_kept = is_home[buildings] | is_in_living | ~is_in_other
    return buildings[is_kept]


def _floor_area(
    tags: list[Mapping[str, str]], shapes: Shapes, buildings: Longs, default: float
) -> Floats:
    """Return footprint times storeys of each building, square metres."""
    levels = []
    for position in buildings.tolist():
        own = tags[position]
        match = _LEVELS.search(own.get("building:levels", ""))
        stated = float(match[0]) if match else 0.0
        usual = min(LOW_LEVELS, default) if own["building"] in _LOW else default
        levels.append(stated if 0 < stated <= 200 else usual)  # noqa: PLR2004  (storeys)
    floor: Floats = shapely.area(shapes[buildings]) * np.array(levels, float)
    return floor


def first_holder(points: Shapes, areas: Shapes) -> Longs:
    """Return the position of the first area that holds each point; -1 for none.

    Parameters
    ----------
    points, areas
        In one CRS.
    """
    holder = np.full(len(points), -1, dtype=np.int64)
    if len(areas) and len(points):
        at, area = shapely.STRtree(areas).query(points, predicate="intersects")
        order = np.lexsort((area, at))[::-1]
        holder[at[order]] = area[order]
    return holder


def _areas(
    osm_ids: list[str],
    tags: list[Mapping[str, str]],
    shapes: Shapes,
    small: Longs,
    floors: Floats,
    area_of: Longs,
    source: ResidenceSource,
) -> pd.DataFrame:
    """Return small residential areas with the floor area of their buildings."""
    held = np.bincount(area_of[area_of >= 0], floors[area_of >= 0], minlength=len(small))
    drawn = shapely.area(shapes[small])
    assumed = drawn * BUILT_SHARE * source.levels_default
    return pd.DataFrame(
        {
            "residence_id": [f"osm-{osm_ids[n]}" for n in small],
            "name": [tags[n].get("name", "") for n in small],
            "_weight": np.where(held > 0, held, assumed),
            "geometry": shapes[small],
        }
    )


def _squares(
    buildings: Shapes, centres: Shapes, floors: Floats, is_loose: Bools, cell_m: float
) -> pd.DataFrame:
    """Return squares with the floor area of the loose buildings whose centre they hold."""
    column = np.floor(shapely.get_x(centres[is_loose]) / cell_m).astype(np.int64)
    row = np.floor(shapely.get_y(centres[is_loose]) / cell_m).astype(np.int64)
    cells, cell_of = np.unique(np.column_stack([column, row]), axis=0, return_inverse=True)
    cell_of = cell_of.ravel()
    order = np.argsort(cell_of, kind="stable")
    groups = shapely.geometrycollections(buildings[is_loose][order], indices=cell_of[order])
    return pd.DataFrame(
        {
            "residence_id": [f"cell-{x}-{y}" for x, y in cells.tolist()],
            "name": "",
            "_weight": np.bincount(cell_of, floors[is_loose], minlength=len(cells)),
            "buildings_n": np.bincount(cell_of, minlength=len(cells)).astype(np.float64),
            "geometry": shapely.convex_hull(groups) if len(cells) else [],
        }
    )


def _finished(
    places: pd.DataFrame, path: Path, source: ResidenceSource, finder: TownFinder
) -> gpd.GeoDataFrame:
    """Return the places inside the towns with names and people."""
    points = shapely.point_on_surface(places["geometry"].to_numpy(dtype=object))
    towns = finder.by_place(shapely.get_x(points), shapely.get_y(points))
    places["town_id"] = towns
    places = places[places["town_id"].notna()].sort_values("residence_id", ignore_index=True)
    if not len(places):
        raise SourceError("load.no_people", path=source.path)
    number = places.groupby("town_id").cumcount() + 1
    places["name"] = [
        name or label("load.cell_name", number=count)
        for name, count in zip(places["name"], number, strict=True)
    ]
    total = source.population_total or 0.0  # nothing yet where town totals will be spread
    places["population"] = spread(total, places["_weight"], places["residence_id"])
    shapes = places["geometry"].to_numpy(dtype=object)
    return gpd.GeoDataFrame(
        places.assign(
            dwellings_n=np.nan,
            elderly_n=np.nan,
            area_m2=shapely.area(shapes),
            source=path.name,
            derived_from="floor_area",
            units_n=places["_weight"],
        ).drop(columns="geometry"),
        geometry=shapes,
        crs=finder.crs,
    )
