"""Who forms each gap zone, why no outlet is near enough, and how the zone is outlined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.labels import label
from livelihood_map.core.people import CROWDS, everyone
from livelihood_map.mapping.base import in_degrees
from livelihood_map.mapping.payload import clean_number, clean_text, encode_points, encode_shape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from livelihood_map.core.labels import Lang

CAUSES: Final = ("too_far", "detour", "barrier", "detached", "closed", "off_network")
"""Why a place has no outlet within reach; all but the first can be mended on the ground."""
_SITE: Final = "site:"
_JOIN_M: Final = 120.0
"""Places of a zone nearer than twice this are drawn in one outline."""
_MARGIN_M: Final = 25.0
"""Between an outline and what it holds."""
_POINT_M: Final = 60.0
"""Drawn around a place whose plot is not known."""


def list_members(
    gaps: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    joins: pd.DataFrame,
    facilities: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame,
    *,
    thresholds_m: Mapping[str, float],
    detour_factor: float,
    after: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the places that form the gap zones, each with the cause that a reader can act on.

    Parameters
    ----------
    gaps, demand, joins, facilities, barriers
        Tables in one metric CRS.
    thresholds_m
        By kind the longest walk that is no gap, metres.
    detour_factor
        By how much a walk is usually longer than the straight line.
    after
        Table ``coverage_after``: who walks where with the suggested sites open.

    Returns
    -------
    zone_id, kind, demand_id, residence_id, people by crowd, cause (of :data:`CAUSES`) and
    candidate_id of the suggested site that brings the place within the threshold, if one does.

    Raises
    ------
    KeyError
        When a column is missing, or a kind has no threshold.

    Notes
    -----
    Of places with an outlet within the threshold as the crow flies, ``barrier`` are those where a
    river, railway, expressway or wall crosses that straight line, and ``detour`` those which would
    be within the threshold if their walk were longer than that line by `detour_factor` alone.
    ``barrier`` are also places that a wall or water parts from every street.
    """
    of_demand = ["demand_id", "residence_id", "geometry", *CROWDS]
    members = gaps[gaps["zone_id"].notna()].merge(demand[of_demand], on="demand_id")
    lost = joins[joins["reason"].notna()].drop_duplicates("point_id").set_index("point_id")
    members["cause"] = _causes(members, members["demand_id"].map(lost["reason"]))
    for kind, rows in members[members["cause"] == "too_far"].groupby("kind"):
        outlets, limit_m = _usable(facilities, str(kind)), thresholds_m[str(kind)]
        if len(outlets):
            members.loc[rows.index, "cause"] = _parted(
                rows, outlets, barriers, limit_m, limit_m / detour_factor
            )
    members["candidate_id"] = _served_by(members, after, thresholds_m)
    columns = ["zone_id", "kind", "demand_id", "residence_id", *CROWDS, "cause", "candidate_id"]
    return pd.DataFrame(members[columns])


def _causes(members: pd.DataFrame, reason: pd.Series) -> pd.Series:
    """Return the cause as far as the streets tell it."""
    is_off = members["reason"] == "off_network"
    cause = pd.Series("too_far", index=members.index, dtype=object)
    cause = cause.mask(members["reason"] == "unreachable", "detached").mask(is_off, "off_network")
    return cause.mask(is_off & reason.isin(["barrier", "closed"]), reason)


def _usable(facilities: gpd.GeoDataFrame, kind: str) -> np.ndarray:
    """Return the places of the outlets of a kind that anybody may use today."""
    rows = facilities[(facilities["kind"] == kind) & (facilities["status"] == "operating")]
    if "is_residents_only" in rows.columns:
        rows = rows[~rows["is_residents_only"].eq(other=True)]
    places: np.ndarray = rows.geometry.to_numpy()
    return places


def _parted(
    rows: pd.DataFrame,
    outlets: np.ndarray,
    barriers: gpd.GeoDataFrame,
    limit_m: float,
    usual_m: float,
) -> np.ndarray:
    """Return of places too far on foot which are near as the crow flies, and what lies between."""
    causes = np.full(len(rows), "too_far", dtype=object)
    places = gpd.GeoSeries(rows["geometry"]).to_numpy()
    found, far_m = shapely.STRtree(outlets).query_nearest(
        places, max_distance=limit_m, all_matches=False, return_distance=True
    )
    causes[found[0][far_m <= usual_m]] = "detour"
    ends = shapely.get_coordinates(places[found[0]]), shapely.get_coordinates(outlets[found[1]])
    lines = shapely.linestrings(np.stack(ends, axis=1))
    crossed = barriers.sindex.query(lines, predicate="intersects")[0]
    causes[found[0][np.unique(crossed)]] = "barrier"
    return causes


