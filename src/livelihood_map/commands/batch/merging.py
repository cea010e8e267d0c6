"""The tables of all districts as one: GeoParquet, with the district of every row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd

from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.io import writing
from livelihood_map.core.tables import DISTRICT_ID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from livelihood_map.pipeline import Workspace

MERGED: Final = (
    *("towns", "facilities", "residences", "zones", "sites"),
    *("residence_coverage", "residence_coverage_after", "town_coverage_after", "curve", "plan"),
)
"""Tables of a run that are set side by side, as far as districts have them."""
DISTRICT: Final = "district"


def merge_districts(works: Mapping[str, Workspace[str]]) -> dict[str, Any]:
    """Return the tables of all districts by name, geometry in degrees (EPSG:4326).

    Ids are those of the districts; one district may bear an id that another bears too, so that
    ``district`` belongs to every key.

    Parameters
    ----------
    works
        Workspace of each district's stored run.

    Raises
    ------
    StaleError
        When the files or settings of a district have changed since its run.
    """
    merged = {}
    for name in MERGED:
        parts = []
        for district, work in works.items():
            table = work.get(name)
            if table is None:
                continue
            if isinstance(table, gpd.GeoDataFrame):
                table = table.to_crs(STORAGE_CRS)
            parts.append(_named(table, district))
        if parts:
            merged[name] = pd.concat(parts, ignore_index=True)
    return merged


def _named(table: Any, district: str) -> Any:  # noqa: ANN401  (GeoDataFrame or DataFrame)
    """Return a table with the name of its district in front."""
    named = table.copy()
    named.insert(0, DISTRICT, district)
    return named


def write_merged(merged: Mapping[str, Any], folder: Path) -> list[Path]:
    """Return the paths of the merged tables, (Geo)Parquet.

    Parameters
    ----------
    merged
        Tables by name.
    folder
        Folder to write to.

    Raises
    ------
    OutputError
        When a file cannot be written.
    """
    paths = []
    for name, table in merged.items():
        path = folder / f"{name}.parquet"
        with writing(path) as draft:
            table.to_parquet(draft, index=False)
        paths.append(path)
    return paths


def sum_districts(town_coverage: pd.DataFrame) -> pd.DataFrame:
    """Return people and covered people by district, kind and walker, and of the city.

    Parameters
    ----------
    town_coverage
        Merged table ``town_coverage_after``.

    Returns
    -------
    district (``ALL`` for the city, first), kind, walker, residences_n, population,
    covered_population, covered_share, covered_population_after, covered_share_after; a share is
    missing where there are no people.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    key, measures = ["kind", "walker"], ["residences_n", "population", "covered_population"]
    rows = town_coverage[town_coverage["town_id"] == DISTRICT_ID]
    after = "covered_population_after"
    measures += [after] if after in rows else []
    own = rows[[DISTRICT, *key, *measures]]
    city = own.groupby(key, sort=False, as_index=False)[measures].sum().assign(district=DISTRICT_ID)
    table = pd.concat([city[own.columns], own], ignore_index=True)
    people = table["population"].where(table["population"] > 0)
    table["covered_share"] = table["covered_population"] / people
    if after in table:
        table["covered_share_after"] = table[after] / people
    return table
