"""The places beside compounds where people are counted: workplaces, schools, stations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from livelihood_map.core.labels import name_of
from livelihood_map.core.people import CROWDS, everyone
from livelihood_map.core.tables import PLACE_KINDS
from livelihood_map.mapping.base import in_degrees
from livelihood_map.mapping.palette import place_shape
from livelihood_map.mapping.payload import clean_number, clean_text, encode_points
from livelihood_map.mapping.sections import coverage_section
from livelihood_map.mapping.site_sections import site_ids

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd

    from livelihood_map.mapping.inputs import PageInputs


def list_counted(demand: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the demand points that are no compound's and where somebody is counted.

    Parameters
    ----------
    demand
        Table ``demand``.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    is_counted = demand["residence_id"].isna() & (everyone(demand) > 0)
    return demand[is_counted].reset_index(drop=True)


def counted_walks(coverage: pd.DataFrame, counted: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the walks of the counted places, in the columns of ``residence_coverage`` shown.

    Parameters
    ----------
    coverage
        Table ``coverage`` or ``coverage_after``.
    counted
        Places of :func:`list_counted`.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    rows = coverage[coverage["demand_id"].isin(counted["demand_id"])]
    return rows.rename(columns={"demand_id": "residence_id"})


def counted_section(page: PageInputs, towns: Mapping[str, str]) -> dict[str, Any]:
    """Return the counted places column by column, and their walks for the kinds that count them.

    Parameters
    ----------
    page
        Tables, settings, standard and language.
    towns
        Names of the towns by id.

    Raises
    ------
    KeyError
        When a column is missing.
    StandardError
        When a kind of the coverage is not in the standard.
    """
    tables = page.tables
    counted = tables.counted
    if counted is None:
        return {"kinds": [], "points": "", "name": [], "kind": [], "coverage": {}, "after": {}}
    present = [kind for kind in PLACE_KINDS if kind in set(counted["place_kind"])]
    position = {kind: at for at, kind in enumerate(present)}
    ids = counted["demand_id"].tolist()
    outlets = tables.facilities["facility_id"].tolist()
    rows = [row for row in map(page.standard.kind, page.kinds) if row.demand != "residents"]
    walks = {
        name: {}
        if table is None
        else coverage_section(
            table, ids, outlets, rows, walker=page.walker, site_ids=site_ids(tables.sites)
        )
        for name, table in (
            ("coverage", tables.counted_coverage),
            ("after", tables.counted_after),
        )
    }
    return {
        "kinds": [
            {
                "id": kind,
                "name": name_of("core.place", kind, page.lang),
                "shape": place_shape(kind),
            }
            for kind in present
        ],
        "points": encode_points(in_degrees(counted)),
        "name": counted["name"].map(clean_text).tolist(),
        "kind": counted["place_kind"].map(position).tolist(),
        "town": [towns.get(str(value), "") for value in counted["town_id"]],
        **{crowd: [clean_number(value) for value in counted[crowd]] for crowd in CROWDS},
        **walks,
    }