def _served_by(
    members: pd.DataFrame, after: pd.DataFrame | None, thresholds_m: Mapping[str, float]
) -> pd.Series:
    """Return the suggested site that each place walks to within the threshold; missing without."""
    if after is None:
        return pd.Series([None] * len(members), index=members.index, dtype=object)
    to_site = after[after["facility_id"].astype("str").str.startswith(_SITE)]
    limits_m = to_site["kind"].map(thresholds_m).astype("float64")  # of no row they are texts
    to_site = to_site[to_site["walk_m"] <= limits_m]
    first = to_site.drop_duplicates(["demand_id", "kind"]).set_index(["demand_id", "kind"])
    asked = pd.MultiIndex.from_frame(members[["demand_id", "kind"]])
    sites = first["facility_id"].str.removeprefix(_SITE).reindex(asked)
    return sites.set_axis(members.index).astype(object)


def outline_zones(
    zones: gpd.GeoDataFrame,
    members: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    residences: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Return the zones, each outlined around the plots of its places.

    Parameters
    ----------
    zones, demand, residences
        Tables in one metric CRS.
    members
        Table of :func:`list_members`.

    Returns
    -------
    The zones in their order; one without members keeps its shape.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    points = demand.set_index("demand_id").geometry.reindex(members["demand_id"]).to_numpy()
    plots = residences.set_index("residence_id").geometry.reindex(members["residence_id"])
    plots = plots.where(plots.area > 0)
    dots = shapely.buffer(points, _POINT_M, quad_segs=4)
    shapes = np.where(plots.isna(), dots, plots)
    outlines = {}
    for zone_id, rows in pd.Series(shapes).groupby(members["zone_id"].to_numpy()):
        wide = shapely.union_all(shapely.buffer(rows.to_numpy(), _JOIN_M, quad_segs=4))
        narrow = shapely.buffer(wide, _MARGIN_M - _JOIN_M, quad_segs=4)
        outlines[zone_id] = shapely.simplify(narrow, 3.0)
    own = zip(zones["zone_id"], zones.geometry, strict=True)
    return zones.set_geometry(
        [outlines.get(zone_id, shape) for zone_id, shape in own], crs=zones.crs
    )


def zone_section(
    zones: gpd.GeoDataFrame | None,
    members: pd.DataFrame | None,
    towns: Mapping[str, str],
    tolerance_m: float,
    *,
    homes: Sequence[str],
    counted: Sequence[str],
    sites: Sequence[str],
    lang: Lang,
) -> list[dict[str, Any]]:
    """Return the gap zones: who is in each, for which causes, and which sites would serve it.

    Parameters
    ----------
    zones, members
        Gap zones and the table of :func:`list_members`; None where there are none.
    towns
        Names of the towns by id.
    tolerance_m
        By how much outlines may be simplified, metres.
    homes, counted, sites
        Ids of the page's compounds, other places and sites: a zone names them by their places here.
    lang
        Language of the page.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    if zones is None:
        return []
    told = {} if members is None else _told(members, homes, counted, sites, lang)
    nobody: dict[str, Any] = {"homes": [], "counted": [], "sites": [], "causes": []}
    places = in_degrees(zones.set_geometry(zones.representative_point()))
    rows = zip(zones.itertuples(), in_degrees(zones, tolerance_m), places, strict=True)
    return [
        {
            "name": clean_text(one.name),
            "kind": one.kind,
            "town": towns.get(str(one.town_id), ""),
            "demand_n": clean_number(one.demand_n),
            "shape": encode_shape(shape),
            "point": encode_points([place]),
        }
        | {name: clean_number(getattr(one, name)) for name in CROWDS if name in zones.columns}
        | nobody
        | told.get(one.zone_id, {})
        for one, shape, place in rows
    ]


def _told(
    members: pd.DataFrame,
    homes: Sequence[str],
    counted: Sequence[str],
    sites: Sequence[str],
    lang: Lang,
) -> dict[str, dict[str, Any]]:
    """Return who is in each zone, why and who would serve it, the commonest cause first."""
    told: dict[str, dict[str, Any]] = {zone_id: {} for zone_id in members["zone_id"].unique()}
    for name, column, ids in (
        ("homes", "residence_id", homes),
        ("counted", "demand_id", counted),
        ("sites", "candidate_id", sites),
    ):
        place = members[column].map({one: at for at, one in enumerate(ids)})
        found = pd.DataFrame({"zone_id": members["zone_id"], "place": place}).dropna()
        found = found.drop_duplicates().sort_values("place", kind="stable")
        for zone_id, places in found.astype({"place": int}).groupby("zone_id")["place"]:
            told[zone_id][name] = places.tolist()
    causes = members["cause"].map({cause: at for at, cause in enumerate(CAUSES)})
    by_cause = everyone(members).groupby([members["zone_id"], causes]).agg(["sum", "size"])
    by_cause = by_cause.sort_values("sum", ascending=False, kind="stable").reset_index()
    names = [label(f"mapping.cause_{cause}", lang) for cause in CAUSES]
    for zone_id, cause, people, places_n in by_cause.itertuples(index=False):
        row = [names[int(cause)], places_n, clean_number(people)]
        told[zone_id].setdefault("causes", []).append(row)
    return told
