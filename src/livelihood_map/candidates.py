"""Where an outlet could stand: hosts of the registers, listed parcels, street points."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from livelihood_map.core.crs import require_metric
from livelihood_map.core.labels import label
from livelihood_map.core.tables import CANDIDATES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from livelihood_map.core.settings import CandidateSettings

log = logging.getLogger(__name__)

FRONTAGE: Final = (
    "living_street",
    "pedestrian",
    "primary",
    "residential",
    "road",
    "secondary",
    "service",
    "tertiary",
    "trunk",
    "unclassified",
)
"""Classes of street along which a shop can have its front."""
CLOSED_ACCESS: Final = ("private", "no", "customers", "permit")
OPEN_STATUSES: Final = ("operating", "planned", "renovating")


def propose_candidates(  # noqa: PLR0913  (one table per stage before this one)
    facilities: gpd.GeoDataFrame,
    gaps: pd.DataFrame,
    zones: gpd.GeoDataFrame,
    demand: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame | None,
    towns: gpd.GeoDataFrame,
    *,
    kind: str,
    threshold_m: float,
    settings: CandidateSettings,
    listed: gpd.GeoDataFrame | None = None,
    excluded_areas: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return the places where an outlet could stand, the excluded ones with the reason.

    In this order: listed parcels, hosts of the registers, the people-weighted centres of the gap
    zones (their nearest demand point), points along the streets of the zones. A later place too
    near to an earlier one is left out. ``excluded_by`` of a rejected candidate is ``listed``,
    ``closed``, ``outside``, ``has_outlet``, ``area`` (an exclusion area), ``duplicate`` or
    ``no_gap_near``; ``excluded_area`` names the areas, and :func:`tell_exclusion` writes both.

    Parameters
    ----------
    facilities
        All facilities; those of ``settings.host_kinds`` other than `kind` may host.
    gaps
        Gaps; those of `kind` are read.
    zones
        Gap zones; those of `kind` are read.
    demand
        Demand points.
    edges
        Streets. Without them the uncovered demand points of the zones stand in for street points.
    towns
        Towns; a candidate outside all of them is rejected.
    kind
        Kind of the new outlets.
    threshold_m
        Walk within which a site serves, metres: nothing uncovered within this in a straight line
        rejects a host as ``no_gap_near``.
    settings
        Host kinds and spacings.
    listed
        Parcels named by the office: name, optional listed_id, is_fixed, is_rejected; any geometry.
    excluded_areas
        Areas in which nothing may be opened, with their ``name`` where they have one.

    Returns
    -------
    Candidates table, ordered by candidate_id, in the CRS of `demand`.

    Raises
    ------
    CrsError
        When the tables are not in a metric CRS.
    SchemaError
        When the result breaks its schema.

    Examples
    --------
    >>> import livelihood_map as lm
    >>> town, standard = lm.example_town(), lm.load_standard("cn-15min")
    >>> network = lm.build_network(town.nodes, town.edges)
    >>> joins = lm.join_demand(network, town.demand, town.gates, limit_m=100)
    >>> coverage = lm.measure_coverage(
    ...     network, joins, town.facilities, standard=standard, kinds=["breakfast"],
    ...     walkers=["standard"], cutoff_m=3000, limit_m=100,
    ... )
    >>> gaps = lm.find_gaps(coverage, town.demand, joins, kind="breakfast", threshold_m=500)
    >>> from livelihood_map.core.settings import CandidateSettings, GapSettings, SitingSettings
    >>> gaps, zones = lm.find_zones(
    ...     gaps, town.demand, town.residences, town.towns, settings=GapSettings(zone_population=10)
    ... )
    >>> candidates = lm.propose_candidates(
    ...     town.facilities, gaps, zones, town.demand, town.edges, town.towns,
    ...     kind="breakfast", threshold_m=500, settings=CandidateSettings(),
    ... )
    >>> bool(candidates["is_rejected"].any())
    False
    """
    require_metric(demand.crs, what="demand")
    uncovered = demand[demand["demand_id"].isin(gaps.loc[gaps["kind"] == kind, "demand_id"])]
    own_zones = zones[zones["kind"] == kind]
    parts = [_listed(listed, demand.crs), _hosts(facilities, kind, settings)]
    parts.append(_zone_centres(own_zones, gaps, demand))
    if edges is not None and len(edges):
        parts.append(_street_points(edges, own_zones, settings.street_spacing_m))
    else:
        parts.append(_stand_ins(own_zones, gaps, demand))
    table = gpd.GeoDataFrame(
        pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True),
        geometry="geometry",
        crs=demand.crs,
    )
    table = _drop_repeats(table)
    _place(table, towns)
    _name_points(table, demand)
    _exclude(table, facilities, uncovered, excluded_areas, kind, threshold_m, settings)
    table["is_rejected"] = table["excluded_by"].notna()
    table["is_fixed"] &= ~table["is_rejected"]
    table = table.sort_values("candidate_id", kind="stable")
    log.info(
        "propose_candidates: %d facilities and %d zones in, %d candidates out, %d of them rejected",
        len(facilities),
        len(own_zones),
        len(table),
        int(table["is_rejected"].sum()),
    )
    return CANDIDATES.conform(table.drop(columns="spacing_m"))


