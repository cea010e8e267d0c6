"""Two runs side by side: workbook, difference map, GeoJSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from livelihood_map.core import tables
from livelihood_map.core.io import read_table, write_geojson, write_text
from livelihood_map.core.labels import label
from livelihood_map.pipeline.workspace import ARTEFACTS
from livelihood_map.pipeline.yearly.questions import (
    FOLDER,
    as_sheet,
    count_people,
    percent,
    save,
    town_names,
    worded,
)

if TYPE_CHECKING:
    from pathlib import Path

    from livelihood_map.pipeline.workspace import Workspace


def report_comparison(work: Workspace, other: Path) -> list[str]:
    """Return who gained and lost against another run; write ``compare.xlsx`` and ``.geojson``.

    Parameters
    ----------
    work
        Workspace of the later run.
    other
        Output folder of the earlier run.

    Raises
    ------
    LivelihoodMapError
        When either run has not measured coverage.
    """
    from livelihood_map.programme import compare_coverage, draw_difference

    before = read_table(other / "tables" / ARTEFACTS["coverage"], tables.SCHEMAS["coverage"])
    parts = [
        compare_coverage(
            before[before["kind"] == kind],
            work["coverage"][work["coverage"]["kind"] == kind],
            count_people(work, kind),
            work["towns"],
        )
        for kind in work.settings.coverage.kinds
    ]
    by_town = pd.concat([part.by_town for part in parts], ignore_index=True)
    changes = pd.concat([part.changes for part in parts], ignore_index=True)
    whole = by_town[by_town["town_id"] == "ALL"].to_dict("records")
    notes = [*work.marks(*work.settings.coverage.kinds), label("programme.note_compare")]
    places = work["demand"][["demand_id", "geometry"]].merge(changes, on="demand_id")
    walker = work.settings.coverage.walkers[0]
    for kind in work.settings.coverage.kinds:
        own = changes[(changes["kind"] == kind) & (changes["walker"] == walker)]
        row = work.standard.kind(kind)
        title = label(
            "programme.difference_title", kind=row.name(), threshold=f"{row.threshold_m:g}"
        )
        picture = draw_difference(
            own, work["demand"], work["towns"], title=title, notes=work.marks()
        )
        path = work.folder / FOLDER / f"compare_{kind}.svg"
        work.written.append(write_text(picture, path))
    by_town.loc[by_town["town_id"] == "ALL", "town_name"] = label("programme.district")
    changes.insert(1, "town_name", town_names(work, changes["town_id"]))
    for table in (by_town, changes):
        table["kind"] = [work.standard.kind(kind).name() for kind in table["kind"]]
        table["walker"] = [work.standard.walker(walker).name() for walker in table["walker"]]
    path = work.folder / FOLDER / "compare.geojson"
    work.written.append(write_geojson(places, path))
    changes["change"] = worded(changes["change"], "change")
    save(
        work,
        "compare",
        [
            as_sheet("compare_towns", by_town.drop(columns="town_id"), notes),
            as_sheet("compare_changes", changes.drop(columns=["town_id", "demand_id"]), notes),
        ],
    )
    return [
        label(
            "programme.line_compare",
            kind=work.standard.kind(row["kind"]).name(),
            before=percent(row["share_before"]),
            after=percent(row["share_after"]),
            gained=f"{row['gained_people']:,.0f}",
            lost=f"{row['lost_people']:,.0f}",
        )
        for row in whole
    ]
