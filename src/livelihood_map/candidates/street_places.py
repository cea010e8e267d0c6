"""Places along every street that people can reach, as few as lose nobody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from livelihood_map.candidates.candidate_rows import make_rows, spot_keys
from livelihood_map.core.uncovered import are_uncovered
from livelihood_map.network import find_dominating

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import geopandas as gpd

    from livelihood_map.core.arrays import Bools, Longs, Shapes
    from livelihood_map.network import WalkNetwork

CLOSED_ACCESS: Final = ("private", "no", "customers", "permit", "residents")


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who is uncovered, and the streets on which they walk.

    Parameters
    ----------
    network
        The walking network.
    joins
        Joins of the demand points to it.
    asked
        point_id and within_m: a demand point stands once for every walk that counts and within
        which it has no outlet.
    barred
        Areas in which no outlet can stand that no candidate is told of: water, say.
    apart_m
        How far a rule keeps outlets apart, metres: places are then compared within squares of that
        side alone, so that one stays wherever others must keep away. 0 without such a rule.
    """

    network: WalkNetwork
    joins: pd.DataFrame
    asked: pd.DataFrame
    barred: gpd.GeoSeries | None = None
    apart_m: float = 0.0

    @property
    def spots(self) -> Shapes:
        """Return where the walks of those who ask begin, shape (accesses,)."""
        own = self.joins["point_id"].isin(self.asked["point_id"]) & self.joins["reason"].isna()
        return np.asarray(shapely.points(self.joins.loc[own, ["x_m", "y_m"]].to_numpy(np.float64)))

    @property
    def longest_m(self) -> float:
        """Return the longest walk that counts, metres; 0 when nobody asks."""
        return float(self.asked["within_m"].max()) if len(self.asked) else 0.0


def list_asked(
    demand: gpd.GeoDataFrame,
    coverage: pd.DataFrame,
    *,
    kind: str,
    walker: str,
    within_m: Sequence[float],
) -> pd.DataFrame:
    """Return point_id and within_m of the demand points without an outlet within each walk.

    Parameters
    ----------
    demand
        Demand points; those where nobody lives, works or changes trains never ask.
    coverage
        Coverage table; the rows of `kind` and `walker` are read.
    kind
        Kind of facility.
    walker
        Walker of the standard.
    within_m
        Walks that count, metres.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    own = {"kind": kind, "walker": walker}
    parts = []
    for reach in sorted(set(within_m)):
        is_asking = are_uncovered(demand, coverage, **own, within_m=reach)
        points = pd.DataFrame({"point_id": demand.loc[is_asking, "demand_id"]})
        parts.append(points.assign(within_m=float(reach)))
    return pd.concat(parts, ignore_index=True)


def is_frontage(edges: pd.DataFrame, classes: Collection[str] | None) -> Bools:
    """Return along which edges an outlet can have its front, shape (edges,).

    Never along private ways, on bridges or in tunnels.

    Parameters
    ----------
    edges
        Table ``edges``.
    classes
        Classes of street that offer a front; every class when None.

    Raises
    ------
    KeyError
        When the table lacks a column.
    """
    barred = edges["is_bridge"] | edges["is_tunnel"]
    if classes is not None:
        barred |= ~edges["highway"].isin(classes)
    if "access" in edges:
        barred |= edges["access"].isin(CLOSED_ACCESS)
    return np.asarray(~barred, dtype=np.bool_)


def find_street_places(
    asking: Asking,
    towns: gpd.GeoDataFrame,
    *,
    classes: Collection[str],
    areas: gpd.GeoDataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return the places on all reachable street of which no other in the town reaches more.

    Those with a front stand for every place along a street with a front. Of the other ways those
    follow, rejected as ``no_frontage``, that no place of any way outdoes: what they would add is
    what the limit to streets with a front costs.

    Parameters
    ----------
    asking
        Who is uncovered, and the streets.
    towns
        Towns: places in different towns are never compared, and none lies outside.
    classes
        Classes of street that offer a front.
    areas
        Areas in which nothing may be opened.

    Returns
    -------
    Candidate rows in the network's order.

    Raises
    ------
    CrsError
        When the tables are not in one metric CRS.
    """
    network = asking.network
    barred = [np.empty(0, dtype=object)]
    if areas is not None:
        barred.append(areas.to_crs(network.crs).geometry.to_numpy())
    if asking.barred is not None:
        barred.append(asking.barred.to_crs(network.crs).to_numpy())
    every = _list_stretches(network, towns, np.concatenate(barred))
    if asking.apart_m > 0:
        edge = network.edge_numbers(every["u"], every["v"], every["key"])
        middle = shapely.line_interpolate_point(
            network.lines[edge], every[["from_m", "to_m"]].mean(axis=1).to_numpy()
        )
        square = np.floor(shapely.get_coordinates(middle) / asking.apart_m).astype(np.int64)
        every["group"] = list(zip(every["group"], *square.T.tolist(), strict=True))
    has_front = every["highway"].isin(classes)
    streets = find_dominating(network, asking.joins, asking.asked, every[has_front])
    ways = find_dominating(network, asking.joins, asking.asked, every)
    edge = network.edge_numbers(ways["u"], ways["v"], ways["key"])
    ways = ways[~network.edges["highway"].isin(classes).to_numpy()[edge]]
    places = pd.concat([streets, ways], ignore_index=True)
    rows = make_rows(
        _ids(places["geometry"], network.crs),
        _street_names(network, places),
        "street",
        0.0,
        places["geometry"].to_numpy(),
        network.crs,
    )
    rows.loc[np.arange(len(rows)) >= len(streets), "excluded_by"] = "no_frontage"
    return rows


