"""Ways out of compounds and into them: through their open gates, or straight to the street.

Rules 10 and 11 of the walking rules in docs/method.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.errors import JoinError
from livelihood_map.core.hours import is_within_hours
from livelihood_map.core.schema import stack_rows
from livelihood_map.core.tables import JOINS
from livelihood_map.network.snapping import join_points

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.network.walk_network import Network
    from livelihood_map.network.walk_options import WalkOptions

WALL = "wall"
"""Kind of barrier that gates lead through."""


def join_demand(
    network: Network,
    demand: gpd.GeoDataFrame,
    gates: gpd.GeoDataFrame,
    *,
    limit_m: float,
    start: str = "dwelling",
    at: str | None = None,
    are_compounds_open: bool = False,
    barriers: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Return table ``joins`` of demand points: one row for each open gate of their residence.

    A walk starts at the demand point, leaves through an open gate (straight to it, counted in the
    offset) and goes on along the streets; the search takes the gate with the shortest whole walk.
    Without known gates the point joins the street itself. With gates that are all closed nobody
    comes out: the point is not joined, reason ``closed``.

    Parameters
    ----------
    network
        Streets, or the straight-line estimate.
    demand
        Table ``demand`` in the CRS of the network.
    gates
        Table ``gates`` in the same CRS; may be empty.
    limit_m
        Longest way between gate (or point) and street, metres.
    start
        ``dwelling`` counts the way from the demand point to the gate; ``gate`` starts at the gate,
        the reading of "15 minutes from a residential gate".
    at
        Time of day, ``HH:MM``; a gate whose hours do not hold it is closed. Hours are left out of
        account when None.
    are_compounds_open
        The open-compound run: every gate counts as open at any time, and each point also joins the
        nearest street as if there were no wall. Build its network with ``through_private=True``.
    barriers
        Table ``barriers``: lines or areas that nobody steps across. A gate leads through the one of
        kind ``wall`` whose ``barrier_id`` is its compound, through no other; in the open-compound
        run everyone steps across walls.

    Raises
    ------
    CrsError
        When points, barriers and network differ in CRS.
    JoinError
        When ids repeat, the limit is not positive, or `start`, `at` or hours are unknown.

    Examples
    --------
    >>> from livelihood_map import build_network, example_town, join_demand, join_points
    >>> town = example_town()
    >>> network = build_network(town.nodes, town.edges)
    >>> join_demand(network, town.demand, town.gates, limit_m=100)["point_id"].tolist()
    ['d1', 'd2']
    """
    if start not in {"dwelling", "gate"}:
        raise JoinError("network.start_unknown", value=start)
    beyond_walls = None if barriers is None else barriers[barriers["kind"] != WALL]
    with_gates = demand["residence_id"].isin(gates["residence_id"])
    own = join_points(
        network,
        demand if are_compounds_open else demand[~with_gates],
        id_column="demand_id",
        limit_m=limit_m,
        barriers=beyond_walls if are_compounds_open else barriers,
    )
    if not with_gates.any():
        return own
    homes = demand.loc[with_gates, ["demand_id", "residence_id", "geometry"]]
    wanted = gates["residence_id"].isin(homes["residence_id"])
    if not are_compounds_open:
        wanted &= _is_open(gates, at)
    by_gate = _join_gates(
        network, gates[wanted], limit_m=limit_m,
        barriers=beyond_walls if are_compounds_open else barriers,
    )  # fmt: skip
    through = _leave_by_gates(homes, gates[wanted], by_gate, start=start)
    if are_compounds_open:
        through = through[through["reason"].isna()]
        own = own[own["reason"].isna() | ~own["point_id"].isin(through["point_id"])]
    else:
        shut = ~homes["demand_id"].isin(through["point_id"])
        own = stack_rows(own, _rows_of_closed(homes[shut]))
    joined = stack_rows(own, through)
    return JOINS.conform(joined.sort_values(["point_id", "access_id"], kind="stable"))


