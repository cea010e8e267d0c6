"""The sheets of what each compound has around it and how it is spread over the people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.labels import label, name_of
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.workbook import Sheet
from livelihood_map.coverage.equity import BETWEEN_ID
from livelihood_map.report.figures import tiers_of
from livelihood_map.report.sheets import WARM, unit_formats, with_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from livelihood_map.report.inputs import ReportContext, ReportTables

THOUSAND: Final = 1000
_KEY: Final = ["residence_id", "kind", "walker"]
_EVENNESS: Final = ("mean_m", "worst_decile_m", "gini", "palma")
_SUPPLY: Final = (
    "town_name",
    "kind_name",
    "unit_name",
    "population",
    "facilities_n",
    "unknown_n",
    "supply",
    "reached_supply",
    "per_thousand",
    "worst_per_thousand",
    "gini",
    "palma",
)
_OUTLETS: Final = (
    "town_name",
    "name",
    "kind_name",
    "unit_name",
    "supply",
    "state",
    "asking_population",
    "per_thousand",
    "facility_id",
)


def measure_sheets(
    tables: ReportTables, evenness: pd.DataFrame, *, town_id: str, context: ReportContext
) -> Iterator[Sheet]:
    """Return the sheets of the measures of the district or of one town.

    Parameters
    ----------
    tables
        Tables of the run.
    evenness
        Figures of :func:`~livelihood_map.report.figures.measure_evenness`.
    town_id
        The town, or ``ALL`` for the district. A town stands beside the whole district.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the tables.
    """
    yield compound_sheet(tables, town_id=town_id, context=context)
    yield circle_sheet(_shown(tables.town_circle, town_id), context=context)
    yield walks_sheet(_shown(tables.town_walks, town_id), context=context)
    yield supply_sheet(
        _shown(tables.town_supply, town_id), _shown(tables.town_equity, town_id), context=context
    )
    outlets = tables.facility_supply[tables.facility_supply["unit"].notna()]
    if len(outlets):
        is_here = (outlets["town_id"] == town_id) | (town_id == DISTRICT_ID)
        yield outlet_sheet(outlets[is_here], tables.towns, context=context)
    yield evenness_sheet(_shown(evenness, town_id), context=context)


def compound_sheet(tables: ReportTables, *, town_id: str, context: ReportContext) -> Sheet:
    """Return the sheet of what each compound has around it, by kind.

    Parameters
    ----------
    tables
        Tables of the run.
    town_id
        Town whose compounds are listed, or the district.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the tables.
    """
    coverage = context.settings.coverage
    tiers = tiers_of(coverage.kinds, standard=context.standard)
    listed = pd.DataFrame(tables.residences[["residence_id", "town_id", "name", "population"]])
    listed = listed if town_id == DISTRICT_ID else listed[listed["town_id"] == town_id]
    listed = listed.merge(pd.DataFrame(tables.towns[["town_id", "town_name"]]), how="left")
    circle = tables.residence_circle[["residence_id", "covered_n", "kinds_n"]]
    listed = listed.merge(circle, on="residence_id")
    within = tables.residence_tiers.pivot_table("facilities_n", _KEY, "tier_m", aggfunc="first")
    within = within.rename(columns=lambda tier_m: f"within_{tier_m:g}")
    listed = listed.merge(within.reset_index(), on="residence_id")
    nearest = tables.residence_nearest
    names = tables.facility_supply.set_index("facility_id")["name"]
    nearest = nearest.assign(name=names.reindex(nearest["facility_id"]).to_numpy())
    for column in ("name", "walk_m"):
        ranked = nearest.pivot_table(column, _KEY, "rank", aggfunc="first")
        listed = listed.merge(ranked.add_prefix(f"{column}_").reset_index(), on=_KEY, how="left")
    supply = tables.residence_supply.assign(
        per_thousand=tables.residence_supply["supply_per_person"] * THOUSAND
    )
    listed = listed.merge(supply[[*_KEY, "unit", "per_thousand"]], on=_KEY, how="left")
    table = with_names(listed).assign(unit_name=_units(listed["unit"]))
    headings = {
        name: label(f"report.compound_{name}")
        for name in ("town_name", "name", "kind_name", "population")
    }
    headings["covered_n"] = label("report.home_covered_n", kinds_n=len(coverage.kinds))
    for tier in tiers:
        headings[f"within_{tier:g}"] = label("report.home_within", tier_m=f"{tier:g}")
    for rank in range(1, coverage.nearest_n + 1):
        headings[f"name_{rank}"] = label("report.home_nearest", rank=rank)
        headings[f"walk_m_{rank}"] = label("report.home_nearest_m", rank=rank)
    headings["per_thousand"] = label("report.supply_per_thousand")
    headings["unit_name"] = label("report.supply_unit_name")
    headings["residence_id"] = label("report.compound_residence_id")
    figures = [name for name in headings if name.startswith(("within_", "walk_m_"))]
    return Sheet(
        label("report.sheet_homes"),
        table,
        headings,
        notes=_notes(context, "homes", nearest_n=coverage.nearest_n, cutoff_m=_cutoff(context)),
        formats=unit_formats(headings) | dict.fromkeys([*figures, "per_thousand"], "#,##0"),
    )


def circle_sheet(town_circle: pd.DataFrame, *, context: ReportContext) -> Sheet:
    """Return the sheet of how many of the kinds people have within reach, by town.

    Parameters
    ----------
    town_circle
        Rows of table ``town_circle``.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the settings.
    """
    place = ["town_id", "town_name"]
    groups = town_circle.groupby(place, sort=False)
    table = groups[["population", "residences_n"]].sum().reset_index()
    kinds_n = int(town_circle["kinds_n"].max())
    headings = {name: label(f"report.circle_{name}") for name in ("town_name", "population")}
    for number in range(kinds_n, -1, -1):
        rows = town_circle.loc[town_circle["covered_n"] == number]
        column = f"people_{number}_share"
        table = table.merge(rows[[*place, "population_share"]], on=place)
        table = table.rename(columns={"population_share": column})
        key = "report.circle_complete" if number == kinds_n else "report.circle_some"
        headings[column] = label(key, covered_n=number, kinds_n=kinds_n)
    complete = town_circle.loc[town_circle["covered_n"] == kinds_n, [*place, "residences_share"]]
    table = table.merge(complete, on=place)
    headings |= {
        name: label(f"report.circle_{name}") for name in ("residences_n", "residences_share")
    }
    return Sheet(
        label("report.sheet_circle"),
        table,
        headings,
        notes=_notes(context, "circle", kinds=_kinds(context)),
        formats=unit_formats(headings),
        scales=[f"people_{kinds_n}_share", "residences_share"],
    )


def walks_sheet(town_walks: pd.DataFrame, *, context: ReportContext) -> Sheet:
    """Return the sheet of how far people walk, by town and kind.

    Parameters
    ----------
    town_walks
        Rows of table ``town_walks``.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the settings.
    """
    place = ["town_id", "town_name", "kind", "walker", "population"]
    table = town_walks[place].drop_duplicates()
    headings = {
        name: label(f"report.walks_{name}") for name in ("town_name", "kind_name", "population")
    }
    steps = sorted(town_walks["within_m"].unique())
    for step in steps:
        rows = town_walks.loc[town_walks["within_m"] == step, [*place, "reached_share"]]
        column = f"within_{step:g}_share"
        table = table.merge(rows.rename(columns={"reached_share": column}), on=place)
        headings[column] = label("report.walks_within", step_m=f"{step:g}")
    table["beyond_share"] = 1 - table[f"within_{steps[-1]:g}_share"]
    headings["beyond_share"] = label("report.walks_beyond", cutoff_m=_cutoff(context))
    return Sheet(
        label("report.sheet_walks"),
        with_names(table),
        headings,
        notes=_notes(context, "walks", cutoff_m=_cutoff(context)),
        formats=unit_formats(headings),
        scales=[name for name in headings if name.startswith("within_")],
    )


def supply_sheet(
    town_supply: pd.DataFrame, town_equity: pd.DataFrame, *, context: ReportContext
) -> Sheet:
    """Return the sheet of supply against people, by town and kind, and how evenly it is spread.

    Parameters
    ----------
    town_supply, town_equity
        Rows of the tables of these names.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the settings.
    """
    place = ["town_id", "town_name", "kind", "walker"]
    spread = town_equity[town_equity["measure"] == "supply_per_person"]
    order = [*town_supply["town_id"].unique().tolist()]
    order.insert(-1, BETWEEN_ID)
    between = spread.loc[spread["town_id"] == BETWEEN_ID, place]
    table = pd.concat([town_supply, between], ignore_index=True)
    table = table.merge(spread[[*place, "worst_decile", "gini", "palma"]], on=place, how="left")
    table = table.assign(
        unit_name=_units(table["unit"]),
        per_thousand=table["supply_per_person"] * THOUSAND,
        worst_per_thousand=table["worst_decile"] * THOUSAND,
        place=table["town_id"].map({name: number for number, name in enumerate(order)}),
        line=table["kind"].map({name: number for number, name in enumerate(_order(context))}),
    ).sort_values(["line", "place"], kind="stable")
    return Sheet(
        label("report.sheet_supply"),
        with_names(table),
        {name: label(f"report.supply_{name}") for name in _SUPPLY},
        notes=[*_notes(context, "supply"), *_rules(context)],
        formats=dict.fromkeys(_SUPPLY, "#,##0") | dict.fromkeys(("gini", "palma"), "0.000"),
        bars=["per_thousand"],
    )


def outlet_sheet(
    facility_supply: pd.DataFrame, towns: pd.DataFrame, *, context: ReportContext
) -> Sheet:
    """Return the sheet of each facility's supply and the people who share it.

    Parameters
    ----------
    facility_supply
        Rows of table ``facility_supply`` that have a unit.
    towns
        Table ``towns``.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the settings.
    """
    names = towns.set_index("town_id")["town_name"]
    known, unknown = label("report.outlet_known"), label("report.outlet_unknown")
    places = names.reindex(facility_supply["town_id"]).fillna(label("report.outlet_outside"))
    table = facility_supply.assign(
        town_name=places.to_numpy(),
        unit_name=_units(facility_supply["unit"]),
        state=facility_supply["supply"].isna().map({True: unknown, False: known}),
        per_thousand=facility_supply["supply_per_person"] * THOUSAND,
    )
    order = {town_id: number for number, town_id in enumerate(names.index)}
    table = table.sort_values(
        ["kind", "town_id", "per_thousand"],
        key=lambda column: column.map(order) if column.name == "town_id" else column,
        kind="stable",
    )
    figures = ("supply", "asking_population", "per_thousand")
    return Sheet(
        label("report.sheet_outlets"),
        with_names(table),
        {name: label(f"report.outlet_{name}") for name in _OUTLETS},
        notes=_notes(context, "outlets"),
        formats=dict.fromkeys(figures, "#,##0"),
        bars=["asking_population"],
        flags={"state": {unknown: WARM}},
    )


def evenness_sheet(evenness: pd.DataFrame, *, context: ReportContext) -> Sheet:
    """Return the sheet of how evenly walks are spread over people.

    Parameters
    ----------
    evenness
        Figures of :func:`~livelihood_map.report.figures.measure_evenness`.
    context
        What a report must know beside its tables.

    Raises
    ------
    KeyError
        When the table lacks a column.
    """
    columns = ["town_name", "kind_name", "population"]
    columns += [name + end for end in ("", "_after") for name in _EVENNESS]
    formats = dict.fromkeys(columns, "0.000") | {"population": "#,##0"}
    formats |= {name: "#,##0" for name in columns if name.removesuffix("_after").endswith("_m")}
    return Sheet(
        label("report.sheet_evenness"),
        with_names(evenness),
        {name: label(f"report.evenness_{name}") for name in columns},
        notes=_notes(context, "evenness", cutoff_m=_cutoff(context)),
        formats=formats,
        bars=["worst_decile_m", "worst_decile_m_after"],
    )


def _shown(table: pd.DataFrame, town_id: str) -> pd.DataFrame:
    """Return the rows of a town, of the towns compared and of the district; all for the latter."""
    if town_id == DISTRICT_ID:
        return table
    return table[table["town_id"].isin([town_id, BETWEEN_ID, DISTRICT_ID])]


def _notes(context: ReportContext, sheet: str, **values: Any) -> list[str]:  # noqa: ANN401  (any value of a text)
    """Return the marks, whose walks these are, what the figures mean and the standard's rows."""
    walker = name_of("core.walker", context.settings.coverage.walkers[0])
    told = [label("report.measure_walker", walker=walker), label(f"report.{sheet}_note", **values)]
    return [*context.marks(), *told, label(f"report.{sheet}_method"), *context.sources()]


def _rules(context: ReportContext) -> list[str]:
    """Return the rules of the standard on floor area for people, with source and status."""
    return [
        label(
            "report.supply_rule",
            rule=rule.name(),
            per_thousand=f"{rule.value / rule.per_people * THOUSAND:.1f}",
            status=name_of("core.evidence", rule.status),
            source=rule.source,
        )
        for rule in context.standard.rules
        if rule.kind in context.settings.coverage.kinds and rule.unit == "m2" and rule.per_people
    ]


def _order(context: ReportContext) -> list[str]:
    """Return the kinds of the settings in their order."""
    return list(context.settings.coverage.kinds)


def _kinds(context: ReportContext) -> str:
    """Return the names of the kinds of the settings in one text."""
    return label("report.and").join(name_of("core.kind", kind) for kind in _order(context))


def _cutoff(context: ReportContext) -> str:
    """Return the distance searched, metres."""
    return f"{context.settings.coverage.cutoff_m:g}"


def _units(units: pd.Series[str]) -> list[str]:
    """Return the names of units of supply, empty where none is stated."""
    return [name_of("report.unit", unit) for unit in units]
