"""The pages of a large city: one of the whole with its main roads, and one a town with all else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from livelihood_map.core.names import name_towns
from livelihood_map.mapping.base import street_classes
from livelihood_map.mapping.sections import shown_towns

if TYPE_CHECKING:
    from livelihood_map.core.settings import Settings
    from livelihood_map.mapping.inputs import MapTables

TOWN_FOLDER: Final = "planner"
"""Folder of the towns' maps, beside ``planner.html``."""
WHOLE_LINK: Final = "../planner.html"
"""From a town's map to that of the city."""
_MAIN_ROADS: Final = ("primary", "secondary")
_FAR_BASE: Final = frozenset(
    (
        *("water", "park", "green", "river", "canal", "railway", "metro"),
        *("expressway", "station", "place"),
    )
)
"""What of the base map tells where one is in a whole city; built land and ramps do not."""


def is_city(tables: MapTables, settings: Settings) -> bool:
    """Return whether the maps of these tables are divided: main roads here, details by town.

    Parameters
    ----------
    tables
        Tables of a page.
    settings
        ``mapping.city_above_n`` is the most compounds that one map shows with all details.
    """
    return len(tables.towns) > 1 and len(tables.residences) > settings.mapping.city_above_n


def without_details(tables: MapTables) -> MapTables:
    """Return what the map of a whole city shows: no smaller streets, no service areas.

    Parameters
    ----------
    tables
        Tables of the city.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    edges, base = tables.edges, tables.base
    if edges is not None:
        edges = edges[[name in _MAIN_ROADS for name in street_classes(edges)]]
    if base is not None:
        base = base[base["kind"].isin(_FAR_BASE)]
    return replace(tables, edges=edges, base=base, areas=None)


def town_links(tables: MapTables) -> dict[str, str]:
    """Return the address of each town's map, seen from that of the city, by the name shown of it.

    Parameters
    ----------
    tables
        Tables of the city.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    files = name_towns(tables.towns)
    return {
        name: quote(f"{TOWN_FOLDER}/{files[town_id]}.html")
        for town_id, name in shown_towns(tables.towns).items()
    }
