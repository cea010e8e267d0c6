"""The sheet of gap zones: who is uncovered there, three figures apart, and the sites for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from livelihood_map.core.labels import label, name_of
from livelihood_map.core.names import town_names
from livelihood_map.core.ordering import in_order
from livelihood_map.core.people import CROWDS
from livelihood_map.core.workbook import Sheet, headings

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from livelihood_map.report.context import ReportContext

COLUMNS: Final = ("name", "town_name", "kind_name", *CROWDS, "demand_n", "sites")


def list_zones(
    zones: gpd.GeoDataFrame, towns: gpd.GeoDataFrame, sites: gpd.GeoDataFrame | None
) -> pd.DataFrame:
    """Return the gap zones as a planner reads them, with the ranks of the sites that serve each.

    Parameters
    ----------
    zones, towns
        Tables of the same names.
    sites
        Table ``sites``; None without a plan.

    Raises
    ------
    KeyError
        When a table lacks a column of its schema.
    """
    ranks: dict[object, str] = {}
    if sites is not None:
        told = sites.sort_values("rank")["rank"].astype(str).groupby(sites["zone_id"])
        ranks = told.agg(label("report.and").join).to_dict()
    return zones.drop(columns="geometry").assign(
        town_name=zones["town_id"].map(town_names(towns)),
        kind_name=[name_of("core.kind", kind) for kind in zones["kind"]],
        sites=[ranks.get(zone, "") for zone in zones["zone_id"]],
    )


def zone_sheet(listed: pd.DataFrame, *, context: ReportContext) -> Sheet:
    """Return the sheet of gap zones: by kind as in the settings, as listed within a kind.

    Parameters
    ----------
    listed
        Zones of :func:`list_zones`, most people first.
    context
        What a report must know beside its tables.

    Raises
    ------
    KeyError
        When the table lacks a column.
    """
    return Sheet(
        label("report.sheet_zones"),
        in_order(listed, kind=context.kinds),
        headings("report.zone", COLUMNS),
        notes=[*context.marks(), label("report.zone_note"), label("core.people_note")],
        formats=dict.fromkeys((*CROWDS, "demand_n"), "#,##0"),
        widths={"sites": 24.0},
        bars=list(CROWDS),
        frozen_n=2,
    )
