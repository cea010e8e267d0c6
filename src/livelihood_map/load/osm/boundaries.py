"""Administrative boundaries of an OpenStreetMap extract, as records of a layer."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyproj
import shapely

from livelihood_map.core.errors import SourceError
from livelihood_map.load.files.raw import RawTable
from livelihood_map.load.osm.features import read_things

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LEVEL: Final = "admin_level"
_CODES: Final = ("ref", "ref:xzqh", "ref:CN:xzqh")
"""Tags that hold the code of an administrative unit."""
_INSIDE: Final = 0.5
"""Share of a unit that lies in an area it belongs to."""


def boundary_table(path: Path, *, admin_level: int, within: str | None) -> RawTable:
    """Return the administrative areas of one level, WGS-84, with headings name and code.

    Parameters
    ----------
    path
        .osm.pbf, .osm, .osm.gz or .osm.bz2.
    admin_level
        Level as OpenStreetMap counts it; in China 8 for towns and subdistricts, 6 for districts.
    within
        Name of the area of another level that they lie in, such as the district; None for all.

    Raises
    ------
    SourceError
        When the file is damaged, holds no area of the level or of the name, or the outline of one
        that is asked for is open or cut at the edge of the extract.

    References
    ----------
    .. [1] Key:admin_level, https://wiki.openstreetmap.org/wiki/Tag:boundary%3Dadministrative
    """
    things = read_things(path, ["boundary"])
    is_own = np.array([_is_level(tags, admin_level) for tags in things.tags], bool)
    if within is not None:
        named = np.array([tags.get("name") == within for tags in things.tags], bool) & ~is_own
        if not named.any():
            raise SourceError("load.osm_no_area", path=path.name, value=within)
        around = shapely.union_all(things.shapes[named])
        shares = shapely.area(shapely.intersection(things.shapes[is_own], around))
        whole = shapely.area(things.shapes[is_own])
        is_own[np.flatnonzero(is_own)] = shares > _INSIDE * whole
    if not is_own.any():
        levels = Counter(tags.get(_LEVEL, "–") for tags in things.tags)
        there = ", ".join(f"{level} ({count})" for level, count in sorted(levels.items())) or "–"
        raise SourceError("load.osm_no_boundary", path=path.name, level=admin_level, there=there)
    if within is None:
        cut = [t.get("name", osm) for osm, t in things.broken.items() if _is_level(t, admin_level)]
        if cut:
            raise SourceError("load.osm_boundary_cut", path=path.name, names="、".join(cut[:5]))
    chosen = np.flatnonzero(is_own).tolist()
    tags = [things.tags[n] for n in chosen]
    names = [one.get("name") for one in tags]
    codes = [next((one[key] for key in _CODES if key in one), None) for one in tags]
    return RawTable(
        source=path.name,
        sheet="",
        cells=pd.DataFrame({"name": names, "code": codes}, dtype=object),
        rows=np.arange(1, len(chosen) + 1),
        geometry=things.shapes[chosen],
        crs=pyproj.CRS.from_epsg(4326),
    )


def _is_level(tags: Mapping[str, str], level: int) -> bool:
    """Return whether tags are those of an administrative area of a level."""
    return tags.get("boundary") == "administrative" and tags.get(_LEVEL) == str(level)
