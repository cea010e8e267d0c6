"""Schedules of openings and closings: that of the settings, and others to set beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from livelihood_map.core.errors import SettingsError
from livelihood_map.load.event_lists import read_schedule

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from livelihood_map.pipeline.workspace import Workspace


def read_schedules(work: Workspace, *others: Path) -> tuple[str, list[pd.DataFrame]]:
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
    usable = every[every["is_inside"] & every["kind"].isin(work.settings.coverage.kinds)]
    schedules = [read_schedule(path, usable) for path in (work.settings.resolve(own), *others)]
    named = {facility for events in schedules for facility in events["facility_id"]}
    kinds = sorted(set(usable.loc[usable["facility_id"].isin(named), "kind"]))
    if len(kinds) != 1:
        raise SettingsError("programme.schedule_kinds", kinds=", ".join(kinds))
    return kinds[0], schedules
