"""What new outlets take: whose nearest outlet changes, and which outlets lose many of their people.

A site takes the people whose nearest outlet it becomes once all sites are open. An existing outlet
loses those of its people, counted as the standard counts them, who then have a site nearer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.labels import label, name_of
from livelihood_map.core.names import town_names
from livelihood_map.core.people import CROWDS
from livelihood_map.core.workbook import Sheet, headings
from livelihood_map.coverage.selection import count_people

if TYPE_CHECKING:
    from collections.abc import Mapping

    from livelihood_map.report.context import ReportContext, ReportTables

SITE: Final = "site:"
"""What the id of a suggested site begins with where it counts as an outlet."""
_SITES: Final = ("rank", "town_name", "name", *(f"moved_{crowd}" for crowd in CROWDS), "losers")
_MONEY: Final = ("cost", "cost_per_person")
_OUTLETS: Final = (
    "town_name",
    "name",
    "people_before",
    "people_lost",
    "lost_share",
    "takers",
    "facility_id",
)


def list_moves(tables: ReportTables, context: ReportContext) -> pd.DataFrame:
    """Return the demand points, with the nearest outlet before the plan and with it.

    Only those with an outlet within the distance searched, before or after, for the first walker.

    Parameters
    ----------
    tables
        Tables of the run, with a plan.
    context
        What a report must know beside its tables.

    Returns
    -------
    demand_id, before and after (ids of outlets, missing where none), the crowds, people.

    Raises
    ------
    StandardError
        When the standard lacks the kind of the sites.
    """
    kind, walker = context.settings.siting.kind, context.settings.coverage.walkers[0]
    nearest: Any = {}
    for name, table in (("before", tables.coverage), ("after", tables.coverage_after)):
        if table is not None:
            rows = table[(table["kind"] == kind) & (table["walker"] == walker)]
            nearest[name] = rows.set_index("demand_id")["facility_id"]
    moves = pd.DataFrame(nearest).dropna(how="all")
    demand = pd.DataFrame(tables.demand[["demand_id", *CROWDS]]).set_index("demand_id")
    moves = moves.join(demand)
    moves["people"] = count_people(moves, standard=context.standard, kind=kind)
    return moves.rename_axis("demand_id").reset_index()


def measure_losses(moves: pd.DataFrame) -> pd.DataFrame:
    """Return what each existing outlet has and loses, and to which sites.

    Parameters
    ----------
    moves
        Rows of :func:`list_moves`.

    Returns
    -------
    facility_id, people_before, people_lost, lost_share, takers (ids of candidates), the largest
    share first; outlets that are nobody's nearest have no row.

    Raises
    ------
    KeyError
        When a column is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> moves = pd.DataFrame({"before": ["a", "a", "b"], "after": ["a", "site:1", "b"],
    ...                       "people": [30.0, 10.0, 5.0]})
    >>> measure_losses(moves)[["facility_id", "lost_share"]].to_numpy().tolist()
    [['a', 0.25], ['b', 0.0]]
    """
    is_taken = moves["after"].fillna("").str.startswith(SITE)
    groups = moves.assign(
        lost=moves["people"].where(is_taken, 0.0),
        taker=moves["after"].where(is_taken, ""),
    ).groupby("before")
    table = groups.agg(people_before=("people", "sum"), people_lost=("lost", "sum"))
    table["lost_share"] = table["people_lost"] / table["people_before"].where(
        table["people_before"] > 0
    )
    table["takers"] = groups["taker"].agg(lambda ids: sorted({one for one in ids if one}))
    table = table.rename_axis("facility_id").reset_index()
    return table.sort_values(["lost_share", "facility_id"], ascending=[False, True],
                             kind="stable", ignore_index=True)  # fmt: skip


def effect_tables(
    tables: ReportTables, context: ReportContext
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return what each site takes, and the existing outlets that lose more than the stated share.

    Parameters
    ----------
    tables
        Tables of the run.
    context
        What a report must know beside its tables.

    Returns
    -------
    Rows by rank and rows by share, each with ``town_id``; None without a plan.

    Raises
    ------
    StandardError
        When the standard lacks the kind of the sites.
    """
    sites = tables.sites
    if sites is None or tables.coverage_after is None or sites.empty:
        return None
    moves = list_moves(tables, context)
    losses = measure_losses(moves)
    known = tables.facility_supply.drop_duplicates("facility_id").set_index("facility_id")
    towns = town_names(tables.towns)
    outside = label("report.outlet_outside")
    ranks = {
        f"{SITE}{one}": rank for one, rank in zip(sites["candidate_id"], sites["rank"], strict=True)
    }
    lost: Any = losses[losses["lost_share"] > context.settings.report.loss_share]
    lost = lost.assign(
        name=known["name"].reindex(lost["facility_id"]).to_numpy(),
        town_id=known["town_id"].reindex(lost["facility_id"]).to_numpy(),
        takers=[sorted(ranks[one] for one in ids if one in ranks) for ids in lost["takers"]],
    )
    lost["town_name"] = lost["town_id"].map(towns).fillna(outside)
    losers: dict[int, list[str]] = {}
    for name, takers in lost[["name", "takers"]].to_numpy():
        for rank in takers:
            losers.setdefault(rank, []).append(name)
    joined = label("report.and").join
    lost["takers"] = [joined(map(str, takers)) for takers in lost["takers"]]
    moved = moves.groupby("after")[list(CROWDS)].sum().add_prefix("moved_")
    own = pd.DataFrame(sites.drop(columns="geometry")).sort_values("rank")
    own = own.join(moved, on=SITE + own["candidate_id"]).fillna(dict.fromkeys(moved, 0.0))
    own["town_name"] = own["town_id"].map(towns)
    own["losers"] = [joined(losers.get(rank, [])) for rank in own["rank"]]
    return _with_money(own, context.settings.siting.rules.costs), lost