def _ids(points: gpd.GeoSeries, crs: object) -> Shapes:
    """Return an id for each place; those within about 1 m of an earlier one are numbered."""
    keys = pd.Series(spot_keys(points, crs), dtype=object)
    times = keys.groupby(keys).cumcount() + 1
    ids = [
        f"street-{key}" if time == 1 else f"street-{key}-{time}"
        for key, time in zip(keys, times, strict=True)
    ]
    return np.array(ids, dtype=object)


def _street_names(network: WalkNetwork, places: pd.DataFrame) -> Shapes:
    """Return the name of each place's street, empty where it has none."""
    names = network.edges.get("name", pd.Series("", index=network.edges.index))
    edge = network.edge_numbers(places["u"], places["v"], places["key"])
    return np.asarray(names.fillna("").to_numpy(dtype=object)[edge])


def _list_stretches(network: WalkNetwork, towns: gpd.GeoDataFrame, barred: Shapes) -> pd.DataFrame:
    """Return the stretches of public ways, cut at the borders of towns and barred areas."""
    edge = np.flatnonzero(is_frontage(network.edges, None) & network.is_usable)
    lines = network.lines[edge]
    shapes, ids = towns.geometry.to_numpy(), towns["town_id"].to_numpy(dtype=object)
    tree = shapely.STRtree(lines)  # so that the towns are prepared, which have the more vertices
    within, inside = tree.query(shapes, predicate="contains")
    inside, first = np.unique(inside, return_index=True)
    town, row = tree.query(shapes, predicate="intersects")
    across = ~np.isin(row, inside)
    row = np.concatenate([inside, row[across]])
    town = np.concatenate([within[first], town[across]])
    pieces = lines[row]
    is_cut = np.arange(row.size) >= inside.size
    pieces[is_cut] = shapely.intersection(pieces[is_cut], shapes[town[is_cut]])
    if len(barred):
        hit = np.unique(shapely.STRtree(barred).query(pieces, predicate="intersects")[0])
        pieces[hit] = shapely.difference(pieces[hit], shapely.union_all(barred))
        is_cut[hit] = True
    return _measured(network, edge[row], pieces, is_cut, ids[town])


def _measured(
    network: WalkNetwork, edge: Longs, pieces: Shapes, is_cut: Bools, group: Shapes
) -> pd.DataFrame:
    """Return pieces of lines by where they begin and end along their edge."""
    whole = np.flatnonzero(~is_cut)
    parts, owner = shapely.get_parts(pieces[is_cut], return_index=True)
    is_line = (shapely.get_dimensions(parts) == 1) & (shapely.length(parts) > 0)
    parts, owner = parts[is_line], np.flatnonzero(is_cut)[owner[is_line]]
    lines, length = network.lines[edge[owner]], network.lengths_m[edge[owner]]
    ends = [
        shapely.line_locate_point(lines, shapely.get_point(parts, k), normalized=True) * length
        for k in (0, -1)
    ]
    start, stop = np.minimum(*ends), np.maximum(*ends)
    # the end of a ring is also its beginning, where it is found
    is_turned = np.abs(stop - start - shapely.length(parts)) > np.abs(
        length - stop - shapely.length(parts)
    )
    is_ring = shapely.is_closed(lines) & (start == 0) & is_turned
    start, stop = np.where(is_ring, stop, start), np.where(is_ring, length, stop)
    names = network.edges[["u", "v", "key", "highway"]]
    table = pd.concat([names.iloc[edge[whole]], names.iloc[edge[owner]]], ignore_index=True)
    return table.assign(
        from_m=np.concatenate([np.zeros(whole.size), start]),
        to_m=np.concatenate([network.lengths_m[edge[whole]], stop]),
        group=np.concatenate([group[whole], group[owner]]),
    )
