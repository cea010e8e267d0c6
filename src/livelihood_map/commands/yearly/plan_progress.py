"""How far the year has come: the register's dates against the plan's targets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Never

import numpy as np
import pandas as pd

from livelihood_map.commands.yearly.common import demand_of, percent, rows_of, save, with_towns
from livelihood_map.core.labels import label
from livelihood_map.core.telling import tell_metres

if TYPE_CHECKING:
    from collections.abc import Collection

    from livelihood_map.pipeline.reads import ProgressReads
    from livelihood_map.pipeline.workspace import Workspace
    from livelihood_map.programme import Programme
    from livelihood_map.programme.model import Target

_HOUSEKEEPING: Final = "housekeeping"


def open_programme(work: Workspace[Never]) -> Programme:
    """Return the year's plan of the settings.

    Raises
    ------
    ProgrammeError
        When the settings name no programme, or there is none of that name.
    """
    from livelihood_map.programme import load_programme
    from livelihood_map.programme.model import ProgrammeError

    if not work.settings.programme.name:
        raise ProgrammeError("programme.unnamed")
    return load_programme(work.settings.programme.name, base=work.settings.base)


def report_progress(work: Workspace[ProgressReads]) -> list[str]:
    """Return how far the year has come, in words; write ``progress.xlsx``.

    Raises
    ------
    LivelihoodMapError
        When an earlier stage has not run or the programme cannot be read.
    """
    from livelihood_map.programme import measure_progress

    programme, quota_notes = _with_quotas(work, open_programme(work))
    as_of = work.settings.run.data_date or work.date
    progress = measure_progress(
        work["facilities"], work["towns"], programme, as_of=as_of, shares=_shares(work)
    )
    named = {target.id: target for target in programme.targets}
    names = {target.id: target.name() for target in programme.targets}
    notes = [
        *work.marks(),
        label("programme.note_plan", name=programme.name(), source=programme.source),
        label("programme.note_gross"),
        *quota_notes,
    ]
    given = set(work["registers"]["kind"])
    absent = {target.id for target in programme.targets if target.kind not in given}
    tables = {}
    for title, table in (
        ("by_target", _in_their_units(progress.by_target, programme)),
        ("by_town", with_towns(work, progress.by_town)),
        ("by_month", progress.by_month.copy()),
    ):
        table.insert(0, "target", table["target_id"].map(names))
        shown = _without_register(table, absent)
        shown = shown.drop(columns=["target_id", "kind"], errors="ignore")
        tables[f"progress_{title}"] = shown
    save(work, "progress", tables, notes)
    is_count = {target.id: target.count_n is not None for target in programme.targets}
    lines = [
        label(
            f"programme.line_{'progress' if is_count[row['target_id']] else 'share'}",
            target=_named(work, named[row["target_id"]]),
            reached=_figure(row["reached"], is_count[row["target_id"]]),
            goal=_figure(row["goal"], is_count[row["target_id"]]),
            closed=row["closed_n"],
            net=row["net_n"],
            state=label("programme.behind" if row["is_behind"] else "programme.on_track"),
        )
        for row in progress.by_target.to_dict("records")
        if not np.isnan(row["reached"]) and row["target_id"] not in absent
    ]
    return [*lines, *(label("core.kind_absent", kind=names[name]) for name in sorted(absent))]


def _without_register(table: pd.DataFrame, absent: Collection[str]) -> pd.DataFrame:
    """Return figures by target; those of a kind without a register are not known, not 0."""
    is_absent = table["target_id"].isin(absent)
    if not is_absent.any():
        return table
    goals = ("goal", "quota_n", "expected", "expected_n", "target_id", "kind", "month", "format")
    names = [name for name in table if name not in {*goals, "target", "town_id", "town_name"}]
    flags = [name for name in names if pd.api.types.is_bool_dtype(table[name])]
    loose = table.astype(dict.fromkeys(names, object) | dict.fromkeys(flags, "boolean"))
    unknown = {name: loose[name].mask(is_absent, None) for name in names}
    unknown["opened_n"] = unknown["opened_n"].mask(is_absent, label("core.register_absent"))
    return table.assign(**unknown)


def _named(work: Workspace[Never], target: Target) -> str:
    """Return a target's name; where it is of what is covered, with the walk that it means."""
    if target.measure != "covered_share":
        return target.name()
    metres = tell_metres(work.standard.kind(target.kind).threshold_m)
    return label("programme.target_within", target=target.name(), metres=metres)


def _figure(value: float, is_count: bool) -> str:  # noqa: FBT001  (private, one place)
    """Return a count or a share for reading."""
    return f"{value:g}" if is_count else percent(value)


def _in_their_units(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return the targets with counts as counts and shares as shares; a share has no openings."""
    is_share = table["target_id"].map(
        {target.id: target.count_n is None for target in programme.targets}
    )
    return table.assign(
        format=["0.0%" if flag else "0.#" for flag in is_share],
        reached_share=[percent(share) for share in table["reached_share"]],
        **{name: table[name].where(~is_share) for name in ("opened_n", "closed_n", "net_n")},
    )


def _with_quotas(
    work: Workspace[ProgressReads], programme: Programme
) -> tuple[Programme, list[str]]:
    """Return the plan with quotas shared out where it has none and the settings ask for it."""
    from livelihood_map.programme import Quota, share_quotas

    if programme.quotas or work.settings.programme.quotas == "none":
        return programme, []
    target = programme.target("breakfast_new")
    row = work.standard.kind(target.kind)
    own = rows_of(work, work["coverage"], target.kind)
    lacking = set(own.loc[~(own["walk_m"] <= row.aim_m), "demand_id"])
    demand = demand_of(work, target.kind)
    people = demand["people"].where(demand["demand_id"].isin(lacking), 0.0)
    weights = people.groupby(demand["town_id"]).sum().reindex(work["towns"]["town_id"])
    if not weights.sum():
        return programme, []
    shared = share_quotas(weights.fillna(0.0), count_n=int(target.goal))
    quotas = tuple(
        Quota(target=target.id, town_id=str(town), count_n=int(count))
        for town, count in shared.items()
    )
    note = label("programme.note_quotas", target=target.name(), threshold=f"{row.aim_m:g}")
    return replace(programme, quotas=quotas), [note]


def _shares(work: Workspace[ProgressReads]) -> dict[str, float]:
    """Return what is known of the targets that are shares."""
    own = rows_of(work, work["residence_coverage"], _HOUSEKEEPING)
    shares = {"housekeeping_coverage": float(own["is_covered"].mean())} if len(own) else {}
    survey = work.get("survey")
    if survey is not None:
        shares["market_survey"] = float(survey["surveyed_share"].iloc[0])
    return shares
