"""Routes: how somebody walks to the nearest of each kind, as lines and in words."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.errors import SourceError
from livelihood_map.core.io import write_geojson
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.telling import tell_metres
from livelihood_map.pipeline.walking import find_ways, join_places

if TYPE_CHECKING:
    from livelihood_map.pipeline.reads import CoverageReads
    from livelihood_map.pipeline.workspace import Workspace

NAME: Final = "route"
"""Name of the layer that is written."""
PLACE: Final = "place"
"""Id of a place that is given by its coordinates."""
_COORDINATES: Final = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*[,，]\s*(-?\d+(?:\.\d+)?)\s*")
_SHOWN: Final = 8


def find_directions(
    work: Workspace[CoverageReads], *, start: str, kind: str | None = None, to: str | None = None
) -> list[str]:
    """Return how to walk from a place to the nearest of each kind, in words; a layer has the lines.

    ``route.geojson`` holds a line for each route, with metres, minutes, gate and barriers.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the joins.
    start
        Id of a demand point, id or name of a compound or workplace, or longitude and latitude
        (WGS-84) with a comma between.
    kind
        Kind of the outlets; the measured kinds when None.
    to
        Id or name of the one outlet that is walked to; the nearest when None.

    Raises
    ------
    SourceError
        When no place or outlet bears the name, or several do; names them.
    StandardError
        When the standard has no such kind.
    """
    facilities = work["facilities"]
    if to is not None:
        facilities = _outlet(facilities, to)
        kinds = [str(facilities["kind"].iloc[0])]
    else:
        kinds = work.kinds if kind is None else [work.standard.kind(kind).id]
        for one in kinds:
            work.require_register(one)
    point, joins, name = _start(work, start)
    routes = find_ways(work, joins, facilities, points=point, kinds=kinds)
    names = work["facilities"].set_index("facility_id")["name"]
    gates = work["gates"].set_index("gate_id")
    told = routes.assign(
        origin_name=name,
        dest_name=routes["dest_id"].map(names),
        nearer_name=routes["nearer_id"].map(names),
    )
    drawn = told.dropna(subset="walk_m")
    if len(drawn):
        work.written.append(write_geojson(drawn, work.folder / f"{NAME}.geojson"))
    lines = [label("network.route_from", name=name)]
    for route in told.to_dict("records"):
        lines += _lines(route, gates, cutoff_m=work.settings.coverage.cutoff_m)
    if work.is_estimated:
        lines.append(label("core.mark_estimated_long", detour_factor=work.detour_factor))
    return lines


def _start(work: Workspace[CoverageReads], written: str) -> tuple[gpd.GeoSeries, pd.DataFrame, str]:
    """Return the point that is meant with its id, its rows of table ``joins``, and its name."""
    coordinates = _COORDINATES.fullmatch(written)
    if coordinates is not None:
        lon, lat = map(float, coordinates.groups())
        point = gpd.GeoSeries.from_xy([lon], [lat], index=[PLACE], crs=STORAGE_CRS)
        place = gpd.GeoDataFrame({"place_id": [PLACE]}, geometry=point.to_numpy(), crs=STORAGE_CRS)
        place = place.to_crs(work["demand"].crs)
        joins = join_places(work, place, id_column="place_id")
        return place.set_index("place_id").geometry, joins, f"{lon:g}, {lat:g}"
    demand = work["demand"]
    for column in ("demand_id", "residence_id", "name"):
        found = demand[demand[column] == written]
        if len(found) == 1:
            row = found.iloc[0]
            joins = work["joins"][work["joins"]["point_id"] == row["demand_id"]]
            return found.set_index("demand_id").geometry, joins, str(row["name"])
        if len(found) > 1:
            ids = label("core.list_join").join(found["demand_id"].head(_SHOWN))
            raise SourceError("network.route_start_several", name=written, ids=ids)
    near = demand.loc[demand["name"].str.contains(written, regex=False, na=False), "name"]
    raise SourceError("network.route_start_unknown", name=written, known=_known(near))


def _outlet(facilities: gpd.GeoDataFrame, written: str) -> gpd.GeoDataFrame:
    """Return the one outlet of an id or a name."""
    for column in ("facility_id", "name"):
        found = facilities[facilities[column] == written]
        if len(found) > 1:
            ids = label("core.list_join").join(found["facility_id"].head(_SHOWN))
            raise SourceError("network.route_outlet_several", name=written, ids=ids)
        if len(found) == 1:
            if found["status"].iloc[0] != "operating":
                raise SourceError("network.route_outlet_closed", name=written)
            return found
    near = facilities.loc[facilities["name"].str.contains(written, regex=False, na=False), "name"]
    raise SourceError("network.route_outlet_unknown", name=written, known=_known(near))


def _known(names: pd.Series[str]) -> str:
    """Return the names that look like what was written; a dash where none does."""
    return label("core.list_join").join(sorted(set(names))[:_SHOWN]) or "—"


def _lines(route: dict[str, Any], gates: pd.DataFrame, *, cutoff_m: float) -> list[str]:
    """Return a route in words: how far, through which gate, round what, and why not the nearer."""
    kind = name_of("core.kind", route["kind"])
    if pd.isna(route["walk_m"]):
        reason = label(f"network.route_none_{route['reason']}", cutoff_m=tell_metres(cutoff_m))
        lines = [label("network.route_none", kind=kind, reason=reason)]
    else:
        lines = [
            label(
                "network.route_walk",
                kind=kind,
                name=route["dest_name"],
                walk_m=f"{route['walk_m']:,.0f}",
                minutes=math.floor(route["walk_min"] + 0.5),
                straight_m=f"{route['straight_m']:,.0f}",
            )
        ]
        for end in ("gate_id", "dest_gate_id"):
            if isinstance(route[end], str):
                gate = gates.loc[route[end]]
                sort = "inferred" if gate["is_inferred"] else "known"
                lines.append(label(f"network.route_{end}_{sort}", gate=route[end]))
        if isinstance(route["barriers"], str):
            lines.append(label("network.route_round", barriers=_barriers(route["barriers"])))
    if isinstance(route["nearer_id"], str):
        lines.append(_nearer_line(route, cutoff_m=cutoff_m))
    return lines


def _nearer_line(route: dict[str, Any], *, cutoff_m: float) -> str:
    """Return why the route does not lead to the outlet that is nearer as the crow flies."""
    lost = pd.isna(route["nearer_walk_m"])
    barriers = route["nearer_barriers"]
    crossed = isinstance(barriers, str)
    return label(
        f"network.route_nearer_{'lost' if lost else 'far'}",
        name=route["nearer_name"],
        straight_m=f"{route['nearer_straight_m']:,.0f}",
        walk_m="" if lost else f"{route['nearer_walk_m']:,.0f}",
        cutoff_m=tell_metres(cutoff_m),
        behind=label("network.route_behind", barriers=_barriers(barriers)) if crossed else "",
    )


def _barriers(kinds: str) -> str:
    """Return kinds of barrier in words."""
    words = [label(f"network.barrier_{kind}") for kind in kinds.split(";")]
    return label("core.list_join").join(words)
