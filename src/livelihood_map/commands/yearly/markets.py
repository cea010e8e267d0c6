"""The questions of the year's plan that concern wet markets and schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from livelihood_map.commands.yearly import common
from livelihood_map.commands.yearly.plan_progress import open_programme
from livelihood_map.core.altering import altered
from livelihood_map.core.errors import SettingsError
from livelihood_map.core.io import write_text
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.settings import SitingSettings
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.telling import tell_kind, tell_metres, tell_people
from livelihood_map.load.event_lists import read_renovations, read_schedule
from livelihood_map.pipeline.stages import find_sites

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from livelihood_map.pipeline.reads import AnewReads, YearReads
    from livelihood_map.pipeline.workspace import Workspace
    from livelihood_map.programme import MarketLayout, PhasePlan

_MARKET: Final = "wet_market"


def report_phases(work: Workspace[YearReads]) -> list[str]:
    """Return when each market is renovated, in words; write ``phases.xlsx`` and ``phases.svg``.

    Raises
    ------
    SettingsError
        When the settings name no list of renovations.
    InfeasibleError
        When the renovations do not fit.
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map.programme import list_months, phase_renovations
    from livelihood_map.report.gantt import draw_gantt

    settings, programme = work.settings.programme, open_programme(work)
    if settings.renovations is None:
        raise SettingsError("programme.no_renovations")
    markets = common.walkable(work, _MARKET)
    inside = markets[markets["is_inside"]]
    due = read_renovations(work.settings.resolve(settings.renovations), inside)
    row = work.standard.kind(_MARKET)
    demand = common.demand_of(work, _MARKET)
    walks = common.find_walks(work, markets, cutoff_m=row.threshold_m)
    months = list_months(programme.starts_on, programme.ends_on)
    open_ids = markets.loc[markets["status"] == "operating", "facility_id"].tolist()
    plan = phase_renovations(
        demand,
        walks,
        due,
        open_ids=open_ids,
        months=months,
        threshold_m=row.threshold_m,
        at_a_time=settings.at_a_time,
        time_limit_s=settings.time_limit_s,
    )
    names = common.names_of(markets)
    notes = [*work.marks(_MARKET), label("programme.note_phases", threshold=f"{row.threshold_m:g}")]
    picture = work.folder / common.FOLDER / "phases.svg"
    work.written.append(write_text(draw_gantt(plan, names, notes=notes[:2]), picture))
    table = plan.schedule.merge(inside[["facility_id", "town_id"]], on="facility_id")
    table.insert(1, "name", common.named(table, names))
    by_month = _both_radii(plan, work, walks, demand, open_ids)
    tables = {"phases_markets": common.with_towns(work, table), "phases_months": by_month}
    common.save(work, "phases", tables, notes)
    proof = label(f"programme.phasing_{plan.status}", bound=f"{plan.bound:,.0f}")
    return [
        label(
            "programme.line_phases",
            count=len(table),
            metres=tell_metres(row.threshold_m),
            people=tell_people(row),
            worst=f"{plan.worst_people:,.0f}",
            together=f"{plan.together_people:,.0f}",
            proof=proof,
        )
    ]


def _both_radii(
    plan: PhasePlan,
    work: Workspace[YearReads],
    walks: pd.DataFrame,
    demand: pd.DataFrame,
    open_ids: list[str],
) -> pd.DataFrame:
    """Return months, and all shut at once, with those stranded within the target beside them."""
    schedule = plan.schedule
    is_near = walks["walk_m"] <= work.standard.kind(_MARKET).aim_m
    near = walks[is_near & walks["dest_id"].isin([*open_ids, *schedule["facility_id"]])]
    people = demand.set_index("demand_id")["people"]

    def stranded(shut: pd.Series) -> float:
        served = near.loc[~near["dest_id"].isin(shut), "origin_id"]
        return float(people[sorted({*near["origin_id"]} - {*served})].sum())

    months = [
        schedule.loc[(schedule["starts"] <= month) & (month <= schedule["ends"]), "facility_id"]
        for month in plan.by_month["month"]
    ]
    together = {
        "month": label("programme.all_at_once"),
        "closed_n": len(schedule),
        "stranded_people": plan.together_people,
        "stranded_near_people": stranded(schedule["facility_id"]),
    }
    by_month = plan.by_month.assign(stranded_near_people=[stranded(shut) for shut in months])
    return pd.concat([by_month, pd.DataFrame([together])], ignore_index=True)


