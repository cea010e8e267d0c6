"""A run in words, for the screen and for the heads of lists."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from livelihood_map.core import tables
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.people import CROWDS, tell_counted
from livelihood_map.core.telling import name_kind, tell_metres, tell_people
from livelihood_map.pipeline.level_lines import (
    has_given_up,
    level_lines,
    levels_of,
    tell_at_levels,
    tell_proof,
)
from livelihood_map.pipeline.site_selection import is_spaced_on_foot, siting_weights
from livelihood_map.pipeline.street_bounds import COUNTING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from livelihood_map.pipeline.reads import Loaded, PlanReads
    from livelihood_map.pipeline.workspace import Workspace

_BESIDE: Final = {
    "after": "covered_share_after",
    "target": "aim_share",
    "target_after": "aim_share_after",
    "dwelling": "dwelling_covered_share",
}
"""Shares of people that are told of the district's coverage, where they are known."""
_FILES_TOLD: Final = 6
"""A folder with more new files than this is told as one line."""


def load_lines(work: Workspace[Loaded]) -> list[str]:
    """Return what was taken in, in words.

    Parameters
    ----------
    work
        A workspace whose load stage has run.

    Raises
    ------
    LivelihoodMapError
        When the load stage has not run.
    """
    facilities, basis = work["facilities"], work.basis
    lines = [
        label(
            "pipeline.loaded",
            towns_n=len(work["towns"]),
            residences_n=f"{len(work['residences']):,}",
            population=f"{work['demand']['population'].sum():,.0f}",
            workers=f"{work['demand']['workers'].sum():,.0f}",
            passengers=f"{work['demand']['passengers'].sum():,.0f}",
            edges_n=f"{len(work['edges']):,}",
        )
    ]
    counts = facilities["kind"].value_counts().sort_index()
    lines += [
        label("pipeline.loaded_kind", kind=name_of("core.kind", kind), count=f"{count:,}")
        for kind, count in counts.items()
        if kind not in basis.absent_kinds
    ]
    lines += [f"  {line}" for line in basis.tell_absent()]
    if len(work["rejects"]):
        lines.append(label("pipeline.rejected", count=len(work["rejects"])))
    return lines


def plan_lines(work: Workspace[PlanReads]) -> list[str]:
    """Return what the plan is, how well it is proved, and what other methods reach, in words.

    Parameters
    ----------
    work
        A workspace that holds a plan.

    Raises
    ------
    LivelihoodMapError
        When the workspace holds no plan.
    """
    plan = work["plan"].iloc[0]
    told = {
        "kind": name_of("core.kind", plan["kind"]),
        "sites_n": plan["sites_n"],
        "threshold_m": f"{plan['threshold_m']:g}",
    }
    before = "_before_premises" if has_given_up(work) else ""
    whole = [label(f"pipeline.plan{before}", **told, **_claims(plan))]
    if isinstance(plan["shortfall"], str):
        asked_n = work.settings.siting.sites_n
        why = label(f"pipeline.plan_{plan['shortfall']}", **told, asked_n=asked_n)
        whole = [*(whole if plan["sites_n"] else []), why]
    return [
        *whole,
        *(_crowd_lines(work) if plan["sites_n"] else []),
        *(_model_lines(work) if plan["sites_n"] else []),
        *level_lines(work),
        *_street_lines(work),
        *_unreached_lines(work),
        *_spacing_lines(work),
        *_phase_lines(work),
        *(
            label(
                f"pipeline.plan_method{before}",
                people=tell_at_levels(work, row, "best"),
                **_claims(row),
            )
            for row in work["plan"].to_dict("records")
            if len(work["plan"]) > 1
        ),
    ]


def _claims(row: Any) -> dict[str, str]:  # noqa: ANN401  (a row of table ``plan``)
    """Return by which method a plan was found, and how well it is proved, in words."""
    return {
        "method": label(f"pipeline.method_{row['method']}"),
        "proof": tell_proof(row["status"], row["gap_share"]),
    }


