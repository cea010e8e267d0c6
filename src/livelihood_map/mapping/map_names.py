"""The names that a page writes on its map: of streets and waters along their lines, of places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.mapping.base import Section, encode_parts, street_classes
from livelihood_map.mapping.payload import clean_text, encode_points

if TYPE_CHECKING:
    from livelihood_map.core.labels import Lang
    from livelihood_map.mapping.inputs import MapTables

_LINES: Final = ("river", "canal", "stream", "metro", "expressway")
_AREAS: Final = ("park", "water")
_LETTERS: Final = 40
_TOLERANCE_M: Final = 8.0
"""Names follow a line less closely than the line is drawn."""
_SHORTEST_M: Final = 60.0
"""On shorter pieces no name fits at any zoom of the map."""


def name_section(tables: MapTables, *, lang: Lang, is_light: bool = False) -> Section:
    """Return the names of streets, waters, rail and places, by kind.

    Parameters
    ----------
    tables
        Tables of the page.
    lang
        Language of the page; a thing without a name in it bears the one that it has.
    is_light
        Whether small streets stay without names.

    Returns
    -------
    ``lines``: by kind the names, and for each name its encoded lines. ``points``: by kind the
    names, the places as one encoded line, and the size of what is named in metres.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    lines: dict[str, Section] = {}
    points: dict[str, Section] = {}
    if tables.edges is not None and len(tables.edges):
        streets = tables.edges.assign(kind=street_classes(tables.edges))
        kinds = ("secondary", "primary") if is_light else None
        lines.update(_lines(_named(streets, lang), kinds))
    if tables.base is not None and len(tables.base):
        features = _named(tables.base, lang)
        lines.update(_lines(features, _LINES))
        outside = shapely.buffer(shapely.union_all(tables.towns.geometry.to_numpy()), 1.0)
        places = features[features["kind"] == "place"]
        beyond = places[~shapely.intersects(places.geometry.to_numpy(), outside)]
        for kind in ("station", *_AREAS):
            points.update(_points(features[features["kind"] == kind], kind))
        points.update(_points(beyond, "place"))
    return {"lines": lines, "points": points}


def _named(table: gpd.GeoDataFrame, lang: Lang) -> gpd.GeoDataFrame:
    """Return the rows that have a name, with the name in the page's language as ``shown``."""
    names = table["name"].astype(object)
    if lang == "en" and "name_en" in table.columns:
        names = table["name_en"].astype(object).where(table["name_en"].notna(), names)
    shown = names.map(lambda name: clean_text(name, limit=_LETTERS))
    return table.assign(shown=shown)[shown.to_numpy() != ""]


def _lines(table: gpd.GeoDataFrame, kinds: tuple[str, ...] | None) -> dict[str, Section]:
    """Return by kind the names of lines and where each runs, what belongs together joined."""
    if kinds is not None:
        table = table[table["kind"].isin(kinds)]
    if table.empty:
        return {}
    keys, number = np.unique(table["kind"].astype(str) + "\n" + table["shown"], return_inverse=True)
    parts, row = shapely.get_parts(table.geometry.to_numpy(), return_index=True)
    owner = number[row]
    order = np.argsort(owner, kind="stable")
    merged = shapely.line_merge(shapely.multilinestrings(parts[order], indices=owner[order]))
    parts, owner = shapely.get_parts(merged, return_index=True)
    is_kept = shapely.length(parts) >= _SHORTEST_M
    simple = shapely.simplify(parts[is_kept], _TOLERANCE_M)
    encoded = encode_parts(gpd.GeoSeries(simple, crs=table.crs).to_crs(STORAGE_CRS).to_numpy())
    by_name = pd.Series(encoded, dtype=object).groupby(owner[is_kept]).agg(list)
    sections: dict[str, Section] = {}
    for position, lines in by_name.items():
        kind, name = str(keys[position]).split("\n")
        section = sections.setdefault(kind, {"names": [], "lines": []})
        section["names"].append(name)
        section["lines"].append(lines)
    return sections


def _points(table: gpd.GeoDataFrame, kind: str) -> dict[str, Section]:
    """Return the names of places, the largest first."""
    if table.empty:
        return {}
    sizes: Any = np.sqrt(table.area.to_numpy())
    order = np.argsort(-sizes, kind="stable")
    chosen = table.iloc[order]
    places = chosen.representative_point().to_crs(STORAGE_CRS)
    section = {
        "names": chosen["shown"].tolist(),
        "points": encode_points(places),
        "size_m": np.rint(sizes[order]).astype(int).tolist(),
    }
    return {kind: section}
