"""What if: what changes of streets, gates, outlets and sites would bring, set beside the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pandas as pd

from livelihood_map.commands.differences import (
    catalogued,
    compare,
    difference_lines,
    difference_sheet,
)
from livelihood_map.core.crs import STORAGE_CRS
from livelihood_map.core.errors import SourceError
from livelihood_map.core.labels import label, name_of
from livelihood_map.core.names import town_names
from livelihood_map.core.people import CROWDS
from livelihood_map.core.tables import DISTRICT_ID
from livelihood_map.core.workbook import write_workbook
from livelihood_map.pipeline.what_if import SITE_ACTIONS, what_if

if TYPE_CHECKING:
    import geopandas as gpd

    from livelihood_map.core.workbook import Sheet
    from livelihood_map.pipeline.reads import CoverageReads, WhatIfReads
    from livelihood_map.pipeline.workspace import Workspace

_DEGREES: Final = 9
"""Decimals of degrees: a tenth of a millimetre."""


def try_edits(work: Workspace[CoverageReads], *, path: Path) -> list[str]:
    """Return what changes of streets, gates and outlets would bring, in words and ``edits.xlsx``.

    Coverage is measured as in a run, before and after: by kind, and by town within both thresholds.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the joins.
    path
        Layer of edits, see `livelihood_map.load.edits.load_edits`.

    Raises
    ------
    SourceError
        When the layer cannot be used, a change finds no outlet, or one names a site of the plan.
    JoinError
        When a change finds no street, gate or compound.
    """
    return _try_edits(cast("Workspace[WhatIfReads]", work), path, has_sites=False)


def try_edits_with_sites(work: Workspace[WhatIfReads], *, path: Path) -> list[str]:
    """Return the same with all sites of the plan open, before and after; sites may change too.

    Parameters
    ----------
    work
        A workspace that holds the tables up to the sites.
    path
        Layer of edits, see `livelihood_map.load.edits.load_edits`.

    Raises
    ------
    SourceError
        When the layer cannot be used, or a change finds no outlet or site.
    JoinError
        When a change finds no street, gate or compound.
    """
    return _try_edits(work, path, has_sites=True)


def _try_edits(work: Workspace[WhatIfReads], path: Path, *, has_sites: bool) -> list[str]:
    """Return what changes would bring, with the sites of the plan open or not."""
    from livelihood_map.load.edits import load_edits

    edits = load_edits(str(path.resolve()), crs=work["demand"].crs, base=Path())
    if not has_sites and edits["action"].isin(SITE_ACTIONS).any():
        raise SourceError("network.edits_of_sites", path=path.name)
    before = what_if(work, edits.iloc[:0]).measure(has_sites=has_sites)
    after = what_if(work, edits).measure(has_sites=has_sites)
    changed, towns = compare(work, before, after), _by_town(work, before, after)
    state = label(f"network.what_if_{'sites' if has_sites else 'today'}")
    told = [label("network.what_if", count=len(edits), path=path.name, state=state)]
    difference = difference_sheet(work, "edits", changed)
    sheets = [
        replace(difference, notes=[*told, *difference.notes]),
        _town_sheet(work, towns, told),
        _list_sheet(edits, told),
    ]
    work.written.append(write_workbook(work.folder / "edits.xlsx", sheets, date=work.date))
    lines = difference_lines(work, "network.line_difference", changed)
    return [*told, *lines, *_town_lines(towns)]


def _by_town(
    work: Workspace[WhatIfReads], before: pd.DataFrame, after: pd.DataFrame
) -> pd.DataFrame:
    """Return who lies within the threshold and the target of each kind, by town, both ways."""
    from livelihood_map.coverage import compare_towns, measure_reach

    walker = work.settings.coverage.walkers[0]
    who = work.standard.walker(walker)
    limits = {}
    for kind in work.kinds:
        row = work.standard.kind(kind)
        rows = [replace(row, threshold_m=metres) for metres in (row.threshold_m, row.aim_m)]
        limits[kind] = sorted({measure_reach(one, who).threshold_m for one in rows})
    return compare_towns(before, after, work["demand"], limits_m=limits, walker=walker)


def _town_sheet(work: Workspace[WhatIfReads], towns: pd.DataFrame, told: list[str]) -> Sheet:
    """Return the sheet of who is within reach by town, before and after."""
    names = {**town_names(work["towns"]), DISTRICT_ID: label("network.whole_district")}
    shown = towns.assign(
        town_name=[names.get(town, town) for town in towns["town_id"]],
        kind=[name_of("core.kind", kind) for kind in towns["kind"]],
    )
    people = [name for name in towns if name.split("_")[0] in CROWDS]
    columns = ("town_name", "kind", "within_m", *people)
    notes = [*told, *work.marks(*work.kinds)]
    sheet = catalogued("edits_towns", shown, columns, notes)
    return replace(sheet, formats=dict.fromkeys(people, "#,##0"))


def _list_sheet(edits: gpd.GeoDataFrame, told: list[str]) -> Sheet:
    """Return the sheet that lists the changes, with where each lies."""
    places = edits.geometry.representative_point().to_crs(STORAGE_CRS)
    shown = pd.DataFrame(edits.drop(columns="geometry")).assign(
        action=[label(f"network.action_{action}") for action in edits["action"]],
        kind=[name_of("core.kind", kind) for kind in edits["kind"]],
        lon=places.x.round(_DEGREES),
        lat=places.y.round(_DEGREES),
    )
    columns = ("edit_id", "action", "name", "kind", "facility_id", "candidate_id", "residence_id",
               "lon", "lat")  # fmt: skip
    return catalogued("edits_list", shown, columns, told)


def _town_lines(towns: pd.DataFrame) -> list[str]:
    """Return a line per kind and walk that counts: the people of the district before and after."""
    rows: Any = towns[towns["town_id"] == DISTRICT_ID].to_dict("records")
    return [
        label(
            "network.line_within",
            kind=name_of("core.kind", row["kind"]),
            within_m=f"{row['within_m']:g}",
            **{f"{crowd}_{when}": f"{row[f'{crowd}_{when}']:,.0f}"
               for crowd in ("population", "workers") for when in ("before", "after")},
        )
        for row in rows
    ]  # fmt: skip