def join_facilities(
    network: Network,
    facilities: gpd.GeoDataFrame,
    options: WalkOptions,
    *,
    id_column: str,
) -> pd.DataFrame:
    """Return table ``joins`` of facilities; those shut in by a wall are reached through its gates.

    A facility joins the street as in `join_points`. One that has no free way to any, and stands
    inside a wall with open gates, has one row for each of these: the straight way from the gate,
    counted in the offset.

    Parameters
    ----------
    network
        Streets, or the straight-line estimate.
    facilities
        Points in the CRS of the network.
    options
        Limit, barriers, gates and time of day.
    id_column
        Column of `facilities` with their ids, unique.

    Raises
    ------
    CrsError
        When facilities, barriers and network differ in CRS.
    JoinError
        When ids repeat, the limit is not positive, or time of day or hours are unknown.

    Examples
    --------
    >>> from livelihood_map.network import WalkOptions, build_network
    >>> from livelihood_map import example_town
    >>> town = example_town()
    >>> network = build_network(town.nodes, town.edges)
    >>> options = WalkOptions(limit_m=100)
    >>> joins = join_facilities(network, town.facilities, options, id_column="facility_id")
    >>> joins[["point_id", "u", "v"]].values.tolist()
    [['f1', 'a', 'b']]
    """
    barriers, gates, limit_m = options.barriers, options.gates, options.limit_m
    joins = join_points(
        network, facilities, id_column=id_column, limit_m=limit_m, barriers=barriers
    )
    shut = joins.loc[joins["reason"] == "barrier", "point_id"]
    if barriers is None or gates is None or shut.empty:
        return joins
    walls = barriers.loc[barriers["kind"] == WALL, ["barrier_id", "geometry"]]
    inside = facilities.loc[facilities[id_column].isin(shut), [id_column, "geometry"]]
    inside = inside.sjoin(walls, predicate="within").rename(
        columns={id_column: "demand_id", "barrier_id": "residence_id"}
    )
    doors = gates[gates["residence_id"].isin(inside["residence_id"]) & _is_open(gates, options.at)]
    by_gate = _join_gates(network, doors, limit_m=limit_m, barriers=barriers)
    through = _leave_by_gates(inside, doors, by_gate, start="dwelling")
    through = through[through["reason"].isna()]
    kept = joins[~joins["point_id"].isin(through["point_id"])]
    joined = stack_rows(kept, through[joins.columns])
    return JOINS.conform(joined.sort_values(["point_id", "access_id"], kind="stable"))


def _join_gates(
    network: Network,
    gates: gpd.GeoDataFrame,
    *,
    limit_m: float,
    barriers: gpd.GeoDataFrame | None,
) -> pd.DataFrame:
    """Return the joins of gates, each of which leads through the wall of its own compound."""
    through = None
    if barriers is not None:
        is_wall = barriers["kind"] == WALL
        names = barriers.loc[is_wall, "barrier_id"] if is_wall.any() else []
        number_of = dict(zip(names, np.flatnonzero(is_wall), strict=True))
        through = np.array([number_of.get(name, -1) for name in gates["residence_id"]], np.int64)
    return join_points(
        network, gates, id_column="gate_id", limit_m=limit_m, barriers=barriers, through=through
    )


def _is_open(gates: gpd.GeoDataFrame, at: str | None) -> pd.Series[bool]:
    """Return which gates let people out at a time of day."""
    is_open: pd.Series[bool] = gates["is_open"]
    if at is None:
        return is_open
    return is_open & np.array(is_within_hours(gates["hours"].tolist(), at), np.bool_)


def _leave_by_gates(
    homes: gpd.GeoDataFrame, gates: gpd.GeoDataFrame, by_gate: pd.DataFrame, *, start: str
) -> pd.DataFrame:
    """Return the joins of homes through their open gates; gates off the street are left out.

    When no gate of a home reaches a street, one row says why.
    """
    places = pd.Series(gates.geometry.to_numpy(), index=gates["gate_id"].to_numpy())
    owners = pd.Series(gates["residence_id"].to_numpy(), index=gates["gate_id"].to_numpy())
    accesses = by_gate.drop(columns="point_id").assign(
        residence_id=owners.reindex(by_gate["access_id"]).to_numpy()
    )
    pairs = homes.merge(accesses, on="residence_id", how="inner")
    if start == "dwelling":
        ways = shapely.distance(
            np.asarray(pairs["geometry"]), places.reindex(pairs["access_id"]).to_numpy()
        )
        pairs["offset_m"] = pairs["offset_m"] + ways
    pairs = pairs.rename(columns={"demand_id": "point_id"})
    pairs = pd.DataFrame(pairs[["point_id", *by_gate.columns.drop("point_id")]])
    pairs = pairs.sort_values(["point_id", "access_id"], kind="stable")
    has_way = pairs["reason"].isna()
    reached = pairs.loc[has_way, "point_id"]
    lost = pairs[~has_way & ~pairs["point_id"].isin(reached)].drop_duplicates("point_id")
    return stack_rows(pairs[has_way], lost)


def _rows_of_closed(homes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return one row for each home whose gates are all closed."""
    return pd.DataFrame(
        {
            "point_id": homes["demand_id"].to_numpy(),
            "access_id": homes["demand_id"].to_numpy(),
            "reason": "closed",
            "x_m": homes.geometry.x.to_numpy(),
            "y_m": homes.geometry.y.to_numpy(),
            "is_detached": False,
        }
    )
