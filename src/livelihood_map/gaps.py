"""Who is uncovered and why, and the zones that the uncovered form."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy import sparse

from livelihood_map.core.crs import require_metric
from livelihood_map.core.density import group_by_density
from livelihood_map.core.labels import label
from livelihood_map.core.names import town_names
from livelihood_map.core.people import CROWDS, everyone
from livelihood_map.core.tables import GAPS, ZONES
from livelihood_map.core.uncovered import are_uncovered, nearest_walks
from livelihood_map.core.units import round_mm

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from livelihood_map.core.arrays import Longs
    from livelihood_map.core.settings import GapSettings

log = logging.getLogger(__name__)

OUTLINE_TOLERANCE_M: Final = 5.0
"""Outlines of zones are simplified by this much: they are drawn, never measured in."""
WEIGHT_PARTS: Final = 1000
"""People are counted in thousandths when they are weighed, so that sums are exact."""

MINUTE_M: Final = 1e-6
"""Stands for a walk of 0 m in a sparse matrix."""


def find_gaps(
    coverage: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    joins: pd.DataFrame,
    *,
    kind: str,
    threshold_m: float,
    walker: str = "standard",
) -> pd.DataFrame:
    """Return the demand points without an outlet of one kind within reach, each with the reason.

    ``off_network`` when no access of the point is joined to a street, ``unreachable`` when all its
    accesses lie on streets detached from the rest and no outlet is reached there, ``too_far``
    otherwise: the walk is longer than the threshold, or than the distance searched (then the walk
    and the excess are missing). Points where nobody lives or works are left out.

    Parameters
    ----------
    coverage
        Coverage table; the rows of `kind` and `walker` are read.
    demand
        Demand points.
    joins
        Joins of the demand points to the streets; ``is_detached`` is read where it is there.
    kind
        Kind of facility.
    threshold_m
        Longest walk that counts as covered, metres, inclusive.
    walker
        Walker of the standard.

    Returns
    -------
    Gaps table in the order of `demand`, ``zone_id`` still missing.

    Raises
    ------
    SchemaError
        When the result breaks the table's schema.

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
    >>> gaps[["demand_id", "reason", "excess_m"]].values.tolist()
    [['d2', 'too_far', 700.0]]
    """
    own = {"kind": kind, "walker": walker}
    walk = nearest_walks(demand, coverage, **own)
    is_gap = are_uncovered(demand, coverage, **own, within_m=threshold_m)
    joined = joins[joins["reason"].isna()]
    is_detached = joined.get("is_detached", pd.Series(data=False, index=joined.index))
    on_main = set(joined.loc[~is_detached.astype(bool), "point_id"])
    on_any = set(joined["point_id"])
    ids = demand.loc[is_gap, "demand_id"]
    reason = np.where(
        walk[is_gap].notna() | ids.isin(on_main),
        "too_far",
        np.where(ids.isin(on_any), "unreachable", "off_network"),
    )
    gaps = pd.DataFrame({"demand_id": ids, "kind": kind, "reason": reason})
    gaps["walk_m"] = walk[is_gap]
    gaps["excess_m"] = round_mm((walk[is_gap] - threshold_m).astype("float64"))
    gaps["zone_id"] = None
    log.info("find_gaps: %s, %d demand points in, %d gaps out", kind, len(demand), len(gaps))
    return GAPS.conform(gaps)


def find_zones(
    gaps: pd.DataFrame,
    demand: gpd.GeoDataFrame,
    residences: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame,
    *,
    settings: GapSettings,
    walks: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Return the gaps with their zone, and the zones that uncovered people form.

    Density clustering weighted by people (DBSCAN, Ester et al. 1996): a point is a core when at
    least ``zone_population`` people are uncovered within ``zone_reach_m`` of it; cores within reach
    of one another share a zone. ``zone_method = "hdbscan"`` lets the density vary: what hangs
    together within ``zone_reach_m`` is never divided, and where people live farther apart a zone is
    a place denser than what lies around it, with as many people and ``zone_points_n`` points
    (:func:`~livelihood_map.core.density.group_by_density`). A zone wider than ``zone_span_m`` is
    cut in two by weighted k-means, and so on. Points in no zone keep a missing ``zone_id``.

    Parameters
    ----------
    gaps
        Gaps of one kind or several; each kind has its own zones.
    demand, residences, towns
        Tables in the one metric CRS.
    settings
        Reach, people and method.
    walks
        Walks between the demand points of the gaps, at least those up to ``zone_reach_m``: nearness
        is then measured on foot, so that no zone crosses a river without a bridge. Straight lines
        without it, and for hdbscan.

    Returns
    -------
    The gaps, and the zones by people, most first. A zone's id holds its smallest demand id, so that
    it does not depend on the order of rows.

    Raises
    ------
    CrsError
        When a table is not in a metric CRS.
    SchemaError
        When a result breaks its schema.

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
    >>> zones[["name", "population"]].values.tolist()
    [['某镇乙苑一带', 50.0]]
    """
    require_metric(demand.crs, what="demand")
    merged = gaps.drop(columns="zone_id").merge(demand, on="demand_id", how="left")
    merged = gpd.GeoDataFrame(merged, geometry="geometry", crs=demand.crs)
    zone_of = np.full(len(merged), None, dtype=object)
    zones = []
    compounds, names = _Names(residences), town_names(towns)
    for kind, rows in merged.groupby("kind", sort=True):
        points = rows.sort_values("demand_id")
        points["cluster"] = _cluster(points, settings, walks)
        points["cluster"] = _split(points, settings.zone_span_m)
        described = _describe(str(kind), points[points["cluster"] >= 0], compounds, names, settings)
        for zone, members in described:
            zone_of[members] = zone["zone_id"]
            zones.append(zone)
    located = gaps.assign(zone_id=zone_of)
    log.info("find_zones: %d gaps in, %d zones out", len(gaps), len(zones))
    return GAPS.conform(located), _zone_table(zones, demand.crs)


