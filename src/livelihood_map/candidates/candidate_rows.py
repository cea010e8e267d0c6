"""Rows of candidates: the columns that every source has, and keys of places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

if TYPE_CHECKING:
    from livelihood_map.core.arrays import Shapes


def make_rows(
    ids: object,
    names: object,
    source: str,
    spacing_m: float,
    points: gpd.GeoSeries | Shapes,
    crs: object,
    **more: object,
) -> gpd.GeoDataFrame:
    """Return candidate rows with the columns that every source has.

    Parameters
    ----------
    ids, names
        Ids and names of the places.
    source
        Source of all of them.
    spacing_m
        A place this near to an earlier one is a repetition, metres; 0 for none.
    points
        The places.
    crs
        Their CRS.
    **more
        Further columns.
    """
    table = gpd.GeoDataFrame(
        {"candidate_id": ids, "name": names}, geometry=np.asarray(points, dtype=object), crs=crs
    )
    filled: dict[str, Any] = {
        "source": source,
        "host_id": None,
        "host_kind": None,
        "is_fixed": False,
        "excluded_by": None,
        "excluded_area": None,
        "spacing_m": spacing_m,
    }
    for name, value in {**filled, **more}.items():
        table[name] = value
    texts = ["name", "host_id", "host_kind", "excluded_by", "excluded_area"]
    table[texts] = table[texts].astype(object)
    return table


def spot_keys(points: gpd.GeoSeries | Shapes, crs: object) -> list[str]:
    """Return a key for each place from its longitude and latitude (five decimals, about 1 m).

    Parameters
    ----------
    points
        Places.
    crs
        Their CRS.
    """
    series = gpd.GeoSeries(np.asarray(points, dtype=object), crs=crs).to_crs("EPSG:4326")
    return [f"{x:.5f}-{y:.5f}" for x, y in zip(series.x, series.y, strict=True)]