def _with_money(sites: pd.DataFrame, costs: Mapping[str, float]) -> pd.DataFrame:
    """Return sites with their cost, also by person newly covered, where costs are given."""
    if not costs:
        return sites
    words = sites["host_kind"].where(sites["source"] == "host", sites["source"])
    cost = words.map(lambda word: costs.get(word, costs.get("*", 0.0))).astype(float)
    gained = sites[[f"gained_{crowd}" for crowd in CROWDS]].sum(axis=1)
    return sites.assign(cost=cost, cost_per_person=cost / gained.where(gained > 0))


def effect_sheets(
    sites: pd.DataFrame, outlets: pd.DataFrame, *, context: ReportContext
) -> list[Sheet]:
    """Return the sheet of what each site takes, and that of the outlets that lose much.

    Parameters
    ----------
    sites, outlets
        Rows of :func:`effect_tables`.
    context
        What a report must know beside its tables.

    Raises
    ------
    KeyError
        When a column is missing.
    """
    columns = [*_SITES, *(_MONEY if "cost" in sites else ())]
    kind = name_of("core.kind", context.settings.siting.kind)
    words = {"kind": kind, "share": f"{context.settings.report.loss_share:.0%}"}
    numbers = [*(f"moved_{crowd}" for crowd in CROWDS), *_MONEY, "people_before", "people_lost"]
    look: Any = {
        "notes": [*context.marks(), label("report.effect_note", **words)],
        "formats": dict.fromkeys(numbers, "#,##0") | {"lost_share": "0.0%"},
    }
    return [
        Sheet(
            label("report.sheet_effects"),
            sites,
            headings("report.effect", columns),
            frozen_n=3,
            bars=["moved_population"],
            **look,
        ),
        Sheet(
            label("report.sheet_losers"),
            outlets,
            headings("report.effect", _OUTLETS),
            hints=[] if len(outlets) else [label("report.effect_none", **words)],
            frozen_n=2,
            **look,
        ),
    ]
