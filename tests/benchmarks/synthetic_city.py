"""A large city for benchmarks: the demo district's tables laid side by side, denser in compounds.

Sixteen districts of the demo have 224 towns, 800,000 streets, 43,600 outlets and 1,328 suggested
sites. Their largest compounds are halved, so that there are 25,000. It is the input of the maps'
benchmark: a run's tables, so that no stage has to be run on it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.tables import DISTRICT_ID

if TYPE_CHECKING:
    from livelihood_map.mapping import MapTables

COMPOUNDS_N: Final = 25_000
_IDS: Final = (
    *("town_id", "residence_id", "facility_id", "candidate_id", "demand_id", "zone_id"),
    *("gate_id", "feature_id", "centre_id", "u", "v"),
)
_OF_COMPOUNDS: Final = ("coverage", "after", "gates", "reasons")
_OF_TOWNS: Final = {
    "town_coverage": ["town_id", "kind", "walker"],
    "reached": ["town_id", "kind", "walker", "within_m"],
}
"""Tables with a row for the whole, which stands once."""
_ROOM: Final = 1.02
"""Districts lie this many times their width apart, so that their borders do not overlap."""


def lay_city(tables: MapTables, side: int) -> MapTables:
    """Return the tables of ``side * side`` districts like the one given, in a square.

    Parameters
    ----------
    tables
        Tables of one district with its lattice, geometry in one metric CRS.
    side
        Districts along each side of the square.
    """
    dense = _halve_compounds(tables, max(COMPOUNDS_N // side**2 - len(tables.residences), 0))
    return replace(tables, walks=None, **{
        name: _lay(name, table, dense, side)
        for name, table in vars(dense).items()
        if isinstance(table, pd.DataFrame)
    })  # fmt: skip


def _halve_compounds(tables: MapTables, count: int) -> MapTables:
    """Return the tables with the `count` largest compounds cut in two, people shared alike."""
    homes = tables.residences
    largest = homes.index[np.argsort(-homes.area.to_numpy(), kind="stable")[:count]]
    west, south, east, north = homes.loc[largest].bounds.to_numpy().T
    middle = (west + east) / 2
    halves = [
        homes.loc[largest].set_geometry(
            shapely.intersection(homes.geometry[largest].to_numpy(), shapely.box(*box))
        )
        for box in ((west, south, middle, north), (middle, south, east, north))
    ]
    for half in halves:
        half["population"] /= 2
    halves[1]["residence_id"] += "b"
    more = {
        name: pd.concat([table, _again(table, halves[1]["residence_id"].str[:-1])])
        for name in _OF_COMPOUNDS
        if (table := getattr(tables, name)) is not None and name != "gates"
    }
    kept = homes.drop(largest)
    return replace(tables, residences=pd.concat([kept, *halves], ignore_index=True), **more)


def _again(table: pd.DataFrame, of: pd.Series) -> pd.DataFrame:
    """Return the rows of some compounds for their second halves."""
    rows = table[table["residence_id"].isin(of)]
    return rows.assign(residence_id=rows["residence_id"] + "b")


def _lay(name: str, table: pd.DataFrame, tables: MapTables, side: int) -> pd.DataFrame:
    """Return one table of all districts."""
    steps = _steps(tables)
    if name == "areas":
        table = table[table["facility_id"] == DISTRICT_ID]
    shapes = table.to_crs(STORAGE_CRS) if isinstance(table, gpd.GeoDataFrame) else table
    laid = [_shift(shapes, steps, place, side) for place in range(side**2)]
    whole: Any = pd.concat(laid, ignore_index=True)
    if isinstance(table, gpd.GeoDataFrame):
        whole = whole.to_crs(table.crs)
    whole.attrs = table.attrs
    if name == "areas":
        keys = ["kind", "walker", "facility_id", "is_planned", "tier_m"]
        return whole.dissolve(keys, aggfunc="first", method="disjoint_subset").reset_index()
    if name == "sites":
        order = whole.sort_values(["rank"], kind="stable").index
        return whole.loc[order].assign(rank=np.arange(1, len(whole) + 1)).reset_index(drop=True)
    if name in _OF_TOWNS:
        return whole.drop_duplicates(_OF_TOWNS[name], ignore_index=True)
    return whole


def _steps(tables: MapTables) -> tuple[int, int, float, float]:
    """Return columns and rows of the lattice from one district to the next, and their degrees."""
    grid = tables.grid
    assert grid is not None
    wide, high = np.ptp(grid["column"]) + 1, np.ptp(grid["row"]) + 1
    return (
        int(np.ceil(wide * _ROOM)),
        int(np.ceil(high * _ROOM)),
        grid.attrs["step_lon"],
        grid.attrs["step_lat"],
    )


def _shift(
    table: pd.DataFrame, steps: tuple[int, int, float, float], place: int, side: int
) -> pd.DataFrame:
    """Return a table of the district at a place of the square, its ids and names told apart."""
    columns, rows, step_lon, step_lat = steps
    x, y = columns * (place % side), rows * (place // side)
    made: Any = table.copy()
    if isinstance(made, gpd.GeoDataFrame):
        made = made.set_geometry(made.geometry.translate(x * step_lon, y * step_lat))
    for name in {*_IDS} & {*made.columns}:
        ids = made[name].astype("object")
        is_own = ids.notna() & (ids != DISTRICT_ID)
        made[name] = ids.where(~is_own, _own_ids(ids, place))
    if "demand_id" in made and "row" in made:
        made["row"] += y
        made["column"] += x
        made["lon"] += x * step_lon
        made["lat"] += y * step_lat
    if "town_name" in made:
        made["town_name"] = made["town_name"].astype(str) + f" {place + 1}"
    return made


def _own_ids(ids: pd.Series, place: int) -> pd.Series:
    """Return ids of a place; the id of a site in the coverage keeps its mark in front."""
    text = ids.astype(str)
    is_site = text.str.startswith("site:")
    return text.where(~is_site, text.str[5:]).radd(f"{place}-").where(
        ~is_site, "site:" + f"{place}-" + text.str[5:]
    )  # fmt: skip
