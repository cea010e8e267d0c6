"""Whom a legend counts: the people of the standard, by class of their walk, as in every sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from livelihood_map.core.labels import label
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.telling import name_kind, tell_metres, tell_people

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from livelihood_map.core.standards import KindRow
    from livelihood_map.mapping.inputs import MapTables, PageInputs

_SUFFIXES = {"before": "", "after": "_after"}


def people_section(
    page: PageInputs, rows: Sequence[KindRow]
) -> dict[str, dict[str, list[list[int]]]]:
    """Return the people of each class of the legend, by kind and plan.

    Parameters
    ----------
    page
        What the page is drawn from.
    rows
        Kinds that it shows.

    Returns
    -------
    By kind and by plan (``before``, and ``after`` where it is known) one list for each town of the
    page, in their order, and one for the whole at the end; empty where the page knows no figures.
    """
    tables = page.tables
    if tables.reached is None:
        return {}
    plans = ["before", *(["after"] if "reached_population_after" in tables.reached else [])]
    areas = [*tables.towns["town_id"], whole_area(tables)]
    return {
        row.id: {
            plan: [people_by_class(tables.reached, row, plan=plan, area=area) for area in areas]
            for plan in plans
        }
        for row in rows
    }


def whole_area(tables: MapTables) -> str:
    """Return the id of all that a page shows: the district, or its only town."""
    ids = tables.towns["town_id"].tolist()
    return str(ids[0]) if len(ids) == 1 else DISTRICT_ID


def people_by_class(reached: pd.DataFrame, row: KindRow, *, plan: str, area: str) -> list[int]:
    """Return the people of each class of a kind's legend in one area.

    Parameters
    ----------
    reached
        Table ``town_walks``, with ``reached_population_after`` where there is a plan.
    row
        The kind's row of the standard.
    plan
        ``before`` or ``after``.
    area
        Id of a town, or of the district.

    Returns
    -------
    One number for each class of :func:`~livelihood_map.mapping.palette.coverage_bands`; nobody is
    not measured.
    """
    here = reached[(reached["kind"] == row.id) & (reached["town_id"] == area)]
    here = here.sort_values("within_m")
    if here.empty:
        return []
    within = here.set_index("within_m")[f"reached_population{_SUFFIXES[plan]}"]
    limits = sorted({*row.tiers_m, row.threshold_m, row.aim_m})
    steps = [*within.reindex(limits).fillna(within.iloc[-1]), within.iloc[-1]]
    counts = np.diff([0.0, *steps, here["population"].iloc[0]])
    return [*(int(count) for count in counts.round()), 0]


def start_note(page: PageInputs, row: KindRow) -> str:
    """Return from where walks are counted, with the share covered from the dwelling beside it.

    Raises
    ------
    KeyError
        When the catalogue lacks a word.
    """
    table, area = page.tables.town_coverage, whole_area(page.tables)
    if table is None or "dwelling_covered_share" not in table.columns:
        return ""
    own = table[(table["town_id"] == area) & (table["kind"] == row.id)]
    own = own[(own["walker"] == page.walker) & own["dwelling_covered_share"].notna()]
    if own.empty:
        return ""
    told: dict[str, Any] = own.iloc[0].to_dict()
    return label(
        "mapping.start_note",
        page.lang,
        kind=name_kind(row, page.lang),
        people=tell_people(row, page.lang),
        threshold_m=tell_metres(row.threshold_m, page.lang),
        gate=f"{told['covered_share']:.1%}",
        dwelling=f"{told['dwelling_covered_share']:.1%}",
    )