def _zone_table(zones: list[dict[str, Any]], crs: object) -> gpd.GeoDataFrame:
    """Return the zones, most people first."""
    if not zones:
        return gpd.GeoDataFrame(ZONES.empty(crs), geometry="geometry", crs=crs)
    table = gpd.GeoDataFrame(zones, geometry="geometry", crs=crs)
    people = -everyone(table)
    order = np.lexsort((table["zone_id"].to_numpy(dtype=str), people.to_numpy()))
    return ZONES.conform(table.iloc[order])


def _cluster(points: gpd.GeoDataFrame, settings: GapSettings, walks: pd.DataFrame | None) -> Longs:
    """Return the number of each point's cluster, -1 for none."""
    from sklearn.cluster import DBSCAN

    spots = shapely.get_coordinates(points.geometry.to_numpy())
    people = everyone(points).to_numpy(dtype=np.float64)
    if settings.zone_method == "dbscan":
        needed = max(1, round(settings.zone_population * WEIGHT_PARTS))
        weight = np.rint(people * WEIGHT_PARTS)
        metric = "euclidean" if walks is None else "precomputed"
        if walks is not None:
            spots = _walk_matrix(points, walks, settings.zone_reach_m)
        model = DBSCAN(eps=settings.zone_reach_m, min_samples=needed, metric=metric)
        return np.asarray(model.fit(spots, sample_weight=weight).labels_, dtype=np.int64)
    return group_by_density(
        spots,
        people,
        needed=settings.zone_population,
        points_n=settings.zone_points_n,
        reach_m=settings.zone_reach_m,
    )


def _walk_matrix(points: gpd.GeoDataFrame, walks: pd.DataFrame, reach_m: float) -> sparse.csr_array:
    """Return the walks between points that are at most `reach_m`, the same in both directions."""
    ids = pd.Index(points["demand_id"])
    rows, columns = ids.get_indexer(walks["origin_id"]), ids.get_indexer(walks["dest_id"])
    near = (rows >= 0) & (columns >= 0) & (rows != columns)
    near &= walks["walk_m"].to_numpy() <= reach_m
    metres = np.maximum(walks["walk_m"].to_numpy(dtype=np.float64)[near], MINUTE_M)
    one_way = sparse.csr_array((metres, (rows[near], columns[near])), shape=(len(ids), len(ids)))
    both = one_way.maximum(one_way.T).tocsr()
    both.setdiag(MINUTE_M)
    both.sort_indices()
    return both


