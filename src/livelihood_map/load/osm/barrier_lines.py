"""What nobody crosses on the way to a street: rivers, railways and expressways of an extract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.load.osm.features import hand_ways
from livelihood_map.load.osm.walkable import not_walked_reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import osmium
    import pyproj

_WATER: Final = frozenset(("river", "canal"))
_RAIL: Final = frozenset(("rail", "light_rail", "subway", "narrow_gauge", "monorail"))
_AT_GRADE: Final = frozenset(("", "no"))


def barrier_kind(tags: Mapping[str, str]) -> str | None:
    """Return what a way bars: ``river``, ``railway``, ``expressway``, or None.

    What runs in a tunnel bars nothing, nor does a railway or expressway on a bridge; a river under
    a bridge still does, for the bridge itself is a street.

    Parameters
    ----------
    tags
        Tags of an OpenStreetMap way.

    Examples
    --------
    >>> barrier_kind({"waterway": "river"}), barrier_kind({"railway": "rail", "bridge": "yes"})
    ('river', None)
    """
    if tags.get("tunnel", "") not in _AT_GRADE:
        return None
    if tags.get("waterway") in _WATER or tags.get("natural") == "water":
        return "river"
    if tags.get("bridge", "") not in _AT_GRADE:
        return None
    if tags.get("railway") in _RAIL:
        return "railway"
    return "expressway" if "highway" in tags and not_walked_reason(tags) == "motor" else None


def read_barriers(path: Path, *, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Return the barriers of an extract as lines: barrier_id, kind, geometry.

    Parameters
    ----------
    path
        OpenStreetMap extract.
    crs
        The metric CRS.

    Raises
    ------
    SourceError
        When the file cannot be read as OpenStreetMap data.
    """
    import osmium

    numbers: list[int] = []
    kinds: list[str] = []
    shapes: list[shapely.LineString] = []

    class Tagged(osmium.SimpleHandler):
        """Collects each way that bars."""

        def way(_, way: osmium.osm.Way) -> None:  # noqa: N805  (collects outside itself)
            kind = barrier_kind({tag.k: tag.v for tag in way.tags})
            places = [n.location for n in way.nodes if n.location.valid()] if kind else []
            if kind and len(places) > 1:
                numbers.append(way.id)
                kinds.append(kind)
                shapes.append(shapely.LineString([(p.lon, p.lat) for p in places]))

    hand_ways(path, Tagged(), "waterway", "natural", "railway", "highway")
    order = np.argsort(np.array(numbers, np.int64), kind="stable")
    columns = {
        "barrier_id": [str(numbers[position]) for position in order],
        "kind": [kinds[position] for position in order],
    }
    lines = gpd.GeoSeries([shapes[position] for position in order], crs=STORAGE_CRS)
    return barriers_table(columns, lines.to_crs(crs))


def barriers_table(columns: Mapping[str, Sequence[str]], lines: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Return the table of barriers, whose columns are text also without a row.

    Parameters
    ----------
    columns
        barrier_id and kind, one value a line.
    lines
        The lines, in the metric CRS.

    Raises
    ------
    ValueError
        When columns and lines differ in length.
    """
    return gpd.GeoDataFrame(dict(columns), geometry=lines).astype(dict.fromkeys(columns, "str"))
