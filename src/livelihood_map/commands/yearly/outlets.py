"""The questions of the year's plan that concern outlets: demonstration, centres, mix, delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Never

import pandas as pd

from livelihood_map.commands.yearly import common
from livelihood_map.commands.yearly.plan_progress import open_programme
from livelihood_map.core.labels import label
from livelihood_map.core.telling import name_kind, tell_metres, tell_people

if TYPE_CHECKING:
    from livelihood_map.pipeline.reads import CoveredReads, MixReads, YearReads
    from livelihood_map.pipeline.workspace import Workspace

_BREAKFAST: Final = "breakfast"
_HOUSEKEEPING: Final = "housekeeping"
_CENTRE: Final = "neighbourhood_centre"


def report_demonstration(work: Workspace[YearReads]) -> list[str]:
    """Return which outlets are proposed as demonstration outlets; write ``demonstration.xlsx``.

    Raises
    ------
    InfeasibleError
        When the rules leave too few outlets.
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map.programme import DemonstrationRules, choose_demonstration

    settings = work.settings.programme
    target = open_programme(work).target("breakfast_demonstration")
    outlets = common.walkable(work, _BREAKFAST)
    outlets = outlets[outlets["status"].isin(["operating", "planned"])]
    threshold_m = work.standard.kind(_BREAKFAST).aim_m
    plan = choose_demonstration(
        outlets,
        common.demand_of(work, _BREAKFAST),
        common.find_walks(work, outlets, cutoff_m=threshold_m),
        threshold_m=threshold_m,
        rules=DemonstrationRules(
            count_n=target.count_n or 1,
            weights={str(name): weight for name, weight in settings.demonstration_weights.items()},
            per_town_n=settings.demonstration_per_town,
            spacing_m=settings.demonstration_spacing_m,
        ),
        time_limit_s=settings.time_limit_s,
    )
    weights = ", ".join(
        f"{label(f'programme.col_{name}')} {weight:g}"
        for name, weight in settings.demonstration_weights.items()
    )
    notes = [
        *work.marks(_BREAKFAST),
        label("programme.note_demonstration", weights=weights, threshold=f"{threshold_m:g}"),
    ]
    subtypes = {row.id: row.name() for row in work.standard.subtypes}
    chosen, scored = (
        common.with_towns(work, table).assign(subtype=table["subtype"].map(subtypes).fillna(""))
        for table in (plan.chosen, plan.scored)
    )
    scored["passed_for"] = common.worded(scored["passed_for"], "passed")
    scored = scored.sort_values("score", ascending=False, kind="stable")
    tables = {"demonstration_chosen": chosen, "demonstration_scored": scored}
    common.save(work, "demonstration", tables, notes)
    state = label(f"pipeline.status_{plan.status}")
    lines = [label("programme.line_demonstration", count=len(chosen), status=state)]
    if len(chosen):
        weak_n = int((plan.chosen["weak_n"] > 0).sum())
        weak = {
            "count": weak_n,
            "total": len(chosen),
            "share": common.percent(weak_n / len(chosen)),
        }
        lines.append(label("programme.line_demonstration_weak", **weak, metres=f"{threshold_m:g}"))
    return lines