def _crowd_lines(work: Workspace[PlanReads]) -> list[str]:
    """Return whom the sites bring, three figures apart, and what counting residents alone gives."""
    plan, sites = work["plan"].iloc[0], work["sites"]
    levels = levels_of(work, plan["method"])
    lines = []
    for word, metres in (("firm", levels["threshold_m"].max()), ("gained", plan["threshold_m"])):
        told = {crowd: f"{sites[f'{word}_{crowd}'].sum():,.0f}" for crowd in CROWDS}
        if sites[f"{word}_population"].notna().any():
            lines.append(label("pipeline.plan_crowds", threshold_m=f"{metres:g}", **told))
    beside = levels[levels["residents_more"].notna()]
    if len(beside):
        told_beside = [
            label(
                "pipeline.plan_residents_within",
                threshold_m=f"{row['threshold_m']:g}",
                residents=_signed(row["residents_more"]),
                counted=tell_counted(siting_weights(work)),
                people=_signed(row["people_more"]),
            )
            for row in beside.to_dict("records")
        ]
        lines.append(
            label(
                "pipeline.plan_residents_alone",
                sites_n=plan["sites_n"],
                told=label("siting.sentence_join").join(told_beside),
                proof=label(f"pipeline.status_{beside['residents_status'].iloc[0]}"),
            )
        )
    if sites[["gained_workers", "gained_passengers"]].to_numpy().any():
        lines.append(label("core.people_note"))
    return lines


def _signed(people: float) -> str:
    """Return a difference in people with its sign."""
    return f"{people:+,.0f}".replace("-", "−") if round(people) else "0"


def _model_lines(work: Workspace[PlanReads]) -> list[str]:
    """Return which question the plan answers with which figure, where it is not the most people."""
    model = work.settings.siting.model
    if model == "covering":
        return []
    value = float(work["plan"]["objective"].iloc[0])
    if model == "p_median":
        demand, weights = work["demand"], siting_weights(work)
        value /= sum(weight * demand[group].sum() for group, weight in weights.items())
    figure = label(f"siting.figure_{model}", value=f"{value:,.0f}")
    return [label("pipeline.plan_model", model=label(f"siting.model_{model}"), figure=figure)]


def _street_lines(work: Workspace[PlanReads]) -> list[str]:
    """Return what any place on the streets, any way, or no list could bring."""
    plan = work["plan"].iloc[0]
    question, lines = plan["streets_question"], []
    if plan["sites_n"] == 0:
        pass
    elif isinstance(question, str):
        levels = work["levels"][work["levels"]["method"] == plan["method"]]
        levels = levels[levels["streets_bound"].notna()]
        share = levels["streets_gap_share"].max() if len(levels) else plan["streets_gap_share"]
        word = "below" if share > 0 else "reached"
        word += "_before_premises" if has_given_up(work) else ""
        lines.append(
            label(
                f"pipeline.plan_streets_{question}",
                sites_n=plan["sites_n"],
                bound=tell_at_levels(work, plan, "streets_bound"),
                gap=label(f"pipeline.plan_streets_{word}", share=f"{share:.2%}"),
            )
        )
    else:
        word = "time" if work.settings.siting.model in COUNTING else "model"
        reason = "no_streets" if not len(work["edges"]) else word
        lines.append(
            label("pipeline.plan_streets_unknown", reason=label(f"pipeline.plan_streets_{reason}"))
        )
    if pd.notna(plan["list_price"]):
        price = _range(plan["list_price"], plan["list_price_max"])
        lines.append(label("pipeline.plan_list_price", price=price))
    if pd.notna(plan["ways_gain"]) and plan["shortfall"] != "nobody_uncovered":
        gain = _range(plan["ways_gain"], plan["ways_gain_max"])
        lines.append(label("pipeline.plan_ways_gain", gain=gain))
    return lines


def _unreached_lines(work: Workspace[PlanReads]) -> list[str]:
    """Return how many people no plan can reach within each walk that counts, and why."""
    lost = work["unreached"]
    walks = sorted({work["plan"]["threshold_m"].iloc[0], *lost["within_m"]}, reverse=True)
    within = [(walk, lost[lost["within_m"] >= walk]) for walk in walks]
    counts = [0, *(len(rows) for _, rows in within)]
    return [
        _unreached_line(rows, walk)
        for (walk, rows), before in zip(within, counts, strict=False)
        if len(rows) > before
    ]


def _unreached_line(lost: pd.DataFrame, walk: float) -> str:
    """Return how many people no plan can reach within a walk, and why."""
    counts = lost["reason"].value_counts()
    told = [
        label(
            "pipeline.plan_unreached_one",
            reason=label(f"pipeline.unreached_{reason}"),
            count=f"{counts[reason]:,}",
        )
        for reason in tables.UNREACHED_REASONS
        if reason in counts
    ]
    return label(
        "pipeline.plan_unreached",
        threshold_m=f"{walk:g}",
        count=f"{len(lost):,}",
        people=f"{lost['population'].sum():,.0f}",
        workers=f"{lost['workers'].sum():,.0f}",
        passengers=f"{lost['passengers'].sum():,.0f}",
        reasons=label("siting.list_comma").join(told),
    )