def _rows(
    ids: object,
    names: object,
    source: str,
    spacing_m: float,
    points: gpd.GeoSeries | NDArray[np.object_],
    crs: object,
    **more: object,
) -> gpd.GeoDataFrame:
    """Return candidate rows with the columns that every source has."""
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


def _listed(listed: gpd.GeoDataFrame | None, crs: object) -> gpd.GeoDataFrame:
    """Return the parcels that the office names itself."""
    if listed is None or not len(listed):
        return _rows([], [], "listed", 0.0, np.empty(0, dtype=object), crs)
    parcels = listed.to_crs(crs).reset_index(drop=True)
    points = parcels.geometry.representative_point()
    keys = parcels["listed_id"] if "listed_id" in parcels else pd.Series(_spot_keys(points, crs))
    table = _rows(
        "listed-" + keys.astype(str), parcels["name"].fillna(""), "listed", 0.0, points, crs
    )
    if "is_fixed" in parcels:
        table["is_fixed"] = parcels["is_fixed"].fillna(value=False).astype(bool)
    if "is_rejected" in parcels:
        rejected = parcels["is_rejected"].fillna(value=False).astype(bool)
        table.loc[rejected, "excluded_by"] = "listed"
    return table


def _hosts(
    facilities: gpd.GeoDataFrame, kind: str, settings: CandidateSettings
) -> gpd.GeoDataFrame:
    """Return the facilities that could take an outlet in, the closed ones marked."""
    kinds = [host for host in settings.host_kinds if host != kind]
    hosts = facilities[facilities["kind"].isin(kinds)].sort_values("facility_id")
    table = _rows(
        ("host-" + hosts["facility_id"].astype(str)).to_numpy(),
        hosts["name"].to_numpy(),
        "host",
        settings.duplicate_m,
        hosts.geometry.to_numpy(),
        facilities.crs,
        host_id=hosts["facility_id"].to_numpy(),
        host_kind=hosts["kind"].to_numpy(),
    )
    is_closed = ~hosts["status"].isin(OPEN_STATUSES).to_numpy()
    table.loc[is_closed, "excluded_by"] = "closed"
    return table