def report_schedule(work: Workspace[YearReads]) -> list[str]:
    """Return coverage month by month under a schedule, in words; write ``schedule.xlsx``.

    Raises
    ------
    SettingsError
        When the settings name no schedule, or it names facilities of several kinds.
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map.programme import list_months, measure_schedule

    programme = open_programme(work)
    kind, (events,) = read_schedules(work)
    facilities = common.walkable(work, kind)
    row = work.standard.kind(kind)
    walks = common.find_walks(work, facilities, cutoff_m=row.threshold_m)
    demand = common.demand_of(work, kind)
    tables = []
    for threshold_m in dict.fromkeys((row.threshold_m, row.aim_m)):
        table = measure_schedule(
            demand,
            walks,
            facilities,
            events,
            months=list_months(programme.starts_on, programme.ends_on),
            threshold_m=threshold_m,
            first=programme.starts_on,
        )
        table.insert(1, "threshold_m", threshold_m)
        tables.append(table)
    listed = events.assign(
        name=common.named(events, common.names_of(facilities)),
        date=[day.isoformat() for day in events["date"]],
        event=common.worded(events["event"], "event"),
    )
    notes = [*work.marks(kind), label("programme.note_schedule")]
    shown = {
        "schedule_months": pd.concat(tables, ignore_index=True),
        "schedule_events": listed[["name", "date", "event"]],
    }
    common.save(work, "schedule", shown, notes)
    worst = tables[0].sort_values(["covered_people", "month"]).iloc[0]
    return [
        label(
            "programme.line_schedule",
            kind=tell_kind(row),
            events=len(events),
            month=worst["month"],
            share=common.percent(worst["covered_share"]),
            last=common.percent(tables[0]["covered_share"].iloc[-1]),
        )
    ]


def propose_markets(work: Workspace[AnewReads], by_market: pd.DataFrame) -> pd.DataFrame:
    """Return where new wet markets would bring most, and which market could move there.

    Gaps, candidates and sites are found anew for wet markets, of which nothing is stored. A market
    that nobody depends on could move to a new place of the
    same town instead of merging; each is named once, at the place that brings most.

    Parameters
    ----------
    work
        Workspace of the run.
    by_market
        Layout by market, with merge_with.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run.
    """
    settings = work.settings
    siting = SitingSettings(
        kind=_MARKET,
        sites_n=settings.programme.new_markets_n,
        time_limit_s=settings.siting.time_limit_s,
    )
    sites = common.with_towns(work, find_sites(work.trial(altered(settings, siting=siting))).sites)
    free = by_market[by_market["merge_with"].notna()].sort_values(["people", "facility_id"])
    waiting = {town: iter(names) for town, names in free.groupby("town_id")["name"]}
    sites["could_move"] = [next(waiting.get(town, iter(())), "") for town in sites["town_id"]]
    columns = ["rank", "town_name", "name", "gained_population", "cumulative_share", "could_move"]
    return pd.DataFrame(sites[[*columns, "reason_zh", "reason_en"]])


def report_layout(work: Workspace[AnewReads]) -> list[str]:
    """Return how the wet markets fit the people, in words; write ``layout.xlsx``.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run or the standard has no rule for floor area.
    """
    rules = {rule.id: rule for rule in work.standard.rules}
    if "market_area" not in rules:
        raise SettingsError("programme.no_area_rule", standard=work.standard.id)
    rule = rules["market_area"]
    markets = common.walkable(work, _MARKET)
    layout = measure_layout(work, markets, area_m2=rule.value, per_people=rule.per_people or 1.0)
    by_town, by_market = (
        common.with_towns(work, table).assign(state=common.worded(table["state"], "state"))
        for table in (layout.by_town, layout.by_market)
    )
    by_market["merge_with"] = common.named(by_market, common.names_of(markets), "merge_with")
    notes = [
        *work.marks(_MARKET),
        label(
            "programme.note_rule",
            name=rule.name(),
            source=rule.source,
            status=name_of("core.evidence", rule.status),
        ),
        rule.note(),
    ]
    tables = {"layout_towns": by_town, "layout_markets": by_market}
    if work.settings.programme.new_markets_n:
        tables["layout_new"] = propose_markets(work, layout.by_market)
    common.save(work, "layout", tables, notes)
    towns = layout.by_town[layout.by_town["town_id"] != DISTRICT_ID]
    return [
        label(
            "programme.line_layout",
            under=int(towns["state"].isin(["under", "none"]).sum()),
            lacking=int((~towns["has_standard"]).sum()),
            merge=int(layout.by_market["merge_with"].notna().sum()),
        )
    ]


def measure_layout(
    work: Workspace[YearReads], markets: gpd.GeoDataFrame, *, area_m2: float, per_people: float
) -> MarketLayout:
    """Return how these wet markets fit the people of the run.

    Parameters
    ----------
    work
        Workspace of the run.
    markets
        Wet markets of table ``facilities``.
    area_m2, per_people
        Floor area that so many people need.

    Raises
    ------
    StandardError
        When the standard lacks wet markets.
    """
    from livelihood_map.programme import measure_market_layout

    return measure_market_layout(
        markets,
        common.demand_of(work, _MARKET),
        common.find_walks(work, markets, cutoff_m=work.settings.coverage.cutoff_m),
        work["towns"],
        threshold_m=work.standard.kind(_MARKET).threshold_m,
        area_m2=area_m2,
        per_people=per_people,
    )


def read_schedules(work: Workspace[YearReads], *others: Path) -> tuple[str, list[pd.DataFrame]]:
    """Return the kind of facility that schedules move, and their events: the settings' first.

    Parameters
    ----------
    work
        Workspace of the run.
    *others
        Further schedules: csv or workbook.

    Raises
    ------
    SettingsError
        When the settings name no schedule, or the schedules hold several kinds of facilities.
    SourceError
        When a schedule is absent or cannot be understood.
    LivelihoodMapError
        When an earlier stage has not run.
    """
    own = work.settings.programme.schedule
    if own is None:
        raise SettingsError("programme.no_schedule")
    every = work["facilities"]
    usable = every[every["is_inside"] & every["kind"].isin(work.kinds)]
    schedules = [read_schedule(path, usable) for path in (work.settings.resolve(own), *others)]
    moved = {facility for events in schedules for facility in events["facility_id"]}
    kinds = sorted(set(usable.loc[usable["facility_id"].isin(moved), "kind"]))
    if len(kinds) != 1:
        raise SettingsError("programme.schedule_kinds", kinds=", ".join(kinds))
    return kinds[0], schedules