def _split(points: gpd.GeoDataFrame, span_m: float) -> Longs:
    """Return the clusters with those too wide cut in two by weighted k-means until none is."""
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    spots = shapely.get_coordinates(points.geometry.to_numpy())
    people = everyone(points).to_numpy(dtype=np.float64)
    labels: Longs = points["cluster"].to_numpy(dtype=np.int64).copy()
    waiting = [np.flatnonzero(labels == number) for number in np.unique(labels[labels >= 0])]
    while waiting:
        rows = waiting.pop()
        if np.ptp(spots[rows], axis=0).max() <= span_m:
            continue
        with threadpool_limits(limits=1):  # sums in a fixed order: equal runs, equal zones
            halves = KMeans(n_clusters=2, n_init=3, random_state=0).fit(
                spots[rows], sample_weight=people[rows]
            )
        second = rows[halves.labels_ != halves.labels_[0]]
        labels[second] = labels.max() + 1
        waiting += [rows[halves.labels_ == halves.labels_[0]], second]
    return labels


def _describe(
    kind: str,
    points: gpd.GeoDataFrame,
    compounds: _Names,
    names: Mapping[str, str],
    settings: GapSettings,
) -> Iterator[tuple[dict[str, Any], Longs]]:
    """Yield the row of the zones table of each cluster, and the index of its points."""
    places, index = points.geometry.to_numpy(), points.index.to_numpy()
    spots, people = shapely.get_coordinates(places), everyone(points)
    weights = people.to_numpy()
    counts = {crowd: points[crowd].to_numpy() for crowd in CROWDS}
    by_town = people.rename("people").groupby([points["cluster"], points["town_id"]]).sum()
    first = by_town.sort_values(ascending=False, kind="stable").reset_index()
    first = first.drop_duplicates("cluster")  # of equals the town with the lower id
    town_of: dict[int, str] = dict(zip(first["cluster"], first["town_id"], strict=True))
    for cluster, rows in sorted(points.groupby("cluster").indices.items()):
        centre = shapely.Point(*np.average(spots[rows], axis=0, weights=weights[rows]))
        reach = shapely.buffer(places[rows], settings.zone_reach_m / 2, quad_segs=4)
        town_id = town_of.get(cluster)
        near = compounds.nearest(centre) or _Names(points.iloc[rows]).nearest(centre)
        zone: dict[str, Any] = {
            "zone_id": f"{kind}-{points['demand_id'].iloc[rows[0]]}",
            "name": _zone_name("" if town_id is None else names.get(town_id, ""), near),
            "kind": kind,
            "town_id": town_id,
            **{crowd: float(np.nansum(count[rows])) for crowd, count in counts.items()},
            "demand_n": len(rows),
            "geometry": shapely.simplify(shapely.union_all(reach), OUTLINE_TOLERANCE_M),
        }
        yield zone, index[rows]


class _Names:
    """The named among some places, to be found by nearness."""

    def __init__(self, places: gpd.GeoDataFrame) -> None:
        named = places[places["name"].fillna("").str.strip() != ""]
        self._names = named["name"].to_numpy(dtype=str)
        self._tree = shapely.STRtree(named.geometry.to_numpy())

    def nearest(self, centre: shapely.Point) -> str:
        """Return the name nearest to a point, of equally near ones the first; "" without names."""
        return str(min(self._names[self._tree.query_nearest(centre)], default=""))


def _zone_name(town: str, compound: str) -> str:
    """Return a zone's name from its town and its nearest compound."""
    if not compound:
        return town or label("gaps.zone_unnamed")
    return label("gaps.zone_name", town=town, compound=compound).strip()
