"""Names by which places are told apart: street, crossing, side, and the compound nearby."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from livelihood_map.core.labels import label

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.arrays import Bools, Floats, Shapes

ROUND_M: Final = 10
"""Distances from a crossing are told to this many metres, where that tells places apart."""
AT_M: Final = 15.0
"""A place nearer than this to a crossing is at it."""
SIDES: Final = ("east", "north", "west", "south")


def name_places(
    table: gpd.GeoDataFrame, demand: gpd.GeoDataFrame, edges: gpd.GeoDataFrame | None
) -> list[str]:
    """Return the name of every candidate, told apart as far as streets and compounds allow.

    A place that is no premises is named after its street and the nearest compound. Where several
    bear one name, each gets the nearest crossing of its street, with side and distance; without a
    crossing side and distance from the compound. Premises keep their name; of those that share
    one, each gets the compound, and if need be its side.

    Parameters
    ----------
    table
        Candidates; ``name`` holds the street of a place on one.
    demand
        Demand points, for the names of compounds.
    edges
        Streets, for their crossings.

    Raises
    ------
    KeyError
        When a table lacks a column.
    """
    is_place = table["source"].isin(["street", "gap_cluster"]).to_numpy()
    own = table["name"].fillna("").astype(str).to_numpy(dtype=object)
    spots = shapely.get_coordinates(table.geometry.to_numpy())
    compounds, centres = _nearest_named(demand, spots)
    if not len(compounds):
        return list(own)
    names = own.copy()
    _set(names, is_place & (own != ""), "near_street", street=own, compound=compounds)
    _set(names, is_place & (own == ""), "near", compound=compounds)
    crossings, corners = _nearest_crossings(own, spots, edges, is_place & _shared(names))
    _set(names, ~is_place & _shared(names), "near_street", street=own, compound=compounds)
    for step_m in (ROUND_M, 1):
        is_shared = _shared(names)
        beside = _beside(spots, corners, crossings, step_m)
        has_crossing = is_shared & (crossings != "")
        _set(names, has_crossing, "at", street=own, where=beside, compound=compounds)
        away = _beside(spots, centres, compounds, step_m)
        _set(names, is_shared & ~has_crossing & (own != ""), "away_street", street=own, where=away)
        _set(names, is_shared & ~has_crossing & (own == ""), "away", where=away)
    return list(names)


def _shared(names: Shapes) -> Bools:
    """Return which names several candidates bear."""
    return np.asarray(pd.Series(names).duplicated(keep=False))


def _set(names: Shapes, is_meant: Bools, key: str, **values: Shapes) -> None:
    """Set the names of some candidates from a text of the catalogue."""
    for k in np.flatnonzero(is_meant):
        told: dict[str, Any] = {word: one[k] for word, one in values.items()}
        names[k] = label(f"candidates.{key}", **told)


def _nearest_named(demand: gpd.GeoDataFrame, spots: Floats) -> tuple[Shapes, Floats]:
    """Return name and place of the nearest demand point with a name; none without such points."""
    named = demand[demand["name"].fillna("").str.strip() != ""].sort_values("demand_id")
    if not len(named) or not len(spots):
        return np.empty(0, dtype=object), np.empty((0, 2))
    centres = shapely.get_coordinates(named.geometry.to_numpy())
    _, nearest = cKDTree(centres).query(spots)
    return named["name"].to_numpy(dtype=object)[nearest], centres[nearest]


def _nearest_crossings(
    streets: Shapes, spots: Floats, edges: gpd.GeoDataFrame | None, is_asked: Bools
) -> tuple[Shapes, Floats]:
    """Return the crossing of each place's street nearest to it, "" without one, and where."""
    crossings = np.full(len(streets), "", dtype=object)
    corners = spots.copy()
    if edges is None or "name" not in edges:
        return crossings, corners
    ends = _street_ends(edges).sort_values(["node", "name"])
    names, nodes = ends["name"].to_numpy(dtype=object), ends["node"].to_numpy()
    where, rows_of = ends[["x", "y"]].to_numpy(), ends.groupby("name").indices
    first, last = np.searchsorted(nodes, nodes), np.searchsorted(nodes, nodes, side="right")
    asked = pd.Series(np.flatnonzero(is_asked & np.isin(streets, list(rows_of))))
    for street, positions in asked.groupby(streets[asked].astype(str)):
        rows = positions.to_numpy()
        met = np.concatenate([np.arange(first[k], last[k]) for k in rows_of[street]])
        met = met[names[met] != street]
        if not len(met):
            continue
        _, nearest = cKDTree(where[met]).query(spots[rows])
        crossings[rows] = [label("candidates.crossing", street=names[k]) for k in met[nearest]]
        corners[rows] = where[met[nearest]]
    return crossings, corners


def _street_ends(edges: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return node, name, x and y of the ends of every named street, each once."""
    named = edges[edges["name"].fillna("") != ""]
    lines = named.geometry.to_numpy()
    ends = [shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)]
    spots = np.concatenate(ends).round(2)
    table = pd.DataFrame(spots, columns=["x", "y"]).assign(name=[*named["name"], *named["name"]])
    table["node"] = table.groupby(["x", "y"]).ngroup()
    return table.drop_duplicates(["node", "name"], ignore_index=True)


def _beside(spots: Floats, from_m: Floats, names: Shapes, step_m: int) -> Shapes:
    """Return in words on which side of something named each place is, and how far away."""
    east, north = (spots - from_m).T
    away = np.hypot(east, north)
    side = np.where(np.abs(east) >= np.abs(north), np.where(east >= 0, 0, 2), 0)
    side = np.where(np.abs(east) < np.abs(north), np.where(north >= 0, 1, 3), side)
    told = [
        label("candidates.at_corner", name=name)
        if metres < (AT_M if step_m == ROUND_M else 1)
        else label(
            f"candidates.side_{SIDES[k]}",
            name=name,
            metres=f"{step_m * round(metres / step_m):,}",
        )
        for name, metres, k in zip(names, away, side, strict=True)
    ]
    return np.array(told, dtype=object)


def find_crossings(edges: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the crossings of streets with different names: first, second (names), x, y (metres).

    Parameters
    ----------
    edges
        Streets with ``name``, metric CRS.

    Raises
    ------
    KeyError
        When the table has no column ``name``.
    """
    ends = _street_ends(edges).sort_values(["node", "name"])
    met = ends[ends.duplicated("node", keep=False)]
    groups = met.groupby("node", sort=True)
    table = groups.agg(first=("name", "first"), x=("x", "first"), y=("y", "first"))
    second = groups["name"].nth(1)
    return table.assign(second=second.to_numpy())[["first", "second", "x", "y"]].reset_index(
        drop=True
    )
