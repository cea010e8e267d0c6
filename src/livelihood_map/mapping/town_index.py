"""Where each town's rows lie in the tables of a city, found once for all towns.

A city has hundreds of towns. Looking through every table for each of them would take time that
grows with the square of the city.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from livelihood_map.mapping.town_rows import TownIndex, TownRows, list_rings

if TYPE_CHECKING:
    from livelihood_map.mapping.inputs import MapTables

_OF_HOMES: Final = ("coverage", "after", "gates", "reasons")
_OF_COUNTED: Final = ("counted_coverage", "counted_after")
_NONE: Final = np.empty(0, np.int64)


def index_towns(tables: MapTables) -> TownIndex:
    """Return where the rows of each town lie.

    Parameters
    ----------
    tables
        Tables of the whole; the index holds for these and no others.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    homes = tables.residences
    town_of = homes.drop_duplicates("residence_id").set_index("residence_id")["town_id"]
    rows = {"residences": _rows_by(homes["town_id"])}
    for name in _OF_HOMES:
        table = getattr(tables, name)
        if table is not None:
            rows[name] = _rows_by(table["residence_id"].map(town_of))
    if tables.counted is not None:
        rows["counted"] = _rows_by(tables.counted["town_id"])
        counted = tables.counted.drop_duplicates("demand_id").set_index("demand_id")["town_id"]
        for name in _OF_COUNTED:
            table = getattr(tables, name)
            if table is not None:
                rows[name] = _rows_by(table["residence_id"].map(counted))
    rows |= _grid_rows(tables)
    areas = None if tables.areas is None else list_rings(tables.areas)
    return TownIndex(rows, areas)


def _rows_by(names: pd.Series[Any]) -> TownRows:
    """Return the rows of each name, rising."""
    return {str(name): np.sort(rows) for name, rows in names.reset_index(drop=True).groupby(
        names.to_numpy(), sort=False).indices.items()}  # fmt: skip


def _grid_rows(tables: MapTables) -> dict[str, TownRows]:
    """Return the rows of each town in the lattice and in its coverage."""
    grid, coverage = tables.grid, tables.grid_coverage
    if grid is None or coverage is None:
        return {}
    found: dict[str, TownRows] = {"grid": {}, "grid_coverage": {}}
    tree = shapely.STRtree(grid.geometry.to_numpy())
    point = pd.Index(grid["demand_id"]).get_indexer(pd.Index(coverage["demand_id"]))
    order = np.argsort(point, kind="stable")
    head = np.searchsorted(point[order], np.arange(len(grid) + 1))
    for town_id, towns in tables.towns.groupby("town_id"):
        outline = shapely.union_all(towns.geometry.to_numpy())
        inside = np.sort(tree.query(outline, predicate="contains"))
        found["grid"][str(town_id)] = inside
        rows = [order[a:z] for a, z in zip(head[inside], head[inside + 1], strict=True)]
        found["grid_coverage"][str(town_id)] = np.sort(np.concatenate([_NONE, *rows]))
    return found
