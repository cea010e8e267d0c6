"""Rows put on the metric map: their points and areas, and the town that each lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.load.files.raw import digest
from livelihood_map.load.files.shapes import valid_areas
from livelihood_map.load.location.coordinates import datum_of
from livelihood_map.load.location.datums import project

if TYPE_CHECKING:
    from collections.abc import Iterable

    from livelihood_map.core.arrays import Bools, Floats, Shapes
    from livelihood_map.load.files.intake import Intake
    from livelihood_map.load.location.coordinates import Located
    from livelihood_map.load.location.town_lookup import TownFinder


STRAY_M: Final = 300.0
"""A place this near outside the district counts to the town that its row names."""


def metric_points(located: Located, finder: TownFinder) -> gpd.GeoSeries:
    """Return the points of the rows in the metric CRS of the towns."""
    points = gpd.points_from_xy(located.lon, located.lat)
    return gpd.GeoSeries(points, crs=STORAGE_CRS).to_crs(finder.crs)


def metric_shapes(intake: Intake, declared: str, located: Located, finder: TownFinder) -> Shapes:
    """Return the areas or points of the rows in the metric CRS of the towns.

    Parameters
    ----------
    intake
        The table; areas that the CRS cannot hold are rejected.
    declared
        Its datum as in the settings.
    located
        Its points.
    finder
        The towns.

    Raises
    ------
    SourceError
        When the datum is unknown or contradicts the file.
    """
    shapes = shapely.points(located.lon, located.lat)
    if intake.table.geometry is not None:
        drawn = np.asarray(intake.table.geometry, dtype=object)
        is_area = np.isin(shapely.get_type_id(drawn), (3, 6)) & intake.is_taken
        shapes[is_area] = valid_areas(project(drawn[is_area], datum_of(intake, declared)))
    in_metres = gpd.GeoSeries(shapes, crs=STORAGE_CRS).to_crs(finder.crs)
    metric = np.asarray(in_metres.array, dtype=object)
    is_there = np.isfinite(in_metres.bounds.to_numpy()).all(axis=1)
    is_lost = _is_area(metric) & ~is_there
    intake.reject(is_lost, "geometry", "load.no_shape")
    metric[is_lost] = None
    return metric


def inner_xy(shapes: Shapes) -> tuple[Floats, Floats]:
    """Return coordinates of points, and of a point inside each area."""
    points = shapes.copy()
    is_area = _is_area(shapes)
    points[is_area] = shapely.point_on_surface(shapes[is_area])
    return shapely.get_x(points), shapely.get_y(points)


def _is_area(shapes: Shapes) -> Bools:
    """Return which shapes are areas."""
    return np.asarray(shapely.get_dimensions(shapes) == 2)  # noqa: PLR2004  (areas)


def place_ids(
    prefix: str, codes: Iterable[str], *texts: Iterable[object], x_m: Floats, y_m: Floats
) -> list[str]:
    """Return the code of each row, else an id made of what it says and where it lies.

    Parameters
    ----------
    prefix
        Beginning of the ids that are made.
    codes
        Codes of the rows, empty where they have none.
    *texts
        What tells rows at the same place apart.
    x_m, y_m
        Metric coordinates of the rows; to 0.1 m in the id.

    Raises
    ------
    ValueError
        When the columns differ in length.
    """
    rows = zip(codes, zip(*texts, strict=True), x_m.tolist(), y_m.tolist(), strict=True)
    return [
        code or prefix + digest("|".join([*map(str, own), f"{x:.1f}", f"{y:.1f}"]))
        for code, own, x, y in rows
    ]


def match_towns(
    intake: Intake, finder: TownFinder, x_m: Floats, y_m: Floats, *, stray_m: float | None = None
) -> list[str | None]:
    """Return the town of each row by its place; what the row itself says is compared.

    Near a border the town that the row names is right. Towns that are unknown or differ are noted.

    Parameters
    ----------
    intake
        The table.
    finder
        The towns.
    x_m, y_m
        Metric coordinates; NaN where a row is already rejected.
    stray_m
        How far outside the district a row still counts to the town that it names; others outside
        are rejected. None takes rows outside without a town.
    """
    written = intake.texts("town")
    said = finder.by_name(written)
    lies_in = finder.by_place(x_m, y_m)
    is_inside = np.array([town is not None for town in lies_in], bool)
    is_said = np.array([bool(text) for text in written], bool)
    is_known = np.array([town is not None for town in said], bool)
    differs = np.array([a != b for a, b in zip(said, lies_in, strict=True)], bool)
    suspects = [town if odd else None for town, odd in zip(said, differs, strict=True)]
    is_near = finder.near_border(suspects, x_m, y_m)
    if stray_m is not None:
        strays = [s if f is None else None for s, f in zip(said, lies_in, strict=True)]
        is_near |= finder.near_border(strays, x_m, y_m, reach_m=stray_m)
        field = "town" if intake.has("town") else "name"
        intake.reject(~is_inside & ~is_near, field, "load.residences_outside")
    by_place = [finder.names.get(town or "", "") for town in lies_in]
    intake.note(is_said & ~is_known & is_inside, "town", "load.town_unknown", place=by_place)
    intake.note(
        is_known & is_inside & differs & ~is_near, "town", "load.town_differs", place=by_place
    )
    intake.note(is_known & ~is_inside & ~is_near, "town", "load.town_outside")
    return [s if near else f for s, f, near in zip(said, lies_in, is_near.tolist(), strict=True)]