def report_centres(work: Workspace[CoveredReads]) -> list[str]:
    """Return which centres should host a housekeeping point; write ``centres.xlsx``.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map.programme import choose_centres

    work.require_register(_HOUSEKEEPING)
    row = work.standard.kind(_HOUSEKEEPING)
    facilities = work["facilities"]
    centres = facilities[(facilities["kind"] == _CENTRE) & facilities["is_inside"]]
    centres = centres[centres["status"] == "operating"]
    free = centres[~centres["has_housekeeping"]] if "has_housekeeping" in centres else centres
    own = common.rows_of(work, work["coverage"], _HOUSEKEEPING)
    plan = choose_centres(
        free,
        common.demand_of(work, _HOUSEKEEPING),
        common.find_walks(work, free, cutoff_m=row.threshold_m),
        covered_ids=set(own.loc[own["is_covered"], "demand_id"]),
        threshold_m=row.threshold_m,
        target_share=row.target_share or 1.0,
        time_limit_s=work.settings.programme.time_limit_s,
    )
    now = common.with_towns(work, pd.DataFrame(centres[["facility_id", "town_id", "name"]]))
    ids = centres["facility_id"]
    tables = {
        "centres_chosen": common.with_towns(work, plan.chosen),
        "centres_all": now.assign(
            has_point=~ids.isin(free["facility_id"]),
            is_proposed=ids.isin(plan.chosen["facility_id"]),
            is_leading=centres["is_leading"].fillna(value=False).astype(bool),
        ),
        "centres_without": _without(work, plan.residences),
    }
    common.save(work, "centres", tables, work.marks(_HOUSEKEEPING))
    return [
        label(
            "programme.line_centres",
            count=len(plan.chosen),
            metres=tell_metres(row.threshold_m),
            kind=name_kind(row),
            before=common.percent(plan.share_before),
            after=common.percent(plan.share_after),
            target=common.percent(plan.target_share),
            state=label("programme.reached" if plan.is_reached else "programme.not_reached"),
            most=common.percent(plan.attainable_share),
        )
    ]


def _without(work: Workspace[YearReads], residences: pd.DataFrame) -> pd.DataFrame:
    """Return the communities that stay uncovered, with town and name, the largest first."""
    left = residences[~residences["is_covered_after"]]
    homes = work["residences"][["residence_id", "town_id", "name", "population"]]
    table = common.with_towns(work, left.merge(homes, on="residence_id"))
    table = table.sort_values(["population", "residence_id"], ascending=[False, True])
    return table[["residence_id", "town_name", "name", "population", "has_centre"]]


def report_mix(work: Workspace[MixReads]) -> list[str]:
    """Return what circles lack, in words; write ``mix.xlsx``.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map.coverage import select_facilities
    from livelihood_map.programme import KindNeed, find_centres, measure_mix

    kinds = work.kinds
    rules = {rule.id: rule.value for rule in work.standard.rules}
    low = rules.get("circle_population_min", 30_000.0)
    high = rules.get("circle_population_max", 50_000.0)
    demand = work["demand"]
    homes = demand[demand["residence_id"].notna()].assign(people=lambda t: t["population"])
    facilities = select_facilities(work["facilities"], standard=work.standard, kinds=kinds)
    rows = {kind: work.standard.kind(kind) for kind in kinds}
    farthest = max(row.threshold_m for row in rows.values())
    mix = measure_mix(
        homes,
        common.find_walks(work, facilities, cutoff_m=farthest),
        facilities,
        needs={k: KindNeed(row.threshold_m, row.target_share or 1.0) for k, row in rows.items()},
        low=low,
        high=high,
    )
    notes = [
        *work.marks(*kinds),
        label("programme.note_circles", low=f"{low:,.0f}", high=f"{high:,.0f}"),
    ]
    circles, by_home = common.with_towns(work, mix.by_circle), mix.by_home.copy()
    if len(work["centres"]):
        ordered = homes.sort_values("demand_id")
        circles = circles.merge(
            find_centres(ordered, mix.by_home["circle_id"].tolist(), work["centres"]),
            on="circle_id",
        )
    names = work["residences"].set_index("residence_id")["name"]
    by_home.insert(1, "name", by_home["residence_id"].map(names))
    for table in (circles, by_home):
        table["missing"] = [_kind_names(work, text) for text in table["missing"]]
    headings = {
        f"{kind}_{part}": label(f"programme.mix_{part}", kind=row.name())
        for kind, row in rows.items()
        for part in ("n", "types_n", "share")
    }
    common.save(work, "mix", {"mix_circles": circles, "mix_homes": by_home}, notes, headings)
    lacking = int((mix.by_circle["missing"] != "").sum())
    return [label("programme.line_mix", circles=len(circles), lacking=lacking)]


def _kind_names(work: Workspace[Never], text: str) -> str:
    kinds = [work.standard.kind(kind).name() for kind in text.split(";") if kind]
    return label("programme.join").join(kinds)


def report_delivery(work: Workspace[YearReads]) -> list[str]:
    """Return whom delivery and the hours of the day serve; write ``delivery.xlsx``.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map.programme import measure_delivery, measure_hours

    work.require_register(_BREAKFAST)
    settings = work.settings.programme
    facilities = work["facilities"]
    is_open = (facilities["kind"] == _BREAKFAST) & (facilities["status"] == "operating")
    walkless = work.standard.walkless_subtypes(_BREAKFAST)
    delivers = facilities[is_open & facilities["subtype"].isin(walkless)]
    row = work.standard.kind(_BREAKFAST)
    threshold_m = row.aim_m
    outlets = facilities[is_open & ~facilities["subtype"].isin(walkless)]
    demand = common.demand_of(work, _BREAKFAST)
    walks = common.find_walks(work, outlets, cutoff_m=threshold_m)
    table = measure_delivery(
        demand,
        delivers,
        walking_ids=set(walks["origin_id"]),
        radius_m=settings.delivery_radius_m,
    )
    hours = measure_hours(demand, walks, outlets, times=settings.hours, threshold_m=threshold_m)
    by_town = _delivery_by_town(work, table)
    notes = [
        *work.marks(_BREAKFAST),
        label("programme.note_delivery", radius=f"{settings.delivery_radius_m:g}"),
    ]
    common.save(work, "delivery", {"delivery_towns": by_town, "delivery_hours": hours}, notes)
    only = float(table.loc[table["is_only_delivered"], "people"].sum())
    return [
        label(
            "programme.line_delivery",
            outlets=len(delivers),
            metres=tell_metres(threshold_m),
            whose=tell_people(row),
            people=f"{only:,.0f}",
        )
    ]


def _delivery_by_town(work: Workspace[YearReads], table: pd.DataFrame) -> pd.DataFrame:
    """Return people delivered to, on foot, and delivered to only, by town."""
    demand = work["demand"]
    towns = dict(zip(demand["demand_id"], demand["town_id"], strict=True))
    people = table["people"]
    sums = pd.DataFrame(
        {
            "town_id": table["demand_id"].map(towns),
            "people": people,
            "walking_people": people.where(table["has_walking"], 0.0),
            "delivered_people": people.where(table["delivered_by_n"] > 0, 0.0),
            "only_delivered_people": people.where(table["is_only_delivered"], 0.0),
        }
    )
    return common.with_towns(work, sums.groupby("town_id").sum().reset_index(), at=0)
