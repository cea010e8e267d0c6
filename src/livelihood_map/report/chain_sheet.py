"""The sheet of chains: how many of a town's outlets belong to one, the unknown counted apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from livelihood_map.core.labels import label
from livelihood_map.core.ordering import in_order
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.workbook import Sheet, headings
from livelihood_map.report.sheets import with_names

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.standards import PlanningStandard
    from livelihood_map.report.context import ReportContext

CHAINS: Final = frozenset({"chain", "cvs"})
"""Subtypes of outlets that belong to a chain."""
_COLUMNS: Final = (
    "town_name",
    "kind_name",
    "outlets_n",
    "chain_n",
    "unknown_n",
    "chain_share",
    "known_share",
)


def count_chains(
    facilities: pd.DataFrame, towns: gpd.GeoDataFrame, *, standard: PlanningStandard
) -> pd.DataFrame:
    """Return how many operating outlets of each town and kind belong to a chain.

    Kinds whose types know no chain in the standard, or of which no outlet states its type, have no
    row: nothing is known of their chains.

    Parameters
    ----------
    facilities
        Table ``facilities``.
    towns
        Table ``towns``.
    standard
        Planning standard of the run.

    Returns
    -------
    town_id, town_name, kind, outlets_n, chain_n, unknown_n (no subtype stated), chain_share of all
    outlets (a lower limit) and known_share of those whose subtype is known; the district last.

    Raises
    ------
    KeyError
        When a table lacks a column of its schema.
    """
    kinds = {row.kind for row in standard.subtypes if row.id in CHAINS}
    is_own = (facilities["status"] == "operating") & facilities["is_inside"].astype(bool)
    own = facilities[is_own & facilities["kind"].isin(kinds)]
    stated = own.groupby("kind")["subtype"].transform(lambda one: one.notna().any())
    own = pd.DataFrame(
        {
            "town_id": own["town_id"],
            "kind": own["kind"],
            "outlets_n": 1,
            "chain_n": own["subtype"].isin(CHAINS).astype(int),
            "unknown_n": own["subtype"].isna().astype(int),
        }
    )[stated.astype(bool)]
    whole = own.assign(town_id=DISTRICT_ID)
    counts = pd.concat([own, whole]).groupby(["kind", "town_id"], sort=False).sum().reset_index()
    names = dict(zip(towns["town_id"], towns["town_name"], strict=True))
    names[DISTRICT_ID] = label("coverage.district")
    counts = counts[counts["town_id"].isin(list(names))]
    known = counts["outlets_n"] - counts["unknown_n"]
    counts = counts.assign(
        town_name=counts["town_id"].map(names),
        chain_share=counts["chain_n"] / counts["outlets_n"],
        known_share=counts["chain_n"] / known.where(known > 0),
    )
    return in_order(counts, kind=counts["kind"].unique(), town_id=list(names))


def chain_sheet(counts: pd.DataFrame, *, context: ReportContext) -> Sheet:
    """Return the sheet of chains by town and kind.

    Parameters
    ----------
    counts
        Rows of :func:`count_chains`.
    context
        What a report must know beside its tables.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    walker = context.settings.coverage.walkers[0]
    return Sheet(
        label("report.sheet_chains"),
        with_names(counts.assign(walker=walker)),
        headings("report.chain", _COLUMNS),
        notes=[*context.marks(), label("report.chain_note")],
        formats=dict.fromkeys(("outlets_n", "chain_n", "unknown_n"), "#,##0")
        | dict.fromkeys(("chain_share", "known_share"), "0.0%"),
        scales=["known_share"],
        frozen_n=2,
    )
