"""The sheets of what each compound has around it and how it is spread over the people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core.labels import label, name_of
from livelihood_map.core.ordering import in_order
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.telling import tell_metres
from livelihood_map.core.workbook import Sheet, headings
from livelihood_map.coverage.equity import BETWEEN_ID
from livelihood_map.report.context import of_area
from livelihood_map.report.figures import tiers_of
from livelihood_map.report.sheets import WARM, unit_formats, with_absent, with_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from livelihood_map.report.context import ReportContext, ReportTables

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
    tables: ReportTables,
    homes: pd.DataFrame,
    evenness: pd.DataFrame,
    *,
    town_id: str,
    context: ReportContext,
) -> Iterator[Sheet]:
    """Return the sheets of the measures of the district or of one town.

    Parameters
    ----------
    tables
        Tables of the run.
    homes
        Rows of `list_homes`.
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
    beside = (BETWEEN_ID, DISTRICT_ID)
    yield compound_sheet(of_area(homes, town_id), context=context)
    yield walks_sheet(of_area(tables.town_walks, town_id, *beside), context=context)
    yield supply_sheet(
        of_area(tables.town_supply, town_id, *beside),
        of_area(tables.town_equity, town_id, *beside),
        context=context,
    )
    outlets = tables.facility_supply[tables.facility_supply["unit"].notna()]
    if len(outlets):
        yield outlet_sheet(of_area(outlets, town_id), tables.towns, context=context)
    yield evenness_sheet(of_area(evenness, town_id, *beside), context=context)


def list_homes(tables: ReportTables) -> pd.DataFrame:
    """Return what each compound has around it, one row for each kind.

    Parameters
    ----------
    tables
        Tables of the run.

    Returns
    -------
    residence_id, town_id, town_name, name, population, covered_n, kinds_n, kind, walker,
    ``within_<tier>``, ``name_<rank>`` and ``walk_m_<rank>`` of the nearest, unit, per_thousand (the
    supply within reach of 1,000 people); compounds without a demand point have no row.

    Raises
    ------
    KeyError
        When a table lacks a column of its schema.
    """
    listed = pd.DataFrame(tables.residences[["residence_id", "town_id", "name", "population"]])
    listed = listed.merge(pd.DataFrame(tables.towns[["town_id", "town_name"]]), how="left")
    circle = tables.residence_circle[["residence_id", "covered_n", "kinds_n"]]
    tiers = tables.residence_tiers.rename(columns={"facilities_n": "within"})
    within = _wide(tiers, _KEY, "tier_m", "within")
    names = tables.facility_supply.set_index("facility_id")["name"]
    nearest = tables.residence_nearest
    nearest = nearest.assign(name=names.reindex(nearest["facility_id"]).to_numpy())
    supply = tables.residence_supply[[*_KEY, "unit"]].assign(
        per_thousand=_per_thousand(tables.residence_supply)
    )
    listed = listed.merge(circle, on="residence_id").merge(within, on="residence_id")
    for name in ("name", "walk_m"):
        listed = listed.merge(_wide(nearest, _KEY, "rank", name), on=_KEY, how="left")
    return listed.merge(supply, on=_KEY, how="left")


