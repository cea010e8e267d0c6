"""The questions of the year's plan that concern outlets: demonstration, centres, mix, delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Never

import pandas as pd

from livelihood_map.commands.yearly.common import (
    as_sheet,
    count_people,
    counted,
    find_walks,
    percent,
    save,
    town_names,
    worded,
    yes_no,
)
from livelihood_map.commands.yearly.plan_progress import open_programme
from livelihood_map.core.labels import label

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
    outlets = counted(work, _BREAKFAST)
    outlets = outlets[outlets["status"].isin(["operating", "planned"])]
    threshold_m = work.standard.kind(_BREAKFAST).aim_m
    plan = choose_demonstration(
        outlets,
        count_people(work, _BREAKFAST),
        find_walks(work, outlets, cutoff_m=threshold_m),
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
    chosen, scored = plan.chosen.copy(), plan.scored.copy()
    for table in (chosen, scored):
        table.insert(1, "town_name", town_names(work, table["town_id"]))
        table["is_kept"] = yes_no(table["is_kept"])
        table["subtype"] = _subtype_names(work, table["subtype"])
    scored["is_chosen"] = yes_no(scored["is_chosen"])
    scored["passed_for"] = worded(scored["passed_for"], "passed")
    scored = scored.sort_values("score", ascending=False, kind="stable")
    drop = ["town_id"]
    save(
        work,
        "demonstration",
        [
            as_sheet("demonstration_chosen", chosen.drop(columns=drop), notes),
            as_sheet("demonstration_scored", scored.drop(columns=drop), notes),
        ],
    )
    state = label(f"pipeline.status_{plan.status}")
    return [label("programme.line_demonstration", count=len(chosen), status=state)]


def _subtype_names(work: Workspace[Never], subtypes: pd.Series[str]) -> list[str]:
    names = {row.id: row.name() for row in work.standard.subtypes}
    return [names.get(value, "") for value in subtypes]


def report_centres(work: Workspace[CoveredReads]) -> list[str]:
    """Return which centres should host a housekeeping point; write ``centres.xlsx``.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run.
    """
    from livelihood_map.programme import choose_centres

    row = work.standard.kind(_HOUSEKEEPING)
    facilities = work["facilities"]
    centres = facilities[(facilities["kind"] == _CENTRE) & facilities["is_inside"]]
    centres = centres[centres["status"] == "operating"]
    free = centres[~centres["has_housekeeping"]] if "has_housekeeping" in centres else centres
    demand = count_people(work, _HOUSEKEEPING)
    coverage = work["coverage"]
    walker = work.settings.coverage.walkers[0]
    own = coverage[(coverage["kind"] == _HOUSEKEEPING) & (coverage["walker"] == walker)]
    plan = choose_centres(
        free,
        demand,
        find_walks(work, free, cutoff_m=row.threshold_m),
        covered_ids=set(own.loc[own["is_covered"], "demand_id"]),
        threshold_m=row.threshold_m,
        target_share=row.target_share or 1.0,
        time_limit_s=work.settings.programme.time_limit_s,
    )
    notes = work.marks(_HOUSEKEEPING)
    chosen = plan.chosen.copy()
    chosen.insert(1, "town_name", town_names(work, chosen["town_id"]))
    leading = dict(zip(centres["facility_id"], centres.get("is_leading", False), strict=False))
    without = _without(work, plan.residences)
    now = pd.DataFrame(centres[["facility_id", "town_id", "name"]])
    now.insert(1, "town_name", town_names(work, now["town_id"]))
    now["has_point"] = yes_no(~now["facility_id"].isin(free["facility_id"]))
    now["is_proposed"] = yes_no(now["facility_id"].isin(chosen["facility_id"]))
    now["is_leading"] = yes_no(now["facility_id"].map(leading).fillna(value=False).astype(bool))
    save(
        work,
        "centres",
        [
            as_sheet("centres_chosen", chosen.drop(columns="town_id"), notes),
            as_sheet("centres_all", now.drop(columns="town_id"), notes),
            as_sheet("centres_without", without, notes),
        ],
    )
    return [
        label(
            "programme.line_centres",
            count=len(chosen),
            before=percent(plan.share_before),
            after=percent(plan.share_after),
            target=percent(plan.target_share),
            state=label("programme.reached" if plan.is_reached else "programme.not_reached"),
            most=percent(plan.attainable_share),
        )
    ]


def _without(work: Workspace[YearReads], residences: pd.DataFrame) -> pd.DataFrame:
    """Return the communities that stay uncovered, with town and name, the largest first."""
    left = residences[~residences["is_covered_after"]]
    homes = work["residences"][["residence_id", "town_id", "name", "population"]]
    table = left.merge(homes, on="residence_id")
    table.insert(1, "town_name", town_names(work, table["town_id"]))
    table["has_centre"] = yes_no(table["has_centre"])
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

    kinds = list(work.settings.coverage.kinds)
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
        find_walks(work, facilities, cutoff_m=farthest),
        facilities,
        needs={k: KindNeed(row.threshold_m, row.target_share or 1.0) for k, row in rows.items()},
        low=low,
        high=high,
    )
    notes = [
        *work.marks(*kinds),
        label("programme.note_circles", low=f"{low:,.0f}", high=f"{high:,.0f}"),
    ]
    circles, by_home = mix.by_circle.copy(), mix.by_home.copy()
    circles.insert(1, "town_name", town_names(work, circles["town_id"]))
    circles["is_in_range"] = yes_no(circles["is_in_range"])
    if len(work["centres"]):
        ordered = homes.sort_values("demand_id")
        circles = circles.merge(
            find_centres(ordered, mix.by_home["circle_id"].tolist(), work["centres"]),
            on="circle_id",
        )
    names = work["residences"].set_index("residence_id")["name"]
    by_home.insert(1, "name", by_home["residence_id"].map(names))
    headings = {}
    for table in (circles, by_home):
        table["missing"] = [_kind_names(work, text) for text in table["missing"]]
        for kind in kinds:
            for part in ("n", "types_n", "share"):
                headings[f"{kind}_{part}"] = label(
                    f"programme.mix_{part}", kind=work.standard.kind(kind).name()
                )
    save(
        work,
        "mix",
        [
            as_sheet("mix_circles", circles.drop(columns="town_id"), notes, **headings),
            as_sheet("mix_homes", by_home.drop(columns="demand_id"), notes, **headings),
        ],
    )
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

    settings = work.settings.programme
    facilities = work["facilities"]
    is_open = (facilities["kind"] == _BREAKFAST) & (facilities["status"] == "operating")
    walkless = work.standard.walkless_subtypes(_BREAKFAST)
    delivers = facilities[is_open & facilities["subtype"].isin(walkless)]
    threshold_m = work.standard.kind(_BREAKFAST).aim_m
    outlets = facilities[is_open & ~facilities["subtype"].isin(walkless)]
    demand = count_people(work, _BREAKFAST)
    walks = find_walks(work, outlets, cutoff_m=threshold_m)
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
    save(
        work,
        "delivery",
        [as_sheet("delivery_towns", by_town, notes), as_sheet("delivery_hours", hours, notes)],
    )
    only = float(table.loc[table["is_only_delivered"], "people"].sum())
    return [label("programme.line_delivery", outlets=len(delivers), people=f"{only:,.0f}")]


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
    sums = sums.groupby("town_id").sum().reset_index()
    sums.insert(0, "town_name", town_names(work, sums["town_id"]))
    return sums.drop(columns="town_id")
