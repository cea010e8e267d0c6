"""The legend of the base map: one sign for each thing that a map shows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from livelihood_map.core.labels import label
from livelihood_map.mapping.base import list_classes
from livelihood_map.mapping.bridges import BRIDGE_EDGE, BRIDGE_EDGE_PX, find_bridges
from livelihood_map.mapping.ground import LINES
from livelihood_map.mapping.palette import LAND, TOWN_LINE, WATER

if TYPE_CHECKING:
    from livelihood_map.core.labels import Lang
    from livelihood_map.mapping.inputs import MapTables

Sign = dict[str, Any]
_STREETS: Final = {"primary": "primary", "secondary": "secondary", "tertiary": "street"}
"""The classes of streets that have a sign; smaller ones look like the last."""
_WIDTH_PX: Final = 4
_RAIL_PX: Final = 2.6
_STREETS_PX: Final = {"primary": 4.4, "secondary": 3.2, "street": 2.0}
_BORDER: Final = {"colour": TOWN_LINE, "width": 1.6, "dash": (7, 4, 1.5, 4), "layer": "townlines"}


def base_signs(tables: MapTables, *, lang: Lang | None = None) -> list[Sign]:
    """Return the signs of what a map's base shows, those of what it does not show left out.

    Parameters
    ----------
    tables
        Tables of the map.
    lang
        Language of the texts.

    Returns
    -------
    For each sign its ``text``, the ``layer`` that shows it and how it is drawn: ``width`` and, as
    far as it has them, ``casing``, ``edge`` and ``dash`` of a line; else the fill of an area.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    kinds = set() if tables.base is None else set(tables.base["kind"])
    streets = {one.name: one for one in list_classes(tables.edges)}
    signs: dict[str, Sign] = {}
    if "expressway" in kinds:
        signs["expressway"] = {**_line("expressway"), "layer": "streets"}
    for name, sign in _STREETS.items():
        if name in streets:
            one = streets[name]
            style = {"colour": one.colour, "casing": one.casing, "width": _STREETS_PX[sign]}
            signs[sign] = {**style, "layer": "streets"}
    for bridge in list_classes(find_bridges(tables))[:1]:
        style = {"colour": bridge.colour, "casing": BRIDGE_EDGE, "edge": BRIDGE_EDGE_PX}
        signs["bridge"] = {**style, "width": _WIDTH_PX, "layer": "streets"}
    for kind in ("railway", "metro"):
        if kind in kinds:
            signs[kind] = {**_line(kind), "width": _RAIL_PX, "layer": "rails"}
    if kinds & {"water", "river", "canal", "stream"}:
        signs["water"] = {"colour": WATER, "layer": "ground"}
    if kinds & {"park", "green"}:
        signs["park"] = {"colour": LAND["park"], "layer": "ground"}
    if "industrial" in kinds:
        signs["industrial"] = {"colour": LAND["industrial"], "layer": "ground"}
    signs["district_border" if tables.are_districts else "border"] = dict(_BORDER)
    return [{"text": label(f"mapping.sign_{name}", lang), **one} for name, one in signs.items()]


def _line(kind: str) -> Sign:
    """Return how a kind of line is drawn, without its widths by zoom."""
    style = {name: value for name, value in LINES[kind].items() if name != "widths"}
    return {**style, "width": _WIDTH_PX}