def compound_sheet(homes: pd.DataFrame, *, context: ReportContext) -> Sheet:
    """Return the sheet of what each compound has around it, by kind.

    Parameters
    ----------
    homes
        Rows of `list_homes`.
    context
        What a report must know beside its tables.

    Raises
    ------
    StandardError
        When the standard lacks a kind of the settings.
    """
    coverage = context.settings.coverage
    heads = headings("report.compound", ("town_name", "name", "kind_name", "population"))
    heads["covered_n"] = label("report.home_covered_n", kinds_n=len(context.kinds))
    for tier in tiers_of(context.kinds, standard=context.standard):
        heads[f"within_{tier:g}"] = label("report.home_within", tier_m=f"{tier:g}")
    for rank in range(1, coverage.nearest_n + 1):
        heads[f"name_{rank}"] = label("report.home_nearest", rank=rank)
        heads[f"walk_m_{rank}"] = label("report.home_nearest_m", rank=rank)
    heads["per_thousand"] = label("report.supply_per_thousand")
    heads["unit_name"] = label("report.supply_unit_name")
    heads["residence_id"] = label("report.compound_residence_id")
    figures = [name for name in heads if name.startswith(("within_", "walk_m_"))]
    return Sheet(
        label("report.sheet_homes"),
        with_names(homes),
        heads,
        notes=_notes(context, "homes"),
        formats=unit_formats(heads) | dict.fromkeys([*figures, "per_thousand"], "#,##0"),
        frozen_n=3,
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
    whole = town_circle.groupby(place, sort=False)[["population", "residences_n"]].sum()
    kinds_n = int(town_circle["kinds_n"].max())
    complete = town_circle[town_circle["covered_n"] == kinds_n]
    table = _wide(town_circle, place, "covered_n", "population_share")
    table = table.merge(whole.reset_index()).merge(complete[[*place, "residences_share"]])
    thresholds = sorted({context.standard.kind(kind).threshold_m for kind in context.kinds})
    metres = label("report.and").join(map(tell_metres, thresholds))
    heads = headings("report.circle", ("town_name", "population"))
    for number in range(kinds_n, -1, -1):
        key = "report.circle_complete" if number == kinds_n else "report.circle_some"
        column = f"population_share_{number}"
        heads[column] = label(key, covered_n=number, kinds_n=kinds_n, threshold_m=metres)
    heads["residences_n"] = label("report.circle_residences_n")
    heads["residences_share"] = label("report.circle_residences_share", threshold_m=metres)
    shares = [name for name in heads if "share" in name]
    return Sheet(
        label("report.sheet_circle"),
        table,
        heads,
        notes=_notes(context, "circle"),
        formats=unit_formats(heads) | dict.fromkeys(shares, "0.0%"),
        scales=[f"population_share_{kinds_n}", "residences_share"],
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
    table = _wide(town_walks, place, "within_m", "reached_share")
    steps = {f"reached_share_{step:g}": step for step in sorted(town_walks["within_m"].unique())}
    heads = headings("report.walks", ("town_name", "kind_name", "population"))
    heads |= {
        name: label("report.walks_within", step_m=tell_metres(step)) for name, step in steps.items()
    }
    heads["beyond_share"] = label("report.walks_beyond", cutoff_m=_cutoff(context))
    table = table.assign(beyond_share=1 - table[[*steps][-1]])
    shown = with_names(table, standard=context.standard)
    return Sheet(
        label("report.sheet_walks"),
        with_absent(shown, told_in=next(iter(steps)), context=context),
        heads,
        notes=_notes(context, "walks"),
        formats=unit_formats(heads) | dict.fromkeys(steps, "0.0%"),
        scales=list(steps),
        frozen_n=2,
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
    order = town_supply["town_id"].unique().tolist()
    order.insert(-1, BETWEEN_ID)
    between = spread.loc[spread["town_id"] == BETWEEN_ID, place]
    table = pd.concat([town_supply, between], ignore_index=True)
    table = table.merge(spread[[*place, "worst_decile", "gini", "palma"]], on=place, how="left")
    table = table.assign(
        per_thousand=_per_thousand(table),
        worst_per_thousand=table["worst_decile"] * THOUSAND,
    )
    table = in_order(table, kind=context.kinds, town_id=order)
    return Sheet(
        label("report.sheet_supply"),
        with_absent(with_names(table), told_in="supply", context=context),
        headings("report.supply", _SUPPLY),
        notes=[*_notes(context, "supply"), *_rules(context)],
        formats=dict.fromkeys(_SUPPLY, "#,##0") | dict.fromkeys(("gini", "palma"), "0.000"),
        bars=["per_thousand"],
        frozen_n=2,
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
        state=facility_supply["supply"].isna().map({True: unknown, False: known}),
        per_thousand=_per_thousand(facility_supply),
    )
    table = table.sort_values("per_thousand", kind="stable")
    table = in_order(table, kind=context.kinds, town_id=names.index)
    figures = ("supply", "asking_population", "per_thousand")
    return Sheet(
        label("report.sheet_outlets"),
        with_names(table),
        headings("report.outlet", _OUTLETS),
        notes=_notes(context, "outlets"),
        formats=dict.fromkeys(figures, "#,##0"),
        bars=["asking_population"],
        flags={"state": {unknown: WARM}},
        frozen_n=2,
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
        with_absent(with_names(evenness), told_in="mean_m", context=context),
        headings("report.evenness", columns),
        notes=_notes(context, "evenness"),
        formats=formats,
        bars=["worst_decile_m", "worst_decile_m_after"],
        frozen_n=2,
    )


def _wide(table: pd.DataFrame, key: list[str], by: str, value: str) -> pd.DataFrame:
    """Return the values beside each other, as ``<value>_<by>``, one row for each key in order."""
    values = table.set_index([*key, by])[value]
    wide = values.unstack(by, sort=False)  # noqa: PD010  (pivot_table loses rows without figures)
    return wide.rename(columns=lambda name: f"{value}_{name:g}").reset_index()


def _notes(context: ReportContext, sheet: str) -> list[str]:
    """Return the marks, whose walks these are, what the figures mean and the standard's rows."""
    coverage = context.settings.coverage
    kinds = label("report.and").join(name_of("core.kind", kind) for kind in context.kinds)
    values: dict[str, Any] = {
        "kinds": kinds,
        "nearest_n": coverage.nearest_n,
        "cutoff_m": _cutoff(context),
    }
    walker = name_of("core.walker", coverage.walkers[0])
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
            source=rule.tell_source(),
        )
        for rule in context.standard.rules
        if rule.kind in context.kinds and rule.unit == "m2" and rule.per_people
    ]


def _cutoff(context: ReportContext) -> str:
    """Return the distance searched, metres."""
    return tell_metres(context.settings.coverage.cutoff_m)


def _per_thousand(supply: pd.DataFrame) -> pd.Series[float]:
    """Return the supply of 1,000 people."""
    return supply["supply_per_person"] * THOUSAND