def _range(least: float, most: float) -> str:
    """Return a number of people in words, two where it is not known exactly."""
    words = [f"{least:,.0f}", f"{most:,.0f}"]
    if words[0] == words[1]:
        return words[0]
    return label("pipeline.plan_between", least=words[0], most=words[1])


def _spacing_lines(work: Workspace[PlanReads]) -> list[str]:
    """Return how far outlets are kept apart, and how that is measured."""
    rules = work.settings.siting.rules
    kept = {"new": rules.spacing_m, "existing": rules.existing_spacing_m}
    told = [
        label(f"pipeline.spacing_{word}", metres=f"{metres:g}")
        for word, metres in kept.items()
        if metres > 0
    ]
    if not told:
        return []
    way = "walk" if is_spaced_on_foot(work) else "straight"
    if way == "straight" and rules.spacing_by == "walk":
        way = "straight_no_streets"
    return [label(f"pipeline.spacing_{way}", told=label("siting.list_comma").join(told))]


def _phase_lines(work: Workspace[PlanReads]) -> list[str]:
    """Return how the sites open in phases, and how well their order is proved."""
    sites, plan = work["sites"], work["plan"].iloc[0]
    if "phase" not in sites or not isinstance(plan["phases_status"], str):
        return []
    sizes = [
        label("pipeline.phase_size", phase=phase, count=count)
        for phase, count in sites["phase"].value_counts().sort_index().items()
    ]
    objective, bound = plan["phases_objective"], plan["phases_bound"]
    gap = (bound - objective) / objective if objective > 0 else 0.0
    return [
        label(
            "pipeline.plan_phases",
            sizes=label("siting.list_comma").join(sizes),
            objective=f"{objective:,.0f}",
            proof=tell_proof(plan["phases_status"], gap),
        )
    ]


def summarise(work: Workspace[str]) -> list[str]:
    """Return the run in words, for the screen.

    Parameters
    ----------
    work
        A workspace after a run.

    Raises
    ------
    LivelihoodMapError
        When a stored table cannot be read.
    """
    lines = list(work.steps)
    if work.get("demand") is not None:
        lines += [*work.marks(), *load_lines(work), *work.remarks]
    if work.get("town_coverage") is not None:
        lines += _coverage_lines(work)
    if work.get("plan") is not None:
        lines += plan_lines(work)
    return [*lines, *written_lines(work.written), *_opening_lines(work)]


def _opening_lines(work: Workspace[str]) -> list[str]:
    """Return what to open first, of what is there."""
    pages = {"map": work.maps / "planner.html", "book": work.folder / "district.xlsx"}
    return [
        label(f"pipeline.open_{name}", path=path) for name, path in pages.items() if path.is_file()
    ]


def _coverage_lines(work: Workspace[str]) -> list[str]:
    """Return the district's coverage by kind, before and after."""
    lines = []
    table = work.get("town_coverage_after")
    if table is None:
        table = work["town_coverage"]
    for row in table[table["town_id"] == tables.DISTRICT_ID].to_dict("records"):
        kind = work.standard.kind(row["kind"])
        words = {
            "kind": name_kind(kind),
            "people": tell_people(kind),
            "threshold_m": tell_metres(kind.threshold_m),
            "target_m": tell_metres(kind.aim_m),
            "residences": _percent(row["covered_residences_share"]),
            "area": _percent(row["covered_area_share"]),
        }
        told = [label("pipeline.coverage", **words, share=_percent(row["covered_share"]))]
        told += [
            label(f"pipeline.coverage_{name}", **words, share=_percent(row[column]))
            for name, column in _BESIDE.items()
            if pd.notna(row.get(column))
        ]
        lines.append(label("pipeline.coverage_join").join(told))
    return [*lines, *work.basis.tell_absent()]


def _percent(share: float) -> str:
    """Return a share in words; a dash where the input does not tell it."""
    return "—" if math.isnan(share) else f"{share:.1%}"


def written_lines(written: Iterable[Path]) -> list[str]:
    """Return what was written: each file, or the folder where it holds many.

    Parameters
    ----------
    written
        Files.
    """
    folders: dict[Path, list[Path]] = {}
    for path in written:
        folders.setdefault(path.parent, []).append(path)
    lines = []
    for folder, paths in folders.items():
        if len(paths) > _FILES_TOLD:
            lines.append(label("pipeline.written_folder", path=folder, count=len(paths)))
        else:
            lines += [label("pipeline.written", path=path) for path in paths]
    return lines