def _zone_centres(
    zones: gpd.GeoDataFrame, gaps: pd.DataFrame, demand: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return for each zone the demand point nearest to the centre of its people."""
    members = _members(zones, gaps, demand)
    ids, points = [], []
    for zone_id, rows in members.groupby("zone_id", sort=True):
        spots = shapely.get_coordinates(rows.geometry.to_numpy())
        centre = np.average(spots, axis=0, weights=rows["population"] + rows["workers"])
        offset = np.hypot(*(spots - centre).T)
        nearest = np.lexsort((rows["demand_id"].to_numpy(dtype=str), np.round(offset, 3)))[0]
        ids.append(f"centre-{zone_id}")
        points.append(rows.geometry.iloc[nearest])
    return _rows(ids, "", "gap_cluster", 10.0, np.array(points, dtype=object), demand.crs)


def _members(
    zones: gpd.GeoDataFrame, gaps: pd.DataFrame, demand: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the demand points of the zones, with the zone."""
    inside = gaps.loc[gaps["zone_id"].isin(zones["zone_id"]), ["demand_id", "zone_id"]]
    return demand.merge(inside, on="demand_id").sort_values("demand_id")


def _stand_ins(
    zones: gpd.GeoDataFrame, gaps: pd.DataFrame, demand: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the uncovered demand points of the zones, for a district without streets."""
    members = _members(zones, gaps, demand)
    return _rows(
        "at-" + members["demand_id"].astype(str),
        "",
        "gap_cluster",
        10.0,
        members.geometry.to_numpy(),
        demand.crs,
    )


def _street_points(
    edges: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, spacing_m: float
) -> gpd.GeoDataFrame:
    """Return points along the streets inside the zones, `spacing_m` apart along each street."""
    if not len(zones):
        return _rows([], [], "street", spacing_m * 0.6, np.empty(0, dtype=object), edges.crs)
    barred = ~edges["highway"].isin(FRONTAGE) | edges["is_bridge"] | edges["is_tunnel"]
    if "access" in edges:
        barred |= edges["access"].isin(CLOSED_ACCESS)
    streets = edges[~barred].sort_values(["u", "v", "key"])
    outline = shapely.union_all(zones.geometry.to_numpy())
    shapely.prepare(outline)
    streets = streets[shapely.intersects(outline, streets.geometry.to_numpy())]
    lines = streets.geometry.to_numpy()
    lengths = shapely.length(lines)
    parts = np.maximum(np.rint(lengths / spacing_m), 1).astype(np.int64)
    owner = np.repeat(np.arange(len(lines)), parts)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(parts) - parts, parts)
    along = (step + 0.5) / parts[owner] * lengths[owner]
    points = shapely.line_interpolate_point(lines[owner], along)
    inside = shapely.intersects(outline, points)
    points, owner = points[inside], owner[inside]
    names = streets["name"].fillna("").to_numpy(dtype=object) if "name" in streets else None
    keys = _spot_keys(points, edges.crs)
    table = _rows(
        [f"street-{key}" for key in keys],
        names[owner] if names is not None else "",
        "street",
        spacing_m * 0.6,
        points,
        edges.crs,
    )
    return table.drop_duplicates("candidate_id").sort_values("candidate_id")


def _spot_keys(points: gpd.GeoSeries | NDArray[np.object_], crs: object) -> list[str]:
    """Return a key for each place from its longitude and latitude (five decimals, about 1 m)."""
    series = gpd.GeoSeries(np.asarray(points, dtype=object), crs=crs).to_crs("EPSG:4326")
    return [f"{x:.5f}-{y:.5f}" for x, y in zip(series.x, series.y, strict=True)]


def _drop_repeats(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the table without points too near to an earlier one; hosts are marked instead."""
    spots = shapely.get_coordinates(table.geometry.to_numpy())
    spacing = table["spacing_m"].to_numpy(dtype=np.float64)
    is_out = table["excluded_by"].notna().to_numpy()
    is_host = (table["source"] == "host").to_numpy()
    tree = cKDTree(spots)
    stands = np.ones(len(table), dtype=np.bool_)
    repeated = np.zeros(len(table), dtype=np.bool_)
    near = tree.query_ball_point(spots, spacing, return_sorted=True)
    for place, others in enumerate(near):
        earlier = [k for k in others if k < place and stands[k] and not is_out[k]]
        if spacing[place] > 0 and earlier and not is_out[place]:
            stands[place] = False
            repeated[place] = is_host[place]
    table = table.copy()
    table.loc[repeated, "excluded_by"] = "duplicate"
    return table[stands | repeated].reset_index(drop=True)


def _place(table: gpd.GeoDataFrame, towns: gpd.GeoDataFrame) -> None:
    """Set the town of every candidate, missing outside all of them."""
    tree = shapely.STRtree(towns.geometry.to_numpy())
    rows, found = tree.query(table.geometry.to_numpy(), predicate="intersects")
    ids = towns["town_id"].to_numpy(dtype=str)
    first = pd.Series(ids[found], index=rows).groupby(level=0).min()
    table["town_id"] = first.reindex(range(len(table))).astype(object).to_numpy()


def _name_points(table: gpd.GeoDataFrame, demand: gpd.GeoDataFrame) -> None:
    """Name places that are not hosts after their street and the nearest named demand point."""
    named = demand[demand["name"].fillna("").str.strip() != ""].sort_values("demand_id")
    places = table["source"].isin(["street", "gap_cluster"]).to_numpy()
    if not len(named) or not places.any():
        return
    tree = cKDTree(shapely.get_coordinates(named.geometry.to_numpy()))
    _, nearest = tree.query(shapely.get_coordinates(table.geometry.to_numpy()[places]))
    compounds = named["name"].to_numpy(dtype=object)[nearest]
    streets = table["name"].to_numpy(dtype=object)[places]
    table.loc[places, "name"] = [
        label("candidates.near_street", street=street, compound=compound)
        if street
        else label("candidates.near", compound=compound)
        for street, compound in zip(streets, compounds, strict=True)
    ]


def _exclude(
    table: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    uncovered: gpd.GeoDataFrame,
    areas: gpd.GeoDataFrame | None,
    kind: str,
    threshold_m: float,
    settings: CandidateSettings,
) -> None:
    """Write into ``excluded_by`` why a candidate cannot be used; the first reason stays."""
    points = table.geometry.to_numpy()
    spots = shapely.get_coordinates(points)
    own = facilities[(facilities["kind"] == kind) & facilities["status"].isin(OPEN_STATUSES)]
    is_host = (table["source"] == "host").to_numpy()
    tests: list[tuple[str, NDArray[np.bool_]]] = [("outside", table["town_id"].isna().to_numpy())]
    if areas is not None and len(areas):
        inside = _areas_around(points, areas.to_crs(table.crs))
        table["excluded_area"] = inside
        tests.append(("area", np.array([names is not None for names in inside])))
    tests.append(("has_outlet", is_host & (_distance(spots, own) <= settings.outlet_clear_m)))
    is_free = ~table["is_fixed"].to_numpy(dtype=np.bool_)
    tests.append(("no_gap_near", is_free & (_distance(spots, uncovered) > threshold_m)))
    for word, hit in tests:
        table.loc[hit & table["excluded_by"].isna().to_numpy(), "excluded_by"] = word
    table.loc[table["excluded_by"].ne("area"), "excluded_area"] = None


def _areas_around(points: NDArray[np.object_], areas: gpd.GeoDataFrame) -> list[str | None]:
    """Return the names of the areas around each point, None outside all of them."""
    names = [""] * len(areas)
    if "name" in areas:
        names = areas["name"].fillna("").astype(str).tolist()
    rows, found = shapely.STRtree(areas.geometry.to_numpy()).query(points, predicate="intersects")
    around: list[dict[str, None] | None] = [None] * len(points)
    for row, area in sorted(zip(rows.tolist(), found.tolist(), strict=True)):
        around[row] = (around[row] or {}) | ({names[area]: None} if names[area] else {})
    comma = label("candidates.list_comma")
    return [None if one is None else comma.join(one) for one in around]


def tell_exclusion(excluded_by: str | None, excluded_area: str | None = None) -> str:
    """Return in words why a candidate cannot be used.

    Parameters
    ----------
    excluded_by
        Word of the column ``excluded_by``; may be missing.
    excluded_area
        Names of the column ``excluded_area``; not told when missing or empty.

    Raises
    ------
    KeyError
        When the word is not known: a mistake in the program.

    Examples
    --------
    >>> tell_exclusion("area", "北横泾蓝线")
    '位于禁设区域“北横泾蓝线”内'
    """
    if excluded_by == "area" and isinstance(excluded_area, str) and excluded_area:
        return label("candidates.excluded_area_named", area=excluded_area)
    if not isinstance(excluded_by, str):
        return label("candidates.excluded_unstated")
    return label(f"candidates.excluded_{excluded_by}")


def _distance(spots: NDArray[np.float64], table: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the straight distance from each place to the nearest point of a table, metres."""
    if not len(table):
        return np.full(len(spots), np.inf)
    tree = cKDTree(shapely.get_coordinates(table.geometry.to_numpy()))
    distance, _ = tree.query(spots)
    return np.asarray(distance, dtype=np.float64)
